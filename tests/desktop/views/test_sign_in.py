"""Sign-in and lock: what is wrong is said beside the field; what is behind the lock stays as it was."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from PySide6.QtCore import Qt

from desktop.bootstrap import Bootstrap
from desktop.services.restricted import as_restricted
from desktop.services.station import open_station
from tests.desktop.views.keyboard import CTRL, ENTER, cursor, fill, press, write
from tests.desktop.views.page_room import OFFICE
from tests.desktop.views.window_room import PASSWORD, SIGN_IN, Hall, hall, world

__all__ = ["hall"]


def said(joined: Bootstrap, hall: Hall) -> str:
    hall.settle(joined)
    page = joined.window.sign_in
    assert page.password_note.isVisible()
    return page.password_note.words("error")


def test_name_enter_password_enter_opens_the_intake_page_with_the_cursor_on_the_name(hall):
    joined = hall.open()
    with hall.qtbot.waitSignal(joined.window.signed_in):
        fill(SIGN_IN, PASSWORD)
    hall.settle(joined)
    assert joined.window.shell.current == "intake"
    assert cursor().objectName() == "name"
    assert "王芳" in joined.window.shell.status.clerk.text()


def test_a_wrong_password_is_said_beside_it_and_can_be_typed_again(hall):
    joined = hall.open()
    fill(SIGN_IN, "not the password")
    assert "密码" in said(joined, hall)
    assert joined.window.sign_in.password.text() == ""
    assert cursor() is joined.window.sign_in.password
    with hall.qtbot.waitSignal(joined.window.signed_in):
        fill(PASSWORD)


def test_an_empty_name_or_password_is_said_without_opening_anything(hall):
    joined = hall.open()
    joined.window.sign_in.submit()
    assert joined.window.sign_in.name_note.words("error")
    write(SIGN_IN)
    joined.window.sign_in.submit()
    assert joined.window.sign_in.password_note.words("error")


def test_a_folder_open_in_another_window_is_said(hall):
    other = open_station(hall.folder, sign_in=SIGN_IN, password=PASSWORD, surroundings=world())
    try:
        joined = hall.open()
        fill(SIGN_IN, PASSWORD)
        assert "打开" in said(joined, hall)
        assert joined.window.sign_in.password.text() == PASSWORD
    finally:
        other.close()


def test_a_file_of_a_newer_version_is_said(hall):
    keys = hall.folder / "keys.json"
    keys.write_text(json.dumps(json.loads(keys.read_text()) | {"version": 99}))
    joined = hall.open()
    fill(SIGN_IN, PASSWORD)
    assert "新" in said(joined, hall)


def test_a_folder_without_a_station_is_said(hall):
    hall.folder = hall.folder / "empty"
    joined = hall.open()
    fill(SIGN_IN, PASSWORD)
    assert said(joined, hall)


def test_the_lock_hides_the_work_and_gives_it_back_as_it_was(hall):
    joined = hall.signed_in()
    window = joined.window
    write("张建国")
    press(Qt.Key.Key_L, CTRL)
    assert window.stack.currentWidget() is window.lock
    assert cursor() is window.lock.password
    fill("not the password")
    hall.settle(joined)
    assert window.lock.note.words("error")
    assert window.stack.currentWidget() is window.lock
    write(PASSWORD)
    press(ENTER)
    hall.settle(joined)
    assert window.stack.currentWidget() is window.shell
    assert window.shell.page("intake").form.people.cards[0].text("name") == "张建国"


def test_another_clerk_may_sign_in_and_the_half_typed_visit_waits_for_the_one_who_left(hall):
    joined = hall.signed_in()
    write("张建国")
    press(Qt.Key.Key_L, CTRL)
    joined.window.lock.switch_wanted.emit()
    hall.settle(joined)
    assert joined.window.stack.currentWidget() is joined.window.sign_in
    assert joined.window.sign_in.password.text() == ""
    with hall.qtbot.waitSignal(joined.window.signed_in):
        fill(SIGN_IN, PASSWORD)
    hall.settle(joined)
    assert len(joined.window.shell.page("intake").form.recovery.draft_ids) == 1


@pytest.mark.parametrize("name", ["ｗａｎｇｆａｎｇ", "WangFang"])
def test_full_width_and_capitals_make_no_difference_to_the_sign_in_name(hall, name):
    joined = hall.open()
    with hall.qtbot.waitSignal(joined.window.signed_in):
        fill(name, PASSWORD)


def test_the_restricted_desk_says_so_at_sign_in_and_in_the_title(qtbot, tmp_path):
    desk = Hall(tmp_path / "secret", qtbot, replace(as_restricted(OFFICE), window="9"))
    joined = desk.open()
    assert "检举控告专用" in joined.window.sign_in.place.text()
    with qtbot.waitSignal(joined.window.signed_in):
        joined.window.open_station(SIGN_IN, PASSWORD)
    desk.settle(joined)
    assert joined.window.windowTitle().endswith("（检举控告专用）")
    desk.close(joined)


def test_an_ordinary_desk_has_nothing_of_that_in_its_title(hall):
    joined = hall.signed_in()
    assert "检举控告" not in joined.window.windowTitle() + joined.window.sign_in.place.text()
