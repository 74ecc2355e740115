"""The county of a simulated world: its store and its routes as in production, over the disk port."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from domain.acts import Act
from domain.faults import SurroundingsFault
from sync.log import ActLog, SigningKey
from sync.log.chain import sealing_public
from sync.log.feed import CountyFeed
from sync.protocol import PROTOCOL, Answer, Enrol, Request, WireDamaged
from sync.server.behind import WriteBehind
from sync.server.file import SqliteDatabase
from sync.server.files import CountyFiles
from sync.server.rounds import answer_frame
from sync.server.series import SeriesBook
from sync.server.stations import RequestRefused, StationRow
from sync.server.store import CountyStore
from sync.simulate.accidents import Unanswered
from sync.simulate.beneath import authors
from sync.simulate.clocks import START_MS
from sync.simulate.database import Tables, county_row
from sync.simulate.keys import pool_key, raw_key
from sync.simulate.station import SimStation

_KEY: Final = 0
_NO_FILES: Final = Path("/dev/null/files")
"""No act of a history names a file; a piece would have nowhere to go."""


class PortStore(CountyStore):
    """The county's store over a database that is already open. Everything else is inherited."""

    def __init__(self, db: Any, clock: Callable[[], int], entropy: Callable[[int], bytes]) -> None:
        self._clock = clock
        self._entropy = entropy
        self._key = pool_key(_KEY)
        self.sealing_key = raw_key(_KEY)
        self._rows = {}
        self._db = WriteBehind(SqliteDatabase(Path(), db))
        self.log = ActLog(self._db)
        self.feed = CountyFeed(self._db)
        self.files = CountyFiles(_NO_FILES, self._db, self.feed, self.transaction)
        self.series = SeriesBook(self._db, self.log, self._record, self.fold_case, clock)
        self._prepare()
        self.county, self.name, _ = county_row(db)
        self.public_key = self._key.public
        self.after_project: Callable[[], None] = lambda: None
        self.after_exchange: Callable[[Request, Answer], None] = lambda _request, _answer: None

    def project(self, changed: Mapping[str, Sequence[Act]]) -> None:
        """As the store does, unless the power fails in the middle of it."""
        super().project(changed)
        self.after_project()

    def exchange(self, request: Request, station: StationRow, *, live: bool = True, leases: bool = True) -> Answer:
        """As the store does: a round out of a medium; and whoever listens hears what goes out."""
        answer = super().exchange(request, station, live=live, leases=leases)
        self.after_exchange(request, answer)
        return answer


def make_county(db: Any) -> None:
    """A new county file: every world begins with the same one."""
    PortStore(db, lambda: START_MS, lambda count: bytes(range(count)))


class SimCounty:
    """One county machine: it can be copied, restored, cut off and filled up."""

    def __init__(self, tables: Tables, clock: Callable[[], int], entropy: Callable[[int], bytes]) -> None:
        self._clock = clock
        self._entropy = entropy
        self.cut_in_project = False
        self._open(tables)

    def _open(self, tables: Tables) -> None:
        self.tables = tables
        self.store = PortStore(tables.db, self._clock, self._entropy)
        self.store.after_project = self._perhaps_cut

    def _perhaps_cut(self) -> None:
        if self.cut_in_project:
            self.cut_in_project = False
            self.tables.cut()

    def serve(self, frame: bytes, certificate: str | None) -> bytes:
        """A request frame in, the answer frame out; raises :class:`Unanswered` where HTTP would carry an error."""
        try:
            return answer_frame(self.store, frame, certificate)
        except RequestRefused as refused:
            raise Unanswered(refused.code) from refused
        except WireDamaged as damaged:
            raise Unanswered(damaged.code) from damaged
        except SurroundingsFault as fault:
            raise Unanswered(fault.code) from fault

    def enrol(self, station: SimStation, key: SigningKey, kinds: Sequence[str] = ()) -> None:
        """A code for a desk, and its certificate by it, under ``key`` from now on. ``kinds`` are series to lease."""
        desk, who = station.desk, station.identity
        sealing = sealing_public(station.sealing)
        code = self.store.issue_code(desk.office, "", desk.window, desk.scopes, kinds)
        birth = key.sign_birth(desk.station, who.writer, who.public_key)
        station.certificate = self.store.enrol(
            Enrol(v=PROTOCOL, code=code, station=desk.station, office=desk.office, station_key=key.public,
                  sealing_key=sealing, writer=who.writer, public_key=who.public_key, birth=birth)
        )  # fmt: skip

    def authors(self) -> dict[str, str]:
        """Act → the writer in whose log it stands."""
        return authors(self.tables.db)

    def restart(self, chance: random.Random) -> None:
        """The power came back."""
        self._open(self.tables.restart(chance))

    def restore(self, backup: Tables) -> None:
        """Go on from an older copy."""
        self.tables.close()
        self._open(backup.copy())
