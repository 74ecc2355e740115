"""The end of a matter: closed with an outcome and a delivery or a reason, then archived, one case one volume."""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

from domain.acts import ActDraft
from domain.canonical import Json
from domain.commands import ArchiveMatter, CloseMatter
from domain.decisions.desk import Desk
from domain.decisions.say import day_of, named
from domain.fold import CaseState
from domain.papers import FORMS
from domain.procedure.check import check, drafted
from domain.procedure.holder import stage_of
from domain.procedure.legs import last_leg
from domain.procedure.stages import UNDECIDED, Stage
from domain.refusals import Refusal

_NEEDS_OPINION: Final = ("supported", "explained", "denied")
_WITHOUT_OPINION: Final = ("mediated", "withdrawn", "joined")
"""Outcomes by which a matter may end before it was decided, each with its reason."""
_ORDER: Final = tuple(FORMS)


UNCLEAR: Final = MappingProxyType(
    {"anonymous": "未留姓名（名称）、住址", "name_unclear": "姓名（名称）不清", "address_unclear": "住址不清"}
)
"""Why nobody could be told (R 23②), in words."""


def close(command: CloseMatter, state: CaseState, desk: Desk) -> list[ActDraft]:
    """Close 办结: 事事有结果. Nothing ends without an outcome, and a delivery or the reason why there was none."""
    step = check("close", state, desk)
    stage = stage_of(state)
    _outcome_fits(command, state, stage)
    why = desk.line(command.why, "why")
    if command.outcome in _WITHOUT_OPINION and not why:
        raise Refusal("reason_missing", field="why", article=step.article)
    leg = last_leg(state)
    if leg is not None and leg.way == "assign" and leg.receiver == desk.office and leg.reported_on is None:
        raise Refusal("report_owed", field="matter_id", article="R 22①(三)")
    for key, value in state.items("supervision").items():
        if isinstance(value, dict) and state.get(f"supervision.{key}.reply") is None:
            raise Refusal("supervision_unanswered", field="matter_id", article="R 40①")
    undelivered = desk.line(command.undelivered_reason, "undelivered_reason")
    if not undelivered and not _delivered(state, stage):
        raise Refusal("delivery_owed", field="undelivered_reason", article=step.article)
    day = day_of(desk, command.closed_on, "closed_on", state, "accepted_on", "guided_on", "opinion_delivered_on")
    sets: dict[str, Json] = {
        "stage": Stage.CLOSED,
        "closed_on": day.isoformat(),
        "outcome": command.outcome,
        "owner": state.text("owner") or desk.office,
    }
    if not undelivered and not state.text("notice_delivered_on"):
        undelivered = UNCLEAR.get(state.text("notice_off"), "")  # stays true of this ending when it is supplied later
    if undelivered:
        sets["undelivered_reason"] = undelivered
    return [drafted(step, state, sets, why)]


def _outcome_fits(command: CloseMatter, state: CaseState, stage: str) -> None:
    opined = bool(state.text("opinion_now"))
    facts = {"outcome": command.outcome, "stage": stage}
    if command.outcome in _NEEDS_OPINION and not opined:
        raise Refusal("outcome_without_opinion", field="outcome", article="R 32", facts=facts)
    if command.outcome == "led_to_route" and stage != Stage.GUIDED:
        raise Refusal("outcome_does_not_fit", field="outcome", article="R 31", facts=facts)
    if command.outcome == "refused" and stage not in (Stage.REFUSED_OPEN, Stage.REFUSED_ENDED):
        raise Refusal("outcome_does_not_fit", field="outcome", article="R 19③", facts=facts)
    undecided = stage in UNDECIDED or stage == Stage.ACCEPTED
    if undecided and command.outcome not in _WITHOUT_OPINION:
        raise Refusal("outcome_does_not_fit", field="outcome", article="R 34", facts=facts)
    agreed = any(isinstance(each, dict) and each.get("agreed") is True for each in state.items("mediation").values())
    if command.outcome == "mediated" and not agreed:
        raise Refusal("no_agreement", field="outcome", article="R 33", facts=facts)


def _delivered(state: CaseState, stage: str) -> bool:
    """Whether the paper that ends this stage has reached the petitioner."""
    if stage in (Stage.DELIVERED, Stage.REVIEW_DELIVERED, Stage.RECHECK_DELIVERED):
        return True
    if state.text("notice_off"):
        return True  # R 23②: there is nobody to deliver to, which was recorded at registration
    return bool(state.text("notice_delivered_on"))


def archive(command: ArchiveMatter, state: CaseState, desk: Desk) -> list[ActDraft]:
    """Archive 归档: the volume, how long it is kept, and the list of its contents 卷内目录 as it stands."""
    step = check("archive", state, desk)
    day = day_of(desk, command.archived_on, "archived_on", state, "closed_on", "answered_on")
    record: dict[str, Json] = {
        "volume": named(desk, command.volume, "volume", step.article),
        "retention": command.retention,
        "contents": contents_of(state),
    }
    sets: dict[str, Json] = {"stage": Stage.ARCHIVED, "archived_on": day.isoformat(), "archive": record}
    if not state.text("outcome"):
        sets["outcome"] = "replied"
    return [drafted(step, state, sets)]


def contents_of(state: CaseState) -> list[Json]:
    """The contents of the volume 卷内目录: papers in the order of the forms, void ones marked, then the files."""
    papers: list[tuple[int, str, dict[str, Json]]] = []
    for paper_id, value in state.items("paper").items():
        if isinstance(value, dict):
            form, issued = str(value.get("form", "")), str(value.get("issued_on", ""))
            line: dict[str, Json] = {"form": form, "number": str(value.get("number", "")), "on": issued}
            if state.get(f"paper.{paper_id}.voided") is not None:
                line["voided"] = True
            papers.append((_ORDER.index(form) if form in _ORDER else len(_ORDER), issued, line))
    files: list[Json] = [
        {"file": str(value.get("name", ""))} for value in state.items("file").values() if isinstance(value, dict)
    ]
    return [line for _order, _on, line in sorted(papers, key=lambda each: each[:2])] + files
