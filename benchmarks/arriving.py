"""A clerk at a new window while everything her office has arrives: when she can look up, when she can register.

She is measured in a process of her own (this module run with a file of :class:`Ask`), on the lanes, the loop and the
quiet work that the window has; only the widgets are left out.
"""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Final

import msgspec
from PySide6.QtCore import QCoreApplication, QTimer

from benchmarks import hall
from benchmarks.table import Row, p50
from desktop.models.store.rows import FoundRow, SyncState
from desktop.services import county, lookup, synthetic
from desktop.services.station import Station
from desktop.workers.bus import Bus
from desktop.workers.collector import Collector
from desktop.workers.lane import Lane
from desktop.workers.quiet import QuietWork
from desktop.workers.sync_loop import SyncLoop
from sync.log.log import marks

WINDOW: Final = "3"
USABLE_MS: Final = 10_000
"""Within so long a new station of an office with 100,000 visits is to be usable (issue 3)."""
WAIT_MS: Final = 500
"""A clerk who waits longer for a save or an answer thinks that it hangs."""
BETWEEN_MS: Final = 250
BEHIND: Final = 40
"""Look-ups behind the pull, before the measurement ends."""


class Ask(msgspec.Struct, frozen=True):
    """What the clerk's process is told."""

    folder: str
    url: str
    code: str
    today: list[str]
    """The visits of the last day at the county."""
    name: str
    """Who came with the last of them,"""
    person: str
    """and that person's id."""
    visits: int
    """All that the office has."""


class Arrived(msgspec.Struct, frozen=True):
    """What came of it, in seconds since the first request; each wait is (asked at, for so long)."""

    today: float
    found: float
    all: float
    finds: list[tuple[float, float]]
    saves: list[tuple[float, float]]
    before_kib: int
    peak_kib: int
    processor: float


def today_of(station: Station) -> tuple[list[str], str, str]:
    """The visits of the last day at this hall, and who came with the last of them (name, id)."""
    db = station.store.db
    day = "(SELECT max(visited_on) FROM visit)"
    ids = [
        str(row[0]) for row in db.execute(f"SELECT visit_id FROM visit WHERE visited_on = {day} ORDER BY visited_at")
    ]
    sql = "SELECT p.name, p.petitioner_id FROM link l JOIN petitioner p ON p.petitioner_id = l.far"
    for visit in reversed(ids):
        row = db.execute(f"{sql} WHERE l.near = ? AND l.kind = 'person' AND p.name <> ''", (visit,)).fetchone()
        if row is not None:
            return ids, str(row[0]), str(row[1])
    raise RuntimeError("nobody came with a name that day")


def measure(ask: Ask, scratch: Path) -> list[Row]:
    """Rows for the table of the large pull."""
    file = scratch / "ask.json"
    file.write_bytes(msgspec.json.encode(ask))
    words = [sys.executable, "-m", "benchmarks.arriving", str(file)]
    done = msgspec.json.decode(subprocess.run(words, check=True, capture_output=True).stdout, type=Arrived)
    during = [wait for at, wait in done.finds if at < done.all]
    behind = [wait for at, wait in done.finds if at >= done.all]
    saves = [wait for at, wait in done.saves if at < done.all]
    name, note = "the whole pull", f"{ask.visits:,} visits, at a window"
    rows = [
        ("holds all visits of the last day", done.today, USABLE_MS),
        ("a clerk finds the last of them by name", done.found, USABLE_MS),
        ("first visit is registered", sum(done.saves[0]), USABLE_MS),
        (f"the longest of {len(saves)} saves meanwhile", max(saves), WAIT_MS),
        ("a save meanwhile, p50", p50(saves), None),
        (f"the longest of {len(during)} look-ups meanwhile", max(during), WAIT_MS),
        ("a look-up meanwhile, p50", p50(during), None),
        (f"the longest of {len(behind)} look-ups behind it", max(behind), WAIT_MS),
        ("all is there", done.all, None),
        ("processor", done.processor, None),
    ]
    return [
        *(
            Row(f"new window: {what}", 1000 * value, "ms", name, 1000 * done.all, budget, on_value=True, note=note)
            for what, value, budget in rows
        ),
        Row(
            "new window: memory at most",
            done.peak_kib / 1024,
            "MiB",
            "when it was signed in",
            done.before_kib / 1024,
            None,
            note=note,
        ),
    ]


