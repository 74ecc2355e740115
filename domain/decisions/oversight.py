"""Beside a matter's way: supervision, the three suggestions, urgent reports, recusal."""

from __future__ import annotations

from domain.acts import ActDraft
from domain.beijing import minute_of, parse_minute
from domain.canonical import Json
from domain.commands import AnswerProposal, AnswerSupervision, IssueSupervision, MakeProposal, Recuse, ReportUrgent
from domain.decisions.desk import Desk
from domain.decisions.say import day_of, future_day, lines, named, said
from domain.fold import CaseState
from domain.procedure.check import check, drafted
from domain.refusals import Refusal


def supervise(command: IssueSupervision, state: CaseState, desk: Desk) -> list[ActDraft]:
    """Supervise 督办 (R 40①): on a trigger, with facts, a demand and a day for the written reply."""
    step = check("supervise", state, desk)
    record: dict[str, Json] = {
        "on": day_of(desk, command.issued_on, "issued_on", state).isoformat(),
        "by": desk.office,
        "trigger": command.trigger,
        "facts": said(desk, command.facts, "facts", "R 40①"),
        "demand": said(desk, command.demand, "demand", "R 40①"),
        "reply_by": future_day(desk, command.reply_by, "reply_by", "R 40①"),
    }
    return [drafted(step, state, {f"supervision.{desk.new_id()}": record})]


def answer_supervision(command: AnswerSupervision, state: CaseState, desk: Desk) -> list[ActDraft]:
    """The written reply to a supervision; one is enough, a second would overwrite it unseen."""
    step = check("answer_supervision", state, desk)
    day, name = _reply_to("supervision", command.supervision_id, command.answered_on, state, desk)
    record: dict[str, Json] = {"on": day, "by": desk.office, "reply": said(desk, command.reply, "reply", "R 40①")}
    return [drafted(step, state, {name: record})]


def propose(command: MakeProposal, state: CaseState, desk: Desk) -> list[ActDraft]:
    """Make one of the three suggestions 三项建议 (R 40②③)."""
    step = check("propose", state, desk)
    record: dict[str, Json] = {
        "on": day_of(desk, command.made_on, "made_on", state).isoformat(),
        "by": desk.office,
        "kind": command.kind,
        "to": named(desk, command.to, "to", "R 40②"),
        "facts": said(desk, command.facts, "facts", "R 40②"),
        "suggestion": said(desk, command.suggestion, "suggestion", "R 40②"),
        "reply_by": future_day(desk, command.reply_by, "reply_by", "R 40④"),
    }
    return [drafted(step, state, {f"proposal.{desk.new_id()}": record})]


def adopt(command: AnswerProposal, state: CaseState, desk: Desk) -> list[ActDraft]:
    """The written feedback whether a suggestion is adopted (R 40④)."""
    step = check("adopt", state, desk)
    day, name = _reply_to("proposal", command.proposal_id, command.answered_on, state, desk)
    record: dict[str, Json] = {
        "on": day,
        "adopted": command.adopted,
        "reply": said(desk, command.reply, "reply", "R 40④"),
    }
    return [drafted(step, state, {name: record})]


def _reply_to(what: str, key: str, typed: str, state: CaseState, desk: Desk) -> tuple[str, str]:
    asked = state.get(f"{what}.{key}")
    if not isinstance(asked, dict):
        if what == "supervision":
            raise Refusal("supervision_unknown", field="supervision_id")
        raise Refusal("proposal_unknown", field="proposal_id")
    name = f"{what}.{key}.reply"
    if state.get(name) is not None:
        raise Refusal("answered_already", field=f"{what}_id")
    day = day_of(desk, typed, "answered_on", state)
    if day.isoformat() < str(asked.get("on", "")):
        facts = {"after": what, "earlier": str(asked.get("on")), "date": day.isoformat()}
        raise Refusal("date_before_step", field="answered_on", article="R 40", facts=facts)
    return day.isoformat(), name


def report_urgent(command: ReportUrgent, state: CaseState, desk: Desk) -> list[ActDraft]:
    """Report an urgent matter (R 25): to whom and at which minute; never before the visit, never after now."""
    step = check("report_urgent", state, desk)
    if not command.reported_to:
        raise Refusal("nobody_told", field="reported_to", article="R 25")
    if command.headcount < 1:
        raise Refusal("headcount_invalid", field="headcount", facts={"given": command.headcount})
    told: list[Json] = []
    for place, each in enumerate(command.reported_to):
        where = f"reported_to.{place}.at"
        moment = parse_minute(each.at or desk.now)
        if moment is None:
            raise Refusal("date_invalid", field=where, facts={"text": each.at[:40]})
        minute = minute_of(moment)
        if minute > desk.now:
            raise Refusal("date_in_future", field=where, article="R 25", facts={"date": minute})
        if minute[:10] < state.text("received_on"):
            raise Refusal("backdated_report", field=where, article="R 25", facts={"date": minute})
        told.append({"to": each.to, "name": named(desk, each.name, f"reported_to.{place}.name", "R 25"), "at": minute})
    record: dict[str, Json] = {"at": desk.now, "headcount": command.headcount, "told": told}
    for name in ("demand", "behaviour", "measures"):
        record[name] = said(desk, getattr(command, name), name, "R 25")
    lines(record, desk, command, "place")
    if command.happened_at:
        moment = parse_minute(command.happened_at)
        if moment is None:
            raise Refusal("date_invalid", field="happened_at", facts={"text": command.happened_at[:40]})
        happened = minute_of(moment)
        record["happened_at"] = happened
        if happened > desk.now:
            raise Refusal("date_in_future", field="happened_at", article="R 25", facts={"date": command.happened_at})
    return [drafted(step, state, {f"urgent.{desk.new_id()}": record})]


def recuse(command: Recuse, state: CaseState, desk: Desk) -> list[ActDraft]:
    """Step back 回避 for a direct interest (R 28③): somebody else takes the matter over."""
    step = check("recuse", state, desk)
    person, successor = (
        named(desk, command.person, "person", "R 28③"),
        named(desk, command.successor, "successor", "R 28③"),
    )
    if person == successor:
        raise Refusal("successor_is_recused", field="successor", article="R 28③")
    record: dict[str, Json] = {
        "on": desk.today.isoformat(),
        "person": person,
        "relation": said(desk, command.relation, "relation", "R 28③", 500),
        "successor": successor,
    }
    return [drafted(step, state, {f"recusal.{desk.new_id()}": record, "handler": successor})]
