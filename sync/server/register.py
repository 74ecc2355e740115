"""Who the county serves: stations, their one-time codes and certificates, what is no longer served."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import AbstractContextManager

from domain.acts import Act
from domain.canonical import Json
from sync.log import ActLog, SigningKey
from sync.log.chain import sealing_public, verify_birth
from sync.log.log import Rows, batched, marks
from sync.protocol import Certificate, Enrol, Revoked, SignedCertificate, issue_certificate
from sync.server.databases import CountyDatabase
from sync.server.series import SeriesBook
from sync.server.stations import (
    STATION_SQL,
    RequestRefused,
    StationRow,
    code_digest,
    code_letters,
    home_scope,
    station_row,
)


class StationRegister(ABC):
    """The county's register of stations, over its database; every public method that writes is one transaction."""

    log: ActLog
    series: SeriesBook
    county: str
    name: str
    public_key: bytes
    sealing_key: bytes
    _db: CountyDatabase
    _key: SigningKey
    _clock: Callable[[], int]
    _entropy: Callable[[int], bytes]

    @property
    @abstractmethod
    def writer(self) -> str:
        """The writer of the county's own acts."""

    @abstractmethod
    def transaction(self) -> AbstractContextManager[None]:
        """One write transaction; raises SurroundingsFault."""

    @abstractmethod
    def _record_office(self, fields: Mapping[str, Json]) -> Act:
        """Record an institution, inside the running transaction."""

    def station(self, station: str) -> StationRow | None:
        """One station, or None."""
        row = self._db.execute(f"{STATION_SQL} WHERE s.station = ?", (station,)).fetchone()
        return None if row is None else station_row(row)

    def ask_stations(self, stations: Collection[str]) -> list[Rows]:
        """Ask for the stations with these ids; for :func:`station_row`."""
        asked = batched(sorted(stations))
        return [self._db.execute(f"{STATION_SQL} WHERE s.station IN ({marks(some)})", some) for some in asked]

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

    def revoked(self) -> Revoked:
        """The serials no longer served, with the number of this state of the list."""
        return read_revoked(self.ask_revoked())

    def ask_revoked(self) -> Rows:
        """Ask for :meth:`revoked`; for :func:`read_revoked`."""
        rows: Rows = self._db.execute("SELECT serial FROM gone_certificate ORDER BY serial")
        return rows

    def earlier_keys(self, station: str) -> list[bytes]:
        """Station keys of this station's superseded certificates."""
        rows = self._db.execute("SELECT public_key FROM gone_certificate WHERE station = ?", (station,))
        return [bytes(row[0]) for row in rows]

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
            if office != asked.office and not (str(home).startswith("county/") and not asked.office):
                raise RequestRefused("wrong_office", 403)  # a county learns from its certificate under which code
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
                self.log.add_writer(asked.writer, asked.station, office, asked.public_key, asked.birth)
            else:
                self.log.name_writer(asked.writer, asked.station, office, asked.public_key, asked.birth)
            self._db.execute(
                "UPDATE code SET used_by = ?, used_key = ? WHERE digest = ?", (asked.writer, asked.station_key, digest)
            )
            self.series.grant(asked.station, str(kinds).split())
        return issue_certificate(certificate, self._key)

    def certify(self, row: StationRow) -> SignedCertificate:
        """The certificate of a station as it was issued: the same bytes every time."""
        return issue_certificate(self._certificate(row), self._key)

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


def read_revoked(rows: Rows) -> Revoked:
    """What :meth:`StationRegister.ask_revoked` was told."""
    serials = [int(row[0]) for row in rows]
    return Revoked(len(serials), serials)
