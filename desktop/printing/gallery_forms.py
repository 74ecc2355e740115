"""One synthetic content for every form after the usual ones, for pictures and tests; nobody in them exists."""

from __future__ import annotations

from typing import Any

from domain.papers import (
    AnsweredRequest,
    AssignmentLetter,
    ConciliationAgreement,
    Content,
    DisputeSurvey,
    EndedRefusal,
    ExtensionNotice,
    HandlingOpinion,
    HandlingReport,
    HearingNotice,
    HearingOpinion,
    HearingRecord,
    LeaderCharge,
    LeaderReception,
    MediationAgreement,
    MeetingMinutes,
    ObjectionAnswer,
    ObjectionLetter,
    OpenRefusal,
    ProposalLetter,
    RecheckAcceptance,
    RecheckOpinion,
    RecheckRequest,
    ReviewAcceptance,
    ReviewOpinion,
    ReviewRequest,
    SealedTransfer,
    SuggestionReply,
    SupervisionLetter,
    SupplementNotice,
    Told,
    TransferLetter,
    UrgentReport,
)

NUMBER, CODE = "YX02-20261123-0007", "K7M2P9"
OFFICE, TOWN, COUNTY, CITY = "云溪县信访局", "云溪县石桥镇人民政府", "云溪县人民政府", "临江市人民政府"
SUMMARY = "反映柳河村三组征收承包地的青苗补偿费未按时足额发放"
_STORY = "2025年10月，县里修建环城公路征收柳河村三组承包地12.6亩，青苗补偿费应当在签约后三个月内付清，至今只发放一半。"


def _paper(organ: str, mark: str, day: str) -> dict[str, Any]:
    return {"organ": organ, "number": NUMBER, "query_code": CODE, "issued_on": day, "document_number": mark}


def _notice(organ: str, mark: str, day: str) -> dict[str, Any]:
    return {
        **_paper(organ, mark, day),
        "addressee": "𠮷䶮",
        "received_on": "2026-11-23",
        "channel": "走访",
        "summary": SUMMARY,
        "contact": "周明远",
        "contact_phone": "0000-5550188",
        "query_phone": "0000-5550123",
    }


def _letter(organ: str, mark: str, day: str, to_organ: str) -> dict[str, Any]:
    return {
        **_paper(organ, mark, day),
        "to_organ": to_organ,
        "petitioner": "𠮷䶮",
        "people": 12,
        "received_on": "2026-11-23",
        "channel": "走访",
        "summary": SUMMARY,
        "contact": "陈晓岚",
        "contact_phone": "0000-5550123",
    }


def _table(organ: str, day: str) -> dict[str, Any]:
    return {
        "organ": organ,
        "number": NUMBER,
        "query_code": CODE,
        "issued_on": day,
        "petitioner": "𠮷䶮",
        "received_on": "2026-11-23",
        "summary": SUMMARY,
    }


def forms() -> list[Content]:
    """F06, F07, F09–F17, F19–F26 with the papers that go with them."""
    first = [*_refusals(), *_letters(), *_handling(), *_reviews()]
    return [*first, *_hearings(), *_oversight(), *_agreements(), *_sheets()]


def _refusals() -> list[Content]:
    return [
        OpenRefusal(
            **_notice(OFFICE, "云信不受字〔2026〕3号", "2026-12-01"),
            open_number="SQ01-20261120-0003",
            open_organ=TOWN,
            open_accepted_on="2026-11-24",
            open_due="2027-01-23",
            reason="石桥镇人民政府已安排镇农业农村办公室核实面积",
        ),
        EndedRefusal(
            **_notice(OFFICE, "云信不再受字〔2026〕1号", "2026-12-01"),
            opinion_number="临政信复核字〔2026〕8号",
            opinion_organ=CITY,
            opinion_on="2026-05-12",
            opinion_delivered_on="2026-05-20",
        ),
    ]


