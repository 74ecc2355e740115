"""The page of tables: what counts here, a file seen before it is imported, its progress, cancelling, its refusals."""

from __future__ import annotations

import json
import threading

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog

from desktop.services import clerks, table_files
from desktop.services.station import open_station
from desktop.views.table_page import TablePage
from tests.desktop.services.test_tables import rules
from tests.desktop.views.page_room import room, shown

__all__ = ["room", "shown"]
T2 = "SELECT group_concat(due_nominal) FROM (SELECT due_nominal FROM matter ORDER BY due_nominal)"


@pytest.fixture
def page(room, shown):
    made = shown(TablePage)
    made.activateWindow()
    room.settle()
    return made


@pytest.fixture
def table(tmp_path):
    path = tmp_path / "期限.json"
    path.write_text(rules(T2=7), "utf-8")
    return path


def due(room):
    return room.call(lambda: room.station.store.db.execute(T2).fetchone()[0])


def choose(monkeypatch, path):
    """The system's own dialog answers with a path."""
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_args: (str(path), ""))


def test_the_shipped_tables_are_listed_and_the_administrator_may_choose_a_file(room, page):
    names = {row.kind for row in page.list.table.rows()}
    assert names == {"calendar", "rules", "codes"}
    assert page.counts.text().endswith("都是随程序的")
    assert page.choose_button.isVisible()
    assert not page.take_button.isVisible()
    assert page.list.words.text().endswith("随程序发布。")


def test_by_keys_a_file_is_chosen_seen_counted_and_imported(room, page, table, monkeypatch, qtbot):
    room.visit()
    room.visit("王小明")
    choose(monkeypatch, table)
    qtbot.keyClick(page.list.view, Qt.Key.Key_O, Qt.KeyboardModifier.ControlModifier)
    room.until(lambda: page.take_button.isVisible() and page.take_button.isEnabled())
    for line in ("种类：期限规则", "名称：滨海县期限", "版本：第 1 版", "来源：本县通知（虚构）",
                 "起用日期：2026-11-01", "适用地区：370200", "会改动 2 件事项的 2 个期限；已经办结的不变"):  # fmt: skip
        assert line in page.words.text()
    assert due(room) == "2026-12-08,2026-12-08", "nothing was imported yet"
    qtbot.keyClick(page.take_button, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    room.settle()
    assert room.said("done") == ["已导入为第 1 版。重新计算了2件事项的2个期限；已经办结的期限不变。"]
    assert due(room) == "2026-11-30,2026-11-30"
    (own,) = [row for row in page.list.table.rows() if row.imported_on]
    assert (own.name, own.clocks) == ("滨海县期限", 2)
    assert not page.take_button.isVisible()


def test_a_table_that_was_only_looked_at_is_put_aside_by_escape(room, page, table, qtbot):
    room.visit()
    page.look_at(table)
    room.settle()
    acts = room.call(room.station.store.log.count)
    qtbot.keyClick(page.take_button, Qt.Key.Key_Escape)
    assert not page.take_button.isVisible()
    assert (room.call(room.station.store.log.count), due(room)) == (acts, "2026-12-08")


def test_an_import_called_off_half_way_leaves_record_and_clocks_as_they_were(room, page, table):
    room.visit()
    page.look_at(table)
    room.settle()
    acts = room.call(room.station.store.log.count)
    busy = threading.Event()
    room.lane.run(busy.wait)
    page.take()
    page.cancel()  # the lane hears of it with its first word of progress, inside the import's transaction
    busy.set()
    room.settle()
    assert page.trouble.text() == "已取消，没有导入，期限没有变动。"
    assert (room.call(room.station.store.log.count), due(room)) == (acts, "2026-12-08")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("not json", "不是JSON文件"),
        ("[]", "看不出是哪一种表"),
        ('{"title": 1}', "看不出是哪一种表"),
        (rules(T2=16), "15"),
        (rules(T2=7).replace("370200", "330000"), "其他地区"),
        (json.dumps({"heads": [{"office": "999", "name": "周某", "post": "局长", "from": "2026-01-01"}]}), "机构目录"),
        (json.dumps({"year": 2027}), "工作日历文件不对"),
    ],
)
def test_what_cannot_be_imported_is_said_beside_the_file_and_changes_nothing(room, page, tmp_path, text, says):
    path = tmp_path / "表.json"
    path.write_text(text, "utf-8")
    acts = room.call(room.station.store.log.count)
    page.look_at(path)
    room.settle()
    assert says in page.trouble.text()
    assert page.trouble.isVisible()
    assert not page.take_button.isVisible()
    assert room.call(room.station.store.log.count) == acts


def test_a_file_that_is_no_text_or_is_gone_or_far_too_large_is_said(room, page, tmp_path):
    path = tmp_path / "表.json"
    for made, says in ((b"\xff\xfe\x00", "UTF-8"), (b"{" + b" " * table_files.LARGEST, "文件太大")):
        path.write_bytes(made)
        page.look_at(path)
        room.settle()
        assert says in page.trouble.text()
    page.look_at(tmp_path / "没有.json")
    room.settle()
    assert page.trouble.text()
    assert "JSON" not in page.trouble.text()


def test_heads_and_codes_are_seen_and_imported_the_same_way(room, page, tmp_path):
    path = tmp_path / "负责人.json"
    heads = [{"office": "370205", "name": "周建国", "post": "局长", "from": "2026-01-01"}]
    path.write_text(json.dumps({"name": "负责人", "heads": heads}), "utf-8")
    page.look_at(path)
    room.settle()
    assert "内容：1个机构的负责人有变动" in page.words.text()
    page.take()
    room.settle()
    assert room.said("done") == ["已导入：1个机构的负责人有变动。"]


def test_another_clerk_only_looks(room, shown, table):
    room.call(lambda: clerks.add_clerk(room.station, sign_in="lihua", name="李华", password="another long word"))

    def again():
        room.station.close()
        world = room.station.surroundings
        return open_station(room.station.folder.path, sign_in="lihua", password="another long word", surroundings=world)

    room.station = room.call(again)
    page = shown(TablePage)
    room.settle()
    assert not page.choose_button.isVisible()
    assert "管理员" in page.words.text()
    page.look_at(table)
    room.settle()
    assert "管理员" in page.trouble.text()
