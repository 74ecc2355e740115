"""A conflict told in full: the value both sides started from, and each live value with the act that wrote it."""

from __future__ import annotations

from dataclasses import dataclass

from domain.acts import Act
from domain.canonical import Json, canonical_bytes
from domain.fold import CaseState, order


@dataclass(frozen=True, slots=True)
class Version:
    """One value of a field and the act that set it."""

    value: Json
    act: Act


@dataclass(frozen=True, slots=True)
class Difference:
    """A field with differing live heads."""

    field: str
    heads: tuple[Version, ...]
    """The live values, oldest first by (lamport, act id); equal ones stand once, for the act that came first."""
    base: Version | None
    """The newest value every head replaced, directly or by way of others; None when nobody had set the field."""
    base_missing: bool
    """True when the heads replace acts that are not known here, so that ``base`` may be an older value or missing."""
    acts: tuple[str, ...]
    """Act ids of every live head: what a settling act must name."""


def differences(state: CaseState) -> tuple[Difference, ...]:
    """Every conflict of a case, by field name."""
    return tuple(difference(state, name) for name in state.conflicts)


def difference(state: CaseState, field: str) -> Difference:
    """The conflict of one field. Pure; the same on every machine that holds the same acts."""
    acts = {act.act_id: act for act in state.acts}
    setters = {act.act_id: act for act in state.acts if act.known and field in act.sets}
    live = state.fields[field].heads
    heads: dict[bytes, Version] = {}
    for head in live:
        heads.setdefault(canonical_bytes(head.value), Version(head.value, acts[head.act_id]))
    ancestors = [_ancestors(head.act_id, setters) for head in live]
    shared = set.intersection(*ancestors) if ancestors else set()
    base = max((setters[act_id] for act_id in shared), key=order, default=None)
    named = {act_id for head in live for act_id in acts[head.act_id].over}
    return Difference(
        field=field,
        heads=tuple(heads.values()),
        base=None if base is None else Version(base.sets[field], base),
        base_missing=bool(named - acts.keys()),
        acts=tuple(sorted(head.act_id for head in live)),
    )


def _ancestors(act_id: str, setters: dict[str, Act]) -> set[str]:
    """The acts whose value of the field this act replaces, and theirs in turn. Rings (forgery) end by themselves."""
    found: set[str] = set()
    waiting = [act_id]
    while waiting:
        for before in setters[waiting.pop()].over:
            if before in setters and before not in found and before != act_id:
                found.add(before)
                waiting.append(before)
    return found
