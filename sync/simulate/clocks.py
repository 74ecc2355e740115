"""The clock port: every machine has its own idea of the time, drawn apart from all other chances."""

from __future__ import annotations

import random
from typing import Final

START_MS: Final = 1_790_000_000_000
"""September 2026."""
_DAY_MS: Final = 24 * 3600 * 1000
_YEAR_MS: Final = 365 * _DAY_MS
_DATES: Final = (0, 80, 110, 3 * 365)
"""Days from the start: September, December, next January; and when everything is over."""


class Clocks:
    """Milliseconds since 1970 UTC as each machine tells them."""

    def __init__(self, kind: str, seed: int) -> None:
        self._kind = kind
        self._chance = random.Random(f"xinfang-clocks-{kind}-{seed}")
        self._tick = 0
        self._offset: dict[str, int] = {}
        self._date = 0

    def tick(self) -> None:
        """A while passes."""
        self._tick += self._chance.randrange(1, 60_000)

    def now(self, machine: str) -> int:
        """What this machine's clock shows. A clock that never jumped is right."""
        return START_MS + self._tick + _DATES[self._date] * _DAY_MS + self._offset.get(machine, 0)

    def pass_on(self, *, to_the_end: bool = False) -> None:
        """Months pass, for every machine alike: to December, to January; in the end years."""
        self._date = len(_DATES) - 1 if to_the_end else min(self._date + 1, len(_DATES) - 2)

    @property
    def year(self) -> int:
        """The true year: what an office writes on its papers, whatever its machine's clock shows."""
        return 2026 + (_DATES[self._date] > 100)

    def jump(self, machine: str) -> None:
        """Somebody or something sets a clock: by years to and fro, or to any value at all."""
        if self._kind == "jumping":  # all have 13 digits, so that acts are as long as by a good clock
            self._offset[machine] = self._chance.randrange(-20, 200) * _YEAR_MS + self._chance.randrange(
                -10_000, 10_000
            )
        elif self._kind == "wild" and machine != "county":
            self._offset[machine] = self._chance.choice((-START_MS, -(2**45), 2**45, 2**31 * 1000 - START_MS, 1))
