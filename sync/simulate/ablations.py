"""Every safeguard with a switch that removes it. The simulation must notice each removal: that is what it is worth.

An ablation puts another function in the place of a production function while it is on; production code is not touched.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import Any, Final

import msgspec

from domain.acts import Act
from sync import protocol
from sync.exchange import audience as delivery
from sync.exchange import county, station
from sync.log.feed import CountyFeed, StationFeed
from sync.log.log import ActLog
from sync.protocol import Mark, Rewind, Run, WireDamaged
from sync.server import app
from sync.server.store import CountyStore
from sync.simulate import database
from sync.simulate.plan import Bias
from sync.simulate.world import forget_templates

Patch = tuple[object, str, Any]


@dataclass(frozen=True, slots=True)
class Ablation:
    """A safeguard, what stands in its place when it is removed, and where the search for the harm is directed."""

    name: str
    removes: str
    patches: tuple[Patch, ...]
    bias: Bias = field(default_factory=Bias)
    on_disk: bool = False
    budget: int = 150
    """Seeds within which the removal must be noticed."""


class _Agreeing(bytes):
    """A hash that agrees with every other."""

    def __eq__(self, other: object) -> bool:
        return True

    def __ne__(self, other: object) -> bool:
        return False

    __hash__ = bytes.__hash__


class _TrustingLog:
    """A log that finds at every place the hash it is asked for."""

    def __init__(self, log: ActLog) -> None:
        self._log = log

    def hash_at(self, writer: str, n: int) -> bytes | None:
        found = self._log.hash_at(writer, n)
        return None if found is None else _Agreeing(found)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._log, name)


_positions: Final = county._positions
_push: Final = county._Taken.push
_roll_at: Final = CountyFeed.roll_at
_advance: Final = StationFeed.advance
_cursor: Final = StationFeed.cursor
_admit: Final = ActLog.admit
_have: Final = station._State.have
_rewind: Final = station._State.rewind
_pull: Final = station._State.pull
_entries: Final = county._Taken._entries
_code: Final = delivery.Delivery._code
_copy: Final = database.MemoryTables.copy
_verify: Final = CountyStore.verify


def _trust_claims(log: ActLog, *rest: Any) -> Any:
    return _positions(_TrustingLog(log), *rest)  # type: ignore[arg-type]


def _take_any_place(self: Any, run: Run, *, known: bool) -> None:
    kept, self.log = self.log, _TrustingLog(self.log)
    try:
        _push(self, run, known=known)
    finally:
        self.log = kept


def _any_roll(self: CountyFeed, scope: str, seq: int) -> bytes | None:
    found = _roll_at(self, scope, seq)
    return None if found is None else _Agreeing(found)


def _cursor_first(self: StationFeed, *args: Any) -> int:
    found = _advance(self, *args)
    self._db.execute("COMMIT")
    self._db.execute("BEGIN")
    return found


def _log_first(self: ActLog, *args: Any) -> Any:
    found = _admit(self, *args)
    self._db.execute("COMMIT")
    self._db.execute("BEGIN")
    return found


@contextmanager
def _commit_later(self: CountyStore) -> Iterator[None]:
    """What a transaction did becomes durable when the next one begins: the answer has left long before."""
    if self._db.in_transaction:
        self._db.execute("COMMIT")
    self._db.execute("BEGIN")
    yield


def _any_rewind(self: Any, scope: str, rewind: Rewind) -> None:
    held = _cursor(self.feed, scope)
    _rewind(self, scope, Rewind(claim=Mark(held.n, held.hash), to=rewind.to))


class _AlwaysThere:
    """A position that agrees with every claim."""

    n = 0
    hash = b""

    def __eq__(self, other: object) -> bool:
        return True

    def __ne__(self, other: object) -> bool:
        return False

    __hash__ = object.__hash__


def _any_pull(self: Any, pull: Any) -> None:
    kept = station.mark_of
    station.mark_of = lambda _position: _AlwaysThere()  # type: ignore[assignment,return-value]
    try:
        _pull(self, pull)
    finally:
        station.mark_of = kept


def _no_references_without_own(feed: CountyFeed, log: ActLog, starts: Any, proved: Any, limit: int) -> Any:
    pulls, seen, more = _pulls(feed, log, starts, proved, limit)
    own = set(proved)
    kept = [msgspec.structs.replace(pull, runs=[run for run in pull.runs if run.w not in own]) for pull in pulls]
    return kept, seen, more


_pulls: Final = county._pulls


def _one_for_all(self: Any, run: Run) -> Any:
    found = _entries(self, run)
    if run.w in self.broken:
        raise WireDamaged(self.broken[run.w])
    return found


def _stop_at_broken(self: Any, run: Run, *, known: bool) -> None:
    _push(self, run, known=known)
    if run.w in self.broken:
        raise WireDamaged(self.broken[run.w])


def _told_anything(self: Any, writer: str, mark: Mark, _told: int) -> None:
    _have(self, writer, mark, 1 << 50)


def _waiting_by_position(self: StationFeed) -> int:
    rows = self._db.execute(_WAITING_BY_POSITION).fetchone()
    return int(rows[0])


_WAITING_BY_POSITION: Final = database.WAITING_BY_POSITION


def _nothing(*_args: Any, **_more: Any) -> None:
    return None


def _none_found(*_args: Any, **_more: Any) -> dict[Any, Any]:
    return {}


def _no(*_args: Any, **_more: Any) -> bool:
    return False


def _yes(*_args: Any, **_more: Any) -> bool:
    return True


def _any_case(self: Any, *args: Any, **more: Any) -> str | None:
    code = _code(self, *args, **more)
    return None if code == "case_not_yours" else code


def _copy_later(self: database.MemoryTables) -> database.MemoryTables:
    if self.db.in_transaction:
        self.db.execute("COMMIT")
    return _copy(self)


def _verify_later(self: CountyStore) -> Any:
    if self._db.in_transaction:
        self._db.execute("COMMIT")
    return _verify(self)


_RESTORES: Final = Bias(weights={"county_restore": 4.0, "county_backup": 4.0, "station_gone": 0.0})
_TWINS: Final = Bias(weights={"station_backup": 3.0, "station_restore": 3.0, "station_clone": 2.0})
_CUTS: Final = Bias(weights={"county_crash": 5.0, "station_crash": 5.0, "county_full": 0.0, "station_full": 0.0})
_SHARES: Final = Bias(weights={"share": 8.0, "guess": 2.0}, chances={"restricted": 0.5})
_LATE: Final = Bias(
    weights={"county_restore": 5.0, "county_backup": 5.0, "replay": 8.0, "ask": 30.0, "deliver": 40.0},
    chances={"overtaken": 0.8, "kept_on_stick": 0.5, "doubled": 0.4},
    stations=2,
)

_TABLE: Final = (
    Ablation("A", "the county checks again that a station holds what it claims of its own log",
             ((county, "_positions", _trust_claims),), _TWINS),
    Ablation("B", "the county finds two histories of one writer",
             ((county._Taken, "push", _take_any_place), (county, "_positions", _trust_claims)), _TWINS),
    Ablation("C", "a feed position is claimed with its hash", ((CountyFeed, "roll_at", _any_roll),), _RESTORES),
    Ablation("D", "cursor and data in one transaction at the station", ((StationFeed, "advance", _cursor_first),), _CUTS),
    Ablation("E", "the county commits before it answers", ((CountyStore, "_transaction", _commit_later), (CountyStore, "verify", _verify_later), (database.MemoryTables, "copy", _copy_later)), _CUTS),
    Ablation("F", "a station is sent its own acts", ((county, "_pulls", _no_references_without_own),)),
    Ablation("G", "a rewind must answer the claim still held", ((station._State, "rewind", _any_rewind),), _LATE,
             budget=600),
    Ablation("H", "a pull must begin at the cursor", ((station._State, "pull", _any_pull),), _LATE),
    Ablation("births", "a writer is taken on its birth only", ((county._Taken, "_born", _yes),),
             Bias(weights={"forge": 4.0})),
    Ablation("case_not_yours", "nobody writes into a case it was never shown", ((delivery.Delivery, "_code", _any_case),),
             _SHARES),
    Ablation("restricted_mixed", "restricted cases and others never mix", ((delivery, "mixed", _no),), _SHARES),
    Ablation("backlog", "who joins is told all that came before", ((delivery.Delivery, "_joined", _none_found),), _SHARES),
    Ablation("leaving", "who left is told no more", ((delivery.Delivery, "_settle", _nothing),), _SHARES),
    Ablation("incarnation", "a forked station goes on under a new writer", ((station._State, "go_on", _nothing),), _TWINS),
    Ablation("recovered", "a station offers what a restored county forgot",
             ((StationFeed, "adrift", lambda *_: []),), _RESTORES),
    Ablation("seen_back", "an act is safe only when it was seen back",
             ((StationFeed, "pending", _waiting_by_position),)),
    Ablation("broken_runs", "a broken run does not stop the others",
             ((county._Taken, "push", _stop_at_broken), (county._Taken, "_entries", _one_for_all)),
             Bias(weights={"spoil": 4.0})),
    Ablation("reject_again", "a refusal is told again to whoever missed it", ((CountyFeed, "rejected", _none_found),),
             Bias(weights={"guess": 5.0, "share": 3.0}, chances={"lost": 0.3, "doubled": 0.4})),
    Ablation("told_first", "an answer moves the push on no further than its request went",
             ((station._State, "have", _told_anything),),
             Bias(weights={"guess": 8.0, "ask": 30.0, "deliver": 30.0}, chances={"overtaken": 0.8, "doubled": 0.4}), budget=600),
    Ablation("signatures", "a damaged frame is refused whole",
             ((protocol, "verify_frame", _nothing), (app, "_signed", _yes)), Bias(chances={"corrupted": 0.5})),
    Ablation("one_transaction", "the county takes a request in one transaction", ((ActLog, "admit", _log_first),), _CUTS),
    Ablation("unknown_kinds", "acts of a later release are kept and not folded", ((Act, "known", property(_yes)),),
             Bias(weights={"newer_act": 3.0})),
    Ablation("synchronous", "a commit is on the disk when it returns",
             ((database, "PRAGMAS", tuple(p.replace("FULL", "OFF") for p in database.PRAGMAS)),), _CUTS, on_disk=True),
)  # fmt: skip

ABLATIONS: Final[Mapping[str, Ablation]] = {ablation.name: ablation for ablation in _TABLE}
"""Every safeguard that can be removed, by name."""


@contextmanager
def removed(ablation: Ablation) -> Iterator[None]:
    """Without this safeguard."""
    with ExitStack() as stack:
        stack.callback(forget_templates)
        forget_templates()
        for owner, name, value in ablation.patches:
            kept = owner.__dict__[name] if isinstance(owner, type) else getattr(owner, name)
            stack.callback(setattr, owner, name, kept)
            setattr(owner, name, value)
        yield


__all__ = ["ABLATIONS", "Ablation", "Callable", "Sequence", "removed"]
