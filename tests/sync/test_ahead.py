"""A station asks the next thing while it still takes in the last: the same acts, whatever is lost in between."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from sync.client import HttpTransport, go_round
from sync.exchange import next_request, push_ahead
from sync.protocol import Answer, Mark, Request, Rewind
from tests.sync.harness import County, Station

BUDGET = 4_000


def fill(station: Station, count: int) -> None:
    for number in range(count):
        station.write(station.act(f"{number:032x}", {"summary": "反映征地补偿款未按时发放", "number": number}))


def ahead_of(station: Station, request: Request, answer: Answer) -> Request | None:
    return next_request(request, answer, push_ahead(station.log, request, BUDGET))


def asked(line: HttpTransport, station: Station, request: Request) -> Answer:
    return go_round(line, request, station.key, station.certificate)[0]


@pytest.fixture
def line(county: County):
    made = HttpTransport(county.url)
    yield made
    made.close()


def all_ahead(line: HttpTransport, station: Station) -> int:
    """Every answer is taken in only when the one behind it has come; the number of rounds asked ahead."""
    request: Request | None = station.request(BUDGET)
    waiting: tuple[Request, Answer] | None = None
    count = 0
    while request is not None:
        answer = asked(line, station, request)
        if waiting is not None:
            station.apply(*waiting)
        waiting, request = (request, answer), ahead_of(station, request, answer)
        count += request is not None
    assert waiting is not None
    station.apply(*waiting)
    return count


def test_what_is_asked_ahead_brings_and_fetches_every_act_once(county, new_station, line):
    one, two = new_station("one", county), new_station("two", county, window="2")
    fill(one, 60)
    assert all_ahead(line, one) > 3
    assert one.feed.pending() == 0
    one.verify()
    assert all_ahead(line, two) > 3
    two.verify()
    one.sync(county.url)  # the numbers leased to the other window meanwhile
    assert two.states() == one.states() == county.states()


def test_an_answer_behind_one_that_was_lost_changes_no_cursor(county, new_station, line):
    one, two = new_station("one", county), new_station("two", county, window="2")
    fill(one, 60)
    one.sync(county.url)
    first = two.request(BUDGET)
    answer = asked(line, two, first)
    second = ahead_of(two, first, answer)
    assert second is not None
    late = asked(line, two, second)
    two.apply(second, late)  # the station ended before it had taken in the first, and began anew
    assert (two.log.count(), two.feed.cursor("office/370205").n) == (0, 0)
    two.apply(first, answer)
    two.apply(second, late)
    two.sync(county.url)
    one.sync(county.url)
    two.verify()
    assert two.states() == one.states()


def test_a_push_ahead_of_an_answer_that_was_lost_is_found_by_the_next_claim(county, new_station, line):
    one = new_station("one", county)
    fill(one, 40)
    first = one.request(BUDGET)
    second = ahead_of(one, first, asked(line, one, first))
    assert second is not None
    asked(line, one, second)  # both are taken at the county; the station heard neither
    one.sync(county.url)
    one.verify()
    assert one.feed.pending() == 0
    assert one.states() == county.states()


def test_what_only_taking_in_can_tell_is_not_asked_ahead(county, new_station, line):
    one = new_station("one", county)
    fill(one, 40)
    request = one.request(BUDGET)
    answer = asked(line, one, request)
    assert ahead_of(one, request, answer) is not None
    changes: tuple[dict[str, Any], ...] = (
        {"same": True},
        {"full": True},
        {"fork": ["f" * 32]},
        {"broken": {"f" * 32: "bad_run"}},
        {"reject": {"a" * 32: "scope_refused"}},
        {"lost": ["a" * 32]},
        {"have": {}},
        {"rewind": {"dict": Rewind(claim=Mark(1, bytes(16)))}},
    )
    for change in changes:
        assert ahead_of(one, request, msgspec.structs.replace(answer, **change)) is None
    (run,) = request.push
    asked_more: tuple[dict[str, Any], ...] = ({"recovered": [run]}, {"checkpoints": {"dict": []}})
    for asks in asked_more:
        assert next_request(msgspec.structs.replace(request, **asks), answer, [run]) is None


def test_a_county_that_took_less_than_was_brought_is_not_hurried(county, new_station, line):
    one = new_station("one", county)
    fill(one, 40)
    request = one.request(BUDGET)
    answer = asked(line, one, request)
    (run,) = request.push
    short = msgspec.structs.replace(answer, have={run.w: Mark(run.n, bytes(32))})
    assert ahead_of(one, request, short) is None
