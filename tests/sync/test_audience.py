"""Who is shown what: sharing, joining late, leaving, guessed and restricted cases, a county restored between."""

from __future__ import annotations

import random

import pytest

from domain.acts import encode_act
from sync.exchange import begin_incarnation
from sync.protocol import ANSWER_TAG, Answer, open_frame
from tests.sync.simulation import SimCounty, SimStation

CASE = "c" * 32


class Desks:
    """A county with two offices, their desks, and a restricted desk."""

    def __init__(self) -> None:
        rng = random.Random(11)
        self.county = SimCounty(rng)
        self.a, self.b, self.c = (SimStation(rng, number, str(number)) for number in (1, 2, 3))
        self.secret = SimStation(rng, 9, "9")
        self.secret.home = "restricted/9"
        for station in (self.a, self.b, self.c):
            self.county.admit(station, station.home, "dict")
        self.county.admit(self.secret, "restricted/9", "dict")
        self.everybody = (self.a, self.b, self.c, self.secret)

    def settle(self) -> None:
        for _ in range(3):
            for station in self.everybody:
                station.settle(self.county)

    def proved(self) -> None:
        for end in (self.county, *self.everybody):
            list(end.log.verify())
            list(end.feed.verify())

    def held(self, station: SimStation) -> set[str]:
        return {bytes(row[0]).hex() for row in station.db.execute("SELECT act_id FROM act")}


@pytest.fixture
def desks() -> Desks:
    found = Desks()
    found.settle()
    return found


def test_a_desk_that_joins_is_given_the_whole_case_first_and_then_what_comes(desks):
    before = [desks.a.write(CASE, "summary", f"第{n}稿").act_id for n in range(3)]
    desks.settle()
    assert not desks.held(desks.b)
    shared = desks.a.share(CASE, "office/2").act_id
    later = desks.a.write(CASE, "stage", "referred").act_id
    desks.settle()
    feed = desks.county.db.execute(
        "SELECT a.act_id FROM feed f JOIN act a ON a.seq = f.act_seq WHERE f.scope = 'office/2' ORDER BY f.seq"
    )
    assert [bytes(row[0]).hex() for row in feed] == [*before, shared, later]
    assert desks.b.states() == desks.a.states() == desks.county.states()
    desks.proved()


def test_what_the_receiving_desk_writes_comes_back_to_the_first(desks):
    desks.a.write(CASE, "summary", "x")
    desks.a.share(CASE, "office/2")
    desks.settle()
    answer = desks.b.write(CASE, "stage", "accepted")
    assert answer.scope == "office/2"
    desks.settle()
    assert desks.a.states() == desks.b.states() == desks.county.states()
    assert (desks.a.feed.pending(), desks.b.feed.pending()) == (0, 0)
    assert not desks.held(desks.c)
    desks.proved()


def test_a_desk_that_leaves_is_told_so_last_and_keeps_what_it_was_shown(desks):
    desks.a.write(CASE, "summary", "x")
    desks.a.share(CASE, "office/2")
    desks.settle()
    left = desks.a.share(CASE, "office/1", joined=False)
    unseen = desks.b.write(CASE, "stage", "accepted")
    desks.settle()
    assert left.act_id in desks.held(desks.a)
    assert desks.a.feed.case_left(CASE)
    assert not desks.b.feed.case_left(CASE)
    after = desks.b.write(CASE, "stage", "answered")
    desks.settle()
    assert {unseen.act_id, after.act_id}.isdisjoint(desks.held(desks.a))
    assert desks.b.states() == desks.county.states()
    desks.proved()


def test_what_was_written_in_good_faith_before_the_leaving_was_known_is_taken(desks):
    desks.a.write(CASE, "summary", "x")
    desks.a.share(CASE, "office/2")
    desks.settle()
    desks.a.share(CASE, "office/2", joined=False)
    desks.a.settle(desks.county)
    late = desks.b.write(CASE, "stage", "accepted")
    desks.b.settle(desks.county)
    assert desks.b.feed.refused() == {}
    desks.settle()
    assert late.act_id in desks.held(desks.a)
    assert desks.b.feed.case_left(CASE)
    desks.proved()


def test_two_windows_disagree_about_an_audience_and_nobody_responsible_is_left_without_the_record(desks):
    desks.a.write(CASE, "summary", "x")
    desks.a.share(CASE, "office/2")
    desks.settle()
    desks.a.share(CASE, "office/3")
    desks.b.share(CASE, "office/3", joined=False)
    desks.settle()
    assert desks.held(desks.c) == desks.held(desks.a)
    desks.proved()


def test_an_act_into_a_case_one_was_never_shown_is_kept_and_not_delivered(desks):
    desks.a.write(CASE, "summary", "x")
    desks.settle()
    guessed = desks.b.write(CASE, "summary", "冒入")
    grab = desks.b.share(CASE, "office/2")
    other = desks.b.write("d" * 32, "summary", "本单位的")
    desks.settle()
    assert desks.b.feed.refused() == {guessed.act_id: "case_not_yours", grab.act_id: "case_not_yours"}
    assert desks.held(desks.b) == {guessed.act_id, grab.act_id, other.act_id}
    assert desks.b.feed.pending() == 0
    assert desks.county.log.has(guessed.act_id)
    assert guessed.act_id not in desks.county.states()[CASE].decode()
    desks.proved()


def test_restricted_and_other_scopes_never_mix_in_a_case(desks):
    secret = desks.secret.write(CASE, "summary", "检举")
    desks.settle()
    out = desks.secret.share(CASE, "office/1")
    desks.a.write("d" * 32, "summary", "求决")
    into = desks.a.share("d" * 32, "restricted/9")
    desks.settle()
    assert desks.secret.feed.refused() == {out.act_id: "restricted_mixed"}
    assert desks.a.feed.refused() == {into.act_id: "restricted_mixed"}
    assert not desks.held(desks.b)
    assert desks.held(desks.secret) == {secret.act_id, out.act_id}
    desks.proved()


