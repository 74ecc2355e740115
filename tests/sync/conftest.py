"""A county process and enrolled stations for the tests of both ends."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.sync.cluster import Cluster
from tests.sync.harness import County, Station


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    """A PostgreSQL server of this test run's own."""
    found = Cluster().start()
    yield found
    found.remove()


@pytest.fixture
def address(cluster: Cluster) -> str:
    return cluster.address(cluster.new_database())


@pytest.fixture(params=["sqlite", "postgresql"])
def county(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[County]:
    """A county as a process, once over each database."""
    found = County(tmp_path / "county")
    if request.param == "postgresql":
        found.cluster = request.getfixturevalue("cluster")
        found.database = found.cluster.new_database()
    found.start()
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
