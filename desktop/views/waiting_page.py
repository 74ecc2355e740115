"""WaitingPage 待上报: every act that is not at the county, by case, with its state, its reason and what may be done."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QFileDialog,
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSplitter,
    QVBoxLayout,
    QWidget,
)

from desktop.models.items.records import Column, RecordTable, Section
from desktop.services import waiting, waiting_export
from desktop.services.outcome import Outcome, Topic
from desktop.services.sentences_sync import cause_sentence
from desktop.services.station import Station
from desktop.services.waiting import Waiting, WaitingRow
from desktop.views.actions import bind
from desktop.views.fields import EnterPresses
from desktop.views.page import Page, StationRef
from desktop.views.status_line import exchange_words, sync_words
from desktop.views.tables import RecordView
from desktop.workers.bus import Bus
from desktop.workers.lane import Lane

_TONES = {"refused": "late", "aside": "late", "waiting": "wait", "sending": "wait", "put_by": "quiet"}
_SECTIONS = {
    "refused": Section((0,), "需要处理"),
    "aside": Section((0,), "需要处理"),
    "waiting": Section((1,), "等待上报，不用管它，连上县级后自动上报"),
    "sending": Section((1,), "等待上报，不用管它，连上县级后自动上报"),
    "put_by": Section((2,), "已由工作人员搁置"),
}


def _export(station: Station, rows: Sequence[WaitingRow], target: Path) -> Outcome[Path]:
    return Outcome(waiting_export.export(station, rows, target), frozenset())


class WaitingPage(Page):
    """Shift+F8, or the word in the status bar. Arrows choose, Tab goes to the buttons, Enter opens the case."""

    TOPICS = frozenset({Topic.SYNC, Topic.VISIT, Topic.MATTER, Topic.PETITIONER, Topic.PAPER})
    LEAVES_BY_ESCAPE = True

    exchange_wanted = Signal()
    county_wanted = Signal()

    def __init__(self, lane: Lane, station_ref: StationRef, bus: Bus, parent: QWidget | None = None) -> None:
        super().__init__(lane, station_ref, bus, parent)
        self._row: WaitingRow | None = None
        title = QLabel(self.tr("待上报"), self)
        title.setObjectName("page_title")
        self.headline = QLabel(self)
        self.headline.setObjectName("section_title")
        self.last = QLabel(self)
        self.last.setProperty("tone", "quiet")
        head = QHBoxLayout()
        head.setSpacing(16)
        head.addWidget(title)
        head.addWidget(self.headline)
        head.addStretch()
        head.addWidget(self.last)
        self.cause = QLabel(self)
        self.cause.setProperty("tone", "quiet")
        self.cause.setWordWrap(True)
        self.table: RecordTable[WaitingRow] = RecordTable(
            _COLUMNS,
            lambda row: row.key,
            section=lambda row: _SECTIONS[row.state],
            weight=lambda row: len(row.acts),
            parent=self,
        )
        self.view = RecordView(self.table, self.tr("没有待上报的内容，本机的记录都已到县。"), self)
        self.view.current_changed.connect(self._take)
        self.view.chosen.connect(lambda _key: self._open())
        self.detail = self._detail()
        split = QSplitter(Qt.Orientation.Vertical, self)
        split.addWidget(self.view)
        split.addWidget(self.detail)
        split.setStretchFactor(0, 1)
        split.setStretchFactor(1, 0)
        split.setChildrenCollapsible(False)
        split.setHandleWidth(12)
        keys = QLabel(self.tr("Enter 打开这件　Ctrl+R 立即上报　Esc 返回"), self)
        keys.setProperty("tone", "quiet")
        self.county_button = QPushButton(self.tr("与县级交换的情况（F8）"), self)
        self.county_button.setProperty("kind", "link")
        self.county_button.clicked.connect(self.county_wanted)
        foot = QHBoxLayout()
        foot.addWidget(keys)
        foot.addStretch()
        foot.addWidget(self.county_button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(20, 16, 20, 12)
        layout.setSpacing(10)
        layout.addLayout(head)
        layout.addWidget(self.cause)
        layout.addWidget(split, 1)
        layout.addLayout(foot)
        bind("exchange", self, self.exchange_wanted.emit)
        self.setFocusProxy(self.view)
        self._take("")

    def _detail(self) -> QFrame:
        frame = QFrame(self)
        frame.setObjectName("side_panel")
        self.words = QLabel(frame)
        self.words.setObjectName("panel_title")
        self.words.setWordWrap(True)
        self.reason = QLabel(frame)
        self.reason.setWordWrap(True)
        self.what = QLabel(frame)
        self.what.setProperty("tone", "quiet")
        self.what.setWordWrap(True)
        self.retry_button = QPushButton(self.tr("重试"), frame)
        self.retry_button.setToolTip(self.tr("再向县里报一次"))
        self.retry_button.setProperty("kind", "primary")
        self.retry_button.clicked.connect(self.retry)
        self.aside_button = QPushButton(self.tr("搁置"), frame)
        self.aside_button.setToolTip(self.tr("已知道，先放一放；记录仍在本机和县里，随时可以“重试”"))
        self.aside_button.clicked.connect(self.set_aside)
        self.export_button = QPushButton(self.tr("导出这一项…"), frame)
        self.export_button.setToolTip(self.tr("写成管理员能看的文件，证件号码不写全"))
        self.export_button.clicked.connect(lambda: self._ask_where(one=True))
        self.export_all_button = QPushButton(self.tr("全部导出…"), frame)
        self.export_all_button.clicked.connect(lambda: self._ask_where(one=False))
        self.open_button = QPushButton(self.tr("打开这件"), frame)
        self.open_button.clicked.connect(self._open)
        presses = EnterPresses(self)
        row = QHBoxLayout()
        for button in (
            self.retry_button, self.aside_button, self.export_button, self.export_all_button, self.open_button,
        ):  # fmt: skip
            button.installEventFilter(presses)
            row.addWidget(button)
        row.addStretch()
        box = QVBoxLayout(frame)
        box.setContentsMargins(16, 12, 16, 12)
        box.setSpacing(8)
        for label in (self.words, self.reason, self.what):
            box.addWidget(label)
        box.addLayout(row)
        return frame

    def refresh(self) -> None:
        """Read the list and the status bar's state in one go."""
        self.ask("waiting", waiting.waiting, done=self._show)

    def retry(self) -> None:
        """Send the chosen acts again."""
        if self._row is not None and self._row.may_retry:
            self.act(waiting.retry, [self._row], done=self._sent)

    def set_aside(self) -> None:
        """Take note of the chosen acts."""
        if self._row is not None and self._row.may_set_aside:
            self.act(waiting.set_aside, [self._row], done=lambda n: self.say("done", f"已搁置 {n} 项，记录没有改动。"))

    def export_to(self, target: Path, *, one: bool) -> None:
        """Write the chosen acts, or all, to a file."""
        rows = [self._row] if one and self._row is not None else list(self.table.rows())
        self.act(_export, rows, target, done=lambda path: self.say("done", f"已导出到 {path}。"))

    def _ask_where(self, *, one: bool) -> None:
        suggested = str(Path.home() / "未到县的办理动作.html")
        name, _kind = QFileDialog.getSaveFileName(
            self, self.tr("导出"), suggested, self.tr("网页 (*.html);;数据文件 (*.json)")
        )
        if name:
            self.export_to(Path(name), one=one)

    def _sent(self, count: int) -> None:
        self.say("done", f"{count} 项将随下一次交换再报。")
        self.exchange_wanted.emit()

    def _show(self, found: Waiting) -> None:
        state = found.state
        words, tone = sync_words(state)
        self.headline.setText(words)
        self.headline.setProperty("tone", tone)
        last = exchange_words(state, found.now)
        self.last.setText(f"最近一次交换 {last}" if last else "尚未与县级交换过")
        cause = cause_sentence(state.last_error, state.last_reason)
        self.cause.setText(cause)
        self.cause.setVisible(bool(cause))
        self.view.set_empty(_empty(enrolled=state.enrolled, never=not state.last_exchange_at))
        self.table.set_rows(found.rows)
        self._take(self.view.current_id())

    def _take(self, key: str) -> None:
        row = self.table.row_at(self.table.line_of(key)) if key else None
        self._row = row
        self.detail.setVisible(row is not None)
        if row is None:
            return
        self.words.setText(f"{row.kind_words}　{row.title}")
        self.reason.setText(f"{row.state_words}：{row.reason}。")
        self.what.setText(f"{len(row.acts)} 项办理动作：{row.what}")
        self.retry_button.setVisible(row.may_retry)
        self.aside_button.setVisible(row.may_set_aside)
        self.open_button.setVisible(row.case_kind in ("visit", "matter"))

    def _open(self) -> None:
        row = self._row
        if row is not None and row.case_kind == "matter":
            self.matter_chosen.emit(row.case_id)
        elif row is not None and row.case_kind == "visit":
            self.visit_chosen.emit(row.case_id)


def _empty(*, enrolled: bool, never: bool) -> str:
    if not enrolled:
        return "本站尚未与县级接通，记录都在本机。"
    return "还没有与县级交换过。" if never else "没有待上报的内容，本机的记录都已到县。"


_COLUMNS: tuple[Column[WaitingRow], ...] = (
    Column("类别", lambda row: row.kind_words, width=4),
    Column("哪一件", lambda row: row.title, width=14, stretch=True, tone=lambda row: "strong"),
    Column("动作", lambda row: str(len(row.acts)), width=2, align="center", sort=lambda row: len(row.acts)),
    Column("最早办理", lambda row: row.since, width=8, spare=1),
    Column("状态", lambda row: row.state_words, width=6, tone=lambda row: _TONES[row.state]),
    Column("原因", lambda row: row.reason, width=14, spare=2),
)
