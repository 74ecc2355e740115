"""Clocks T1–T13 against the worked examples, by hand and by a naive count."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import resources
from domain.beijing import beijing_date
from domain.deadlines import Clock, Light, check_extension, due, report, warning_light
from domain.refusals import Refusal
from domain.ruletable import parse_rules
from domain.workcalendar import WorkCalendar, parse_calendar

CALENDAR = WorkCalendar([parse_calendar(each) for each in resources.calendars()])
RULES = parse_rules(resources.rules())
CASES = json.loads((Path(__file__).parent / "deadline_cases.json").read_text(encoding="utf-8"))
# Which clock each worked example is about, with what the command line would be given beside the date.
CLOCKS: dict[str, tuple[str, dict[str, Any]]] = {
    "A01": ("T1", {}),
    "A02": ("T2", {}),
    "A03": ("T2", {}),
    "A05": ("T2", {}),
    "A12": ("T2", {}),
    "B01": ("T4", {}),
    "B02": ("T4", {}),
    "B03": ("T4", {}),
    "B06": ("T4", {}),
    "B08": ("T4", {}),
    "C02": ("T6", {}),
    "C04": ("T6", {}),
    "C06": ("T6", {}),
    "D01": ("T6", {}),
    "D02": ("T7", {"days": 30}),
    "E01": ("T8", {}),
    "E02": ("T10", {}),
    "E06": ("T11", {"exclude": [(date(2026, 9, 10), date(2026, 9, 24))]}),
    "S01": ("T12", {}),
    "S02": ("T13", {}),
    "G01": ("T5", {"days": 30}),
}


def day(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)


def refused(code: str, clock: Clock, start: date, **more: Any) -> Refusal:
    with pytest.raises(Refusal) as caught:
        due(clock, start, CALENDAR, RULES, **more)
    assert caught.value.code == code
    return caught.value


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["id"])
def test_a_worked_example_comes_out_as_the_dossier_says(case):
    code, more = CLOCKS[case["id"]]
    result = due(Clock[code], date.fromisoformat(case["start"]), CALENDAR, RULES, **more)
    if case["kind"] == "workday":
        assert result.nominal == result.rolled == day(case["due"])
        assert [each.isoformat() for each in result.counted] == case["counted"]
    else:
        assert result.nominal == day(case["nominal"])
        assert result.rolled == day(case["rolled"])
        assert result.counted == ()
    assert result.calendar_missing == (2027 if case["id"] in ("A12", "C06") else None)


def test_every_worked_example_has_its_clock():
    assert {case["id"] for case in CASES} == set(CLOCKS)


def test_h1_the_event_day_is_the_beijing_date():
    event = beijing_date(int(datetime(2026, 9, 24, 16, 30, tzinfo=UTC).timestamp() * 1000))
    assert event == date(2026, 9, 25)
    assert due(Clock.T2, event, CALENDAR, RULES).nominal == date(2026, 10, 10)


def test_h2_a_referral_chain_starts_objection_and_notice_on_the_day_of_receipt():
    assert due(Clock.T1, date(2026, 9, 2), CALENDAR, RULES).rolled == date(2026, 9, 17)
    objection = due(Clock.T4, date(2026, 9, 16), CALENDAR, RULES)
    assert objection.rolled == date(2026, 9, 22)
    assert date(2026, 9, 20) in objection.counted
    notice = due(Clock.T3, date(2026, 9, 16), CALENDAR, RULES)
    assert (notice.nominal, notice.rolled) == (date(2026, 10, 1), date(2026, 10, 8))


def test_h3_an_objection_on_the_sixth_working_day_is_late():
    objection = due(Clock.T4, date(2026, 9, 16), CALENDAR, RULES)
    assert objection.is_late(date(2026, 9, 22)) is False
    assert objection.is_late(date(2026, 9, 23)) is True
    assert CALENDAR.workdays_between(date(2026, 9, 16), date(2026, 9, 23)) == 6


def test_h4_an_extension_runs_from_the_nominal_sixtieth_day_and_needs_approval_by_then():
    accepted = date(2026, 7, 20)
    extended = check_extension(accepted, date(2026, 9, 18), 30, CALENDAR, RULES)
    assert (extended.nominal, extended.rolled) == (date(2026, 10, 18), date(2026, 10, 19))
    with pytest.raises(Refusal) as late:
        check_extension(accepted, date(2026, 9, 19), 30, CALENDAR, RULES)
    assert (late.value.code, late.value.facts["end"]) == ("extension_after_expiry", "2026-09-18")
    with pytest.raises(Refusal) as twice:
        check_extension(accepted, date(2026, 9, 18), 15, CALENDAR, RULES, already=[20])
    assert (twice.value.code, twice.value.facts["days"]) == ("extension_over_30", 35)
    second = check_extension(accepted, date(2026, 10, 8), 10, CALENDAR, RULES, already=[20])
    assert second.nominal == date(2026, 10, 18)
    with pytest.raises(Refusal) as early:
        check_extension(accepted, date(2026, 7, 19), 10, CALENDAR, RULES)
    assert early.value.code == "extension_before_acceptance"


def test_an_extension_never_starts_from_a_rolled_day():
    # day 60 of an acceptance on 2026-03-02 is 05-01 and rolls to 05-06; ten more days run from 05-01
    assert due(Clock.T6, date(2026, 3, 2), CALENDAR, RULES).rolled == date(2026, 5, 6)
    assert due(Clock.T7, date(2026, 3, 2), CALENDAR, RULES, days=10).nominal == date(2026, 5, 11)


def test_h5_an_address_supplied_later_keeps_the_day_of_receipt():
    assert due(Clock.T2, date(2026, 11, 23), CALENDAR, RULES).rolled == date(2026, 12, 8)


def test_h7_sixty_days_ending_on_a_saturday_roll_to_monday():
    running = due(Clock.T6, date(2026, 9, 1), CALENDAR, RULES)
    assert (running.nominal, running.rolled) == (date(2026, 10, 31), date(2026, 11, 2))


def test_h9_overlapping_hearings_are_taken_out_once_and_a_hearing_after_the_end_not_at_all():
    start = date(2026, 9, 1)
    overlapping = [(date(2026, 9, 10), date(2026, 9, 20)), (date(2026, 9, 15), date(2026, 9, 24))]
    assert due(Clock.T11, start, CALENDAR, RULES, exclude=overlapping).nominal == date(2026, 10, 16)
    after = due(Clock.T11, start, CALENDAR, RULES, exclude=[(date(2026, 10, 2), date(2026, 10, 9))])
    assert (after.nominal, after.excluded) == (date(2026, 10, 1), ())
    on_the_event_day = due(Clock.T11, start, CALENDAR, RULES, exclude=[(date(2026, 8, 30), start)])
    assert (on_the_event_day.nominal, on_the_event_day.excluded) == (date(2026, 10, 1), ())
    on_the_last_day = due(Clock.T11, start, CALENDAR, RULES, exclude=[(date(2026, 10, 1), date(2026, 10, 9))])
    assert on_the_last_day.nominal == date(2026, 10, 10)


def test_refusals_name_what_is_wrong_with_the_days():
    start = date(2026, 10, 12)
    assert refused("days_missing", Clock.T5, start).article == "R 22①(三)"
    refused("days_invalid", Clock.T5, start, days=0)
    refused("days_invalid", Clock.T5, start, days=10**9)
    refused("extension_over_30", Clock.T7, start, days=31)
    refused("days_not_allowed", Clock.T6, start, days=90)
    refused("exclusion_not_allowed", Clock.T6, start, exclude=[(start, start)])
    refused("exclusion_invalid", Clock.T11, start, exclude=[(start + timedelta(days=3), start)])
    refused("rule_missing", Clock.T1, date(2022, 1, 1))


def test_a_petitioner_is_late_only_after_the_rolled_day():
    in_time = due(Clock.T8, date(2026, 9, 1), CALENDAR, RULES)
    assert in_time.is_late(date(2026, 10, 8)) is False
    assert due(Clock.T8, date(2026, 8, 31), CALENDAR, RULES).is_late(date(2026, 10, 8)) is True


def test_the_office_is_late_after_the_nominal_day_unless_the_county_decides_otherwise():
    start = date(2026, 9, 16)
    assert due(Clock.T3, start, CALENDAR, RULES).is_late(date(2026, 10, 8)) is True
    county = parse_rules(
        {
            "name": "某县",
            "settings": [
                {"setting": "roll_policy", "from": "2026-01-01", "value": "rolled", "basis": "某县规定（虚构）"}
            ],
        }
    )
    assert due(Clock.T3, start, CALENDAR, RULES.overlaid(county)).is_late(date(2026, 10, 8)) is False


def test_a_missing_calendar_leaves_the_petitioners_lateness_open():
    open_end = due(Clock.T8, date(2026, 12, 2), CALENDAR, RULES)  # nominal 2027-01-01
    assert (open_end.nominal, open_end.rolled) == (date(2027, 1, 1), None)
    assert open_end.is_late(date(2027, 1, 4)) is None
    assert open_end.is_late(date(2027, 1, 1)) is False


def test_working_days_into_a_year_without_a_table_give_no_day_but_what_was_counted():
    result = due(Clock.T4, date(2026, 12, 29), CALENDAR, RULES)
    assert (result.nominal, result.rolled, result.calendar_missing) == (None, None, 2027)
    assert result.counted == (date(2026, 12, 30), date(2026, 12, 31))


@pytest.mark.parametrize(
    ("used", "light"),
    [(29, "正常"), (30, "预警"), (44, "预警"), (45, "警告"), (51, "严重警告"), (60, "严重警告"), (61, "超期")],
)
def test_the_warning_light_of_a_sixty_day_clock(used, light):
    start = date(2026, 3, 2)
    assert warning_light(start, start + timedelta(days=60), start + timedelta(days=used)) is Light(light)


def test_a_report_is_plain_json_with_its_arithmetic():
    told = report(due(Clock.T3, date(2026, 9, 16), CALENDAR, RULES))
    assert json.loads(json.dumps(told)) == told
    assert (told["clock"], told["article"], told["from"]) == ("T3", "R 23③", "2026-09-16")
    assert (told["nominal"], told["rolled"]) == ("2026-10-01", "2026-10-08")
    assert told["counted"] == {"days": 15, "first": "2026-09-17", "last": "2026-10-01"}
    assert told["tables"] == ["2026v1"]
    assert "2026年10月1日（周四，国庆节放假）" in str(told["arithmetic"])
    assert "2026年10月8日（周四）" in str(told["arithmetic"])


def test_a_report_of_a_working_day_clock_lists_every_day_and_a_missing_year_is_said():
    told = report(due(Clock.T4, date(2026, 9, 17), CALENDAR, RULES))
    assert told["counted"] == ["2026-09-18", "2026-09-20", "2026-09-21", "2026-09-22", "2026-09-23"]
    assert told["nominal"] == told["rolled"] == "2026-09-23"
    missing = report(due(Clock.T2, date(2026, 12, 17), CALENDAR, RULES))
    assert (missing["nominal"], missing["rolled"], missing["calendar_missing"]) == ("2027-01-01", None, 2027)
    assert "日历缺失" in str(missing["arithmetic"])


def test_the_arithmetic_tells_of_hearings_extensions_and_unconfirmed_rules():
    hearing = due(Clock.T11, date(2026, 9, 1), CALENDAR, RULES, exclude=[(date(2026, 9, 10), date(2026, 9, 24))])
    assert "听证2026年9月10日至2026年9月24日共15日不计" in str(report(hearing)["arithmetic"])
    extended = due(Clock.T7, date(2026, 7, 20), CALENDAR, RULES, days=20)
    assert "自次日起算60日，再延长20日，共80日" in str(report(extended)["arithmetic"])
    assert "（待核实）" in str(report(due(Clock.T12, date(2026, 9, 23), CALENDAR, RULES))["arithmetic"])


def test_the_old_petition_regulation_is_never_named():
    for clock in Clock:
        told = report(due(clock, date(2026, 3, 2), CALENDAR, RULES, days=10 if clock is Clock.T5 else None))
        assert "《信访条例》" not in str(told)


# ---- differential: a count with fingers, from the notices' own days typed in again

OFF = {
    date(y, m, d)
    for y, m, first, last in [
        (2025, 1, 1, 1),
        (2025, 1, 28, 31),
        (2025, 2, 1, 4),
        (2025, 4, 4, 6),
        (2025, 5, 1, 5),
        (2025, 5, 31, 31),
        (2025, 6, 1, 2),
        (2025, 10, 1, 8),
        (2026, 1, 1, 3),
        (2026, 2, 15, 23),
        (2026, 4, 4, 6),
        (2026, 5, 1, 5),
        (2026, 6, 19, 21),
        (2026, 9, 25, 27),
        (2026, 10, 1, 7),
    ]
    for d in range(first, last + 1)
}
WORKED = {
    date(*each)
    for each in [
        (2025, 1, 26),
        (2025, 2, 8),
        (2025, 4, 27),
        (2025, 9, 28),
        (2025, 10, 11),
        (2026, 1, 4),
        (2026, 2, 14),
        (2026, 2, 28),
        (2026, 5, 9),
        (2026, 9, 20),
        (2026, 10, 10),
    ]
}
DAYS = st.dates(date(2025, 1, 1), date(2026, 12, 31))


def worked(each: date) -> bool:
    assert each.year in (2025, 2026), "the fingers have no table either"
    return each in WORKED or (each.isoweekday() <= 5 and each not in OFF)


@settings(max_examples=400, deadline=None)
@given(start=DAYS, clock=st.sampled_from([Clock.T4, Clock.T12, Clock.T13]))
def test_working_day_clocks_agree_with_a_count_on_fingers(start, clock):
    left, each = clock.ceiling, start
    assert left is not None
    while left and each < date(2026, 12, 31):
        each += timedelta(days=1)
        left -= worked(each)
    result = due(clock, start, CALENDAR, RULES)
    assert result.rolled == (None if left else each)
    assert result.calendar_missing == (2027 if left else None)


@settings(max_examples=400, deadline=None)
@given(
    start=DAYS,
    hearings=st.lists(st.tuples(st.integers(-5, 90), st.integers(0, 40)), max_size=4),
)
def test_calendar_clocks_agree_with_a_count_on_fingers_hearings_left_out(start, hearings):
    spans = [(start + timedelta(days=a), start + timedelta(days=a + length)) for a, length in hearings]
    left, each = 30, start
    while left:
        each += timedelta(days=1)
        left -= not any(first <= each <= last for first, last in spans)
    nominal = each
    while each.year <= 2026 and not worked(each):
        each += timedelta(days=1)
    result = due(Clock.T11, start, CALENDAR, RULES, exclude=spans)
    assert result.nominal == nominal
    assert result.rolled == (each if each.year <= 2026 else None)
