"""The intake page by keyboard alone, on a real station: what is typed is recorded, and nothing typed is lost."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication

from desktop.app import style_sheet, window_font
from desktop.services import drafts, lookup
from desktop.views.actions import TABLE
from desktop.views.intake import IntakePage
from tests.desktop.views.keyboard import ALT, CTRL, ENTER, SHIFT, compose, cursor, fill, press, write
from tests.desktop.views.page_room import room, shown

__all__ = ["room", "shown"]

GOOD_ID = "37029919620315432X"
STORY = ("要求公布征地补偿款分配方案", "2024年3月集体耕地被征收47亩，补偿款至今没有公布", "村民有知情权")


@pytest.fixture
def page(room, shown, qtbot):
    made = shown(IntakePage)
    made.activateWindow()
    qtbot.waitUntil(made.isActiveWindow)
    made.focus_first()
    return made


def think(page: IntakePage, room) -> None:
    """The pause after which the panel knows."""
    room.until(lambda: not page.thinker.pausing)
    room.settle()


def person(name: str = "张建国", number: str = GOOD_ID, phone: str = "13800138000") -> None:
    fill(name, number, *([] if number else [""]), phone, "青禾县柳泉镇东河村三组12号")  # a number tells the sex


def claim(page: IntakePage) -> None:
    """From the request to the class, the four questions and the power."""
    fill(*STORY, "")
    press(Qt.Key.Key_1)
    press(ENTER)
    press(Qt.Key.Key_0, ALT)
    for _ in range(4):
        press(ENTER)
    press(Qt.Key.Key_1)


def finish(page: IntakePage, room) -> None:
    press(ENTER, CTRL)
    room.settle()


def recorded(page: IntakePage, room):
    """The visit as the store has it."""
    assert not page.typing, page.trouble.text()
    rows = room.call(lookup.today, room.station)
    return room.call(lookup.visit_page, room.station, rows[0].visit_id)


def test_a_whole_visit_is_typed_without_a_mouse_and_stands_in_the_record(page, room):
    person()
    claim(page)
    finish(page, room)
    visit = recorded(page, room)
    [(role, petitioner)] = visit.people
    assert (role, petitioner.name, petitioner.id_number) == ("main", "张建国", GOOD_ID)
    assert (petitioner.mobile, petitioner.sex, petitioner.birth) == ("13800138000", "female", "1962-03-15")
    assert petitioner.delivery_address == petitioner.address == "青禾县柳泉镇东河村三组12号"
    [matter] = visit.matters
    assert (matter.summary, matter.matter_class, matter.route, matter.repeat) == (STORY[0], "claim", "31-6", "first")
    assert visit.visit.number == page.done.number.text()
    assert not page.done.doubts.isVisible()
    assert cursor() is page.done.buttons[0]


@pytest.mark.parametrize("size", [(945, 580), (1215, 640)])
def test_no_part_of_the_form_is_wider_than_the_screen_of_the_design_size(page, room, size):
    """1366 × 768 at 125 % leaves about 945 × 580 beside the navigation."""
    page.setFont(window_font())
    page.setStyleSheet(style_sheet())
    page.resize(*size)
    press(Qt.Key.Key_P, ALT)
    press(Qt.Key.Key_G, ALT)
    press(Qt.Key.Key_N, ALT)
    write("土地承包合同" * 20)
    card = page.form.matters.cards[0]
    card.focus_first()
    press(Qt.Key.Key_G, ALT)
    for code in ("1", "2"):
        card.grid.editor("matter_class").setFocus()
        write(code)
        room.settle()
        assert page.form.widget().width() <= page.form.viewport().width()
        assert page.form.widget().minimumSizeHint().width() <= page.form.viewport().width()


def test_enter_and_tab_go_through_the_form_in_reading_order(page, room):
    names = []
    for _ in range(9):
        names.append(cursor().objectName())
        press(ENTER)
    assert names == ["name", "id_number", "sex", "mobile", "address", "request", "facts", "reasons", "summary"]
    page.form.go("section_people")
    tabbed = []
    for _ in range(7):
        tabbed.append(cursor().objectName())
        press(Qt.Key.Key_Tab)
    assert tabbed == ["name", "id_number", "sex", "mobile", "address", "same_delivery", "unclear"]


def test_enter_belongs_to_the_input_method_while_it_composes(page):
    compose("zhang")
    press(ENTER)
    assert cursor().objectName() == "name"
    write("张")
    press(ENTER)
    assert cursor().objectName() == "id_number"
    assert page.form.people.cards[0].text("name") == "张"
    page.form.go("section_matter")
    compose("zheng")
    press(ENTER)
    assert cursor().objectName() == "request"


def test_shift_enter_makes_a_line_and_the_usual_editing_keys_stay_what_they_are(page):
    page.form.go("section_matter")
    write("第一行")
    press(ENTER, SHIFT)
    write("第二行")
    request = page.form.matters.cards[0].grid.editor("request")
    assert request.text() == "第一行\n第二行"
    press(Qt.Key.Key_A, CTRL)
    press(Qt.Key.Key_X, CTRL)
    assert request.text() == ""
    press(Qt.Key.Key_V, CTRL)
    assert request.text() == "第一行\n第二行"
    press(Qt.Key.Key_Z, CTRL)
    assert request.text() == ""


def test_no_key_of_the_table_is_a_letter_or_digit_alone():
    for entry in TABLE:
        if entry.group != "text":
            assert "+" in entry.keys or entry.keys.startswith("F"), entry
    keys = [entry.keys for entry in TABLE]
    assert len(keys) == len(set(keys))


def test_a_wrong_check_digit_is_doubted_beside_the_field_and_saved_as_written(page, room):
    fill("张建国", "110101195403070021")
    think(page, room)
    note = page.form.people.cards[0].grid.note("id_number")
    assert note.isVisible()
    assert "校验" in note.words("warn")
    fill("13800138000", "青禾县柳泉镇东河村三组12号")
    claim(page)
    finish(page, room)
    assert recorded(page, room).people[0][1].id_number == "110101195403070021"
    assert "校验" in page.done.doubts.text()


def test_full_width_figures_are_understood(page, room):
    person(number="３７０２９９１９６２０３１５４３２ｘ", phone="１３８００１３８０００")
    claim(page)
    finish(page, room)
    [(_, petitioner)] = recorded(page, room).people
    assert (petitioner.id_number, petitioner.mobile) == (GOOD_ID, "13800138000")


def test_a_sixth_representative_is_refused_beside_that_person_and_nothing_typed_is_touched(page, room):
    person("代表一", "", "")
    claim(page)
    for number in "二三四五六":
        press(Qt.Key.Key_P, ALT)
        write(f"代表{number}")
    think(page, room)
    before = page.form.draft()
    finish(page, room)
    assert page.typing
    note = page.form.people.cards[5].grid.note("role")
    assert "五" in note.words("error") or "5" in note.words("error")
    assert note.isVisible()
    assert cursor() is page.form.people.cards[5].grid.editor("role")
    assert page.form.draft() == before
    press(Qt.Key.Key_2)  # 随访人
    finish(page, room)
    roles = [role for role, _ in recorded(page, room).people]
    assert sorted(roles) == ["companion", "main", *["representative"] * 4]


def test_the_number_present_follows_the_names_until_the_clerk_says_otherwise(page, room):
    person("代表一", "", "")
    press(Qt.Key.Key_P, ALT)
    write("代表二")
    press(Qt.Key.Key_5, ALT)
    assert page.form.people.headcount.value() == 2
    press(ENTER)
    write("赵一、匿名")
    assert page.form.people.headcount.value() == 4
    press(Qt.Key.Key_5, ALT)
    write("12")
    press(ENTER)
    write("、孙二")
    assert page.form.people.headcount.value() == 12


def test_a_missing_address_is_refused_beside_it_and_the_tick_with_a_reason_lets_it_pass(page, room):
    fill("张建国", "", "", "", "")
    claim(page)
    finish(page, room)
    card = page.form.people.cards[0]
    assert card.grid.note("address").words("error")
    assert cursor() is card.grid.editor("address")
    press(Qt.Key.Key_Tab)
    press(Qt.Key.Key_Tab)
    press(Qt.Key.Key_Space)
    assert card.unclear.isChecked()
    finish(page, room)
    assert recorded(page, room).people[0][1].name == "张建国"


def test_an_anonymous_visit_needs_no_name(page, room):
    page.form.people.anonymous.setFocus()
    press(Qt.Key.Key_Space)
    press(Qt.Key.Key_2, ALT)
    claim(page)
    finish(page, room)
    visit = recorded(page, room)
    assert visit.people == ()
    assert visit.visit.main_name == "匿名"


def test_an_oral_record_must_be_read_back(page, room):
    person()
    press(Qt.Key.Key_3, ALT)
    write("来访人口述：要求公布补偿款分配方案。")
    finish(page, room)
    assert page.typing
    assert page.form.oral.grid.note("read_back").words("error")
    assert cursor() is page.form.oral.read_back
    press(Qt.Key.Key_Space)
    finish(page, room)
    assert recorded(page, room).matters[0].summary.startswith("来访人口述")


def test_materials_and_a_second_matter_are_recorded(page, room):
    person()
    claim(page)
    press(Qt.Key.Key_M, ALT)
    write("反映村卫生室经常关门")
    press(Qt.Key.Key_N, ALT)
    fill("土地承包合同", "2", "14")
    finish(page, room)
    visit = recorded(page, room)
    assert [matter.summary for matter in visit.matters] == [STORY[0], "反映村卫生室经常关门"]
    assert any("土地承包合同" in text and "14" in text for _, text in visit.fields)
    assert any("F03" in button.text() for button in page.done.buttons)


def test_a_known_person_is_listed_after_a_pause_and_taken_by_key(page, room):
    room.visit("李建国")
    write("李建国")
    think(page, room)
    assert page.side.known.count() == 1
    press(Qt.Key.Key_F4)
    assert cursor() is page.side.known
    press(ENTER)
    think(page, room)
    card = page.form.people.cards[0]
    assert card.petitioner_id
    assert card.grid.editor("name").isReadOnly()
    assert card.text("address") == "沙子口街道石湾村12号"
    assert cursor().objectName() == "request"
    write("反映小区供暖温度不达标，请求检修")
    think(page, room)
    assert "重访" in page.side.repeat_kind.text()
    assert page.side.repeat_reason.text()
    press(Qt.Key.Key_2, ALT)
    finish(page, room)
    visit = recorded(page, room)
    assert visit.people[0][1].visit_count == 2
    assert visit.matters[0].repeat == "repeat"


def test_a_known_persons_name_is_not_overwritten_by_a_slip_but_can_be_corrected_on_purpose(page, room):
    room.visit("李建国")
    write("李建国")
    think(page, room)
    press(Qt.Key.Key_F4)
    press(ENTER)
    card = page.form.people.cards[0]
    page.form.go("section_people")
    write("误")
    assert card.text("name") == "李建国"
    card._edit.setFocus()
    press(ENTER)
    assert cursor() is card.grid.editor("name")
    press(Qt.Key.Key_End)
    write("军")
    assert card.text("name") == "李建国军"


def test_what_is_typed_is_on_the_disk_within_a_second(page, room):
    write("张建国")
    room.until(lambda: "草稿已存" in page.kept.text())
    [line] = room.call(drafts.open_drafts, room.station)
    assert line.first_words == "张建国"


def test_a_draft_survives_the_window_and_is_offered_not_put_back_silently(page, room, shown, qtbot):
    person()
    claim(page)
    room.until(lambda: "草稿已存" in page.kept.text())
    room.until(lambda: not page.keeper._pause.isActive())
    room.settle()
    page.keeper.blockSignals(True)
    page.hideEvent = lambda event: None  # a crash: nothing is saved on the way out
    page.deleteLater()
    again = shown(IntakePage)
    assert again.form.empty
    assert again.form.recovery.isVisible()
    [draft_id] = again.form.recovery.draft_ids
    again.activateWindow()
    qtbot.waitUntil(again.isActiveWindow)
    again.form.recovery.button(draft_id, "resume").setFocus()
    press(ENTER)
    room.settle()
    assert again.form.people.cards[0].text("name") == "张建国"
    assert again.form.matters.cards[0].value().triage.court == "no"
    assert not again.form.recovery.isVisible()
    finish(again, room)
    assert recorded(again, room).matters[0].summary == STORY[0]
    assert room.call(drafts.open_drafts, room.station) == []


def test_f2_parks_a_half_typed_visit_and_it_can_be_looked_at_resumed_or_given_up(page, room):
    write("张建国")
    page.new_visit()
    room.settle()
    assert page.form.empty
    [draft_id] = page.form.recovery.draft_ids
    page.form.recovery.button(draft_id, "look").click()
    room.settle()
    assert any("张建国" in label.text() for label in page.form.recovery.findChildren(type(page.kept), "words"))
    page.form.recovery.button(draft_id, "discard").click()
    room.settle()
    assert page.form.recovery.draft_ids == []


def test_a_draft_that_cannot_be_read_does_not_stop_the_clerk(page, room):
    write("张建国")
    page.new_visit()
    room.settle()
    [draft_id] = page.form.recovery.draft_ids
    room.call(lambda: room.station.store.db.execute("UPDATE draft SET fields = '{broken'"))
    page.resume(draft_id)
    room.settle()
    assert room.said("warning")
    assert page.typing
    write("王德顺")
    assert page.form.people.cards[0].text("name") == "王德顺"


@pytest.mark.parametrize(
    "stored",
    [
        {},
        {"people": "x", "matters": 7},
        {"people": [1, {"name": None}], "headcount": "x", "materials": [{"copies": "x"}]},
    ],
)
def test_every_partial_draft_can_be_put_back(page, stored):
    page.form.begin("0" * 32, stored)
    assert page.form.command().visit_id == "0" * 32


def test_a_story_of_ten_thousand_characters_and_a_pasted_table_are_kept(page, room):
    story = "村民反映补偿款分配不公开。" * 800
    person("王\t德\n顺", "", "")
    write(story)
    finish(page, room)
    visit = recorded(page, room)
    assert any(text.startswith("村民反映") and len(text) >= 10_000 for _, text in visit.fields) or visit.matters


def test_sending_twice_registers_once(page, room):
    person()
    claim(page)
    press(ENTER, CTRL)
    QApplication.sendEvent(page, QKeyEvent(QKeyEvent.Type.KeyPress, ENTER, CTRL))
    page.finish()
    room.settle()
    assert len(room.call(lookup.today, room.station)) == 1


def test_the_matter_asks_only_what_its_class_needs(page):
    matter = page.form.matters.cards[0]
    assert not matter.triage.isVisible()
    page.form.go("section_matter")
    matter.grid.editor("matter_class").setFocus()
    press(Qt.Key.Key_2)
    assert matter.rest.editor("accused_organ").isVisible()
    assert not matter.triage.editor("court").isVisible()
    press(Qt.Key.Key_1)
    assert matter.triage.editor("court").isVisible()
    assert not matter.rest.editor("accused_organ").isVisible()
