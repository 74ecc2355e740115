"""Figures: what is counted on which day, rates with their formulas, the annual report and its corrections."""

from __future__ import annotations

from collections import Counter
from datetime import date

import pytest

from domain.canonical import Json
from domain.commands import IssueSupervision, MakeProposal, ReferMatter
from domain.figures import (
    DEFINITIONS,
    RATES,
    Entry,
    Period,
    Snapshot,
    annual_blocks,
    corrections,
    counted,
    matter_entries,
    period_of,
    ratios,
    visit_entries,
)
from domain.refusals import Refusal
from tests.domain.lives import HALL, HOUSING, ID, Life
from tests.domain.states import refusal, state

AS_OF = date(2026, 10, 31)
YEAR = period_of("year", AS_OF)


def of(life: Life, as_of: date = AS_OF, *, repeated: bool = False) -> list[Entry]:
    return list(matter_entries(life.case, tuple(life.all_clocks), as_of, repeated=repeated))


def rate(code: str, entries: list[Entry], period: Period = YEAR) -> str:
    return next(each.shown for each in ratios(counted(entries, period)) if each.rate.code == code)


def told_on(day: str) -> Life:
    """A claim received at the organ on 2 September; its fifteen days end on 17 September."""
    return Life.registered(HOUSING, "2026-09-02", **({"notice_delivered_on": day} if day else {}))


# rates --------------------------------------------------------------------------------------------------------------


def test_row_42_seven_in_time_two_late_and_one_overdue_make_seventy_per_cent() -> None:
    entries = [e for day in ["2026-09-17"] * 7 + ["2026-09-18"] * 2 + [""] for e in of(told_on(day))]
    assert rate("told_by_organ", entries) == "70.00%"


def test_row_42_a_rate_over_nothing_is_a_dash() -> None:
    assert {each.shown for each in ratios({})} == {"—"}


def test_row_42_every_rate_is_printed_with_its_formula_and_says_whether_it_is_confirmed() -> None:
    assert all(each.title in each.formula and "÷" in each.formula for each in RATES)
    assert {each.basis for each in RATES} == {"seen", "memory"}


def test_a_period_that_still_runs_and_a_notice_that_is_not_owed_are_in_no_rate() -> None:
    running = of(told_on(""), date(2026, 9, 10))
    unclear = of(Life.registered(HOUSING, "2026-09-02", notice_off="address_unclear"))
    assert (rate("told_by_organ", running), rate("told_by_organ", unclear)) == ("—", "—")


def test_the_petition_office_and_the_organ_are_measured_apart() -> None:
    life = Life.registered().on("2026-09-18")
    life.do(HALL, ReferMatter(ID, HOUSING, "县住建局"))
    assert (rate("told_by_office", of(life)), rate("told_by_organ", of(life))) == ("0.00%", "—")


def test_percentages_are_rounded_half_up() -> None:
    entries = [e for day in ["2026-09-17"] * 1 + ["2026-09-18"] * 7 for e in of(told_on(day))]
    assert rate("told_by_organ", entries) == "12.50%"
    third = [e for day in ["2026-09-17"] * 2 + ["2026-09-18"] for e in of(told_on(day))]
    assert rate("told_by_organ", third) == "66.67%"


@pytest.mark.parametrize(("repeated", "shown"), [(False, "100.00%"), (True, "0.00%")])
def test_a_first_matter_is_settled_at_once_unless_a_later_one_repeats_it(repeated: bool, shown: str) -> None:
    life = Life.registered(HOUSING, repeat="first", opinion_delivered_on="2026-09-20")
    assert rate("settled_at_once", of(life, repeated=repeated)) == shown


def test_an_accusation_is_never_asked_for_an_evaluation_and_names_no_organ() -> None:
    fields: dict[str, Json] = {"matter_class": "accusation", "accused_organ": "县住建局", "route": ""}
    ended = fields | {"stage": "closed", "closed_on": "2026-09-20", "outcome": "led_to_route"}
    entries = of(Life.registered(HOUSING, "2026-09-02", **ended))
    assert not [each for each in entries if each.name.startswith("evaluation")]
    assert [each.part for each in entries if each.name == "about"] == [""]


# visits and periods -------------------------------------------------------------------------------------------------


