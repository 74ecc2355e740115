"""The county's file and all its SQL: stations, one-time codes, the folded cases; one transaction per request."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path
from typing import Final

from domain.acts import Act, ActDraft, CaseKind
from domain.canonical import Json
from domain.faults import SurroundingsFault
from domain.fold import CaseState, fold
from sync.exchange import (
    Delivery,
    Everything,
    Grant,
    NewWriter,
    Opened,
    Realm,
    answer_request,
    relayed,
)
from sync.log import ActLog, LogDamaged, SigningKey
from sync.log.content import read_act
from sync.log.feed import CountyFeed
from sync.log.log import Held
from sync.log.rows import in_step
from sync.protocol import Answer, Request, Revoked
from sync.server import relay
from sync.server.behind import WriteBehind
from sync.server.databases import CountyDatabase, Reader, open_database
from sync.server.file import key_file, surroundings
from sync.server.files import FILES, CountyFiles
from sync.server.folding import CASE_SQL, LONE_SQL, case_row, quick_state
from sync.server.register import StationRegister, read_revoked
from sync.server.series import SeriesBook, concerns
from sync.server.stations import StationRow, read_counts, read_stations, station_row

READ_ONLY: Final = frozenset({"dict"})
"""Scopes the county alone writes: the institutions and other tables everybody shares."""


@dataclass(frozen=True, slots=True)
class Report:
    """What ``verify`` proved."""

    acts: int
    writers: int
    feeds: int
    cases: int


class CountyStore(StationRegister):
    """One open county file. Used by one thread; every public method that writes is one transaction."""

    _standing: tuple[Revoked, Realm | None] | None = None
    """Whom the county does not serve and who stands around it: read once in a transaction, for all of its rounds."""
    _rows: dict[str, StationRow]
    """Stations as the running transaction foresaw them."""

    def __init__(
        self,
        folder: Path,
        clock: Callable[[], int],
        entropy: Callable[[int], bytes],
        database: str = "",
        open_db: Callable[[Path, str], CountyDatabase] = open_database,
    ) -> None:
        """Open or make the county's folder. ``clock`` gives milliseconds since 1970 UTC, ``entropy`` random bytes.

        ``database`` is the address of a PostgreSQL database; without one the acts lie in a file in the folder.
        Raises SurroundingsFault: ``newer_file``, ``file_damaged``, ``disk_full``, ``read_only``, ``keys_damaged``,
        ``database_unreachable``, ``wrong_database``.
        """
        self._clock, self._entropy = clock, entropy
        self._rows = {}
        with surroundings():
            folder.mkdir(parents=True, exist_ok=True)
            self._key = SigningKey(key_file(folder / "county.key", entropy))
            self.sealing_key = key_file(folder / "sealing.key", entropy)
        self._db = WriteBehind(open_db(folder, database))
        self.log = ActLog(self._db)
        self.feed = CountyFeed(self._db)
        self.files = CountyFiles(folder / FILES, self._db, self.feed, self.transaction)
        self.series = SeriesBook(self._db, self.log, self._record, self.fold_case, self._clock)
        try:
            self._prepare()
            row = self._db.execute("SELECT county, name FROM county").fetchone()
            self.county, self.name = str(row[0]), str(row[1])
            self.public_key = self._key.public
            writer = self.log.writer(self.writer)
            if writer is None or writer.public_key != self.public_key:
                raise SurroundingsFault("keys_damaged", facts={"file": "county.key"})
        except BaseException:
            self._db.close()
            raise

    @property
    def key(self) -> SigningKey:
        """The county's key: signs answers, certificates and the county's own acts."""
        return self._key

    @property
    def writer(self) -> str:
        """The writer of the county's own acts; another one after a restore that the city found out."""
        return str(self._db.execute("SELECT writer FROM county").fetchone()[0])

    def new_writer(self) -> NewWriter:
        """A fresh incarnation of the county's own log, inside the running transaction; the caller makes it known."""
        writer = self._entropy(16).hex()
        self._db.execute("UPDATE county SET writer = ?", (writer,))
        return NewWriter(writer, self._key.public, self._key.sign_birth(self.county, writer, self._key.public))

    @property
    def realm(self) -> Realm | None:
        """The servers above and below, where there are any."""
        return relay.realm(self._db, self.county)

    @property
    def database(self) -> CountyDatabase:
        """The open database, for the other SQL of this room."""
        return self._db

    def now(self) -> int:
        """The county's time, milliseconds since 1970 UTC."""
        return self._clock()

    def snapshot(self) -> AbstractContextManager[None]:
        """Everything read inside is of one moment, whatever a running server takes in meanwhile."""
        return self._db.snapshot()

    def close(self) -> None:
        """Close the database in order."""
        self._db.close()

    def _prepare(self) -> None:
        with self.transaction():
            if not self._db.prepare():
                return
            county, writer = self._entropy(16).hex(), self._entropy(16).hex()
            self._db.execute("INSERT INTO county VALUES (1, ?, '县级服务器', ?, 0)", (county, writer))
            birth = self._key.sign_birth(county, writer, self._key.public)
            self.log.add_writer(writer, county, "county", self._key.public, birth)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """One write transaction; raises SurroundingsFault."""
        with self._nothing_remembered(), self._db.transaction():
            self._standing = None
            try:
                yield
            finally:
                self._forget()  # somebody else may write from here on

    @contextmanager
    def savepoint(self) -> Iterator[None]:
        """A part of the running transaction that may fail alone."""
        with self._nothing_remembered(), self._db.savepoint():
            yield

    @contextmanager
    def _nothing_remembered(self) -> Iterator[None]:
        """What was rolled back is not remembered as done."""
        try:
            yield
        except BaseException:
            self.series.forget()
            self._forget()
            raise

    def _forget(self) -> None:
        self.log.forget()
        self.feed.forget()
        self._rows = {}

    def foresee(self, rounds: Sequence[tuple[Request, Opened | None]]) -> None:
        """Look up at once what the rounds of the running transaction will ask; they take place in any order.

        Nothing depends on it: what was not foreseen is looked up where it is wanted.
        """
        acts = [act for _request, opened in rounds if opened is not None for act in opened.acts.values()]
        stations = {request.st for request, _opened in rounds}
        digests = {content: digest for _, opened in rounds if opened for content, digest in opened.digests.items()}
        scopes: set[str] = set()
        held: list[str] = []
        in_step(
            self._foresee_stations(stations, scopes),
            self.feed.foresee((act.case_id for act in acts), scopes, stations, digests, held),
            self.log.foresee([act.act_id for act in acts], stations, held),
        )

    def _foresee_stations(self, stations: Collection[str], scopes: set[str]) -> Iterator[None]:
        """The stations, whose scopes are added, and what stands for all of them."""
        rows, serials, around = self.ask_stations(stations), self.ask_revoked(), relay.ask_around(self._db)
        yield
        self._rows = {row.station: row for row in map(station_row, chain(*rows))}
        scopes.update(scope for row in self._rows.values() for scope in row.scopes)
        self._standing = read_revoked(serials), relay.realm(self._db, self.county, around)

    def station(self, station: str) -> StationRow | None:
        """One station, or None. A row that was foreseen is good once: its own round changes it."""
        return self._rows.pop(station, None) or super().station(station)

    def reader(self) -> Reader:
        """A connection that only reads, for another thread."""
        return self._db.reader()

    # rounds ------------------------------------------------------------------------------------------------------

    def exchange(self, request: Request, station: StationRow, *, live: bool = True, leases: bool = True) -> Answer:
        """One round in one transaction: nothing is answered before it is durable.

        ``live`` False for a request that lay on a stick: its time says nothing about the station's clock now.
        ``leases`` False when the station is known to hold what it has not brought back yet: it is leased nothing.
        """
        with self.transaction():
            return self.exchange_inside(request, station, live=live, leases=leases)

    def exchange_inside(
        self,
        request: Request,
        station: StationRow,
        *,
        live: bool = True,
        leases: bool = True,
        opened: Opened | None = None,
    ) -> Answer:
        """One round inside the running transaction; it may be answered once that is durable.

        ``opened`` is the request as :func:`open_request` read it outside the transaction.
        """
        now_ms = self._clock()

        def settle(level: frozenset[str], quiet: bool) -> None:
            self.series.settle(station, level if leases else frozenset(), quiet=quiet)

        if station.relays and request.stations:
            relay.learn(self._db, station, request.stations)
            self._standing = None
        if self._standing is None:
            self._standing = self.revoked(), self.realm
        revoked, realm = self._standing
        answer = answer_request(
            self.log, self.feed, request, self._grant(station), self.project, now_ms,
            stations=self._grant_of, revoked=revoked, realm=realm,
            settle=None if station.relays else settle, by_stick=not live, opened=opened,
        )  # fmt: skip
        claims = ((mark.n, answer.have.get(writer)) for writer, mark in request.own.items())
        backlog = sum(max(0, n - (have.n if have else 0)) for n, have in claims)
        writer = station.writer
        if request.own and writer not in answer.have:
            current = sorted(answer.have.keys() & request.writers.keys()) or sorted(answer.have)
            writer = current[-1] if current else writer  # it goes on under another incarnation
        ahead_ms = request.t - now_ms if live and request.t else station.clock_offset_ms
        self._db.executemany(
            "UPDATE station SET contact_ms = ?, backlog = ?, forked = ?, writer = ?, clock_offset_ms = ?"
            " WHERE station = ?",
            [(now_ms, backlog, int(station.forked or bool(answer.fork)), writer, ahead_ms, station.station)],
        )
        return answer

    def _grant(self, row: StationRow) -> Grant:
        grant = relayed(row.scopes)
        if grant is not None:
            return relay.relay_grant(self._db, row, grant)
        writes = tuple(scope for scope in row.scopes if scope not in READ_ONLY)
        return Grant(row.station, row.scopes, writes, row.public_key)

    def _grant_of(self, station: str) -> Grant | None:
        if station == self.county:  # its own hand, come back to a restored file
            return Grant(station, (), Everything(), self.public_key)
        row = self.station(station)
        return relay.behind_relay(self._db, station, self.station) if row is None else self._grant(row)

    def deliver_from_above(self, came: Sequence[Held]) -> None:
        """Deliver acts the server above sent to the feeds they are meant for, inside the running transaction."""
        if came:
            delivery = Delivery(self.log, self.feed, self._grant_of, self.realm)
            delivery.from_above(came)
            feeds = delivery.finish()
            self.project(delivery.changed())
            self.feed.append(feeds)

    def project(self, changed: Mapping[str, Sequence[Act]]) -> None:
        """Fold the cases that changed, inside the running transaction. Refused acts are kept but not folded.

        ``changed`` has a case's delivered acts where all of them are known already: then it is new here.
        """
        new = {case_id: acts for case_id, acts in changed.items() if acts}
        ids = [case_id for case_id, acts in changed.items() if not acts]
        refused = self.feed.refused_in(ids)
        delivered = {
            case_id: [act for act in acts if act.act_id not in refused] if refused else acts
            for case_id, acts in self.log.cases(ids).items()
        }
        told = {case_id: acts for case_id, acts in (new | delivered).items() if acts}
        if told:
            self._db.executemany(CASE_SQL, [case_row(acts) for acts in told.values()])
        self.series.note(told, fold)

    def fold_case(self, case_id: str) -> CaseState | None:
        """A case as its delivered acts tell it; None when it has none."""
        refused = self.feed.refused_in([case_id])
        acts = [act for act in self.log.case(case_id) if act.act_id not in refused]
        return fold(acts) if acts else None

    def case_bytes(self) -> dict[str, bytes]:
        """Every folded case: case id → canonical bytes of its state."""
        rows = self._db.execute("SELECT case_id, state FROM county_case WHERE state IS NOT NULL")
        found = {str(row[0]): bytes(row[1]) for row in rows}
        for case_id, content in self._db.execute(LONE_SQL):
            found[str(case_id)] = quick_state(fold([read_act(bytes(content))]))
        return found

    # the county's own acts ---------------------------------------------------------------------------------------

    def record(self, kind: str, case_kind: str, case_id: str, scope: str, sets: Mapping[str, Json]) -> Act:
        """Write one act of the county's own, over what its fields hold now, and deliver it."""
        with self.transaction():
            return self._record(ActDraft(kind, case_kind, case_id, sets, scope=scope))[0]

    def record_all(self, commits: Iterable[Sequence[Act]]) -> None:
        """Write commits of the county's own and deliver them, in one transaction.

        ``commits`` may be lazy: it runs inside the transaction and sees what was recorded before it.
        """
        with self.transaction():
            delivery = Delivery(self.log, self.feed, realm=self.realm)
            for acts in commits:
                delivery.own(self.log.held(self.log.append(self.writer, acts, self._key), new=True))
            feeds = delivery.finish()
            self.project(delivery.changed())
            self.feed.append(feeds)

    def record_office(self, fields: Mapping[str, Json]) -> Act:
        """Record an institution (登记机构); ``fields`` has at least code and name."""
        with self.transaction():
            return self._record_office(fields)

    def _record_office(self, fields: Mapping[str, Json]) -> Act:
        case_id = f"office/{fields['code']}"
        return self._record(ActDraft("office_recorded", CaseKind.OFFICE, case_id, fields, scope="dict"))[0]

    def record_tables(self, drafts: Iterable[ActDraft]) -> list[Act]:
        """Record tables everybody reads 工作日历、期限规则、代码表、机构负责人: in the shared scope."""
        with self.transaction():
            return self._record(*(replace(draft, scope="dict", over=()) for draft in drafts))

    def _record(self, *drafts: ActDraft) -> list[Act]:
        """Write acts of the county's own as one commit, each over what its fields hold now, and deliver them.

        Their cases are different ones.
        """
        lamport, acts = self.log.lamport(), []
        for place, draft in enumerate(drafts, start=1):
            before = self.fold_case(draft.case_id)
            over = before.over(*draft.sets) if before is not None else ()
            acts.append(Act(
                act_id=self._entropy(16).hex(), kind=draft.kind, case_kind=draft.case_kind, case_id=draft.case_id,
                scope=draft.scope, lamport=lamport + place, wall_ms=self._clock(), clock="ok", office="county",
                station=self.county, by="county", sets=dict(draft.sets), over=over, why=draft.why,
            ))  # fmt: skip
        entries = self.log.append(self.writer, acts, self._key)
        delivery = Delivery(self.log, self.feed, realm=self.realm)
        delivery.own(self.log.held(entries, new=True))
        feeds = delivery.finish()
        self.project(delivery.changed())
        self.feed.append(feeds)
        return acts

    # what an administrator sees ----------------------------------------------------------------------------------

    def stations(self) -> list[StationRow]:
        """Every station with the number of its acts, by office and window."""
        return read_stations(self._db)

    def counts(self) -> dict[str, int]:
        """Acts, cases, refused acts, acts taken on another station's word."""
        return read_counts(self._db)

    def verify(self) -> Report:
        """Prove chains, signatures, feeds and the folded cases, in one snapshot. Raises LogDamaged."""
        with self.snapshot():
            writers = sum(1 for _ in self.log.verify())
            feeds = sum(1 for _ in self.feed.verify()) + relay.Relay(self).verify()
            kept = {str(row[0]): tuple(row) for row in self._db.execute("SELECT * FROM county_case").fetchall()}
            numbers = self.series.held_rows()
            for case_id in self.log.case_ids():
                state = self.fold_case(case_id)
                if kept.pop(case_id, None) != (None if state is None else case_row(state.acts)):
                    raise LogDamaged("projection_differs", detail=case_id)
                if state is not None and concerns(case_id, state.acts):
                    numbers ^= {(name, *row) for name, rows in self.series.rows(state).items() for row in rows}
            if kept or numbers:
                raise LogDamaged("projection_differs", n=len(kept) + len(numbers))
            counts = self.counts()
        return Report(counts["acts"], writers, feeds, counts["cases"])
