"""Builds the zstd dictionary frames are packed with, from synthetic acts recorded by the services a clerk uses.

    python scripts/build_dictionary.py resources/wire/NUMBER.dict

Not used at run time. The same script over the same generator and zstd makes the same bytes; what was released keeps its
number whatever becomes of the generator (``resources/wire/SOURCES.md``).
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from random import Random

from backports import zstd

from desktop.services.demo import HALL, UNITS, fill_demo, office_setup
from desktop.services.station import Surroundings, create_station

SIZE = 64 << 10
"""Half of it makes frames of a narrow line 7 % larger, twice as much 3 % smaller."""
BEGAN_MS = int(datetime(2026, 11, 20, 9, tzinfo=UTC).timestamp() * 1000)
VISITS = 400
DESKS = ((HALL, 1), (UNITS[0][0], 2), (HALL, 3))
"""A hall that registers and refers, an organ that accepts and answers: (office, seed)."""


class Clock:
    """A second later each time it is read."""

    def __init__(self, ms: int) -> None:
        self.ms = ms

    def __call__(self) -> int:
        """Milliseconds since 1970 UTC."""
        self.ms += 1_000
        return self.ms


def samples(folder: Path, office: str, seed: int) -> Iterator[bytes]:
    """The acts of one desk's three months, as they stand in a frame."""
    station = create_station(
        folder, office_setup(office, "1", alone=True), sign_in="desk", name="经办人", password="synthetic and public",
        surroundings=Surroundings(Clock(BEGAN_MS), Random(seed).randbytes),
    )  # fmt: skip
    try:
        station.store.db.execute("PRAGMA synchronous = OFF")
        fill_demo(station, seed=seed, count=VISITS)
        for row in station.store.log.entries(station.store.identity.writer, 0):
            yield row.content + b","
    finally:
        station.close()


def main(words: list[str]) -> int:
    """Write the dictionary."""
    with tempfile.TemporaryDirectory() as name:
        acts = [
            act for place, (office, seed) in enumerate(DESKS) for act in samples(Path(name) / str(place), office, seed)
        ]
    made = zstd.train_dict(acts, SIZE)
    Path(words[0]).write_bytes(made.dict_content)
    print(f"{len(acts):,} acts, {sum(map(len, acts)):,} bytes: dictionary {made.dict_id}, {len(made.dict_content):,}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
