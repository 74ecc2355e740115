"""What a seed means: how careless its world is (swarm testing), and the list of events that will happen in it.

Pure: a plan is data, so that a failure can be replayed with events left out.
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happens. ``salt`` alone feeds its chances, so that leaving others out changes nothing in it."""

    kind: str
    who: int
    salt: int

    def __str__(self) -> str:
        return f"{self.kind} {self.who} {self.salt:#x}"


@dataclass(frozen=True, slots=True)
class Plan:
    """A world: its size, its kind of disk and clock, the chance of every accident, and its events."""

    seed: int
    stations: int
    offices: int
    on_disk: bool
    clocks: str
    """``sane``, ``jumping`` (years to and fro, 13 digits) or ``wild`` (any value)."""
    clock_seed: int
    chances: Mapping[str, float]
    events: tuple[Event, ...]
    numbered: bool = False
    """Desks number papers. Then the county's clock does not jump: the year of a series is the county's to say."""
    sticks: bool = False
    """Reports and replies travel by stick too."""
    checked: bool = True
    """Every step is proved in full, not only the end: slower, for a share of seeds."""


# Weight of each event: a range from which every seed draws, and the chance that a seed leaves it out altogether.
_WEIGHTS: Final[Mapping[str, tuple[float, float, float]]] = {
    "write": (10, 40, 0.0),
    "commit": (0, 8, 0.3),
    "settle_conflict": (0, 6, 0.3),
    "share": (0, 6, 0.4),
    "newer_act": (0, 3, 0.5),
    "guess": (0, 2, 0.6),
    "forge": (0, 1.0, 0.7),
    "spoil": (0, 1.0, 0.7),
    "round": (3, 20, 0.1),
    "ask": (5, 30, 0.1),
    "deliver": (10, 50, 0.0),
    "replay": (0, 8, 0.3),
    "county_backup": (0, 3, 0.3),
    "county_restore": (0, 3, 0.4),
    "county_crash": (0, 3, 0.4),
    "county_full": (0, 2, 0.6),
    "station_backup": (0, 3, 0.4),
    "station_restore": (0, 2, 0.5),
    "station_clone": (0, 1.5, 0.6),
    "station_crash": (0, 3, 0.4),
    "station_gone": (0, 0.6, 0.7),
    "station_full": (0, 2, 0.6),
    "part": (0, 2, 0.5),
    "rejoin": (0, 3, 0.4),
    "clock": (0, 3, 0.3),
    "revoke": (0, 0.6, 0.8),
    "reenrol": (0, 1.0, 0.7),
    "write_report": (1, 10, 0.85),
    "carry": (5, 25, 0.0),
    "take_number": (0, 16, 0.4),
    "void_number": (0, 3, 0.4),
    "give_up": (0, 1.5, 0.6),
    "turn_year": (0, 3, 0.5),
    "close_year": (0, 3, 0.5),
}

# Chance of each accident on the way of one frame: the highest a seed may draw, and how often it is left out.
_CHANCES: Final[Mapping[str, tuple[float, float]]] = {
    "lost": (0.3, 0.2),
    "doubled": (0.4, 0.2),
    "truncated": (0.1, 0.5),
    "corrupted": (0.1, 0.5),
    "overtaken": (0.8, 0.2),
    "kept_on_stick": (0.3, 0.4),
    "small_budget": (0.9, 0.2),
    "bad_clock": (0.5, 0.3),
    "collide": (1.0, 0.0),
    "restricted": (0.5, 0.5),
    "crash_in_round": (0.15, 0.5),
}

EVENTS: Final = (36, 64)
"""Events in one history."""
DISK_SHARE: Final = 16
"""One seed in so many runs on simulated disks."""
CHECKED_SHARE: Final = 16
"""One seed in so many is proved after every step."""


@dataclass(slots=True)
class Bias:
    """A push in one direction: weights and chances fixed from outside."""

    weights: Mapping[str, float] = field(default_factory=dict)
    chances: Mapping[str, float] = field(default_factory=dict)
    stations: int = 0


BY_STICK: Final = Bias(
    weights={
        "write_report": 8.0,
        "carry": 18.0,
        "round": 0.0,
        "ask": 0.0,
        "deliver": 0.0,
        "county_restore": 3.0,
        "take_number": 12.0,
    }
)
RESTORES: Final = Bias(weights={"county_restore": 4.0, "county_backup": 4.0, "station_gone": 0.0})
TWINS: Final = Bias(weights={"station_backup": 3.0, "station_restore": 3.0, "station_clone": 2.0, "reenrol": 1.0})
PAPERS: Final = Bias(weights={"take_number": 25.0, "give_up": 1.0, "turn_year": 2.0, "close_year": 2.0})
SHARES: Final = Bias(weights={"share": 8.0, "guess": 2.0, "county_restore": 1.0}, chances={"restricted": 0.5})
DESKS: Final = Bias(
    weights={
        "revoke": 1.5,
        "reenrol": 2.0,
        "county_restore": 3.0,
        "county_backup": 2.0,
        "share": 5.0,
        "forge": 1.0,
        "spoil": 1.0,
        "guess": 2.0,
        "station_clone": 1.5,
    }
)
"""Desks that are revoked, enrolled anew and copied, beside a county put back: dealt to no seed by itself."""
PROFILES: Final[Mapping[str, tuple[int, Bias]]] = {
    "any": (8, Bias()),
    "by stick": (3, BY_STICK),
    "restores": (2, RESTORES),
    "twins": (2, TWINS),
    "papers": (2, PAPERS),
    "shares": (2, SHARES),
}
"""Kinds of worlds that seeds are dealt to, and their shares: whole regions that the free draw seldom reaches."""


def profile(seed: int) -> str:
    """The kind of world of a seed."""
    chance = random.Random(f"xinfang-profile-{seed}")
    return chance.choices(tuple(PROFILES), [share for share, _ in PROFILES.values()])[0]


def draw(seed: int, *, on_disk: bool | None = None, bias: Bias | None = None) -> Plan:
    """The plan of a seed, in the world of its :func:`profile` unless a ``bias`` says another. ``on_disk`` None lets the
    seed decide."""
    bias = PROFILES[profile(seed)][1] if bias is None else bias
    chance = random.Random(f"xinfang-plan-{seed}")
    weights = {name: 0.0 if chance.random() < out else chance.uniform(low, high)
               for name, (low, high, out) in _WEIGHTS.items()}  # fmt: skip
    chances = {name: 0.0 if chance.random() < out else chance.uniform(0, most)
               for name, (most, out) in _CHANCES.items()}  # fmt: skip
    if not weights["write_report"]:
        weights["carry"] = 0.0
    weights |= bias.weights
    chances |= bias.chances
    offices = chance.choice((1, 2, 2))
    stations = bias.stations or chance.choice((2, 3, 3, 4))
    kinds = chance.choices(tuple(weights), tuple(weights.values()), k=chance.randint(*EVENTS))
    events = tuple(Event(kind, chance.randrange(1 << 16), chance.getrandbits(48)) for kind in kinds)
    clocks = chance.choice(("sane", "jumping", "wild"))
    clock_seed = chance.getrandbits(32)
    disk = chance.randrange(DISK_SHARE) == 0
    checked = chance.randrange(CHECKED_SHARE) == 0
    return Plan(
        seed, stations, offices, disk if on_disk is None else on_disk, clocks, clock_seed, chances, events,
        weights["take_number"] > 0, weights["write_report"] > 0, checked,
    )  # fmt: skip
