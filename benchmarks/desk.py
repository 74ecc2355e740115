"""The real desk and its county: the first push of a full file, the first pull of an empty one, a day by narrow line.

Run: python -m benchmarks.desk [--visits N] [--keep DIR] [PART …]
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from benchmarks import hall
from benchmarks.line import Line
from desktop.services import county, synthetic
from desktop.services.station import Station
from sync.client import HttpTransport
from tests.sync.harness import County

SLOW_KBIT, SLOW_RTT_MS, SLOW_VISITS = 64, 300, 200
PARTS: Final = ("push", "pull", "slow")


@dataclass(frozen=True, slots=True)
class Spent:
    """One exchange: seconds by the clock, by this processor and by the county's, bytes up and down, rounds."""

    seconds: float
    here: float
    there: float
    up: int
    down: int
    rounds: int

    def __str__(self) -> str:
        return (
            f"{self.seconds:7.2f} s  (processor {self.here:.2f} s here, {self.there:.2f} s at the county)"
            f"  {self.up:>10,} B up {self.down:>10,} B down  {self.rounds} rounds"
        )


class Counted(HttpTransport):
    """A line that counts what it carries; ``after`` is called behind every round."""

    up = down = rounds = 0

    def exchange(self, frame: bytes) -> bytes:
        """Carry and count."""
        reply = super().exchange(frame)
        self.up, self.down, self.rounds = self.up + len(frame), self.down + len(reply), self.rounds + 1
        return reply


def exchange(station: Station, server: County, line: Line | None = None) -> Spent:
    """All rounds until nothing more waits, as the command line makes them."""
    assert server.process is not None
    at = server.url if line is None else f"http://127.0.0.1:{line.port}"
    before, here, there = line.carried if line else (0, 0), time.process_time(), _processor(server.process.pid)
    began = time.perf_counter()
    transport = Counted(at)
    transport.loopback = line is None  # it goes over a line, whatever the address says
    done = county.exchange_once(station, transport).value
    seconds = time.perf_counter() - began
    transport.close()
    after = line.carried if line else (transport.up, transport.down)
    if done.pending:
        raise RuntimeError(f"{done.pending} acts did not reach the county")
    spent_here, spent_there = time.process_time() - here, _processor(server.process.pid) - there
    return Spent(seconds, spent_here, spent_there, after[0] - before[0], after[1] - before[1], done.rounds)


def _processor(pid: int) -> float:
    words = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(words[11]) + int(words[12])) / os.sysconf("SC_CLK_TCK")


def enrol(station: Station, server: County, window: str, url: str = "") -> None:
    """Enrol a desk of the office at the county."""
    code = server.code(hall.OFFICE.code, window)
    county.enrol(station, url or server.url, code)


def main(argv: Sequence[str] | None = None) -> int:
    """Print what each part took."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.desk", description=__doc__)
    parser.add_argument("parts", nargs="*", choices=[*PARTS, []], help="default: all")
    parser.add_argument("--visits", type=int, default=10_000)
    parser.add_argument("--keep", type=Path, metavar="DIR", help="keep the filled hall there, and use it again")
    words = parser.parse_args(argv)
    parts = words.parts or PARTS
    with tempfile.TemporaryDirectory(prefix="xinfang-desk-") as name:
        scratch = Path(name)
        server = County(scratch / "county").start()
        try:
            if "push" in parts or "pull" in parts:
                station = _filled(words, scratch)
                enrol(station, server, "1")
                _say(f"first push of {words.visits:,} visits", exchange(station, server))
                _say("a round without news", exchange(station, server))
                station.close()
            if "pull" in parts:
                empty = hall.make_station(scratch / "second", office=replace(hall.OFFICE, window="2"))
                enrol(empty, server, "2")
                _say("a fresh station pulls all", exchange(empty, server))
                empty.close()
            if "slow" in parts:
                with Line(server.port) as line:
                    _slow(scratch, server, line)
        finally:
            server.stop()
    return 0


def _slow(scratch: Path, server: County, line: Line) -> None:
    station = hall.make_station(scratch / "slow")
    enrol(station, server, "3", f"http://127.0.0.1:{line.port}")
    exchange(station, server, line)  # as every morning; the desk then knows what its county can read
    _all(station, SLOW_VISITS, seed=7)
    line.shape(SLOW_KBIT, SLOW_RTT_MS)
    _say(f"{SLOW_VISITS} visits, {SLOW_KBIT} kbit/s and {SLOW_RTT_MS} ms", exchange(station, server, line))
    station.close()


def _all(station: Station, count: int, seed: int) -> None:
    visits = list(synthetic.visits(seed, count, until=hall.UNTIL))
    saves: list[Callable[[], object]] = []
    for save in hall.register(station, visits):
        save()
        saves.append(save)


def _filled(words: argparse.Namespace, scratch: Path) -> Station:
    kept = words.keep / f"hall-{words.visits}" if words.keep else scratch / "hall"
    if not kept.exists():
        part = kept.with_name(kept.name + ".part")
        shutil.rmtree(part, ignore_errors=True)
        part.parent.mkdir(parents=True, exist_ok=True)
        hall.fill(part, words.visits)
        part.rename(kept)
    if words.keep:
        shutil.copytree(kept, scratch / "hall")
    return hall.reopen(scratch / "hall")


def _say(what: str, spent: Spent) -> None:
    sys.stdout.write(f"{what:<42} {spent}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
