"""The desk a decision is made at: whose office, which window, what day, which calendar and rules."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date

from domain.beijing import beijing_date, beijing_minute, parse_minute
from domain.codes import CodeBook
from domain.directory import Directory, no_organ
from domain.refusals import Refusal
from domain.rules import Rules
from domain.texts import clean_text
from domain.workcalendar import WorkCalendar

NAME_LIMIT = 255
LINE_LIMIT = 500
TEXT_LIMIT = 20_000
"""A narrative of 10,000 characters is a real case; the exchange cuts at 4,000 on its own side, never here."""


@dataclass(frozen=True, slots=True)
class Desk:
    """Everything a decision may know besides the command and the states."""

    office: str
    office_kind: str
    """``petition_office`` 信访部门 or ``competent_organ`` 有权处理的机关."""
    window: str
    station: str
    clerk: str
    now_ms: int
    calendar: WorkCalendar
    rules: Rules
    new_id: Callable[[], str]
    """A fresh random id of 32 hexadecimal digits."""
    private_use: Mapping[str, str] | None = None
    codes: CodeBook = field(default_factory=CodeBook)
    organ: Directory = no_organ
    """An organ of the directory by its code."""

    @property
    def today(self) -> date:
        """The Beijing day."""
        return beijing_date(self.now_ms)

    @property
    def now(self) -> str:
        """The Beijing minute."""
        return beijing_minute(self.now_ms)

    def line(self, text: str, field: str, limit: int = LINE_LIMIT) -> str:
        """A one-line text fit for the record."""
        if text.isprintable() and len(text) <= limit:  # what clean_text says first: most lines are plain
            return text.strip()
        return clean_text(text, multiline=False, limit=limit, field=field, private_use=self.private_use)

    def text(self, text: str, field: str, limit: int = TEXT_LIMIT) -> str:
        """A text of several lines fit for the record."""
        if not text:
            return ""
        return clean_text(text, multiline=True, limit=limit, field=field, private_use=self.private_use)

    def day(self, text: str, field: str, *, article: str | None = None) -> date:
        """A day as typed, today when empty; refuses a day that does not exist or lies in the future."""
        if not text.strip():
            return self.today
        day = self.day_any(text, field)
        if day > self.today:
            raise Refusal("date_in_future", field=field, article=article, facts={"date": day.isoformat()})
        return day

    def day_any(self, text: str, field: str) -> date:
        """A day as typed, past or to come; refuses one that does not exist."""
        moment = parse_minute(text)
        if moment is None:
            raise Refusal("date_invalid", field=field, facts={"text": text[:40]})
        return moment.date()


def require(value: str, code: str, field: str, article: str | None = None) -> str:
    """The value, or the refusal that it is missing."""
    if not value:
        raise Refusal(code, field=field, article=article)
    return value
