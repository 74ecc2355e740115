"""The collector: cyclic garbage is collected on the UI thread only, because it may hold widgets."""

from __future__ import annotations

import gc
from collections.abc import Sequence

from PySide6.QtCore import QObject, QTimer

INTERVAL_MS = 1_000


class Collector(QObject):
    """Switches Python's automatic collection off and does its work from a timer, youngest generation first."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._limits = gc.get_threshold()
        gc.disable()
        self._timer = QTimer(self)
        self._timer.setInterval(INTERVAL_MS)
        self._timer.timeout.connect(self.check)
        self._timer.start()

    def check(self) -> int:
        """Collect the oldest generation that is due; how many objects went."""
        return collect_due(self._limits)

    def stop(self) -> None:
        """Give the work back to Python."""
        self._timer.stop()
        gc.enable()


def collect_due(limits: Sequence[int]) -> int:
    """Collect the oldest generation that is over its limit (as of :func:`gc.get_threshold`); how many objects went."""
    counts = gc.get_count()
    for generation in (2, 1, 0):
        if counts[generation] > limits[generation]:
            return gc.collect(generation)
    return 0
