"""A deadline told to a person or a program: the report of ``xinfang due`` and its arithmetic in Chinese."""

from __future__ import annotations

from datetime import date

from domain.beijing import written_day
from domain.clocks import DayKind, Deadline

_POLICIES = {
    "staff_nominal": "办理机关按名义届满日提醒，信访人是否逾期按顺延后届满日认定",
    "rolled": "按顺延后届满日认定",
    "nominal": "按名义届满日认定，信访人是否逾期按顺延后届满日认定",
}


def report(deadline: Deadline) -> dict[str, object]:
    """A deadline as plain JSON values: the days, the article, the arithmetic and what they rest on.

    ``counted`` is the list of every counted day for working-day clocks, else ``{"days", "first", "last"}``.
    """
    counted: object = [day.isoformat() for day in deadline.counted]
    if deadline.kind is DayKind.CALENDAR:
        first = date.fromordinal(deadline.from_date.toordinal() + 1)
        days = deadline.base_days + deadline.length
        counted = {"days": days, "first": first.isoformat(), "last": _iso(deadline.nominal)}
    return {
        "clock": deadline.clock.name,
        "name": deadline.clock.runs,
        "article": deadline.article,
        "from": deadline.from_date.isoformat(),
        "kind": deadline.kind.value,
        "days": deadline.length,
        "nominal": _iso(deadline.nominal),
        "rolled": _iso(deadline.rolled),
        "counted": counted,
        "excluded": [[first.isoformat(), last.isoformat()] for first, last in deadline.excluded],
        "basis": deadline.basis,
        "from_memory": deadline.from_memory,
        "roll_policy": deadline.roll_policy,
        "calendar_missing": deadline.calendar_missing,
        "tables": list(deadline.tables),
        "arithmetic": arithmetic(deadline),
    }


def arithmetic(deadline: Deadline) -> str:
    """How the days were reached, in one Chinese paragraph a petitioner or an inspector can follow by hand."""
    parts = [f"起算事件日{_spoken(deadline.from_date, deadline)}不计入"]
    if deadline.kind is DayKind.WORKING:
        parts.append(_working(deadline))
    else:
        parts.append(_calendar(deadline))
    if deadline.calendar_missing is not None:
        parts.append(f"缺少{deadline.calendar_missing}年官方工作日历，日历缺失，不作推算")
    parts.append(f"依据：{deadline.basis}" + ("（待核实）" if deadline.from_memory else ""))
    return "；".join(parts) + "。"


def _working(deadline: Deadline) -> str:
    listed = "、".join(f"{day.month}月{day.day}日" for day in deadline.counted)
    if deadline.nominal is None:
        return f"应计{deadline.length}个工作日，可计入{len(deadline.counted)}个" + (f"（{listed}）" if listed else "")
    return f"计入{deadline.length}个工作日（{listed}），届满日{written_day(deadline.nominal)}"


def _calendar(deadline: Deadline) -> str:
    total = f"自次日起算{deadline.length}日"
    if deadline.base_days:
        days = deadline.base_days + deadline.length
        total = f"自次日起算{deadline.base_days}日，再延长{deadline.length}日，共{days}日"
    for first, last in deadline.excluded:
        days = (last - first).days + 1
        total += f"，听证{written_day(first)}至{written_day(last)}共{days}日不计"
    nominal = deadline.nominal
    if nominal is None:
        return total
    text = f"{total}，名义届满日{_spoken(nominal, deadline)}"
    if deadline.rolled is None:
        return text
    if deadline.rolled == nominal:
        return f"{text}，当日为工作日，不顺延"
    return f"{text}，顺延至其后第一个工作日{_spoken(deadline.rolled, deadline)}；{_POLICIES[deadline.roll_policy]}"


def _spoken(day: date, deadline: Deadline) -> str:
    note = dict(deadline.day_notes).get(day)
    return written_day(day) if note is None else f"{written_day(day)}（{note}）"


def _iso(day: date | None) -> str | None:
    return None if day is None else day.isoformat()
