"""Steps on a matter: acceptance, route, referral, assignment, receipt, extension, answer, address, delivery."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from domain.acts import ACT_KINDS, ActDraft, CaseKind
from domain.beijing import parse_minute
from domain.canonical import Json
from domain.classes import check_recipient
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
from domain.deadlines import check_extension
from domain.decisions.desk import NAME_LIMIT, Desk, require
from domain.fold import CaseState
from domain.matter import BINDING_FIELDS, Stage
from domain.refusals import Refusal

OPEN = (Stage.REGISTERED, Stage.RECEIVED)
"""Stages in which a matter still waits for its decision."""


def accept(command: AcceptMatter, state: CaseState, desk: Desk) -> list[ActDraft]:
    """Accept 受理. Only a claim on route 31-6 (R 31(六), 34): 31-1…31-5 carry no 60 days.

    Only by an organ with authority; a petition office is one where the clerk recorded the matter as of its own power.
    """
    _matter_in(state, OPEN, "accept")
    if desk.office_kind != "competent_organ" and state.text("own_power") != "yes":
        raise Refusal("not_competent", field="matter_id", article="R 22①", facts={"office_kind": desk.office_kind})
    if state.text("matter_class") != "claim":
        raise Refusal("only_claims_accepted", field="matter_class", article="R 31")
    if state.text("route") != "31-6":
        raise Refusal("route_without_acceptance", field="route", article="R 34", facts={"route": state.text("route")})
    accepted = _after_receipt(desk.day(command.accepted_on, "accepted_on", article="R 34"), state, "accepted_on")
    sets: dict[str, Json] = {"stage": Stage.ACCEPTED, "accepted_on": accepted.isoformat()}
    _line(sets, desk, command, "handling_unit", "handler", "contact")
    sets["owner"] = desk.office
    if not state.text("first_handler"):
        sets["first_handler"] = desk.office  # 首办: fixed at first acceptance, never overwritten
    return [_act("matter_accepted", state, sets, desk.line(command.why, "why"))]


def guide(command: GuideMatter, state: CaseState, desk: Desk) -> list[ActDraft]:
    """Inform of receipt, route and procedure (R 23①, 31(一)–(五)); suggestions and other matters by the same paper."""
    _matter_in(state, OPEN, "guide")
    kind = state.text("matter_class")
    route = command.route or state.text("route")
    if kind == "claim" and route == "31-6":
        raise Refusal("route_needs_acceptance", field="route", article="R 31(六)")
    if kind == "claim" and not route:
        raise Refusal("route_missing", field="route", article="R 31")
    guided = _after_receipt(desk.day(command.guided_on, "guided_on"), state, "guided_on")
    sets: dict[str, Json] = {"stage": Stage.GUIDED, "guided_on": guided.isoformat(), "owner": desk.office}
    if route and route != state.text("route"):
        sets["route"] = route
    _line(sets, desk, command, "target_organ", "target_address", "target_phone", "time_limit", "legal_basis")
    how = desk.text(command.how, "how", 2000)
    if how:
        sets["how"] = how
    if route in ("31-1", "31-2", "31-3", "31-4") and not sets.get("target_organ"):
        raise Refusal("target_organ_missing", field="target_organ", article="R 31", facts={"route": route})
    if command.transferred_on:
        sets["transferred_on"] = desk.day(command.transferred_on, "transferred_on").isoformat()
    return [_act("matter_guided", state, sets, desk.line(command.why, "why"))]


def refer(command: ReferMatter, state: CaseState, desk: Desk) -> list[ActDraft]:
    """Refer 转送 to the organ with authority; never to the accused organ (R 30③)."""
    _matter_in(state, OPEN, "refer")
    to_name = _destination(command, state, desk)
    sent = _after_receipt(desk.day(command.referred_on, "referred_on", article="R 22①"), state, "referred_on")
    sets: dict[str, Json] = {"stage": Stage.REFERRED, "referred_on": sent.isoformat()}
    sets["to_office"] = desk.line(command.to_office, "to_office", 40)
    sets["to_name"] = to_name
    _line(sets, desk, command, "contact")
    return [_act("matter_referred", state, sets, desk.line(command.why, "why"))]


def assign(command: AssignMatter, state: CaseState, desk: Desk) -> list[ActDraft]:
    """Assign 交办 with a stated period and a report to come back (R 22①(三)); starts T5."""
    _matter_in(state, OPEN, "assign")
    to_name = _destination(command, state, desk)
    if not 1 <= command.days <= 365:
        raise Refusal("days_invalid", field="days", article="R 22①(三)", facts={"days": command.days})
    sent = _after_receipt(desk.day(command.assigned_on, "assigned_on"), state, "assigned_on")
    sets: dict[str, Json] = {
        "stage": Stage.ASSIGNED,
        "assigned_on": sent.isoformat(),
        "assigned_days": command.days,
        "to_office": desk.line(command.to_office, "to_office", 40),
        "to_name": to_name,
    }
    _line(sets, desk, command, "contact")
    return [_act("matter_assigned", state, sets, desk.line(command.why, "why"))]


def _destination(command: ReferMatter | AssignMatter, state: CaseState, desk: Desk) -> str:
    """The name of where a matter is sent: somewhere, not here (R 22①), and not to the organ it is about (R 30③)."""
    to_name = desk.line(command.to_name, "to_name", NAME_LIMIT)
    require(command.to_office or to_name, "destination_missing", "to_office", "R 22①")
    check_recipient(state.text("accused_organ"), (command.to_office, to_name))
    if command.to_office == desk.office:
        raise Refusal("destination_is_this_office", field="to_office", article="R 22①")
    return to_name


def receive(command: ReceiveMatter, state: CaseState, desk: Desk) -> list[ActDraft]:
    """Receive 收件 a referred or assigned matter: T3 and T4 start (R 23③)."""
    _matter_in(state, (Stage.REFERRED, Stage.ASSIGNED), "receive")
    to_office = state.text("to_office")
    if to_office and to_office != desk.office:
        raise Refusal("sent_to_another_office", field="matter_id", article="R 23③", facts={"to_office": to_office})
    received = desk.day(command.received_on, "received_on", article="R 23③")
    sent = state.text("referred_on") or state.text("assigned_on")
    if sent and received.isoformat() < sent:
        raise Refusal("received_before_sent", field="received_on", article="R 23③", facts={"sent": sent})
    sets: dict[str, Json] = {
        "stage": Stage.RECEIVED,
        "referral_received_on": received.isoformat(),
        "owner": desk.office,
    }
    return [_act("matter_received", state, sets)]


def extend(command: ExtendMatter, state: CaseState, desk: Desk) -> list[ActDraft]:
    """Extend 延期 (R 34): approved by the head before day 60, at most 30 days in all, with a reason."""
    _matter_in(state, (Stage.ACCEPTED,), "extend")
    day = parse_minute(state.text("accepted_on"))
    if day is None:
        raise Refusal("not_accepted", field="matter_id", article="R 34")
    accepted = day.date()
    approved = parse_minute(command.approved_on)
    if approved is None:
        raise Refusal("date_invalid", field="approved_on", facts={"text": command.approved_on[:40]})
    if approved.date() > desk.today:
        raise Refusal("date_in_future", field="approved_on", article="R 34", facts={"date": command.approved_on})
    approver = require(desk.line(command.approver, "approver", NAME_LIMIT), "approver_missing", "approver", "R 34")
    why = require(desk.text(command.why, "why", 2000), "reason_missing", "why", "R 34")
    already = [v for v in state.items("extension").values() if isinstance(v, int)]
    check_extension(accepted, approved.date(), command.days, desk.calendar, desk.rules, already=already)
    sets: dict[str, Json] = {
        f"extension.{desk.new_id()}": command.days,
        "extended_on": approved.date().isoformat(),
        "extension_approver": approver,
    }
    return [_act("matter_extended", state, sets, why)]


def answer(command: AnswerMatter, state: CaseState, desk: Desk) -> list[ActDraft]:
    """Answer on the spot 当场答复: consultations and suggestions; a claim or accusation has its own way (R 30, 31)."""
    _matter_in(state, OPEN, "answer")
    kind = state.text("matter_class")
    if kind in ("claim", "accusation"):
        raise Refusal("class_needs_procedure", field="matter_id", article="R 31", facts={"class": kind})
    text = require(desk.text(command.answer, "answer"), "answer_missing", "answer")
    day = _after_receipt(desk.day(command.answered_on, "answered_on"), state, "answered_on")
    sets: dict[str, Json] = {"stage": Stage.ANSWERED, "answered_on": day.isoformat(), "answer": text}
    return [_act("matter_answered", state, sets)]


def supply_address(
    command: SupplyAddress, state: CaseState, petitioner: CaseState | None, desk: Desk
) -> list[ActDraft]:
    """Name and address given later: the notice is owed again, from the day of receipt (R 23②; domain.md H5)."""
    if state.case_kind != CaseKind.MATTER:
        raise Refusal("not_a_matter", field="matter_id")
    if not state.text("notice_off"):
        raise Refusal("address_already_clear", field="matter_id", article="R 23②")
    values: dict[str, Json] = {}
    for name in ("name", "address", "delivery_address"):
        text = desk.line(getattr(command, name), name, NAME_LIMIT)
        if text:
            values[name] = text
    require(str(values.get("address", "") or values.get("delivery_address", "")), "address_missing", "address", "R 23②")
    drafts: list[ActDraft] = []
    if petitioner is None:
        require(str(values.get("name", "")), "name_missing", "name", "R 23②")
        petitioner_id = desk.new_id()
        drafts.append(ActDraft("petitioner_recorded", CaseKind.PETITIONER, petitioner_id, {"kind": "person", **values}))
    else:
        petitioner_id = petitioner.case_id
        torn = [name for name in petitioner.conflicts if name in values]
        if torn:
            raise Refusal("conflict_open", field="petitioner_id", facts={"field": torn[0]})
        over = petitioner.over(*values)
        drafts.append(ActDraft("petitioner_corrected", CaseKind.PETITIONER, petitioner_id, values, over, "补充住址"))
    sets: dict[str, Json] = {
        "notice_off": "",
        "petitioner": petitioner_id,
        "address_supplied_on": desk.today.isoformat(),
    }
    drafts.append(_act("address_supplied", state, sets))
    return drafts


def deliver(command: DeliverNotice, state: CaseState, desk: Desk) -> list[ActDraft]:
    """Record a delivery 送达 (F18): signed for, or refused with witness and reason (by analogy 民诉法 87–89)."""
    paper = state.get(f"paper.{command.paper_id}")
    if not isinstance(paper, dict) or paper.get("form") not in ("F04", "F05", "F08"):
        raise Refusal("notice_unknown", field="paper_id")
    if state.get(f"paper.{command.paper_id}.voided") is not None:
        raise Refusal("paper_is_void", field="paper_id")
    moment = parse_minute(command.delivered_at or desk.now)
    if moment is None:
        raise Refusal("date_invalid", field="delivered_at", facts={"text": command.delivered_at[:40]})
    if moment.date() > desk.today:
        raise Refusal("date_in_future", field="delivered_at", facts={"date": moment.date().isoformat()})
    issued_on = str(paper.get("issued_on", ""))
    if issued_on and moment.date().isoformat() < issued_on:
        raise Refusal("delivered_before_issue", field="delivered_at", facts={"issued_on": issued_on})
    if command.outcome == "refused":
        require(desk.line(command.refusal_reason, "refusal_reason"), "refusal_reason_missing", "refusal_reason")
        require(desk.line(command.witness, "witness"), "witness_missing", "witness", "民诉法 89")
    else:
        require(desk.line(command.signer, "signer", NAME_LIMIT), "signer_missing", "signer", "民诉法 87")
    record: dict[str, Json] = {
        "at": f"{moment:%Y-%m-%d %H:%M}",
        "manner": command.manner,
        "outcome": command.outcome,
        "attitude": command.attitude,
    }
    _line(record, desk, command, "place", "signer", "relation", "refusal_reason", "witness", "deliverer", "remark")
    sets: dict[str, Json] = {f"delivery.{command.paper_id}": record}
    # The notice of a referral tells where the matter went; it does not answer for the organ that received it (R 23③).
    which = "referral_notice_delivered_on" if paper["form"] == "F08" else "notice_delivered_on"
    earlier = state.text(which)
    if not earlier or moment.date().isoformat() < earlier:
        sets[which] = moment.date().isoformat()
    return [_act("notice_delivered", state, sets)]


def _act(kind: str, state: CaseState, sets: dict[str, Json], why: str = "") -> ActDraft:
    # A step names every head of what it sets: taken over a conflict, it would settle it unseen.
    waits = (*BINDING_FIELDS, *sets) if ACT_KINDS[kind].binding else tuple(sets)
    torn = set(state.conflicts)
    blocked = [name for name in waits if name in torn]
    if blocked:
        raise Refusal("conflict_open", field="matter_id", facts={"field": blocked[0]})
    return ActDraft(kind, state.case_kind, state.case_id, sets, state.over(*sets), why)


def _matter_in(state: CaseState, stages: Sequence[str], step: str) -> None:
    if state.case_kind != CaseKind.MATTER:
        raise Refusal("not_a_matter", field="matter_id")
    if state.newer:
        raise Refusal("newer_release", field="matter_id")
    stage = state.text("stage", Stage.REGISTERED)
    if stage not in stages:
        raise Refusal("wrong_stage", field="matter_id", facts={"stage": stage, "step": step})


def _after_receipt(day: date, state: CaseState, field: str) -> date:
    received = state.text("received_on")
    if received and day.isoformat() < received:
        facts = {"received_on": received, "date": day.isoformat()}
        raise Refusal("date_before_receipt", field=field, facts=facts)
    return day


def _line(sets: dict[str, Json], desk: Desk, command: object, *names: str) -> None:
    for name in names:
        text = desk.line(getattr(command, name), name)
        if text:
            sets[name] = text