def _letters() -> list[Content]:
    attached = ("来访登记表复印件", "征收补偿协议书复印件")
    return [
        TransferLetter(
            **_letter(OFFICE, "云信转字〔2026〕31号", "2026-11-24", TOWN), sent_on="2026-11-24", attachments=attached
        ),
        AssignmentLetter(
            **_letter(OFFICE, "云信交字〔2026〕9号", "2026-11-24", TOWN),
            sent_on="2026-11-24",
            days=30,
            due="2026-12-24",
            due_rolled="2026-12-24",
            signed_by="方建国",
            attachments=("来访登记表复印件",),
        ),
        ObjectionLetter(
            **_letter(TOWN, "石政信异字〔2026〕2号", "2026-11-27", OFFICE),
            way="转送",
            got_on="2026-11-25",
            object_due="2026-12-02",
            objected_on="2026-11-27",
            reasons="环城公路征收由县自然资源局组织实施，补偿资金由县征收办直接拨付，镇里不经手。",
            basis="《中华人民共和国土地管理法》第四十七条；县征收办三定方案",
            suggested="云溪县自然资源局",
        ),
        ObjectionAnswer(
            **_letter(OFFICE, "云信异字〔2026〕4号", "2026-11-30", TOWN),
            way="转送",
            objected_on="2026-11-27",
            verified_on="2026-11-30",
            agreed=True,
            why="经向县自然资源局核实，该项目补偿由其组织实施。",
        ),
    ]


def _handling() -> list[Content]:
    return [
        SupplementNotice(
            **_notice(TOWN, "石政信补字〔2026〕6号", "2026-11-25"),
            missing="征收补偿协议书复印件，2025年以来青苗补偿费到账的银行流水",
            where="石桥镇便民服务中心3号窗口",
            until="2026-12-05",
        ),
        ExtensionNotice(
            **_notice(TOWN, "石政信延字〔2026〕1号", "2027-01-20"),
            accepted_on="2026-11-24",
            due="2027-01-23",
            days=30,
            new_due="2027-02-22",
            new_due_rolled="",
            reason="需要重新测绘涉及的46户地块面积，测绘单位预计2027年2月上旬出具成果",
            approver="赵立新",
            approved_on="2027-01-19",
        ),
        HandlingOpinion(
            **_notice(TOWN, "石政信意字〔2027〕2号", "2027-02-18"),
            accepted_on="2026-11-24",
            forwarded_by=OFFICE,
            forwarded_on="2026-11-24",
            answers=(
                AnsweredRequest(
                    request="核实征收面积，补发青苗补偿费",
                    outcome="予以支持",
                    facts=_STORY + "经重新测绘，实际征收12.9亩，应当补发18360元。",
                    evidence="征收补偿协议书；测绘成果报告；镇财政所支付凭证。",
                    basis="《中华人民共和国土地管理法》第四十八条；《某省征地补偿安置办法》第十五条",
                    opinion="由镇财政所于2027年3月15日前将18360元拨付到户。",
                ),
                AnsweredRequest(
                    request="赔偿误工损失五万元",
                    outcome="不予支持",
                    facts="信访人未能提供误工的事实材料，镇政府也没有侵害其权益的行为。",
                    basis="《中华人民共和国国家赔偿法》第二条",
                    opinion="对该项请求不予支持。",
                ),
            ),
            review_organ=COUNTY,
            review_address="云溪县政府路1号县政府信访复查办公室",
            signed_by="赵立新",
            copy_to="云溪县信访局",
        ),
    ]


def _asked(level: int) -> dict[str, str]:
    if level == 1:
        return {
            "opinion_organ": TOWN,
            "opinion_number": "石政信意字〔2027〕2号",
            "opinion_on": "2027-02-18",
            "opinion_delivered_on": "2027-02-20",
            "requested_on": "2027-03-05",
            "got_on": "2027-03-05",
        }
    return {
        "opinion_organ": COUNTY,
        "opinion_number": "云政信复查字〔2027〕4号",
        "opinion_on": "2027-04-01",
        "opinion_delivered_on": "2027-04-02",
        "requested_on": "2027-04-20",
        "got_on": "2027-04-20",
    }


