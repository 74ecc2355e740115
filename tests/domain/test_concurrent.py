"""同时办理: marked when it is certain that neither desk had seen the other's act, and only then."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.concurrent import Arrival, together
from tests.domain.test_fold import act

MINE, THEIRS = "51" * 16, "52" * 16


def mine(n: int, lamport: int, place: int, **feeds: int) -> Arrival:
    return Arrival(act(n, {"place": "甲"}, lamport=lamport), place, written_here=True, feeds=feeds)


def theirs(n: int, lamport: int, place: int, over: tuple[int, ...] = (), **feeds: int) -> Arrival:
    made = replace(act(n, {"request": "乙"}, *over, lamport=lamport), station=THEIRS)
    return Arrival(made, place, written_here=False, feeds=feeds)


def test_an_act_that_came_after_mine_and_was_delivered_before_it_is_concurrent():
    (pair,) = together([mine(1, 5, 10, office=8), theirs(2, 7, 11, office=7)])
    assert (pair.mine.act_id, pair.theirs.act_id, pair.place) == (f"{1:032x}", f"{2:032x}", 11)


def test_an_act_delivered_while_mine_has_not_been_is_concurrent():
    assert len(together([mine(1, 5, 10), theirs(2, 7, 11, office=7)])) == 1


def test_an_act_that_lay_here_when_mine_was_written_was_seen():
    assert together([theirs(2, 3, 9, office=7), mine(1, 5, 10, office=8)]) == ()


def test_an_act_delivered_after_mine_may_have_seen_it_and_is_not_marked():
    assert together([mine(1, 5, 10, office=7), theirs(2, 9, 11, office=8)]) == ()


def test_a_lamport_that_is_not_higher_proves_that_mine_was_not_seen():
    assert len(together([mine(1, 5, 10, office=7), theirs(2, 5, 11, office=8)])) == 1


def test_an_act_that_names_mine_has_seen_it_whatever_the_numbers_say():
    assert together([mine(1, 5, 10, office=8), theirs(2, 5, 11, over=(1,), office=7)]) == ()


@pytest.mark.parametrize(
    "change", [{"kind": "paper_printed"}, {"kind": "matter_mediated"}, {"station": MINE}, {"sets": {"place": "丙"}}]
)
def test_bookkeeping_unknown_kinds_own_acts_and_shared_fields_are_no_matter_for_a_look(change):
    other = theirs(2, 7, 11, office=7)
    assert together([mine(1, 5, 10, office=8), other])
    assert together([mine(1, 5, 10, office=8), replace(other, act=replace(other.act, **change))]) == ()


def test_an_own_act_that_came_back_after_a_restore_says_nothing_of_when_it_was_written():
    assert together([replace(mine(1, 5, 10, office=8), written_here=False), theirs(2, 7, 11, office=7)]) == ()


@given(st.lists(st.tuples(st.integers(0, 1), st.booleans()), max_size=12))
def test_no_act_that_was_seen_is_ever_marked(moves):
    """Two desks and a county: each act is written over what its desk has seen; the mark must agree with that truth."""
    held: list[list[int]] = [[], []]
    feed: list[int] = []
    cursor = [0, 0]
    seen: dict[int, set[int]] = {}
    author: dict[int, int] = {}
    lamport: dict[int, int] = {}
    for desk, write in moves:
        if write:
            n = len(author) + 1
            seen[n], author[n] = set(held[desk]), desk
            lamport[n] = 1 + max((lamport[each] for each in held[desk]), default=0)
            held[desk].append(n)
            continue
        feed += [n for n in held[desk] if author[n] == desk and n not in feed]
        held[desk] += [n for n in feed[cursor[desk] :] if n not in held[desk]]
        cursor[desk] = len(feed)
    for desk in (0, 1):
        shown = {n: place for place, n in enumerate(feed[: cursor[desk]], start=1)}
        arrivals = [
            Arrival(
                replace(act(n, {f"f{n}": "值"}, lamport=lamport[n]), station=(MINE, THEIRS)[author[n]]),
                place,
                written_here=author[n] == desk,
                feeds={"office": shown[n]} if n in shown else {},
            )
            for place, n in enumerate(held[desk], start=1)
        ]
        for pair in together(arrivals):
            one, two = int(pair.mine.act_id, 16), int(pair.theirs.act_id, 16)
            assert one not in seen[two]
            assert two not in seen[one]
        if len(feed) == len(author) == len(held[desk]):  # everything is everywhere: the second to arrive knows it all
            marked = {(int(p.mine.act_id, 16), int(p.theirs.act_id, 16)) for p in together(arrivals)}
            for later in (n for n in author if author[n] == desk):
                for earlier in (n for n in author if author[n] != desk and shown[n] < shown[later]):
                    apart = earlier not in seen[later] and later not in seen[earlier]
                    assert ((later, earlier) in marked) is apart
