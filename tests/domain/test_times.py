"""Time: a clock marks and decides nothing; the time of a visit is put right by an act; only fields move a deadline."""

from __future__ import annotations

from dataclasses import replace

import pytest

from domain.acts import ActDraft
from domain.acttime import in_doubt, is_off, quality
from domain.canonical import Json
from domain.commands import CorrectTime
from domain.decisions import times
from tests.domain.states import desk, grow, refusal, state
from tests.domain.test_fold import act

ID = "c1" * 16
VISIT: dict[str, Json] = {"number": "n", "visited_at": "2026-11-24 08:55", "visited_on": "2026-11-24"}
MATTER: dict[str, Json] = {"stage": "registered", "received_on": "2026-11-24"}
HOUR = 3_600_000


def put_right(at: str, matters=(), why: str = "登记时本机时钟快一天", now: str = "2026-11-25 09:00"):
    visit = state(VISIT, kind="visit")
    return times.correct_time(CorrectTime(ID, at, why), visit, matters, desk(now))


@pytest.mark.parametrize(
    ("wall", "known", "offset", "enrolled", "mark"),
    [
        (100_000, 0, None, False, "unsure"),
        (100_000, 0, None, True, "ok"),
        (100_000, 0, 300_000, True, "ok"),
        (100_000, 0, -300_001, True, "off"),
        (100_000, 170_000, 0, True, "behind"),
        (100_000, 160_000, 0, True, "ok"),
    ],
)
def test_the_mark_of_a_time_says_what_is_known_of_the_clock(wall, known, offset, enrolled, mark):
    assert quality(wall, known, offset, enrolled=enrolled, tolerance_ms=60_000) == mark


def test_a_slow_line_makes_no_wrong_clock():
    assert is_off(6 * 60_000)
    assert not is_off(6 * 60_000, slack_ms=90_000)
    assert not is_off(None)


def test_a_doubtful_act_says_so_by_its_mark_or_by_its_offset():
    plain = act(1, {"place": "甲"})
    assert not in_doubt(plain)
    assert not in_doubt(replace(plain, clock="unsure"))
    assert in_doubt(replace(plain, clock="behind"))
    assert in_doubt(replace(plain, clock_offset_ms=-HOUR))


def test_the_day_of_receipt_of_an_undecided_matter_follows_the_visit():
    drafts = put_right("2026-11-23 08:55", [state(MATTER)])
    assert [draft.sets for draft in drafts] == [
        {"visited_at": "2026-11-23 08:55", "visited_on": "2026-11-23"},
        {"received_on": "2026-11-23"},
    ]
    assert all(draft.why and draft.over for draft in drafts)


@pytest.mark.parametrize("change", [{"stage": "accepted"}, {"received_on": "2026-11-20"}])
def test_a_decided_matter_or_one_received_on_another_day_keeps_its_day(change):
    assert len(put_right("2026-11-23 08:55", [state({**MATTER, **change})])) == 1


def test_a_day_of_receipt_in_conflict_waits_for_a_person():
    matter = state(MATTER, {"received_on": "2026-11-24"})
    first = matter.acts[0].act_id

    torn = grow(matter, [ActDraft("matter_corrected", "matter", ID, {"received_on": "2026-11-22"}, (first,))])
    assert torn.conflicts == ("received_on",)
    assert len(put_right("2026-11-23 08:55", [torn])) == 1


def test_within_one_day_only_the_time_moves():
    (draft,) = put_right("2026-11-24 07:50", [state(MATTER)])
    assert draft.sets == {"visited_at": "2026-11-24 07:50"}


@pytest.mark.parametrize(
    ("at", "why", "code"),
    [
        ("2026-11-24 08:55", "改", "nothing_changed"),
        ("2026-11-26 08:55", "改", "date_in_future"),
        ("2026-11-23", "改", "date_invalid"),
        ("昨天上午", "改", "date_invalid"),
        ("2026-11-23 08:55", " ", "reason_missing"),
    ],
)
def test_a_time_that_is_none_or_says_nothing_new_is_refused(at, why, code):
    assert refusal(lambda: put_right(at, why=why)).code == code


def test_only_a_visit_has_a_time_of_visit():
    command = CorrectTime(ID, "2026-11-23 08:55", "改")
    assert refusal(lambda: times.correct_time(command, state(MATTER), [], desk())).code == "case_of_another_kind"