def _reviews() -> list[Content]:
    decided: dict[str, Any] = {
        "requests": "测绘没有通知我到场，面积少算0.4亩；误工损失应当赔偿。",
        "verdict": "维持",
        "opinion": "经复查，测绘时村民代表和村民小组长到场签字，程序合法，面积计算无误；误工损失没有事实依据。",
        "basis": "《中华人民共和国土地管理法》第四十八条",
        "signed_by": "方建国",
    }
    request: dict[str, Any] = {
        "phone": "13900000001",
        "address": "云溪县石桥镇柳河村三组12号",
        "registrar": "陈晓岚",
        "late": "在期限内",
    }
    return [
        ReviewOpinion(
            **_notice(COUNTY, "云政信复查字〔2027〕4号", "2027-04-01"), **_asked(1), **decided, recheck_organ=CITY,
            copy_to=f"{TOWN}，{OFFICE}",
        ),
        ReviewRequest(
            **_table(COUNTY, "2027-03-05"), **_asked(1), **request, requests=decided["requests"],
            request_due="2027-03-22", request_due_rolled="2027-03-22",
        ),
        ReviewAcceptance(
            **_notice(COUNTY, "云政信复查受字〔2027〕4号", "2027-03-06"), **_asked(1), due="2027-04-04",
            due_rolled="2027-04-06",
        ),
        RecheckOpinion(
            **_notice(CITY, "临政信复核字〔2027〕2号", "2027-05-28"), **_asked(2), **decided,
            hearings=("2027年5月10日至2027年5月12日",), hearing_days=3, copy_to=f"{COUNTY}，{TOWN}",
        ),
        RecheckRequest(
            **_table(CITY, "2027-04-20"), **_asked(2), **request, requests=decided["requests"],
            request_due="2027-05-02", request_due_rolled="2027-05-06",
        ),
        RecheckAcceptance(
            **_notice(CITY, "临政信复核受字〔2027〕2号", "2027-04-21"), **_asked(2), due="2027-05-20",
            due_rolled="2027-05-20",
        ),
    ]  # fmt: skip


def _hearings() -> list[Content]:
    who = ("镇农业农村办公室周明远", "柳河村村民委员会李成林", "听证员王秀兰", "听证员高文博")
    return [
        HearingNotice(
            **_notice(CITY, "临政信听字〔2027〕1号", "2027-04-28"),
            at="2027-05-10 09:00",
            place="临江市信访局三楼听证室",
            chair="孙立群",
            participants=who,
            subject="青苗补偿面积和补偿标准",
            recheck=True,
        ),
        HearingRecord(
            **_table(CITY, "2027-05-12"),
            first="2027-05-10",
            last="2027-05-12",
            place="临江市信访局三楼听证室",
            chair="孙立群",
            participants=who,
            record="主持人宣布听证事项和纪律。信访人陈述请求、事实和理由。承办单位答辩。双方举证、质证。",
            taken_out="复核听证，时间不计入复核期限",
        ),
        HearingOpinion(
            **_notice(CITY, "临政信听字〔2027〕2号", "2027-05-14"),
            first="2027-05-10",
            last="2027-05-12",
            place="临江市信访局三楼听证室",
            chair="孙立群",
            participants=who,
            findings="听证员一致认为测绘程序合法，面积计算有据；建议维持复查意见，并由镇政府做好解释工作。",
        ),
    ]


def _oversight() -> list[Content]:
    return [
        SupervisionLetter(
            **_letter(OFFICE, "云信督字〔2026〕5号", "2026-12-20", TOWN),
            trigger="拖延",
            facts="该事项自受理以来没有入户核实，信访人三次询问均未答复。",
            demand="立即组织核实面积，每周报告进展，期限内出具处理意见。",
            reply_by="2027-01-04",
        ),
        ProposalLetter(
            **_letter(OFFICE, "云信建字〔2026〕2号", "2026-12-25", "云溪县自然资源局"),
            kind="改进工作",
            article="第四十条第一款",
            facts="2026年以来，环城公路项目沿线5个村先后31人反映青苗补偿费发放迟缓。",
            suggestion="公布每户补偿明细和拨付时间，建立征收补偿资金直达到户的办法。",
            reply_by="2027-01-25",
        ),
        SealedTransfer(
            **{
                **_letter(OFFICE, "", "2026-11-24", "中共云溪县纪律检查委员会"),
                "people": 1,
                "summary": "反映某镇干部违规领取补贴",
            },
            sent_on="2026-11-24",
            petitioner_address="云溪县石桥镇柳河村三组12号",
            petitioner_phone="13900000001",
            accused="石桥镇某办公室郑某，副主任",
            request="请求调查核实并依纪处理。",
            facts="2025年以来以亲属名义领取公益岗位补贴。",
            attachments=("举报材料",),
            sender="陈晓岚",
        ),
        SuggestionReply(
            **{**_notice(OFFICE, "云信复字〔2026〕7号", "2026-12-05"), "summary": "建议在来访接待中心增设无障碍通道"},
            adopted="采纳",
            reply="已列入2027年第一季度改造计划，由县机关事务服务中心实施。",
        ),
    ]  # fmt: skip


