"""The sync loop: exchanges with the county by timer, after each act and when asked; offline is a state, never a box."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, QTimer, Signal

from desktop.models.store.rows import SyncState
from desktop.services.outcome import Outcome, Topic
from desktop.services.rounds import Rounds
from desktop.services.station import Station
from desktop.workers.bus import Bus
from desktop.workers.lane import Lane
from domain.faults import SurroundingsFault

if TYPE_CHECKING:
    from desktop.services.exchange import Steps, Taken
    from sync.client import Line
    from sync.exchange import Applied

EVERY_MS = 60_000
AFTER_ACT_MS = 1_500
"""A receipt is printed and a second act often follows: both go in one round."""
FIRST_WAIT_MS = 5_000
LONGEST_WAIT_MS = 300_000


def steps(station_ref: Callable[[], Station]) -> tuple[Steps, Line]:
    """What a round is made of (store lane); urllib3 and its like are imported here, after the first paint."""
    from desktop.services import exchange
    from sync.client import Line

    line = Line(time.monotonic)
    return exchange.Steps(station_ref, line), line


def fail(station: Station, fault: SurroundingsFault) -> Outcome[SyncState]:
    """Keep why it failed (store lane)."""
    from desktop.services import county
    from desktop.services.sync_status import sync_state

    outcome = county.note_failure(station, fault)
    return Outcome(sync_state(station), outcome.topics)


def make_findable(station: Station) -> None:
    """What an answer brought is noted for the search, while little of it waits (store lane)."""
    from desktop.services import care

    care.note_search(station)


def read_state(station: Station) -> SyncState:
    """What the status bar says (store lane)."""
    from desktop.services.sync_status import sync_state

    return sync_state(station)


class SyncLoop(QObject):
    """One exchange at a time, each of as many rounds as it takes. Whatever becomes of it, the next one is scheduled."""

    state_changed = Signal(object)
    """A SyncState."""
    working_changed = Signal(bool)

    def __init__(
        self,
        store_lane: Lane,
        net_lane: Lane,
        station_ref: Callable[[], Station],
        bus: Bus,
        *,
        every_ms: int = EVERY_MS,
        chance: random.Random | None = None,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._store, self._net, self._station_ref = store_lane, net_lane, station_ref
        self._every_ms = every_ms
        self._chance = chance or random.Random()  # jitter, so that stations do not knock together after a power cut
        self._steps: Steps | None = None
        self._line: Line | None = None
        self._rounds: Rounds | None = None
        self._moved = False
        self._pending = 0
        self._failures = 0
        self._working = self._stopped = self._wanted = False
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self.now)
        bus.changed.connect(self._heard)

    @property
    def working(self) -> bool:
        """Whether an exchange is under way."""
        return self._working

    @property
    def waits_ms(self) -> int:
        """Milliseconds until the next exchange; -1 when none is scheduled."""
        return self._timer.remainingTime()

    def start(self) -> None:
        """Begin: read the state, go soon."""
        self.read()
        self._again(AFTER_ACT_MS)

    def stop(self) -> None:
        """No more rounds; an answer that is being taken in is taken in whole."""
        self._stopped = True
        self._timer.stop()
        if self._rounds is not None:
            self._rounds.stop()
        if self._line is not None:
            self._net.run(self._line.close)

    def now(self) -> None:
        """Exchange at once; during an exchange: right after it."""
        if self._stopped:
            return
        if self._working:
            self._wanted = True
            return
        self._timer.stop()
        self._set_working(True)
        if self._steps is None:
            self._store.run(steps, self._station_ref, done=self._ready, failed=self._failed)
        else:
            self._begin(self._steps)

    def read(self) -> None:
        """Read the state for the status bar."""
        if not self._stopped:
            self._store.run(read_state, self._station_ref(), done=self._tell, failed=self._not_read)

    def _ready(self, made: tuple[Steps, Line]) -> None:
        self._steps, self._line = made
        if self._stopped:
            self._end(self._every_ms)
        else:
            self._begin(self._steps)

    def _begin(self, steps: Steps) -> None:
        self._moved = False
        self._rounds = Rounds(
            steps, self._store, self._net, taken=self._taken, ended=self._ended, failed=self._failed
        )  # fmt: skip
        self._rounds.begin()

    def _taken(self, outcome: Outcome[Taken]) -> None:
        applied, state = outcome.value.applied, outcome.value.state
        self._failures = 0
        self._moved = bool(applied.confirmed or applied.pulled)
        self._pending = state.pending
        self._tell(state)
        if applied.pulled:  # before the next answer: else the clerk's first look-up would note the whole pull
            self._store.run(make_findable, self._station_ref(), failed=self._not_read)

    def _ended(self, last: Applied | None) -> None:
        if last is None:  # not enrolled: nothing to do until somebody enrols
            self._end(self._every_ms)
            self.read()
        else:
            self._end(0 if last.more or (self._pending and self._moved) else self._every_ms)

    def _failed(self, fault: BaseException) -> None:
        self._failures += 1
        wait = min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** min(self._failures - 1, 10))
        self._end(wait)
        if not isinstance(fault, SurroundingsFault):
            raise fault  # a bug of ours: the crash handler keeps it; the loop goes on all the same
        if not self._stopped:
            self._store.run(fail, self._station_ref(), fault, done=self._told_failure, failed=self._not_read)

    def _told_failure(self, outcome: Outcome[SyncState]) -> None:
        self._tell(outcome.value)

    def _not_read(self, fault: BaseException) -> None:
        if not isinstance(fault, SurroundingsFault):
            raise fault

    def _tell(self, state: SyncState) -> None:
        if not self._stopped:
            self.state_changed.emit(state)

    def _end(self, wait: int) -> None:
        self._set_working(False)
        if self._wanted:
            self._wanted, wait = False, 0
        self._again(wait)

    def _again(self, wait: int) -> None:
        if not self._stopped:
            self._timer.start(round(wait * self._chance.uniform(0.8, 1.2)))

    def _set_working(self, working: bool) -> None:
        if working != self._working:
            self._working = working
            if not self._stopped:
                self.working_changed.emit(working)

    def _heard(self, topics: Any) -> None:
        """An act was recorded here: tell the clerk at once how much waits, and go soon."""
        if Topic.SYNC not in topics or self._stopped or self._working:
            return
        self.read()
        if not self._failures and (not self._timer.isActive() or self._timer.remainingTime() > AFTER_ACT_MS):
            self._again(AFTER_ACT_MS)
