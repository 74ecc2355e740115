"""Fills the letters between organs: F09, F10, F11, F11A, F19, F20, F21, and the report F24."""

from __future__ import annotations

from datetime import date

from desktop.services.case_words import CaseWords, iso, text_of
from domain.clocks import Clock
from domain.papers import (
    AssignmentLetter,
    HandlingReport,
    ObjectionAnswer,
    ObjectionLetter,
    ProposalLetter,
    SealedTransfer,
    SupervisionLetter,
    TransferLetter,
)
from domain.procedure.holder import handler_of
from domain.procedure.legs import Leg, last_leg
from domain.refusals import Refusal

WAYS = {"refer": "转送", "assign": "交办"}
TRIGGERS = {
    "unlawful": "违反规定受理、办理",
    "shirking": "推诿",
    "perfunctory": "敷衍",
    "delay": "拖延",
    "falsified": "弄虚作假",
    "not_executed": "拒不执行信访处理意见",
}
"""Triggers of a supervision 督办 (R 40①)."""
PROPOSALS = {
    "work": ("改进工作", "第四十条第一款"),
    "policy": ("完善政策", "第四十条第二款"),
    "liability": ("追究责任", "第四十条第三款"),
}
"""The three suggestions and where they stand."""
ADOPTED = {"whole": "采纳", "part": "部分采纳", "none": "不采纳"}


def transfer(words: CaseWords) -> TransferLetter:
    """F09 转送函 (R 22①(一)(二), 23①)."""
    leg = _leg(words)
    return TransferLetter(
        **words.every_letter(_receiver(words, leg)), sent_on=iso(leg.sent_on), attachments=words.materials()
    )


def assignment(words: CaseWords) -> AssignmentLetter:
    """F10 交办函 (R 22①(三)): the period counted from the day it is sent."""
    leg = _leg(words)
    sent = leg.sent_on or words.issued_on
    period = words.due(Clock.T5, sent, days=leg.days)
    return AssignmentLetter(
        **words.every_letter(_receiver(words, leg)),
        sent_on=iso(sent),
        days=leg.days,
        due=iso(period.nominal),
        due_rolled=iso(period.rolled),
        signed_by=words.matter.text("assignment_signed_by"),
        attachments=words.materials(),
    )


def objection(words: CaseWords) -> ObjectionLetter:
    """F11 异议函 (R 23③)."""
    leg = _leg(words)
    got = leg.received_on or words.issued_on
    return ObjectionLetter(
        **words.every_letter(_sender(words, leg)),
        way=WAYS[leg.way],
        got_on=iso(got),
        object_due=iso(words.due(Clock.T4, got).nominal),
        objected_on=words.said("on"),
        reasons=words.said("reasons"),
        basis=words.said("basis"),
        suggested=words.said("suggested"),
        late_reason=words.said("late_reason"),
    )


def objection_answer(words: CaseWords) -> ObjectionAnswer:
    """F11A 异议核实答复函 (R 23③)."""
    leg = _leg(words)
    return ObjectionAnswer(
        **words.every_letter(_receiver(words, leg)),
        way=WAYS[leg.way],
        objected_on=iso(leg.objected_on),
        verified_on=words.said("on"),
        agreed=words.said("said") == "agreed",
        why=words.said("why"),
    )


def supervision(words: CaseWords) -> SupervisionLetter:
    """F19 督办函 (R 40①), to the organ that handles the matter."""
    return SupervisionLetter(
        **words.every_letter(words.office(handler_of(words.matter))),
        trigger=TRIGGERS.get(words.said("trigger"), ""),
        facts=words.said("facts"),
        demand=words.said("demand"),
        reply_by=words.said("reply_by"),
    )


def proposal(words: CaseWords) -> ProposalLetter:
    """F20 建议书 (R 40②–④); with the feedback when it has come."""
    found = words.matter.get(f"{words.field}.reply")
    reply = found if isinstance(found, dict) else {}
    kind, article = PROPOSALS.get(words.said("kind"), PROPOSALS["work"])
    return ProposalLetter(
        **words.every_letter(words.said("to")),
        kind=kind,
        article=article,
        facts=words.said("facts"),
        suggestion=words.said("suggestion"),
        reply_by=words.said("reply_by"),
        adopted=ADOPTED.get(text_of(reply, "adopted"), ""),
        reply=text_of(reply, "reply"),
        replied_on=text_of(reply, "on"),
    )


def sealed_transfer(words: CaseWords) -> SealedTransfer:
    """F21 检举控告转送单 (R 22②, 30): the one paper of an accusation that names its petitioner; it goes sealed."""
    leg = _leg(words)
    matter, person, visit = words.matter, words.petitioner, words.visit
    every = words.every_letter(_receiver(words, leg))
    every["petitioner"] = (person.text("name") if person else "") or "（未署名）"
    every["summary"] = matter.text("summary")
    every["people"] = visit.number("headcount", 1) if visit else 1
    rows = visit.get("materials") if visit else None
    accused = "、".join(filter(None, map(matter.text, ("accused_organ", "accused_person", "accused_post"))))
    return SealedTransfer(
        **every,
        sent_on=iso(leg.sent_on),
        petitioner_address=person.text("address") if person else "",
        petitioner_phone=person.text("mobile") if person else "",
        accused=accused,
        request=matter.text("request"),
        facts=matter.text("facts"),
        attachments=tuple(text_of(row, "title") for row in rows if isinstance(row, dict))
        if isinstance(rows, list | tuple)
        else (),
        sender=words.station.clerk_name,
    )


def handling_report(words: CaseWords) -> HandlingReport:
    """F24 办结报告 (R 22①(三)), to the organ that assigned the matter."""
    leg = _leg(words)
    number = words.said("assignment_number") or words.number_of("F10", f"leg.{leg.key}")
    if not number:
        raise Refusal("assignment_number_missing", field="form", article="R 22①(三)")
    sent: date = leg.sent_on or words.issued_on
    opinion = words.number_of("F14")
    return HandlingReport(
        **words.every_letter(_sender(words, leg)),
        assigned_on=iso(sent),
        due=iso(words.due(Clock.T5, sent, days=leg.days or None).nominal) if leg.days else "",
        findings=words.said("findings"),
        result=words.said("result"),
        signed_by=words.said("signed_by"),
        reported_on=words.said("on"),
        assignment_number=number,
        handler=words.said("handler"),
        handler_phone=words.said("phone"),
        attachments=(f"信访事项处理意见书（{opinion}）",) if opinion else (),
    )


def _leg(words: CaseWords) -> Leg:
    leg = last_leg(words.matter)
    if leg is None:
        raise Refusal("not_passed_on", field="form", article="R 23③")
    return leg


def _receiver(words: CaseWords, leg: Leg) -> str:
    return leg.receiver_name or words.office(leg.receiver)


def _sender(words: CaseWords, leg: Leg) -> str:
    return words.office(leg.sender or words.matter.text("office"))
