"""Which sheet a form goes on, in how many copies, and the marks every sheet carries besides its content."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType


class Paper(StrEnum):
    """A sheet: A4 and A5 are upright (mm 210 × 297, 148 × 210); R80 is an 80 mm receipt roll, 72 mm of it printable."""

    A4 = "A4"
    A5 = "A5"
    R80 = "R80"


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


TITLES = MappingProxyType(
    {
        "F01": "来访登记表",
        "F02": "来访登记回执",
        "F03": "材料接收清单",
        "F04": "受理告知书",
        "F05": "接收情况及处理途径和程序告知书",
        "F08": "转送告知书",
        "F18": "送达回证",
    }
)
"""Name of each form 文书名称, as lists and delivery receipts write it."""

SIZES = MappingProxyType(
    {
        "F01": (Paper.A4,),
        "F02": (Paper.A5, Paper.R80),
        "F03": (Paper.A4, Paper.A5, Paper.R80),
        "F04": (Paper.A4,),
        "F05": (Paper.A4,),
        "F08": (Paper.A4,),
        "F18": (Paper.A4,),
    }
)
"""Sheets a form may be printed on; the first is the usual one."""

COPIES = MappingProxyType({"F01": 1, "F02": 1, "F03": 2, "F04": 2, "F05": 2, "F08": 2, "F18": 1})
"""Usual number of copies: one for the petitioner, one to file (practice, not a rule)."""
