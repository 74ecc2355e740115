"""Periods 日、周、双周、月、年 that figures are cut by, in Beijing days; arithmetic only."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal, TypeAlias

from domain.beijing import written_day

PeriodKind: TypeAlias = Literal["day", "week", "fortnight", "month", "year"]


@dataclass(frozen=True, slots=True)
class Period:
    """From the first day to the last, both inside."""

    kind: PeriodKind
    first: date
    last: date

    def days(self) -> Iterator[date]:
        """Every day of it."""
        for number in range((self.last - self.first).days + 1):
            yield self.first + timedelta(days=number)

    @property
    def words(self) -> str:
        """``2026年9月1日至2026年9月30日``."""
        if self.first == self.last:
            return written_day(self.first)
        return f"{written_day(self.first)}至{written_day(self.last)}"


def period_of(kind: PeriodKind, day: date) -> Period:
    """The period a day lies in. Weeks run Monday to Sunday; a fortnight is the day's week and the one before it."""
    if kind == "day":
        return Period(kind, day, day)
    if kind in ("week", "fortnight"):
        monday = day - timedelta(days=day.weekday())
        return Period(kind, monday - timedelta(days=7 if kind == "fortnight" else 0), monday + timedelta(days=6))
    if kind == "month":
        following = (day.replace(day=1) + timedelta(days=31)).replace(day=1)
        return Period(kind, day.replace(day=1), following - timedelta(days=1))
    return Period("year", date(day.year, 1, 1), date(day.year, 12, 31))
