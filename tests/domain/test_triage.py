"""Triage: class and four answers to route, step, paper and clocks, as the two decision tables say."""

from __future__ import annotations

from dataclasses import replace

import pytest

from domain.classes import check_recipient, check_representatives, is_collective
from domain.commands import Answer, TriageAnswers
from domain.papers import FORMS
from domain.refusals import Refusal
from domain.triage import (
    MatterClass,
    OfficeKind,
    Route,
    Situation,
    Step,
    check_clock,
    propose_outcome,
    propose_route,
    reach_of,
)

NO = TriageAnswers("no", "no", "no", "no")
BUREAU = Situation(OfficeKind.PETITION_OFFICE, MatterClass.CLAIM, Route.PETITION, "same_level", NO)
TOWN = Situation(OfficeKind.COMPETENT_ORGAN, MatterClass.CLAIM, Route.PETITION, "own", NO)


def refused(call, *args) -> Refusal:
    with pytest.raises(Refusal) as caught:
        call(*args)
    return caught.value


@pytest.mark.parametrize(
    ("answers", "route"),
    [
        (NO, Route.PETITION),
        (replace(NO, court="yes"), Route.COURT),
        (replace(NO, arbitration="yes"), Route.ARBITRATION),
        (replace(NO, reconsideration="yes"), Route.ADMINISTRATIVE),
        (replace(NO, court="yes", arbitration="yes"), Route.COURT),
        (TriageAnswers(arbitration="yes"), Route.ARBITRATION),
    ],
)
def test_the_four_answers_lead_to_the_route(answers, route):
    proposal = propose_route(answers, MatterClass.CLAIM)
    assert (proposal.route, proposal.article) == (route, route.article)


def test_an_unasked_question_leaves_the_route_open_and_is_named():
    proposal = propose_route(TriageAnswers(court="no", reconsideration="no"), MatterClass.CLAIM)
    assert (proposal.route, proposal.open_questions) == (None, ("arbitration",))


def test_party_and_duty_procedures_come_before_the_petition_procedure():
    assert propose_route(NO, MatterClass.CLAIM, party_procedure="yes").route is Route.PARTY
    assert propose_route(NO, MatterClass.CLAIM, duty_requested="yes").route is Route.DUTY


def test_only_claims_have_a_route():
    for matter_class, article in (("suggestion", "R 29"), ("accusation", "R 30"), ("other", "R 23①")):
        proposal = propose_route(NO, MatterClass(matter_class))
        assert (proposal.route, proposal.article) == (None, article)


def test_routes_name_their_item_of_article_31():
    assert [route.article for route in Route] == [f"R 31({n})" for n in "一二三四五六"]


def test_a_claim_for_another_organ_is_referred_by_the_petition_office_within_15_days():
    step = propose_outcome(BUREAU)
    assert (step.step, step.article, step.clocks) == (Step.REFER, "R 22①(一)", ("T1",))
    assert step.forms_now == ("F01", "F02", "F08", "F18")
    assert step.forms_later == ("F09",)
    assert propose_outcome(replace(BUREAU, has_materials=True)).forms_now == ("F01", "F02", "F03", "F08", "F18")
    assert propose_outcome(replace(BUREAU, reach="subordinate")).article == "R 22①(二)"


def test_a_visitor_with_a_judgment_is_guided_and_a_letter_with_one_is_referred():
    visit = propose_outcome(replace(BUREAU, route=Route.COURT))
    assert (visit.step, visit.article, visit.clocks) == (Step.GUIDE, "R 22②", ())
    assert "F05" in visit.forms_now
    letter = propose_outcome(replace(BUREAU, route=Route.COURT, channel="letter"))
    assert (letter.step, letter.forms_now, letter.forms_later) == (Step.REFER, (), ("F09",))


@pytest.mark.parametrize("office", list(OfficeKind))
def test_an_accusation_leaves_only_a_masked_receipt(office):
    step = propose_outcome(Situation(office, MatterClass.ACCUSATION, reach="own"))
    assert (step.step, step.masked, step.forms_now, step.forms_later) == (Step.REFER, True, ("F01", "F02"), ("F21",))
    assert "keep_from_accused" in step.notes
    assert not {"T2", "T3", "T6"} & set(step.clocks)


