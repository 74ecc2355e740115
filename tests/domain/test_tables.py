"""Imported tables: rules in layers by region and by the day they became known, codes in versions that stay."""

from __future__ import annotations

import copy
import json
from datetime import date
from typing import Any

import pytest

import resources
from domain.acts import ActDraft
from domain.clocks import Clock
from domain.codes import TABLES, CodeBook, parse_codes
from domain.commands import ImportCodes, ImportRules
from domain.decisions import tables
from domain.fold import CaseState, fold
from domain.refusals import Refusal
from domain.rules import Rules, region_prefix
from domain.ruletable import parse_rules
from tests.domain.states import RULES, as_acts, refusal

TODAY = date(2026, 11, 23)
BOOK = CodeBook(parse_codes(resources.table(name), name) for name in TABLES)


def state_of(draft: ActDraft) -> CaseState:
    return fold(as_acts([draft]))


def example(file: str, **changes: object) -> str:
    return json.dumps({**json.loads(resources.path(f"examples/{file}.json").read_text("utf-8")), **changes})


def rules_draft(text: str, state: CaseState | None = None, office: str | None = "370299101") -> ActDraft:
    return tables.import_rules(ImportRules(text), state, TODAY, office)


def layered(*drafts: ActDraft) -> Rules:
    layers = [tables.read_layer(body) for draft in drafts for body in draft.sets.values()]
    return RULES.overlaid(Rules(tuple(layer for layer in layers if layer is not None)))


# rules ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "days"), [("rules-zhejiang-2016", 30), ("rules-henan-2012", 30), ("rules-county", 45)]
)
def test_every_example_is_a_table_and_stricter_than_the_law_for_its_region_alone(name: str, days: int):
    body = json.loads(example(name))
    rules = layered(rules_draft(example(name), office=None))
    inside = rules.at(body["region"])
    day = date(2026, 12, 1)
    assert (inside.clock("T6", day).days, rules.at("110101").clock("T6", day).days) == (days, 60)
    assert inside.clock("T4", day).days == 5


def test_a_table_that_nobody_confirmed_says_so():
    for name in ("rules-zhejiang-2016", "rules-henan-2012"):
        body = json.loads(example(name))
        assert body["verified"] is False
        assert "未核实" in body["name"]
        assert all("未核实" in each["basis"] for each in body["clocks"])


def test_of_the_lengths_in_force_the_shortest_counts_whichever_table_is_younger():
    province = rules_draft(example("rules-henan-2012", region="370000"))
    county = rules_draft(example("rules-county"))
    for order in ((province, county), (county, province)):
        rules = layered(*order).at("370299101")
        assert rules.clock("T6", date(2026, 12, 1)).days == 30
        assert rules.clock("T2", date(2026, 12, 1)).days == 10
        assert rules.clock("T2", date(2026, 11, 30)).days == 15


def test_a_higher_version_takes_the_place_of_the_whole_table():
    first = rules_draft(example("rules-county"))
    second = rules_draft(example("rules-county", version=2, clocks=[]), state_of(first))
    assert layered(second, first).at("370299").clock("T6", date(2026, 12, 1)).days == 60


def test_what_had_ended_before_a_table_was_known_keeps_its_measure():
    rules = layered(rules_draft(example("rules-county", clocks=[_clock("T6", "2022-05-01", 20)])))
    accepted = date(2026, 10, 1)
    assert rules.at("370299", None).clock("T6", accepted).days == 20
    assert rules.at("370299", date(2026, 11, 22)).clock("T6", accepted).days == 60
    assert rules.at("370299", TODAY).clock("T6", accepted).days == 60, "it ended the day the table came"
    assert rules.at("370299", date(2026, 11, 24)).clock("T6", accepted).days == 20


def test_an_entry_that_has_lapsed_counts_no_more():
    entry = {**_clock("T6", "2022-05-01", 20), "to": "2026-06-30"}
    rules = layered(rules_draft(example("rules-county", clocks=[entry]))).at("370299")
    assert [rules.clock("T6", day).days for day in (date(2026, 6, 30), date(2026, 7, 1))] == [20, 60]


