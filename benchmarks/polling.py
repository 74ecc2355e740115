"""Many windows that ask whether there is news: 500 stations over kept TLS lines, one county process, nothing new.

Run: python -m benchmarks.polling [--stations N] [--visits N] [--seconds N]
Every station is enrolled, has an office of its own with its part of the visits, keeps its line open as a window does
and asks in its turn. They ask three times as often as the interval the row names, so that a short run sees each line
more than once; the load of a core is the processor time of one answer times the answers due in the interval.
"""

from __future__ import annotations

import argparse
import random
import secrets
import shutil
import statistics
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import urllib3

from benchmarks.floors import processor_seconds
from benchmarks.sync import visit
from benchmarks.table import Row, markdown
from sync.client import HttpTransport, read_answer, write_request
from sync.client.pinning import open_pool
from sync.log.chain import sealing_public
from sync.protocol import PROTOCOL, Certificate, Enrol
from sync.server import tls
from sync.server.main import clock
from sync.server.rounds import answer_frame
from sync.server.store import CountyStore
from tests import ready
from tests.sync.harness import County, Station

EVERY_S = 30
"""A window asks every minute; here twice as often."""
HASTE = 3
THREADS = 16


class Locked(County):
    """The county process with TLS."""

    def start(self, largest_file: int | None = None) -> County:
        """Start and wait until it answers."""
        del largest_file
        self.words = ("--tls",)
        tls.make_certificate(self.folder)
        pool = open_pool(urlsplit(self.url), loopback=True, timeout=urllib3.Timeout(5))
        with (self.folder.parent / "county.log").open("ab") as log:
            self.process = ready.start("xinfang-county", [*self._words(), "--port", str(self.port)], stderr=log)
        self.come_up(lambda: pool.request("GET", self.url.partition("#")[0] + "/health").status)
        return self

    @property
    def url(self) -> str:
        """With the pin of its key, as the slip has it."""
        return f"https://127.0.0.1:{self.port}#sha256={tls.pin(self.folder)}"


@dataclass(frozen=True, slots=True)
class Asker:
    """What a station needs to ask: its question without news, and who must have signed the answer."""

    frame: bytes
    certificate: Certificate


@dataclass(frozen=True, slots=True)
class Measured:
    """One run."""

    stations: int
    visits: int
    answers: int
    new_lines: int
    """Connections made after the first one of each station."""
    latencies: Sequence[float]
    processor: float
    memory_mb: float
    """What the county's process holds, with every line open."""

    @property
    def per_answer_ms(self) -> float:
        """Processor time of the county."""
        return 1000 * self.processor / self.answers

    @property
    def core_percent(self) -> float:
        """Of one core, where every station asks once in ``EVERY_S``."""
        return self.per_answer_ms * self.stations / EVERY_S / 10

    @property
    def p99_ms(self) -> float:
        """Milliseconds within which 99 of 100 were answered."""
        return 1000 * statistics.quantiles(self.latencies, n=100)[98]


def _office(number: int) -> str:
    return f"W{number:03}"


def enrolled(folder: Path, store: CountyStore, number: int, code: str, visits: int, rng: random.Random) -> Asker:
    """A station with its visits, after its exchanges: level with the county, with nothing to say."""
    station = Station(folder / f"{number}.db", _office(number))
    me = station.identity
    signed = store.enrol(
        Enrol(
            v=PROTOCOL, code=code, station=me.station, office=me.office, station_key=station.key.public,
            sealing_key=sealing_public(station.sealing_key), writer=me.writer, public_key=me.public_key,
            birth=me.birth, name="", caps=[],
        )
    )  # fmt: skip
    station.db.execute("UPDATE me SET body = ?, sig = ?", (signed.body, signed.sig))
    station.read_me()
    lamport = 1
    with station.transaction():
        for count in range(visits):
            acts = visit(station, rng, count, lamport)
            lamport += len(acts)
            station.log.append(me.writer, acts, station.writer_key)
    for _ in range(20):
        request = station.request(4 << 20)
        frame = write_request(request, station.key)
        answer = read_answer(answer_frame(store, frame), station.certificate)
        if answer.same:
            certificate = station.certificate
            station.close()
            station.path.unlink()
            return Asker(frame, certificate)
        station.apply(request, answer)
    raise RuntimeError("a station does not come level with the county")


