"""Stations and counts as the county's tables tell them; how codes are compared; whom it does not serve. Reads only."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from sync.log.log import Database

DAY_MS: Final = 24 * 3600 * 1000
_CODE_LETTERS: Final = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
"""No 0/O, 1/I: a code is read aloud over the telephone."""


class RequestRefused(Exception):
    """The county does not serve this sender: ``code`` is stable, ``status`` the HTTP status."""

    def __init__(self, code: str, status: int) -> None:
        super().__init__(code)
        self.code = code
        self.status = status


@dataclass(frozen=True, slots=True)
class StationRow:
    """A station as the county knows it."""

    station: str
    office: str
    office_name: str
    window: str
    writer: str
    """The writer it enrolled with."""
    public_key: bytes
    """The station key."""
    scopes: tuple[str, ...]
    serial: int
    revoked: bool
    enrolled_ms: int
    contact_ms: int | None
    backlog: int
    """Acts the station said it had and the county had not, at last contact."""
    forked: bool
    sealing_key: bytes = b""
    """X25519 public key for sticks; empty while it has not enrolled under protocol 2."""
    home: str = ""
    """The scope this desk writes."""
    clock_offset_ms: int | None = None
    """Its clock minus the county's at last contact; evidence for the list of wrong clocks."""
    acts: int = 0

    @property
    def relays(self) -> bool:
        """True for a county that relays to this server."""
        return self.home.startswith("county/")


STATION_SQL: Final = (
    "SELECT s.station, s.office, s.office_name, s.window, s.writer, s.public_key, s.scopes, s.serial, s.revoked,"
    " s.enrolled_ms, s.contact_ms, s.backlog, s.forked, s.sealing_key, s.home, s.clock_offset_ms,"
    " (SELECT coalesce(sum(w.have_n), 0) FROM writer w WHERE w.station = s.station) FROM station s"
)


def station_row(row: Sequence[Any]) -> StationRow:
    values: list[Any] = list(row)
    values[5:9] = bytes(row[5]), tuple(str(row[6]).split()), row[7], bool(row[8])
    values[12], values[13] = bool(row[12]), bytes(row[13] or b"")
    values[16] = int(row[16])  # PostgreSQL sums whole numbers into decimals
    return StationRow(*values)


def read_stations(db: Database) -> list[StationRow]:
    """Every station with the number of its acts, by office and window."""
    return [station_row(row) for row in db.execute(f"{STATION_SQL} ORDER BY s.office, s.window, s.station")]


def read_counts(db: Database) -> dict[str, int]:
    """Acts, cases, refused acts, acts taken on another station's word."""
    tables = {
        "acts": "act",
        "cases": "county_case",
        "refused": "reject",
        "attested": "attested t JOIN act a ON a.seq = t.act_seq WHERE a.chained = 0",  # its author did not come yet
    }
    sql = "SELECT count(*) FROM "
    return {name: int(db.execute(sql + table).fetchone()[0]) for name, table in tables.items()}


def home_scope(office: str, scopes: Sequence[str]) -> str:
    """The scope a desk writes: a desk for 检举控告 has a restricted one."""
    return next((scope for scope in scopes if scope.startswith("restricted/")), f"office/{office}")


def code_digest(code: str) -> bytes:
    plain = "".join(letter for letter in code.upper() if letter.isalnum())
    return hashlib.sha256(b"xinfang-code-1" + plain.encode()).digest()


def code_letters(raw: bytes) -> str:
    """A one-time code from random bytes, one letter or figure for each."""
    return "".join(_CODE_LETTERS[byte % 32] for byte in raw)
