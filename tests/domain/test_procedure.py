"""A matter's way through the table of procedure: every stage, what it needs and refuses, with the law's own days."""

from __future__ import annotations

from typing import Any

import pytest

from domain.acts import ACT_KINDS, CaseKind
from domain.canonical import Json
from domain.commands import (
    AcceptMatter,
    AskSupplement,
    AssignMatter,
    CloseMatter,
    DeliverNotice,
    ExtendMatter,
    IssueOpinion,
    LodgeObjection,
    ReceiveMatter,
    ReceiveSupplement,
    RecordEvaluation,
    RecordExecution,
    RecordMediation,
    ReferMatter,
    RefuseEnded,
    RefuseOpen,
    ReportAssignment,
    RequestAnswer,
    ReturnMaterials,
    SimplifyMatter,
    VerifyObjection,
)
from domain.decisions.steps import COMMANDS, DECISIONS
from domain.fold import fold
from domain.procedure.stages import STAGES
from domain.procedure.table import STEPS
from domain.ruletable import parse_rules
from tests.domain.lives import CITY, HALL, HOUSING, ID, LAND, Life, accepted, delivered, opinion
from tests.domain.states import RULES, as_acts, refusal

# the table ------------------------------------------------------------------------------------------------------------


def test_every_row_has_its_act_its_command_and_its_decision() -> None:
    assert set(STEPS) == set(COMMANDS)
    assert set(COMMANDS.values()) - set(DECISIONS) == {COMMANDS["supply_address"], COMMANDS["link"]}
    assert len({row.kind for row in STEPS.values()}) == len(STEPS)
    for row in STEPS.values():
        assert ACT_KINDS[row.kind].case_kind == CaseKind.MATTER
        assert set(row.stages) | ({row.to} - {""}) | set(row.or_to) <= set(STAGES)


def test_every_stage_is_reached_and_every_open_one_is_left() -> None:
    reached = {row.to for row in STEPS.values()} | {stage for row in STEPS.values() for stage in row.or_to}
    assert set(STAGES) - reached == {"registered"}
    left = {stage for row in STEPS.values() if row.to or row.or_to for stage in row.stages or STAGES}
    assert {row.stage for row in STAGES.values() if not row.ended} <= left


# passing on -----------------------------------------------------------------------------------------------------------


def test_h2_a_chain_of_two_organs_has_the_days_of_both() -> None:
    """H2: T1 to 09-17, T4 by 09-22, T3 nominal 10-01 rolled 10-08; a refused objection moves none of them."""
    life = Life.registered()
    assert str(life.clocks["T1"].nominal) == "2026-09-17"
    life.on("2026-09-15").do(HALL, ReferMatter(ID, HOUSING, "县住建局"))
    assert (str(life.clocks["T1"].ended_on), life.clocks["T1"].late_by) == ("2026-09-15", 0)
    life.on("2026-09-16").do(HOUSING, ReceiveMatter(ID))
    days = {name: (str(clock.nominal), str(clock.rolled)) for name, clock in life.clocks.items()}
    assert (days["T4"], days["T3"]) == (("2026-09-22", "2026-09-22"), ("2026-10-01", "2026-10-08"))
    life.on("2026-09-21").do(HOUSING, LodgeObjection(ID, "三定方案不含征地补偿", "三定方案第三条"))
    assert (life.stage, life.standing.owner, life.standing.next_step) == ("objected", HALL, "verify_objection")
    life.on("2026-09-28").do(HALL, VerifyObjection(ID, "refused", "属该局职责"))
    assert (life.stage, life.standing.owner) == ("received", HOUSING)
    assert (life.clocks["T3"].running, str(life.clocks["T3"].rolled)) == (True, "2026-10-08")


def test_row_9_only_what_was_sent_ends_the_fifteen_days_of_the_petition_office() -> None:
    """Drafted 09-17 and sent 09-18 for a receipt on 09-02: late by one day."""
    life = Life.registered().on("2026-09-18")
    life.do(HALL, ReferMatter(ID, HOUSING, "县住建局"))
    assert (str(life.clocks["T1"].nominal), life.clocks["T1"].late_by) == ("2026-09-17", 1)


