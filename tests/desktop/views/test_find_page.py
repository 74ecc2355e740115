"""查找: one line over everything on this disk."""

from __future__ import annotations

from PySide6.QtCore import Qt

from desktop.views.find_page import FindPage
from tests.desktop.views.page_room import column, room, shown

__all__ = ["room", "shown"]


def test_what_was_just_saved_is_found_by_name(room, shown):
    room.visit("欧阳小雨")
    page = shown(FindPage)
    page.look_for("欧阳")
    room.settle()
    assert "信访人（1）" in column(page.view, 0)
    assert "欧阳小雨" in column(page.view, 0)


def test_results_follow_the_typing_without_enter(room, shown, qtbot):
    room.visit("欧阳小雨")
    page = shown(FindPage)
    qtbot.keyClicks(page.line, "19905321234")
    qtbot.waitUntil(lambda: page.table.rowCount() > 0)
    assert "199****1234" in "".join(filter(None, column(page.view, 1)))


def test_an_answer_overtaken_by_more_typing_is_not_shown(room, shown):
    room.visit("欧阳小雨")
    page = shown(FindPage)
    page.look_for("欧阳")
    page.line.setText("无此人")
    room.settle()
    assert page.table.rowCount() == 0


def test_down_goes_to_the_results_and_up_comes_back_and_enter_opens(room, shown, qtbot):
    registered = room.visit(summary="反映柳林村土地征收补偿")
    page = shown(FindPage)
    page.activateWindow()
    page.line.setFocus()
    page.look_for("土地征收")
    room.settle()
    qtbot.keyClick(page.line, Qt.Key.Key_Down)
    assert page.view.current_id().startswith("matter:")
    qtbot.keyClick(page.view, Qt.Key.Key_Up)
    assert page.focusWidget() is page.line
    with qtbot.waitSignal(page.matter_chosen) as chosen:
        qtbot.keyClick(page.line, Qt.Key.Key_Return)
    assert chosen.args == [registered.matter_ids[0]]


def test_enter_pressed_before_the_answer_opens_the_first_result_when_it_comes(room, shown, qtbot):
    registered = room.visit()
    page = shown(FindPage)
    page.line.setText(registered.number)
    with qtbot.waitSignal(page.visit_chosen) as chosen:
        qtbot.keyClick(page.line, Qt.Key.Key_Return)
    assert chosen.args == [registered.visit_id]


def test_nothing_found_says_so_and_escape_clears(room, shown, qtbot):
    page = shown(FindPage)
    page.look_for("无此人")
    room.settle()
    assert "无此人" in page.view._empty.text()
    qtbot.keyClick(page.line, Qt.Key.Key_Escape)
    assert page.line.text() == ""
