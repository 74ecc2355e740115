"""Rounds written ahead: a station says all it has without hearing, a county answers all that would be asked."""

from __future__ import annotations

import itertools
import random

from sync.exchange import Applied
from sync.exchange.courier import answers_ahead, fitted, requests_ahead
from sync.log.station_feed import StationFeed
from sync.protocol import Answer, Request
from tests.sync.bundle.ends import OFFICE, Desk, copy_county


def work(desk: Desk, visits: int, start: int = 0) -> None:
    for number in range(start, start + visits):
        desk.set(f"matter/{desk.path.stem}/{number}", summary="占地补偿" * 20, note="甲" * 200)


def take_all(desk: Desk, answers: list[Answer]) -> list[Applied]:
    return [desk.take(answer)[0] for answer in answers]


def test_all_that_a_station_has_goes_into_several_requests_of_one_snapshot(desk, county):
    work(desk, 60)
    requests = desk.requests(budget=8_000)
    assert len(requests) > 4
    places = [(run.n, run.n + len(run.a)) for request in requests for run in request.push]
    assert places[0][0] == 1
    assert all(one[1] == two[0] for one, two in itertools.pairwise(places))
    assert places[-1][1] == 61
    assert len({str(request.own) for request in requests}) == 1


def test_a_station_with_nothing_to_say_asks_once_in_full(desk):
    (request,) = desk.requests()
    assert not request.q
    assert request.own


def test_writing_ahead_changes_nothing_at_the_station(desk):
    work(desk, 20)
    before = desk.dump()
    assert [run.n for request in desk.requests(4_000) for run in request.push] == [
        run.n for request in desk.requests(4_000) for run in request.push
    ]
    assert desk.dump() == before


def test_one_way_and_one_way_back_is_enough_for_everything(desk, county):
    work(desk, 60)
    answers = desk.carry(county, budget=8_000)
    take_all(desk, answers)
    assert desk.feed.pending() == 0
    assert desk.states() == county.case_bytes()
    desk.verify()
    county.verify()


def test_a_new_station_gets_a_long_history_in_one_reply(desk, county, tmp_path):
    work(desk, 80)
    take_all(desk, desk.carry(county))
    other = Desk(tmp_path / "two.db")
    other.enrol_at(county, window="2")
    answers = other.carry(county, budget=6_000)
    assert len(answers) > 5
    assert not answers[-1].more
    take_all(other, answers)
    assert other.states() == county.case_bytes()
    other.verify()
    other.close()


def test_a_reply_has_a_size_and_the_next_goes_on_behind_it(desk, county, tmp_path):
    work(desk, 80)
    take_all(desk, desk.carry(county))
    other = Desk(tmp_path / "two.db")
    other.enrol_at(county, window="2")
    take_all(other, other.carry(county, budget=6_000, most=20_000))
    seen = len(other.states())
    assert 0 < seen < 60
    take_all(other, other.carry(county, budget=6_000))
    assert other.states() == county.case_bytes()
    other.close()


def test_a_county_that_was_restored_says_at_once_where_to_go_back_to(desk, county, tmp_path):
    """No second journey for checkpoints: they travel with every report."""
    work(desk, 10)
    take_all(desk, desk.carry(county))
    restored = copy_county(county, tmp_path / "old")
    work(desk, 10, 10)
    take_all(desk, desk.carry(county))
    try:
        restored.record_office({"code": OFFICE, "name": "别的名称"})  # so that its feed goes another way
        take_all(desk, desk.carry(restored))
        take_all(desk, desk.carry(restored))  # what the rewind made pending again
        assert desk.feed.pending() == 0
        assert desk.states() == restored.case_bytes()
        desk.verify()
        restored.verify()
    finally:
        restored.close()


def test_replies_overlapping_in_any_order_end_in_the_same_state(desk, county, tmp_path):
    """Three replies to claims of different age, cut at different places; every order of them."""
    batches: list[list[Answer]] = []
    for budget in (5_000, 7_000, 3_000):
        work(desk, 12, 100 * len(batches))
        batches.append(desk.carry(county, budget=budget))
        if len(batches) == 1:
            take_all(desk, batches[0])
    start = desk.path.read_bytes()
    desk.db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    start = desk.path.read_bytes()
    ends = set()
    for place, order in enumerate(itertools.permutations(range(3))):
        path = tmp_path / f"order{place}.db"
        path.write_bytes(start)
        copy = Desk(path)
        copy.apply_replies([batches[one] for one in order])
        copy.verify()
        assert copy.feed.pending() == 0
        assert copy.states() == county.case_bytes()
        ends.add(repr((copy.feed.cursors(), sorted(copy.states().items()))))
        copy.close()
    assert len(ends) == 1