def test_row_11_material_is_returned_only_after_the_sender_agreed() -> None:
    life = Life.registered()
    life.do(HALL, ReferMatter(ID, HOUSING, "县住建局"))
    life.on("2026-09-03").do(HOUSING, ReceiveMatter(ID))
    assert refusal(lambda: life.do(HOUSING, ReturnMaterials(ID))).code == "not_agreed_to_return"
    assert refusal(lambda: life.do(HOUSING, LodgeObjection(ID, ""))).code == "words_missing"
    life.do(HOUSING, LodgeObjection(ID, "不属本局职责"))
    assert refusal(lambda: life.do(HOUSING, ReturnMaterials(ID))).code == "not_agreed_to_return"
    assert refusal(lambda: life.do(HOUSING, VerifyObjection(ID, "agreed", "同意"))).code == "not_the_sender"
    life.on("2026-09-04").do(HALL, VerifyObjection(ID, "agreed", "经核实不属其职责"))
    life.do(HOUSING, ReturnMaterials(ID))
    assert (life.stage, life.standing.owner, life.standing.next_step) == ("returned", HALL, "refer_again")
    assert not life.clocks["T3"].running
    life.do(HALL, ReferMatter(ID, LAND, "县自然资源局"))
    life.on("2026-09-07").do(LAND, ReceiveMatter(ID))
    assert [(each.office, each.running) for each in life.all_clocks if each.clock == "T3"] == [
        (HOUSING, False),
        (LAND, True),
    ]


def test_h3_a_late_objection_is_registered_with_its_reason_and_stops_nothing() -> None:
    life = Life.registered()
    life.on("2026-09-15").do(HALL, ReferMatter(ID, HOUSING, "县住建局"))
    life.on("2026-09-16").do(HOUSING, ReceiveMatter(ID))
    life.on("2026-09-23")
    late = refusal(lambda: life.do(HOUSING, LodgeObjection(ID, "不属本局")))
    assert (late.code, late.field, late.article) == ("late_reason_missing", "late_reason", "R 23③")
    draft = life.do(HOUSING, LodgeObjection(ID, "不属本局", late_reason="中秋值班，材料转递迟延"))
    (record,) = [value for name, value in draft.sets.items() if name.endswith(".objection")]
    assert isinstance(record, dict)
    assert record["late"] == "late"
    assert life.clocks["T3"].running


def test_row_12_an_assignment_is_closed_only_with_its_report() -> None:
    life = Life.registered(on="2026-10-12")
    life.do(HALL, AssignMatter(ID, HOUSING, 30, "县住建局"))
    assert str(life.clocks["T5"].nominal) == "2026-11-11"
    life.on("2026-10-13").do(HOUSING, ReceiveMatter(ID))
    life.do(HOUSING, AcceptMatter(ID))
    life.on("2026-10-30").do(HOUSING, opinion("support"))
    life.do(HOUSING, DeliverNotice(ID, what="opinion", signer="李春燕"))
    assert refusal(lambda: life.do(HOUSING, CloseMatter(ID, "supported"))).code == "report_owed"
    life.on("2026-11-12").do(HOUSING, ReportAssignment(ID, "经查属实", "已补发", "周局长"))
    assert life.clocks["T5"].late_by == 1
    life.do(HOUSING, CloseMatter(ID, "supported"))
    assert life.stage == "closed"


def test_only_where_it_was_sent_is_a_matter_received_and_only_its_holder_decides() -> None:
    life = Life.registered()
    life.do(HALL, ReferMatter(ID, HOUSING, "县住建局"))
    assert refusal(lambda: life.do(LAND, ReceiveMatter(ID))).code == "sent_to_another_office"
    life.do(HOUSING, ReceiveMatter(ID))
    assert refusal(lambda: life.do(LAND, AcceptMatter(ID))).code == "not_in_hand"
    assert refusal(lambda: life.do(HALL, ReferMatter(ID, LAND, "县自然资源局"))).code == "not_in_hand"


