"""Quiet work: short pieces of care on the store lane while it has nothing else to do; the clerk's work goes first."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QObject, QTimer

from desktop.services.outcome import Outcome, Topic
from desktop.services.station import Station
from desktop.workers.bus import Bus
from desktop.workers.lane import Lane
from domain.faults import SurroundingsFault

AFTER_CHANGE_MS = 700
"""After an act the clerk looks something up or prints; the search keys can wait until then."""
BETWEEN_MS = 40
RARELY_MS = 60_000


class QuietWork(QObject):
    """Runs :func:`desktop.services.care.rest` until nothing waits, then looks again now and then."""

    def __init__(self, lane: Lane, station_ref: Callable[[], Station], bus: Bus, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._lane, self._station_ref = lane, station_ref
        self._bus = bus
        self._stopped = self._under_way = False
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._work)
        bus.changed.connect(self._heard)
        self._timer.start(AFTER_CHANGE_MS)

    @property
    def resting(self) -> bool:
        """True when nothing is under way and nothing is known to wait."""
        return not self._under_way and self._timer.interval() == RARELY_MS

    def stop(self) -> None:
        """No more pieces."""
        self._stopped = True
        self._timer.stop()

    def _heard(self, _topics: frozenset[str]) -> None:
        if not self._stopped and not self._under_way:
            self._timer.start(AFTER_CHANGE_MS)

    def _work(self) -> None:
        if self._stopped:
            return
        if self._lane.waiting:
            self._timer.start(AFTER_CHANGE_MS)
            return
        self._under_way = True
        self._lane.run(rest, self._station_ref(), done=self._done, failed=self._failed)

    def _done(self, outcome: Outcome[Rested]) -> None:
        more, said = outcome.value.more, outcome.value.said
        self._under_way = False
        if said:
            self._bus.message.emit("info", said)
        if not self._stopped:
            self._timer.start(BETWEEN_MS if more else RARELY_MS)

    def _failed(self, fault: BaseException) -> None:
        self._under_way = False
        if not self._stopped:
            self._timer.start(RARELY_MS)
        if not isinstance(fault, SurroundingsFault):
            raise fault  # a bug of ours; a full disk is said where somebody saves


@dataclass(frozen=True, slots=True)
class Rested:
    """What one piece leaves: whether more waits, and what the clerk is told."""

    more: bool
    said: str = ""


def rest(station: Station) -> Outcome[Rested]:
    """One short piece (store lane)."""
    from desktop.services import care

    before = care.measuring_now(station)
    more = care.rest(station)
    after = care.measuring_now(station)
    if before == after:
        return Outcome(Rested(more), frozenset())
    if after[1]:
        begun = f"收到新的期限表，正在重新计算 {after[1]} 件事项的期限，可以照常办理。" if before[0] == 0 else ""
        return Outcome(Rested(more, begun), frozenset())
    return Outcome(Rested(more, "新的期限表已经用上，期限都已重新计算。"), frozenset({Topic.DEADLINE, Topic.MATTER}))
