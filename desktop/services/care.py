"""Care of the data: verify, rebuild, back up, restore."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

from desktop.models.store import measuring, proof, search
from desktop.models.store.connection import fault_of_os_error
from desktop.models.store.folder import DataFolder, make_folder
from desktop.models.store.proof import VerifyReport
from desktop.models.store.store import Progress
from desktop.models.store.vault import Vault
from desktop.services import files
from desktop.services.outcome import Outcome, Topic
from desktop.services.station import Station
from domain.faults import SurroundingsFault

__all__ = [
    "Progress",
    "VerifyReport",
    "backup",
    "finish_measuring",
    "finish_search",
    "measuring_now",
    "note_search",
    "rebuild",
    "rest",
    "restore",
    "verify",
]

BULK = 5_000
"""Acts, or documents, of one long piece where nobody waits for the store."""


def verify(station: Station, progress: Progress | None = None) -> VerifyReport:
    """Prove chain, signatures, feed positions, file, papers, attachments, and every projected row against the acts."""
    report = proof.verify(station.store, progress)
    wrong = files.unsound(station)
    if not wrong:
        return report
    return replace(report, clean=False, differing=(*report.differing, *wrong)[: proof.MOST_NAMED])


def rebuild(station: Station, progress: Progress | None = None) -> Outcome[int]:
    """Write every projection and search key anew from the acts, in one transaction; returns the number of cases."""
    cases = proof.rebuild(station.store, progress)
    everything = {Topic.VISIT, Topic.MATTER, Topic.PETITIONER, Topic.PAPER, Topic.DEADLINE, Topic.CONFLICT}
    return Outcome(cases, frozenset(everything))


def finish_measuring(station: Station) -> None:
    """Measure every clock that waits for a table that came with an exchange: nobody rests on the command line."""
    measuring.finish_measuring(station.store)


def measuring_now(station: Station) -> tuple[int, int]:
    """How many matters are measured and how many are to be, of the table under way; (0, 0) when none is."""
    work = next(iter(station.store.waiting), None)
    return (work.done, len(work.matters)) if work is not None else (0, 0)


def note_search(station: Station) -> int:
    """Note for the search what came since it last looked; how many acts. A look-up does so itself, and waits for it."""
    return station.store.note_search()


def finish_search(station: Station) -> None:
    """Note everything for the search and spread it over its index, for the command line: after a first exchange of a
    hundred thousand visits the clerk's first look-up would do it, and wait for it."""
    store = station.store
    while store.note_search(BULK) or search.catch_up(store.db, docs=BULK):
        pass


def rest(station: Station) -> bool:
    """One short piece of work for a quiet moment: search keys that wait, merging, the write-ahead log.

    Returns True while more waits. Answers are complete in between.
    """
    return station.store.rest()


def backup(station: Station, target: Path) -> Path:
    """Copy data and keys into a new folder ``target``; the copy is opened and checked before it takes its name."""
    if target.exists():
        raise SurroundingsFault("backup_exists", facts={"file": target.name})
    part = target.with_name(target.name + ".part")
    try:
        if part.exists():
            shutil.rmtree(part)
        copy = make_folder(part)
        proof.copy_file(station.store, copy.database, station.data_key.raw)
        shutil.copyfile(station.folder.keys, copy.keys)
        vault = files.vault_of(station)
        good = [row.shape for row in station.store.files.all() if vault.sound(row.shape)]
        if station.folder.files.exists():  # after the rows: whatever they name is here already
            shutil.copytree(station.folder.files, copy.files, ignore=shutil.ignore_patterns("*.tmp", "*.part"))
        copied = Vault(copy.files, station.data_key.raw, station.surroundings.entropy)
        if not all(copied.sound(shape) for shape in good):
            raise SurroundingsFault("backup_unsound", facts={"file": target.name})
        part.replace(target)
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
        if kept.files.exists():
            shutil.copytree(kept.files, folder.files, dirs_exist_ok=True)
    except OSError as error:
        raise fault_of_os_error(error, target) from error
    return folder
