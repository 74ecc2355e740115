"""A paper's QR code scanned anywhere opens its matter, and no character of it gets into what the clerk is typing."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit

from desktop.services import intake, lookup
from domain.commands import MatterInput, PetitionerInput, RegisterVisit
from domain.papers import qr_text
from domain.refusals import Refusal
from tests.desktop.views.page_room import room, shown
from tests.desktop.views.window_room import hall

__all__ = ["hall", "room", "shown"]


@pytest.fixture
def desk(hall):
    """The whole window, the cursor in the first field of a new visit."""
    return hall.signed_in()


def focused():
    found = QApplication.focusWidget()
    assert isinstance(found, QLineEdit)
    return found


def keys(made, text):
    """Keys as they reach the window from outside; whatever has the cursor gets what the window lets through."""
    for char in text:
        QTest.keyClick(made.window.windowHandle(), char)


def burst(made, text):
    """What the scanner types, and its Enter."""
    keys(made, text)
    QTest.keyClick(made.window.windowHandle(), Qt.Key.Key_Return)


def registered(hall, made):
    """A visit with one matter, and its query code."""
    found: list[tuple[intake.Registered, str]] = []
    command = RegisterVisit(
        people=(PetitionerInput(name="李建国", address="柳林村12号"),),
        matters=(MatterInput(request="请求检修", matter_class="claim", route="31-6"),),
    )

    def register(station):
        visit = intake.register_visit(station, command).value
        return visit, station.store.state(visit.visit_id).text("query_code")

    made.parts.store_lane.run(register, made.window.station, done=found.append)
    hall.settle(made)
    return found[0]


def test_a_scan_opens_the_matter_from_a_half_typed_form_and_leaves_every_field_as_it_was(hall, desk, qtbot):
    visit, code = registered(hall, desk)
    shell = desk.window.shell
    shell.show_page("intake")
    name = focused()
    name.setText("王")
    keys(desk, "XF")
    burst(desk, qr_text(visit.number, code))
    hall.settle(desk)
    assert shell.current == "matter"
    assert shell.page("matter").case_id == visit.matter_ids[0]
    assert name.text() == "王XF"


def test_the_line_typed_by_hand_into_the_find_field_opens_it_too(hall, desk, qtbot):
    visit, code = registered(hall, desk)
    shell = desk.window.shell
    shell.show_page("find")
    shell.page("find").line.setText(qr_text(f"{visit.number}/1", code))
    qtbot.keyClick(shell.page("find").line, Qt.Key.Key_Return)
    hall.settle(desk)
    assert shell.current == "matter"
    assert shell.page("find").line.text() == ""


def test_a_misread_line_goes_to_the_field_whole_and_opens_nothing(hall, desk, qtbot):
    visit, code = registered(hall, desk)
    shell = desk.window.shell
    shell.show_page("find")
    misread = qr_text(visit.number, code).replace(visit.number[-1], "8" if visit.number[-1] != "8" else "9")
    burst(desk, misread)
    hall.settle(desk)
    assert shell.current == "find"
    assert shell.page("find").line.text() == misread


def test_a_scan_of_a_paper_this_disk_does_not_know_says_so(hall, desk, qtbot):
    shell = desk.window.shell
    burst(desk, qr_text("370299-2-20261123-007", "K7M2P9AA"))
    hall.settle(desk)
    assert shell.current == "intake"
    assert "没有这张文书的登记" in shell.messages.text


def test_what_begins_like_a_line_and_is_none_is_typed_after_a_moment(hall, desk, qtbot):
    name = focused()
    keys(desk, "X")
    qtbot.waitUntil(lambda: name.text() == "X")
    keys(desk, "F2")
    qtbot.waitUntil(lambda: name.text() == "XF2")
    assert desk.window.shell.current == "intake"


def test_a_receipt_opens_the_only_matter_and_of_several_the_visit_and_a_foreign_code_nothing(room):
    one = room.visit()
    code = room.call(lambda: room.station.store.state(one.visit_id).text("query_code"))
    assert room.call(lookup.by_scan, room.station, qr_text(one.number, code)) == ("matter", one.matter_ids[0])
    for line, why in ((qr_text(one.number, "AAAAAAAA"), "scan_unknown"), ("XF1*1*2*3", "qr_unreadable")):
        with pytest.raises(Refusal) as refused:
            room.call(lookup.by_scan, room.station, line)
        assert refused.value.code == why
