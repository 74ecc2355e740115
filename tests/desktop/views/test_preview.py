"""Preview, print, 纸张是否已打印出来: the stored bytes go to the printer, and paper never runs ahead of the record."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt

from desktop.services import lookup, papers, print_settings
from desktop.services.print_settings import PrintChoice
from desktop.views.preview_page import PreviewPage
from desktop.views.print_dialog import PrintState, UnfinishedPapers
from domain.commands import IssuePaper, VoidPaper
from tests.desktop.services.halls import text_of
from tests.desktop.views.page_room import column, room, shown, tray

__all__ = ["room", "shown", "tray"]


@pytest.fixture
def preview(room, shown, tray):
    page = shown(PreviewPage)
    page.activateWindow()
    return page


def sheets(tray):
    return sorted(tray.iterdir()) if tray.exists() else []


def papers_of(room, case_id):
    return room.call(papers.papers_of, room.station, case_id)


def issued(room, matter_id):
    return room.call(papers.issue_paper, room.station, IssuePaper(matter_id, "F04")).value


def test_a_draft_is_shown_and_takes_no_number(room, preview):
    matter_id = room.accept(room.visit())
    preview.open_form(matter_id, "F04")
    room.settle()
    assert preview.view.page_count >= 1
    assert preview.paper is None
    assert papers_of(room, matter_id) == []


def test_issue_and_print_sends_the_very_bytes_that_are_stored(room, preview, tray, qtbot):
    matter_id = room.accept(room.visit())
    preview.open_form(matter_id, "F04")
    room.settle()
    preview.setFocus()
    qtbot.keyClick(preview.view, Qt.Key.Key_P, Qt.KeyboardModifier.ControlModifier)
    room.settle()
    (row,) = papers_of(room, matter_id)
    stored = room.call(papers.stored_pdf, room.station, row.paper_id)
    assert [sheet.read_bytes() for sheet in sheets(tray)] == [stored, stored], "one to deliver, one to file"
    assert preview.view._pdf == stored
    assert preview.panel.state is PrintState.ASKING
    assert row.prints == 0


def test_yes_is_recorded_and_the_next_print_is_a_reprint(room, preview, tray, qtbot):
    matter_id = room.accept(room.visit())
    paper = issued(room, matter_id)
    preview.open_paper(matter_id, paper.paper_id)
    room.settle()
    preview.panel.print_now()
    room.settle()
    assert preview.focusWidget() is preview.panel.yes
    qtbot.keyClick(preview.panel.yes, Qt.Key.Key_Return)
    room.settle()
    assert papers_of(room, matter_id)[0].prints == 1
    assert "补打" in preview.panel.print_button.text()
    preview.panel.print_now()
    room.settle()
    stored = room.call(papers.stored_pdf, room.station, paper.paper_id)
    first, second = sorted(sheets(tray), key=lambda sheet: len(sheet.name))
    assert first.read_bytes() == stored
    assert second.read_bytes() != stored
    assert second.read_bytes().startswith(stored)


def test_no_is_recorded_and_the_paper_stays_on_the_list_of_unfinished(room, preview, shown, tray):
    matter_id = room.accept(room.visit())
    paper = issued(room, matter_id)
    preview.open_paper(matter_id, paper.paper_id)
    room.settle()
    preview.panel.print_now()
    room.settle()
    preview.panel.no.click()
    room.settle()
    assert papers_of(room, matter_id)[0].prints == 0
    assert preview.panel.state is PrintState.CHOOSING
    assert [act.title for act in room.call(lookup.matter_page, room.station, matter_id).timeline][-1] == "打印文书"
    unfinished = shown(UnfinishedPapers)
    assert column(unfinished.view, 1) == [paper.number]


def test_print_again_sends_the_original_once_more_because_nothing_came_out(room, preview, tray):
    matter_id = room.accept(room.visit())
    paper = issued(room, matter_id)
    preview.open_paper(matter_id, paper.paper_id)
    room.settle()
    preview.panel.print_now()
    room.settle()
    preview.panel.again.click()
    room.settle()
    assert preview.panel.state is PrintState.ASKING
    first, second = sheets(tray)
    assert first.read_bytes() == second.read_bytes()


def test_a_printer_that_fails_loses_nothing_and_says_so(room, preview, tray):
    matter_id = room.accept(room.visit())
    preview.open_form(matter_id, "F04")
    room.settle()
    tray.write_text("a file where the folder should be")
    preview.panel.print_now()
    room.settle()
    assert preview.panel.state is PrintState.CHOOSING
    assert "已经保存" in preview.panel.note.text()
    assert room.said("error")
    assert papers_of(room, matter_id)[0].state == "stored"


def test_without_a_printer_a_paper_can_still_be_issued(room, shown, monkeypatch):
    monkeypatch.delenv("XINFANG_PRINT_FOLDER", raising=False)
    monkeypatch.setenv("PATH", "")
    matter_id = room.accept(room.visit())
    page = shown(PreviewPage)
    page.open_form(matter_id, "F04")
    room.settle()
    assert not page.panel.print_button.isEnabled()
    assert "没有找到打印机" in page.panel.note.text()
    page.panel.issue_button.click()
    room.settle()
    assert papers_of(room, matter_id)[0].state == "stored"
    assert page.paper is not None


def test_the_receipt_is_previewed_on_the_sheet_chosen(room, preview):
    visit_id = room.visit().visit_id
    preview.open_form(visit_id, "F02")
    room.settle()
    first = preview.view._pdf
    preview.panel.sheet.set_code("R80")
    room.settle()
    assert preview.view._pdf != first
    preview.panel.print_now()
    room.settle()
    assert papers_of(room, visit_id)[0].size == "R80"


def test_a_form_that_may_not_be_issued_says_why(room, preview):
    preview.open_form(room.visit().matter_ids[0], "F04")
    room.settle()
    assert room.said("error")
    assert preview.view.page_count == 0


def test_voiding_asks_for_a_reason_beside_the_field_and_then_is_final(room, preview, qtbot):
    matter_id = room.accept(room.visit())
    paper = issued(room, matter_id)
    preview.open_paper(matter_id, paper.paper_id)
    room.settle()
    preview.void_button.click()
    preview.steps.submit()
    room.settle()
    assert preview.steps.refusal_text("why")
    preview.steps.set_value("why", "承办单位写错")
    preview.steps.submit()
    room.settle()
    assert papers_of(room, matter_id)[0].voided
    assert preview.state_words.text() == "已作废"
    assert not preview.void_button.isVisible()


def test_a_void_paper_comes_out_of_the_printer_with_its_stamp_and_is_void_still(room, preview, tray, qtbot):
    matter_id = room.accept(room.visit())
    paper = issued(room, matter_id)
    stored = room.call(papers.stored_pdf, room.station, paper.paper_id)
    room.call(papers.void_paper, room.station, VoidPaper(paper.paper_id, matter_id, "承办单位写错"))
    preview.open_paper(matter_id, paper.paper_id)
    room.settle()
    assert preview.panel.print_button.text().startswith("打印作废件")
    preview.print_current()
    room.settle()
    (sheet,) = sheets(tray)
    assert sheet.read_bytes()[: len(stored)] == stored
    assert "作废2026-11-2309:13王芳承办单位写错" in text_of(sheet.read_bytes())
    assert "补打" not in text_of(sheet.read_bytes())
    qtbot.keyClick(preview.panel.yes, Qt.Key.Key_Return)
    room.settle()
    (row,) = papers_of(room, matter_id)
    assert (row.state, row.prints) == ("voided", 1)
    preview.print_current()
    room.settle()
    assert any("补打第1次" in text_of(each.read_bytes()) for each in sheets(tray))


def test_the_choice_made_for_a_form_is_there_the_next_time_and_other_forms_keep_theirs(room, preview, tray):
    preview.open_form(room.accept(room.visit()), "F04")
    room.settle()
    assert preview.panel.copies.value() == 2
    preview.panel.copies.setValue(3)
    preview.print_current()
    room.settle()
    assert len(sheets(tray)) == 3
    another = room.accept(room.visit("赵一"))
    preview.panel.set_state(PrintState.CHOOSING)
    preview.open_form(another, "F04")
    room.settle()
    assert preview.panel.copies.value() == 3
    preview.open_form(room.visit("钱二").visit_id, "F02")
    room.settle()
    assert preview.panel.copies.value() == 1


def test_a_form_set_to_print_at_once_is_issued_and_sent_on_opening_and_still_asks_what_came_out(room, preview, tray):
    chosen = PrintChoice(printer="PDF", copies=1, at_once=True)
    room.call(print_settings.choose, room.station, "F04", chosen)
    matter_id = room.accept(room.visit())
    preview.open_form(matter_id, "F04")
    room.settle()
    (row,) = papers_of(room, matter_id)
    assert (len(sheets(tray)), row.prints) == (1, 0)
    assert preview.panel.state is PrintState.ASKING
    preview.panel.answered.emit(True, False)
    room.settle()
    preview.open_paper(matter_id, row.paper_id)
    room.settle()
    assert len(sheets(tray)) == 1, "a paper that is issued is never sent by looking at it"


def test_the_first_page_is_told_as_the_one_in_sight_when_a_long_paper_is_opened(room, preview):
    told = []
    preview.view.position_changed.connect(lambda page, pages: told.append((page, pages)))
    visit_id = room.visit(facts="来访人称多次反映未果。" * 400).visit_id
    preview.open_form(visit_id, "F01")
    room.settle()
    assert preview.view.verticalScrollBar().value() == 0
    assert told[-1] == (1, preview.view.page_count)
    assert preview.view.page_count > 1


def test_zoom_steps_and_fits_and_page_keys_turn(room, preview, qtbot):
    long = "来访人称多次反映未果。" * 400
    visit_id = room.visit(facts=long).visit_id
    preview.open_form(visit_id, "F01")
    room.settle()
    assert preview.view.page_count > 1
    fitted = preview.view.percent
    view = preview.view
    view.setFocus()
    qtbot.keyClick(view, Qt.Key.Key_PageDown)
    assert view.current_page() == 2
    qtbot.keyClick(view, Qt.Key.Key_PageUp)
    assert view.current_page() == 1
    view.zoom_in()
    room.settle()
    assert view.percent > fitted
    view.fit_width()
    room.settle()
    assert view.percent == fitted
    assert view._pages[0].width() <= view.viewport().width()


def test_a_paper_printed_before_the_program_died_is_confirmed_without_printing_it_again(room, preview, tray):
    matter_id = room.accept(room.visit())
    paper = issued(room, matter_id)
    preview.open_paper(matter_id, paper.paper_id)
    room.settle()
    assert preview.panel.confirm_button.isVisible()
    preview.panel.confirm_button.click()
    room.settle()
    assert papers_of(room, matter_id)[0].prints == 1
    assert sheets(tray) == []
    assert not preview.panel.confirm_button.isVisible()


def test_escape_leads_back(room, preview, qtbot):
    with qtbot.waitSignal(preview.closed):
        qtbot.keyClick(preview.view, Qt.Key.Key_Escape)


def test_the_list_of_unfinished_papers_opens_one(room, shown, qtbot, tray):
    matter_id = room.accept(room.visit())
    paper = issued(room, matter_id)
    page = shown(UnfinishedPapers)
    with qtbot.waitSignal(page.paper_chosen) as chosen:
        qtbot.keyClick(page.view, Qt.Key.Key_Return)
    assert chosen.args == [matter_id, paper.paper_id]
