"""Stations that do what they should not: write into a guessed case, speak in another's name, send a broken run."""

from __future__ import annotations

import random

import msgspec

from sync.exchange.parts import run_of
from sync.log.chain import Entry, extend_chain, first_hash
from sync.protocol import ANSWER_TAG, REQUEST_TAG, Answer, Request, Run, WriterInfo, encode_frame, open_frame
from sync.simulate import people
from sync.simulate.accidents import Unanswered, demand
from sync.simulate.keys import pool_key
from sync.simulate.plan import Event
from sync.simulate.station import SimStation
from sync.simulate.world import GOOD_LINE, World


def guess(world: World, event: Event, chance: random.Random) -> None:
    """A desk writes into a case whose number it heard somewhere, though it was never shown the case."""
    station = world.machine(event)
    others = sorted(case for home, cases in world.cases.items() if home != station.home for case in cases)
    if not others:
        return
    case_id = chance.choice(others)
    act = station.act("matter_corrected", case_id, {"stage": "guessed"}, chance, world.now(station))
    world.tally["acts into a guessed case"] += 1
    world.checker.guessed[act.act_id] = station.scopes
    people.save(world, station, [act], chance)


def forge(world: World, event: Event, chance: random.Random) -> None:
    """A desk brings an act in another desk's name, under a key that other never had."""
    station = world.machine(event)
    victims = [other for other in world.crew if other.desk.station != station.desk.station]
    if not victims or not _served(world, station):
        return
    victim = chance.choice(victims)
    writer, key = chance.randbytes(16).hex(), pool_key(chance.randrange(8))
    case_id = people.case_for(world, victim, chance)
    act = victim.act("matter_corrected", case_id, {"stage": "forged"}, chance, 0)
    content = victim.encoded([act])[0]
    (entry,) = extend_chain(writer, 0, first_hash(writer), [content], [None])
    signed = Entry(entry.writer, entry.n, entry.hash, entry.content, key.sign_commit(entry.hash))
    birth = station.key.sign_birth(victim.desk.station, writer, key.public)
    info = WriterInfo(victim.desk.station, victim.desk.office, key.public, birth)
    request, _ = world.ask(station, GOOD_LINE)
    forged = _full(request, recovered=[run_of([signed], before=first_hash(writer))], writers={writer: info})
    world.tally["acts in another's name"] += 1
    world.checker.forged[writer] = victim.desk.station
    world.checker.forged_acts.add(act.act_id)
    world.checker.written[act.act_id] = content
    world.serve(station, forged, encode_frame(forged, REQUEST_TAG, station.key))


def spoil(world: World, event: Event, chance: random.Random) -> None:
    """A run is damaged before it is signed (a bad memory, a bad release): it is left out, the rest is taken."""
    station = world.machine(event)
    if not _served(world, station):
        return
    people.write(world, event, chance)
    request, _ = world.ask(station, GOOD_LINE)
    if not request.push:
        return
    place = chance.randrange(len(request.push))
    run = request.push[place]
    spoilt = Run(w=run.w, n=run.n, p=run.p, h=run.h, a=[msgspec.Raw(b'{"spoilt":1}'), *run.a[1:]], s=run.s)
    push = [*request.push[:place], spoilt, *request.push[place + 1 :]]
    changed = msgspec.structs.replace(request, push=push)
    world.tally["runs spoilt"] += 1
    answer = world.serve(station, changed, encode_frame(changed, REQUEST_TAG, station.key))
    said = open_frame(answer, Answer, ANSWER_TAG, world.county.store.public_key)
    demand(run.w in said.broken or run.w in said.fork or _elsewhere(said, run), "I11", "a spoilt run passes")
    world.take(station, changed, answer)
    if chance.random() < 0.5:
        station.feed.retry()


def _elsewhere(said: Answer, run: Run) -> bool:
    """The run was not looked at: it does not begin where the county's copy ends, or its writer is not known there."""
    mark = said.have.get(run.w)
    return mark is None or mark.n != run.n - 1


def _full(request: Request, **more: object) -> Request:
    """A request that speaks in full."""
    bare = Request(v=request.v, st=request.st, feeds=request.feeds, own=request.own, limit=GOOD_LINE, t=request.t)
    return msgspec.structs.replace(bare, **more)


def _served(world: World, station: SimStation) -> bool:
    """Whether the county serves this station now, found out by a plain round."""
    try:
        world.round(station, GOOD_LINE)
    except Unanswered as refused:
        demand(world.may_refuse(station, refused.code), "I11", f"the county refuses a good request: {refused.code}")
        return False
    return True
