"""Several offices in one process: cases are shared and left, disks copied and restored, frames lost, doubled, late."""

from __future__ import annotations

import random
from dataclasses import dataclass, field

from domain.audience import audience
from domain.fold import fold
from sync.protocol import Request
from tests.sync.simulation import SimCounty, SimStation

CASES = tuple(f"{number:032x}" for number in range(5))
SECRET = "f" * 32


@dataclass
class World:
    """A county, two windows of office 1, one of office 2 and 3, and a restricted desk; all by one seed."""

    seed: int
    rng: random.Random = field(init=False)
    county: SimCounty = field(init=False)
    crew: list[SimStation] = field(init=False)
    written: dict[str, SimStation] = field(default_factory=dict)
    county_backups: list[object] = field(default_factory=list)
    disks: list[tuple[SimStation, object]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.rng = random.Random(self.seed)
        self.county = SimCounty(self.rng)
        self.crew = [SimStation(self.rng, n + 1, office) for n, office in enumerate(("1", "1", "2", "3", "9"))]
        self.crew[4].home = "restricted/9"
        for station in self.crew:
            self.county.admit(station, station.home, "dict")
        self.county_backups.append(self.county.copy())

    def step(self) -> None:
        """One thing happens."""
        station = self.rng.choice(self.crew)
        what = ("write", "share", "send", "arrive", "backup", "restore", "copy", "replace", "twin")
        match self.rng.choices(what, (40, 8, 45, 35, 4, 3, 4, 2, 1))[0]:
            case "write":
                case = SECRET if station is self.crew[4] else self.rng.choice(CASES)
                if self.may_write(station, case):
                    act = station.write(case, self.rng.choice("ab"), str(self.rng.randrange(3)))
                    self.written[act.act_id] = station
            case "share":
                mine = [case for case in CASES if station.log.has_case(case) and not station.feed.case_left(case)]
                if mine and station is not self.crew[4]:
                    scope = f"office/{self.rng.randrange(1, 4)}"
                    act = station.share(self.rng.choice(mine), scope, joined=self.rng.random() < 0.75)
                    self.written[act.act_id] = station
            case "send":
                station.sent.append(station.ask(self.rng.choice((300, 1500, 1 << 20))))
                request, frame = self.rng.choice(station.sent[-4:])
                if self.rng.random() < 0.8:
                    station.waiting.append((request, self.county.serve(frame, station)))
            case "arrive" if station.waiting:
                which = self.rng.randrange(len(station.waiting))
                request, answer = station.waiting[which]
                if self.rng.random() < 0.7:
                    station.waiting.pop(which)
                self.take(station, request, answer)
            case "backup":
                self.county_backups.append(self.county.copy())
            case "restore":
                self.county.restore(self.rng.choice(self.county_backups))
            case "copy":
                self.disks.append((station, station.copy()))
            case "replace" if self.disks:
                self.replace(*self.rng.choice(self.disks))
            case "twin" if len(self.crew) < 7:
                self.crew.append(station.twin(self.rng))
        assert station.feed.pending() >= 0

    def may_write(self, station: SimStation, case: str) -> bool:
        """A desk opens its own cases and writes into those it is shown; it guesses none."""
        if case == SECRET:
            return True
        return station.log.has_case(case) or CASES.index(case) % 3 == int(station.office) - 1

    def replace(self, station: SimStation, disk: object) -> None:
        """The disk dies; an older copy is put in its place. What was only on the dead disk is lost."""
        held = {bytes(row[0]).hex() for row in station.db.execute("SELECT act_id FROM act")}
        station.restore(disk)
        station.waiting.clear()
        left = {bytes(row[0]).hex() for row in station.db.execute("SELECT act_id FROM act")}
        for act_id in held - left:
            self.written.pop(act_id, None)

    def take(self, station: SimStation, request: Request, answer: bytes) -> None:
        """An answer arrives."""
        station.take(request, answer, self.county)

    def calm(self) -> None:
        """Everybody has a good line until nothing more waits; then nobody has lost anything."""
        for _ in range(4):
            for station in self.crew:
                station.settle(self.county)
        list(self.county.log.verify())
        list(self.county.feed.verify())
        held = {bytes(row[0]).hex() for row in self.county.db.execute("SELECT act_id FROM act")}
        assert self.written.keys() <= held, f"seed {self.seed}: lost {len(self.written.keys() - held)}"
        refused = self.county.feed.refused_in([*CASES, SECRET])
        assert not refused, f"seed {self.seed}: refused {self.county.db.execute('SELECT * FROM reject').fetchall()}"
        shown = {
            case: audience(fold(acts)) for case, acts in self.county.log.cases([*CASES, SECRET]).items()
        }  # fmt: skip
        for station in self.crew:
            list(station.log.verify())
            list(station.feed.verify())
            assert station.feed.pending() == 0, f"seed {self.seed}"
            assert not station.feed.set_aside(), f"seed {self.seed}"
            writer = station.log.writer(station.identity.writer)
            assert writer is not None
            assert writer.state == "active", f"seed {self.seed}"
            for case, scopes in shown.items():
                if station.home in scopes:
                    assert station.states().get(case) == self.county.states()[case], f"seed {self.seed} case {case[-1]}"
                if (station.home == "restricted/9") != (case == SECRET):
                    assert not station.log.has_case(case), f"seed {self.seed}: shown what is not its own"


def run(seed: int, steps: int = 90) -> World:
    """One history full of accidents, then calm."""
    world = World(seed)
    for _ in range(steps):
        world.step()
    world.calm()
    return world
