"""RecordView: keys, widths and the cursor of the one table of the window."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt

from desktop.models.items.records import Column, RecordTable, Section
from desktop.views.tables import RecordView

ROWS = (("a", "乙", "3"), ("b", "甲", "1"), ("c", "丙", "2"))
COLUMNS: tuple[Column[tuple[str, str, str]], ...] = (
    Column("姓名", lambda row: row[1], width=5, stretch=True),
    Column("次数", lambda row: row[2], width=4, spare=2),
    Column("窗口", lambda row: row[0], width=4, spare=1),
)


@pytest.fixture
def view(qtbot):
    made = RecordView(RecordTable(COLUMNS, lambda row: row[0]), "没有记录。")
    qtbot.addWidget(made)
    made.resize(900, 300)
    made.show()
    return made


def room_for(view, characters):
    character = view.fontMetrics().horizontalAdvance("国")
    edges = view.width() - view.viewport().width()
    view.resize(characters * character + edges, 300)
    return [view.isColumnHidden(number) for number in range(3)]


def test_where_the_room_ends_spare_columns_are_left_out_lowest_first_and_come_back(view):
    assert room_for(view, 40) == [False, False, False]
    assert room_for(view, 13) == [False, False, True]
    assert room_for(view, 8) == [False, True, True]
    assert room_for(view, 40) == [False, False, False]


def test_the_stretching_column_takes_what_is_left(view):
    room_for(view, 40)
    assert sum(view.columnWidth(number) for number in range(3)) == view.viewport().width()


def test_an_empty_table_says_its_sentence_until_there_is_a_row(view):
    assert view._empty.isVisible()
    view.model().set_rows(ROWS)
    assert not view._empty.isVisible()


def test_the_cursor_stays_on_its_row_when_rows_come_before_it(view):
    view.model().set_rows(ROWS[1:])
    view.choose_id("c")
    view.model().set_rows(ROWS)
    assert view.current_id() == "c"
    view.model().set_rows(ROWS[:1])
    assert view.current_id() == "a"


def test_ctrl_digit_sorts_by_that_column_and_again_the_other_way(view, qtbot):
    view.model().set_rows(ROWS)
    qtbot.keyClick(view, Qt.Key.Key_2, Qt.KeyboardModifier.ControlModifier)
    assert [row[0] for row in view.model().rows()] == ["b", "c", "a"]
    qtbot.keyClick(view, Qt.Key.Key_2, Qt.KeyboardModifier.ControlModifier)
    assert [row[0] for row in view.model().rows()] == ["a", "c", "b"]


def test_arrows_pass_over_section_lines(qtbot):
    table = RecordTable(COLUMNS, lambda row: row[0], section=lambda row: Section((row[0],), row[0]))
    table.set_rows(ROWS)
    view = RecordView(table, "")
    qtbot.addWidget(view)
    view.show()
    assert view.current_id() == "a"
    qtbot.keyClick(view, Qt.Key.Key_Down)
    assert view.current_id() == "b"
    qtbot.keyClick(view, Qt.Key.Key_Up)
    assert view.current_id() == "a"
    with qtbot.waitSignal(view.left_upwards):
        qtbot.keyClick(view, Qt.Key.Key_Up)


def test_enter_on_an_empty_table_chooses_nothing(view, qtbot):
    with qtbot.assertNotEmitted(view.chosen):
        qtbot.keyClick(view, Qt.Key.Key_Return)
