"""Stations for the tests of services."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.desktop.services.halls import HALL, ORGAN, Hall, make_hall
from tests.sync.harness import County


@pytest.fixture
def hall(tmp_path: Path) -> Iterator[Hall]:
    """A county petition office 信访局 at window 2, Monday 23 November 2026, 09:12."""
    made = make_hall(tmp_path / "hall", HALL, seed=7)
    yield made
    made.station.close()


@pytest.fixture
def organ(tmp_path: Path) -> Iterator[Hall]:
    """A competent organ 住建局 at window 1, the same morning."""
    made = make_hall(tmp_path / "organ", ORGAN, seed=8)
    yield made
    made.station.close()


@pytest.fixture
def county(tmp_path: Path) -> Iterator[County]:
    """A real county process on loopback, which must end well."""
    found = County(tmp_path / "county").start()
    yield found
    assert found.stop() == 0


@pytest.fixture
def server(tmp_path: Path) -> Iterator[County]:
    """The same, where the test itself may end it."""
    found = County(tmp_path / "county").start()
    yield found
    if found.process is not None and found.process.poll() is None:
        assert found.stop() == 0


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
