"""Which pieces of which file went on which report 介质, and what the county said it holds of them. Never commits."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Final

from desktop.models.store.connection import Connection
from sync.blobs import Shape, read_bits

TABLES: Final = """
CREATE TABLE file_medium (              -- pieces first … until-1 of a file stand on this report
  hash TEXT NOT NULL, serial INTEGER NOT NULL, number INTEGER NOT NULL, first INTEGER NOT NULL, until INTEGER NOT NULL,
  PRIMARY KEY (hash, serial, number, first)
) STRICT, WITHOUT ROWID;
CREATE TABLE file_held (                -- of files not whole at the county: the pieces it holds, by its last reply
  hash TEXT PRIMARY KEY, bits BLOB NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE file_told (                -- the newest report whose reply was heard about files
  serial INTEGER PRIMARY KEY, number INTEGER NOT NULL
) STRICT;
"""


class FileMedia:
    """Files on media, for the thread that owns the station file."""

    def __init__(self, db: Connection) -> None:
        self._db = db

    def next_pieces(self, shapes: Sequence[Shape], serial: int) -> tuple[tuple[Shape, int], ...]:
        """The pieces the county is not known to hold: those on no report yet first, then those on the oldest one.

        Among equals small files first, each from its beginning. So a medium that is too small for all of them is
        followed by one with the others, and a lost one is made up for.
        """
        ordered: list[tuple[int, int, str, int, Shape]] = []
        held = self._held()
        for shape in shapes:
            last = self._last_numbers(shape, serial)
            missing = shape.missing(read_bits(shape, held.get(shape.hash, b"")))
            ordered += [(last.get(index, 0), shape.size, shape.hash, index, shape) for index in missing]
        ordered.sort(key=lambda entry: entry[:4])
        return tuple((shape, index) for *_, index, shape in ordered)

    def note(self, serial: int, number: int, pieces: Iterable[tuple[Shape, int]]) -> None:
        """These pieces stand on report ``number``, which was written and verified."""
        runs: dict[str, list[list[int]]] = defaultdict(list)
        for shape, index in sorted(pieces, key=lambda each: (each[0].hash, each[1])):
            found = runs[shape.hash]
            if found and found[-1][1] == index:
                found[-1][1] = index + 1
            else:
                found.append([index, index + 1])
        rows = [(digest, serial, number, first, until) for digest, each in runs.items() for first, until in each]
        self._db.executemany("INSERT OR REPLACE INTO file_medium VALUES (?, ?, ?, ?, ?)", rows)

    def numbers(self, shape: Shape, serial: int) -> tuple[tuple[int, ...], tuple[int, ...], int]:
        """Reports with pieces of a file that the county is not known to hold: those whose reply has not come, and those
        the county has answered past without having them; and the pieces it holds or that are on their way.
        """
        held = read_bits(shape, self._held(shape.hash).get(shape.hash, b""))
        told = self.last_told(serial)
        under_way: set[int] = set()
        waiting: set[int] = set()
        missed: set[int] = set()
        sql = "SELECT number, first, until FROM file_medium WHERE hash = ? AND serial = ?"
        for number, first, until in self._db.execute(sql, (shape.hash, serial)).fetchall():
            pieces = set(range(int(first), int(until))) - held
            if pieces and number > told:
                waiting.add(int(number))
                under_way |= pieces
            elif pieces:
                missed.add(int(number))
        return tuple(sorted(waiting)), tuple(sorted(missed)), len(held | under_way)

    def last_told(self, serial: int) -> int:
        """The newest report whose reply spoke of files; 0 for none."""
        row = self._db.execute("SELECT number FROM file_told WHERE serial = ?", (serial,)).fetchone()
        return 0 if row is None else int(row[0])

    def told(self, serial: int, number: int, held: Iterable[tuple[str, bytes]]) -> None:
        """The reply to report ``number`` was heard: of files not whole there, the county holds these pieces."""
        self._db.execute("INSERT OR REPLACE INTO file_told VALUES (?, ?)", (serial, number))
        self._db.execute("DELETE FROM file_held")
        self._db.executemany("INSERT OR REPLACE INTO file_held VALUES (?, ?)", list(held))

    def forget(self, digest: str) -> None:
        """The file is at the county: what it went there on is of no more use."""
        self._db.execute("DELETE FROM file_medium WHERE hash = ?", (digest,))
        self._db.execute("DELETE FROM file_held WHERE hash = ?", (digest,))

    def _held(self, digest: str = "") -> dict[str, bytes]:
        sql = "SELECT hash, bits FROM file_held" + (" WHERE hash = ?" if digest else "")
        return {str(row[0]): bytes(row[1]) for row in self._db.execute(sql, (digest,) if digest else ()).fetchall()}

    def _last_numbers(self, shape: Shape, serial: int) -> dict[int, int]:
        sql = "SELECT number, first, until FROM file_medium WHERE hash = ? AND serial = ? ORDER BY number"
        rows = self._db.execute(sql, (shape.hash, serial)).fetchall()
        return {index: int(number) for number, first, until in rows for index in range(int(first), int(until))}
