"""What clerks do in a simulated world: they write into few cases and few fields, so that they collide."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Sequence
from typing import Final

from domain.acts import Act
from domain.canonical import Json, canonical_bytes
from sync.simulate.accidents import demand
from sync.simulate.plan import Event
from sync.simulate.station import SimStation
from sync.simulate.world import World

FIELDS: Final = ("stage", "person.a", "text")
CALENDAR: Final = "calendar/2027"
"""A line of a table every desk may write by itself: it has no audience."""
CASES_OF_A_DESK: Final = 2
MOST_CASES: Final = 6


def case_for(world: World, station: SimStation, chance: random.Random) -> str:
    """A case this desk knows, or a new one."""
    known = [
        case_id for case_id in station.log.case_ids() if not case_id.startswith(("series/", "office/", "calendar/"))
    ]
    mine = world.cases.setdefault(station.home, [])
    own = [case_id for case_id in mine if case_id in known or len(mine) <= CASES_OF_A_DESK]
    if known and (chance.random() < world.plan.chances["collide"] or len(mine) >= MOST_CASES):
        return known[chance.randrange(len(known))]
    if own and chance.random() < 0.7:
        return own[chance.randrange(len(own))]
    fresh = chance.randbytes(16).hex()
    mine.append(fresh)
    return fresh


def save(
    world: World,
    station: SimStation,
    acts: Sequence[Act],
    chance: random.Random,
    then: Callable[[], None] = lambda: None,
) -> None:
    """One commit on a machine that may be full, and ``then``; what was not acknowledged may be there or not."""

    def work() -> None:
        station.write(acts)
        then()

    for content in station.encoded(acts):
        world.checker.written[json.loads(content)["i"]] = content
    world.mishap(work, chance)


def write(world: World, event: Event, chance: random.Random) -> None:
    """A clerk sets one field."""
    station = world.machine(event)
    sets: dict[str, Json] = {chance.choice(FIELDS): chance.choice(("甲", "乙", "丙", True, 7))}
    case_id = CALENDAR if chance.random() < 0.05 else case_for(world, station, chance)
    act = station.act("matter_corrected", case_id, sets, chance, world.now(station))
    save(world, station, [act], chance)


def commit(world: World, event: Event, chance: random.Random) -> None:
    """One commit of several acts in one or several cases."""
    station = world.machine(event)
    acts: list[Act] = []
    for place in range(chance.randrange(2, 5)):
        sets: dict[str, Json] = dict.fromkeys(chance.sample(FIELDS, 2), f"{place}")
        acts.append(station.act("matter_corrected", case_for(world, station, chance), sets, chance, world.now(station),
                                after=place))  # fmt: skip
    save(world, station, acts, chance)


def settle_conflict(world: World, event: Event, chance: random.Random) -> None:
    """Somebody looks at a conflict and decides: the act names both heads."""
    station = world.machine(event)
    for case_id in station.log.case_ids():
        state = station.state(case_id)
        if state is not None and state.conflicts:
            field = chance.choice(state.conflicts)
            act = station.act("conflict_settled", case_id, {field: state.get(field)}, chance, world.now(station))
            world.tally["conflicts settled"] += 1
            save(world, station, [act], chance)
            return


def share(world: World, event: Event, chance: random.Random) -> None:
    """A case is shown to another desk (移送), or no longer; now and then somebody would mix what must not be mixed."""
    station = world.machine(event)
    scopes = sorted({other.home for other in world.crew} | {"county"})
    scope = chance.choice(scopes)
    act = station.act("case_shared", case_for(world, station, chance), {f"audience.{scope}": chance.random() < 0.6},
                      chance, world.now(station))  # fmt: skip
    world.tally["cases shared or taken back"] += 1
    save(world, station, [act], chance)


def newer_act(world: World, event: Event, chance: random.Random) -> None:
    """A desk of a later release writes a kind or an envelope nobody here knows (I12)."""
    station = world.machine(event)
    act = station.act("matter_teleported", case_for(world, station, chance), {"stage": "later"}, chance,
                      world.now(station))  # fmt: skip
    body = json.loads(station.encoded([act])[0])
    if chance.random() < 0.5:
        body |= {"e": 2, "zz": {"future": [1, 2, 3]}}
    world.tally["acts of a later release"] += 1
    content = canonical_bytes(body)
    world.checker.written[act.act_id] = content
    world.mishap(lambda: station.write_later(act, content), chance)
    demand(act.act_id not in station.acked or station.log.has(act.act_id), "I1", "a later act is gone")
