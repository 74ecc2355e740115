"""Ids led by a time, so that what was made together lies together on the disk; it draws none of its own chance."""

from __future__ import annotations

from collections.abc import Callable

_LOW_48 = (1 << 48) - 1


def case_id(wall_ms: int, nth: int, entropy: Callable[[int], bytes]) -> str:
    """An id of 32 hexadecimal digits: a time, a count within it and 72 random bits.

    Time and count are a storage hint and decide nothing: what was made together lies together on the disk, in the
    order in which it was made.
    """
    return f"{wall_ms & _LOW_48:012x}{min(nth, 255):02x}{entropy(9).hex()}"


def act_id(lamport: int, entropy: Callable[[int], bytes]) -> str:
    """An act's id: led by its lamport time, then 80 random bits."""
    return f"{lamport & _LOW_48:012x}{entropy(10).hex()}"


def led_by(drawn: str) -> int:
    """The time an id is led by, as :func:`case_id` wrote it; 0 for what is no id of ours."""
    try:
        return int(drawn[:12], 16)
    except ValueError:
        return 0
