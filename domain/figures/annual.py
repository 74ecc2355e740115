"""The annual report 信访工作年度报告: the four blocks of R 41, out of the figures of a year and nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

_ONE: Final = (
    "visits", "people", "collective_visits", "collective_people", "matters", "repeat", "class", "channel", "content",
    "about",
)  # fmt: skip
_TWO: Final = ("referred", "assigned", "supervised.open", "supervised.answered")
_THREE: Final = ("proposed.open", "proposed.whole", "proposed.part", "proposed.none")


@dataclass(frozen=True, slots=True)
class Block:
    """One of the four: its number in R 41, its title, its rows (name, part, number), the largest of a name first."""

    item: str
    title: str
    rows: tuple[tuple[str, str, int], ...]


def annual_blocks(counts: Mapping[tuple[str, str], int]) -> tuple[Block, ...]:
    """The blocks; whatever is in none of the first three stands in the fourth, so that nothing is left out."""
    told = {*_ONE, *_TWO, *_THREE}
    others = tuple(sorted({name for name, _part in counts} - told))
    return (
        Block("R 41(一)", "信访事项的数据统计、涉及领域和被投诉较多的机关、单位", _rows(counts, _ONE)),
        Block("R 41(二)", "转送、交办、督办情况", _rows(counts, _TWO)),
        Block("R 41(三)", "改进工作、完善政策、追究责任建议以及被采纳情况", _rows(counts, _THREE)),
        Block("R 41(四)", "其他需要报告的事项", _rows(counts, others)),
    )


def _rows(counts: Mapping[tuple[str, str], int], names: tuple[str, ...]) -> tuple[tuple[str, str, int], ...]:
    found = [(name, part, n) for (name, part), n in counts.items() if name in names]
    return tuple(sorted(found, key=lambda row: (names.index(row[0]), -row[2], row[1])))
