"""A rough line: what :mod:`benchmarks.line` carries, cut short, reset, sliced, refused, and its requests sent again."""

from __future__ import annotations

import asyncio
import random
import socket
import struct
from collections import deque
from contextlib import suppress
from typing import Final

from benchmarks.line import Line, Passage

KEPT: Final = 40
"""Recorded requests that may be sent again; the oldest goes first."""
LARGEST_KEPT: Final = 1 << 20


class RoughLine(Line):
    """A line that misbehaves as told. Attributes may be set from any thread; they hold for the next piece."""

    def __init__(self, target: int) -> None:
        super().__init__(target)
        self.down = False
        """Refuse every new connection."""
        self.slice = 0
        """Carry so many bytes at once; 0 does not slice."""
        self.cut_after: int | None = None
        """End a connection in order after so many bytes either way (Toxiproxy's limit_data)."""
        self.reset_after: int | None = None
        """Reset a connection after so many bytes either way."""
        self.ended = 0
        """Connections ended by ``cut_after`` and ``reset_after``."""
        self.requests: deque[bytes] = deque(maxlen=KEPT)

    def calm(self) -> None:
        """A good line again."""
        self.shape()
        self.down, self.slice, self.cut_after, self.reset_after = False, 0, None, None

    def send_again(self, rng: random.Random) -> int | None:
        """Send a recorded request once more, straight to the county; its HTTP status, None when nothing came back."""
        if not self.requests:
            return None
        with suppress(OSError), socket.create_connection(("127.0.0.1", self.target), 5) as connection:
            connection.sendall(rng.choice(list(self.requests)))
            connection.settimeout(10)
            head = connection.recv(4096)
            return int(head.split(b" ", 2)[1]) if head.startswith(b"HTTP/1.1 ") else None
        return None

    # what changes against a good line ------------------------------------------------------------------------------

    def _open(self) -> bool:
        return not self.down

    def _piece(self) -> int:
        return self.slice or super()._piece()

    def _pass(self, passage: Passage, piece: bytes, *, up: bool) -> bytes:
        if up:
            self._record(passage, piece)
        limits = [limit for limit in (self.cut_after, self.reset_after) if limit is not None]
        carried = passage.up + passage.down
        if limits and piece and carried + len(piece) >= min(limits):
            piece = piece[: max(0, min(limits) - carried)]
            self.ended += not passage.over
            passage.over = True
            passage.reset = min(limits) == self.reset_after
        passage.up, passage.down = passage.up + len(piece) * up, passage.down + len(piece) * (not up)
        return piece

    def _record(self, passage: Passage, piece: bytes) -> None:
        """Keep every whole POST that goes up."""
        passage.sent += piece
        head, found, body = bytes(passage.sent).partition(b"\r\n\r\n")
        if found:
            lengths = [
                line.split(b":")[1] for line in head.split(b"\r\n") if line.lower().startswith(b"content-length")
            ]
            size = int(lengths[0]) if lengths else 0
            if len(body) >= size:
                if head.startswith(b"POST /v1/exchange"):
                    self.requests.append(head + found + body[:size])
                del passage.sent[: len(head) + len(found) + size]
        if len(passage.sent) > LARGEST_KEPT:
            passage.sent.clear()

    def _end(self, passage: Passage, writer: asyncio.StreamWriter) -> None:
        plain = writer.get_extra_info("socket")
        if passage.reset and plain is not None:
            with suppress(OSError):  # already closed by the other side
                plain.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        super()._end(passage, writer)
