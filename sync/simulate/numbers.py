"""Papers with numbers 文号 in a simulated world: drawn, voided, given up; years end.

Numbers are drawn by ``domain.series``, leased and sealed by the county's own book."""

from __future__ import annotations

import random
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING

from domain.canonical import Json
from domain.refusals import Refusal
from domain.series import SeriesState, next_number, read_series, series_id
from sync.server.series_admin import close_year as close
from sync.server.series_admin import reissue
from sync.simulate import people
from sync.simulate.accounts import FIRST_YEAR, KIND, explain
from sync.simulate.plan import Event

if TYPE_CHECKING:
    from sync.simulate.station import SimStation
    from sync.simulate.world import World


def number_of(station: SimStation, name: str) -> int:
    """The next number as the desk's service draws it. Raises Refusal."""
    state = station.state(name)
    series: SeriesState | None = None if state is None else read_series(state)
    writer = station.identity.writer
    earlier = set(station.feed.own_writers()) - {writer}
    return next_number(series, {writer}, earlier, station.top_of(name), station.noted(name))


def take_number(world: World, event: Event, chance: random.Random) -> None:
    """A clerk prints papers with numbers."""
    station = world.machine(event)
    year = world.year - (chance.random() < 0.1)  # a clock that is a year behind, at the turn of the year
    name = series_id(station.home, year, KIND)
    for _ in range(chance.randrange(1, 4)):
        try:
            n = number_of(station, name)
        except Refusal as refused:
            world.tally[f"numbers refused: {refused.code}"] += 1
            return
        paper = chance.randbytes(16).hex()
        sets: dict[str, Json] = {f"paper.{paper}": {"form": "F04", "series": name, "n": n}}
        act = station.act("paper_issued", people.case_for(world, station, chance), sets, chance, world.now(station))
        world.tally["papers numbered"] += 1
        people.save(world, station, [act], chance, then=_noted(station, name, n + 1))


def _noted(station: SimStation, name: str, following: int) -> Callable[[], None]:
    return lambda: station.note_number(name, following)


def void_number(world: World, event: Event, chance: random.Random) -> None:
    """A paper is spoilt and voided 作废; its number stays used."""
    station = world.machine(event)
    papers = station.papers(f"series/{station.home}/%")
    if papers:
        case_id, paper = chance.choice(papers)
        sets: dict[str, Json] = {f"paper.{paper}.voided": "2026-11-23 09:00"}
        act = station.act("paper_voided", case_id, sets, chance, world.now(station))
        world.tally["papers voided"] += 1
        people.save(world, station, [act], chance)


def give_up(world: World, event: Event, chance: random.Random) -> None:
    """An administrator gives a station up (强制补发): its numbers are sealed, and another window may get new ones.

    Now and then what is in no account is ended too, while it may still come back.
    """
    desk = world.machine(event).desk
    store = world.county.store
    lost = store.station(desk.station)
    if lost is None or not world.plan.numbered:
        return
    serving = [row for row in store.stations() if not row.revoked and row.station != lost.station]
    others = [row for row in serving if row.home == desk.home]
    to = chance.choice(others) if others and chance.random() < 0.6 else None
    world.tally["stations given up"] += 1
    with store.transaction():
        reissue(store.series, store.log, lost, desk.home, KIND, "硬盘损坏", to)
        if chance.random() < 0.5:
            world.tally["numbers in no account, ended early"] += explain(world.county)
    world.promised |= world.checker.county_took(world.county)


def turn_year(world: World, event: Event, chance: random.Random) -> None:
    """Time passes: to December, when next year's numbers are given out too, and to January."""
    world.clocks.pass_on()


def close_year(world: World, event: Event, chance: random.Random) -> None:
    """An administrator closes the year before, or ends what is in no account while it may still come back."""
    if chance.random() < 0.5:
        with world.county.store.transaction():
            world.tally["numbers in no account, ended early"] += explain(world.county)
    with suppress(ValueError), world.county.store.transaction():  # the year is not over
        close(world.county.store.series, FIRST_YEAR)
        world.tally["years closed"] += 1
    world.promised |= world.checker.county_took(world.county)
