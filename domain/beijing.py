"""Beijing wall time: the only zone the law's days are counted in; China has had no summer time since 1992."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta, timezone
from functools import lru_cache
from typing import Final

ZONE: Final = timezone(timedelta(hours=8), "Asia/Shanghai")
_WRITTEN: Final = re.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}(?: [0-9]{2}:[0-9]{2})?")


def beijing(wall_ms: int) -> datetime:
    """The Beijing time of an instant given in milliseconds since 1970 UTC."""
    return datetime.fromtimestamp(wall_ms / 1000, ZONE)


def beijing_minute(wall_ms: int) -> str:
    """``2026-11-23 09:12``: how every screen and paper writes a moment."""
    return minute_of(beijing(wall_ms))


def minute_of(moment: datetime) -> str:
    """A Beijing moment as every screen and paper writes it; without strftime, which costs four times as much."""
    return moment.isoformat(" ", "minutes")[:16]


@lru_cache(maxsize=8)  # one decision asks for its day again and again
def beijing_date(wall_ms: int) -> date:
    """The day of an instant in Beijing: 2026-09-24T16:30Z is 2026-09-25 (domain.md H1)."""
    return beijing(wall_ms).date()


def written_day(day: date) -> str:
    """``2026年9月5日``: how every paper and every reckoning writes a day, without leading zeros (GB/T 9704)."""
    return f"{day.year}年{day.month}月{day.day}日"


def iso_day(value: object) -> date | None:
    """A day written ``2026-11-23`` and no other way; None for whatever else an act from elsewhere may hold."""
    return _iso_day(value) if isinstance(value, str) else None


@lru_cache(maxsize=2_048)  # the matters of a pull share their days
def _iso_day(value: str) -> date | None:
    try:
        day = date.fromisoformat(value)
    except ValueError:
        return None
    return day if day.isoformat() == value else None  # a day by its week is ISO 8601 too


def parse_minute(text: str) -> datetime | None:
    """Read ``2026-11-23 09:12`` or ``2026-11-23``; None when it is not a moment that exists."""
    text = text.strip()
    if _WRITTEN.fullmatch(text):  # as this program writes it: read without strptime, which costs ten times as much
        try:
            return datetime.fromisoformat(text).replace(tzinfo=ZONE)
        except ValueError:
            return None
    for form in ("%Y-%m-%d %H:%M", "%Y-%m-%d"):
        try:
            return datetime.strptime(text, form).replace(tzinfo=ZONE)
        except ValueError:
            continue
    return None
