"""RecordTable and Timeline under Qt's own model tester."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from PySide6.QtCore import QModelIndex, Qt

from desktop.models.items.records import Column, RecordTable, Role, Section
from desktop.models.items.timeline import Timeline
from desktop.models.store.rows import TimelineRow


@dataclass(frozen=True)
class Errand:
    ref: str
    who: str
    days: int


COLUMNS = (
    Column[Errand]("姓名", lambda row: row.who, tip=lambda row: f"姓名：{row.who}"),
    Column[Errand](
        "天数", lambda row: str(row.days), align="right", sort=lambda row: row.days,
        tone=lambda row: "late" if row.days < 0 else "",
    ),
)  # fmt: skip
ROWS = (Errand("a", "赵一", 10), Errand("b", "钱\n二", -2), Errand("c", "孙三", 9))


def by_sign(row: Errand) -> Section:
    return Section((0,), "已超期") if row.days < 0 else Section((1,), "以后")


@pytest.fixture
def flat(qtmodeltester):
    table = RecordTable(COLUMNS, lambda row: row.ref)
    qtmodeltester.check(table)
    return table


def shown(table, column=0):
    return [table.index(line, column).data() for line in range(table.rowCount())]


def test_qt_finds_no_fault_with_flat_rows(flat, qtmodeltester):
    flat.set_rows(ROWS)
    qtmodeltester.check(flat)
    assert flat.rowCount() == 3
    assert flat.columnCount() == 2


def test_qt_finds_no_fault_with_sections(qtmodeltester):
    table = RecordTable(COLUMNS, lambda row: row.ref, section=by_sign)
    table.set_rows(ROWS)
    qtmodeltester.check(table)
    table.sort(1)
    qtmodeltester.check(table)


def test_a_line_break_in_a_value_does_not_break_the_line(flat):
    flat.set_rows(ROWS)
    assert shown(flat)[1] == "钱 二"


def test_numbers_sort_as_numbers(flat):
    flat.set_rows(ROWS)
    flat.sort(1)
    assert shown(flat, 1) == ["-2", "9", "10"]
    flat.sort(1, Qt.SortOrder.DescendingOrder)
    assert shown(flat, 1) == ["10", "9", "-2"]
    flat.sort(-1)
    assert shown(flat, 1) == ["10", "-2", "9"]


def test_the_selected_row_stays_the_same_row_after_sorting(flat):
    from PySide6.QtCore import QPersistentModelIndex

    flat.set_rows(ROWS)
    held = QPersistentModelIndex(flat.index(0, 0))
    flat.sort(1)
    assert held.row() == 2
    assert held.data(Role.ID) == "a"


def test_a_cell_gives_its_id_sort_value_alignment_tooltip_and_tone(flat):
    flat.set_rows(ROWS)
    cell = flat.index(1, 1)
    assert cell.data(Role.ID) == "b"
    assert cell.data(Role.SORT) == -2
    assert cell.data(Role.TONE) == "late"
    assert cell.data(Qt.ItemDataRole.TextAlignmentRole) & Qt.AlignmentFlag.AlignRight
    assert flat.index(0, 0).data(Qt.ItemDataRole.ToolTipRole) == "姓名：赵一"
    assert flat.index(0, 1).data(Role.TONE) == ""


def test_sections_stand_in_their_own_order_and_count_their_rows():
    table = RecordTable(COLUMNS, lambda row: row.ref, section=by_sign)
    table.set_rows(ROWS)
    table.sort(1, Qt.SortOrder.DescendingOrder)
    assert shown(table) == ["已超期（1）", "钱 二", "以后（2）", "赵一", "孙三"]
    assert table.section_lines() == (0, 2)
    assert table.first_row() == 1
    assert not table.flags(table.index(0, 0)) & Qt.ItemFlag.ItemIsSelectable
    assert table.line_of("c") == 4
    assert table.row_at(0) is None


def test_nothing_is_asked_of_an_index_that_is_nowhere(flat):
    assert flat.data(QModelIndex()) is None
    assert flat.row_at(99) is None
    assert flat.line_of("x") == -1
    assert flat.headerData(99, Qt.Orientation.Horizontal) is None


def test_equal_rows_do_not_reset_the_table(flat, qtbot):
    flat.set_rows(ROWS)
    with qtbot.assertNotEmitted(flat.modelReset):
        flat.set_rows(list(ROWS))
    with qtbot.waitSignal(flat.modelReset):
        flat.set_rows(ROWS[:1])


def act(ref, at):
    return TimelineRow(ref, at, "ok", "登记来访", "王芳", "某镇", "1号窗口", "", "", False)


def test_a_timeline_puts_each_act_under_its_day_and_never_moves_an_act_by_its_clock(qtmodeltester):
    timeline = Timeline((Column("时间", lambda row: row.at[11:16]),), lambda day: day or "时间不明")
    timeline.set_rows([act("1", "2026-11-23 09:00"), act("2", "2026-11-24 08:00"), act("3", "2026-11-23 10:00")])
    qtmodeltester.check(timeline)
    assert shown(timeline) == ["2026-11-23（1）", "09:00", "2026-11-24（1）", "08:00", "2026-11-23（1）", "10:00"]
    timeline.set_rows([])
    assert timeline.rowCount() == 0
