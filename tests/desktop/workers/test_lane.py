"""The lane: order, answers on the UI thread, refusals apart from faults, cancelling, and a close that waits."""

from __future__ import annotations

import gc
import threading
from collections.abc import Iterator

import pytest
from pytestqt.qtbot import QtBot

from desktop.services.outcome import Outcome, Topic
from desktop.workers.lane import Lane
from domain.refusals import Refusal


@pytest.fixture
def lane(qtbot: QtBot) -> Iterator[Lane]:
    made = Lane("test lane")
    yield made
    assert made.finish()


def refuse() -> None:
    raise Refusal("headcount_invalid", field="headcount")


def break_down() -> None:
    raise ZeroDivisionError("a bug of ours")


def test_work_runs_off_the_ui_thread_and_its_answer_comes_back_on_it(lane, qtbot):
    threads = []
    lane.run(threading.get_ident, done=lambda ident: threads.extend([ident, threading.get_ident()]))
    qtbot.waitUntil(lambda: len(threads) == 2)
    assert threads[0] != threads[1] == threading.get_ident()


def test_tasks_are_answered_in_the_order_they_were_given(lane, qtbot):
    answers: list[int] = []
    for number in range(500):
        lane.run(lambda n: n, number, done=answers.append)
    qtbot.waitUntil(lambda: len(answers) == 500)
    assert answers == list(range(500))


def test_a_refusal_and_a_fault_go_to_their_own_ears(lane, qtbot):
    heard: list[str] = []
    lane.run(refuse, refused=lambda r: heard.append(r.code), failed=lambda _e: heard.append("failed"))
    lane.run(break_down, refused=lambda _r: heard.append("refused"), failed=lambda e: heard.append(type(e).__name__))
    lane.run(refuse, failed=lambda e: heard.append(str(e)))
    qtbot.waitUntil(lambda: len(heard) == 3)
    assert heard == ["headcount_invalid", "ZeroDivisionError", "headcount_invalid field=headcount article=None"]


def test_a_fault_nobody_waits_for_reaches_the_crash_handler_and_the_lane_goes_on(lane, qtbot):
    answers: list[int] = []
    with qtbot.captureExceptions() as caught:
        lane.run(break_down)
        lane.run(lambda: 7, done=answers.append)
        qtbot.waitUntil(lambda: answers == [7])
    assert [type(error) for _, error, _ in caught] == [ZeroDivisionError]


def test_cancelled_work_that_has_not_begun_is_never_begun(lane, qtbot):
    gate = threading.Event()
    done: list[str] = []
    lane.run(gate.wait)
    ticket = lane.start(lambda: done.append("worked"), done=lambda _v: done.append("answered"))
    ticket.cancel()
    gate.set()
    lane.run(lambda: None, done=lambda _v: done.append("after"))
    qtbot.waitUntil(lambda: "after" in done)
    assert done == ["after"]


def test_topics_are_announced_before_the_value_even_when_it_was_cancelled(qtbot):
    story: list[object] = []
    lane = Lane("announcing", announce=story.append)
    outcome = Outcome("saved", frozenset({Topic.VISIT}))
    begun, gate = threading.Event(), threading.Event()

    def work() -> Outcome[str]:
        begun.set()
        gate.wait()
        return outcome

    ticket = lane.start(work, done=lambda _o: story.append("cancelled but called"))
    begun.wait()  # too late to stop, so what it wrote is still news
    ticket.cancel()
    gate.set()
    lane.run(lambda: outcome, done=lambda o: story.append(o.value))
    qtbot.waitUntil(lambda: "saved" in story)
    assert story == [outcome.topics, outcome.topics, "saved"]
    assert lane.finish()


def test_finish_lets_given_work_be_done_and_takes_no_more(qtbot):
    lane = Lane("finishing")
    written: list[int] = []
    for number in range(50):
        lane.run(written.append, number)
    assert lane.finish()
    lane.run(written.append, 99)
    assert written == list(range(50))


def test_twenty_thousand_answers_with_forced_collection_do_not_upset_the_relay(lane, qtbot):
    answers: list[int] = []
    for number in range(20_000):
        lane.run(lambda n: [n], number, done=lambda value: answers.append(value[0]))
        if number % 2_000 == 0:
            gc.collect()
    qtbot.waitUntil(lambda: len(answers) == 20_000, timeout=30_000)
    assert answers[-1] == 19_999
