"""Imported tables at the desk: calendars, rules, codes; importing one, what each moved, what may be chosen from."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache

from desktop.models.store import drafts
from desktop.models.store.measuring import remeasure
from desktop.models.store.store import Moved, Progress
from desktop.models.store.tables import TABULAR, calendar_rows, moved_by
from desktop.services.clerks import administrators_only
from desktop.services.outcome import Outcome, Topic
from desktop.services.papers import refuse_unprintable
from desktop.services.people import People
from desktop.services.shipped import shipped_calendars, shipped_codes, shipped_rules, shipped_wording
from desktop.services.station import Station
from domain.acts import ActDraft
from domain.beijing import beijing_minute
from domain.codes import FIELDS, TABLES, Code, CodeBook, CodeTable
from domain.commands import ImportCalendar, ImportCodes, ImportHeads, ImportRules, ImportWording
from domain.decisions import corrections, heads, tables
from domain.fold import CaseState
from domain.rules import Layer
from domain.wording import Wording, sentences_of
from domain.workcalendar import YearTable, parse_calendar


@dataclass(frozen=True, slots=True)
class TableRow:
    """One version of a table that measures here; shipped ones too."""

    kind: str
    """``calendar`` · ``rules`` · ``codes`` · ``wording``."""
    table: str
    name: str
    version: int
    since: str
    """First day it counts; empty: ever, or by each entry."""
    region: str
    verified: bool
    imported_on: str
    """Empty: shipped with the program."""
    by: str
    """Who imported it; empty: shipped."""
    matters: int
    clocks: int
    """What it moved when it came here."""
    words: str


@dataclass(frozen=True, slots=True)
class Imported:
    """A table that is in the record, and what it moved."""

    case_id: str
    version: int
    matters: int
    clocks: int
    words: str


TOPICS = frozenset({Topic.CALENDAR, Topic.DEADLINE, Topic.MATTER, Topic.SYNC})


def import_calendar(station: Station, command: ImportCalendar, progress: Progress | None = None) -> Outcome[Imported]:
    """Import a year's working days; clocks that waited for it are recomputed in the same transaction.

    ``progress`` is told of the matters measured; raising there leaves everything as it was.
    """
    year = corrections.calendar_year(command)
    known = [table.year for table in shipped_calendars()]
    return _import(
        station,
        f"calendar/{year}",
        lambda state: corrections.import_calendar(command, state, known),
        progress,
    )


def import_rules(station: Station, command: ImportRules, progress: Progress | None = None) -> Outcome[Imported]:
    """Import a region's table of periods; clocks that run are recomputed in the same transaction, ended ones kept.

    ``progress`` is told of the matters measured; raising there leaves everything as it was.
    """
    desk = station.desk()
    return _import(
        station,
        tables.case_of_rules(command),
        lambda state: tables.import_rules(command, state, desk.today, desk.office),
        progress,
    )


def import_codes(station: Station, command: ImportCodes) -> Outcome[Imported]:
    """Import a newer version of a table of codes; matters keep the code and the version they were given."""
    return _import(
        station,
        tables.case_of_codes(command),
        lambda state: tables.import_codes(command, state, shipped_codes()),
    )


def import_heads(station: Station, command: ImportHeads) -> Outcome[int]:
    """Import who heads which organ 机构负责人, for this office's windows (the county: for all); tells of how many."""
    found = {case_id: station.store.state(case_id) for case_id in heads.offices_of(command)}
    decided = heads.import_heads(command, {key: state for key, state in found.items() if state is not None})
    with station.writing() as transaction:
        transaction.record(decided)
    return Outcome(len(decided), frozenset({Topic.MATTER, Topic.SYNC}))


def import_wording(station: Station, command: ImportWording, *, draft_id: str = "") -> Outcome[Imported]:
    """Put a form's wording in force here; what was issued keeps the wording it was issued in.

    ``draft_id`` is the draft it was typed in; closed in the same transaction.

    Refusals: :func:`tables.import_wording`, ``not_administrator``, ``character_unprintable``.
    """
    administrators_only(station)
    shipped, desk = shipped_wording().shipped, station.desk()
    case_id = tables.case_of_wording(command, shipped)

    def decide(state: CaseState | None) -> ActDraft:
        draft = tables.import_wording(command, state, shipped, desk.office)
        refuse_unprintable(sentences_of(list(draft.sets.values())))
        return draft

    return _import(station, case_id, decide, draft_id=draft_id)


