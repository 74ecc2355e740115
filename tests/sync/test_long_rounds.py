"""What a station with many acts does not do: read through all of them for a count, or ask twice for what waits."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import contextmanager

from tests.sync.simulation import SimCounty, SimStation


@contextmanager
def told(station: SimStation | SimCounty) -> Iterator[list[str]]:
    """The statements this end's file runs meanwhile."""
    ran: list[str] = []
    station.db.set_trace_callback(ran.append)
    try:
        yield ran
    finally:
        station.db.set_trace_callback(None)


def crew() -> tuple[SimCounty, SimStation, SimStation]:
    rng = random.Random(7)
    county = SimCounty(rng)
    one, two = SimStation(rng, 1), SimStation(rng, 2)
    two.office, two.home = one.office, one.home
    for station in (one, two):
        county.admit(station)
    return county, one, two


def test_counting_what_waits_and_what_is_adrift_reads_through_no_table_of_acts():
    _county, one, _two = crew()
    with told(one) as ran:
        one.feed.pending()
        one.feed.adrift(1 << 20)
        one.feed.refused()
        one.feed.told()
    steps = [str(row[3]) for sql in ran for row in one.db.execute(f"EXPLAIN QUERY PLAN {sql}")]
    assert len(ran) == 6  # two of them read a note
    assert [step for step in steps if "SEARCH a USING INTEGER PRIMARY KEY" in step]
    assert not [step for step in steps if step.split()[:2] == ["SCAN", "a"]]


def test_a_pull_of_many_rounds_asks_in_full_each_time_until_nothing_waits():
    county, one, two = crew()
    for number in range(30):
        one.write(f"{number:032x}", "summary", "征地补偿款未到" * 8)
    one.settle(county)
    asked = []
    more = True
    while more:
        request, frame = two.ask(1_000)
        asked.append(request)
        more = two.take(request, county.serve(frame, two), county).more
    assert len(asked) > 5
    assert all(not request.q for request in asked[1:])
    request, _frame = two.ask(1_000)
    assert request.q, "with nothing left to bring or to fetch the question is short again"
    assert len(two.states()) == 30


def test_what_a_station_wrote_long_ago_is_not_read_through_when_its_acts_are_seen_back():
    county, one, two = crew()
    two.write(f"{999:032x}", "summary", "另一窗口登记")
    two.settle(county)
    for number in range(200):  # so many are looked for at once that SQLite weighs another way
        one.write(f"{number:032x}", "summary", "征地补偿款未到")
    request, frame = one.ask(1 << 20)
    reply = county.serve(frame, one)
    with told(one) as ran:
        applied = one.take(request, reply, county)
    asked = [sql for sql in ran if sql.startswith(("SELECT", "UPDATE", "DELETE"))]
    steps = [str(row[3]) for sql in asked for row in one.db.execute(f"EXPLAIN QUERY PLAN {sql}")]
    assert (applied.confirmed, applied.pulled) == (200, 1)
    assert [step for step in steps if step == "SEARCH a USING INTEGER PRIMARY KEY (rowid=?)"]
    assert not [step for step in steps if step.endswith("act_chain (writer=?)") or step.split()[:2] == ["SCAN", "a"]]


def test_a_county_that_looks_for_the_newest_cases_reads_through_no_feed():
    county, one, _two = crew()
    cases = [f"{number:032x}" for number in range(60)]
    for case_id in cases:
        one.write(case_id, "summary", "征地补偿款未到")
    one.settle(county)
    with told(county) as ran:
        newest = county.feed.newest_cases(one.home, 0, 20)
        found = county.feed.acts_behind(one.home, 0, newest)
    steps = [str(row[3]) for sql in ran for row in county.db.execute(f"EXPLAIN QUERY PLAN {sql}")]
    assert newest == cases[:-21:-1]
    assert {case_id: len(acts) for case_id, acts in found.items()} == dict.fromkeys(newest, 1)
    assert "SEARCH a USING INDEX act_case (case_id=?)" in steps
    assert len([step for step in steps if step == "SEARCH f USING PRIMARY KEY (scope=? AND seq>?)"]) == 1  # its end