def test_asking_for_material_stops_no_clock() -> None:
    life = Life.registered(HOUSING)
    life.do(HOUSING, AskSupplement(ID, "承包合同", until="2026-09-30"))
    key = life.key("supplement")
    life.on("2026-09-10").do(HOUSING, ReceiveSupplement(ID, key, "承包合同复印件"))
    assert (life.clocks["T2"].running, str(life.clocks["T2"].nominal)) == (True, "2026-09-17")


# deciding -------------------------------------------------------------------------------------------------------------


def test_h7_a_matter_handled_below_is_not_accepted_above_while_its_period_runs() -> None:
    """H7 and row 22: accepted by the county office 09-01, period to 10-31; on 10-20 refused, on 11-03 not."""
    life = Life.registered(CITY, "2026-10-20")
    command = RefuseOpen(ID, "370206-20260901-0001", "县住建局", "2026-09-01", "2026-10-31")
    late = Life.registered(CITY, "2026-11-03")
    said = refusal(lambda: late.do(CITY, command))
    assert (said.code, said.article) == ("open_period_over", "R 19③")
    life.do(CITY, command)
    assert (life.stage, life.standing.next_step) == ("refused_open", "deliver_refusal")
    life.do(CITY, DeliverNotice(ID, what="refusal", signer="李春燕"))
    life.do(CITY, CloseMatter(ID, "refused"))
    assert (life.standing.outcome, life.clocks["T2"].running) == ("refused", False)


def test_h8_after_a_recheck_the_same_facts_are_accepted_no_more_and_new_ones_are() -> None:
    life = Life.registered(HOUSING, "2026-11-23")
    told = ("复核字〔2026〕3号", "省住建厅", "2026-05-10", "2026-05-20")
    said = refusal(lambda: life.do(HOUSING, RefuseEnded(ID, *told, new_facts=True)))
    assert (said.code, said.article) == ("facts_are_new", "R 36③")
    backwards = RefuseEnded(ID, "复核字〔2026〕3号", "省住建厅", "2026-05-20", "2026-05-10", new_facts=False)
    assert refusal(lambda: life.do(HOUSING, backwards)).code == "opinion_days_invalid"
    life.do(HOUSING, RefuseEnded(ID, *told, new_facts=False))
    assert life.stage == "refused_ended"


def test_row_44_the_first_handler_stays_while_a_matter_goes_from_hand_to_hand() -> None:
    life = Life.registered()
    life.do(HALL, ReferMatter(ID, HOUSING, "县住建局"))
    life.do(HOUSING, ReceiveMatter(ID))
    life.do(HOUSING, AcceptMatter(ID))
    assert (life.case.text("first_handler"), life.standing.owner) == (HOUSING, HOUSING)


def test_the_simple_way_is_open_only_where_the_region_has_it() -> None:
    life = Life.registered(HOUSING, repeat="first")
    assert refusal(lambda: life.do(HOUSING, SimplifyMatter(ID, "clear"))).code == "simple_handling_off"
    local = parse_rules(
        {
            "name": "本市",
            "settings": [{"setting": "simple_handling", "from": "2026-01-01", "value": True, "basis": "本市规定"}],
        }
    )
    life.rules = RULES.overlaid(local)
    life.do(HOUSING, SimplifyMatter(ID, "clear"))
    assert str(life.clocks["T12"].rolled) == "2026-09-07"
    life.on("2026-09-07").do(HOUSING, AcceptMatter(ID))
    assert (life.clocks["T12"].late_by, str(life.clocks["T13"].rolled)) == (0, "2026-09-20")
    many: dict[str, Any] = {"repeat": "first", "flag.collective": True}
    crowd = Life.registered(HOUSING, **many)
    crowd.rules = life.rules
    assert refusal(lambda: crowd.do(HOUSING, SimplifyMatter(ID, "clear"))).code == "simple_excluded"
    again = Life.registered(HOUSING, repeat="repeat")
    again.rules = life.rules
    assert refusal(lambda: again.do(HOUSING, SimplifyMatter(ID, "clear"))).code == "simple_only_first"


# handling -------------------------------------------------------------------------------------------------------------


