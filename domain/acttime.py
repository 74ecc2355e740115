"""What the time of an act is worth: when a clock is in doubt, as a pure reading of the evidence the act carries."""

from __future__ import annotations

from typing import Final

from domain.acts import Act

WRONG_CLOCK_MS: Final = 5 * 60_000
"""A clock that is further than this from the county's is a wrong one (sync design §2.13). It decides nothing."""

OK: Final = "ok"
UNSURE: Final = "unsure"
BEHIND: Final = "behind"
OFF: Final = "off"
"""Measured against the county's clock and found wrong."""


def is_off(offset_ms: int | None, slack_ms: int = 0) -> bool:
    """True when a measured offset says that a clock is wrong, whatever the line may have added (``slack_ms``)."""
    return offset_ms is not None and abs(offset_ms) - slack_ms > WRONG_CLOCK_MS


def quality(wall_ms: int, last_known_ms: int, offset_ms: int | None, *, enrolled: bool, tolerance_ms: int) -> str:
    """The mark an act's time is given when it is written.

    ``behind`` the last known moment (H11) · ``off`` from the county's clock as last measured · ``ok`` with a county
    whose clock it agrees with, or that was not asked yet · ``unsure`` where there is none to ask.
    """
    if wall_ms < last_known_ms - tolerance_ms:
        return BEHIND
    if is_off(offset_ms):
        return OFF
    return OK if enrolled else UNSURE


def in_doubt(act: Act) -> bool:
    """True when the time an act carries is known to be doubtful: it says so itself, or its measured offset does.

    An act of a device that was never compared is not in doubt by that alone.
    """
    return act.clock in (BEHIND, OFF) or is_off(act.clock_offset_ms)
