"""The rounds of one exchange: what follows what, and what goes on at the same time. Knows no file, line or thread.

A round is begun on the store's lane, carried on the net's, and taken in on the store's again. While one request is
under way the store's lane looks what the next would bring, and while an answer is taken in the next request is already
under way: the county and this PC work at the same time. Only the plain case runs ahead (``sync.exchange.ahead``); after
anything else the next request is built when the answer was taken in.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from queue import SimpleQueue
from typing import TYPE_CHECKING, Any, Protocol

from desktop.services.outcome import Outcome

if TYPE_CHECKING:
    from desktop.services.exchange import Carried, PreparedExchange, Taken
    from sync.exchange import Applied
    from sync.protocol import Run


class Lane(Protocol):
    """Where work is done in its order; what it comes to is told where the rounds live."""

    def run(
        self, fn: Callable[..., Any], *args: object,
        done: Callable[[Any], None] | None = None, failed: Callable[[BaseException], None] | None = None,
    ) -> None:  # fmt: skip
        """Do ``fn(*args)``, then tell."""


class Steps(Protocol):
    """What is done in a round, each on the lane named."""

    @property
    def budget(self) -> int:
        """Bytes the next request may bring and ask for; any lane."""

    def begin(self) -> PreparedExchange | None:
        """The next request (store lane); None where there is no county to ask."""

    def carry(self, prepared: PreparedExchange) -> Carried:
        """There and back (net lane). Raises SurroundingsFault."""

    def behind(self, prepared: PreparedExchange, budget: int) -> list[Run] | None:
        """What the request behind this one would bring; None when it must be begun anew (store lane)."""

    def ahead(self, prepared: PreparedExchange, carried: Carried, push: list[Run]) -> PreparedExchange | None:
        """The request behind this one before its answer is taken in, where that can be told; any lane."""

    def finish(self, prepared: PreparedExchange, carried: Carried) -> Outcome[Taken]:
        """Take an answer in (store lane)."""


class _Flight:
    """A request under way, and what is known so far."""

    __slots__ = ("budget", "carried", "fault", "looked", "prepared", "push")

    def __init__(self, prepared: PreparedExchange, budget: int) -> None:
        self.prepared, self.budget = prepared, budget
        self.carried: Carried | None = None
        self.fault: BaseException | None = None
        self.push: list[Run] | None = None
        self.looked = False


class Rounds:
    """One exchange, from its first request until nothing more waits. One request is under way at a time, and one answer
    is taken in at a time: what a clerk does meanwhile stands behind one answer on the store's lane, never behind two.

    Everything but the steps is called on one thread. Exactly one of ``ended`` and ``failed`` is called, once.
    """

    def __init__(
        self,
        steps: Steps,
        store: Lane,
        net: Lane,
        *,
        taken: Callable[[Outcome[Taken]], None],
        ended: Callable[[Applied | None], None],
        failed: Callable[[BaseException], None],
        most: int | None = None,
    ) -> None:
        """``taken`` hears what every answer did; ``ended`` hears of the last one, None when there was none.

        ``most`` rounds are made, then the exchange ends though more waits.
        """
        self._steps, self._store, self._net = steps, store, net
        self._taken, self._ended, self._failed = taken, ended, failed
        self._most = most
        self._flight: _Flight | None = None
        self._at_store = self._over = self._stopped = self._unsaid = False
        self._last: Applied | None = None
        self.count = 0
        """Answers that were taken in, or are being."""

    def begin(self) -> None:
        """Ask for the first time, or anew."""
        self._at_store = True
        self._store.run(self._steps.begin, done=self._begun, failed=self._broke)

    def stop(self) -> None:
        """Ask no more, and take in no more than what is being taken in. What is under way changes nothing: should the
        county have taken what it brings, the next claim finds it."""
        self._stopped, self._flight = True, None
        if not self._at_store:
            self._end()

    def _begun(self, prepared: PreparedExchange | None) -> None:
        self._at_store = False
        if prepared is None or self._stopped:
            self._end()
        else:
            self._look(self._send(prepared))

    def _send(self, prepared: PreparedExchange) -> _Flight:
        flight = self._flight = _Flight(prepared, self._steps.budget)
        self._net.run(self._steps.carry, prepared, done=partial(self._came, flight), failed=partial(self._lost, flight))
        return flight

    def _look(self, flight: _Flight) -> None:
        """What would go behind this request is looked for while it is under way."""
        flight.looked = False
        self._store.run(
            self._steps.behind, flight.prepared, flight.budget,
            done=partial(self._seen, flight), failed=partial(self._lost, flight),
        )  # fmt: skip

    def _seen(self, flight: _Flight, push: list[Run] | None) -> None:
        flight.push, flight.looked = push, True
        self._go_on()

    def _came(self, flight: _Flight, carried: Carried) -> None:
        flight.carried = carried
        self._go_on()

    def _lost(self, flight: _Flight, fault: BaseException) -> None:
        flight.fault = flight.fault or fault
        self._go_on()

    def _go_on(self) -> None:
        """Take the next answer in, when it is its turn and everything about it is known."""
        flight = self._flight
        if self._at_store or flight is None:
            return
        if flight.fault is not None:
            self._fail(flight.fault)
            return
        if flight.carried is None or not flight.looked:
            return
        if flight.push and flight.budget != self._steps.budget:  # the line proved quicker, or slower
            flight.budget = self._steps.budget
            self._look(flight)
            return
        prepared, carried, push = flight.prepared, flight.carried, flight.push
        self.count += 1
        self._flight, self._at_store, self._unsaid = None, True, push is None
        ahead = self._steps.ahead(prepared, carried, push) if push is not None and self._may_ask() else None
        follows = self._send(ahead) if ahead is not None else None
        self._store.run(self._steps.finish, prepared, carried, done=self._took, failed=self._broke)
        if follows is not None:
            self._look(follows)

    def _may_ask(self) -> bool:
        return not self._stopped and (self._most is None or self.count < self._most)

    def _took(self, outcome: Outcome[Taken]) -> None:
        self._at_store = False
        applied = self._last = outcome.value.applied
        self._taken(outcome)
        if self._flight is not None and not applied.reborn:
            self._go_on()
        elif (applied.more or self._unsaid) and self._may_ask():
            self._flight = None  # what it says, it says for a writer that is one no more
            self.begin()
        else:
            self._end()

    def _broke(self, fault: BaseException) -> None:
        self._at_store = False
        self._fail(fault)

    def _end(self) -> None:
        if not self._over:
            self._over, self._flight = True, None
            self._ended(self._last)

    def _fail(self, fault: BaseException) -> None:
        if not self._over:
            self._over, self._flight = True, None
            self._failed(fault)


class _Here:
    """The store's lane of a caller with one thread: what waits is done when the caller comes to it."""

    def __init__(self) -> None:
        self.queue: SimpleQueue[Callable[[], None]] = SimpleQueue()

    def run(
        self, fn: Callable[..., Any], *args: object,
        done: Callable[[Any], None] | None = None, failed: Callable[[BaseException], None] | None = None,
    ) -> None:  # fmt: skip
        """Put it in line."""
        self.queue.put(lambda: _settle(partial(fn, *args), done, failed))


