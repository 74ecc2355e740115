"""The page of the wording: edit beside verdict and sample, save a version; who is no administrator only looks."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt

from desktop.services import clerks, drafts, wording
from desktop.services.station import open_station
from desktop.views.wording_page import WordingPage
from tests.desktop.views.page_room import column, room, shown

__all__ = ["room", "shown"]


@pytest.fixture
def page(room, shown):
    made = shown(WordingPage)
    made.activateWindow()
    room.settle()
    return made


def choose(room, page, form):
    page.list.choose_id(form)
    room.settle()


def judged(room, page):
    """Until the pause after typing is over and the answer is drawn."""
    room.until(lambda: not page._pause.isActive())
    room.settle()


def wrong(page):
    return [page.wrong.item(n).text() for n in range(page.wrong.count())]


def test_every_form_is_listed_and_the_first_is_open_with_its_sample(room, page):
    assert [row.form for row in page.table.rows()] == [row.form for row in room.call(wording.forms, room.station)]
    assert page.editor.toPlainText().startswith("＃ ")
    assert page.view.page_count >= 1
    assert not page.save_button.isEnabled()


def test_a_good_edit_is_drawn_and_saved_as_a_version_by_the_keyboard_alone(room, page, qtbot):
    choose(room, page, "F04")
    drawn = page.view._pdf
    page.list.setFocus()
    qtbot.keyClick(page.list, Qt.Key.Key_Return)
    assert page.editor.hasFocus()
    page.editor.moveCursor(page.editor.textCursor().MoveOperation.End)
    page.editor.setPlainText(page.editor.toPlainText().replace("特此告知。", "特此告知，请保存。"))
    assert not page.save_button.isEnabled(), "not judged yet"
    judged(room, page)
    assert wrong(page) == []
    assert page.view._pdf != drawn
    qtbot.keyClick(page.editor, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    room.settle()
    assert room.said("done") == ["已采用为第 1 版，现在起使用；以前出具的文书不变。"]
    assert page.table.row_at(page.table.line_of("F04")).version == "370205001@1"
    assert "请保存" in page.editor.toPlainText()
    assert not page.save_button.isEnabled()


def test_a_pause_in_typing_that_ends_while_a_version_is_saved_leaves_no_draft_of_it(room, page, qtbot):
    choose(room, page, "F04")
    page.editor.setPlainText(page.editor.toPlainText().replace("特此告知。", "特此告知，请保存。"))
    judged(room, page)
    qtbot.keyClick(page.editor, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    page.keeper.save_now()  # as its timer does
    room.settle()
    assert page.kept.isHidden()
    assert not page.save_button.isEnabled()
    assert room.call(drafts.wording_draft, room.station, "F04") is None


def test_what_is_wrong_stands_beside_in_chinese_and_is_not_saved(room, page, qtbot):
    choose(room, page, "F04")
    drawn = page.view._pdf
    page.editor.setPlainText(page.editor.toPlainText().replace("《信访工作条例》", "《信访条例》", 1))
    judged(room, page)
    assert any("《信访条例》已废止" in each for each in wrong(page))
    assert page.wrong.isVisible()
    assert page.view._pdf == drawn, "the last good sample stays"
    qtbot.keyClick(page.editor, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    room.settle()
    assert page.table.row_at(page.table.line_of("F04")).version == "2026.1"


def test_a_text_that_is_not_finished_waits_while_another_form_is_looked_at(room, page):
    choose(room, page, "F04")
    page.editor.setPlainText(page.editor.toPlainText() + "未完")
    choose(room, page, "F08")
    assert "未完" not in page.editor.toPlainText()
    choose(room, page, "F04")
    assert page.editor.toPlainText().endswith("未完")
    page.reset_button.click()
    judged(room, page)
    assert "未完" not in page.editor.toPlainText()
    assert not page.save_button.isEnabled(), "it is the wording in force"


def test_a_blank_is_put_in_from_the_list_at_the_cursor(room, page):
    choose(room, page, "F04")
    page.editor.setPlainText("")
    item = next(page.blanks.item(n) for n in range(page.blanks.count()) if "{届满日}" in page.blanks.item(n).text())
    page.blanks.itemActivated.emit(item)
    assert page.editor.toPlainText() == "{届满日}"
    assert page.editor.hasFocus()


def test_a_day_that_is_none_is_said_beside_and_nothing_is_lost(room, page):
    choose(room, page, "F04")
    page.editor.setPlainText(page.editor.toPlainText().replace("特此告知。", "特此告知。请保存。"))
    page.since.setText("明天")
    judged(room, page)
    page.save_button.click()
    room.settle()
    assert "起始日期不对" in page.verdict.text()
    assert "请保存" in page.editor.toPlainText()
    assert page.save_button.isEnabled()


def test_who_is_no_administrator_looks_and_cannot_edit(room, shown):
    word = "another long enough word"

    def as_another():
        clerks.add_clerk(room.station, sign_in="zhao", name="赵一", password=word)
        folder, world = room.station.folder.path, room.station.surroundings
        room.station.close()
        room.station = open_station(folder, sign_in="zhao", password=word, surroundings=world)

    room.call(as_another)
    page = shown(WordingPage)
    room.settle()
    assert page.editor.isReadOnly()
    assert not page.reset_button.isEnabled()
    assert "管理员" in page.verdict.text()
    page.blanks.itemActivated.emit(page.blanks.item(0))
    assert page.editor.toPlainText().startswith("＃ ")


def drafted(room):
    return [line for line in room.call(drafts.open_drafts, room.station) if line.form == drafts.WORDING_FORM]


def test_what_is_half_typed_is_kept_within_a_second_and_offered_again_by_another_window(room, page, shown):
    choose(room, page, "F04")
    page.editor.setPlainText(page.editor.toPlainText() + "未完")
    page.name.setText("新说法")
    page.since.setText("2027-01-01")
    assert page.keeper._latest.interval() < 1000
    room.until(lambda: bool(drafted(room)))
    (line,) = drafted(room)
    assert line.first_words == "文书用语：受理告知书"
    page.keep()
    room.settle()
    again = shown(WordingPage)
    room.settle()
    assert column(again.list, 1)[again.table.line_of("F04")] == "未改完"
    choose(room, again, "F04")
    assert again.editor.toPlainText().endswith("未完")
    assert (again.name.text(), again.since.text()) == ("新说法", "2027-01-01")
    assert again.kept.isVisible()
    assert "没有改完的文字已经放回" in again.kept.text()
    choose(room, again, "F08")
    assert again.kept.isHidden()
    assert "未完" not in again.editor.toPlainText()


def test_given_up_it_is_put_aside_and_the_wording_in_force_stands_again(room, page):
    choose(room, page, "F04")
    before = page.editor.toPlainText()
    assert not page.drop_button.isEnabled()
    page.editor.setPlainText(before + "未完")
    page.keep()
    room.settle()
    page.drop_button.click()
    room.settle()
    assert page.editor.toPlainText() == before
    assert drafted(room) == []
    assert column(page.list, 1)[page.table.line_of("F04")] == "2026.1"
    page.editor.setPlainText(before + "未完")
    page.keep()
    room.settle()
    assert len(drafted(room)) == 1, "typed again, it is kept again"


def test_put_in_force_it_is_no_draft_any_more(room, page):
    choose(room, page, "F04")
    page.editor.setPlainText(page.editor.toPlainText().replace("特此告知。", "特此告知，请保存。"))
    page.keep()
    judged(room, page)
    assert len(drafted(room)) == 1
    page.save_button.click()
    room.settle()
    assert room.said("done")
    assert drafted(room) == []
    assert page.kept.isHidden()
