"""A simulated world: one county, a crew of stations, what is between them, and the scheduler that plays a plan."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Collection, Sequence
from typing import Final

from domain.faults import SurroundingsFault
from sync.exchange import Applied
from sync.protocol import Request, WireDamaged
from sync.simulate import accounts, beneath, database, sticks
from sync.simulate.accidents import Broken, PowerCut, Unanswered, demand, travel
from sync.simulate.checks import Checker
from sync.simulate.clocks import Clocks
from sync.simulate.county import SimCounty, make_county
from sync.simulate.database import Tables
from sync.simulate.keys import pool_key
from sync.simulate.ledger import Lease
from sync.simulate.message import Message
from sync.simulate.plan import Event, Plan
from sync.simulate.station import Desk, SimStation

GOOD_LINE: Final = 1 << 20
CHECKED_EVERY: Final = 5
"""In a history that is proved on its way, after so many events."""
MOST_MACHINES: Final = 7
MOST_ROUNDS: Final = 120
"""Rounds of one station over a good line after which it must be level (liveness)."""
MOST_PASSES: Final = 10
"""Times every station may be asked in turn until nothing moves any more (liveness)."""


class World:
    """Everything of one history. ``handlers`` say what an event does."""

    def __init__(self, plan: Plan, handlers: dict[str, Callable[[World, Event, random.Random], None]]) -> None:
        self.plan = plan
        self.tally: Counter[str] = Counter()
        self.checker = Checker()
        self.clocks = Clocks(plan.clocks, plan.clock_seed)
        self._handlers = handlers
        self.chance = random.Random(f"xinfang-world-{plan.seed}")
        self.open_tables: Callable[[database.Make], Tables] = database.opener(on_disk=plan.on_disk)
        self.county = SimCounty(self.open_tables(make_county), lambda: self.clocks.now("county"), self.entropy)
        self.crew: list[SimStation] = []
        self.buried: list[SimStation] = []
        self.cases: dict[str, list[str]] = {}
        """Home scope → cases its people work on."""
        self.promised: set[str] = set()
        """Acts the county had committed when it last answered: a cut must leave them."""
        self.ever_revoked: set[str] = set()
        self.pardoned: set[str] = set()
        """Desks that were revoked and enrolled anew: a county put back may know the first and not the second."""
        self.serials: dict[str, int] = {}
        """Desk → serial of its newest certificate, where it enrolled anew."""
        self.story: list[str] | None = None
        """What happened, in words; told when it is a list."""
        self.flying: list[Message] = []
        self.drawer: list[Message] = []
        self.parted: set[tuple[str, bool]] = set()
        """(machine, way up): lines that carry nothing now."""
        self.kinds = (accounts.KIND,) if plan.numbered else ()
        """Series the county leases to every desk."""
        self.knew: dict[bytes, list[Lease]] = {}
        """Request frame → leases its station knew when it asked."""
        self._asked_last: tuple[Collection[Lease], Collection[str]] = ((), ())
        """Of the county's last request: leases its station knew, and scopes it may read."""
        self.post_office = sticks.Post()
        self._level_at: dict[str, tuple[int, ...]] = {}
        """Station → how much the county held when it last told it in the end that nothing is new."""
        self.restored = False
        """The county was put back to an older copy at some time."""
        self._found()
        self.backups: dict[str, list[Tables]] = {"county": [self.county.tables.copy()]}
        self.checker.county_anew(self.county)

    def entropy(self, count: int) -> bytes:
        """Random bytes for production code."""
        return self.chance.randbytes(count)

    # people and machines -----------------------------------------------------------------------------------------

    def _found(self) -> None:
        """The county and its stations, enrolled. Worlds of one shape begin with copies of the same files."""
        plan = self.plan
        shape = (plan.stations, plan.offices, plan.chances["restricted"] > 0, plan.on_disk, plan.numbered)
        kept = _founded.get(shape)
        if kept is None:
            chance, self.chance = self.chance, random.Random("xinfang-founding")
            for number in range(plan.stations):
                self.hire(number)
            for station in self.crew if self.kinds else ():
                for _ in range(2):  # its first numbers
                    request, frame = station.ask(GOOD_LINE, self.now(station))
                    station.take(request, self.county.serve(frame, None))
            self.chance = chance
            kept = _founded[shape] = (self.county.tables.copy(), [(s, s.tables.copy()) for s in self.crew])
            self.crew.clear()
        self.county.restore(kept[0])
        for first, tables in kept[1]:
            station = SimStation(first.name, tables.copy(), first.desk, first.key, self.entropy)
            station.certificate = first.certificate
            self.crew.append(station)

    def hire(self, number: int) -> SimStation:
        """A new station, enrolled."""
        restricted = number == self.plan.stations - 1 and self.plan.chances["restricted"] > 0
        office = str(1 + number % self.plan.offices)
        scopes = (f"restricted/{office}", "dict") if restricted else (f"office/{office}", "county", "dict")
        desk = Desk(f"{number + 1:032x}", office, str(number + 1), scopes)
        tables = self.open_tables(database.make_station)
        station = SimStation(f"s{number + 1}", tables, desk, pool_key(1 + number), self.entropy)
        station.begin()
        if self.kinds:
            with self.county.store.transaction():
                self.county.store.series.set_size(desk.home, accounts.KIND, accounts.SIZE)
        self.county.enrol(station, station.key, self.kinds)
        self.crew.append(station)
        return station

    def machine(self, event: Event) -> SimStation:
        """Whom an event concerns."""
        return self.crew[event.who % len(self.crew)]

    def now(self, station: SimStation) -> int:
        """What a machine's clock shows."""
        return self.clocks.now(station.name)

    @property
    def year(self) -> int:
        """The true year."""
        return self.clocks.year

    # the scheduler -----------------------------------------------------------------------------------------------

    def play(self, events: Sequence[Event]) -> None:
        """Let everything happen, then heal and check. Raises :class:`Broken`, or whatever production code raised."""
        self.play_events(events)
        self.heal()
        self.tally["acts written"] += len(self.checker.written)

    def play_events(self, events: Sequence[Event]) -> None:
        """Let everything happen."""
        for number, event in enumerate(events):
            self.clocks.tick()
            self.tally[f"event {event.kind}"] += 1
            chance = random.Random(event.salt)
            before, written = self.tally.copy(), len(self.checker.written)
            try:
                self._handlers[event.kind](self, event, chance)
            except PowerCut:
                self.power_back(chance)
            if self.story is not None:
                self._tell(event, self.tally - before, list(self.checker.written)[written:])
            if self.plan.checked and number % CHECKED_EVERY == 0:
                self.check_step()

    def _tell(self, event: Event, happened: Counter[str], acts: list[str]) -> None:
        assert self.story is not None
        who = (
            ""
            if event.kind.startswith(("county_b", "county_r", "deliver", "replay", "rejoin"))
            else self.machine(event).name
        )
        what = [f"{name} ×{count}" for name, count in sorted(happened.items()) if not name.startswith("event ")]
        for act_id in acts:
            act = self.checker.parse(self.checker.written[act_id])
            over = [other[:8] for other in act.get("o", ())]
            what.append(f"act {act_id[:8]} {act['k']} {act['c'][:8]} {act['s']} {act['f']} over {over}")
        self.story.append(f"{event.kind} {who}: {'; '.join(what) or 'nothing to see'}")

    def check_step(self) -> None:
        """Everything that holds at any moment."""
        self.county.store.verify()
        for station in self.crew:
            self.checker.station_holds_together(station)

    # rounds ------------------------------------------------------------------------------------------------------

    def ask(self, station: SimStation, budget: int) -> tuple[Request, bytes]:
        """A station's request, as it leaves."""
        request, frame = station.ask(budget, self.clocks.now(station.name))
        if self.kinds:
            self.knew[frame] = self.known_leases(station)
        return request, frame

    def known_leases(self, station: SimStation) -> list[Lease]:
        """Leases a station knows; none while something is set aside: that is not brought back."""
        if not self.kinds or station.feed.set_aside():
            return []
        return [Lease(*known) for known in database.leases(station.db)]

    def serve(self, station: SimStation, request: Request, frame: bytes) -> bytes:
        """The county's answer; the checker reads what goes out. Raises Unanswered, PowerCut."""
        try:
            answer = self.county.serve(frame, None)
        except Unanswered as refused:
            if refused.code not in SHOWS_CERTIFICATE:
                raise
            self.tally["certificates shown"] += 1
            answer = self.county.serve(frame, station.header())
        finally:
            self.look_at_county(station, frame)
        self.checker.answer_left(answer, request, station, self.county.store.public_key, station.scopes)
        return answer

    def look_at_county(self, station: SimStation, frame: bytes) -> None:
        """The checker looks at what the county took of a request; after a power cut, when the power is back."""
        self._asked_last = (self.knew.get(frame, ()), station.scopes)
        if not self.county.tables.dead:
            self._look_at_county()

    def _look_at_county(self) -> None:
        self.promised |= self.checker.county_took(self.county, *self._asked_last)

    def take(self, station: SimStation, request: Request, frame: bytes) -> Applied:
        """A station applies an answer. Raises WireDamaged, PowerCut, SurroundingsFault's driver error."""
        answer, applied = station.take(request, frame)
        station.level = answer.same and not applied.more
        self.tally["answers applied"] += 1
        self.tally["rewinds"] += len(answer.rewind)
        self.tally["forks found"] += len(answer.fork)
        self.tally["acts rejected"] += len(answer.reject)
        if applied.confirmed:
            self.checker.station_stands(station)
        return applied

    def round(self, station: SimStation, budget: int) -> Applied:
        """One round over a good line."""
        request, frame = self.ask(station, budget)
        return self.take(station, request, self.serve(station, request, frame))

    def post(self, station: SimStation, request: Request, frame: bytes, *, up: bool, chance: random.Random) -> None:
        """Put a frame on its way with everything that may befall it."""
        if (station.name, up) in self.parted:
            self.tally["frames into a partition"] += 1
            return
        if chance.random() < self.plan.chances["kept_on_stick"]:
            self.tally["frames copied to a stick"] += 1
            self.drawer.append(Message(station, frame, request, up, True))
        for copy in travel(frame, self.plan.chances, chance, self.tally):
            self.flying.append(Message(station, copy, request, up, copy == frame))

    def deliver(self, message: Message, chance: random.Random) -> None:
        """A frame arrives."""
        station = message.station
        if station not in self.crew:
            self.tally["frames to a machine that is gone"] += 1
            return
        if not message.up:
            try:
                self.take(station, message.request, message.frame)
            except WireDamaged as damaged:
                self.tally["answers refused"] += 1
                late = damaged.code in LATE or not station.asked(message.request)
                demand(late or not message.whole, "I11", f"{station.name} refuses a whole answer: {damaged}")
                return
            demand(message.whole, "I8", f"{station.name} took a damaged answer")
            return
        try:
            answer = self.serve(station, message.request, message.frame)
        except Unanswered as refused:
            self.tally[f"refused {refused.code}"] += 1
            good = self.may_refuse(station, refused.code) or not message.whole
            demand(good, "I11", f"the county refuses: {refused.code}")
            return
        demand(message.whole, "I8", "the county took a damaged request")
        self.post(station, message.request, answer, up=False, chance=chance)

    def close(self) -> None:
        """Give everything back."""
        self.post_office.close()
        self.county.tables.close()
        for station in self.crew:
            station.tables.close()
        for copies in self.backups.values():
            for tables in copies:
                tables.close()

    # the end -----------------------------------------------------------------------------------------------------

    def heal(self) -> None:
        """Good lines, room, no accidents: within a bound everybody is level, and then all is checked (liveness)."""
        self.parted.clear()
        self.county.tables.heal()
        for station in self.crew:
            station.tables.heal()
        chance = random.Random(f"xinfang-heal-{self.plan.seed}")
        for message in self.flying:
            if chance.random() < 0.5:
                self.deliver(message, chance)
        for station in self.crew:
            with database.transaction(station.db):
                self.tally["runs sent again by a person"] += station.feed.retry()
        if self.plan.sticks:
            sticks.by_stick_alone(self)
        served = [station for station in self.crew if self._serves(station)]
        serving = [station for station in served if not self._ousted(station, served)]
        alive = beneath.act_ids(self.county.tables.db).union(*(beneath.act_ids(s.tables.db) for s in serving))
        for _ in range(MOST_PASSES):
            if not [station for station in serving if self._settle(station)]:
                break
        else:
            raise Broken("liveness", f"no rest after {MOST_PASSES} passes over a good line")
        self.checker.in_the_end(self.county, serving, alive)
        if self.kinds:
            self.tally += accounts.close_everything(self, serving)
        for act, code in self.checker.refused(self.county):
            self.tally[f"acts refused in the end: {code}"] += 1
            if code == "case_not_yours" and act["c"] in self.cases.get(act["s"], ()):
                self.tally["acts refused to the desk that opened the case"] += 1

    def _serves(self, station: SimStation) -> bool:
        """Whether the county serves this station now; where it does not, it must have a reason."""
        try:
            self.round(station, GOOD_LINE)
        except Unanswered as refused:
            demand(self.may_refuse(station, refused.code), "I11", f"in the end the county refuses: {refused.code}")
            self.tally["stations refused for good"] += 1
            return False
        if station.level:
            self._level_at[station.name] = beneath.extent(self.county.tables.db)
        return True

    def _ousted(self, station: SimStation, serving: Sequence[SimStation]) -> bool:
        """Whether its desk enrolled anew on another machine, and the county, put back, has learnt so by now."""
        same = [other.read_certificate() for other in serving if other.desk.station == station.desk.station]
        return any(each.serial > station.read_certificate().serial for each in same)

    def _settle(self, station: SimStation) -> bool:
        """Rounds until nothing more waits; True when anything moved."""
        moved = False
        if station.level and self._level_at.get(station.name) == beneath.extent(self.county.tables.db):
            return False  # the county has not changed since it said so
        for number in range(MOST_ROUNDS):
            before = station.position()
            applied = self.round(station, GOOD_LINE)
            moved = moved or station.position() != before
            if station.level:
                self._level_at[station.name] = beneath.extent(self.county.tables.db)
            if station.level or (number and not applied.more):
                return moved
        raise Broken("liveness", f"{station.name} is not level after {MOST_ROUNDS} rounds")

    def mishap(self, work: Callable[[], object], chance: random.Random) -> None:
        """Do a station's work on a machine that may stop or be full in the middle of it."""
        try:
            work()
        except PowerCut:
            self.power_back(chance)
        except (database.DatabaseError, SurroundingsFault):
            self.tally["full disks at a station"] += 1

    def may_refuse(self, station: SimStation, code: str) -> bool:
        """Whether the county has a reason to refuse a good request of this station with this code."""
        name = station.desk.station
        if code == "revoked":
            return name in self.ever_revoked or (name in self.pardoned and self.superseded(station))
        return code == "disk_full" or (code in ("certificate_superseded", "bad_signature") and name in self.serials)

    def may_refuse_medium(self, station: SimStation, serial: int) -> bool:
        """Whether the county has a reason to refuse a medium written under this serial."""
        name = station.desk.station
        return name in self.ever_revoked or serial < self.serials.get(name, 0) or name in self.serials

    def superseded(self, station: SimStation) -> bool:
        """True when the desk of this machine has enrolled anew elsewhere."""
        return station.read_certificate().serial < self.serials.get(station.desk.station, 0)

    def power_back(self, chance: random.Random) -> None:
        """Every machine that stopped starts again from what its disk kept (I1)."""
        if self.county.tables.dead:
            self.tally["power cuts at the county"] += 1
            self.county.restart(chance)
            lost = self.promised - beneath.act_ids(self.county.tables.db)
            demand(not lost, "I1", f"the county lost {len(lost)} acts in a power cut")
            self._look_at_county()  # the same file, perhaps with what it committed just before the cut
        for station in self.crew:
            if station.tables.dead:
                self.tally["power cuts at a station"] += 1
                again = station.restart(chance)
                demand(not again, "I1", f"{station.name} takes its own disk for a restored one after a power cut")


_founded: dict[tuple[int, int, bool, bool, bool], tuple[Tables, list[tuple[SimStation, Tables]]]] = {}


def forget_templates() -> None:
    """Found the next worlds anew."""
    _founded.clear()
    database.forget_templates()


LATE: Final = frozenset({"reference_unknown", "rewind_unknown"})
"""An answer that is whole but late may be refused in these words; nothing has changed then."""
SHOWS_CERTIFICATE: Final = frozenset({"certificate_wanted", "bad_signature"})
"""Upon these a station repeats its request with its certificate, as its client does."""
