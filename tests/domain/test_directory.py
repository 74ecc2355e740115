"""Heads of organs 机构负责人 (R 30③): no accusation goes to the organ its accused heads; unknown is said."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

import resources
from domain.acts import ActDraft
from domain.canonical import Json
from domain.commands import AssignMatter, ImportHeads, ReferMatter
from domain.decisions import heads, passing
from domain.decisions.sharing import check_destination
from domain.directory import Organ, accused_heads, organ_of
from domain.fold import CaseState
from tests.domain.lives import HALL, ID
from tests.domain.states import desk, grow, matter, refusal, state

LAND = "370206"
DAY = date(2026, 11, 23)
HEADS = [
    {"office": LAND, "name": "周建国", "post": "局长", "from": "2025-03-01"},
    {"office": LAND, "name": "钱 进", "post": "党组书记", "from": "2025-06-01"},
]


def office(code: str = LAND, name: str = "青禾县自然资源局", **fields: Any) -> CaseState:
    plain = {"code": code, "name": name, "kind": "competent_organ", "level": "county", **fields}
    made = state(plain, kind="office", name="office_recorded")
    return replace(made, case_id=f"office/{code}", acts=tuple(replace(a, case_id=f"office/{code}") for a in made.acts))


def table(rows: list[dict[str, str]], **more: object) -> ImportHeads:
    return ImportHeads(json.dumps({"name": "青禾县机构负责人", "heads": rows, **more}, ensure_ascii=False))


def headed(rows: list[dict[str, str]] = HEADS, before: CaseState | None = None) -> CaseState:
    known = before or office()
    return grow(known, heads.import_heads(table(rows), {known.case_id: known}))


def send(command: Callable[..., object], person: str, post: str = "", *, organ: Organ | None, **fields: Any) -> Any:
    accusation = matter(matter_class="accusation", route="", office=HALL, accused_person=person, accused_post=post)
    at = desk(office=HALL, office_kind="petition_office", organ=lambda code: organ if code == LAND else None)
    if command is AssignMatter:
        return passing.assign(AssignMatter(ID, LAND, 30, **fields), accusation, at)
    if command is ReferMatter:
        return passing.refer(ReferMatter(ID, LAND, **fields), accusation, at)
    return check_destination(accusation, LAND, at)


def leg(draft: ActDraft) -> dict[str, Json]:
    """The leg a passing-on begins."""
    found = draft.sets[f"leg.{draft.sets['leg_now']}"]
    assert isinstance(found, dict)
    return found


@pytest.mark.parametrize("command", [ReferMatter, AssignMatter, check_destination])
@pytest.mark.parametrize(
    ("person", "post"),
    [
        ("周建国", ""),
        ("周 建国", ""),
        ("周建国局长", ""),
        ("局长周建国", ""),
        ("青禾县自然资源局局长周建国", ""),
        ("周建国（青禾县自然资源局局长）", ""),
        ("周建国同志", "某科长"),
        ("王某、周建国", ""),
        ("钱进", ""),
        ("周某某", "青禾县自然资源局局长"),
        ("自然资源局局长", ""),
    ],
)
def test_row_15_an_accusation_never_goes_to_the_organ_the_accused_heads(
    command: Callable[..., object], person: str, post: str
) -> None:
    said = refusal(lambda: send(command, person, post, organ=organ_of(headed())))
    assert (said.code, said.field, said.article) == ("accused_heads_organ", "to_office", "R 30③")
    assert said.facts["organ"] == "青禾县自然资源局"


@pytest.mark.parametrize(
    ("person", "post"),
    [
        ("周建国强", ""),
        ("周建国强局长", ""),
        ("李周建国", ""),
        ("周建", ""),
        ("王明", "自然资源局副局长"),
        ("王明", "局长"),
        ("王明", "民政局局长"),
    ],
)
def test_somebody_else_with_a_like_name_or_a_lower_post_is_not_the_head(person: str, post: str) -> None:
    organ = organ_of(headed())
    assert accused_heads(person, post, organ, DAY) == ""
    (draft,) = send(ReferMatter, person, post, organ=organ)
    assert leg(draft).get("head") is None


def test_a_head_counts_from_the_first_day_to_the_last_and_gives_way_to_the_next_in_the_same_post() -> None:
    rows = [
        {"office": LAND, "name": "周建国", "post": "局长", "from": "2022-01-01"},
        {"office": LAND, "name": "吴海燕", "post": "局长", "from": "2025-03-01", "to": "2026-06-30"},
    ]
    organ = organ_of(headed(rows))

    def names(day: date) -> list[str]:
        return [head.name for head in organ.heads_on(day)]

    assert names(date(2021, 12, 31)) == []
    assert names(date(2025, 2, 28)) == ["周建国"]
    assert names(date(2025, 3, 1)) == ["吴海燕"]
    assert names(date(2026, 7, 1)) == []


@pytest.mark.parametrize("organ", [None, organ_of(office()), organ_of(headed([HEADS[0] | {"to": "2025-12-31"}]))])
def test_an_unknown_head_refuses_nothing_and_is_said_on_the_record(organ: Organ | None) -> None:
    organ = organ or Organ(LAND, "", "competent_organ")
    (draft,) = send(ReferMatter, "周建国", organ=organ)
    assert leg(draft)["head"] == "unknown"
    (unnamed,) = send(ReferMatter, "", organ=organ)
    assert leg(unnamed).get("head") is None, "nobody is named: there is nothing to ask"


def test_a_claim_about_a_head_may_be_handled_by_the_organ() -> None:
    claim = matter(office=HALL, accused_person="周建国")
    at = desk(office=HALL, office_kind="petition_office", organ=lambda _code: organ_of(headed()))
    (draft,) = passing.refer(ReferMatter(ID, LAND), claim, at)
    assert leg(draft).get("head") is None


# the table ------------------------------------------------------------------------------------------------------------


def test_the_example_is_a_table_and_its_offices_are_those_of_the_demo_county() -> None:
    command = ImportHeads(resources.path("examples/heads-county.json").read_text("utf-8"))
    found = heads.offices_of(command)
    assert "office/370299A01" in found
    known = {case_id: office(case_id.removeprefix("office/")) for case_id in found}
    assert len(heads.import_heads(command, known)) == len(found)


def test_a_name_is_put_right_by_the_same_entry_and_what_says_nothing_new_is_refused() -> None:
    first = headed()
    assert refusal(lambda: heads.import_heads(table(HEADS), {first.case_id: first})).code == "nothing_changed"
    righted = headed([HEADS[0] | {"name": "周建邦"}, HEADS[1]], first)
    assert {head.name for head in organ_of(righted).heads_on(DAY)} == {"周建邦", "钱 进"}
    assert not righted.conflicts


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("{", "not_json"),
        ("[]", "not_an_object"),
        ('{"heads": []}', "list"),
        ('{"heads": [1]}', "not_an_object"),
        ('{"heads": [{"office": "1", "name": "甲", "post": "局长"}]}', "missing_key"),
        ('{"heads": [{"office": "1", "name": "", "post": "局长", "from": "2025-01-01"}]}', "text"),
        ('{"heads": [{"office": "1", "name": 7, "post": "局长", "from": "2025-01-01"}]}', "text"),
        ('{"heads": [{"office": "1", "name": "甲", "post": "局长", "from": "2025-02-30"}]}', "from"),
        ('{"heads": [{"office": "1", "name": "甲", "post": "局长", "from": "2025-02-01", "to": "2025-01-01"}]}', "to"),
        ('{"heads": [{"office": "1", "name": "甲", "post": "局长", "from": "2025-02-01", "age": "5"}]}', "unknown_key"),
    ],
)
def test_what_is_no_table_is_refused_whole_with_the_place_that_is_wrong(text: str, reason: str) -> None:
    said = refusal(lambda: heads.import_heads(ImportHeads(text), {}))
    assert (said.code, said.field, said.facts["reason"]) == ("heads_table_invalid", "table", reason)


def test_an_office_that_is_not_in_the_directory_has_no_head_there() -> None:
    said = refusal(lambda: heads.import_heads(table(HEADS), {}))
    assert (said.code, said.facts["code"]) == ("heads_office_unknown", LAND)


@pytest.mark.parametrize("value", [None, 5, "周建国", {}, {"name": "周建国", "post": 1, "from": "2025-01-01"},
                                   {"name": "周建国", "post": "局长", "from": "soon"}])  # fmt: skip
def test_what_an_act_from_elsewhere_calls_a_head_is_left_out_when_it_is_none(value: Any) -> None:
    assert organ_of(office(**{"head.2025-01-01-1": value})).heads == ()
