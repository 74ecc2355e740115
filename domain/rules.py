"""Dated rule tables: which length or setting was in force on a day, and that a local table may only be stricter."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import TypeVar, cast

from domain.refusals import Refusal

# Longest period (days) the Regulation leaves for each clock; T5 is set by the 交办函, T12 and T13 by a 办法.
CEILINGS: Mapping[str, int | None] = MappingProxyType(
    {
        "T1": 15,  # R 22①
        "T2": 15,  # R 23②
        "T3": 15,  # R 23③
        "T4": 5,  # R 23③, working days
        "T5": None,  # R 22①(三)
        "T6": 60,  # R 34
        "T7": 30,  # R 34, in total
        "T8": 30,  # R 35
        "T9": 30,  # R 35
        "T10": 30,  # R 36①
        "T11": 30,  # R 36②
        "T12": 3,  # 简易办理办法, from memory
        "T13": 10,  # 简易办理办法
    }
)
# A petitioner's period is a right, not a duty: a local rule may lengthen nothing and shorten nothing (R 35, 36①).
FIXED = frozenset({"T8", "T10"})
REPRESENTATIVE_CEILING = 5  # R 20③


@dataclass(frozen=True, slots=True)
class ClockRule:
    """The length of one clock from a day on; ``days`` None means each case brings its own (T5)."""

    clock: str
    since: date
    days: int | None
    basis: str
    from_memory: bool = False
    until: date | None = None
    """Last day it was in force; None: still is."""


@dataclass(frozen=True, slots=True)
class Setting:
    """A dated choice the law leaves open (rolling, thresholds), with the source it rests on."""

    name: str
    since: date
    value: object
    basis: str
    from_memory: bool = False
    until: date | None = None


_Dated = TypeVar("_Dated", ClockRule, Setting)


@dataclass(frozen=True, slots=True)
class Layer:
    """One table of rules in one version: the Regulation's own, a province's, a county's."""

    id: str
    name: str
    region: str
    """Digits of the region it holds for, as far as they say something (``37``, ``370299``); empty: everywhere."""
    version: int
    clocks: tuple[ClockRule, ...]
    settings: tuple[Setting, ...]
    verified: bool = True
    """False: nobody has confirmed that the text is in force (待核实)."""
    known_on: date | None = None
    """The day it was imported; None: shipped. What had ended by then keeps the measure it had."""

    def applies(self, office: str) -> bool:
        """Whether it holds for an office, by the region its code begins with."""
        return office.startswith(self.region)

    def counts(self, ended: date | None) -> bool:
        """Whether it measures what ended on a day (None: runs still): only what was known before that day does."""
        return self.known_on is None or ended is None or self.known_on < ended


@dataclass(frozen=True, slots=True)
class Rules:
    """Layers of dated rules, the most general first; of each table its highest version counts.

    Of the lengths in force the shortest counts: a local table may only be stricter. Of the settings the most local.
    """

    layers: tuple[Layer, ...]

    @property
    def name(self) -> str:
        """The names of the tables, for people."""
        return "＋".join(dict.fromkeys(layer.name for layer in self.layers))

    @property
    def mark(self) -> tuple[tuple[str, int], ...]:
        """Tells these rules from others: table and version of each layer."""
        return tuple((layer.id, layer.version) for layer in self.layers)

    def at(self, office: str, ended: date | None = None) -> Rules:
        """The rules of one office; with ``ended`` those that measure what ended on that day, for good."""
        kept = [layer for layer in self.layers if layer.applies(office) and layer.counts(ended)]
        return self if len(kept) == len(self.layers) else Rules(tuple(kept))

    def clock(self, code: str, day: date) -> ClockRule:
        """The rule for a clock whose event day is ``day``; ``rule_missing`` before any was in force."""
        best: ClockRule | None = None
        for layer in self._counting():
            found = _in_force([rule for rule in layer.clocks if rule.clock == code], day)
            if found is not None and (best is None or _shorter(found, best)):
                best = found
        if best is None:
            raise Refusal("rule_missing", field="clock", facts={"clock": code, "day": day.isoformat()})
        return best

    def setting(self, name: str, day: date) -> Setting:
        """The setting in force on ``day``; ``rule_missing`` when no table names it."""
        for layer in reversed(self._counting()):
            found = _in_force([each for each in layer.settings if each.name == name], day)
            if found is not None:
                return found
        raise Refusal("rule_missing", field=name, facts={"setting": name, "day": day.isoformat()})

    def number(self, name: str, day: date) -> int:
        """A setting that is one whole number."""
        return cast(int, self.setting(name, day).value)

    def days_of(self, name: str, key: str, day: date) -> int:
        """The days a setting gives to ``key``, or to whatever it does not name; 0: none."""
        value = cast("dict[str, int]", self.setting(name, day).value)
        return value.get(key, value["default"])

    def percents(self, name: str, day: date) -> tuple[int, ...]:
        """A setting that is a rising list of percentages."""
        return tuple(cast("list[int]", self.setting(name, day).value))

    def representative_limit(self, headcount: int, day: date) -> int:
        """How many representatives a visit of ``headcount`` people may have on ``day`` (R 20③: never above 5)."""
        bands = cast("list[dict[str, int | None]]", self.setting("representative_limits", day).value)
        for band in bands:
            up_to = band["up_to"]
            if up_to is None or headcount <= up_to:
                return cast(int, band["limit"])
        return REPRESENTATIVE_CEILING

    def overlaid(self, local: Rules) -> Rules:
        """These rules with local tables laid over them; each entry counts from its own day."""
        return Rules(tuple(sorted(self.layers + local.layers, key=lambda layer: len(layer.region))))

    def _counting(self) -> tuple[Layer, ...]:
        """Of each table the highest version; of two alike the one laid over the other."""
        if len(self.layers) == 1:
            return self.layers
        newest: dict[str, Layer] = {}
        for layer in self.layers:
            if layer.id not in newest or layer.version >= newest[layer.id].version:
                newest[layer.id] = layer
        return tuple(layer for layer in self.layers if newest[layer.id] is layer)


def region_prefix(code: str) -> str:
    """The digits of a region code that say something: ``370000`` → ``37``, ``370299101000`` → ``370299101``."""
    for length in (2, 4, 6, 9):
        if not code[length:].strip("0"):
            return code[:length]
    return code


def _shorter(rule: ClockRule, than: ClockRule) -> bool:
    """Whether the more local rule counts: it is as short, or the other leaves the length open."""
    return rule.days is not None and (than.days is None or rule.days <= than.days)


def _in_force(found: Iterable[_Dated], day: date) -> _Dated | None:
    best: _Dated | None = None
    for each in found:  # a later layer wins on an equal day
        if each.since <= day and (best is None or each.since >= best.since):
            best = each
    return best if best is None or best.until is None or day <= best.until else None
