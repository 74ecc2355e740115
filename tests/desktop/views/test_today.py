"""今日来访: one day's visits, counted and told where they are."""

from __future__ import annotations

from PySide6.QtCore import Qt

from desktop.services import papers
from desktop.views.today import TodayPage
from domain.commands import ConfirmPrint, IssuePaper
from tests.desktop.views.page_room import MINUTE, column, room, shown

__all__ = ["room", "shown"]


def test_a_day_without_visits_says_what_to_do(shown):
    page = shown(TodayPage)
    assert page.table.rowCount() == 0
    assert page.view._empty.isVisible()
    assert "F2" in page.view._empty.text()


def test_todays_visits_are_counted_in_batches_and_people(room, shown):
    room.visit("李建国")
    room.visit("张秀英", days_ago=1)
    room.visit("王德顺")
    page = shown(TodayPage)
    assert set(column(page.view, 2)) == {"李建国", "王德顺"}
    assert "2 批次" in page.counts.text()
    assert "2 人次" in page.counts.text()


def test_a_visit_kept_here_only_says_so_in_words(room, shown):
    room.visit()
    page = shown(TodayPage)
    assert column(page.view, 8) == ["已存本机"]


def test_a_visit_registered_meanwhile_appears_by_itself_and_the_cursor_stays(room, shown):
    room.visit("李建国")
    page = shown(TodayPage)
    held = page.view.current_id()
    room.visit("张秀英")
    room.settle()
    assert page.table.rowCount() == 2
    assert page.view.current_id() == held


def test_a_hidden_page_reads_again_when_it_is_seen(room, shown):
    page = shown(TodayPage)
    page.hide()
    room.visit()
    room.settle()
    assert page.table.rowCount() == 0
    page.show()
    room.settle()
    assert page.table.rowCount() == 1


def test_keys_turn_the_day_and_come_back(room, shown, qtbot):
    room.visit("昨日人", days_ago=1)
    page = shown(TodayPage)
    page.activateWindow()
    page.view.setFocus()
    qtbot.keyClick(page.view, Qt.Key.Key_PageUp, Qt.KeyboardModifier.ControlModifier)
    room.settle()
    assert page.shown_day() == "2026-11-22"
    assert column(page.view, 2) == ["昨日人"]
    qtbot.keyClick(page.view, Qt.Key.Key_Home, Qt.KeyboardModifier.ControlModifier)
    room.settle()
    assert page.shown_day() == "2026-11-23"


def test_a_page_left_open_over_midnight_goes_on_to_the_new_day(room, shown):
    page = shown(TodayPage)
    room.now += 16 * 60 * MINUTE
    page.refresh()
    room.settle()
    assert page.shown_day() == "2026-11-24"


def test_papers_nobody_confirmed_are_counted_until_somebody_does(room, shown, qtbot):
    page = shown(TodayPage)
    assert not page.unfinished.isVisible()
    visit_id = room.visit().visit_id
    paper = room.call(papers.issue_paper, room.station, IssuePaper(visit_id, "F02", "A5")).value
    room.settle()
    assert page.unfinished.isVisible()
    assert "1 份" in page.unfinished_words.text()
    room.call(papers.confirm_print, room.station, ConfirmPrint(paper.paper_id, visit_id, True))
    room.settle()
    assert not page.unfinished.isVisible()


def test_enter_opens_the_visit(room, shown, qtbot):
    registered = room.visit()
    page = shown(TodayPage)
    with qtbot.waitSignal(page.visit_chosen) as chosen:
        qtbot.keyClick(page.view, Qt.Key.Key_Return)
    assert chosen.args == [registered.visit_id]
