"""The county on a real PostgreSQL: what its readers would miss, what is cut in the middle, what is put back."""

from __future__ import annotations

import contextlib
import random
import shutil
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from domain.faults import SurroundingsFault
from sync.client import write_request
from sync.log.feed import CountyFeed
from sync.server.app import County as CountyApp
from sync.server.postgres import PostgresDatabase, PostgresReader
from sync.server.store import CountyStore
from tests.sync.asgi import Line
from tests.sync.cluster import PORT, Cluster
from tests.sync.harness import County, Entropy, converge, wait_until
from tests.sync.test_limits import enrol_frame

NOW = 1_790_000_000_000


@pytest.fixture
def own_cluster() -> Iterator[Cluster]:
    """A server that a test may stop and copy."""
    found = Cluster().start()
    yield found
    found.remove()


# ---------------------------------------------------------------- the trap: positions in the order of commits


WRITERS, EACH = 8, 25


class SlowToCommit(PostgresDatabase):
    """Waits between having handed out positions and the commit, and gives up now and then."""

    rng = random.Random(7)

    def _commit(self) -> None:
        time.sleep(self.rng.random() * 0.004)
        if self.rng.random() < 0.05:
            raise SurroundingsFault("read_only")
        super()._commit()


def follow(read: Any, done: threading.Event) -> list[int]:
    """A reader that goes on from the last position it saw, until the writers are done and nothing more comes."""
    seen: list[int] = []
    while True:
        ended = done.is_set()
        found = read(seen[-1] if seen else 0)
        seen += found
        if ended and not found:
            return seen


