"""The file loop: carries attachments a few pieces at a time on a lane of its own; it waits for acts, they never do."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer

from desktop.services.outcome import Outcome, Topic
from desktop.services.station import Station
from desktop.workers.bus import Bus
from desktop.workers.lane import Lane
from domain.faults import SurroundingsFault

if TYPE_CHECKING:
    from desktop.services.transfer import Carried, Job
    from sync.client import FileLine, Pace

AFTER_CHANGE_MS = 2_500
"""After an attachment its act goes first (the sync loop waits 1.5 s)."""
BETWEEN_MS = 50
RARELY_MS = 300_000
FIRST_WAIT_MS = 10_000
LONGEST_WAIT_MS = 600_000
CHECK_EVERY_S = 12 * 3600
"""How often the county is asked what it lacks: it may have been restored."""


class _Line:
    """What the file lane keeps between steps. Touched on that lane only."""

    def __init__(self, go_on: Callable[[], bool]) -> None:
        self._line: FileLine | None = None
        self._of: tuple[str, bytes] = ("", b"")
        self._pace: Pace | None = None
        self._go_on = go_on

    def carry(self, job: Job) -> Carried:
        """One step, over the connection of the last one where there is one."""
        from desktop.services import transfer
        from sync.client import Pace

        if self._line is None or self._of != (job.url, job.key.public):
            self.close()
            self._line, self._of = job.line(), (job.url, job.key.public)
            self._pace = Pace(loopback=self._line.loopback)
        assert self._pace is not None
        began = time.monotonic()
        try:
            carried = transfer.carry(job, self._line, self._pace.budget, self._go_on)
        except SurroundingsFault:
            self._pace.went_wrong()
            raise
        self._pace.went_well(round((time.monotonic() - began) * 1000), carried.moved)
        return carried

    def close(self) -> None:
        """Let the connection go."""
        if self._line is not None:
            self._line.close()
            self._line = None


def begin(station: Station, check: bool) -> Job | None:
    """The next step (store lane); what talks HTTP is imported here, after the first paint."""
    from desktop.services import transfer

    return transfer.begin(station, check=check)


def finish(station: Station, carried: Carried) -> Outcome[Carried]:
    """Note a step (store lane)."""
    from desktop.services import transfer

    return transfer.finish(station, carried)


def try_again(station: Station) -> None:
    """What was in trouble gets another chance (store lane)."""
    station.store.files.try_again()


class FileLoop(QObject):
    """One step at a time. A step ends early when an act is recorded; the next begins when no act waits."""

    def __init__(
        self,
        store_lane: Lane,
        file_lane: Lane,
        station_ref: Callable[[], Station],
        bus: Bus,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._store, self._files, self._station_ref = store_lane, file_lane, station_ref
        self._hold = threading.Event()
        """Set from the UI thread when an act was recorded or the loop stops; read on the file lane between pieces."""
        self._line = _Line(lambda: not self._hold.is_set())
        self._working = self._stopped = False
        self._failures = 0
        self._checked_at = 0.0
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self.now)
        bus.changed.connect(self._heard)

    @property
    def working(self) -> bool:
        """Whether a step is under way."""
        return self._working

    @property
    def waits_ms(self) -> int:
        """Milliseconds until the next step; -1 when none is scheduled."""
        return self._timer.remainingTime()

    def start(self) -> None:
        """Begin soon; what was in trouble in an earlier session is tried again."""
        self._store.run(try_again, self._station_ref(), failed=self._quiet)
        self._again(AFTER_CHANGE_MS)

    def stop(self) -> None:
        """No more steps; the one under way ends after its piece."""
        self._stopped = True
        self._hold.set()
        self._timer.stop()
        self._files.run(self._line.close)

    def now(self) -> None:
        """Take a step, unless one is under way."""
        if self._stopped or self._working:
            return
        self._working = True
        self._hold.clear()
        check = not self._checked_at or time.monotonic() - self._checked_at > CHECK_EVERY_S
        self._store.run(begin, self._station_ref(), check, done=self._begun, failed=self._failed)

    def _begun(self, job: Job | None) -> None:
        if job is None:
            self._working = False
            self._again(RARELY_MS)
        else:
            self._files.run(self._line.carry, job, done=self._carried, failed=self._failed)

    def _carried(self, carried: Carried) -> None:
        if carried.job.way == "check":
            self._checked_at = time.monotonic()
        self._store.run(finish, self._station_ref(), carried, done=self._noted, failed=self._failed)

    def _noted(self, _outcome: Outcome[Carried]) -> None:
        self._working, self._failures = False, 0
        self._again(AFTER_CHANGE_MS if self._hold.is_set() else BETWEEN_MS)

    def _failed(self, fault: BaseException) -> None:
        """Offline, a full county, a full disk: a state, never a box; what was carried stays carried."""
        self._working = False
        self._failures += 1
        self._again(min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** min(self._failures - 1, 8)))
        self._quiet(fault)

    def _quiet(self, fault: BaseException) -> None:
        if not isinstance(fault, SurroundingsFault):
            raise fault  # a bug of ours: the crash handler keeps it

    def _again(self, wait: int) -> None:
        if not self._stopped:
            self._timer.start(wait)

    def _heard(self, topics: frozenset[str]) -> None:
        """An act was recorded or came: let it pass. A file was attached, or asked for: go soon."""
        if self._stopped or not topics & {Topic.SYNC, Topic.FILE}:
            return
        if Topic.SYNC in topics:
            self._hold.set()
        soon = self._timer.isActive() and self._timer.remainingTime() > AFTER_CHANGE_MS
        if not self._working and not self._failures and soon:
            self._again(AFTER_CHANGE_MS)
