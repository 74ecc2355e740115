"""A station that is the real desk: its encrypted file, its services, its exchange; told what to do by JSON lines."""

from __future__ import annotations

import json
import pickle
import sys
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

from benchmarks import hall
from benchmarks.peers.workload import OFFICE, Visit, edited
from desktop.models.store.store import Stamp
from desktop.services import county
from domain.acts import ActDraft
from sync.client import HttpTransport

CLERK: Final = "c1"


class Station:
    """One window and its place at the county."""

    def __init__(self, folder: str, url: str, code: str, window: str) -> None:
        office = replace(hall.OFFICE, code=OFFICE, window=window)
        self.url = url
        self.station = hall.make_station(Path(folder), office=office)
        county.enrol(self.station, url, code)

    def add(self, file: str) -> None:
        """Each visit is a signed commit of its own, as at a window."""
        for visit in _visits(file):
            self._record(visit.drafts)

    def edit(self, file: str) -> None:
        """One more act each."""
        for visit in _visits(file):
            draft, _changed = edited(visit)
            state = self.station.store.state(draft.case_id)
            assert state is not None
            self._record([replace(draft, over=state.over(*draft.sets))])

    def _record(self, drafts: Sequence[ActDraft]) -> None:
        with self.station.store.transaction(Stamp(CLERK, hall.now_ms())) as transaction:
            transaction.record(drafts)

    def sync(self, narrow: bool) -> float:
        """Seconds of one exchange until nothing more waits, as the command line makes it."""
        transport = HttpTransport(self.url)
        transport.loopback = not narrow  # it goes over a line, whatever the address says
        began = time.perf_counter()
        done = county.exchange_once(self.station, transport).value
        seconds = time.perf_counter() - began
        transport.close()
        if done.pending or done.more:
            raise RuntimeError(f"{done.pending} acts did not reach the county")
        return seconds

    def count(self) -> int:
        """Visits held."""
        (held,) = self.station.store.db.execute("SELECT count(*) FROM visit").fetchone()
        return int(held)


def _visits(file: str) -> list[Visit]:
    """What the benchmark itself wrote a moment ago."""
    found: list[Visit] = pickle.loads(Path(file).read_bytes())
    return found


def main() -> None:
    """Answer each line with one line."""
    station = Station(*sys.argv[1:])
    for line in sys.stdin:
        asked = json.loads(line)
        method = getattr(station, asked.pop("do"))
        sys.stdout.write(json.dumps({"value": method(**asked)}) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
