"""Sticks 介质 in a simulated world: reports and replies written and read by production code, and what befalls them.

Media are real files in a directory of this history; they are lost, late, read again, cut short and damaged.
"""

from __future__ import annotations

import os
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Final, Literal

from sync.bundle.files import PART_LIMIT, Part, Sealing, write_medium
from sync.bundle.medium import MediumRefused
from sync.bundle.replies import Answers, Papers, medium_of, read_replies, report_frame, report_header
from sync.exchange import Applied
from sync.exchange.courier import FRAME_BUDGET, fitted, requests_ahead
from sync.log.chain import sealing_public
from sync.log.media import MediaLedger
from sync.protocol import PROTOCOL, Answer, Request, WireDamaged
from sync.server.sticks import REPLY_BYTES, Sticks, Taken
from sync.simulate.accidents import demand, turned
from sync.simulate.database import transaction
from sync.simulate.plan import Event

if TYPE_CHECKING:
    from sync.simulate.ledger import Lease
    from sync.simulate.station import SimStation
    from sync.simulate.world import World

MOST_JOURNEYS: Final = 12
"""Journeys after which a station that is heard by stick alone must have said everything (liveness)."""
_IN_MEMORY: Final = Path("/dev/shm")
"""Where media lie when there is such a place: that a real disk syncs them proves nothing here, and takes its time."""
_REFUSED_FOR_GOOD: Final = frozenset({"revoked", "certificate_superseded", "medium_signature"})


@dataclass(slots=True)
class Stick:
    """One medium on its way."""

    station: SimStation
    kind: Literal["report", "reply"]
    serial: int
    number: int
    paths: list[Path]
    parts: int
    knew: list[Lease]
    whole: bool = True
    """False when a part was lost, cut or damaged."""


@dataclass(slots=True)
class Post:
    """Where media lie, and which came: the oracle of gaps."""

    _folder: TemporaryDirectory[str] | None = None
    under_way: list[Stick] = field(default_factory=list)
    came: dict[tuple[str, int], dict[int, bool]] = field(default_factory=dict)
    """(station, serial) → numbers of reports that came to the county → whether whole at some time."""
    made: int = 0

    @property
    def folder(self) -> Path:
        """A directory of this history, made when the first medium is."""
        if self._folder is None:
            place = _IN_MEMORY if os.access(_IN_MEMORY, os.W_OK) else None
            self._folder = TemporaryDirectory(prefix="xinfang-sticks-", dir=place)
        return Path(self._folder.name)

    def close(self) -> None:
        """Throw the media away."""
        if self._folder is not None:
            self._folder.cleanup()

    def path(self) -> Path:
        """A name nobody has used."""
        self.made += 1
        return self.folder / f"m{self.made}.xfstick"


def write_report(world: World, event: Event, chance: random.Random) -> None:
    """A station writes what it has to say to a stick."""
    station = world.machine(event)
    small = chance.random() < world.plan.chances["small_budget"]
    stick = export(world, station, chance.choice((300, 700)) if small else FRAME_BUDGET,
                   2500 if chance.random() < 0.3 else PART_LIMIT)  # fmt: skip
    befall(world, stick, chance)


def carry(world: World, event: Event, chance: random.Random) -> None:
    """A stick arrives: the oldest, or one that overtakes it; it may be read again later."""
    sticks = world.post_office.under_way
    if not sticks:
        return
    place = chance.randrange(len(sticks)) if chance.random() < world.plan.chances["overtaken"] else 0
    stick = sticks[place]
    if chance.random() < 0.7:
        sticks.pop(place)
    else:
        world.tally["media read again later"] += 1
    if stick.station not in world.crew or not stick.paths:
        return
    if stick.kind == "reply":
        import_reply(world, stick)
        return
    small = chance.random() < world.plan.chances["small_budget"]
    reply = take_report(world, stick, chance.choice((1, 400, 1500)) if small else REPLY_BYTES)
    if reply is not None:
        befall(world, reply, chance)


def befall(world: World, stick: Stick, chance: random.Random) -> None:
    """What happens to a medium before it arrives."""
    if chance.random() < world.plan.chances["lost"]:
        world.tally["media lost"] += 1
        return
    if len(stick.paths) > 1 and chance.random() < 0.3:
        world.tally["parts of media lost"] += 1
        stick.paths.pop(chance.randrange(len(stick.paths)))
        stick.whole = False
    for path in stick.paths:
        data = path.read_bytes()
        if chance.random() < world.plan.chances["truncated"]:
            world.tally["media cut short"] += 1
            data, stick.whole = data[: int(len(data) * chance.random())], False
        elif chance.random() < world.plan.chances["corrupted"]:
            world.tally["media damaged"] += 1
            data, stick.whole = turned(data, chance), False
        path.write_bytes(data)
    chance.shuffle(stick.paths)
    world.post_office.under_way.append(stick)


# the station --------------------------------------------------------------------------------------------------------


def papers_of(station: SimStation) -> Papers:
    """What the station writes and believes by."""
    told = station.read_certificate()
    return Papers(
        told.county, bytes.fromhex(told.county_key), bytes.fromhex(told.sealing), sealing_public(station.sealing),
        told.station, told.serial, station.key, station.certificate,
    )  # fmt: skip


