"""The line the benchmarks run over: it carries every byte, counts them, and a cut ends both sides."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import suppress

import pytest

from benchmarks.line import Line

DATA = bytes(range(256)) * 400


class Echo:
    """Sends back what it is sent."""

    def __init__(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listener.getsockname()[1])
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                threading.Thread(target=self._serve, args=(self._listener.accept()[0],), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        with connection, suppress(OSError):
            while piece := connection.recv(4096):
                connection.sendall(piece)

    def close(self) -> None:
        self._listener.close()


@pytest.fixture
def echo() -> Iterator[Echo]:
    made = Echo()
    yield made
    made.close()


def send(line: Line, data: bytes) -> bytes:
    got = b""
    with socket.create_connection(("127.0.0.1", line.port), 20) as connection:
        threading.Thread(target=connection.sendall, args=(data,), daemon=True).start()
        while len(got) < len(data) and (piece := connection.recv(65536)):
            got += piece
    return got


@pytest.mark.parametrize(("kbit", "rtt_ms"), [(0, 0), (0, 40), (8000, 20)])
def test_every_byte_arrives_in_order_and_is_counted(echo, kbit, rtt_ms):
    with Line(echo.port, kbit, rtt_ms) as line:
        assert send(line, DATA) == DATA
        assert send(line, DATA[:1]) == DATA[:1]
        assert line.carried == (len(DATA) + 1, len(DATA) + 1)


def test_a_cut_ends_what_is_carried_and_the_line_carries_again(echo):
    with Line(echo.port, kbit=64) as line, socket.create_connection(("127.0.0.1", line.port), 20) as connection:
        connection.sendall(b"x")
        assert connection.recv(1) == b"x"
        line.cut()
        with suppress(ConnectionError):
            assert connection.recv(1) == b""
        line.shape()
        assert send(line, DATA) == DATA


def test_a_server_that_is_not_there_ends_the_connection():
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    with Line(port) as line, socket.create_connection(("127.0.0.1", line.port), 20) as connection:
        with suppress(ConnectionError):
            assert connection.recv(1) == b""
        assert line.carried == (0, 0)
