"""Triage 甄别: from the class of a matter and four answers to its route, the step to take, the paper now, the clocks.

Only proposals are made here; the clerk decides. What the Regulation forbids is refused in ``domain.classes``.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import Enum
from typing import Literal

from domain.classes import (
    ONLY_31_6,
    PURPOSES,
    MatterClass,
    OfficeKind,
    Route,
    check_clock,
)
from domain.commands import Answer, TriageAnswers

__all__ = [
    "ONLY_31_6",
    "PURPOSES",
    "MatterClass",
    "OfficeKind",
    "ProposedStep",
    "Route",
    "RouteProposal",
    "Situation",
    "Step",
    "check_clock",
    "propose_outcome",
    "propose_route",
    "reach_of",
]

Channel = Literal["visit", "letter", "call", "net"]
Reach = Literal["own", "same_level", "subordinate", "elsewhere", "unknown"]
"""Whose power the matter lies in: this organ's own · another organ of this level · a lower level or this organ's own
system · nobody's this organ may send to · not told."""


class Step(Enum):
    """What is proposed to do; the words of the commands where there is one."""

    ACCEPT = "accept"  # 受理
    GUIDE = "guide"  # 告知接收情况及处理途径和程序
    REFER = "refer"  # 转送
    SIGNPOST = "signpost"  # 告知向有权处理的机关提出
    ANSWER = "answer"  # 当场答复
    REFUSE_OPEN = "refuse_open"  # 不予受理 R 19③
    REFUSE_ENDED = "refuse_ended"  # 不再受理 R 36③
    REGISTER = "register"  # 仅登记，待核


@dataclass(frozen=True, slots=True)
class RouteProposal:
    """A route with its article; ``route`` None when the class has none or an answer is still missing."""

    route: Route | None
    article: str
    reason: str
    open_questions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Situation:
    """What is known of one matter when the next step is proposed."""

    office: OfficeKind
    matter_class: MatterClass
    route: Route | None = None
    reach: Reach = "unknown"
    answers: TriageAnswers = field(default_factory=TriageAnswers)
    channel: Channel = "visit"
    name_or_address_unclear: bool = False
    by_referral: bool = False
    has_materials: bool = False
    decidable_now: bool = True
    answered_now: bool = False
    open_with_subordinate: bool = False
    """The same matter is being handled, in time, by an organ this one is the superior of (R 19③)."""
    open_elsewhere: bool = False
    """The same matter is being handled, in time, by an organ that is not below this one."""
    ended_same_facts: bool = False
    """A 复核意见 was delivered and facts and reasons are the same (R 36③)."""
    discipline: bool = True
    """An accusation belongs to a discipline or supervision organ (R 22②); False: to an ordinary organ."""


@dataclass(frozen=True, slots=True)
class ProposedStep:
    """What to do: the step, the papers to hand over now and later, the clocks receipt starts and the step starts.

    ``notes`` and ``reason`` are codes. ``masked``: papers must not show the petitioner (R 30③).
    """

    step: Step
    article: str
    reason: str
    forms_now: tuple[str, ...]
    forms_later: tuple[str, ...] = ()
    clocks: tuple[str, ...] = ()
    clocks_on_step: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    masked: bool = False


_QUESTIONS: tuple[tuple[str, Route], ...] = (
    ("court", Route.COURT),
    ("arbitration", Route.ARBITRATION),
    ("reconsideration", Route.ADMINISTRATIVE),
)


