"""TablePage 规则和代码表: which tables count here; importing one from a file after seeing what it is and would move."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFileDialog, QFrame, QHBoxLayout, QLabel, QProgressBar, QPushButton, QVBoxLayout, QWidget

from desktop.models.items.records import Column, RecordTable
from desktop.services import table_files
from desktop.services.clerks import is_administrator
from desktop.services.outcome import Topic
from desktop.services.sentences import sentence
from desktop.services.sentences_words import TABLE_KINDS
from desktop.services.station import Station
from desktop.services.table_files import Counted, Seen
from desktop.services.tables import TableRow, tables_here
from desktop.views.actions import bind
from desktop.views.fields import EnterPresses
from desktop.views.page import Page, StationRef
from desktop.views.told_list import ToldList
from desktop.workers.bus import Bus
from desktop.workers.lane import Lane
from domain.faults import SurroundingsFault
from domain.refusals import Refusal
from sync.bundle.files import Cancelled

_TICK_MS = 100
_FILTER = "表 (*.json);;所有文件 (*)"


def _read(station: Station) -> tuple[list[TableRow], bool]:
    return tables_here(station), is_administrator(station)


def _look(station: Station, path: Path) -> Seen:
    return table_files.look(station, table_files.read(path))


class _Work:
    """An import under way. The store lane writes ``done`` and reads ``off``; the window the other way."""

    def __init__(self) -> None:
        self.done = self.total = 0
        self.off = False

    def told(self, done: int, total: int) -> None:
        """So many matters, on the store lane."""
        self.done, self.total = done, total
        if self.off:
            raise Cancelled


class TablePage(Page):
    """Shift+F7. Everybody may look, the administrator imports: Ctrl+O chooses, Ctrl+Enter takes, Esc stops."""

    TOPICS = frozenset({Topic.CALENDAR, Topic.SYNC})
    LEAVES_BY_ESCAPE = True

    def __init__(self, lane: Lane, station_ref: StationRef, bus: Bus, parent: QWidget | None = None) -> None:
        super().__init__(lane, station_ref, bus, parent)
        self._seen: Counted | None = None
        self._work: _Work | None = None
        self._may = False
        title = QLabel(self.tr("规则和代码表"), self)
        title.setObjectName("page_title")
        self.counts = QLabel(self)
        self.counts.setObjectName("page_counts")
        head = QHBoxLayout()
        head.addWidget(title)
        head.addSpacing(12)
        head.addWidget(self.counts, 1)
        table: RecordTable[TableRow] = RecordTable(_COLUMNS, _id, parent=self)
        self.list = ToldList(table, self.tr("没有表。"), _told, self)
        self.card = QFrame(self)
        self.card.setObjectName("card")
        self.words = QLabel(self.card)
        self.words.setWordWrap(True)
        self.words.setTextFormat(Qt.TextFormat.PlainText)
        self.trouble = QLabel(self.card)
        self.trouble.setProperty("tone", "late")
        self.trouble.setWordWrap(True)
        self.bar = QProgressBar(self.card)
        self.bar.setTextVisible(False)
        self._presses = EnterPresses(self)
        self.choose_button = self._button(self.tr("选择表的文件（Ctrl+O）"), self.choose)
        self.take_button = self._button(self.tr("导入（Ctrl+Enter）"), self.take)
        self.take_button.setProperty("kind", "primary")
        self.cancel_button = self._button(self.tr("取消（Esc）"), self.cancel)
        row = QHBoxLayout()
        for each in (self.choose_button, self.take_button, self.cancel_button):
            row.addWidget(each)
        row.addWidget(self.bar, 1)
        row.addStretch()
        box = QVBoxLayout(self.card)
        box.setContentsMargins(16, 12, 16, 12)
        for made in (self.words, self.trouble):
            box.addWidget(made)
        box.addLayout(row)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(20, 16, 20, 12)
        layout.setSpacing(10)
        layout.addLayout(head)
        layout.addWidget(self.list, 1)
        layout.addWidget(self.card)
        self._timer = QTimer(self)
        self._timer.setInterval(_TICK_MS)
        self._timer.timeout.connect(self._tick)
        bind("choose_table", self, self.choose)
        bind("finish", self, self.take)
        self.setFocusProxy(self.list)
        self._show_state()

    def refresh(self) -> None:
        """Read which tables count here."""
        self.ask("tables", _read, done=self._show)

    def choose(self) -> None:
        """Choose a file by the system's own dialog."""
        if self._may and self._work is None:
            text, _ = QFileDialog.getOpenFileName(self, self.tr("选择表的文件"), "", _FILTER)
            if text:
                self.look_at(Path(text))

    def look_at(self, path: Path) -> None:
        """Say what a file is and count what it would move, a piece at a time: the clerk's work goes between."""
        if self._work is not None:
            return
        self._seen, self._work = None, _Work()
        self.trouble.clear()
        self._show_state()
        self.lane.run(
            _look, self.station_ref(), path, done=lambda seen: self._count(Counted(seen)),
            refused=self._failed, failed=self._failed,
        )  # fmt: skip

    def take(self) -> None:
        """Import the table that is shown."""
        if self._seen is None or self._work is not None or not self.take_button.isEnabled():
            return
        seen, self._work = self._seen.seen, _Work()
        self._show_state()
        self.act(table_files.take, seen, self._work.told, done=self._taken, refused=self._failed, failed=self._failed)

    def cancel(self) -> None:
        """Stop what is under way; or put the table aside that was only looked at."""
        if self._work is not None:
            self._work.off = True
        elif self._seen is not None:
            self._seen = None
            self._show_state()

    def complain(self, fault: BaseException) -> None:
        """A cancelled import is no fault; a refusal stands beside the file."""
        if isinstance(fault, Cancelled):
            self._failed(fault)
        else:
            super().complain(fault)

    def _count(self, counted: Counted) -> None:
        work = self._work
        if work is None:
            return
        if work.off:
            self._failed(Cancelled())
            return
        self._seen = counted
        work.done, work.total = counted.done, len(counted.seen.matters)
        if counted.more:
            self._show_state()
            self.lane.run(
                table_files.count_some, self.station_ref(), counted,
                done=self._count, refused=self._failed, failed=self._failed,
            )  # fmt: skip
            return
        self._work = None
        self._show_state()
        self.take_button.setFocus(Qt.FocusReason.OtherFocusReason)

    def _taken(self, said: str) -> None:
        self._work = self._seen = None
        self._show_state()
        self.say("done", said)
        self.list.setFocus(Qt.FocusReason.OtherFocusReason)

    def _failed(self, fault: BaseException) -> None:
        self._work = self._seen = None
        if isinstance(fault, Cancelled):
            self.trouble.setText(self.tr("已取消，没有导入，期限没有变动。"))
        elif isinstance(fault, Refusal | SurroundingsFault):
            self.trouble.setText(sentence(fault))
        else:
            raise fault
        self._show_state()

    def _show(self, found: tuple[Sequence[TableRow], bool]) -> None:
        rows, self._may = found
        self.list.show_rows(sorted(rows, key=lambda row: (not row.imported_on, row.kind, row.table, -row.version)))
        own = sum(bool(row.imported_on) for row in rows)
        self.counts.setText(f"{len(rows)} 张，其中导入的 {own} 张" if own else f"{len(rows)} 张，都是随程序的")
        self._show_state()

    def _show_state(self) -> None:
        work, seen = self._work, self._seen
        self.words.setText(_seen_words(seen, counting=work is not None) if seen is not None else _INVITE[self._may])
        self.trouble.setVisible(bool(self.trouble.text()))
        self.choose_button.setVisible(self._may)
        self.choose_button.setEnabled(work is None)
        self.take_button.setVisible(self._may and seen is not None)
        self.take_button.setEnabled(work is None)
        self.cancel_button.setVisible(work is not None or seen is not None)
        self.bar.setVisible(work is not None)
        if work is None:
            self._timer.stop()
        else:
            self._tick()
            self._timer.start()

    def _tick(self) -> None:
        if self._work is not None:
            self.bar.setMaximum(self._work.total)
            self.bar.setValue(self._work.done)

    def _button(self, text: str, press: object) -> QPushButton:
        button = QPushButton(text, self.card)
        button.clicked.connect(press)
        button.installEventFilter(self._presses)
        return button

    # Qt's own names

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and (self._work is not None or self._seen is not None):
            self.cancel()
            return
        super().keyPressEvent(event)


