"""The tables shipped in the package, read once: rules, calendars, wording, old characters, surnames and readings."""

from __future__ import annotations

import os
from collections.abc import Mapping
from functools import lru_cache
from typing import cast

import resources
from desktop.models.store.tables import Shipped
from domain.codes import TABLES, CodeBook, parse_codes
from domain.papers.content import WORDING
from domain.pinyin import SurnameReadings, initials, parse_surnames
from domain.rules import Rules
from domain.ruletable import parse_rules
from domain.wording import WordingBook, Words
from domain.wordingtext import Titles
from domain.workcalendar import YearTable, parse_calendar


@lru_cache(maxsize=1)
def shipped_rules() -> Rules:
    """The rule table in the package."""
    return parse_rules(resources.rules())


@lru_cache(maxsize=1)
def shipped_calendars() -> tuple[YearTable, ...]:
    """The year tables in the package."""
    return tuple(parse_calendar(table) for table in resources.calendars())


@lru_cache(maxsize=1)
def shipped_codes() -> CodeBook:
    """The tables of codes in the package, each in its first version."""
    return CodeBook(parse_codes(resources.table(name), name) for name in TABLES)


def shipped_tables() -> Shipped:
    """All the tables that a station file is measured by until others are imported."""
    return Shipped(shipped_rules(), shipped_calendars(), shipped_codes(), shipped_wording())


@lru_cache(maxsize=1)
def shipped_wording() -> WordingBook:
    """The wording in the package that new papers are printed in where nothing local counts."""
    return WordingBook(cast("Mapping[str, Words]", resources.Wording(WORDING)))


@lru_cache(maxsize=1)
def wording_titles() -> Titles:
    """What blanks and parts of the wording are called in Chinese."""
    found = cast("Mapping[str, Mapping[str, str]]", resources.wording_of(WORDING, "titles"))
    return Titles(found["blanks"], found["parts"])


@lru_cache(maxsize=1)
def private_use() -> Mapping[str, str]:
    """Old private-use characters of GB 18030 and their standard ones."""
    rows = cast("list[dict[str, str]]", resources.table("gb18030_private_use")["characters"])
    return {chr(int(row["private"][2:], 16)): row["character"] for row in rows}


@lru_cache(maxsize=1)
def _surnames() -> SurnameReadings:
    return parse_surnames(resources.table("surnames"))


def name_initials(name: str) -> tuple[str, ...]:
    """The pinyin initials a name may be typed by."""
    return initials(name, _surnames(), _readings)


@lru_cache(maxsize=30_000)
def _readings(char: str) -> tuple[str, ...]:
    # Its table of phrases takes 43 MB and 0.3 s; single characters are read without it, all of them alike.
    os.environ.setdefault("PYPINYIN_NO_PHRASES", "true")
    from pypinyin import Style, pinyin

    found = pinyin(char, style=Style.NORMAL, heteronym=True, errors="ignore")
    return tuple(found[0]) if found else ()