def propose_route(
    answers: TriageAnswers,
    matter_class: MatterClass,
    *,
    party_procedure: Answer = "no",
    duty_requested: Answer = "no",
) -> RouteProposal:
    """Propose the art. 31 route of a claim from the four answers, in the order of the article's items.

    A "yes" decides at once; with none, every question must have been answered before 31-6 (which is "none of the
    above") is proposed. ``party_procedure`` 党员申诉等 (31-3) and ``duty_requested`` 请求查处、履行职责 (31-5) are seen
    from the story, not asked.
    """
    if matter_class is not MatterClass.CLAIM:
        article = {MatterClass.SUGGESTION: "R 29", MatterClass.ACCUSATION: "R 30"}.get(matter_class, "R 23①")
        return RouteProposal(None, article, "class_without_route")
    said = {
        Route.COURT: answers.court,
        Route.ARBITRATION: answers.arbitration,
        Route.PARTY: party_procedure,
        Route.ADMINISTRATIVE: answers.reconsideration,
        Route.DUTY: duty_requested,
    }
    for route, answer in said.items():
        if answer == "yes":
            return RouteProposal(route, route.article, f"answered_{route.name.lower()}")
    unasked = tuple(name for name, route in _QUESTIONS if said[route] == "unknown")
    if unasked:
        return RouteProposal(None, "R 31", "questions_open", unasked)
    return RouteProposal(Route.PETITION, Route.PETITION.article, "none_of_the_others")


def reach_of(own_power: Answer, office: OfficeKind, *, by_referral: bool = False) -> Reach:
    """The reach meant by the clerk's answer whether the matter lies within this office's own power 法定职权.

    What was sent to an organ and nobody has doubted was sent as its own: T4 is there for those who think otherwise
    (R 23③). A petition office sends on what it was sent (R 22①).
    """
    if own_power == "yes" or (own_power == "unknown" and by_referral and office is OfficeKind.COMPETENT_ORGAN):
        return "own"
    if own_power == "no":  # a petition office sends on (R 22①), an organ shows the way (R 23①) unless told more
        return "same_level" if office is OfficeKind.PETITION_OFFICE else "elsewhere"
    return "unknown"


def propose_outcome(situation: Situation) -> ProposedStep:
    """Propose the step for one matter: both decision tables, petition office and responsible organ (dossier §3.3)."""
    if situation.ended_same_facts and situation.answers.review_opinion != "no":
        return _made(situation, Step.REFUSE_ENDED, "R 36③", "ended_same_facts", ("F07",), clocks=False)
    if situation.open_with_subordinate:
        return _made(situation, Step.REFUSE_OPEN, "R 19③", "open_with_subordinate", ("F06",), clocks=False)
    if situation.open_elsewhere and situation.office is OfficeKind.PETITION_OFFICE:
        return _made(situation, Step.REFER, "R 22①(一)", "open_elsewhere", ("F08",), later=("F09",))
    if situation.answered_now and situation.matter_class in (MatterClass.OTHER, MatterClass.SUGGESTION):
        return _made(situation, Step.ANSWER, "R 23②", "answered_on_the_spot", (), clocks=False)
    if situation.office is OfficeKind.PETITION_OFFICE:
        return _petition_office(situation)
    return _competent_organ(situation)


def _petition_office(situation: Situation) -> ProposedStep:
    litigation = situation.route is Route.COURT
    if situation.matter_class is MatterClass.ACCUSATION:
        note = ("keep_from_accused",)
        return _made(situation, Step.REFER, "R 22②", "accusation_by_authority", (), later=("F21",), notes=note)
    if litigation and situation.channel == "visit":
        return _made(situation, Step.GUIDE, "R 22②", "litigation_visit_is_guided", ("F05",), clocks=False)
    if litigation:
        return _made(situation, Step.REFER, "R 22②", "litigation_letter_is_referred", (), later=("F09",))
    if situation.matter_class is MatterClass.OTHER:
        return _made(situation, Step.REGISTER, "R 22①", "consultation_to_answer", ())
    if situation.reach == "elsewhere":
        return _made(situation, Step.SIGNPOST, "R 22①", "outside_this_system", ("F05",))
    if situation.reach == "own":
        return _handled_here(replace(situation, office=OfficeKind.COMPETENT_ORGAN))
    if situation.reach == "subordinate":
        return _made(situation, Step.REFER, "R 22①(二)", "lower_level", ("F08",), later=("F09", "F10"))
    reason = "same_level_organ" if situation.reach == "same_level" else "organ_to_be_chosen"
    return _made(situation, Step.REFER, "R 22①(一)", reason, ("F08",), later=("F09",))


