"""The intake page keeps what was typed, and knows who came before."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication

from desktop.services import drafts, lookup
from desktop.views.intake import IntakePage
from tests.desktop.views.intake_room import STORY, claim, finish, page, person, recorded, room, shown, think
from tests.desktop.views.keyboard import ALT, CTRL, ENTER, cursor, press, write

__all__ = ["page", "room", "shown"]


def test_a_known_person_is_listed_after_a_pause_and_taken_by_key(page, room):
    room.visit("李建国")
    write("李建国")
    think(page, room)
    assert page.side.known.count() == 1
    press(Qt.Key.Key_F4)
    assert cursor() is page.side.known
    press(ENTER)
    think(page, room)
    card = page.form.people.cards[0]
    assert card.petitioner_id
    assert card.grid.editor("name").isReadOnly()
    assert card.text("address") == "石桥街道柳林村12号"
    assert cursor().objectName() == "request"
    write("反映小区供暖温度不达标，请求检修")
    think(page, room)
    assert "重访" in page.side.repeat_kind.text()
    assert page.side.repeat_reason.text()
    press(Qt.Key.Key_2, ALT)
    finish(page, room)
    visit = recorded(page, room)
    assert visit.people[0][1].visit_count == 2
    assert visit.matters[0].repeat == "repeat"


def test_a_known_persons_name_is_not_overwritten_by_a_slip_but_can_be_corrected_on_purpose(page, room):
    room.visit("李建国")
    write("李建国")
    think(page, room)
    press(Qt.Key.Key_F4)
    press(ENTER)
    card = page.form.people.cards[0]
    page.form.go("section_people")
    write("误")
    assert card.text("name") == "李建国"
    card._edit.setFocus()
    press(ENTER)
    assert cursor() is card.grid.editor("name")
    press(Qt.Key.Key_End)
    write("军")
    assert card.text("name") == "李建国军"


def test_what_is_typed_is_on_the_disk_within_a_second(page, room):
    write("张建国")
    room.until(lambda: "草稿已存" in page.kept.text())
    [line] = room.call(drafts.open_drafts, room.station)
    assert line.first_words == "张建国"


def test_a_draft_survives_the_window_and_is_offered_not_put_back_silently(page, room, shown, qtbot):
    person()
    claim(page)
    room.until(lambda: "草稿已存" in page.kept.text())
    room.until(lambda: not page.keeper._pause.isActive())
    room.settle()
    page.keeper.blockSignals(True)
    page.hideEvent = lambda event: None  # a crash: nothing is saved on the way out
    page.deleteLater()
    again = shown(IntakePage)
    assert again.form.empty
    assert again.form.recovery.isVisible()
    [draft_id] = again.form.recovery.draft_ids
    again.activateWindow()
    qtbot.waitUntil(again.isActiveWindow)
    again.form.recovery.button(draft_id, "resume").setFocus()
    press(ENTER)
    room.settle()
    assert again.form.people.cards[0].text("name") == "张建国"
    assert again.form.matters.cards[0].value().triage.court == "no"
    assert not again.form.recovery.isVisible()
    finish(again, room)
    assert recorded(again, room).matters[0].summary == STORY[0]
    assert room.call(drafts.open_drafts, room.station) == []


def test_f2_parks_a_half_typed_visit_and_it_can_be_looked_at_resumed_or_given_up(page, room):
    write("张建国")
    page.new_visit()
    room.settle()
    assert page.form.empty
    [draft_id] = page.form.recovery.draft_ids
    page.form.recovery.button(draft_id, "look").click()
    room.settle()
    assert any("张建国" in label.text() for label in page.form.recovery.findChildren(type(page.kept), "words"))
    page.form.recovery.button(draft_id, "discard").click()
    room.settle()
    assert page.form.recovery.draft_ids == []


def test_a_draft_that_cannot_be_read_does_not_stop_the_clerk(page, room):
    write("张建国")
    page.new_visit()
    room.settle()
    [draft_id] = page.form.recovery.draft_ids
    room.call(lambda: room.station.store.db.execute("UPDATE draft SET fields = '{broken'"))
    page.resume(draft_id)
    room.settle()
    assert room.said("warning")
    assert page.typing
    write("王德顺")
    assert page.form.people.cards[0].text("name") == "王德顺"


@pytest.mark.parametrize(
    "stored",
    [
        {},
        {"people": "x", "matters": 7},
        {"people": [1, {"name": None}], "headcount": "x", "materials": [{"copies": "x"}]},
    ],
)
def test_every_partial_draft_can_be_put_back(page, stored):
    page.form.begin("0" * 32, stored)
    assert page.form.command().visit_id == "0" * 32


def test_sending_twice_registers_once(page, room):
    person()
    claim(page)
    press(ENTER, CTRL)
    QApplication.sendEvent(page, QKeyEvent(QKeyEvent.Type.KeyPress, ENTER, CTRL))
    page.finish()
    room.settle()
    assert len(room.call(lookup.today, room.station)) == 1
