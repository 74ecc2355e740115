"""The sync loop with a real county: goes by itself after an act, waits longer each time nobody answers, never stops."""

from __future__ import annotations

import random
import time

import pytest

from desktop.models.store.rows import SyncState
from desktop.services import county as service
from desktop.services import exchange
from desktop.workers.lane import Lane
from desktop.workers.sync_loop import FIRST_WAIT_MS, LONGEST_WAIT_MS, SyncLoop
from tests.desktop.views.page_room import OFFICE, room
from tests.sync.harness import County

__all__ = ["room"]


class Steady(random.Random):
    """No jitter."""

    def uniform(self, a: float, b: float) -> float:
        return (a + b) / 2


@pytest.fixture
def county(tmp_path):
    found = County(tmp_path / "county").start()
    yield found
    found.stop()


class Watched(SyncLoop):
    """Keeps what it told the status bar."""

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.states: list[SyncState] = []
        self.state_changed.connect(self.states.append)


@pytest.fixture
def loop(room):
    net = Lane("net")
    made = Watched(room.lane, net, room.ref, room.bus, chance=Steady())
    yield made
    made.stop()
    room.until(lambda: not made.working)
    room.settle()
    net.finish()


def enrol(room, county) -> None:
    room.call(service.enrol, room.station, county.url, county.code(OFFICE.code, OFFICE.window))


def test_a_station_that_is_not_enrolled_is_only_told_that_everything_is_here(room, loop):
    room.visit()
    loop.now()
    room.until(lambda: bool(loop.states) and not loop.working)
    assert not loop.states[-1].enrolled
    assert loop.waits_ms > FIRST_WAIT_MS


def test_an_act_is_told_at_once_and_sent_by_itself(room, loop, county):
    enrol(room, county)
    loop.now()
    room.until(lambda: bool(loop.states) and not loop.working and loop.states[-1].pending == 0)
    room.visit()
    room.until(lambda: loop.states[-1].pending > 0)
    room.until(lambda: not loop.states[-1].pending)
    assert loop.states[-1].last_exchange_at
    assert loop.states[-1].last_error == ""


def test_a_round_measures_how_far_this_clock_is_from_the_countys(room, loop, county):
    enrol(room, county)
    room.now = time.time_ns() // 1_000_000 + 3_900_000
    loop.now()
    room.until(lambda: bool(loop.states) and not loop.working and loop.states[-1].last_exchange_at != "")
    offset = loop.states[-1].clock_offset_ms
    assert offset is not None
    assert abs(offset + 3_900_000) < 60_000
    assert loop.states[-1].clock == "off"


def test_more_than_one_round_is_carried_until_nothing_waits(room, loop, county):
    for number in range(60):
        room.visit(f"来访人{number}", facts="反映" * 2_000)
    enrol(room, county)
    loop.now()
    room.until(lambda: bool(loop.states) and loop.states[-1].enrolled and not loop.states[-1].pending)


def test_nobody_answering_is_a_state_and_the_wait_doubles_up_to_a_limit(room, loop, county):
    enrol(room, county)
    county.stop()
    waits = []
    for _ in range(9):
        seen = len(loop.states)
        loop.now()
        room.until(lambda seen=seen: not loop.working and len(loop.states) > seen)
        waits.append(round(loop.waits_ms / 1000))
    assert waits[0] == round(FIRST_WAIT_MS / 1000)
    assert waits[1] == 2 * waits[0]
    assert waits[-1] == round(LONGEST_WAIT_MS / 1000)
    assert loop.states[-1].last_error == "county_unreachable"
    assert room.said("error") == []


def test_after_the_county_is_back_the_next_round_succeeds(room, loop, county):
    enrol(room, county)
    room.visit()
    county.stop()
    loop.now()
    room.until(lambda: bool(loop.states) and loop.states[-1].last_error != "")
    county.start()
    room.until(lambda: not loop.working)
    loop.now()
    room.until(lambda: loop.states[-1].pending == 0 and loop.states[-1].last_error == "")


def test_a_bug_of_ours_in_a_round_does_not_stop_the_rounds(room, loop, county, qtbot, monkeypatch):
    enrol(room, county)

    def broken(*_):
        raise ZeroDivisionError

    with monkeypatch.context() as patch, qtbot.captureExceptions() as caught:
        patch.setattr(exchange, "begin_exchange", broken)
        loop.now()
        room.until(lambda: bool(caught))
    assert caught[0][0] is ZeroDivisionError
    assert loop.waits_ms > 0
    loop.now()
    room.until(lambda: bool(loop.states) and loop.states[-1].last_exchange_at != "")
