"""Page: what every page of the window has in common: it asks the lane, listens to the bus and never waits."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar, TypeVar

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QShowEvent
from PySide6.QtWidgets import QWidget

from desktop.services.outcome import Outcome
from desktop.services.sentences import sentence
from desktop.services.station import Station
from desktop.workers.bus import Bus
from desktop.workers.lane import Lane
from domain.faults import SurroundingsFault
from domain.refusals import Refusal

__all__ = ["Bus", "Lane", "Page", "StationRef"]

T = TypeVar("T")
StationRef = Callable[[], Station]


class Page(QWidget):
    """A page shows what it read last; it reads again when a topic it shows has changed, at once or when next seen."""

    TOPICS: ClassVar[frozenset[str]] = frozenset()
    LEAVES_BY_ESCAPE: ClassVar[bool] = False
    """Esc, where nothing inside the page wanted it, leads back to the page before."""

    matter_chosen = Signal(str)
    visit_chosen = Signal(str)
    print_requested = Signal(str, str)
    """Case id and form: a paper that is not issued yet."""
    paper_chosen = Signal(str, str)
    """Case id and paper id: a paper that is stored."""

    closed = Signal()
    """The clerk is done here (Esc): the window may show the page before."""

    def __init__(self, lane: Lane, station_ref: StationRef, bus: Bus, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.lane = lane
        self.station_ref = station_ref
        self.bus = bus
        self._asked: dict[str, int] = {}
        self._stale = True
        self._soon = QTimer(self)  # several topics of one round make one refresh
        self._soon.setSingleShot(True)
        self._soon.setInterval(0)
        self._soon.timeout.connect(self._refresh_if_seen)
        bus.changed.connect(self._hear)

    def refresh(self) -> None:
        """Read again. Subclasses say what."""

    def ask(
        self,
        what: str,
        fn: Callable[..., T],
        *args: object,
        done: Callable[[T], None],
        failed: Callable[[], None] | None = None,
    ) -> None:
        """Ask the store lane; an answer overtaken by a later question of the same ``what`` is dropped."""
        number = self._asked[what] = self._asked.get(what, 0) + 1

        def answer(value: T) -> None:
            if self._asked.get(what) == number:
                done(value)

        def trouble(fault: BaseException) -> None:
            if self._asked.get(what) == number:
                self.complain(fault)
                if failed is not None:
                    failed()

        self.lane.run(fn, self.station_ref(), *args, done=answer, refused=trouble, failed=trouble)

    def act(
        self,
        fn: Callable[..., Outcome[T]],
        *args: object,
        done: Callable[[T], None],
        refused: Callable[[Refusal], None] | None = None,
        failed: Callable[[SurroundingsFault], None] | None = None,
        ended: Callable[[], None] | None = None,
    ) -> None:
        """Run a service that writes; without ``refused`` and ``failed`` a fault is said in the message bar."""

        def answer(outcome: Outcome[T]) -> None:
            if ended is not None:
                ended()
            done(outcome.value)

        def no(refusal: Refusal) -> None:
            if ended is not None:
                ended()
            (refused or self.complain)(refusal)

        def trouble(fault: BaseException) -> None:
            if ended is not None:
                ended()
            if failed is not None and isinstance(fault, SurroundingsFault):
                failed(fault)
            else:
                self.complain(fault)

        self.lane.run(fn, self.station_ref(), *args, done=answer, refused=no, failed=trouble)

    def complain(self, fault: BaseException) -> None:
        """Say a fault in the message bar; what is neither a refusal nor the surroundings is ours and is raised."""
        if isinstance(fault, Refusal | SurroundingsFault):
            self.say("error", sentence(fault))
        else:
            raise fault

    def say(self, level: str, text: str) -> None:
        """A line in the message bar: ``info``, ``done``, ``warning`` or ``error``."""
        self.bus.message.emit(level, text)

    def _hear(self, topics: frozenset[str]) -> None:
        if topics & self.TOPICS:
            self._stale = True
            self._soon.start()

    def _refresh_if_seen(self) -> None:
        if self._stale and self.isVisible():
            self._stale = False
            self.refresh()

    # Qt's own names

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if self.LEAVES_BY_ESCAPE and event.key() == Qt.Key.Key_Escape:
            self.closed.emit()
        else:
            super().keyPressEvent(event)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._refresh_if_seen()
