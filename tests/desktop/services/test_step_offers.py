"""What is offered at a desk by the table of procedure, and what is told of a matter theme by theme."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from desktop.services.dossier import dossier
from desktop.services.intake import propose_step, repeated
from desktop.services.lookup import matter_page
from desktop.services.matters import take_step
from desktop.services.papers import issue_paper
from desktop.services.step_offers import Offer, offered_steps, paper_after
from domain.commands import (
    AcceptMatter,
    AnswerProposal,
    AnswerSupervision,
    AssignMatter,
    DeliverNotice,
    HoldHearing,
    IssueOpinion,
    IssuePaper,
    IssueSupervision,
    LodgeObjection,
    MakeProposal,
    ReceiveMatter,
    RecordEvaluation,
    RecordMediation,
    Recuse,
    ReferMatter,
    RepeatDecision,
    ReportedTo,
    ReportUrgent,
    RequestAnswer,
    VerifyObjection,
)
from domain.procedure.table import STEPS
from tests.desktop.services.halls import HALL, Hall, carry, claim, make_hall, person, visit


def open_codes(offer: Offer) -> set[str]:
    return {each.code for each in offer.open_steps}


def told(hall: Hall, matter_id: str) -> str:
    return "\n".join(
        f"{theme.title}\n" + "\n".join(f"{label}：{words}" for label, words in theme.rows if words)
        for theme in dossier(hall.station, matter_id)
    )


def test_every_step_of_the_table_is_offered_or_has_its_reason(hall: Hall) -> None:
    offer = offered_steps(hall.station, hall.register().matter_ids[0])
    assert {each.code for each in offer.steps} == set(STEPS)
    assert open_codes(offer) == {
        "refer", "assign", "guide", "refuse_open", "refuse_ended", "close", "supplement", "mediate", "supervise",
        "propose", "report_urgent", "recuse", "judge_level",
    }  # fmt: skip
    assert all(each.refusal for each in offer.steps if not each.open)
    assert offer.steps[0].code == offer.next_code == "refer"


def test_looking_at_what_is_offered_writes_nothing(hall: Hall) -> None:
    matter_id = hall.register().matter_ids[0]
    before = hall.dump("act", "draft")
    offered_steps(hall.station, matter_id)
    assert hall.dump("act", "draft") == before


@pytest.mark.parametrize(
    ("changes", "code", "reason"),
    [
        ({}, "accept", "是否属本机关职权尚待核实"),
        ({"own_power": "yes"}, "accept", "能够当场决定受理"),
        ({"own_power": "yes", "route": "31-2"}, "guide", "仲裁途径"),
        ({"matter_class": "suggestion", "route": "", "own_power": "yes"}, "guide", "研究论证"),
        ({"matter_class": "other", "route": "", "own_power": "yes"}, "answer", "咨询"),
        ({"own_power": "no"}, "guide", "不属本机关职权"),
        ({"matter_class": "", "route": ""}, "", "办理途径尚未确定"),
    ],
)
def test_the_next_step_of_an_undecided_matter_is_what_triage_proposes_with_its_reason(
    organ: Hall, changes: dict[str, str], code: str, reason: str
) -> None:
    offer = offered_steps(organ.station, organ.register(matters=(claim(**changes),)).matter_ids[0])
    assert offer.next_code == code
    assert reason in offer.reason


def test_a_step_in_another_offices_hands_is_not_offered_and_the_reason_names_the_office(hall: Hall) -> None:
    matter_id = hall.register().matter_ids[0]
    take_step(hall.station, AssignMatter(matter_id, "370206", 30))
    offer = offered_steps(hall.station, matter_id)
    assert "receive" not in open_codes(offer)
    assert "滨海县住房和城乡建设局" in offer.reason
    assert paper_after(hall.station, matter_id, "assign") == "F08"


def test_a_reply_is_offered_only_while_something_waits_for_it(hall: Hall) -> None:
    matter_id = hall.register().matter_ids[0]
    assert "answer_supervision" not in open_codes(offered_steps(hall.station, matter_id))
    take_step(hall.station, IssueSupervision(matter_id, "delay", "超期", "限期办结", "2026-12-01"))
    offer = offered_steps(hall.station, matter_id)
    assert "answer_supervision" in open_codes(offer)
    [(key, words)] = offer.step("answer_supervision").form.fields[0].choices
    assert words == "2026-11-23　拖延（2026-12-01 前）"
    take_step(hall.station, AnswerSupervision(matter_id, key, "已经办理"))
    assert "answer_supervision" not in open_codes(offered_steps(hall.station, matter_id))


def test_an_accusation_is_not_evaluated_and_its_petitioner_is_not_put_into_forms(organ: Hall) -> None:
    accusation = claim(matter_class="accusation", route="", own_power="yes")
    offer = offered_steps(organ.station, organ.register(matters=(accusation,)).matter_ids[0])
    assert not offer.step("evaluate").open
    for step in offer.steps:
        for field in step.form.fields:
            assert "李春燕" not in field.value


def test_the_dossier_tells_objection_verdict_urgent_report_proposal_and_evaluation(hall: Hall, organ: Hall) -> None:
    matter_id = hall.register().matter_ids[0]
    take_step(hall.station, AssignMatter(matter_id, "370206", 30))
    told_to = (ReportedTo("party_and_government", "县委值班室"), ReportedTo("upper_office", "市信访局"))
    take_step(hall.station, ReportUrgent(matter_id, "县政府门口", 12, "补发工资", "聚集", "劝导", told_to))
    take_step(hall.station, MakeProposal(matter_id, "policy", "县住建局", "政策不清", "修订细则", "2026-12-10"))
    carry(hall.station, organ.station)
    take_step(organ.station, ReceiveMatter(matter_id))
    take_step(organ.station, LodgeObjection(matter_id, "不属本机关职权", "三定方案第四条", "县人社局"))
    proposal = next(iter(organ.station.store.state(matter_id).items("proposal")))  # type: ignore[union-attr]
    take_step(organ.station, AnswerProposal(matter_id, proposal, "part", "部分采纳"))
    carry(organ.station, hall.station)
    take_step(hall.station, VerifyObjection(matter_id, "refused", "属其职权"))
    words = told(hall, matter_id)
    for each in (
        "交办\n交办机关：滨海县信访局", "去向机关：滨海县住房和城乡建设局", "异议理由：不属本机关职权",
        "异议依据：三定方案第四条",
        "核实结果：2026-11-23　不同意退回", "核实情况和理由：属其职权", "本级党委、政府：2026-11-23 09:12　县委值班室",
        "建议类型：完善政策", "反馈：2026-11-23　部分采纳",
    ):  # fmt: skip
        assert each in words


def handled(organ: Hall) -> str:
    """An accepted matter with a hearing, a mediation, a recusal, an opinion delivered and evaluated."""
    matter_id = organ.register().matter_ids[0]
    station = organ.station
    take_step(station, AcceptMatter(matter_id, handler="赵股长"))
    paper = issue_paper(station, IssuePaper(matter_id, "F04")).value
    take_step(station, DeliverNotice(matter_id, paper.paper_id, signer="李春燕"))
    take_step(station, Recuse(matter_id, "赵股长", "近亲属", "钱股长"))
    take_step(station, HoldHearing(matter_id, "2026-11-23", "2026-11-23", "会议室", "王主任", ("甲", "乙")))
    take_step(station, RecordMediation(matter_id, "mediation", ("甲", "乙"), agreed=False))
    answer = RequestAnswer(1, "support", "属实", "补发", "土地管理法")
    take_step(station, IssueOpinion(matter_id, (answer,), "市住建局", "周局长"))
    take_step(station, DeliverNotice(matter_id, what="opinion", signer="李春燕", attitude="agree"))
    take_step(station, RecordEvaluation(matter_id, "handler", "satisfied", "self"))
    return matter_id


def test_the_dossier_and_the_timeline_tell_the_handling_in_words_and_never_in_codes(organ: Hall) -> None:
    matter_id = handled(organ)
    words = told(organ, matter_id)
    for each in (
        "应当回避的人：赵股长", "所在程序：办理", "参加人：甲、乙", "结果：没有达成协议", "意见类型：予以支持",
        "受理告知书：2026-11-23 09:12　直接送达　签收　李春燕", "对文书同意", "责任单位：2026-11-23　满意　自评",
    ):  # fmt: skip
        assert each in words
    lines = [row.summary for row in matter_page(organ.station, matter_id).timeline]
    for code in ("support", "mediation", "satisfied", "handler", "{", "in_person"):
        assert code not in words + "".join(lines)
    assert any("类型：调解" in line and "达成协议：否" in line for line in lines)


def test_a_delivery_offers_what_waits_first_and_what_was_delivered_last(organ: Hall) -> None:
    matter_id = organ.register(matters=visit().matters).matter_ids[0]
    take_step(organ.station, AcceptMatter(matter_id))
    paper = issue_paper(organ.station, IssuePaper(matter_id, "F04")).value
    take_step(organ.station, DeliverNotice(matter_id, paper.paper_id, signer="李春燕"))
    answer = RequestAnswer(1, "deny", "不属实", "不予支持", "土地管理法")
    take_step(organ.station, IssueOpinion(matter_id, (answer,), "市住建局", "周局长"))
    offer = offered_steps(organ.station, matter_id)
    assert offer.next_code == "deliver"
    choices = offer.step("deliver").form.fields[0].choices
    assert [code for code, _ in choices] == ["opinion", paper.paper_id]
    assert "已登记送达" in choices[1][1]


def test_what_an_organ_below_is_handling_is_offered_to_be_refused_with_its_case_filled_in(
    tmp_path: Path, organ: Hall
) -> None:
    """R 19③: the county stands above the bureau by the directory, and the bureau is in time."""
    below = replace(HALL, directory=tuple(replace(row, parent=HALL.code) for row in HALL.directory))
    county = make_hall(tmp_path / "county", below, seed=9)
    try:
        earlier = county.register(matters=(claim(own_power="no"),)).matter_ids[0]
        take_step(county.station, ReferMatter(earlier, "370206", "滨海县住房和城乡建设局"))
        carry(county.station, organ.station)
        take_step(organ.station, ReceiveMatter(earlier))
        take_step(organ.station, AcceptMatter(earlier))
        carry(organ.station, county.station)
        again = claim(own_power="no", repeat=RepeatDecision("repeat", earlier, "repeat", "同一事实和理由"))
        proposed = propose_step(county.station.desk(), again, (person(),), earlier=repeated(county.station, again))
        offer = offered_steps(county.station, county.register(matters=(again,)).matter_ids[0])
        filled = {each.name: each.value for each in offer.step("refuse_open").form.fields}
    finally:
        county.station.close()
    assert (proposed.step, proposed.article) == ("refuse_open", "R 19③")
    assert offer.next_code == offer.steps[0].code == "refuse_open"
    assert "第十九条第三款" in offer.reason
    assert filled == filled | {
        "open_number": "370205-2-20261123-001/1", "organ": "滨海县住房和城乡建设局",
        "accepted_on": "2026-11-23", "due_on": "2027-01-22",
    }  # fmt: skip
