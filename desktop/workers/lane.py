"""A lane: one thread that does its work in order and answers on the UI thread; the store has one, the net another."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass
from queue import SimpleQueue
from typing import Any, TypeVar

from PySide6.QtCore import QObject, Signal, SignalInstance

from desktop.services.outcome import Outcome
from domain.refusals import Refusal

T = TypeVar("T")
log = logging.getLogger(__name__)


class Ticket:
    """A place in the lane's queue. Cancelled, the work is not begun, or its answer is dropped when it has begun."""

    __slots__ = ("_cancelled",)

    def __init__(self) -> None:
        self._cancelled = False

    @property
    def cancelled(self) -> bool:
        """Whether nobody waits for the answer any more."""
        return self._cancelled

    def cancel(self) -> None:
        """Nobody waits any more; harmless when repeated or late."""
        self._cancelled = True


@dataclass(frozen=True, slots=True)
class _Task:
    number: int
    fn: Callable[..., Any]
    args: tuple[object, ...]
    ticket: Ticket
    answered: SignalInstance
    """The bound signal of the relay: the task owns no QObject, so none can die on the wrong thread."""


@dataclass(frozen=True, slots=True)
class _Wish:
    """What to do with the answer. Stays on the UI thread: closures over widgets must be freed there."""

    done: Callable[[Any], None] | None
    refused: Callable[[Refusal], None] | None
    failed: Callable[[BaseException], None] | None
    ticket: Ticket
    hushed: bool = False


class _Relay(QObject):
    """Lives on the UI thread and brings the answers there."""

    answered = Signal(int, object, object)
    """Number of the task, its value, its fault or None."""


class Lane(QObject):
    """One thread, first come first served. All methods are for the UI thread; only ``fn`` runs on the lane's.

    ``announce``, when given, hears the topics of every Outcome, before its ``done`` is called.
    """

    busy_changed = Signal(bool)

    def __init__(
        self, name: str, announce: Callable[[frozenset[str]], None] | None = None, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._announce = announce
        self._relay = _Relay(self)
        self._relay.answered.connect(self._answer)  # told on the lane's thread, so it is queued for this one
        self._wishes: dict[int, _Wish] = {}
        self._next = 0
        self._finished = False
        self._queue: SimpleQueue[_Task | None] = SimpleQueue()
        self._thread = threading.Thread(target=_work, args=(self._queue,), name=name, daemon=True)
        self._started = (
            False  # with the first task: to begin a thread waits for it, and three would before the first paint
        )

    @property
    def waiting(self) -> int:
        """Tasks given and not yet answered."""
        return len(self._wishes)

    def run(
        self,
        fn: Callable[..., T],
        *args: object,
        done: Callable[[T], None] | None = None,
        refused: Callable[[Refusal], None] | None = None,
        failed: Callable[[BaseException], None] | None = None,
    ) -> None:
        """Run ``fn(*args)``. Without ``refused`` a refusal goes to ``failed``; without that it is raised."""
        self.start(fn, *args, done=done, refused=refused, failed=failed)

    def start(
        self,
        fn: Callable[..., T],
        *args: object,
        done: Callable[[T], None] | None = None,
        refused: Callable[[Refusal], None] | None = None,
        failed: Callable[[BaseException], None] | None = None,
    ) -> Ticket:
        """As :meth:`run`, with a ticket by which it can be cancelled."""
        ticket = Ticket()
        if self._finished:  # the window closes: nobody will draw the answer
            ticket.cancel()
            return ticket
        self._next += 1
        self._wishes[self._next] = _Wish(done, refused, failed, ticket)
        if len(self._wishes) == 1:
            self.busy_changed.emit(True)
        self._queue.put(_Task(self._next, fn, args, ticket, self._relay.answered))
        if not self._started:
            self._started = True
            self._thread.start()
        return ticket

    def hush(self) -> None:
        """Let everything that was given be done, and answer nobody: the screens that asked are going away."""
        for number, wish in self._wishes.items():
            self._wishes[number] = _Wish(None, None, None, wish.ticket, hushed=True)

    def finish(self, timeout: float = 30.0) -> bool:
        """Let what was given be done, take nothing more, end the thread; True when it ended within ``timeout`` seconds.

        Answers that arrive after this are dropped.
        """
        if not self._finished:
            self._finished = True
            self._queue.put(None)
        if self._started:
            self._thread.join(timeout)
        for wish in self._wishes.values():
            wish.ticket.cancel()
        return not self._thread.is_alive()

    def _answer(self, number: int, value: object, fault: BaseException | None) -> None:
        wish = self._wishes.pop(number)
        if not self._wishes:
            self.busy_changed.emit(False)
        # What was committed is announced even when nobody waits for the value any more.
        if isinstance(value, Outcome) and self._announce is not None and value.topics:
            self._announce(value.topics)
        if wish.ticket.cancelled or wish.hushed:
            return
        if fault is None:
            if wish.done is not None:
                wish.done(value)
        elif isinstance(fault, Refusal) and wish.refused is not None:
            wish.refused(fault)
        elif wish.failed is not None:
            wish.failed(fault)
        else:
            raise fault


def _work(queue: SimpleQueue[_Task | None]) -> None:
    """The lane's thread. It ends on None; a fault of a task is that task's answer and never ends the lane."""
    while (task := queue.get()) is not None:
        value: object = None
        fault: BaseException | None = None
        if not task.ticket.cancelled:
            try:
                value = task.fn(*task.args)
            except BaseException as error:  # noqa: BLE001 - whatever it is, the UI thread must hear of it
                fault = error
        try:
            task.answered.emit(task.number, value, fault)
        except RuntimeError:  # the relay is gone: the window closed meanwhile
            log.debug("an answer came after the window closed")
        del task, value, fault  # nothing of the UI is held while waiting