def run(stations: int, visits: int, seconds: float) -> Measured:
    """Every station in its turn over its own line, all lines open from the first question on."""
    rng = random.Random(5)
    with tempfile.TemporaryDirectory(prefix="xinfang-polling-") as name, _quick() as quick:
        folder, each = Path(name), visits // stations
        store = CountyStore(quick / "county", clock, secrets.token_bytes)
        # All codes first: every office that is new is told to everybody.
        codes = [store.issue_code(_office(number), _office(number), "1") for number in range(stations)]
        askers = [enrolled(quick, store, number, codes[number], each, rng) for number in range(stations)]
        store.close()
        shutil.copytree(quick / "county", folder / "county")
        county = Locked(folder / "county").start()
        assert county.process is not None
        lines = [HttpTransport(county.url) for _ in askers]
        try:
            for line, asker in zip(lines, askers, strict=True):
                _once(line, asker)  # the handshakes are no part of it
            opened, used = _made(lines), processor_seconds(county.process.pid)
            latencies = _in_turn(lines, askers, max(1, round(seconds * HASTE / EVERY_S)))
            used = processor_seconds(county.process.pid) - used
            again, memory = _made(lines) - opened, _memory_mb(county.process.pid)
        finally:
            for line in lines:
                line.close()
            county.stop()
    return Measured(stations, each * stations, len(latencies), again, latencies, used, memory)


@contextmanager
def _quick() -> Iterator[Path]:
    """Where the stations are made ready: in memory where there is some, for none of it is measured."""
    memory = Path("/dev/shm")
    with tempfile.TemporaryDirectory(prefix="xinfang-polling-", dir=memory if memory.is_dir() else None) as name:
        yield Path(name)


def _once(line: HttpTransport, asker: Asker) -> float:
    began = time.perf_counter()
    reply = line.exchange(asker.frame)
    spent = time.perf_counter() - began
    if not read_answer(reply, asker.certificate).same:
        raise RuntimeError("there was news")
    return spent


def _in_turn(lines: Sequence[HttpTransport], askers: Sequence[Asker], turns: int) -> list[float]:
    """Each station asks once a turn, evenly over the turn; how long each answer took."""
    latencies: list[float] = []
    wrong: list[str] = []
    start = time.monotonic() + 0.5

    def go(mine: Sequence[int]) -> None:
        try:
            for turn in range(turns):
                for number in mine:
                    due = start + (turn + number / len(askers)) * EVERY_S / HASTE
                    time.sleep(max(0.0, due - time.monotonic()))
                    latencies.append(_once(lines[number], askers[number]))
        except Exception as error:  # noqa: BLE001 - told by the caller's thread
            wrong.append(repr(error))

    threads = [threading.Thread(target=go, args=(range(first, len(askers), THREADS),)) for first in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if wrong:
        raise RuntimeError(f"{len(wrong)} windows were not served: {wrong[:3]}")
    return latencies


def _made(lines: Sequence[HttpTransport]) -> int:
    """Connections made so far."""
    return sum(line._pool.connection_from_url(line.url).num_connections for line in lines)


def _memory_mb(pid: int) -> float:
    status = Path(f"/proc/{pid}/status").read_text()
    return int(status.partition("VmRSS:")[2].split()[0]) / 1024


def measure(stations: int = 500, visits: int = 20_000, seconds: float = 20) -> list[Row]:
    """Rows for the table of budgets."""
    done = run(stations, visits, seconds)
    note = (
        f"{done.stations} windows over TLS, {done.visits:,} visits, {done.answers:,} answers at {HASTE} times the pace,"
        f" {done.new_lines} lines made anew"
    )
    return [
        Row(f"county, nothing new, each window every {EVERY_S} s: of a core", done.core_percent, "%", "the budget", 50,
            50, on_value=True, note=note),
        Row("county, nothing new, an answer, p99", done.p99_ms, "ms", "the budget", 150, 150, on_value=True, note=note),
        Row("county, nothing new, processor of an answer", done.per_answer_ms, "ms",
            "answers due between two", 1000 * EVERY_S / done.stations, None, note=note),
        Row("county, all lines open, memory", done.memory_mb, "MB", "for orientation", done.memory_mb, None, note=note),
    ]  # fmt: skip


def main() -> None:
    """Print the rows."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--stations", type=int, default=500)
    parser.add_argument("--visits", type=int, default=20_000)
    parser.add_argument("--seconds", type=float, default=20)
    words = parser.parse_args()
    print(markdown(measure(words.stations, words.visits, words.seconds)))


if __name__ == "__main__":
    main()
