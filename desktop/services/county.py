"""The county: enrolment, the steps of an exchange, and what the status bar may say about it.

A round has three parts, so that no lane waits for another: :func:`begin_exchange` on the store lane,
:func:`carry` on the net lane, :func:`finish_exchange` on the store lane again. What follows what, ``rounds`` says.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial

import msgspec

from desktop.models.store.connection import immediate
from desktop.models.store.rows import SyncState
from desktop.services.outcome import Outcome, Topic
from desktop.services.rounds import go_through
from desktop.services.station import Station
from desktop.services.sync_status import sync_state
from desktop.services.undisturbed import undisturbed
from domain.acttime import WRONG_CLOCK_MS
from domain.audience import restricted
from domain.faults import SurroundingsFault
from sync import client
from sync.exchange import (
    START_BUDGET,
    Applied,
    Identity,
    Opened,
    apply_answer,
    build_request,
    next_request,
    open_answer,
    push_ahead,
)
from sync.log import SigningKey
from sync.log.chain import sealing_public
from sync.protocol import Answer, Certificate, Request, Run, SignedCertificate, WireDamaged

_DICTIONARY = "dictionary"
"""The mark that keeps which dictionary the county named."""
MOST_ROUNDS = 400
"""Rounds of one exchange on the command line before it stops and says that more waits."""


@dataclass(frozen=True, slots=True)
class EnrolmentAsk:
    """What the net lane needs to enrol."""

    url: str
    code: str
    identity: Identity
    key: SigningKey
    """The station key the certificate will name."""
    sealing_key: bytes
    """The public half."""
    name: str


@dataclass(frozen=True, slots=True)
class PreparedExchange:
    """A request on its way: built on the store lane, carried on the net lane."""

    url: str
    signed: SignedCertificate
    certificate: Certificate
    key: SigningKey
    request: Request
    clock: Callable[[], int]
    dictionary: int = 0
    """What the frame may be packed with; 0 where the county has not said that it can read it."""
    written: int = 0
    """Acts in the log of this incarnation, as far as this exchange has told them or is telling them."""


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
    broken: dict[str, str]
    """Writers whose run the county calls broken, and why: kept here, pending, not sent again until a person retries."""


@dataclass(frozen=True, slots=True)
class Timing:
    """When a round left and when its answer came, by this PC's clock, milliseconds since 1970 UTC."""

    sent_ms: int
    received_ms: int

    def offset(self, county_ms: int) -> tuple[int, int] | None:
        """(county time minus ours, by how much that may be wrong): the county answered somewhere between the two.

        None when the clock was set meanwhile.
        """
        trip = self.received_ms - self.sent_ms
        return (county_ms - self.sent_ms - trip // 2, (trip + 1) // 2) if trip >= 0 else None


@dataclass(frozen=True, slots=True)
class Carried:
    """What the net lane brings back of a round: the answer read and opened, the bytes of both frames, the times."""

    answer: Answer
    size: int
    timing: Timing
    opened: Opened


@dataclass(frozen=True, slots=True)
class Taken:
    """An answer that was taken in, and what the status bar says behind it."""

    applied: Applied
    state: SyncState


# enrolment ---------------------------------------------------------------------------------------------------------


def begin_enrolment(station: Station, url: str, code: str, *, anew: bool = False) -> EnrolmentAsk:
    """What to ask the county with (store lane).

    ``anew`` enrols an enrolled station again, with a new code and under a new station key: a copy of this station is
    served no more from then on. Raises SurroundingsFault ``already_enrolled`` without it.
    """
    store = station.store
    if store.enrolled() and not anew:
        raise SurroundingsFault("already_enrolled", facts={"url": (store.county() or ("",))[0]})
    name = f"{station.office.name} {station.office.window}号窗口"
    key = store.next_station_key()
    identity = replace(identity_of(station), birth=store.birth_by(key))
    return EnrolmentAsk(url.strip(), code.strip(), identity, key, sealing_public(store.sealing_key), name)


def ask_certificate(ask: EnrolmentAsk) -> SignedCertificate:
    """Ask the county (net lane). Raises SurroundingsFault county_unreachable, county_refused, county_address."""
    return client.enrol(ask.url, ask.code, ask.identity, ask.key, ask.sealing_key, ask.name)


def finish_enrolment(station: Station, ask: EnrolmentAsk, signed: SignedCertificate) -> Outcome[str]:
    """Keep the certificate (store lane); returns the county's name."""
    certificate = _read(signed)
    if certificate.office != station.office.code:
        raise SurroundingsFault("county_refused", facts={"reason": "wrong_office"})
    if restricted(certificate.home_scope) != restricted(station.store.home_scope):
        # An ordinary file would go on in the scope of 检举控告, or the other way round: two kinds in one file.
        raise SurroundingsFault("county_refused", facts={"reason": "wrong_desk"})
    text = msgspec.json.encode(signed).decode()
    station.store.keep_county(ask.url, text, ask.key)
    return Outcome(certificate.county_name, frozenset({Topic.SYNC}))


def enrol(station: Station, url: str, code: str, *, anew: bool = False) -> Outcome[str]:
    """Enrol in one go, for the command line."""
    ask = begin_enrolment(station, url, code, anew=anew)
    return finish_enrolment(station, ask, ask_certificate(ask))


# exchange ----------------------------------------------------------------------------------------------------------


def begin_exchange(station: Station, budget: int = START_BUDGET) -> PreparedExchange | None:
    """Build the next request (store lane); None before enrolment, and for a station that has no line to its county.

    The fence is written before anything new leaves this disk (sync design §2.5): should this file ever be replaced
    by an older copy, the copy can be told from the original.
    """
    county = station.store.county()
    if county is None or not county[0]:
        return None
    store = station.store
    with immediate(store.db) as transaction:
        request = build_request(store.log, store.feed, identity_of(station), budget, station.now_ms)
        dictionary, written = store.feed.mark(_DICTIONARY), _written(station)
        transaction.commit()
    if request.push:
        station.set_fence()
    signed = msgspec.json.decode(county[1], type=SignedCertificate)
    clock = station.surroundings.clock
    return PreparedExchange(county[0], signed, _read(signed), store.station_key, request, clock, dictionary, written)


def carry(prepared: PreparedExchange, transport: client.Transport) -> Carried:
    """Carry the request to the county, and read its answer as far as that needs no file (net lane).

    Raises SurroundingsFault.
    """
    left: list[int] = []
    reply, size = client.send_request(
        transport, prepared.request, prepared.key, prepared.dictionary, lambda: left.append(prepared.clock())
    )
    timing = Timing(left[-1], prepared.clock())
    answer = client.read_answer(reply, prepared.certificate)
    return Carried(answer, size, timing, open_answer(answer))


def finish_exchange(
    station: Station, prepared: PreparedExchange, answer: Answer, timing: Timing | None = None,
    opened: Opened | None = None,
) -> Outcome[Applied]:  # fmt: skip
    """Apply an answer in one transaction (store lane): acts, projections, cursors together or not at all.

    With ``timing`` the county's time tells how far this PC's clock is off; every later act carries it as evidence.
    ``opened`` is what the net lane has made of the answer.
    """
    store = station.store
    clock = timing.offset(answer.t) if timing is not None else None
    try:
        with immediate(store.db) as transaction:
            applied = apply_answer(
                store.log, store.feed, prepared.request, answer, store.project_cases, store.reborn, opened
            )
            dictionary = client.dictionary_of(answer, prepared.dictionary)
            if dictionary != prepared.dictionary:
                store.feed.set_mark(_DICTIONARY, dictionary)
            waiting = bool(applied.forked) and applied.pending > 0
            store.note_exchange(station.now_ms, forked=bool(applied.reborn) or waiting, clock=clock)
            if clock is not None and abs(clock[0]) + clock[1] <= WRONG_CLOCK_MS:
                store.trust_time(station.now_ms)
            transaction.commit()
        store.reread_identity()
        if applied.reborn:
            station.set_fence()
    except BaseException as error:
        # A round that was rolled back after a table came with it must not leave that table in memory.
        store.reread_tables()
        store.reread_identity()
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
            Topic.CALENDAR,
        }
    elif applied.confirmed:
        topics |= {Topic.VISIT, Topic.MATTER}
    return Outcome(applied, frozenset(topics))


