"""``xinfang-simulate``: run seeds, count what happened, and tell a failure as a seed, a commit and a short trace."""

from __future__ import annotations

import argparse
import gc
import json
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from sync.simulate import crash
from sync.simulate.ablations import ABLATIONS, removed
from sync.simulate.database import disks_available
from sync.simulate.plan import Bias, draw
from sync.simulate.run import Failure, clock_free, shrink, tell, try_plan

_BLOCK: Final = 25
_CLOCK_SHARE: Final = 20
"""One seed in so many is played again by other clocks."""


@dataclass(frozen=True, slots=True)
class Told:
    """What a block of seeds came to."""

    seeds: int
    tally: Counter[str]
    failures: tuple[Failure, ...]


@dataclass(frozen=True, slots=True)
class Order:
    """What to run."""

    first: int
    count: int
    ablate: str = ""
    on_disk: bool | None = None
    stop: bool = True
    """End at the first failure."""


def play_block(order: Order) -> Told:
    """Play consecutive seeds, in this process."""
    with _without_collector():
        if order.ablate:
            with removed(ABLATIONS[order.ablate]):
                return _play_block(order, ABLATIONS[order.ablate].bias)
        return _play_block(order, None)


@contextmanager
def _without_collector() -> Iterator[None]:
    """Histories leave few cycles: they are collected once for a block, not a hundred times for each."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
        gc.collect()


def _play_block(order: Order, bias: Bias | None) -> Told:
    tally: Counter[str] = Counter()
    failures: list[Failure] = []
    seeds = 0
    for seed in range(order.first, order.first + order.count):
        plan = draw(seed, on_disk=order.on_disk, bias=bias)
        found, failure = try_plan(plan)
        tally += found
        seeds += 1
        if failure is None and not order.ablate and seed % _CLOCK_SHARE == 0:
            differs = clock_free(plan)
            tally["histories retold by other clocks"] += 1
            if differs is not None:
                failure = Failure(seed, plan, differs, "clock_free", plan.events)
        tally["histories on simulated disks"] += plan.on_disk
        tally["histories proved at every step"] += plan.checked
        if failure is not None:
            failures.append(failure)
            if order.stop:
                break
    return Told(seeds, tally, tuple(failures))


def run_blocks(order: Order, workers: int) -> Iterator[Told]:
    """Blocks of an order as they are done; after a failure no further block is begun when ``stop`` is set."""
    blocks = [
        Order(first, min(_BLOCK, order.first + order.count - first), order.ablate, order.on_disk, order.stop)
        for first in range(order.first, order.first + order.count, _BLOCK)
    ]
    if workers <= 1:
        for block in blocks:
            told = play_block(block)
            yield told
            if told.failures and order.stop:
                return
        return
    with ProcessPoolExecutor(workers) as pool:
        for told in pool.map(play_block, blocks):
            yield told
            if told.failures and order.stop:
                pool.shutdown(wait=False, cancel_futures=True)
                return


def play_script(number: int) -> Told:
    """Cut every machine of a script off at each of its writes and syncs."""
    tally: Counter[str] = Counter()
    failures: list[Failure] = []
    for point in crash.points(number):
        found, failure = crash.play_point(point)
        tally += found
        tally["crash points"] += 1
        if failure is not None:
            failures.append(failure)
    return Told(0, tally, tuple(failures))


def run_scripts(count: int, workers: int) -> Iterator[Told]:
    """The crash points of so many scripts."""
    if workers <= 1:
        yield from map(play_script, range(count))
        return
    with ProcessPoolExecutor(workers) as pool:
        yield from pool.map(play_script, range(count))


def main(argv: Sequence[str] | None = None) -> int:
    """The command; 0 when everything held, 1 when something did not."""
    wanted = _parser().parse_args(argv)
    on_disk = {"memory": False, "disk": True, "mixed": None}[wanted.disk]
    if (on_disk is not False or wanted.crash_points) and not disks_available():
        print("apsw is not installed: every history runs in memory (pip install apsw)", file=sys.stderr)
        if on_disk or wanted.crash_points:
            return 2
        on_disk = False
    order = Order(wanted.start, wanted.seeds, wanted.ablate or "", on_disk, stop=not wanted.keep_going)
    began = time.monotonic()
    tally: Counter[str] = Counter()
    failures: list[Failure] = []
    seeds = 0
    work = (
        run_scripts(wanted.crash_points, wanted.workers) if wanted.crash_points else run_blocks(order, wanted.workers)
    )
    with suppress(KeyboardInterrupt):  # a long run that is stopped tells what it did
        for told in work:
            seeds += told.seeds
            tally += told.tally
            failures += told.failures
            if sys.stderr.isatty():
                print(f"\r{seeds} seeds, {len(failures)} failures", end="", file=sys.stderr)
    seconds = time.monotonic() - began
    small = [] if wanted.ablate or wanted.crash_points else [shrink(failure) for failure in failures[:3]]
    report: dict[str, Any] = {
        "commit": commit(),
        "first": order.first,
        "seeds": seeds,
        "seconds": round(seconds, 1),
        "seeds_per_second": round(seeds / max(seconds, 1e-9), 1),
        "ablate": order.ablate,
        "tally": dict(sorted(tally.items())),
        "failures": [{"seed": failure.seed, "why": failure.why} for failure in failures],
        "traces": [_trace(failure) for failure in small],
    }
    print(json.dumps(report, ensure_ascii=False, indent=1) if wanted.json else _text(report))
    return 1 if failures else 0


def _trace(failure: Failure) -> dict[str, Any]:
    events = [str(event) for event in failure.events]
    return {
        "seed": failure.seed, "why": failure.why, "where": failure.where, "events": events, "story": tell(failure),
        "of": len(failure.plan.events),
    }  # fmt: skip


def _text(report: dict[str, Any]) -> str:
    speed = f"{report['seeds']} seeds from {report['first']} in {report['seconds']} s"
    lines = [f"{speed} ({report['seeds_per_second']} seeds/s), commit {report['commit']}"]
    lines += [f"  {count:>10,}  {name}" for name, count in report["tally"].items()]
    lines.append(f"{len(report['failures'])} failures" if report["failures"] else "all invariants held")
    lines += [f"  seed {failure['seed']}: {failure['why']}" for failure in report["failures"][:20]]
    for trace in report["traces"]:
        lines.append(f"seed {trace['seed']}, {len(trace['events'])} of {trace['of']} events: {trace['why']}")
        lines.append(f"  at {trace['where']}")
        lines += [f"  {line}" for line in trace["story"]]
    return "\n".join(lines)


def commit() -> str:
    """The commit this code is, or "unknown" outside of a repository."""
    folder = Path(__file__).resolve().parent
    try:
        found = subprocess.run(["git", "describe", "--always", "--dirty"], cwd=folder, capture_output=True, text=True,
                               check=True)  # fmt: skip
    except (OSError, subprocess.CalledProcessError):
        return "unknown"
    return found.stdout.strip()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="xinfang-simulate", description=__doc__)
    parser.add_argument("--seeds", type=int, default=100, help="how many histories")
    parser.add_argument("--from", dest="start", type=int, default=0, help="the first seed")
    parser.add_argument("--workers", type=int, default=1, help="processes")
    parser.add_argument("--disk", choices=("memory", "disk", "mixed"), default="mixed", help="what holds the databases")
    parser.add_argument("--crash-points", type=int, nargs="?", const=crash.SCRIPTS, default=0, metavar="SCRIPTS",
                        help="instead of seeds: short scripts, cut off at every write and sync")  # fmt: skip
    parser.add_argument("--ablate", choices=sorted(ABLATIONS), help="remove one safeguard: failures are expected then")
    parser.add_argument("--keep-going", action="store_true", help="do not end at the first failure")
    parser.add_argument("--json", action="store_true", help="the report as JSON")
    return parser


if __name__ == "__main__":
    sys.exit(main())