class _There:
    """The net's lane of a caller with one thread: the line has one of its own, the caller hears of it in line."""

    def __init__(self, pool: ThreadPoolExecutor, queue: SimpleQueue[Callable[[], None]]) -> None:
        self._pool, self._queue = pool, queue

    def run(
        self, fn: Callable[..., Any], *args: object,
        done: Callable[[Any], None] | None = None, failed: Callable[[BaseException], None] | None = None,
    ) -> None:  # fmt: skip
        """Begin it."""

        def heard(future: Future[Any]) -> None:
            self._queue.put(lambda: _settle(future.result, done, failed))

        self._pool.submit(fn, *args).add_done_callback(heard)


def _settle(
    work: Callable[[], Any], done: Callable[[Any], None] | None, failed: Callable[[BaseException], None] | None
) -> None:
    try:
        value = work()
    except Exception as error:
        if failed is None:
            raise
        failed(error)
    else:
        if done is not None:
            done(value)


def go_through(steps: Steps, most: int, taken: Callable[[Outcome[Taken]], None]) -> tuple[int, Applied | None]:
    """All rounds on the caller's thread, but for the line, which has one of its own: how many, and what the last did.

    Raises what a step raises, SurroundingsFault above all.
    """
    here, over = _Here(), [False]
    faults: list[BaseException] = []
    last: list[Applied | None] = [None]

    def ended(applied: Applied | None) -> None:
        over[0], last[0] = True, applied

    def failed(fault: BaseException) -> None:
        over[0] = True
        faults.append(fault)

    with ThreadPoolExecutor(1, "line") as pool:
        rounds = Rounds(
            steps, here, _There(pool, here.queue), taken=taken, ended=ended, failed=failed, most=most
        )  # fmt: skip
        rounds.begin()
        while not over[0]:
            here.queue.get()()
    if faults:
        raise faults[0]
    return rounds.count, last[0]
