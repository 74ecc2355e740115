"""Imported tables in the station file: their rows, the measure they make with the shipped ones, what each has moved."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from desktop.models.store.connection import Connection, faults
from domain.acts import CaseKind
from domain.canonical import Json, canonical_bytes
from domain.codes import CodeBook
from domain.decisions.tables import (
    CODES,
    RULES,
    WORDING,
    codes_of,
    read_codes,
    read_layer,
    read_wording,
    rules_of,
    wordings_of,
)
from domain.fold import CaseState
from domain.refusals import Refusal
from domain.rules import Rules
from domain.wording import WordingBook
from domain.workcalendar import WorkCalendar, YearTable, parse_calendar

TABULAR: Final = ("calendar/", RULES, CODES, WORDING)
"""Cases that measure other cases: in a rebuild they come first."""

MARK: Final = """
ALTER TABLE matter ADD COLUMN content_mark TEXT NOT NULL DEFAULT '';  -- what the content class was given by
"""
PROJECTION: Final = """
CREATE TABLE given_table (              -- imported tables of rules and codes, every version
  case_id TEXT NOT NULL, version INTEGER NOT NULL, body TEXT NOT NULL, PRIMARY KEY (case_id, version)
) STRICT, WITHOUT ROWID;
"""
OWN: Final = """
CREATE TABLE table_moved (              -- what an imported table did here when it came: told, never read by a rule
  case_id TEXT NOT NULL, name TEXT NOT NULL, at_ms INTEGER NOT NULL, matters INTEGER NOT NULL, clocks INTEGER NOT NULL,
  PRIMARY KEY (case_id, name)
) STRICT, WITHOUT ROWID;
"""


@dataclass(frozen=True, slots=True)
class Moved:
    """What an imported table moved: clocks that run, and the matters they belong to."""

    matters: int = 0
    clocks: int = 0


@dataclass(frozen=True, slots=True)
class Shipped:
    """The tables in the package."""

    rules: Rules
    calendars: tuple[YearTable, ...] = ()
    codes: CodeBook = field(default_factory=CodeBook)
    wording: WordingBook = field(default_factory=WordingBook)


def calendar_rows(state: CaseState) -> list[tuple[str | int, ...]]:
    """The year tables a case holds; what else an act from elsewhere calls one measures nothing."""
    rows: list[tuple[str | int, ...]] = []
    for key, body in state.items("table").items():
        table = _year_table(body)
        if table is not None and state.case_id == f"calendar/{table.year}" and key == f"{table.scope}-{table.version}":
            rows.append((table.year, table.version, table.scope, canonical_bytes(body).decode()))
    return rows


def given_rows(state: CaseState) -> list[tuple[str | int, ...]]:
    """The tables of rules, of codes or of wording a case holds."""
    if state.case_kind == CaseKind.RULES:
        found = [(layer.version, body) for layer, body in rules_of(state)]
    elif state.case_kind == CaseKind.WORDING:
        found = [(wording.version, body) for wording, body in wordings_of(state)]
    else:
        found = [(table.version, body) for table, body in codes_of(state)]
    return [(state.case_id, version, canonical_bytes(body).decode()) for version, body in found]


def measuring_cases(db: Connection) -> list[str]:
    """The cases of imported tables by which clocks are measured: calendars and rules."""
    years = [f"calendar/{year}" for (year,) in _rows(db, "SELECT DISTINCT year FROM calendar_year ORDER BY year")]
    sql = "SELECT DISTINCT case_id FROM given_table WHERE case_id >= ?1 AND case_id < ?1 || 'z' ORDER BY case_id"
    return years + [str(row[0]) for row in _rows(db, sql, RULES)]


def calendar_of(db: Connection, shipped: Shipped, without: tuple[str, str] = ("", "")) -> WorkCalendar:
    """The shipped year tables and those that came by act, but ``without`` one (case, name in the case)."""
    known = {(table.year, table.version, table.scope) for table in shipped.calendars}
    tables = list(shipped.calendars)
    for (body,) in _rows(db, "SELECT body FROM calendar_year ORDER BY year, version"):
        table = parse_calendar(json.loads(body))
        left_out = (f"calendar/{table.year}", f"{table.scope}-{table.version}") == without
        if (table.year, table.version, table.scope) not in known and not left_out:
            tables.append(table)
    return WorkCalendar(tables)


def rules_of_file(db: Connection, shipped: Shipped, without: tuple[str, str] = ("", "")) -> Rules:
    """The shipped rules with every imported table laid over them, but ``without`` one (case, version)."""
    bodies = _given(db, RULES)
    found = [layer for body in bodies if (layer := read_layer(body)) is not None]
    layers = [layer for layer in found if (RULES + layer.id, str(layer.version)) != without]
    return shipped.rules.overlaid(Rules(tuple(layers))) if layers else shipped.rules


def codes_of_file(db: Connection, shipped: Shipped) -> CodeBook:
    """The shipped tables of codes and the imported versions."""
    bodies = _given(db, CODES)
    tables = [table for body in bodies if (table := read_codes(body)) is not None]
    return shipped.codes.with_tables(tables) if tables else shipped.codes


def wording_of_file(db: Connection, shipped: Shipped) -> WordingBook:
    """The shipped wording and every local one."""
    found = [wording for body in _given(db, WORDING) if (wording := read_wording(body)) is not None]
    return shipped.wording.with_local(found) if found else shipped.wording


def newest_table(state: CaseState) -> str | None:
    """The name of the table of a case that was recorded last."""
    names = [key for key in state.items("table") if key]
    return max(names, key=lambda name: state.fields[f"table.{name}"].heads[-1].lamport, default=None)


def note_moved(db: Connection, state: CaseState, at_ms: int, moved: Moved) -> None:
    """Note what the newest table of a case did, once for each table, inside the caller's transaction."""
    newest = newest_table(state)
    if newest is not None:
        db.execute(
            "INSERT INTO table_moved VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
            (state.case_id, newest, at_ms, moved.matters, moved.clocks),
        )


def moved_by(db: Connection, case_id: str) -> dict[str, Moved]:
    """What each table of a case moved when it came here, by its name in the case."""
    rows = _rows(db, "SELECT name, matters, clocks FROM table_moved WHERE case_id = ?", case_id)
    return {str(name): Moved(int(matters), int(clocks)) for name, matters, clocks in rows}


def _given(db: Connection, start: str) -> Iterable[Json]:
    sql = "SELECT body FROM given_table WHERE case_id >= ?1 AND case_id < ?1 || 'z' ORDER BY case_id, version"
    return [json.loads(row[0]) for row in _rows(db, sql, start)]


def _rows(db: Connection, sql: str, *values: object) -> list[tuple[str, ...]]:
    with faults():
        return db.execute(sql, values).fetchall()


def _year_table(body: Json) -> YearTable | None:
    if not isinstance(body, dict):
        return None
    try:
        return parse_calendar(body)
    except Refusal:
        return None
