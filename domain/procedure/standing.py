"""Where a matter stands 件件有着落、事事有结果: its owner, its next step and the day that is due by, or its outcome."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from domain.beijing import iso_day
from domain.fold import CaseState
from domain.procedure.clocks import ClockState, clocks, notice_off, petition_office
from domain.procedure.holder import holder_of, stage_of
from domain.procedure.stages import STAGES, UNDECIDED, Stage
from domain.refusals import Refusal
from domain.rules import Rules
from domain.workcalendar import WorkCalendar

NOT_DUE = frozenset({"T4", "T8", "T10"})
"""Rights that lapse, not duties: no next step is due by them."""


@dataclass(frozen=True, slots=True)
class Standing:
    """A matter's place. An open one has owner, next step and a day; an ended one has its outcome."""

    stage: str
    owner: str
    """Office code: who has it in hand, or ended it."""
    next_step: str
    """A code; views turn it into words. Empty when ended."""
    due: ClockState | None
    """The statutory clock that ends first."""
    internal_due: date | None = None
    """Where the law sets no clock: the day by the office's own rule (内部时限, a dated setting)."""
    outcome: str = ""

    @property
    def ended(self) -> bool:
        """Nothing is owed any more but, for a closed one, its file."""
        row = STAGES.get(self.stage)
        return row is not None and row.ended

    @property
    def homeless(self) -> str:
        """What is lacking 无着落: ``owner``, ``next_step``, ``due`` or ``outcome``; empty when nothing is."""
        if self.ended:
            return "" if self.outcome else "outcome"
        if not self.owner:
            return "owner"
        if not self.next_step:
            return "next_step"
        if self.due is None and self.internal_due is None:
            return "due"
        return ""


def stand(state: CaseState, calendar: WorkCalendar, rules: Rules) -> Standing:
    """Where a matter stands, by its clocks."""
    return standing(state, clocks(state, calendar, rules), rules)


def standing(state: CaseState, found: tuple[ClockState, ...], rules: Rules) -> Standing:
    """Owner, next step and the day it is due. ``found`` are the matter's clocks."""
    stage = stage_of(state)
    step = next_step(state)
    running = [each for each in found if each.running and each.clock not in NOT_DUE]
    known = [each for each in running if each.nominal is not None]
    soonest = min(known, key=lambda each: (each.nominal or date.max, each.clock)) if known else None
    if soonest is None:  # a year without a table: the clock is there, its day is not known yet
        soonest = next((each for each in running if each.calendar_missing), None)
    row = STAGES.get(stage)
    if row is not None and row.ended:
        return Standing(stage, holder_of(state), step, None, None, _outcome(state, stage))
    internal = None if soonest is not None and step not in _PETITIONERS else _internal(state, stage, step, found, rules)
    return Standing(stage, holder_of(state), step, soonest, internal)


_PETITIONERS = frozenset({"await_review_request", "await_recheck_request"})


def next_step(state: CaseState) -> str:
    """The code of what is to be done next."""
    stage = stage_of(state)
    row = STAGES.get(stage)
    if row is None:
        return ""
    delivered = bool(state.text("notice_delivered_on"))
    if stage == Stage.ACCEPTED:
        return row.next_step if delivered else "deliver_acceptance_notice"
    if stage == Stage.GUIDED:
        return row.next_step if delivered or notice_off(state) else "deliver_route_notice"
    if stage in (Stage.REFUSED_OPEN, Stage.REFUSED_ENDED):
        return "close" if delivered or notice_off(state) else row.next_step
    if stage in (Stage.REFERRED, Stage.ASSIGNED):
        told = bool(state.text("referral_notice_delivered_on") or state.text("notice_off"))
        if not petition_office(state) and not told:
            return "deliver_referral_notice"  # R 23①: an organ that passes a matter on tells the petitioner where
        return row.next_step
    if stage in UNDECIDED and stage != Stage.RETURNED:
        if stage == Stage.REGISTERED and petition_office(state):
            return "refer_or_assign"
        return "await_name_and_address" if state.text("notice_off") else row.next_step
    return row.next_step


def _outcome(state: CaseState, stage: str) -> str:
    """The outcome of an ended matter; an answer on the spot is its own."""
    return state.text("outcome") or ("answered" if stage == Stage.ANSWERED or state.text("answered_on") else "")


def _internal(state: CaseState, stage: str, step: str, found: tuple[ClockState, ...], rules: Rules) -> date | None:
    """The day by the office's own rule: so many days after the stage began."""
    rights = [each for each in found if each.running and each.clock in ("T8", "T10")]
    if step in _PETITIONERS and rights:  # while the petitioner may still ask, the matter waits for exactly that
        return rights[-1].rolled or rights[-1].nominal
    since = iso_day(state.get(STAGES[stage].since)) or iso_day(state.get("received_on")) if stage in STAGES else None
    if since is None:
        return None
    try:
        days = rules.at(state.text("office")).days_of("internal_days", step, since)
    except Refusal:
        return None
    return since + timedelta(days=days) if days else None
