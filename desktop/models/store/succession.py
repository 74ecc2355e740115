"""Puts a new station file in place of the one before, which is kept beside it; whenever it is cut, one of them stands.

The earlier file gets its second name first, then the new one takes the first name in one rename: at every moment there
is a ``station.db``, whole, and it is the earlier one or the new one. Nothing here deletes a file that holds records.
"""

from __future__ import annotations

import filecmp
import os
import shutil
from contextlib import suppress
from pathlib import Path
from typing import Final

from desktop.models.store.connection import fault_of_os_error, sync_directory
from desktop.models.store.folder import DataFolder, free_bytes
from domain.faults import SurroundingsFault

ROOM: Final = 3
"""The new file, its write-ahead log while rows are written anew, and some rest: so many times the earlier file."""


def begin_successor(folder: DataFolder) -> Path:
    """Where the new file is made; what a cut left of an earlier attempt goes. Only for whoever holds the folder.

    Raises SurroundingsFault ``upgrade_no_room`` (facts ``needed_mb``, ``free_mb``), ``read_only``, ``disk_full``.
    """
    discard_successor(folder)
    needed, free = ROOM * folder.database.stat().st_size, free_bytes(folder)
    if free < needed:
        raise SurroundingsFault("upgrade_no_room", facts={"needed_mb": _mb(needed), "free_mb": _mb(free)})
    try:
        folder.upgrading.mkdir(mode=0o700)
        sync_directory(folder.path)
    except OSError as error:
        raise fault_of_os_error(error, folder.upgrading) from error
    return folder.upgrading / folder.database.name


def discard_successor(folder: DataFolder) -> None:
    """Take away an unfinished new file; the one in use is not touched."""
    shutil.rmtree(folder.upgrading, ignore_errors=True)


def succeed(folder: DataFolder, new: Path, release: str) -> Path:
    """Keep the closed file in use under another name, and put the closed new one in its place; the kept one.

    Raises SurroundingsFault ``disk_full``, ``read_only``, ``io_error``: then the file in use is what it was.
    """
    kept = _second_name(folder, release)
    try:
        new.replace(folder.database)
        sync_directory(folder.path)
    except OSError as error:
        raise fault_of_os_error(error, folder.database) from error
    discard_successor(folder)
    return kept


def _second_name(folder: DataFolder, release: str) -> Path:
    """Give the file in use its second name: a hard link where the disk has them, else a copy."""
    kept, nth = folder.kept(release), 1
    while kept.exists():
        if kept.samefile(folder.database) or filecmp.cmp(kept, folder.database, shallow=False):
            return kept  # a cut came between its second name and the rename
        nth += 1
        kept = folder.kept(f"{release}-{nth}")
    try:
        try:
            os.link(folder.database, kept)
        except OSError:  # no links there, or not for this user
            _copy(folder.database, kept)
        sync_directory(folder.path)
    except OSError as error:
        raise fault_of_os_error(error, kept) from error
    return kept


def _copy(source: Path, target: Path) -> None:
    part = target.with_name(target.name + ".part")
    try:
        shutil.copyfile(source, part)
        with part.open("rb+") as file:
            os.fsync(file.fileno())
        part.chmod(0o600)
        part.replace(target)
    except OSError:
        with suppress(OSError):
            part.unlink(missing_ok=True)
        raise


def _mb(count: int) -> int:
    return -(-count // 1_000_000)
