"""How much to carry in one round: little over an unknown line, more as it proves quick. Arithmetic only."""

from __future__ import annotations

from typing import Final

from sync.exchange import START_BUDGET

TARGET_MS: Final = 3500
"""A round should take about this long, so that a cut loses little and a clerk sees progress."""
SMALLEST: Final = 4 << 10
LARGEST: Final = 1 << 20
LOOPBACK: Final = 2 << 20
"""Where the county is on this PC. More is no quicker, and a clerk's save stands behind the answer that is taken in."""


class Pace:
    """The byte budget of the next round."""

    def __init__(self, *, loopback: bool = False) -> None:
        self.budget = LOOPBACK if loopback else START_BUDGET
        self._fixed = loopback

    def went_well(self, milliseconds: int, carried: int | None = None) -> None:
        """A round took this long: come nearer to the target, at most fourfold at once.

        ``carried`` is the bytes of both frames; a round that carried little says nothing about the line.
        """
        if not self._fixed and (carried is None or carried >= self.budget // 16):
            wanted = self.budget * TARGET_MS // max(milliseconds, 1)
            self.budget = max(SMALLEST, min(LARGEST, wanted, self.budget * 4))

    def went_wrong(self) -> None:
        """A round was cut: try half."""
        if not self._fixed:
            self.budget = max(SMALLEST, self.budget // 2)
