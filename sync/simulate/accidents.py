"""What can go wrong from outside, as exceptions and as changes to a frame on its way. Pure but for its chance."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Mapping


class PowerCut(BaseException):
    """The machine stopped; no code of that machine may handle it. What a dead machine still calls has no effect."""


class Unanswered(Exception):
    """The county answered with a refusal, or not at all: ``code`` as it named it."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Broken(AssertionError):
    """An invariant does not hold: ``name`` is its number, e.g. ``I2``."""

    def __init__(self, name: str, detail: str) -> None:
        super().__init__(f"{name}: {detail}")
        self.name = name


def demand(holds: object, name: str, detail: str) -> None:
    """Raise :class:`Broken` unless it holds."""
    if not holds:
        raise Broken(name, detail)


def travel(frame: bytes, chances: Mapping[str, float], chance: random.Random, tally: Counter[str]) -> list[bytes]:
    """What arrives of a frame: nothing, the frame, two of it, a part of it, or one with a bit turned over."""
    if chance.random() < chances["lost"]:
        tally["frames lost"] += 1
        return []
    copies = [frame]
    if chance.random() < chances["doubled"]:
        tally["frames doubled"] += 1
        copies.append(frame)
    if chance.random() < chances["truncated"]:
        tally["frames truncated"] += 1
        copies[-1] = frame[: chance.randrange(len(frame))]
    if chance.random() < chances["corrupted"]:
        tally["frames corrupted"] += 1
        copies[-1] = turned(copies[-1], chance)
    return copies


def turned(frame: bytes, chance: random.Random) -> bytes:
    """The frame with one bit turned over."""
    if not frame:
        return frame
    place = chance.randrange(len(frame))
    return frame[:place] + bytes([frame[place] ^ (1 << chance.randrange(8))]) + frame[place + 1 :]
