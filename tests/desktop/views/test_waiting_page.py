"""待上报: the list behind the word in the status bar: grouped, named, with what may be done; the pages beside it."""

from __future__ import annotations

import time

import pytest
from PySide6.QtCore import Qt

from desktop.models.store.connection import immediate
from desktop.services import county as exchange
from desktop.services import lookup
from desktop.services.sentences_sync import REBORN
from desktop.views.county_page import CountyPage
from desktop.views.matter_page import MatterPage
from desktop.views.timeline import time_words, whole_words
from desktop.views.visit_page import VisitPage
from desktop.views.waiting_page import WaitingPage
from domain.acts import ActDraft, CaseKind
from tests.desktop.views.page_room import OFFICE, column, room, shown
from tests.sync.harness import County

__all__ = ["room", "shown"]

HOUR = 3_600_000


@pytest.fixture
def county(tmp_path):
    found = County(tmp_path / "county").start()
    yield found
    assert found.stop() == 0


def enrol(room, county) -> None:
    room.call(exchange.enrol, room.station, county.url, county.code(OFFICE.code, OFFICE.window))


def go(room) -> None:
    room.call(exchange.exchange_once, room.station)
    room.settle()


def refused(room) -> None:
    def write(station):
        draft = ActDraft("visit_registered", CaseKind.VISIT, station.new_id(), {"number": "错"}, scope="office/999999")
        with station.writing() as transaction:
            transaction.record([draft])

    room.call(write, room.station)


def test_an_empty_list_says_why(room, shown, county):
    page = shown(WaitingPage)
    assert "尚未与县级接通" in page.view._empty.text() or page.table.rowCount()
    enrol(room, county)
    go(room)
    page.refresh()
    room.settle()
    assert page.table.rowCount() == 0
    assert "都已到县" in page.view._empty.text()
    assert "刚刚" in page.last.text()


def test_visits_and_matters_stand_under_what_will_become_of_them(room, shown, county):
    enrol(room, county)
    go(room)
    made = room.visit()
    page = shown(WaitingPage)
    assert column(page.view, 0)[0] == "等待上报，不用管它，连上县级后自动上报（3）"
    assert page.headline.text() == "已存本机，待上报 3"
    assert not page.retry_button.isVisible()
    with_matter = [row.case_id for row in page.table.rows()]
    assert {made.visit_id, made.matter_ids[0]} <= set(with_matter)
    go(room)
    assert page.table.rowCount() == 0


def test_what_needs_a_person_is_set_aside_and_sent_again_by_keyboard(room, shown, county, qtbot):
    enrol(room, county)
    refused(room)
    go(room)
    page = shown(WaitingPage)
    page.activateWindow()
    assert column(page.view, 0)[0] == "需要处理（1）"
    assert page.headline.text() == "1 项需处理"
    assert "县里已保存" in page.reason.text()
    page.aside_button.setFocus()
    qtbot.keyClick(page.aside_button, Qt.Key.Key_Return)
    room.settle()
    assert column(page.view, 0)[0] == "已由工作人员搁置（1）"
    assert not page.aside_button.isVisible()
    with qtbot.waitSignal(page.exchange_wanted):
        qtbot.keyClick(page.retry_button, Qt.Key.Key_Return)
        room.settle()
    assert page.table.rows()[0].state == "waiting"
    assert any("搁置" in text for text in room.said("done"))


def test_a_list_is_exported_and_the_clerk_is_told_where(room, shown, tmp_path):
    room.visit()
    page = shown(WaitingPage)
    page.export_to(tmp_path / "给管理员.html", one=False)
    room.settle()
    assert "未到县的办理动作" in (tmp_path / "给管理员.html").read_text("utf-8")
    assert "给管理员.html" in room.said("done")[-1]


def test_enter_opens_the_case_and_escape_leads_back(room, shown, qtbot):
    made = room.visit()
    page = shown(WaitingPage)
    page.activateWindow()
    page.view.setFocus()
    page.view.choose_id(next(row.key for row in page.table.rows() if row.case_id == made.visit_id))
    with qtbot.waitSignal(page.visit_chosen) as chosen:
        qtbot.keyClick(page.view, Qt.Key.Key_Return)
    assert chosen.args == [made.visit_id]
    with qtbot.waitSignal(page.closed):
        qtbot.keyClick(page.view, Qt.Key.Key_Escape)


# the county page -----------------------------------------------------------------------------------------------------