def _competent_organ(situation: Situation) -> ProposedStep:
    if situation.matter_class is MatterClass.ACCUSATION and situation.discipline:
        note = ("keep_from_accused", "notice_by_own_rules")
        return _made(
            situation, Step.REFER, "R 22②", "accusation_by_authority", (), later=("F21",), notes=note, clocks=False
        )
    if situation.reach in ("subordinate", "same_level"):
        return _made(situation, Step.REFER, "R 23①", "organ_of_own_system", ("F08",), later=("F09", "F10"))
    if situation.reach == "elsewhere":
        if situation.by_referral:
            return _made(situation, Step.REGISTER, "R 23③", "objection_possible", (), later=("F11",))
        return _made(situation, Step.SIGNPOST, "R 23①", "not_this_organ", ("F05",))
    if situation.reach == "unknown":
        return _made(situation, Step.REGISTER, "R 23②", "power_to_be_checked", (), later=("F04", "F05"))
    return _handled_here(situation)


def _handled_here(situation: Situation) -> ProposedStep:
    if situation.matter_class is MatterClass.SUGGESTION:
        return _made(situation, Step.GUIDE, "R 29", "suggestion_is_studied", ("F05",), later=("F22",))
    if situation.matter_class is MatterClass.ACCUSATION:
        note = ("keep_from_accused",)
        return _made(situation, Step.GUIDE, "R 30", "accusation_of_own_power", ("F05",), notes=note)
    if situation.matter_class is MatterClass.OTHER:
        return _made(situation, Step.REGISTER, "R 23①", "consultation_to_answer", ())
    if situation.route is None:
        return _made(situation, Step.REGISTER, "R 23②", "route_open", (), later=("F04", "F05"))
    if situation.route is Route.PETITION:
        if not situation.decidable_now:
            return _made(situation, Step.REGISTER, "R 23②", "acceptance_to_decide", (), later=("F04",))
        return _made(
            situation, Step.ACCEPT, "R 31(六)", "accepted_on_the_spot", ("F04",), later=("F14",), on_step=("T6",)
        )
    if situation.route is Route.COURT:  # litigation rights: notices follow their own rules (R 23④)
        note = ("notice_by_own_rules",)
        return _made(situation, Step.GUIDE, Route.COURT.article, "route_court", ("F05",), notes=note, clocks=False)
    return _made(situation, Step.GUIDE, situation.route.article, f"route_{situation.route.name.lower()}", ("F05",))


def _made(
    situation: Situation,
    step: Step,
    article: str,
    reason: str,
    notices: tuple[str, ...],
    *,
    later: tuple[str, ...] = (),
    notes: tuple[str, ...] = (),
    clocks: bool = True,
    on_step: tuple[str, ...] = (),
) -> ProposedStep:
    """One row of a table with what all rows share: the visit's papers, the receipt clocks, the missing address."""
    visit_papers: tuple[str, ...] = ("F01", "F02") if situation.channel == "visit" and not situation.by_referral else ()
    if visit_papers and situation.has_materials:
        visit_papers += ("F03",)
    running = _receipt_clocks(situation) if clocks else ()
    if situation.name_or_address_unclear:  # R 23②: no duty to notify whom one cannot reach
        notices, running = (), tuple(clock for clock in running if clock not in ("T2", "T3"))
        notes += ("notice_duty_off",)
    delivered = ("F18",) if notices else ()
    return ProposedStep(
        step=step,
        article=article,
        reason=reason,
        forms_now=visit_papers + notices + delivered,
        forms_later=later,
        clocks=running,
        clocks_on_step=on_step,
        notes=notes,
        masked=situation.matter_class is MatterClass.ACCUSATION,
    )


def _receipt_clocks(situation: Situation) -> tuple[str, ...]:
    """Clocks that start on the day of receipt: T1 at a petition office, else T3 and T4 (referred) or T2 (direct)."""
    if situation.office is OfficeKind.PETITION_OFFICE:
        return ("T1",)
    return ("T3", "T4") if situation.by_referral else ("T2",)
