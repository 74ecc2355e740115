"""The window's loop asks the next thing while it still takes in the last: a real window lane, line and county."""

from __future__ import annotations

import shutil
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from desktop.services import care, exchange, intake, lookup
from desktop.services import county as service
from desktop.services.care import verify
from desktop.services.exchange import Carried, PreparedExchange
from desktop.services.station import Station, open_station
from desktop.services.sync_status import sync_state
from desktop.workers.lane import Lane
from domain.acts import ActDraft, CaseKind
from domain.commands import MatterInput, PetitionerInput, RegisterVisit
from sync.client import line, pace
from sync.exchange import apply_answer, open_answer
from tests.desktop.services.halls import Hall, make_hall
from tests.desktop.views.page_room import OFFICE, Room, room
from tests.desktop.workers.test_sync_loop import Steady, Watched, county, enrol
from tests.sync.harness import County

__all__ = ["county", "room"]

PATIENCE_S = 60
DAY = 12
"""Visits of a window's day; by the small pieces of these tests, several rounds each way."""
PASSWORD = "a long enough word"


class Overheard:
    """What the loop did, in order: ``asked`` and ``taken`` with the number of their request, and what followed what."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.events: list[tuple[str, int]] = []
        self.carried: list[tuple[Carried, bool]] = []
        """Every answer, and whether the next request was sent before it was taken in."""
        self.together = 0
        """Answers taken in while the next request was under way."""
        self.hook: Callable[[int], None] = lambda _number: None
        """Called on the store's lane when an answer is about to be taken in."""
        self._numbers: dict[int, int] = {}
        self._kept: list[PreparedExchange] = []
        self._follows: dict[int, PreparedExchange] = {}
        self._said = threading.Condition()
        carry, ahead, finish = exchange.carry, exchange.go_ahead, exchange.finish_exchange

        def carrying(prepared, transport):
            with self._said:
                self._kept.append(prepared)
                self._numbers[id(prepared)] = len(self._kept)
                self.events.append(("asked", len(self._kept)))
                self._said.notify_all()
            return carry(prepared, transport)

        def going(prepared, *args):
            found = ahead(prepared, *args)
            if found is not None:
                self._follows[id(prepared)] = found
            return found

        def finishing(station, prepared, answer, timing=None, opened=None, turn=None):
            number = self._numbers[id(prepared)]
            follows = self._follows.get(id(prepared))
            if follows is not None:
                with self._said:
                    sent = self._said.wait_for(lambda: id(follows) in self._numbers, PATIENCE_S)
                assert sent, f"request {number + 1} was built ahead and not sent while answer {number} was taken in"
                self.together += 1
            self.carried.append((Carried(answer, 0, timing, opened), follows is not None))
            self.hook(number)
            outcome = finish(station, prepared, answer, timing, opened, turn)
            self.events.append(("taken", number))
            return outcome

        monkeypatch.setattr(exchange, "carry", carrying)
        monkeypatch.setattr(exchange, "go_ahead", going)
        monkeypatch.setattr(exchange, "finish_exchange", finishing)


@pytest.fixture
def heard(monkeypatch: pytest.MonkeyPatch) -> Overheard:
    monkeypatch.setattr(pace, "LOOPBACK", 4_000)  # a day is several rounds
    monkeypatch.setattr(line, "START_BUDGET", 4_000)
    return Overheard(monkeypatch)


@pytest.fixture
def other(tmp_path: Path) -> Iterator[Hall]:
    """Another window of the same office, on a PC of its own."""
    made = make_hall(tmp_path / "other", replace(OFFICE, window="2"), seed=8)
    yield made
    made.station.close()


def new_loop(room: Room) -> tuple[Watched, Lane]:
    net = Lane("net")
    return Watched(room.lane, net, room.ref, room.bus, chance=Steady()), net


@pytest.fixture
def loop(room: Room) -> Iterator[Watched]:
    made, net = new_loop(room)
    yield made
    made.stop()
    room.until(lambda: not made.working)
    room.settle()
    net.finish()


def a_day(room: Room) -> None:
    for number in range(DAY):
        room.visit(f"来访人{number}", facts="反映征地补偿款未按时发放" * 40)


def days_elsewhere(other: Hall, county: County) -> None:
    service.enrol(other.station, county.url, county.code(OFFICE.code, "2"))
    for number in range(DAY):
        matter = MatterInput(
            summary="反映小区供暖温度不达标",
            request="请求检修",
            matter_class="claim",
            route="31-6",
            facts=f"{number}反映管道失修" * 60,
        )
        people = (PetitionerInput(name=f"邻窗来访人{number}", address="石桥街道柳林村12号"),)
        intake.register_visit(other.station, RegisterVisit(people=people, matters=(matter,)))
    service.exchange_once(other.station)


