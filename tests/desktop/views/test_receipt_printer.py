"""小票打印机 at the preview and in a batch: chosen by form, kept with the window, only for what is set for a roll."""

from __future__ import annotations

import pytest

from desktop import printing
from desktop.services import papers, print_settings
from desktop.services.print_settings import PrintChoice
from desktop.views.batch_page import BatchPage
from desktop.views.preview_page import PreviewPage
from domain.commands import IssuePaper
from tests.desktop.views.page_room import room, shown, tray

__all__ = ["room", "shown", "tray"]


@pytest.fixture
def preview(room, shown, tray):
    return shown(PreviewPage)


def papers_of(room, visit):
    return room.call(papers.papers_of, room.station, visit.visit_id)


def test_a_receipt_goes_to_the_receipt_printer_as_its_picture_and_the_choice_is_kept(room, preview, tray):
    visit = room.visit()
    preview.open_form(visit.visit_id, "F02")
    room.settle()
    assert preview.panel.escpos.isHidden(), "A5 goes to no receipt printer"
    preview.panel.sheet.set_code("R58")
    room.settle()
    assert not preview.panel.escpos.isHidden()
    preview.panel.escpos.click()
    preview.panel.print_now()
    room.settle()
    (row,) = papers_of(room, visit)
    (sent,) = tray.iterdir()
    assert (row.size, sent.suffix) == ("R58", ".escpos")
    assert sent.read_bytes() == printing.receipt_dots(room.call(papers.stored_pdf, room.station, row.paper_id))
    preview.panel.no.click()
    room.settle()
    assert room.call(print_settings.choice, room.station, "F02") == PrintChoice("PDF", escpos=True)
    preview.open_form(visit.visit_id, "F02")
    room.settle()
    assert preview.panel.escpos.isChecked()
    preview.panel.print_now()  # A5: as PDF, whatever is kept
    room.settle()
    assert sorted(each.suffix for each in tray.iterdir()) == [".escpos", ".pdf"]


def test_a_batch_sends_receipts_to_the_receipt_printer_of_their_form(room, shown, tray):
    room.call(print_settings.choose, room.station, "F02", PrintChoice("PDF", escpos=True))
    visit = room.visit()
    for command in (IssuePaper(visit.visit_id, "F02", "R80"), IssuePaper(visit.visit_id, "F01", "A4")):
        room.call(papers.issue_paper, room.station, command)
    page = shown(BatchPage)
    room.settle()
    page.print_now()
    room.settle()
    assert sorted(each.suffix for each in tray.iterdir()) == [".escpos", ".pdf"]
