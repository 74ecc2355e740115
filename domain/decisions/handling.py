"""Handling an accepted matter: extension, hearing, opinion; mediation, execution, evaluation beside it."""

from __future__ import annotations

from domain.acts import ActDraft
from domain.beijing import iso_day, minute_of, parse_minute
from domain.canonical import Json
from domain.commands import (
    CallHearing,
    ExtendMatter,
    HoldHearing,
    IssueOpinion,
    RecordEvaluation,
    RecordExecution,
    RecordMediation,
)
from domain.deadlines import check_extension
from domain.decisions.desk import NAME_LIMIT, Desk, require
from domain.decisions.say import day_of, future_day, lines, named, said
from domain.fold import CaseState
from domain.procedure.check import check, drafted
from domain.procedure.clocks import extensions
from domain.procedure.stages import Stage
from domain.refusals import Refusal


def extend(command: ExtendMatter, state: CaseState, desk: Desk) -> list[ActDraft]:
    """Extend 延期 (R 34): approved by the head before day 60, at most 30 days in all, with a reason."""
    step = check("extend", state, desk)
    accepted = iso_day(state.get("redone_on")) or iso_day(state.get("accepted_on"))
    if accepted is None:
        raise Refusal("not_accepted", field="matter_id", article="R 34")
    approved = parse_minute(command.approved_on)
    if approved is None:
        raise Refusal("date_invalid", field="approved_on", facts={"text": command.approved_on[:40]})
    if approved.date() > desk.today:
        raise Refusal("date_in_future", field="approved_on", article="R 34", facts={"date": command.approved_on})
    approver = require(desk.line(command.approver, "approver", NAME_LIMIT), "approver_missing", "approver", "R 34")
    if approver in (state.text("handler"), desk.clerk):
        raise Refusal("approver_is_handler", field="approver", article="R 34", facts={"approver": approver})
    why = require(desk.text(command.why, "why", 2000), "reason_missing", "why", "R 34")
    already = extensions(state)
    check_extension(accepted, approved.date(), command.days, desk.calendar, desk.rules, already=already)
    sets: dict[str, Json] = {
        f"extension.{desk.new_id()}": command.days,
        "extended_on": approved.date().isoformat(),
        "extension_approver": approver,
    }
    return [drafted(step, state, sets, why)]


def call_hearing(command: CallHearing, state: CaseState, desk: Desk) -> list[ActDraft]:
    """Call a hearing 听证 (R 31(六), 36②): its minute has not passed, and nothing is taken out of a period yet."""
    step = check("call_hearing", state, desk)
    moment = parse_minute(require(command.at.strip(), "day_missing", "at", step.article))
    if moment is None:
        raise Refusal("date_invalid", field="at", facts={"text": command.at[:40]})
    at = minute_of(moment)
    if at < desk.now:
        raise Refusal("date_is_over", field="at", article=step.article, facts={"date": at})
    record: dict[str, Json] = {
        "at": at,
        "place": named(desk, command.place, "place"),
        "chair": named(desk, command.chair, "chair"),
        "participants": [named(desk, name, f"participants.{n}") for n, name in enumerate(command.participants)],
    }
    lines(record, desk, command, "subject")
    return [drafted(step, state, {f"hearing_call.{desk.new_id()}": record})]


def hear(command: HoldHearing, state: CaseState, desk: Desk) -> list[ActDraft]:
    """Record a hearing 听证 (R 31(六), 36②). In a recheck its days are taken out of T11, once each."""
    step = check("hear", state, desk)
    first = day_of(desk, require(command.first, "day_missing", "first"), "first", state, article=step.article)
    last = day_of(desk, require(command.last, "day_missing", "last"), "last", state, article=step.article)
    if last < first:
        facts = {"from": first.isoformat(), "to": last.isoformat()}
        raise Refusal("exclusion_invalid", field="last", article="R 36②", facts=facts)
    of = {Stage.REVIEW: "review", Stage.RECHECK: "recheck"}.get(state.text("stage"), "handling")
    record: dict[str, Json] = {
        "of": of,
        "first": first.isoformat(),
        "last": last.isoformat(),
        "place": named(desk, command.place, "place"),
        "chair": named(desk, command.chair, "chair"),
        "participants": [named(desk, name, f"participants.{n}") for n, name in enumerate(command.participants)],
        "findings": desk.text(command.findings, "findings"),
    }
    return [drafted(step, state, {f"hearing.{desk.new_id()}": record})]


def requests_of(state: CaseState) -> tuple[str, ...]:
    """The requests of a matter: each line of the recorded request is one."""
    return tuple(line.strip() for line in state.text("request").splitlines() if line.strip())


