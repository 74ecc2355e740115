"""Reading a table of dated rules: strictly, or refused whole; nobody can loosen the Regulation by one."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from typing import cast

from domain.beijing import iso_day
from domain.refusals import Refusal
from domain.rules import CEILINGS, FIXED, REPRESENTATIVE_CEILING, ClockRule, Layer, Rules, Setting, region_prefix


def parse_rules(table: Mapping[str, object]) -> Rules:
    """Read a rule table strictly: ``rule_table_invalid`` if malformed, ``rule_over_ceiling`` if laxer than the law.

    Shape: ``name``, ``clocks`` (clock/from/days/basis), ``settings`` (setting/from/value/basis); an entry may end
    (``to``) and say that it rests on memory (``from_memory``). A table to be imported has an ``id`` as well, and may
    have ``region``, ``version``, ``verified`` and what its numbers are taken from (``note``).
    """
    if not isinstance(table, Mapping):
        raise _invalid("not_an_object", "table")
    _check_keys(table, _TABLE_KEYS, "table")
    clocks = []
    for index, entry in enumerate(_entries(table, "clocks")):
        where = f"clocks.{index}"
        _check_keys(entry, _CLOCK_KEYS, where)
        code, days = entry.get("clock"), entry.get("days")
        if not isinstance(code, str) or code not in CEILINGS:
            raise _invalid("clock", where)
        _check_length(code, days, where)
        basis, from_memory = _source(entry, where)
        clocks.append(ClockRule(code, _since(entry, where), cast("int | None", days), basis, from_memory,
                                _until(entry, where)))  # fmt: skip
    settings = []
    for index, entry in enumerate(_entries(table, "settings")):
        where = f"settings.{index}"
        _check_keys(entry, _SETTING_KEYS, where)
        name = entry.get("setting")
        check = _SETTINGS.get(name) if isinstance(name, str) else None
        if check is None or not check(entry.get("value")):
            raise _invalid("setting", where)
        basis, from_memory = _source(entry, where)
        settings.append(Setting(cast(str, name), _since(entry, where), entry["value"], basis, from_memory,
                                _until(entry, where)))  # fmt: skip
    return Rules((_layer(table, tuple(clocks), tuple(settings)),))


_TABLE_KEYS = frozenset({"id", "name", "region", "version", "verified", "note", "clocks", "settings", "imported_on"})
_ENTRY_KEYS = frozenset({"from", "to", "basis", "from_memory"})
_CLOCK_KEYS = _ENTRY_KEYS | {"clock", "days"}
_SETTING_KEYS = _ENTRY_KEYS | {"setting", "value"}


def _check_keys(entry: Mapping[str, object], known: frozenset[str], where: str) -> None:
    unknown = sorted(str(key) for key in set(entry) - known)
    if unknown:
        raise _invalid("unknown_key", f"{where}.{unknown[0][:20]}")
    if not isinstance(entry.get("note", ""), str):
        raise _invalid("note", where)


def _layer(table: Mapping[str, object], clocks: tuple[ClockRule, ...], settings: tuple[Setting, ...]) -> Layer:
    name, version, verified = table.get("name"), table.get("version", 1), table.get("verified", True)
    if not isinstance(name, str) or not name.strip() or len(name) > 100:
        raise _invalid("name", "name")
    table_id, region = table.get("id", name), table.get("region", "")
    if not isinstance(table_id, str) or not table_id:
        raise _invalid("id", "id")
    if not isinstance(region, str) or (region and not _REGION.fullmatch(region)):
        raise _invalid("region", "region")
    if not _is_whole(version) or not 1 <= cast(int, version) <= 10_000:
        raise _invalid("version", "version")
    if not isinstance(verified, bool):
        raise _invalid("verified", "verified")
    known = _day(table["imported_on"], "imported_on") if "imported_on" in table else None
    return Layer(table_id, name, region_prefix(region), cast(int, version), clocks, settings, verified, known)


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


def _are_days(value: object) -> bool:
    """Days by the step they are given to, and for every other one (``default``)."""
    if not isinstance(value, Mapping) or "default" not in value:
        return False
    return all(_is_whole(days) and 0 <= days <= 366 for days in value.values())


def _is_threshold(value: object) -> bool:
    return value is None or (_is_whole(value) and cast(int, value) >= 2)


def _are_conditions(value: object) -> bool:
    """Conditions of the simple way 简易办理: one of ``any_of`` must be met, none of ``none_of`` may be."""
    if not isinstance(value, Mapping) or set(value) != {"first_only", "any_of", "none_of"}:
        return False
    any_of, none_of = value["any_of"], value["none_of"]
    return (
        isinstance(value["first_only"], bool)
        and isinstance(any_of, Mapping)
        and bool(any_of)
        and all(isinstance(words, str) and words for words in any_of.values())
        and isinstance(none_of, list)
        and all(isinstance(flag, str) for flag in none_of)
    )


def _are_recipients(value: object) -> bool:
    """Where accusations 检举控告 may go: kinds of offices of the directory, and single ones by code."""
    if not isinstance(value, Mapping) or set(value) != {"kinds", "offices"}:
        return False
    return all(isinstance(each, list) and all(isinstance(code, str) for code in each) for each in value.values())


_REGION = re.compile(r"[0-9]{6}(?:[0-9]{3}){0,2}")
ROLL_POLICIES = ("staff_nominal", "rolled", "nominal")
_SETTINGS = {
    "roll_policy": lambda value: value in ROLL_POLICIES,
    "warning_percent": _is_rising,
    "collective_headcount": lambda value: _is_whole(value) and value >= 2,
    "large_collective_headcount": _is_threshold,
    "joint_signers": _is_threshold,
    "backlog_days": _is_threshold,
    "levels_above": lambda value: _is_whole(value) and value >= 0,
    "representative_limits": _are_bands,
    "internal_days": _are_days,
    "review_restarts_handling": lambda value: isinstance(value, bool),
    "unsent_hours": lambda value: _is_whole(value) and value >= 1,
    "accusation_recipients": _are_recipients,
    "simple_handling": lambda value: isinstance(value, bool),
    "simple_conditions": _are_conditions,
    "repeat_same_percent": _is_percent,
    "repeat_related_percent": _is_percent,
}


def _entries(table: Mapping[str, object], key: str) -> list[Mapping[str, object]]:
    value = table.get(key, [])
    if not isinstance(value, list) or not all(isinstance(entry, Mapping) for entry in value):
        raise _invalid("list", key)
    return cast("list[Mapping[str, object]]", value)


def _since(entry: Mapping[str, object], where: str) -> date:
    return _day(entry.get("from"), where)


def _until(entry: Mapping[str, object], where: str) -> date | None:
    if "to" not in entry:
        return None
    until = _day(entry["to"], where)
    if until < _since(entry, where):
        raise _invalid("to", where)
    return until


def _day(value: object, where: str) -> date:
    day = iso_day(value)
    if day is None:
        raise _invalid("from", where)
    return day


def _source(entry: Mapping[str, object], where: str) -> tuple[str, bool]:
    basis, from_memory = entry.get("basis"), entry.get("from_memory", False)
    if not isinstance(basis, str) or not basis or not isinstance(from_memory, bool):
        raise _invalid("basis", where)
    return basis, from_memory


def _invalid(reason: str, where: str) -> Refusal:
    return Refusal("rule_table_invalid", field=where, facts={"reason": reason, "where": where})