class _Clerk:
    """Looks the last visitor up and registers a visit, in turn, from the moment the first request leaves."""

    def __init__(self, ask: Ask, app: QCoreApplication) -> None:
        self._ask, self._app = ask, app
        self._bus = Bus()
        self._store, self._net = Lane("store", announce=self._bus.changed.emit), Lane("net")
        self._station: Station | None = None
        self._saves: Iterator[Callable[[], object]] | None = None
        self._loop: SyncLoop | None = None
        self._quiet: QuietWork | None = None
        self._began = self._spent = self._processor = 0.0
        self._today = self._found = self._all = 0.0
        self._behind = self._before = 0
        self._finds: list[tuple[float, float]] = []
        self._waits: list[tuple[float, float]] = []

    def come(self) -> None:
        """Sign in at the new station."""
        self._store.run(self._open, done=self._begin)

    def _open(self) -> Station:
        station = hall.make_station(Path(self._ask.folder), office=replace(hall.OFFICE, window=WINDOW))
        county.enrol(station, self._ask.url, self._ask.code)
        return station

    def _begin(self, station: Station) -> None:
        self._station = station
        self._saves = hall.register(station, synthetic.visits(99, 5_000, until=hall.UNTIL))
        self._loop = SyncLoop(self._store, self._net, self._ref, self._bus)
        self._quiet = QuietWork(self._store, self._ref, self._bus)
        self._loop.state_changed.connect(self._heard)
        hall.forget_peak()
        self._before = hall.kib("VmRSS")
        self._began, self._spent = time.perf_counter(), time.process_time()
        self._loop.now()
        self._look()

    def _ref(self) -> Station:
        assert self._station is not None
        return self._station

    def _now(self) -> float:
        return time.perf_counter() - self._began

    def _heard(self, _state: SyncState) -> None:
        """An answer was taken in: whatever it brought is on the disk."""
        self._store.run(self._held, done=self._tell)

    def _held(self) -> tuple[int, float]:
        today = self._ask.today
        sql = f"SELECT count(*) FROM visit WHERE visit_id IN ({marks(today)})"
        return int(self._ref().store.db.execute(sql, today).fetchone()[0]), self._now()

    def _tell(self, held: tuple[int, float]) -> None:
        if held[0] == len(self._ask.today) and not self._today:
            self._today = held[1]

    def _look(self) -> None:
        asked = self._now()
        self._store.run(lookup.find, self._ref(), self._ask.name, done=partial(self._seen, asked))

    def _seen(self, asked: float, rows: list[FoundRow]) -> None:
        now = self._now()
        self._finds.append((asked, now - asked))
        if not self._found and any(row.ref == self._ask.person for row in rows):
            self._found = now
        self._behind += bool(self._all)
        if self._behind >= BEHIND:
            self._end()
        else:
            QTimer.singleShot(BETWEEN_MS, self._look if self._all else self._save)

    def _save(self) -> None:
        assert self._saves is not None
        save = next(self._saves)
        self._store.run(save, done=partial(self._saved, self._now()))

    def _saved(self, asked: float, _made: object) -> None:
        self._waits.append((asked, self._now() - asked))
        self._store.run(self._count, done=self._counted)

    def _count(self) -> int:
        return int(self._ref().store.db.execute("SELECT count(*) FROM visit").fetchone()[0])

    def _counted(self, visits: int) -> None:
        if not self._all and visits >= self._ask.visits + len(self._waits):
            self._all = self._now()
            self._processor = time.process_time() - self._spent
        QTimer.singleShot(BETWEEN_MS, self._look)

    def _end(self) -> None:
        assert self._loop is not None
        assert self._quiet is not None
        self._loop.stop()
        self._quiet.stop()
        self._store.run(self._ref().close)
        self._store.finish()
        self._net.finish()
        arrived = Arrived(
            self._today, self._found, self._all, self._finds, self._waits, self._before, hall.kib("VmHWM"),
            self._processor,
        )  # fmt: skip
        sys.stdout.write(msgspec.json.encode(arrived).decode())
        self._app.quit()


def main(file: str) -> None:
    """Be the clerk; print what she met as JSON."""
    app = QCoreApplication([])
    collector = Collector(app)
    clerk = _Clerk(msgspec.json.decode(Path(file).read_bytes(), type=Ask), app)
    QTimer.singleShot(0, app, clerk.come)
    app.exec()
    collector.stop()


if __name__ == "__main__":
    main(*sys.argv[1:])
