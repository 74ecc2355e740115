"""After a restore a station brings back a neighbour's acts: proved by their author's hand, or taken on its word."""

import random

import pytest

from tests.sync.simulation import OFFICE_SCOPE, SimCounty, SimStation


@pytest.fixture
def ends():
    rng = random.Random(5)
    county = SimCounty(rng)
    one, two = SimStation(rng, 1), SimStation(rng, 2)
    county.admit(one)
    county.admit(two)
    return county, one, two, county.copy()


def proved(*everybody):
    for end in everybody:
        list(end.log.verify())
        list(end.feed.verify())


def test_a_neighbours_act_whose_signature_covers_it_is_its_authors_though_its_chain_has_a_hole(ends):
    county, one, two, empty = ends
    one.write("1" * 32, "a", "x", "restricted/1")  # two does not see this one: its copy of one's chain has a hole
    hidden = one.write("2" * 32, "a", "y", OFFICE_SCOPE)
    for station in (one, two):
        station.settle(county)
    assert county.db.execute("SELECT count(*) FROM reject").fetchone()[0] == 1
    county.restore(empty)
    two.settle(county)
    assert county.db.execute("SELECT count(*) FROM attested").fetchone()[0] == 0
    assert county.log.has(hidden.act_id)
    assert county.db.execute("SELECT count(*) FROM act WHERE chained = 1").fetchone()[0] == 0
    assert two.states() == county.states()
    one.settle(county)  # the author comes and its chain takes the act in
    two.settle(county)
    proved(county, one, two)
    assert county.db.execute("SELECT count(*) FROM act WHERE chained = 0").fetchone()[0] == 0
    assert (one.feed.pending(), two.feed.pending()) == (0, 0)


def test_a_neighbours_act_without_its_authors_proof_is_taken_on_word_and_listed(ends):
    county, one, two, empty = ends
    seen = one.act("2" * 32, "a", "y", OFFICE_SCOPE)
    # the commit's signature lies on an act that two is not shown
    one.commit(seen, one.act("1" * 32, "a", "x", "restricted/1", after=1))
    for station in (one, two):
        station.settle(county)
    county.restore(empty)
    two.settle(county)
    assert [row[0] for row in county.db.execute("SELECT station FROM attested")] == [two.station]
    assert county.log.has(seen.act_id)
    one.settle(county)
    two.settle(county)
    proved(county, one, two)
    assert county.db.execute("SELECT count(*) FROM act WHERE chained = 0").fetchone()[0] == 0
    assert two.states() == {"2" * 32: county.states()["2" * 32]}
    assert (one.feed.pending(), two.feed.pending()) == (0, 0)


def test_a_writer_nobody_vouched_for_by_birth_is_taken_on_word_only(ends):
    county, one, two, empty = ends
    one.write("2" * 32, "a", "y", OFFICE_SCOPE)
    for station in (one, two):
        station.settle(county)
    county.restore(empty)
    grant = county.grants.pop(one.station)  # the restored county does not know the author's station either
    two.settle(county)
    assert county.log.writer(one.identity.writer).attested
    assert county.db.execute("SELECT count(*) FROM attested").fetchone()[0] == 1
    assert county.db.execute("SELECT count(*) FROM act WHERE sig IS NOT NULL").fetchone()[0] == 0
    county.grants[one.station] = grant
    one.settle(county)
    two.settle(county)
    assert not county.log.writer(one.identity.writer).attested
    proved(county, one, two)
    assert county.db.execute("SELECT count(*) FROM act WHERE chained = 0").fetchone()[0] == 0
    assert two.states() == county.states() == one.states()
