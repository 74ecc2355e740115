"""Settling conflicts 核对: one value stands over every head that was shown; nothing that was written is lost."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from domain.acts import ActDraft, CaseKind
from domain.beijing import beijing_minute
from domain.canonical import Json
from domain.commands import SettleConflict, SettleConflicts, Settlement
from domain.conflicts import Difference, Version, difference
from domain.decisions.corrections import MATTER_FIELDS, VISIT_FIELDS, typed_value
from domain.decisions.desk import Desk, require
from domain.fold import CaseState
from domain.refusals import Refusal

NOTE: Final = "note."
"""Fields ``note.<id>``: values kept beside the one that stands. The id is random, so that two notes never conflict."""
_RULES: Final[Mapping[str, Mapping[str, object]]] = {CaseKind.VISIT: VISIT_FIELDS, CaseKind.MATTER: MATTER_FIELDS}
_ONLY_CHOSEN: Final = frozenset({"stage", "accepted_on", "owner", "first_handler", "notice_off", "visit", "petitioner"})
"""Fields that say which step was taken: one of the steps stands, nobody writes a third."""


def settle(command: SettleConflict, state: CaseState, desk: Desk) -> ActDraft:
    """Settle one field."""
    one = Settlement(command.field, command.chosen_act, command.value)
    return settle_case(SettleConflicts(command.case_id, (one,), command.why), state, desk)


def settle_case(command: SettleConflicts, state: CaseState, desk: Desk) -> ActDraft:
    """Settle one or more fields of a case in one act, field by field.

    A field named twice, or one that is not in conflict (any more), is refused; so is a third value where only the
    values themselves can stand. A head that came after the clerk looked is refused with ``conflict_moved``.
    """
    if not command.settlements:
        raise Refusal("choice_missing", field="settlements")
    named = [each.field for each in command.settlements]
    if len(set(named)) != len(named):
        raise Refusal("choice_missing", field="settlements")
    open_fields = state.conflicts
    for name in named:
        if name not in open_fields:
            raise Refusal("no_conflict", field="field", facts={"field": name[:80]})
    why = require(desk.line(command.why, "why"), "reason_missing", "why")
    sets: dict[str, Json] = {}
    for each in command.settlements:
        torn = difference(state, each.field)
        if each.seen and set(each.seen) != set(torn.acts):
            raise Refusal("conflict_moved", field="field", facts={"field": each.field})
        chosen = next((head for head in state.fields[each.field].heads if head.act_id == each.chosen_act), None)
        value = chosen.value if chosen is not None else _third(each, torn, state, desk)
        sets[each.field] = value
        left = [head for head in torn.heads if head.value != value]
        if each.keep_both and left:
            sets[f"{NOTE}{desk.new_id()}"] = _note(each.field, left)
    return ActDraft("conflict_settled", state.case_kind, state.case_id, sets, state.over(*named), why)


def third_allowed(torn: Difference, case_kind: str) -> bool:
    """True where a clerk may write another value than those that stand against each other."""
    if torn.field in _ONLY_CHOSEN or torn.field.startswith(("audience.", "flag.", "person.", "triage.")):
        return False
    rule = _RULES.get(case_kind, {}).get(torn.field)
    if rule == "count":
        return True
    return not isinstance(rule, tuple) and all(isinstance(head.value, str) for head in torn.heads)


def choices(field: str, case_kind: str) -> tuple[str, ...]:
    """The code words a field may hold, where it holds one; empty for free text."""
    rule = _RULES.get(case_kind, {}).get(field)
    return rule if isinstance(rule, tuple) else ()


def _third(each: Settlement, torn: Difference, state: CaseState, desk: Desk) -> Json:
    rule = _RULES.get(state.case_kind, {}).get(torn.field)
    if not each.value or not (third_allowed(torn, state.case_kind) or isinstance(rule, tuple)):
        raise Refusal("choice_missing", field="chosen_act", facts={"field": each.field[:80]})
    return typed_value("value", each.value, rule, desk) if rule is not None else desk.text(each.value, "value")


def _note(field: str, left: Sequence[Version]) -> dict[str, Json]:
    kept: list[Json] = [
        {
            "value": head.value,
            "act": head.act.act_id,
            "by": head.act.by,
            "office": head.act.office,
            "station": head.act.station,
            "at": beijing_minute(head.act.wall_ms),
        }
        for head in left
    ]
    return {"field": field, "kept": kept}
