"""Who this station writes as: its keys, its incarnations and its county, in the station file's own tables."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass

import msgspec

from desktop.models.store.connection import Connection, immediate
from desktop.models.store.reads import Reads
from sync.exchange import NewWriter, begin_incarnation
from sync.log import ActLog, SigningKey
from sync.log.feed import StationFeed
from sync.protocol import Certificate, SignedCertificate


@dataclass(frozen=True, slots=True)
class StationIdentity:
    """Which station this file is: its office, window and the incarnation its acts are signed as."""

    station_id: str
    office: str
    window: str
    writer: str
    setup: str
    """The office setup as JSON, as given at init."""


class Incarnation(Reads):
    """The part of the store that knows its own identity. It alone touches the keys."""

    def __init__(self, db: Connection, entropy: Callable[[int], bytes]) -> None:
        super().__init__(db)
        self.log = ActLog(db)
        self.feed = StationFeed(db)
        self._entropy = entropy
        self.reread_identity()

    # who writes here -------------------------------------------------------------------------------------------

    def reread_identity(self) -> None:
        """Read who this station writes as from the file: after a new incarnation, or after its rollback."""
        row = self.db.execute(
            "SELECT station_id, office, window, writer, setup, signing_key, station_key, sealing_key FROM station"
        ).fetchone()
        self.identity = StationIdentity(*(str(value) for value in row[:5]))
        self.key = SigningKey(bytes(row[5]))
        """The writer's key: signs commits."""
        self.station_key = SigningKey(bytes(row[6]))
        """Signs frames and births; the certificate names it."""
        self.sealing_key = bytes(row[7])
        """Private X25519 key: opens the sticks sealed to this station."""
        county = self.db.execute("SELECT certificate, clock_offset_ms FROM county").fetchone()
        given = str(json.loads(self.identity.setup).get("scope", "")) or f"office/{self.identity.office}"
        self.home_scope = given if county is None else _home_scope(str(county[0]))
        """The scope this desk writes: as its certificate says, before that as it was set up."""
        self.clock_offset_ms = None if county is None or county[1] is None else int(county[1])

    def keep_setup(self, setup: str) -> None:
        """Keep another office setup, as JSON; the office and the scope it writes stay."""
        self._write_own("UPDATE station SET setup = ?", (setup,))
        self.reread_identity()

    def reborn(self) -> NewWriter:
        """A fresh incarnation of this station, kept inside the running transaction; then :meth:`reread_identity`."""
        raw, writer = self._entropy(32), self._entropy(16).hex()
        public = SigningKey(raw).public
        self.db.execute("UPDATE station SET writer = ?, signing_key = ?", (writer, raw))
        return NewWriter(writer, public, self.station_key.sign_birth(self.identity.station_id, writer, public))

    def begin_incarnation(self) -> None:
        """Go on under a new writer, in a transaction of its own: this file may be a copy of an older state."""
        with immediate(self.db) as transaction:
            begin_incarnation(self.log, self.feed, self.reborn(), self.identity.station_id, self.identity.office)
            self.db.execute("UPDATE county SET forked = 1")
            transaction.commit()
        self.reread_identity()

    def next_station_key(self) -> SigningKey:
        """The station key to enrol with, durable before it is used: a new one when this station is enrolled already."""
        raw = self.db.execute("SELECT next_key FROM station").fetchone()[0]
        if raw is None and not self.enrolled():
            return self.station_key
        if raw is None:
            raw = self._entropy(32)
            self._write_own("UPDATE station SET next_key = ?", (raw,))
        return SigningKey(bytes(raw))

    def birth_by(self, key: SigningKey) -> bytes:
        """The birth of the current writer, signed by a station key."""
        return key.sign_birth(self.identity.station_id, self.identity.writer, self.key.public)

    def _sign_births(self, station: str, key: SigningKey) -> None:
        for writer in self.feed.own_writers():
            row = self.log.writer(writer)
            if row is not None:
                birth = key.sign_birth(station, writer, row.public_key)
                self.log.name_writer(writer, row.station, row.office, row.public_key, birth)
        self.feed.introduce_again(self.feed.own_writers())

    # the county ------------------------------------------------------------------------------------------------

    def keep_county(self, url: str, certificate: str, key: SigningKey) -> None:
        """Keep where the county is, what it vouches for and the station key it named, in a transaction of its own.

        With another key than before every own writer is born again under it.
        """
        with immediate(self.db) as transaction:
            self.db.execute(
                "INSERT INTO county (one, url, certificate, last_exchange_ms, last_error, forked)"
                " VALUES (1, ?, ?, 0, '', 0) ON CONFLICT (one) DO UPDATE SET url = excluded.url,"
                " certificate = excluded.certificate, last_error = '', last_reason = '', forked = 0",
                (url, certificate),
            )
            if key.public != self.station_key.public:
                self.db.execute("UPDATE station SET station_key = next_key, next_key = NULL")
                self._sign_births(self.identity.station_id, key)
            transaction.commit()
        self.reread_identity()

    def note_exchange(self, wall_ms: int, *, forked: bool, clock: tuple[int, int] | None = None) -> None:
        """Note a good exchange, inside the transaction that applied its answer.

        ``clock`` is (county time minus ours, by how much that may be wrong), in milliseconds, where it was measured.
        """
        sql = "UPDATE county SET last_exchange_ms = ?, last_error = '', last_reason = '', forked = ?"
        self.db.execute(sql, (wall_ms, int(forked)))
        if clock is not None:
            self.db.execute("UPDATE county SET clock_offset_ms = ?, clock_half_trip_ms = ?", clock)

    def note_county_failure(self, code: str, reason: str = "") -> None:
        """Note why an exchange failed and the reason that was given, in a transaction of its own."""
        self._write_own("UPDATE county SET last_error = ?, last_reason = ?", (code, reason))

    def _write_own(self, sql: str, values: tuple[object, ...]) -> None:
        with immediate(self.db) as transaction:
            self.db.execute(sql, values)
            transaction.commit()


def _home_scope(certificate: str) -> str:
    """The scope this desk writes, by its certificate as it was kept (it was verified when it came)."""
    signed = msgspec.json.decode(certificate, type=SignedCertificate)
    return msgspec.json.decode(signed.body, type=Certificate).home_scope
