"""A real county over real sockets: garbage, half requests, lies about lengths, bombs; it lives, says so, and holds."""

from __future__ import annotations

import contextlib
import random
import resource
import socket
import struct
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest
import urllib3
from backports import zstd

from sync.client import write_request
from sync.log import SigningKey
from sync.protocol import MAX_FRAME, REQUEST_TAG
from tests.sync.harness import County, Station

PEAK_KB: Final = 450_000
"""The county's largest resident size: Python with its libraries is 90 MB, a frame may be 16 MB and unpack to 32 MB."""
PATHS: Final = (
    "/../../../../etc/passwd", "/v1/../../county.key", "/v1/%2e%2e/%2e%2e/county.key", "/v1/exchange/../../county.db",
    "//etc/passwd", "/v1/exchange%00", "/%c0%ae%c0%ae/county.key", "/\\..\\..\\county.key", "/" + "a" * 8_000,
    "http://other.example/v1/exchange", "/v1/exchange?" + "x=" * 3_000, "/v1/exchange;/../county.key", "*",
)  # fmt: skip


class Target:
    """The county, one enrolled station with acts there, and what must not change."""

    def __init__(self, county: County, station: Station) -> None:
        self.county, self.station = county, station
        self.before = self.dump()

    def dump(self) -> dict[str, list[Any]]:
        """Every row of every table."""
        lists = "SELECT name FROM sqlite_schema WHERE type = 'table'"
        if self.county.cluster is not None:
            lists = "SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'"
        names = [str(row[0]) for row in self.county.select(lists)]
        return {name: sorted(self.county.select(f"SELECT * FROM {name}"), key=repr) for name in names}

    def connect(self) -> socket.socket:
        return socket.create_connection(("127.0.0.1", self.county.port), 20)

    def send(self, *pieces: bytes, close: bool = True) -> bytes:
        """Send raw bytes and hear what comes until the county closes; an answer may be cut by its reset."""
        heard = b""
        with contextlib.suppress(OSError), self.connect() as connection:
            for piece in pieces:
                connection.sendall(piece)
            if close:
                connection.shutdown(socket.SHUT_WR)
            connection.settimeout(10)
            while piece := connection.recv(65536):
                heard += piece
        return heard

    def post(self, body: bytes, path: str = "/v1/exchange", **headers: str) -> int:
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        with urllib3.PoolManager() as pool:
            return int(pool.request("POST", self.county.url + path, body=body, headers=sent, retries=False).status)

    def frame(self) -> bytes:
        return write_request(self.station.request(), self.station.key)

    def unharmed(self) -> None:
        """It lives, holds what it held, logged no trace, and did not swell."""
        assert self.county.process is not None
        assert self.county.process.poll() is None, "the county died"
        assert urllib3.request("GET", self.county.url + "/health", retries=False).status == 200
        assert self.dump() == self.before
        log = self.county.folder.with_suffix(".log").read_text("utf-8", "replace")
        assert "Traceback" not in log
        assert " ERROR " not in log, log
        status = Path(f"/proc/{self.county.process.pid}/status").read_text()
        peak = next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM"))
        assert peak < PEAK_KB, f"the county grew to {peak} KB"


@pytest.fixture
def target(county: County, new_station: Any) -> Iterator[Target]:
    station = new_station("one", county)
    station.set("1" * 32, name="张三")
    station.sync(county.url)
    station.set("2" * 32, name="李四")  # waits: any accepted request would bring it
    assert county.process is not None
    room = 4 << 30
    resource.prlimit(county.process.pid, resource.RLIMIT_AS, (room, room))
    found = Target(county, station)
    yield found
    found.unharmed()
    station.sync(county.url)
    assert station.feed.pending() == 0, "afterwards work goes on"


