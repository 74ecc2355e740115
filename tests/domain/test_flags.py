"""Flags: who decided each and by what, what is unknown; thresholds and the simple way come from dated settings."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from domain.acts import CaseKind
from domain.canonical import Json
from domain.commands import RepeatDecision
from domain.flags import TITLES, Flag, first_here, flags
from domain.fold import CaseState, fold
from domain.levels import skips_levels
from domain.refusals import Refusal
from domain.rules import Rules
from domain.ruletable import parse_rules
from domain.simple import check_simple, conditions
from tests.domain.states import RULES, matter, refusal, state
from tests.domain.test_tables import example, layered, rules_draft

DAY = date(2026, 12, 1)


def visit(**fields: Json) -> CaseState:
    plain: dict[str, Json] = {"number": "370206-1-20261123-001", "channel": "visit", "headcount": 1}
    return state({**plain, **fields}, kind=CaseKind.VISIT)


def told(
    one: CaseState, at: CaseState | None = None, earlier: CaseState | None = None, rules: Rules = RULES
) -> dict[str, Flag]:
    return {flag.code: flag for flag in flags(one, at or visit(), earlier, rules)}


def setting(name: str, value: Any) -> Rules:
    entry = {"setting": name, "from": "2026-01-01", "value": value, "basis": "本县通知"}
    return RULES.overlaid(parse_rules({"name": "某县", "settings": [entry]}))


def by_county(before: CaseState, **sets: Json) -> CaseState:
    """The case after the county took a word of the system above."""
    last = before.acts[-1]
    told_above = replace(last, act_id="f" * 32, lamport=last.lamport + 1, office="county", sets=sets, over=())
    return fold([*before.acts, told_above])


def test_every_flag_is_told_in_the_order_of_the_dossier():
    assert list(told(matter())) == list(TITLES)


def test_nationally_first_stays_unknown_whatever_a_desk_writes():
    written: dict[str, Json] = {"repeat": "first", "first.office": True, "first.national": True}
    flag = told(matter(**written))["first_national"]
    assert (flag.value, flag.by) == (None, "")
    assert flag.why.startswith("待核")
    above = told(by_county(matter(repeat="first"), **{"first.national": False}))["first_national"]
    assert (above.value, above.by) == (False, "county")


@pytest.mark.parametrize(
    ("kind", "earlier", "expected"),
    [
        ("first", None, {"first.office": True, "first.office_form": True}),
        ("undecided", None, {}),
        ("repeat", None, {}),
        ("repeat", matter(), {"first.office": False, "first.office_form": False}),
        ("new_facts", matter(office="370299"), {"first.office": True, "first.office_form": True}),
        ("repeat", matter(channel="letter", repeat="first"), {"first.office": False, "first.office_form": True}),
        ("repeat", matter(channel="letter", repeat="repeat"), {"first.office": False}),
    ],
)
def test_first_at_this_office_follows_from_the_decision_about_repeats(
    kind: str, earlier: CaseState | None, expected: dict[str, bool]
):
    assert first_here(kind, "370206", "visit", earlier) == expected


def test_a_repeat_says_who_decided_and_whether_the_rule_agreed():
    decided: dict[str, Json] = {"repeat": "repeat", "repeat.proposed": "repeat", "repeat.reason": "同一证件"}
    agreed = told(matter(**decided))["repeat"]
    assert (agreed.value, agreed.by, agreed.why) == (True, "clerk", "同一证件，与规则提示一致")
    against = told(matter(**{"repeat": "first", "repeat.proposed": "repeat"}))["repeat"]
    assert (against.value, against.why) == (False, "经办人认定，与规则提示不同")
    assert told(matter(repeat="undecided"))["repeat"].value is None


@pytest.mark.parametrize(("people", "collective"), [(4, False), (5, True), (12, True)])
def test_a_collective_visit_is_told_by_the_people_present_and_the_setting_of_the_day(people: int, collective: bool):
    flag = told(matter(), visit(headcount=people, collective=collective))["collective"]
    assert (flag.value, flag.by) == (collective, "rule")
    assert f"信访人数{people}人，口径5人以上" in flag.why
    assert "待核实" in flag.why


def test_a_large_collective_visit_is_unknown_until_the_county_sets_a_number():
    assert told(matter(), visit(headcount=80))["large_collective"].value is None
    county = told(matter(), visit(headcount=80), rules=setting("large_collective_headcount", 50))["large_collective"]
    assert (county.value, county.by) == (True, "rule")


def test_joint_signing_belongs_to_letters_and_collective_to_visits():
    letter = told(matter(), visit(channel="letter", headcount=6))
    assert (letter["joint"].value, letter["collective"].value) == (True, False)
    walk_in = told(matter(), visit(headcount=6))
    assert (walk_in["joint"].value, walk_in["collective"].value) == (False, True)


def test_what_nobody_ticked_is_unknown_and_what_the_record_suggests_is_said():
    plain = told(matter())
    assert (plain["threat"].value, plain["threat"].why) == (None, "没有标注")
    ticked = told(matter(**{"flag.threat": True}))["threat"]
    assert (ticked.value, ticked.by) == (True, "clerk")
    court = told(matter(**{"triage.court": "yes"}))["litigation"]
    assert (court.value, court.why.startswith("规则提示")) == (None, True)
    assert told(by_county(matter(), **{"flag.backlog": True}))["backlog"].by == "county"


def test_a_backlog_is_suggested_by_the_countys_number_of_days_and_by_nothing_else():
    old = matter(received_on="2024-11-01")
    assert told(matter(), earlier=old)["backlog"].why == "没有标注"
    assert "2024-11-01首次登记" in told(matter(), earlier=old, rules=setting("backlog_days", 365))["backlog"].why


def test_an_anonymous_visit_says_so():
    assert told(matter(), visit(anonymous=True))["anonymous"].value is True
    assert told(matter(), visit())["anonymous"].value is False


@pytest.mark.parametrize(
    ("receiver", "competent", "skips"),
    [("county", "county", False), ("county", "township", False), ("city", "township", True), ("", "township", None),
     ("city", "unit", None), ("township", "county", False)],
)  # fmt: skip
def test_levels_are_skipped_above_the_organs_own_level_or_one_above(receiver: str, competent: str, skips: bool | None):
    assert skips_levels(receiver, competent, RULES, DAY) is skips
    assert skips_levels("city", "township", setting("levels_above", 2), DAY) is False


# the simple way ------------------------------------------------------------------------------------------------------

SIMPLE = layered(rules_draft(example("rules-county"))).at("370299101")


def test_the_simple_way_needs_a_region_a_condition_a_first_matter_and_no_excluded_flag():
    first = matter(repeat="first")
    assert refusal(lambda: check_simple("clear", first, visit(), RULES, DAY)).code == "simple_handling_off"
    day_before = date(2026, 11, 30)
    assert refusal(lambda: check_simple("clear", first, visit(), SIMPLE, day_before)).code == "simple_handling_off"
    check_simple("clear", first, visit(), SIMPLE, DAY)
    assert set(conditions(SIMPLE, DAY)) == {"clear", "consultation", "daily_life", "promised"}
    assert refusal(lambda: check_simple("", first, visit(), SIMPLE, DAY)).code == "simple_condition_missing"
    for kind in ("repeat", "undecided"):
        with pytest.raises(Refusal, match="simple_only_first"):
            check_simple("clear", matter(repeat=kind), visit(), SIMPLE, DAY)
    crowd = visit(collective=True, headcount=6)
    assert refusal(lambda: check_simple("clear", first, crowd, SIMPLE, DAY)).facts["flag"] == "collective"
    sets: dict[str, Json] = {"repeat": "first", "flag.litigation": True}
    flagged = matter(**sets)
    assert refusal(lambda: check_simple("clear", flagged, visit(), SIMPLE, DAY)).code == "simple_excluded"


def test_a_decision_about_repeats_defaults_to_undecided():
    assert RepeatDecision().kind == "undecided"