def exchanged(room: Room, loop: Watched) -> None:
    """Exchange until nothing waits, and prove what is here."""
    loop.now()
    room.until(lambda: bool(loop.states) and loop.states[-1].last_exchange_at != "" and not loop.states[-1].pending)
    room.until(lambda: not loop.working and loop.waits_ms > 1_000)
    assert room.call(verify, room.station).clean


def visits(station) -> int:
    return int(station.store.db.execute("SELECT count(*) FROM visit").fetchone()[0])


def test_a_day_on_both_sides_goes_up_and_down_with_the_next_request_under_way(room, loop, county, other, heard):
    days_elsewhere(other, county)
    heard.carried.clear()
    heard.together = 0
    enrol(room, county)
    a_day(room)
    exchanged(room, loop)
    rounds = len(heard.carried)
    assert rounds > 6
    assert heard.together > rounds // 2
    assert room.call(visits, room.station) == 2 * DAY
    service.exchange_once(other.station)
    assert visits(other.station) == 2 * DAY


def test_answers_are_taken_in_one_behind_the_other_and_one_request_is_under_way(room, loop, county, heard):
    enrol(room, county)
    a_day(room)
    exchanged(room, loop)
    assert [number for what, number in heard.events if what == "taken"] == list(range(1, len(heard.carried) + 1))
    taken = 0
    for what, number in heard.events:
        taken += what == "taken"
        assert what == "taken" or number <= taken + 2, "a second request was sent while one was under way"


def test_what_is_recorded_during_a_long_pull_reaches_the_county_before_the_pull_ends(room, loop, county, other, heard):
    days_elsewhere(other, county)
    enrol(room, county)
    heard.carried.clear()
    given = threading.Event()
    first = len(heard.events)
    reached: list[int] = []

    def hook(number: int) -> None:
        if number == first // 2 + 3:
            given.set()
        found = county.select("SELECT count(*) FROM act WHERE content LIKE '%石桥老街李建国%'")[0][0]
        reached.append(int(found))

    heard.hook = hook
    loop.now()
    room.until(given.is_set)
    room.visit("石桥老街李建国")
    room.until(lambda: not loop.working and loop.waits_ms > 1_000)
    assert reached[0] == 0
    place = next(place for place, found in enumerate(reached) if found)
    pulled = [sum(len(pull.runs) for pull in carried.answer.pull) for carried, _ in heard.carried]
    assert any(pulled[place + 1 :]), "the pull had ended before the act went"


def test_a_save_stands_behind_one_answer_at_most(room, loop, county, other, heard):
    days_elsewhere(other, county)
    enrol(room, county)
    at_it, saved = threading.Event(), threading.Event()
    began = len(heard.events) // 2

    def hook(number: int) -> None:
        if number == began + 2:
            at_it.set()
            assert saved.wait(PATIENCE_S), "nothing was given to the lane while an answer was taken in"

    heard.hook = hook
    loop.now()
    room.until(at_it.is_set)
    taken: list[int] = []
    room.lane.run(lambda: taken.append(sum(what == "taken" for what, _ in heard.events)))
    saved.set()
    room.until(lambda: bool(taken))
    assert taken == [began + 2]
    exchanged(room, loop)


def test_a_window_that_closes_in_the_middle_leaves_everything_whole(room, county, other, heard):
    days_elsewhere(other, county)
    enrol(room, county)
    a_day(room)
    loop, net = new_loop(room)
    at_it = threading.Event()
    began = len(heard.events) // 2
    heard.hook = lambda number: at_it.set() if number == began + 2 else None
    loop.now()
    room.until(at_it.is_set)
    loop.stop()
    room.until(lambda: not loop.working)
    assert net.finish()
    room.settle()
    done = [number for what, number in heard.events if what == "taken"][-1]
    assert done < began + 4, "after it was stopped it went on"
    assert room.call(verify, room.station).clean
    again, net = new_loop(room)
    exchanged(room, again)
    again.stop()
    net.finish()
    assert room.call(visits, room.station) == 2 * DAY


