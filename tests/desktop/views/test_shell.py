"""The shell: every page by its key, messages without boxes, the status in words, closing and opening again."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QApplication, QLabel

from desktop.models.store.rows import SyncState
from desktop.views.actions import NAVIGATION, TABLE
from desktop.views.message_bar import MessageBar
from desktop.views.shortcuts_sheet import ShortcutsSheet
from desktop.views.status_line import sync_words
from tests.desktop.views.keyboard import ALT, cursor, press, write
from tests.desktop.views.window_room import hall

__all__ = ["hall"]

KEYS = {f"F{number}": getattr(Qt.Key, f"Key_F{number}") for number in range(1, 13)}


def test_every_page_opens_by_its_key_from_inside_a_text_field_and_gets_the_cursor(hall):
    joined = hall.signed_in()
    shell = joined.window.shell
    for entry in reversed(NAVIGATION):
        press(KEYS[entry.keys])
        hall.settle(joined)
        assert shell.current == entry.name
        assert shell.navigation.buttons[entry.name].isChecked()
        assert shell.page(entry.name).isAncestorOf(cursor()) or shell.page(entry.name) is cursor()


def test_going_back_returns_to_the_page_before_and_the_half_typed_visit_is_still_there(hall):
    joined = hall.signed_in()
    shell = joined.window.shell
    write("张建国")
    press(Qt.Key.Key_F5)
    press(Qt.Key.Key_F6)
    hall.settle(joined)
    press(Qt.Key.Key_Left, ALT)
    assert shell.current == "today"
    press(Qt.Key.Key_F2)
    assert shell.page("intake").form.people.cards[0].text("name") == "张建国"


def test_the_sheet_of_keys_shows_every_action_of_the_table(hall):
    joined = hall.signed_in()
    seen: list[str] = []

    def look() -> None:
        sheet = QApplication.activeModalWidget()
        assert isinstance(sheet, ShortcutsSheet)
        seen.extend(label.text() for label in sheet.findChildren(QLabel))
        sheet.accept()

    QTimer.singleShot(0, look)
    press(Qt.Key.Key_F1)
    assert all(entry.text in seen and entry.shown_keys in seen for entry in TABLE)
    assert joined.window.shell.current == "intake"


def test_printing_without_a_case_says_what_to_do(hall):
    joined = hall.signed_in()
    press(Qt.Key.Key_F9)
    assert "打印" in joined.window.shell.messages.text


@pytest.mark.parametrize("level", ["info", "done", "warning", "error"])
def test_a_message_says_its_level_in_words_and_an_error_stays(qtbot, level):
    bar = MessageBar()
    qtbot.addWidget(bar)
    bar.say(level, "一句话")
    assert bar.text == "一句话"
    assert bar.level == level
    assert bar._level.text()
    assert bar._timer.isActive() == (level != "error")
    bar.put_away()
    assert bar.text == ""


@pytest.mark.parametrize(
    ("state", "word"),
    [
        (SyncState(False, "", 3, "", "", 3, False), "已存本机"),
        (SyncState(True, "u", 3, "", "", 3, False), "待上报 3"),
        (SyncState(True, "u", 3, "", "county_unreachable", 3, False), "联系不上"),
        (SyncState(True, "u", 0, "2026-11-23 09:12", "", 3, False), "已到县"),
        (SyncState(True, "u", 3, "", "county_refused", 3, False, "revoked"), "本机接入已撤销"),
        (SyncState(True, "u", 2, "", "", 3, False, aside=2), "2 项需处理"),
        (SyncState(True, "u", 0, "", "", 3, False, refused=1), "1 项需处理"),
        (SyncState(True, "u", 0, "", "", 3, False, put_by=1), "1 项已搁置"),
        (SyncState(True, "u", 3, "", "", 3, True), "待上报 3"),
    ],
)
def test_the_status_line_says_in_words_where_the_work_is(state, word):
    assert word in sync_words(state)[0]


def test_closing_and_opening_again_finds_the_half_typed_visit(hall):
    joined = hall.signed_in()
    write("张建国")
    hall.close(joined)
    hall.joined.remove(joined)
    again = hall.signed_in()
    recovery = again.window.shell.page("intake").form.recovery
    assert recovery.isVisible()
    assert "1" in recovery.title.text()
