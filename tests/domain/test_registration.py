"""What a registration records: acts as they are written, cleaned, and silent about what was not said."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.canonical import canonical_bytes
from domain.commands import MaterialInput, MatterInput, PetitionerInput, RegisterVisit, RepeatDecision, TriageAnswers
from domain.decisions.registration import Registration, register_visit
from domain.flags import CLERK_FLAGS
from domain.fold import CaseState
from domain.refusals import Refusal
from tests.domain.states import desk, refusal, state

PERSON = PetitionerInput(name="李春燕", address="滨海县渔村12号")
CLAIM = MatterInput(summary="征地补偿", request="请求核实", matter_class="claim", route="31-6")
VISIT = RegisterVisit(people=(PERSON,), matters=(CLAIM,))


def register(command: RegisterVisit = VISIT, known: dict[str, CaseState] | None = None, **changes: Any) -> Registration:
    return register_visit(
        replace(command, **changes),
        desk(),
        number="370206-1-20261123-001",
        query_code="22XN9SBK",
        day_count=1,
        known=known or {},
    )


def test_one_visit_is_one_act_for_the_person_the_visit_and_each_matter() -> None:
    made = register(matters=(CLAIM, CLAIM))
    assert [draft.kind for draft in made.drafts] == [
        "petitioner_recorded",
        "visit_registered",
        "matter_registered",
        "matter_registered",
    ]
    visit = made.drafts[1]
    assert visit.sets[f"person.{made.petitioner_ids[0]}"] == "main"
    assert [visit.sets[f"matter.{matter_id}"] for matter_id in made.matter_ids] == [1, 2]
    assert [draft.sets["number"] for draft in made.drafts[2:]] == ["370206-1-20261123-001/1", "370206-1-20261123-001/2"]
    assert all(draft.sets["petitioner"] == made.petitioner_ids[0] for draft in made.drafts[2:])
    assert all(draft.over == () for draft in made.drafts)


def test_what_was_not_said_is_not_in_the_record() -> None:
    made = register()
    person, visit, matter = (draft.sets for draft in made.drafts)
    assert set(person) == {"kind", "name", "address"}
    assert {"remark", "companions", "affected_count", "materials", "notice_off", "oral_record"} & set(visit) == set()
    assert {"facts", "own_power", "triage.court", "accused_organ", "notice_off"} & set(matter) == set()
    assert matter["repeat"] == "undecided"


def test_answers_flags_and_the_decision_about_repeats_are_recorded_as_given() -> None:
    claim = replace(
        CLAIM,
        triage=TriageAnswers("no", "unknown", "yes", "no"),
        own_power="yes",
        flags=("urgent", "cross_region"),
        repeat=RepeatDecision("repeat", "aa" * 16, "new_facts", "本人说没有新情况"),
    )
    matter = register(matters=(claim,)).drafts[-1].sets
    assert (matter["triage.court"], matter["triage.arbitration"], matter["triage.review_opinion"]) == (
        "no",
        "yes",
        "no",
    )
    assert "triage.reconsideration" not in matter
    assert (matter["own_power"], matter["flag.urgent"], matter["flag.cross_region"]) == ("yes", True, True)
    assert (matter["repeat"], matter["repeat.proposed"], matter["repeat.earlier"]) == ("repeat", "new_facts", "aa" * 16)


@pytest.mark.parametrize("flag", CLERK_FLAGS)
def test_every_flag_of_the_window_is_known(flag: str) -> None:
    assert register(matters=(replace(CLAIM, flags=(flag,)),)).drafts[-1].sets[f"flag.{flag}"] is True


def test_a_matter_without_a_summary_takes_the_first_words_that_were_said() -> None:
    story = "请求" + "长" * 100
    for claim, command in (
        (replace(CLAIM, summary="", request=story), VISIT),
        (replace(CLAIM, summary="", request="", facts=story), VISIT),
        (replace(CLAIM, summary="", request=""), replace(VISIT, oral_record=story, read_back=True)),
    ):
        assert register(command, matters=(claim,)).drafts[-1].sets["summary"] == story[:60]


def test_an_oral_record_may_stand_for_the_request() -> None:
    spoken = replace(CLAIM, request="")
    assert refusal(lambda: register(matters=(spoken,))).code == "request_missing"
    assert register(matters=(spoken,), oral_record="他说了", read_back=True).drafts[1].sets["read_back"] is True
    assert register(matters=(replace(spoken, missing_reason="只肯留下材料"),)).drafts[-1].sets["missing_reason"]


def test_a_written_visit_keeps_no_oral_record() -> None:
    sets = register(oral=False, oral_record="不应记录").drafts[1].sets
    assert "oral_record" not in sets
    assert "oral" not in sets


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"people": (), "anonymous": True}, "anonymous"),
        ({"people": (replace(PERSON, name="", name_missing_reason="不说"),)}, "name_unclear"),
        ({"people": (replace(PERSON, address="", address_missing_reason="不说"),)}, "address_unclear"),
    ],
)
def test_why_no_notice_is_owed_stands_on_visit_and_matter(changes: dict[str, Any], reason: str) -> None:
    made = register(**changes)
    assert [draft.sets["notice_off"] for draft in made.drafts[-2:]] == [reason, reason]


def test_a_delivery_address_is_address_enough() -> None:
    person = replace(PERSON, address="", address_missing_reason="无固定住所", delivery_address="村委会转")
    assert "notice_off" not in register(people=(person,)).drafts[1].sets


def test_an_anonymous_visit_keeps_no_empty_petitioner() -> None:
    made = register(people=(PetitionerInput(),), anonymous=True)
    assert [draft.kind for draft in made.drafts] == ["visit_registered", "matter_registered"]
    assert made.petitioner_ids == ()


def test_a_known_person_is_corrected_only_where_something_else_was_written() -> None:
    known = state({"kind": "person", "name": "李春燕", "address": "滨海县渔村12号"}, kind="petitioner")
    same = replace(PERSON, petitioner_id=known.case_id)
    assert register(people=(same,), known={known.case_id: known}).drafts[0].kind == "visit_registered"
    moved = replace(same, address="县城1号", name="")
    draft = register(people=(moved,), known={known.case_id: known}).drafts[0]
    assert (draft.kind, dict(draft.sets), draft.over) == (
        "petitioner_corrected",
        {"address": "县城1号"},
        (f"{1:032x}",),
    )
    assert refusal(lambda: register(people=(same,))).code == "petitioner_unknown"


def test_what_an_identity_number_implies_never_overrules_the_clerk() -> None:
    person = replace(PERSON, id_number="11010519491231002X", sex="male", birth="1950-01-01")
    sets = register(people=(person,)).drafts[0].sets
    assert (sets["sex"], sets["birth"]) == ("male", "1950-01-01")
    sets = register(people=(replace(PERSON, id_number="11010519491231002X"),)).drafts[0].sets
    assert (sets["sex"], sets["birth"]) == ("female", "1949-12-31")


def test_another_kind_of_document_is_not_checked_as_an_identity_card() -> None:
    made = register(people=(replace(PERSON, id_kind="414", id_number="E12345678"),))
    assert (made.drafts[0].sets["id_number"], made.warnings) == ("E12345678", ())


def test_a_kind_of_document_without_a_number_is_not_recorded() -> None:
    assert "id_kind" not in register().drafts[0].sets


def test_materials_are_kept_in_their_order() -> None:
    made = register(
        materials=(MaterialInput("协议", 2, 8), MaterialInput("照片", 1, 0, "electronic")), originals_returned=True
    )
    sets = made.drafts[1].sets
    assert sets["materials"] == [
        {"title": "协议", "copies": 2, "pages": 8, "form": "copy"},
        {"title": "照片", "copies": 1, "pages": 0, "form": "electronic"},
    ]
    assert sets["originals_returned"] is True


def test_the_interviewer_is_the_clerk_unless_named() -> None:
    assert register().drafts[1].sets["interviewer"] == "王晓青"
    assert register(interviewer="陈主任").drafts[1].sets["interviewer"] == "陈主任"


typed = st.text(max_size=30)
numbers = st.integers(-3, 20)
people = st.builds(
    PetitionerInput,
    name=typed,
    role=st.sampled_from(["main", "representative", "companion"]),
    id_number=typed,
    mobile=typed,
    birth=typed,
    address=typed,
    address_missing_reason=typed,
    name_missing_reason=typed,
    credit_code=typed,
)
matters = st.builds(
    MatterInput,
    summary=typed,
    request=typed,
    facts=typed,
    matter_class=st.sampled_from(["", "claim", "other", "accusation"]),
    accused_organ=typed,
    occurred_on=typed,
)


@given(
    people=st.lists(people, max_size=7).map(tuple),
    matters=st.lists(matters, max_size=3).map(tuple),
    headcount=numbers,
    companions=st.lists(typed, max_size=3).map(tuple),
    visited_at=st.sampled_from(["", "2026-11-23 08:00", "2026-02-31", "x"]),
    anonymous=st.booleans(),
    oral_record=typed,
    read_back=st.booleans(),
    affected_count=numbers,
    remark=typed,
)
def test_whatever_is_typed_is_refused_or_recorded_in_canonical_form(**changes: Any) -> None:
    try:
        made = register(**changes)
    except Refusal:
        return
    for draft in made.drafts:
        assert canonical_bytes(draft.sets)
    visit = next(draft for draft in made.drafts if draft.kind == "visit_registered")
    roles = [value for name, value in visit.sets.items() if name.startswith("person.")]
    assert sum(role in ("main", "representative") for role in roles) <= 5
    assert int(str(visit.sets["headcount"])) >= len(roles)
