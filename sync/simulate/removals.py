"""What stands in the place of a safeguard when it is removed: production's function with that one thing left out."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any, Final

import msgspec

from domain import series
from domain.series import Cause, SeriesState
from sync.exchange import audience as delivery
from sync.exchange import county, pulls, station
from sync.log.feed import CountyFeed, StationFeed
from sync.log.log import ActLog
from sync.log.station_refusals import StationRefusals
from sync.protocol import Mark, Rewind, Run, WireDamaged
from sync.server.series import SeriesBook
from sync.server.sticks import Sticks
from sync.server.store import CountyStore
from sync.simulate import beneath, database
from sync.simulate.database import DatabaseError


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
_note_newest: Final = StationRefusals.note_newest
_introduce: Final = county._Taken.introduce
_roll_at: Final = CountyFeed.roll_at
_advance: Final = StationFeed.advance
_cursor: Final = StationFeed.cursor
_admit: Final = ActLog.admit
_have: Final = station._State.have
_rewind: Final = station._State.rewind
_pull: Final = station._State.pull
_offer_forked: Final = StationFeed.offer_forked
_entries: Final = county._Taken._entries
_code: Final = delivery.Delivery._code
_copy: Final = database.MemoryTables.copy
_verify: Final = CountyStore.verify
_free: Final = series.free
_seal: Final = SeriesBook.seal


def trust_claims(log: ActLog, *rest: Any) -> Any:
    return _positions(_TrustingLog(log), *rest)  # type: ignore[arg-type]


def take_any_place(self: Any, run: Run, *, known: bool) -> None:
    kept, self.log = self.log, _TrustingLog(self.log)
    try:
        _push(self, run, known=known)
    finally:
        self.log = kept


def any_roll(self: CountyFeed, scope: str, seq: int) -> bytes | None:
    found = _roll_at(self, scope, seq)
    return None if found is None else _Agreeing(found)


def cursor_first(self: StationFeed, *args: Any) -> int:
    found = _advance(self, *args)
    self._db.execute("COMMIT")
    self._db.execute("BEGIN")
    return found


def log_first(self: ActLog, *args: Any) -> Any:
    found = _admit(self, *args)
    self._db.execute("COMMIT")
    self._db.execute("BEGIN")
    return found


@contextmanager
def commit_later(self: CountyStore) -> Iterator[None]:
    """What a transaction did becomes durable when the next one begins: the answer has left long before."""
    settle(self)
    self.database.execute("BEGIN")
    yield


def settle(store: CountyStore) -> None:
    """Commit what was left open."""
    with suppress(DatabaseError):  # nothing was open
        store.database.execute("COMMIT")


def any_rewind(self: Any, scope: str, rewind: Rewind) -> None:
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


def any_pull(self: Any, pull: Any) -> None:
    module: Any = station
    kept = module.mark_of
    module.mark_of = lambda _position: _AlwaysThere()
    try:
        _pull(self, pull)
    finally:
        module.mark_of = kept


def no_references_without_own(feed: CountyFeed, log: ActLog, starts: Any, proved: Any, limit: int) -> Any:
    found, seen, more = _pulls(feed, log, starts, proved, limit)
    own = set(proved)
    kept = [msgspec.structs.replace(pull, runs=[run for run in pull.runs if run.w not in own]) for pull in found]
    return kept, seen, more


_pulls: Final = pulls.pulls_of


def one_for_all(self: Any, run: Run) -> Any:
    found = _entries(self, run)
    if run.w in self.broken:
        raise WireDamaged(self.broken[run.w])
    return found


def stop_at_broken(self: Any, run: Run, *, known: bool) -> None:
    _push(self, run, known=known)
    if run.w in self.broken:
        raise WireDamaged(self.broken[run.w])


def any_have(self: Any, writer: str, mark: Mark, told: int) -> None:
    """The station takes the county's word for a position without comparing the hash there."""
    row = self.log.writer(writer)
    if row is not None and row.state != "forked":
        n = min(mark.n, row.have.n)
        mark = Mark(n, self.log.hash_at(writer, n))
    _have(self, writer, mark, told)


def told_anything(self: Any, writer: str, mark: Mark, _told: int) -> None:
    _have(self, writer, mark, 1 << 50)


def waiting_by_position(self: StationFeed) -> int:
    rows = self._db.execute(_WAITING_BY_POSITION).fetchone()
    return int(rows[0])


_WAITING_BY_POSITION: Final = beneath.WAITING_BY_POSITION


def free_of_anybody(series: SeriesState, _holders: Any, top: Any, floor: int = 0) -> list[Any]:
    return _free(series, {block.holder for block in series.blocks}, top, floor)


def seal_no_incarnation(
    self: SeriesBook, name: str, writers: Any, cause: str, reason: str, serial: int | None
) -> list[Any]:
    return [] if cause == Cause.INCARNATION else _seal(self, name, writers, cause, reason, serial)


def behind_papers(_series: SeriesState, highest_issued: int) -> int:
    return highest_issued + 1


def always_level(request: Any, have: Any, *_rest: Any) -> frozenset[str]:
    return frozenset(request.own.keys() & have.keys())


def any_report(self: Sticks, _report: Any, station: Any, taken: Any) -> Any:
    def ask(request: Any) -> Any:
        taken.acts += sum(len(run.a) for run in request.push)
        return self._store.exchange(request, station, live=False)

    return ask


def nothing(*_args: Any, **_more: Any) -> None:
    return None


def offer_unrefused(self: StationFeed, writer: str) -> None:
    """What the county once refused counts as said, though it may have been put back since."""
    with beneath.still_refused(self._db):
        _offer_forked(self, writer)


def nothing_told(_feed: StationFeed) -> list[str]:
    return []


def introduce_born(self: Any, writers: Any, _offered: Any = frozenset()) -> set[str]:
    return _introduce(self, writers)


def newest_for_ever(self: StationRefusals, *, wanted: bool, came: bool, ended: bool) -> None:
    del ended
    _note_newest(self, wanted=wanted, came=came, ended=False)


def acts_of_any_feed(self: CountyFeed, _scope: str, _after: int, case_ids: Any) -> dict[str, list[Any]]:
    return beneath.entries_of_cases(self._db, case_ids)


class _Everywhere(dict[str, bool]):
    """Places among which every scope is."""

    def __contains__(self, scope: object) -> bool:
        return True


def every_place(_delivery: Any, _places: Any) -> dict[str, bool]:
    return _Everywhere()


def none_found(*_args: Any, **_more: Any) -> dict[Any, Any]:
    return {}


def no(*_args: Any, **_more: Any) -> bool:
    return False


def yes(*_args: Any, **_more: Any) -> bool:
    return True


def any_case(self: Any, *args: Any, **more: Any) -> str | None:
    code = _code(self, *args, **more)
    return None if code == "case_not_yours" else code


def copy_later(self: database.MemoryTables) -> database.MemoryTables:
    if self.db.in_transaction:
        self.db.execute("COMMIT")
    return _copy(self)


def verify_later(self: CountyStore) -> Any:
    settle(self)
    return _verify(self)


def ended_once(_book: SeriesBook, state: SeriesState, others: Any, serial: int) -> set[str]:
    """Whoever was suspended counts as sealed for good."""
    return {block.holder for block in state.held_by(others) if state.suspended.get(block.holder, 0) < serial}
