"""The county's file and all its SQL: stations, one-time codes, the folded cases; one transaction per request."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from domain.acts import Act, CaseKind
from domain.canonical import Json
from domain.faults import SurroundingsFault
from domain.fold import CaseState, fold, state_bytes
from sync.exchange import Delivery, Grant, answer_request
from sync.log import ActLog, LogDamaged, SigningKey
from sync.log.chain import sealing_public, verify_birth
from sync.log.feed import CountyFeed
from sync.protocol import Answer, Certificate, Enrol, Request, Revoked, SignedCertificate, issue_certificate
from sync.server.databases import CountyDatabase, Reader, open_database
from sync.server.file import key_file, surroundings
from sync.server.folding import case_row
from sync.server.series import SeriesBook, concerns
from sync.server.stations import (
    STATION_SQL,
    RequestRefused,
    StationRow,
    code_digest,
    code_letters,
    home_scope,
    read_counts,
    read_stations,
    station_row,
)

READ_ONLY: Final = frozenset({"dict"})
"""Scopes the county alone writes: the institutions and other tables everybody shares."""


@dataclass(frozen=True, slots=True)
class Report:
    """What ``verify`` proved."""

    acts: int
    writers: int
    feeds: int
    cases: int


class CountyStore:
    """One open county file. Used by one thread; every public method that writes is one transaction."""

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
        self._clock = clock
        self._entropy = entropy
        with surroundings():
            folder.mkdir(parents=True, exist_ok=True)
            self._key = SigningKey(key_file(folder / "county.key", entropy))
            self.sealing_key = key_file(folder / "sealing.key", entropy)
        self._db = open_db(folder, database)
        self.log = ActLog(self._db)
        self.feed = CountyFeed(self._db)
        self.series = SeriesBook(self._db, self.log, self._record, self.fold_case, clock)
        try:
            self._prepare()
            row = self._db.execute("SELECT county, name, writer FROM county").fetchone()
            self.county, self.name, self.writer = str(row[0]), str(row[1]), str(row[2])
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

    def transaction(self) -> AbstractContextManager[None]:
        """One write transaction; raises SurroundingsFault."""
        return self._db.transaction()

    def savepoint(self) -> AbstractContextManager[None]:
        """A part of the running transaction that may fail alone."""
        return self._db.savepoint()

    def reader(self) -> Reader:
        """A connection that only reads, for another thread."""
        return self._db.reader()

    # rounds ------------------------------------------------------------------------------------------------------

    def station(self, station: str) -> StationRow | None:
        """One station, or None."""
        row = self._db.execute(f"{STATION_SQL} WHERE s.station = ?", (station,)).fetchone()
        return None if row is None else station_row(row)

    def readmit(self, certificate: Certificate) -> StationRow:
        """Know a station again by the certificate this county signed (after a restore of an older county file).

        The caller has verified its signature. Raises RequestRefused ``wrong_county``, ``certificate_superseded``.
        """
        if certificate.county_key != self.public_key.hex():
            raise RequestRefused("wrong_county", 403)
        with self.transaction():
            known = self.station(certificate.station)
            if known is not None and known.serial > certificate.serial:
                raise RequestRefused("certificate_superseded", 401)
            if known is None or known.serial < certificate.serial:
                self._save_station(certificate, certificate.writer)
                sql = "UPDATE county SET serial = ? WHERE serial < ?"
                self._db.execute(sql, (certificate.serial, certificate.serial))
            found = self.station(certificate.station)
            if found is None or found.public_key.hex() != certificate.key:
                raise RequestRefused("certificate_superseded", 401)
        return found

    def exchange(self, request: Request, station: StationRow, *, live: bool = True) -> Answer:
        """One round in one transaction: nothing is answered before it is durable.

        ``live`` False for a request that lay on a stick: its time says nothing about the station's clock now.
        """
        with self.transaction():
            return self.exchange_inside(request, station, live=live)

    def exchange_inside(self, request: Request, station: StationRow, *, live: bool = True) -> Answer:
        """One round inside the running transaction; it may be answered once that is durable."""
        now_ms = self._clock()
        answer = answer_request(
            self.log, self.feed, request, self._grant(station), self.project, now_ms,
            stations=self._grant_of, revoked=self.revoked(),
            settle=lambda level, quiet: self.series.settle(station, level, quiet=quiet),
        )  # fmt: skip
        claims = ((mark.n, answer.have.get(writer)) for writer, mark in request.own.items())
        backlog = sum(max(0, n - (have.n if have else 0)) for n, have in claims)
        self._db.execute(
            "UPDATE station SET contact_ms = ?, backlog = ?,"
            " forked = CASE WHEN ? = 1 THEN 1 ELSE forked END WHERE station = ?",
            (now_ms, backlog, int(bool(answer.fork)), station.station),
        )
        if request.own and station.writer not in answer.have:
            current = sorted(answer.have.keys() & request.writers.keys()) or sorted(answer.have)
            if current:  # it goes on under another incarnation
                self._db.execute("UPDATE station SET writer = ? WHERE station = ?", (current[-1], station.station))
        if live and request.t:
            self.note_clock(station.station, request.t - now_ms)
        return answer

    def note_clock(self, station: str, ahead_ms: int) -> None:
        """Note how far a station's clock is ahead of ours, inside the running transaction; evidence only."""
        self._db.execute("UPDATE station SET clock_offset_ms = ? WHERE station = ?", (ahead_ms, station))

    def _grant(self, row: StationRow) -> Grant:
        writes = tuple(scope for scope in row.scopes if scope not in READ_ONLY)
        return Grant(row.station, row.scopes, writes, row.public_key)

    def _grant_of(self, station: str) -> Grant | None:
        row = self.station(station)
        return None if row is None else self._grant(row)

    def revoked(self) -> Revoked:
        """The serials no longer served, with the number of this state of the list."""
        serials = [int(row[0]) for row in self._db.execute("SELECT serial FROM gone_certificate ORDER BY serial")]
        return Revoked(len(serials), serials)

    def earlier_keys(self, station: str) -> list[bytes]:
        """Station keys of this station's superseded certificates."""
        rows = self._db.execute("SELECT public_key FROM gone_certificate WHERE station = ?", (station,))
        return [bytes(row[0]) for row in rows]

    def project(self, case_ids: Iterable[str]) -> None:
        """Fold the cases that changed, inside the running transaction. Refused acts are kept but not folded."""
        ids = list(case_ids)
        refused = self.feed.refused_in(ids)
        rows: list[tuple[str, str, str, bytes]] = []
        for case_id, acts in self.log.cases(ids).items():
            delivered = [act for act in acts if act.act_id not in refused] if refused else acts
            if delivered:
                rows.append(case_row(delivered))
                self.series.note(case_id, delivered, fold)
        self._db.executemany(_CASE_SQL, rows)

    def fold_case(self, case_id: str) -> CaseState | None:
        """A case as its delivered acts tell it; None when it has none."""
        refused = self.feed.refused_in([case_id])
        acts = [act for act in self.log.case(case_id) if act.act_id not in refused]
        return fold(acts) if acts else None

    def case_bytes(self) -> dict[str, bytes]:
        """Every folded case: case id → canonical bytes of its state."""
        return {str(row[0]): bytes(row[1]) for row in self._db.execute("SELECT case_id, state FROM county_case")}

    # enrolment ---------------------------------------------------------------------------------------------------

    def issue_code(
        self,
        office: str,
        office_name: str,
        window: str,
        scopes: Sequence[str] = (),
        kinds: Sequence[str] = (),
        home: str = "",
    ) -> str:
        """Make a one-time code for one window of one office; only its hash is kept. ``kinds`` are series to lease.

        ``home`` is the scope this desk writes; empty: the first ``restricted/…`` among ``scopes``, else the office's.
        """
        raw = code_letters(self._entropy(16))
        wanted = tuple(scopes) or (f"office/{office}", "county", "dict")
        with self.transaction():
            self._db.execute(
                "INSERT INTO code (digest, office, office_name, window, scopes, kinds, made_ms, home)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                (code_digest(raw), office, office_name, window, " ".join(wanted), " ".join(kinds), self._clock(),
                 home or home_scope(office, wanted)),
            )  # fmt: skip
            if office_name and not self.log.has_case(f"office/{office}"):
                self._record_office({"code": office, "name": office_name})  # no more than was said here
        return "-".join(raw[place : place + 4] for place in range(0, 16, 4))

    def enrol(self, asked: Enrol) -> SignedCertificate:
        """Answer a code with a certificate and note which series it draws from. The same station key may ask twice.

        A station that is enrolled already and comes with a new code gets a certificate for its new key and a higher
        serial; the old key is refused from then on. Raises RequestRefused: ``wrong_code``, ``used_code``,
        ``wrong_office``, ``station_taken``, ``bad_birth``.
        """
        digest = code_digest(asked.code)
        if not verify_birth(asked.station_key, asked.station, asked.writer, asked.public_key, asked.birth):
            raise RequestRefused("bad_birth", 403)
        with self.transaction():
            sql = "SELECT office, office_name, window, scopes, kinds, used_by, used_key, home FROM code"
            row = self._db.execute(f"{sql} WHERE digest = ?", (digest,)).fetchone()
            if row is None:
                raise RequestRefused("wrong_code", 403)
            office, office_name, window, scopes, kinds, used_by, used_key, home = row
            if office != asked.office:
                raise RequestRefused("wrong_office", 403)
            known = self.station(asked.station)
            if used_by is not None and (used_key is None or bytes(used_key) != asked.station_key):
                raise RequestRefused("used_code", 403)
            if known is not None and known.office != office:
                raise RequestRefused("station_taken", 403)
            holder = self.log.writer(asked.writer)
            named = None if holder is None or holder.attested else (holder.station, holder.public_key)
            if named not in (None, (asked.station, asked.public_key)):
                raise RequestRefused("station_taken", 403)
            if known is not None and used_by is not None and known.public_key == asked.station_key:
                return issue_certificate(self._certificate(known), self._key)  # the first answer was lost on the way
            if asked.station_key in self.earlier_keys(asked.station):
                raise RequestRefused("certificate_superseded", 403)
            serial = int(self._db.execute("UPDATE county SET serial = serial + 1 RETURNING serial").fetchall()[0][0])
            row = StationRow(
                asked.station, office, office_name, window, asked.writer, asked.station_key, tuple(str(scopes).split()),
                serial, False, 0, None, 0, False, asked.sealing_key, str(home),
            )  # fmt: skip
            certificate = self._certificate(row)
            self._save_station(certificate, asked.writer)
            if holder is None:
                self.log.add_writer(asked.writer, asked.station, asked.office, asked.public_key, asked.birth)
            else:
                self.log.name_writer(asked.writer, asked.station, asked.office, asked.public_key, asked.birth)
            self._db.execute(
                "UPDATE code SET used_by = ?, used_key = ? WHERE digest = ?", (asked.writer, asked.station_key, digest)
            )
            self.series.grant(asked.station, str(kinds).split())
        return issue_certificate(certificate, self._key)

    def _certificate(self, row: StationRow) -> Certificate:
        return Certificate(
            county=self.county, county_name=self.name, county_writer=self.writer, county_key=self.public_key.hex(),
            station=row.station, office=row.office, office_name=row.office_name, window=row.window,
            key=row.public_key.hex(), scopes=list(row.scopes), serial=row.serial,
            home=row.home or home_scope(row.office, row.scopes), sealing=sealing_public(self.sealing_key).hex(),
            station_sealing=row.sealing_key.hex(),
        )  # fmt: skip

    def _save_station(self, certificate: Certificate, writer: str) -> None:
        """Know a station by its newest certificate; the one before it is served no more."""
        key = bytes.fromhex(certificate.key)
        before = self.station(certificate.station)
        if before is not None and before.public_key != key:
            self._gone(before)
        self._db.execute(
            "INSERT INTO station (station, office, office_name, window, writer, public_key, scopes, serial, revoked,"
            " enrolled_ms, contact_ms, backlog, forked, sealing_key, home)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, 0, ?, NULL, 0, 0, ?, ?) ON CONFLICT (station) DO UPDATE SET"
            " office = excluded.office, office_name = excluded.office_name, window = excluded.window,"
            " writer = excluded.writer, public_key = excluded.public_key, scopes = excluded.scopes,"
            " serial = excluded.serial, revoked = 0, enrolled_ms = excluded.enrolled_ms, forked = 0,"
            " sealing_key = excluded.sealing_key, home = excluded.home",
            (certificate.station, certificate.office, certificate.office_name, certificate.window, writer, key,
             " ".join(certificate.scopes), certificate.serial, self._clock(),
             bytes.fromhex(certificate.station_sealing) or None, certificate.home_scope),
        )  # fmt: skip

    def _gone(self, row: StationRow) -> None:
        self._db.execute(
            "INSERT INTO gone_certificate VALUES (?, ?, ?) ON CONFLICT (serial, station) DO NOTHING",
            (row.serial, row.station, row.public_key),
        )

    def revoke(self, station: str) -> bool:
        """Serve this station no more; what it brought stays. False when it is unknown."""
        with self.transaction():
            row = self.station(station)
            if row is None:
                return False
            self._db.execute("UPDATE station SET revoked = 1 WHERE station = ?", (station,))
            self._gone(row)
        return True

    # the county's own acts ---------------------------------------------------------------------------------------

    def record(self, kind: str, case_kind: str, case_id: str, scope: str, sets: Mapping[str, Json]) -> Act:
        """Write one act of the county's own, over what its fields hold now, and deliver it."""
        with self.transaction():
            return self._record(kind, case_kind, case_id, scope, sets)

    def record_all(self, commits: Iterable[Sequence[Act]]) -> None:
        """Write commits of the county's own and deliver them, in one transaction.

        ``commits`` may be lazy: it runs inside the transaction and sees what was recorded before it.
        """
        with self.transaction():
            cases: set[str] = set()
            delivery = Delivery(self.log, self.feed)
            for acts in commits:
                delivery.own(self.log.held(self.log.append(self.writer, acts, self._key), new=True))
                cases |= {act.case_id for act in acts}
            feeds = delivery.finish()
            self.project(sorted(cases))
            self.feed.append(feeds)

    def record_office(self, fields: Mapping[str, Json]) -> Act:
        """Record an institution (登记机构); ``fields`` has at least code and name."""
        with self.transaction():
            return self._record_office(fields)

    def _record_office(self, fields: Mapping[str, Json]) -> Act:
        case_id = f"office/{fields['code']}"
        return self._record("office_recorded", CaseKind.OFFICE, case_id, "dict", fields)

    def _record(
        self, kind: str, case_kind: str, case_id: str, scope: str, sets: Mapping[str, Json], why: str = ""
    ) -> Act:
        before = self.fold_case(case_id)
        act = Act(
            act_id=self._entropy(16).hex(), kind=kind, case_kind=case_kind, case_id=case_id, scope=scope,
            lamport=self.log.lamport() + 1, wall_ms=self._clock(), clock="ok", office="county", station=self.county,
            by="county", sets=dict(sets), over=before.over(*sets) if before is not None else (), why=why,
        )  # fmt: skip
        entries = self.log.append(self.writer, [act], self._key)
        delivery = Delivery(self.log, self.feed)
        delivery.own(self.log.held(entries, new=True))
        feeds = delivery.finish()
        self.project([case_id])
        self.feed.append(feeds)
        return act

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
            feeds = sum(1 for _ in self.feed.verify())
            kept, numbers = self.case_bytes(), self.series.held_rows()
            for case_id in self.log.case_ids():
                state = self.fold_case(case_id)
                if state is not None and concerns(case_id, state.acts):
                    numbers ^= {(name, *row) for name, rows in self.series.rows(state).items() for row in rows}
                if kept.pop(case_id, None) != (None if state is None else state_bytes(state)):
                    raise LogDamaged("projection_differs", detail=case_id)
            if kept or numbers:
                raise LogDamaged("projection_differs", n=len(kept) + len(numbers))
            counts = self.counts()
        return Report(counts["acts"], writers, feeds, counts["cases"])


_CASE_SQL: Final = (
    "INSERT INTO county_case VALUES (?, ?, ?, ?) ON CONFLICT (case_id) DO UPDATE"
    " SET case_kind = excluded.case_kind, scope = excluded.scope, state = excluded.state"
)