def test_h4_an_extension_is_approved_in_time_by_somebody_else_and_thirty_days_at_most() -> None:
    life = accepted().on("2026-09-19")
    late = refusal(lambda: life.do(HOUSING, ExtendMatter(ID, 30, "周局长", "2026-09-19", "案情复杂")))
    assert late.code == "extension_after_expiry"
    life.on("2026-09-18")
    own = refusal(lambda: life.do(HOUSING, ExtendMatter(ID, 30, "王晓青", "2026-09-18", "案情复杂")))
    assert (own.code, own.field) == ("approver_is_handler", "approver")
    life.do(HOUSING, ExtendMatter(ID, 20, "周局长", "2026-09-18", "案情复杂"))
    over = refusal(lambda: life.do(HOUSING, ExtendMatter(ID, 15, "周局长", "2026-09-18", "仍需鉴定")))
    assert over.code == "extension_over_30"
    life.do(HOUSING, ExtendMatter(ID, 10, "周局长", "2026-09-18", "仍需鉴定"))
    assert (str(life.clocks["T7"].nominal), str(life.clocks["T7"].rolled)) == ("2026-10-18", "2026-10-19")


def test_row_18_an_opinion_answers_every_request_with_facts_opinion_and_basis() -> None:
    life = Life.registered(HOUSING, request="补发占地补偿款\n公开补偿标准")
    life.do(HOUSING, AcceptMatter(ID))
    said = refusal(lambda: life.do(HOUSING, opinion("support")))
    assert (said.code, said.facts["request"]) == ("request_unanswered", 2)
    bare = IssueOpinion(ID, (RequestAnswer(1, "deny", "不属实", "不予支持", ""),), "市局", "周局长")
    without = refusal(lambda: life.do(HOUSING, bare))
    assert (without.code, without.field) == ("words_missing", "answers.0.basis")
    assert refusal(lambda: life.do(HOUSING, opinion("deny", "deny", "deny"))).code == "request_unknown"
    life.on("2026-10-20").do(HOUSING, opinion("support", "explain"))
    assert (life.stage, str(life.clocks["T6"].ended_on), life.clocks["T6"].late_by) == ("opined", "2026-10-20", 0)


def test_an_opinion_is_delivered_after_it_was_issued_and_not_before() -> None:
    life = accepted()
    missing = refusal(lambda: life.do(HOUSING, DeliverNotice(ID, what="opinion", signer="李春燕")))
    assert missing.code == "document_missing"
    life.on("2026-08-28").do(HOUSING, opinion("support"))
    early = DeliverNotice(ID, delivered_at="2026-08-27 09:00", what="opinion", signer="李春燕")
    assert refusal(lambda: life.do(HOUSING, early)).code == "delivered_before_issue"


def test_row_32_a_refused_delivery_has_a_witness_and_a_reason() -> None:
    life = accepted().on("2026-08-28")
    life.do(HOUSING, opinion("deny"))
    alone = DeliverNotice(ID, what="opinion", outcome="refused", refusal_reason="不接受")
    assert refusal(lambda: life.do(HOUSING, alone)).code == "witness_missing"
    life.do(HOUSING, DeliverNotice(ID, what="opinion", outcome="refused", refusal_reason="不接受", witness="社区干部"))
    assert life.stage == "delivered"


def test_row_31_the_two_objects_are_evaluated_apart_and_accusations_never() -> None:
    life = delivered()
    life.do(HOUSING, RecordEvaluation(ID, "handler", "satisfied", "self"))
    life.do(HALL, RecordEvaluation(ID, "petition_office", "rather", "proxy", proxy="王五", proxy_unit="社区"))
    nameless = RecordEvaluation(ID, "handler", "satisfied", "proxy")
    assert refusal(lambda: life.do(HOUSING, nameless)).field == "proxy"
    assert set(life.case.items("evaluation")) == {"handler", "petition_office"}
    accusation = Life.registered(HOUSING, matter_class="accusation", route="", stage="closed", outcome="replied")
    asked = RecordEvaluation(ID, "handler", "satisfied", "self")
    assert refusal(lambda: accusation.do(HOUSING, asked)).code == "not_evaluated"


