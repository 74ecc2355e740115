"""The station file's form as numbered steps; a released step is never edited, a correction is the next number."""

from __future__ import annotations

from typing import Final

from desktop.models.store import files, stick_files, tables
from desktop.models.store.connection import Database
from desktop.models.store.drafts import create_draft_tables
from desktop.models.store.looks import create_look_tables
from desktop.models.store.media import create_media_tables
from desktop.models.store.migrate import Migration
from desktop.models.store.search import create_search_tables
from sync.log.feed import STATION_SCHEMA
from sync.log.schema import SCHEMA as LOG_SCHEMA
from sync.log.schema import statements

PROJECTIONS: Final = """
CREATE TABLE petitioner (
  petitioner_id TEXT PRIMARY KEY, name TEXT NOT NULL, kind TEXT NOT NULL, sex TEXT NOT NULL, birth TEXT NOT NULL,
  id_kind TEXT NOT NULL, id_number TEXT NOT NULL, mobile TEXT NOT NULL, address TEXT NOT NULL,
  delivery_address TEXT NOT NULL, conflicts INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE visit (
  visit_id TEXT PRIMARY KEY, number TEXT NOT NULL, query_code TEXT NOT NULL, office TEXT NOT NULL,
  window TEXT NOT NULL, visited_at TEXT NOT NULL, visited_on TEXT NOT NULL, day_count INTEGER NOT NULL,
  main_petitioner TEXT NOT NULL, anonymous INTEGER NOT NULL, headcount INTEGER NOT NULL, collective INTEGER NOT NULL,
  clerk TEXT NOT NULL, conflicts INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX visit_by_day ON visit (visited_on, office, window, day_count);
CREATE TABLE matter (
  matter_id TEXT PRIMARY KEY, visit_id TEXT NOT NULL, number TEXT NOT NULL, summary TEXT NOT NULL,
  matter_class TEXT NOT NULL, content_code TEXT NOT NULL, accused_organ TEXT NOT NULL, route TEXT NOT NULL,
  stage TEXT NOT NULL, office TEXT NOT NULL, owner TEXT NOT NULL, next_step TEXT NOT NULL,
  received_on TEXT NOT NULL, repeat TEXT NOT NULL, earlier_matter TEXT NOT NULL, petitioner TEXT NOT NULL,
  due_clock TEXT NOT NULL, due_nominal TEXT NOT NULL, due_rolled TEXT NOT NULL, calendar_missing TEXT NOT NULL,
  clock_years TEXT NOT NULL,            -- years a clock of the matter starts, ends or waits for a table in
  conflicts INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX matter_due ON matter (due_nominal) WHERE due_nominal <> '';
CREATE INDEX matter_without_calendar ON matter (calendar_missing) WHERE calendar_missing <> '';
CREATE INDEX matter_in_conflict ON matter (matter_id) WHERE conflicts > 0;
CREATE TABLE link (                     -- which cases stand together: one place on the disk for what was made together
  near TEXT NOT NULL,                   -- a visit, or a petitioner
  kind TEXT NOT NULL,                   -- what the far case is: 'person' of a visit; 'visit', 'matter' of either
  far TEXT NOT NULL,
  role TEXT NOT NULL,                   -- of the person in the visit; empty for matters
  PRIMARY KEY (near, kind, far)
) STRICT, WITHOUT ROWID;
CREATE TABLE paper (
  paper_id TEXT PRIMARY KEY, case_id TEXT NOT NULL, case_kind TEXT NOT NULL, form TEXT NOT NULL, number TEXT NOT NULL,
  size TEXT NOT NULL, issued_at TEXT NOT NULL, issued_by TEXT NOT NULL, station TEXT NOT NULL,
  pdf_hash TEXT NOT NULL, pages INTEGER NOT NULL,
  prints INTEGER NOT NULL, voided INTEGER NOT NULL, state TEXT NOT NULL, of_paper TEXT NOT NULL,
  disputed TEXT NOT NULL                -- its number is on another paper too: 'keeps' it or 'corrects'
) STRICT, WITHOUT ROWID;
CREATE INDEX paper_by_case ON paper (case_id);
CREATE INDEX paper_disputed ON paper (disputed) WHERE disputed <> '';
CREATE INDEX paper_unfinished ON paper (state) WHERE state IN ('issued', 'stored');
CREATE TABLE issued (
  series TEXT NOT NULL, n INTEGER NOT NULL, paper_id TEXT NOT NULL, PRIMARY KEY (series, n, paper_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX issued_by_paper ON issued (paper_id);
CREATE TABLE series (
  series TEXT PRIMARY KEY, home TEXT NOT NULL, year INTEGER NOT NULL, kind TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE conflict (
  case_id TEXT NOT NULL, case_kind TEXT NOT NULL, field TEXT NOT NULL, PRIMARY KEY (case_id, field)
) STRICT, WITHOUT ROWID;
CREATE TABLE office (
  code TEXT PRIMARY KEY, name TEXT NOT NULL, kind TEXT NOT NULL, level TEXT NOT NULL, parent TEXT NOT NULL,
  phone TEXT NOT NULL, address TEXT NOT NULL, mark TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE clerk (
  clerk_id TEXT PRIMARY KEY, name TEXT NOT NULL, sign_in TEXT NOT NULL, office TEXT NOT NULL, station TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE calendar_year (
  year INTEGER NOT NULL, version INTEGER NOT NULL, scope TEXT NOT NULL, body TEXT NOT NULL,
  PRIMARY KEY (year, version, scope)
) STRICT, WITHOUT ROWID;
"""
"""Projections: what screens read. Each row is a function of one case's acts (and, for clocks, of the calendar), so a
row never repeats what another case says; joins bring them together. A registration pays for every tree it touches, one
page each: what is always new together lies in one table (``link``), and what a number says is not indexed again."""

