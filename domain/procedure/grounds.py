"""What gives ground for a supervision 督办 (R 40①): periods overrun, replies owed; it lists and decides nothing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

from domain.beijing import iso_day
from domain.fold import CaseState
from domain.procedure.clocks import ClockState
from domain.procedure.standing import NOT_DUE


@dataclass(frozen=True, slots=True)
class Ground:
    """One ground: a clock that ran out, or a supervision whose written reply did not come by its day."""

    what: Literal["overdue", "reply_owed"]
    of: str
    """The clock, or the id of the supervision."""
    due: date
    days: int
    """By how many days it is over."""


def grounds(matter: CaseState, clocks: tuple[ClockState, ...], today: date) -> tuple[Ground, ...]:
    """Every ground there is today, the oldest first; a petitioner's own period is none."""
    found = []
    for each in clocks:
        last = each.deadline.judged_on if each.running and each.deadline else None
        if last is not None and today > last and each.clock not in NOT_DUE:
            found.append(Ground("overdue", each.clock, last, (today - last).days))
    for key, value in matter.items("supervision").items():
        due = iso_day(value.get("reply_by")) if isinstance(value, dict) else None
        if due is not None and today > due and matter.get(f"supervision.{key}.reply") is None:
            found.append(Ground("reply_owed", key, due, (today - due).days))
    return tuple(sorted(found, key=lambda each: (each.due, each.what, each.of)))
