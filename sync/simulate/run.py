"""Playing seeds: one history to its end, a failure made small, the same history by other clocks (I10)."""

from __future__ import annotations

import traceback
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from sync.simulate import database
from sync.simulate.keys import remembered
from sync.simulate.mishaps import HANDLERS
from sync.simulate.plan import Event, Plan
from sync.simulate.world import World

_MOST_TRIES: Final = 400


@dataclass(frozen=True, slots=True)
class Failure:
    """A history that went wrong: what was demanded, and the events that are enough for it."""

    seed: int
    plan: Plan
    why: str
    where: str
    events: tuple[Event, ...]


def play(plan: Plan, events: Sequence[Event] | None = None, story: list[str] | None = None) -> World:
    """One history, told into ``story``. Raises whatever goes wrong in it."""
    with remembered(on=not plan.checked):
        world = World(plan, HANDLERS)
        world.story = story
        try:
            world.play(plan.events if events is None else events)
        except BaseException:
            world.close()
            raise
    return world


def try_plan(plan: Plan) -> tuple[Counter[str], Failure | None]:
    """Play a plan; its tally, and what went wrong."""
    try:
        world = play(plan)
    except Exception as error:  # noqa: BLE001 - anything at all is a finding
        return Counter(), failure_of(plan, error, plan.events)
    tally = world.tally
    world.close()
    return tally, None


def failure_of(plan: Plan, error: Exception, events: Sequence[Event]) -> Failure:
    """A failure told."""
    frames = traceback.extract_tb(error.__traceback__)
    where = " < ".join(f"{frame.name}:{frame.lineno}" for frame in reversed(frames[-6:]))
    return Failure(plan.seed, plan, f"{type(error).__name__}: {error}", where, tuple(events))


def shrink(failure: Failure) -> Failure:
    """Leave events out as long as it still goes wrong in the same way: halves first, then single ones."""
    kind = _kind(failure.why)
    best = failure
    tries = 0

    def still(events: Sequence[Event]) -> bool:
        nonlocal best, tries
        tries += 1
        try:
            play(failure.plan, events).close()
        except Exception as error:  # noqa: BLE001
            found = failure_of(failure.plan, error, events)
            if _kind(found.why) == kind:
                best = found
                return True
        return False

    size = max(1, len(best.events) // 2)
    while tries < _MOST_TRIES:
        dropped = False
        place = 0
        while place < len(best.events) and tries < _MOST_TRIES:
            if still(best.events[:place] + best.events[place + size :]):
                dropped = True
            else:
                place += size
        if size == 1 and not dropped:
            break
        size = max(1, size // 2)
    return best


def tell(failure: Failure) -> list[str]:
    """A failure's events in words."""
    story: list[str] = []
    try:
        play(failure.plan, failure.events, story).close()
    except Exception as error:  # noqa: BLE001
        story.append(f"then {type(error).__name__}: {error}")
    return story


def _kind(why: str) -> str:
    """What two failures of one cause have in common: the class and the first words."""
    return why.split("(", maxsplit=1)[0][:24]


def clock_free(plan: Plan) -> str | None:
    """I10: the same history by right clocks and by clocks that jump; None, or where the projections differ.

    Nothing is cut or turned on its way: where that falls in a packed frame depends on lengths, and those on digits.
    """
    plan = replace(plan, chances={**plan.chances, "truncated": 0.0, "corrupted": 0.0})
    told: list[dict[str, dict[str, bytes]]] = []
    for clocks, clock_seed in (("sane", 0), ("jumping", 1), ("jumping", plan.clock_seed)):
        world = play(replace(plan, clocks=clocks, clock_seed=clock_seed, checked=False))
        found = {station.name: database.folded(station.tables.db) for station in world.crew}
        found["county"] = world.county.store.case_bytes()
        told.append(found)
        world.close()
    for other in told[1:]:
        if other != told[0]:
            where = [name for name in told[0] if other.get(name) != told[0][name]]
            return f"I10: by another clock {where} tell otherwise"
    return None
