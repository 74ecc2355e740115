"""The writer's lane: one thread, one queue; the rounds that wait together are committed together, then answered."""

from __future__ import annotations

import asyncio
import queue
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeVar

from domain.faults import SurroundingsFault
from sync.exchange import Opened
from sync.protocol import Answer, Request
from sync.server.rounds import Verify, round_inside
from sync.server.store import CountyStore

GROUP: Final = 16
"""Rounds in one transaction at most: a disk's sync is shared, and nobody waits for many others' work."""
GROUP_BYTES: Final = 4 << 20
"""Bytes of frames in one transaction at most, but one round at least."""
LONGEST_QUEUE: Final = 64
T = TypeVar("T")


class Busy(Exception):
    """The queue is full; nothing was taken in. The station comes back later."""


@dataclass(slots=True)
class _Round:
    request: Request
    verify: Verify
    size: int
    opened: Opened | None
    done: asyncio.Future[Answer]


@dataclass(slots=True)
class _Work:
    do: Callable[[], Any]
    done: asyncio.Future[Any]


class Lane:
    """The only thread that writes to the store."""

    def __init__(self, store: CountyStore, longest: int = LONGEST_QUEUE) -> None:
        self._store = store
        self._longest = longest
        self._queue: queue.SimpleQueue[_Round | _Work | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._go, name="county-writer")
        self._thread.start()
        self.groups = self.grouped = 0

    def waiting(self) -> int:
        """Rounds in the queue."""
        return self._queue.qsize()

    async def exchange(self, request: Request, verify: Verify, size: int, opened: Opened | None = None) -> Answer:
        """One round; returns when its transaction is durable. ``verify`` gets the station's key as it is now.

        ``opened`` is what was made of the request off this lane, which everybody waits for.

        Raises Busy, RequestRefused, WireDamaged, SurroundingsFault.
        """
        done: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        return await self._put(_Round(request, verify, size, opened, done), done)

    async def run(self, do: Callable[[], T]) -> T:
        """Anything else that writes, in its turn."""
        done: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        return await self._put(_Work(do, done), done)

    async def _put(self, item: _Round | _Work, done: asyncio.Future[T]) -> T:
        if self._queue.qsize() >= self._longest:
            raise Busy
        self._queue.put(item)
        return await done

    def close(self) -> None:
        """Finish what is in the queue, durably, and end the thread."""
        self._queue.put(None)
        self._thread.join()

    def _go(self) -> None:
        kept: _Round | _Work | None = None
        while True:
            item = kept if kept is not None else self._queue.get()
            kept = None
            if item is None:
                return
            if isinstance(item, _Work):
                _settle(item.done, _outcome(item.do))
                continue
            group, size = [item], item.size
            while len(group) < GROUP and size < GROUP_BYTES:
                try:
                    more = self._queue.get_nowait()
                except queue.Empty:
                    break
                if not isinstance(more, _Round):
                    if more is None:
                        self._queue.put(None)
                    kept = more
                    break
                group.append(more)
                size += more.size
            self._together(group)

    def _together(self, group: Sequence[_Round]) -> None:
        """One transaction for the group. Where it fails as a whole, each round is tried by itself."""
        self.groups, self.grouped = self.groups + 1, self.grouped + len(group)
        try:
            with self._store.transaction():
                self._store.foresee([(item.request, item.opened) for item in group])
                outcomes = [self._part(item, alone=len(group) == 1) for item in group]
        except Exception as error:  # noqa: BLE001 - it is the asker's: handed over, told and logged there
            gone = isinstance(error, SurroundingsFault) and error.code == "database_unreachable"
            if len(group) > 1 and not gone:
                for item in group:
                    self._together([item])
                return
            outcomes = [error] * len(group)
        for item, outcome in zip(group, outcomes, strict=True):
            _settle(item.done, outcome)

    def _part(self, item: _Round, *, alone: bool) -> Answer | Exception:
        if alone:
            return self._exchange(item)
        try:
            with self._store.savepoint():
                return self._exchange(item)
        except SurroundingsFault:
            raise
        except Exception as error:  # noqa: BLE001 - handed to the asker
            return error

    def _exchange(self, item: _Round) -> Answer:
        return round_inside(self._store, item.request, item.verify, item.opened)


def _outcome(do: Callable[[], T]) -> T | Exception:
    try:
        return do()
    except Exception as error:  # noqa: BLE001 - handed to the asker
        return error


def _settle(done: asyncio.Future[T], outcome: T | Exception) -> None:
    def settle() -> None:
        if done.done():  # the asker went away; what was committed stays
            return
        if isinstance(outcome, Exception):
            done.set_exception(outcome)
        else:
            done.set_result(outcome)

    loop = done.get_loop()
    if not loop.is_closed():
        loop.call_soon_threadsafe(settle)
