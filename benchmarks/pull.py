"""A fresh station pulls what its office has at the county: how long, and how much memory its process takes.

The pull is made by a process of its own (this module run with FOLDER URL CODE), so that its memory is its own.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from dataclasses import dataclass, replace
from pathlib import Path

from benchmarks import arriving, desk, hall, sync
from benchmarks.table import Row
from desktop.services import county, exchange
from desktop.services import rounds as rounds_of
from desktop.services.undisturbed import undisturbed
from domain.acts import CaseKind
from sync import client
from sync.log.content import read_act
from tests.sync.harness import County

WINDOW = "2"
BUDGET_MS = 2_000
"""Ten thousand visits, all of them."""
NEWEST_BUDGET_MS = 1_000
"""Today's come before all the others."""
FIND = "征地"


@dataclass(frozen=True, slots=True)
class Pulled:
    """What the process of the fresh station says of itself: seconds, processor seconds, KiB at most, acts, rounds."""

    seconds: float
    newest_seconds: float
    """Until the newest visit was on the disk, with its matter and its people."""
    processor: float
    find_seconds: float
    """The first search behind it, which notes all that came."""
    peak_kib: int
    before_kib: int
    acts: int
    rounds: int


def measure(filled: Path, scratch: Path, visits: int, *, large: bool = False) -> list[Row]:
    """Rows for the table of budgets: ``filled`` is the folder of a hall with so many visits, and is changed."""
    server = County(scratch / f"county-{visits}").start()
    try:
        station = hall.reopen(filled)
        desk.enrol(station, server, hall.OFFICE.window)
        county.exchange_once(station)
        contents = [bytes(row[0]) for row in station.store.db.execute("SELECT content FROM act")]
        newest = next(act.case_id for act in map(read_act, reversed(contents)) if act.case_kind == CaseKind.VISIT)
        today, name, person = arriving.today_of(station)
        station.close()
        (scratch / f"stream-{visits}").mkdir()
        stream = 1000 * sync.reference(contents, scratch / f"stream-{visits}")[1]
        del contents
        done = _pulled(scratch / f"fresh-{visits}", server.url, server.code(hall.OFFICE.code, WINDOW), newest)
        clerk: list[Row] = []
        if large:
            at, code = str(scratch / f"window-{visits}"), server.code(hall.OFFICE.code, arriving.WINDOW)
            clerk = arriving.measure(arriving.Ask(at, server.url, code, today, name, person, visits), scratch)
    finally:
        server.stop()
    name, note = "one zstd stream, one transaction", f"{visits:,} visits, {done.rounds} rounds"
    return [
        *clerk,
        Row(
            "a fresh station pulls all", 1000 * done.seconds, "ms", name, stream,
            None if large else BUDGET_MS, on_value=True, note=note,
        ),
        Row(
            "a fresh station has the newest visit", 1000 * done.newest_seconds, "ms", name, stream,
            arriving.USABLE_MS if large else NEWEST_BUDGET_MS, on_value=True, note=note,
        ),
        Row("a fresh station pulls all, processor", 1000 * done.processor, "ms", name, stream, None, note=note),
        Row("first search after the pull", 1000 * done.find_seconds, "ms", name, stream, None, note=note),
        Row(
            "memory at most, fresh station that pulls", done.peak_kib / 1024, "MiB",
            "before the pull", done.before_kib / 1024, None, note=note,
        ),
    ]  # fmt: skip


def _pulled(folder: Path, url: str, code: str, newest: str) -> Pulled:
    words = [sys.executable, "-m", "benchmarks.pull", str(folder), url, code, newest]
    return Pulled(**json.loads(subprocess.run(words, check=True, capture_output=True, text=True).stdout))


def main(folder: str, url: str, code: str, newest: str) -> None:
    """Be the fresh station; print what it took as JSON."""
    station = hall.make_station(Path(folder), office=replace(hall.OFFICE, window=WINDOW))
    county.enrol(station, url, code)
    before, began, spent = hall.kib("VmRSS"), time.perf_counter(), time.process_time()
    seen: list[float] = []
    line = client.Line(time.perf_counter)

    def taken(_outcome: object) -> None:
        if not seen and station.store.log.has_case(newest):
            seen.append(time.perf_counter() - began)

    with undisturbed():
        rounds, _last = rounds_of.go_through(exchange.Steps(lambda: station, line), county.MOST_ROUNDS, taken)
    line.close()
    seconds, processor, peak = time.perf_counter() - began, time.process_time() - spent, hall.kib("VmHWM")
    began = time.perf_counter()
    station.store.find(FIND)
    found = time.perf_counter() - began
    done = Pulled(seconds, seen[0], processor, found, peak, before, station.store.log.count(), rounds)
    station.close()
    sys.stdout.write(json.dumps({name: getattr(done, name) for name in Pulled.__slots__}))


if __name__ == "__main__":
    main(*sys.argv[1:])
