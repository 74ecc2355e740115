"""Measuring clocks again by a table that came: at once where it was imported or few are touched, else piece by piece.

A table is finished when ``table_moved`` says what it did; so what waits is a function of the file, also after a cut.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from desktop.models.store.connection import joined
from desktop.models.store.projector import Yardstick, clock_rows
from desktop.models.store.tables import Moved, measuring_cases, moved_by, newest_table, note_moved
from domain.fold import CaseState

if TYPE_CHECKING:
    from desktop.models.store.store import Store

Progress = Callable[[int, int], None]
"""Told (done, all) now and then; may raise to cancel."""
STRIDE: Final = 200
"""Cases between two words of progress."""
AT_ONCE: Final = 200
"""So many matters are measured with the answer they came with; more wait for quiet moments."""
BATCH: Final = 150
"""Matters of one short piece: some tens of milliseconds on the store lane, between two things the clerk does."""


@dataclass(slots=True)
class Waiting:
    """One table whose clocks are being measured again."""

    table: CaseState
    before: Yardstick
    """The measure without it."""
    matters: Sequence[str]
    done: int = 0
    moved: Moved = field(default_factory=Moved)


def remeasure(store: Store, table: CaseState, progress: Progress | None = None) -> Moved:
    """Measure by a table, inside the caller's transaction: recompute the clocks it touches, note how many moved.

    Clocks that have ended keep their measure when rules change; a calendar tells what a day was.
    """
    work = Waiting(table, store.yardstick, touched_by(store, table.case_id))
    store.yardstick = store.measure()
    while True:
        if progress is not None:
            progress(work.done, len(work.matters))
        if _piece(store, work, STRIDE):
            return work.moved


def take_in(store: Store, table: CaseState) -> None:
    """A table that came with an exchange: measured now where it touches few matters, else it waits."""
    if len(touched_by(store, table.case_id)) <= AT_ONCE:
        remeasure(store, table)
    else:
        store.reread_tables()


def unfinished(store: Store) -> list[Waiting]:
    """The tables whose clocks are not all measured yet, as the file has it; each from its beginning."""
    found = []
    for case_id in measuring_cases(store.db):
        state = store.state(case_id)
        newest = newest_table(state) if state is not None else None
        if state is not None and newest is not None and newest not in moved_by(store.db, case_id):
            before = store.measure(without=(case_id, newest))
            found.append(Waiting(state, before, touched_by(store, case_id)))
    return found


def measure_some(store: Store, most: int = BATCH) -> bool:
    """One short piece of what waits, in a transaction of its own; True while more waits."""
    if store.waiting:
        work = store.waiting[0]
        with joined(store.db):
            finished = _piece(store, work, most)
        if finished:
            store.waiting.pop(0)
    return bool(store.waiting)


def finish_measuring(store: Store) -> None:
    """Measure everything that waits, for the command line and a proof of the file."""
    while measure_some(store, STRIDE):
        pass


def _piece(store: Store, work: Waiting, most: int) -> bool:
    matters = clocks = 0
    some = work.matters[work.done : work.done + most]
    for state in store.states(some):
        old, new = clock_rows(state, work.before), clock_rows(state, store.yardstick)
        if old != new:
            store.project((state,))
            matters += 1
            clocks += len(set(new) - set(old))
    moved = Moved(work.moved.matters + matters, work.moved.clocks + clocks)
    finished = work.done + most >= len(work.matters)
    if finished:
        note_moved(store.db, work.table, work.table.acts[-1].wall_ms, moved)
    work.done, work.moved = min(work.done + most, len(work.matters)), moved
    return finished


def touched_by(store: Store, case_id: str) -> list[str]:
    """The matters a table may move."""
    kind, _, rest = case_id.partition("/")
    if kind == "calendar" and rest.isascii() and rest.isdigit() and len(rest) == 4:
        return store.matters_touching(int(rest))
    return store.matters_running() if kind == "rules" else []
