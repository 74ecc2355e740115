"""ToldList: a list with a card beneath that says the whole of the line the cursor is on; it knows no kind of row."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QLabel, QVBoxLayout, QWidget

from desktop.models.items.records import RecordTable
from desktop.views.tables import RecordView

R = TypeVar("R")


class ToldList(QWidget, Generic[R]):
    """Arrows choose a line; the card holds what its columns have no room for, under ``title`` where there is one."""

    def __init__(
        self,
        table: RecordTable[R],
        empty: str,
        words: Callable[[R], str],
        parent: QWidget | None = None,
        *,
        title: str = "",
    ) -> None:
        super().__init__(parent)
        self.table, self._words_of = table, words
        table.setParent(self)
        self.view = RecordView(table, empty, self)
        self.view.current_changed.connect(self._tell)
        self.whole = QFrame(self)
        self.whole.setObjectName("card")
        self.words = QLabel(self.whole)
        self.words.setWordWrap(True)
        self.words.setTextFormat(Qt.TextFormat.PlainText)
        self.words.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        box = QVBoxLayout(self.whole)
        box.setContentsMargins(16, 10, 16, 10)
        if title:
            head = QLabel(title, self.whole)
            head.setObjectName("panel_title")
            box.addWidget(head)
        box.addWidget(self.words)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(10)
        layout.addWidget(self.view, 1)
        layout.addWidget(self.whole)
        self.setFocusProxy(self.view)

    def show_rows(self, rows: Sequence[R]) -> None:
        """Show these rows in the order given."""
        self.table.set_rows(rows)
        self._tell(self.view.current_id())

    def row(self, row_id: str) -> R | None:
        """The row with this id."""
        return self.table.row_at(self.table.line_of(row_id))

    def _tell(self, row_id: str) -> None:
        row = self.row(row_id)
        self.whole.setVisible(row is not None)
        if row is not None:
            self.words.setText(self._words_of(row))
