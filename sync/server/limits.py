"""How often one sender may ask: token buckets per key, in memory, bounded. Asks no clock of its own."""

from __future__ import annotations

from collections.abc import Callable

LARGEST: int = 10_000
"""Senders remembered; beyond it those that have not asked for longest are forgotten, that is: let in."""


class Buckets:
    """``burst`` asks at once, ``rate`` per second after that, for every key by itself."""

    def __init__(self, rate: float, burst: float, clock: Callable[[], float]) -> None:
        """``clock`` gives seconds that never go back."""
        self._rate, self._burst, self._clock = rate, burst, clock
        self._left: dict[str, tuple[float, float]] = {}  # key → (tokens, when); the one asked last stands last

    def take(self, key: str) -> float:
        """Take one token; 0 when there was one, otherwise the seconds after which there will be."""
        now = self._clock()
        tokens, when = self._left.pop(key, (self._burst, now))
        tokens = min(self._burst, tokens + (now - when) * self._rate)
        wait = 0.0 if tokens >= 1 else (1 - tokens) / self._rate
        self._left[key] = (tokens if wait else tokens - 1, now)
        if len(self._left) > LARGEST:
            del self._left[next(iter(self._left))]
        return wait
