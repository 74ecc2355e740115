"""The county's file and all its SQL: stations, one-time codes, the folded cases; one transaction per request."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from domain.acts import Act, CaseKind
from domain.canonical import Json
from domain.faults import SurroundingsFault
from domain.fold import CaseState, fold, state_bytes
from sync.exchange import Grant, answer_request
from sync.log import ActLog, LogDamaged, SigningKey
from sync.log.feed import CountyFeed
from sync.log.log import batched, marks
from sync.protocol import Answer, Certificate, Enrol, Request, SignedCertificate, issue_certificate
from sync.server.databases import CountyDatabase, Reader, open_database
from sync.server.file import key_file, surroundings
from sync.server.folding import case_row
from sync.server.stations import STATION_SQL, StationRow, read_counts, read_stations, station_row

_CHINA_MS: Final = 8 * 3600 * 1000
_CODE_LETTERS: Final = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
"""No 0/O, 1/I: a code is read aloud over the telephone."""
READ_ONLY: Final = frozenset({"dict"})
"""Scopes the county alone writes: the institutions and other tables everybody shares."""
DAY_MS: Final = 24 * 3600 * 1000


class RequestRefused(Exception):
    """The county does not serve this sender: ``code`` is stable, ``status`` the HTTP status."""

    def __init__(self, code: str, status: int) -> None:
        super().__init__(code)
        self.code = code
        self.status = status


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
        self._db = open_db(folder, database)
        self.log = ActLog(self._db)
        self.feed = CountyFeed(self._db)
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

    def close(self) -> None:
        """Close the database in order."""
        self._db.close()

    def _prepare(self) -> None:
        with self.transaction():
            if not self._db.prepare():
                return
            county, writer = self._entropy(16).hex(), self._entropy(16).hex()
            self._db.execute("INSERT INTO county VALUES (1, ?, '县级服务器', ?, 0)", (county, writer))
            self.log.add_writer(writer, county, "county", self._key.public)

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

        The caller has verified its signature. Raises RequestRefused ``wrong_county``, ``revoked``.
        """
        if certificate.county_key != self.public_key.hex():
            raise RequestRefused("wrong_county", 403)
        with self.transaction():
            known = self.station(certificate.station)
            if known is None or known.serial < certificate.serial:
                self._save_station(certificate)
                self._db.execute("UPDATE county SET serial = max(serial, ?)", (certificate.serial,))
        found = self.station(certificate.station)
        assert found is not None
        return found

    def exchange(self, request: Request, station: StationRow) -> Answer:
        """One round in one transaction: nothing is answered before it is durable."""
        with self.transaction():
            return self.exchange_inside(request, station)

    def exchange_inside(self, request: Request, station: StationRow) -> Answer:
        """One round inside the running transaction; it may be answered once that is durable."""
        grant = Grant(station.station, station.scopes, tuple(set(station.scopes) - READ_ONLY))
        answer = answer_request(self.log, self.feed, request, grant, self.project, self._clock())
        claims = ((mark.n, answer.have.get(writer)) for writer, mark in request.own.items())
        backlog = sum(max(0, n - (have.n if have else 0)) for n, have in claims)
        self._db.execute(
            "UPDATE station SET contact_ms = ?, backlog = ?, forked = max(forked, ?) WHERE station = ?",
            (self._clock(), backlog, int(bool(answer.fork)), station.station),
        )
        said_ms = getattr(request, "t", 0)  # from protocol 2 on
        if said_ms:
            self.note_clock(station.station, said_ms)
        return answer

    def project(self, case_ids: Iterable[str]) -> None:
        """Fold the cases that changed, inside the running transaction. Refused acts are kept but not folded."""
        changed = list(case_ids)
        refused = self._refused(changed)
        rows: list[tuple[str, str, str, bytes]] = []
        for acts in self.log.cases(changed).values():
            delivered = [act for act in acts if act.act_id not in refused] if refused else acts
            if delivered:
                rows.append(case_row(delivered))
        self._db.executemany(_CASE_SQL, rows)

    def fold_case(self, case_id: str) -> CaseState | None:
        """A case as its delivered acts tell it; None when it has none."""
        refused = self._refused([case_id])
        acts = [act for act in self.log.case(case_id) if act.act_id not in refused]
        return fold(acts) if acts else None

    def _refused(self, case_ids: list[str]) -> set[str]:
        """Acts of these cases that are kept and not delivered."""
        if self._db.execute("SELECT 1 FROM reject LIMIT 1").fetchone() is None:
            return set()
        found: set[str] = set()
        for ids in batched(case_ids):
            sql = f"SELECT a.act_id FROM reject r JOIN act a ON a.seq = r.act_seq WHERE a.case_id IN ({marks(ids)})"
            found |= {bytes(row[0]).hex() for row in self._db.execute(sql, ids)}
        return found

    def case_bytes(self) -> dict[str, bytes]:
        """Every folded case: case id → canonical bytes of its state."""
        return {str(row[0]): bytes(row[1]) for row in self._db.execute("SELECT case_id, state FROM county_case")}

    # enrolment ---------------------------------------------------------------------------------------------------

    def issue_code(
        self, office: str, office_name: str, window: str, scopes: Sequence[str] = (), kinds: Sequence[str] = ()
    ) -> str:
        """Make a one-time code for one window of one office; only its hash is kept. ``kinds`` are series to lease."""
        raw = "".join(_CODE_LETTERS[byte % 32] for byte in self._entropy(16))
        wanted = tuple(scopes) or (f"office/{office}", "county", "dict")
        with self.transaction():
            self._db.execute(
                "INSERT INTO code VALUES (?, ?, ?, ?, ?, ?, ?, NULL)",
                (_code_digest(raw), office, office_name, window, " ".join(wanted), " ".join(kinds), self._clock()),
            )
            if office_name and not self.log.has_case(f"office/{office}"):
                self._record_office({"code": office, "name": office_name})  # no more than was said here
        return "-".join(raw[place : place + 4] for place in range(0, 16, 4))

    def enrol(self, asked: Enrol) -> SignedCertificate:
        """Answer a code with a certificate and lease the office's series. The same station may ask twice.

        Raises RequestRefused: ``wrong_code``, ``used_code``, ``wrong_office``, ``station_taken``.
        """
        with self.transaction():
            sql = "SELECT office, office_name, window, scopes, kinds, used_by FROM code WHERE digest = ?"
            row = self._db.execute(sql, (_code_digest(asked.code),)).fetchone()
            if row is None:
                raise RequestRefused("wrong_code", 403)
            office, office_name, window, scopes, kinds, used_by = row
            if office != asked.office:
                raise RequestRefused("wrong_office", 403)
            known = self.station(asked.station)
            if used_by is not None and used_by != asked.writer:
                raise RequestRefused("used_code", 403)
            if known is not None and known.office != office:
                raise RequestRefused("station_taken", 403)
            holder = self.log.writer(asked.writer)
            if holder is not None and (holder.station, holder.public_key) != (asked.station, asked.public_key):
                raise RequestRefused("station_taken", 403)
            if known is not None and used_by is not None and known.writer == asked.writer:
                return issue_certificate(self._certificate(known), self._key)  # the first answer was lost on the way
            serial = int(self._db.execute("UPDATE county SET serial = serial + 1 RETURNING serial").fetchall()[0][0])
            certificate = Certificate(
                county=self.county, county_name=self.name, county_writer=self.writer, county_key=self.public_key.hex(),
                station=asked.station, office=office, office_name=office_name, window=window, writer=asked.writer,
                key=asked.public_key.hex(), scopes=str(scopes).split(), serial=serial,
            )  # fmt: skip
            if known is not None and known.writer != asked.writer:
                self.log.set_writer_state(known.writer, "closed")
            self._save_station(certificate)
            self._db.execute("UPDATE code SET used_by = ? WHERE digest = ?", (asked.writer, _code_digest(asked.code)))
            year = _china_year(self._clock())
            for kind in str(kinds).split():
                case_id = f"series/{office}/{year}/{kind}"
                if not self.log.has_case(case_id):
                    self._lease(office, year, kind, 1, 9999, asked.station)
        return issue_certificate(certificate, self._key)

    def _certificate(self, row: StationRow) -> Certificate:
        return Certificate(
            county=self.county, county_name=self.name, county_writer=self.writer, county_key=self.public_key.hex(),
            station=row.station, office=row.office, office_name=row.office_name, window=row.window, writer=row.writer,
            key=row.public_key.hex(), scopes=list(row.scopes), serial=row.serial,
        )  # fmt: skip

    def _save_station(self, certificate: Certificate) -> None:
        key = bytes.fromhex(certificate.key)
        self.log.add_writer(certificate.writer, certificate.station, certificate.office, key)
        self._db.execute(
            "INSERT INTO station VALUES (?, ?, ?, ?, ?, ?, ?, ?, 0, ?, NULL, 0, 0) ON CONFLICT (station) DO UPDATE SET"
            " office = excluded.office, office_name = excluded.office_name, window = excluded.window,"
            " writer = excluded.writer, public_key = excluded.public_key, scopes = excluded.scopes,"
            " serial = excluded.serial, revoked = 0, enrolled_ms = excluded.enrolled_ms, contact_ms = NULL,"
            " backlog = 0, forked = 0",
            (certificate.station, certificate.office, certificate.office_name, certificate.window, certificate.writer,
             key, " ".join(certificate.scopes), certificate.serial, self._clock()),
        )  # fmt: skip

    def revoke(self, station: str) -> bool:
        """Serve this station no more; what it brought stays. False when it is unknown."""
        with self.transaction():
            sql = "UPDATE station SET revoked = 1 WHERE station = ? RETURNING 1"
            return bool(self._db.execute(sql, (station,)).fetchall())

    # the county's own acts ---------------------------------------------------------------------------------------

    def record(self, kind: str, case_kind: str, case_id: str, scope: str, sets: Mapping[str, Json]) -> Act:
        """Write one act of the county's own, over what its fields hold now, and deliver it."""
        with self.transaction():
            return self._record(kind, case_kind, case_id, scope, sets)

    def record_office(self, fields: Mapping[str, Json]) -> Act:
        """Record an institution (登记机构); ``fields`` has at least code and name."""
        with self.transaction():
            return self._record_office(fields)

    def lease(self, office: str, year: int, kind: str, first: int, last: int, station: str) -> Act:
        """Lease numbers ``first``..``last`` of a series 文号 to a station, replacing an earlier lease of it."""
        with self.transaction():
            return self._lease(office, year, kind, first, last, station)

    def _lease(self, office: str, year: int, kind: str, first: int, last: int, station: str) -> Act:
        sets: dict[str, Json] = {
            "office": office, "year": year, "kind": kind, "first": first, "last": last, "holder": station,
        }  # fmt: skip
        case_id = f"series/{office}/{year}/{kind}"
        return self._record("series_leased", CaseKind.SERIES, case_id, f"office/{office}", sets)

    def _record_office(self, fields: Mapping[str, Json]) -> Act:
        case_id = f"office/{fields['code']}"
        return self._record("office_recorded", CaseKind.OFFICE, case_id, "dict", fields)

    def _record(self, kind: str, case_kind: str, case_id: str, scope: str, sets: Mapping[str, Json]) -> Act:
        before = self.fold_case(case_id)
        act = Act(
            act_id=self._entropy(16).hex(), kind=kind, case_kind=case_kind, case_id=case_id, scope=scope,
            lamport=self.log.lamport() + 1, wall_ms=self._clock(), clock="ok", office="county", station=self.county,
            by="county", sets=dict(sets), over=before.over(*sets) if before is not None else (),
        )  # fmt: skip
        entries = self.log.append(self.writer, [act], self._key)
        self.feed.append(self.log.held(entries))
        self.project([case_id])
        return act

    # what an administrator sees ----------------------------------------------------------------------------------

    def stations(self) -> list[StationRow]:
        """Every station with the number of its acts, by office and window."""
        return read_stations(self._db)

    def counts(self) -> dict[str, int]:
        """Acts, cases, refused acts, acts taken on another station's word."""
        return read_counts(self._db)

    def note_clock(self, station: str, said_ms: int) -> None:
        """What a station's clock said just now, inside the running transaction: evidence for the county page."""
        now = self._clock()
        self._db.execute(
            "INSERT INTO station_clock VALUES (?, ?, ?) ON CONFLICT (station) DO UPDATE SET"
            " off_ms = excluded.off_ms, at_ms = excluded.at_ms",
            (station, said_ms - now, now),
        )

    def verify(self) -> Report:
        """Prove chains, signatures, feeds and the folded cases, in one snapshot. Raises LogDamaged."""
        with self._db.snapshot():
            writers = sum(1 for _ in self.log.verify())
            feeds = sum(1 for _ in self.feed.verify())
            kept = self.case_bytes()
            for case_id in self.log.case_ids():
                state = self.fold_case(case_id)
                if kept.pop(case_id, None) != (None if state is None else state_bytes(state)):
                    raise LogDamaged("projection_differs", detail=case_id)
            if kept:
                raise LogDamaged("projection_differs", n=len(kept))
            counts = self.counts()
        return Report(counts["acts"], writers, feeds, counts["cases"])


_CASE_SQL = (
    "INSERT INTO county_case VALUES (?, ?, ?, ?) ON CONFLICT (case_id) DO UPDATE SET"
    " case_kind = excluded.case_kind, scope = excluded.scope, state = excluded.state"
)


def _code_digest(code: str) -> bytes:
    plain = "".join(letter for letter in code.upper() if letter.isalnum())
    return hashlib.sha256(b"xinfang-code-1" + plain.encode()).digest()


def _china_year(wall_ms: int) -> int:
    """The calendar year in China (UTC+8, no summer time)."""
    return datetime.fromtimestamp((wall_ms + _CHINA_MS) / 1000, UTC).year
