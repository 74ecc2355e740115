"""The clock port: every machine has its own idea of the time, drawn apart from all other chances."""

from __future__ import annotations

import random
from typing import Final

START_MS: Final = 1_790_000_000_000
"""September 2026."""
_YEAR_MS: Final = 365 * 24 * 3600 * 1000


class Clocks:
    """Milliseconds since 1970 UTC as each machine tells them."""

    def __init__(self, kind: str, seed: int) -> None:
        self._kind = kind
        self._chance = random.Random(f"xinfang-clocks-{kind}-{seed}")
        self._tick = 0
        self._offset: dict[str, int] = {}

    def tick(self) -> None:
        """A while passes."""
        self._tick += self._chance.randrange(1, 60_000)

    def now(self, machine: str) -> int:
        """What this machine's clock shows. A clock that never jumped is right."""
        return START_MS + self._tick + self._offset.get(machine, 0)

    def jump(self, machine: str) -> None:
        """Somebody or something sets a clock: by years to and fro, or to any value at all."""
        if self._kind == "jumping":  # all have 13 digits, so that acts are as long as by a good clock
            self._offset[machine] = self._chance.randrange(-20, 200) * _YEAR_MS + self._chance.randrange(
                -10_000, 10_000
            )
        elif self._kind == "wild" and machine != "county":
            self._offset[machine] = self._chance.choice((-START_MS, -(2**45), 2**45, 2**31 * 1000 - START_MS, 1))
