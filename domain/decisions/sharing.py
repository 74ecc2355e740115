"""Sharing a case 移送: who is shown it from now on; each act sets one scope's place in the audience of one case."""

from __future__ import annotations

from collections.abc import Iterable

from domain.acts import ActDraft, CaseKind
from domain.audience import FIELD, audience, mixed
from domain.canonical import Json
from domain.decisions.desk import Desk
from domain.directory import accused_heads
from domain.fold import CaseState
from domain.refusals import Refusal


def share(
    states: Iterable[CaseState], office: str, desk: Desk, *, home: str, leave: bool = False, why: str = ""
) -> list[ActDraft]:
    """Show the cases to the scope of ``office``; with ``leave`` this desk's own scope ``home`` is shown them no more.

    The cases belong together: a matter, its visit and its petitioner, written in one commit. What is shared already
    gets no second act. Raises Refusal ``destination_missing``, ``destination_is_this_office``, ``case_restricted``.
    """
    if not office:
        raise Refusal("destination_missing", field="to_office", article="R 22①")
    if office == desk.office:
        raise Refusal("destination_is_this_office", field="to_office", article="R 22①")
    scope = f"office/{office}"
    drafts: list[ActDraft] = []
    for state in states:
        if mixed({scope, state.scope, home}):
            raise Refusal("case_restricted", field="matter_id", article="R 30③")
        shown = audience(state)
        sets: dict[str, Json] = {}
        if scope not in shown:
            sets[f"{FIELD}{scope}"] = True
        if leave and home in shown:
            sets[f"{FIELD}{home}"] = False
            if state.case_kind == CaseKind.MATTER:
                sets["owner"] = office  # 件件有着落: whoever leaves hands it to somebody
        if sets:
            over = state.over(*sets)
            drafts.append(ActDraft("case_shared", state.case_kind, state.case_id, sets, over, desk.line(why, "why")))
    return drafts


def check_destination(matter: CaseState, office: str, desk: Desk) -> None:
    """Refuse to show a matter to the organ it complains of, or an accusation to one the accused heads (R 30③)."""
    if matter.case_kind != CaseKind.MATTER:
        raise Refusal("not_a_matter", field="matter_id")
    if office and matter.text("accused_organ") == office:
        raise Refusal("accused_organ", field="to_office", article="R 30③", facts={"organ": office})
    check_head(matter, office, desk)


def check_head(matter: CaseState, office: str, desk: Desk) -> None:
    """Refuse an accusation 检举控告 on its way to an organ whose head 负责人 is the accused today (R 30③).

    An organ whose heads nobody has told is not refused: :func:`head_unknown` says so.
    """
    organ = desk.organ(office) if matter.text("matter_class") == "accusation" else None
    if organ is not None:
        by = accused_heads(matter.text("accused_person"), matter.text("accused_post"), organ, desk.today)
        if by:
            facts = {"organ": organ.name or office, "by": by}
            raise Refusal("accused_heads_organ", field="to_office", article="R 30③", facts=facts)


def head_unknown(matter: CaseState, office: str, desk: Desk) -> bool:
    """Whether an accusation of a person goes to an organ whose heads are unknown: a clerk has to ask."""
    named = matter.text("accused_person") or matter.text("accused_post")
    if matter.text("matter_class") != "accusation" or not named:
        return False
    organ = desk.organ(office)
    return organ is None or not organ.heads_on(desk.today)
