"""The steps of one round of exchange at this station, each with its lane. What follows what, ``rounds`` says.

No lane waits for another: :func:`begin_exchange` is for the store lane, :func:`carry` for the net lane,
:func:`finish_exchange` for the store lane again.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from functools import partial
from threading import Lock

import msgspec

from desktop.models.store.connection import immediate
from desktop.models.store.rows import SyncState
from desktop.services.outcome import Outcome, Topic
from desktop.services.station import Station
from desktop.services.sync_status import sync_state
from domain.acttime import WRONG_CLOCK_MS
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
from sync.protocol import Answer, Certificate, Request, Run, SignedCertificate, WireDamaged

_DICTIONARY = "dictionary"
"""The mark that keeps which dictionary the county named."""


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
    """What the net lane brings back of a round: the answer, the bytes of both frames, the times; then what is in it."""

    answer: Answer
    size: int
    timing: Timing
    opened: Opened | None = None


@dataclass(frozen=True, slots=True)
class Taken:
    """An answer that was taken in, and what the status bar says behind it."""

    applied: Applied
    state: SyncState


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
    return PreparedExchange(
        county[0], signed, read_certificate(signed), store.station_key, request, clock, dictionary, written
    )


def carry(prepared: PreparedExchange, transport: client.Transport) -> Carried:
    """Carry the request to the county and read its answer (net lane). Raises SurroundingsFault."""
    left: list[int] = []
    reply, size = client.send_request(
        transport, prepared.request, prepared.key, prepared.dictionary, lambda: left.append(prepared.clock())
    )
    timing = Timing(left[-1], prepared.clock())
    answer = client.read_answer(reply, prepared.certificate)
    return Carried(answer, size, timing)


def finish_exchange(
    station: Station, prepared: PreparedExchange, answer: Answer, timing: Timing | None = None,
    opened: Opened | None = None, turn: AbstractContextManager[object] | None = None,
) -> Outcome[Applied]:  # fmt: skip
    """Apply an answer in one transaction (store lane): acts, projections, cursors together or not at all.

    With ``timing`` the county's time tells how far this PC's clock is off; every later act carries it as evidence.
    ``opened`` is what the net lane has made of the answer. ``turn`` is held while there is Python to do, and let go for
    the commit.
    """
    store = station.store
    clock = timing.offset(answer.t) if timing is not None else None
    try:
        with immediate(store.db) as transaction:
            with turn or nullcontext():
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
    """The steps of a round at this station, over one line, for :class:`desktop.services.rounds.Rounds`.

    To open an answer is Python, and so is most of taking one in: two threads at it only take the interpreter from each
    other. So the next answer is opened while the last one is committed, which needs none (decision 0027).
    """

    def __init__(self, station_ref: Callable[[], Station], line: client.Line) -> None:
        self._station_ref, self._line = station_ref, line
        self._turn = Lock()

    @property
    def budget(self) -> int:
        """Bytes the next request may bring and ask for."""
        return self._line.budget

    def begin(self) -> PreparedExchange | None:
        """Build the next request (store lane)."""
        return begin_exchange(self._station_ref(), self.budget)

    def carry(self, prepared: PreparedExchange) -> Carried:
        """There and back, and the answer opened when it is its turn (net lane)."""
        carried = self._line.carry(prepared.url, prepared.signed, partial(carry, prepared))
        with self._turn:
            return replace(carried, opened=open_answer(carried.answer))

    def behind(self, prepared: PreparedExchange, budget: int) -> list[Run] | None:
        """As :func:`prepare_ahead`."""
        return prepare_ahead(self._station_ref(), prepared, budget)

    def ahead(self, prepared: PreparedExchange, carried: Carried, push: list[Run]) -> PreparedExchange | None:
        """As :func:`go_ahead`."""
        return go_ahead(prepared, carried.answer, push, self.budget)

    def finish(self, prepared: PreparedExchange, carried: Carried) -> Outcome[Taken]:
        """Take an answer in (store lane)."""
        station = self._station_ref()
        outcome = finish_exchange(station, prepared, carried.answer, carried.timing, carried.opened, self._turn)
        return Outcome(Taken(outcome.value, sync_state(station)), outcome.topics)


def identity_of(station: Station) -> Identity:
    """Who this station is on the wire, with the birth of its current writer."""
    store = station.store
    own = store.identity
    return Identity(own.station_id, own.office, own.writer, store.key.public, store.birth_by(store.station_key))


def read_certificate(signed: SignedCertificate) -> Certificate:
    try:
        return signed.read()
    except WireDamaged as damaged:
        raise SurroundingsFault("county_refused", facts={"reason": "bad_answer", "code": damaged.code}) from damaged
