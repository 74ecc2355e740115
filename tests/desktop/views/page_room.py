"""A room to test pages in: a real station file on its own lane, a bus, and visits registered through the services."""

from __future__ import annotations

import itertools
import random
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest
from PySide6.QtGui import QInputMethodEvent
from PySide6.QtWidgets import QApplication

from desktop.models.store.keys import FAST
from desktop.models.store.rows import OfficeRow
from desktop.services import intake, lookup, matters
from desktop.services.intake import Registered
from desktop.services.station import OfficeSetup, SeriesSetup, Station, Surroundings, create_station
from desktop.workers.bus import Bus
from desktop.workers.lane import Lane
from domain.beijing import ZONE
from domain.commands import AcceptMatter, CorrectMatter, MatterInput, PetitionerInput, RegisterVisit

MINUTE = 60_000
DAY = 24 * 60 * MINUTE
NOW = int(datetime(2026, 11, 23, 9, 12, tzinfo=ZONE).timestamp() * 1000)
OFFICE = OfficeSetup(
    code="370205001",
    name="青禾县石桥街道信访办公室",
    kind="competent_organ",
    window="1",
    mark="石信办",
    phone="0530-88880000",
    address="石桥街道建设路1号",
    directory=(OfficeRow("370205", "青禾县信访局", "petition_office", "county", "", "", "", ""),),
    series=(SeriesSetup("受"), SeriesSetup("途"), SeriesSetup("转")),
)


class Room:
    """Everything a page stands on. ``now`` may be moved; the station asks it."""

    def __init__(
        self,
        folder: Path,
        office: OfficeSetup = OFFICE,
        *,
        seed: int = 23,
        sign_in: str = "wangfang",
        name: str = "王芳",
    ) -> None:
        self.now = NOW
        self.bus = Bus()
        self.lane = Lane("store", announce=self.bus.changed.emit)
        self.messages: list[tuple[str, str]] = []
        self.bus.message.connect(lambda level, text: self.messages.append((level, text)))
        self._names = itertools.count(1)
        chance = random.Random(seed)
        world = Surroundings(clock=lambda: self.now, entropy=chance.randbytes, password_cost=FAST)
        self.station: Station = self.call(
            lambda: create_station(
                folder, office, sign_in=sign_in, name=name, password="a long enough word", surroundings=world
            )
        )

    def ref(self) -> Station:
        return self.station

    def call(self, fn: Callable, *args):
        """Run on the store lane and wait for the answer."""
        found: list[tuple[object, BaseException | None]] = []
        self.lane.run(
            fn, *args, done=lambda value: found.append((value, None)), failed=lambda f: found.append((None, f))
        )
        self.until(lambda: bool(found))
        value, fault = found[0]
        if fault is not None:
            raise fault
        return value

    def until(self, reached: Callable[[], bool]) -> None:
        """Let events happen until something is so; pytest's own time limit ends a wait that never would."""
        while not reached():
            QApplication.processEvents()

    def settle(self) -> None:
        """Until the lane has answered everything and the screen has drawn it."""
        for _ in range(3):
            QApplication.processEvents()
            self.until(lambda: not self.lane.waiting)

    def visit(self, name: str = "李建国", *, days_ago: int = 0, birth: str = "", **matter) -> Registered:
        """Register a visit of one person with one claim."""
        at, self.now = self.now, self.now - days_ago * DAY + next(self._names) * MINUTE
        fields = {"summary": "反映小区供暖温度不达标", "request": "请求检修", "matter_class": "claim", "route": "31-6"}
        person = PetitionerInput(name=name, birth=birth, address="石桥街道柳林村12号", mobile="19905321234")
        people = (person,) if name else ()
        command = RegisterVisit(people=people, anonymous=not name, matters=(MatterInput(**{**fields, **matter}),))
        outcome = self.call(intake.register_visit, self.station, command)
        if days_ago:
            self.now = at
        return outcome.value

    def accept(self, registered: Registered) -> str:
        """Accept the visit's first matter; its id."""
        matter_id = registered.matter_ids[0]
        self.call(matters.take_step, self.station, AcceptMatter(matter_id, handling_unit="城建办公室"))
        return matter_id

    def clash(self, matter_id: str, first: str, second: str) -> None:
        """Two corrections made without knowledge of each other."""
        page = self.call(lookup.matter_page, self.station, matter_id)
        seen = tuple(row.act_id for row in page.timeline)
        for value in (first, second):
            self.call(
                matters.correct_matter, self.station, CorrectMatter(matter_id, {"place": value}, "来访人更正", seen)
            )

    def said(self, level: str) -> list[str]:
        """The sentences of one level."""
        return [text for each, text in self.messages if each == level]

    def close(self) -> None:
        self.settle()
        self.lane.run(self.station.close)
        assert self.lane.finish(10)


@pytest.fixture
def tray(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder a printer puts its sheets into."""
    folder = tmp_path / "tray"
    monkeypatch.setenv("XINFANG_PRINT_FOLDER", str(folder))
    return folder


@pytest.fixture
def room(qtbot, tmp_path):
    made = Room(tmp_path / "station")
    yield made
    made.close()


@pytest.fixture
def shown(qtbot, room):
    """Make a page, show it and wait until it has read."""

    def show(kind, *args, **kwargs):
        page = kind(room.lane, room.ref, room.bus, *args, **kwargs)
        qtbot.addWidget(page)
        page.resize(1180, 706)
        page.show()
        room.settle()
        return page

    return show


def commit(widget, text: str) -> None:
    """What an input method does when a word is chosen."""
    event = QInputMethodEvent()
    event.setCommitString(text)
    QApplication.sendEvent(widget, event)


def column(view, number: int) -> list[str]:
    """What stands in a column of a RecordView."""
    model = view.model()
    return [model.index(line, number).data() for line in range(model.rowCount())]
