"""附件材料 on a page: added by one key, opened, saved, withdrawn; every state in words."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image
from PySide6.QtCore import Qt

from desktop.models.store.files import FileRow, Travel
from desktop.services import files
from desktop.views.file_list import size_words, state_words
from desktop.views.matter_page import MatterPage
from desktop.views.visit_page import VisitPage
from domain.commands import AttachFile
from tests.desktop.views.page_room import column, room, shown
from tests.printing.scans import as_bytes

__all__ = ["room", "shown"]


def put(folder: Path, name: str, data: bytes) -> str:
    path = folder / name
    path.write_bytes(data)
    return str(path)


@pytest.fixture
def page(room, shown):
    visit = room.visit()
    made = shown(VisitPage)
    made.open(visit.visit_id)
    room.settle()
    made.activateWindow()
    return made


def test_alt_a_adds_and_the_file_stands_in_the_list_as_kept_here(room, page, tmp_path, qtbot):
    page.files.choose = lambda: [put(tmp_path, "情况说明.txt", b"words")]
    qtbot.keyClick(page.tabs, Qt.Key.Key_A, Qt.KeyboardModifier.AltModifier)
    room.settle()
    assert page.tabs.currentWidget() is page.files
    assert column(page.files.view, 0) == ["情况说明.txt"]
    assert column(page.files.view, 3) == ["已存本机"]
    assert page.tabs.tabText(4) == "附件材料 1"
    assert room.said("done") == ["已附上并存在本机：情况说明.txt（1 KB）。"]


def test_pictures_chosen_together_are_one_document_and_others_stay_single(room, page, tmp_path):
    pictures = [put(tmp_path, f"{n}.png", as_bytes(Image.new("L", (300, 400), 255), "PNG")) for n in range(3)]
    page.files.choose = lambda: [*pictures, put(tmp_path, "a.txt", b"a"), put(tmp_path, "b.txt", b"b")]
    page.files.add()
    room.settle()
    assert sorted(column(page.files.view, 0)) == ["0.pdf", "a.txt", "b.txt"]
    assert sorted(column(page.files.view, 1)) == ["", "", "3"]


def test_what_is_refused_is_said_in_words_and_the_others_are_added(room, page, tmp_path):
    page.files.choose = lambda: [put(tmp_path, "a.exe", b"MZ"), put(tmp_path, "b.txt", b"b")]
    page.files.add()
    room.settle()
    assert column(page.files.view, 0) == ["b.txt"]
    assert "不收这一类文件（.exe）" in room.said("error")[0]
    assert page.files.said.text() == ""


def test_enter_shows_a_scan_over_the_page_and_gives_others_to_their_program(room, page, tmp_path, qtbot):
    given: list[str] = []
    page.files.show_elsewhere = given.append
    picture = put(tmp_path, "p.png", as_bytes(Image.new("L", (300, 400), 255), "PNG"))
    page.files.choose = lambda: [picture, put(tmp_path, "a.txt", b"plain")]
    page.files.add()
    room.settle()
    rows = {row.name: row for row in room.call(files.files_of, room.station, page.case_id)}
    page.files.open_file(rows["p.pdf"].file_id)
    room.settle()
    window = page.files.window_shown
    room.until(lambda: window.isVisible() and window.view.page_count == 1)
    assert window.windowTitle() == "p.pdf"
    window.close()
    assert not room.station.folder.opened.exists()
    page.files.open_file(rows["a.txt"].file_id)
    room.settle()
    assert [Path(path).read_bytes() for path in given] == [b"plain"]


def test_a_file_is_saved_elsewhere_and_withdrawn_with_its_reason(room, page, tmp_path, qtbot):
    page.files.choose = lambda: [put(tmp_path, "a.txt", b"plain")]
    page.files.add()
    room.settle()
    target = tmp_path / "out.txt"
    page.files.choose_target = lambda name: str(target)
    page.files.save_button.click()
    room.settle()
    assert target.read_bytes() == b"plain"
    page.files.withdraw_button.click()
    page.files.steps.submit()
    room.settle()
    assert "没有写理由" in page.files.steps.refusal_text("why")
    page.files.steps.set_value("why", "附错了人")
    page.files.steps.submit()
    room.settle()
    assert column(page.files.view, 3) == ["已撤回"]
    assert not page.files.steps.isVisible()


def test_the_matter_page_has_its_own_files(room, shown, tmp_path):
    matter = room.visit().matter_ids[0]
    command = AttachFile(matter, (put(tmp_path, "a.txt", b"x"),))
    room.call(files.attach_file, room.station, command)
    page = shown(MatterPage)
    page.open(matter)
    room.settle()
    page.show_tab(4)
    assert column(page.files.view, 0) == ["a.txt"]
    row = room.call(files.file_row, room.station, page.files.view.current_id())
    room.call(room.station.store.files.note, row.shape, Travel(at_county=True, carried=1))
    page.files.refresh()
    room.settle()
    assert column(page.files.view, 3) == ["已到县"]


def test_every_state_is_said_in_words():
    plain = FileRow("f", "c", "0" * 64, 1, "", 0, "a", "", "", "", "")

    def row(**more):
        return replace(plain, **more)

    assert state_words(row(state="sending", percent=37)) == "上传中 37 %"
    assert state_words(row(state="county")) == "已到县"
    assert state_words(row(state="away")) == "在县里，按 Enter 取回"
    assert state_words(row(state="medium", percent=40, media=(3, 4))) == "在第 3、4 号介质上 40 %，待回执"
    assert state_words(row(state="medium", percent=100, media=(3,))) == "在第 3 号介质上，待回执"
    assert state_words(row(state="missed", percent=40, media=(3,))) == "第 3 号介质未到县，下次再写"
    assert state_words(row(state="asked", trouble="file_not_at_county")) == "已记下，随介质向县里取（县里还没有）"
    assert state_words(row(state="fetching", percent=5, trouble="little_room")) == (
        "取回中 5 %（磁盘空间不足，暂不取回）"
    )
    assert (size_words(40), size_words(40_000), size_words(5 << 20)) == ("1 KB", "39 KB", "5.0 MB")
