"""Rates 比率 with the formula each is printed with; a rate over nothing is a dash, never 0 and never 100 %."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Final

DASH: Final = "—"


@dataclass(frozen=True, slots=True)
class Rate:
    """How a rate is defined. Names are those of entries; every part of each counts."""

    code: str
    title: str
    formula: str
    top: tuple[str, ...]
    bottom: tuple[str, ...]
    basis: str
    """``seen`` in existing systems, or ``memory``: to be confirmed by the county (domain dossier §10)."""


@dataclass(frozen=True, slots=True)
class Ratio:
    """A rate of one set of figures."""

    rate: Rate
    numerator: int
    denominator: int

    @property
    def shown(self) -> str:
        """``70.00%``; a dash where there is nothing to divide by."""
        if self.denominator == 0:
            return DASH
        exact = Decimal(100 * self.numerator) / Decimal(self.denominator)
        return f"{exact.quantize(Decimal('0.01'), ROUND_HALF_UP)}%"


def _timely(code: str, title: str, done: str) -> Rate:
    formula = f"{title}＝按期{done}÷（按期{done}＋超期{done}＋超期未{done}）；期限未到的、依照规定不告知的不计入"
    bottom = tuple(f"{code}.{state}" for state in ("in_time", "late", "overdue"))
    return Rate(code, title, formula, bottom[:1], bottom, "seen")


def _evaluated(of: str, whose: str) -> tuple[Rate, Rate]:
    given = tuple(f"evaluation.{level}.{of}" for level in ("satisfied", "rather", "dissatisfied"))
    return (
        Rate(f"evaluated_{of}", f"{whose}参评率", f"{whose}参评率＝已评价÷应评价；检举控告不评价", given,
             (f"evaluation_asked.{of}",), "memory"),
        Rate(f"satisfied_{of}", f"{whose}群众满意率", f"{whose}群众满意率＝（满意＋基本满意）÷已评价", given[:2], given,
             "memory"),
    )  # fmt: skip


RATES: Final = (
    _timely("told_by_office", "信访部门及时受理率", "受理"),
    _timely("told_by_organ", "责任单位及时受理率", "受理"),
    _timely("opined", "按期办结率", "办结"),
    Rate("repeat", "重复信访率", "重复信访率＝重复信访件÷信访件总数", ("repeat",), ("matters",), "seen"),
    *_evaluated("petition_office", "信访部门"),
    *_evaluated("handler", "责任单位"),
    Rate("settled_at_once", "一次性化解率", "一次性化解率＝初次信访答复后至统计时没有重复信访的÷初次信访已答复的",
         ("first_settled",), ("first_replied",), "memory"),
)  # fmt: skip


def ratios(counts: Mapping[tuple[str, str], int]) -> tuple[Ratio, ...]:
    """Every rate of these counts (name, part → number)."""
    whole: dict[str, int] = {}
    for (name, _part), n in counts.items():
        whole[name] = whole.get(name, 0) + n
    return tuple(
        Ratio(rate, sum(whole.get(name, 0) for name in rate.top), sum(whole.get(name, 0) for name in rate.bottom))
        for rate in RATES
    )
