"""What an import records: new cases, and changed fields over what the same sender wrote before, never over others'."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from domain.acts import CaseKind
from domain.canonical import Json, canonical_bytes
from domain.fold import CaseState
from sync.upstream.incoming import Incoming, Told

_KINDS: Final = {
    CaseKind.PETITIONER: ("petitioner_recorded", "petitioner_corrected"),
    CaseKind.VISIT: ("visit_registered", "visit_corrected"),
    CaseKind.MATTER: ("matter_registered", "matter_corrected"),
}
_SILENT: Final = (None, "", False, 0)


@dataclass(frozen=True, slots=True)
class Batch:
    """Where a record came from."""

    sender: str
    batch: str
    county: str
    """Our own county's id: two counties that import one file write acts of their own."""


@dataclass(frozen=True, slots=True)
class Change:
    """One act to record: the county adds time, place in its log and signature."""

    act_id: str
    """Made of what is recorded and where it came from: the same import gives the same act."""
    kind: str
    case_kind: str
    case_id: str
    sets: Mapping[str, Json]
    over: tuple[str, ...]


def changes(incoming: Incoming, states: Mapping[str, CaseState], batch: Batch) -> Iterator[Change]:
    """The acts one record asks for; none when it says nothing new. ``states`` holds the cases that exist here."""
    for told in incoming.cases:
        state = states.get(told.case_id)
        sets: dict[str, Json]
        over: tuple[str, ...] = ()
        if state is None:
            sets = {name: value for name, value in told.fields.items() if value not in _SILENT}
            sets["origin"] = {"record": told.identity}
        else:
            sets, over = _differences(state, told, batch.sender)
            if not sets:
                continue
        note: Json = {"version": told.version, "batch": batch.batch}
        act_id = _act_id(batch, told, sets, over)
        kind = _KINDS[told.case_kind][0 if state is None else 1]
        sets[f"origin.{batch.sender}"] = note
        yield Change(act_id, kind, told.case_kind, told.case_id, sets, over)


def is_older(state: CaseState, told: Told, sender: str) -> bool:
    """True when this sender already told a later state of the case: a batch that comes late takes nothing back."""
    note = state.get(f"origin.{sender}")
    version = note.get("version") if isinstance(note, dict) else None
    return isinstance(version, int) and 0 < told.version < version


def _differences(state: CaseState, told: Told, sender: str) -> tuple[dict[str, Json], tuple[str, ...]]:
    """Fields the sender now tells otherwise than before, over the acts it told them by.

    What it never told before and the case already knew, today or earlier, is our own word coming back.
    """
    if is_older(state, told, sender):
        return {}, ()
    earlier = [act for act in state.acts if f"origin.{sender}" in act.sets]  # in the order of the timeline
    sets: dict[str, Json] = {}
    for name, value in told.fields.items():
        mine = [act.sets[name] for act in earlier if name in act.sets]
        if mine:
            new = not _same(mine[-1], value)
        else:
            new = value not in _SILENT and not any(_same(each, value) for each in _history(state, name))
        if new:
            sets[name] = value
    return sets, tuple(sorted(act.act_id for act in earlier))


def _history(state: CaseState, name: str) -> list[Json]:
    return [act.sets[name] for act in state.acts if name in act.sets]


def _same(one: Json, other: Json) -> bool:
    return canonical_bytes(one) == canonical_bytes(other)


def _act_id(batch: Batch, told: Told, sets: Mapping[str, Json], over: tuple[str, ...]) -> str:
    source = str(told.version) if told.version else batch.batch
    place: Json = [batch.county, batch.sender, source, told.case_id, sets, list(over)]
    return hashlib.sha256(b"xinfang-upstream-act-1" + canonical_bytes(place)).hexdigest()[:32]
