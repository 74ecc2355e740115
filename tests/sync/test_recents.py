"""A station with a long way to go is shown the newest cases first; the feeds come to them in their own time."""

from __future__ import annotations

import random

import msgspec
import pytest

from sync.exchange import next_request
from sync.exchange.courier import requests_ahead
from sync.exchange.parts import run_of
from sync.protocol import ANSWER_TAG, RECENT, REQUEST_TAG, Answer, encode_frame, open_frame
from tests.sync.simulation import OFFICE_SCOPE, SimCounty, SimStation
from tests.sync.test_told import EarlierCounty

BUDGET = 8_000
OLD = [f"{number:032x}" for number in range(1, 160)]
NEW = "f" * 32
PERSON = "e" * 32


@pytest.fixture
def ends():
    """A county that holds a long past, and a station that has seen nothing of it."""
    rng = random.Random(8)
    county = SimCounty(rng)
    one, two = SimStation(rng, 1), SimStation(rng, 2)
    county.admit(one)
    county.admit(two)
    one.write(PERSON, "name", "虚构人甲")
    for case_id in OLD:
        one.write(case_id, "summary", "反映征地补偿款未按时发放")
    one.write(NEW, "petitioner", PERSON)
    one.write(NEW, "summary", "今天来访")
    one.settle(county)
    return county, one, two


def one_round(county, station, budget=BUDGET):
    request, frame = station.ask(budget)
    answer = open_frame(county.serve(frame, station), Answer, ANSWER_TAG, county.key.public)
    station.take(request, encode_frame(answer, ANSWER_TAG, county.key), county)
    return request, answer


def proved(*everybody):
    for end in everybody:
        list(end.log.verify())
        list(end.feed.verify())


def until_early(county, two):
    for _ in range(2):
        request, answer = one_round(county, two)
    assert request.recent
    assert answer.recent
    return answer


def test_a_fresh_station_has_the_newest_case_and_whom_it_names_long_before_the_feed_comes_to_them(ends):
    county, _one, two = ends
    first, answer = one_round(county, two)
    assert (first.recent, answer.recent, answer.more) == (0, [], True)
    request, answer = one_round(county, two)
    assert request.recent == BUDGET // 2
    assert answer.more
    assert two.states()[NEW] == county.states()[NEW]
    assert two.states()[PERSON] == county.states()[PERSON]
    assert len(two.states()) < len(county.states())
    proved(two)


def test_what_came_early_is_neither_pending_nor_safe_nor_offered_back_until_the_feed_has_come_to_it(ends):
    county, _one, two = ends
    until_early(county, two)
    early = [act.act_id for act in two.log.case(NEW)]
    assert early
    assert two.feed.pending() == 0
    assert not any(two.feed.act_at_county(act_id) for act_id in early)
    seen = []
    while two.feed.newest_under_way():
        request, answer = one_round(county, two)
        seen.append(answer)
        assert (request.recent, request.recovered, answer.recent) == (0, [], [])
    assert len(seen) > 2
    assert all(two.feed.act_at_county(act_id) for act_id in early)
    assert two.feed.adrift(1 << 20) == []
    assert two.states() == county.states()
    proved(county, two)
    request, _answer = one_round(county, two)
    assert request.q  # and it never asks for them again


def test_an_answer_with_the_newest_cases_is_small_however_much_the_line_carries(ends):
    county, _one, two = ends
    one_round(county, two)
    request, frame = two.ask(1 << 20)
    answer = open_frame(county.serve(frame, two), Answer, ANSWER_TAG, county.key.public)
    brought = sum(len(bytes(raw)) for run in answer.recent for raw in run.a)
    pulled = sum(len(bytes(raw)) for pull in answer.pull for run in pull.runs for raw in run.a)
    assert 0 < brought <= request.recent
    assert brought + pulled <= request.recent + 1_000


def test_a_case_that_has_no_room_is_passed_over_and_never_cut(ends):
    county, one, two = ends
    one.write("d" * 32, "summary", "长" * 2_000)
    one.settle(county)
    one_round(county, two)
    _request, answer = one_round(county, two)
    brought = b" ".join(bytes(raw) for run in answer.recent for raw in run.a)
    assert b"d" * 32 not in brought
    assert two.states()[NEW] == county.states()[NEW]


