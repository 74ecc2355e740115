"""Receipt rolls: how wide, how much of it a print head reaches, how large the letters are. Lengths in points."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from desktop.printing.sheet import MM
from domain.papers import Paper

DOTS: Final = 8
"""Dots to the millimetre of a receipt printer's head (203 to the inch)."""
TOP: Final = 8 * MM
"""The first millimetres are kept for a reprint's mark."""
QR: Final = 30 * MM


@dataclass(frozen=True, slots=True)
class Letters:
    """Sizes of type: the organ above, the title, the text and its pitch, the labels beside or over it, the remarks."""

    organ: float
    title: float
    text: float
    pitch: float
    label: float
    remark: float


@dataclass(frozen=True, slots=True)
class Roll:
    """A roll of paper: its width, and the margin no head reaches at either side."""

    width: float
    margin: float
    usual: Letters
    large: Letters

    @property
    def sides(self) -> tuple[float, float]:
        """Left and right end of a line."""
        return self.margin, self.width - self.margin

    @property
    def measure(self) -> float:
        """Length of a line."""
        return self.width - 2 * self.margin


ROLLS: Final = MappingProxyType(
    {
        Paper.R80: Roll(
            80 * MM,
            4 * MM,
            usual=Letters(12.0, 15.0, 10.5, 15.5, 10.5, 8.5),
            large=Letters(14.0, 18.0, 14.0, 20.0, 10.5, 11.5),
        ),
        Paper.R58: Roll(
            58 * MM,
            5 * MM,
            usual=Letters(11.0, 15.0, 10.5, 15.0, 8.5, 8.5),
            large=Letters(13.0, 18.0, 14.0, 20.0, 10.5, 11.0),
        ),
    }
)


def roll_of_width(wide: float) -> Roll | None:
    """The roll a page of that width is for; None: it is no receipt."""
    return next((roll for roll in ROLLS.values() if abs(roll.width - wide) < MM), None)
