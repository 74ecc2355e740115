"""Care of the data: verify, rebuild, back up, restore, import a calendar."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from desktop.models.store import search
from desktop.models.store.connection import faults, fault_of_os_error, immediate, open_connection
from desktop.models.store.folder import DataFolder, make_folder
from desktop.models.store.projector import KEYS, rows_of, stored_rows
from desktop.services.outcome import Outcome, Topic
from desktop.services.station import Station, shipped_calendars
from domain.commands import ImportCalendar
from domain.decisions import corrections
from domain.faults import SurroundingsFault
from sync.log import LogDamaged

Progress = Callable[[int, int], None]
"""Told (done, all) now and then; may raise to cancel."""

TABLES = (*KEYS, "issued")


@dataclass(frozen=True, slots=True)
class VerifyReport:
    """What ``verify`` proved, or the first thing it could not."""

    clean: bool
    acts: int
    writers: int
    cases: int
    differing: tuple[str, ...]
    """``table case_id`` of rows that are not what the fold says."""
    damaged: str
    """Code of a broken chain, signature or feed; empty when they hold."""
    gaps: tuple[str, ...]
    """Document numbers nobody can account for."""
    unsound_file: str


def verify(station: Station, progress: Progress | None = None) -> VerifyReport:
    """Prove chain, signatures, feed positions, file, and that every projected row is what the acts say."""
    store = station.store
    damaged, writers, acts = "", 0, 0
    with faults():
        unsound = [str(row[0]) for row in store.db.execute("PRAGMA cipher_integrity_check").fetchall()]
        unsound += [str(r[0]) for r in store.db.execute("PRAGMA quick_check").fetchall() if r[0] != "ok"]
    try:
        for _writer, count in store.log.verify():
            writers, acts = writers + 1, acts + count
        for _scope, _count in store.feed.verify():
            pass
    except LogDamaged as damage:
        damaged = str(damage)
    differing: list[str] = []
    counts = dict.fromkeys(TABLES, 0)
    ids = list(store.log.case_ids())
    for done, case_id in enumerate(ids):
        if progress is not None and done % 200 == 0:
            progress(done, len(ids))
        state = store.state(case_id)
        if state is None:
            continue
        expected = rows_of(state, store.yardstick)
        held = stored_rows(store.db, state, TABLES)
        for table in TABLES:
            want, have = expected.get(table, []), held.get(table, [])
            counts[table] += len(want)
            if sorted(want) != sorted(have) and len(differing) < 100:
                differing.append(f"{table} {case_id}")
    for table, count in counts.items():
        found = int(store.db.execute(f"SELECT count(*) FROM {table}").fetchone()[0])
        if found != count:
            differing.append(f"{table}: {found} rows, {count} expected")
    gaps = tuple(f"{series} {n}" for series, n in store.number_gaps())
    clean = not (damaged or differing or gaps or unsound)
    return VerifyReport(
        clean, store.log.count(), writers, len(ids), tuple(differing), damaged, gaps, "；".join(unsound[:3])
    )


def rebuild(station: Station, progress: Progress | None = None) -> Outcome[int]:
    """Write every projection and search key anew from the acts, in one transaction; returns the number of cases."""
    store = station.store
    ids = list(store.log.case_ids())
    with immediate(store.db) as transaction:
        for table in TABLES:
            store.db.execute(f"DELETE FROM {table}")
        search.clear(store.db)
        for case_id in sorted(ids, key=lambda c: not c.startswith("calendar/")):
            state = store.state(case_id)
            if state is not None:
                store.project(state, fresh=True)
        store.reread_calendar()
        for done, case_id in enumerate(ids):
            if progress is not None and done % 200 == 0:
                progress(done, len(ids))
            if case_id.startswith("calendar/"):
                store.project_cases([case_id])
        transaction.commit()
    everything = {Topic.VISIT, Topic.MATTER, Topic.PETITIONER, Topic.PAPER, Topic.DEADLINE, Topic.CONFLICT}
    return Outcome(len(ids), frozenset(everything))


def import_calendar(station: Station, command: ImportCalendar) -> Outcome[str]:
    """Import a year's working days; clocks that waited for it are recomputed in the same transaction."""
    store, desk = station.store, station.desk()
    import_year = corrections.calendar_year(command)
    state = store.state(f"calendar/{import_year}")
    shipped = [table.year for table in shipped_calendars()]
    draft = corrections.import_calendar(command, state, shipped, desk)
    with station.writing() as transaction:
        transaction.record([draft])
        moved = store.remeasure(import_year)
    return Outcome(f"{import_year}:{moved}", frozenset({Topic.CALENDAR, Topic.DEADLINE, Topic.MATTER, Topic.SYNC}))


def backup(station: Station, target: Path) -> Path:
    """Copy data and keys into a new folder ``target`` while working goes on; the copy is opened and checked."""
    if target.exists():
        raise SurroundingsFault("backup_exists", facts={"file": target.name})
    part = target.with_name(target.name + ".part")
    try:
        if part.exists():
            shutil.rmtree(part)
        copy = make_folder(part)
        # sqlcipher copies page by page with the same key; the copy is as encrypted as the file
        with faults():
            other = open_connection(copy.database, station.data_key.raw, create=True)
            try:
                station.store.db.backup(other)
            finally:
                other.close()
        shutil.copyfile(station.folder.keys, copy.keys)
        with faults():
            check = open_connection(copy.database, station.data_key.raw, read_only=True)
            try:
                if check.execute("PRAGMA quick_check").fetchone()[0] != "ok":
                    raise SurroundingsFault("backup_unsound", facts={"file": target.name})
            finally:
                check.close()
        os.replace(part, target)
    except OSError as error:
        raise fault_of_os_error(error, target) from error
    return target


def restore(source: Path, target: Path) -> DataFolder:
    """Make a data folder from a backup; never over an existing station.

    The restored station signs as it did: the county notices by hash if the copy is older than what it holds
    (sync design §2.5), and nothing is overwritten.
    """
    kept = DataFolder(source)
    if not kept.database.exists() or not kept.keys.exists():
        raise SurroundingsFault("no_backup", facts={"folder": source.name})
    folder = make_folder(target)
    if folder.database.exists() or folder.keys.exists():
        raise SurroundingsFault("folder_in_use", facts={"folder": target.name})
    try:
        shutil.copyfile(kept.database, folder.database)
        shutil.copyfile(kept.keys, folder.keys)
    except OSError as error:
        raise fault_of_os_error(error, target) from error
    return folder