def test_three_hundred_spoilt_frames_are_refused_by_status_and_change_nothing(target: Target):
    rng = random.Random(1)
    frame = target.frame()
    seen: set[int] = set()
    for _ in range(300):
        spoilt = bytearray(frame)
        for _ in range(rng.randrange(1, 4)):
            place = rng.randrange(len(spoilt))
            match rng.randrange(4):
                case 0:
                    spoilt[place] ^= rng.randrange(1, 256)
                case 1:
                    del spoilt[place:]
                    spoilt += b"\x00"
                case 2:
                    spoilt[place:place] = rng.randbytes(rng.randrange(1, 30))
                case _:
                    spoilt += spoilt[place:]
        assert bytes(spoilt) != frame
        seen.add(target.post(bytes(spoilt)))
    assert seen <= {400, 401, 413, 426}, seen


def test_wrong_keys_unknown_stations_and_forged_certificates_are_refused(target: Target):
    stranger = SigningKey(b"\x07" * 32)
    request = target.station.request()
    assert target.post(write_request(request, stranger)) == 401
    for header in (
        "", "{}", "null", "[" * 5_000, '{"body":"","sig":""}', '{"body":"eyJhIjoxfQ==","sig":"AAAA"}', "\xff\xfe",
        '{"body":"' + "A" * 20_000 + '","sig":"AAAA"}', "a" * 30_000,
    ):  # fmt: skip
        status = target.post(write_request(request, stranger), x_xinfang_certificate=header)
        assert status in {400, 401, 431}, (header[:30], status)


def test_bombs_deep_json_and_huge_numbers_are_refused(target: Target):
    key = target.station.key
    station = target.station.identity.station.encode()
    bodies = [
        (1, zstd.compress(b" " * (1 << 30))),
        (1, zstd.compress(zstd.compress(b" " * (1 << 30)))),
        (0, b'{"v":2,"st":"%s","feeds":%s' % (station, b'{"a":' * 200_000)),
        (1, zstd.compress(b'{"v":2,"st":"%s","q":%s}' % (station, b"[" * 5_000_000))),
        (0, b'{"v":2,"st":"%s","limit":%s}' % (station, b"9" * 100_000)),
        (0, b'{"v":%s,"st":"%s"}' % (b"9" * 5_000, station)),
        (0, b'{"v":2,"st":"%s","feeds":{"dict":[1e400,"AA=="]}}' % station),
        (0, b'{"v":2,"st":"%s"}' % (b"a" * 4_000_000)),
        (1, zstd.compress(b'{"v":2,"st":"%s","push":[%s]}' % (station, b",".join([b"{}"] * 2_000_000)))),
    ]
    for flag, body in bodies:
        frame = b"XF\x02" + bytes([flag]) + body
        assert target.post(frame + key.sign(REQUEST_TAG, frame)) in {400, 413}


def test_a_body_longer_than_any_frame_is_cut_off_whether_it_says_so_or_not(target: Target):
    assert target.post(bytes(MAX_FRAME + 1)) == 413
    chunk = b"100000\r\n" + bytes(1 << 20) + b"\r\n"
    head = b"POST /v1/exchange HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n"
    heard = target.send(head, *[chunk] * 24, close=False)
    assert heard == b"" or b" 413 " in heard.split(b"\r\n", 1)[0], heard[:100]
    assert target.post(bytes(100_000), "/v1/enrol") == 413


