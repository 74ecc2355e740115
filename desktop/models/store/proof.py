"""Proof of a station file: chains, feeds, pages and every projected row against the acts; and rows written anew."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from desktop.models.store.connection import Connection, faults, immediate, open_connection
from desktop.models.store.measuring import finish_measuring
from desktop.models.store.projector import KEYS, RowSet, rows_of, stored_rows
from desktop.models.store.store import STRIDE, Progress, Store
from desktop.models.store.tables import TABULAR
from domain.faults import SurroundingsFault
from domain.fold import CaseState, fold
from sync.log import ActLog, LogDamaged
from sync.log.feed import StationFeed
from sync.log.log import batched

TABLES = (*KEYS, "issued", "link")
MOST_NAMED = 100


@dataclass(frozen=True, slots=True)
class VerifyReport:
    """What was proved, or the first thing that could not be."""

    clean: bool
    acts: int
    writers: int
    cases: int
    differing: tuple[str, ...]
    """``table case_id`` of rows that are not what the fold says."""
    damaged: str
    """A broken chain, signature or feed position; empty when they hold."""
    gaps: tuple[str, ...]
    """Document numbers nobody can account for."""
    unsound_file: str
    release: str = ""
    """The earlier release that wrote the file; empty for a file of this form."""


def verify(store: Store, progress: Progress | None = None) -> VerifyReport:
    """Prove chain, signatures, feed positions, pages, papers, and that every projected row is what the acts say."""
    finish_measuring(store)
    unsound = unsound_pages(store.db)
    writers, damaged = prove_log(store.log, store.feed)
    differing = _differing(store, progress) if not damaged else []
    differing += [f"pdf {digest}" for digest in store.pdfs_that_differ()]
    gaps = () if damaged else tuple(f"{series} {n}" for series, n in store.number_gaps())
    clean = not (damaged or differing or gaps or unsound)
    cases = sum(1 for _ in store.log.case_ids())
    return VerifyReport(
        clean, store.log.count(), writers, cases, tuple(differing[:MOST_NAMED]), damaged, gaps, "；".join(unsound[:3])
    )


def prove_log(log: ActLog, feed: StationFeed) -> tuple[int, str]:
    """Prove every chain, signature and feed position: how many writers there are, and what is damaged, if anything."""
    writers = 0
    try:
        writers = sum(1 for _ in log.verify())
        for _scope in feed.verify():
            pass
    except (LogDamaged, ValueError) as damage:
        return writers, str(damage)
    return writers, ""


def unsound_pages(db: Connection) -> list[str]:
    """What SQLCipher's own proof of every page, and SQLite's of the tables, find wrong."""
    with faults():
        found = [str(row[0]) for row in db.execute("PRAGMA cipher_integrity_check").fetchall()]
        return found + [str(row[0]) for row in db.execute("PRAGMA quick_check").fetchall() if row[0] != "ok"]


def states_of(log: ActLog, ids: Sequence[str], progress: Progress | None) -> Iterator[CaseState]:
    """The cases one after another, each folded from its acts, with a word on how far it is every few."""
    for done, case_id in enumerate(ids):
        if progress is not None and done % STRIDE == 0:
            progress(done, len(ids))
        yield fold(log.case(case_id))


def rows_that_differ(
    db: Connection,
    cases: Iterable[CaseState],
    tables: Sequence[str],
    rows: Callable[[CaseState], tuple[RowSet, RowSet]],
) -> list[str]:
    """What in these tables is not what the acts say. ``rows`` gives, of a case, the rows it should have and has."""
    differing: list[str] = []
    expected = dict.fromkeys(tables, 0)
    for state in cases:
        wanted, held = rows(state)
        for table in tables:
            want, have = wanted.get(table, []), held.get(table, [])
            expected[table] += len(want)
            if sorted(want) != sorted(have):
                differing.append(f"{table} {state.case_id}")
    for table, count in expected.items():
        found = int(db.execute(f"SELECT count(*) FROM {table}").fetchone()[0])
        if found != count:
            differing.append(f"{table}: {found} rows, {count} expected")
    return differing


def _differing(store: Store, progress: Progress | None) -> list[str]:
    def rows(state: CaseState) -> tuple[RowSet, RowSet]:
        return rows_of(state, store.yardstick), stored_rows(store.db, state, TABLES)

    return rows_that_differ(store.db, states_of(store.log, list(store.log.case_ids()), progress), TABLES, rows)


def rebuild(store: Store, progress: Progress | None = None) -> int:
    """Write every projection and search key anew from the acts, in one transaction; the number of cases."""
    ids = sorted(store.log.case_ids(), key=lambda case_id: not case_id.startswith(TABULAR))
    with immediate(store.db) as transaction:
        for table in TABLES:
            store.db.execute(f"DELETE FROM {table}")
        store.forget_search()
        for state in states_of(store.log, ids, progress):
            store.project((state,), fresh=(state.case_id,))
            if state.case_id.startswith(TABULAR):
                store.reread_tables()  # tables come first, so every clock is measured by all of them
        store.note_search()
        transaction.commit()
    return len(ids)


_CHORES: Final = {
    "matters": "SELECT matter_id FROM matter ORDER BY matter_id",
    "sheets": "SELECT DISTINCT p.case_id FROM paper p JOIN act a ON a.case_id = p.case_id"
    " WHERE p.form IN ('F02', 'F03') AND p.station <> (SELECT station_id FROM station)"
    """ AND instr(CAST(a.content AS TEXT), '"sheet":') > 0 ORDER BY p.case_id""",
}
"""What an earlier release wrote otherwise, and the cases whose rows are written anew."""


def catch_up(store: Store) -> int:
    """Write the rows anew that an earlier release wrote otherwise; the number of cases.

    A migration knows no rules and no calendar, so it leaves this to the opening that follows; cut short, the next one
    does it. One transaction.
    """
    chores = [str(row[0]) for row in store.db.execute("SELECT name FROM chore ORDER BY name").fetchall()]
    if not chores:
        return 0
    ids = list(dict.fromkeys(str(row[0]) for name in chores for row in store.db.execute(_CHORES[name]).fetchall()))
    with immediate(store.db) as transaction:
        for some in batched(ids):
            store.project(store.states(some))
        store.db.execute("DELETE FROM chore")
        transaction.commit()
    return len(ids)


def copy_file(store: Store, target: Path, key: bytes) -> None:
    """Copy the open file page by page, as encrypted as it is, and check the copy.

    Raises SurroundingsFault ``backup_unsound``, ``disk_full``, ``read_only``.
    """
    with faults():
        other = open_connection(target, key, create=True)
        try:
            store.db.backup(other)
        finally:
            other.close()
        check = open_connection(target, key, read_only=True)
        try:
            if unsound_pages(check):
                raise SurroundingsFault("backup_unsound", facts={"file": target.name})
        finally:
            check.close()
