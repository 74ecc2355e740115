"""大字版 at the preview: proposed to the elderly, changed by one key, printed and recorded as it lay on the table."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt

from desktop.services import papers, print_settings
from desktop.services.print_settings import PrintChoice
from desktop.views.preview_page import PreviewPage
from domain.commands import IssuePaper
from tests.desktop.views.page_room import room, shown, tray

__all__ = ["room", "shown", "tray"]
OLD = {"birth": "1949-12-31"}
YOUNG = {"birth": "1999-12-31"}


@pytest.fixture
def preview(room, shown, tray):
    page = shown(PreviewPage)
    page.activateWindow()
    return page


def in_type(room, row, large):
    return room.call(papers.pdf_in_type, room.station, row.paper_id, large)


def opened(room, preview, visit, form="F02"):
    preview.open_form(visit.visit_id, form)
    room.settle()


def only(room, visit):
    (row,) = room.call(papers.papers_of, room.station, visit.visit_id)
    return row


def test_the_elderly_are_proposed_large_type_and_it_is_printed_so_and_recorded_so(room, preview, tray):
    visit = room.visit(**OLD)
    opened(room, preview, visit)
    assert preview.type.large.isChecked()
    assert "满 76 周岁" in preview.type.why.text() or "满 77 周岁" in preview.type.why.text()
    preview.panel.print_now()
    room.settle()
    row = only(room, visit)
    assert {sheet.read_bytes() for sheet in tray.iterdir()} == {in_type(room, row, True)}
    preview.panel.yes.click()
    room.settle()
    assert room.call(papers.type_of, room.station, row.paper_id) == papers.PaperType(issued=True, now=True)


def test_the_clerk_decides_by_one_key(room, preview, tray, qtbot):
    visit = room.visit(**OLD)
    opened(room, preview, visit)
    large = preview.view._pdf
    preview.setFocus()
    qtbot.keyClick(preview.view, Qt.Key.Key_D, Qt.KeyboardModifier.AltModifier)
    room.settle()
    assert not preview.type.large.isChecked()
    assert preview.view._pdf != large
    preview.panel.print_now()
    room.settle()
    assert {sheet.read_bytes() for sheet in tray.iterdir()} == {in_type(room, only(room, visit), False)}


def test_who_is_younger_is_proposed_nothing_and_may_have_it(room, preview, qtbot):
    visit = room.visit(**YOUNG)
    opened(room, preview, visit)
    assert not preview.type.large.isChecked()
    usual = preview.view._pdf
    qtbot.keyClick(preview.view, Qt.Key.Key_D, Qt.KeyboardModifier.AltModifier)
    room.settle()
    assert preview.view._pdf != usual
    opened(room, preview, visit, "F01")
    assert preview.type.isHidden(), "it stays here"


def test_a_paper_handed_out_in_usual_type_is_printed_again_in_large_type(room, preview, tray, qtbot):
    visit = room.visit(**YOUNG)
    row = room.call(papers.issue_paper, room.station, IssuePaper(visit.visit_id, "F02")).value
    preview.open_paper(visit.visit_id, row.paper_id)
    room.settle()
    qtbot.keyClick(preview.view, Qt.Key.Key_D, Qt.KeyboardModifier.AltModifier)
    room.settle()
    assert "另行存档" in preview.type.why.text()
    preview.panel.print_now()
    room.settle()
    large = in_type(room, row, True)
    assert preview.view._pdf == large
    assert [sheet.read_bytes() for sheet in tray.iterdir()] == [large]
    assert not preview.type.isEnabled(), "not while the clerk is asked"
    preview.panel.yes.click()
    room.settle()
    assert preview.type.isEnabled()
    preview.open_paper(visit.visit_id, row.paper_id)
    room.settle()
    assert preview.type.large.isChecked()
    assert preview.view._pdf == large


def test_the_habit_of_the_window_is_kept_at_once(room, preview):
    visit = room.visit(**OLD)
    opened(room, preview, visit)
    preview.type.habit.click()
    room.settle()
    opened(room, preview, visit)
    assert not preview.type.large.isChecked()
    assert not preview.type.habit.isChecked()


def test_what_goes_to_the_printer_at_once_goes_in_the_type_proposed(room, preview, tray):
    room.call(print_settings.choose, room.station, "F02", PrintChoice(printer="", copies=1, at_once=True))
    visit = room.visit(**OLD)
    opened(room, preview, visit)
    assert [sheet.read_bytes() for sheet in tray.iterdir()] == [in_type(room, only(room, visit), True)]
