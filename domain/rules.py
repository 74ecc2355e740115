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


@dataclass(frozen=True, slots=True)
class Setting:
    """A dated choice the law leaves open (rolling, thresholds), with the source it rests on."""

    name: str
    since: date
    value: object
    basis: str
    from_memory: bool = False


_Dated = TypeVar("_Dated", ClockRule, Setting)


@dataclass(frozen=True, slots=True)
class Rules:
    """Dated rules; later layers (a county's own table) win over earlier ones from their own day on."""

    name: str
    clocks: tuple[ClockRule, ...]
    settings: tuple[Setting, ...]

    def clock(self, code: str, day: date) -> ClockRule:
        """The rule for a clock whose event day is ``day``; ``rule_missing`` before any was in force."""
        found = _in_force([rule for rule in self.clocks if rule.clock == code], day)
        if found is None:
            raise Refusal("rule_missing", field="clock", facts={"clock": code, "day": day.isoformat()})
        return found

    def setting(self, name: str, day: date) -> Setting:
        """The setting in force on ``day``; ``rule_missing`` when no table names it."""
        found = _in_force([each for each in self.settings if each.name == name], day)
        if found is None:
            raise Refusal("rule_missing", field=name, facts={"setting": name, "day": day.isoformat()})
        return found

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
        """These rules with a local table laid over them; each entry counts from its own day."""
        return Rules(f"{self.name}＋{local.name}", self.clocks + local.clocks, self.settings + local.settings)


def parse_rules(table: Mapping[str, object]) -> Rules:
    """Read a rule table strictly: ``rule_table_invalid`` if malformed, ``rule_over_ceiling`` if laxer than the law."""
    if not isinstance(table, Mapping):
        raise _invalid("not_an_object", "table")
    clocks = []
    for index, entry in enumerate(_entries(table, "clocks")):
        where = f"clocks.{index}"
        code, days = entry.get("clock"), entry.get("days")
        if not isinstance(code, str) or code not in CEILINGS:
            raise _invalid("clock", where)
        _check_length(code, days, where)
        clocks.append(ClockRule(code, _since(entry, where), cast("int | None", days), *_source(entry, where)))
    settings = []
    for index, entry in enumerate(_entries(table, "settings")):
        where = f"settings.{index}"
        name = entry.get("setting")
        check = _SETTINGS.get(name) if isinstance(name, str) else None
        if check is None or not check(entry.get("value")):
            raise _invalid("setting", where)
        settings.append(Setting(cast(str, name), _since(entry, where), entry["value"], *_source(entry, where)))
    name = table.get("name")
    if not isinstance(name, str) or not name:
        raise _invalid("name", "name")
    return Rules(name, tuple(clocks), tuple(settings))


def _in_force(found: Iterable[_Dated], day: date) -> _Dated | None:
    best: _Dated | None = None
    for each in found:  # a later layer wins on an equal day
        if each.since <= day and (best is None or each.since >= best.since):
            best = each
    return best


def _check_length(code: str, days: object, where: str) -> None:
    ceiling = CEILINGS[code]
    if days is None and ceiling is None:
        return
    if not _is_whole(days) or cast(int, days) < 1:
        raise _invalid("days", where)
    length = cast(int, days)
    if ceiling is not None and (length > ceiling or (code in FIXED and length != ceiling)):
        facts = {"clock": code, "days": length, "ceiling": ceiling}
        raise Refusal("rule_over_ceiling", field=where, article="R 22–36", facts=facts)


def _is_whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _is_percent(value: object) -> bool:
    return _is_whole(value) and 0 < cast(int, value) <= 100


def _is_rising(value: object) -> bool:
    return isinstance(value, list) and len(value) == 3 and all(map(_is_percent, value)) and sorted(set(value)) == value


def _are_days(value: object) -> bool:
    return (
        isinstance(value, Mapping)
        and "default" in value
        and all(_is_whole(days) and days >= 0 for days in value.values())
    )


def _are_bands(value: object) -> bool:
    if not isinstance(value, list) or not value:
        return False
    for band in value:
        if not isinstance(band, Mapping) or set(band) != {"up_to", "limit"}:
            return False
        if not (band["up_to"] is None or _is_whole(band["up_to"])) or not _is_whole(band["limit"]):
            return False
        if not 1 <= band["limit"] <= REPRESENTATIVE_CEILING:
            return False
    bounds = [band["up_to"] for band in value]
    return bounds[-1] is None and None not in bounds[:-1] and sorted(set(bounds[:-1])) == bounds[:-1]


ROLL_POLICIES = ("staff_nominal", "rolled", "nominal")
_SETTINGS = {
    "roll_policy": lambda value: value in ROLL_POLICIES,
    "warning_percent": _is_rising,
    "collective_headcount": lambda value: _is_whole(value) and value >= 2,
    "representative_limits": _are_bands,
    "internal_days": _are_days,
    "simple_handling": lambda value: isinstance(value, bool),
    "review_restarts_handling": lambda value: isinstance(value, bool),
    "repeat_same_percent": _is_percent,
    "repeat_related_percent": _is_percent,
}


def _entries(table: Mapping[str, object], key: str) -> list[Mapping[str, object]]:
    value = table.get(key, [])
    if not isinstance(value, list) or not all(isinstance(entry, Mapping) for entry in value):
        raise _invalid("list", key)
    return cast("list[Mapping[str, object]]", value)


def _since(entry: Mapping[str, object], where: str) -> date:
    value = entry.get("from")
    try:
        return date.fromisoformat(value if isinstance(value, str) else "")
    except ValueError:
        raise _invalid("from", where) from None


def _source(entry: Mapping[str, object], where: str) -> tuple[str, bool]:
    basis, from_memory = entry.get("basis"), entry.get("from_memory", False)
    if not isinstance(basis, str) or not basis or not isinstance(from_memory, bool):
        raise _invalid("basis", where)
    return basis, from_memory


def _invalid(reason: str, where: str) -> Refusal:
    return Refusal("rule_table_invalid", field=where, facts={"reason": reason, "where": where})
