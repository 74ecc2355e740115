"""``python -m benchmarks``: measure what exists, print the table; with ``--write`` keep it in docs/benchmarks.md."""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

from benchmarks import county, hall, paper, polling, pull, saving, searching, sync, window
from benchmarks.table import Row, load, machine, markdown
from desktop.services.station import Station

ROOT = Path(__file__).resolve().parent.parent
PARTS = ("save", "search", "paper", "window", "sync", "pull", "county", "polling")


def main(argv: Sequence[str] | None = None) -> int:
    """Exit 0 when it was measured; whether budgets are kept is what the table says."""
    words = _words(argv)
    rows: list[Row] = []
    busy = load()
    with tempfile.TemporaryDirectory(prefix="xinfang-bench-", dir=words.scratch) as scratch:
        data = _filled(words, Path(scratch))
        parts: dict[str, Callable[[], list[Row]]] = {
            "save": lambda: _save(data, Path(scratch), words),
            "search": lambda: _with(data, lambda station: searching.measure(station, words.visits)),
            "paper": paper.measure,
            "window": lambda: window.measure(data, words.visits),
            "sync": lambda: sync.measure(words.sync_visits),
            "pull": lambda: _pull(data, Path(scratch), words),
            "county": lambda: county.measure(words.county_visits),
            "polling": polling.measure,
        }
        for part in words.parts:
            _say(f"measuring: {part}")
            rows += parts[part]()
    text = markdown(rows)
    sys.stdout.write(text + "\n")
    _say(
        f"load average before {busy}, after {load()}; {sum(not row.kept for row in rows)} of {len(rows)} rows not kept"
    )
    report = {"machine": machine(), "load": busy, "visits": words.visits, "rows": [row.as_json() for row in rows]}
    if words.json:
        words.json.write_text(json.dumps(report, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    if words.write:
        _write(text, busy)
    return 0


def _words(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("parts", nargs="*", choices=[*PARTS, []], help="default: all")
    parser.add_argument("--visits", type=int, default=100_000, help="visits in the file that is searched and opened")
    parser.add_argument("--sync-visits", type=int, default=10_000)
    parser.add_argument("--county-visits", type=int, default=4_000)
    parser.add_argument("--saves", type=int, default=400, help="visits saved for each row")
    parser.add_argument("--large", action="store_true", help="pull: --visits too, which takes minutes")
    parser.add_argument("--keep", type=Path, metavar="DIR", help="keep the filled hall there, and use it again")
    parser.add_argument("--scratch", type=Path, help="where to measure: the disk matters")
    parser.add_argument("--json", type=Path, metavar="FILE")
    parser.add_argument("--write", action="store_true", help="write docs/benchmarks.md")
    words = parser.parse_args(argv)
    words.parts = words.parts or list(PARTS)
    return words


def _filled(words: argparse.Namespace, scratch: Path) -> Path:
    """The data folder of the hall that is searched and opened."""
    if not {"save", "search", "window", *(["pull"] if words.large else [])} & set(words.parts):
        return scratch
    return _hall(words, scratch, words.visits)


def _hall(words: argparse.Namespace, scratch: Path, visits: int) -> Path:
    """A data folder of a hall with so many visits; the kept one is copied, so that it stays as it is."""
    kept = words.keep / f"hall-{visits}" if words.keep else scratch / f"hall-{visits}"
    if not kept.exists():
        part = kept.with_name(kept.name + ".part")
        shutil.rmtree(part, ignore_errors=True)
        part.parent.mkdir(parents=True, exist_ok=True)
        _say(f"registering {visits:,} visits")
        began = time.perf_counter()
        hall.fill(part, visits, quiet=False)
        part.rename(kept)
        _say(f"registered in {time.perf_counter() - began:.0f} s")
    if words.keep is None:
        return kept
    shutil.copytree(kept, scratch / f"copy-{visits}")
    return scratch / f"copy-{visits}"


def _with(data: Path, do: Callable[[Station], list[Row]]) -> list[Row]:
    station = hall.reopen(data)
    try:
        return do(station)
    finally:
        station.close()


def _save(data: Path, scratch: Path, words: argparse.Namespace) -> list[Row]:
    """In a new file, and in one that is as full as it gets."""
    hall.make_station(scratch / "fresh").close()
    full = saving.measure(data, scratch, note=f"{words.visits:,} visits in the file", rounds=words.saves)
    return saving.measure(scratch / "fresh", scratch, note="new file", rounds=words.saves) + full


def _pull(data: Path, scratch: Path, words: argparse.Namespace) -> list[Row]:
    rows = pull.measure(_hall(words, scratch, words.sync_visits), scratch, words.sync_visits)
    return rows + (pull.measure(data, scratch, words.visits, large=True) if words.large else [])


def _write(text: str, busy: str) -> None:
    about = "\n".join(f"- {name.replace('_', ' ')}: {value}" for name, value in machine().items() if value)
    when = datetime.now(UTC).date().isoformat()
    page = (
        "# Benchmarks\n\n"
        "Made by `python -m benchmarks --write`. Every row stands beside a physical reference of the same run, so\n"
        "that machines can be compared by the ratio. Budgets on a value are those of a quiet PC; a busy machine\n"
        "misses them in both columns at once.\n\n"
        f"Measured {when}, load average {busy or 'unknown'} when it began.\n\n{about}\n\n{text}\n"
    )
    file = ROOT / "docs" / "benchmarks.md"
    _before, heading, apart = file.read_text(encoding="utf-8").partition("\n## ")  # tables of runs of their own
    file.write_text(page + heading + apart, encoding="utf-8")


def _say(text: str) -> None:
    sys.stderr.write(f"» {text}\n")
    sys.stderr.flush()


if __name__ == "__main__":
    sys.exit(main())