def test_lies_about_lengths_and_requests_hidden_in_requests_bring_nothing_in(target: Target):
    frame = target.frame()
    size = len(frame)
    line = b"POST /v1/exchange HTTP/1.1\r\nhost: x\r\n"
    hidden = line + b"content-length: %d\r\n\r\n" % size + frame
    cases = [
        line + b"content-length: 99999999999999999999\r\n\r\n" + frame,
        line + b"content-length: -1\r\n\r\n" + frame,
        line + b"content-length: %d\r\ncontent-length: 3\r\n\r\n" % size + frame,
        line + b"content-length: +%d\r\n\r\n" % size + frame,
        line + b"content-length: %d\r\n\r\n" % (size + 50) + frame,
        line + b"content-length: %d\r\n\r\n" % (size - 50) + frame,
        line + b"transfer-encoding: chunked\r\n\r\nzz\r\n" + frame,
        line + b"transfer-encoding: chunked\r\n\r\nffffffffffffffff\r\n" + frame,
        line + b"transfer-encoding: chunked, identity\r\n\r\n0\r\n\r\n" + hidden[:40],
        line + b"content-length : %d\r\n\r\n" % size + frame,
        b"GET /health HTTP/1.1\r\nhost: x\r\ncontent-length: 5\r\n\r\nPOST " + hidden[5:],
        b"POST /v1/exchange HTTP/9.9\r\n\r\n" + frame,
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + frame,
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(500),
        line + b"upgrade: websocket\r\nconnection: upgrade\r\nsec-websocket-key: AAAA\r\n\r\n" + frame,
        line + b"x: " + b"a" * 200_000 + b"\r\n\r\n",
        line + b"".join(b"x%d: y\r\n" % number for number in range(20_000)) + b"\r\n",
        line + b"x\x00y: z\r\n\r\n" + frame,
        bytes(range(256)) * 200,
    ]
    for case in cases:
        for answer in target.send(case).split(b"HTTP/1.1 ")[1:]:
            assert not answer.startswith(b"200") or b'"ok"' in answer, (case[:120], answer[:60])


def test_paths_and_methods_lead_nowhere_else(target: Target):
    for path in PATHS:
        for method in ("GET", "PUT", "DELETE", "TRACE", "CONNECT", "X" * 300):
            heard = target.send(f"{method} {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n".encode("latin-1"))
            status = heard[9:12]
            assert status in {b"400", b"404", b"405", b"431", b""} or (
                path.startswith("http://") and status == b"405"
            ), (method, path[:60], heard[:60])
            assert b"root:" not in heard


def test_sixty_who_say_a_little_and_then_nothing_do_not_stop_the_others(target: Target):
    silent: list[socket.socket] = []
    try:
        for number in range(60):
            connection = target.connect()
            silent.append(connection)
            half = b"POST /v1/exchange HTTP/1.1\r\nhost: x\r\ncontent-length: 500\r\n\r\nXF"
            connection.sendall(half[: 10 + number])
        for connection in silent:
            connection.sendall(b"a")
        assert urllib3.request("GET", target.county.url + "/health", retries=False, timeout=20).status == 200
        frame = target.frame()
        spoilt = frame[:-1] + bytes([frame[-1] ^ 1])
        assert target.post(spoilt) == 401, "a round is still served"
    finally:
        for connection in silent[::2]:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        for connection in silent:
            connection.close()


def test_garbage_behind_a_request_on_the_same_connection_is_not_answered_as_one(target: Target):
    asks = b"GET /health HTTP/1.1\r\nhost: x\r\n\r\n"
    for garbage in (bytes(1000), b"XF\x02\x01" + bytes(300), target.frame(), b"\r\n" * 500, b"GET / HTTP/0.0\r\n\r\n"):
        heard = target.send(asks * 5 + garbage)
        assert heard.count(b"HTTP/1.1 200") <= 5
        assert heard.count(b"HTTP/1.1 ") <= 6


def test_bombs_from_eight_sides_at_once_do_not_make_it_swell(target: Target):
    frame = b"XF\x02\x01" + zstd.compress(b" " * (31 << 20))
    frame += target.station.key.sign(REQUEST_TAG, frame)
    big = b"XF\x02\x00" + b" " * (MAX_FRAME - 100)
    big += target.station.key.sign(REQUEST_TAG, big)
    statuses: list[int] = []

    def attack(body: bytes) -> None:
        statuses.extend(target.post(body) for _ in range(3))

    crowd = [threading.Thread(target=attack, args=(body,)) for body in (frame, big) * 4]
    for each in crowd:
        each.start()
    for each in crowd:
        each.join()
    assert len(statuses) == 24
    assert set(statuses) <= {400, 413}, statuses
