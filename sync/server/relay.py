"""The county as a station of the city: enrols there, carries its log up and the city's acts down, round by round."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import msgspec

from domain.faults import SurroundingsFault
from sync import client
from sync.exchange import Applied, Covered, Grant, Identity, Realm, Relayed, apply_answer, build_request, relayed
from sync.exchange.realm import ABOVE
from sync.log import SigningKey
from sync.log.chain import sealing_public
from sync.log.log import Database, Rows
from sync.protocol import Answer, Certificate, Request, SignedCertificate, WireDamaged
from sync.server.relay_view import RelayFeed, RelayLog
from sync.server.stations import RequestRefused, StationRow

if TYPE_CHECKING:
    from sync.server.store import CountyStore

BUDGET: Final = 1 << 20
"""Bytes of acts in one direction of a round between two servers."""
MOST_ROUNDS: Final = 10_000


@dataclass(frozen=True, slots=True)
class Status:
    """How the county stands with the server above."""

    url: str
    city: str
    code: str
    restricted: bool
    contact_ms: int | None
    pending: int
    error: str
    """Empty when the last round came through."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """A request to the city, ready to be carried on any thread."""

    url: str
    signed: SignedCertificate
    certificate: Certificate
    key: SigningKey
    request: Request


class Relay:
    """The rounds upward of one open county. Its methods but :func:`carry` belong to the store's thread."""

    def __init__(self, store: CountyStore) -> None:
        self._store = store
        self._db = store.database

    def status(self) -> Status | None:
        """None while this county has no server above."""
        return read_status(self._db)

    def enrol(self, url: str, code: str) -> Certificate:
        """Turn the city's one-time code into the certificate of a relay.

        Raises SurroundingsFault ``county_unreachable``, ``county_refused`` (reason ``no_relay`` for a station's code,
        ``relay_of_relay`` when counties relay to this server: two levels are spoken, not three).
        """
        store = self._store
        if relays(self._db):
            raise SurroundingsFault("county_refused", facts={"reason": "relay_of_relay"})
        signed = client.enrol(url, code, self._identity(), store.key, sealing_public(store.sealing_key), store.name)
        certificate = signed.read()
        grant = relayed(certificate.scopes)
        if grant is None:
            raise SurroundingsFault("county_refused", facts={"reason": "no_relay"})
        with store.transaction():
            self._db.execute(
                "INSERT INTO relay_up VALUES (1, ?, ?, ?, ?, NULL, 0, '') ON CONFLICT (one) DO UPDATE SET"
                " url = excluded.url, certificate = excluded.certificate, code = excluded.code,"
                " restricted = excluded.restricted, error = ''",
                (url, msgspec.json.encode(signed).decode(), grant.code, int(grant.restricted)),
            )
        return certificate

    def _identity(self) -> Identity:
        store = self._store
        row = store.log.writer(store.writer)
        assert row is not None
        return Identity(store.county, "", row.writer, row.public_key, row.birth)

    def _view(self, restricted: bool) -> tuple[RelayLog, RelayFeed]:
        log = RelayLog(self._db, self._store.county, self._store.public_key)
        return log, RelayFeed(self._db, log, restricted=restricted)

    # rounds --------------------------------------------------------------------------------------------------------

    def begin(self, budget: int = BUDGET) -> Prepared | None:
        """Build the next request; None while there is no server above."""
        row = self._db.execute("SELECT url, certificate, restricted FROM relay_up").fetchone()
        if row is None:
            return None
        store, signed = self._store, msgspec.json.decode(row[1], type=SignedCertificate)
        log, feed = self._view(bool(row[2]))
        with store.transaction():
            feed.prepare(log.writer(store.writer))
            request = build_request(log, feed, self._identity(), budget, store.now())
            places = [(run.w, run.n, run.n + len(run.a) - 1) for run in (*request.push, *request.recovered)]
            request = msgspec.structs.replace(
                request,
                stations=self._certificates({info.station for info in request.writers.values()}),
                refused=feed.refused_here(places),
            )
        return Prepared(str(row[0]), signed, signed.read(), store.key, request)

    def _certificates(self, stations: Iterable[str]) -> dict[str, SignedCertificate]:
        found = ((station, self._store.station(station)) for station in sorted(stations))
        return {station: self._store.certify(row) for station, row in found if row is not None}

    def finish(self, prepared: Prepared, answer: Answer) -> Applied:
        """Take the answer in and deliver what came with it to our own desks, in one transaction."""
        store = self._store
        restricted = relayed(prepared.certificate.scopes)
        log, feed = self._view(restricted is not None and restricted.restricted)
        try:
            with store.transaction():
                feed.note_positions(answer.have.items())
                applied = apply_answer(log, feed, prepared.request, answer, _nothing, store.new_writer)
                own = log.writer(store.writer)
                if own is not None and own.state == "forked" and not feed.is_mixed(own.writer):
                    new = store.new_writer()  # we were restored: our own history goes on under a new name
                    store.log.add_writer(new.writer, store.county, "county", new.public_key, new.birth)
                store.deliver_from_above(log.came)
                sql = "UPDATE relay_up SET contact_ms = ?, pending = ?, error = ?"
                self._db.execute(sql, (store.now(), applied.pending, next(iter(feed.set_aside().values()), "")))
        except WireDamaged as damaged:
            raise SurroundingsFault("county_refused", facts={"reason": "bad_answer", "code": damaged.code}) from damaged
        return applied

    def failed(self, fault: SurroundingsFault) -> None:
        """Note why the last round did not come through."""
        reason = str(fault.facts.get("reason", "")) or fault.code
        with self._store.transaction():
            self._db.execute("UPDATE relay_up SET error = ?", (reason,))

    def run(self) -> list[Applied]:
        """Rounds until both ends hold the same. Raises SurroundingsFault."""
        done: list[Applied] = []
        prepared = self.begin()
        if prepared is None:
            raise SurroundingsFault("county_refused", facts={"reason": "no_relay"})
        transport = client.HttpTransport(prepared.url, prepared.signed)
        try:
            while prepared is not None and len(done) < MOST_ROUNDS:
                done.append(self.finish(prepared, carry(prepared, transport)))
                prepared = self.begin() if done[-1].more else None
        except SurroundingsFault as fault:
            self.failed(fault)
            raise
        finally:
            transport.close()
        return done

    def retry(self) -> int:
        """Send what the city called broken once more, because a person said so."""
        with self._store.transaction():
            return self._view(False)[1].retry()

    def verify(self) -> int:
        """Prove what was seen of the city's feeds, inside the caller's snapshot; raises LogDamaged."""
        return sum(1 for _ in self._view(True)[1].verify())


