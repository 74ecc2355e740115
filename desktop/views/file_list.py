"""FileList 附件材料: the files of a case with where each is; add, open, save elsewhere, withdraw; decides nothing."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, cast

from PySide6.QtCore import QStandardPaths, Qt, QTimer, QUrl, Signal
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from desktop.models.items.records import Column, RecordTable
from desktop.models.store.files import FileRow
from desktop.services import files
from desktop.services.files import Prepared
from desktop.services.outcome import Topic
from desktop.views.fields import Choice, EnterPresses
from desktop.views.file_window import FileWindow
from desktop.views.page import Page
from desktop.views.step_dialogs import Step, StepField, StepPanel, Values
from desktop.views.tables import RecordView
from desktop.workers.lane import Lane
from domain.commands import AttachFile, WithdrawFile
from domain.files import PICTURES, TYPES, file_end

PROFILES = (
    ("auto", "扫描方式：自动"),
    ("text", "扫描方式：黑白文字"),
    ("photo", "扫描方式：灰度彩色"),
    ("original", "保留原文件"),
)
_TROUBLES = {
    "file_not_at_county": "县里还没有",
    "little_room": "磁盘空间不足，暂不取回",
    "file_damaged_here": "本机存档损坏",
    "file_not_here": "本机缺这个文件",
    "file_not_yours": "县里没有接受",
    "file_differs": "内容不符",
    "bad_piece": "传送出错",
}


def state_words(row: FileRow) -> str:
    """Where a file is."""
    if row.withdrawn:
        return "已撤回"
    numbers = "、".join(map(str, row.media))
    part = "" if row.percent >= 100 else f" {row.percent} %"
    words = {
        "here": "已存本机",
        "sending": f"上传中 {row.percent} %",
        "county": "已到县",
        "away": "在县里，按 Enter 取回",
        "fetching": f"取回中 {row.percent} %",
        "medium": f"在第 {numbers} 号介质上{part}，待回执",
        "missed": f"第 {numbers} 号介质未到县，下次再写",
        "asked": "已记下，随介质向县里取",
    }[row.state]
    trouble = _TROUBLES.get(row.trouble, row.trouble)
    return f"{words}（{trouble}）" if trouble else words


def size_words(size: int) -> str:
    """Bytes as people say them."""
    return f"{size / (1 << 20):.1f} MB" if size >= 1 << 20 else f"{max(1, size >> 10)} KB"


class FileList(QWidget):
    """Alt+A adds; Enter opens a file, or fetches it from the county. Pictures are prepared on ``device_lane``."""

    counted = Signal(int)

    def __init__(self, page: Page, device_lane: Lane) -> None:
        super().__init__(page)
        self._page, self._device = page, device_lane
        self._case_id = ""
        self.choose: Callable[[], list[str]] = self._dialog
        self.choose_target: Callable[[str], str] = self._target_dialog
        self.show_elsewhere: Callable[[str], object] = lambda path: QDesktopServices.openUrl(QUrl.fromLocalFile(path))
        self.table: RecordTable[FileRow] = RecordTable(_COLUMNS, lambda row: row.file_id, parent=self)
        self.view = RecordView(self.table, self.tr("还没有附件。\n按 Alt+A 添加扫描件、照片、文档、录音。"), self)
        self.view.chosen.connect(self.open_file)
        self.steps = StepPanel(self)
        self.steps.closed.connect(self.view.setFocus)
        self.window_shown: FileWindow | None = None
        self._presses = EnterPresses(self)
        bar = QHBoxLayout()
        bar.setSpacing(8)
        self.add_button = self._button(bar, self.tr("添加附件（Alt+A）"), self.add)
        self.profile = Choice(PROFILES, self)
        self.profile.set_code("auto")
        self.profile.setMinimumWidth(self.fontMetrics().horizontalAdvance("扫描方式：黑白文字国国国"))
        bar.addWidget(self.profile)
        self.save_button = self._button(bar, self.tr("另存为……"), self._save)
        self.withdraw_button = self._button(bar, self.tr("撤回……"), self._open_withdraw)
        self.said = QLabel(self)
        self.said.setProperty("tone", "quiet")
        bar.addWidget(self.said, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addLayout(bar)
        layout.addWidget(self.steps)
        layout.addWidget(self.view, 1)
        self.setFocusProxy(self.view)
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(0)
        self._soon.timeout.connect(self.refresh)
        page.bus.changed.connect(self._hear)

    def open(self, case_id: str) -> None:
        """Show the files of a case."""
        if case_id != self._case_id:
            self.steps.close_step()
            self.table.set_rows(())
        self._case_id = case_id
        self.refresh()

    def refresh(self) -> None:
        """Read again."""
        if self._case_id:
            self._page.ask("files", files.files_of, self._case_id, done=self._show)

    def add(self) -> None:
        """Choose files and attach them: the pictures together as one PDF, every other file by itself."""
        chosen = self.choose()
        pictures = tuple(path for path in chosen if file_end(path) in PICTURES)
        profile = cast("Any", self.profile.code() or "auto")
        groups = [pictures] if pictures and profile != "original" else [(path,) for path in pictures]
        groups += [(path,) for path in chosen if path not in pictures]
        for paths in groups:
            self._prepare(AttachFile(self._case_id, paths, profile=profile))

    def open_file(self, file_id: str) -> None:
        """Show a file, or ask the county for it."""
        row = self.table.row_at(self.table.line_of(file_id))
        if row is None:
            return
        if row.state in ("away", "fetching", "asked"):
            self._page.act(files.want_file, file_id, done=self._asked_for)
        elif row.type in files.SHOWN_HERE:
            self._page.ask(
                "file",
                files.read_file,
                file_id,
                done=lambda data: self._draw(row, data),
                failed=lambda: self._mend(row),
            )
        else:
            self._page.ask("file", files.open_copy, file_id, done=self._show_elsewhere)

    def _asked_for(self, row: FileRow) -> None:
        by_stick = row.state == "asked"
        self.said.setText("已记下，下一份上报介质向县里要。" if by_stick else self.tr("正在从县里取回……"))

    def _mend(self, row: FileRow) -> None:
        """It could not be opened: where the county has it, it is fetched anew."""
        if row.state == "county":
            self._page.act(files.want_file, row.file_id, done=self._asked_for)

    def _show_elsewhere(self, path: Path) -> None:
        self.show_elsewhere(str(path))

    def current(self) -> FileRow | None:
        """The file under the cursor."""
        return self.table.row_at(self.table.line_of(self.view.current_id()))

    def _prepare(self, command: AttachFile) -> None:
        count = len(command.paths)
        self.said.setText(f"正在处理 {count} 个文件……" if count > 1 else self.tr("正在处理……"))

        def ready(prepared: Prepared) -> None:
            self._page.act(
                files.attach_prepared, command, prepared, done=self._attached, ended=lambda: self.said.setText("")
            )

        def trouble(fault: BaseException) -> None:
            self.said.setText("")
            self._page.complain(fault)

        self._device.run(files.prepare, command, done=ready, refused=trouble, failed=trouble)

    def _attached(self, row: FileRow) -> None:
        pages = f"，{row.pages} 页" if row.pages else ""
        self._page.say("done", f"已附上并存在本机：{row.name}（{size_words(row.size)}{pages}）。")
        self.view.choose_id(row.file_id)

    def _draw(self, row: FileRow, data: bytes) -> None:
        self._device.run(
            files.as_pages,
            row,
            data,
            done=lambda pdf: self._shown(row, pdf),
            refused=self._page.complain,
            failed=self._page.complain,
        )

    def _shown(self, row: FileRow, pdf: bytes) -> None:
        if self.window_shown is None:
            self.window_shown = FileWindow(self._device, self)
        self.window_shown.show_file(row.name, pdf)

    def _save(self) -> None:
        row = self.current()
        target = self.choose_target(row.name) if row is not None else ""
        if row is not None and target:
            self._page.ask(
                "export",
                files.export_file,
                row.file_id,
                Path(target),
                done=lambda _size: self._page.say("done", f"已另存：{row.name}。"),
            )

    def _open_withdraw(self) -> None:
        row = self.current()
        if row is None or row.withdrawn:
            return
        field = StepField("why", self.tr("理由"), "text", wide=True)
        explain = f"{row.name}　撤回后仍留在记录中，标明已撤回；还没有上传的不再上传。"

        def submit(values: Values) -> None:
            self._page.act(
                files.withdraw_file,
                WithdrawFile(self._case_id, row.file_id, values["why"]),
                done=lambda _row: self.steps.close_step(),
                refused=self.steps.show_refusal,
                ended=lambda: self.steps.set_busy(False),
            )

        self.steps.open_step(Step("withdraw", self.tr("撤回附件"), explain, (field,), submit, self.tr("撤回")))

    def _show(self, rows: Sequence[FileRow]) -> None:
        self.table.set_rows([row for row in rows if row.case_id == self._case_id])
        self.counted.emit(len(rows))
        self.save_button.setEnabled(bool(rows))
        self.withdraw_button.setEnabled(bool(rows))

    def _hear(self, topics: frozenset[str]) -> None:
        if Topic.FILE in topics and self._page.isVisible():
            self._soon.start()

    def _dialog(self) -> list[str]:
        place = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.PicturesLocation)
        ends = " ".join(f"*.{end} *.{end.upper()}" for end in TYPES)
        paths, _ = QFileDialog.getOpenFileNames(self, self.tr("添加附件"), place, f"可附的文件 ({ends})")
        return paths

    def _target_dialog(self, name: str) -> str:
        place = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DocumentsLocation)
        path, _ = QFileDialog.getSaveFileName(self, self.tr("另存附件"), str(Path(place) / name))
        return path

    def _button(self, bar: QHBoxLayout, text: str, slot: Callable[[], None]) -> QPushButton:
        button = QPushButton(text, self)
        button.installEventFilter(self._presses)
        button.clicked.connect(lambda _checked=False: slot())
        bar.addWidget(button, 0, Qt.AlignmentFlag.AlignLeft)
        return button


def _tone(row: FileRow) -> str:
    if row.withdrawn:
        return "quiet"
    return "late" if row.trouble else {"county": "good", "here": "wait", "medium": "wait"}.get(row.state, "soon")


_COLUMNS: tuple[Column[FileRow], ...] = (
    Column(
        "名称", lambda row: row.name, width=18, stretch=True, tone=lambda row: "quiet" if row.withdrawn else "strong"
    ),
    Column("页数", lambda row: str(row.pages or ""), width=3, align="right", sort=lambda row: row.pages),
    Column("大小", lambda row: size_words(row.size), width=5, align="right", sort=lambda row: row.size),
    Column("在哪里", state_words, width=12, tone=_tone),
    Column("附上时间", lambda row: row.attached_at[:16], width=9),
    Column("附上人", lambda row: row.attached_by, width=5, spare=1),
)
