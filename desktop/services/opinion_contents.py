"""Fills what is handed to a petitioner after a decision: F06, F07, F12–F17B, F22, F23, and the sheets F25 and F26."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from desktop.services.case_words import CaseWords, iso, names_in, records_in, text_of
from desktop.services.letter_contents import ADOPTED
from domain.beijing import iso_day
from domain.clocks import Clock
from domain.papers import (
    AnsweredRequest,
    ConciliationAgreement,
    DisputeSurvey,
    EndedRefusal,
    ExtensionNotice,
    HandlingOpinion,
    HearingNotice,
    HearingOpinion,
    HearingRecord,
    LeaderCharge,
    LeaderReception,
    MediationAgreement,
    MeetingMinutes,
    OpenRefusal,
    RecheckAcceptance,
    RecheckOpinion,
    RecheckRequest,
    ReviewAcceptance,
    ReviewOpinion,
    ReviewRequest,
    SuggestionReply,
    SupplementNotice,
    Told,
    UrgentReport,
    chinese_date,
)
from domain.procedure.clocks import extensions
from domain.procedure.holder import handler_of, stage_of
from domain.procedure.stages import STAGES
from domain.refusals import Refusal

OUTCOMES = {"support": "予以支持", "explain": "作出解释说明", "deny": "不予支持"}
VERDICTS = {"uphold": "维持", "revoke": "撤销", "change": "变更", "redo": "责令重新办理"}
_TOLD = {
    "party_and_government": "本级党委、政府",
    "department": "主管部门",
    "joint_meeting": "信访工作联席会议办公室",
    "upper_office": "上一级信访部门",
    "national_office": "国家信访局",
    "other": "其他",
}
_LATE = {"": "在期限内", "late": "逾期", "unknown": "待核（当年工作日历缺失）"}


def open_refusal(words: CaseWords) -> OpenRefusal:
    """F06 不予受理告知书 (R 19③)."""
    return OpenRefusal(
        **words.every_notice(),
        open_number=words.said("number"),
        open_organ=words.said("organ"),
        open_accepted_on=words.said("accepted_on"),
        open_due=words.said("due_on"),
        reason=words.why,
    )


def ended_refusal(words: CaseWords) -> EndedRefusal:
    """F07 不再受理告知书 (R 36③)."""
    return EndedRefusal(
        **words.every_notice(),
        opinion_number=words.said("number"),
        opinion_organ=words.said("organ"),
        opinion_on=words.said("opinion_on"),
        opinion_delivered_on=words.said("delivered_on"),
        reason=words.why,
    )


def supplement(words: CaseWords) -> SupplementNotice:
    """F12 补充材料告知书 (R 19①)."""
    where = words.said("where") or words.station.office.address
    return SupplementNotice(
        **words.every_notice(), missing=words.said("missing"), where=where, until=words.said("until")
    )


def extension(words: CaseWords) -> ExtensionNotice:
    """F13 延期办理告知书 (R 34): the new end counts every extension so far, from the sixtieth day."""
    accepted = _accepted_on(words)
    longer = words.due(Clock.T7, accepted, days=sum(extensions(words.matter)))
    return ExtensionNotice(
        **words.every_notice(),
        accepted_on=iso(accepted),
        due=iso(words.due(Clock.T6, accepted).nominal),
        days=words.matter.number(words.field),
        new_due=iso(longer.nominal),
        new_due_rolled=iso(longer.rolled),
        reason=words.why,
        approver=words.matter.text("extension_approver"),
        approved_on=words.matter.text("extended_on"),
    )


def opinion(words: CaseWords) -> HandlingOpinion:
    """F14 信访事项处理意见书 (R 32, 35)."""
    matter = words.matter
    forwarded = matter.text("referral_received_on")
    return HandlingOpinion(
        **words.every_notice(),
        accepted_on=iso(_accepted_on(words)),
        answers=tuple(
            AnsweredRequest(
                request=text_of(each, "request"),
                outcome=OUTCOMES.get(text_of(each, "outcome"), ""),
                facts=text_of(each, "facts"),
                opinion=text_of(each, "opinion"),
                basis=text_of(each, "basis"),
                evidence=text_of(each, "evidence"),
            )
            for each in records_in(words.record, "answers")
        ),
        review_organ=words.said("review_organ"),
        review_address=words.said("review_address"),
        signed_by=words.said("signed_by"),
        forwarded_by=words.office(matter.text("office")) if forwarded else "",
        forwarded_on=forwarded,
        copy_to=words.said("copy_to"),
    )


def review_request(words: CaseWords) -> ReviewRequest:
    """F15A 复查申请登记表 (R 35)."""
    return ReviewRequest(**_request(words, "review"))


def recheck_request(words: CaseWords) -> RecheckRequest:
    """F16A 复核申请登记表 (R 36①)."""
    return RecheckRequest(**_request(words, "recheck"))


def review_acceptance(words: CaseWords) -> ReviewAcceptance:
    """F15B 复查受理告知书 (R 35)."""
    return ReviewAcceptance(**_asked_about(words, "review"), **_period(words, "review", Clock.T9))


def recheck_acceptance(words: CaseWords) -> RecheckAcceptance:
    """F16B 复核受理告知书 (R 36)."""
    return RecheckAcceptance(**_asked_about(words, "recheck"), **_period(words, "recheck", Clock.T11))


def review_opinion(words: CaseWords) -> ReviewOpinion:
    """F15 复查意见书 (R 35, 36①)."""
    organ = words.matter.text("review.recheck_organ")
    return ReviewOpinion(**_asked_about(words, "review"), **_decided(words, "review"), recheck_organ=organ)


def recheck_opinion(words: CaseWords) -> RecheckOpinion:
    """F16 复核意见书 (R 36②③): with the days of hearings that do not count."""
    received = iso_day(words.matter.get("recheck.received_on")) or words.issued_on
    excluded = words.due(Clock.T11, received, hearings=True).excluded
    return RecheckOpinion(
        **_asked_about(words, "recheck"),
        **_decided(words, "recheck"),
        hearings=tuple(_span(first, last) for first, last in excluded),
        hearing_days=sum((last - first).days + 1 for first, last in excluded),
    )


def hearing_notice(words: CaseWords) -> HearingNotice:
    """F17 听证通知书 (R 31(六), 36②)."""
    return HearingNotice(
        **words.every_notice(),
        at=words.said("at"),
        place=words.said("place"),
        chair=words.said("chair"),
        participants=names_in(words.record, "participants"),
        subject=words.said("subject"),
        recheck=bool(words.matter.text("recheck.received_on")),
    )


def hearing_record(words: CaseWords) -> HearingRecord:
    """F17A 听证笔录 (R 31(六), 36②)."""
    recheck = words.said("of") == "recheck"
    return HearingRecord(
        **_tabled(words),
        first=words.said("first"),
        last=words.said("last"),
        place=words.said("place"),
        chair=words.said("chair"),
        participants=names_in(words.record, "participants"),
        record=words.said("findings"),
        taken_out="复核听证，时间不计入复核期限" if recheck else "不是复核听证，时间计入办理期限",
    )


def hearing_opinion(words: CaseWords) -> HearingOpinion:
    """F17B 听证意见书 (R 31(六), 36②)."""
    return HearingOpinion(
        **words.every_notice(),
        first=words.said("first"),
        last=words.said("last"),
        place=words.said("place"),
        chair=words.said("chair"),
        findings=words.said("findings"),
        participants=names_in(words.record, "participants"),
    )


def suggestion_reply(words: CaseWords) -> SuggestionReply:
    """F22 建议意见回复 (R 29)."""
    adopted = ADOPTED.get(words.matter.text("adopted"), "")
    return SuggestionReply(**words.every_notice(), adopted=adopted, reply=words.matter.text("answer"))


def mediation(words: CaseWords) -> MediationAgreement:
    """F23 调解协议书 (R 33)."""
    return MediationAgreement(**_agreement(words))


def conciliation(words: CaseWords) -> ConciliationAgreement:
    """F23A 和解协议书 (R 33)."""
    return ConciliationAgreement(**_agreement(words))


def urgent_report(words: CaseWords) -> UrgentReport:
    """F25 紧急信访信息报告 (R 25)."""
    count = words.record.get("headcount")
    return UrgentReport(
        **_tabled(words),
        at=words.said("at"),
        place=words.said("place"),
        headcount=count if isinstance(count, int) else 1,
        demand=words.said("demand"),
        behaviour=words.said("behaviour"),
        measures=words.said("measures"),
        told=tuple(
            Told(whom=_TOLD.get(text_of(each, "to"), ""), name=text_of(each, "name"), at=text_of(each, "at"))
            for each in records_in(words.record, "told")
        ),
        happened_at=words.said("happened_at"),
        reporter=words.station.clerk_name,
    )


def leader_reception(words: CaseWords) -> LeaderReception:
    """F26 领导接访记录表 (R 18②), to be filled in by hand at the reception."""
    return LeaderReception(**_sheet(words))


def leader_charge(words: CaseWords) -> LeaderCharge:
    """F26A 领导包案表 (R 18②)."""
    return LeaderCharge(**_sheet(words), **_handling(words))


def dispute_survey(words: CaseWords) -> DisputeSurvey:
    """F26B 矛盾纠纷排查表 (R 5(五), 15③)."""
    other = "" if words.secret else words.matter.text("accused_organ") or words.matter.text("accused_person")
    return DisputeSurvey(**_sheet(words), place=words.matter.text("place"), other_side=other)


def meeting_minutes(words: CaseWords) -> MeetingMinutes:
    """F26C 联席会议纪要 (R 13③)."""
    return MeetingMinutes(**_sheet(words), **_handling(words))


# parts of several -------------------------------------------------------------------------------------------------


def _accepted_on(words: CaseWords) -> date:
    day = iso_day(words.matter.get("redone_on")) or iso_day(words.matter.get("accepted_on"))
    if day is None:
        raise Refusal("not_accepted", field="form", article="R 34")
    return day


def _before(words: CaseWords, part: str) -> dict[str, str]:
    """The opinion a review or a recheck is asked about: whose, of when, with which number."""
    matter = words.matter
    form, organ, day, delivered = (
        ("F14", handler_of(matter), "replied_on", "opinion_delivered_on")
        if part == "review"
        else ("F15", matter.text("review.organ"), "review.opined_on", "review.delivered_on")
    )
    return {
        "opinion_organ": words.office(organ),
        "opinion_number": words.number_of(form) or matter.text(f"{part}.opinion_number"),
        "opinion_on": matter.text(day),
        "opinion_delivered_on": matter.text(delivered),
        "requested_on": matter.text(f"{part}.requested_on"),
        "got_on": matter.text(f"{part}.received_on"),
    }


def _asked_about(words: CaseWords, part: str) -> dict[str, Any]:
    before = _before(words, part)
    if not before["opinion_number"]:
        if part == "review":
            raise Refusal("opinion_number_missing", field="form", article="R 35")
        raise Refusal("opinion_number_missing", field="form", article="R 36①")
    return {**words.every_notice(), **before}


def _period(words: CaseWords, part: str, clock: Clock) -> dict[str, str]:
    received = iso_day(words.matter.get(f"{part}.received_on")) or words.issued_on
    period = words.due(clock, received)
    return {
        "due": iso(period.nominal),
        "due_rolled": iso(period.rolled),
        "late_reason": words.matter.text(f"{part}.late_reason"),
    }


def _decided(words: CaseWords, part: str) -> dict[str, str]:
    said = {name: words.matter.text(f"{part}.{name}") for name in ("requests", "opinion", "basis", "signed_by")}
    verdict = VERDICTS.get(words.matter.text(f"{part}.verdict"), "")
    return {**said, "verdict": verdict, "copy_to": words.matter.text(f"{part}.copy_to")}


def _request(words: CaseWords, part: str) -> dict[str, Any]:
    before = _before(words, part)
    clock = Clock.T8 if part == "review" else Clock.T10
    delivered = iso_day(before["opinion_delivered_on"])
    last = words.due(clock, delivered) if delivered else None
    return {
        **_tabled(words),
        **before,
        "requests": words.matter.text(f"{part}.requests"),
        "request_due": iso(last.nominal) if last else "",
        "request_due_rolled": iso(last.rolled) if last else "",
        "late": _LATE.get(words.matter.text(f"{part}.late"), ""),
        "late_reason": words.matter.text(f"{part}.late_reason"),
        "phone": words.person("mobile"),
        "address": words.person("delivery_address") or words.person("address"),
        "registrar": words.station.clerk_name,
    }


def _agreement(words: CaseWords) -> dict[str, Any]:
    return {
        **words.every_paper(),
        "parties": names_in(words.record, "parties"),
        "dispute": words.summary,
        "terms": words.said("terms"),
        "agreed_on": words.said("on"),
        "perform_by": words.said("perform_by"),
        "mediator": words.said("mediator"),
    }


def _tabled(words: CaseWords) -> dict[str, Any]:
    received = words.matter.text("received_on")
    return {
        **words.every_paper(),
        "petitioner": words.name(),
        "received_on": received,
        "summary": words.summary,
    }


def _sheet(words: CaseWords) -> dict[str, Any]:
    row = STAGES.get(stage_of(words.matter))
    visit = words.visit
    return {
        **_tabled(words),
        "people": visit.number("headcount", 1) if visit else 1,
        "address": words.person("address"),
        "phone": words.person("mobile"),
        "request": "" if words.secret else words.matter.text("request"),
        "standing": row.title if row else "",
    }


def _handling(words: CaseWords) -> Mapping[str, Any]:
    rows = words.station.store.matter_rows([words.matter.case_id])
    return {"handler": words.office(handler_of(words.matter)), "due": rows[0].due_nominal if rows else ""}


def _span(first: date, last: date) -> str:
    begin = chinese_date(first.isoformat())
    return begin if first == last else f"{begin}至{chinese_date(last.isoformat())}"