def test_a_county_put_back_is_answered_in_turn_until_it_is_refilled(room, loop, county, heard, tmp_path):
    enrol(room, county)
    room.visit()
    exchanged(room, loop)
    county.keep(tmp_path / "kept")
    a_day(room)
    exchanged(room, loop)
    county.go_back(tmp_path / "kept")
    room.visit()
    heard.carried.clear()
    exchanged(room, loop)
    doubted = [ahead for carried, ahead in heard.carried if carried.answer.rewind]
    assert doubted
    assert not any(doubted)
    assert county.select("SELECT count(*) FROM act WHERE content LIKE '%visit_registered%'") == [(DAY + 2,)]


def test_a_twin_is_found_out_in_turn_and_loses_nothing(room, loop, county, heard, tmp_path):
    enrol(room, county)
    room.visit()
    exchanged(room, loop)
    room.call(lambda: room.station.store.db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall())
    shutil.copytree(tmp_path / "station", tmp_path / "twin")
    twin = open_station(
        tmp_path / "twin", sign_in="wangfang", password=PASSWORD, surroundings=room.station.surroundings
    )
    people = (PetitionerInput(name="双胞胎处的来访人", address="石桥街道柳林村12号"),)
    matter = MatterInput(summary="反映供暖", request="请求检修", matter_class="claim", route="31-6")
    intake.register_visit(twin, RegisterVisit(people=people, matters=(matter,)))
    service.exchange_once(twin)
    twin.close()
    a_day(room)
    heard.carried.clear()
    exchanged(room, loop)
    forks = [ahead for carried, ahead in heard.carried if carried.answer.fork]
    assert forks
    assert not any(forks)
    assert room.call(visits, room.station) == DAY + 2


def test_what_the_county_refuses_is_heard_before_the_next_is_asked(room, loop, county, heard):
    enrol(room, county)
    exchanged(room, loop)
    room.call(refused_act, room.station)
    a_day(room)
    heard.carried.clear()
    loop.now()
    room.until(lambda: room.call(sync_state, room.station).pending == 0 or loop.waits_ms > 1_000)
    refusals = [ahead for carried, ahead in heard.carried if carried.answer.reject]
    assert refusals
    assert not any(refusals)


def refused_act(station: Station) -> None:
    """One of a scope this desk may not write in: the county keeps it and hands it to nobody."""
    draft = ActDraft(
        "matter_registered", CaseKind.MATTER, station.new_id(), {"summary": "写错范围"}, scope="office/999999"
    )
    with station.writing() as transaction:
        transaction.record([draft])


def test_what_an_answer_brought_is_noted_for_the_search_before_the_next_is_taken_in(room, loop, county, other, heard):
    days_elsewhere(other, county)
    enrol(room, county)
    room.call(care.note_search, room.station)
    unseen: list[int] = []
    sql = "SELECT count(*) FROM act WHERE seq > (SELECT seq FROM search_seen)"
    heard.hook = lambda _number: unseen.append(room.station.store.db.execute(sql).fetchone()[0])
    exchanged(room, loop)
    assert len(unseen) > 3
    assert set(unseen) == {0}
    assert room.call(lambda: room.station.store.db.execute(sql).fetchone()[0]) == 0
    assert room.call(lookup.find, room.station, f"邻窗来访人{DAY - 1}") != []


def test_an_answer_is_opened_while_the_last_one_is_committed_and_not_while_it_is_taken_in(
    room, loop, county, other, monkeypatch
):
    monkeypatch.setattr(pace, "LOOPBACK", 4_000)
    monkeypatch.setattr(line, "START_BUDGET", 4_000)
    days_elsewhere(other, county)
    enrol(room, county)
    carry = exchange.carry
    arrived = threading.Semaphore(0)
    busy: list[bool] = [False]
    met: list[bool] = []
    waited: list[bool] = []

    def carrying(prepared, transport):
        found = carry(prepared, transport)
        arrived.release()
        return found

    def applying(*args):
        busy[0] = True
        waited.append(arrived.acquire(timeout=0.5))  # the next answer is there: nothing keeps it but its turn
        time.sleep(0.02)
        try:
            return apply_answer(*args)
        finally:
            busy[0] = False

    def opening(answer):
        met.append(busy[0])
        return open_answer(answer)

    monkeypatch.setattr(exchange, "carry", carrying)
    monkeypatch.setattr(exchange, "apply_answer", applying)
    monkeypatch.setattr(exchange, "open_answer", opening)
    arrived.acquire(blocking=False)
    exchanged(room, loop)
    assert len(met) == len(waited) > 3
    assert sum(waited) > 3
    assert not any(met)
    assert room.call(visits, room.station) == DAY
