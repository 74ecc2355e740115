"""The county: enrolment, a whole exchange in one go, and what a person may ask of it. A round is of ``exchange``."""

from __future__ import annotations

from dataclasses import dataclass, replace

import msgspec

from desktop.models.store.connection import immediate
from desktop.services.exchange import Steps, Taken, identity_of, read_certificate
from desktop.services.outcome import Outcome, Topic
from desktop.services.rounds import go_through
from desktop.services.station import Station
from desktop.services.sync_status import sync_state
from desktop.services.undisturbed import undisturbed
from domain.audience import restricted
from domain.faults import SurroundingsFault
from sync import client
from sync.exchange import Identity
from sync.log import SigningKey
from sync.log.chain import sealing_public
from sync.protocol import Certificate, SignedCertificate

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
    certificate = read_certificate(signed)
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


def note_failure(station: Station, fault: SurroundingsFault) -> Outcome[str]:
    """Keep why the last exchange failed, for the county page; offline is a state, never a box (store lane)."""
    station.store.note_county_failure(fault.code, str(fault.facts.get("reason", "")))
    return Outcome(fault.code, frozenset({Topic.SYNC}))


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
    return read_certificate(msgspec.json.decode(found[1], type=SignedCertificate))
