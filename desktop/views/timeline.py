"""TimelineView 时间线: every act on a case with its author, its reason and whether the county holds it."""

from __future__ import annotations

from datetime import date

from PySide6.QtWidgets import QWidget

from desktop.models.items.records import Column
from desktop.models.items.timeline import Timeline
from desktop.models.store.rows import TimelineRow
from desktop.views.told_list import ToldList
from domain.papers import mask_identities_in

_WEEKDAYS = "一二三四五六日"


def day_title(day: str) -> str:
    """``2026-11-23 周一``; a time nobody can read says so."""
    try:
        return f"{day} 周{_WEEKDAYS[date.fromisoformat(day).weekday()]}"
    except ValueError:
        return "时间不明"


def time_words(row: TimelineRow) -> str:
    """The minute, with a word when the device's clock was not to be trusted; the card below says by how much."""
    return f"{row.at[11:16]} {row.doubt.partition('（')[0]}".strip()


class TimelineView(ToldList[TimelineRow]):
    """The acts of one case, oldest first; arrows read line by line, the card below holds what is cut off."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(Timeline(_COLUMNS, day_title), self.tr("还没有办理动作。"), whole_words, parent)
        self.view.setSortingEnabled(False)  # order is the meaning of a timeline


def whole_words(row: TimelineRow) -> str:
    """Everything an act says, in lines: what the table has no room for."""
    lines = [f"{row.at[:16]}　{row.title}　{row.by}　{row.office}　{row.station}"]
    if row.doubt:
        lines.append(f"{row.doubt}：时间按原样保留，不影响期限；需要时办理“更正来访时间”")
    lines += [part for part in mask_identities_in(row.summary).split("；") if part]
    return "\n".join([*lines, f"理由：{row.why}"] if row.why else lines)


_COLUMNS: tuple[Column[TimelineRow], ...] = (
    Column("时间", time_words, width=9, tone=lambda row: "soon" if row.doubt else ""),
    Column("办理动作", lambda row: row.title, width=8, tone=lambda row: "strong"),
    Column("内容", lambda row: mask_identities_in(row.summary), width=14, stretch=True),
    Column("依据与理由", lambda row: row.why, width=8, spare=2),
    Column("办理人", lambda row: row.by, width=4),
    Column("机构", lambda row: row.office, width=8, spare=1, tip=lambda row: f"{row.office} {row.station}".strip()),
    Column(
        "记录状态",
        lambda row: "已到县" if row.reported else "已存本机",
        width=5,
        tone=lambda row: "good" if row.reported else "wait",
    ),
)