def test_a_visit_counts_as_one_batch_and_by_its_heads() -> None:
    twelve = state({"visited_on": "2026-09-02", "headcount": 12, "collective": True})
    assert counted(visit_entries(twelve), period_of("day", date(2026, 9, 2))) == Counter(
        {("visits", ""): 1, ("people", ""): 12, ("collective_visits", ""): 1, ("collective_people", ""): 12}
    )


@pytest.mark.parametrize(
    ("kind", "first", "last"),
    [
        ("day", "2026-09-02", "2026-09-02"),
        ("week", "2026-08-31", "2026-09-06"),
        ("fortnight", "2026-08-24", "2026-09-06"),
        ("month", "2026-09-01", "2026-09-30"),
        ("year", "2026-01-01", "2026-12-31"),
    ],
)
def test_a_day_lies_in_its_week_from_monday_its_fortnight_its_month_and_its_year(
    kind: str, first: str, last: str
) -> None:
    found = period_of(kind, date(2026, 9, 2))  # type: ignore[arg-type]
    assert (found.first.isoformat(), found.last.isoformat()) == (first, last)


def test_december_ends_on_its_thirty_first() -> None:
    assert period_of("month", date(2026, 12, 5)).last == date(2026, 12, 31)


# the annual report --------------------------------------------------------------------------------------------------


def test_row_30_the_report_has_the_four_blocks_of_article_41_and_loses_no_number() -> None:
    life = Life.registered().on("2026-09-03")
    life.do(HALL, ReferMatter(ID, HOUSING, "县住建局"))
    life.do(HALL, IssueSupervision(ID, "delay", "超期", "办结", "2026-12-31"))
    life.do(HALL, MakeProposal(ID, "policy", "县政府", "标准不一", "统一标准", "2026-12-31"))
    counts = counted(of(life), YEAR)
    blocks = annual_blocks(counts)
    assert [each.item for each in blocks] == ["R 41(一)", "R 41(二)", "R 41(三)", "R 41(四)"]
    assert blocks[1].rows == (("referred", HOUSING, 1), ("supervised.open", "delay", 1))
    assert blocks[2].rows == (("proposed.open", "policy", 1),)
    assert sum(n for block in blocks for *_, n in block.rows) == sum(counts.values())


def test_row_30_the_year_is_the_sum_of_its_daily_snapshots_and_their_corrections() -> None:
    """A registration that came late by stick is missing in the snapshots of its day, and named as a correction."""
    lives = {day: told_on("") for day in ("2026-09-02",)}
    late = Life.registered(HOUSING, "2026-09-03")
    frozen = []
    for day in YEAR.days():
        known = list(lives.values()) + ([late] if day >= date(2026, 9, 10) else [])
        entries = [each for life in known for each in of(life, day)]
        frozen.append(Snapshot(day, f"{day} 17:30", DEFINITIONS, counted(entries, Period("day", day, day))))
    now = [each for life in (*lives.values(), late) for each in of(life, date(2026, 12, 31))]
    found = corrections(frozen, now)
    total: Counter[tuple[str, str]] = Counter()
    for snapshot in frozen:
        total.update(snapshot.counts)
    assert total["matters", ""] == 1
    for each in found:
        total[each.name, each.part] += each.by
    assert +total == counted(now, YEAR)
    assert (date(2026, 9, 3), "matters", 1) in [(each.day, each.name, each.by) for each in found]


def test_a_snapshot_taken_by_other_definitions_is_not_subtracted_from() -> None:
    old = Snapshot(date(2026, 9, 2), "", "2025.1", {})
    assert refusal(lambda: corrections([old], [])).code == "snapshot_definitions"


def test_a_snapshot_comes_back_as_it_was_kept() -> None:
    frozen = Snapshot(date(2026, 9, 2), "2026-09-02 17:30", DEFINITIONS, {("matters", ""): 3, ("class", "claim"): 2})
    assert Snapshot.parse(frozen.as_json()) == frozen


@pytest.mark.parametrize("body", [None, {}, {"day": "x", "counts": []}, {"day": "2026-09-02", "counts": [["a", 1]]}])
def test_a_damaged_snapshot_is_refused(body: object) -> None:
    with pytest.raises(Refusal, match="snapshot_invalid"):
        Snapshot.parse(body)
