"""A county put back forgets what it refused and shows it by nothing else: stations ask whether it still holds it."""

from __future__ import annotations

import random

import msgspec
import pytest

from domain.faults import SurroundingsFault
from sync.client import HttpTransport
from sync.exchange import answer_request, begin_incarnation
from sync.log.station_refusals import TOLD_AT_ONCE
from sync.protocol import ANSWER_TAG, REFUSALS, REQUEST_TAG, Answer, Request, WireDamaged, encode_frame, open_frame
from tests.sync.simulation import OFFICE_SCOPE, SimCounty, SimStation

SECRET = "restricted/1"


@pytest.fixture
def ends():
    rng = random.Random(7)
    county = SimCounty(rng)
    one, two = SimStation(rng, 1), SimStation(rng, 2)
    county.admit(one)
    county.admit(two)
    return county, one, two


def forked(station):
    """The desk finds that its file is not what it was, and goes on under a new writer."""
    station.db.execute("BEGIN IMMEDIATE")
    begin_incarnation(station.log, station.feed, station.reborn(), station.station, station.office)
    station.db.execute("COMMIT")


def refused_beside_the_chain(county, one, count=1):
    """Acts of a forked log that the county refuses."""
    one.settle(county)
    acts = [one.write("1" * 32, "a", str(n), SECRET).act_id for n in range(count)]
    forked(one)
    one.settle(county)  # the new writer is introduced and the old acts are refused
    assert set(acts) == set(one.feed.refused())
    return acts


def test_a_refused_act_that_a_county_put_back_forgot_is_brought_and_refused_again(ends):
    county, one, _two = ends
    one.settle(county)
    forked(one)
    one.settle(county)
    empty = county.copy()  # knows both writers, and no act
    act = one.act("1" * 32, "a", "x", SECRET)
    one.commit(act)
    forked(one)
    one.settle(county)
    assert one.feed.refused() == {act.act_id: "scope_refused"}
    lay = county.dump()["act"]
    one.settle(county)
    assert county.dump()["act"] == lay  # asking moved nothing
    county.restore(empty)
    assert not county.log.has(act.act_id)
    one.settle(county)
    assert county.log.has(act.act_id)
    assert one.feed.refused() == {act.act_id: "scope_refused"}
    assert one.feed.pending() == 0


def test_a_round_without_news_names_the_refused_act_and_a_desk_without_one_says_nothing_more(ends):
    county, one, two = ends
    [act_id] = refused_beside_the_chain(county, one)
    two.settle(county)
    for station, told in ((one, [act_id]), (two, [])):
        request, frame = station.ask(1 << 20)
        assert request.q
        assert request.told == told
        answer = open_frame(county.serve(frame, station), Answer, ANSWER_TAG, county.key.public)
        assert (answer.same, answer.lost) == (True, [])


def test_a_county_that_does_not_read_the_question_is_not_asked(ends):
    county, one, _two = ends
    refused_beside_the_chain(county, one)
    request, _ = one.ask(1 << 20)
    assert request.told
    one.take(request, encode_frame(Answer(t=0, full=True, caps=["zstd"]), ANSWER_TAG, county.key), county)
    request, _ = one.ask(1 << 20)
    assert request.told == []
    one.take(request, encode_frame(Answer(t=0, full=True, caps=["zstd", REFUSALS]), ANSWER_TAG, county.key), county)
    assert one.ask(1 << 20)[0].told


def test_more_refused_acts_than_one_request_names_take_turns_and_all_come_back(ends):
    county, one, _two = ends
    empty = county.copy()
    acts = refused_beside_the_chain(county, one, TOLD_AT_ONCE + 3)
    named = []
    for _ in range(3):
        request, frame = one.ask(1 << 20)
        named.append(request.told)
        one.take(request, county.serve(frame, one), county)
    assert [len(told) for told in named] == [TOLD_AT_ONCE, 3, TOLD_AT_ONCE]
    assert named[0] + named[1] == acts
    county.restore(empty)
    for _ in range(3):
        one.settle(county)
    assert not county.log.lacking(acts)
    assert set(one.feed.refused()) == set(acts)


def test_a_county_that_lacks_an_act_asked_after_says_so_and_leases_the_desk_nothing_in_that_round(ends):
    county, one, _two = ends
    for _ in range(2):
        one.settle(county)
    short, _ = one.ask(1 << 20)
    one.feed.set_flag("ask_full", on=True)
    whole, _ = one.ask(1 << 20)
    level: list[frozenset[str]] = []
    for request, told in ((short, []), (short, ["ab" * 16]), (whole, []), (whole, ["ab" * 16])):
        answer = answer_request(
            county.log, county.feed, msgspec.structs.replace(request, told=told), county.grants[one.station],
            county.project, 0, settle=lambda writers, _quiet: level.append(writers),
        )  # fmt: skip
        assert answer.lost == told
        assert (answer.same, answer.full) == (bool(request.q and not told), bool(request.q and told))
    own = frozenset({one.identity.writer})
    assert level == [own, own, frozenset()]


