"""What the command line shows: one record, a list, a search, a deadline; it writes only who read an accusation."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterable, Mapping
from datetime import date

from desktop.models.store.rows import MatterRow
from desktop.services import (
    clerks,
    drafts,
    duplicates,
    lookup,
    matters,
    papers,
    series,
    supervision,
    tables,
    waiting,
    wording,
)
from desktop.services.shipped import shipped_calendars, shipped_rules
from desktop.services.station import Station
from desktop.services.sync_status import sync_state
from domain.arithmetic import report
from domain.beijing import parse_minute
from domain.deadlines import Clock, due
from domain.refusals import Refusal
from domain.texts import to_halfwidth
from domain.workcalendar import WorkCalendar

WHATS = ("visit", "matter", "petitioner", "notice", "conflict")


def show(station: Station, what: str, ref: str) -> object:
    """One record by its id; visits and matters also by their number (登记编号), conflicts by case or ``case:field``."""
    if what == "visit":
        return lookup.visit_page(station, station.store.visit_by_number(ref) or ref)
    if what == "matter":
        matter_id = matter_by_number(station, ref) or ref
        matters.note_reading(station, matter_id)
        return lookup.matter_page(station, matter_id)
    if what == "petitioner":
        return lookup.petitioner_page(station, ref)
    if what == "notice":
        return _notice(station, ref)
    case_id, _, name = ref.partition(":")
    found = [row for row in lookup.conflicts(station) if row.case_id == case_id and name in ("", row.field)]
    if not found:
        station.state(case_id, field="id")
        raise Refusal("no_conflict", field="id", facts={"id": ref[:60]})
    return found


def matter_by_number(station: Station, number: str) -> str | None:
    """The matter with this number, ``370299-2-20261123-007/1``; None when there is none."""
    visit_id = station.store.visit_by_number(number.partition("/")[0])
    rows = station.store.matters_of_visit(visit_id) if visit_id and "/" in number else []
    return next((row.matter_id for row in rows if row.number == number), None)


def _notice(station: Station, paper_id: str) -> Mapping[str, object]:
    row = station.store.paper(paper_id)
    if row is None:
        raise Refusal("paper_unknown", field="id", facts={"id": paper_id[:60]})
    state = station.state(row.case_id, field="id")
    frozen = state.get(f"paper.{paper_id}")
    content = frozen.get("content") if isinstance(frozen, Mapping) else None
    return {"paper": row, "content": content, "delivery": state.get(f"delivery.{paper_id}")}


def listed(station: Station, what: str, *, day: str, limit: int, focus: str = "") -> object:
    """A list, newest or most urgent first; ``day`` for visits, ``focus`` for matters, ``limit`` 0 for everything."""
    if day and parse_minute(day) is None:
        raise Refusal("date_invalid", field="day", facts={"text": day[:40]})
    if focus and what != "matters":
        raise Refusal("usage", facts={"reason": "--focus 只用于 list matters"})
    rows = list(LISTS[what](station, day))
    if focus:
        inside = {row.matter_id for row in lookup.in_focus(station, focus)}
        rows = [row for row in rows if isinstance(row, MatterRow) and row.matter_id in inside]
    return rows[:limit] if limit else rows


def wording_told(station: Station, asked: argparse.Namespace, text: str) -> object:
    """``wording list``, ``show`` and ``check`` (of ``text``); refused ``wording_wrong`` with every reason."""
    if asked.what == "list":
        return wording.forms(station)
    if asked.what == "show":
        return wording.table_of(station, asked.form, asked.region, asked.version)
    wrong = wording.check_table(station, text)
    if wrong:
        raise Refusal("wording_wrong", field="words", facts={"count": len(wrong), "wrong": list(wrong)})
    return {"wrong": []}


def _visits(station: Station, day: str) -> Iterable[object]:
    if day:
        return lookup.today(station, day)
    rows = station.store.visit_rows(station.store.log.case_ids())
    return sorted(rows, key=lambda row: (row.visited_at, row.number), reverse=True)


def _matters(station: Station, day: str) -> Iterable[object]:
    rows = station.store.matter_rows(station.store.log.case_ids())
    rows = [row for row in rows if not day or row.received_on == day]
    return sorted(rows, key=lambda row: (row.received_on, row.number), reverse=True)


def _papers(station: Station, day: str) -> Iterable[object]:
    rows = [row for case_id in station.store.log.case_ids() for row in station.store.papers_of(case_id)]
    rows = [row for row in rows if row.issued_at.startswith(day)]
    return sorted(rows, key=lambda row: (row.issued_at, row.number), reverse=True)


def _board(station: Station, _day: str) -> Iterable[object]:
    board = lookup.deadline_board(station)
    return (*board.overdue, *board.today, *board.three_days, *board.seven_days, *board.later, *board.calendar_missing)


def found(station: Station, text: str, limit: int, focus: str = "") -> object:
    """Search hits, newest first; with ``focus`` only matters of that field of focus 民生重点."""
    return lookup.find(station, text, limit, focus)


LISTS: Mapping[str, Callable[[Station, str], Iterable[object]]] = {
    "visits": _visits,
    "matters": _matters,
    "papers": _papers,
    "unfinished-papers": lambda station, _day: papers.unfinished_papers(station),
    "deadlines": _board,
    "conflicts": lambda station, _day: lookup.conflicts(station),
    "homeless": lambda station, _day: lookup.homeless(station),
    "supervisable": lambda station, _day: supervision.supervisable(station),
    "duplicates": lambda station, _day: duplicates.duplicates(station),
    "offices": lambda station, _day: lookup.offices(station),
    "clerks": lambda station, _day: clerks.clerks(station),
    "drafts": lambda station, _day: drafts.open_drafts(station),
    "tables": lambda station, _day: tables.tables_here(station),
    "gaps": lambda station, _day: series.gap_report(station),
    "numbers": lambda station, _day: series.series_left(station),
    "waiting": lambda station, _day: waiting.waiting(station).rows,
    "sync": lambda station, _day: [sync_state(station)],
}


def deadline(
    station: Station | None, clock: str, from_date: str, *, days: int | None, exclude: Iterable[str]
) -> dict[str, object]:
    """A deadline with its arithmetic; by the shipped calendars, and by those imported where a station is given.

    ``calendar_missing`` in the answer names a year without a table: then ``rolled`` (and for working days ``nominal``)
    is None. Raises Refusal.
    """
    name = to_halfwidth(clock).strip().upper()
    if name not in Clock.__members__:
        raise Refusal("clock_unknown", field="clock", facts={"given": clock[:20]})
    calendar, rules = WorkCalendar(shipped_calendars()), shipped_rules()
    if station is not None:
        calendar, rules = station.store.yardstick.calendar, station.desk().rules
    hearings = []
    for each in exclude:
        first, dots, last = each.partition("..")
        hearings.append((_day(first, "exclude"), _day(last if dots else first, "exclude")))
    return report(due(Clock[name], _day(from_date, "from_date"), calendar, rules, days=days, exclude=hearings))


def _day(text: str, field: str) -> date:
    try:
        return date.fromisoformat(to_halfwidth(text).strip())
    except ValueError:
        raise Refusal("date_invalid", field=field, facts={"text": text[:40]}) from None
