"""Frames on their way to the lane and back: read, verified, opened and packed, off the lane. Knows no database."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Final, TypeVar

from sync.exchange import Opened, open_request
from sync.log.chain import SigningKey
from sync.protocol import ANSWER_TAG, REQUEST_TAG, Answer, Request, WireDamaged, encode_frame, verify_frame
from sync.server.rounds import read_request
from sync.server.workers import Workers

WORTH: Final = 8
"""Acts from which on a request is given to a worker: what a desk brings all day is opened sooner than handed over."""
_KEYS_KEPT: Final = 10_000
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Read:
    """A request as far as it is known before the lane."""

    request: Request
    verified: bytes
    """The key its signature was verified with; empty when the station is new here."""
    opened: Opened | None = None


class FrameDesk:
    """What is done with frames in other threads, and with large ones in other processes."""

    def __init__(self, key: SigningKey, workers: int) -> None:
        """``key`` signs answers. ``workers``: processes that open requests; 0 for none."""
        self._key = key
        self._keys: dict[str, bytes] = {}  # station → key as last seen: a hint, the lane looks again
        self._writers: dict[str, bytes] = {}  # writer → key, likewise
        self.workers = Workers(workers)
        # One thread: Python runs one at a time, and a second would only take turns away from the lane.
        self._threads = ThreadPoolExecutor(max_workers=1, thread_name_prefix="county-frames")
        # These mostly wait for a worker; one more than there are workers has the next request ready for it.
        self._opening = ThreadPoolExecutor(max_workers=workers + 1, thread_name_prefix="county-opening")

    async def read(self, body: bytes, admit: Callable[[str], None]) -> Read:
        """A request, verified and opened where the station is known; ``admit`` is asked once it is verified.

        Raises WireDamaged, and what ``admit`` raises.
        """
        read = await _off(self._opening if self.workers.count else self._threads, lambda: self._read(body))
        if not read.verified:
            return read
        admit(read.request.st)
        if read.opened is not None or not (read.request.push or read.request.recovered):
            return read
        opened = await _off(self._threads, lambda: open_request(read.request, self._writers))
        return Read(read.request, read.verified, opened)

    def _read(self, body: bytes) -> Read:
        request = read_request(body)
        if len(self._writers) > _KEYS_KEPT:
            self._writers.clear()
        key = self._keys.get(request.st, b"")
        if not key:
            return Read(request, b"")
        if self.workers.count and sum(len(run.a) for run in (*request.push, *request.recovered)) >= WORTH:
            found = self.workers.open(body, request, key, self._writers)
            if found is not None:
                return Read(request, key if found[0] else b"", found[1])
        try:
            verify_frame(body, REQUEST_TAG, key)
        except WireDamaged:
            return Read(request, b"")  # enrolled anew, or a stranger: the lane decides by the key it finds
        return Read(request, key)

    def keep(self, station: str, key: bytes) -> None:
        """A frame of this station was verified with this key."""
        if len(self._keys) > _KEYS_KEPT:
            self._keys.clear()
        self._keys[station] = key

    async def pack(self, answer: Answer, dictionary: int) -> bytes:
        """The frame of an answer."""
        return await _off(self._threads, lambda: encode_frame(answer, ANSWER_TAG, self._key, dictionary))

    def close(self) -> None:
        """Finish what is in hand; end threads and processes."""
        self._opening.shutdown(wait=True)
        self._threads.shutdown(wait=True)
        self.workers.close()


async def _off(pool: ThreadPoolExecutor, work: Callable[[], T]) -> T:
    return await asyncio.get_running_loop().run_in_executor(pool, work)
