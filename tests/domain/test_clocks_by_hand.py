"""The clocks against a count on fingers: 100,000 random starts and lengths over 2025 and 2026, T1–T13."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from typing import Any

import pytest

import resources
from domain.clocks import Clock, Deadline
from domain.deadlines import due
from domain.rules import Rules
from domain.ruletable import ROLL_POLICIES, parse_rules
from domain.workcalendar import WorkCalendar, parse_calendar
from tests.domain.by_hand import Days, end_of, late

BUDGET = 100_000
FIRST = date(2025, 1, 1)
BASE = parse_rules(resources.rules())
CALENDAR = WorkCalendar([parse_calendar(table) for table in resources.calendars()])
BY_HAND = Days()
SET_BY_LAW = ("T8", "T10")


@dataclass(frozen=True)
class Case:
    """One clock to be counted twice."""

    clock: str
    event: date
    length: int
    policy: str
    hearings: tuple[tuple[date, date], ...]
    done: date


@cache
def rules(clock: str, length: int, policy: str) -> Rules:
    """A county's rules with this length and this way of rolling."""
    clocks = [] if clock in ("T5", "T7") else [{"clock": clock, "days": length}]
    table = {
        "name": "某县",
        "clocks": [{"from": "2022-05-01", "basis": "虚构", **each} for each in clocks],
        "settings": [{"setting": "roll_policy", "from": "2022-05-01", "value": policy, "basis": "虚构"}],
    }
    return BASE.overlaid(parse_rules(table))


def cases(count: int, seed: int = 20261123) -> Iterator[Case]:
    """Random cases: every clock, every length the law leaves, hearings that overlap, touch and come too late."""
    chance = random.Random(seed)
    for _ in range(count):
        clock = chance.choice(list(Clock))
        ceiling = clock.ceiling or 90
        length = ceiling if clock.name in SET_BY_LAW else chance.randint(1, ceiling)
        event = FIRST + timedelta(days=chance.randrange(730))
        hearings = []
        if clock is Clock.T11:
            for _hearing in range(chance.randrange(4)):
                first = event + timedelta(days=chance.randint(-3, 50))
                hearings.append((first, first + timedelta(days=chance.randrange(16))))
        done = event + timedelta(days=chance.randrange(120))
        yield Case(clock.name, event, length, chance.choice(ROLL_POLICIES), tuple(hearings), done)


def counted(case: Case, calendar: WorkCalendar = CALENDAR) -> Deadline:
    """The program's answer."""
    own = case.length if case.clock in ("T5", "T7") else None
    measure = rules(case.clock, case.length, case.policy)
    return due(Clock[case.clock], case.event, calendar, measure, days=own, exclude=case.hearings)


def differs(case: Case, found: Deadline) -> bool:
    """Whether the program's answer is another than the count on fingers."""
    length = case.length + (60 if case.clock == "T7" else 0)
    nominal, rolled, missing = end_of(BY_HAND, case.clock, case.event, length, case.hearings)
    same_days = (found.nominal, found.rolled, found.calendar_missing) == (nominal, rolled, missing)
    return not same_days or found.is_late(case.done) != late(case.clock, case.policy, nominal, rolled, case.done)


def test_the_clocks_agree_with_a_count_on_fingers_for_100_000_random_starts_and_lengths():
    wrong = [case for case in cases(BUDGET) if differs(case, counted(case))]
    assert wrong == []


def test_the_random_cases_reach_every_clock_every_policy_hearings_and_a_year_without_a_table():
    found = list(cases(5_000))
    assert {case.clock for case in found} == set(Clock.__members__)
    assert {case.policy for case in found} == set(ROLL_POLICIES)
    assert any(len(case.hearings) > 1 for case in found)
    answers = [counted(case) for case in found]
    assert any(answer.calendar_missing == 2027 for answer in answers)
    assert any(answer.rolled != answer.nominal for answer in answers if answer.rolled)
    assert {answer.is_late(case.done) for case, answer in zip(found, answers, strict=True)} == {True, False, None}


def _without(year: int, key: str, **entry: str) -> WorkCalendar:
    tables: list[dict[str, Any]] = [dict(table) for table in resources.calendars()]
    for table in tables:
        if table["year"] == year:
            kept = [each for each in table[key] if any(each.get(name) != value for name, value in entry.items())]
            assert len(kept) == len(table[key]) - 1
            table[key] = kept
    return WorkCalendar([parse_calendar(table) for table in tables])


@pytest.mark.parametrize(
    "calendar",
    [
        _without(2026, "make_up", day="2026-09-20"),
        _without(2026, "make_up", day="2026-10-10"),
        _without(2025, "make_up", day="2025-04-27"),
    ],
    ids=["a Sunday before the National Day", "a Saturday after it", "a Sunday of 2025"],
)
def test_one_forgotten_make_up_day_is_noticed(calendar: WorkCalendar):
    assert any(differs(case, counted(case, calendar)) for case in cases(20_000))


@pytest.mark.parametrize("clock", list(Clock.__members__))
def test_a_day_too_many_on_any_clock_is_noticed(clock: str):
    found = [case for case in cases(4_000) if case.clock == clock]
    longer = [Case(c.clock, c.event + timedelta(days=1), c.length, c.policy, c.hearings, c.done) for c in found]
    assert any(differs(case, counted(late_start)) for case, late_start in zip(found, longer, strict=True))


def test_a_hearing_that_is_not_taken_out_is_noticed():
    found = [case for case in cases(4_000) if case.hearings]
    without = [Case(case.clock, case.event, case.length, case.policy, (), case.done) for case in found]
    assert any(differs(case, counted(bare)) for case, bare in zip(found, without, strict=True))