def test_the_newest_case_is_shown_whole_and_no_case_of_another_desk_with_it(ends):
    county, _one, two = ends
    other = SimStation(random.Random(3), 3, "2")
    county.admit(other, "office/2")
    other.write("c" * 32, "summary", "别的单位的事项")
    other.settle(county)
    answer = until_early(county, two)
    brought = [bytes(raw) for run in answer.recent for raw in run.a]
    assert sum(NEW.encode() in content for content in brought) == len(county.log.case(NEW))
    assert not any(b"c" * 32 in content for content in brought)


def test_a_county_put_back_between_the_newest_cases_and_the_feed_gets_them_again(ends):
    county, one, two = ends
    held = county.log.case(NEW)
    until_early(county, two)
    # The copy ends where this station's cursor stands: its claims are good, and nothing else shows what is gone.
    cursor = two.feed.cursor(OFFICE_SCOPE).n
    county.restore(kept_up_to(county, one, cursor))
    assert not county.log.has_case(NEW)
    for _ in range(4):
        two.settle(county)
    assert {act.act_id for act in county.log.case(NEW)} == {act.act_id for act in held}
    assert two.feed.adrift(1 << 20) == []
    proved(county, two)


def kept_up_to(county, one, seq):
    """A copy of the county as it was when its feed ended at ``seq``: its author brings only so much of its log."""
    copy = SimCounty(random.Random(1))
    copy.key, copy.grants = county.key, county.grants
    request, _frame = one.ask(1 << 20)
    me = one.log.writer(one.identity.writer)
    entries = one.log.entries(me.writer, 0, seq)
    full = msgspec.structs.replace(
        request, q=b"", feeds={}, own={}, push=[run_of(entries, before=b"")], recovered=[], limit=1,
        writers={me.writer: [me.station, me.office, me.public_key, me.birth]},
    )  # fmt: skip
    full = msgspec.json.decode(msgspec.json.encode(full), type=type(request))
    copy.serve(encode_frame(full, REQUEST_TAG, one.key), one)
    assert copy.feed.head(OFFICE_SCOPE).n == seq
    return copy.db


def test_a_station_put_back_to_nothing_is_not_shown_its_own_acts_early_and_finds_that_its_log_has_forked(ends):
    county, one, _two = ends
    again = SimStation(random.Random(6), 1)
    again.key = one.key
    again.db.execute("UPDATE me SET writer = ?, key = ?", one.db.execute("SELECT writer, key FROM me").fetchone())
    me = one.log.writer(one.identity.writer)
    again.log.add_writer(me.writer, me.station, me.office, me.public_key, me.birth)
    again.feed.add_own_writer(me.writer)
    for _ in range(60):
        _request, answer = one_round(county, again)
        assert not any(run.w == me.writer for run in answer.recent)
    assert {row.writer: row.state for row in again.log.writers()}[me.writer] == "forked"
    assert again.states() == county.states()
    proved(again)


def test_the_request_asked_ahead_of_the_first_answer_asks_for_the_newest_too_and_the_next_does_not(ends):
    county, _one, two = ends
    request, frame = two.ask(BUDGET)
    answer = open_frame(county.serve(frame, two), Answer, ANSWER_TAG, county.key.public)
    ahead = next_request(request, answer)
    assert ahead is not None
    assert ahead.recent == BUDGET // 2
    silent = msgspec.structs.replace(answer, caps=[cap for cap in answer.caps if cap != RECENT])
    plain = next_request(request, silent)
    assert plain is not None
    assert plain.recent == 0
    behind = next_request(ahead, answer)
    assert behind is None or behind.recent == 0


def test_a_report_by_stick_does_not_ask(ends):
    county, _one, two = ends
    one_round(county, two)
    assert two.feed.wants_newest()
    assert [request.recent for request in requests_ahead(two.log, two.db, two.identity)] == [0]


def test_a_county_put_back_to_an_earlier_release_is_asked_for_the_feed_alone(county, new_station):
    one, two = new_station("one", county), new_station("two", county, window="2")
    one.write(*[one.act(f"{number:032x}", {"summary": "反映征地补偿款未按时发放"}) for number in range(60)])
    one.sync(county.url)
    line = EarlierCounty(county.url, two.key.public)
    while two.round(line, BUDGET).more:
        pass
    line.close()
    assert line.refused == 1
    assert two.states() == county.states()
