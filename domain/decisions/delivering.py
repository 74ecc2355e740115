"""Delivery 送达: a paper, or a decision recorded here, comes into the petitioner's hands; what follows from it."""

from __future__ import annotations

from datetime import date
from typing import Final

from domain.acts import ActDraft
from domain.beijing import minute_of, parse_minute
from domain.canonical import Json
from domain.commands import DeliverNotice
from domain.decisions.desk import NAME_LIMIT, Desk, require
from domain.decisions.say import lines
from domain.fold import CaseState
from domain.procedure.check import check, drafted
from domain.procedure.clocks import ROUND_DAYS
from domain.procedure.stages import Stage
from domain.refusals import Refusal

DELIVERS: Final = {
    "F04": "notice",
    "F05": "notice",
    "F06": "notice",
    "F07": "notice",
    "F08": "referral",
    "F12": "other",
    "F13": "other",
    "F14": "opinion",
    "F15": "review",
    "F15B": "other",
    "F16": "recheck",
    "F16B": "other",
    "F17": "other",
    "F17B": "other",
    "F22": "notice",
    "F23": "other",
    "F23A": "other",
}
"""What the delivery of each form brings about."""
DOCUMENTS: Final = {
    "refusal": ("refused_on", "notice"),
    "opinion": ("replied_on", "opinion"),
    "review": ("review.opined_on", "review"),
    "recheck": ("recheck.opined_on", "recheck"),
}
"""Decisions that can be delivered on a paper made elsewhere: the field with their day, and what follows."""
_ORDERED_ANEW: Final = ("revoke", "redo")


def deliver(command: DeliverNotice, state: CaseState, desk: Desk) -> list[ActDraft]:
    """Record a delivery 送达 (F18): signed for, or refused with witness and reason (by analogy 民诉法 87–89)."""
    step = check("deliver", state, desk)
    key, issued_on, brings = _document(command, state)
    moment = parse_minute(command.delivered_at or desk.now)
    if moment is None:
        raise Refusal("date_invalid", field="delivered_at", facts={"text": command.delivered_at[:40]})
    if moment.date() > desk.today:
        raise Refusal("date_in_future", field="delivered_at", facts={"date": moment.date().isoformat()})
    if issued_on and moment.date().isoformat() < issued_on:
        raise Refusal("delivered_before_issue", field="delivered_at", facts={"issued_on": issued_on})
    if command.outcome == "refused":
        require(desk.line(command.refusal_reason, "refusal_reason"), "refusal_reason_missing", "refusal_reason")
        require(desk.line(command.witness, "witness"), "witness_missing", "witness", "民诉法 89")
    else:
        require(desk.line(command.signer, "signer", NAME_LIMIT), "signer_missing", "signer", "民诉法 87")
    record: dict[str, Json] = {
        "at": minute_of(moment),
        "manner": command.manner,
        "outcome": command.outcome,
        "attitude": command.attitude,
    }
    lines(record, desk, command, "place", "signer", "relation", "refusal_reason", "witness", "deliverer", "remark")
    sets: dict[str, Json] = {f"delivery.{key}": record}
    _follow(sets, brings, moment.date(), state, desk)
    return [drafted(step, state, sets)]


def _document(command: DeliverNotice, state: CaseState) -> tuple[str, str, str]:
    """(key of the delivery, day of the document, what its delivery brings about)."""
    if command.what != "paper":
        field, brings = DOCUMENTS[command.what]
        issued_on = state.text(field)
        if not issued_on:
            raise Refusal("document_missing", field="what", article="R 32", facts={"what": command.what})
        return f"{command.what}-{issued_on}", issued_on, brings
    paper = state.get(f"paper.{command.paper_id}")
    if not isinstance(paper, dict) or paper.get("form") not in DELIVERS:
        raise Refusal("notice_unknown", field="paper_id")
    if state.get(f"paper.{command.paper_id}.voided") is not None:
        raise Refusal("paper_is_void", field="paper_id")
    return command.paper_id, str(paper.get("issued_on", "")), DELIVERS[str(paper["form"])]


def _follow(sets: dict[str, Json], brings: str, day: date, state: CaseState, desk: Desk) -> None:
    on, stage = day.isoformat(), state.text("stage")
    # The notice of a referral tells where the matter went; it does not answer for the organ that received it (R 23③).
    earliest = {"notice": "notice_delivered_on", "referral": "referral_notice_delivered_on"}.get(brings)
    if earliest:
        known = state.text(earliest)
        if not known or on < known:
            sets[earliest] = on
    elif brings == "opinion" and stage == Stage.OPINED:
        sets |= {"stage": Stage.DELIVERED, "opinion_delivered_on": on}
    elif brings in ("review", "recheck") and stage == (
        Stage.REVIEW_OPINED if brings == "review" else Stage.RECHECK_OPINED
    ):
        sets[f"{brings}.delivered_on"] = on
        anew = desk.rules.setting("review_restarts_handling", day).value is True
        if state.text(f"{brings}.verdict") in _ORDERED_ANEW and anew:
            # The first opinion is gone: the handling organ handles the matter again, from this day on.
            ended = {name: state.text(name) for name in ROUND_DAYS} | {f"{brings}.delivered_on": on}
            sets |= dict.fromkeys(ROUND_DAYS, "")
            sets |= {"stage": Stage.ACCEPTED, "redone_on": on, f"round.{desk.new_id()}": {**ended}}
        else:
            sets["stage"] = Stage.REVIEW_DELIVERED if brings == "review" else Stage.RECHECK_DELIVERED
