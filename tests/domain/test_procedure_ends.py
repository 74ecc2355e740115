"""Review, recheck, the end of a matter, and what goes on beside its way."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from domain.commands import (
    AnswerProposal,
    AnswerSupervision,
    ArchiveMatter,
    AskRecheck,
    AskReview,
    CloseMatter,
    DecideRecheck,
    DecideReview,
    DeliverNotice,
    GuideMatter,
    HoldHearing,
    IssueSupervision,
    MakeProposal,
    Recuse,
    ReferMatter,
    ReportedTo,
    ReportUrgent,
)
from domain.procedure.grounds import grounds
from tests.domain.lives import CITY, HALL, HOUSING, ID, PROVINCE, Life, accepted, delivered, notice, opinion, reviewed
from tests.domain.states import refusal

# review and recheck ---------------------------------------------------------------------------------------------------


def test_row_19_the_thirty_days_for_a_review_begin_with_the_signature() -> None:
    life = delivered("2026-09-01")
    clock = life.clocks["T8"]
    assert (str(clock.from_on), str(clock.nominal), str(clock.rolled)) == ("2026-09-01", "2026-10-01", "2026-10-08")


@pytest.mark.parametrize(("signed", "late"), [("2026-09-01", ""), ("2026-08-31", "late")])
def test_row_20_a_request_is_judged_on_the_rolled_day_and_registered_even_when_late(signed: str, late: str) -> None:
    """E01, E02: asked on 10-08, in time for a delivery on 09-01, late for one on 08-31."""
    life = delivered(signed).on("2026-10-08")
    command = AskReview(ID, "请求撤销原意见", "2026-10-08")
    if late:
        assert refusal(lambda: life.do(CITY, command)).code == "late_reason_missing"
        command = AskReview(ID, "请求撤销原意见", "2026-10-08", late_reason="国庆期间住院")
    life.do(CITY, command)
    assert (life.stage, life.case.text("review.late"), life.standing.owner) == ("review", late, CITY)


def test_an_organ_reviews_no_opinion_of_its_own_and_none_of_another_route() -> None:
    life = delivered()
    command = AskReview(ID, "请求撤销", "2026-09-02")
    life.on("2026-09-02")
    assert refusal(lambda: life.do(HOUSING, command)).code == "own_opinion"
    other = Life.registered(HOUSING, route="31-5", stage="delivered", opinion_delivered_on="2026-09-02")
    assert refusal(lambda: other.do(CITY, command)).code == "clock_not_for_route"


def test_review_and_recheck_lead_to_the_lawful_end() -> None:
    life = reviewed()
    assert (life.stage, life.clocks["T9"].late_by) == ("review_delivered", 0)
    life.on("2026-10-12").do(PROVINCE, AskRecheck(ID, "请求撤销复查意见", "2026-10-12"))
    assert (life.clocks["T10"].running, str(life.clocks["T11"].nominal)) == (False, "2026-11-11")
    life.on("2026-11-05").do(PROVINCE, DecideRecheck(ID, "uphold", "维持", "条例第三十六条", "赵厅长"))
    life.on("2026-11-06").do(PROVINCE, DeliverNotice(ID, what="recheck", signer="李春燕"))
    assert (life.stage, life.standing.next_step, life.standing.owner) == ("recheck_delivered", "close", HOUSING)
    life.do(HOUSING, CloseMatter(ID, "supported"))
    life.do(HOUSING, ArchiveMatter(ID, "2026-W-0001", "30"))
    assert (life.stage, life.standing.homeless) == ("archived", "")
    assert refusal(lambda: life.do(HOUSING, AnswerSupervision(ID, "x", "y"))).code == "case_archived"


def test_row_21_hearings_are_taken_out_of_the_recheck_once_and_not_after_its_end() -> None:
    """E06 and H9."""
    life = delivered("2026-08-28").on("2026-08-29")
    life.do(CITY, AskReview(ID, "请求撤销", "2026-08-29"))
    life.do(CITY, DecideReview(ID, "uphold", "维持", "条例第三十五条", "陈局长", "省住建厅"))
    life.on("2026-08-30").do(CITY, DeliverNotice(ID, what="review", signer="李春燕"))
    life.on("2026-09-01").do(PROVINCE, AskRecheck(ID, "请求撤销", "2026-09-01"))
    assert str(life.clocks["T11"].nominal) == "2026-10-01"
    life.on("2026-09-24").do(PROVINCE, HoldHearing(ID, "2026-09-10", "2026-09-24", "听证室", "赵厅长"))
    assert str(life.clocks["T11"].nominal) == "2026-10-16"
    life.do(PROVINCE, HoldHearing(ID, "2026-09-20", "2026-09-24", "听证室", "赵厅长"))
    assert str(life.clocks["T11"].nominal) == "2026-10-16"
    life.on("2026-10-21").do(PROVINCE, HoldHearing(ID, "2026-10-20", "2026-10-21", "听证室", "赵厅长"))
    assert str(life.clocks["T11"].nominal) == "2026-10-16"


def test_an_opinion_ordered_anew_is_handled_again_from_the_day_it_was_told() -> None:
    life = reviewed("redo")
    assert (life.stage, life.standing.owner) == ("accepted", HOUSING)
    assert (str(life.clocks["T6"].from_on), life.clocks["T6"].running) == ("2026-09-30", True)


# the end --------------------------------------------------------------------------------------------------------------


def test_nothing_is_closed_without_an_outcome_that_fits_and_a_delivery() -> None:
    life = accepted()
    assert refusal(lambda: life.do(HOUSING, CloseMatter(ID, "supported"))).code == "outcome_without_opinion"
    assert refusal(lambda: life.do(HOUSING, CloseMatter(ID, "withdrawn"))).code == "reason_missing"
    guided = Life.registered(HOUSING, route="31-5")
    guided.do(HOUSING, GuideMatter(ID, target_organ="县执法局"))
    assert refusal(lambda: guided.do(HOUSING, CloseMatter(ID, "led_to_route"))).code == "delivery_owed"
    guided.do(HOUSING, CloseMatter(ID, "led_to_route", undelivered_reason="两次上门均无人，已留置并拍照"))
    assert guided.standing.homeless == ""


def test_an_archived_volume_lists_its_papers_in_order() -> None:
    later: dict[str, Any] = {
        "paper.b": notice("F05", "2026-09-03"),
        "paper.a": {"form": "F18", "number": "1", "issued_on": "2026-09-03"},
        "paper.c": notice("F05", "2026-09-02"),
        "paper.c.voided": "2026-09-02 10:00",
        "file.x": {"name": "承包合同.pdf"},
    }
    life = Life.registered(HOUSING, stage="closed", outcome="led_to_route", closed_on="2026-09-02", **later)
    draft = life.do(HOUSING, ArchiveMatter(ID, "2026-W-0002", "10"))
    record = draft.sets["archive"]
    assert isinstance(record, dict)
    contents = record["contents"]
    assert isinstance(contents, list)
    forms = [(line.get("form"), line.get("voided"), line.get("file")) for line in contents if isinstance(line, dict)]
    assert forms == [("F05", True, None), ("F05", None, None), ("F18", None, None), (None, None, "承包合同.pdf")]


# beside the way -------------------------------------------------------------------------------------------------------


def test_row_29_a_supervision_waits_for_its_written_reply() -> None:
    life = accepted().on("2026-09-19")
    command = IssueSupervision(ID, "delay", "超期未办结", "十日内办结并回复", "2026-09-29")
    assert refusal(lambda: life.do(HOUSING, command)).code == "only_petition_office"
    past = IssueSupervision(ID, "delay", "超期未办结", "办结", "2026-09-18")
    assert refusal(lambda: life.do(HALL, past)).code == "date_is_over"
    life.do(HALL, command)
    life.do(HOUSING, opinion("support"))
    life.do(HOUSING, DeliverNotice(ID, what="opinion", signer="李春燕"))
    assert refusal(lambda: life.do(HOUSING, CloseMatter(ID, "supported"))).code == "supervision_unanswered"
    assert refusal(lambda: life.do(HOUSING, AnswerSupervision(ID, "nein", "已办结"))).code == "supervision_unknown"
    key = life.key("supervision")
    life.do(HOUSING, AnswerSupervision(ID, key, "已办结"))
    assert refusal(lambda: life.do(HOUSING, AnswerSupervision(ID, key, "再答"))).code == "answered_already"
    life.do(HOUSING, CloseMatter(ID, "supported"))


def test_the_three_suggestions_get_a_written_answer_whether_they_are_adopted() -> None:
    life = accepted()
    life.do(HALL, MakeProposal(ID, "policy", "县人民政府", "补偿标准多年未调", "调整补偿标准", "2026-10-20"))
    key = life.key("proposal")
    life.on("2026-09-30").do(HOUSING, AnswerProposal(ID, key, "part", "部分采纳"))
    answered = life.case.get(f"proposal.{key}.reply")
    assert isinstance(answered, dict)
    assert answered["adopted"] == "part"


def test_row_27_an_urgent_report_says_whom_it_reached_and_when_and_cannot_be_backdated() -> None:
    life = Life.registered(on="2026-11-23").on("2026-11-23 10:10")

    def told(at: str) -> ReportUrgent:
        to = (ReportedTo("party_and_government", "县委、县政府", at), ReportedTo("national_office", "国家信访局"))
        return ReportUrgent(ID, "县政府门前", 30, "补发补偿款", "扬言", "劝导", to)

    assert refusal(lambda: life.do(HALL, told("2026-11-22 10:00"))).code == "backdated_report"
    assert refusal(lambda: life.do(HALL, told("2026-11-23 10:11"))).code == "date_in_future"
    nobody = ReportUrgent(ID, "县政府门前", 30, "补发", "扬言", "劝导", ())
    assert refusal(lambda: life.do(HALL, nobody)).code == "nobody_told"
    draft = life.do(HALL, told("2026-11-23 10:08"))
    (record,) = draft.sets.values()
    assert isinstance(record, dict)
    assert record["at"] == "2026-11-23 10:10"


def test_row_28_a_handler_with_an_interest_steps_back_and_another_takes_over() -> None:
    life = accepted()
    same = Recuse(ID, "王晓青", "与信访人系亲属", "王晓青")
    assert refusal(lambda: life.do(HOUSING, same)).code == "successor_is_recused"
    life.do(HOUSING, Recuse(ID, "王晓青", "与信访人系亲属", "刘敏"))
    assert life.case.text("handler") == "刘敏"


def test_row_29_a_matter_one_day_over_can_be_supervised_and_stays_so_while_the_reply_is_owed() -> None:
    life = Life.registered().on("2026-09-17")
    assert grounds(life.case, tuple(life.all_clocks), date(2026, 9, 17)) == ()
    (overdue,) = grounds(life.case, tuple(life.all_clocks), date(2026, 9, 18))
    assert (overdue.what, overdue.of, overdue.days) == ("overdue", "T1", 1)
    life.on("2026-09-18").do(HALL, IssueSupervision(ID, "delay", "超期一日", "立即转送", "2026-09-25"))
    life.do(HALL, ReferMatter(ID, HOUSING, "县住建局"))
    assert grounds(life.case, tuple(life.all_clocks), date(2026, 9, 25)) == ()
    (owed,) = grounds(life.case, tuple(life.all_clocks), date(2026, 9, 26))
    assert (owed.what, owed.days) == ("reply_owed", 1)
    life.on("2026-09-26").do(HOUSING, AnswerSupervision(ID, owed.of, "已办"))
    assert grounds(life.case, tuple(life.all_clocks), date(2026, 9, 27)) == ()


def test_a_petitioner_who_lets_his_own_period_pass_gives_no_ground_for_a_supervision() -> None:
    life = delivered()
    assert life.clocks["T8"].running
    assert grounds(life.case, tuple(life.all_clocks), date(2026, 12, 31)) == ()


def test_why_nobody_could_be_told_stays_with_the_ending_when_the_address_is_supplied_later() -> None:
    life = Life.registered(HOUSING, notice_off="address_unclear")
    life.do(HOUSING, GuideMatter(ID, "31-5", target_organ="某局", how="当面提出"))
    life.do(HOUSING, CloseMatter(ID, "led_to_route"))
    assert life.case.text("undelivered_reason") == "住址不清"