@pytest.mark.parametrize(
    ("code", "prefix"),
    [("", ""), ("370000", "37"), ("370200", "3702"), ("370299", "370299"), ("370299101000", "370299101"),
     ("370299101201", "370299101201"), ("371000", "3710"), ("370299100", "370299100")],
)  # fmt: skip
def test_a_region_is_what_its_code_says(code: str, prefix: str):
    assert region_prefix(code) == prefix


def test_the_simple_way_is_off_until_a_region_turns_it_on():
    day = date(2026, 12, 1)
    assert RULES.setting("simple_handling", day).value is False
    assert layered(rules_draft(example("rules-county"))).at("370299101").setting("simple_handling", day).value is True
    conditions: Any = RULES.setting("simple_conditions", day).value
    assert conditions["first_only"]
    assert len(conditions["any_of"]) == 4
    assert RULES.setting("simple_conditions", day).from_memory


def test_thresholds_the_law_leaves_open_ship_without_a_number():
    for name in ("large_collective_headcount", "backlog_days"):
        assert RULES.setting(name, TODAY).value is None
    assert RULES.setting("joint_signers", TODAY).from_memory


def _clock(clock: str, since: str, days: int) -> dict[str, object]:
    return {"clock": clock, "from": since, "days": days, "basis": "虚构"}


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "rule_table_invalid"),
        ("[]", "rule_table_invalid"),
        ("[" * 100_000, "rule_table_invalid"),
        (example("rules-county", id="Ab"), "rule_table_invalid"),
        (example("rules-county", id=""), "rule_table_invalid"),
        (example("rules-county", region="37"), "rule_table_invalid"),
        (example("rules-county", version=0), "rule_table_invalid"),
        (example("rules-county", version=1.5), "rule_table_invalid"),
        (example("rules-county", name="\ud800"), "rule_table_invalid"),
        (example("rules-county", more=1), "rule_table_invalid"),
        (example("rules-county", verified="yes"), "rule_table_invalid"),
        (example("rules-county", note=3), "rule_table_invalid"),
        (example("rules-county", clocks=[_clock("T6", "2026-01-01", 30) | {"to": "2025-01-01"}]), "rule_table_invalid"),
        (example("rules-county", clocks=[_clock("T6", "2026-01-01", 61)]), "rule_over_ceiling"),
        (example("rules-county", clocks=[_clock("T8", "2026-01-01", 20)]), "rule_over_ceiling"),
        (example("rules-county", id="base"), "table_reserved"),
        (example("rules-county", region="330000"), "table_elsewhere"),
    ],
)  # fmt: skip
def test_what_is_no_table_of_rules_for_this_desk_is_refused_with_its_reason(text: str, code: str):
    assert refusal(lambda: rules_draft(text)).code == code


def test_a_version_is_imported_once_and_no_older_one_after_it():
    held = state_of(rules_draft(example("rules-county", version=3)))
    assert refusal(lambda: rules_draft(example("rules-county", version=3), held)).code == "table_known"
    assert refusal(lambda: rules_draft(example("rules-county", version=2), held)).code == "table_older"


# codes ---------------------------------------------------------------------------------------------------------------


def newer(**changes: object) -> dict[str, Any]:
    """The content classes as a later edition might have them: one ended, one renamed, one gone, one new."""
    body: dict[str, Any] = copy.deepcopy(resources.table("content_classes"))
    for entry in body["entries"]:
        if entry["code"] == "010100":
            entry["to"] = "2026-12-31"
        if entry["code"] == "010200":
            entry["label"] = "村级事务"
    body["entries"] = [entry for entry in body["entries"] if entry["code"] != "010300"]
    body["entries"].append({"code": "120900", "label": "校外培训", "parent": "120000"})
    return body | {"table": "content_classes", "version": 2, "from": "2026-12-01"} | changes


NEWER = BOOK.with_tables([parse_codes(newer())])


def test_every_shipped_table_of_codes_is_one():
    assert all(BOOK.versions(name) for name in TABLES)


