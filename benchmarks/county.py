"""How fast the county takes in visits: stations push at once over real HTTP; signatures are checked, cases folded.

Run: python -m benchmarks.county [--visits N] [--stations N] [--batch N] [--database sqlite|postgresql] [--workers N]
The visits are registered by the clerk's own services beforehand, and the frames are built beforehand against a copy of
the county, so that the stations cost the machine next to nothing while the county is measured.
"""

from __future__ import annotations

import argparse
import http.client
import multiprocessing
import os
import statistics
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final, TypeAlias

import urllib3

from benchmarks import hall
from benchmarks.floors import Floors, processor_seconds, server_seconds
from benchmarks.floors import measure as measure_floors
from benchmarks.table import Row
from domain.acts import Act, decode_act
from sync.client import HttpTransport, read_answer, write_request
from sync.protocol import Request
from sync.server.rounds import read_request
from sync.server.workers import usual_count
from tests.sync.cluster import Cluster
from tests.sync.harness import County, Station

WARM: Final = 2
"""Rounds of each station before the clock starts."""
Sent: TypeAlias = tuple[float, list[float], list[str]]
"""When the last answer came, how long each took, and what went wrong."""


@dataclass(frozen=True, slots=True)
class Measured:
    """One run."""

    database: str
    visits: int
    acts: int
    seconds: float
    latencies: Sequence[float]
    """Seconds from the first byte sent to the last received, of every round."""
    processor: float
    """Seconds of processor the county's process and its workers used, without those of a database server."""
    server: float
    """Seconds of processor the database server used; 0 for SQLite, which has none."""
    sender: float
    """Seconds of processor that whoever sends used on the same machine."""
    floors: Floors
    """What the parts cost by themselves."""

    @property
    def rate(self) -> float:
        """Visits per second, all stations together."""
        return self.visits / self.seconds

    @property
    def p99_ms(self) -> float:
        """Milliseconds within which 99 of 100 rounds were answered."""
        return 1000 * statistics.quantiles(self.latencies, n=100)[98]


def registrations(folder: Path, visits: int, seed: int) -> list[list[Act]]:
    """The commits of so many visits, as the clerk's services made them."""
    hall.fill(folder, visits, seed=seed)
    station = hall.reopen(folder)
    commits: list[list[Act]] = [[]]
    for entry in station.store.log.entries(station.store.identity.writer, 0):
        commits[-1].append(decode_act(entry.content))
        if entry.sig is not None:
            commits.append([])
    station.close()
    return [commit for commit in commits if any(act.kind == "visit_registered" for act in commit)]


def write(station: Station, commits: Sequence[Sequence[Act]]) -> int:
    """Write the visits of a hall as this station's own; returns the acts."""
    me = station.identity
    scope = f"office/{me.office}"
    with station.transaction():
        for commit in commits:
            own = [replace(act, scope=scope, office=me.office, station=me.station) for act in commit]
            station.log.append(me.writer, own, station.writer_key)
    return sum(map(len, commits))


