"""Stations and counts as the county's tables tell them, over any connection. Reads only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sync.log.log import Database


@dataclass(frozen=True, slots=True)
class StationRow:
    """A station as the county knows it."""

    station: str
    office: str
    office_name: str
    window: str
    writer: str
    public_key: bytes
    scopes: tuple[str, ...]
    serial: int
    revoked: bool
    enrolled_ms: int
    contact_ms: int | None
    backlog: int
    """Acts the station said it had and the county had not, at last contact."""
    forked: bool
    acts: int = 0


STATION_SQL = (
    "SELECT s.station, s.office, s.office_name, s.window, s.writer, s.public_key, s.scopes, s.serial, s.revoked,"
    " s.enrolled_ms, s.contact_ms, s.backlog, s.forked,"
    " (SELECT coalesce(sum(w.have_n), 0) FROM writer w WHERE w.station = s.station) FROM station s"
)


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


def station_row(row: Sequence[Any]) -> StationRow:
    values: list[Any] = list(row)
    values[5:9] = bytes(row[5]), tuple(str(row[6]).split()), row[7], bool(row[8])
    values[12] = bool(row[12])
    values[13] = int(row[13])  # PostgreSQL sums whole numbers into decimals
    return StationRow(*values)
