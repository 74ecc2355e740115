"""期限看板: groups by nominal day, words beside the ink, calendar missing never guessed."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from PySide6.QtCore import Qt

from desktop.models.store.rows import MatterRow
from desktop.views import deadline_board as board
from desktop.views.deadline_board import DeadlineBoard
from tests.desktop.views.page_room import column, room, shown

__all__ = ["room", "shown"]

TODAY = date(2026, 11, 23)
ROW = MatterRow(
    matter_id="m",
    visit_id="v",
    number="370205001-1-20261108-001/1",
    summary="供暖",
    main_name="李建国",
    matter_class="claim",
    route="31-6",
    stage="registered",
    office="某办",
    owner="某办",
    next_step="decide_and_notify",
    due_nominal="2026-11-23",
    due_rolled="2026-11-23",
    due_clock="T2",
    calendar_missing="",
    received_on="2026-11-08",
    repeat="",
    reported=False,
    conflicts=0,
)


@pytest.mark.parametrize(
    ("nominal", "rolled", "section", "words"),
    [
        ("2026-11-20", "2026-11-20", board.LATE, "已超期 3 天"),
        ("2026-11-22", "2026-11-23", board.LATE, "名义超期 1 天"),
        ("2026-11-23", "2026-11-23", board.TODAY, "今日到期"),
        ("2026-11-26", "2026-11-26", board.NEAR, "还有 3 天"),
        ("2026-11-27", "2026-11-27", board.WEEK, "还有 4 天"),
        ("2026-11-30", "2026-11-30", board.WEEK, "还有 7 天"),
        ("2026-12-01", "2026-12-01", board.LATER, "还有 8 天"),
        ("2026-11-20", "", board.MISSING, "待核"),
        ("", "", board.MISSING, "待核"),
    ],
)
def test_a_matter_stands_in_its_group_and_says_how_near_it_is(nominal, rolled, section, words):
    row = replace(ROW, due_nominal=nominal, due_rolled=rolled)
    assert board.section_for(row, TODAY) is section
    assert board.state_words(row, TODAY) == words


def test_an_empty_board_says_so(shown):
    page = shown(DeadlineBoard)
    assert page.view._empty.isVisible()
    assert page.buttons[None].text() == "全部 0"


def test_the_board_groups_what_is_late_first(room, shown):
    room.visit("迟", days_ago=20)
    room.visit("今", days_ago=15)
    room.visit("近", days_ago=13)
    room.visit("远")
    page = shown(DeadlineBoard)
    assert column(page.view, 0) == [
        "已超期（1）", "已超期 5 天", "今日到期（1）", "今日到期", "3 日内（1）", "还有 2 天",
        "7 日以后（1）", "还有 15 天",
    ]  # fmt: skip
    assert page.buttons[board.LATE].text() == "已超期 1"


def test_an_accepted_matter_whose_last_day_lies_in_a_year_without_table_is_found_under_calendar_missing(room, shown):
    matter_id = room.accept(room.visit())
    page = shown(DeadlineBoard)
    page.show_only(board.MISSING)
    assert [row.matter_id for row in page.table.rows()] == [matter_id]


def test_alt_digit_shows_one_group_and_enter_opens_the_matter(room, shown, qtbot):
    late = room.visit(days_ago=20)
    room.visit()
    page = shown(DeadlineBoard)
    page.activateWindow()
    page.view.setFocus()
    qtbot.keyClick(page.view, Qt.Key.Key_2, Qt.KeyboardModifier.AltModifier)
    assert len(page.table.rows()) == 1
    with qtbot.waitSignal(page.matter_chosen) as chosen:
        qtbot.keyClick(page.view, Qt.Key.Key_Return)
    assert chosen.args == [late.matter_ids[0]]


def test_sorting_by_name_stays_inside_the_groups(room, shown, qtbot):
    room.visit("乙", days_ago=20)
    room.visit("甲", days_ago=19)
    room.visit("丙")
    page = shown(DeadlineBoard)
    qtbot.keyClick(page.view, Qt.Key.Key_6, Qt.KeyboardModifier.ControlModifier)
    assert [row.main_name for row in page.table.rows()] == ["乙", "甲", "丙"]


def test_the_board_turns_with_the_day(room, shown):
    room.visit(days_ago=15)
    page = shown(DeadlineBoard)
    assert column(page.view, 0)[1] == "今日到期"
    room.now += 24 * 60 * 60_000
    page.refresh()
    room.settle()
    assert column(page.view, 0)[1] == "已超期 1 天"
