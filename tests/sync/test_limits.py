"""The county among senders that ask too often, too much, too slowly or not at all; its page, its numbers, its end."""

from __future__ import annotations

import asyncio
import contextlib
import http.client
import socket
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
import urllib3

from domain.faults import SurroundingsFault
from domain.papers import KINDS_OF_SERIES
from sync.client import write_enrolment, write_request
from sync.log.chain import sealing_public
from sync.protocol import WireDamaged
from sync.server.app import County as CountyApp
from sync.server.app import Limits
from sync.server.lane import Busy, Lane
from sync.server.limits import LARGEST, Buckets
from sync.server.overview import Overview
from sync.server.stations import DAY_MS
from sync.server.store import CountyStore
from tests.sync.asgi import Line
from tests.sync.harness import County, Station, converge

NOW = 1_790_000_000_000


@dataclass
class Steady:
    now: float = 0.0

    def __call__(self) -> float:
        return self.now


# ---------------------------------------------------------------- how often


def test_a_sender_may_ask_a_few_times_at_once_and_then_at_its_rate():
    steady = Steady()
    buckets = Buckets(rate=2, burst=3, clock=steady)
    assert [buckets.take("a") for _ in range(4)] == [0, 0, 0, 0.5]
    assert buckets.take("b") == 0, "another sender has a bucket of its own"
    steady.now = 0.5
    assert buckets.take("a") == 0
    assert buckets.take("a") == 0.5
    steady.now = 100.0
    assert [buckets.take("a") for _ in range(4)] == [0, 0, 0, 0.5], "silence does not save up more than the burst"


def test_no_crowd_of_senders_fills_the_memory():
    buckets = Buckets(rate=1, burst=1, clock=Steady())
    for number in range(LARGEST + 50):
        buckets.take(str(number))
    assert len(buckets._left) == LARGEST


@pytest.fixture
def store(tmp_path: Path) -> Iterator[CountyStore]:
    counter = iter(range(1, 1 << 30))
    found = CountyStore(tmp_path / "county", lambda: NOW, lambda n: next(counter).to_bytes(n, "big"))
    yield found
    found.close()


@pytest.fixture
def enrolled(store: CountyStore, tmp_path: Path) -> Iterator[Callable[[str], Station]]:
    made: list[Station] = []

    def make(window: str) -> Station:
        station = Station(tmp_path / f"window-{window}.db")
        made.append(station)
        with Line(CountyApp(store, lambda: NOW).app()) as line:
            asked = enrol_frame(station, store.issue_code("370205", "城关镇", window))
            assert line.post("/v1/enrol", content=asked).status_code == 200
        return station

    yield make
    for station in made:
        station.close()


def enrol_frame(station: Station, code: str) -> bytes:
    return write_enrolment(code, station.identity, station.key, sealing_public(station.sealing_key))


def test_a_station_that_asks_too_often_is_told_when_to_come_back(store, enrolled):
    station, other = enrolled("1"), enrolled("2")
    limits = Limits(station_rate=0.1, station_burst=2)
    with Line(CountyApp(store, lambda: NOW, limits, Steady()).app()) as line:
        frame = write_request(station.request(), station.key)
        replies = [line.post("/v1/exchange", content=frame) for _ in range(4)]
        assert [reply.status_code for reply in replies] == [200, 200, 200, 429], "the first was not yet verified"
        assert replies[-1].json() == {"code": "too_many"}
        assert replies[-1].headers["retry-after"] == "10"
        assert line.post("/v1/exchange", content=write_request(other.request(), other.key)).status_code == 200


def test_nobody_uses_up_another_stations_turns_without_its_key(store, enrolled):
    station, stranger = enrolled("1"), enrolled("2")
    with Line(CountyApp(store, lambda: NOW, Limits(station_rate=0.1, station_burst=2), Steady()).app()) as line:
        good, forged = (write_request(station.request(), key) for key in (station.key, stranger.key))
        assert line.post("/v1/exchange", content=good).status_code == 200
        assert {line.post("/v1/exchange", content=forged).status_code for _ in range(10)} == {401}
        assert line.post("/v1/exchange", content=good).status_code == 200


def test_one_address_cannot_try_codes_without_end(store, tmp_path):
    station = Station(tmp_path / "guessing.db")
    limits = Limits(enrol_rate=0.01, enrol_burst=3)
    with Line(CountyApp(store, lambda: NOW, limits, Steady()).app()) as line:
        tries = [line.post("/v1/enrol", content=enrol_frame(station, f"AAAA{n}")).status_code for n in range(4)]
    station.close()
    assert tries == [403, 403, 403, 429]


# ---------------------------------------------------------------- together on the writer's lane