def _agreements() -> list[Content]:
    said: dict[str, Any] = {
        "parties": ("𠮷䶮", "柳河村村民委员会"),
        "dispute": SUMMARY,
        "terms": "柳河村村民委员会于约定日期前支付剩余青苗补偿费18360元；𠮷䶮收到款项后不再就同一事实提出请求。",
        "agreed_on": "2026-12-10",
        "perform_by": "2026-12-31",
    }
    return [
        MediationAgreement(**_paper(TOWN, "石政信调字〔2026〕3号", "2026-12-10"), **said, mediator="李成林"),
        ConciliationAgreement(**_paper(TOWN, "石政信调字〔2026〕4号", "2026-12-10"), **said),
    ]


def _sheets() -> list[Content]:
    sheet: dict[str, Any] = {
        "people": 12,
        "address": "云溪县石桥镇柳河村三组12号",
        "phone": "13900000001",
        "request": "请求核实征收面积，补发青苗补偿费，并公布补偿款分配明细。",
        "standing": "已受理",
    }
    handling: dict[str, Any] = {"handler": TOWN, "due": "2027-01-23"}
    report = {**_letter(TOWN, "石政信报字〔2026〕1号", "2026-12-20", OFFICE), "contact": "", "contact_phone": ""}
    return [
        HandlingReport(
            **report,
            assigned_on="2026-11-24",
            assignment_number="云信交字〔2026〕9号",
            due="2026-12-24",
            findings=_STORY,
            result="已补发青苗补偿费18360元，信访人表示满意。",
            signed_by="赵立新",
            reported_on="2026-12-20",
            handler="周明远",
            handler_phone="0000-5550188",
            attachments=("信访事项处理意见书（石政信意字〔2026〕2号）",),
        ),
        UrgentReport(
            **_table(OFFICE, "2026-11-23"),
            at="2026-11-23 10:10",
            happened_at="2026-11-23 10:02",
            place="县人民来访接待中心大厅",
            headcount=46,
            demand="要求当天发放剩余青苗补偿费。",
            behaviour="46人聚集大厅，有人扬言到高速路口拦车。",
            measures="安排5名代表座谈，通知石桥镇和公安派出所到场，稳定情绪。",
            told=(
                Told(whom="本级党委、政府", name="县委办公室、县政府办公室", at="2026-11-23 10:12"),
                Told(whom="主管部门", name="县自然资源局", at="2026-11-23 10:14"),
                Told(whom="信访工作联席会议办公室", name="县联席办", at="2026-11-23 10:15"),
                Told(whom="上一级信访部门", name="临江市信访局", at="2026-11-23 10:18"),
                Told(whom="国家信访局", name="国家信访局", at="2026-11-23 10:18"),
            ),
            reporter="陈晓岚",
        ),
        LeaderReception(**_table(OFFICE, "2026-11-23"), **sheet),
        LeaderCharge(**_table(OFFICE, "2026-11-23"), **sheet, **handling),
        DisputeSurvey(**_table(TOWN, "2026-11-23"), **sheet, place="云溪县石桥镇", other_side="柳河村村民委员会"),
        MeetingMinutes(**_table(TOWN, "2026-11-23"), **sheet, **handling),
    ]
