"""``python -m benchmarks.peers``: ours, Anki, PouchDB and Morango at the same work, one table; ``--install`` first."""

from __future__ import annotations

import argparse
import contextlib
import json
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from backports import zstd

from benchmarks.peers.install import PACKAGES, PAGE_PACKAGES, install
from benchmarks.peers.stations import OtherServer, OurServer, Peer, Server, TooLong
from benchmarks.peers.workload import Visit, edited, every, workload
from benchmarks.sync import reference
from benchmarks.table import load, machine

SLOW_KBIT, SLOW_RTT_MS = 64, 300
MORANGO_MOST = 1_000
"""Morango takes a hundred times as long as the others: it gets a tenth of the work, and the table says so."""


def rows(new: int, edits: int) -> tuple[str, ...]:
    """What is measured, one name for each row."""
    slow = f"{new} new visits, {SLOW_KBIT} kbit/s and {SLOW_RTT_MS} ms"
    return ("first push", "no change", f"{edits} edited visits", slow, "a fresh station pulls all")


@dataclass(frozen=True, slots=True)
class Cell:
    """One row of one peer: seconds, and payload bytes up and down the line."""

    seconds: float
    up: int
    down: int

    def __str__(self) -> str:
        carried = f"{_size(self.up)} ↑ {_size(self.down)} ↓"
        return f"{_time(self.seconds)} · {carried}" if self.seconds else carried


def measure(server: Server, visits: Sequence[Visit], new: int, edits: int) -> list[Cell | str]:
    """The five rows; after a row that took too long or failed, the reason stands in its place and the rest is left."""
    cells: list[Cell | str] = []
    stations: list[Peer] = []

    def row(do: Callable[[], float]) -> None:
        before = server.line.carried
        seconds = do()
        time.sleep(0.2)  # the last bytes of a kept connection
        after = server.line.carried
        cells.append(Cell(seconds, after[0] - before[0], after[1] - before[1]))

    try:
        stations.append(server.station("one"))
        first, more = visits[:-new], visits[-new:]
        stations[0].add(first)
        row(stations[0].sync)
        stations[0].sync()  # PouchDB reads its own push back once: not what a quiet day costs
        row(stations[0].sync)
        stations[0].edit(every(first, edits))
        row(stations[0].sync)
        stations[0].add(more)
        server.line.shape(SLOW_KBIT, SLOW_RTT_MS)
        row(stations[0].sync)
        server.line.shape()
        stations.append(server.station("two"))
        row(stations[1].sync)
        if stations[1].count() != len(visits):
            cells[-1] = f"arrived: {stations[1].count()} of {len(visits)}"
    except TooLong:
        cells.append("too long")
    except (RuntimeError, OSError) as error:
        cells.append(str(error) or type(error).__name__)
    finally:
        for station in stations:
            station.close()
        server.close()
    return cells


def floor(visits: Sequence[Visit], new: int, edits: int, folder: Path) -> list[Cell | str]:
    """One zstd −3 stream of the same texts into one durable transaction; over the narrow line: its bytes, two trips."""
    first, more = visits[:-new], visits[-new:]
    sent, spent = reference([visit.text.encode() for visit in first], folder)
    some = len(zstd.compress("\n".join(edited(visit)[1].text for visit in every(first, edits)).encode(), 3))
    small = len(zstd.compress("\n".join(visit.text for visit in more).encode(), 3))
    slow = small * 8 / (SLOW_KBIT * 1000) + 2 * SLOW_RTT_MS / 1000
    return [Cell(spent, sent, 0), "–", Cell(0, some, 0), Cell(slow, small, 0), Cell(spent, 0, sent)]