def gather(store: CountyStore, stations: list[Station], longest: int = 64) -> tuple[list[object], Lane]:
    """Rounds of all stations wait together while the lane is held, then go."""

    async def go() -> tuple[list[object], Lane]:
        lane, gate, held = Lane(store, longest), threading.Event(), threading.Event()

        def hold() -> None:
            held.set()
            gate.wait()

        first = asyncio.ensure_future(lane.run(hold))
        while not held.is_set():
            await asyncio.sleep(0)
        rounds = [
            asyncio.ensure_future(lane.exchange(station.request(), lambda _key: None, 1000)) for station in stations
        ]
        await asyncio.sleep(0)
        gate.set()
        found = await asyncio.gather(*rounds, return_exceptions=True)
        await first
        lane.close()
        return list(found), lane

    return asyncio.run(go())


def test_rounds_that_wait_together_are_committed_together_and_one_bad_one_fails_alone(store, enrolled, monkeypatch):
    stations = [enrolled(str(number)) for number in range(4)]
    for number, station in enumerate(stations):
        station.set(f"{number:032x}", name=f"张{number}")
    inside = CountyStore.exchange_inside

    def tripping(self, request, row, **more):
        answer = inside(self, request, row, **more)
        if row.window == "2":
            raise WireDamaged("chain_broken")  # after everything was written: the savepoint must take it back
        return answer

    monkeypatch.setattr(CountyStore, "exchange_inside", tripping)
    found, lane = gather(store, stations)
    assert [type(one).__name__ for one in found] == ["Answer", "Answer", "WireDamaged", "Answer"]
    assert (lane.groups, lane.grouped) == (1, 4)
    assert {case for case in store.case_bytes() if len(case) == 32} == {f"{number:032x}" for number in (0, 1, 3)}
    monkeypatch.undo()
    assert [type(one).__name__ for one in gather(store, [stations[2]])[0]] == ["Answer"]
    store.verify()


def test_where_a_group_cannot_be_made_durable_each_round_is_tried_by_itself(store, enrolled, monkeypatch):
    stations = [enrolled(str(number)) for number in range(3)]
    for number, station in enumerate(stations):
        station.set(f"{number:032x}", name=f"张{number}")
    inside = CountyStore.exchange_inside

    def full(self, request, row, **more):
        if row.window == "1":
            raise SurroundingsFault("disk_full")
        return inside(self, request, row, **more)

    monkeypatch.setattr(CountyStore, "exchange_inside", full)
    found, _lane = gather(store, stations)
    assert [type(one).__name__ for one in found] == ["Answer", "SurroundingsFault", "Answer"]
    assert {case for case in store.case_bytes() if len(case) == 32} == {f"{number:032x}" for number in (0, 2)}


def test_a_full_queue_turns_rounds_away_instead_of_growing(store, enrolled):
    station = enrolled("1")
    found, _lane = gather(store, [station] * 5, longest=3)
    assert [type(one) is Busy for one in found] == [False, False, False, True, True]


# ---------------------------------------------------------------- slow and silent clients


def rest_of(line: socket.socket) -> bytes:
    """Everything until the other side closes or resets."""
    answer = b""
    with contextlib.suppress(ConnectionResetError):
        while part := line.recv(4096):
            answer += part
    return answer


def test_a_client_that_never_finishes_its_head_or_its_body_is_let_go(store, monkeypatch):
    import uvicorn

    from sync.server.http import PatientProtocol

    monkeypatch.setattr(PatientProtocol, "head_s", 0.3)
    app = CountyApp(store, lambda: NOW, Limits(body_s=0.3)).app()
    server = uvicorn.Server(uvicorn.Config(app, port=0, http=PatientProtocol, log_config=None, ws="none"))
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    said = []
    for words in (b"", b"POST /v1/exch", b"POST /v1/exchange HTTP/1.1\r\nhost: x\r\ncontent-length: 9\r\n\r\nabc"):
        with socket.create_connection(("127.0.0.1", port), timeout=20) as line:
            line.sendall(words)
            said.append(rest_of(line).partition(b"\r\n")[0])
    with socket.create_connection(("127.0.0.1", port), timeout=20) as line:  # a second head on a kept connection
        line.sendall(b"GET /health HTTP/1.1\r\nhost: x\r\n\r\n")
        assert line.recv(4096).startswith(b"HTTP/1.1 200")
        line.sendall(b"GET /hea")
        assert b"HTTP/1.1" not in rest_of(line), "only the rest of the first answer, if it came in two pieces"
    server.should_exit = True
    thread.join()
    assert said == [b"", b"", b"HTTP/1.1 408 Request Timeout"]


# ---------------------------------------------------------------- what a person and a monitor see


def test_the_numbers_for_a_monitor_name_no_person(county, new_station):
    one = new_station("one", county)
    one.set("1" * 32, name="张三")
    one.sync(county.url)
    text = urllib3.request("GET", county.url + "/metrics").data.decode()
    lines = dict(line.rsplit(" ", 1) for line in text.splitlines() if not line.startswith("#"))
    assert lines["xinfang_county_acts"] == str(2 + len(KINDS_OF_SERIES))
    assert int(lines["xinfang_county_rounds_total"]) >= 1
    assert lines['xinfang_county_round_seconds_bucket{le="+Inf"}'] == lines["xinfang_county_round_seconds_count"]
    assert "张三" not in text