def export(world: World, station: SimStation, budget: int, part_limit: int) -> Stick:
    """A report, as ``desktop.services.stick`` writes it."""
    papers = papers_of(station)
    with transaction(station.db):
        asked = list(requests_ahead(station.log, station.db, station.identity, budget, world.now(station)))
    frames = [report_frame(request, papers.key) for request in asked]
    station.keep_fence()
    ledger = MediaLedger(station.db)
    number = ledger.next_number(papers.station, papers.serial, "report")
    sealing = Sealing(papers.key, papers.county_sealing, world.entropy)
    parts = write_medium(
        world.post_office.path(), report_header(papers, number), frames, sealing, part_limit=part_limit
    )
    _note(station, parts, world.now(station))
    world.tally["reports by stick"] += 1
    return Stick(station, "report", papers.serial, number, [part.path for part in parts], len(parts),
                 world.known_leases(station))  # fmt: skip


def _note(station: SimStation, parts: list[Part], now_ms: int) -> None:
    with transaction(station.db):
        for part in parts:
            MediaLedger(station.db).note(medium_of(part.header, part.hash, whole=True), now_ms)


def import_reply(world: World, stick: Stick) -> bool:
    """A reply comes home; True when it said that a part of it follows something that has not come."""
    station, papers = stick.station, papers_of(stick.station)
    try:
        parts = read_replies(stick.paths, papers, station.sealing)
    except MediumRefused as refused:
        world.tally[f"replies refused: {refused.code}"] += 1
        demand(not stick.whole, "I11", f"{station.name} refuses a whole reply: {refused.code}")
        return False
    with transaction(station.db):
        ledger = MediaLedger(station.db)
        for part in parts:
            ledger.note(part.medium(), world.now(station))
    answers = Answers([frame.data for part in parts for frame in part.frames], papers.county_key)
    while answers.more:
        answers.step(_taker(world, station))
    world.tally["replies by stick"] += 1
    demand(not answers.damaged or not stick.whole or world.restored, "I11", f"{station.name} passes over an answer")
    named = {each.number for each in ledger.missing(papers.station, stick.serial, "reply") if not each.part}
    demand(stick.number not in named, "gaps", f"{station.name} misses reply {stick.number}, which has just come")
    world.checker.station_stands(station)
    return answers.gap


def _taker(world: World, station: SimStation) -> Callable[[Answer], tuple[Applied, bool, bool]]:
    asked = Request(v=PROTOCOL, st=station.desk.station)

    def take(answer: Answer) -> tuple[Applied, bool, bool]:
        before = station.feed.cursors()
        fit, ahead = fitted(station.feed, answer)
        applied = station.apply(asked, fit)
        world.tally["answers applied from sticks"] += 1
        return applied, station.feed.cursors() != before, ahead

    return take


# the county -----------------------------------------------------------------------------------------------------------


def take_report(world: World, stick: Stick, most: int) -> Stick | None:
    """A report comes to the county; the reply, when it is served."""
    office, store = world.post_office, world.county.store
    path = office.path()
    sticks = Sticks(store, office.folder, lambda: world.clocks.now("county"), world.entropy)
    store.after_exchange = _listener(world, stick)
    try:
        taken = sticks.take(stick.paths, path, most=most)
    except (MediumRefused, WireDamaged) as refused:
        world.tally[f"reports refused: {refused.code}"] += 1
        served = refused.code in _REFUSED_FOR_GOOD and world.may_refuse_medium(stick.station, stick.serial)
        demand(served or not stick.whole, "I11", f"the county refuses a whole report: {refused.code}")
        if refused.code == "nothing_to_use":  # it came, but not whole
            _came(office, stick).setdefault(stick.number, False)
        return None
    finally:
        sticks.close()
        world.promised |= world.checker.county_took(world.county, stick.knew, stick.station.scopes)
    world.tally["reports taken"] += 1
    demand(not taken.damaged or not stick.whole, "I11", f"the county passes over a request: {taken.damaged}")
    _gaps(office, stick, taken)
    return Stick(stick.station, "reply", taken.reply[0].header.serial, taken.reply[0].header.number,
                 [part.path for part in taken.reply], len(taken.reply), [])  # fmt: skip


def _listener(world: World, stick: Stick) -> Callable[[Request, Answer], None]:
    """Looks at every round the county answers out of this medium."""

    def heard(request: Request, answer: Answer) -> None:
        world.promised |= world.checker.county_took(world.county, stick.knew, stick.station.scopes)
        world.checker.answer_shows(answer, request, stick.station, stick.station.scopes)

    return heard


def _came(office: Post, stick: Stick) -> dict[int, bool]:
    return office.came.setdefault((stick.station.desk.station, stick.serial), {})


def _gaps(office: Post, stick: Stick, taken: Taken) -> None:
    """A report that never came is named as missing, and one that came is not."""
    came = _came(office, stick)
    came[stick.number] = came.get(stick.number, False) or stick.whole
    named = {each.number for each in taken.missing if not each.part}
    never = {number for number in range(1, max(came)) if number not in came}
    demand(named == never, "gaps", f"reports {sorted(never)} never came, {sorted(named)} are named")
    parts = {each.number for each in taken.missing if each.part}
    wrong = {number for number in parts if number not in came}
    demand(not wrong, "gaps", f"parts are named of reports {sorted(wrong)} that never came")


# the end --------------------------------------------------------------------------------------------------------------


def by_stick_alone(world: World) -> None:
    """A station nobody hears over a line says everything within a few journeys, and hears everything (liveness)."""
    station = world.crew[world.plan.seed % len(world.crew)]
    for _ in range(MOST_JOURNEYS):
        stick = export(world, station, FRAME_BUDGET, PART_LIMIT)
        reply = take_report(world, stick, REPLY_BYTES)
        if reply is None:
            return  # served no more, which take_report has looked at
        before = station.position()
        import_reply(world, reply)
        if not station.feed.pending() and station.position() == before:
            world.tally["stations level by stick alone"] += 1
            return
    demand(not station.feed.pending(), "liveness", f"{station.name} waits after {MOST_JOURNEYS} journeys")
