"""Two windows of one office and a real county: a conflict is settled at one, and both and the county agree."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from PySide6.QtCore import Qt

from desktop.services import county as exchange
from desktop.services import lookup, matters
from desktop.services.care import verify
from desktop.views.conflict_page import ConflictPage
from desktop.views.matter_page import MatterPage
from domain.commands import CorrectMatter, SettleConflicts, Settlement
from tests.desktop.views.page_room import OFFICE, Room
from tests.sync.harness import County

HOUR = 3_600_000


@pytest.fixture
def county(tmp_path):
    found = County(tmp_path / "county").start()
    yield found
    assert found.stop() == 0


@pytest.fixture
def desks(qtbot, tmp_path, county):
    """Windows 1 and 2, both enrolled; the second one's clock runs an hour ahead of the first one's."""
    alone = replace(OFFICE, series=())  # numbers come from the county
    one = Room(tmp_path / "one", alone)
    two = Room(tmp_path / "two", replace(alone, window="2"), seed=29, sign_in="lihua", name="李华")
    two.now += HOUR
    for desk, window in ((one, "1"), (two, "2")):
        desk.call(exchange.enrol, desk.station, county.url, code(county, window))
        meet(desk)
    yield one, two
    one.close()
    two.close()


def code(county: County, window: str) -> str:
    words = ("enrol", "--office", OFFICE.code, "--office-name", OFFICE.name, "--window", window)
    return county.admin(*words).stdout.strip()


def meet(*desks: Room) -> None:
    for desk in desks:
        desk.call(exchange.exchange_once, desk.station)
        desk.settle()


def at_county(county: County) -> list[dict]:
    found = county.admin("conflicts")
    assert found.returncode == 0, found.stderr
    return [json.loads(line) for line in found.stdout.splitlines()]


def correct(desk: Room, matter_id: str, **values: str) -> None:
    desk.call(matters.correct_matter, desk.station, CorrectMatter(matter_id, values, "来访人更正"))


def show(desk: Room, qtbot, page, *args):
    made = page(desk.lane, desk.ref, desk.bus, *args)
    qtbot.addWidget(made)
    made.resize(1180, 706)
    made.show()
    desk.settle()
    return made


def torn(desks: tuple[Room, Room]) -> str:
    """A matter whose place and request both windows wrote, neither knowing of the other."""
    one, two = desks
    matter_id = one.visit(place="柳林村").matter_ids[0]
    meet(one, two)
    correct(one, matter_id, place="东麦窑村", request="请求检修管道")
    correct(two, matter_id, place="西麦窑村", request="请求更换锅炉")
    meet(one, two, one)
    return matter_id


def test_a_conflict_settled_at_one_window_is_settled_at_both_and_at_the_county(desks, county, qtbot):
    one, two = desks
    matter_id = torn(desks)
    told = {row["field"]: row for row in at_county(county)}
    assert set(told) == {"place", "request"}
    assert told["place"]["base"]["value"] == "柳林村"
    heads = {head["value"]: head for head in told["place"]["heads"]}
    assert set(heads) == {"东麦窑村", "西麦窑村"}
    assert [heads[each]["by"] for each in sorted(heads)] == ["王芳", "李华"]
    assert heads["西麦窑村"]["place"].endswith("2号窗口")

    page = show(one, qtbot, ConflictPage)
    page.activateWindow()
    assert page.table.rowCount() == 1
    place = next(block for block in page.blocks if block.row.field == "place")
    words = " ".join(label.text() for label in page.values.findChildren(type(page.case_title)))
    assert "原来是：柳林村" in words
    assert "本窗口　青禾县石桥街道信访办公室 1号窗口　王芳" in words
    assert "本单位　青禾县石桥街道信访办公室 2号窗口　李华" in words
    next(each for each in place.group.buttons() if each.text() == "西麦窑村").setChecked(True)
    page.reason.setText("经与本人电话核实")
    page.reason.setFocus()
    qtbot.keyClick(page.reason, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    one.settle()
    assert [block.row.field for block in page.blocks] == ["request"]  # what nobody chose for stays open

    page.blocks[0].group.buttons()[0].setChecked(True)
    page.blocks[0].keep.setChecked(False)
    page.reason.setText("以先登记的为准")
    page.settle()
    one.settle()
    assert page.table.rowCount() == 0
    meet(one, two)
    assert at_county(county) == []
    for desk in (one, two):
        assert desk.call(lookup.conflicts, desk.station) == []
        fields = desk.call(lookup.matter_page, desk.station, matter_id).fields
        assert ("问题属地", "西麦窑村") in fields
        notes = [text for title, text in fields if title == "备注"]
        assert len(notes) == 1  # of the place only
        assert "东麦窑村" in notes[0]
        assert desk.call(verify, desk.station).clean
    assert one.call(lambda: one.station.store.state(matter_id)) == two.call(lambda: two.station.store.state(matter_id))
    assert json.loads(county.admin("verify").stdout)["ok"]


def test_a_value_that_came_while_the_clerk_looked_is_not_settled_unseen(desks):
    one, two = desks
    matter_id = torn(desks)
    rows = one.call(lookup.conflicts, one.station)
    place = next(row for row in rows if row.field == "place")
    theirs = next(row for row in two.call(lookup.conflicts, two.station) if row.field == "place")
    settled = SettleConflicts(matter_id, (Settlement("place", value="北麦窑村", seen=theirs.seen),), "现场核实")
    two.call(matters.settle_conflicts, two.station, settled)
    meet(two, one)
    command = SettleConflicts(matter_id, (_choice(place, "东麦窑村"),), "核对")
    with pytest.raises(Exception, match="no_conflict"):
        one.call(matters.settle_conflicts, one.station, command)


def test_acts_on_different_contents_at_the_same_time_are_told_once_and_put_away(desks, qtbot):
    one, two = desks
    matter_id = one.visit(place="柳林村").matter_ids[0]
    meet(one, two)
    correct(one, matter_id, place="东麦窑村")
    correct(two, matter_id, request="请求更换锅炉")
    meet(one, two)  # the first window's act reaches the county first: the second knows for certain
    page = show(two, qtbot, MatterPage)
    page.open(matter_id)
    two.settle()
    assert page.together.isVisible()
    assert "同时办理" in page.header.words()
    assert "1号窗口 王芳" in page.together.words.text()
    page.together.button.click()
    two.settle()
    assert not page.together.isVisible()
    assert not two.call(lookup.matter_page, two.station, matter_id).conflicts


def test_acts_one_after_the_other_are_no_matter_for_a_look(desks):
    one, two = desks
    matter_id = one.visit(place="柳林村").matter_ids[0]
    meet(one, two)
    correct(two, matter_id, request="请求更换锅炉")
    meet(two, one)
    correct(one, matter_id, place="东麦窑村")
    meet(one, two)
    for desk in (one, two):
        assert desk.call(lookup.matter_page, desk.station, matter_id).together == ()


def _choice(row, value):
    act_id = next(head.act_id for head in row.heads if head.value == value)
    return Settlement(row.field, act_id, seen=row.seen)
