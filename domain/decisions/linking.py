"""Linking 关联 matters that two stations registered apart: both are kept, and a person says whether they are one."""

from __future__ import annotations

from domain.acts import ActDraft, CaseKind
from domain.canonical import Json
from domain.commands import LinkMatter
from domain.decisions.desk import Desk, require
from domain.flags import first_here
from domain.fold import CaseState
from domain.procedure.check import check, drafted
from domain.refusals import Refusal

LINKED = "linked"
"""Fields ``linked.<other matter>``: ``same`` or ``apart``, on both matters."""


def link(command: LinkMatter, state: CaseState, other: CaseState, desk: Desk) -> list[ActDraft]:
    """Say of two matters whether they are one; an act on each, and on the later one that it repeats the earlier.

    Raises Refusal ``link_to_itself``, ``not_a_matter``, ``newer_release``, ``linked_already``, ``reason_missing``,
    ``conflict_open``.
    """
    step = check("link", state, desk)
    if other.case_id == state.case_id:
        raise Refusal("link_to_itself", field="other_matter_id")
    if other.case_kind != CaseKind.MATTER:
        raise Refusal("not_a_matter", field="other_matter_id")
    if other.newer:
        raise Refusal("newer_release", field="other_matter_id")
    if linked(state, other.case_id):
        raise Refusal("linked_already", field="other_matter_id", facts={"number": other.text("number")})
    why = require(desk.line(command.why, "why"), "reason_missing", "why")
    said = "same" if command.same == "yes" else "apart"
    earlier, later = sorted((state, other), key=_registered)
    drafts = []
    for one, its_other in ((state, other), (other, state)):
        record: dict[str, Json] = {"said": said, "on": desk.today.isoformat(), "number": its_other.text("number")}
        sets: dict[str, Json] = {f"{LINKED}.{its_other.case_id}": record}
        if one is later and said == "same":
            sets |= {"repeat": "repeat", "repeat.earlier": earlier.case_id, "repeat.reason": why}
            sets |= first_here("repeat", later.text("office"), later.text("channel"), earlier)
        drafts.append(drafted(step, one, sets, why))
    return drafts


def linked(state: CaseState, other_id: str) -> bool:
    """Whether somebody has said of these two whether they are one; a repeat chosen at registration is such a word."""
    return state.get(f"{LINKED}.{other_id}") is not None or state.text("repeat.earlier") == other_id


def _registered(state: CaseState) -> tuple[str, int, str]:
    return (state.text("received_on"), state.acts[0].lamport, state.case_id)
