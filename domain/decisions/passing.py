"""A matter's way between organs: referral, assignment, receipt, objection and return, report, missing material."""

from __future__ import annotations

from datetime import date

from domain.acts import ActDraft
from domain.canonical import Json
from domain.classes import check_recipient
from domain.clocks import Clock
from domain.commands import (
    AskSupplement,
    AssignMatter,
    LodgeObjection,
    ReceiveMatter,
    ReceiveSupplement,
    ReferMatter,
    ReportAssignment,
    ReturnMaterials,
    VerifyObjection,
)
from domain.deadlines import due
from domain.decisions.desk import NAME_LIMIT, Desk, require
from domain.decisions.say import day_of, future_day, lines, named, said
from domain.decisions.sharing import check_head, head_unknown
from domain.fold import CaseState
from domain.procedure.check import check, drafted
from domain.procedure.legs import Leg, last_leg
from domain.procedure.stages import Stage
from domain.refusals import Refusal


def refer(command: ReferMatter, state: CaseState, desk: Desk) -> list[ActDraft]:
    """Refer 转送 to the organ with authority; never to the accused organ (R 30③)."""
    step = check("refer", state, desk)
    sent = day_of(desk, command.referred_on, "referred_on", state, article="R 22①")
    sets: dict[str, Json] = {"stage": Stage.REFERRED, "referred_on": sent.isoformat()}
    _leg(sets, command, state, desk, sent, days=0)
    lines(sets, desk, command, "contact")
    return [drafted(step, state, sets, desk.line(command.why, "why"))]


def assign(command: AssignMatter, state: CaseState, desk: Desk) -> list[ActDraft]:
    """Assign 交办 with a stated period and a report to come back (R 22①(三)); starts T5."""
    step = check("assign", state, desk)
    if not 1 <= command.days <= 365:
        raise Refusal("days_invalid", field="days", article="R 22①(三)", facts={"days": command.days})
    sent = day_of(desk, command.assigned_on, "assigned_on", state, article="R 22①(三)")
    sets: dict[str, Json] = {
        "stage": Stage.ASSIGNED,
        "assigned_on": sent.isoformat(),
        "assigned_days": command.days,
    }
    _leg(sets, command, state, desk, sent, days=command.days)
    lines(sets, desk, command, "contact")
    signed_by = desk.line(command.signed_by, "signed_by", NAME_LIMIT)
    if signed_by:
        sets["assignment_signed_by"] = signed_by
    return [drafted(step, state, sets, desk.line(command.why, "why"))]


def _leg(
    sets: dict[str, Json], command: ReferMatter | AssignMatter, state: CaseState, desk: Desk, sent: date, *, days: int
) -> None:
    """Where a matter is sent: somewhere, not here (R 22①), and not to the organ it is about (R 30③)."""
    to_name = desk.line(command.to_name, "to_name", NAME_LIMIT)
    to_office = desk.line(command.to_office, "to_office", 40)
    require(to_office or to_name, "destination_missing", "to_office", "R 22①")
    check_recipient(state.text("accused_organ"), (to_office, to_name))
    if state.text("matter_class") == "accusation":
        _sealed(to_office, desk.line(command.contact, "contact"), state, desk)
    if to_office == desk.office:
        raise Refusal("destination_is_this_office", field="to_office", article="R 22①")
    key = desk.new_id()
    way = "assign" if days else "refer"
    leg: dict[str, Json] = {
        "way": way,
        "from": desk.office,
        "to": to_office,
        "to_name": to_name,
        "on": sent.isoformat(),
    }
    if days:
        leg["days"] = days
    if head_unknown(state, to_office, desk):
        leg["head"] = "unknown"
    sets |= {"to_office": to_office, "to_name": to_name, f"leg.{key}": leg, "leg_now": key}


def _sealed(to_office: str, contact: str, state: CaseState, desk: Desk) -> None:
    """An accusation 检举控告 goes to an organ of the directory that may have it, never to the accused (R 30)."""
    if not to_office:
        raise Refusal("accusation_by_name", field="to_office", article="R 30①")
    allowed = desk.rules.setting("accusation_recipients", desk.today).value
    assert isinstance(allowed, dict)  # the table was read strictly
    organ = desk.organ(to_office)
    if to_office not in allowed["offices"] and (organ.kind if organ else "") not in allowed["kinds"]:
        raise Refusal("accusation_recipient", field="to_office", article="R 30①", facts={"organ": to_office})
    check_head(state, to_office, desk)
    if contact and contact == state.text("accused_person"):
        raise Refusal("accused_person", field="contact", article="R 30③")


def receive(command: ReceiveMatter, state: CaseState, desk: Desk) -> list[ActDraft]:
    """Receive 收件 a referred or assigned matter: T3 and T4 start (R 23③)."""
    step = check("receive", state, desk)
    received = desk.day(command.received_on, "received_on", article="R 23③")
    sent = state.text("referred_on") if state.text("stage") == Stage.REFERRED else state.text("assigned_on")
    if sent and received.isoformat() < sent:
        raise Refusal("received_before_sent", field="received_on", article="R 23③", facts={"sent": sent})
    sets: dict[str, Json] = {
        "stage": Stage.RECEIVED,
        "referral_received_on": received.isoformat(),
        "owner": desk.office,
    }
    leg = last_leg(state)
    if leg is not None:
        sets[f"leg.{leg.key}.received"] = {"on": received.isoformat()}
    return [drafted(step, state, sets)]


