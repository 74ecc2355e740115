"""The one gate of every step: stage, office, later releases and open conflicts, judged by the table of procedure."""

from __future__ import annotations

from collections.abc import Collection

from domain.acts import ActDraft, CaseKind
from domain.canonical import Json
from domain.decisions.desk import Desk
from domain.fold import CaseState
from domain.procedure.holder import handler_of, holder_of, receiver_of, sender_of, stage_of
from domain.procedure.stages import BINDING_FIELDS, Stage
from domain.procedure.table import STEPS, By, Step
from domain.refusals import Refusal


def check(code: str, state: CaseState, desk: Desk) -> Step:
    """The row of a step that may be taken now at this desk.

    Raises Refusal ``not_a_matter``, ``newer_release``, ``case_archived``, ``wrong_stage``, ``not_in_hand``,
    ``sent_to_another_office``, ``not_the_sender``, ``own_opinion``, ``only_petition_office``.
    """
    step = STEPS[code]
    if state.case_kind != CaseKind.MATTER:
        raise Refusal("not_a_matter", field="matter_id")
    if state.newer:
        raise Refusal("newer_release", field="matter_id")
    stage = stage_of(state)
    if not step.stages and stage == Stage.ARCHIVED:
        raise Refusal("case_archived", field="matter_id", article=step.article, facts={"step": code})
    if step.stages and stage not in step.stages:
        raise Refusal("wrong_stage", field="matter_id", article=step.article, facts={"stage": stage, "step": code})
    _check_office(step, state, desk)
    return step


def _check_office(step: Step, state: CaseState, desk: Desk) -> None:
    if step.by is By.HOLDER:
        _one_of(desk, step, holder_of(state), "not_in_hand", "holder")
    elif step.by is By.RECEIVER:
        _one_of(desk, step, receiver_of(state), "sent_to_another_office", "to_office")
    elif step.by is By.SENDER:
        _one_of(desk, step, sender_of(state), "not_the_sender", "sender")
    elif step.by is By.HANDLER:
        _one_of(desk, step, handler_of(state), "not_in_hand", "holder")
    elif step.by is By.SUPERIOR:
        below = {handler_of(state), state.text("review.organ")} - {""}
        if desk.office in below:
            raise Refusal("own_opinion", field="matter_id", article=step.article, facts={"office": desk.office})
    elif step.by is By.SUPERVISOR and desk.office_kind != "petition_office":
        raise Refusal("only_petition_office", field="matter_id", article=step.article)


def _one_of(desk: Desk, step: Step, office: str, code: str, fact: str) -> None:
    if office and office != desk.office:
        raise Refusal(code, field="matter_id", article=step.article, facts={fact: office})


def drafted(step: Step, state: CaseState, sets: dict[str, Json], why: str = "") -> ActDraft:
    """The act of a step, over every head of what it sets.

    A binding step names the binding fields too: taken over an open conflict, it would settle it unseen. Raises Refusal
    ``conflict_open``.
    """
    waits: Collection[str] = (*BINDING_FIELDS, *sets) if step.binding else tuple(sets)
    torn = set(state.conflicts)
    blocked = [name for name in waits if name in torn]
    if blocked:
        raise Refusal("conflict_open", field="matter_id", facts={"field": blocked[0]})
    return ActDraft(step.kind, state.case_kind, state.case_id, sets, state.over(*sets), why)
