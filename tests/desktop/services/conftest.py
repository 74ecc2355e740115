"""Stations for the tests of services."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.desktop.services.halls import HALL, ORGAN, Hall, make_hall


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
