"""What befalls lines, disks, clocks and machines in a simulated world, and the traffic between the accidents."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Final

from sync.server.stations import RequestRefused
from sync.simulate import numbers, people, sticks, wrongs
from sync.simulate.accidents import PowerCut, Unanswered, demand
from sync.simulate.beneath import act_ids
from sync.simulate.database import DiskTables, Tables
from sync.simulate.keys import pool_key
from sync.simulate.message import Message
from sync.simulate.plan import Event
from sync.simulate.station import KEYS, SimStation
from sync.simulate.world import GOOD_LINE, MOST_MACHINES, World

_BUDGETS: Final = (1, 300, 700, 1500)


def budget(world: World, chance: random.Random) -> int:
    """Bytes for one round: little over a bad line."""
    return chance.choice(_BUDGETS) if chance.random() < world.plan.chances["small_budget"] else GOOD_LINE


def round_trip(world: World, event: Event, chance: random.Random) -> None:
    """A few rounds over a line that works, as the sync loop goes."""
    station = world.machine(event)
    if {(station.name, True), (station.name, False)} & world.parted or station.revoked:
        return
    for _ in range(3):
        try:
            if not world.round(station, budget(world, chance)).more:
                return
        except Unanswered as refused:
            demand(world.may_refuse(station, refused.code), "I11", f"the county refuses a good request: {refused.code}")
            return


def ask(world: World, event: Event, chance: random.Random) -> None:
    """A request goes on its way."""
    station = world.machine(event)
    request, frame = world.ask(station, budget(world, chance))
    world.post(station, request, frame, up=True, chance=chance)


def deliver(world: World, event: Event, chance: random.Random) -> None:
    """One of the frames on the way arrives; the oldest, or one that overtakes it."""
    if not world.flying:
        return
    place = 0
    if chance.random() < world.plan.chances["overtaken"]:
        place = chance.randrange(len(world.flying))
        world.tally["frames overtaken"] += bool(place)
    world.deliver(world.flying.pop(place), chance)


def replay(world: World, event: Event, chance: random.Random) -> None:
    """A stick out of a drawer is put in, perhaps not for the first time; or it is lost."""
    if not world.drawer:
        return
    place = chance.randrange(len(world.drawer))
    message = world.drawer[place]
    if chance.random() < 0.2:
        world.tally["sticks lost"] += 1
        world.drawer.pop(place)
        return
    world.tally["sticks read, late or again"] += 1
    world.deliver(message, chance)


def wound(world: World, tables: Tables, chance: random.Random) -> None:
    """A disk that is nearly full, or one write or sync of which will fail."""
    if isinstance(tables, DiskTables) and chance.random() < 0.4:
        world.tally["disks with an input/output error"] += 1
        tables.disk.broken_at = tables.disk.steps + chance.randrange(1, 12)
    else:
        world.tally["disks nearly full"] += 1
        tables.fill(chance.randrange(0, 4096))


# the county ---------------------------------------------------------------------------------------------------------


def county_backup(world: World, event: Event, chance: random.Random) -> None:
    """The nightly copy."""
    world.tally["county backups"] += 1
    world.backups["county"].append(world.county.tables.copy())


def county_restore(world: World, event: Event, chance: random.Random) -> None:
    """The county goes on from one of its older copies."""
    world.tally["county restores"] += 1
    world.restored = True
    world.county.restore(chance.choice(world.backups["county"]))
    world.promised = act_ids(world.county.tables.db)
    world.checker.county_anew(world.county)


def county_crash(world: World, event: Event, chance: random.Random) -> None:
    """The county stops at rest, or while it serves: before its commit, after it, or in the middle of a write."""
    station = world.machine(event)
    tables = world.county.tables
    if chance.random() < 0.25:
        tables.cut()  # at rest: what it has answered for must be there
    _, frame = world.ask(station, budget(world, chance))
    if isinstance(tables, DiskTables):
        tables.disk.cut_at = tables.disk.steps + chance.randrange(1, 20)
    else:
        world.county.cut_in_project = chance.random() < 0.7
    try:
        world.county.serve(frame, station.header())
        if not isinstance(tables, DiskTables):
            tables.cut()
    except PowerCut:
        world.look_at_county(station, frame)
        world.power_back(chance)
    except Unanswered as refused:
        world.tally[f"refused {refused.code}"] += 1
    tables.heal()
    world.county.cut_in_project = False
    world.look_at_county(station, frame)


def county_full(world: World, event: Event, chance: random.Random) -> None:
    """The county's disk runs full while it serves; then it answers ``disk_full`` and nothing has changed."""
    station = world.machine(event)
    before = act_ids(world.county.tables.db)
    request, frame = world.ask(station, GOOD_LINE)
    wound(world, world.county.tables, chance)
    try:
        answer = world.county.serve(frame, station.header())
    except Unanswered as refused:
        world.tally[f"refused {refused.code}"] += 1
        demand(act_ids(world.county.tables.db) == before, "I11", "a full county kept half a request")
        return
    finally:
        world.county.tables.heal()
        world.look_at_county(station, frame)
    world.flying.append(Message(station, answer, request, False, True))


# stations -----------------------------------------------------------------------------------------------------------


def station_backup(world: World, event: Event, chance: random.Random) -> None:
    """Somebody copies a station's folder."""
    station = world.machine(event)
    world.tally["station backups"] += 1
    world.backups.setdefault(station.name, []).append(station.tables.copy())


