"""批量打印 by keys: chosen, printed, stopped, answered for together; one that fails stops no other."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog

from desktop.devices import CupsPrinters, JobState
from desktop.services import lookup, papers, print_settings
from desktop.services.print_settings import PrintChoice
from desktop.views.batch_bar import BatchState
from desktop.views.batch_page import BatchPage
from desktop.views.preview_page import PreviewPage
from desktop.views.print_dialog import PrintState
from domain.commands import IssuePaper, VoidPaper
from tests.desktop.views.keyboard import ALT, CTRL, ENTER, SHIFT, cursor, press
from tests.desktop.views.page_room import DAY, column, room, shown, tray
from tests.desktop.views.window_room import hall
from tests.printing.cups import run, server

__all__ = ["hall", "room", "server", "shown", "tray"]

SPACE, ESC = Qt.Key.Key_Space, Qt.Key.Key_Escape


@pytest.fixture
def hungry(server, monkeypatch):
    """The real queue whose paper is ours to take away: its folder; it is the usual printer of this PC."""
    monkeypatch.delenv("XINFANG_PRINT_FOLDER", raising=False)
    monkeypatch.setenv("CUPS_SERVER", server)
    run(server, "/usr/sbin/lpadmin", "-d", "Hungry")
    root = Path(server).parent
    yield root
    for name in ("empty", "away"):
        (root / name).unlink(missing_ok=True)
    run(server, "/usr/sbin/cupsenable", "Hungry")
    run(server, "/usr/bin/cancel", "-a", "-x")


@pytest.fixture
def page(room, shown, qtbot):
    def made():
        found = shown(BatchPage)
        found.watch._timer.setInterval(20)
        found.activateWindow()
        qtbot.waitUntil(found.isActiveWindow)
        found.setFocus()
        return found

    return made


def issue(room, name="李建国", form="F04"):
    registered = room.visit(name)
    case = registered.visit_id if form == "F02" else room.accept(registered)
    return room.call(papers.issue_paper, room.station, IssuePaper(case, form)).value


def now(room, row):
    return next(each for each in papers_of(room, row.case_id) if each.paper_id == row.paper_id)


def papers_of(room, case_id):
    return room.call(papers.papers_of, room.station, case_id)


def reach(room, page, state: BatchState) -> None:
    room.until(lambda: page.state is state)
    room.settle()


def sheets(tray):
    return sorted(each.name for each in tray.iterdir()) if tray.exists() else []


def test_all_of_today_is_ticked_printed_by_one_key_and_answered_for_by_one_more(room, page, tray):
    rows = [issue(room, "李建国"), issue(room, "赵一", "F02")]
    shown = page()
    assert column(shown.view, 2) == [row.number for row in rows]
    assert column(shown.view, 0) == ["☑", "☑"]
    assert "打印 2 份" in shown.bar.print_button.text()
    press(Qt.Key.Key_P, CTRL)
    reach(room, shown, BatchState.ASKING)
    assert len(sheets(tray)) == 3, "two of the notice, one receipt"
    assert [now(room, row).prints for row in rows] == [0, 0], "only the clerk can say that paper came out"
    press(ENTER)
    assert shown.state is BatchState.ASKING, "Enter may be meant for the printer: it answers nothing"
    press(ENTER, CTRL)
    reach(room, shown, BatchState.CHOOSING)
    assert [now(room, row).prints for row in rows] == [1, 1]
    assert column(shown.view, 2) == []
    assert room.said("done") == ["已记录：打印出来 2 份，没有打印出来 0 份。"]


def test_what_the_clerk_leaves_out_is_not_printed_and_what_did_not_come_out_is_recorded_so(room, page, tray):
    rows = [issue(room, name) for name in ("李建国", "赵一", "钱二")]
    shown = page()
    press(SPACE)
    assert column(shown.view, 0) == ["☐", "☑", "☑"]
    press(Qt.Key.Key_P, CTRL)
    reach(room, shown, BatchState.ASKING)
    shown.view.setFocus()
    press(SPACE)
    assert "没有送往打印机" in shown.note.text()
    press(Qt.Key.Key_Down)
    press(SPACE)  # the second of the list did not come out
    press(ENTER, CTRL)
    reach(room, shown, BatchState.CHOOSING)
    assert [now(room, row).prints for row in rows] == [0, 0, 1]
    words = [[act.summary for act in room.call(lookup.matter_page, room.station, row.case_id).timeline] for row in rows]
    assert ["未打印出来" in each[-1] for each in words] == [False, True, False]
    assert column(shown.view, 2) == [rows[0].number, rows[1].number]


def test_ctrl_a_ticks_all_or_none_and_enter_opens_the_paper(room, page, tray, qtbot):
    row = issue(room)
    shown = page()
    press(Qt.Key.Key_A, CTRL)
    assert column(shown.view, 0) == ["☐"]
    assert not shown.bar.print_button.isEnabled()
    press(Qt.Key.Key_A, CTRL)
    assert column(shown.view, 0) == ["☑"]
    with qtbot.waitSignal(shown.paper_chosen) as chosen:
        press(ENTER)
    assert chosen.args == [row.case_id, row.paper_id]


def test_notices_due_are_issued_when_the_button_said_so_and_a_decision_that_is_lacking_is_only_named(room, page, tray):
    ready = room.accept(room.visit("李建国", days_ago=15))
    undecided = room.visit("赵一", days_ago=15).matter_ids[0]
    shown = page()
    press(Qt.Key.Key_2, ALT)
    room.settle()
    states = dict(zip(column(shown.view, 0), column(shown.view, 4), strict=True))
    assert states == {"☑": "待出具", "—": "须先办理：决定是否受理并书面告知"}
    assert "须先办理 1 件" in shown.counts.text()
    assert shown.bar.print_button.text().startswith("出具 1 份、打印 1 份")
    assert papers_of(room, ready) == []
    shown.view.choose_id(undecided)
    press(SPACE)
    assert "请先办理" in shown.note.text()
    press(Qt.Key.Key_P, CTRL)
    reach(room, shown, BatchState.ASKING)
    press(ENTER, CTRL)
    reach(room, shown, BatchState.CHOOSING)
    (row,) = papers_of(room, ready)
    assert (row.form, row.prints) == ("F04", 1)
    assert papers_of(room, undecided) == []
    assert column(shown.view, 0) == ["—"]


def test_a_notice_to_the_elderly_is_listed_and_issued_in_large_type(room, page, tray):
    matter = room.accept(room.visit("李建国", days_ago=15, birth="1939-12-31"))
    shown = page()
    press(Qt.Key.Key_2, ALT)
    room.settle()
    (state,) = column(shown.view, 4)
    assert state.startswith("待出具，大字版（8")
    press(Qt.Key.Key_P, CTRL)
    reach(room, shown, BatchState.ASKING)
    (row,) = papers_of(room, matter)
    assert room.call(papers.type_of, room.station, row.paper_id).issued


def test_the_list_of_notices_widens_to_those_due_in_seven_days(room, page, tray):
    room.accept(room.visit("李建国", days_ago=9))
    shown = page()
    press(Qt.Key.Key_2, ALT)
    room.settle()
    assert shown.table.rowCount() == 0
    shown.days.set_code("7")
    room.settle()
    assert column(shown.view, 4) == ["待出具"]
    room.now += DAY


def test_a_sheet_that_may_not_be_issued_any_more_fails_alone_and_says_why(room, page, tray):
    rows = [issue(room, name) for name in ("李建国", "赵一", "钱二")]
    room.call(print_settings.choose, room.station, "F04", PrintChoice(copies=1))
    due = room.accept(room.visit("孙三", days_ago=15))
    shown = page()
    press(Qt.Key.Key_2, ALT)
    room.settle()
    stale = shown.table.rows()
    room.call(papers.issue_paper, room.station, IssuePaper(due, "F04"))  # at another page, since the list was read
    shown.show_source("today")
    room.settle()
    shown._show([*stale, *shown.table.rows()])
    press(Qt.Key.Key_P, CTRL)
    reach(room, shown, BatchState.ASKING)
    assert len(sheets(tray)) == 4
    assert [each.startswith("没有打印：") for each in column(shown.view, 4)] == [True, False, False, False, False]
    assert "没有成功 1 份" in shown.note.text()
    press(ENTER, CTRL)
    reach(room, shown, BatchState.CHOOSING)
    assert [now(room, row).prints for row in rows] == [1, 1, 1]


def test_a_paper_that_is_void_when_the_answer_comes_is_still_answered_for(room, page, tray):
    row = issue(room)
    shown = page()
    press(Qt.Key.Key_P, CTRL)
    reach(room, shown, BatchState.ASKING)
    room.call(papers.void_paper, room.station, VoidPaper(row.paper_id, row.case_id, "写错"))
    press(ENTER, CTRL)
    reach(room, shown, BatchState.CHOOSING)
    assert (now(room, row).state, now(room, row).prints) == ("voided", 1)


# PDF to a folder -----------------------------------------------------------------------------------------------------


def test_the_batch_is_saved_as_pdf_by_keys_and_every_copy_is_on_its_timeline(room, page, tray, tmp_path, monkeypatch):
    rows = [issue(room, name) for name in ("李建国", "赵一")]
    folder = tmp_path / "给档案室"
    folder.mkdir()
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_: str(folder))
    shown = page()
    press(Qt.Key.Key_S, CTRL | SHIFT)
    reach(room, shown, BatchState.CHOOSING)
    room.until(lambda: "已存成 PDF 2 份" in shown.note.text())
    assert sheets(folder) == sorted(f"受理告知书 {row.number}.pdf" for row in rows)
    assert not any(name in each for each in sheets(folder) for name in ("李", "赵"))
    for row in rows:
        assert "另存为 PDF" in room.call(lookup.matter_page, room.station, row.case_id).timeline[-1].summary
        assert now(room, row).prints == 0
    assert sheets(tray) == []


def test_a_folder_that_is_gone_issues_nothing_and_is_said_beside_each(room, page, tray, tmp_path):
    matter = room.accept(room.visit("李建国", days_ago=15))
    shown = page()
    press(Qt.Key.Key_2, ALT)
    room.settle()
    shown.save_to(tmp_path / "没有")
    room.until(lambda: "没有成功 1 份" in shown.note.text())
    room.settle()
    assert papers_of(room, matter) == [], "no number is used up for a folder that is not there"
    assert "找不到" in column(shown.view, 4)[0]


def test_the_preview_saves_the_paper_on_screen_and_never_a_draft(room, shown, tray, tmp_path, monkeypatch, qtbot):
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_: str(tmp_path))
    preview = shown(PreviewPage)
    preview.activateWindow()
    qtbot.waitUntil(preview.isActiveWindow)
    matter = room.accept(room.visit())
    preview.open_form(matter, "F04")
    room.settle()
    preview.view.setFocus()
    press(Qt.Key.Key_S, CTRL | SHIFT)
    room.settle()
    assert list(tmp_path.glob("*.pdf")) == []
    row = room.call(papers.issue_paper, room.station, IssuePaper(matter, "F04")).value
    preview.open_paper(matter, row.paper_id)
    room.settle()
    preview.view.setFocus()
    press(Qt.Key.Key_S, CTRL | SHIFT)
    room.settle()
    (file,) = tmp_path.glob("*.pdf")
    assert file.read_bytes() == room.call(papers.stored_pdf, room.station, row.paper_id)
    assert file.name in room.said("done")[0]


# the real queue ------------------------------------------------------------------------------------------------------


def test_a_printer_out_of_paper_is_asked_about_and_goes_on_when_there_is_paper(room, page, hungry):
    row = issue(room)
    (hungry / "empty").touch()
    shown = page()
    press(Qt.Key.Key_P, CTRL)
    room.until(shown.queue.question.isVisible)
    assert shown.queue.question.words.text() == "打印机“Hungry”缺纸：装好纸后按 Enter 继续，按 Esc 停止这一批。"
    assert column(shown.view, 4) == ["缺纸"]
    assert column(shown.queue.view, 1) == [f"{row.title} {row.number}"]
    assert column(shown.queue.view, 3) == ["缺纸"]
    assert cursor() is shown.queue.question.go_on
    (hungry / "empty").unlink()
    press(ENTER)
    reach(room, shown, BatchState.ASKING)
    assert not shown.queue.question.isVisible()
    assert shown.queue.table.rowCount() == 0
    assert now(room, row).prints == 0
    press(ENTER)  # once too often, meant for the printer
    assert shown.state is BatchState.ASKING
    press(ENTER, CTRL)
    reach(room, shown, BatchState.CHOOSING)
    assert now(room, row).prints == 1


def test_a_stopped_queue_goes_on_by_enter_and_a_batch_stopped_by_escape_leaves_the_rest_unprinted(
    room, page, hungry, server
):
    rows = [issue(room, name) for name in ("李建国", "赵一", "钱二")]
    run(server, "/usr/sbin/cupsdisable", "Hungry")
    shown = page()
    press(Qt.Key.Key_P, CTRL)
    room.until(lambda: shown.queue.table.rowCount() == 3)
    assert set(column(shown.queue.view, 3)) == {"队列已停止"}
    press(ESC)
    reach(room, shown, BatchState.CHOOSING)
    room.until(lambda: shown.queue.table.rowCount() == 0)
    assert [now(room, row).prints for row in rows] == [0, 0, 0]
    assert "没有打印 3 份，仍在清单里" in shown.note.text()
    assert column(shown.view, 2) == [row.number for row in rows]
    shown.view.setFocus()
    press(Qt.Key.Key_P, CTRL)
    room.until(shown.queue.question.isVisible)
    press(ENTER)
    reach(room, shown, BatchState.ASKING)
    press(ENTER, CTRL)
    reach(room, shown, BatchState.CHOOSING)
    assert [now(room, row).prints for row in rows] == [1, 1, 1]


def test_the_preview_asks_about_the_empty_tray_and_its_enter_answers_no_other_question(
    room, shown, hungry, server, qtbot
):
    row = issue(room)
    (hungry / "empty").touch()
    preview = shown(PreviewPage)
    preview.queue_question.watch._timer.setInterval(20)
    preview.activateWindow()
    qtbot.waitUntil(preview.isActiveWindow)
    preview.open_paper(row.case_id, row.paper_id)
    room.settle()
    preview.panel.print_now()
    room.until(preview.queue_question.isVisible)
    assert cursor() is preview.queue_question.go_on
    press(ENTER)
    room.settle()
    assert preview.panel.state is PrintState.ASKING
    assert now(room, row).prints == 0
    (hungry / "empty").unlink()
    room.until(lambda: CupsPrinters(server).state(preview.queue_question.job) is JobState.SENT)
    room.until(lambda: not preview.queue_question.isVisible())
    press(ENTER)  # once too often, meant for the printer
    room.settle()
    assert (preview.panel.state, now(room, row).prints) == (PrintState.ASKING, 0)
    preview.panel.yes.setFocus()
    press(ENTER)
    room.settle()
    assert now(room, row).prints == 1
    assert not preview.queue_question.watch.watching


# the whole window ----------------------------------------------------------------------------------------------------


def test_the_page_opens_by_its_key_anywhere_in_the_window_and_escape_leads_back(hall, tray, qtbot):
    joined = hall.signed_in()
    shell = joined.window.shell
    press(Qt.Key.Key_F5)
    hall.settle(joined)
    press(Qt.Key.Key_F9, CTRL)
    hall.settle(joined)
    assert shell.current == "batch"
    page = shell.page("batch")
    assert page.watch.watching
    assert cursor() is page.view
    press(ESC)
    hall.settle(joined)
    assert shell.current == "today"
    assert not page.watch.watching