def note_failure(station: Station, fault: SurroundingsFault) -> Outcome[str]:
    """Keep why the last exchange failed, for the county page; offline is a state, never a box (store lane)."""
    station.store.note_county_failure(fault.code, str(fault.facts.get("reason", "")))
    return Outcome(fault.code, frozenset({Topic.SYNC}))


def prepare_ahead(station: Station, prepared: PreparedExchange, budget: int = START_BUDGET) -> list[Run] | None:
    """What the request behind this one would bring, built while this one is on its way (store lane).

    None when an act was recorded since that neither tells of: the next request is begun anew, so that it does not wait
    for the end of a long pull.
    """
    store = station.store
    with immediate(store.db):
        push = push_ahead(store.log, prepared.request, budget)
        unsaid = not push and _written(station) > prepared.written
    if push:
        station.set_fence()
    return None if unsaid else push


def _written(station: Station) -> int:
    return station.store.log.tail(station.store.identity.writer).n


def go_ahead(
    prepared: PreparedExchange, answer: Answer, push: Sequence[Run] = (), budget: int = START_BUDGET
) -> PreparedExchange | None:
    """The next request before this answer is taken in, on any lane; None when only taking it in can tell."""
    request = next_request(prepared.request, answer, push, prepared.clock(), budget)
    if request is None:
        return None
    return replace(
        prepared,
        request=request,
        dictionary=client.dictionary_of(answer, prepared.dictionary),
        written=max([prepared.written, *(run.n + len(run.a) - 1 for run in push)]),
    )


