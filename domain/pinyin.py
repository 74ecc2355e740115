"""Pinyin initials of a name for search: surnames by our own readings, the rest by a reading function that is given."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from itertools import product
from types import MappingProxyType
from typing import cast

MOST_VARIANTS = 16


@dataclass(frozen=True, slots=True)
class SurnameReadings:
    """How surnames are read: compound ones (two characters) and single ones whose surname reading is its own.

    ``also`` holds the everyday reading many clerks type, found as well but after the right one.
    """

    compound: Mapping[str, tuple[str, ...]]
    single: Mapping[str, tuple[str, ...]]
    also: Mapping[str, tuple[str, ...]]


def parse_surnames(table: Mapping[str, object]) -> SurnameReadings:
    """Read the shipped table ``surnames``; ValueError when it is not one (it is ours: a programming error)."""
    parts = []
    for key in ("compound", "single", "also"):
        entries = table.get(key)
        if not isinstance(entries, Mapping):
            raise ValueError(f"surname table without {key}")
        parts.append(MappingProxyType({str(name): tuple(cast("list[str]", said)) for name, said in entries.items()}))
    return SurnameReadings(*parts)


def initials(
    name: str, surnames: SurnameReadings, reading: Callable[[str], Iterable[str]], *, surname: bool = True
) -> tuple[str, ...]:
    """Every way the initials of a name may be typed, likeliest first, at most 16: 单雄信 → ``sxx``, ``dxx``.

    ``reading(character)`` gives the character's readings (toneless pinyin), none if unknown: such a character is left
    out. Blanks and the dot of longer names (·) do not count; letters and digits stand for themselves.
    ``surname=False`` is for organisations.
    """
    rest = [char for char in unicodedata.normalize("NFKC", name).casefold() if char.isalnum() or ord(char) >= 0x20000]
    text = "".join(rest)
    choices: list[tuple[str, ...]] = []
    if surname and len(text) > 2 and text[:2] in surnames.compound:
        said = surnames.compound[text[:2]]
        choices.append(_distinct("".join(part[0] for part in each.split()) for each in said))
        text = text[2:]
    elif surname and text[:1] in surnames.single:
        head = text[0]
        choices.append(_distinct(said[0] for said in (*surnames.single[head], *surnames.also.get(head, ()))))
        text = text[1:]
    for char in text:
        if char.isascii():
            choices.append((char,))
            continue
        said = tuple(each for each in reading(char) if each[:1].isascii() and each[:1].isalpha())
        if said:
            choices.append(_distinct(each[0].lower() for each in said))
    found: list[str] = []
    for picked in product(*choices):
        found.append("".join(picked))
        if len(found) == MOST_VARIANTS:
            break
    return tuple(each for each in found if each)


def _distinct(values: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(values))
