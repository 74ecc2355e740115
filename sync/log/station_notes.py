"""What a station notes from one round to the next: numbers, flags, certificates taken back. Never commits."""

from __future__ import annotations

from collections.abc import Iterable

from sync.log.log import Database


class StationNotes:
    """Small facts of the exchange that belong to no act."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def mark(self, name: str) -> int:
        """A number kept from one round to the next; 0 when never set."""
        row = self._db.execute("SELECT value FROM sync_mark WHERE name = ?", (name,)).fetchone()
        return 0 if row is None else int(row[0])

    def set_mark(self, name: str, value: int) -> None:
        """Keep a number; where it is kept already nothing is written, so that a round without news writes nothing."""
        sql = (
            "INSERT INTO sync_mark VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value"
            " WHERE sync_mark.value <> excluded.value"
        )
        self._db.execute(sql, (name, value))

    def set_revoked(self, serials: Iterable[int]) -> None:
        """The serials of certificates no longer served, as the county last said."""
        self._db.execute("DELETE FROM revoked_serial")
        self._db.executemany("INSERT INTO revoked_serial VALUES (?)", [(serial,) for serial in sorted(set(serials))])

    def revoked(self) -> frozenset[int]:
        """Serials of certificates not to be trusted: for sticks and for neighbours."""
        return frozenset(int(row[0]) for row in self._db.execute("SELECT serial FROM revoked_serial"))

    def flag(self, name: str) -> bool:
        """A note from one round to the next."""
        return self._db.execute("SELECT 1 FROM sync_flag WHERE name = ?", (name,)).fetchone() is not None

    def set_flag(self, name: str, on: bool) -> None:
        """Set or clear a note."""
        if on:
            self._db.execute("INSERT INTO sync_flag VALUES (?) ON CONFLICT (name) DO NOTHING", (name,))
        else:
            self._db.execute("DELETE FROM sync_flag WHERE name = ?", (name,))
