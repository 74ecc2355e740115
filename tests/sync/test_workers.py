"""The county's workers: they find in a request what the county itself finds, and nothing depends on their living."""

from __future__ import annotations

import multiprocessing
import os
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from domain.acts import decode_act
from sync.client import write_enrolment, write_request
from sync.exchange import Opened, open_request
from sync.log.chain import SigningKey, sealing_public
from sync.protocol import REQUEST_TAG, Request, Run, encode_frame
from sync.server import workers as rooms
from sync.server.app import County as CountyApp
from sync.server.frames import WORTH
from sync.server.store import CountyStore
from sync.server.workers import Workers
from tests.sync.asgi import Line
from tests.sync.harness import County

NOW = 1_790_000_000_000
MANY = 4 * WORTH


@pytest.fixture
def workers() -> Iterator[Workers]:
    found = Workers(1)
    yield found
    found.close()


def opened_by(workers: Workers, frame: bytes, request: Request, key: bytes, keys: dict[str, bytes]) -> Any:
    """What the worker found; while it is beginning it finds nothing."""
    while (found := workers.open(frame, request, key, keys)) is None:
        assert workers.count, "no worker began"
        time.sleep(0.02)
    return found


def alike(one: Opened, other: Opened) -> bool:
    return (one.message, one.runs, one.acts, one.keys, one.proved) == (
        other.message, other.runs, other.acts, other.keys, other.proved,
    )  # fmt: skip


def later(act: bytes) -> bytes:
    """An act as a later release may write it: another envelope, a field nobody knows, an escape."""
    return act.replace(b'"e":1', b'"e":7').replace(b'"u":', b'"tt":"\\u0001","u":')


def test_a_worker_finds_what_the_county_finds_itself(workers, new_station):
    station = new_station("one")
    for number in range(MANY):
        station.set(f"{number:032x}", name=f"张{number}", **({"audience.office/370206": True} if number == 3 else {}))
    me, request = station.identity, station.request()
    (run,) = request.push
    acts = [bytes(raw) for raw in run.a]
    strange = [msgspec.Raw(content) for content in (later(acts[0]), b'{"no":"act"}', b"[]")]
    recovered = [
        Run(w="1" * 32, n=5, h=b"h" * 32, a=run.a[:2], s={1: b"s" * 64}),
        Run(w="2" * 32, n=1, a=strange[:1], s={0: b"s" * 64}),
        Run(w="3" * 32, n=1, a=run.a[:1] + strange[1:]),
        Run(w="4" * 32, n=1),
    ]
    request = msgspec.structs.replace(request, recovered=recovered)
    frame = write_request(request, station.key)
    keys = {me.writer: me.public_key, "2" * 32: me.public_key}
    verified, opened = opened_by(workers, frame, request, station.key.public, keys)
    assert verified
    expected = open_request(request, keys)
    assert expected.proved
    assert len(expected.runs) == 3
    assert alike(opened, expected)
    assert [opened.acts[content].sets for content in acts] == [decode_act(content).sets for content in acts]
    assert alike(opened_by(workers, frame, request, station.key.public, {})[1], open_request(request))


def test_a_frame_with_another_signature_is_not_opened(workers, new_station):
    station = new_station("one")
    station.set("a" * 32, name="张三")
    request = station.request()
    assert opened_by(workers, encode_frame(request, REQUEST_TAG, SigningKey(b"x" * 32)), request,
                     station.key.public, {}) == (False, None)  # fmt: skip


@pytest.mark.expects_log('"worker_lost", "began": true')
def test_a_worker_that_dies_is_replaced(workers, new_station):
    station = new_station("one")
    station.set("a" * 32, name="张三")
    request = station.request()
    frame = write_request(request, station.key)
    assert opened_by(workers, frame, request, station.key.public, {})[0]
    first = pids_of(os.getpid())
    for pid in first:
        os.kill(pid, signal.SIGKILL)
    assert opened_by(workers, frame, request, station.key.public, {})[0]
    assert pids_of(os.getpid()).isdisjoint(first)


@pytest.mark.expects_log('"worker_lost", "began": true')
def test_a_worker_that_says_nothing_is_ended_and_replaced(workers, new_station, monkeypatch):
    station = new_station("one")
    station.set("a" * 32, name="张三")
    request = station.request()
    frame = write_request(request, station.key)
    assert opened_by(workers, frame, request, station.key.public, {})[0]
    (pid,) = pids_of(os.getpid())
    monkeypatch.setattr(rooms, "PATIENCE_S", 0.2)
    os.kill(pid, signal.SIGSTOP)
    assert workers.open(frame, request, station.key.public, {}) is None
    assert not Path(f"/proc/{pid}").exists()
    monkeypatch.undo()
    assert opened_by(workers, frame, request, station.key.public, {})[0]


