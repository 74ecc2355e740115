"""What one visit 来访 or one matter 信访事项 adds to the figures, each thing on its own day; adds nothing together."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from domain.beijing import iso_day
from domain.fold import CaseState
from domain.procedure.clocks import ClockState
from domain.procedure.holder import handler_of, stage_of
from domain.procedure.legs import ORIGIN, legs_of
from domain.procedure.stages import STAGES


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that is counted: on a day, under a name, for one part of the whole (an organ, a code) or for all."""

    day: date
    name: str
    part: str = ""
    n: int = 1


def visit_entries(visit: CaseState) -> Iterator[Entry]:
    """A visit counts once as 批次 and by its head-count as 人次; five people or more are 集体访."""
    day = iso_day(visit.get("visited_on"))
    if day is None:
        return
    people = max(1, visit.number("headcount", 1))
    yield Entry(day, "visits")
    yield Entry(day, "people", n=people)
    if visit.flag("collective"):
        yield Entry(day, "collective_visits")
        yield Entry(day, "collective_people", n=people)


def matter_entries(
    matter: CaseState, clocks: tuple[ClockState, ...], as_of: date, *, repeated: bool = False
) -> Iterator[Entry]:
    """Everything a matter adds, as known on ``as_of``. ``repeated``: a later matter says that it repeats this one."""
    received = iso_day(matter.get("received_on"))
    if received is None:
        return
    yield from _receipt(matter, received)
    yield from _clocks(matter, clocks, as_of)
    yield from _passing(matter)
    yield from _oversight(matter)
    yield from _evaluations(matter)
    ended = iso_day(matter.get("closed_on")) or iso_day(matter.get("answered_on"))
    row = STAGES.get(stage_of(matter))
    if ended is not None and row is not None and row.ended:
        yield Entry(ended, "ended", matter.text("outcome", "answered"))
    replied = iso_day(matter.get("opinion_delivered_on"))
    if replied is not None and matter.text("repeat", "first") == "first":
        yield Entry(replied, "first_replied")
        if not repeated:
            yield Entry(replied, "first_settled")


def _receipt(matter: CaseState, received: date) -> Iterator[Entry]:
    yield Entry(received, "matters")
    yield Entry(received, "repeat" if matter.text("repeat") == "repeat" else "not_repeat")
    yield Entry(received, "class", matter.text("matter_class", "other"))
    yield Entry(received, "content", matter.text("content_code"))
    yield Entry(received, "channel", matter.text("channel", "visit"))
    if matter.text("matter_class") == "accusation":
        yield Entry(received, "about", "")  # R 30③: an accused organ stands in no figure
    else:
        yield Entry(received, "about", matter.text("accused_organ") or handler_of(matter))


def _clocks(matter: CaseState, clocks: tuple[ClockState, ...], as_of: date) -> Iterator[Entry]:
    """In time or late: the notice of the petition office (T1) and of the organ (T2, T3), and the opinion (T6, T7)."""
    extended = any(each.clock == "T7" for each in clocks)
    for each in clocks:
        state = _timeliness(each, as_of)
        if not state:
            continue
        if each.clock == "T1":
            yield Entry(each.from_on, f"told_by_office.{state}", matter.text("office"))
        elif each.clock in ("T2", "T3"):
            yield Entry(each.from_on, f"told_by_organ.{state}", each.office or handler_of(matter))
        elif each.clock == ("T7" if extended else "T6"):
            yield Entry(each.from_on, f"opined.{state}", handler_of(matter))


def _timeliness(clock: ClockState, as_of: date) -> str:
    """``in_time`` · ``late`` · ``overdue`` (open, past its day) · ``due`` (open) · ``unknown``; empty: never ran."""
    if clock.off_reason:
        return ""
    if clock.ended_on is not None and clock.ended_on <= as_of:
        late = clock.late_by
        return "unknown" if late is None else "late" if late else "in_time"
    last = clock.deadline.judged_on if clock.deadline else None
    if last is None:
        return "unknown"
    return "overdue" if as_of > last else "due"


def _passing(matter: CaseState) -> Iterator[Entry]:
    for leg in legs_of(matter):
        if leg.sent_on is not None and leg.key != ORIGIN:
            yield Entry(leg.sent_on, "assigned" if leg.way == "assign" else "referred", leg.receiver)


def _oversight(matter: CaseState) -> Iterator[Entry]:
    for key, value in matter.items("supervision").items():
        if isinstance(value, dict) and (day := iso_day(value.get("on"))) is not None:
            answered = isinstance(matter.get(f"supervision.{key}.reply"), dict)
            yield Entry(day, "supervised.answered" if answered else "supervised.open", str(value.get("trigger", "")))
    for key, value in matter.items("proposal").items():
        if isinstance(value, dict) and (day := iso_day(value.get("on"))) is not None:
            said = matter.get(f"proposal.{key}.reply")
            adopted = str(said.get("adopted", "")) if isinstance(said, dict) else "open"
            yield Entry(day, f"proposed.{adopted}", str(value.get("kind", "")))
    for value in matter.items("urgent").values():
        if isinstance(value, dict) and (day := iso_day(str(value.get("at", ""))[:10])) is not None:
            yield Entry(day, "urgent")


def _evaluations(matter: CaseState) -> Iterator[Entry]:
    """Asked of every matter that was answered or closed, but never of an accusation (§1.6)."""
    row = STAGES.get(stage_of(matter))
    told = iso_day(matter.get("opinion_delivered_on")) or iso_day(matter.get("closed_on"))
    told = told or iso_day(matter.get("answered_on"))
    if row is None or told is None or matter.text("matter_class") == "accusation":
        return
    for of in ("petition_office", "handler"):
        yield Entry(told, f"evaluation_asked.{of}")
        value = matter.get(f"evaluation.{of}")
        level = str(value.get("level", "")) if isinstance(value, dict) else ""
        if level in ("satisfied", "rather", "dissatisfied"):
            yield Entry(told, f"evaluation.{level}.{of}")
