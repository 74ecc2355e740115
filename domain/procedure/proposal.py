"""Which row of the two decision tables a matter stands in (domain.md §3.3), out of its record; it only proposes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Final

from domain import triage
from domain.classes import MatterClass, OfficeKind, Route
from domain.commands import Answer, TriageAnswers
from domain.decisions.desk import Desk
from domain.directory import stands_below
from domain.flags import LEVEL_RECORD
from domain.fold import CaseState
from domain.levels import LEVELS
from domain.procedure.clocks import clocks
from domain.procedure.holder import handler_of, stage_of
from domain.procedure.stages import Stage
from domain.triage import ProposedStep, Reach, Situation, Step

_STEPS: Final[Mapping[Step, tuple[str, ...]]] = MappingProxyType(
    {
        Step.ACCEPT: ("accept",),
        Step.GUIDE: ("guide",),
        Step.SIGNPOST: ("guide",),
        Step.REFER: ("refer", "assign"),
        Step.ANSWER: ("answer",),
        Step.REFUSE_OPEN: ("refuse_open",),
        Step.REFUSE_ENDED: ("refuse_ended",),
        Step.REGISTER: ("accept", "answer", "guide"),
    }
)
_STEPS_OF_REASON: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "objection_possible": ("object", "guide"),
        "consultation_to_answer": ("answer", "guide"),
    }
)
"""Where a row that only registers waits for another step than acceptance."""


@dataclass(frozen=True, slots=True)
class Before:
    """What an earlier matter with the same facts and reasons means for this one (R 19③, 36③)."""

    below: bool = False
    """An organ below this one accepted it and is in time."""
    elsewhere: bool = False
    """An organ that is not below this one accepted it and is in time."""
    ended: bool = False
    """A recheck opinion 复核意见 on it was delivered."""


def propose(matter: CaseState, desk: Desk, earlier: CaseState | None = None) -> ProposedStep:
    """The row a matter stands in at this desk; ``earlier`` is the matter it repeats, where that is known here."""
    office = OfficeKind(desk.office_kind)
    kind = MatterClass(matter.text("matter_class")) if matter.text("matter_class") else MatterClass.OTHER
    received = bool(matter.text("received_by_referral") or matter.text("referral_received_on"))
    given = {name: _answer(matter, f"triage.{name}") for name in TriageAnswers.__dataclass_fields__}
    answers = TriageAnswers(**given)
    found = before(matter.text("repeat"), answers.review_opinion, earlier, desk)
    return triage.propose_outcome(
        Situation(
            office=office,
            matter_class=kind,
            route=Route(matter.text("route")) if kind is MatterClass.CLAIM and matter.text("route") else None,
            reach=_reach(matter, desk, office, by_referral=received),
            answers=answers,
            channel="visit" if matter.text("channel", "visit") == "visit" else "letter",
            name_or_address_unclear=bool(matter.text("notice_off")),
            by_referral=received,
            open_with_subordinate=found.below,
            open_elsewhere=found.elsewhere,
            ended_same_facts=found.ended,
        )
    )


def steps_for(proposal: ProposedStep) -> tuple[str, ...]:
    """The steps of the table of procedure that answer a row; the first that is open is the default."""
    return _STEPS_OF_REASON.get(proposal.reason) or _STEPS[proposal.step]


def before(repeat: str, review_opinion: Answer, earlier: CaseState | None, desk: Desk) -> Before:
    """What the matter this one repeats means for it; nothing unless somebody said that facts and reasons are the same.

    Where that matter is not known here, the paper the petitioner shows counts (``review_opinion``).
    """
    if repeat != "repeat":
        return Before()
    if earlier is None:
        return Before(ended=review_opinion == "yes")
    stage, handler = stage_of(earlier), handler_of(earlier)
    if stage in (Stage.RECHECK_DELIVERED, Stage.CLOSED, Stage.ARCHIVED):
        return Before(ended=bool(earlier.text("recheck.delivered_on")))
    if handler == desk.office or running_until(earlier, desk) is None:
        return Before()
    below = stands_below(handler, desk.office, desk.organ)
    return Before(below=below, elsewhere=not below)


def running_until(matter: CaseState, desk: Desk) -> date | None:
    """The last day of the period of handling (T6, T7) of an accepted matter while it is not over; None otherwise."""
    if stage_of(matter) != Stage.ACCEPTED:
        return None
    for each in clocks(matter, desk.calendar, desk.rules):
        last = (each.deadline.judged_on or each.nominal) if each.deadline else None
        if each.clock in ("T6", "T7") and each.running and last is not None and desk.today <= last:
            return last
    return None


def _reach(matter: CaseState, desk: Desk, office: OfficeKind, *, by_referral: bool) -> Reach:
    """Whose power it lies in: what the clerk answered, told apart by the organ with authority where one is named."""
    power = _answer(matter, "own_power")
    record = matter.get(LEVEL_RECORD)
    code = record.get("competent") if isinstance(record, dict) else None
    if power == "yes" or not isinstance(code, str) or code in ("", desk.office):
        return triage.reach_of(power, office, by_referral=by_referral)
    if office is OfficeKind.COMPETENT_ORGAN:
        return "subordinate" if stands_below(code, desk.office, desk.organ) else "elsewhere"
    here, there = desk.organ(desk.office), desk.organ(code)
    levels = [each.level for each in (here, there) if each is not None and each.level in LEVELS]
    lower = len(levels) == 2 and LEVELS.index(levels[1]) < LEVELS.index(levels[0])
    return "subordinate" if lower else "same_level"


def _answer(state: CaseState, field: str) -> Answer:
    said = state.text(field)
    return "yes" if said == "yes" else "no" if said == "no" else "unknown"
