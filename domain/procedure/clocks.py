"""The clocks T1–T13 on a matter: what started each, what ended it, whether it runs; nothing here asks the day."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final, TypeAlias

from domain.arithmetic import arithmetic
from domain.beijing import iso_day
from domain.clocks import Clock, Deadline
from domain.deadlines import due
from domain.fold import CaseState, is_count
from domain.procedure.legs import Leg, legs_of
from domain.refusals import Refusal
from domain.rules import Rules
from domain.workcalendar import WorkCalendar


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
    office: str = ""
    """Whose clock it is, when it belongs to one passing-on 转送、交办."""

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
    def late_by(self) -> int | None:
        """Days by which it ended late by the roll policy; 0 in time; None while running, off, or not to be known."""
        if self.ended_on is None or self.deadline is None:
            return None
        late = self.deadline.is_late(self.ended_on)
        if late is None:
            return None
        last = self.deadline.judged_on
        return (self.ended_on - last).days if late and last else 0

    @property
    def calendar_missing(self) -> int | None:
        """The year whose table is missing, if any."""
        return self.deadline.calendar_missing if self.deadline else None

    @property
    def arithmetic(self) -> str:
        """How the day came about, in Chinese; empty when the clock is off."""
        return arithmetic(self.deadline) if self.deadline else ""


Exclusions: TypeAlias = tuple[tuple[date, date], ...]
Reckoned: TypeAlias = dict[tuple[object, ...], Deadline | None]
"""Deadlines by one calendar: (clock, event day, length of its own, hearings taken out, tables of rules)."""

_RECKONED_KEPT: Final = 1_000


ROUND_DAYS: Final = (
    "replied_on",
    "opinion_delivered_on",
    "review.received_on",
    "review.opined_on",
    "review.delivered_on",
    "recheck.received_on",
    "recheck.opined_on",
    "recheck.delivered_on",
)
"""Days of one round of handling, review and recheck; an opinion ordered anew ends the round (``round.<id>``)."""


def petition_office(state: CaseState) -> bool:
    """True when the matter lies with a petition office 信访部门 (R 22), not with an organ with authority (R 23)."""
    return state.text("office_kind") == "petition_office"


def notice_off(state: CaseState) -> str:
    """Why no notice is owed: R 23② (name or address unclear), R 23④ (litigation rights, accusations by own rules)."""
    if state.text("notice_off"):
        return state.text("notice_off")
    if state.text("matter_class") == "accusation" or state.flag("flag.litigation"):
        return "own_rules"
    return ""


def hearing_days(state: CaseState, of: str) -> Exclusions:
    """Hearings 听证 held in a part of the procedure, first and last day both included (R 36②), the earliest first."""
    found = []
    for value in state.items("hearing").values():
        if isinstance(value, dict) and value.get("of") == of:
            first, last = iso_day(value.get("first")), iso_day(value.get("last"))
            if first is not None and last is not None and first <= last:
                found.append((first, last))
    return tuple(sorted(found))


def extensions(state: CaseState) -> list[int]:
    """The days of every extension of the handling that runs; one before it was ordered anew counts no more."""
    if state.text("redone_on") > state.text("extended_on"):
        return []
    return [days for days in state.items("extension").values() if is_count(days) and days > 0]


def clocks(
    state: CaseState, calendar: WorkCalendar, rules: Rules, reckoned: Reckoned | None = None
) -> tuple[ClockState, ...]:
    """The clocks of a matter, in the order they started.

    ``reckoned`` keeps deadlines for matters to come; whoever changes calendar or rules begins an empty one.
    """
    return tuple(_Clocks(state, calendar, rules, {} if reckoned is None else reckoned, legs_of(state)).all())


@dataclass(slots=True)
class _Clocks:
    """The events of one matter, as clocks."""

    state: CaseState
    calendar: WorkCalendar
    rules: Rules
    kept: Reckoned
    legs: tuple[Leg, ...]

    def all(self) -> list[ClockState]:
        """Receipt, passing on, simple handling, handling, review, recheck."""
        return [*self.receipt(), *self.passed_on(), *self.simple(), *self.handling(), *self.reviews()]

    def day(self, name: str) -> date | None:
        value = self.state.shown.get(name)
        return None if value is None else iso_day(value)  # most of the days a matter may have are not yet

    def first(self, *names: str) -> date | None:
        shown = self.state.shown
        return _first([iso_day(shown[name]) for name in names if name in shown])

    @property
    def ended(self) -> date | None:
        """The day the matter was closed for whatever reason: nothing runs on."""
        return self.day("closed_on")

    @property
    def decision_told(self) -> date | None:
        # R 23②: the period ends when the written notice is given, not when it is written
        return self.first("notice_delivered_on", "answered_on", "closed_on")

    def receipt(self) -> list[ClockState]:
        """T1 at a petition office, T2 at an organ that received it directly."""
        received = self.day("received_on")
        if received is None or self.state.text("received_by_referral"):
            return []
        off = notice_off(self.state)
        told = _first((self.decision_told, self.day("referral_notice_delivered_on")))  # R 23①: also where it went
        if not petition_office(self.state):
            return [self.clock(Clock.T2, received, told, off=off)]
        # A route shown is done with when it was told, or at once where no notice is owed (R 23②④).
        shown = self.day("guided_on") if off else told
        sent = _first(leg.sent_on for leg in self.legs)
        passed = _first((sent, self.first("answered_on", "accepted_on", "refused_on", "closed_on"), shown))
        return [self.clock(Clock.T1, received, passed)]

    def passed_on(self) -> list[ClockState]:
        """T3 and T4 of every receipt of a referral, T5 of every assignment."""
        found: list[ClockState] = []
        for place, leg in enumerate(self.legs):
            if leg.received_on is not None:
                found += self.leg_clocks(leg, self.legs[place + 1 :])
            if leg.way == "assign" and leg.sent_on is not None and leg.days:
                ended = _first((leg.reported_on, _agreed(leg)))
                found.append(self.clock(Clock.T5, leg.sent_on, ended, days=leg.days, office=leg.receiver))
        return found

    def leg_clocks(self, leg: Leg, later: Sequence[Leg]) -> list[ClockState]:
        assert leg.received_on is not None
        decided = self.first("accepted_on", "guided_on", "refused_on")
        here = (_passed_further(leg, later),) * 2 if later else (self.decision_told, decided)
        # R 23③ gives no suspension: an objection does not stop T3; only material given back with consent ends it.
        told = _first((here[0], _agreed(leg)))
        objection = leg.objected_on or _first((here[1], here[0]))
        return [
            self.clock(Clock.T3, leg.received_on, told, off=notice_off(self.state), office=leg.receiver),
            self.clock(Clock.T4, leg.received_on, objection, office=leg.receiver),
        ]

    def simple(self) -> list[ClockState]:
        """T12 and T13, where the matter is handled by the simple way 简易办理."""
        if not self.state.flag("simplified"):
            return []
        received, accepted = self.day("referral_received_on") or self.day("received_on"), self.day("accepted_on")
        found = []
        if received is not None:
            decided = self.first("accepted_on", "guided_on", "answered_on", "refused_on", "closed_on")
            found.append(self.clock(Clock.T12, received, decided))
        if accepted is not None:
            found.append(self.clock(Clock.T13, accepted, self.first("replied_on", "closed_on")))
        return found

    def handling(self) -> list[ClockState]:
        """T6, and T7 once it was extended; R 34: only matters of art. 31 item (六)."""
        accepted = self.day("redone_on") or self.day("accepted_on")
        if accepted is None or self.state.text("route") != "31-6":
            return []
        ended = self.first("replied_on", "closed_on")
        extension = sum(extensions(self.state))
        t6 = self.clock(Clock.T6, accepted, ended)
        if not extension:
            return [t6]
        # R 34: the extension lengthens the period; T6 gives way to T7 on the day it was approved
        extended_on = self.day("extended_on") or accepted
        until = ended or extended_on
        first = ClockState(t6.clock, t6.article, t6.from_on, t6.days, t6.deadline, until)
        return [first, self.clock(Clock.T7, accepted, ended, days=min(extension, 30))]

    def reviews(self) -> list[ClockState]:
        """T8 and T9 of the review 复查, T10 and T11 of the recheck 复核, of every round."""
        if self.state.text("route") != "31-6":
            return []
        rounds = [value for value in self.state.items("round").values() if isinstance(value, dict)]
        rounds.sort(key=lambda each: str(each.get("opinion_delivered_on", "")))
        found = [clock for each in rounds for clock in self.round(each, over=True)]
        return found + self.round(self.state.shown, over=False)

    def round(self, days: Mapping[str, object], *, over: bool) -> list[ClockState]:
        """The clocks of one round; one that is over, an opinion having been ordered anew, gave no further right."""
        found = []
        for clock, start, end in _ROUND:
            day = iso_day(days.get(start))
            if day is None:
                continue
            ended = iso_day(days.get(end))
            if over and ended is None:
                continue
            hearings = hearing_days(self.state, "recheck") if clock is Clock.T11 else ()
            found.append(self.clock(clock, day, _first((ended, None if over else self.ended)), exclude=hearings))
        return found

    def clock(
        self,
        clock: Clock,
        start: date,
        ended: date | None,
        *,
        days: int | None = None,
        off: str = "",
        office: str = "",
        exclude: Exclusions = (),
    ) -> ClockState:
        # what has ended keeps the rules that were known before that day (decision 0013)
        rules = self.rules.at(office or self.state.text("office"), ended)
        deadline = None if off else self.reckon(clock, start, days, exclude, rules)
        length = deadline.length if deadline else (days or 0)
        return ClockState(clock.name, clock.article, start, length, deadline, ended, off, office)

    def reckon(self, clock: Clock, start: date, days: int | None, exclude: Exclusions, rules: Rules) -> Deadline | None:
        key = (clock.name, start, days, exclude, rules.mark)
        if key not in self.kept:
            if len(self.kept) >= _RECKONED_KEPT:
                self.kept.clear()
            try:
                self.kept[key] = due(clock, start, self.calendar, rules, days=days, exclude=exclude)
            except Refusal:
                # a date before any rule was in force (an import of old papers): the clock is shown without a last day
                self.kept[key] = None
        return self.kept[key]


_ROUND: Final = (
    (Clock.T8, "opinion_delivered_on", "review.received_on"),
    (Clock.T9, "review.received_on", "review.opined_on"),
    (Clock.T10, "review.delivered_on", "recheck.received_on"),
    (Clock.T11, "recheck.received_on", "recheck.opined_on"),
)
"""Clock, the day that starts it, the day that ends it."""


def _agreed(leg: Leg) -> date | None:
    return leg.verdict_on if leg.verdict == "agreed" else None


def _passed_further(leg: Leg, later: Sequence[Leg]) -> date | None:
    """When the receiver of a leg passed the matter on itself: then its own duty to tell is done (R 23①)."""
    return _first(each.sent_on for each in later if each.sender == leg.receiver) or _agreed(leg)


def _first(days: Iterable[date | None]) -> date | None:
    known = [day for day in days if day is not None]
    return min(known) if known else None
