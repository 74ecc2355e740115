"""Ranges of whole numbers: joined, taken from each other, counted. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TypeAlias

Range: TypeAlias = tuple[int, int]
"""First and last number, both in it."""


def union(ranges: Iterable[Range]) -> list[Range]:
    """The same numbers in as few ranges as can be, lowest first."""
    joined: list[Range] = []
    for first, last in sorted(ranges):
        if last < first:
            continue
        if joined and first <= joined[-1][1] + 1:
            joined[-1] = (joined[-1][0], max(joined[-1][1], last))
        else:
            joined.append((first, last))
    return joined


def minus(ranges: Sequence[Range], taken: Sequence[Range]) -> list[Range]:
    """Numbers of ``ranges`` that are in none of ``taken``; both as :func:`union` gives them."""
    found: list[Range] = []
    for first, last in union(ranges):
        start = first
        for low, high in taken:
            if high < start or low > last:
                continue
            if low > start:
                found.append((start, low - 1))
            start = high + 1
        if start <= last:
            found.append((start, last))
    return found


def overlap(one: Sequence[Range], two: Sequence[Range]) -> bool:
    """True when a number lies in both."""
    return any(a[0] <= b[1] and b[0] <= a[1] for a in one for b in two)


def size(ranges: Iterable[Range]) -> int:
    """How many numbers these ranges hold."""
    return sum(last - first + 1 for first, last in ranges)
