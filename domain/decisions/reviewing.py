"""Review 复查 and recheck 复核: a request to the organ above, judged on the rolled day, and its opinion (R 35, 36)."""

from __future__ import annotations

from datetime import date
from typing import Final

from domain.acts import ActDraft
from domain.beijing import iso_day
from domain.canonical import Json
from domain.clocks import Clock
from domain.commands import AskRecheck, AskReview, DecideRecheck, DecideReview
from domain.deadlines import due
from domain.decisions.desk import Desk, require
from domain.decisions.say import day_of, named, said
from domain.fold import CaseState
from domain.procedure.check import check, drafted
from domain.procedure.stages import Stage
from domain.refusals import Refusal

_ASKS: Final = {
    "ask_review": ("review", "opinion_delivered_on", Clock.T8, Stage.REVIEW),
    "ask_recheck": ("recheck", "review.delivered_on", Clock.T10, Stage.RECHECK),
}


def ask_review(command: AskReview, state: CaseState, desk: Desk) -> list[ActDraft]:
    """Register a request for review 复查; late ones too, marked and with a reason: registering is a duty (R 22, 35)."""
    return _ask("ask_review", command, state, desk)


def ask_recheck(command: AskRecheck, state: CaseState, desk: Desk) -> list[ActDraft]:
    """Register a request for recheck 复核 (R 36①)."""
    return _ask("ask_recheck", command, state, desk)


def _ask(code: str, command: AskReview | AskRecheck, state: CaseState, desk: Desk) -> list[ActDraft]:
    part, delivered_field, clock, stage = _ASKS[code]
    step = check(code, state, desk)
    if state.text("route") != "31-6":  # only matters of art. 31 item (六) have this right
        raise Refusal(
            "clock_not_for_route", field="matter_id", article=step.article, facts={"route": state.text("route")}
        )
    delivered = iso_day(state.get(delivered_field))
    if delivered is None:
        raise Refusal("document_missing", field="matter_id", article=step.article, facts={"what": part})
    asked = day_of(desk, require(command.requested_on, "day_missing", "requested_on"), "requested_on", state,
                   delivered_field, article=step.article)  # fmt: skip
    received = desk.day(command.received_on, "received_on", article=step.article)
    if received < asked:
        facts = {"after": "requested_on", "earlier": asked.isoformat(), "date": received.isoformat()}
        raise Refusal("date_before_step", field="received_on", article=step.article, facts=facts)
    sets: dict[str, Json] = {
        "stage": stage,
        f"{part}.organ": desk.office,
        f"{part}.requests": said(desk, command.requests, "requests", step.article),
        f"{part}.requested_on": asked.isoformat(),
        f"{part}.received_on": received.isoformat(),
        f"{part}.late": _late(clock, delivered, asked, command.late_reason, desk),
        f"{part}.late_reason": desk.line(command.late_reason, "late_reason"),
        # what an earlier round said stands no longer
        f"{part}.opined_on": "",
        f"{part}.delivered_on": "",
        f"{part}.verdict": "",
    }
    number = desk.line(command.opinion_number, "opinion_number")
    if number:
        sets[f"{part}.opinion_number"] = number
    return [drafted(step, state, sets)]


def _late(clock: Clock, delivered: date, asked: date, reason: str, desk: Desk) -> str:
    """Empty in time, ``late`` (with a reason), ``unknown`` while a year has no table: a right is never guessed."""
    late = due(clock, delivered, desk.calendar, desk.rules).is_late(asked)
    if late is None:
        return "unknown"
    if late:
        require(reason.strip(), "late_reason_missing", "late_reason", clock.article)
        return "late"
    return ""


def decide_review(command: DecideReview, state: CaseState, desk: Desk) -> list[ActDraft]:
    """Give the opinion on a review 复查意见 (R 35)."""
    organ = named(desk, command.recheck_organ, "recheck_organ", "R 36①")
    return _decide(
        "decide_review", "review", Stage.REVIEW_OPINED, command, state, desk, {"review.recheck_organ": organ}
    )


def decide_recheck(command: DecideRecheck, state: CaseState, desk: Desk) -> list[ActDraft]:
    """Give the opinion on a recheck 复核意见 (R 36②): no further remedy."""
    return _decide("decide_recheck", "recheck", Stage.RECHECK_OPINED, command, state, desk, {})


def _decide(
    code: str,
    part: str,
    stage: str,
    command: DecideReview | DecideRecheck,
    state: CaseState,
    desk: Desk,
    more: dict[str, Json],
) -> list[ActDraft]:
    step = check(code, state, desk)
    day = day_of(desk, command.issued_on, "issued_on", state, f"{part}.received_on", article=step.article)
    sets: dict[str, Json] = {
        "stage": stage,
        f"{part}.verdict": command.verdict,
        f"{part}.opined_on": day.isoformat(),
        f"{part}.opinion": said(desk, command.opinion, "opinion", step.article),
        f"{part}.basis": said(desk, command.basis, "basis", step.article),
        f"{part}.signed_by": named(desk, command.signed_by, "signed_by", step.article),
        **more,
    }
    copy_to = desk.line(command.copy_to, "copy_to")
    if copy_to:
        sets[f"{part}.copy_to"] = copy_to
    return [drafted(step, state, sets)]
