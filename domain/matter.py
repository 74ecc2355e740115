"""A matter 信访事项 as its acts tell it: stage, owner, next step, and the clocks T1–T7 that run on it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Final, TypeAlias

from domain.arithmetic import arithmetic
from domain.clocks import Clock, Deadline
from domain.deadlines import due
from domain.fold import CaseState, is_count
from domain.refusals import Refusal
from domain.rules import Rules
from domain.workcalendar import WorkCalendar


class Stage:
    """Stages a matter passes in this release, values of the field ``stage`` (domain.md §4.3)."""

    REGISTERED: Final = "registered"
    """已登记，待甄别或告知"""
    ACCEPTED: Final = "accepted"
    """已受理"""
    GUIDED: Final = "guided"
    """已告知途径"""
    REFERRED: Final = "referred"
    """已转送"""
    ASSIGNED: Final = "assigned"
    """已交办"""
    RECEIVED: Final = "received"
    """已收件"""
    ANSWERED: Final = "answered"
    """已答复"""


STAGE_FIELD: Final = "stage"
BINDING_FIELDS: Final = ("stage", "accepted_on", "route", "matter_class", "received_on")
"""While one of these has two live heads, the next binding step waits for a person to settle it."""


@dataclass(frozen=True, slots=True)
class ClockState:
    """One clock on a matter: running, ended (in time or not), or off with the reason why it never runs."""

    clock: str
    article: str
    from_on: date
    days: int
    deadline: Deadline | None
    ended_on: date | None
    off_reason: str = ""
    """``address_unclear`` · ``name_unclear`` · ``anonymous`` (R 23②), ``own_rules`` (R 23④)."""

    @property
    def running(self) -> bool:
        """Not ended and not off."""
        return self.ended_on is None and not self.off_reason

    @property
    def nominal(self) -> date | None:
        """Nominal last day, unless off or unknowable."""
        return self.deadline.nominal if self.deadline else None

    @property
    def rolled(self) -> date | None:
        """Rolled last day; None when off or when its year has no table."""
        return self.deadline.rolled if self.deadline else None

    @property
    def calendar_missing(self) -> int | None:
        """The year whose table is missing, if any."""
        return self.deadline.calendar_missing if self.deadline else None

    @property
    def arithmetic(self) -> str:
        """How the day came about, in Chinese; empty when the clock is off."""
        return arithmetic(self.deadline) if self.deadline else ""


def _day(state: CaseState, name: str) -> date | None:
    text = state.text(name)
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        return None  # an act from elsewhere may hold anything; a date nobody can read starts no clock


def petition_office(state: CaseState) -> bool:
    """True when the matter lies with a petition office 信访部门 (R 22), not with an organ with authority (R 23)."""
    return state.text("office_kind") == "petition_office"


Reckoned: TypeAlias = dict[tuple[object, ...], Deadline | None]
"""Deadlines by one calendar and one set of rules: (clock, event day, length of its own, tables of rules)."""

_RECKONED_KEPT: Final = 1_000
_Reckon: TypeAlias = Callable[[Clock, date, "int | None", "date | None"], Deadline | None]


def clocks(
    state: CaseState, calendar: WorkCalendar, rules: Rules, reckoned: Reckoned | None = None
) -> tuple[ClockState, ...]:
    """The clocks of a matter, in the order they started. Nothing here asks what day it is.

    ``reckoned`` keeps deadlines for matters to come; whoever changes calendar or rules begins an empty one.
    """
    kept: Reckoned = {} if reckoned is None else reckoned

    def reckon(clock: Clock, start: date, days: int | None, ended: date | None) -> Deadline | None:
        measure = rules.at(state.text("office"), ended)  # what has ended keeps the rules that were known then
        key = (clock.name, start, days, measure.mark)
        if key not in kept:
            if len(kept) >= _RECKONED_KEPT:
                kept.clear()
            kept[key] = _reckon(clock, start, days, calendar, measure)
        return kept[key]

    found: list[ClockState] = []
    received = _day(state, "received_on")
    stages = _ends(state)
    if received is not None:
        if state.text("received_by_referral"):
            found += _referred_clocks(state, received, stages, reckon)
        elif petition_office(state):
            found.append(_clock(Clock.T1, received, stages["passed_on"], reckon))
        else:
            found.append(_clock(Clock.T2, received, stages["told"], reckon, off=_notice_off(state)))
    received_here = _day(state, "referral_received_on")
    if received_here is not None and not state.text("received_by_referral"):
        found += _referred_clocks(state, received_here, stages, reckon)
    assigned, days = _day(state, "assigned_on"), state.number("assigned_days")
    if assigned is not None and days > 0:
        found.append(_clock(Clock.T5, assigned, _day(state, "reported_on"), reckon, days=days))
    accepted = _day(state, "accepted_on")
    if accepted is not None and state.text("route") == "31-6":  # R 34: only matters of art. 31 item (六)
        ended = _day(state, "replied_on")
        extension = sum(v for v in state.items("extension").values() if is_count(v) and v > 0)
        t6 = _clock(Clock.T6, accepted, ended, reckon)
        if extension:
            # R 34: the extension lengthens the period; T6 gives way to T7 on the day it was approved
            extended_on = _day(state, "extended_on") or accepted
            found.append(ClockState(t6.clock, t6.article, t6.from_on, t6.days, t6.deadline, ended or extended_on))
            found.append(_clock(Clock.T7, accepted, ended, reckon, days=min(extension, 30)))
        else:
            found.append(t6)
    return tuple(found)


def _referred_clocks(
    state: CaseState, received: date, stages: dict[str, date | None], reckon: _Reckon
) -> list[ClockState]:
    objection_ended = _day(state, "objected_on") or _first(stages["decided"], stages["decision_told"])
    return [
        _clock(Clock.T3, received, stages["decision_told"], reckon, off=_notice_off(state)),
        _clock(Clock.T4, received, objection_ended, reckon),
    ]


def _ends(state: CaseState) -> dict[str, date | None]:
    decided = _first(_day(state, "accepted_on"), _day(state, "guided_on"))
    # R 23②: the period ends when the written notice is given, not when it is written
    decision_told = _first(_day(state, "notice_delivered_on"), _day(state, "answered_on"))
    told = _first(decision_told, _day(state, "referral_notice_delivered_on"))  # R 23①: also where it went
    # At a petition office a route shown is done with when it was told, or at once where no notice is owed (R 23②④).
    shown = _day(state, "guided_on") if _notice_off(state) else told
    passed = _first(
        _day(state, "referred_on"),
        _day(state, "assigned_on"),
        _day(state, "answered_on"),
        _day(state, "accepted_on"),
        shown,
    )
    return {"decided": decided, "passed_on": passed, "told": told, "decision_told": decision_told}


def _first(*days: date | None) -> date | None:
    known = [day for day in days if day is not None]
    return min(known) if known else None


def _notice_off(state: CaseState) -> str:
    """Why no notice is owed: R 23② (name or address unclear), R 23④ (litigation rights, accusations by own rules)."""
    if state.text("notice_off"):
        return state.text("notice_off")
    if state.text("matter_class") == "accusation" or state.flag("flag.litigation"):
        return "own_rules"
    return ""


def _clock(
    clock: Clock,
    start: date,
    ended: date | None,
    reckon: _Reckon,
    *,
    days: int | None = None,
    off: str = "",
) -> ClockState:
    deadline = None if off else reckon(clock, start, days, ended)
    length = deadline.length if deadline else (days or 0)
    return ClockState(clock.name, clock.article, start, length, deadline, ended, off)


def _reckon(clock: Clock, start: date, days: int | None, calendar: WorkCalendar, rules: Rules) -> Deadline | None:
    try:
        return due(clock, start, calendar, rules, days=days)
    except Refusal:
        # a date before any rule was in force (an import of old papers): the clock is shown without a last day
        return None


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a matter stands: every matter has an owner, a next step and a due date, or an outcome (件件有着落)."""

    stage: str
    owner: str
    next_step: str
    """A code; views turn it into words. Empty when concluded."""
    due: ClockState | None


