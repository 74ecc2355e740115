"""A city, a county below it, and desks of both, as processes and files, for the tests of the relay."""

from __future__ import annotations

import json
import secrets
import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlcipher3 import dbapi2

from sync.server.store import CountyStore
from tests.sync.cluster import Cluster
from tests.sync.harness import County, Station

CODE = "370205"
TOWN, OTHER_TOWN, CITY_OFFICE = "370205001", "370205002", "3702"


class Relaying(County):
    """A server that can be asked in this process as well, over the same file, as an admin command is."""

    def store(self) -> CountyStore:
        return CountyStore(self.folder, lambda: time.time_ns() // 1_000_000, secrets.token_bytes)

    def up(self, *words: str) -> dict[str, Any]:
        found = self.admin("relay-now", *words)
        assert found.returncode == 0, found.stderr
        told: dict[str, Any] = json.loads(found.stdout)
        return told

    def scopes(self, act_id: str) -> set[str]:
        """The feeds an act lies in."""
        rows = self.select("SELECT a.act_id, f.scope FROM feed f JOIN act a ON a.seq = f.act_seq")
        return {str(scope) for each, scope in rows if bytes(each).hex() == act_id}

    def copy(self, to: Path) -> None:
        """What an administrator's copy of the folder holds."""
        db = dbapi2.connect(str(self.folder / "county.db"))
        try:
            db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        finally:
            db.close()
        shutil.copytree(self.folder, to)

    def put_back(self, copy: Path) -> None:
        """Stop, go back to a copy, start again."""
        self.stop()
        shutil.rmtree(self.folder)
        shutil.copytree(copy, self.folder)
        self.start()


class World:
    """A city with a desk, a county below it with two township desks."""

    def __init__(self, folder: Path, new_station: Callable[..., Station], cluster: Cluster | None = None) -> None:
        self.city, self.county = Relaying(folder / "city"), Relaying(folder / "county")
        for server in (self.city, self.county):
            server.cluster, server.database = cluster, "" if cluster is None else cluster.new_database()
        self.city.start()
        self.county.start()
        self.town = new_station("town", self.county, TOWN)
        self.other = new_station("other", self.county, OTHER_TOWN)
        self.desk = new_station("desk", self.city, CITY_OFFICE)

    def join(self, *words: str, code: str = CODE) -> None:
        found = self.city.admin("enrol-relay", "--code", code, "--name", "市南区", *words)
        assert found.returncode == 0, found.stderr
        up = self.county.admin("relay", "--to", self.city.url, "--code", found.stdout.strip())
        assert up.returncode == 0, up.stderr

    def settle(self, rounds: int = 3) -> None:
        for _ in range(rounds):
            self.town.sync(self.county.url)
            self.other.sync(self.county.url)
            self.county.up()
            self.desk.sync(self.city.url)

    def proved(self) -> None:
        for server in (self.city, self.county):
            report = server.admin("verify")
            assert report.returncode == 0, report.stderr
        for station in (self.town, self.other, self.desk):
            station.verify()
            assert station.feed.pending() == 0

    def close(self) -> None:
        for server in (self.city, self.county):
            if server.process is not None and server.process.poll() is None:
                assert server.stop() == 0


@pytest.fixture
def world(tmp_path: Path, new_station: Callable[..., Station]) -> Iterator[World]:
    found = World(tmp_path, new_station)
    yield found
    found.close()


@pytest.fixture
def world_in_postgres(tmp_path: Path, new_station: Callable[..., Station], cluster: Cluster) -> Iterator[World]:
    found = World(tmp_path, new_station, cluster)
    yield found
    found.close()


@pytest.fixture
def joined(world: World) -> World:
    world.join()
    return world


def held(station: Station) -> set[str]:
    return {bytes(row[0]).hex() for row in station.db.execute("SELECT act_id FROM act")}
