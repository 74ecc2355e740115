"""Corrections, settled conflicts and calendars as acts: what they replace, and what they must leave alone."""

from __future__ import annotations

import json

import pytest

import resources
from domain.acts import ActDraft
from domain.canonical import Json
from domain.commands import CorrectMatter, CorrectPetitioner, CorrectVisit, ImportCalendar, SettleConflict
from domain.decisions import corrections, settling
from tests.domain.states import desk, grow, matter, refusal, state

ID = "c1" * 16
FIRST = f"{1:032x}"
PERSON = state(
    {"kind": "person", "name": "李春燕", "mobile": "13800001234", "address": "渔村12号", "sex": "female"},
    kind="petitioner",
)
VISIT = state(
    {
        "number": "n",
        "visited_on": "2026-11-23",
        "headcount": 4,
        "collective": False,
        "person.p": "main",
        "companions": ["匿名"],
    },
    kind="visit",
)


def test_a_correction_names_the_head_it_replaces() -> None:
    draft = corrections.correct_matter(
        CorrectMatter(ID, {"summary": "新概况", "place": "渔村"}, "笔误"), matter(), desk()
    )
    assert (draft.kind, dict(draft.sets), draft.over, draft.why) == (
        "matter_corrected",
        {"summary": "新概况", "place": "渔村"},
        (FIRST,),
        "笔误",
    )


def test_fields_that_stay_as_they_are_are_not_written_again() -> None:
    command = CorrectMatter(ID, {"summary": "征地补偿", "place": "渔村"}, "补充")
    assert dict(corrections.correct_matter(command, matter(), desk()).sets) == {"place": "渔村"}


def test_a_head_that_came_while_the_form_was_open_is_not_replaced() -> None:
    late = grow(matter(), [ActDraft("matter_corrected", "matter", ID, {"summary": "别处改的"}, (FIRST,))])
    command = CorrectMatter(ID, {"summary": "这里改的"}, "改", seen=(FIRST,))
    draft = corrections.correct_matter(command, late, desk())
    assert draft.over == ()
    assert grow(late, [draft]).conflicts == ("summary",)
    over_now = corrections.correct_matter(CorrectMatter(ID, {"summary": "这里改的"}, "改"), late, desk())
    assert grow(late, [over_now]).conflicts == ()


@pytest.mark.parametrize("stage", ["accepted", "guided", "referred", "assigned", "answered"])
@pytest.mark.parametrize("name", ["matter_class", "route", "received_on"])
def test_what_the_decision_rests_on_stands_after_it(stage: str, name: str) -> None:
    command = CorrectMatter(ID, {name: "claim"}, "改")
    said = refusal(lambda: corrections.correct_matter(command, matter(stage=stage), desk()))
    assert (said.code, said.field, said.article) == ("already_decided", f"values.{name}", "R 31")


def test_each_kind_of_case_has_its_own_correction() -> None:
    for doing in (
        lambda: corrections.correct_visit(CorrectVisit(ID, {"remark": "x"}, "改"), matter(), desk()),
        lambda: corrections.correct_matter(CorrectMatter(ID, {"summary": "x"}, "改"), VISIT, desk()),
        lambda: corrections.correct_petitioner(CorrectPetitioner(ID, {"name": "x"}, "改"), VISIT, desk()),
    ):
        assert refusal(doing).code == "case_of_another_kind"


@pytest.mark.parametrize("name", ["number", "visited_on", "person.p", "query_code", "collective"])
def test_number_day_and_people_of_a_visit_stay_as_registered(name: str) -> None:
    said = refusal(lambda: corrections.correct_visit(CorrectVisit(ID, {name: "x"}, "改"), VISIT, desk()))
    assert (said.code, said.field) == ("field_unknown", f"values.{name}")


def test_a_head_count_of_five_makes_the_visit_a_collective_one() -> None:
    draft = corrections.correct_visit(CorrectVisit(ID, {"headcount": "5"}, "点错"), VISIT, desk())
    assert dict(draft.sets) == {"headcount": 5, "collective": True}
    assert draft.over == (FIRST,)
    draft = corrections.correct_visit(CorrectVisit(ID, {"headcount": "3"}, "点错"), VISIT, desk())
    assert dict(draft.sets) == {"headcount": 3}


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ("1", "headcount_too_small"),
        ("0", "headcount_too_small"),
        ("-1", "count_invalid"),
        ("百", "count_invalid"),
        ("100001", "count_invalid"),
    ],
)
def test_a_head_count_is_a_number_and_not_below_who_is_named(given: str, code: str) -> None:
    said = refusal(lambda: corrections.correct_visit(CorrectVisit(ID, {"headcount": given}, "点错"), VISIT, desk()))
    assert (said.code, said.field) == (code, "values.headcount")


def test_a_petitioner_is_corrected_as_read_from_the_card() -> None:
    values = {"id_number": "11010519491231002x", "mobile": "１３９００００５６７８", "workplace": ""}
    draft = corrections.correct_petitioner(CorrectPetitioner(ID, values, "按身份证"), PERSON, desk())
    assert dict(draft.sets) == {
        "id_kind": "111",
        "id_number": "11010519491231002X",
        "birth": "1949-12-31",
        "mobile": "13900005678",
    }


def test_a_field_is_emptied_on_purpose_only() -> None:
    draft = corrections.correct_petitioner(CorrectPetitioner(ID, {"mobile": ""}, "停机"), PERSON, desk())
    assert dict(draft.sets) == {"mobile": ""}


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"role": "main"}, "field_unknown"),
        ({"petitioner_id": "x"}, "field_unknown"),
        ({"sex": "x"}, "choice_unknown"),
        ({"kind": "robot"}, "choice_unknown"),
        ({"name": "李春燕"}, "nothing_changed"),
    ],
)
def test_a_petitioner_is_corrected_within_what_is_recorded_of_people(values: dict[str, str], code: str) -> None:
    said = refusal(lambda: corrections.correct_petitioner(CorrectPetitioner(ID, values, "改"), PERSON, desk()))
    assert said.code == code


def test_settling_replaces_every_head_and_keeps_the_chosen_value_whatever_its_kind() -> None:
    record: Json = {"at": "2026-11-23 10:00"}
    torn = grow(
        matter({"delivery.p": record}), [ActDraft("notice_delivered", "matter", ID, {"delivery.p": {"at": "另"}})]
    )
    (first, second) = torn.fields["delivery.p"].heads
    draft = settling.settle(SettleConflict(ID, "delivery.p", first.act_id, why="核对"), torn, desk())
    assert (draft.sets["delivery.p"], set(draft.over)) == (record, {first.act_id, second.act_id})
    said = refusal(lambda: settling.settle(SettleConflict(ID, "delivery.p", "", "第三种", "核对"), torn, desk()))
    assert said.code == "choice_missing"  # a record is no line of text


def test_a_calendar_names_its_scope_and_version() -> None:
    table = next(dict(each) for each in resources.calendars() if each["year"] == 2026)
    draft = corrections.import_calendar(ImportCalendar(json.dumps({**table, "version": 2})), None, [2025, 2026])
    assert (draft.case_id, list(draft.sets)) == ("calendar/2026", ["table.national-2"])
