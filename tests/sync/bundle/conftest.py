"""What tests of the stick stand on: a county store without a server, a desk without a line, a stick that fills up."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from sync.server.sticks import Sticks
from sync.server.store import CountyStore
from tests.sync.bundle.ends import Desk, new_county, sticks_of


@pytest.fixture
def county(tmp_path: Path) -> Iterator[CountyStore]:
    store = new_county(tmp_path / "county")
    yield store
    store.close()


@pytest.fixture
def sticks(tmp_path: Path, county: CountyStore) -> Iterator[Sticks]:
    found = sticks_of(county, tmp_path / "county")
    yield found
    found.close()


@pytest.fixture
def desk(tmp_path: Path, county: CountyStore) -> Iterator[Desk]:
    made = Desk(tmp_path / "one.db")
    made.enrol_at(county)
    yield made
    made.close()


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """An empty file system of 2 MB; only root can mount one."""
    path = tmp_path / "small"
    path.mkdir()
    if not hasattr(os, "geteuid") or os.geteuid() != 0:
        pytest.skip("a 2 MB disk can only be mounted by root")
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", str(path)], capture_output=True)
    if mounted.returncode:
        pytest.skip("this system lets nobody mount a 2 MB disk")
    yield path
    subprocess.run(["umount", "--lazy", str(path)], check=True)
