"""One year's official table of days off and make-up days 调休上班日: read strictly, or refused whole."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from types import MappingProxyType
from typing import cast

from domain.beijing import iso_day
from domain.refusals import Refusal

# A national notice that forgets one of these festivals (全国年节及纪念日放假办法) is not a whole notice.
FESTIVALS = ("元旦", "春节", "清明", "劳动", "端午", "中秋", "国庆")
# Fixed statutory days (month, day) every national table must have off.
FIXED_DAYS = ((1, 1), (5, 1), (10, 1), (10, 2), (10, 3))
LONGEST_BLOCK = 15
_NEEDED = {"year", "version", "published", "source_notice", "off", "make_up"}
_OPTIONAL = {"scope", "note"}


@dataclass(frozen=True, slots=True)
class YearTable:
    """One year's arrangement: days off and make-up days 调休上班日, each with the festival's name.

    ``scope`` is ``national`` (the State Council's notice: gives the year its coverage) or ``local`` (days off an
    ethnic autonomous area adds; it covers nothing by itself).
    """

    year: int
    off: Mapping[date, str]
    make_up: Mapping[date, str]
    source_notice: str
    published: date
    version: int
    scope: str = "national"


def parse_calendar(table: Mapping[str, object]) -> YearTable:
    """Read one year table strictly; anything doubtful raises ``calendar_table_invalid`` with the reason in ``facts``.

    Shape: ``year``, ``version``, ``published`` (ISO day), ``source_notice``, ``off`` (list of name/from/to),
    ``make_up`` (list of name/day), optional ``scope`` and ``note``. Every day must lie in ``year``: a notice that
    moves days of the December before belongs, for those days, into a new version of that year's table.
    """
    if not isinstance(table, Mapping):
        raise invalid("not_an_object", None)
    unknown = sorted(str(key) for key in set(table) - _NEEDED - _OPTIONAL)
    if unknown:
        raise invalid("unknown_key", unknown[0])
    missing = sorted(_NEEDED - set(table))
    if missing:
        raise invalid("missing_key", missing[0])
    year = _whole(table["year"], "year", 1949, 2200)
    version = _whole(table["version"], "version", 1, 10_000)
    scope = table.get("scope", "national")
    if not isinstance(scope, str) or scope not in ("national", "local"):
        raise invalid("scope", "scope")
    source_notice = _words(table["source_notice"], "source_notice")
    published = _day(table["published"], "published")
    off = _read_off(table["off"])
    make_up = _read_make_up(table["make_up"], off)
    for day in (*off, *make_up):
        if day.year != year:
            raise invalid("day_outside_year", "off", day)
    if scope == "national":
        _check_whole(year, off)
    return YearTable(year, MappingProxyType(off), MappingProxyType(make_up), source_notice, published, version, scope)


def _read_off(blocks: object) -> dict[date, str]:
    off: dict[date, str] = {}
    for index, entry in enumerate(_entries(blocks, "off")):
        where = f"off.{index}"
        name = _words(entry.get("name"), f"{where}.name")
        first, last = _day(entry.get("from"), f"{where}.from"), _day(entry.get("to"), f"{where}.to")
        if set(entry) != {"name", "from", "to"} or first > last or (last - first).days >= LONGEST_BLOCK:
            raise invalid("block", where)
        for day in each_day(first, last):
            if day in off:
                raise invalid("day_twice", where, day)
            off[day] = name
    return off


def _read_make_up(entries: object, off: Mapping[date, str]) -> dict[date, str]:
    make_up: dict[date, str] = {}
    for index, entry in enumerate(_entries(entries, "make_up")):
        where = f"make_up.{index}"
        name, day = _words(entry.get("name"), f"{where}.name"), _day(entry.get("day"), f"{where}.day")
        if set(entry) != {"name", "day"} or day.weekday() < 5:
            raise invalid("make_up_not_a_weekend", where, day)
        if day in off or day in make_up:
            raise invalid("day_twice", where, day)
        make_up[day] = name
    return make_up


def _check_whole(year: int, off: Mapping[date, str]) -> None:
    named = "".join(off.values())
    for festival in FESTIVALS:
        if festival not in named:
            raise invalid("festival_missing", festival)
    for month, number in FIXED_DAYS:
        if date(year, month, number) not in off:
            raise invalid("statutory_day_missing", "off", date(year, month, number))


def each_day(first: date, last: date) -> Iterable[date]:
    """The days from ``first`` to ``last``, both included; none when ``last`` is earlier."""
    return (first + timedelta(days=offset) for offset in range((last - first).days + 1))


def invalid(reason: str, where: str | None, day: date | None = None) -> Refusal:
    """The refusal of a year table: ``reason`` for programs, ``where`` in the table, ``day`` if one is meant."""
    facts: dict[str, object] = {"reason": reason}
    if where is not None:
        facts["where"] = where
    if day is not None:
        facts["day"] = day.isoformat()
    return Refusal("calendar_table_invalid", field=where, facts=facts)


def _whole(value: object, where: str, low: int, high: int) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
        raise invalid("number", where)
    return value


def _words(value: object, where: str) -> str:
    if not isinstance(value, str) or not value.strip():
        raise invalid("text", where)
    return value


def _day(value: object, where: str) -> date:
    day = iso_day(value)
    if day is None:
        raise invalid("day", where)
    return day


def _entries(value: object, where: str) -> list[Mapping[str, object]]:
    if not isinstance(value, list) or not all(isinstance(entry, Mapping) for entry in value):
        raise invalid("list", where)
    return cast("list[Mapping[str, object]]", value)
