"""What is decided on a matter that waits: acceptance, route, answer, refusal, simple way, an address given late."""

from __future__ import annotations

from domain.acts import ActDraft, CaseKind
from domain.canonical import Json
from domain.commands import (
    AcceptMatter,
    AnswerMatter,
    GuideMatter,
    JudgeLevel,
    RefuseEnded,
    RefuseOpen,
    SimplifyMatter,
    SupplyAddress,
)
from domain.decisions.desk import NAME_LIMIT, Desk, require
from domain.decisions.say import day_of, lines, named
from domain.flags import LEVEL_RECORD
from domain.fold import CaseState
from domain.levels import ARTICLE, propose_level
from domain.procedure.check import check, drafted
from domain.procedure.stages import Stage
from domain.procedure.table import Step
from domain.refusals import Refusal
from domain.simple import check_simple


def accept(command: AcceptMatter, state: CaseState, desk: Desk) -> list[ActDraft]:
    """Accept 受理. Only a claim on route 31-6 (R 31(六), 34): 31-1…31-5 carry no 60 days.

    Only by an organ with authority; a petition office is one where the clerk recorded the matter as of its own power.
    """
    step = check("accept", state, desk)
    if desk.office_kind != "competent_organ" and state.text("own_power") != "yes":
        raise Refusal("not_competent", field="matter_id", article="R 22①", facts={"office_kind": desk.office_kind})
    if state.text("matter_class") != "claim":
        raise Refusal("only_claims_accepted", field="matter_class", article="R 31")
    if state.text("route") != "31-6":
        raise Refusal("route_without_acceptance", field="route", article="R 34", facts={"route": state.text("route")})
    accepted = day_of(desk, command.accepted_on, "accepted_on", state, article="R 34")
    sets: dict[str, Json] = {"stage": Stage.ACCEPTED, "accepted_on": accepted.isoformat()}
    lines(sets, desk, command, "handling_unit", "handler", "contact")
    sets["owner"] = desk.office
    if not state.text("first_handler"):
        sets["first_handler"] = desk.office  # 首办: fixed at first acceptance, never overwritten
    return [drafted(step, state, sets, desk.line(command.why, "why"))]


def guide(command: GuideMatter, state: CaseState, desk: Desk) -> list[ActDraft]:
    """Inform of receipt, route and procedure (R 23①, 31(一)–(五)); suggestions and other matters by the same paper."""
    step = check("guide", state, desk)
    kind = state.text("matter_class")
    route = command.route or state.text("route")
    if command.route and kind != "claim":
        raise Refusal("route_only_for_claims", field="route", article="R 31", facts={"route": command.route})
    if kind == "claim" and route == "31-6":
        raise Refusal("route_needs_acceptance", field="route", article="R 31(六)")
    if kind == "claim" and not route:
        raise Refusal("route_missing", field="route", article="R 31")
    guided = day_of(desk, command.guided_on, "guided_on", state)
    sets: dict[str, Json] = {"stage": Stage.GUIDED, "guided_on": guided.isoformat(), "owner": desk.office}
    if route and route != state.text("route"):
        sets["route"] = route
    lines(sets, desk, command, "target_organ", "target_address", "target_phone", "time_limit", "legal_basis")
    how = desk.text(command.how, "how", 2000)
    if how:
        sets["how"] = how
    if route in ("31-1", "31-2", "31-3", "31-4") and not sets.get("target_organ"):
        raise Refusal("target_organ_missing", field="target_organ", article="R 31", facts={"route": route})
    if command.transferred_on:
        sets["transferred_on"] = desk.day(command.transferred_on, "transferred_on").isoformat()
    return [drafted(step, state, sets, desk.line(command.why, "why"))]


def answer(command: AnswerMatter, state: CaseState, desk: Desk) -> list[ActDraft]:
    """Answer on the spot 当场答复: consultations and suggestions; a claim or accusation has its own way (R 30, 31)."""
    step = check("answer", state, desk)
    kind = state.text("matter_class")
    if kind in ("claim", "accusation"):
        raise Refusal("class_needs_procedure", field="matter_id", article="R 31", facts={"class": kind})
    text = require(desk.text(command.answer, "answer"), "answer_missing", "answer")
    day = day_of(desk, command.answered_on, "answered_on", state)
    sets: dict[str, Json] = {"stage": Stage.ANSWERED, "answered_on": day.isoformat(), "answer": text}
    if command.adopted:
        sets["adopted"] = command.adopted
    return [drafted(step, state, sets)]