def test_nothing_is_shared_into_the_tables_everybody_reads(desks):
    desks.a.write(CASE, "summary", "x")
    wrong = [desks.a.share(CASE, scope).act_id for scope in ("dict", "office/", "somewhere")]
    desks.settle()
    assert desks.a.feed.refused() == dict.fromkeys(wrong, "scope_refused")
    assert not desks.held(desks.b)
    desks.proved()


def test_no_byte_of_another_audiences_case_leaves_the_county(desks):
    writer = desks.secret.identity.writer
    act = desks.secret.write(CASE, "summary", "检举某人")
    desks.secret.settle(desks.county)
    for station in (desks.a, desks.b):
        station.feed.set_flag("ask_full", True)
        _, frame = station.ask(1 << 20)
        reply = desks.county.serve(frame, station)
        answer = open_frame(reply, Answer, ANSWER_TAG, desks.county.key.public)
        text = str(answer)
        assert act.act_id not in text
        assert writer not in text
        assert "restricted" not in text
        assert not answer.pull


def test_a_county_restored_to_before_a_share_is_refilled_and_shows_everybody_the_same(desks):
    desks.a.write(CASE, "summary", "x")
    desks.settle()
    older = desks.county.copy()
    desks.a.share(CASE, "office/2")
    desks.settle()
    desks.b.write(CASE, "stage", "accepted")
    desks.settle()
    before = desks.county.states()
    for first, second in ((desks.a, desks.b), (desks.b, desks.a)):
        desks.county.restore(older)
        first.settle(desks.county)
        second.settle(desks.county)
        desks.settle()
        assert desks.county.states() == before == desks.a.states() == desks.b.states()
        assert (desks.a.feed.refused(), desks.b.feed.refused()) == ({}, {})
        desks.proved()


def test_a_case_comes_back_from_the_desk_it_was_shared_with_when_its_first_desk_is_gone(desks):
    empty = desks.county.copy()
    desks.a.commit(desks.a.act(CASE, "summary", "x"), desks.a.act("d" * 32, "summary", "不移送", after=1))
    desks.a.share(CASE, "office/2")
    desks.settle()
    desks.b.write(CASE, "stage", "accepted")
    desks.settle()
    before = desks.county.states()[CASE]
    desks.county.restore(empty)
    for _ in range(2):
        desks.b.settle(desks.county)
    assert desks.county.states()[CASE] == before
    assert desks.b.states()[CASE] == before
    desks.settle()  # its first desk is found again after all
    assert desks.county.states()[CASE] == before == desks.a.states()[CASE]
    assert (desks.a.feed.pending(), desks.b.feed.pending()) == (0, 0)
    desks.proved()


def test_an_act_keeps_its_bytes_on_its_way_through_two_feeds(desks):
    act = desks.a.write(CASE, "summary", "龘𠮷")
    desks.a.share(CASE, "office/2")
    desks.settle()
    for station in (desks.a, desks.b, desks.county):
        row = station.db.execute("SELECT content FROM act WHERE act_id = ?", (bytes.fromhex(act.act_id),)).fetchone()
        assert bytes(row[0]) == encode_act(act)


def test_an_act_its_author_may_no_longer_bring_is_taken_from_the_desk_that_was_shown_it(desks):
    """Restored to before the case, the county hears the second desk's act first and takes the case for its own."""
    empty = desks.county.copy()
    desks.a.write(CASE, "summary", "x")
    desks.a.share(CASE, "office/2")
    desks.settle()
    answer = desks.b.write(CASE, "stage", "accepted").act_id
    desks.settle()
    before = desks.county.states()[CASE]
    desks.county.restore(empty)
    while answer not in held_at(desks.county):
        request, frame = desks.b.ask(1)  # whole commits, one at a time
        desks.b.take(request, desks.county.serve(frame, desks.b), desks.county)
    assert held_at(desks.county) == {answer}, "the second desk's own act comes first"
    desks.a.settle(desks.county)
    assert set(desks.county.feed.rejected(desks.a.identity.writer, 1, 9).values()) == {"case_not_yours"}
    desks.settle()
    assert desks.county.states()[CASE] == desks.a.states()[CASE] == desks.b.states()[CASE] == before
    assert (desks.a.feed.pending(), desks.b.feed.pending()) == (0, 0)
    desks.proved()


def test_what_a_county_refused_and_then_forgot_is_offered_again_though_its_writer_is_forked(desks):
    """The refusal was the word of a past that is gone: without the offer the act would lie on this disk alone."""
    empty = desks.county.copy()
    desks.b.write(CASE, "stage", "accepted")
    desks.b.settle(desks.county)
    desks.a.write("d" * 32, "summary", "mine")
    refused = desks.a.write(CASE, "summary", "in good faith").act_id
    desks.settle()
    assert desks.a.feed.refused() == {refused: "case_not_yours"}
    desks.a.db.execute("BEGIN IMMEDIATE")
    begin_incarnation(desks.a.log, desks.a.feed, desks.a.reborn(), desks.a.station, desks.a.office)
    desks.a.db.execute("COMMIT")
    desks.a.settle(desks.county)
    desks.county.restore(empty)
    desks.settle()
    assert refused in held_at(desks.county)
    assert desks.a.feed.pending() == 0
    desks.proved()


def held_at(county: SimCounty) -> set[str]:
    return {bytes(row[0]).hex() for row in county.db.execute("SELECT act_id FROM act")}
