"""Daily: what a window says by itself once a day, when it opens and when it stays open overnight."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer

from desktop.services.station import Station
from desktop.workers.bus import Bus
from desktop.workers.lane import Lane
from domain.beijing import beijing_date
from domain.faults import SurroundingsFault

EVERY_MS = 600_000
"""How often it is asked whether a new day has begun."""


class Daily(QObject):
    """Tells the gap report 文号缺号 of the day in the message bar when there is something to tell."""

    def __init__(self, lane: Lane, station_ref: Callable[[], Station], bus: Bus, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._lane, self._station_ref, self._bus = lane, station_ref, bus
        self._told = ""
        """The Beijing day that was looked at."""
        self._timer = QTimer(self)
        self._timer.setInterval(EVERY_MS)
        self._timer.timeout.connect(self.look)
        self._timer.start()

    def look(self) -> None:
        """Look, unless this day was looked at."""
        day = beijing_date(self._station_ref().now_ms).isoformat()
        if day != self._told:
            self._told = day
            self._lane.run(_gaps, self._station_ref(), done=self._tell, failed=self._failed)

    def stop(self) -> None:
        """No more looks."""
        self._timer.stop()

    def _tell(self, words: str) -> None:
        if words:
            self._bus.message.emit("warning", words)

    def _failed(self, fault: BaseException) -> None:
        self._told = ""  # the next look asks again
        if not isinstance(fault, SurroundingsFault):
            raise fault


def _gaps(station: Station) -> str:
    from desktop.services.series import gap_words, unexplained

    return gap_words(unexplained(station))
