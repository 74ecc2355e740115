"""A county process and enrolled stations for the tests of both ends."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.sync.harness import County, Station


@pytest.fixture
def county(tmp_path: Path) -> Iterator[County]:
    found = County(tmp_path / "county").start()
    yield found
    if found.process is not None and found.process.poll() is None:
        assert found.stop() == 0


@pytest.fixture
def new_station(tmp_path: Path) -> Iterator[Callable[..., Station]]:
    made: list[Station] = []

    def make(name: str, county: County | None = None, office: str = "370205", window: str = "1") -> Station:
        station = Station(tmp_path / f"{name}.db", office)
        made.append(station)
        if county is not None:
            station.enrol(county.url, county.code(office, window))
        return station

    yield make
    for station in made:
        station.close()