def test_a_reply_that_begins_behind_what_is_held_is_told_and_brings_no_act(desk, county):
    work(desk, 10)
    first = desk.carry(county)
    pretender = desk.twin()
    take_all(pretender, first)
    other = Desk(desk.path.with_name("three.db"))
    other.enrol_at(county, window="3")
    work(other, 5)
    take_all(other, other.carry(county))
    second = pretender.carry(county)
    before = (desk.states(), desk.feed.cursors(), desk.feed.pending())
    done = desk.apply_replies([second])
    assert done.gap
    assert (desk.states(), desk.feed.cursors(), desk.feed.pending()) == before
    done = desk.apply_replies([second, first])
    assert not done.gap
    assert desk.states() == county.case_bytes()
    other.close()
    pretender.close()


def test_a_pull_of_another_history_is_not_cut_to_fit(desk, county):
    """The part left out must roll to the very hash the station holds."""
    work(desk, 10)
    answers = desk.carry(county, budget=3_000)
    take_all(desk, answers[:2])
    whole = next(answer for answer in desk.twin_answers(county) if answer.pull)
    cut, ahead = fitted(desk.feed, whole)
    assert not ahead
    assert cut.pull
    assert cut.pull[0].after.n == desk.feed.cursor(cut.pull[0].scope).n
    scope = cut.pull[0].scope
    desk.db.execute("UPDATE cursor SET roll_hash = ? WHERE scope = ?", (bytes(16), scope))
    assert not [pull for pull in fitted(StationFeed(desk.db), whole)[0].pull if pull.scope == scope]


def test_a_report_read_twice_or_an_older_one_after_a_newer_does_no_harm(desk, county):
    work(desk, 10)
    older = desk.requests()
    work(desk, 10, 10)
    newer = desk.requests()
    row = county.station(desk.identity.station)
    assert row is not None
    for requests in (newer, older, newer, older):
        list(answers_ahead(requests, lambda request: county.exchange(request, row), 1 << 30))
    assert county.counts()["acts"] == 20 + county.log.writer(county.writer).have.n
    county.verify()
    take_all(desk, desk.carry(county))
    assert desk.feed.pending() == 0


def test_reports_lost_late_and_doubled_for_a_year_end_level(desk, county, tmp_path):
    """Fifty-two weekly journeys of two stations: reports and replies are lost, come late, or are read twice."""
    chance = random.Random(5)
    other = Desk(tmp_path / "two.db")
    other.enrol_at(county, window="2")
    desks = (desk, other)
    late_reports: list[tuple[Desk, list[Request]]] = []
    late_replies: list[tuple[Desk, list[Answer]]] = []

    def bring(who: Desk, requests: list[Request]) -> None:
        answers = who.answers(county, requests)
        fate = chance.random()
        if fate < 0.5:
            who.apply_replies([answers])
        elif fate < 0.7:
            late_replies.append((who, answers))

    for week in range(52):
        for who in desks:
            work(who, chance.randrange(4), 10 * week)
            requests = who.requests(3_000)
            fate = chance.random()
            if fate < 0.55:
                bring(who, requests)
            elif fate < 0.75:
                late_reports.append((who, requests))
        if late_reports and chance.random() < 0.4:
            bring(*late_reports.pop(chance.randrange(len(late_reports))))
        if late_replies and chance.random() < 0.4:
            who, answers = late_replies[chance.randrange(len(late_replies))]
            who.apply_replies([answers])  # stays in the list: the same reply may be read again
        for who in desks:
            who.verify()
    for _ in range(2):
        for who in desks:
            who.apply_replies([who.carry(county)])
    for who in desks:
        who.verify()
        assert who.feed.pending() == 0
        assert who.states() == county.case_bytes()
    county.verify()
    other.close()


def test_requests_ahead_is_what_build_request_would_say_with_all_answers_heard(desk, county):
    """The union of what is pushed ahead is what rounds on a line would push."""
    work(desk, 30)
    with desk.transaction():
        ahead = list(requests_ahead(desk.log, desk.db, desk.identity, 2_000))
    pushed = [bytes(raw) for request in ahead for run in request.push for raw in run.a]
    assert pushed == [entry.content for entry in desk.log.entries(desk.identity.writer, 0)]