@pytest.mark.expects_log('"worker_lost", "began": false')
def test_where_no_worker_can_begin_none_is_waited_for(workers, new_station):
    station = new_station("one")
    station.set("a" * 32, name="张三")
    request = station.request()
    frame = write_request(request, station.key)
    assert workers.open(frame, request, station.key.public, {}) is None
    begun = multiprocessing.active_children()  # told by its parent: /proc does not show at once what it will be
    assert [child.name for child in begun] == ["county-worker"]
    begun[0].kill()
    while workers.count:
        assert workers.open(frame, request, station.key.public, {}) is None
    assert not pids_of(os.getpid())


def pids_of(parent: int) -> set[int]:
    """The workers among a process's children."""
    found = set()
    for path in Path("/proc").glob("[0-9]*"):
        try:
            ours = int((path / "stat").read_text().rpartition(")")[2].split()[1]) == parent
            if ours and b"spawn_main" in (path / "cmdline").read_bytes():
                found.add(int(path.name))
        except OSError:
            continue  # it ended meanwhile
    return found


# ---------------------------------------------------------------- the county with and without


@pytest.fixture
def make_store(tmp_path: Path) -> Iterator[Callable[[str], CountyStore]]:
    made = []

    def make(name: str) -> CountyStore:
        counter = iter(range(1, 1 << 30))
        made.append(CountyStore(tmp_path / name, lambda: NOW, lambda n: next(counter).to_bytes(n, "big")))
        return made[-1]

    yield make
    for store in made:
        store.close()


def rows(store: CountyStore) -> list[tuple[Any, ...]]:
    tables = ("act", "writer", "feed", "feed_head", "audience", "county_case", "reject")
    return [tuple(row) for table in tables for row in store.database.execute(f"SELECT * FROM {table} ORDER BY 1, 2")]


def test_with_workers_and_without_the_county_answers_and_holds_the_same_bytes(make_store, new_station):
    station = new_station("one")
    stores = {0: make_store("without"), 1: make_store("with")}
    codes = {store.issue_code("370205", "城关镇", "1") for store in stores.values()}
    (code,) = codes
    said: dict[int, list[bytes]] = {0: [], 1: []}
    frames = [write_enrolment(code, station.identity, station.key, sealing_public(station.sealing_key))]
    station.set("f" * 32, name="张三")
    frames.append(write_request(station.request(), station.key))
    for number in range(MANY):
        station.set(f"{number:032x}", name=f"张{number}")
    frames += [write_request(station.request(), station.key)] * 2
    for count, store in stores.items():
        app = CountyApp(store, lambda: NOW, workers=count)
        with Line(app.app()) as line:
            said[count].append(line.post("/v1/enrol", content=frames[0]).content)
            said[count].append(line.post("/v1/exchange", content=frames[1]).content)
            if count:
                opened_by(app._frames.workers, frames[2], station.request(), station.key.public, {})
            said[count] += [line.post("/v1/exchange", content=frame).content for frame in frames[2:]]
            metrics = line.get("/metrics").text
        assert f"xinfang_county_workers {count}\n" in metrics
        assert f"xinfang_county_opened_by_workers_total {3 * count}\n" in metrics
    assert said[0] == said[1]
    assert rows(stores[0]) == rows(stores[1])
    assert len(rows(stores[0])) > 4 * MANY


def test_what_a_county_takes_in_while_its_workers_are_killed_is_whole(county_with_worker, new_station):
    county, station = county_with_worker, new_station("one", county_with_worker)
    assert county.process is not None
    station.sync(county.url)
    killed: set[int] = set()
    for part in range(12):
        for number in range(MANY):
            station.set(f"{part:016x}{number:016x}", name=f"张{number}")
        station.sync(county.url)
        for pid in pids_of(county.process.pid):
            os.kill(pid, signal.SIGKILL)
            killed.add(pid)
    assert killed
    assert station.feed.pending() == 0
    assert county.admin("verify").returncode == 0
    assert {case for case in station.states() if len(case) == 32} <= set(county.states())


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_workers_end_with_their_county(county_with_worker, new_station, number):
    county, station = county_with_worker, new_station("one", county_with_worker)
    assert county.process is not None
    station.sync(county.url)
    part = 0
    while not (found := pids_of(county.process.pid)):
        part += 1
        for place in range(MANY):
            station.set(f"{part:016x}{place:016x}", name="张三")
        station.sync(county.url)
    county.process.send_signal(number)
    assert county.process.wait(60) == (0 if number == signal.SIGTERM else -signal.SIGKILL)
    while any(Path(f"/proc/{pid}").exists() for pid in found):
        time.sleep(0.02)


@pytest.fixture
def county_with_worker(tmp_path: Path) -> Iterator[County]:
    found = County(tmp_path / "county", words=("--workers", "1")).start()
    yield found
    if found.process is not None and found.process.poll() is None:
        assert found.stop() == 0
