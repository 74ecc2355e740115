"""The whole window on a real data folder: bootstrap, lanes, sign-in; tests give the clock and the cheap passwords."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication

from desktop.bootstrap import Bootstrap
from desktop.models.store.keys import FAST
from desktop.services.station import OfficeSetup, Surroundings, create_station
from desktop.views.dress import style_sheet
from tests.desktop.views.page_room import NOW, OFFICE

SIGN_IN, NAME, PASSWORD = "wangfang", "王芳", "a long enough word"


def world() -> Surroundings:
    """A clock that stands still and real randomness."""
    return Surroundings(clock=lambda: NOW, entropy=os.urandom, password_cost=FAST)


def made_station(folder: Path, office: OfficeSetup = OFFICE) -> None:
    """A station with one clerk, closed again."""
    create_station(folder, office, sign_in=SIGN_IN, name=NAME, password=PASSWORD, surroundings=world()).close()


class Hall:
    """A folder and the windows opened on it."""

    def __init__(self, folder: Path, qtbot, office: OfficeSetup = OFFICE) -> None:
        self.folder, self.qtbot = folder, qtbot
        self.joined: list[Bootstrap] = []
        made_station(folder, office)

    def open(self) -> Bootstrap:
        """A window at its sign-in page."""
        made = Bootstrap(self.folder, world())
        self.joined.append(made)
        made.window.setStyleSheet(style_sheet())
        self.qtbot.addWidget(made.window)
        made.window.show()
        made.window.activateWindow()
        self.qtbot.waitUntil(made.window.isActiveWindow)
        made.window.sign_in.focus_first()
        return made

    def signed_in(self) -> Bootstrap:
        """A window with the clerk at work."""
        made = self.open()
        with self.qtbot.waitSignal(made.window.signed_in):
            made.window.open_station(SIGN_IN, PASSWORD)
        self.settle(made)
        return made

    def settle(self, joined: Bootstrap) -> None:
        """Until the lanes have answered everything."""
        lanes = (joined.parts.store_lane, joined.parts.net_lane, joined.parts.device_lane)
        for _ in range(3):
            QApplication.processEvents()
            self.until(lambda: not any(lane.waiting for lane in lanes))

    def until(self, reached: Callable[[], bool]) -> None:
        """Let events happen until something is so."""
        while not reached():
            QApplication.processEvents()

    def close(self, joined: Bootstrap) -> None:
        """Close a window as the clerk does."""
        joined.window.close()
        joined.close()


@pytest.fixture
def hall(qtbot, tmp_path):
    made = Hall(tmp_path / "station", qtbot)
    yield made
    for joined in made.joined:
        made.close(joined)
