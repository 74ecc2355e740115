"""Every paper of a matter's life, issued by the office that took the step, out of what was recorded."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from desktop.models.store.rows import OfficeRow
from desktop.services import matters, papers, step_offers
from desktop.services.sentences import sentence
from desktop.services.station import SeriesSetup
from domain import commands as c
from domain.papers import FORMS, KINDS_OF_SERIES
from tests.desktop.services.halls import HALL, ORGAN, Hall, carry, claim, make_hall, person, refusal, text_of

ALL = tuple(SeriesSetup(kind) for kind in KINDS_OF_SERIES)
ROWS = tuple(
    OfficeRow(code, name, kind, "county", "", "0530-5550000", "人民路", mark)
    for code, name, kind, mark in (
        ("370205", "滨海县信访局", "petition_office", "滨信"),
        ("370206", "滨海县住房和城乡建设局", "competent_organ", "滨建"),
        ("370200", "滨海县人民政府", "competent_organ", "滨政"),
        ("370000", "东海市人民政府", "competent_organ", "东政"),
    )
)


def set_up(code: str) -> Any:
    row = next(row for row in ROWS if row.code == code)
    base = HALL if row.kind == "petition_office" else ORGAN
    return replace(base, code=code, name=row.name, mark=row.mark, directory=ROWS, series=ALL)


_FOOT = re.compile(r"(—\d—)?第\d页共\d页编号.*?操作员：王晓青(本[^。]*。)?")
"""The page number, the print line and the copies, which stand between the pages."""


class Life:
    """One matter seen by several offices: each step is taken at one of them and carried to all."""

    def __init__(self, path: Path) -> None:
        names = {"bureau": "370205", "organ": "370206", "county": "370200", "city": "370000"}
        self.halls: dict[str, Hall] = {
            name: make_hall(path / name, set_up(code), seed=seed) for seed, (name, code) in enumerate(names.items(), 3)
        }
        self.matter = ""

    def at(self, moment: str) -> None:
        for hall in self.halls.values():
            hall.clock.at(moment)

    def spread(self, name: str) -> None:
        for other, hall in self.halls.items():
            if other != name:
                carry(self.halls[name].station, hall.station)

    def do(self, name: str, command: object) -> None:
        matters.take_step(self.halls[name].station, command)  # type: ignore[arg-type]
        self.spread(name)

    def issue(self, name: str, form: Any, **more: Any) -> str:
        """The text of the stored PDF of a form issued at an office."""
        station = self.halls[name].station
        assert form == "F18" or form in papers.issuable(station, self.matter)
        row = papers.issue_paper(station, c.IssuePaper(self.matter, form, **more)).value
        assert bool(FORMS[form].series) == ("〔" in row.number)
        self.spread(name)
        return _FOOT.sub("", text_of(papers.stored_pdf(station, row.paper_id)))

    def refused(self, name: str, form: Any) -> str:
        station = self.halls[name].station
        assert form not in papers.issuable(station, self.matter)
        said = refusal(lambda: papers.issue_paper(station, c.IssuePaper(self.matter, form)))
        assert sentence(said)
        return said.code

    def paper_id(self, name: str, form: str) -> str:
        rows = papers.papers_of(self.halls[name].station, self.matter)
        return next(row.paper_id for row in rows if row.form == form and not row.voided)

    def deliver(self, name: str, form: str, at: str) -> None:
        self.do(name, c.DeliverNotice(self.matter, self.paper_id(name, form), at, signer="李春燕"))


@pytest.fixture
def life(tmp_path: Path) -> Iterator[Life]:
    made = Life(tmp_path)
    yield made
    for hall in made.halls.values():
        hall.station.close()


def register(life: Life, name: str, **changes: Any) -> str:
    life.matter = life.halls[name].register(**changes).matter_ids[0]
    life.spread(name)
    return life.matter


def test_a_matter_from_its_referral_to_the_end_leaves_every_paper_of_its_way(life: Life) -> None:
    wanted = claim(request="补发征地补偿款\n赔偿误工损失")
    matter = register(life, "bureau", matters=(wanted,))
    assert life.refused("bureau", "F09") == "step_not_taken"
    life.do("bureau", c.AssignMatter(matter, "370206", 30, contact="王晓青", signed_by="方建国"))
    text = life.issue("bureau", "F10")
    assert "2026年12月23日" in text
    assert "签发人：方建国" in text
    assert life.refused("organ", "F10") == "step_of_another_office"
    assert life.refused("bureau", "F10") == "already_issued"
    life.at("2026-11-24 09:00")
    life.do("organ", c.ReceiveMatter(matter))
    life.do("organ", c.LodgeObjection(matter, "补偿由县征收办实施", basis="三定方案", suggested="县征收办"))
    text = life.issue("organ", "F11")
    assert "补偿由县征收办实施" in text
    assert "2026年12月1日" in text  # the fifth working day
    life.do("bureau", c.VerifyObjection(matter, "refused", "三定方案写明由你单位承办"))
    assert "不同意你单位的异议" in life.issue("bureau", "F11A")
    life.do("organ", c.AskSupplement(matter, "补偿协议书", where="办事大厅", until="2026-12-05"))
    assert "补偿协议书" in life.issue("organ", "F12")
    assert life.refused("organ", "F12") == "already_issued"
    life.do("organ", c.AskSupplement(matter, "银行流水"))
    assert "银行流水" in life.issue("organ", "F12")  # a second request has a notice of its own
    life.do("organ", c.AcceptMatter(matter, accepted_on="2026-11-24", handling_unit="征收科", handler="周明远"))
    assert life.refused("organ", "F13") == "step_not_taken"
    life.do("organ", c.ExtendMatter(matter, 20, "赵立新", "2026-11-24", "需要重新测绘"))
    text = life.issue("organ", "F13")
    assert "延长办理期限20日，延长后的届满日为2027年2月12日" in text
    assert "赵立新" in text
    life.do("organ", c.CallHearing(matter, "2026-11-26 09:00", "三楼会议室", "孙立群", ("王秀兰",), "补偿面积"))
    assert "2026年11月26日9时00分" in life.issue("organ", "F17")
    life.at("2026-11-26 17:00")
    life.do("organ", c.HoldHearing(matter, "2026-11-26", "2026-11-26", "三楼会议室", "孙立群", ("王秀兰",)))
    assert "王秀兰" in life.issue("organ", "F17A")
    assert life.refused("organ", "F17B") == "findings_missing"
    life.do(
        "organ",
        c.RecordMediation(
            matter, "mediation", ("李春燕", "临港街道"), True, "十日内付清", "2026-12-20", mediator="李成林"
        ),
    )
    assert "调解人（签名）：李成林" in life.issue("organ", "F23")
    answers = (
        c.RequestAnswer(1, "support", "少发18360元", "十日内补发", "《土地管理法》第四十八条", "支付凭证"),
        c.RequestAnswer(2, "deny", "没有误工的事实", "不予赔偿", "《国家赔偿法》第二条"),
    )
    life.do("organ", c.IssueOpinion(matter, answers, "滨海县人民政府", "赵立新", "政府路1号", "滨海县信访局"))
    text = life.issue("organ", "F14")
    for words in (
        "少发18360元",
        "支付凭证",
        "不予赔偿",
        "30日内请求滨海县人民政府（地址：政府路1号）复查",
        "抄送：滨海县信访局",
    ):
        assert words in text
    life.do("organ", c.ReportAssignment(matter, "已测绘", "已补发", "赵立新", "周明远", "0530-5550002"))
    text = life.issue("organ", "F24")
    assert "滨信交字〔2026〕1号" in text
    assert "滨建意字〔2026〕1号" in text
    life.deliver("organ", "F14", "2026-11-26 17:00")
    assert "处理意见书" in life.issue("organ", "F18", of_paper=life.paper_id("organ", "F14"))
    life.at("2026-12-07 09:00")
    life.do("county", c.AskReview(matter, "面积少算", "2026-12-07"))
    assert "面积少算" in life.issue("county", "F15A")
    assert "2027年1月6日" in life.issue("county", "F15B")
    life.do("county", c.DecideReview(matter, "uphold", "程序合法", "《条例》", "方建国", "东海市人民政府"))
    text = life.issue("county", "F15")
    assert "维持滨海县住房和城乡建设局作出的处理意见（滨建意字〔2026〕1号）" in text
    assert "30日内请求东海市人民政府复核" in text
    life.deliver("county", "F15", "2026-12-07 10:00")
    life.at("2026-12-08 09:00")
    life.do("city", c.AskRecheck(matter, "面积少算", "2026-12-08"))
    assert "滨政复查字〔2026〕1号" in life.issue("city", "F16A")
    life.issue("city", "F16B")
    life.at("2026-12-14 18:00")
    life.do("city", c.HoldHearing(matter, "2026-12-10", "2026-12-12", "市听证室", "孙立群", (), "建议维持"))
    assert "建议维持" in life.issue("city", "F17B")
    life.do("city", c.DecideRecheck(matter, "uphold", "程序合法", "《条例》", "钱为民"))
    text = life.issue("city", "F16")
    assert "2026年12月10日至2026年12月12日举行听证，共3日" in text
    assert "终结意见" in text
    assert "如不服" not in text
    life.do("bureau", c.IssueSupervision(matter, "delay", "迟迟未付", "立即付清", "2026-12-30"))
    assert "拖延" in life.issue("bureau", "F19")
    life.do("bureau", c.MakeProposal(matter, "policy", "滨海县人民政府", "多人反映", "完善补偿办法", "2027-01-10"))
    assert "完善政策建议书" in life.issue("bureau", "F20")
    told = (c.ReportedTo("party_and_government", "县委办公室"), c.ReportedTo("upper_office", "东海市信访局"))
    life.do("bureau", c.ReportUrgent(matter, "县政府门口", 46, "付清款项", "聚集", "劝导", told, "2026-12-14 17:30"))
    text = life.issue("bureau", "F25")
    assert "2026年12月14日17时30分" in text
    assert "上一级信访部门" in text
    for form in ("F26", "F26A", "F26B", "F26C"):
        assert "征地补偿款未足额发放" in life.issue("bureau", form)
    assert step_offers.offered_steps(life.halls["bureau"].station, matter).sheets == ("F26", "F26A", "F26B", "F26C")


def test_the_two_refusals_name_the_case_they_rest_on(life: Life) -> None:
    matter = register(life, "county")
    life.do("county", c.RefuseOpen(matter, "X-1", "滨海县住房和城乡建设局", "2026-11-20", "2027-01-19", "正在核实面积"))
    text = life.issue("county", "F06")
    for words in ("X-1", "2026年11月20日受理", "2027年1月19日", "第十九条第三款", "正在核实面积"):
        assert words in text
    assert life.refused("county", "F07") == "step_not_taken"
    matter = register(life, "county", people=(person(name="赵四海", id_number=""),))
    ended = c.RefuseEnded(matter, "东政复核字〔2026〕8号", "东海市人民政府", "2026-05-12", "2026-05-20", False)
    life.do("county", ended)
    assert "东政复核字〔2026〕8号" in life.issue("county", "F07")
    life.deliver("county", "F07", "2026-11-23 09:12")
    assert "不再受理告知书" in life.issue("county", "F18", of_paper=life.paper_id("county", "F07"))


def test_an_accusation_goes_sealed_and_no_other_letter_tells_of_it(life: Life) -> None:
    accusation = claim(matter_class="accusation", route="", accused_person="郑某", summary="违规领取补贴")
    matter = register(life, "bureau", matters=(accusation,))
    life.do("bureau", c.ReferMatter(matter, "370200"))
    assert life.refused("bureau", "F09") == "accusation_goes_sealed"
    text = life.issue("bureau", "F21")
    assert "李春燕" in text
    assert "郑某" in text
    assert "李春燕" not in life.issue("bureau", "F26")


def test_a_suggestion_is_answered_with_whether_it_was_adopted(life: Life) -> None:
    matter = register(life, "bureau", matters=(claim(matter_class="suggestion", route=""),))
    life.do("bureau", c.AnswerMatter(matter, "已列入计划", adopted="part"))
    text = life.issue("bureau", "F22")
    assert "部分采纳" in text
    assert "已列入计划" in text
    matter = register(life, "bureau", matters=(claim(matter_class="suggestion", route=""),))
    life.do("bureau", c.AnswerMatter(matter, "已收悉"))
    assert life.refused("bureau", "F22") == "adoption_missing"


def test_a_referral_and_a_conciliation_have_their_papers(life: Life) -> None:
    matter = register(life, "bureau")
    assert life.refused("bureau", "F21") == "not_an_accusation"
    life.do("bureau", c.ReferMatter(matter, "370206"))
    assert "滨海县住房和城乡建设局" in life.issue("bureau", "F09")
    life.do("bureau", c.RecordMediation(matter, "conciliation", ("李春燕", "临港街道"), False))
    assert life.refused("bureau", "F23A") == "agreement_missing"
    life.do("bureau", c.RecordMediation(matter, "conciliation", ("李春燕", "临港街道"), True, "各自履行"))
    assert "和解协议书" in life.issue("bureau", "F23A")
