"""Clocks T1–T13 of petition work: when each one ends, on which article, and the arithmetic anyone can check.

The Regulation says nothing on counting; by analogy (民法典 201, 203; 民诉法 85) the event day is not counted and a last
day that is a rest day moves to the next working day. Both the nominal and the rolled day are kept: staff are warned on
the stricter, a petitioner's lateness is judged on the later.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta

from domain.arithmetic import report
from domain.clocks import Clock, DayKind, Deadline, Light
from domain.refusals import Refusal
from domain.rules import Rules
from domain.workcalendar import WorkCalendar

__all__ = [
    "EXTENSION_CEILING",
    "Clock",
    "DayKind",
    "Deadline",
    "Light",
    "check_extension",
    "due",
    "report",
    "warning_light",
]

EXTENSION_CEILING = 30  # R 34: extensions together may not pass 30 days


def due(
    clock: Clock,
    from_date: date,
    calendar: WorkCalendar,
    rules: Rules,
    *,
    days: int | None = None,
    exclude: Iterable[tuple[date, date]] = (),
) -> Deadline:
    """Reckon one clock from its event day (for T7: the day of acceptance 受理之日, never a rolled day).

    ``days`` is the period written in the 交办函 for T5 (required, R 22①(三)) and the extension for T7 (at most 30 in
    all, R 34; left out: the longest allowed). ``exclude`` takes hearing intervals, both ends included, out of T11
    (R 36②). Refusals: ``days_missing``, ``days_invalid``, ``days_not_allowed``, ``extension_over_30``,
    ``exclusion_not_allowed``, ``exclusion_invalid``, ``rule_missing``. A year without a table refuses nothing here:
    the deadline says so in ``calendar_missing``.
    """
    rule = rules.clock(clock.name, from_date)
    policy = str(rules.setting("roll_policy", from_date).value)
    length = _length(clock, rule.days, days)
    base = 0
    if clock is Clock.T7:
        base = _length(Clock.T6, rules.clock("T6", from_date).days, None)
    hearings = _merge(clock, from_date, exclude)
    try:
        if clock.kind is DayKind.WORKING:
            counted, missing = calendar.count_out(from_date, length)
            nominal = rolled = None if missing is not None else counted[-1]
        else:
            counted, missing, rolled = (), None, None
            nominal, hearings = _nominal(from_date, base + length, hearings)
            try:
                rolled = calendar.roll_forward(nominal)
            except Refusal as refusal:
                if refusal.code != "calendar_missing":
                    raise
                missing = int(str(refusal.facts["year"]))
    except OverflowError:
        raise Refusal("days_invalid", field="days", article=clock.article, facts={"days": length}) from None
    years = sorted({day.year for day in (*counted, nominal, rolled) if day is not None} & set(calendar.years))
    return Deadline(
        clock=clock,
        article=clock.article,
        from_date=from_date,
        length=length,
        nominal=nominal,
        rolled=rolled,
        counted=counted,
        excluded=hearings,
        basis=rule.basis,
        from_memory=rule.from_memory,
        roll_policy=policy,
        calendar_missing=missing,
        tables=tuple(f"{year}v{calendar.table(year).version}" for year in years),
        base_days=base,
        day_notes=tuple((day, calendar.describe(day)) for day in (from_date, nominal, rolled) if day is not None),
    )


def check_extension(
    accepted_on: date,
    approved_on: date,
    days: int,
    calendar: WorkCalendar,
    rules: Rules,
    *,
    already: Sequence[int] = (),
) -> Deadline:
    """T7 for a (further) extension, or why not (R 34).

    ``already`` are the days of earlier extensions. Refused: days together over 30 (``extension_over_30``); approval
    after the end that runs now (``extension_after_expiry``), which is the nominal end: the stricter day.
    """
    if days < 1:
        raise Refusal("days_invalid", field="days", article="R 34", facts={"days": days})
    result = due(Clock.T7, accepted_on, calendar, rules, days=sum(already) + days)
    running = due(Clock.T6, accepted_on, calendar, rules).nominal
    if running is not None and approved_on > running + timedelta(days=sum(already)):
        end = running + timedelta(days=sum(already))
        facts = {"end": end.isoformat(), "approved_on": approved_on.isoformat()}
        raise Refusal("extension_after_expiry", field="approved_on", article="R 34", facts=facts)
    if approved_on < accepted_on:
        facts = {"accepted_on": accepted_on.isoformat(), "approved_on": approved_on.isoformat()}
        raise Refusal("extension_before_acceptance", field="approved_on", article="R 34", facts=facts)
    return result


def warning_light(start: date, last: date, today: date, thresholds: Sequence[int] = (50, 75, 85)) -> Light:
    """The light of a running clock: percent of ``start``→``last`` used up on ``today``, each boundary counted in."""
    if today > last:
        return Light.OVERDUE
    whole, used = (last - start).days, (today - start).days
    for percent, light in zip(reversed(tuple(thresholds)), (Light.SERIOUS, Light.WARNING, Light.NOTICE), strict=True):
        if used * 100 >= percent * whole:
            return light
    return Light.NORMAL


def _length(clock: Clock, ruled: int | None, days: int | None) -> int:
    given = days if days is not None else ruled
    if days is not None and clock not in (Clock.T5, Clock.T7):
        raise Refusal("days_not_allowed", field="days", article=clock.article, facts={"clock": clock.name})
    if given is None:
        raise Refusal("days_missing", field="days", article=clock.article, facts={"clock": clock.name})
    if given < 1:
        raise Refusal("days_invalid", field="days", article=clock.article, facts={"days": given})
    if clock is Clock.T7:
        ceiling = min(EXTENSION_CEILING, ruled or EXTENSION_CEILING)
        if given > ceiling:
            facts = {"days": given, "ceiling": ceiling}
            raise Refusal("extension_over_30", field="days", article="R 34", facts=facts)
    return given


def _merge(clock: Clock, event: date, exclude: Iterable[tuple[date, date]]) -> tuple[tuple[date, date], ...]:
    merged: list[tuple[date, date]] = []
    for first, last in sorted(exclude):
        if clock is not Clock.T11:
            raise Refusal("exclusion_not_allowed", field="exclude", article="R 36②", facts={"clock": clock.name})
        if last < first:
            facts = {"from": first.isoformat(), "to": last.isoformat()}
            raise Refusal("exclusion_invalid", field="exclude", article="R 36②", facts=facts)
        if last <= event:  # the event day is not counted, so there is nothing to take out
            continue
        start = max(first, event + timedelta(days=1))
        if merged and start <= merged[-1][1] + timedelta(days=1):
            merged[-1] = (merged[-1][0], max(merged[-1][1], last))
        else:
            merged.append((start, last))
    return tuple(merged)


def _nominal(
    event: date, length: int, hearings: Iterable[tuple[date, date]]
) -> tuple[date, tuple[tuple[date, date], ...]]:
    end, used = event + timedelta(days=length), []
    for first, last in hearings:
        if first > end:  # already overdue when this hearing began (H9)
            break
        end += timedelta(days=(last - first).days + 1)
        used.append((first, last))
    return end, tuple(used)
