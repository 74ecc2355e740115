"""StepList 全部步骤: every step of the table of procedure for a matter: what is open now, and why the rest is not."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from desktop.models.items.records import Column, RecordTable, Section
from desktop.services.step_offers import OfferedStep
from desktop.views.terms import FORM, term
from desktop.views.told_list import ToldList

_SECTIONS = {True: Section((0,), "现在可以办理（Enter 打开）"), False: Section((1,), "现在不能办理")}


class StepList(ToldList[OfferedStep]):
    """Arrows choose a step, Enter opens it; the card beneath says what it needs, or why it is not open."""

    chosen = Signal(str)
    """Code of an open step."""

    def __init__(self, parent: QWidget | None = None) -> None:
        table = RecordTable(_COLUMNS, lambda row: row.code, section=lambda row: _SECTIONS[row.open])
        super().__init__(table, self.tr("没有可以办理的步骤。"), step_words, parent)
        self.view.chosen.connect(self._choose)

    def _choose(self, code: str) -> None:
        row = self.row(code)
        if row is not None and row.open:
            self.chosen.emit(code)


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
