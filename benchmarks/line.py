"""A line of a given width and length: a TCP proxy in a thread that delays, narrows, cuts and counts what it carries."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Coroutine
from contextlib import suppress
from types import TracebackType
from typing import Any, Final, Self, TypeVar

PIECE: Final = 1400
"""Bytes carried at once, about one packet: so a narrow line fills evenly."""
T = TypeVar("T")


class Way:
    """One direction of the line, shared by every connection over it."""

    def __init__(self) -> None:
        self.bytes = 0
        self.free_at = 0.0


class Passage:
    """One connection over the line: what it has carried each way, and whether it is to end after this piece."""

    def __init__(self) -> None:
        self.up = 0
        self.down = 0
        self.over = False
        self.reset = False
        """End it by a reset, without the courtesy of an end of data."""
        self.sent = bytearray()
        """For a line that looks at what it carries up."""


class Line:
    """A proxy to ``127.0.0.1:target``. Shape and cut it while it runs; every method may be called from any thread."""

    def __init__(self, target: int, kbit: float = 0, rtt_ms: float = 0) -> None:
        """``kbit`` is the width in kbit/s each way (0: unlimited), ``rtt_ms`` the time there and back."""
        self.target = target
        self.kbit, self.rtt_ms = kbit, rtt_ms
        self.port = 0
        self._up, self._down = Way(), Way()
        self._loop: asyncio.AbstractEventLoop
        self._thread: threading.Thread
        self._tasks: set[asyncio.Task[None]] = set()
        self._server: asyncio.Server | None = None

    def __enter__(self) -> Self:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="line", daemon=True)
        self._thread.start()
        self._server = self._call(asyncio.start_server(self._serve, "127.0.0.1", 0, limit=1 << 16))
        self.port = int(self._server.sockets[0].getsockname()[1])
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if self._server is not None:
            self._server.close()
        self.cut()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def shape(self, kbit: float = 0, rtt_ms: float = 0) -> None:
        """From now on this wide and this long."""
        self.kbit, self.rtt_ms = kbit, rtt_ms

    def cut(self) -> None:
        """Drop every connection, in the middle of whatever it carries."""
        self._call(self._cut())

    @property
    def carried(self) -> tuple[int, int]:
        """Payload bytes up (to the target) and down so far; headers of TCP/IP are not among them."""
        return self._up.bytes, self._down.bytes

    # what a rougher line changes ------------------------------------------------------------------------------------

    def _open(self) -> bool:
        """Whether a new connection is let through."""
        return True

    def _piece(self) -> int:
        """Bytes carried at once."""
        return PIECE if self.kbit else 1 << 16

    def _pass(self, passage: Passage, piece: bytes, *, up: bool) -> bytes:  # noqa: ARG002 - for those who look
        """What of a piece is carried on; ``passage.over`` ends the connection behind it."""
        return piece

    def _end(self, passage: Passage, writer: asyncio.StreamWriter) -> None:  # noqa: ARG002
        """End one side of a connection, whatever it still carries."""
        writer.transport.abort()

    # the work -------------------------------------------------------------------------------------------------------

    def _call(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(30)

    async def _cut(self) -> None:
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        passage = Passage()
        try:
            if not self._open():
                return
            await asyncio.sleep(self.rtt_ms / 1000)  # the handshake goes there and back before anything is carried
            there, back = await asyncio.open_connection("127.0.0.1", self.target, limit=1 << 16)
            try:
                async with asyncio.TaskGroup() as ways:
                    ways.create_task(self._carry(reader, back, passage, up=True))
                    ways.create_task(self._carry(there, writer, passage, up=False))
            except* OSError:
                pass
            finally:
                self._end(passage, back)
        except (OSError, asyncio.CancelledError):
            pass
        finally:
            self._end(passage, writer)
            self._tasks.discard(task)

    async def _carry(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, passage: Passage, *, up: bool
    ) -> None:
        """Pieces leave one after another at the line's width and arrive half a round trip later."""
        waiting: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue(64)
        way = self._up if up else self._down

        async def deliver() -> None:
            while True:
                due, piece = await waiting.get()
                await asyncio.sleep(max(0.0, due - self._loop.time()))
                if not piece:
                    if not passage.reset:
                        with suppress(OSError):
                            writer.write_eof()
                    return
                writer.write(piece)
                await writer.drain()

        arrive = asyncio.ensure_future(deliver())
        try:
            while True:
                piece = self._pass(passage, await reader.read(self._piece()), up=up)
                way.bytes += len(piece)
                now = self._loop.time()
                way.free_at = max(now, way.free_at) + (len(piece) * 8 / (self.kbit * 1000) if self.kbit else 0)
                await waiting.put((way.free_at + self.rtt_ms / 2000, piece))
                if piece and passage.over:
                    await waiting.put((way.free_at + self.rtt_ms / 2000, b""))
                if not piece or passage.over:
                    await arrive
                    if passage.over:
                        raise ConnectionAbortedError
                    return
                if self.kbit:
                    await asyncio.sleep(max(0.0, way.free_at - self._loop.time()))
        finally:
            arrive.cancel()
