"""待核对: both values shown with their authors, settled by a person with a reason."""

from __future__ import annotations

from PySide6.QtCore import Qt

from desktop.services import lookup
from desktop.views.conflict_field import THIRD
from desktop.views.conflict_page import ConflictPage
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


def test_what_is_being_written_stays_when_the_page_reads_again(room, shown):
    room.clash(room.visit().matter_ids[0], "柳林村", "东麦窑村")
    page = shown(ConflictPage)
    page.reason.setText("正在核实")
    room.clash(room.visit().matter_ids[0], "甲村", "乙村")
    room.settle()
    assert page.table.rowCount() == 2
    assert page.reason.text() == "正在核实"