def test_a_matter_already_handled_below_is_not_accepted_above():
    step = propose_outcome(replace(BUREAU, open_with_subordinate=True))
    assert (step.step, step.article, step.forms_now) == (Step.REFUSE_OPEN, "R 19③", ("F01", "F02", "F06", "F18"))


def test_a_matter_ended_by_re_review_on_the_same_facts_is_not_accepted_again():
    step = propose_outcome(replace(TOWN, ended_same_facts=True, answers=replace(NO, review_opinion="yes")))
    assert (step.step, step.article) == (Step.REFUSE_ENDED, "R 36③")
    assert "F07" in step.forms_now
    assert "T6" not in step.clocks_on_step


def test_a_consultation_answered_at_once_needs_the_receipt_only():
    step = propose_outcome(Situation(OfficeKind.PETITION_OFFICE, MatterClass.OTHER, answered_now=True))
    assert (step.step, step.forms_now, step.clocks) == (Step.ANSWER, ("F01", "F02"), ())
    assert propose_outcome(Situation(OfficeKind.PETITION_OFFICE, MatterClass.OTHER)).step is Step.REGISTER


@pytest.mark.parametrize("situation", [BUREAU, TOWN, replace(TOWN, route=Route.DUTY), replace(TOWN, reach="elsewhere")])
def test_without_a_clear_name_and_address_there_is_a_receipt_and_no_duty_to_notify(situation):
    step = propose_outcome(replace(situation, name_or_address_unclear=True))
    assert step.forms_now == ("F01", "F02")
    assert "notice_duty_off" in step.notes
    assert not {"T2", "T3"} & set(step.clocks)


def test_a_township_accepts_on_the_spot_and_sixty_days_run_from_acceptance():
    step = propose_outcome(TOWN)
    assert (step.step, step.article) == (Step.ACCEPT, "R 31(六)")
    assert step.forms_now == ("F01", "F02", "F04", "F18")
    assert (step.clocks, step.clocks_on_step) == (("T2",), ("T6",))


def test_what_cannot_be_decided_at_once_gets_its_notice_within_15_days():
    step = propose_outcome(replace(TOWN, decidable_now=False))
    assert (step.step, step.forms_now, step.forms_later) == (Step.REGISTER, ("F01", "F02"), ("F04",))
    assert (step.clocks, step.clocks_on_step) == (("T2",), ())


@pytest.mark.parametrize("route", [Route.ARBITRATION, Route.PARTY, Route.ADMINISTRATIVE, Route.DUTY])
def test_h6_the_other_routes_get_a_pathway_notice_and_no_sixty_days(route):
    step = propose_outcome(replace(TOWN, route=route))
    assert (step.step, step.article, step.clocks, step.clocks_on_step) == (Step.GUIDE, route.article, ("T2",), ())
    assert "F05" in step.forms_now


def test_litigation_at_an_organ_follows_the_rules_of_litigation():
    step = propose_outcome(replace(TOWN, route=Route.COURT))
    assert (step.step, step.clocks) == (Step.GUIDE, ())
    assert "notice_by_own_rules" in step.notes


def test_a_matter_of_the_organs_own_system_is_sent_on_and_the_petitioner_told_where():
    step = propose_outcome(replace(TOWN, reach="subordinate"))
    assert (step.step, step.article, step.clocks) == (Step.REFER, "R 23①", ("T2",))
    assert "F08" in step.forms_now


def test_a_matter_of_nobody_here_is_signposted_in_writing():
    step = propose_outcome(replace(TOWN, reach="elsewhere"))
    assert (step.step, "F05" in step.forms_now) == (Step.SIGNPOST, True)


def test_a_referred_matter_starts_notice_and_objection_clocks():
    step = propose_outcome(replace(TOWN, by_referral=True))
    assert step.clocks == ("T3", "T4")
    assert step.forms_now == ("F04", "F18")
    not_ours = propose_outcome(replace(TOWN, by_referral=True, reach="elsewhere"))
    assert (not_ours.reason, not_ours.forms_later, not_ours.clocks) == ("objection_possible", ("F11",), ("T3", "T4"))


