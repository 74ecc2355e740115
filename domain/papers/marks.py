"""The sheets there are, and the marks every sheet carries besides its content."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Paper(StrEnum):
    """A sheet: A4 and A5 are upright (mm 210 × 297, 148 × 210); R80 and R58 are receipt rolls.

    An 80 mm roll is printable over 72 mm, a 58 mm one over 48 mm.
    """

    A4 = "A4"
    A5 = "A5"
    R80 = "R80"
    R58 = "R58"


RECEIPT_ROLLS = frozenset({Paper.R80, Paper.R58})
"""Sheets that are receipt rolls 小票."""


@dataclass(frozen=True, slots=True)
class PrintLine:
    """The line at the foot of every sheet: number, Beijing wall time ``2026-11-23 09:12``, station, operator."""

    number: str
    printed_at: str
    station: str
    operator: str


@dataclass(frozen=True, slots=True)
class Mark:
    """What this copy is: ``draft`` 草稿, ``original``, or ``reprint`` 补打 number ``n`` made ``at`` ``by`` somebody."""

    kind: str
    n: int = 0
    at: str = ""
    by: str = ""

    def __post_init__(self) -> None:
        if self.kind not in ("draft", "original", "reprint"):
            raise ValueError(f"not a mark: {self.kind}")
        if (self.kind == "reprint") != (self.n > 0):
            raise ValueError("a reprint is counted from 1, and only a reprint is counted")

    @classmethod
    def draft(cls) -> Mark:
        return cls("draft")

    @classmethod
    def original(cls) -> Mark:
        return cls("original")

    @classmethod
    def reprint(cls, n: int, at: str, by: str) -> Mark:
        return cls("reprint", n, at, by)
