"""Durable save of one visit beside a raw one-row commit of the standard library's sqlite3, in turn on the same disk."""

from __future__ import annotations

import gc
import sqlite3
import time
from pathlib import Path

from benchmarks import hall
from benchmarks.table import Row, calm, p50, p95, undisturbed
from desktop.services import synthetic
from desktop.services.station import Station
from desktop.workers.collector import collect_due

WARM = 50
PAUSES = 200
MINUTE_MS = 60_000
LONG_LOG = 3_500_000
"""Bytes of log for the raw commits that write over it: more than they need, less than starts a checkpoint by itself."""


class RawCommits:
    """The least a durable save can cost here: one row, WAL, ``synchronous=FULL``.

    In a new file the log grows with every commit, as it does for any program that does nothing about it. With
    ``in_place`` the log was made long before and is written over, as our own is after the first quiet moment.
    """

    def __init__(self, file: Path, *, in_place: bool = False) -> None:
        self._db = sqlite3.connect(file, isolation_level=None)
        self._db.execute("PRAGMA journal_mode = WAL")
        self._db.execute("PRAGMA synchronous = FULL")
        self._db.execute("CREATE TABLE IF NOT EXISTS raw (id INTEGER PRIMARY KEY, text TEXT)")
        if in_place:
            self._db.execute("INSERT INTO raw (text) VALUES (?)", ("x" * LONG_LOG,))
            self._db.execute("PRAGMA wal_checkpoint(PASSIVE)")

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
    raw, over = RawCommits(folder / "raw.db"), RawCommits(folder / "raw-in-place.db", in_place=True)
    saves: list[tuple[float, bool]] = []
    commits: list[tuple[float, bool]] = []
    in_place: list[tuple[float, bool]] = []
    processor: list[float] = []
    bare: list[float] = []
    visits = list(synthetic.visits(seed, WARM + rounds, until=hall.UNTIL))
    clock = hall.Clock(hall.now_ms() - (len(visits) + PAUSES) * MINUTE_MS)
    station = hall.reopen(data, clock)
    rest(station)  # as in the window, where the first visit is typed for longer than this takes
    gc.collect()
    for save in hall.register(station, visits):
        clock.ms += MINUTE_MS
        began = time.thread_time()
        saves.append(undisturbed(save))
        between = time.thread_time()
        commits.append(undisturbed(raw.one))
        processor.append((between - began) * 1000)
        bare.append((time.thread_time() - between) * 1000)
        in_place.append(undisturbed(over.one))
        collect_due(limits)
    rested: list[tuple[float, bool]] = []
    rested_raw: list[tuple[float, bool]] = []
    for save in hall.register(station, synthetic.visits(seed + 1, PAUSES, until=hall.UNTIL)):
        clock.ms += MINUTE_MS
        rest(station)
        rested.append(undisturbed(save))
        rested_raw.append(undisturbed(raw.one))
        collect_due(limits)
    raw.close()
    over.close()
    station.close()
    paused, paused_raw = calm(rested), calm(rested_raw)
    spent, reference_spent, over_spent = calm(saves[WARM:]), calm(commits[WARM:]), calm(in_place[WARM:])
    processor, bare = processor[WARM:], bare[WARM:]
    what, reference = "durable save of one visit", "one raw row, synchronous=FULL"
    old_log = "one raw row over an old log"
    return [
        Row(f"{what}, p50", p50(spent), "ms", reference, p50(reference_spent), 3, note=note),
        Row(f"{what}, p95", p95(spent), "ms", reference, p95(reference_spent), 3, note=note),
        Row(f"{what}, p50, over an old log", p50(spent), "ms", old_log, p50(over_spent), None, note=note),
        Row(f"{what} after a pause, p50", p50(paused), "ms", reference, p50(paused_raw), None, note=note),
        Row(f"{what}, processor only", p50(processor), "ms", reference, p50(bare), None, note=note),
    ]


def rest(station: Station) -> None:
    """All a quiet minute does: search keys, merging, the log made as long as it gets, and emptied when it is long."""
    while station.store.rest():
        pass