def test_a_petition_office_with_own_power_acts_as_the_organ():
    step = propose_outcome(replace(BUREAU, reach="own"))
    assert (step.step, step.clocks, step.clocks_on_step) == (Step.ACCEPT, ("T2",), ("T6",))


def test_suggestions_and_ordinary_accusations_of_own_power_get_a_pathway_notice():
    assert propose_outcome(replace(TOWN, matter_class=MatterClass.SUGGESTION, route=None)).article == "R 29"
    step = propose_outcome(replace(TOWN, matter_class=MatterClass.ACCUSATION, route=None, discipline=False))
    assert (step.step, step.masked) == (Step.GUIDE, True)
    assert "F05" in step.forms_now


def test_an_open_route_or_power_is_registered_first():
    assert propose_outcome(replace(TOWN, route=None)).reason == "route_open"
    assert propose_outcome(replace(TOWN, reach="unknown")).reason == "power_to_be_checked"


def test_no_proposal_asks_to_print_what_is_no_form_nor_for_a_sixty_day_clock_outside_31_6():
    for office in OfficeKind:
        for matter_class in MatterClass:
            for route in (None, *Route):
                for reach in ("own", "same_level", "subordinate", "elsewhere", "unknown"):
                    for channel in ("visit", "letter"):
                        situation = Situation(office, matter_class, route, reach, NO, channel)
                        step = propose_outcome(situation)
                        assert set(step.forms_now) <= set(FORMS)
                        assert step.article.startswith("R ")
                        if "T6" in (*step.clocks, *step.clocks_on_step):
                            assert (matter_class, route) == (MatterClass.CLAIM, Route.PETITION)


def test_the_clerks_answer_on_power_means_referral_at_a_bureau_and_signposting_at_an_organ():
    assert reach_of("yes", OfficeKind.COMPETENT_ORGAN) == "own"
    assert reach_of("no", OfficeKind.PETITION_OFFICE) == "same_level"
    assert reach_of("no", OfficeKind.COMPETENT_ORGAN) == "elsewhere"
    assert reach_of("unknown", OfficeKind.COMPETENT_ORGAN) == "unknown"


@pytest.mark.parametrize(
    ("power", "office", "reach"),
    [
        ("unknown", OfficeKind.COMPETENT_ORGAN, "own"),
        ("no", OfficeKind.COMPETENT_ORGAN, "elsewhere"),
        ("unknown", OfficeKind.PETITION_OFFICE, "unknown"),
    ],
)
def test_what_was_sent_to_an_organ_is_its_own_until_somebody_says_otherwise(
    power: Answer, office: OfficeKind, reach: str
):
    assert reach_of(power, office, by_referral=True) == reach


@pytest.mark.parametrize("clock", ["T6", "T7", "T8", "T9", "T10", "T11"])
def test_sixty_days_and_review_are_refused_outside_31_6(clock):
    for route in (None, *Route):
        if route is Route.PETITION:
            check_clock(clock, route)
        else:
            assert refused(check_clock, clock, route).code == "clock_not_for_route"
    check_clock("T2", Route.DUTY)


def test_four_people_are_individual_and_five_are_collective():
    assert [is_collective(n, 5) for n in (1, 4, 5, 12)] == [False, False, True, True]
    assert not is_collective(9, 10)


def test_twelve_people_may_have_five_representatives_and_not_six():
    roles = [f"people.{n}.role" for n in range(6)]
    check_representatives(roles[:5], 5)
    refusal = refused(check_representatives, roles, 5)
    assert (refusal.code, refusal.article, refusal.facts["limit"]) == ("too_many_representatives", "R 20③", 5)
    assert refusal.field == "people.5.role"
    assert refused(check_representatives, roles[:4], 3).field == "people.3.role"


def test_a_matter_never_goes_to_the_organ_it_is_about():
    for recipient in (("370299-ZJ", ""), ("", "370299-ZJ")):
        refusal = refused(check_recipient, "370299-ZJ", recipient)
        assert (refusal.code, refusal.article) == ("accused_organ", "R 30③")
    check_recipient("370299-ZJ", ("370299-JW", "某纪委"))
    check_recipient("", ("", "某纪委"))
