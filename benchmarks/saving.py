"""Durable save of one visit beside a raw one-row commit of the standard library's sqlite3, in turn on the same disk."""

from __future__ import annotations

import gc
import sqlite3
import time
from pathlib import Path

from benchmarks import hall
from benchmarks.table import Row, calm, p50, p95, undisturbed
from desktop.services import synthetic
from desktop.workers.collector import collect_due

WARM = 50
PAUSES = 200
MINUTE_MS = 60_000


class RawCommits:
    """The least a durable save can cost here: one row, WAL, ``synchronous=FULL``."""

    def __init__(self, file: Path) -> None:
        self._db = sqlite3.connect(file, isolation_level=None)
        self._db.execute("PRAGMA journal_mode = WAL")
        self._db.execute("PRAGMA synchronous = FULL")
        self._db.execute("CREATE TABLE IF NOT EXISTS raw (id INTEGER PRIMARY KEY, text TEXT)")

    def one(self) -> None:
        """Begin, insert one row, commit."""
        self._db.execute("BEGIN IMMEDIATE")
        self._db.execute("INSERT INTO raw (text) VALUES (?)", ("一" * 60,))
        self._db.execute("COMMIT")

    def close(self) -> None:
        """Close the file."""
        self._db.close()


def measure(data: Path, folder: Path, *, note: str, rounds: int = 400, seed: int = 77) -> list[Row]:
    """Save and raw commit in turn, so that whatever else the disk does meets both.

    As in the window, Python's collector never runs inside a save: it is off, and what is due is collected between two.
    """
    limits = gc.get_threshold()
    gc.disable()
    try:
        return _measure(data, folder, limits, note=note, rounds=rounds, seed=seed)
    finally:
        gc.enable()


def _measure(data: Path, folder: Path, limits: tuple[int, int, int], *, note: str, rounds: int, seed: int) -> list[Row]:
    raw = RawCommits(folder / "raw.db")
    saves: list[tuple[float, bool]] = []
    commits: list[tuple[float, bool]] = []
    processor: list[float] = []
    bare: list[float] = []
    visits = list(synthetic.visits(seed, WARM + rounds, until=hall.UNTIL))
    clock = hall.Clock(hall.now_ms() - (len(visits) + PAUSES) * MINUTE_MS)
    station = hall.reopen(data, clock)
    gc.collect()
    for save in hall.register(station, visits):
        clock.ms += MINUTE_MS
        began = time.thread_time()
        saves.append(undisturbed(save))
        between = time.thread_time()
        commits.append(undisturbed(raw.one))
        processor.append((between - began) * 1000)
        bare.append((time.thread_time() - between) * 1000)
        collect_due(limits)
    rested: list[tuple[float, bool]] = []
    rested_raw: list[tuple[float, bool]] = []
    for save in hall.register(station, synthetic.visits(seed + 1, PAUSES, until=hall.UNTIL)):
        clock.ms += MINUTE_MS
        while station.store.rest():  # all a quiet minute does: search keys, merging, the log when it is long
            pass
        rested.append(undisturbed(save))
        rested_raw.append(undisturbed(raw.one))
        collect_due(limits)
    raw.close()
    station.close()
    paused, paused_raw = calm(rested), calm(rested_raw)
    spent, reference_spent = calm(saves[WARM:]), calm(commits[WARM:])
    processor, bare = processor[WARM:], bare[WARM:]
    what, reference = "durable save of one visit", "one raw row, synchronous=FULL"
    return [
        Row(f"{what}, p50", p50(spent), "ms", reference, p50(reference_spent), 3, note=note),
        Row(f"{what}, p95", p95(spent), "ms", reference, p95(reference_spent), 3, note=note),
        Row(f"{what} after a pause, p50", p50(paused), "ms", reference, p50(paused_raw), None, note=note),
        Row(f"{what}, processor only", p50(processor), "ms", reference, p50(bare), None, note=note),
    ]