def test_a_wrong_clock_stands_on_the_county_page_and_nothing_else_changes(room, shown, county):
    room.now = time.time_ns() // 1_000_000 + HOUR + 5 * 60_000 + 10_000
    enrol(room, county)
    go(room)
    page = shown(CountyPage)
    assert page.notes.clock.text() == "本机时间比县服务器快 1 小时 5 分，请校准（不影响登记）。"
    assert page.values["clock"].text() == "比县服务器快 1 小时 5 分"
    assert page.headline.text() == "本机记录已全部到县"
    assert room.visit().visit_id


def test_a_restored_station_is_told_that_nothing_was_lost(room, shown, county):
    enrol(room, county)
    room.visit()
    room.call(room.station.store.begin_incarnation)
    page = shown(CountyPage)
    assert page.notes.reborn.text() == REBORN
    assert "待上报" in page.headline.text()
    go(room)
    assert page.headline.text() == "本机记录已全部到县"


def test_the_numbers_left_are_shown(room, shown):
    page = shown(CountyPage)
    assert "“受”余 9,999 个" in page.values["series"].text()


def test_a_station_whose_identity_was_renewed_elsewhere_is_offered_a_new_enrolment(room, shown, county):
    enrol(room, county)
    room.visit()
    county.admin("revoke", "--station", room.station.store.identity.station_id)
    with pytest.raises(Exception, match="county_refused"):
        go(room)
    page = shown(CountyPage)
    assert page.headline.text().startswith("县里没有接受本机的上报")
    assert "撤销" in page.trouble.text()
    assert page.enrol_card.isVisible()
    page.url.setText(county.url)
    page.code.setText(county.code(OFFICE.code, OFFICE.window))
    page.enrol()
    room.settle()
    go(room)
    page.refresh()
    room.settle()
    assert page.headline.text() == "本机记录已全部到县"
    assert not page.enrol_card.isVisible()


# times on a case -----------------------------------------------------------------------------------------------------


def test_the_timeline_marks_a_doubtful_time_and_keeps_it(room, shown):
    first = room.visit()
    room.now -= HOUR
    room.visit(days_ago=0)
    made = room.visit()
    rows = room.call(lookup.visit_page, room.station, made.visit_id).timeline
    assert time_words(rows[0]).endswith("时钟存疑")
    assert "早于已知时间" in whole_words(rows[0])
    assert room.call(lookup.visit_page, room.station, first.visit_id).timeline[0].doubt == "时间未核对"


def test_the_time_of_a_visit_is_put_right_with_a_reason_and_the_deadline_moves_with_it(room, shown, qtbot):
    made = room.visit()
    before = room.call(lookup.matter_page, room.station, made.matter_ids[0]).matter.due_nominal
    page = shown(VisitPage)
    page.open(made.visit_id)
    room.settle()
    page.activateWindow()
    qtbot.keyClick(page.time_button, Qt.Key.Key_Return)
    page.steps.set_value("visited_at", "2026-11-22 16:40")
    page.steps.submit()
    room.settle()
    assert page.steps.refusal_text("why")
    page.steps.set_value("why", "登记时本机时钟快一天")
    page.steps.submit()
    room.settle()
    whole = room.call(lookup.visit_page, room.station, made.visit_id)
    assert whole.visit.visited_at == "2026-11-22 16:40"
    assert whole.visit.number == room.call(lookup.visit_page, room.station, made.visit_id).visit.number
    assert [row.title for row in whole.timeline] == ["登记来访", "更正来访登记"]
    after = room.call(lookup.matter_page, room.station, made.matter_ids[0])
    assert after.matter.received_on == "2026-11-22"
    assert after.matter.due_nominal < before
    assert after.timeline[-1].why == "登记时本机时钟快一天"
    assert page.time_button.isVisible()


def test_no_clock_moves_a_deadline(room, shown):
    made = room.visit()
    before = room.call(lookup.matter_page, room.station, made.matter_ids[0]).clocks
    room.now += 500 * 24 * HOUR
    page = shown(MatterPage)
    page.open(made.matter_ids[0])
    room.settle()
    assert room.call(lookup.matter_page, room.station, made.matter_ids[0]).clocks == before


def test_two_halves_of_a_broken_run_are_named_and_go_again_whole(room, shown, county, qtbot):
    enrol(room, county)
    room.visit()

    def break_it(station):
        with immediate(station.store.db) as transaction:
            station.store.feed.put_aside({station.store.identity.writer: "unsigned_tail"})
            transaction.commit()

    room.call(break_it, room.station)
    page = shown(WaitingPage)
    assert "需处理" in page.headline.text()
    assert {row.state for row in page.table.rows()} == {"aside"}
    assert page.retry_button.isVisible()
    assert not page.aside_button.isVisible()
    page.retry()
    room.settle()
    go(room)
    assert page.table.rowCount() == 0