def standing(state: CaseState, found: tuple[ClockState, ...]) -> Standing:
    """Owner, next step and the clock that ends first. Owner is an office code."""
    stage = state.text(STAGE_FIELD, Stage.REGISTERED)
    office = state.text("office")
    owner = state.text("owner") or office
    running = [clock for clock in found if clock.running and clock.nominal is not None and clock.clock != "T4"]
    soonest = min(running, key=lambda c: (c.nominal or date.max, c.clock)) if running else None
    delivered = bool(state.text("notice_delivered_on"))
    if stage == Stage.ACCEPTED:
        step = "investigate_and_reply" if delivered else "deliver_acceptance_notice"
    elif stage == Stage.GUIDED:
        step = "follow_route" if delivered or _notice_off(state) else "deliver_route_notice"
    elif stage in (Stage.REFERRED, Stage.ASSIGNED):
        told = bool(state.text("referral_notice_delivered_on") or state.text("notice_off"))
        if not petition_office(state) and not told:
            step = "deliver_referral_notice"  # R 23①: an organ that passes a matter on tells the petitioner where
        else:
            step = "await_receipt" if stage == Stage.REFERRED else "await_report"
            owner = state.text("to_office") or owner
    elif stage == Stage.ANSWERED:
        step = ""
    elif stage == Stage.RECEIVED or not petition_office(state):
        step = "await_name_and_address" if state.text("notice_off") else "decide_and_notify"
    else:
        step = "refer_or_assign"
    return Standing(stage, owner, step, soonest)
