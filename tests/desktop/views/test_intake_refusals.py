"""The intake page when something is wrong or unusual: doubted or refused beside its field, nothing typed is touched."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt

from tests.desktop.views.intake_room import GOOD_ID, claim, finish, page, person, recorded, room, shown, think
from tests.desktop.views.keyboard import ALT, ENTER, cursor, fill, press, write

__all__ = ["page", "room", "shown"]


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


def test_twelve_people_about_one_matter_with_five_representatives_and_one_who_would_not_be_named(page, room):
    person("𠮷䶮")
    claim(page)
    for number in "二三四五":
        press(Qt.Key.Key_P, ALT)
        write(f"代表{number}")
    press(Qt.Key.Key_5, ALT)
    fill("", "赵一、钱二，孙三 李四；周五、吴六、匿名")
    finish(page, room)
    visit = recorded(page, room)
    assert visit.visit.headcount == 12
    assert visit.visit.collective
    assert visit.people[0][1].name == "𠮷䶮"
    assert len(visit.people) == 5
    assert visit.companions == ("赵一", "钱二", "孙三", "李四", "周五", "吴六", "匿名")


@pytest.mark.parametrize("hostile", ["张\u202e三", "张\u200b三", "\ufeff张三", "张三\x07"])
def test_marks_that_cannot_be_seen_do_not_reach_the_record(page, room, hostile):
    page.form.people.cards[0].set_text("name", hostile)
    press(ENTER)
    fill("", "", "", "青禾县柳泉镇东河村")
    claim(page)
    finish(page, room)
    assert recorded(page, room).people[0][1].name == "张三"


def test_a_date_that_does_not_exist_is_refused_beside_it(page, room):
    person()
    claim(page)
    page.form.people.visited_at.setText("2026-02-31 09:00")
    finish(page, room)
    assert page.form.people.visit.note("visited_at").words("error")
    assert cursor().objectName() == "visited_at"
    page.form.people.visited_at.clear()
    finish(page, room)
    assert recorded(page, room)


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


def test_a_story_of_ten_thousand_characters_and_a_pasted_table_are_kept(page, room):
    story = "村民反映补偿款分配不公开。" * 800
    person("王\t德\n顺", "", "")
    write(story)
    finish(page, room)
    visit = recorded(page, room)
    assert any(text.startswith("村民反映") and len(text) >= 10_000 for _, text in visit.fields) or visit.matters
