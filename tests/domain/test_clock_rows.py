"""Rules about time as the dossier puts them to the test, each under its own sentence (domain.md §9; examples of §8)."""

from __future__ import annotations

from datetime import date

import pytest

from domain.clocks import Clock, Deadline
from domain.deadlines import check_extension, due, warning_light
from domain.refusals import Refusal
from tests.domain.states import CALENDAR, RULES


def ends(clock: Clock, month: int, day: int, *, days: int | None = None) -> Deadline:
    return due(clock, date(2026, month, day), CALENDAR, RULES, days=days)


def day(month: int, number: int) -> date:
    return date(2026, month, number)


def test_row_7_a_direct_receipt_owes_a_notice_within_fifteen_days_and_a_make_up_saturday_does_not_roll():
    assert (ends(Clock.T2, 9, 25).nominal, ends(Clock.T2, 9, 25).rolled) == (day(10, 10), day(10, 10))
    assert (ends(Clock.T2, 9, 16).nominal, ends(Clock.T2, 9, 16).rolled) == (day(10, 1), day(10, 8))
    assert (ends(Clock.T2, 9, 23).nominal, ends(Clock.T2, 9, 23).rolled) == (day(10, 8), day(10, 8))


@pytest.mark.parametrize(
    ("received", "last"),
    [((9, 17), (9, 23)), ((9, 24), (10, 9)), ((9, 28), (10, 10)), ((2, 12), (2, 26)), ((4, 29), (5, 9))],
    ids=["B01", "B02", "B03", "B06", "B08"],
)
def test_row_10_five_working_days_to_object_count_make_up_days(received: tuple[int, int], last: tuple[int, int]):
    assert ends(Clock.T4, *received).rolled == day(*last)


def test_row_16_sixty_days_run_from_acceptance_and_roll_over_national_and_labour_day():
    assert (ends(Clock.T6, 8, 3).nominal, ends(Clock.T6, 8, 3).rolled) == (day(10, 2), day(10, 8))
    assert (ends(Clock.T6, 3, 2).nominal, ends(Clock.T6, 3, 2).rolled) == (day(5, 1), day(5, 6))


def test_row_17_an_extension_is_approved_before_day_sixty_and_all_of_them_stay_within_thirty_days():
    accepted = day(7, 20)
    made = check_extension(accepted, day(9, 18), 30, CALENDAR, RULES)
    assert (made.nominal, made.rolled) == (day(10, 18), day(10, 19))
    with pytest.raises(Refusal, match="extension_after_expiry"):
        check_extension(accepted, day(9, 19), 30, CALENDAR, RULES)
    with pytest.raises(Refusal, match="extension_over_30"):
        check_extension(accepted, day(9, 18), 15, CALENDAR, RULES, already=[20])


def test_row_20_a_petitioner_is_judged_on_the_rolled_day():
    assert ends(Clock.T8, 9, 1).is_late(day(10, 8)) is False
    assert ends(Clock.T8, 8, 31).is_late(day(10, 8)) is True


def test_row_21_the_fifteen_days_of_a_hearing_are_not_counted():
    found = due(Clock.T11, day(9, 1), CALENDAR, RULES, exclude=[(day(9, 10), day(9, 24))])
    assert (found.nominal, found.rolled, found.excluded) == (day(10, 16), day(10, 16), ((day(9, 10), day(9, 24)),))


def test_row_37_a_year_without_a_table_is_named_and_never_guessed():
    for clock, month, number, nominal in ((Clock.T2, 12, 17, date(2027, 1, 1)), (Clock.T6, 11, 23, date(2027, 1, 22))):
        found = ends(clock, month, number)
        assert (found.nominal, found.rolled, found.calendar_missing) == (nominal, None, 2027)


@pytest.mark.parametrize(
    ("used", "light"),
    [(29, "正常"), (30, "预警"), (45, "警告"), (51, "严重警告"), (60, "严重警告"), (61, "超期")],
)
def test_row_43_the_light_of_sixty_days_changes_at_the_boundaries_and_is_late_only_after_the_last_day(
    used: int, light: str
):
    start = day(3, 2)
    today = date.fromordinal(start.toordinal() + used)
    percents = RULES.percents("warning_percent", start)
    assert warning_light(start, date.fromordinal(start.toordinal() + 60), today, percents).value == light
