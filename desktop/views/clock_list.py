"""ClockList 期限: every statutory clock of a matter, and below it 为什么是这一天: the arithmetic anyone can follow."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from desktop.models.items.records import Column, RecordTable
from desktop.models.store.rows import ClockRow
from desktop.services.sentences import cite
from desktop.views.terms import CLOCK, CLOCK_STATE, NOTICE_OFF, term
from desktop.views.told_list import ToldList


class ClockList(ToldList[ClockRow]):
    """Arrows choose a clock; its arithmetic stands beneath."""

    def __init__(self, parent: QWidget | None = None) -> None:
        table = RecordTable(_COLUMNS, lambda row: row.clock)
        empty = self.tr("这件事项上没有期限在计算。")
        super().__init__(table, empty, explanation, parent, title=self.tr("为什么是这一天"))


def explanation(row: ClockRow) -> str:
    """The arithmetic in lines, or the reason why this clock does not run."""
    if row.state == "off":
        return term(NOTICE_OFF, row.note)
    head = f"{row.clock} {term(CLOCK, row.clock)}　{cite(row.article)}"
    lines = [head, *row.arithmetic.rstrip("。").split("；")]
    if row.ended_on:
        lines.append(f"已于 {row.ended_on} 办理")
    return "\n".join(lines)


def _state(row: ClockRow) -> str:
    words = term(CLOCK_STATE, row.state)
    return f"{words} {row.ended_on}" if row.ended_on else words


def _article(row: ClockRow) -> str:
    return cite(row.article).partition("》")[2] or row.article


_COLUMNS: tuple[Column[ClockRow], ...] = (
    Column("期限", lambda row: f"{row.clock} {term(CLOCK, row.clock)}", width=13, tone=lambda row: "strong"),
    Column(
        "依据",
        lambda row: cite(row.article).partition("》")[2] or row.article,
        width=10,
        tip=lambda row: cite(row.article),
    ),
    Column("起算事件日", lambda row: row.from_on, width=6),
    Column("天数", lambda row: str(row.days or ""), width=3, spare=1, align="right", sort=lambda row: row.days),
    Column("名义届满日", lambda row: row.nominal or "—", width=6),
    Column(
        "顺延后届满日",
        lambda row: row.rolled or (f"缺{row.calendar_missing}年日历" if row.calendar_missing else "—"),
        width=7,
        tone=lambda row: "soon" if row.calendar_missing else "",
    ),
    Column("状态", _state, width=11, stretch=True, tone=lambda row: "wait" if row.state == "running" else "quiet"),
)