def frames(station: Station, url: str, visits: int, batch: int) -> list[bytes]:
    """The frames of a station's rounds, ``batch`` visits in each, built by going through them once."""
    line = HttpTransport(url, station.signed)
    made: list[bytes] = []
    size = sum(len(entry.content) for entry in station.log.entries(station.identity.writer, 0))
    budget = max(1, size * batch // visits)
    while True:
        request: Request = station.request(budget)
        if not request.push and made:
            break
        made.append(write_request(request, station.key))
        station.apply(request, read_answer(line.exchange(made[-1]), station.certificate))
    line.close()
    return made


def send(port: int, stations: Sequence[Sequence[bytes]], start: float, out: multiprocessing.SimpleQueue[Sent]) -> None:
    """One process of stations: each sends its frames one after the other as fast as it is answered."""
    latencies: list[float] = []
    wrong: list[str] = []

    def go(mine: Sequence[bytes]) -> None:
        line = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        line.connect()
        time.sleep(max(0.0, start - time.monotonic()))
        for frame in mine:
            began = time.perf_counter()
            line.request("POST", "/v1/exchange", body=frame)
            reply = line.getresponse()
            reply.read()
            latencies.append(time.perf_counter() - began)
            if reply.status != 200:
                wrong.append(f"{reply.status}")
        line.close()

    threads = [threading.Thread(target=go, args=(mine,)) for mine in stations]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    out.put((time.monotonic(), latencies, wrong))


def warm_up(county: County, sent: Sequence[Sequence[bytes]], workers: int) -> None:
    """The first rounds of every station: a county in its first second has yet to learn keys and to start workers."""

    def post(frame: bytes) -> None:
        reply = urllib3.request("POST", county.url + "/v1/exchange", body=frame, retries=False)
        if reply.status != 200:
            raise RuntimeError(f"the county refused a round: {reply.status}")

    for mine in sent:
        for frame in mine[:WARM]:
            post(frame)
    while workers and b"opened_by_workers_total 0\n" in urllib3.request("GET", county.url + "/metrics").data:
        post(sent[0][WARM - 1])  # it came before: it changes nothing


def visits_in(frames: Sequence[bytes]) -> int:
    """How many visits these frames register."""
    runs = [run for frame in frames for run in read_request(frame).push]
    return sum(b'"k":"visit_registered"' in bytes(act) for run in runs for act in run.a)


def run(
    databases: Sequence[str], visits: int, stations: int, batch: int, workers: int = usual_count()
) -> Iterator[Measured]:
    """The same frames to a county on each database."""
    each = visits // stations
    with tempfile.TemporaryDirectory(prefix="xinfang-county-") as name:
        folder = Path(name)
        told = [registrations(folder / f"hall{number}", each, number + 1) for number in range(stations)]
        for database in databases:
            cluster = Cluster().start() if database == "postgresql" else None
            try:
                yield _measure(folder / database, cluster, told, database, batch, workers)
            finally:
                if cluster is not None:
                    cluster.remove()


def brought(county: County) -> dict[str, bytes]:
    """The folded cases that stations wrote: the numbers the county leases meanwhile have ids of their own."""
    return {case: state for case, state in county.states().items() if not case.startswith("series/")}


def _measure(
    folder: Path,
    cluster: Cluster | None,
    told: Sequence[Sequence[Sequence[Act]]],
    database: str,
    batch: int,
    workers: int,
) -> Measured:
    folder.mkdir()
    county = County(folder / "county", cluster=cluster, words=("--rate", "100000", "--workers", str(workers)))
    if cluster is not None:
        county.database = cluster.new_database()
    county.start()
    halls = [Station(folder / f"{number}.db", f"YX{number:02}") for number in range(len(told))]
    acts = 0
    for station, commits in zip(halls, told, strict=True):
        station.enrol(county.url, county.code(station.identity.office))
        station.sync(county.url)  # a first contact is leased its numbers: no visit's work
        acts += write(station, commits)
    county.keep(folder / "empty")
    sent = [frames(station, county.url, len(commits), batch) for station, commits in zip(halls, told, strict=True)]
    after = brought(county)
    county.go_back(folder / "empty")
    out: multiprocessing.SimpleQueue[Sent] = multiprocessing.SimpleQueue()
    assert county.process is not None
    warm_up(county, sent, workers)
    timed = [mine[WARM:] for mine in sent]
    sending = sum(os.times()[2:4])
    before, served = processor_seconds(county.process.pid), server_seconds(cluster)
    start = time.monotonic() + 1
    process = multiprocessing.Process(target=send, args=(county.port, timed, start, out))
    process.start()
    ended, latencies, wrong = out.get()
    process.join()
    sending = sum(os.times()[2:4]) - sending
    used, served = processor_seconds(county.process.pid) - before, server_seconds(cluster) - served
    if wrong or brought(county) != after:
        raise RuntimeError(f"the county did not take in what it was sent: {wrong[:5]}")
    if county.admin("verify").returncode:
        raise RuntimeError("the county contradicts itself")
    visits = sum(map(len, told))
    floors = measure_floors(county, halls, sent, visits, group=len(halls))
    counted = sum(map(visits_in, timed))
    acts = acts * counted // visits
    for station in halls:
        station.close()
    county.stop()
    return Measured(database, counted, acts, ended - start, latencies, used, served, sending, floors)


def measure(visits: int = 4_000, stations: int = 8, batch: int = 25) -> list[Row]:
    """Rows for the table of budgets: microseconds a visit, and the slowest answers."""
    rows: list[Row] = []
    budgets = {"sqlite": 1e6 / 6_000, "postgresql": 1e6 / 10_000}
    for done in run(tuple(budgets), visits, stations, batch):
        note = f"{done.database}, {stations} stations, {done.visits:,} visits, {batch} a round"
        used, floors = 1e6 * (done.processor + done.server) / done.visits, done.floors
        rows += [
            Row("county intake, one visit", 1e6 / done.rate, "µs", "the budget", budgets[done.database],
                budgets[done.database], on_value=True, note=note),
            Row("county intake, a round, p99", done.p99_ms, "ms", "the budget", 150, 150, on_value=True, note=note),
            Row("county intake, one visit, processor of the county and its database server", used, "µs",
                "its signatures, opening and inserts by themselves", floors.whole, None, note=note),
            Row("county intake, one visit, processor of the database server", 1e6 * done.server / done.visits, "µs",
                "of the bare inserts", floors.server, None, note=note),
            Row("county intake, one visit, processor of who sends, beside that", 1e6 * done.sender / done.visits, "µs",
                "of the county and its database server", used, None, note=note),
            Row("floor: signatures, one visit, processor", floors.signatures, "µs", "all floors", floors.whole, None,
                note=note),
            Row("floor: opening (unpack, decode, hash), one visit, processor", floors.opening, "µs", "all floors",
                floors.whole, None, note=note),
            Row("floor: bare durable inserts, one visit, processor of both ends", floors.inserts + floors.server, "µs",
                "all floors", floors.whole, None, note=note),
        ]  # fmt: skip
    return rows


def main() -> None:
    """Print one line per database."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--visits", type=int, default=4_000)
    parser.add_argument("--stations", type=int, default=8)
    parser.add_argument("--batch", type=int, default=25, help="visits in one round")
    parser.add_argument("--database", choices=["sqlite", "postgresql"], action="append")
    parser.add_argument("--workers", type=int, default=usual_count(), help="the county's, see its own switch")
    words = parser.parse_args()
    databases = words.database or ["sqlite", "postgresql"]
    for done in run(databases, words.visits, words.stations, words.batch, words.workers):
        print(f"{done.database:<11} {done.visits:,} visits, {done.acts:,} acts, {len(done.latencies)} rounds of "
              f"{words.batch}: {done.rate:,.0f} visits/s, {done.acts / done.seconds:,.0f} acts/s, "
              f"p50 {1000 * statistics.median(done.latencies):.0f} ms, p99 {done.p99_ms:.0f} ms; "
              f"processor of the county {1e6 * done.processor / done.visits:.0f} µs a visit, of its database server "
              f"{1e6 * done.server / done.visits:.0f}, of who sends {1e6 * done.sender / done.visits:.0f}; "
              f"floors: signatures {done.floors.signatures:.0f}, "
              f"opening {done.floors.opening:.0f}, inserts {done.floors.inserts:.0f} "
              f"and {done.floors.server:.0f} µs")  # fmt: skip


if __name__ == "__main__":
    main()