def read_status(db: Database) -> Status | None:
    """How a county stands with the server above, over any of its connections; None while it has none."""
    sql = "SELECT url, certificate, code, restricted, contact_ms, pending, error FROM relay_up"
    row = db.execute(sql).fetchone()
    if row is None:
        return None
    city = msgspec.json.decode(row[1], type=SignedCertificate).read().county_name
    return Status(str(row[0]), city, str(row[2]), bool(row[3]), row[4], int(row[5]), str(row[6]))


def carry(prepared: Prepared, transport: client.Transport) -> Answer:
    """Carry a request up and read the answer; touches no database."""
    return client.go_round(transport, prepared.request, prepared.key, prepared.certificate)[0]


def _nothing(_cases: Iterable[str]) -> None:
    """Cases are folded after delivery."""


# the city's side ---------------------------------------------------------------------------------------------------


def relays(db: Database) -> tuple[Relayed, ...]:
    """The counties that relay to this server."""
    return _read_relays(db.execute(_RELAYS_SQL))


_RELAYS_SQL: Final = "SELECT scopes FROM station WHERE home LIKE 'county/%' ORDER BY home"


def _read_relays(rows: Rows) -> tuple[Relayed, ...]:
    found = (relayed(str(row[0]).split()) for row in rows)
    return tuple(grant for grant in found if grant is not None)


def ask_around(db: Database) -> tuple[Rows, Rows]:
    """Ask what :func:`realm` reads."""
    return db.execute(_RELAYS_SQL), db.execute("SELECT code FROM relay_up")


def realm(db: Database, county: str, asked: tuple[Rows, Rows] | None = None) -> Realm | None:
    """Who stands around this server; None for a server alone with its stations. ``asked``: see :func:`ask_around`."""
    relaying, up = asked or ask_around(db)
    below, above = _read_relays(relaying), up.fetchone()
    if not below and above is None:
        return None
    known: dict[str, str] = {county: ""}

    def origin(station: str) -> str:
        if station not in known:
            known[station] = _origin(db, station, above is not None)
        return known[station]

    return Realm(below, "" if above is None else str(above[0]), origin)


