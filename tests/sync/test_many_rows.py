"""What comes in great numbers lies in either database as if it had come one by one."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from domain.acts import Act
from sync.log.chain import LogDamaged, extend_chain, first_hash
from sync.log.content import write_act
from sync.log.log import ActLog
from sync.log.rows import ROWS_AT_ONCE
from sync.server.databases import CountyDatabase, open_database

WRITER = "ab" * 16


@pytest.fixture(params=["sqlite", "postgresql"])
def db(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[CountyDatabase]:
    address = request.getfixturevalue("address") if request.param == "postgresql" else ""
    found = open_database(tmp_path, address)
    with found.transaction():
        found.prepare()
    yield found
    found.close()


def acts(count: int) -> list[Act]:
    rng = random.Random(3)
    return [
        Act(
            act_id=rng.randbytes(16).hex(), kind="visit_registered", case_kind="visit", case_id=f"case{n % 7}",
            scope="office/1", lamport=n, wall_ms=n << 33, clock="ok", office="1", station="2" * 32, by="c",
            sets={"number": f"第{n}号"},
        )
        for n in range(1, count + 1)
    ]  # fmt: skip


@pytest.mark.parametrize("count", [1, 49, 50, sum(ROWS_AT_ONCE) * 2 + 51])
def test_loose_acts_in_great_numbers_lie_in_their_order_and_come_back_as_held(db: CountyDatabase, count: int) -> None:
    log, made = ActLog(db), acts(count)
    signatures = [b"s" * 64 if n % 3 == 0 else None for n in range(count)]
    entries = extend_chain(WRITER, 0, first_hash(WRITER), [write_act(act) for act in made], signatures)
    with db.transaction():
        held = log.admit_loose(entries)
    assert [item.act for item in held] == made
    rows = db.execute("SELECT seq, n, hash, content, sig, case_id, chained FROM act ORDER BY seq").fetchall()
    assert [(row[0], row[1], bytes(row[2]), bytes(row[3])) for row in rows] == [
        (item.seq, item.entry.n, item.entry.hash, item.entry.content) for item in held
    ]
    assert [None if row[4] is None else bytes(row[4]) for row in rows] == signatures
    assert [(row[5], row[6]) for row in rows] == [(act.case_id, 0) for act in made]
    assert log.lamport() == count
    with db.transaction():
        again = log.admit_loose(entries)
    assert [(item.seq, item.new) for item in again] == [(item.seq, False) for item in held]
    assert log.count() == count


def test_one_act_at_two_places_among_many_is_refused_and_at_one_place_twice_is_held_once(db: CountyDatabase) -> None:
    log, (first, second) = ActLog(db), acts(2)
    here = extend_chain(WRITER, 0, first_hash(WRITER), [write_act(first), write_act(second)], [None, None])
    there = extend_chain("cd" * 16, 0, first_hash("cd" * 16), [write_act(first)], [None])
    with pytest.raises(LogDamaged, match="act_elsewhere writer=cdcdcdcd n=1"), db.transaction():
        log.admit_loose([*here, *there])
    with db.transaction():
        held = log.admit_loose([*here, here[0]])
    assert [(item.seq, item.new) for item in held] == [(1, True), (2, True), (1, False)]
    assert log.count() == 2


def test_of_cases_that_came_those_are_told_that_were_here_before(db: CountyDatabase) -> None:
    log, made = ActLog(db), acts(30)
    entries = extend_chain(WRITER, 0, first_hash(WRITER), [write_act(act) for act in made], [None] * 30)
    with db.transaction():
        log.admit_loose(entries[:5])
        log.admit_loose(entries[5:])
    came = Counter(act.case_id for act in made[5:])
    assert log.grown(came) == {act.case_id for act in made[:5]}
    assert log.grown(Counter(act.case_id for act in made)) == set()
    assert log.grown({}) == set()