def test_what_was_supported_is_followed_until_it_is_done() -> None:
    life = delivered()
    life.do(HOUSING, RecordExecution(ID, "begun", "已通知财政拨款"))
    life.on("2026-09-20").do(HOUSING, RecordExecution(ID, "done", "补偿款已到账"))
    assert len(life.case.items("execution")) == 2
    denied = accepted().on("2026-08-28")
    denied.do(HOUSING, opinion("deny"))
    denied.do(HOUSING, DeliverNotice(ID, what="opinion", signer="李春燕"))
    assert refusal(lambda: denied.do(HOUSING, RecordExecution(ID, "begun", "无"))).code == "nothing_to_execute"


def test_a_mediation_has_two_sides_and_an_agreement_its_terms() -> None:
    life = accepted()
    one = RecordMediation(ID, "mediation", ("李春燕",), agreed=True, terms="补发")
    assert refusal(lambda: life.do(HOUSING, one)).code == "two_sides_needed"
    empty = RecordMediation(ID, "mediation", ("李春燕", "村委会"), agreed=True)
    assert refusal(lambda: life.do(HOUSING, empty)).field == "terms"
    assert refusal(lambda: life.do(HOUSING, CloseMatter(ID, "mediated", "双方和解"))).code == "no_agreement"
    life.do(HOUSING, RecordMediation(ID, "mediation", ("李春燕", "村委会"), agreed=True, terms="一个月内补发"))
    life.do(HOUSING, CloseMatter(ID, "mediated", "已达成调解协议"))
    assert (life.stage, life.standing.outcome, life.clocks["T6"].running) == ("closed", "mediated", False)


# apart ----------------------------------------------------------------------------------------------------------------


def test_two_offices_that_act_apart_are_both_kept_and_the_next_binding_step_waits() -> None:
    start = Life.registered(HOUSING)
    one, two = Life(start.case, start.now), Life(start.case, start.now)
    accepts = one.do(HOUSING, AcceptMatter(ID))
    refers = two.do(HOUSING, ReferMatter(ID, LAND, "县自然资源局"))
    acts = [*start.case.acts, *as_acts([accepts, refers], len(start.case.acts))]
    for order in (acts, acts[::-1], [acts[1], acts[2], acts[0]]):
        both = fold(order)
        assert "stage" in both.conflicts
        assert both.shown == fold(acts).shown
    torn = Life(fold(acts), "2026-09-03 09:00")
    said = refusal(lambda: torn.do(HOUSING, opinion("support")))
    assert said.code in ("conflict_open", "wrong_stage", "not_in_hand")
    assert refusal(lambda: torn.do(LAND, ReceiveMatter(ID))).code == "conflict_open"


def test_two_windows_that_refer_to_two_organs_apart_are_in_conflict_though_the_stage_is_the_same() -> None:
    start = Life.registered()
    drafts = [
        Life(start.case, start.now).do(HALL, ReferMatter(ID, office, name))
        for office, name in ((HOUSING, "县住建局"), (LAND, "县自然资源局"))
    ]
    both = fold([*start.case.acts, *as_acts(drafts, len(start.case.acts))])
    assert {"leg_now", "to_office"} <= set(both.conflicts)


@pytest.mark.parametrize(
    "before",
    [
        {"received_by_referral": "市信访局", "stage": "received"},
        {"stage": "received", "referred_on": "2026-09-02", "referral_received_on": "2026-09-02", "to_office": HOUSING},
    ],
    ids=["registered as passed on from outside", "passed on before passings-on were recorded one by one"],
)
def test_whatever_way_a_matter_came_an_agreed_objection_ends_its_fifteen_days(before: dict[str, Json]) -> None:
    life = Life.registered(HOUSING, "2026-09-02", **before)
    life.on("2026-09-04").do(HOUSING, LodgeObjection(ID, "不属本局职责"))
    assert life.clocks["T3"].running
    assert str(life.clocks["T4"].ended_on) == "2026-09-04"
    life.on("2026-09-07").do(HOUSING, VerifyObjection(ID, "agreed", "经核实不属其职责"))
    assert (life.stage, str(life.clocks["T3"].ended_on)) == ("returned", "2026-09-07")
