"""Media in the station file: numbers of reports and replies, and the slip of an enrolment that is under way."""

from __future__ import annotations

from typing import Final

from desktop.models.store.connection import Connection, Database
from sync.log.media import MEDIA_SCHEMA, MediaLedger

SLIP: Final = "CREATE TABLE slip (one INTEGER PRIMARY KEY CHECK (one = 1), body BLOB NOT NULL) STRICT"


def create_media_tables(db: Database) -> None:
    """The tables of a station that reports by stick."""
    db.execute(MEDIA_SCHEMA)
    db.execute(SLIP)


class StationMedia(MediaLedger):
    """The ledger of this station's media. Never commits."""

    def __init__(self, db: Connection) -> None:
        super().__init__(db)
        self._connection = db

    def keep_slip(self, body: bytes) -> None:
        """Keep the slip the station asked by: the reply is believed by its key."""
        self._connection.execute("INSERT OR REPLACE INTO slip VALUES (1, ?)", (body,))

    def drop_slip(self) -> None:
        """The enrolment it was for is done."""
        self._connection.execute("DELETE FROM slip")

    def slip(self) -> bytes | None:
        """The slip of an enrolment under way, or None."""
        row = self._connection.execute("SELECT body FROM slip").fetchone()
        return None if row is None else bytes(row[0])
