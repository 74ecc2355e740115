"""What the parts of the county's intake cost by themselves: the floors beside ``county.py``'s rows.

Processor time only, so that the numbers hold on a machine that does other things too.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from sync.exchange import open_request
from sync.log.chain import verify_message
from sync.protocol import ANSWER_TAG, REQUEST_TAG, verify_frame
from sync.server.databases import open_database
from sync.server.rounds import read_request
from tests.sync.cluster import Cluster
from tests.sync.harness import County, Station

_TABLES: Final = ("act", "feed", "audience", "county_case")


@dataclass(frozen=True, slots=True)
class Floors:
    """Microseconds of processor a visit."""

    signatures: float
    """A frame's and a run's last signature, verified; and the answer's, made."""
    opening: float
    """Unpacking, decoding, proving canonical and hashing every act once."""
    inserts: float
    """The rows that the intake leaves behind, put into an empty database, durably, in as few statements as can be."""
    server: float
    """Of the inserts, what the database's own server used; 0 where it has none."""

    @property
    def whole(self) -> float:
        """All of it."""
        return self.signatures + self.opening + self.inserts + self.server


def processor_seconds(first: int) -> float:
    """User and system time of a process and of those it started, so far; Linux."""
    total = 0
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            words = path.read_text().rpartition(")")[2].split()
        except OSError:
            continue  # it ended meanwhile
        if first in (int(words[1]), int(path.parent.name)):
            total += int(words[11]) + int(words[12])
    return total / os.sysconf("SC_CLK_TCK")


def server_seconds(cluster: Cluster | None) -> float:
    """User and system time of a database server and all its processes so far."""
    if cluster is None:
        return 0.0
    return processor_seconds(int((cluster.data / "postmaster.pid").read_text().split()[0]))


def measure(
    county: County, halls: Sequence[Station], sent: Sequence[Sequence[bytes]], visits: int, group: int
) -> Floors:
    """The floors of what ``county`` has just taken in: ``sent`` by ``halls``, ``group`` rounds in a transaction."""
    frames = [(hall, frame) for hall, mine in zip(halls, sent, strict=True) for frame in mine]
    key = halls[0].key

    def signatures() -> None:
        for hall, frame in frames:
            verify_frame(frame, REQUEST_TAG, hall.key.public)
            verify_message(hall.key.public, b"another", frame[-64:])
            key.sign(ANSWER_TAG, b"answer")

    def opening() -> None:
        for _hall, frame in frames:
            open_request(read_request(frame))

    rows = {table: county.select(f"SELECT * FROM {table}") for table in _TABLES}
    inserts, server = _inserted(county, rows, max(1, len(frames) // group))
    return Floors(*(1e6 * took / visits for took in (_spent(signatures), _spent(opening), inserts, server)))


def _spent(work: Callable[[], None]) -> float:
    began = time.process_time()
    work()
    return time.process_time() - began


def _inserted(county: County, rows: dict[str, list[tuple[Any, ...]]], transactions: int) -> tuple[float, float]:
    cluster = county.cluster
    folder = county.folder.parent / "floor"
    folder.mkdir()
    db = open_database(folder, "" if cluster is None else cluster.address(cluster.new_database()))
    with db.transaction():
        db.prepare()
    before, began = server_seconds(cluster), time.process_time()
    for part in range(transactions):
        with db.transaction():
            for table, found in rows.items():
                some = found[len(found) * part // transactions : len(found) * (part + 1) // transactions]
                if some:
                    db.executemany(f"INSERT INTO {table} VALUES ({', '.join('?' * len(some[0]))})", some)
    spent, server = time.process_time() - began, server_seconds(cluster) - before
    db.close()
    return spent, server