def station_crash(world: World, event: Event, chance: random.Random) -> None:
    """A station stops at rest, or in the middle of a clerk's act or of an answer."""
    station = world.machine(event)
    if chance.random() < 0.2:
        station.tables.cut()
    if isinstance(station.tables, DiskTables):
        station.tables.disk.cut_at = station.tables.disk.steps + chance.randrange(1, 24)
    else:
        station.cut_in_project = chance.random() < 0.7

    def work() -> None:
        if chance.random() < 0.5:
            people.write(world, event, chance)
        else:
            _rounds(world, station, chance)
        if not isinstance(station.tables, DiskTables):
            station.tables.cut()

    world.mishap(work, chance)
    station.cut_in_project = False
    station.tables.heal()


def station_full(world: World, event: Event, chance: random.Random) -> None:
    """A station's disk runs full in the middle of a clerk's act or of an answer: that one fails, visibly and whole."""
    station = world.machine(event)
    wound(world, station.tables, chance)
    if chance.random() < 0.5:
        people.write(world, event, chance)
    else:
        world.mishap(lambda: _rounds(world, station, chance), chance)
    station.tables.heal()


def _rounds(world: World, station: SimStation, chance: random.Random) -> None:
    try:
        world.round(station, budget(world, chance))
    except Unanswered as refused:
        demand(world.may_refuse(station, refused.code), "I11", f"the county refuses a good request: {refused.code}")


def station_restore(world: World, event: Event, chance: random.Random) -> None:
    """A station goes on from an older copy: of the database alone (the fence tells), or of the whole folder."""
    kept = [station for station in world.crew if station.name in world.backups]
    if not kept:
        return
    station = kept[event.who % len(kept)]
    copies = world.backups[station.name]
    with_fence = chance.random() < 0.5
    world.tally[f"station restores, {'whole folder' if with_fence else 'database only'}"] += 1
    world.tally["restores told by the fence"] += station.restore(chance.choice(copies), with_fence=with_fence)


def station_clone(world: World, event: Event, chance: random.Random) -> None:
    """A disk is copied to a second machine, and both go on; or the first is gone and its neighbours remember it."""
    station = world.machine(event)
    if len(world.crew) >= MOST_MACHINES:
        return
    like_hardware = chance.random() < 0.5
    world.tally[f"stations cloned, {'on like hardware' if like_hardware else 'on other hardware'}"] += 1
    world.crew.append(station.clone(f"{station.name}'{len(world.crew)}", like_hardware=like_hardware))


def station_gone(world: World, event: Event, chance: random.Random) -> None:
    """A machine is stolen or burns; what only it held is gone, what its neighbours hold must come back from them."""
    station = world.machine(event)
    if len(world.crew) > 2:
        world.tally["stations gone for good"] += 1
        world.crew.remove(station)
        world.buried.append(station)


def revoke(world: World, event: Event, chance: random.Random) -> None:
    """An administrator ends a desk's certificate; what it brought stays."""
    desk = world.machine(event).desk
    if len({station.desk.station for station in world.crew} - world.ever_revoked) > 2:
        world.tally["desks revoked"] += 1
        world.ever_revoked.add(desk.station)
        world.county.store.revoke(desk.station)


def reenrol(world: World, event: Event, chance: random.Random) -> None:
    """A desk enrols anew under another station key: a twin of it is served no more."""
    station = world.machine(event)
    key = pool_key(8 + chance.randrange(KEYS - 8))
    if world.superseded(station) or any(key is machine.key for machine in (*world.crew, *world.buried)):
        return  # served no more; or the dice fell on a key that is in use: no two desks draw one key
    try:
        world.county.enrol(station, key, world.kinds)
    except RequestRefused as refused:
        demand(refused.code == "certificate_superseded", "I11", f"the county does not enrol: {refused.code}")
        return
    world.tally["desks enrolled anew"] += 1
    world.serials[station.desk.station] = station.read_certificate().serial
    if station.desk.station in world.ever_revoked:
        world.ever_revoked.remove(station.desk.station)
        world.pardoned.add(station.desk.station)
    station.born_again(key)
    world.promised |= world.checker.county_took(world.county)


# lines and clocks ---------------------------------------------------------------------------------------------------


def part(world: World, event: Event, chance: random.Random) -> None:
    """A line carries nothing any more, one way or both."""
    name = world.machine(event).name
    world.tally["partitions"] += 1
    world.parted |= {(name, up) for up in chance.choice(((True,), (False,), (True, False)))}


def rejoin(world: World, event: Event, chance: random.Random) -> None:
    """The lines work again."""
    world.parted.clear()


def clock(world: World, event: Event, chance: random.Random) -> None:
    """Somebody sets a clock."""
    world.tally["clock jumps"] += 1
    at_county = chance.random() < 0.2 and not world.plan.numbered
    world.clocks.jump("county" if at_county else world.machine(event).name)


HANDLERS: Final[dict[str, Callable[[World, Event, random.Random], None]]] = {
    "write": people.write,
    "commit": people.commit,
    "settle_conflict": people.settle_conflict,
    "newer_act": people.newer_act,
    "share": people.share,
    "guess": wrongs.guess,
    "forge": wrongs.forge,
    "spoil": wrongs.spoil,
    "take_number": numbers.take_number,
    "void_number": numbers.void_number,
    "give_up": numbers.give_up,
    "turn_year": numbers.turn_year,
    "close_year": numbers.close_year,
    "write_report": sticks.write_report,
    "carry": sticks.carry,
    "round": round_trip,
    "ask": ask,
    "deliver": deliver,
    "replay": replay,
    "county_backup": county_backup,
    "county_restore": county_restore,
    "county_crash": county_crash,
    "county_full": county_full,
    "station_backup": station_backup,
    "revoke": revoke,
    "reenrol": reenrol,
    "station_clone": station_clone,
    "station_crash": station_crash,
    "station_gone": station_gone,
    "station_restore": station_restore,
    "station_full": station_full,
    "part": part,
    "rejoin": rejoin,
    "clock": clock,
}
"""What every kind of event does."""