def run_writers(write: Any, reader: Any) -> list[int]:
    done = threading.Event()
    seen: list[int] = []
    failed: list[BaseException] = []

    def go(number: int) -> None:
        try:
            write(number)
        except BaseException as error:  # noqa: BLE001 - it is raised again below
            failed.append(error)

    watcher = threading.Thread(target=lambda: seen.extend(follow(reader, done)))
    watcher.start()
    threads = [threading.Thread(target=go, args=(number,)) for number in range(WRITERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    done.set()
    watcher.join()
    assert not failed, failed
    return seen


def test_the_naive_reader_of_a_sequence_misses_rows_and_ours_misses_none(address, tmp_path):
    """The control comes first: if this machine cannot show the trap, the second half proves nothing."""
    with psycopg.connect(address, autocommit=True) as db:
        db.execute("CREATE TABLE naive (seq BIGSERIAL PRIMARY KEY, who INTEGER)")

        def naive(number: int) -> None:
            rng = random.Random(number)
            with psycopg.connect(address) as mine:
                for _ in range(EACH):
                    mine.execute("INSERT INTO naive (who) VALUES (%s)", (number,))
                    time.sleep(rng.random() * 0.004)
                    mine.commit()

        with psycopg.connect(address, autocommit=True) as eye:
            seen = run_writers(
                naive,
                lambda after: [
                    row[0] for row in eye.execute("SELECT seq FROM naive WHERE seq > %s ORDER BY seq", (after,))
                ],
            )
        total = db.execute("SELECT count(*) FROM naive").fetchone()
        db.execute("DROP TABLE naive")
    assert total == (WRITERS * EACH,)
    assert len(seen) < WRITERS * EACH, "the control must miss rows"

    folder = tmp_path / "county"
    CountyStore(folder, lambda: NOW, Entropy(1), address).close()

    def ours(number: int) -> None:
        store = None
        while store is None:  # opening commits too, and may be given up
            with contextlib.suppress(SurroundingsFault):
                store = CountyStore(
                    folder, lambda: NOW, Entropy(100 + number), address, lambda _f, url: SlowToCommit(url)
                )
        for act in range(EACH):
            while True:  # one that was given up is written again
                with contextlib.suppress(SurroundingsFault):
                    store.record("office_recorded", "office", f"office/{number}-{act}", "county", {"name": "张龘"})
                    break
        store.close()

    reader = PostgresReader(address)
    feed = CountyFeed(reader)

    def read(after: int) -> list[int]:
        with reader.snapshot():
            return [item.seq for item in feed.read("county", after, {})]

    seen = run_writers(ours, read)
    with reader.snapshot():
        head = feed.head("county").n
    reader.close()
    assert seen == list(range(1, WRITERS * EACH + 1)), "none missed, none twice, no gap"
    assert head == len(seen)
    store = CountyStore(folder, lambda: NOW, Entropy(2), address)
    store.verify()
    store.close()


def test_a_session_that_idles_in_its_transaction_elsewhere_holds_nobody_up(county_on, new_station, cluster):
    one, two = new_station("one", county_on, window="1"), new_station("two", county_on, window="2")
    with psycopg.connect(cluster.address(county_on.database)) as idle, cluster.connect() as other:
        idle.execute("SELECT count(*) FROM act")
        idle.execute("CREATE TEMP TABLE mine (x INTEGER)")  # it has a transaction id, and keeps it open
        other.execute("SELECT 1")
        one.set("1" * 32, name="张三")
        converge(county_on, one, two)
        assert two.states()["1" * 32] == one.states()["1" * 32]


@pytest.fixture
def county_on(cluster: Cluster, tmp_path: Path) -> Iterator[County]:
    found = County(tmp_path / "county", cluster=cluster, database=cluster.new_database())
    found.start()
    yield found
    assert found.stop() == 0


# ---------------------------------------------------------------- cut in the middle


def test_a_database_that_is_stopped_like_by_a_power_cut_loses_nothing_and_is_found_again(
    own_cluster, tmp_path, new_station
):
    county = County(tmp_path / "county", cluster=own_cluster, database=own_cluster.new_database())
    county.start()
    one, two = new_station("one", county, window="1"), new_station("two", county, window="2")
    for number in range(120):
        one.set(f"{number:032x}", name=f"张{number}" * 20)
    faults: list[str] = []
    for delay in (0.02, 0.05, 0.09):
        timer = threading.Timer(delay, own_cluster.stop, ("immediate",))
        timer.start()
        try:
            one.sync(county.url, budget=3_000, rounds=500)
        except SurroundingsFault as fault:
            faults.append(fault.code)
        timer.join()
        one.verify()
        own_cluster.start()
    assert faults, "no round was cut: write more acts"
    assert set(faults) == {"county_unreachable"}
    converge(county, one, two)
    own = f'"st":"{one.identity.station}"'.encode()
    assert sum(own in content for content in county.contents()) == 120
    assert county.stop() == 0


class Proxy:
    """Between the county and its database: passes everything on, and cuts the line right behind a COMMIT."""

    def __init__(self, cluster: Cluster, folder: Path) -> None:
        self.folder = folder
        self.cut = threading.Event()
        self.cuts = 0
        self._to = str(cluster.folder / f".s.PGSQL.{PORT}")
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(str(folder / f".s.PGSQL.{PORT}"))
        self._listener.listen()
        self._open: list[socket.socket] = [self._listener]
        self._threads = [threading.Thread(target=self._accept, daemon=True)]
        self._threads[0].start()

    def close(self) -> None:
        for end in self._open:
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join(10)
        for end in self._open:
            end.close()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                near, _ = self._listener.accept()
                far = socket.socket(socket.AF_UNIX)
                far.connect(self._to)
                self._open += [near, far]
                for source, to, outward in ((near, far, True), (far, near, False)):
                    thread = threading.Thread(target=self._pass, args=(source, to, outward), daemon=True)
                    self._threads.append(thread)
                    thread.start()

    def _pass(self, source: socket.socket, to: socket.socket, outward: bool) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(65536):
                cut = outward and b"COMMIT" in data and self.cut.is_set()
                if cut:
                    self.cut.clear()
                    self.cuts += 1
                    source.shutdown(socket.SHUT_RDWR)  # the near side learns nothing any more
                to.sendall(data)
                if cut:
                    time.sleep(0.2)  # the far side does what it was told
                    break
        for end in (source, to):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)


def test_a_line_cut_behind_the_commit_is_answered_503_and_the_next_claim_heals(cluster, tmp_path, new_station):
    database = cluster.new_database()
    folder = Path("/tmp") / f"xinfang-proxy-{database}"  # a socket's path must be short
    folder.mkdir()
    proxy = Proxy(cluster, folder)
    store = CountyStore(tmp_path / "county", lambda: NOW, Entropy(1), cluster.address(database, folder))
    station = new_station("one")
    with Line(CountyApp(store, lambda: NOW).app()) as line:
        asked = enrol_frame(station, store.issue_code("370205", "城关镇", "1"))
        assert line.post("/v1/enrol", content=asked).status_code == 200
        station.set("1" * 32, name="张三")
        proxy.cut.set()
        frame = write_request(station.request(), station.key)
        reply = line.post("/v1/exchange", content=frame)
        assert (reply.status_code, reply.json()) == (503, {"code": "database_unreachable"})
        assert proxy.cuts == 1
        with cluster.connect(database) as beside:
            wait_until(
                lambda: beside.execute("SELECT 1 FROM act WHERE case_id = %s", ("1" * 32,)).fetchone(),
                "the commit did not take place: the story of this test is another one",
            )
        assert line.post("/v1/exchange", content=frame).status_code == 200
    store.verify()
    assert [case for case in store.case_bytes() if len(case) == 32] == ["1" * 32]
    store.close()
    proxy.close()
    shutil.rmtree(folder)


def test_a_base_backup_put_back_is_refilled_by_stations_that_are_ahead(own_cluster, tmp_path, new_station):
    county = County(tmp_path / "county", cluster=own_cluster, database=own_cluster.new_database())
    county.start()
    one, two = new_station("one", county, window="1"), new_station("two", county, window="2")
    one.set("1" * 32, name="张三")
    converge(county, one, two)
    older = own_cluster.base_backup()
    for number in range(20):
        one.set(f"a{number:031x}", name=f"甲{number}")
        two.set(f"b{number:031x}", name=f"乙{number}")
    converge(county, one, two)
    before = county.states()
    own_cluster.stop("immediate")
    own_cluster.put_back(older)
    own_cluster.start()
    assert len(county.states()) < len(before)
    converge(county, two)
    converge(county, one, two)
    assert county.states() == before
    assert county.stop() == 0


def test_another_process_that_writes_is_waited_for(address, tmp_path, monkeypatch):
    monkeypatch.setattr("sync.server.postgres.LOCK_S", 1)
    store = CountyStore(tmp_path / "county", lambda: NOW, Entropy(1), address)
    with psycopg.connect(address) as other:
        other.execute("SELECT lamport FROM log_head FOR UPDATE")
        with pytest.raises(SurroundingsFault) as fault:
            store.issue_code("370205", "城关镇", "1")
        assert fault.value.code == "already_open"
    store.issue_code("370205", "城关镇", "1")
    store.close()


# ---------------------------------------------------------------- what PostgreSQL itself refuses


def test_acts_are_immutable_in_postgresql_too(address, tmp_path):
    store = CountyStore(tmp_path / "county", lambda: NOW, Entropy(1), address)
    store.record_office({"code": "370200", "name": "县信访局"})
    store.close()
    with psycopg.connect(address, autocommit=True) as db:
        for words in (
            "UPDATE act SET scope = 'x'",
            "UPDATE act SET content = '\\x00'",
            "UPDATE act SET chained = 0",
            "DELETE FROM act",
            "TRUNCATE act CASCADE",
        ):
            with pytest.raises(psycopg.errors.RaiseException, match="acts are"):
                db.execute(words)
        assert db.execute("SELECT count(*) FROM act").fetchone() == (1,)


def test_a_database_that_is_not_ours_or_not_there_is_named(cluster, address, tmp_path):
    with psycopg.connect(address, autocommit=True) as db:
        db.execute("CREATE TABLE theirs (x INTEGER)")
    for at, code in (
        (address, "wrong_database"),
        (cluster.address("nothing_there"), "database_unreachable"),
        ("postgresql://xinfang@/x?host=/nowhere", "database_unreachable"),
    ):
        with pytest.raises(SurroundingsFault) as fault:
            CountyStore(tmp_path / "county", lambda: NOW, Entropy(1), at)
        assert fault.value.code == code


def test_two_folders_with_different_keys_cannot_share_a_database(address, tmp_path):
    CountyStore(tmp_path / "one", lambda: NOW, Entropy(1), address).close()
    with pytest.raises(SurroundingsFault) as fault:
        CountyStore(tmp_path / "two", lambda: NOW, Entropy(2), address)
    assert fault.value.code == "keys_damaged"