def _origin(db: Database, station: str, under: bool) -> str:
    row = db.execute("SELECT scopes FROM station WHERE station = ?", (station,)).fetchone()
    if row is not None:
        grant = relayed(str(row[0]).split())
        return "" if grant is None else grant.code
    row = db.execute("SELECT relay FROM relayed_station WHERE station = ?", (station,)).fetchone()
    if row is not None:
        return _origin(db, str(row[0]), under)
    return ABOVE if under else ""


def learn(db: Database, relay: StationRow, certificates: dict[str, SignedCertificate]) -> list[str]:
    """Know the stations behind a relay by certificates that county signed; the codes of those that are none.

    ``bad_certificate``: not signed by the key this relay is enrolled with, or for another station; ``station_taken``:
    a station of this server, or of another relay; ``certificate_superseded``: an older one than the one known.
    """
    refused: list[str] = []
    for station, signed in sorted(certificates.items()):
        try:
            certificate = signed.read()
        except WireDamaged:
            refused.append("bad_certificate")
            continue
        words = (certificate.office, *certificate.scopes)
        strange = certificate.station != station or any("\0" in word for word in words)
        if strange or certificate.county_key != relay.public_key.hex():
            refused.append("bad_certificate")
            continue
        known = db.execute("SELECT relay, serial FROM relayed_station WHERE station = ?", (station,)).fetchone()
        own = db.execute("SELECT 1 FROM station WHERE station = ?", (station,)).fetchone()
        if own is not None or (known is not None and known[0] != relay.station):
            refused.append("station_taken")
        elif known is not None and known[1] > certificate.serial:
            refused.append("certificate_superseded")
        else:
            db.execute(
                "INSERT INTO relayed_station VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (station) DO UPDATE SET"
                " office = excluded.office, serial = excluded.serial, public_key = excluded.public_key,"
                " scopes = excluded.scopes",
                (station, relay.station, certificate.office, certificate.serial, bytes.fromhex(certificate.key),
                 " ".join(certificate.scopes)),
            )  # fmt: skip
    return refused


def relay_grant(db: Database, row: StationRow, grant: Relayed) -> Grant:
    """What a relay may do: read its feeds, bring what its county and the stations behind it wrote."""
    rows = db.execute("SELECT station FROM relayed_station WHERE relay = ? ORDER BY station", (row.station,))
    below = (row.station, *(str(found[0]) for found in rows))
    return Grant(row.station, grant.feeds, Covered(grant), row.public_key, below)


def behind_relay(db: Database, station: str, row_of: Callable[[str], StationRow | None]) -> Grant | None:
    """What a station behind a relay may do here: what both its own certificate and its county's allow."""
    found = db.execute("SELECT relay, public_key, scopes FROM relayed_station WHERE station = ?", (station,)).fetchone()
    relay = None if found is None else row_of(str(found[0]))
    grant = None if relay is None else relayed(relay.scopes)
    if found is None or grant is None:
        return None
    writes = Covered(grant, frozenset(str(found[2]).split()))
    return Grant(station, grant.feeds, writes, bytes(found[1]))


def refuse_overlap(db: Database, office: str, prefixes: tuple[str, ...] = ()) -> None:
    """One office has one way to this server: itself, or one relay. Raises RequestRefused ``relay_covers_office``.

    ``prefixes`` are what a new relay of code ``office`` is to cover; none for a station of ``office``.
    """
    sql = "SELECT office, scopes FROM station UNION SELECT office, scopes FROM code WHERE used_by IS NULL"
    for other, scopes in db.execute(sql).fetchall():
        grant = relayed(str(scopes).split())
        if grant is not None and grant.code == office and prefixes:
            continue  # the same county again
        if grant is not None and prefixes:
            clash = any(a.startswith(b) or b.startswith(a) for a in prefixes for b in grant.prefixes)
        elif grant is not None:
            clash = grant.covers(office)
        else:
            clash = bool(prefixes) and str(other).startswith(prefixes)
        if clash:
            raise RequestRefused("relay_covers_office", 409)
