"""The county: enrolment, one exchange at a time, and what the status bar may say about it.

An exchange has three parts, so that no lane waits for another: :func:`begin_exchange` on the store lane,
:func:`carry` on the net lane, :func:`finish_exchange` on the store lane again.
"""

from __future__ import annotations

from dataclasses import dataclass

import msgspec

from desktop.models.store.connection import immediate
from desktop.models.store.folder import Fence, write_fence
from desktop.models.store.rows import SyncState
from desktop.services.outcome import Outcome, Topic
from desktop.services.station import Station
from domain.faults import SurroundingsFault
from sync import client
from sync.exchange import START_BUDGET, Applied, Identity, apply_answer, build_request
from sync.log import SigningKey
from sync.protocol import Answer, Certificate, Request, SignedCertificate, WireDamaged

MOST_ROUNDS = 400
"""Rounds of one exchange on the command line before it stops and says that more waits."""


@dataclass(frozen=True, slots=True)
class EnrolmentAsk:
    """What the net lane needs to enrol."""

    url: str
    code: str
    identity: Identity
    key: SigningKey
    name: str


@dataclass(frozen=True, slots=True)
class PreparedExchange:
    """A request on its way: built on the store lane, carried on the net lane."""

    url: str
    signed: SignedCertificate
    certificate: Certificate
    key: SigningKey
    request: Request


@dataclass(frozen=True, slots=True)
class Exchanged:
    """What a finished exchange did."""

    rounds: int
    pulled: int
    confirmed: int
    refused: int
    pending: int
    forked: bool
    more: bool


# enrolment ---------------------------------------------------------------------------------------------------------


def begin_enrolment(station: Station, url: str, code: str) -> EnrolmentAsk:
    """What to ask the county with (store lane)."""
    if station.store.enrolled():
        raise SurroundingsFault("already_enrolled", facts={"url": (station.store.county() or ("",))[0]})
    name = f"{station.office.name} {station.office.window}号窗口"
    return EnrolmentAsk(url.strip(), code.strip(), _identity(station), station.store.key, name)


def ask_certificate(ask: EnrolmentAsk) -> SignedCertificate:
    """Ask the county (net lane). Raises SurroundingsFault county_unreachable, county_refused, county_address."""
    return client.enrol(ask.url, ask.code, ask.identity, ask.key, ask.name)


def finish_enrolment(station: Station, ask: EnrolmentAsk, signed: SignedCertificate) -> Outcome[str]:
    """Keep the certificate (store lane); returns the county's name."""
    certificate = _read(signed)
    if certificate.office != station.office.code:
        raise SurroundingsFault("county_refused", facts={"reason": "wrong_office"})
    text = msgspec.json.encode(signed).decode()
    station.store.keep_county(ask.url, text)
    return Outcome(certificate.county_name, frozenset({Topic.SYNC}))


def enrol(station: Station, url: str, code: str) -> Outcome[str]:
    """Enrol in one go, for the command line."""
    ask = begin_enrolment(station, url, code)
    return finish_enrolment(station, ask, ask_certificate(ask))


# exchange ----------------------------------------------------------------------------------------------------------


def begin_exchange(station: Station, budget: int = START_BUDGET) -> PreparedExchange | None:
    """Build the next request (store lane); None before enrolment.

    The fence is written before anything new leaves this disk (sync design §2.5): should this file ever be replaced
    by an older copy, the copy can be told from the original.
    """
    county = station.store.county()
    if county is None:
        return None
    store = station.store
    with immediate(store.db) as transaction:
        request = build_request(store.log, store.feed, _identity(station), budget)
        transaction.commit()
    if request.push:
        own = store.log.writer(store.identity.writer)
        if own is not None:
            write_fence(station.folder, Fence(own.writer, own.have.n, own.have.hash.hex()))
    signed = msgspec.json.decode(county[1], type=SignedCertificate)
    return PreparedExchange(county[0], signed, _read(signed), store.key, request)


