"""Working days against the State Council's notices, typed in by hand."""

from __future__ import annotations

import copy
from collections import Counter
from datetime import date, timedelta

import pytest

import resources
from domain.refusals import Refusal
from domain.workcalendar import WorkCalendar, YearTable, parse_calendar


def tables() -> list[YearTable]:
    return [parse_calendar(each) for each in resources.calendars()]


@pytest.fixture
def calendar() -> WorkCalendar:
    return WorkCalendar(tables())


def days_of(year: int) -> list[date]:
    first = date(year, 1, 1)
    return [first + timedelta(days=n) for n in range((date(year + 1, 1, 1) - first).days)]


def months(calendar: WorkCalendar, year: int) -> list[int]:
    counted = Counter(day.month for day in days_of(year) if calendar.is_workday(day))
    return [counted[month] for month in range(1, 13)]


def test_2026_has_33_holiday_block_days_6_make_up_days_and_248_working_days(calendar):
    table = calendar.table(2026)
    assert (len(table.off), len(table.make_up)) == (33, 6)
    assert months(calendar, 2026) == [21, 16, 22, 21, 19, 21, 23, 21, 22, 18, 21, 23]
    assert sum(months(calendar, 2026)) == 248


def test_2025_has_28_holiday_block_days_5_make_up_days_and_248_working_days(calendar):
    table = calendar.table(2025)
    assert (len(table.off), len(table.make_up)) == (1 + 8 + 3 + 5 + 3 + 8, 5)
    assert sum(months(calendar, 2025)) == 248


def test_a_sunday_make_up_day_counts_as_a_working_day(calendar):
    assert calendar.is_workday(date(2026, 9, 20))
    assert calendar.is_workday(date(2025, 1, 26))


def test_a_monday_inside_the_national_day_block_is_a_rest_day(calendar):
    assert not calendar.is_workday(date(2026, 10, 5))
    assert not calendar.is_workday(date(2026, 9, 25))


def test_rolling_passes_the_whole_holiday_block_and_stops_on_a_make_up_saturday(calendar):
    assert calendar.roll_forward(date(2026, 10, 1)) == date(2026, 10, 8)
    assert calendar.roll_forward(date(2026, 10, 10)) == date(2026, 10, 10)


def test_a_year_without_a_table_is_refused_and_named(calendar):
    with pytest.raises(Refusal) as refused:
        calendar.is_workday(date(2027, 1, 1))
    assert (refused.value.code, refused.value.facts) == ("calendar_missing", {"year": 2027})
    with pytest.raises(Refusal):
        calendar.add_workdays(date(2026, 12, 30), 5)


def test_working_days_up_to_the_last_day_of_a_table_need_no_next_year(calendar):
    assert calendar.add_workdays(date(2026, 12, 30), 1) == (date(2026, 12, 31), (date(2026, 12, 31),))


def test_rolling_a_year_end_rest_day_needs_the_next_table():
    old = copy.deepcopy(resources.calendars()[1])
    off = old["off"]
    assert isinstance(off, list)
    off.append({"name": "元旦", "from": "2026-12-31", "to": "2026-12-31"})
    calendar = WorkCalendar([parse_calendar(old)])
    with pytest.raises(Refusal) as refused:
        calendar.roll_forward(date(2026, 12, 31))
    assert refused.value.facts == {"year": 2027}


def test_the_higher_version_of_a_year_is_the_one_that_counts():
    newer = copy.deepcopy(resources.calendars()[1])
    newer["version"] = 2
    off = newer["off"]
    assert isinstance(off, list)
    off.append({"name": "临时", "from": "2026-11-23", "to": "2026-11-23"})
    for order in ([*tables(), parse_calendar(newer)], [parse_calendar(newer), *tables()]):
        assert not WorkCalendar(order).is_workday(date(2026, 11, 23))