def _import(
    station: Station,
    case_id: str,
    decide: Callable[[CaseState | None], ActDraft],
    progress: Progress | None = None,
    draft_id: str = "",
) -> Outcome[Imported]:
    store = station.store
    draft = decide(store.state(case_id))
    try:
        with station.writing() as transaction:
            transaction.record([draft])
            if draft_id:
                drafts.close(transaction.db, draft_id)
            state = station.state(case_id, field="table")
            moved = remeasure(store, state, progress)
    except BaseException:
        store.reread_tables()
        raise
    (name,) = draft.sets
    version = int(name.rpartition("-")[2].rpartition(".")[2])
    return Outcome(Imported(case_id, version, moved.matters, moved.clocks, words_of(moved)), TOPICS)


def words_of(moved: Moved) -> str:
    """What an import did to the clocks, in a sentence; never silent."""
    if not moved.clocks:
        return "没有期限因此变动。"
    return f"重新计算了{moved.matters}件事项的{moved.clocks}个期限；已经办结的期限不变。"


def offered(station: Station, table: str, day: date | None = None) -> tuple[Code, ...]:
    """The codes that may be chosen on a day, today when none is named."""
    return station.store.yardstick.codes.offered(table, day or station.desk().today)


def choices(station: Station) -> Mapping[str, list[tuple[str, str]]]:
    """What the form offers today for each field that holds a code of a matter; whatever hangs below is set in."""
    return _choices(station.store.yardstick.codes, station.desk().today)


@lru_cache(maxsize=2)  # the form asks whenever a draft was kept; the tables change once in years
def _choices(book: CodeBook, day: date) -> Mapping[str, list[tuple[str, str]]]:
    found = {}
    for field in ("content_code", "purpose_code"):
        codes = book.offered(FIELDS[field], day)
        rows = [(each.code, f"　{each.label}" if each.parent else each.label) for each in codes]
        found[field] = [("", "未说明"), *rows]
    return found


def tables_here(station: Station) -> list[TableRow]:
    """Every table this desk measures by: the shipped ones and every imported version, with what it moved."""
    rows = [_calendar_row(each) for each in shipped_calendars()]
    rows += [_rules_row(layer) for layer in shipped_rules().layers]
    rows += [_codes_row(each) for table in TABLES for each in shipped_codes().versions(table)]
    people = People(station)
    for case_id in sorted(case_id for case_id in station.store.log.case_ids() if case_id.startswith(TABULAR)):
        state = station.store.state(case_id)
        if state is not None:
            rows += _imported(station, state, people)
    return rows


def _imported(station: Station, state: CaseState, people: People) -> list[TableRow]:
    calendars = [_year(body) for *_, body in calendar_rows(state)]
    found = {f"{each.scope}-{each.version}": _calendar_row(each) for each in calendars}
    found |= {str(layer.version): _rules_row(layer) for layer, _ in tables.rules_of(state)}
    found |= {str(table.version): _codes_row(table) for table, _ in tables.codes_of(state)}
    found |= {str(wording.version): _wording_row(wording) for wording, _ in tables.wordings_of(state)}
    did = moved_by(station.store.db, state.case_id)
    rows = []
    for name, row in found.items():
        head = state.fields[f"table.{name}"].heads[-1]
        moved = did.get(name, Moved())
        rows.append(
            replace(
                row,
                imported_on=row.imported_on or beijing_minute(head.wall_ms)[:10],
                by=f"{people.office(head.office)} {people.name(head.by)}".strip(),
                matters=moved.matters,
                clocks=moved.clocks,
                words=words_of(moved) if row.kind in ("calendar", "rules") else "",
            )
        )
    return rows


def _year(body: object) -> YearTable:
    return parse_calendar(json.loads(str(body)))


def _calendar_row(table: YearTable) -> TableRow:
    since = f"{table.year}-01-01"
    return TableRow("calendar", str(table.year), table.source_notice, table.version, since, "", True, "", "", 0, 0, "")


def _rules_row(layer: Layer) -> TableRow:
    known = layer.known_on.isoformat() if layer.known_on else ""
    return TableRow(
        "rules", layer.id, layer.name, layer.version, "", layer.region, layer.verified, known, "", 0, 0, ""
    )  # fmt: skip


def _codes_row(table: CodeTable) -> TableRow:
    since = table.since.isoformat() if table.since else ""
    return TableRow("codes", table.table, table.name, table.version, since, "", True, "", "", 0, 0, "")


def _wording_row(wording: Wording) -> TableRow:
    since = wording.since.isoformat()
    return TableRow(
        "wording", wording.form, wording.name, wording.version, since, wording.region, True, "", "", 0, 0, ""
    )  # fmt: skip
