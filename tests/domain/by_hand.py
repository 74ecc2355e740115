"""Deadlines a second, naive way: one day after another, from the words of each year's notice; shares no code."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, timedelta

NOTICES = {
    2025: """
        元旦：1月1日（周三）放假1天，不调休。
        春节：1月28日（周二）至2月4日（周二）放假调休，共8天。1月26日（周日）、2月8日（周六）上班。
        清明节：4月4日（周五）至6日（周日）放假，共3天。
        劳动节：5月1日（周四）至5日（周一）放假调休，共5天。4月27日（周日）上班。
        端午节：5月31日（周六）至6月2日（周一）放假，共3天。
        国庆节、中秋节：10月1日（周三）至8日（周三）放假调休，共8天。9月28日（周日）、10月11日（周六）上班。
    """,
    2026: """
        元旦：1月1日（周四）至3日（周六）放假调休，共3天。1月4日（周日）上班。
        春节：2月15日（周日）至23日（周一）放假调休，共9天。2月14日（周六）、2月28日（周六）上班。
        清明节：4月4日（周六）至6日（周一）放假，共3天。
        劳动节：5月1日（周五）至5日（周二）放假调休，共5天。5月9日（周六）上班。
        端午节：6月19日（周五）至21日（周日）放假，共3天。
        中秋节：9月25日（周五）至27日（周日）放假，共3天。
        国庆节：10月1日（周四）至7日（周三）放假调休，共7天。9月20日（周日）、10月10日（周六）上班。
    """,
}
"""What the State Council's notices arrange, typed in by hand in the notices' own form."""

_DAY = re.compile(r"(?:(\d+)月)?(\d+)日（周([一二三四五六日])）")
WORKING = ("T4", "T12", "T13")
PETITIONERS = ("T8", "T10")


class Days:
    """Which days are worked, read out of the notices' words; every weekday named there is checked."""

    def __init__(self) -> None:
        self.off: set[date] = set()
        self.on: set[date] = set()
        for year, text in NOTICES.items():
            for line in filter(None, map(str.strip, text.splitlines())):
                block, _, rest = line.partition("放假")
                days = self._days(year, block)
                first, last = days[0], days[-1]
                count = int(re.search(r"共(\d+)天", rest)[1]) if "共" in rest else 1  # type: ignore[index]
                assert (last - first).days + 1 == count, line
                self.off |= {first + timedelta(days=n) for n in range(count)}
                self.on |= set(self._days(year, rest))

    def _days(self, year: int, text: str) -> list[date]:
        found: list[date] = []
        month = 0
        for in_month, day, weekday in _DAY.findall(text):
            month = int(in_month or month)
            found.append(date(year, month, int(day)))
            assert "一二三四五六日"[found[-1].weekday()] == weekday, f"{found[-1]} is no 周{weekday}"
        return found

    def worked(self, day: date) -> bool | None:
        """None where no notice covers the year."""
        if day.year not in NOTICES:
            return None
        return day in self.on or (day.weekday() < 5 and day not in self.off)


def end_of(
    days: Days, clock: str, event: date, length: int, hearings: Iterable[tuple[date, date]] = ()
) -> tuple[date | None, date | None, int | None]:
    """(nominal, rolled, year without a notice), counted on fingers."""
    out = {day for first, last in hearings for day in _each(first, last)}
    day, left = event, length
    while left:
        day += timedelta(days=1)
        if clock in WORKING:
            worked = days.worked(day)
            if worked is None:
                return None, None, day.year
            left -= worked
        elif day not in out:
            left -= 1
    rolled = day
    while days.worked(rolled) is False:
        rolled += timedelta(days=1)
    if days.worked(rolled) is None:
        return day, None, rolled.year
    return day, rolled, None


def late(clock: str, policy: str, nominal: date | None, rolled: date | None, done: date) -> bool | None:
    """Whether what was done on a day is late: a petitioner by the rolled day, an office by the county's choice."""
    if nominal is not None and done <= nominal:
        return False
    last = rolled if clock in PETITIONERS or policy == "rolled" else nominal
    return None if last is None else done > last


def _each(first: date, last: date) -> list[date]:
    return [first + timedelta(days=n) for n in range((last - first).days + 1)]
