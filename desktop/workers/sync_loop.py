"""The sync loop: exchanges with the county by timer, after each act and when asked; offline is a state, never a box."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, QTimer, Signal

from desktop.models.store.rows import SyncState
from desktop.services.outcome import Outcome, Topic
from desktop.services.station import Station
from desktop.workers.bus import Bus
from desktop.workers.lane import Lane
from domain.faults import SurroundingsFault

if TYPE_CHECKING:
    from desktop.services.county import Carried, PreparedExchange
    from sync.client import HttpTransport, Pace
    from sync.exchange import Applied

EVERY_MS = 60_000
AFTER_ACT_MS = 1_500
"""A receipt is printed and a second act often follows: both go in one round."""
FIRST_WAIT_MS = 5_000
LONGEST_WAIT_MS = 300_000


class _Line:
    """What the net lane keeps between rounds: the open connection and the pace. Touched on the net lane only."""

    def __init__(self) -> None:
        self._transport: HttpTransport | None = None
        self._url = ""
        self.pace: Pace | None = None

    def carry(self, prepared: PreparedExchange) -> Carried:
        """Carry one request, over the connection of the last round where there is one."""
        from desktop.services import county
        from sync.client import HttpTransport, Pace

        if self._transport is None or self._url != prepared.url:
            self.close()
            self._transport, self._url = HttpTransport(prepared.url, prepared.signed), prepared.url
            self.pace = Pace(loopback=self._transport.loopback)
        assert self.pace is not None
        began = time.monotonic()
        try:
            carried = county.carry(prepared, self._transport)
        except SurroundingsFault:
            self.pace.went_wrong()
            raise
        self.pace.went_well(round((time.monotonic() - began) * 1000), carried.size)
        return carried

    def close(self) -> None:
        """Let the connection go."""
        if self._transport is not None:
            self._transport.close()
            self._transport = None


def begin(station: Station, budget: int | None) -> PreparedExchange | None:
    """Build the next request (store lane); urllib3 and its like are imported here, after the first paint."""
    from desktop.services import county

    return county.begin_exchange(station) if budget is None else county.begin_exchange(station, budget)


def finish(station: Station, prepared: PreparedExchange, carried: Carried) -> Outcome[tuple[Applied, SyncState]]:
    """Apply an answer and read what the status bar says (store lane)."""
    from desktop.services import county

    outcome = county.finish_exchange(station, prepared, carried.answer, carried.timing, carried.opened)
    return Outcome((outcome.value, county.sync_state(station)), outcome.topics)


def fail(station: Station, fault: SurroundingsFault) -> Outcome[SyncState]:
    """Keep why it failed (store lane)."""
    from desktop.services import county

    outcome = county.note_failure(station, fault)
    return Outcome(county.sync_state(station), outcome.topics)


def read_state(station: Station) -> SyncState:
    """What the status bar says (store lane)."""
    from desktop.services import county

    return county.sync_state(station)


class SyncLoop(QObject):
    """One exchange at a time. Whatever becomes of a round, the next one is scheduled."""

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
        self._line = _Line()
        self._failures = 0
        self._working = self._stopped = self._wanted = False
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self.now)
        bus.changed.connect(self._heard)

    @property
    def working(self) -> bool:
        """Whether a round is under way."""
        return self._working

    @property
    def waits_ms(self) -> int:
        """Milliseconds until the next round; -1 when none is scheduled."""
        return self._timer.remainingTime()

    def start(self) -> None:
        """Begin: read the state, go soon."""
        self.read()
        self._again(AFTER_ACT_MS)

    def stop(self) -> None:
        """No more rounds; the one under way ends by itself."""
        self._stopped = True
        self._timer.stop()
        self._net.run(self._line.close)

    def now(self) -> None:
        """Exchange at once; during a round: right after it."""
        if self._stopped:
            return
        if self._working:
            self._wanted = True
            return
        self._timer.stop()
        self._set_working(True)
        budget = self._line.pace.budget if self._line.pace is not None else None
        self._store.run(begin, self._station_ref(), budget, done=self._carry, failed=self._failed)

    def read(self) -> None:
        """Read the state for the status bar."""
        if not self._stopped:
            self._store.run(read_state, self._station_ref(), done=self._tell, failed=self._not_read)

    def _carry(self, prepared: PreparedExchange | None) -> None:
        if prepared is None:  # not enrolled: nothing to do until somebody enrols
            self._end(self._every_ms)
            self.read()
        else:
            self._net.run(
                self._line.carry, prepared, done=lambda carried: self._apply(prepared, carried), failed=self._failed
            )

    def _apply(self, prepared: PreparedExchange, carried: Carried) -> None:
        self._store.run(finish, self._station_ref(), prepared, carried, done=self._applied, failed=self._failed)

    def _applied(self, outcome: Outcome[tuple[Applied, SyncState]]) -> None:
        applied, state = outcome.value
        self._failures = 0
        moved = bool(applied.confirmed or applied.pulled)
        self._end(0 if applied.more or (state.pending and moved) else self._every_ms)
        self._tell(state)

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
            self.working_changed.emit(working)

    def _heard(self, topics: Any) -> None:
        """An act was recorded here: tell the clerk at once how much waits, and go soon."""
        if Topic.SYNC not in topics or self._stopped or self._working:
            return
        self.read()
        if not self._failures and (not self._timer.isActive() or self._timer.remainingTime() > AFTER_ACT_MS):
            self._again(AFTER_ACT_MS)
