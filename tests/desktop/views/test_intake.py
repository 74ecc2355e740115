"""The intake page by keyboard alone: what is typed is recorded; keys and focus stay where a clerk expects them."""

from __future__ import annotations

import json

import pytest
from PySide6.QtCore import Qt

from desktop.services import tables
from desktop.services.outcome import Topic
from desktop.services.restricted import point_to
from desktop.views.actions import TABLE
from desktop.views.dress import style_sheet, window_font
from domain.commands import ImportCodes
from tests.desktop.views.intake_room import GOOD_ID, STORY, claim, finish, page, person, recorded, room, shown, think
from tests.desktop.views.keyboard import ALT, CTRL, ENTER, SHIFT, compose, cursor, fill, press, write
from tests.domain.test_tables import newer

__all__ = ["page", "room", "shown"]


def test_a_whole_visit_is_typed_without_a_mouse_and_stands_in_the_record(page, room):
    person()
    claim(page)
    finish(page, room)
    visit = recorded(page, room)
    [(role, petitioner)] = visit.people
    assert (role, petitioner.name, petitioner.id_number) == ("main", "张建国", GOOD_ID)
    assert (petitioner.mobile, petitioner.sex, petitioner.birth) == ("13800138000", "female", "1962-03-15")
    assert petitioner.delivery_address == petitioner.address == "青禾县柳泉镇东河村三组12号"
    [matter] = visit.matters
    assert (matter.summary, matter.matter_class, matter.route, matter.repeat) == (STORY[0], "claim", "31-6", "first")
    assert visit.visit.number == page.done.number.text()
    assert not page.done.doubts.isVisible()
    assert cursor() is page.done.buttons[0]


@pytest.mark.parametrize("size", [(945, 580), (1215, 640)])
def test_no_part_of_the_form_is_wider_than_the_screen_of_the_design_size(page, room, size):
    """1366 × 768 at 125 % leaves about 945 × 580 beside the navigation."""
    page.setFont(window_font())
    page.setStyleSheet(style_sheet())
    page.resize(*size)
    press(Qt.Key.Key_P, ALT)
    press(Qt.Key.Key_G, ALT)
    press(Qt.Key.Key_N, ALT)
    write("土地承包合同" * 20)
    card = page.form.matters.cards[0]
    card.focus_first()
    press(Qt.Key.Key_G, ALT)
    for code in ("1", "2"):
        card.grid.editor("matter_class").setFocus()
        write(code)
        room.settle()
        assert page.form.widget().width() <= page.form.viewport().width()
        assert page.form.widget().minimumSizeHint().width() <= page.form.viewport().width()


def test_enter_and_tab_go_through_the_form_in_reading_order(page, room):
    names = []
    for _ in range(9):
        names.append(cursor().objectName())
        press(ENTER)
    assert names == ["name", "id_number", "sex", "mobile", "address", "request", "facts", "reasons", "summary"]
    page.form.go("section_people")
    tabbed = []
    for _ in range(7):
        tabbed.append(cursor().objectName())
        press(Qt.Key.Key_Tab)
    assert tabbed == ["name", "id_number", "sex", "mobile", "address", "same_delivery", "unclear"]


def test_enter_belongs_to_the_input_method_while_it_composes(page):
    compose("zhang")
    press(ENTER)
    assert cursor().objectName() == "name"
    write("张")
    press(ENTER)
    assert cursor().objectName() == "id_number"
    assert page.form.people.cards[0].text("name") == "张"
    page.form.go("section_matter")
    compose("zheng")
    press(ENTER)
    assert cursor().objectName() == "request"


def test_shift_enter_makes_a_line_and_the_usual_editing_keys_stay_what_they_are(page):
    page.form.go("section_matter")
    write("第一行")
    press(ENTER, SHIFT)
    write("第二行")
    request = page.form.matters.cards[0].grid.editor("request")
    assert request.text() == "第一行\n第二行"
    press(Qt.Key.Key_A, CTRL)
    press(Qt.Key.Key_X, CTRL)
    assert request.text() == ""
    press(Qt.Key.Key_V, CTRL)
    assert request.text() == "第一行\n第二行"
    press(Qt.Key.Key_Z, CTRL)
    assert request.text() == ""


def test_no_key_of_the_table_is_a_letter_or_digit_alone():
    for entry in TABLE:
        if entry.group != "text":
            assert "+" in entry.keys or entry.keys.startswith("F"), entry
    keys = [entry.keys for entry in TABLE]
    assert len(keys) == len(set(keys))


def test_f9_after_saving_asks_for_the_first_paper_of_the_visit(page, room, qtbot):
    page.print_current()
    assert room.said("info")
    person()
    claim(page)
    finish(page, room)
    visit = recorded(page, room)
    with qtbot.waitSignal(page.print_requested) as asked:
        page.print_current()
    assert asked.args == [visit.visit.visit_id, "F01"]


def test_materials_and_a_second_matter_are_recorded(page, room):
    person()
    claim(page)
    press(Qt.Key.Key_M, ALT)
    write("反映村卫生室经常关门")
    press(Qt.Key.Key_N, ALT)
    fill("土地承包合同", "2", "14")
    finish(page, room)
    visit = recorded(page, room)
    assert [matter.summary for matter in visit.matters] == [STORY[0], "反映村卫生室经常关门"]
    assert any("土地承包合同" in text and "14" in text for _, text in visit.fields)
    assert any("F03" in button.text() for button in page.done.buttons)


def test_the_matter_asks_only_what_its_class_needs(page):
    matter = page.form.matters.cards[0]
    assert not matter.triage.isVisible()
    page.form.go("section_matter")
    matter.grid.editor("matter_class").setFocus()
    press(Qt.Key.Key_2)
    assert matter.rest.editor("accused_organ").isVisible()
    assert not matter.triage.editor("court").isVisible()
    press(Qt.Key.Key_1)
    assert matter.triage.editor("court").isVisible()
    assert not matter.rest.editor("accused_organ").isVisible()


def test_an_accusation_is_pointed_to_the_restricted_desk_where_there_is_one(page, room):
    room.call(point_to, room.station, "二楼203室")
    matter = page.form.matters.cards[0]
    page.form.go("section_matter")
    matter.grid.editor("matter_class").setFocus()
    press(Qt.Key.Key_2)
    think(page, room)
    assert "二楼203室" in matter.grid.note("matter_class").words("warn")
    matter.grid.editor("matter_class").setFocus()
    press(Qt.Key.Key_1)
    think(page, room)
    assert matter.grid.note("matter_class").words("warn") == ""


def test_the_form_offers_the_codes_in_force_and_keeps_one_chosen_before_it_ended(page, room):
    room.settle()
    editor = page.form.matters.cards[0].rest.editor("content_code")
    editor.set_code("010300")
    table = newer(**{"from": "2020-01-01"})
    room.call(tables.import_codes, room.station, ImportCodes(json.dumps(table)))
    room.bus.changed.emit(frozenset({Topic.CALENDAR}))
    room.settle()
    assert (editor.code(), editor.currentText()) == ("010300", "　惠农补贴")
    offered = {editor.itemData(n) for n in range(editor.count())}
    assert "120900" in offered
    page.form.matters.add_matter(focus=False)
    later = page.form.matters.cards[1].rest.editor("content_code")
    assert later.findData("010300") < 0 < later.findData("120900")
