"""FindPage 查找: one line for name, initials, number or words; what is found here includes work not yet reported."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from desktop.models.items.records import Column, RecordTable, Section
from desktop.models.store.rows import FoundRow
from desktop.services import lookup
from desktop.services.outcome import Topic
from desktop.views.fields import LineEdit, plain_enter
from desktop.views.page import Page, StationRef
from desktop.views.tables import RecordView
from desktop.views.terms import MATCHED, term
from desktop.workers.bus import Bus
from desktop.workers.lane import Lane
from domain.papers.text import read_qr

PAUSE_MS = 120
"""How long the typing rests before the index is asked."""

KINDS = {"petitioner": (0, "信访人"), "visit": (1, "来访"), "matter": (2, "信访事项")}

_HINT = "姓名、姓名首字母、身份证号或后几位、电话后四位、登记编号、文号、查询码、事项内容"
_EMPTY = "输入两个字以上即可查找：\n" + _HINT + "。\n本机的全部记录都能查到，包括还没有上报的。"


def section_of(row: FoundRow) -> Section:
    """People first, then visits, then matters."""
    order, title = KINDS.get(row.kind, (9, "其他"))
    return Section((order,), title)


def key_of(row: FoundRow) -> str:
    """A row's id in the list: the same matter may be found by two keys, and is shown once by the store."""
    return f"{row.kind}:{row.ref}"


class SearchLine(LineEdit):
    """A plain line in an ordinary window: an input method works in it, and Down goes to the results."""

    went_down = Signal()
    entered = Signal()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Down:
            self.went_down.emit()
        elif plain_enter(event) and not self.composing:
            self.entered.emit()
        else:
            super().keyPressEvent(event)


class FindPage(Page):
    """F3. Type, arrow down, Enter."""

    TOPICS = frozenset({Topic.VISIT, Topic.MATTER, Topic.PETITIONER, Topic.PAPER})

    petitioner_chosen = Signal(str)

    def __init__(self, lane: Lane, station_ref: StationRef, bus: Bus, parent: QWidget | None = None) -> None:
        super().__init__(lane, station_ref, bus, parent)
        self._shown_for = ""
        self._open_when_found = False
        title = QLabel(self.tr("查找"), self)
        title.setObjectName("page_title")
        self.line = SearchLine(self)
        self.line.setObjectName("search_line")
        self.line.setPlaceholderText(_HINT)
        self.line.setClearButtonEnabled(True)
        self.line.setAccessibleName(self.tr("查找"))
        self.counts = QLabel(self)
        self.counts.setObjectName("page_counts")
        self.table: RecordTable[FoundRow] = RecordTable(_COLUMNS, key_of, section=section_of, parent=self)
        self.view = RecordView(self.table, _EMPTY, self)
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(PAUSE_MS)
        self._pause.timeout.connect(self.refresh)
        self.line.textChanged.connect(self._typed)
        self.line.went_down.connect(self._to_results)
        self.line.entered.connect(self._enter)
        self.view.left_upwards.connect(lambda: self.line.setFocus(Qt.FocusReason.OtherFocusReason))
        self.view.chosen.connect(self._open)
        head = QHBoxLayout()
        head.addWidget(title)
        head.addSpacing(16)
        head.addWidget(self.line, 1)
        head.addWidget(self.counts)
        keys = QLabel(self.tr("↓ 到结果　Enter 打开　Esc 清空"), self)
        keys.setProperty("tone", "quiet")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(20, 16, 20, 12)
        layout.setSpacing(12)
        layout.addLayout(head)
        layout.addWidget(self.view, 1)
        layout.addWidget(keys)
        self.setFocusProxy(self.line)

    def refresh(self) -> None:
        """Ask the index for what the line says now."""
        self._pause.stop()
        text = self.line.text().strip()
        if not text:
            self._show("", [])
            return
        self.ask("find", lookup.find, text, done=lambda rows: self._show(text, rows))

    def look_for(self, text: str) -> None:
        """Look for a text at once (a scanned code, a name from another page)."""
        self.line.setText(text)
        self.refresh()

    def open_scanned(self, scanned: str) -> None:
        """Open what a scanned paper is about."""
        self.ask("scan", lookup.by_scan, scanned, done=lambda found: self._open(":".join(found)))

    def _typed(self, text: str) -> None:
        self._open_when_found = False
        if text.strip():
            self._pause.start()
        else:
            self.refresh()

    def _show(self, text: str, rows: Sequence[FoundRow]) -> None:
        if text != self.line.text().strip():
            return  # typed on meanwhile; the next answer is on its way
        self._shown_for = text
        nothing = f"本机没有与“{text}”相符的记录。\n可以少输几个字，或换用电话后四位、登记编号再试。"
        self.view.set_empty(nothing if text else _EMPTY)
        self.table.set_rows(rows)
        self.view.first()
        self.counts.setText(f"{len(rows)} 条" if text else "")
        if self._open_when_found:
            self._open_when_found = False
            self._open(self.view.current_id())

    def _enter(self) -> None:
        """Enter in the line opens the first result, waiting for the answer when it is still on its way."""
        text = self.line.text().strip()
        if read_qr(text) is not None:  # typed or pasted; a scanner's burst is caught before it gets here
            self.line.clear()
            self.open_scanned(text)
        elif text and text != self._shown_for:
            self._open_when_found = True
            self.refresh()
        else:
            self._open(self.view.current_id())

    def _to_results(self) -> None:
        if self.table.first_row() >= 0:
            self.view.setFocus(Qt.FocusReason.OtherFocusReason)
            self.view.first()

    def _open(self, key: str) -> None:
        kind, _, ref = key.partition(":")
        if kind == "matter":
            self.matter_chosen.emit(ref)
        elif kind == "visit":
            self.visit_chosen.emit(ref)
        elif kind == "petitioner":
            self.petitioner_chosen.emit(ref)

    # Qt's own names

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and self.line.text():
            self.line.clear()
            self.line.setFocus(Qt.FocusReason.OtherFocusReason)
        else:
            super().keyPressEvent(event)


_COLUMNS: tuple[Column[FoundRow], ...] = (
    Column("名称", lambda row: row.title, width=22, tone=lambda row: "strong"),
    Column("内容", lambda row: row.detail, width=20, stretch=True),
    Column("相符之处", lambda row: term(MATCHED, row.matched), width=6, tone=lambda row: "quiet"),
    Column("时间", lambda row: row.at[:16], width=8),
)
