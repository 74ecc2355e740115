"""Working days 工作日 from official year tables: which day is worked, how days are counted, and never a guess.

A year nobody has given a table for is refused (``calendar_missing``): weekends alone do not tell a make-up day.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from types import MappingProxyType

from domain.refusals import Refusal
from domain.yeartable import YearTable, each_day, invalid, parse_calendar

__all__ = ["WorkCalendar", "YearTable", "parse_calendar"]

ONE_DAY = timedelta(days=1)
WEEKDAYS = "一二三四五六日"


class WorkCalendar:
    """Answers whether a day is worked, from year tables; the highest version of a year counts.

    Two national tables of one year and version that differ are refused: nobody could say which one is meant.
    """

    __slots__ = ("_local", "_national")

    def __init__(self, tables: Iterable[YearTable] = ()) -> None:
        national: dict[int, YearTable] = {}
        local: dict[date, str] = {}
        for table in tables:
            if table.scope == "local":
                local.update(table.off)
                continue
            known = national.get(table.year)
            if known is not None and known.version == table.version and known != table:
                raise invalid("same_version_differs", str(table.year))
            if known is None or table.version > known.version:
                national[table.year] = table
        self._national: Mapping[int, YearTable] = MappingProxyType(national)
        self._local: Mapping[date, str] = MappingProxyType(local)

    @property
    def years(self) -> tuple[int, ...]:
        """Years this calendar can answer for, ascending."""
        return tuple(sorted(self._national))

    def table(self, year: int) -> YearTable:
        """The table in use for a year, or ``calendar_missing``."""
        found = self._national.get(year)
        if found is None:
            raise Refusal("calendar_missing", field="calendar", facts={"year": year})
        return found

    def is_workday(self, day: date) -> bool:
        """Is the day worked? A make-up Saturday or Sunday is; a weekday inside a holiday block is not."""
        table = self.table(day.year)
        if day in table.make_up:
            return day not in self._local
        return day.weekday() < 5 and day not in table.off and day not in self._local

    def roll_forward(self, day: date) -> date:
        """The day itself if worked, else the first working day after it (民法典 203 by analogy)."""
        while not self.is_workday(day):
            day += ONE_DAY
        return day

    def add_workdays(self, event_day: date, n: int) -> tuple[date, tuple[date, ...]]:
        """Count ``n`` working days after ``event_day`` (itself not counted); the last one and every counted day."""
        counted, missing = self.count_out(event_day, n)
        if missing is not None:
            raise Refusal("calendar_missing", field="calendar", facts={"year": missing})
        return counted[-1], counted

    def count_out(self, event_day: date, n: int) -> tuple[tuple[date, ...], int | None]:
        """As ``add_workdays``, but where a table is missing: the days counted so far and the missing year."""
        if n < 1:
            raise ValueError("count at least one working day")
        counted: list[date] = []
        day = event_day
        while len(counted) < n:
            day += ONE_DAY
            if day.year not in self._national:
                return tuple(counted), day.year
            if self.is_workday(day):
                counted.append(day)
        return tuple(counted), None

    def workdays_between(self, event_day: date, day: date) -> int:
        """Which working day after ``event_day`` has been reached on ``day`` (0 on or before the event day)."""
        return sum(self.is_workday(each) for each in each_day(event_day + ONE_DAY, day))

    def describe(self, day: date) -> str:
        """What the day is, for a sentence: ``周六，调休上班``, ``周四，国庆节放假``, ``周五，无2027年官方日历``."""
        weekday = f"周{WEEKDAYS[day.weekday()]}"
        table = self._national.get(day.year)
        if table is None:
            return f"{weekday}，无{day.year}年官方日历"
        if day in self._local:
            return f"{weekday}，{self._local[day]}放假"
        if day in table.make_up:
            return f"{weekday}，调休上班"
        if day in table.off:
            return f"{weekday}，{table.off[day]}放假"
        return weekday if day.weekday() < 5 else f"{weekday}，周末"
