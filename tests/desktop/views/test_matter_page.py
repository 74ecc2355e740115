"""信访事项页 and 来访页: where it stands, its steps with refusals beside the field, papers, clocks, timeline."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt

from desktop.services import lookup, matters, papers
from desktop.views.matter_page import MatterPage
from desktop.views.visit_page import VisitPage
from domain.commands import CorrectMatter, IssuePaper
from tests.desktop.views.page_room import OFFICE, column, room, shown

__all__ = ["room", "shown"]


@pytest.fixture
def matter(room, shown):
    def show(matter_id):
        page = shown(MatterPage)
        page.open(matter_id)
        room.settle()
        page.activateWindow()
        return page

    return show


def test_the_header_says_number_stage_owner_next_step_and_both_days(room, matter):
    registered = room.visit(days_ago=1)
    words = matter(registered.matter_ids[0]).header.words()
    assert registered.number + "/1" in words
    assert "已登记" in words
    assert OFFICE.name in words
    assert "决定是否受理并书面告知" in words
    assert "2026-12-07" in words
    assert "已存本机" in words


def test_a_last_day_that_rolls_shows_nominal_and_rolled(room, matter):
    words = matter(room.visit(days_ago=2).matter_ids[0]).header.words()  # 2026-11-21 + 15 = Sunday 2026-12-06
    assert "名义 2026-12-06，顺延至 2026-12-07" in words


def test_a_missing_calendar_is_marked_and_the_rolled_day_is_not_guessed(room, matter):
    page = matter(room.accept(room.visit()))
    assert "日历缺失 2027 年" in page.header.words()
    page.show_tab(3)
    assert page.clocks.view.choose_id("T6")
    assert "缺2027年日历" in column(page.clocks.view, 5)
    assert "不作推算" in page.clocks.words.text()


def test_why_this_day_can_be_followed_line_by_line(room, matter):
    page = matter(room.visit().matter_ids[0])
    page.show_tab(3)
    text = page.clocks.words.text()
    assert "自次日起算15日" in text
    assert "第二十三条第二款" in text
    assert len(text.split("\n")) >= 4


def test_the_timeline_tells_each_act_with_its_author(room, matter):
    page = matter(room.accept(room.visit()))
    page.show_tab(1)
    assert column(page.timeline.view, 1)[1:] == ["登记信访事项", "受理"]
    assert column(page.timeline.view, 4)[1:] == ["王芳", "王芳"]
    assert column(page.timeline.view, 6)[1:] == ["已存本机", "已存本机"]


def test_a_claim_on_31_6_is_offered_acceptance_first_and_alt_enter_opens_it(room, matter, qtbot):
    page = matter(room.visit().matter_ids[0])
    assert next(iter(page.buttons)) == "accept"
    page.tabs.setFocus()
    qtbot.keyClick(page.tabs, Qt.Key.Key_Return, Qt.KeyboardModifier.AltModifier)
    assert page.steps.isVisible()
    assert page.steps.values()["accepted_on"] == "2026-11-23"


def test_acceptance_by_keyboard_is_recorded_and_its_notice_is_asked_for(room, matter, qtbot):
    matter_id = room.visit().matter_ids[0]
    page = matter(matter_id)
    page.open_step("accept")
    page.steps.set_value("handling_unit", "城建办公室")
    with qtbot.waitSignal(page.print_requested) as asked:
        qtbot.keyClick(page.focusWidget(), Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert asked.args == [matter_id, "F04"]
    room.settle()
    assert not page.steps.isVisible()
    assert "已受理" in page.header.words()
    assert next(iter(page.buttons)) == "F04"


def test_a_refusal_stands_beside_its_field_and_nothing_typed_is_lost(room, matter):
    page = matter(room.accept(room.visit()))
    page.open_step("extend")
    page.steps.set_value("days", "40")
    page.steps.set_value("approver", "赵主任")
    page.steps.set_value("why", "涉及人数多")
    page.steps.submit()
    room.settle()
    assert page.steps.refusal_text("days")
    assert page.steps.values()["approver"] == "赵主任"
    page.steps.set_value("days", "３０")  # full-width figures are figures
    page.steps.submit()
    room.settle()
    assert not page.steps.isVisible()
    assert "延期后办结" in "".join(column(page.clocks.view, 0))


def test_a_word_for_a_number_is_refused_beside_the_field(room, matter):
    page = matter(room.visit().matter_ids[0])
    page.open_step("assign")
    page.steps.set_value("to_office", "某某单位")
    page.steps.set_value("days", "两个月")
    page.steps.submit()
    room.settle()
    assert page.steps.refusal_text("days")


def test_escape_puts_a_step_away_and_records_nothing(room, matter, qtbot):
    page = matter(room.visit().matter_ids[0])
    page.open_step("refer")
    qtbot.keyClick(page.focusWidget(), Qt.Key.Key_Escape)
    assert not page.steps.isVisible()
    room.settle()
    assert "已登记" in page.header.words()


def test_an_office_of_the_directory_is_chosen_by_name(room, matter):
    matter_id = room.visit().matter_ids[0]
    page = matter(matter_id)
    page.open_step("refer")
    page.steps.set_value("to_office", "370205")
    page.steps.submit()
    room.settle()
    assert "已转送" in page.header.words()
    assert "去向机关：青禾县信访局" in page.details.text()


def test_another_matter_puts_the_open_step_away(room, matter):
    page = matter(room.visit().matter_ids[0])
    page.open_step("refer")
    page.open(room.visit("张秀英").matter_ids[0])
    room.settle()
    assert not page.steps.isVisible()
    assert "张秀英" in page.header.words()


def test_a_conflict_is_marked_and_a_binding_step_waits_for_it(room, matter):
    matter_id = room.visit().matter_ids[0]
    room.clash(matter_id, "柳林村", "东麦窑村")
    page = matter(matter_id)
    assert "待核对 1" in page.header.words()
    assert page.conflict_button.isVisible()


def test_delivery_is_recorded_and_its_proof_asked_for(room, matter, qtbot):
    matter_id = room.accept(room.visit())
    paper = room.call(papers.issue_paper, room.station, IssuePaper(matter_id, "F04")).value
    page = matter(matter_id)
    page.open_step("deliver")
    page.steps.set_value("signer", "李建国")
    with qtbot.waitSignal(page.proof_requested) as asked:
        page.steps.submit()
    assert asked.args == [matter_id, paper.paper_id]
    room.settle()
    assert "调查核实" in page.header.words()


def test_papers_show_number_state_and_prints_and_enter_opens_one(room, matter, qtbot):
    matter_id = room.accept(room.visit())
    paper = room.call(papers.issue_paper, room.station, IssuePaper(matter_id, "F04")).value
    page = matter(matter_id)
    page.show_tab(2)
    assert column(page.papers.view, 1) == [paper.number]
    assert column(page.papers.view, 2) == ["已出具，未确认打印"]
    with qtbot.waitSignal(page.paper_chosen) as chosen:
        qtbot.keyClick(page.papers.view, Qt.Key.Key_Return)
    assert chosen.args == [matter_id, paper.paper_id]


def test_an_accusation_does_not_show_its_petitioner(room, matter):
    registered = room.visit("李建国", matter_class="accusation", route="", summary="反映村干部问题")
    page = matter(registered.matter_ids[0])
    assert "李建国" not in page.details.text() + page.header.words()
    assert "第三十条" in page.details.text()


def test_an_anonymous_matter_says_why_no_notice_is_owed(room, matter):
    page = matter(room.visit("").matter_ids[0])
    page.show_tab(3)
    assert "第二十三条第二款" in page.clocks.words.text()
    assert "supply_address" in page.buttons


def test_the_visit_page_lists_people_matters_and_papers(room, shown, qtbot):
    registered = room.visit("李建国")
    page = shown(VisitPage)
    page.open(registered.visit_id)
    room.settle()
    assert registered.number in page.header.words()
    assert "主访人　李建国" in [group.title for group in page.details._groups]
    assert set(page.papers.buttons) == {"F01", "F02"}
    with qtbot.waitSignal(page.matter_chosen) as chosen:
        qtbot.keyClick(page.matter_view, Qt.Key.Key_Return)
    assert chosen.args == [registered.matter_ids[0]]
    with qtbot.waitSignal(page.print_requested) as asked:
        page.papers.buttons["F02"].click()
    assert asked.args == [registered.visit_id, "F02"]


def test_a_step_left_open_survives_a_refresh(room, matter):
    matter_id = room.visit().matter_ids[0]
    page = matter(matter_id)
    page.open_step("refer")
    page.steps.set_value("contact", "0530-1")
    room.clash(matter_id, "甲", "乙")
    room.settle()
    assert page.steps.values()["contact"] == "0530-1"
    assert room.call(lookup.matter_page, room.station, matter_id).conflicts


def test_an_undecided_matter_is_offered_its_class_first_and_then_acceptance(room, matter):
    page = matter(room.visit(matter_class="", route="").matter_ids[0])
    assert next(iter(page.buttons)) == "classify"
    page.open_step("classify")
    page.steps.set_value("route", "31-6")
    page.steps.submit()
    room.settle()
    assert page.steps.refusal_text("why")
    page.steps.set_value("why", "不属其他法定途径")
    page.steps.submit()
    room.settle()
    assert next(iter(page.buttons)) == "accept"
    assert "申诉求决" in page.header.words()


def test_a_correction_keeps_the_earlier_words_and_their_author(room, matter):
    page = matter(room.visit(place="柳林村").matter_ids[0])
    page.open_step("correct")
    page.steps.set_value("field", "place")
    page.steps.set_value("value", "东麦窑村")
    page.steps.set_value("why", "来访人更正")
    page.steps.submit()
    room.settle()
    assert "问题属地：东麦窑村" in page.details.text()
    page.show_tab(1)
    page.timeline.view.choose_id(page.timeline.table.rows()[0].act_id)
    assert "柳林村" in page.timeline.words.text()
    page.timeline.view.choose_id(page.timeline.table.rows()[-1].act_id)
    assert "理由：来访人更正" in page.timeline.words.text()


def test_a_correction_over_an_older_view_becomes_a_conflict_and_loses_nothing(room, matter):
    matter_id = room.visit(place="柳林村").matter_ids[0]
    page = matter(matter_id)
    page.open_step("correct")
    page.steps.set_value("field", "place")
    page.steps.set_value("value", "东麦窑村")
    page.steps.set_value("why", "来访人更正")
    room.call(matters.correct_matter, room.station, CorrectMatter(matter_id, {"place": "西麦窑村"}, "电话核实"))
    room.settle()
    page.steps.submit()
    room.settle()
    assert "待核对 1" in page.header.words()
