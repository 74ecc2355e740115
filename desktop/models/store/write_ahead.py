"""The write-ahead log in quiet moments: moved into the file where it is long, kept at its full length on the disk."""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from desktop.models.store.connection import PAGE_BYTES, Connection, faults, file_of, immediate

IDLE_CHECKPOINT_PAGES: Final = 1_000
"""Quiet work leaves a shorter log alone: the save behind a checkpoint begins the log anew, which costs it a second sync
to the disk. Some forty saves share one; a log of 2 MiB is read in milliseconds after a power cut."""

FULL_BYTES: Final = 4_352 * (PAGE_BYTES + 24)
"""Longer than saves make the log between two quiet moments: some two hundred visits. What comes from the county in one
go may make it longer for a while."""

PIECE: Final = 16 << 10
"""Zeros are written in pieces of this size. Some systems keep what was written at once as one piece in memory, and then
every small write into it costs more: with pieces of 1 MiB the writes of a save took twice the time."""

SPARE: Final = 16
"""The log is lengthened only on a disk with so many times the room."""


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """What a checkpoint did: pages in the log, pages moved into the file, and whether a reader held it up."""

    pages: int
    moved: int
    held_up: bool

    @property
    def complete(self) -> bool:
        return not self.held_up and self.moved == self.pages


def tidy(conn: Connection) -> None:
    """What the log wants in a quiet moment: its full length and no more, and a checkpoint where it has become long."""
    with faults(conn):
        _, pages, moved = conn.execute("PRAGMA wal_checkpoint(NOOP)").fetchone()
    if pages - moved >= IDLE_CHECKPOINT_PAGES:
        checkpoint(conn, truncate=_log_of(conn).stat().st_size > FULL_BYTES)
    lengthen(conn)


def lengthen(conn: Connection) -> None:
    """Give the log's file its full length at once, as zeros behind whatever it holds, and sync it.

    A commit that makes a file longer waits for the file system to note the new length; one that writes over what is
    there does not, and its sync takes half the time. SQLite writes the log from its beginning again after each
    checkpoint, never shortens it (but when it is emptied on purpose) and removes it when the file is closed. Bytes
    behind its last valid page mean nothing to it, as after a power cut. While the write lock is held nobody else
    writes to it. Where there is no room to spare, or no right, the log grows by itself as before.
    Raises SurroundingsFault for a locked file.
    """
    log = _log_of(conn)
    try:
        if log.stat().st_size >= FULL_BYTES or shutil.disk_usage(log.parent).free < SPARE * FULL_BYTES:
            return
        with immediate(conn):
            _fill(log)
    except OSError:
        return


def _log_of(conn: Connection) -> Path:
    file = file_of(conn)
    return file.with_name(file.name + "-wal")


def _fill(log: Path) -> None:
    with log.open("r+b", buffering=0) as file:
        size = file.seek(0, os.SEEK_END)
        try:
            while (wanted := FULL_BYTES - file.tell()) > 0:
                file.write(bytes(min(wanted, PIECE)))
            os.fsync(file.fileno())
        except OSError:
            file.truncate(size)
            raise


def checkpoint(conn: Connection, *, truncate: bool = False) -> Checkpoint:
    """Move the log into the file; for quiet moments, on the thread that owns the connection.

    ``truncate`` also empties the log file, before a copy or when the window closes.
    """
    with faults(conn):
        mode = "TRUNCATE" if truncate else "PASSIVE"
        held_up, pages, moved = conn.execute(f"PRAGMA wal_checkpoint({mode})").fetchone()
    return Checkpoint(pages, moved, bool(held_up))
