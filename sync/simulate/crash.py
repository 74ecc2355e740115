"""Crash points, exhaustively: a short script is played again for every write and sync of every machine, cut off there.

After each cut the machine starts from what its disk kept, the script goes on, everything is healed and checked.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from sync.simulate.database import DiskTables
from sync.simulate.keys import remembered
from sync.simulate.mishaps import HANDLERS
from sync.simulate.plan import Event, Plan, draw
from sync.simulate.run import Failure, failure_of
from sync.simulate.world import World

if TYPE_CHECKING:
    from sync.simulate.disk import Disk

SCRIPTS: Final = 50
"""Scripts of the full set."""
_LENGTH: Final = 7
_WEIGHTS: Final = {
    "write": 4, "commit": 2, "round": 6, "share": 1, "newer_act": 1, "settle_conflict": 1, "take_number": 1,
    "ask": 2, "deliver": 3, "county_restore": 0.3, "station_restore": 0.3,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Point:
    """Where a machine was cut off: the how-manieth write or sync of its disk since the script began."""

    script: int
    machine: str
    step: int

    def __str__(self) -> str:
        return f"script {self.script}, {self.machine}, step {self.step}"


def script(number: int) -> Plan:
    """A short script on simulated disks, without other accidents."""
    plan = draw(number, on_disk=True)
    chance = random.Random(f"xinfang-script-{number}")
    names = [name for name in _WEIGHTS if name in HANDLERS]
    kinds = chance.choices(names, [_WEIGHTS[name] for name in names], k=_LENGTH)
    events = tuple(
        Event(kind, chance.randrange(1 << 16), chance.getrandbits(48)) for kind in ("write", *kinds, "round")
    )
    calm = dict.fromkeys(plan.chances, 0.0) | {"collide": 0.5, "restricted": plan.chances["restricted"]}
    return replace(plan, stations=2, chances=calm, events=events, numbered=True, checked=False, clocks="sane")


def steps(plan: Plan) -> dict[str, int]:
    """How many writes and syncs each machine's disk sees while the script is played without a cut."""
    with remembered(on=True):
        world = World(plan, HANDLERS)
        kept = dict(_disks(world))
        before = {name: disk.steps for name, disk in kept.items()}
        world.play_events(plan.events)
        found = {name: kept[name].steps - before[name] for name in before}
        world.close()
    return found


def points(number: int) -> Iterator[Point]:
    """Every point of a script."""
    for machine, count in steps(script(number)).items():
        yield from (Point(number, machine, step) for step in range(1, count + 1))


def play_point(point: Point) -> tuple[Counter[str], Failure | None]:
    """Cut one machine off at one point, start it again, go on, heal, check."""
    plan = script(point.script)
    with remembered(on=True):
        world = World(plan, HANDLERS)
        for name, disk in _disks(world):
            if name == point.machine:
                disk.cut_at = disk.steps + point.step
        try:
            world.play(plan.events)
        except Exception as error:  # noqa: BLE001 - anything at all is a finding
            found = failure_of(plan, error, plan.events)
            return world.tally, replace(found, why=f"{point}: {found.why}")
        finally:
            world.close()
    return world.tally, None


def _disks(world: World) -> Iterator[tuple[str, Disk]]:
    machines = [("county", world.county.tables), *((station.name, station.tables) for station in world.crew)]
    for name, tables in machines:
        assert isinstance(tables, DiskTables)
        yield name, tables.disk
