"""The simple way 简易办理: whether a region has it, and why a matter may not take it; conditions are dated data."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, cast

from domain.fold import CaseState
from domain.refusals import Refusal
from domain.rules import Rules


def conditions(rules: Rules, day: date) -> Mapping[str, str]:
    """The conditions of which one must be met, by code, in words; empty where the region has not turned it on."""
    if rules.setting("simple_handling", day).value is not True:
        return {}
    return cast("Mapping[str, str]", _value(rules, day)["any_of"])


def check_simple(condition: str, matter: CaseState, visit: CaseState | None, rules: Rules, day: date) -> None:
    """Refuse the simple way where it is not lawful here on ``day`` (办法 by dated, regional rule; T12, T13).

    Refused: ``simple_handling_off``; ``simple_condition_missing`` (none of the conditions is named);
    ``simple_only_first`` (a repeated matter, or one of which nobody has said that it is first);
    ``simple_excluded`` (a flag the rule leaves out, such as 集体访).
    """
    basis = rules.setting("simple_handling", day).basis
    allowed = conditions(rules, day)
    if not allowed:
        raise Refusal("simple_handling_off", field="matter_id", facts={"basis": basis})
    if condition not in allowed:
        words = "、".join(allowed.values())
        raise Refusal("simple_condition_missing", field="ground", facts={"conditions": words})
    rule = _value(rules, day)
    if rule["first_only"] and matter.text("repeat") != "first":
        raise Refusal("simple_only_first", field="matter_id", facts={"basis": basis})
    for flag in cast("list[str]", rule["none_of"]):
        if any(_flagged(state, flag) for state in (matter, visit)):
            raise Refusal("simple_excluded", field="matter_id", facts={"flag": flag, "basis": basis})


def _flagged(state: CaseState | None, flag: str) -> bool:
    """``flag.<code>`` as a clerk ticks it, or a field of its own such as ``collective``."""
    return state is not None and (state.flag(f"flag.{flag}") or state.flag(flag))


def _value(rules: Rules, day: date) -> Mapping[str, Any]:
    return cast("Mapping[str, Any]", rules.setting("simple_conditions", day).value)
