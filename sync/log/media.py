"""Which media were written and which came, by number, at either end, so that a missing one is named. Never commits."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from sync.log.log import Database

MEDIA_SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS medium (
  station TEXT NOT NULL,
  serial INTEGER NOT NULL,              -- of the station's certificate: numbers begin anew with each
  kind TEXT NOT NULL CHECK (kind IN ('report', 'reply', 'enrol')),
  number INTEGER NOT NULL,
  part INTEGER NOT NULL,
  parts INTEGER NOT NULL,
  hash BLOB NOT NULL,                   -- of its chunks; empty where it was cut before its end
  whole INTEGER NOT NULL CHECK (whole IN (0, 1)),
  at_ms INTEGER NOT NULL,
  PRIMARY KEY (station, serial, kind, number, part)
) STRICT, WITHOUT ROWID;
"""
MOST_NAMED: Final = 20
"""Missing media named one by one; a number can be as high as a hostile hand wrote it."""


@dataclass(frozen=True, slots=True)
class Medium:
    """One part as the ledger has it."""

    station: str
    serial: int
    kind: str
    number: int
    part: int
    parts: int
    hash: bytes
    whole: bool


@dataclass(frozen=True, slots=True)
class Missing:
    """A medium that was written and has not come: all of it, or one part."""

    number: int
    part: int = 0
    """0: the whole medium."""
    parts: int = 1


class MediaLedger:
    """Numbers of media per station, serial and kind."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def next_number(self, station: str, serial: int, kind: str) -> int:
        """The number of the next medium to write. It is used up when the medium is noted."""
        sql = "SELECT coalesce(max(number), 0) + 1 FROM medium WHERE station = ? AND serial = ? AND kind = ?"
        return int(self._db.execute(sql, (station, serial, kind)).fetchone()[0])

    def note(self, medium: Medium, at_ms: int) -> None:
        """Note a part that was written or came. One that came whole once stays whole."""
        values = (medium.station, medium.serial, medium.kind, medium.number, medium.part, medium.parts, medium.hash)
        self._db.execute(
            "INSERT INTO medium VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET hash = excluded.hash,"
            " parts = excluded.parts, whole = excluded.whole, at_ms = excluded.at_ms WHERE excluded.whole >= whole",
            (*values, int(medium.whole), at_ms),
        )

    def came(self, medium: Medium) -> bool:
        """True when this very part was noted whole before."""
        sql = (
            "SELECT 1 FROM medium WHERE station = ? AND serial = ? AND kind = ? AND number = ? AND part = ?"
            " AND hash = ? AND whole = 1"
        )
        values = (medium.station, medium.serial, medium.kind, medium.number, medium.part, medium.hash)
        return self._db.execute(sql, values).fetchone() is not None

    def missing(self, station: str, serial: int, kind: str) -> list[Missing]:
        """Media with a lower number than the highest that came, and parts of those that came; the first of them."""
        found: list[Missing] = []
        for each in self._gaps(station, serial, kind):
            found.append(each)
            if len(found) >= MOST_NAMED:
                break
        return found

    def _gaps(self, station: str, serial: int, kind: str) -> Iterator[Missing]:
        sql = (
            "SELECT number, part, parts, whole FROM medium WHERE station = ? AND serial = ? AND kind = ?"
            " ORDER BY number, part"
        )
        numbers: dict[int, tuple[int, set[int]]] = {}
        for number, part, parts, whole in self._db.execute(sql, (station, serial, kind)):
            seen = numbers.setdefault(int(number), (int(parts), set()))[1]
            if whole:
                seen.add(int(part))
        last = 0
        for number, (parts, seen) in numbers.items():
            yield from (Missing(each) for each in range(last + 1, number))
            yield from (Missing(number, part, parts) for part in range(1, parts + 1) if part not in seen)
            last = number
