"""StickSection 介质: the part of the county page that writes reports to a stick and reads replies from one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QFileDialog, QFrame, QHBoxLayout, QLabel, QProgressBar, QPushButton, QVBoxLayout

from desktop.services import stick, stick_enrol
from desktop.services.outcome import Outcome
from desktop.services.sentences import sentence
from desktop.services.stick import Exported, Imported, Importing, ImportPapers
from desktop.services.stick_enrol import PreparedExport
from desktop.views.page import Page
from desktop.workers.lane import Lane
from domain.faults import SurroundingsFault
from domain.refusals import Refusal
from sync.bundle.files import Cancelled

_TICK_MS = 100
_FILTER = f"信访介质 (*{stick_enrol.SUFFIX});;所有文件 (*)"
_SLIPS = f"接入单 (*{stick_enrol.SLIP_SUFFIX});;所有文件 (*)"


class _Work:
    """One export or import under way. The file lane writes ``done`` and reads ``off``; the window the other way."""

    def __init__(self, total: int) -> None:
        self.total = total
        self.done = 0
        self.off = False

    def told(self, done: int) -> None:
        """So many bytes, on the file lane."""
        self.done = done
        if self.off:
            raise Cancelled


class StickSection(QFrame):
    """Buttons, progress, cancel, and what became of it in a sentence. One piece of work at a time."""

    def __init__(self, page: Page, file_lane: Lane) -> None:
        super().__init__(page)
        self._page, self._files = page, file_lane
        self._work: _Work | None = None
        self.setObjectName("card")
        head = QLabel(self.tr("用介质（U 盘）上报"), self)
        head.setObjectName("panel_title")
        self.explain = QLabel(self)
        self.explain.setProperty("tone", "quiet")
        self.explain.setWordWrap(True)
        self.slip_button = QPushButton(self.tr("用接入单申请接入"), self)
        self.export_button = QPushButton(self.tr("导出上报介质"), self)
        self.import_button = QPushButton(self.tr("导入回执介质"), self)
        self.cancel_button = QPushButton(self.tr("取消"), self)
        self.slip_button.clicked.connect(self._choose_slip)
        self.export_button.clicked.connect(self._choose_export)
        self.import_button.clicked.connect(self._choose_replies)
        self.cancel_button.clicked.connect(self.cancel)
        self.bar = QProgressBar(self)
        self.bar.setTextVisible(False)
        self.result = QLabel(self)
        self.result.setWordWrap(True)
        self.trouble = QLabel(self)
        self.trouble.setProperty("tone", "late")
        self.trouble.setWordWrap(True)
        row = QHBoxLayout()
        for button in (self.slip_button, self.export_button, self.import_button):
            row.addWidget(button)
        row.addWidget(self.bar, 1)
        row.addWidget(self.cancel_button)
        row.addStretch()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 14, 16, 14)
        layout.addWidget(head)
        layout.addWidget(self.explain)
        layout.addLayout(row)
        layout.addWidget(self.result)
        layout.addWidget(self.trouble)
        self._timer = QTimer(self)
        self._timer.setInterval(_TICK_MS)
        self._timer.timeout.connect(self._tick)
        self._at_work(None)
        for label in (self.result, self.trouble):
            label.hide()
        self.show_enrolled(enrolled=True)

    @property
    def working(self) -> bool:
        """Whether a medium is being written or read."""
        return self._work is not None

    def show_enrolled(self, *, enrolled: bool) -> None:
        """A station without a certificate asks for one first."""
        self.slip_button.setVisible(not enrolled)
        self.export_button.setVisible(enrolled)
        self.explain.setText(
            "没有网络也能上报：导出到 U 盘，送到县信访局，再把回执导入本机。内容已加密封装，只有县级打得开。"
            if enrolled
            else "从来没有网络的，可以用县信访局给的接入单（U 盘）申请接入：先写出接入申请送县，再把回执导入本机。"
        )

    def cancel(self) -> None:
        """Stop what is under way: an export leaves no file, an import keeps what was applied whole."""
        if self._work is not None:
            self._work.off = True

    # writing -------------------------------------------------------------------------------------------------------

    def export_to(self, path: Path | None) -> None:
        """Write a report; without a path, ask where when its name is known."""
        self._begin(stick.begin_export, path)

    def enrol_with(self, slip: Path, path: Path | None) -> None:
        """Write the question for a certificate by a slip."""
        try:
            data = stick_enrol.read_slip_file(slip)
        except SurroundingsFault as fault:
            self._failed(fault)
            return
        self._begin(lambda station: stick_enrol.begin_enrolment(station, data), path)

    def _begin(self, prepare: Callable[..., PreparedExport], path: Path | None) -> None:
        if self.working:
            return
        self._at_work(_Work(0))
        self._page.lane.run(
            prepare, self._page.station_ref(), done=lambda made: self._write(made, path),
            refused=self._failed, failed=self._failed,
        )  # fmt: skip

    def _write(self, prepared: PreparedExport, path: Path | None) -> None:
        if self._called_off():
            return
        if path is None:
            text, _ = QFileDialog.getSaveFileName(self, self.tr("导出到"), prepared.name, _FILTER)
            if not text:
                self._at_work(None)
                return
            path = Path(text if text.endswith(stick_enrol.SUFFIX) else text + stick_enrol.SUFFIX)
        work = _Work(2 * prepared.size)  # written, and read back
        self._at_work(work)
        self._files.run(
            stick.write, prepared, path, work.told,
            done=lambda written: self._page.act(
                stick.finish_export, prepared, written, done=self._exported, refused=self._failed, failed=self._failed
            ),
            refused=self._failed, failed=self._failed,
        )  # fmt: skip

    def _exported(self, exported: Exported) -> None:
        self._at_work(None)
        self._tell(exported.message)

    # reading -------------------------------------------------------------------------------------------------------

    def import_from(self, paths: Sequence[Path]) -> None:
        """Take replies in; several at once in any order."""
        if self.working or not paths:
            return
        self._at_work(_Work(0))
        self._page.lane.run(
            stick.begin_import, self._page.station_ref(), done=lambda papers: self._read(papers, paths),
            refused=self._failed, failed=self._failed,
        )  # fmt: skip

    def _read(self, papers: ImportPapers, paths: Sequence[Path]) -> None:
        if self._called_off():
            return
        work = _Work(_sizes(paths))
        self._at_work(work)
        self._files.run(
            stick.read, papers, paths, work.told,
            done=lambda parts: self._page.lane.run(
                stick.start_import, self._page.station_ref(), papers, parts,
                done=self._apply, refused=self._failed, failed=self._failed,
            ),
            refused=self._failed, failed=self._failed,
        )  # fmt: skip

    def _apply(self, importing: Importing) -> None:
        work = self._work
        if work is None:
            return
        work.total, work.done = max(importing.total, 1), importing.total - importing.answers.left
        if importing.answers.more and not work.off:
            self._page.lane.run(
                stick.step, self._page.station_ref(), importing,
                done=self._step, refused=self._failed, failed=self._failed,
            )  # fmt: skip
            return
        self._page.act(stick.finish_import, importing, done=self._imported, refused=self._failed, failed=self._failed)

    def _step(self, outcome: Outcome[Importing]) -> None:
        self._apply(outcome.value)

    def _imported(self, imported: Imported) -> None:
        off = self._work is not None and self._work.off
        self._at_work(None)
        self._tell(("已停止，导入了一部分，可以再导入一次。" if off else "") + imported.message)

    # what is seen --------------------------------------------------------------------------------------------------

    def _choose_export(self) -> None:
        self.export_to(None)

    def _choose_slip(self) -> None:
        text, _ = QFileDialog.getOpenFileName(self, self.tr("选择接入单"), "", _SLIPS)
        if text:
            self.enrol_with(Path(text), None)

    def _choose_replies(self) -> None:
        texts, _ = QFileDialog.getOpenFileNames(self, self.tr("选择回执介质"), "", _FILTER)
        self.import_from([Path(text) for text in texts])

    def _called_off(self) -> bool:
        """Cancelled while the store lane prepared it: nothing is begun."""
        off = self._work is not None and self._work.off
        if off:
            self._failed(Cancelled())
        return off

    def _failed(self, fault: BaseException) -> None:
        self._at_work(None)
        if isinstance(fault, Cancelled):
            self._tell("已取消，没有留下任何文件，也没有改动记录。")
        elif isinstance(fault, Refusal | SurroundingsFault):
            self.trouble.setText(sentence(fault))
            self.trouble.show()
        else:
            raise fault

    def _tell(self, text: str) -> None:
        self.result.setText(text)
        self.result.show()

    def _at_work(self, work: _Work | None) -> None:
        self._work = work
        for button in (self.slip_button, self.export_button, self.import_button):
            button.setEnabled(work is None)
        self.bar.setVisible(work is not None)
        self.cancel_button.setVisible(work is not None)
        if work is None:
            self._timer.stop()
            return
        self.result.hide()
        self.trouble.hide()
        self._tick()
        self._timer.start()

    def _tick(self) -> None:
        if self._work is not None:
            self.bar.setMaximum(1000 if self._work.total else 0)
            self.bar.setValue(min(1000, self._work.done * 1000 // self._work.total) if self._work.total else 0)


def _sizes(paths: Sequence[Path]) -> int:
    """Bytes of the files that are there."""
    return sum(path.stat().st_size for path in paths if path.is_file())