class Steps:
    """The steps of a round at this station, over one line, for :class:`desktop.services.rounds.Rounds`."""

    def __init__(self, station_ref: Callable[[], Station], line: client.Line) -> None:
        self._station_ref, self._line = station_ref, line

    @property
    def budget(self) -> int:
        """Bytes the next request may bring and ask for."""
        return self._line.budget

    def begin(self) -> PreparedExchange | None:
        """Build the next request (store lane)."""
        return begin_exchange(self._station_ref(), self.budget)

    def carry(self, prepared: PreparedExchange) -> Carried:
        """There and back (net lane)."""
        return self._line.carry(prepared.url, prepared.signed, partial(carry, prepared))

    def behind(self, prepared: PreparedExchange, budget: int) -> list[Run] | None:
        """As :func:`prepare_ahead`."""
        return prepare_ahead(self._station_ref(), prepared, budget)

    def ahead(self, prepared: PreparedExchange, carried: Carried, push: list[Run]) -> PreparedExchange | None:
        """As :func:`go_ahead`."""
        return go_ahead(prepared, carried.answer, push, self.budget)

    def finish(self, prepared: PreparedExchange, carried: Carried) -> Outcome[Taken]:
        """Take an answer in (store lane)."""
        station = self._station_ref()
        outcome = finish_exchange(station, prepared, carried.answer, carried.timing, carried.opened)
        return Outcome(Taken(outcome.value, sync_state(station)), outcome.topics)


@undisturbed()
def exchange_once(station: Station, transport: client.Transport | None = None) -> Outcome[Exchanged]:
    """Exchange until nothing more waits, in one go, for the command line. Raises SurroundingsFault."""
    topics: set[str] = set()
    pulled = confirmed = refused = 0
    line = client.Line(lambda: station.surroundings.clock() / 1000, transport)

    def taken(outcome: Outcome[Taken]) -> None:
        nonlocal pulled, confirmed, refused
        topics.update(outcome.topics)
        applied = outcome.value.applied
        pulled, confirmed = pulled + applied.pulled, confirmed + applied.confirmed
        refused += applied.refused

    try:
        rounds, last = go_through(Steps(lambda: station, line), MOST_ROUNDS, taken)
    except SurroundingsFault as fault:
        note_failure(station, fault)
        raise
    finally:
        line.close()
    if last is None:
        raise SurroundingsFault("no_line" if station.store.enrolled() else "not_enrolled")
    state = sync_state(station)
    broken = station.store.feed.set_aside()
    value = Exchanged(rounds, pulled, confirmed, refused, state.pending, state.forked, last.more, broken)
    return Outcome(value, frozenset(topics))


def refused_acts(station: Station) -> dict[str, str]:
    """Own acts the county keeps but does not deliver: act id → code."""
    return station.store.feed.refused()


def retry(station: Station) -> Outcome[int]:
    """Send what the county called broken once more, because a person said so; the number of runs (store lane)."""
    with immediate(station.store.db) as transaction:
        count = station.store.feed.retry()
        transaction.commit()
    return Outcome(count, frozenset({Topic.SYNC}))


def certificate_of(station: Station) -> Certificate:
    """What the county vouches for. Raises SurroundingsFault ``not_enrolled``."""
    found = station.store.county()
    if found is None:
        raise SurroundingsFault("not_enrolled")
    return _read(msgspec.json.decode(found[1], type=SignedCertificate))


def identity_of(station: Station) -> Identity:
    """Who this station is on the wire, with the birth of its current writer."""
    store = station.store
    own = store.identity
    return Identity(own.station_id, own.office, own.writer, store.key.public, store.birth_by(store.station_key))


def _read(signed: SignedCertificate) -> Certificate:
    try:
        return signed.read()
    except WireDamaged as damaged:
        raise SurroundingsFault("county_refused", facts={"reason": "bad_answer", "code": damaged.code}) from damaged
