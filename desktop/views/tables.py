"""RecordView: the one table of the window: keys, words instead of colours alone, a sentence when it is empty."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QSize, Qt, Signal
from PySide6.QtGui import QBrush, QColor, QKeyEvent, QKeySequence, QPalette, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QLabel,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QWidget,
)

from desktop.models.items.records import RecordTable, Role

TONES: dict[str, QColor] = {
    "late": QColor("#a61b1b"),
    "today": QColor("#b45309"),
    "soon": QColor("#8a6100"),
    "good": QColor("#1f6b3a"),
    "wait": QColor("#1d4f91"),
    "quiet": QColor("#6b7280"),
    "section": QColor("#1f2d3d"),
}
"""Ink for a tone, all at least 4.5:1 on white; the word beside it always says the same."""

STRONG = frozenset({"late", "today", "strong", "section"})


class ToneDelegate(QStyledItemDelegate):
    """Paints a cell in the ink of its tone and leaves room between lines."""

    def initStyleOption(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> None:
        super().initStyleOption(option, index)
        option.textElideMode = Qt.TextElideMode.ElideRight
        tone = index.data(Role.TONE)
        if not tone:
            return
        if tone in STRONG:
            option.font.setBold(True)
        ink = TONES.get(tone)
        if ink is not None:
            palette = option.palette
            palette.setColor(QPalette.ColorRole.Text, ink)
            palette.setColor(QPalette.ColorRole.HighlightedText, ink)
        if tone == "section":
            option.backgroundBrush = QBrush(QColor("#eef1f5"))

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        size = super().sizeHint(option, index)
        return QSize(size.width(), size.height() + 8)


class RecordView(QTableView):
    """Shows a RecordTable. Arrows move, Enter or a double click chooses, Ctrl+digit sorts by that column."""

    chosen = Signal(str)
    """Row id."""
    current_changed = Signal(str)
    """Row id under the cursor, empty when there is none."""
    left_upwards = Signal()
    """The up arrow on the first row: the search line takes the focus back."""

    def __init__(self, table: RecordTable[Any], empty: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("record_view")
        self._table = table
        self._held = ""
        self._empty = QLabel(empty, self.viewport())
        self._empty.setObjectName("empty_state")
        self._empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._empty.setWordWrap(True)
        self.setItemDelegate(ToneDelegate(self))
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setTabKeyNavigation(False)
        self.setWordWrap(False)
        self.setShowGrid(False)
        self.verticalHeader().hide()
        header = self.horizontalHeader()
        header.setHighlightSections(False)
        header.setSortIndicatorClearable(True)
        header.setSortIndicator(-1, Qt.SortOrder.AscendingOrder)
        self.setModel(table)
        self.setSortingEnabled(True)
        header.setToolTip(self.tr("点击列名排序，或按 Ctrl+数字 按第几列排序"))
        self._set_heights()
        table.modelAboutToBeReset.connect(self._hold)
        table.modelReset.connect(self._settle)
        table.layoutChanged.connect(self._span)
        self.doubleClicked.connect(self._choose)
        self.selectionModel().currentRowChanged.connect(lambda now, _before: self._announce(now))
        self._settle()

    def set_empty(self, text: str) -> None:
        """The sentence shown while there is no row."""
        self._empty.setText(text)

    def current_id(self) -> str:
        """Id of the row under the cursor, empty when there is none."""
        found = self.currentIndex().data(Role.ID)
        return found if isinstance(found, str) else ""

    def choose_id(self, row_id: str) -> bool:
        """Put the cursor on a row; False when it is not shown."""
        line = self._table.line_of(row_id)
        if line >= 0:
            self.setCurrentIndex(self._table.index(line, 0))
        return line >= 0

    def first(self) -> None:
        """Put the cursor on the first row."""
        line = self._table.first_row()
        if line >= 0:
            self.setCurrentIndex(self._table.index(line, 0))

    def _set_heights(self) -> None:
        line = self.fontMetrics().height() + 12
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.verticalHeader().setDefaultSectionSize(line)
        self.horizontalHeader().setMinimumSectionSize(2 * self.fontMetrics().horizontalAdvance("国"))

    def _set_widths(self) -> None:
        """Share the room out: spare columns go first, then the stretching one takes what is left."""
        em = self.fontMetrics().horizontalAdvance("国")
        columns, room = self._table.columns, self.viewport().width()
        widths = [(column.width + 1) * em for column in columns]
        spare = sorted(
            (number for number, column in enumerate(columns) if column.spare), key=lambda n: columns[n].spare
        )
        need = sum(widths)
        for number in range(len(columns)):
            self.setColumnHidden(number, False)
        for number in spare:
            if need <= room:
                break
            self.setColumnHidden(number, True)
            need -= widths[number]
        stretching = next((number for number, column in enumerate(columns) if column.stretch), len(columns) - 1)
        widths[stretching] += max(0, room - need)
        for number, width in enumerate(widths):
            self.setColumnWidth(number, width)

    def _hold(self) -> None:
        self._held = self.current_id()

    def _settle(self) -> None:
        self._span()
        self._empty.setVisible(self._table.rowCount() == 0)
        if not (self._held and self.choose_id(self._held)):
            self.first()

    def _span(self) -> None:
        self.clearSpans()
        if len(self._table.columns) > 1:
            for line in self._table.section_lines():
                self.setSpan(line, 0, 1, len(self._table.columns))

    def _announce(self, index: QModelIndex) -> None:
        found = index.data(Role.ID) if index.isValid() else ""
        self.current_changed.emit(found if isinstance(found, str) else "")

    def _choose(self, index: QModelIndex) -> None:
        found = index.data(Role.ID)
        if isinstance(found, str) and found:
            self.chosen.emit(found)

    # Qt's own names

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not event.modifiers() & ~_KEYPAD:
            self._choose(self.currentIndex())
            return
        digit = event.key() - Qt.Key.Key_1
        if event.modifiers() == Qt.KeyboardModifier.ControlModifier and 0 <= digit < len(self._table.columns):
            header = self.horizontalHeader()
            same = header.sortIndicatorSection() == digit
            down = same and header.sortIndicatorOrder() is Qt.SortOrder.AscendingOrder
            self.sortByColumn(digit, Qt.SortOrder.DescendingOrder if down else Qt.SortOrder.AscendingOrder)
            return
        at_top = self.currentIndex().row() <= self._table.first_row()
        if event.key() == Qt.Key.Key_Up and at_top:
            self.left_upwards.emit()
            return
        super().keyPressEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self._set_widths()
        self._empty.setGeometry(self.viewport().rect().adjusted(24, 0, -24, 0))


class TickView(RecordView):
    """A list to choose from: Space ticks a line, Ctrl+A all of them or none."""

    ticked = Signal(str)
    all_ticked = Signal()

    # Qt's own names

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Space and not event.modifiers():
            self.ticked.emit(self.current_id())
        elif event.matches(QKeySequence.StandardKey.SelectAll):
            self.all_ticked.emit()
        else:
            super().keyPressEvent(event)


_KEYPAD = Qt.KeyboardModifier.KeypadModifier