def test_a_code_is_given_by_the_version_in_force_that_day():
    assert NEWER.give("content_classes", "010200", date(2026, 11, 30), "x") == "content_classes@1"
    assert NEWER.give("content_classes", "010200", date(2026, 12, 1), "x") == "content_classes@2"
    assert NEWER.label("content_classes", "010200", "content_classes@1") == "村务管理"
    assert NEWER.label("content_classes", "010200", "content_classes@2") == "村级事务"
    assert NEWER.label("content_classes", "010200") == "村务管理", "an old matter without a mark"


def test_an_ended_code_is_shown_and_not_offered():
    for code, day in (("010300", date(2026, 12, 1)), ("010100", date(2027, 1, 1))):
        assert code not in {each.code for each in NEWER.offered("content_classes", day)}
        assert NEWER.label("content_classes", code) != code
        with pytest.raises(Refusal, match="code_ended"):
            NEWER.give("content_classes", code, day, "x")
    assert "010100" in {each.code for each in NEWER.offered("content_classes", date(2026, 12, 31))}


def test_a_code_nobody_knows_is_refused_but_a_region_of_others_is_kept():
    assert refusal(lambda: BOOK.give("content_classes", "777777", TODAY, "x")).code == "code_unknown"
    assert BOOK.give("regions", "110101000000", TODAY, "x") == ""


def test_the_fields_of_focus_are_tags_and_hold_for_what_hangs_below():
    assert "120900" in NEWER.tagged("content_classes", "教育")
    assert NEWER.tagged("content_classes", "教育")["120900"] == {"content_classes@2"}
    for tag in ("教育", "医疗", "社保", "住房"):
        assert BOOK.tagged("content_classes", tag)
    housing = BOOK.tagged("content_classes", "住房")
    assert {code[:2] for code in housing} == {"04", "09"}


@pytest.mark.parametrize(
    "changes",
    [
        {"entries": []},
        {"entries": [{"code": "1", "label": "甲"}, {"code": "1", "label": "乙"}]},
        {"entries": [{"code": "1", "label": "甲", "parent": "2"}]},
        {"entries": [{"code": "1", "label": "甲", "parent": "1"}]},
        {"entries": [{"code": "一 二", "label": "甲"}]},
        {"entries": [{"code": "1", "label": " "}]},
        {"entries": [{"code": "1", "label": "甲", "tags": "教育"}]},
        {"entries": [{"code": "1", "label": "甲", "exchange": "9"}]},
        {"entries": [{"code": "1", "label": "甲", "from": "2026-02-01", "to": "2026-01-01"}]},
        {"entries": [{"code": "1", "label": "甲", "more": 1}]},
        {"entries": [None]},
        {"table": "surnames"},
        {"version": "2"},
        {"from": "1 Dec"},
        {"source": ""},
        {"more": 1},
    ],
)
def test_a_doubtful_table_of_codes_is_refused_whole(changes: dict[str, object]):
    text = json.dumps(newer(**changes))
    assert refusal(lambda: tables.import_codes(ImportCodes(text), None, BOOK)).code == "code_table_invalid"


def test_codes_come_in_a_higher_version_with_their_first_day():
    draft = tables.import_codes(ImportCodes(json.dumps(newer())), None, BOOK)
    assert (draft.case_id, list(draft.sets)) == ("codes/content_classes", ["table.2"])
    with pytest.raises(Refusal) as known:
        tables.import_codes(ImportCodes(json.dumps(newer(version=1))), None, BOOK)
    assert known.value.code == "table_known"
    bare = {name: value for name, value in newer().items() if name != "from"}
    said = refusal(lambda: tables.import_codes(ImportCodes(json.dumps(bare)), None, BOOK))
    assert said.facts["where"] == "from"


def test_every_clock_can_be_shortened_but_never_below_a_day():
    for clock in Clock:
        if clock.ceiling is None or clock.petitioner:
            continue
        entry = _clock(clock.name, "2026-01-01", 1)
        assert parse_rules({"name": "某县", "clocks": [entry]}).clock(clock.name, TODAY).days == 1