def main(argv: Sequence[str] | None = None) -> int:
    """Exit 0 when ours was measured; a peer that is not there is named as such."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.peers", description=__doc__)
    parser.add_argument("peers", nargs="*", metavar="PEER", help="ours, anki, pouch, morango; default: all")
    parser.add_argument("--install", action="store_true", help="put the peers under build/peers and end")
    parser.add_argument("--visits", type=int, default=10_000)
    parser.add_argument("--cap", type=float, default=300, metavar="S", help="the longest a row of a peer may take")
    parser.add_argument("--scratch", type=Path, metavar="DIR", help="work there and keep it: the peers' logs")
    parser.add_argument("--json", type=Path, metavar="FILE")
    words = parser.parse_args(argv)
    if words.install:
        return _install()
    new, edits = min(200, words.visits // 5), min(100, words.visits // 5)
    visits = workload(words.visits + new)
    busy = load()
    columns: dict[str, list[Cell | str]] = {}
    with contextlib.ExitStack() as stack:
        folder = words.scratch or Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="xinfang-peers-")))
        folder.mkdir(parents=True, exist_ok=True)
        columns["floor"] = floor(visits, new, edits, folder)
        if _chosen(words, "ours"):
            _say("ours")
            columns["ours"] = measure(OurServer(_made(folder / "ours"), words.cap), visits, new, edits)
        for package in PACKAGES:
            if not _chosen(words, package.name):
                continue
            few = package.name == "morango" and words.visits > MORANGO_MOST
            some = visits[-(MORANGO_MOST + new) :] if few else visits
            title = package.title + (f" ({MORANGO_MOST:,} visits)" if few else "")
            if not package.is_installed():
                columns[title] = ["not installed"]
                continue
            _say(title)
            try:
                server = OtherServer(package, _made(folder / package.name), words.cap)
            except RuntimeError as error:
                columns[title] = [str(error)]
                continue
            columns[title] = measure(server, some, new, edits)
    size = sum(len(visit.text.encode()) for visit in visits) / len(visits)
    sys.stdout.write(table(columns, rows(new, edits), words.visits, size, busy) + "\n")
    if words.json:
        body = {title: [asdict(c) if isinstance(c, Cell) else c for c in cells] for title, cells in columns.items()}
        report = {"machine": machine(), "load": busy, "visits": words.visits, "rows": rows(new, edits), "peers": body}
        words.json.write_text(json.dumps(report, ensure_ascii=False, indent=1) + "\n", "utf-8")
    return 0 if all(isinstance(cell, Cell) for cell in columns.get("ours", [])) else 1


def table(columns: dict[str, list[Cell | str]], names: Sequence[str], visits: int, size: float, busy: str) -> str:
    """Rows of work, a column for each; a peer that stopped early has its reason and then nothing."""
    lines = [
        f"{visits:,} visits of {size / 1000:.1f} kB JSON on average; load average {busy or 'unknown'} at the start.",
        "",
    ]
    lines += ["| work | " + " | ".join(columns) + " |", "|---" * (len(columns) + 1) + "|"]
    for place, what in enumerate(names):
        cells = [str(cells[place]) if place < len(cells) else "" for cells in columns.values()]
        lines.append(f"| {what} | " + " | ".join(cells) + " |")
    rates: list[str] = []
    for title, column in columns.items():
        first, count = column[0], MORANGO_MOST if "visits)" in title else visits
        rates.append(f"{count / first.seconds:,.0f}" if isinstance(first, Cell) and first.seconds else "")
    lines.append("| visits the server took in each second (first push) | " + " | ".join(rates) + " |")
    return "\n".join(lines)


def _install() -> int:
    wrong = {package.title: install(package) for package in (*PACKAGES, *PAGE_PACKAGES)}
    for title, why in wrong.items():
        _say(f"{title}: {why or 'installed'}")
    return 1 if any(wrong.values()) else 0


def _chosen(words: argparse.Namespace, name: str) -> bool:
    return not words.peers or name in words.peers


def _made(folder: Path) -> Path:
    folder.mkdir()
    return folder


def _time(seconds: float) -> str:
    return f"{seconds:.2f} s" if seconds >= 0.1 else f"{seconds * 1000:.1f} ms"


def _size(count: int) -> str:
    return (
        f"{count / 1_000_000:.2f} MB"
        if count >= 1_000_000
        else f"{count / 1000:.1f} kB"
        if count >= 1000
        else f"{count} B"
    )


def _say(text: str) -> None:
    sys.stderr.write(f"» {text}\n")
    sys.stderr.flush()


if __name__ == "__main__":
    sys.exit(main())
