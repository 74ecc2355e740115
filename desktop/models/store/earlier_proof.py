"""Proof of a file of release 0.1.0: pages, chains, signatures, feeds, papers, and rows against acts; reads only.

Rows are compared where they say today what they said then. Where a matter stood and its clocks were reckoned by that
release's rules and calendar; they are views, and an upgrade writes them anew from the acts.
"""

from __future__ import annotations

import hashlib
from dataclasses import astuple
from typing import Final

from desktop.models.store.connection import Connection, faults
from desktop.models.store.earlier import RELEASE, EarlierFile, series_of
from desktop.models.store.projector import RowSet, Value, Yardstick, rows_of
from desktop.models.store.proof import (
    MOST_NAMED,
    VerifyReport,
    prove_log,
    rows_that_differ,
    states_of,
    unsound_pages,
)
from desktop.models.store.store import Progress
from domain.acts import CaseKind
from domain.fold import CaseState
from domain.series import series_named

FACTS: Final = {
    "visit_id": "visit",
    "number": "number",
    "summary": "summary",
    "matter_class": "matter_class",
    "content_code": "content_code",
    "accused_organ": "accused_organ",
    "route": "route",
    "office": "office",
    "received_on": "received_on",
    "repeat": "repeat",
    "earlier_matter": "repeat.earlier",
    "petitioner": "petitioner",
}
"""Columns of a matter's row that only repeat a field of its acts, with that field; the others were reckoned."""

KEYS: Final = {
    "petitioner": "petitioner_id",
    "visit": "visit_id",
    "visit_person": "visit_id",
    "matter": "matter_id",
    "paper": "case_id",
    "issued": "paper_id IN (SELECT paper_id FROM paper WHERE case_id = ?)",
    "series": "series",
    "conflict": "case_id",
    "office": "code",
    "clerk": "clerk_id",
    "calendar_year": "year",
}
"""Every table of 0.1.0 that is a view of acts but ``clock``, and what leads from its rows to their case."""


def verify_earlier(file: EarlierFile, yardstick: Yardstick, progress: Progress | None = None) -> VerifyReport:
    """What today's ``verify`` proves of a file, for one of 0.1.0. Raises SurroundingsFault when it cannot be read."""
    unsound = unsound_pages(file.db)
    damaged, writers, acts, cases = "", 0, 0, 0
    differing: list[str] = []
    gaps: tuple[str, ...] = ()
    if not unsound:
        with faults():
            acts, cases = file.log.count(), sum(1 for _ in file.log.case_ids())
            writers, damaged = prove_log(file.log, file.feed)
            if not damaged:
                differing = _differing(file, yardstick, progress)
                gaps = tuple(f"{series} {n}" for series, n in file.gaps())
            differing += [f"pdf {digest}" for digest, pdf in file.pdfs() if hashlib.sha256(pdf).hexdigest() != digest]
    clean = not (damaged or differing or gaps or unsound)
    return VerifyReport(
        clean, acts, writers, cases, tuple(differing[:MOST_NAMED]), damaged, gaps, "；".join(unsound[:3]), RELEASE
    )


def _differing(file: EarlierFile, yardstick: Yardstick, progress: Progress | None) -> list[str]:
    def rows(state: CaseState) -> tuple[RowSet, RowSet]:
        return _wanted(state, yardstick), {table: _held(file.db, table, state) for table in KEYS}

    return rows_that_differ(file.db, states_of(file.log, list(file.log.case_ids()), progress), tuple(KEYS), rows)


def _wanted(state: CaseState, yardstick: Yardstick) -> RowSet:
    """Today's rows as that release had columns and names for them."""
    rows = rows_of(state, yardstick)
    wanted: RowSet = {table: rows[table] for table in KEYS if table in rows}
    if state.case_kind == CaseKind.VISIT:
        wanted["visit_person"] = [
            (near, far, role) for near, kind, far, role in rows.get("link", []) if kind == "person"
        ]
    if state.case_kind == CaseKind.SERIES:
        wanted["series"] = [astuple(series_of(state))]
    if state.case_kind == CaseKind.MATTER:
        wanted["matter"] = [tuple(state.text(field) for field in FACTS.values())]
    if "paper" in wanted:
        wanted["paper"] = [row[:-1] for row in wanted["paper"]]  # it knew no dispute about a number
    return wanted


def _held(db: Connection, table: str, state: CaseState) -> list[tuple[Value, ...]]:
    key = KEYS[table]
    case = state.case_id.removeprefix("office/") if table == "office" else state.case_id
    if table == "calendar_year":
        case = case.rpartition("/")[2]
    what = ", ".join(FACTS) if table == "matter" else "*"
    where = key if "?" in key else f"{key} = ?"
    rows = [tuple(row) for row in db.execute(f"SELECT {what} FROM {table} WHERE {where}", (case,))]
    return [(series_named(str(row[0])), *row[1:]) for row in rows] if table == "issued" else rows