def test_the_numbers_are_for_this_machine_only_unless_configured(store):
    for whole, status in ((False, 403), (True, 200)):
        app = CountyApp(store, lambda: NOW, metrics_for_all=whole).app()
        with Line(app, client=("10.1.2.3", 5000)) as line:
            assert line.get("/metrics").status_code == status


def test_the_county_page_says_who_is_silent_doubled_refused_or_has_a_wrong_clock(store, enrolled):
    silent, wrong, late = enrolled("1"), enrolled("2"), enrolled("3")
    wrong.write(wrong.act("8" * 32, {"name": "李四"}, scope="office/370299"))
    with Line(CountyApp(store, lambda: NOW).app()) as line:
        assert line.post("/v1/exchange", content=write_request(wrong.request(), wrong.key)).status_code == 200
        with store.transaction():
            for station, ahead_ms in ((wrong, 3 * 3600 * 1000), (late, -60_000)):
                sql = "UPDATE station SET clock_offset_ms = ? WHERE station = ?"
                store.database.execute(sql, (ahead_ms, station.identity.station))
    with Line(CountyApp(store, lambda: NOW + 4 * DAY_MS).app()) as line:
        page = line.get("/").text
        health = line.get("/health").json()
    assert "3 台工作站超过 3 天没有联系" in page
    assert f"工作站 {wrong.identity.station[:8]} 的时间快3 小时，请校正" in page
    assert f"工作站 {late.identity.station[:8]} 的时间" not in page, "a minute is no matter"
    assert "未收入 1 条：写入了无权写入的范围" in page
    assert "李四" not in page
    assert health["refused"] == 1
    behind = Overview(store.reader()).behind(3, NOW + 4 * DAY_MS)
    assert {row.station for row in behind} == {one.identity.station for one in (silent, wrong, late)}


# ---------------------------------------------------------------- NUL, and the end


@pytest.mark.parametrize("place", ["case_id", "scope"])
def test_a_nul_is_refused_before_it_reaches_a_database(county, new_station, place):
    one = new_station("one", county)
    one.set("1" * 32, name="张三\u0000\U00020000")  # in a field it is only bytes
    one.sync(county.url)
    assert one.feed.pending() == 0
    one.write(replace(one.act("2" * 32, {"name": "x"}), **{place: "a\u0000b"}))
    one.sync(county.url)
    assert one.feed.set_aside() == {one.identity.writer: "not_an_act"}
    assert one.feed.pending() == 1, "kept here, named, and nothing behind it is taken for it"


def test_the_county_finishes_the_round_in_hand_when_it_is_told_to_stop(county, new_station):
    one = new_station("one", county)
    for number in range(200):
        one.set(f"{number:032x}", name=f"张{number}" * 50)
    frame = write_request(one.request(), one.key)
    with socket.create_connection(("127.0.0.1", county.port), timeout=30) as line:
        head = f"POST /v1/exchange HTTP/1.1\r\nhost: x\r\ncontent-length: {len(frame)}\r\n\r\n".encode()
        line.sendall(head + frame[:-10])
        time.sleep(0.2)
        county.process.terminate()
        time.sleep(0.2)
        line.sendall(frame[-10:])
        answer = line.recv(100)
    assert answer.startswith(b"HTTP/1.1 200")
    assert county.process.wait(30) == 0
    county.start()
    assert len(county.contents()) == 200 + 1 + len(KINDS_OF_SERIES)
    converge(county, one)


def test_hundreds_of_windows_keep_their_lines_open_and_each_is_answered_over_its_own(tmp_path):
    county = County(tmp_path / "county").start()
    lines = [http.client.HTTPConnection("127.0.0.1", county.port, timeout=60) for _ in range(320)]
    for line in lines:
        line.connect()
    ports = [line.sock.getsockname()[1] for line in lines]
    for _ in range(2):
        for line in lines:
            line.request("POST", "/v1/exchange", body=b"no frame")
            reply = line.getresponse()
            assert reply.status == 400, "not 503: it is looked at, not turned away"
            reply.read()
    assert [line.sock.getsockname()[1] for line in lines] == ports, "no line was closed in between"
    for line in lines:
        line.close()
    assert county.stop() == 0


def test_plain_http_is_not_served_beyond_this_machine(tmp_path):
    county = County(tmp_path / "county", words=("--host", "0.0.0.0", "--no-tls"))
    import subprocess

    done = subprocess.run(county._command(), capture_output=True, text=True, timeout=60)
    assert done.returncode == 2
    assert "不加密" in done.stderr
