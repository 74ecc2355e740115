"""StepList 全部步骤: every step of the table of procedure for a matter: what is open now, and why the rest is not."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QLabel, QVBoxLayout, QWidget

from desktop.models.items.records import Column, RecordTable, Section
from desktop.services.step_offers import OfferedStep
from desktop.views.tables import RecordView
from desktop.views.terms import FORM, term

_SECTIONS = {True: Section((0,), "现在可以办理（Enter 打开）"), False: Section((1,), "现在不能办理")}


class StepList(QWidget):
    """Arrows choose a step, Enter opens it; the card beneath says what it needs, or why it is not open."""

    chosen = Signal(str)
    """Code of an open step."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.table: RecordTable[OfferedStep] = RecordTable(
            _COLUMNS, lambda row: row.code, section=lambda row: _SECTIONS[row.open], parent=self
        )
        self.view = RecordView(self.table, self.tr("没有可以办理的步骤。"), self)
        self.view.chosen.connect(self._choose)
        self.view.current_changed.connect(self._tell)
        self.whole = QFrame(self)
        self.whole.setObjectName("card")
        self.words = QLabel(self.whole)
        self.words.setWordWrap(True)
        self.words.setTextFormat(Qt.TextFormat.PlainText)
        box = QVBoxLayout(self.whole)
        box.setContentsMargins(16, 10, 16, 10)
        box.addWidget(self.words)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(10)
        layout.addWidget(self.view, 1)
        layout.addWidget(self.whole)
        self.setFocusProxy(self.view)

    def show_steps(self, rows: Sequence[OfferedStep]) -> None:
        """Show these steps in the order given."""
        self.table.set_rows(rows)
        self._tell(self.view.current_id())

    def _row(self, code: str) -> OfferedStep | None:
        return self.table.row_at(self.table.line_of(code))

    def _choose(self, code: str) -> None:
        row = self._row(code)
        if row is not None and row.open:
            self.chosen.emit(code)

    def _tell(self, code: str) -> None:
        row = self._row(code)
        self.whole.setVisible(row is not None)
        if row is not None:
            self.words.setText(step_words(row))


def step_words(row: OfferedStep) -> str:
    """All that is said of a step, in lines."""
    lines = [f"{row.title}　{row.form.explain}"]
    if row.papers:
        lines.append("文书：" + "、".join(term(FORM, form) for form in row.papers))
    return "\n".join([*lines, f"现在不能办理：{row.refusal}"] if row.refusal else lines)


_COLUMNS: tuple[Column[OfferedStep], ...] = (
    Column("步骤", lambda row: row.title, width=9, tone=lambda row: "strong" if row.open else "quiet"),
    Column("依据", lambda row: row.article, width=15, tone=lambda row: "" if row.open else "quiet"),
    Column("文书", lambda row: "、".join(term(FORM, form) for form in row.papers), width=12, spare=1),
    Column(
        "要求或者不能办理的原因",
        lambda row: row.refusal or row.form.explain.partition("：")[2],
        width=14,
        stretch=True,
        tone=lambda row: "soon" if row.refusal else "",
    ),
)
