"""The county's connections: uvicorn's HTTP/1.1, ended where a client takes too long to say or to hear anything."""

from __future__ import annotations

import asyncio
import socket
from typing import Any, Final

from uvicorn.protocols.http.h11_impl import H11Protocol

HEAD_S: Final = 20.0
"""A request's head must be complete so long after the connection was made, or after its first byte came."""
DEAF_MS: Final = 120_000
"""A client that takes in nothing of what was sent for so long is let go."""


class PatientProtocol(H11Protocol):
    """Patient with a slow line, not with a silent one."""

    head_s = HEAD_S

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Start the clock of the first head."""
        super().connection_made(transport)  # type: ignore[arg-type]
        plain = transport.get_extra_info("socket")
        if plain is not None and hasattr(socket, "TCP_USER_TIMEOUT") and plain.family != socket.AF_UNIX:
            plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, DEAF_MS)
        self._head: asyncio.TimerHandle | None = self.loop.call_later(self.head_s, self._too_slow)

    def data_received(self, data: bytes) -> None:
        """Stop the clock when a head is complete, start it when another begins."""
        super().data_received(data)
        at_work: Any = self.cycle
        if at_work is not None and not at_work.response_complete:
            self._stop()
        elif self._head is None and not self.transport.is_closing():
            self._head = self.loop.call_later(self.head_s, self._too_slow)

    def on_response_complete(self) -> None:
        """From here uvicorn's own keep-alive clock runs."""
        self._stop()
        super().on_response_complete()

    def shutdown(self) -> None:
        """End a line on which nothing is under way. Over TLS a close waits for the other side's word, which a station
        that keeps its line for the next round does not give: the whole stop would wait with it."""
        at_work: Any = self.cycle
        if (at_work is None or at_work.response_complete) and not self.transport.get_write_buffer_size():
            self.transport.abort()
        else:
            super().shutdown()

    def connection_lost(self, exc: Exception | None) -> None:
        """Nothing to wait for."""
        self._stop()
        super().connection_lost(exc)

    def _stop(self) -> None:
        if self._head is not None:
            self._head.cancel()
            self._head = None

    def _too_slow(self) -> None:
        self._head = None
        at_work: Any = self.cycle
        if at_work is None or at_work.response_complete:
            self.transport.abort()
