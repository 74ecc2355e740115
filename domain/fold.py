"""The fold: a set of acts of one case → the state of that case, in whatever order the acts arrived."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Final, TypeGuard

from domain.acts import Act
from domain.canonical import Json, canonical_bytes

LARGEST: Final = 2**53


@dataclass(frozen=True, slots=True)
class Head:
    """A live value of a field: no act known here replaces it."""

    act_id: str
    value: Json
    lamport: int
    wall_ms: int
    by: str
    office: str
    station: str


@dataclass(frozen=True, slots=True)
class FieldState:
    """The live heads of one field, oldest first by (lamport, act id): an order every machine agrees on."""

    heads: tuple[Head, ...]

    @property
    def value(self) -> Json:
        """What a form shows: the last head. With a conflict both are shown; this one stands in the plain cell."""
        return self.heads[-1].value

    @property
    def in_conflict(self) -> bool:
        """Two live heads that differ. Equal values written twice are one fact, not a conflict."""
        if len(self.heads) == 1:
            return False
        first = canonical_bytes(self.heads[0].value)
        return any(canonical_bytes(head.value) != first for head in self.heads[1:])


@dataclass(frozen=True, slots=True)
class CaseState:
    """A case as the acts known here tell it."""

    case_kind: str
    case_id: str
    scope: str
    shown: Mapping[str, Json]
    """The value of each field as a form shows it."""
    acts: tuple[Act, ...]
    """Every act of the case, by (lamport, act id): the timeline."""
    heads: Mapping[str, FieldState] | None = None
    """The live heads of each field; None while one act says everything, as in every case just registered."""

    @property
    def fields(self) -> Mapping[str, FieldState]:
        """Each field with its live heads."""
        return _only(self.acts[0]) if self.heads is None else self.heads

    def get(self, field: str, default: Json = None) -> Json:
        """The shown value of a field, or ``default`` when nobody set it."""
        return self.shown.get(field, default)

    def text(self, field: str, default: str = "") -> str:
        """A text field; another type counts as unset, since an act from elsewhere may hold anything."""
        value = self.shown.get(field)
        return value if isinstance(value, str) else default

    def texts(self, fields: Iterable[str]) -> list[str]:
        """Several text fields at once, empty where :meth:`text` is: a row of a list asks for twenty."""
        shown = self.shown
        return [value if isinstance(value := shown.get(field, ""), str) else "" for field in fields]

    def number(self, field: str, default: int = 0) -> int:
        """A whole-number field; a number no machine counts with (2^53 and more) counts as unset too."""
        value = self.get(field)
        return value if is_count(value) else default

    def flag(self, field: str) -> bool:
        """A yes/no field; unset is no."""
        return self.get(field) is True

    def items(self, prefix: str) -> dict[str, Json]:
        """Members of a collection: fields ``prefix.<key>`` without a further dot, by key."""
        start = prefix + "."
        if start not in " ".join(self.shown):  # as in most cases for most collections
            return {}
        inside = [name for name in self.shown if name.startswith(start)]
        names = [name for name in inside if "." not in name[len(start) :]]
        return {name[len(start) :]: self.shown[name] for name in sorted(names)}

    def over(self, *fields: str) -> tuple[str, ...]:
        """Act ids of the live heads of these fields: what an act that replaces them must name."""
        held = self.fields
        found = {head.act_id for name in fields if name in held for head in held[name].heads}
        return tuple(sorted(found))

    @property
    def conflicts(self) -> tuple[str, ...]:
        """Names of the fields with two differing live heads (待核对)."""
        if self.heads is None:
            return ()
        return tuple(sorted(name for name, field in self.heads.items() if field.in_conflict))

    @property
    def newer(self) -> bool:
        """True when an act of a later release is among them: 由新版本办理，请升级后查看."""
        return any(not act.known for act in self.acts)

    @property
    def lamport(self) -> int:
        """Highest lamport seen in the case."""
        return max((act.lamport for act in self.acts), default=0)


def is_count(value: object) -> TypeGuard[int]:
    """True for a whole number every machine and database can hold: an act from elsewhere may bring any."""
    return isinstance(value, int) and not isinstance(value, bool) and abs(value) < LARGEST


def order(act: Act) -> tuple[int, str]:
    """The total order shown on a timeline; causal, and equal on every machine."""
    return (act.lamport, act.act_id)


def fold(acts: Iterable[Act]) -> CaseState:
    """Fold the acts of one case. Pure, and independent of the order and repetition of ``acts``.

    A field's heads are the acts that set it and that no other act setting the same field names in ``over``.
    Raises ValueError for no acts, or for acts of two cases.
    """
    held = tuple(acts)
    if len(held) == 1:  # a case just registered, which most are
        only = held[0]
        return CaseState(only.case_kind, only.case_id, only.scope, only.sets if only.known else {}, held)
    timeline = tuple(sorted({act.act_id: act for act in held}.values(), key=order))
    if not timeline:
        raise ValueError("nothing to fold")
    if any(a.case_id != b.case_id for a, b in pairwise(timeline)):
        raise ValueError("acts of two cases cannot be folded together")
    if len(timeline) == 1:
        return fold(timeline)
    first = timeline[0]
    setters: dict[str, list[Act]] = {}
    replaced: dict[str, set[str]] = {}
    for act in timeline:
        if not act.known:
            continue  # kept, relayed and shown; its meaning belongs to a later release
        for name in act.sets:
            setters.setdefault(name, []).append(act)
            if act.over:
                replaced.setdefault(name, set()).update(act.over)
    fields = {}
    for name, writers in setters.items():
        gone = replaced.get(name)
        live = writers if gone is None else [act for act in writers if act.act_id not in gone]
        fields[name] = FieldState(tuple([_head(act, name) for act in live]))
    # An act may name itself or a ring of acts may name each other only by forgery; then no head is left
    # and the last writer stands, so that a value is never lost from sight.
    for name, state in fields.items():
        if not state.heads:
            fields[name] = FieldState((_head(setters[name][-1], name),))
    shown = {name: state.value for name, state in fields.items()}
    return CaseState(first.case_kind, first.case_id, first.scope, shown, timeline, fields)


def _only(act: Act) -> dict[str, FieldState]:
    """The fields of a case that one act made: every value stands."""
    return {name: FieldState((_head(act, name),)) for name in act.sets} if act.known else {}


def _head(act: Act, name: str) -> Head:
    return Head(act.act_id, act.sets[name], act.lamport, act.wall_ms, act.by, act.office, act.station)


def state_bytes(state: CaseState) -> bytes:
    """The folded state as canonical bytes: equal on two machines exactly when they hold the same acts of the case."""
    return canonical_bytes(state_json(state))


def state_json(state: CaseState) -> dict[str, Json]:
    """What :func:`state_bytes` writes."""
    return {
        "case": state.case_id,
        "kind": state.case_kind,
        "scope": state.scope,
        "acts": [act.act_id for act in state.acts],
        "fields": {
            name: [{"act": head.act_id, "value": head.value} for head in field.heads]
            for name, field in state.fields.items()
        },
    }
