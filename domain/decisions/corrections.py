"""Corrections and imported calendars: acts that replace what other acts said, never the acts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Final

from domain.acts import ActDraft, CaseKind
from domain.beijing import parse_minute
from domain.canonical import Json, canonical_bytes
from domain.classes import is_collective
from domain.commands import (
    CorrectMatter,
    CorrectPetitioner,
    CorrectVisit,
    ImportCalendar,
    PetitionerInput,
)
from domain.decisions.desk import Desk, require
from domain.decisions.registration import give_codes, petitioner_fields
from domain.decisions.tables import read_table
from domain.flags import first_here
from domain.fold import CaseState
from domain.refusals import Refusal
from domain.workcalendar import WorkCalendar, parse_calendar

VISIT_FIELDS: Final = {"remark": "text", "interviewer": "line", "headcount": "count", "affected_count": "count"}
MATTER_FIELDS: Final = {
    "summary": "line",
    "request": "text",
    "facts": "text",
    "reasons": "text",
    "content_code": "line",
    "purpose_code": "line",
    "cause_code": "line",
    "place": "line",
    "place_code": "line",
    "occurred_on": "line",
    "accused_person": "line",
    "accused_organ": "line",
    "matter_class": ("suggestion", "accusation", "claim", "other"),
    "route": ("31-1", "31-2", "31-3", "31-4", "31-5", "31-6"),
    "repeat": ("first", "repeat", "new_facts", "undecided"),
    "received_on": "day",
}


def correct_visit(command: CorrectVisit, state: CaseState, desk: Desk) -> ActDraft:
    """Correct a visit's plain fields; number, people and day of the visit stay as registered.

    With the people present 信访人数 it is said anew whether the visit is a collective one 集体访.
    """
    _kind(state, CaseKind.VISIT, "visit_id")
    draft = _correct("visit_corrected", VISIT_FIELDS, command.values, command.why, command.seen, state, desk)
    headcount = draft.sets.get("headcount")
    if not isinstance(headcount, int):
        return draft
    companions = state.get("companions")
    present = len(state.items("person")) + (len(companions) if isinstance(companions, list | tuple) else 0)
    if headcount < max(1, present):
        facts = {"present": present, "given": headcount}
        raise Refusal("headcount_too_small", field="values.headcount", facts=facts)
    visited = parse_minute(state.text("visited_on"))
    collective = is_collective(
        headcount, desk.rules.number("collective_headcount", visited.date() if visited else desk.today)
    )
    if collective == state.flag("collective"):
        return draft
    sets: dict[str, Json] = {**draft.sets, "collective": collective}
    return replace(draft, sets=sets, over=over_seen(state, sets, command.seen))


def correct_matter(command: CorrectMatter, state: CaseState, desk: Desk) -> ActDraft:
    """Correct a matter; class and route only while it waits for its decision (R 31 decides what follows)."""
    _kind(state, CaseKind.MATTER, "matter_id")
    decided = state.text("stage", "registered") not in ("registered", "received")
    for name in ("matter_class", "route", "received_on"):
        if decided and name in command.values:
            raise Refusal("already_decided", field=f"values.{name}", article="R 31")
    draft = _correct("matter_corrected", MATTER_FIELDS, command.values, command.why, command.seen, state, desk)
    received = parse_minute(state.text("received_on"))
    marks = give_codes(draft.sets, "values", desk, received.date() if received else desk.today)
    if "repeat" in draft.sets:  # what it said of 初次 falls with it; a correction names no earlier matter
        marks |= dict.fromkeys(("first.office", "first.office_form"))
        marks |= first_here(str(draft.sets["repeat"]), state.text("office"), state.text("channel"), None)
    if not marks:
        return draft
    sets: dict[str, Json] = {**draft.sets, **marks}
    return replace(draft, sets=sets, over=over_seen(state, sets, command.seen))


def correct_petitioner(command: CorrectPetitioner, state: CaseState, desk: Desk) -> ActDraft:
    """Correct a petitioner's data as on the identity card or as stated."""
    _kind(state, CaseKind.PETITIONER, "petitioner_id")
    allowed = set(PetitionerInput.__dataclass_fields__) - {"petitioner_id", "role"}
    for name in command.values:
        if name not in allowed:
            raise Refusal("field_unknown", field=f"values.{name}")
    why = require(desk.line(command.why, "why"), "reason_missing", "why")
    for name in ("kind", "sex"):
        choices = ("person", "organisation") if name == "kind" else ("", "male", "female")
        if name in command.values and command.values[name] not in choices:
            raise Refusal("choice_unknown", field=f"values.{name}", facts={"value": command.values[name][:40]})
    typed = PetitionerInput(**{"kind": state.text("kind", "person"), **command.values})  # type: ignore[arg-type]
    made = petitioner_fields(typed, "values", desk, [])
    sets: dict[str, Json] = {name: value for name, value in made.items() if state.get(name) != value and name != "kind"}
    for name, value in command.values.items():
        if value == "" and state.text(name):
            sets[name] = ""
        if name == "kind" and value != state.text("kind"):
            sets[name] = value
    if not sets:
        raise Refusal("nothing_changed", field="values")
    return ActDraft(
        "petitioner_corrected", state.case_kind, state.case_id, sets, over_seen(state, sets, command.seen), why
    )