def test_one_version_with_two_contents_is_refused():
    other = copy.deepcopy(resources.calendars()[1])
    make_up = other["make_up"]
    assert isinstance(make_up, list)
    make_up.pop()
    with pytest.raises(Refusal) as refused:
        WorkCalendar([*tables(), parse_calendar(other)])
    assert refused.value.code == "calendar_table_invalid"


def test_a_local_table_adds_days_off_but_covers_no_year_by_itself():
    local = {
        "year": 2026,
        "scope": "local",
        "version": 1,
        "published": "2026-01-10",
        "source_notice": "自治州通知（虚构）",
        "off": [{"name": "火把节", "from": "2026-08-06", "to": "2026-08-06"}],
        "make_up": [],
    }
    assert not WorkCalendar([*tables(), parse_calendar(local)]).is_workday(date(2026, 8, 6))
    with pytest.raises(Refusal):
        WorkCalendar([parse_calendar(local)]).is_workday(date(2026, 8, 6))


def test_a_local_day_off_on_a_make_up_day_is_off():
    local = {
        "year": 2026, "scope": "local", "version": 1, "published": "2026-01-10", "source_notice": "自治州通知（虚构）",
        "off": [{"name": "州庆", "from": "2026-10-10", "to": "2026-10-10"}], "make_up": [],
    }  # fmt: skip
    calendar = WorkCalendar([*tables(), parse_calendar(local)])
    assert not calendar.is_workday(date(2026, 10, 10))
    assert calendar.describe(date(2026, 10, 10)) == "周六，州庆放假"


def test_a_table_with_a_day_of_another_year_is_refused():
    table = broken()
    off = table["off"]
    assert isinstance(off, list)
    table["off"] = [*off, {"name": "元旦", "from": "2025-12-31", "to": "2025-12-31"}]
    with pytest.raises(Refusal) as refused:
        parse_calendar(table)
    assert refused.value.facts["reason"] == "day_outside_year"


def test_a_day_is_described_by_what_makes_it_worked_or_not(calendar):
    assert calendar.describe(date(2026, 10, 10)) == "周六，调休上班"
    assert calendar.describe(date(2026, 10, 1)) == "周四，国庆节放假"
    assert calendar.describe(date(2026, 10, 18)) == "周日，周末"
    assert calendar.describe(date(2026, 11, 23)) == "周一"
    assert calendar.describe(date(2027, 1, 1)) == "周五，无2027年官方日历"


def broken(**change: object) -> dict[str, object]:
    table = copy.deepcopy(resources.calendars()[1])
    table.update(change)
    return table


@pytest.mark.parametrize(
    "table",
    [
        [],
        {},
        broken(year="2026"),
        broken(year=True),
        broken(year=2027),
        broken(version=0),
        broken(published="2025-11-31"),
        broken(source_notice="  "),
        broken(extra=1),
        broken(scope="province"),
        broken(off="2026-01-01"),
        broken(off=[]),
        broken(off=[{"name": "元旦", "from": "2026-01-03", "to": "2026-01-01"}]),
        broken(off=[{"name": "元旦", "from": "2026-01-01", "to": "2026-03-01"}]),
        broken(make_up=[{"name": "元旦", "day": "2026-01-05"}]),
        broken(make_up=[{"name": "元旦", "day": "2026-01-03"}]),
        broken(make_up=[{"name": "元旦", "day": "2026-01-04"}, {"name": "元旦", "day": "2026-01-04"}]),
        broken(make_up=[None]),
        broken(make_up=[{"name": "元旦", "day": 20260104}]),
    ],
)
def test_a_doubtful_table_is_refused_whole(table):
    with pytest.raises(Refusal) as refused:
        parse_calendar(table)
    assert refused.value.code == "calendar_table_invalid"
    assert refused.value.facts["reason"]


def test_a_table_that_forgets_a_festival_is_refused():
    table = broken()
    off = table["off"]
    assert isinstance(off, list)
    table["off"] = [block for block in off if block["name"] != "端午节"]
    with pytest.raises(Refusal) as refused:
        parse_calendar(table)
    assert refused.value.facts == {"reason": "festival_missing", "where": "端午"}