def test_an_answer_that_calls_a_chained_act_lost_makes_nothing_be_brought_beside_the_chain(ends):
    county, one, _two = ends
    act = one.write("1" * 32, "a", "x", SECRET)
    one.settle(county)
    request, _ = one.ask(1 << 20)
    lost = encode_frame(Answer(t=0, same=True, lost=[act.act_id]), ANSWER_TAG, county.key)
    one.take(request, lost, county)
    assert one.feed.adrift(1 << 20) == []
    assert one.feed.refused() == {act.act_id: "scope_refused"}


def test_what_a_neighbour_brought_back_and_heard_the_refusal_of_is_told_its_author_whose_twin_asks_in_turn(ends):
    """Two machines of one desk claim other logs in turn, and neither ever hears that nothing is new."""
    county, one, _two = ends
    twin = one.twin(random.Random(3))
    one.settle(county)
    act = one.write("1" * 32, "a", "x", SECRET)
    forked(twin)
    twin.settle(county)
    one.settle(county)
    one.db.execute("DELETE FROM refused_act")  # as if another had brought it and heard
    one.feed.set_county_n(one.identity.writer, 1)
    twin.settle(county)
    for _ in range(3):
        one.settle(county)
        twin.settle(county)
    assert one.feed.refused() == {act.act_id: "scope_refused"}
    assert one.feed.pending() == 0


def test_acts_a_twin_wrote_under_a_key_that_is_superseded_are_taken_on_the_word_of_its_desk(ends):
    county, one, _two = ends
    one.write("1" * 32, "a", "x", OFFICE_SCOPE)
    one.settle(county)
    early = county.copy()
    twin = one.twin(random.Random(3))
    forked(twin)
    act = twin.write("1" * 32, "a", "y", OFFICE_SCOPE)
    twin.settle(county)
    one.settle(county)  # sees what the twin wrote
    county.restore(early)
    one.key = type(one.key)(bytes([9]) * 32)  # the desk enrols anew; the twin is served no more
    county.admit(one)
    for writer in one.feed.own_writers():
        row = one.log.writer(writer)
        birth = one.key.sign_birth(one.station, writer, row.public_key)
        one.log.name_writer(writer, row.station, row.office, row.public_key, birth)
    one.feed.introduce_again(one.feed.own_writers())
    for _ in range(3):
        one.settle(county)
    assert county.log.has(act.act_id)
    assert county.log.writer(twin.identity.writer).attested
    assert county.db.execute("SELECT count(*) FROM attested").fetchone()[0] == 1
    assert one.states() == county.states()
    assert one.feed.pending() == 0


def test_to_be_told_off_without_ever_having_been_let_in_opens_no_case_and_who_was_let_in_may_still_answer(ends):
    county, one, _two = ends
    other = SimStation(random.Random(4), 3, "2")
    for station in (one, other):
        county.admit(station, station.home, "county", "dict")
    one.write("1" * 32, "a", "x", OFFICE_SCOPE)
    one.share("1" * 32, "county", joined=False)
    one.write("2" * 32, "a", "x", OFFICE_SCOPE)
    one.share("2" * 32, "county")
    one.settle(county)
    other.settle(county)
    assert other.log.has_case("2" * 32)
    guessed = other.write("1" * 32, "a", "guessed").act_id
    answered = other.write("2" * 32, "a", "z").act_id  # written before it hears that it has left
    one.share("2" * 32, "county", joined=False)
    one.settle(county)
    other.settle(county)
    assert other.feed.refused() == {guessed: "case_not_yours"}
    one.settle(county)
    assert one.log.has(answered)
    assert not one.log.has(guessed)


class EarlierCounty(HttpTransport):
    """The way to a county that was put back to a release which does not know the question."""

    def __init__(self, url: str, key: bytes) -> None:
        super().__init__(url)
        self._key = key
        self.refused = 0

    def exchange(self, frame: bytes) -> bytes:
        try:
            request = open_frame(frame, Request, REQUEST_TAG, self._key)
            newer = bool(request.told or request.recent)
        except WireDamaged:
            newer = False
        if newer:
            self.refused += 1
            raise SurroundingsFault("county_refused", facts={"status": 400, "reason": "bad_message"})
        return super().exchange(frame)


def test_a_county_put_back_to_an_earlier_release_is_asked_again_without(county, new_station):
    one = new_station("one", county)
    one.sync(county.url)
    act = one.act("1" * 32, {"a": "x"}, scope="restricted/370299")
    one.write(act)
    with one.transaction():
        begin_incarnation(one.log, one.feed, one.reborn(), one.identity.station, one.identity.office)
    one.read_me()
    one.sync(county.url)
    assert set(one.feed.refused()) == {act.act_id}
    line = EarlierCounty(county.url, one.key.public)
    for _ in range(2):
        one.round(line)
    line.close()
    assert line.refused == 2
    assert set(one.feed.refused()) == {act.act_id}
