"""Decisions on a matter as acts: what they set, over which heads, and what stands in their way."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from domain.canonical import Json
from domain.commands import (
    AcceptMatter,
    AnswerMatter,
    AssignMatter,
    DeliverNotice,
    ExtendMatter,
    GuideMatter,
    ReceiveMatter,
    ReferMatter,
    SupplyAddress,
)
from domain.decisions import deciding, delivering, handling, passing
from domain.fold import CaseState, fold
from domain.procedure.check import drafted
from domain.procedure.stages import BINDING_FIELDS
from domain.procedure.table import STEPS
from tests.domain.states import desk, grow, matter, refusal, state

ID = "c1" * 16
NOTICE: dict[str, Json] = {"form": "F04", "number": "滨建受字〔2026〕1号", "issued_on": "2026-11-23"}


def all_steps(case: CaseState) -> dict[str, Callable[[], object]]:
    """Every binding step, ready to be taken."""
    hall = desk(office_kind="petition_office")
    return {
        "matter_accepted": lambda: deciding.accept(AcceptMatter(ID), case, desk()),
        "matter_guided": lambda: deciding.guide(GuideMatter(ID, route="31-5"), case, desk()),
        "matter_referred": lambda: passing.refer(ReferMatter(ID, "370299"), case, hall),
        "matter_assigned": lambda: passing.assign(AssignMatter(ID, "370299", 30), case, hall),
        "matter_answered": lambda: deciding.answer(AnswerMatter(ID, "已告知"), case, desk()),
        "matter_received": lambda: passing.receive(ReceiveMatter(ID), case, desk()),
        "notice_delivered": lambda: delivering.deliver(DeliverNotice(ID, "p", signer="李"), case, desk()),
        "matter_extended": lambda: handling.extend(ExtendMatter(ID, 5, "局长", "2026-11-23", "复杂"), case, desk()),
    }


def torn(case: CaseState, field: str) -> CaseState:
    """The case with an earlier, differing value of a field that nobody replaced."""
    other = replace(case.acts[0], act_id="0" * 32, lamport=0, sets={field: f"{case.text(field)}x"})
    return fold([other, *case.acts])


@pytest.mark.parametrize("step", sorted(all_steps(matter())))
@pytest.mark.parametrize("field", BINDING_FIELDS)
def test_no_binding_step_is_taken_over_an_open_conflict(step: str, field: str) -> None:
    """Two windows said different things about the field the step stands on: a person decides first."""
    fields: dict[str, Json] = {"paper.p": NOTICE, "accepted_on": "2026-11-23", "leg_now": "a"}
    if step == "matter_answered":
        fields |= {"matter_class": "other", "route": ""}
    if step == "matter_extended":
        fields["stage"] = "accepted"
    if step == "matter_received":
        fields["stage"] = "referred"
    case = matter(**fields)
    all_steps(case)[step]()
    shown = torn(case, field)
    assert shown.conflicts == (field,)
    said = refusal(all_steps(shown)[step])
    assert (said.code, said.facts) == ("conflict_open", {"field": field})


@pytest.mark.parametrize("code", [code for code, row in STEPS.items() if row.binding])
@pytest.mark.parametrize("field", BINDING_FIELDS)
def test_the_gate_of_every_binding_step_waits_for_an_open_conflict(code: str, field: str) -> None:
    shown = torn(matter(accepted_on="2026-11-23", leg_now="a"), field)
    said = refusal(lambda: drafted(STEPS[code], shown, {"remark": "无关"}))
    assert (said.code, said.facts) == ("conflict_open", {"field": field})


def test_no_step_settles_a_conflict_by_the_way() -> None:
    shown = torn(matter(handling_unit="征收科"), "handling_unit")
    said = refusal(lambda: deciding.accept(AcceptMatter(ID, handling_unit="信访科"), shown, desk()))
    assert (said.code, said.facts) == ("conflict_open", {"field": "handling_unit"})
    assert deciding.accept(AcceptMatter(ID), shown, desk())  # it does not speak of the unit


def test_an_address_given_later_does_not_settle_two_addresses_unseen() -> None:
    person = state({"name": "李春燕", "address": "渔村12号"}, kind="petitioner")
    both = torn(person, "address")
    command = SupplyAddress(ID, person.case_id, address="渔村15号")
    said = refusal(lambda: deciding.supply_address(command, matter(notice_off="address_unclear"), both, desk()))
    assert (said.code, said.facts) == ("conflict_open", {"field": "address"})


def test_acceptance_sets_stage_owner_and_the_office_that_was_first() -> None:
    (draft,) = deciding.accept(AcceptMatter(ID, handling_unit="征收科", why="属职权"), matter(), desk())
    assert draft.sets == {
        "stage": "accepted",
        "accepted_on": "2026-11-23",
        "handling_unit": "征收科",
        "owner": "370206",
        "first_handler": "370206",
    }
    assert (draft.kind, draft.why, draft.over) == ("matter_accepted", "属职权", (f"{1:032x}",))


def test_the_first_handler_is_never_overwritten() -> None:
    (draft,) = deciding.accept(AcceptMatter(ID), matter(first_handler="370299", stage="received"), desk())
    assert "first_handler" not in draft.sets


def test_guidance_keeps_a_route_that_was_decided_and_takes_one_that_was_not() -> None:
    (draft,) = deciding.guide(GuideMatter(ID), matter(route="31-5"), desk())
    assert "route" not in draft.sets
    (draft,) = deciding.guide(GuideMatter(ID, route="31-5"), matter(route=""), desk())
    assert draft.sets["route"] == "31-5"


@pytest.mark.parametrize("kind", ["suggestion", "accusation", "other"])
def test_what_is_no_claim_is_told_without_a_route(kind: str) -> None:
    (draft,) = deciding.guide(GuideMatter(ID), matter(matter_class=kind, route=""), desk())
    assert (draft.sets["stage"], "route" in draft.sets) == ("guided", False)


def test_a_transfer_made_by_the_organ_itself_has_its_day() -> None:
    command = GuideMatter(ID, target_organ="仲裁院", transferred_on="2026-11-23")
    (draft,) = deciding.guide(command, matter(route="31-2"), desk())
    assert draft.sets["transferred_on"] == "2026-11-23"
    late = GuideMatter(ID, target_organ="仲裁院", transferred_on="2026-11-24")
    assert refusal(lambda: deciding.guide(late, matter(route="31-2"), desk())).code == "date_in_future"


def test_a_received_matter_belongs_to_the_receiver() -> None:
    case = matter(
        stage="referred", to_office="370206", referred_on="2026-11-23", office="370205", office_kind="petition_office"
    )
    (draft,) = passing.receive(ReceiveMatter(ID), case, desk("2026-11-24 09:00"))
    assert draft.sets == {
        "stage": "received",
        "referral_received_on": "2026-11-24",
        "owner": "370206",
        "leg.plain.received": {"on": "2026-11-24"},
    }
    (draft,) = deciding.accept(AcceptMatter(ID), grow(case, [draft]), desk("2026-11-24 10:00"))
    assert draft.sets["stage"] == "accepted"


def test_a_matter_sent_to_a_name_outside_the_directory_may_be_received_by_anyone() -> None:
    case = matter(stage="referred", to_office="", to_name="某局", referred_on="2026-11-23")
    assert passing.receive(ReceiveMatter(ID), case, desk())[0].sets["stage"] == "received"


def test_the_earliest_delivery_counts() -> None:
    both: dict[str, Json] = {"paper.p": NOTICE, "paper.q": NOTICE}
    case = matter(**both, notice_delivered_on="2026-11-23")
    (draft,) = delivering.deliver(
        DeliverNotice(ID, "q", "2026-11-25 10:00", signer="李"), case, desk("2026-11-26 09:00")
    )
    assert "notice_delivered_on" not in draft.sets
    case = matter(**both, notice_delivered_on="2026-11-25")
    (draft,) = delivering.deliver(
        DeliverNotice(ID, "p", "2026-11-24 10:00", signer="李"), case, desk("2026-11-26 09:00")
    )
    assert draft.sets["notice_delivered_on"] == "2026-11-24"


def test_only_a_notice_is_delivered() -> None:
    case = matter({"paper.p": {**NOTICE, "form": "F18"}})
    assert (
        refusal(lambda: delivering.deliver(DeliverNotice(ID, "p", signer="李"), case, desk())).code == "notice_unknown"
    )


def test_an_address_is_supplied_on_the_petitioner_and_on_the_matter_at_once() -> None:
    known = state({"kind": "person", "name": "李春燕"}, kind="petitioner")
    drafts = deciding.supply_address(
        SupplyAddress(ID, address="渔村12号"), matter(notice_off="address_unclear"), known, desk()
    )
    assert [(draft.kind, draft.case_id) for draft in drafts] == [
        ("petitioner_corrected", known.case_id),
        ("address_supplied", ID),
    ]
    assert drafts[1].sets == {"notice_off": "", "petitioner": known.case_id, "address_supplied_on": "2026-11-23"}


@pytest.mark.parametrize("stage", ["accepted", "guided", "referred", "assigned", "answered"])
def test_a_decided_matter_is_not_decided_again(stage: str) -> None:
    case = matter(stage=stage)
    for doing in (
        lambda: deciding.accept(AcceptMatter(ID), case, desk()),
        lambda: deciding.guide(GuideMatter(ID, route="31-5"), case, desk()),
        lambda: passing.refer(ReferMatter(ID, "370299"), case, desk()),
        lambda: passing.assign(AssignMatter(ID, "370299", 10), case, desk()),
        lambda: deciding.answer(AnswerMatter(ID, "答"), case, desk()),
    ):
        said = refusal(doing)
        assert (said.code, said.facts["stage"]) == ("wrong_stage", stage)


def test_a_petition_office_accepts_only_what_was_recorded_as_of_its_own_power() -> None:
    hall = desk(office_kind="petition_office")
    foreign = matter(office_kind="petition_office")
    assert refusal(lambda: deciding.accept(AcceptMatter(foreign.case_id), foreign, hall)).code == "not_competent"
    own = matter(office_kind="petition_office", own_power="yes")
    (draft,) = deciding.accept(AcceptMatter(own.case_id), own, hall)
    assert draft.sets["stage"] == "accepted"