def opine(command: IssueOpinion, state: CaseState, desk: Desk) -> list[ActDraft]:
    """Give the opinion 信访处理意见: each request answered with outcome, facts, opinion and basis (R 32)."""
    step = check("opine", state, desk)
    wanted = requests_of(state) or (state.text("summary"),)
    answers: dict[int, Json] = {}
    for place, each in enumerate(command.answers):
        where = f"answers.{place}"
        if not 1 <= each.request <= len(wanted) or each.request in answers:
            facts = {"request": each.request, "count": len(wanted)}
            raise Refusal("request_unknown", field=f"{where}.request", article="R 32", facts=facts)
        answers[each.request] = {
            "request": wanted[each.request - 1],
            "outcome": each.outcome,
            "facts": said(desk, each.facts, f"{where}.facts", "R 32"),
            "opinion": said(desk, each.opinion, f"{where}.opinion", "R 32"),
            "basis": said(desk, each.basis, f"{where}.basis", "R 32"),
            **({"evidence": evidence} if (evidence := desk.text(each.evidence, f"{where}.evidence")) else {}),
        }
    for place, words in enumerate(wanted, start=1):
        if place not in answers:
            missing = {"request": place, "words": words[:40]}
            raise Refusal("request_unanswered", field="answers", article="R 32", facts=missing)
    day = day_of(desk, command.issued_on, "issued_on", state, "accepted_on", "redone_on", article="R 34")
    organ = named(desk, command.review_organ, "review_organ", "R 35")
    key = desk.new_id()
    record: dict[str, Json] = {
        "on": day.isoformat(),
        "answers": [answers[place] for place in sorted(answers)],
        "review_organ": organ,
        "signed_by": named(desk, command.signed_by, "signed_by"),
    }
    lines(record, desk, command, "review_address", "copy_to")
    sets: dict[str, Json] = {
        "stage": Stage.OPINED,
        "replied_on": day.isoformat(),
        f"opinion.{key}": record,
        "opinion_now": key,
    }
    return [drafted(step, state, sets)]


def evaluate(command: RecordEvaluation, state: CaseState, desk: Desk) -> list[ActDraft]:
    """Record an evaluation 满意度评价: petition office and handler apart; no accusation is evaluated (§1.6)."""
    step = check("evaluate", state, desk)
    if state.text("matter_class") == "accusation" or state.text("route") in ("31-1", "31-2"):
        raise Refusal("not_evaluated", field="matter_id", article="R 21②")
    if command.way == "proxy" and not command.proxy.strip():
        raise Refusal("words_missing", field="proxy", article="R 21②")
    day = day_of(desk, command.evaluated_on, "evaluated_on", state)
    record: dict[str, Json] = {"level": command.level, "way": command.way, "on": day.isoformat()}
    lines(record, desk, command, "proxy", "proxy_unit", "words")
    return [drafted(step, state, {f"evaluation.{command.of}": record})]


def execute(command: RecordExecution, state: CaseState, desk: Desk) -> list[ActDraft]:
    """Follow how a supporting opinion is carried out 督促执行 (R 32②)."""
    step = check("execute", state, desk)
    opinion = state.get(f"opinion.{state.text('opinion_now')}")
    answers = opinion.get("answers") if isinstance(opinion, dict) else None
    told = [each for each in answers if isinstance(each, dict)] if isinstance(answers, list | tuple) else []
    if not any(each.get("outcome") == "support" for each in told):
        raise Refusal("nothing_to_execute", field="matter_id", article="R 32②")
    day = day_of(desk, command.on, "on", state, "replied_on")
    record: dict[str, Json] = {
        "on": day.isoformat(),
        "state": command.state,
        "what": said(desk, command.what, "what", "R 32②", 2000),
    }
    lines(record, desk, command, "by")
    return [drafted(step, state, {f"execution.{desk.new_id()}": record})]


def mediate(command: RecordMediation, state: CaseState, desk: Desk) -> list[ActDraft]:
    """Record a mediation 调解 or conciliation 和解; an agreement has two sides at least and its terms (R 33)."""
    step = check("mediate", state, desk)
    if len(command.parties) < 2:
        raise Refusal("two_sides_needed", field="parties", article="R 33", facts={"count": len(command.parties)})
    record: dict[str, Json] = {
        "kind": command.kind,
        "parties": [named(desk, name, f"parties.{n}", "R 33") for n, name in enumerate(command.parties)],
        "agreed": command.agreed,
        "on": day_of(desk, command.on, "on", state).isoformat(),
        "terms": said(desk, command.terms, "terms", "R 33") if command.agreed else desk.text(command.terms, "terms"),
    }
    if command.perform_by:
        record["perform_by"] = future_day(desk, command.perform_by, "perform_by", "R 33")
    lines(record, desk, command, "mediator")
    return [drafted(step, state, {f"mediation.{desk.new_id()}": record})]