_INVITE = {
    True: "可以导入：工作日历、期限规则表、代码表、机构负责人表（JSON 文件）。先看清是什么、会改动多少期限。",
    False: "导入由本窗口的管理员办理。",
}


def _seen_words(counted: Counted, *, counting: bool) -> str:
    lines = [f"{label}：{words}" for label, words in counted.seen.rows]
    if counted.seen.kind in ("calendar", "rules"):
        total = len(counted.seen.matters)
        said = f"会改动 {counted.matters} 件事项的 {counted.clocks} 个期限；已经办结的不变"
        lines.append(f"正在试算 {counted.done}/{total}" if counting else said)
    return "\n".join(lines)


def _id(row: TableRow) -> str:
    return f"{row.kind}/{row.table}/{row.version}/{row.region}"


def _told(row: TableRow) -> str:
    source = f"{row.imported_on} 由 {row.by} 导入。" if row.imported_on else "随程序发布。"
    mark = "" if row.verified else "未核实：请核对原文后使用。"
    return f"{row.name}\n{source}{row.words}{mark}"


_COLUMNS: tuple[Column[TableRow], ...] = (
    Column("种类", lambda row: TABLE_KINDS[row.kind], width=6),
    Column("名称", lambda row: row.name, width=18, stretch=True, tone=lambda row: "strong" if row.imported_on else ""),
    Column("版本", lambda row: str(row.version), width=3, align="right", sort=lambda row: row.version),
    Column("起用", lambda row: row.since or "按各项", width=6),
    Column("地区", lambda row: row.region or "全国", width=6, spare=1),
    Column("导入日期", lambda row: row.imported_on or "随程序", width=6),
    Column("改动的期限", lambda row: str(row.clocks) if row.imported_on else "", width=5, align="right",
           sort=lambda row: row.clocks, spare=2),
)  # fmt: skip