def object_to(command: LodgeObjection, state: CaseState, desk: Desk) -> list[ActDraft]:
    """Object 提出异议 (R 23③): reasons in detail, within five working days; a late one says why and stops nothing."""
    step = check("object", state, desk)
    leg = _current(state)
    received = leg.received_on
    reasons = said(desk, command.reasons, "reasons", "R 23③")
    day = day_of(desk, command.objected_on, "objected_on", state, "referral_received_on", article="R 23③")
    record: dict[str, Json] = {"on": day.isoformat(), "reasons": reasons}
    lines(record, desk, command, "basis", "suggested", "late_reason")
    if received is not None:
        late = due(Clock.T4, received, desk.calendar, desk.rules).is_late(day)
        if late is None:
            record["late"] = "unknown"  # the year's table is missing: not guessed
        elif late:
            require(str(record.get("late_reason", "")), "late_reason_missing", "late_reason", "R 23③")
            record["late"] = "late"
    sets: dict[str, Json] = {
        "stage": Stage.OBJECTED,
        "objected_on": day.isoformat(),
        f"leg.{leg.key}.objection": record,
    }
    return [drafted(step, state, sets)]


def verify(command: VerifyObjection, state: CaseState, desk: Desk) -> list[ActDraft]:
    """Verify an objection 核实: agreed, the matter comes back to its sender; refused, it stays where it is (R 23③)."""
    step = check("verify_objection", state, desk)
    leg = _current(state)
    why = said(desk, command.why, "why", "R 23③", 2000)
    day = day_of(desk, command.verified_on, "verified_on", state, "objected_on", article="R 23③")
    agreed = command.verdict == "agreed"
    sets: dict[str, Json] = {"stage": Stage.RETURNED if agreed else Stage.RECEIVED}
    if agreed:
        sets |= {"returned_on": day.isoformat(), "owner": leg.sender or desk.office}
    sets[f"leg.{leg.key}.verdict"] = {"said": command.verdict, "on": day.isoformat(), "why": why}
    return [drafted(step, state, sets, why)]


def return_materials(command: ReturnMaterials, state: CaseState, desk: Desk) -> list[ActDraft]:
    """Give the material back 退回材料: only once the sender has verified and agreed (R 23③)."""
    leg = _current(state)
    if leg.verdict != "agreed" and state.text("stage") != Stage.RETURNED:
        raise Refusal("not_agreed_to_return", field="matter_id", article="R 23③")
    step = check("return_materials", state, desk)
    day = day_of(desk, command.returned_on, "returned_on", state, "returned_on", article="R 23③")
    record: dict[str, Json] = {"on": day.isoformat()}
    lines(record, desk, command, "manner")
    return [drafted(step, state, {f"leg.{leg.key}.materials": record})]


def report(command: ReportAssignment, state: CaseState, desk: Desk) -> list[ActDraft]:
    """Report on an assignment 报送办结报告 (R 22①(三)): ends T5."""
    step = check("report", state, desk)
    leg = _current(state)
    if leg.way != "assign":
        raise Refusal("not_assigned", field="matter_id", article="R 22①(三)")
    day = day_of(desk, command.reported_on, "reported_on", state, "assigned_on", article="R 22①(三)")
    record: dict[str, Json] = {
        "on": day.isoformat(),
        "findings": said(desk, command.findings, "findings", "R 22①(三)"),
        "result": said(desk, command.result, "result", "R 22①(三)"),
        "signed_by": named(desk, command.signed_by, "signed_by"),
    }
    lines(record, desk, command, "handler", "phone", "assignment_number")
    return [drafted(step, state, {"reported_on": day.isoformat(), f"leg.{leg.key}.report": record})]


def ask_supplement(command: AskSupplement, state: CaseState, desk: Desk) -> list[ActDraft]:
    """Tell what is missing 补正告知: the Regulation knows no suspension by it, so no clock stops."""
    step = check("supplement", state, desk)
    day = day_of(desk, command.asked_on, "asked_on", state)
    record: dict[str, Json] = {"on": day.isoformat(), "missing": said(desk, command.missing, "missing", "R 19①", 2000)}
    lines(record, desk, command, "where")
    if command.until:
        record["until"] = future_day(desk, command.until, "until")
    return [drafted(step, state, {f"supplement.{desk.new_id()}": record})]


def receive_supplement(command: ReceiveSupplement, state: CaseState, desk: Desk) -> list[ActDraft]:
    """Record that material asked for has come."""
    step = check("supplied", state, desk)
    name = f"supplement.{command.supplement_id}"
    if state.get(name) is None:
        raise Refusal("supplement_unknown", field="supplement_id")
    day = day_of(desk, command.received_on, "received_on", state)
    record: dict[str, Json] = {"on": day.isoformat(), "what": said(desk, command.what, "what", limit=2000)}
    return [drafted(step, state, {f"{name}.given": record})]


def _current(state: CaseState) -> Leg:
    leg = last_leg(state)
    if leg is None:
        raise Refusal("not_passed_on", field="matter_id", article="R 23③")
    return leg
