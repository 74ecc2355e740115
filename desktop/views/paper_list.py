"""PaperList 文书: the papers of a case with number, state and prints, and buttons for those not yet issued."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QMenu, QPushButton, QVBoxLayout, QWidget

from desktop.models.items.records import Column, RecordTable
from desktop.models.store.rows import PaperRow
from desktop.views.fields import EnterPresses
from desktop.views.tables import RecordView
from desktop.views.terms import FORM, PAPER_SIZE, PAPER_STATE, term

_BESIDE = 2
"""Forms with a button of their own; the others are in the menu behind them."""


class PaperList(QWidget):
    """Enter opens a paper: there it is printed, printed again 补打, or voided."""

    paper_chosen = Signal(str)
    form_chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.table: RecordTable[PaperRow] = RecordTable(_COLUMNS, lambda row: row.paper_id, parent=self)
        self.view = RecordView(
            self.table, self.tr("还没有出具文书。\n用上面的按钮出具；编号固定，可以随时补打。"), self
        )
        self.view.chosen.connect(self.paper_chosen)
        self._presses = EnterPresses(self)
        self._bar = QHBoxLayout()
        self._bar.setSpacing(8)
        self._caption = QLabel(self.tr("出具"), self)
        self._caption.setProperty("tone", "quiet")
        self._bar.addWidget(self._caption)
        self.buttons: dict[str, QPushButton] = {}
        self.more = QPushButton(self.tr("其他文书"), self)
        self.more.installEventFilter(self._presses)
        self.menu = QMenu(self.more)
        self.more.setMenu(self.menu)
        self._bar.addWidget(self.more)
        self._forms: tuple[str, ...] = ()
        self._bar.addStretch()
        keys = QLabel(self.tr("Enter 打开：打印、补打、作废"), self)
        keys.setProperty("tone", "quiet")
        self._bar.addWidget(keys)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addLayout(self._bar)
        layout.addWidget(self.view, 1)
        self.setFocusProxy(self.view)

    def show_papers(self, rows: Sequence[PaperRow], forms: Sequence[str]) -> None:
        """Show the papers issued; a button for the first forms that may be issued now, a menu for the rest."""
        self.table.set_rows(rows)
        if self._forms != tuple(forms):
            self._forms = tuple(forms)
            beside = len(forms) if len(forms) <= _BESIDE + 1 else _BESIDE
            self.menu.clear()
            for form in forms[beside:]:
                self.menu.addAction(term(FORM, form)).triggered.connect(partial(self._choose, form))
            for button in self.buttons.values():
                self._bar.removeWidget(button)
                button.deleteLater()
            self.buttons = {}
            for place, form in enumerate(forms[:beside], start=1):
                button = QPushButton(term(FORM, form), self)
                button.installEventFilter(self._presses)
                button.clicked.connect(partial(self._choose, form))
                self._bar.insertWidget(place, button)
                self.buttons[form] = button
        self._caption.setVisible(bool(forms))
        self.more.setVisible(not self.menu.isEmpty())

    def _choose(self, form: str, _checked: bool = False) -> None:
        self.form_chosen.emit(form)

    def current(self) -> PaperRow | None:
        """The paper under the cursor."""
        return self.table.row_at(self.table.line_of(self.view.current_id()))

    def focus_list(self) -> None:
        """The list takes the cursor."""
        self.view.setFocus(Qt.FocusReason.OtherFocusReason)


def _state(row: PaperRow) -> str:
    return term(PAPER_STATE, row.state)


_TONES = {"issued": "late", "stored": "soon", "printed": "good", "voided": "quiet"}

_COLUMNS: tuple[Column[PaperRow], ...] = (
    Column("文书", lambda row: row.title, width=11, tone=lambda row: "quiet" if row.voided else "strong"),
    Column("编号", lambda row: row.number, width=14, stretch=True),
    Column("状态", _state, width=9, tone=lambda row: _TONES.get(row.state, "")),
    Column("打印次数", lambda row: str(row.prints), width=4, align="right", sort=lambda row: row.prints),
    Column("纸张", lambda row: term(PAPER_SIZE, row.size), width=5, spare=1),
    Column("页数", lambda row: str(row.pages or ""), width=3, align="right", sort=lambda row: row.pages),
    Column("出具时间", lambda row: row.issued_at[:16], width=9),
    Column("出具人", lambda row: row.issued_by, width=5, spare=2),
)
