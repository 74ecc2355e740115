"""After a restore a station brings back a neighbour's acts on its word, until their author comes."""

import random

from tests.sync.simulation import OFFICE_SCOPE, SimCounty, SimStation


def test_a_neighbours_acts_that_do_not_follow_its_chain_are_taken_on_word_and_listed():
    rng = random.Random(5)
    county = SimCounty(rng)
    one, two = SimStation(rng, 1), SimStation(rng, 2)
    county.admit(one)
    county.admit(two)
    empty = county.copy()
    one.write("1" * 32, "a", "x", "restricted/1")  # two does not see this one: its copy of one's chain has a hole
    hidden = one.write("2" * 32, "a", "y", OFFICE_SCOPE)
    for station in (one, two):
        station.settle(county)
    assert county.db.execute("SELECT count(*) FROM reject").fetchone()[0] == 1
    county.restore(empty)
    two.settle(county)
    assert [row[0] for row in county.db.execute("SELECT station FROM attested")] == [two.identity.station]
    assert county.log.has(hidden.act_id)
    one.settle(county)  # the author comes and its chain takes the act in
    two.settle(county)
    for end in (county, one, two):
        list(end.log.verify())
        list(end.feed.verify())
    assert county.db.execute("SELECT count(*) FROM act WHERE chained = 0").fetchone()[0] == 0
    assert two.states() == {"2" * 32: county.states()["2" * 32]}
    assert (one.feed.pending(), two.feed.pending()) == (0, 0)