def refuse_open(command: RefuseOpen, state: CaseState, desk: Desk) -> list[ActDraft]:
    """Do not accept 不予受理. The Regulation knows one ground: an organ below handles the matter, in time (R 19③)."""
    step = check("refuse_open", state, desk)
    accepted, last = desk.day(command.accepted_on, "accepted_on"), desk.day_any(command.due_on or "-", "due_on")
    day = day_of(desk, command.refused_on, "refused_on", state, article="R 19③")
    organ = named(desk, command.organ, "organ", "R 19③")
    if organ in (desk.office, state.text("office_name")):
        raise Refusal("open_case_is_own", field="organ", article="R 19③")
    if not accepted <= day <= last:
        facts = {"due_on": last.isoformat(), "date": day.isoformat()}
        raise Refusal("open_period_over", field="due_on", article="R 19③", facts=facts)
    record: dict[str, Json] = {
        "number": named(desk, command.open_number, "open_number", "R 19③"),
        "organ": organ,
        "accepted_on": accepted.isoformat(),
        "due_on": last.isoformat(),
    }
    return [_refused(step, day.isoformat(), record, command.why, state, desk)]


def refuse_ended(command: RefuseEnded, state: CaseState, desk: Desk) -> list[ActDraft]:
    """Accept no more 不再受理: after a recheck opinion was delivered, on the same facts and reasons (R 36③)."""
    step = check("refuse_ended", state, desk)
    if command.new_facts:
        raise Refusal("facts_are_new", field="new_facts", article="R 36③")
    issued, delivered = desk.day(command.opinion_on, "opinion_on"), desk.day(command.delivered_on, "delivered_on")
    day = day_of(desk, command.refused_on, "refused_on", state, article="R 36③")
    if not issued <= delivered <= day:
        facts = {"opinion_on": issued.isoformat(), "delivered_on": delivered.isoformat()}
        raise Refusal("opinion_days_invalid", field="delivered_on", article="R 36③", facts=facts)
    record: dict[str, Json] = {
        "number": named(desk, command.opinion_number, "opinion_number", "R 36③"),
        "organ": named(desk, command.organ, "organ", "R 36③"),
        "opinion_on": issued.isoformat(),
        "delivered_on": delivered.isoformat(),
    }
    return [_refused(step, day.isoformat(), record, command.why, state, desk)]


def _refused(step: Step, day: str, record: dict[str, Json], why: str, state: CaseState, desk: Desk) -> ActDraft:
    sets: dict[str, Json] = {"stage": step.to, "refused_on": day, "refusal": record}
    return drafted(step, state, sets, desk.line(why, "why"))


def simplify(command: SimplifyMatter, state: CaseState, desk: Desk, visit: CaseState | None = None) -> list[ActDraft]:
    """Handle by the simple way 简易办理: where the region has it, on its conditions (``domain.simple``).

    ``visit`` tells whether many came 集体访; the matter does not.
    """
    step = check("simplify", state, desk)
    check_simple(command.ground, state, visit, desk.rules, desk.today)
    sets: dict[str, Json] = {"simplified": True, "simplified_ground": command.ground}
    return [drafted(step, state, sets, desk.line(command.why, "why"))]


def supply_address(
    command: SupplyAddress, state: CaseState, petitioner: CaseState | None, desk: Desk
) -> list[ActDraft]:
    """Name and address given later: the notice is owed again, from the day of receipt (R 23②; domain.md H5)."""
    step = check("supply_address", state, desk)
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
    drafts.append(drafted(step, state, sets))
    return drafts


def judge_level(command: JudgeLevel, state: CaseState, desk: Desk) -> list[ActDraft]:
    """Say whether a visit skipped levels 越级走访 (R 20①): a person does; what the directory proposed stays beside it.

    Raises Refusal ``not_a_visit``, ``organ_unknown``, ``reason_missing`` where the directory says otherwise or
    does not know.
    """
    step = check("judge_level", state, desk)
    if state.text("channel", "visit") != "visit":
        raise Refusal("not_a_visit", field="matter_id", article=ARTICLE)
    competent = desk.line(command.competent, "competent", 40)
    if competent and desk.organ(competent) is None:
        raise Refusal("organ_unknown", field="competent", facts={"code": competent})
    proposal = propose_level(state, desk.rules, desk.organ, competent)
    skips = command.skips == "yes"
    why = desk.line(command.why, "why")
    if skips is not proposal.skips:
        require(why, "reason_missing", "why", ARTICLE)
    record: dict[str, Json] = {
        "proposed": {True: "yes", False: "no", None: "unknown"}[proposal.skips],
        "why": why or proposal.why,
        "on": desk.today.isoformat(),
    }
    if proposal.competent:
        record["competent"] = proposal.competent
    return [drafted(step, state, {"flag.level_skipping": skips, LEVEL_RECORD: record}, why)]
