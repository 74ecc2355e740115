"""What a person is shown of the county: stations, forks, refused acts, wrong clocks. Reads only; names nobody."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

from sync.log.log import Database
from sync.server.relay import Status, read_status
from sync.server.series_view import Unaccounted, unaccounted
from sync.server.stations import DAY_MS, StationRow, read_counts, read_stations

CLOCK_OFF_MS: Final = 10 * 60 * 1000
"""A station's clock that differs by more is shown: 本机时间不对."""
NUMBERS_MS: Final = 60 * 1000
"""The page looks through the document numbers this often at most."""


@dataclass(frozen=True, slots=True)
class Fork:
    """A writer whose history went two ways."""

    writer: str
    station: str
    office: str
    acts: int


@dataclass(frozen=True, slots=True)
class Rejects:
    """Acts of one station that are kept and not delivered, for one reason."""

    code: str
    station: str
    office: str
    count: int


@dataclass(frozen=True, slots=True)
class Seen:
    """Everything the page, the health answer and the metrics are made of, at one moment."""

    stations: Sequence[StationRow]
    counts: Mapping[str, int]
    forks: Sequence[Fork] = ()
    rejects: Sequence[Rejects] = ()
    clocks: Mapping[str, int] = field(default_factory=dict)
    """Station → how far its clock was ahead of the county's at last contact, ms."""
    above: Status | None = None
    """How it stands with the server above."""
    numbers: Sequence[Unaccounted] = ()
    """Document numbers in no account; the page alone asks for them."""


class Overview:
    """Questions about the county over a connection that only reads."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._numbers: list[Unaccounted] = []
        self._newest = self._counted_ms = -1

    def seen(self) -> Seen:
        """Everything at once; the caller keeps one snapshot around it."""
        return Seen(
            read_stations(self._db),
            read_counts(self._db),
            self.forks(),
            self.rejects(),
            self.clocks(),
            read_status(self._db),
        )

    def page(self, now_ms: int) -> Seen:
        """Everything, and the document numbers in no account as they stood at most a minute ago.

        A million papers take seconds to look through: not for every look at the page.
        """
        newest = int(self._db.execute("SELECT coalesce(max(seq), 0) FROM act").fetchone()[0])
        if newest != self._newest and not 0 <= now_ms - self._counted_ms < NUMBERS_MS:
            self._numbers, self._newest, self._counted_ms = unaccounted(self._db), newest, now_ms
        return replace(self.seen(), numbers=self._numbers)

    def behind(self, days: int, now_ms: int) -> list[StationRow]:
        """Stations in service that were not heard of for ``days`` days, or never, the longest silence first."""
        rows = [row for row in read_stations(self._db) if not row.revoked]
        late = [row for row in rows if now_ms - (row.contact_ms or row.enrolled_ms) > days * DAY_MS]
        return sorted(late, key=lambda row: (row.contact_ms or 0, row.station))

    def backlog(self) -> list[StationRow]:
        """Stations that had acts the county had not, at last contact; the most first."""
        rows = [row for row in read_stations(self._db) if row.backlog]
        return sorted(rows, key=lambda row: (-row.backlog, row.station))

    def forks(self) -> list[Fork]:
        """Writers marked as forked, and those of stations that were found to be doubled."""
        rows = self._db.execute(
            "SELECT w.writer, w.station, w.office, w.have_n FROM writer w LEFT JOIN station s ON s.station = w.station"
            " WHERE w.state = 'forked' OR (s.forked = 1 AND w.state = 'active') ORDER BY w.office, w.station, w.writer"
        )
        return [Fork(bytes(row[0]).hex(), str(row[1]), str(row[2]), int(row[3])) for row in rows]

    def rejects(self) -> list[Rejects]:
        """Refused acts, counted by reason and station."""
        rows = self._db.execute(
            "SELECT r.code, w.station, w.office, count(*) FROM reject r JOIN act a ON a.seq = r.act_seq"
            " JOIN writer w ON w.writer = a.writer GROUP BY r.code, w.station, w.office"
            " ORDER BY r.code, w.station, w.office"
        )
        return [Rejects(str(row[0]), str(row[1]), str(row[2]), int(row[3])) for row in rows]

    def rejected_acts(self, after: int = 0, limit: int = 1000) -> list[tuple[int, dict[str, Any]]]:
        """Refused acts one by one, by storage key: ids and codes only."""
        rows = self._db.execute(
            "SELECT a.seq, a.act_id, r.code, w.station, a.scope FROM reject r JOIN act a ON a.seq = r.act_seq"
            " JOIN writer w ON w.writer = a.writer WHERE a.seq > ? ORDER BY a.seq LIMIT ?",
            (after, limit),
        )
        names = ("act", "code", "station", "scope")
        return [(int(row[0]), dict(zip(names, (bytes(row[1]).hex(), *row[2:]), strict=True))) for row in rows]

    def clocks(self) -> dict[str, int]:
        """Stations whose clock is known to be wrong: how far it was ahead (behind: negative), ms."""
        off = "clock_offset_ms > ? OR clock_offset_ms < ?"
        sql = f"SELECT station, clock_offset_ms FROM station WHERE {off} ORDER BY station"
        return {str(row[0]): int(row[1]) for row in self._db.execute(sql, (CLOCK_OFF_MS, -CLOCK_OFF_MS))}
