"""The words of deadlines: the thirteen clocks, the kind of day each counts, the lights, and a reckoned deadline."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import Enum

from domain.rules import CEILINGS


class DayKind(Enum):
    """Calendar days 自然日 unless the text says 工作日 (only R 23③ does, and the 简易办理办法)."""

    CALENDAR = "calendar"
    WORKING = "working"


class Clock(Enum):
    """The thirteen clocks: code, article, kind of day, what runs, whether a petitioner's right hangs on it."""

    T1 = ("R 22①", DayKind.CALENDAR, "信访部门转送、交办或者报请", False)
    T2 = ("R 23②", DayKind.CALENDAR, "直接收到的信访事项书面告知", False)
    T3 = ("R 23③", DayKind.CALENDAR, "转送、交办的信访事项书面告知", False)
    T4 = ("R 23③", DayKind.WORKING, "对转送、交办提出异议", False)
    T5 = ("R 22①(三)", DayKind.CALENDAR, "交办事项反馈办理结果", False)
    T6 = ("R 34", DayKind.CALENDAR, "信访事项办结", False)
    T7 = ("R 34", DayKind.CALENDAR, "延长办理期限", False)
    T8 = ("R 35", DayKind.CALENDAR, "信访人申请复查", True)
    T9 = ("R 35", DayKind.CALENDAR, "作出复查意见", False)
    T10 = ("R 36①", DayKind.CALENDAR, "信访人申请复核", True)
    T11 = ("R 36②", DayKind.CALENDAR, "作出复核意见", False)
    T12 = ("简易办法", DayKind.WORKING, "简易办理决定受理", False)
    T13 = ("简易办法", DayKind.WORKING, "简易办理出具意见", False)

    def __init__(self, article: str, kind: DayKind, runs: str, petitioner: bool) -> None:
        self.article = article
        self.kind = kind
        self.runs = runs
        self.petitioner = petitioner

    @property
    def ceiling(self) -> int | None:
        """The longest length in days a rule table may give, None where each case brings its own (T5)."""
        return CEILINGS[self.name]


class Light(Enum):
    """Warning lights by share of the period used; 超期 only after the due day."""

    NORMAL = "正常"
    NOTICE = "预警"
    WARNING = "警告"
    SERIOUS = "严重警告"
    OVERDUE = "超期"


@dataclass(frozen=True, slots=True)
class Deadline:
    """One clock reckoned: days are Beijing dates, ``length`` the days counted after the event day.

    ``rolled`` (and for working-day clocks ``nominal``) is None when ``calendar_missing`` names a year without a table.
    ``counted`` lists the working days counted; for calendar-day clocks it is empty (``from_date`` and ``nominal`` say
    all). ``excluded`` are hearing intervals taken out (R 36②), merged, both ends included. ``tables``
    names the year tables relied on (``2026v1``), so that a new table shows what to reckon again. ``day_notes`` says
    what each day named is (``周四，国庆节放假``), so that the sentence needs no calendar later.
    """

    clock: Clock
    article: str
    from_date: date
    length: int
    nominal: date | None
    rolled: date | None
    counted: tuple[date, ...]
    excluded: tuple[tuple[date, date], ...]
    basis: str
    from_memory: bool
    roll_policy: str
    calendar_missing: int | None
    tables: tuple[str, ...]
    base_days: int = 0
    day_notes: tuple[tuple[date, str], ...] = ()

    @property
    def kind(self) -> DayKind:
        """Whether calendar or working days were counted."""
        return self.clock.kind

    @property
    def judged_on(self) -> date | None:
        """The last day in time under the roll policy; None when only the missing table could tell."""
        if self.clock.petitioner or self.roll_policy == "rolled":
            return self.rolled
        return self.nominal

    def is_late(self, day: date) -> bool | None:
        """Would an act on ``day`` be late? None while a missing calendar leaves it open (R 35, 36: never guess)."""
        if self.nominal is not None and day <= self.nominal:
            return False
        last = self.judged_on
        return None if last is None else day > last
