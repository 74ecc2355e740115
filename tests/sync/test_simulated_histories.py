"""Histories full of accidents end with nobody having lost anything; and each safeguard, taken away, is missed."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlcipher3 import dbapi2

from domain.fold import fold, state_bytes
from sync.exchange import parts
from sync.log import LogDamaged
from sync.log.feed import CountyFeed, StationFeed
from sync.protocol import WireDamaged
from tests.sync.simulation import OFFICE_SCOPE, SimCounty, SimStation, run


@pytest.mark.parametrize("block", range(4))
def test_whatever_is_lost_doubled_late_or_restored_everybody_ends_with_the_same_record(block):
    for seed in range(block * 15, block * 15 + 15):
        run(seed)


def fails_somewhere(seeds: range) -> bool:
    for seed in seeds:
        try:
            run(seed)
        except (AssertionError, WireDamaged, LogDamaged, dbapi2.IntegrityError):
            return True
    return False


def test_without_checking_the_hash_of_a_claimed_position_acts_are_missed(monkeypatch):
    plain = CountyFeed.roll_at

    class Agreeing(bytes):
        def __eq__(self, other):
            return True

        __hash__ = bytes.__hash__

    def agree(self, scope, seq):
        found = plain(self, scope, seq)
        return None if found is None else Agreeing(found)

    monkeypatch.setattr(CountyFeed, "roll_at", agree)
    assert fails_somewhere(range(60))


def test_without_offering_what_a_restored_county_forgot_acts_are_missed(monkeypatch):
    monkeypatch.setattr(StationFeed, "adrift", lambda self, budget: [])
    monkeypatch.setattr(StationFeed, "set_county_n", lambda self, writer, n: None)
    assert fails_somewhere(range(60))


def test_without_asking_whether_an_answer_follows_what_is_held_a_late_one_does_harm(monkeypatch):
    monkeypatch.setattr(StationFeed, "cursor", lambda self, scope: AlwaysThere(), raising=True)
    plain = parts.mark_of
    monkeypatch.setattr("sync.exchange.station.mark_of", lambda p: p if isinstance(p, AlwaysThere) else plain(p))
    assert fails_somewhere(range(60))


class AlwaysThere:
    """A position that agrees with every claim."""

    def __eq__(self, other):
        return True

    def __hash__(self):
        return 0


@pytest.fixture
def ends():
    rng = random.Random(7)
    county = SimCounty(rng)
    one, two = SimStation(rng, 1), SimStation(rng, 2)
    for station in (one, two):
        county.admit(station)
        station.settle(county)  # its writer is introduced
    return county, one, two


def test_an_answer_that_comes_twice_changes_nothing_the_second_time(ends):
    county, one, two = ends
    two.write("1" * 32, "a", "x")
    two.settle(county)
    request, frame = one.ask(1 << 20)
    one.take(request, county.serve(frame, one), county)  # "ask in full"
    request, frame = one.ask(1 << 20)
    answer = county.serve(frame, one)
    first = one.take(request, answer, county)
    assert (first.pulled, first.cases) == (1, ("1" * 32,))
    before = one.dump()
    again = one.take(request, answer, county)
    assert (again.pulled, again.confirmed, again.cases, again.more) == (0, 0, (), False)
    assert one.dump() == before


def test_a_request_that_comes_twice_is_stored_once(ends):
    county, one, _ = ends
    one.write("1" * 32, "a", "x")
    request, frame = one.ask(1 << 20)
    first = county.serve(frame, one)
    before = county.dump()
    assert county.serve(frame, one) == first
    assert county.dump() == before
    applied = one.take(request, first, county)
    assert (applied.confirmed, applied.pending, applied.more) == (1, 0, False)


def test_an_act_counts_as_safe_only_when_it_was_seen_back(ends):
    county, one, _ = ends
    act = one.write("1" * 32, "a", "x")
    request, frame = one.ask(1 << 20)
    answer = county.serve(frame, one)
    assert (one.feed.pending(), one.feed.act_at_county(act.act_id), one.feed.case_state("1" * 32)) == (
        1,
        False,
        "local",
    )
    one.take(request, answer, county)
    assert (one.feed.pending(), one.feed.act_at_county(act.act_id), one.feed.case_state("1" * 32)) == (
        0,
        True,
        "county",
    )


def test_a_late_rewind_is_not_applied_to_another_position(ends):
    county, one, two = ends
    empty = county.copy()
    one.write("1" * 32, "a", "x")
    one.settle(county)
    county.restore(empty)
    two.write("2" * 32, "a", "y")
    two.settle(county)
    request, frame = one.ask(1 << 20)
    one.take(request, county.serve(frame, one), county)  # ask in full
    request, frame = one.ask(1 << 20)
    one.take(request, county.serve(frame, one), county)  # doubt
    request, frame = one.ask(1 << 20)
    late = county.serve(frame, one)
    one.take(request, late, county)
    one.settle(county)
    before = one.feed.cursors()
    one.take(request, late, county)
    assert one.feed.cursors() == before
    assert one.states() == county.states()


def test_a_station_refuses_an_answer_whose_feed_does_not_add_up_and_keeps_its_file(ends, monkeypatch):
    county, one, two = ends
    two.write("1" * 32, "a", "x")
    two.settle(county)
    one.take(*_asked(county, one), county)
    monkeypatch.setattr("sync.exchange.opening.roll", lambda *_: b"\x00" * 16)
    before = one.dump()
    with pytest.raises(WireDamaged, match="feed_broken"):
        one.take(*_asked(county, one), county)
    assert one.dump() == before


def _asked(county, station):
    request, frame = station.ask(1 << 20)
    return request, county.serve(frame, station)


WRITES = st.lists(
    st.tuples(st.integers(0, 1), st.sampled_from("ab"), st.integers(0, 2), st.booleans()), min_size=1, max_size=14
)


@given(writes=WRITES, order=st.permutations([0, 1, 0, 1]))
def test_whatever_two_windows_write_and_whenever_they_sync_they_fold_to_the_same_case(writes, order):
    rng = random.Random(1)
    county = SimCounty(rng)
    crew = [SimStation(rng, 1), SimStation(rng, 2)]
    for station in crew:
        county.admit(station)
    for who, field, value, sync in writes:
        crew[who].write("1" * 32, field, str(value), OFFICE_SCOPE)
        if sync:
            crew[who].settle(county)
    for who in [*order, 0, 1]:
        crew[who].settle(county)
    assert crew[0].states() == crew[1].states() == county.states()
    acts = county.log.case("1" * 32)
    assert state_bytes(fold(reversed(acts))) == county.states()["1" * 32]
