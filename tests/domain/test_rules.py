"""Dated rules: what is in force on a day, and that nobody can loosen the Regulation."""

from __future__ import annotations

import copy
from datetime import date

import pytest

import resources
from domain.clocks import Clock
from domain.refusals import Refusal
from domain.rules import CEILINGS, Rules
from domain.ruletable import parse_rules


@pytest.fixture
def rules() -> Rules:
    return parse_rules(resources.rules())


def local(**entry: object) -> Rules:
    return parse_rules({"name": "某县", "clocks": [{"from": "2026-01-01", "basis": "某县规定（虚构）", **entry}]})


def test_the_shipped_table_gives_every_clock_the_length_of_the_regulation(rules):
    for clock in Clock:
        assert rules.clock(clock.name, date(2026, 11, 23)).days == CEILINGS[clock.name] == clock.ceiling


def test_what_rests_on_memory_is_marked_so(rules):
    day = date(2026, 11, 23)
    assert {clock.name for clock in Clock if rules.clock(clock.name, day).from_memory} == {"T12", "T13"}
    assert rules.setting("collective_headcount", day).from_memory


def test_there_is_no_rule_before_the_regulation_was_in_force(rules):
    with pytest.raises(Refusal) as refused:
        rules.clock("T1", date(2022, 4, 30))
    assert refused.value.code == "rule_missing"
    assert rules.clock("T1", date(2022, 5, 1)).days == 15


def test_a_stricter_local_rule_counts_from_its_own_day_on(rules):
    both = rules.overlaid(local(clock="T2", days=7))
    assert both.clock("T2", date(2025, 12, 31)).days == 15
    assert both.clock("T2", date(2026, 1, 1)).days == 7
    assert both.clock("T3", date(2026, 1, 1)).days == 15


def test_of_two_rules_from_one_day_the_local_one_counts(rules):
    both = rules.overlaid(local(clock="T2", days=7)).overlaid(local(clock="T2", days=5))
    assert both.clock("T2", date(2026, 11, 23)).days == 5


@pytest.mark.parametrize(("clock", "days"), [("T2", 16), ("T4", 6), ("T6", 61), ("T7", 31), ("T8", 31), ("T8", 20)])
def test_a_local_rule_laxer_than_the_law_or_touching_the_petitioners_period_is_refused(clock, days):
    with pytest.raises(Refusal) as refused:
        local(clock=clock, days=days)
    assert refused.value.code == "rule_over_ceiling"


def test_representatives_are_limited_by_bands_and_never_above_five(rules):
    zhejiang = parse_rules(
        {
            "name": "省规",
            "clocks": [],
            "settings": [
                {
                    "setting": "representative_limits",
                    "from": "2026-01-01",
                    "basis": "省规第十五条（待核实）",
                    "value": [{"up_to": 10, "limit": 3}, {"up_to": None, "limit": 5}],
                }
            ],
        }
    )
    both = rules.overlaid(zhejiang)
    assert both.representative_limit(9, date(2026, 11, 23)) == 3
    assert both.representative_limit(12, date(2026, 11, 23)) == 5
    assert both.representative_limit(9, date(2025, 11, 23)) == 5


@pytest.mark.parametrize(
    "change",
    [
        {"name": ""},
        {"clocks": {}},
        {"clocks": [{"clock": "T99", "from": "2026-01-01", "days": 3, "basis": "x"}]},
        {"clocks": [{"clock": "T1", "from": "1 Jan", "days": 3, "basis": "x"}]},
        {"clocks": [{"clock": "T1", "from": "2026-01-01", "days": 0, "basis": "x"}]},
        {"clocks": [{"clock": "T1", "from": "2026-01-01", "days": True, "basis": "x"}]},
        {"clocks": [{"clock": "T1", "from": "2026-01-01", "days": None, "basis": "x"}]},
        {"clocks": [{"clock": "T1", "from": "2026-01-01", "days": 3, "basis": ""}]},
        {"settings": [{"setting": "unknown", "from": "2026-01-01", "value": 1, "basis": "x"}]},
        {"settings": [{"setting": "roll_policy", "from": "2026-01-01", "value": "sometimes", "basis": "x"}]},
        {"settings": [{"setting": "roll_policy", "from": "2026-01-01", "value": [], "basis": "x"}]},
        {"settings": [{"setting": "warning_percent", "from": "2026-01-01", "value": [75, 50, 85], "basis": "x"}]},
        {
            "settings": [
                {
                    "setting": "representative_limits",
                    "from": "2026-01-01",
                    "value": [{"up_to": None, "limit": 6}],
                    "basis": "x",
                }
            ]
        },
        {"settings": [{"setting": "collective_headcount", "from": "2026-01-01", "value": "5", "basis": "x"}]},
    ],
)
def test_a_malformed_rule_table_is_refused(change):
    table = copy.deepcopy(resources.rules())
    table.update(change)
    with pytest.raises(Refusal) as refused:
        parse_rules(table)
    assert refused.value.code == "rule_table_invalid"