def import_calendar(command: ImportCalendar, state: CaseState | None, shipped: Iterable[int]) -> ActDraft:
    """Import a year's table of working days; the notice it rests on is part of it."""
    table = _table(command)
    year = parse_calendar(table)
    WorkCalendar([year])
    if year.year in set(shipped) and year.version <= 1 and year.scope == "national":
        raise Refusal("calendar_known", field="table", facts={"year": year.year, "version": year.version})
    name = f"table.{year.scope}-{year.version}"
    if state is not None and name in state.fields:
        raise Refusal("calendar_known", field="table", facts={"year": year.year, "version": year.version})
    return ActDraft("calendar_imported", CaseKind.CALENDAR, f"calendar/{year.year}", {name: table}, (), "")


def calendar_year(command: ImportCalendar) -> int:
    """The year a table to be imported is for; refuses what is no table."""
    return parse_calendar(_table(command)).year


def _table(command: ImportCalendar) -> dict[str, Json]:
    table, wrong = read_table(command.table)
    if wrong:
        raise Refusal("calendar_table_invalid", field="table", facts={"reason": wrong})
    return table


def _correct(
    kind: str,
    allowed: Mapping[str, object],
    values: dict[str, str],
    why: str,
    seen: tuple[str, ...],
    state: CaseState,
    desk: Desk,
) -> ActDraft:
    reason = require(desk.line(why, "why"), "reason_missing", "why")
    sets: dict[str, Json] = {}
    for name, typed in values.items():
        rule = allowed.get(name)
        if rule is None:
            raise Refusal("field_unknown", field=f"values.{name}")
        value = typed_value(name, typed, rule, desk)
        if state.get(name) != value:
            sets[name] = value
    if not sets:
        raise Refusal("nothing_changed", field="values")
    return ActDraft(kind, state.case_kind, state.case_id, sets, over_seen(state, sets, seen), reason)


def typed_value(name: str, typed: str, rule: object, desk: Desk) -> Json:
    """What was typed as a field's value, by its rule in the tables above; refused when it is none."""
    field = f"values.{name}"
    if rule == "text":
        return desk.text(typed, field)
    if rule == "line":
        return desk.line(typed, field)
    if rule == "count":
        if not typed.isdigit() or int(typed) > 100_000:
            raise Refusal("count_invalid", field=field, facts={"given": typed[:20]})
        return int(typed)
    if rule == "day":
        moment = parse_minute(typed)
        if moment is None:
            raise Refusal("date_invalid", field=field, facts={"text": typed[:40]})
        return moment.date().isoformat()
    if isinstance(rule, tuple) and typed in rule:
        return typed
    raise Refusal("choice_unknown", field=field, facts={"value": typed[:40]})


def over_seen(state: CaseState, sets: dict[str, Json], seen: tuple[str, ...]) -> tuple[str, ...]:
    """The heads a correction replaces: those the clerk's form was opened over, if it said so.

    A head that arrived while the form was open is not named, and so becomes an honest conflict, not a lost update.
    A correction never settles a conflict by the way: a field whose differing values the form was opened over is refused
    with ``conflict_open``; settling shows both and asks for a choice.
    """
    heads = state.over(*sets)
    found = tuple(act for act in heads if act in seen) if seen else heads
    for name in state.conflicts:
        shown = {canonical_bytes(head.value) for head in state.fields[name].heads if head.act_id in found}
        if name in sets and len(shown) > 1:
            raise Refusal("conflict_open", field=f"values.{name}", facts={"field": name})
    return found


def _kind(state: CaseState, kind: str, field: str) -> None:
    if state.case_kind != kind:
        raise Refusal("case_of_another_kind", field=field, facts={"kind": state.case_kind})
    if state.newer:
        raise Refusal("newer_release", field=field)
