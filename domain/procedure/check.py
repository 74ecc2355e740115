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
    if step.by is By.HOLDER and (holder := holder_of(state)) not in ("", desk.office):
        raise Refusal("not_in_hand", field="matter_id", article=step.article, facts={"holder": holder})
    if step.by is By.HANDLER and (handler := handler_of(state)) not in ("", desk.office):
        raise Refusal("not_in_hand", field="matter_id", article=step.article, facts={"holder": handler})
    if step.by is By.RECEIVER and (receiver := receiver_of(state)) not in ("", desk.office):
        raise Refusal("sent_to_another_office", field="matter_id", article=step.article, facts={"to_office": receiver})
    if step.by is By.SENDER and (sender := sender_of(state)) not in ("", desk.office):
        raise Refusal("not_the_sender", field="matter_id", article=step.article, facts={"sender": sender})
    if step.by is By.SUPERIOR and desk.office in {handler_of(state), state.text("review.organ")} - {""}:
        raise Refusal("own_opinion", field="matter_id", article=step.article, facts={"office": desk.office})
    if step.by is By.SUPERVISOR and desk.office_kind != "petition_office":
        raise Refusal("only_petition_office", field="matter_id", article=step.article)


def check_settled(step: Step, state: CaseState, names: Collection[str] = ()) -> None:
    """Refuse a step over an open conflict: of what it sets, and of the binding fields when the step binds.

    Taken over one, it would settle it unseen. Raises Refusal ``conflict_open``.
    """
    waits: Collection[str] = (*BINDING_FIELDS, *names) if step.binding else tuple(names)
    torn = set(state.conflicts)
    blocked = [name for name in waits if name in torn]
    if blocked:
        raise Refusal("conflict_open", field="matter_id", facts={"field": blocked[0]})


def drafted(step: Step, state: CaseState, sets: dict[str, Json], why: str = "") -> ActDraft:
    """The act of a step, over every head of what it sets. Raises Refusal ``conflict_open``."""
    check_settled(step, state, sets)
    return ActDraft(step.kind, state.case_kind, state.case_id, sets, state.over(*sets), why)
