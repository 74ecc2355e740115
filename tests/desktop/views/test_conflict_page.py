"""待核对: both values shown with their authors, settled by a person with a reason."""

from __future__ import annotations

from PySide6.QtCore import Qt

from desktop.services import lookup, matters
from desktop.views.conflict_field import THIRD
from desktop.views.conflict_page import ConflictPage
from domain.commands import CorrectMatter
from tests.desktop.views.page_room import commit, room, shown

__all__ = ["room", "shown"]


def button(page, text):
    return next(each for each in page.blocks[0].group.buttons() if each.text() == text)


def test_without_conflicts_the_page_says_so(shown):
    page = shown(ConflictPage)
    assert page.view._empty.isVisible()
    assert not page.detail.isVisible()


def test_both_values_are_shown_with_who_and_when(room, shown):
    matter_id = room.visit().matter_ids[0]
    room.clash(matter_id, "柳林村", "东麦窑村")
    page = shown(ConflictPage)
    assert [each.text() for each in page.blocks[0].group.buttons()] == ["柳林村", "东麦窑村", "另填"]
    words = " ".join(label.text() for label in page.values.findChildren(type(page.case_title)))
    assert "王芳" in words
    assert "2026-11-23" in words


def test_a_choice_without_a_reason_is_refused_and_the_cursor_goes_to_the_reason(room, shown):
    matter_id = room.visit().matter_ids[0]
    room.clash(matter_id, "柳林村", "东麦窑村")
    page = shown(ConflictPage)
    page.activateWindow()
    page.settle()
    assert "选定" in page.trouble.text()
    button(page, "柳林村").setChecked(True)
    page.settle()
    room.settle()
    assert page.trouble.text()
    assert page.focusWidget() is page.reason
    assert room.call(lookup.conflicts, room.station)


def test_ctrl_enter_settles_and_the_list_empties(room, shown, qtbot):
    matter_id = room.visit().matter_ids[0]
    room.clash(matter_id, "柳林村", "东麦窑村")
    page = shown(ConflictPage)
    page.activateWindow()
    button(page, "东麦窑村").setChecked(True)
    page.reason.setText("经与本人电话核实")
    page.reason.setFocus()
    qtbot.keyClick(page.reason, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    room.settle()
    assert page.table.rowCount() == 0
    fields = dict(room.call(lookup.matter_page, room.station, matter_id).fields)
    assert fields["问题属地"] == "东麦窑村"


def test_a_third_value_may_be_written(room, shown):
    matter_id = room.visit().matter_ids[0]
    room.clash(matter_id, "柳林村", "东麦窑村")
    page = shown(ConflictPage)
    commit(page.blocks[0].third, "西麦窑村")
    assert page.blocks[0].group.checkedButton().property("act_id") == THIRD
    page.reason.setText("现场核实")
    page.settle()
    room.settle()
    fields = dict(room.call(lookup.matter_page, room.station, matter_id).fields)
    assert fields["问题属地"] == "西麦窑村"


def test_a_choice_made_stays_when_another_field_of_the_case_comes_into_conflict(room, shown):
    matter_id = room.visit().matter_ids[0]
    room.clash(matter_id, "柳林村", "东麦窑村")
    page = shown(ConflictPage)
    button(page, "柳林村").setChecked(True)
    page.reason.setText("正在核实")
    seen = tuple(row.act_id for row in room.call(lookup.matter_page, room.station, matter_id).timeline)
    for value in ("请求检修甲", "请求检修乙"):
        command = CorrectMatter(matter_id, {"request": value}, "来访人更正", seen)
        room.call(matters.correct_matter, room.station, command)
    room.settle()
    assert [block.row.field for block in page.blocks] == ["place", "request"]
    assert page.blocks[0].group.checkedButton().text() == "柳林村"
    assert page.reason.text() == "正在核实"
    page.settle()
    room.settle()
    assert [block.row.field for block in page.blocks] == ["request"]
    assert page.reason.text() == ""


def test_a_code_is_settled_by_another_code_from_the_list(room, shown):
    matter_id = room.visit().matter_ids[0]
    seen = tuple(row.act_id for row in room.call(lookup.matter_page, room.station, matter_id).timeline)
    for value in ("31-5", "31-4"):
        command = CorrectMatter(matter_id, {"route": value}, "核实", seen)
        room.call(matters.correct_matter, room.station, command)
    page = shown(ConflictPage)
    (block,) = page.blocks
    assert not block.third.isVisible()
    block.options.set_code("31-6")
    block.group.buttons()[-1].setChecked(True)
    page.reason.setText("属本机关职权")
    page.settle()
    room.settle()
    assert room.call(lookup.matter_page, room.station, matter_id).matter.route == "31-6"


def test_what_is_being_written_stays_when_the_page_reads_again(room, shown):
    room.clash(room.visit().matter_ids[0], "柳林村", "东麦窑村")
    page = shown(ConflictPage)
    page.reason.setText("正在核实")
    room.clash(room.visit().matter_ids[0], "甲村", "乙村")
    room.settle()
    assert page.table.rowCount() == 2
    assert page.reason.text() == "正在核实"
