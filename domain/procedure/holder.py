"""Who has a matter in hand 件件有着落: an office code out of the matter's own fields, by its stage."""

from __future__ import annotations

from domain.fold import CaseState
from domain.procedure.legs import last_leg
from domain.procedure.stages import STAGE_FIELD, STAGES, Holder, Stage


def stage_of(state: CaseState) -> str:
    """The stage of a matter; a matter that says nothing is registered."""
    return state.text(STAGE_FIELD, Stage.REGISTERED)


def handler_of(state: CaseState) -> str:
    """The organ that handles the matter, or gave its opinion on it; at first the office that registered it."""
    return state.text("owner") or state.text("office")


def sender_of(state: CaseState) -> str:
    """Who passed the matter on to where it is; empty when that was no office of the directory."""
    leg = last_leg(state)
    return leg.sender if leg else ""


def receiver_of(state: CaseState) -> str:
    """Where the matter was passed on to; empty when that is no office of the directory."""
    leg = last_leg(state)
    return leg.receiver if leg else state.text("to_office")


def reviewer_of(state: CaseState) -> str:
    """The organ that reviews 复查 or rechecks 复核 it now."""
    part = "recheck" if stage_of(state) in (Stage.RECHECK, Stage.RECHECK_OPINED) else "review"
    return state.text(f"{part}.organ")


def holder_of(state: CaseState) -> str:
    """The office that has the matter in hand, or ended it; never empty for one that says where it was registered."""
    row = STAGES.get(stage_of(state))
    if row is None:
        return handler_of(state)
    handler = handler_of(state)
    if row.holder is Holder.RECEIVER:
        return receiver_of(state) or handler
    if row.holder is Holder.SENDER:
        return sender_of(state) or handler
    return (reviewer_of(state) or handler) if row.holder is Holder.REVIEWER else handler
