"""Steps on a matter through the services: what each does to stage and clocks, and every refusal with its article."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from desktop.models.store.rows import MatterRow
from desktop.services import lookup, matters, papers
from desktop.services.care import verify
from domain.commands import (
    AcceptMatter,
    AnswerMatter,
    AssignMatter,
    DeliverNotice,
    ExtendMatter,
    GuideMatter,
    IssuePaper,
    ReceiveMatter,
    ReferMatter,
    SupplyAddress,
    VoidPaper,
)
from tests.desktop.services.halls import Hall, carry, claim, person, refusal


def row(hall: Hall, matter_id: str) -> MatterRow:
    return hall.station.store.matter_rows([matter_id])[0]


# acceptance ---------------------------------------------------------------------------------------------------------


def test_acceptance_starts_sixty_days_and_names_who_handles_it(organ: Hall) -> None:
    matter = organ.register().matter_ids[0]
    matters.take_step(organ.station, AcceptMatter(matter, handling_unit="征收科", handler="孙科"))
    clock = organ.clock_row(matter, "T6")
    assert (clock.from_on, clock.nominal, clock.rolled, clock.state) == ("2026-11-23", "2027-01-22", "", "running")
    assert clock.calendar_missing == "2027"
    now = row(organ, matter)
    assert (now.stage, now.next_step) == ("accepted", "deliver_acceptance_notice")


def test_a_petition_office_cannot_accept(hall: Hall) -> None:
    matter = hall.register().matter_ids[0]
    said = refusal(lambda: matters.take_step(hall.station, AcceptMatter(matter)))
    assert (said.code, said.field, said.article) == ("not_competent", "matter_id", "R 22①")


def test_only_a_claim_is_accepted(organ: Hall) -> None:
    matter = organ.register(matters=(claim(matter_class="suggestion", route=""),)).matter_ids[0]
    said = refusal(lambda: matters.take_step(organ.station, AcceptMatter(matter)))
    assert (said.code, said.field, said.article) == ("only_claims_accepted", "matter_class", "R 31")


@pytest.mark.parametrize("route", ["31-1", "31-2", "31-3", "31-4", "31-5", ""])
def test_only_the_petition_route_is_accepted(organ: Hall, route: Any) -> None:
    matter = organ.register(matters=(claim(route=route),)).matter_ids[0]
    said = refusal(lambda: matters.take_step(organ.station, AcceptMatter(matter)))
    assert (said.code, said.article, said.facts) == ("route_without_acceptance", "R 34", {"route": route})


def test_a_matter_is_accepted_once(organ: Hall) -> None:
    matter = organ.register().matter_ids[0]
    matters.take_step(organ.station, AcceptMatter(matter))
    said = refusal(lambda: matters.take_step(organ.station, AcceptMatter(matter)))
    assert (said.code, said.facts) == ("wrong_stage", {"stage": "accepted", "step": "accept"})


@pytest.mark.parametrize(
    ("day", "code"),
    [("2026-11-22", "date_before_receipt"), ("2026-11-24", "date_in_future"), ("2026-02-30", "date_invalid")],
)
def test_the_day_of_acceptance_lies_between_receipt_and_today(organ: Hall, day: str, code: str) -> None:
    matter = organ.register().matter_ids[0]
    said = refusal(lambda: matters.take_step(organ.station, AcceptMatter(matter, accepted_on=day)))
    assert (said.code, said.field) == (code, "accepted_on")


def test_a_case_nobody_knows_and_a_case_of_another_kind_are_refused(organ: Hall) -> None:
    said = refusal(lambda: matters.take_step(organ.station, AcceptMatter("ee" * 16)))
    assert (said.code, said.field) == ("case_unknown", "matter_id")
    visit_id = organ.register().visit_id
    assert refusal(lambda: matters.take_step(organ.station, AcceptMatter(visit_id))).code == "not_a_matter"


# route 31-1 … 31-5 ---------------------------------------------------------------------------------------------------


def test_an_illegal_building_is_route_five_and_never_has_sixty_days(organ: Hall) -> None:
    """H6: F05 by 8 December, no T6."""
    request = claim(route="31-5", summary="请求查处违法建设", request="请求查处河边违法建筑", facts="河边盖了房。")
    matter = organ.register(matters=(request,)).matter_ids[0]
    assert organ.clock_row(matter, "T2").nominal == "2026-12-08"
    matters.take_step(organ.station, GuideMatter(matter, how="由本局依法查处"))
    paper = papers.issue_paper(organ.station, IssuePaper(matter, "F05")).value
    assert paper.number == "滨建途字〔2026〕1号"
    assert {clock.clock for clock in organ.station.store.clocks_of(matter)} == {"T2"}
    assert refusal(lambda: matters.take_step(organ.station, AcceptMatter(matter))).code == "wrong_stage"


def test_the_petition_route_is_not_answered_by_a_route_notice(organ: Hall) -> None:
    matter = organ.register().matter_ids[0]
    said = refusal(lambda: matters.take_step(organ.station, GuideMatter(matter)))
    assert (said.code, said.field, said.article) == ("route_needs_acceptance", "route", "R 31(六)")


def test_a_claim_without_route_is_not_guided(organ: Hall) -> None:
    matter = organ.register(matters=(claim(route=""),)).matter_ids[0]
    said = refusal(lambda: matters.take_step(organ.station, GuideMatter(matter)))
    assert (said.code, said.field, said.article) == ("route_missing", "route", "R 31")


def test_whoever_is_sent_elsewhere_is_told_where(organ: Hall) -> None:
    matter = organ.register(matters=(claim(route="31-2"),)).matter_ids[0]
    said = refusal(lambda: matters.take_step(organ.station, GuideMatter(matter)))
    assert (said.code, said.field, said.article) == ("target_organ_missing", "target_organ", "R 31")
    matters.take_step(organ.station, GuideMatter(matter, target_organ="滨海县劳动人事争议仲裁院"))
    assert row(organ, matter).stage == "guided"


# referral, assignment, receipt ---------------------------------------------------------------------------------------


def test_a_referral_ends_the_first_clock_and_names_the_next_owner(hall: Hall) -> None:
    matter = hall.register().matter_ids[0]
    hall.clock.at("2026-11-25 10:00")
    matters.take_step(hall.station, ReferMatter(matter, "370206"))
    clock = hall.clock_row(matter, "T1")
    assert (clock.state, clock.ended_on) == ("ended", "2026-11-25")
    now = row(hall, matter)
    assert (now.stage, now.owner, now.next_step) == ("referred", "滨海县住房和城乡建设局", "await_receipt")


def test_a_referral_needs_a_destination_that_is_somebody_else(hall: Hall) -> None:
    matter = hall.register().matter_ids[0]
    said = refusal(lambda: matters.take_step(hall.station, ReferMatter(matter, "")))
    assert (said.code, said.field, said.article) == ("destination_missing", "to_office", "R 22①")
    said = refusal(lambda: matters.take_step(hall.station, ReferMatter(matter, "370205")))
    assert (said.code, said.article) == ("destination_is_this_office", "R 22①")


@pytest.mark.parametrize("days", [0, -1, 366])
def test_an_assignment_states_a_possible_period(hall: Hall, days: int) -> None:
    matter = hall.register().matter_ids[0]
    said = refusal(lambda: matters.take_step(hall.station, AssignMatter(matter, "370206", days)))
    assert (said.code, said.field, said.article, said.facts) == ("days_invalid", "days", "R 22①(三)", {"days": days})


def test_an_assignment_starts_the_clock_of_the_report(hall: Hall) -> None:
    matter = hall.register().matter_ids[0]
    matters.take_step(hall.station, AssignMatter(matter, "370206", 20))
    assert (hall.clock_row(matter, "T5").nominal, row(hall, matter).next_step) == ("2026-12-13", "await_report")


def test_a_referred_matter_passes_from_the_petition_office_to_the_organ(hall: Hall, organ: Hall) -> None:
    """H2: received 2 September, sent the 15th, received the 16th: T4 by the 22nd, T3 by 1 October, rolled 8 October."""
    hall.clock.at("2026-09-02 09:00")
    matter = hall.register().matter_ids[0]
    assert hall.clock_row(matter, "T1").nominal == "2026-09-17"
    hall.clock.at("2026-09-15 09:00")
    matters.take_step(hall.station, ReferMatter(matter, "370206"))
    organ.clock.at("2026-09-16 09:00")
    carry(hall.station, organ.station)
    matters.take_step(organ.station, ReceiveMatter(matter))
    t4, t3 = organ.clock_row(matter, "T4"), organ.clock_row(matter, "T3")
    assert (t4.nominal, t4.rolled) == ("2026-09-22", "2026-09-22")
    assert (t3.nominal, t3.rolled, t3.state) == ("2026-10-01", "2026-10-08", "running")
    assert row(organ, matter).next_step == "decide_and_notify"
    matters.take_step(organ.station, AcceptMatter(matter))
    carry(organ.station, hall.station)
    assert row(hall, matter).stage == "accepted"
    assert verify(hall.station).clean
    assert verify(organ.station).clean


def test_only_the_office_it_was_sent_to_receives_it(hall: Hall) -> None:
    matter = hall.register().matter_ids[0]
    assert refusal(lambda: matters.take_step(hall.station, ReceiveMatter(matter))).code == "wrong_stage"
    matters.take_step(hall.station, ReferMatter(matter, "370206"))
    said = refusal(lambda: matters.take_step(hall.station, ReceiveMatter(matter)))
    assert (said.code, said.article, said.facts) == ("sent_to_another_office", "R 23③", {"to_office": "370206"})


def test_a_matter_is_not_received_before_it_was_sent(hall: Hall, organ: Hall) -> None:
    matter = hall.register().matter_ids[0]
    matters.take_step(hall.station, ReferMatter(matter, "370206"))
    carry(hall.station, organ.station)
    said = refusal(lambda: matters.take_step(organ.station, ReceiveMatter(matter, "2026-11-22")))
    assert (said.code, said.field, said.facts) == ("received_before_sent", "received_on", {"sent": "2026-11-23"})


# extension (H4) ------------------------------------------------------------------------------------------------------


@pytest.fixture
def accepted(organ: Hall) -> str:
    """A matter accepted on 20 July 2026."""
    organ.clock.at("2026-07-20 09:00")
    matter = organ.register().matter_ids[0]
    matters.take_step(organ.station, AcceptMatter(matter))
    organ.clock.at("2026-09-19 09:00")
    return matter


def extend(hall: Hall, matter: str, **changes: Any) -> Callable[[], object]:
    values: dict[str, Any] = {"days": 30, "approver": "局长", "approved_on": "2026-09-18", "why": "情况复杂"} | changes
    return lambda: matters.take_step(hall.station, ExtendMatter(matter, **values))


def test_an_extension_approved_on_the_sixtieth_day_runs_to_day_ninety(organ: Hall, accepted: str) -> None:
    extend(organ, accepted)()
    t7 = organ.clock_row(accepted, "T7")
    assert (t7.nominal, t7.rolled, t7.state) == ("2026-10-18", "2026-10-19", "running")
    assert organ.clock_row(accepted, "T6").ended_on == "2026-09-18"


def test_an_extension_approved_a_day_late_is_refused(organ: Hall, accepted: str) -> None:
    said = refusal(extend(organ, accepted, approved_on="2026-09-19"))
    assert (said.code, said.field, said.article) == ("extension_after_expiry", "approved_on", "R 34")
    assert said.facts["end"] == "2026-09-18"


def test_two_extensions_together_stay_within_thirty_days(organ: Hall, accepted: str) -> None:
    extend(organ, accepted, days=20)()
    said = refusal(extend(organ, accepted, days=15))
    assert (said.code, said.article, said.facts) == ("extension_over_30", "R 34", {"days": 35, "ceiling": 30})
    extend(organ, accepted, days=10)()
    assert organ.clock_row(accepted, "T7").nominal == "2026-10-18"


@pytest.mark.parametrize(
    ("changes", "code", "field"),
    [
        ({"approver": " "}, "approver_missing", "approver"),
        ({"why": ""}, "reason_missing", "why"),
        ({"days": 0}, "days_invalid", "days"),
        ({"approved_on": "2026-07-19"}, "extension_before_acceptance", "approved_on"),
        ({"approved_on": "2026-09-20"}, "date_in_future", "approved_on"),
        ({"approved_on": "九月"}, "date_invalid", "approved_on"),
    ],
)
def test_an_extension_needs_an_approver_a_reason_and_a_day(
    organ: Hall, accepted: str, changes: dict[str, object], code: str, field: str
) -> None:
    said = refusal(extend(organ, accepted, **changes))
    assert (said.code, said.field) == (code, field)


def test_only_an_accepted_matter_is_extended(organ: Hall) -> None:
    matter = organ.register().matter_ids[0]
    assert refusal(extend(organ, matter)).code == "wrong_stage"


# answers -------------------------------------------------------------------------------------------------------------


def test_a_question_is_answered_on_the_spot_and_is_done(hall: Hall) -> None:
    question = claim(matter_class="other", route="", summary="咨询低保条件", request="咨询低保条件")
    matter = hall.register(matters=(question,)).matter_ids[0]
    assert refusal(lambda: matters.take_step(hall.station, AnswerMatter(matter, " "))).code == "answer_missing"
    matters.take_step(hall.station, AnswerMatter(matter, "已告知申请条件和材料。"))
    now = row(hall, matter)
    assert (now.stage, now.next_step, now.due_nominal) == ("answered", "", "")


@pytest.mark.parametrize("kind", ["claim", "accusation"])
def test_claims_and_accusations_are_not_settled_by_a_word(hall: Hall, kind: Any) -> None:
    matter = hall.register(matters=(claim(matter_class=kind, route=""),)).matter_ids[0]
    said = refusal(lambda: matters.take_step(hall.station, AnswerMatter(matter, "已解释")))
    assert (said.code, said.article, said.facts) == ("class_needs_procedure", "R 31", {"class": kind})


# an address given later (H5) ------------------------------------------------------------------------------------------


def test_an_address_given_later_starts_the_notice_from_the_day_of_receipt(organ: Hall) -> None:
    made = organ.register(people=(person(address="", address_missing_reason="本人未提供"),))
    matter = made.matter_ids[0]
    assert organ.clock_row(matter, "T2").state == "off"
    assert row(organ, matter).next_step == "await_name_and_address"
    organ.clock.at("2026-11-26 10:00")
    matters.take_step(organ.station, SupplyAddress(matter, address="滨海县临港街道1号"))
    clock = organ.clock_row(matter, "T2")
    assert (clock.state, clock.from_on, clock.nominal) == ("running", "2026-11-23", "2026-12-08")
    assert lookup.petitioner_page(organ.station, made.petitioner_ids[0]).petitioner.address == "滨海县临港街道1号"
    said = refusal(lambda: matters.take_step(organ.station, SupplyAddress(matter, address="别处")))
    assert (said.code, said.article) == ("address_already_clear", "R 23②")


def test_who_came_without_a_name_gives_it_later_and_becomes_known(organ: Hall) -> None:
    matter = organ.register(people=(), anonymous=True).matter_ids[0]
    for command, code in (
        (SupplyAddress(matter, name="周明"), "address_missing"),
        (SupplyAddress(matter, address="滨海县"), "name_missing"),
    ):
        assert refusal(lambda command=command: matters.take_step(organ.station, command)).code == code  # type: ignore[misc]
    matters.take_step(organ.station, SupplyAddress(matter, name="周明", address="滨海县2号"))
    page = lookup.matter_page(organ.station, matter)
    assert page.petitioner is not None
    assert (page.petitioner.name, page.matter.main_name) == ("周明", "周明")
    assert organ.clock_row(matter, "T2").state == "running"


# delivery ------------------------------------------------------------------------------------------------------------


@pytest.fixture
def notice(organ: Hall) -> tuple[str, str]:
    """(matter, its issued 受理告知书)."""
    matter = organ.register().matter_ids[0]
    matters.take_step(organ.station, AcceptMatter(matter))
    return matter, papers.issue_paper(organ.station, IssuePaper(matter, "F04")).value.paper_id


def test_a_signed_delivery_ends_the_duty_to_notify(organ: Hall, notice: tuple[str, str]) -> None:
    matter, paper = notice
    organ.clock.at("2026-11-24 15:30")
    matters.take_step(organ.station, DeliverNotice(matter, paper, signer="李春燕"))
    clock = organ.clock_row(matter, "T2")
    assert (clock.state, clock.ended_on) == ("ended", "2026-11-24")
    assert row(organ, matter).next_step == "investigate_and_reply"
    said = refusal(lambda: papers.void_paper(organ.station, VoidPaper(paper, matter, "写错")))
    assert said.code == "paper_delivered"


DELIVERIES: dict[str, tuple[dict[str, Any], str, str | None]] = {
    "signer_missing": ({}, "signer", "民诉法 87"),
    "refusal_reason_missing": ({"outcome": "refused", "witness": "赵"}, "refusal_reason", None),
    "witness_missing": ({"outcome": "refused", "refusal_reason": "不在"}, "witness", "民诉法 89"),
    "date_invalid": ({"signer": "李", "delivered_at": "明天"}, "delivered_at", None),
    "date_in_future": ({"signer": "李", "delivered_at": "2026-11-24 09:00"}, "delivered_at", None),
    "delivered_before_issue": ({"signer": "李", "delivered_at": "2026-11-22 09:00"}, "delivered_at", None),
    "notice_unknown": ({"signer": "李", "paper_id": "aa" * 16}, "paper_id", None),
}


@pytest.mark.parametrize("code", sorted(DELIVERIES))
def test_a_delivery_that_proves_nothing_is_refused(organ: Hall, notice: tuple[str, str], code: str) -> None:
    changes, field, article = DELIVERIES[code]
    values = {"paper_id": notice[1], **changes}
    said = refusal(lambda: matters.take_step(organ.station, DeliverNotice(notice[0], **values)))
    assert (said.code, said.field, said.article) == (code, field, article)
    assert organ.clock_row(notice[0], "T2").state == "running"


def test_a_void_notice_cannot_be_delivered(organ: Hall, notice: tuple[str, str]) -> None:
    papers.void_paper(organ.station, VoidPaper(notice[1], notice[0], "名字有误"))
    said = refusal(lambda: matters.take_step(organ.station, DeliverNotice(*notice, signer="李春燕")))
    assert (said.code, said.field) == ("paper_is_void", "paper_id")


def test_a_delivery_that_was_refused_before_a_witness_counts(organ: Hall, notice: tuple[str, str]) -> None:
    command = DeliverNotice(*notice, outcome="refused", refusal_reason="本人不愿签", witness="村委会赵某")
    matters.take_step(organ.station, command)
    assert organ.clock_row(notice[0], "T2").state == "ended"
