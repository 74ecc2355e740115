"""The intake page on a real station, and the moves every visit is made of."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt

from desktop.services import lookup
from desktop.views.intake import IntakePage
from tests.desktop.views.keyboard import ALT, CTRL, ENTER, fill, press
from tests.desktop.views.page_room import room, shown

__all__ = ["room", "shown"]

GOOD_ID = "37029919620315432X"
STORY = ("要求公布征地补偿款分配方案", "2024年3月集体耕地被征收47亩，补偿款至今没有公布", "村民有知情权")


@pytest.fixture
def page(room, shown, qtbot):
    made = shown(IntakePage)
    made.activateWindow()
    qtbot.waitUntil(made.isActiveWindow)
    made.focus_first()
    return made


def think(page: IntakePage, room) -> None:
    """The pause after which the panel knows."""
    room.until(lambda: not page.thinker.pausing)
    room.settle()


def person(name: str = "张建国", number: str = GOOD_ID, phone: str = "13800138000") -> None:
    fill(name, number, *([] if number else [""]), phone, "青禾县柳泉镇东河村三组12号")  # a number tells the sex


def claim(page: IntakePage) -> None:
    """From the request to the class, the four questions and the power."""
    fill(*STORY, "")
    press(Qt.Key.Key_1)
    press(ENTER)
    press(Qt.Key.Key_0, ALT)
    for _ in range(4):
        press(ENTER)
    press(Qt.Key.Key_1)


def finish(page: IntakePage, room) -> None:
    press(ENTER, CTRL)
    room.settle()


def recorded(page: IntakePage, room):
    """The visit as the store has it."""
    assert not page.typing, page.trouble.text()
    rows = room.call(lookup.today, room.station)
    return room.call(lookup.visit_page, room.station, rows[0].visit_id)
