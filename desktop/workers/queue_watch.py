"""QueueWatch: looks at the printer queues now and then, on the lane it is given, while somebody wants to know."""

from __future__ import annotations

from PySide6.QtCore import QObject, QTimer, Signal

from desktop import devices
from desktop.workers.lane import Lane
from domain.faults import SurroundingsFault

EVERY_MS = 1500


class QueueWatch(QObject):
    """One question at a time: a print system that answers slowly is not asked again before it did."""

    told = Signal(object)
    """The jobs on their way (list of ``devices.Job``)."""
    lost = Signal(object)
    """The print system does not answer: a SurroundingsFault."""

    def __init__(self, lane: Lane, parent: QObject | None = None, *, every_ms: int = EVERY_MS) -> None:
        super().__init__(parent)
        self._lane = lane
        self._asked = False
        self._timer = QTimer(self)
        self._timer.setInterval(every_ms)
        self._timer.timeout.connect(self.look)

    @property
    def watching(self) -> bool:
        """Whether it looks again by itself."""
        return self._timer.isActive()

    def start(self) -> None:
        """Look now, and again and again."""
        self.look()
        self._timer.start()

    def stop(self) -> None:
        """Look no more."""
        self._timer.stop()

    def look(self) -> None:
        """Look once."""
        if not self._asked:
            self._asked = True
            self._lane.run(devices.queue, done=self._answered, failed=self._failed)

    def _answered(self, jobs: list[devices.Job]) -> None:
        self._asked = False
        self.told.emit(jobs)

    def _failed(self, fault: BaseException) -> None:
        self._asked = False
        if not isinstance(fault, SurroundingsFault):
            raise fault
        self.lost.emit(fault)