def carry(prepared: PreparedExchange, transport: client.Transport) -> tuple[Answer, int]:
    """Carry the request to the county and read its answer (net lane); with the bytes of both frames.

    Raises SurroundingsFault.
    """
    return client.go_round(transport, prepared.request, prepared.key, prepared.certificate)


def finish_exchange(station: Station, prepared: PreparedExchange, answer: Answer) -> Outcome[Applied]:
    """Apply an answer in one transaction (store lane): acts, projections, cursors together or not at all."""
    store = station.store
    try:
        with immediate(store.db) as transaction:
            applied = apply_answer(store.log, store.feed, prepared.request, answer, store.project_cases)
            store.note_exchange(station.now_ms, forked=bool(applied.forked))
            transaction.commit()
    except BaseException as error:
        # A round that was rolled back after a calendar came with it must not leave that calendar in memory.
        store.reread_calendar()
        if isinstance(error, WireDamaged):
            raise SurroundingsFault("county_refused", facts={"reason": "bad_answer", "code": error.code}) from error
        raise
    topics = {Topic.SYNC}
    if applied.cases:
        topics |= {
            Topic.VISIT,
            Topic.MATTER,
            Topic.PETITIONER,
            Topic.PAPER,
            Topic.DEADLINE,
            Topic.CONFLICT,
            Topic.CLERK,
        }
    elif applied.confirmed:
        topics |= {Topic.VISIT, Topic.MATTER}
    return Outcome(applied, frozenset(topics))


def note_failure(station: Station, fault: SurroundingsFault) -> Outcome[str]:
    """Keep why the last exchange failed, for the county page; offline is a state, never a box (store lane)."""
    station.store.note_county_failure(fault.code)
    return Outcome(fault.code, frozenset({Topic.SYNC}))


def exchange_once(station: Station, transport: client.Transport | None = None) -> Outcome[Exchanged]:
    """Exchange until nothing more waits, in one go, for the command line. Raises SurroundingsFault."""
    topics: set[str] = set()
    rounds = pulled = confirmed = refused = 0
    applied: Applied | None = None
    pace = client.Pace()
    line = transport
    own_line: client.HttpTransport | None = None
    try:
        while rounds < MOST_ROUNDS:
            prepared = begin_exchange(station, pace.budget)
            if prepared is None:
                raise SurroundingsFault("not_enrolled")
            if line is None:
                line = own_line = client.HttpTransport(prepared.url, prepared.signed)
                pace = client.Pace(loopback=own_line.loopback)
            started = station.now_ms
            answer, carried = carry(prepared, line)
            pace.went_well(station.now_ms - started, carried)
            outcome = finish_exchange(station, prepared, answer)
            applied = outcome.value
            topics |= outcome.topics
            rounds += 1
            pulled, confirmed, refused = (
                pulled + applied.pulled,
                confirmed + applied.confirmed,
                applied.refused + refused,
            )
            if not applied.more:
                break
    except SurroundingsFault as fault:
        if fault.code != "not_enrolled":
            note_failure(station, fault)
        raise
    finally:
        if own_line is not None:
            own_line.close()
    assert applied is not None
    state = sync_state(station)
    value = Exchanged(rounds, pulled, confirmed, refused, state.pending, state.forked, applied.more)
    return Outcome(value, frozenset(topics))


def sync_state(station: Station) -> SyncState:
    """What the status bar and the county page say (store lane)."""
    return station.store.sync_state(station.store.feed.pending())


def refused_acts(station: Station) -> dict[str, str]:
    """Own acts the county keeps but does not deliver: act id → code."""
    return station.store.feed.refused()


def _identity(station: Station) -> Identity:
    own = station.store.identity
    return Identity(own.station_id, own.office, own.writer, station.store.key.public)


def _read(signed: SignedCertificate) -> Certificate:
    try:
        return signed.read()
    except WireDamaged as damaged:
        raise SurroundingsFault("county_refused", facts={"reason": "bad_answer", "code": damaged.code}) from damaged