OWN: Final = """
CREATE TABLE station (
  one INTEGER PRIMARY KEY CHECK (one = 1), station_id TEXT NOT NULL, office TEXT NOT NULL, window TEXT NOT NULL,
  writer TEXT NOT NULL, signing_key BLOB NOT NULL, last_known_ms INTEGER NOT NULL, setup TEXT NOT NULL,
  station_key BLOB NOT NULL,            -- signs frames and births; the certificate names it
  next_key BLOB,                        -- the station key an enrolment under way asks for
  sealing_key BLOB NOT NULL             -- opens the sticks sealed to this station
) STRICT;
CREATE TABLE county (
  one INTEGER PRIMARY KEY CHECK (one = 1), url TEXT NOT NULL, certificate TEXT NOT NULL,
  last_exchange_ms INTEGER NOT NULL, last_error TEXT NOT NULL, forked INTEGER NOT NULL,
  last_reason TEXT NOT NULL DEFAULT '',  -- what the county or the line said with last_error
  clock_offset_ms INTEGER,              -- county time minus ours, as last measured
  clock_half_trip_ms INTEGER            -- by so much that may be wrong
) STRICT;
CREATE TABLE search_seen (one INTEGER PRIMARY KEY CHECK (one = 1), seq INTEGER NOT NULL) STRICT;
INSERT INTO search_seen VALUES (1, 0);
CREATE TABLE pdf (hash TEXT PRIMARY KEY, bytes BLOB NOT NULL) STRICT, WITHOUT ROWID;
CREATE TRIGGER pdf_is_immutable BEFORE UPDATE ON pdf BEGIN SELECT RAISE(ABORT, 'stored paper is immutable'); END;
"""
"""What belongs to this station alone and is not a view of acts: its identity, its county, the bytes of its papers."""


def _first(db: Database) -> None:
    _run(db, LOG_SCHEMA, STATION_SCHEMA, PROJECTIONS, OWN, files.PROJECTION, files.OWN)
    create_search_tables(db)
    create_media_tables(db)
    create_draft_tables(db)
    create_look_tables(db)


CHORES: Final = """
CREATE TABLE chore (name TEXT PRIMARY KEY) STRICT;  -- what the next opening has to do before anything is shown
INSERT INTO chore SELECT 'matters' WHERE EXISTS (SELECT 1 FROM matter);
"""
"""Rows of matters are a function of acts and rules; this release measures them anew: :func:`proof.catch_up`."""


def _procedure(db: Database) -> None:
    """Tables of rules and codes as acts, and the row of a matter by the table of procedure.

    Files of one trial landing (``0.2.0-second`` among the kept releases) had these tables in their first step already,
    with the mark in the middle of a matter's row: there it only moves to the end.
    """
    if "content_mark" in db["matter"].columns_dict:
        _run(db, "ALTER TABLE matter DROP COLUMN content_mark;", tables.MARK, CHORES)
    else:
        _run(db, tables.MARK, tables.PROJECTION, tables.OWN, CHORES)


SHEETS: Final = """
INSERT INTO chore SELECT 'sheets' WHERE EXISTS (SELECT 1 FROM paper WHERE form IN ('F02', 'F03'));
"""
"""A receipt that came from elsewhere may lie on a sheet earlier landings did not read: :func:`proof.catch_up`."""


def _third(db: Database) -> None:
    _run(db, stick_files.TABLES, SHEETS)


def _run(db: Database, *scripts: str) -> None:
    for script in scripts:
        for statement in statements(script):
            db.execute(statement)


STEPS: Final = (
    Migration(1, "first_release", _first),
    Migration(2, "procedure", _procedure),
    Migration(3, "third", _third),
)
