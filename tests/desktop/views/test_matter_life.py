"""A matter is taken through its whole life at three offices, from the windows and by keys only."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt

from desktop.models.store.connection import immediate
from desktop.models.store.rows import OfficeRow
from desktop.services import lookup
from desktop.services.station import OfficeSetup, Station
from desktop.views.fields import Choice, Segments
from desktop.views.intake import IntakePage
from desktop.views.matter_page import STEPS, STORY, MatterPage
from domain.fold import state_json
from sync.log.chain import Entry
from sync.log.values import WriterRow
from tests.desktop.services.halls import HALL, ORGAN
from tests.desktop.views.intake_room import claim, finish, person, think
from tests.desktop.views.keyboard import ALT, CTRL, ENTER, cursor, fill, press, write
from tests.desktop.views.page_room import Room

CITY = OfficeSetup(
    code="370200",
    name="滨海市住房和城乡建设局",
    kind="competent_organ",
    window="1",
    mark="滨市建",
    directory=(OfficeRow("370206", ORGAN.name, "competent_organ", "county", "", "", "", ""),),
)
Sent = tuple[WriterRow, list[Entry]]


class Desk:
    """An office with its station and the page of a matter, worked by keys."""

    def __init__(self, folder, office: OfficeSetup, seed: int, qtbot) -> None:
        self.room = Room(folder, office, seed=seed)
        self.qtbot = qtbot
        self.page = self.shown(MatterPage)
        self.asked: list[str] = []
        self.page.print_requested.connect(lambda _case, form: self.asked.append(form))

    def shown(self, kind):
        page = kind(self.room.lane, self.room.ref, self.room.bus)
        self.qtbot.addWidget(page)
        page.resize(1180, 706)
        page.show()
        self.room.settle()
        return page

    def sit_down(self, page) -> None:
        """This window comes to the front."""
        page.activateWindow()
        self.qtbot.waitUntil(page.isActiveWindow)

    def look_at(self, matter_id: str) -> None:
        self.page.open(matter_id)
        self.room.settle()
        self.sit_down(self.page)
        self.page.focus_first()

    def take(self, code: str, **typed: str) -> None:
        """Take a step: Alt+Enter where it is the next one, else out of the list; only what is named is typed."""
        if next(iter(self.page.buttons)) == code:
            press(ENTER, ALT)
        else:
            self.open_from_list(code)
        self.type_in(**typed)
        press(ENTER, CTRL)
        self.room.settle()
        assert self.page.steps.step is None, self.refusals()

    def open_from_list(self, code: str) -> None:
        press(Qt.Key.Key_O, ALT)
        for _ in range(60):
            if self.page.all_steps.view.current_id() == code:
                break
            press(Qt.Key.Key_Down)
        press(ENTER)
        step = self.page.steps.step
        assert step is not None, self.page.all_steps.words.text()
        assert step.name == code

    def type_in(self, **typed: str) -> None:
        """Walk the form with Enter and write into the named fields."""
        left = dict(typed)
        while left:
            editor = cursor()
            assert editor is not self.page.steps.submit_button, f"no field for {left}"
            words = left.pop(editor.objectName(), None)
            if words is not None:
                if not isinstance(editor, Choice | Segments):
                    press(Qt.Key.Key_A, CTRL)
                    write(words)
                elif isinstance(editor, Segments):
                    write(words)
                else:
                    for _ in range(int(words)):
                        press(Qt.Key.Key_Down)
            if left:
                press(ENTER)

    def refusals(self) -> str:
        steps = self.page.steps
        names = [each.name for each in steps.step.fields] if steps.step else []
        return " ".join(filter(None, (steps.refusal_text(), *(steps.refusal_text(name) for name in names))))

    def refused(self, code: str) -> str:
        """Why a step is not open, as the list says it."""
        return next(row.refusal for row in self.page.all_steps.table.rows() if row.code == code)


def send(source: Room, *targets: Room) -> None:
    """What one office did reaches the others, as an exchange would bring it."""

    def written(station: Station) -> Sent:
        row = station.store.log.writer(station.store.identity.writer)
        assert row is not None
        return row, station.store.log.entries(row.writer, 0)

    def read(station: Station, row, entries) -> None:
        with immediate(station.store.db) as transaction:
            station.store.log.add_writer(row.writer, row.station, row.office, row.public_key)
            held = station.store.log.writer(row.writer)
            assert held is not None
            new = entries[held.have.n :]
            if new:
                cases = {each.act.case_id for each in station.store.log.admit(new)}
                station.store.project_cases(dict.fromkeys(cases, ()))
            transaction.commit()

    row, entries = source.call(written, source.station)
    for target in targets:
        target.call(read, target.station, row, entries)


@pytest.fixture
def desks(qtbot, tmp_path):
    """The petition office, the organ with authority, and the organ above it."""
    made = [
        Desk(tmp_path / office.code, office, seed, qtbot)
        for seed, office in enumerate((HALL, replace(ORGAN, directory=(*ORGAN.directory, CITY_ROW)), CITY), start=41)
    ]
    yield made
    for desk in made:
        desk.room.close()


CITY_ROW = OfficeRow("370200", CITY.name, "competent_organ", "city", "", "", "", "")


def registered(desk: Desk) -> str:
    """A visit typed at the window of the petition office; its matter lies in another organ's power."""
    page = desk.shown(IntakePage)
    desk.sit_down(page)
    page.focus_first()
    person()
    claim(page)
    press(Qt.Key.Key_2)
    think(page, desk.room)
    finish(page, desk.room)
    [visit] = desk.room.call(lookup.today, desk.room.station)
    [matter] = desk.room.call(lookup.visit_page, desk.room.station, visit.visit_id).matters
    page.hide()
    return matter.matter_id


def test_a_matter_is_taken_through_its_whole_life_from_the_window_by_keys_only(desks):
    hall, organ, city = desks
    matter_id = registered(hall)

    hall.look_at(matter_id)
    assert next(iter(hall.page.buttons)) == "refer"
    assert "转送有权处理的机关" in hall.page.bar.reason.full_text
    hall.take("assign", to_office="1", days="45")
    assert "已交办" in hall.page.header.words()
    assert hall.asked == ["F08"]
    assert "现由滨海县住房和城乡建设局办理" in hall.page.bar.reason.full_text

    send(hall.room, organ.room, city.room)
    organ.look_at(matter_id)
    organ.take("receive")
    assert "已收件" in organ.page.header.words()
    organ.take("accept", handling_unit="住房保障股", handler="赵股长")
    assert organ.asked == ["F04"]
    assert "已受理" in organ.page.header.words()
    assert "送达受理告知书" in organ.page.header.words()
    assert "2026-12-08" in organ.page.header.words()
    sixty = {row.clock: row.nominal for row in organ.page.clocks.table.rows()}
    assert sixty["T6"] == "2027-01-22"

    organ.take("opine", outcome="1", facts="经查属实", opinion="三十日内公布分配方案", basis="村民委员会组织法",
               review_organ=CITY.name, signed_by="周局长")  # fmt: skip
    assert "已出具处理意见" in organ.page.header.words()
    organ.take("deliver", signer="张建国")
    assert "处理意见已送达" in organ.page.header.words()
    send(organ.room, hall.room, city.room)

    city.look_at(matter_id)
    assert next(iter(city.page.buttons)) == "ask_review"
    city.take("ask_review", requests="请求更正分配方案的范围")
    city.take("decide_review", verdict="1", opinion="维持原处理意见", basis="信访工作条例", signed_by="孙局长",
              recheck_organ="省住房和城乡建设厅")  # fmt: skip
    city.take("deliver", signer="张建国")
    assert "复查意见已送达" in city.page.header.words()
    send(city.room, organ.room, hall.room)

    organ.look_at(matter_id)
    assert "报送办结报告" in organ.refused("close") or "close" in organ.page.buttons
    organ.take("report", findings="已经查清", result="方案已经公布", signed_by="周局长")
    organ.take("close")
    assert "已办结" in organ.page.header.words()
    assert next(iter(organ.page.buttons)) == "archive"
    organ.take("archive", volume="信访〔2026〕15号卷", retention="3")
    assert "已归档" in organ.page.header.words()
    assert set(organ.page.buttons) == {"correct"}

    press(Qt.Key.Key_5, ALT)
    assert organ.page.tabs.currentIndex() == STORY
    told = organ.page.story.text()
    for words in (
        "交办机关：滨海县信访局", "办理期限（日）：45", "办理结果：方案已经公布", "意见类型：予以支持",
        "复查结论：维持", "复查机关：滨海市住房和城乡建设局", "签收　张建国", "办结结果：支持请求", "保管期限：10年",
        "案卷号：信访〔2026〕15号卷",
    ):  # fmt: skip
        assert words in told
    titles = [row.title for row in organ.page.timeline.table.rows()]
    assert titles == [
        "登记信访事项", "交办", "移送", "收件", "受理", "出具处理意见", "送达", "申请复查", "出具复查意见", "送达",
        "报送办结报告", "办结", "归档",
    ]  # fmt: skip

    send(organ.room, hall.room, city.room)
    states = [desk.room.call(lambda d=desk: d.room.station.store.state(matter_id)) for desk in desks]
    assert state_json(states[0]) == state_json(states[1]) == state_json(states[2])


def test_a_day_in_the_future_is_refused_beside_its_field_and_nothing_typed_is_lost(desks):
    hall = desks[0]
    matter_id = registered(hall)
    hall.look_at(matter_id)
    press(ENTER, ALT)
    hall.type_in(to_office="1", referred_on="2026-11-30", why="属住建部门职权")
    press(ENTER, CTRL)
    hall.room.settle()
    assert "2026-11-30" in hall.page.steps.refusal_text("referred_on")
    assert "转送日期" in hall.page.steps.refusal_text("referred_on")
    assert cursor().objectName() == "referred_on"
    assert hall.page.steps.values()["why"] == "属住建部门职权"
    press(Qt.Key.Key_A, CTRL)
    write("2026-11-23")
    press(ENTER, CTRL)
    hall.room.settle()
    assert "已转送" in hall.page.header.words()


def test_a_step_half_typed_is_there_again_after_the_window_was_lost(desks, qtbot):
    hall = desks[0]
    matter_id = registered(hall)
    hall.look_at(matter_id)
    hall.open_from_list("supervise")
    fill("", "超过期限没有告知")
    hall.page.keep()  # what a lock, a lost focus and a closing window do
    hall.room.settle()
    hall.page.close()
    hall.page = hall.shown(MatterPage)
    hall.look_at(matter_id)
    assert "督办（未填完）" in hall.page.buttons["supervise"].text()
    hall.open_from_list("supervise")
    assert "已恢复上次没有填完的内容" in hall.page.steps.refusal_text()
    assert hall.page.steps.values()["facts"] == "超过期限没有告知"
    press(Qt.Key.Key_Escape)
    press(Qt.Key.Key_Escape)
    hall.room.settle()
    assert hall.page.steps.step is None
    assert hall.page.all_steps.table.rows()[0].kept is None
    assert all(row.kept is None for row in hall.page.all_steps.table.rows())


def test_a_recorded_step_leaves_no_draft_behind(desks):
    hall = desks[0]
    matter_id = registered(hall)
    hall.look_at(matter_id)
    hall.open_from_list("supplement")
    hall.type_in(missing="征地协议复印件")
    hall.page.keep()
    press(ENTER, CTRL)
    hall.room.settle()
    assert hall.page.steps.step is None
    assert all(row.kept is None for row in hall.page.all_steps.table.rows())
    assert "还没有收到" in hall.page.story.text()
    hall.take("supplied", what="征地协议复印件一份")
    assert "收到的材料：征地协议复印件一份" in hall.page.story.text()


def test_steps_that_are_not_for_this_stage_are_not_offered_but_listed_with_the_reason(desks):
    hall, organ, _ = desks
    matter_id = registered(hall)
    hall.look_at(matter_id)
    assert not {"receive", "opine", "archive", "accept"} & set(hall.page.buttons)
    press(Qt.Key.Key_O, ALT)
    assert hall.page.tabs.currentIndex() == STEPS
    assert "已登记" in hall.refused("opine")
    assert "信访部门不作受理决定" in hall.refused("accept")
    assert "简易办理" in hall.refused("simplify")
    send(hall.room, organ.room)
    organ.look_at(matter_id)
    assert "现由其他机关办理" in organ.refused("refer")


def test_an_open_conflict_keeps_binding_steps_out_of_the_row_and_says_why(desks):
    hall = desks[0]
    matter_id = registered(hall)
    tear(hall.room, matter_id)
    hall.look_at(matter_id)
    assert "refer" not in hall.page.buttons
    assert "事项类别" in hall.refused("refer")
    assert hall.page.bar.conflict_button.isVisible()


def tear(room: Room, matter_id: str) -> None:
    """Two classes written without knowledge of each other."""
    from desktop.services import matters
    from domain.commands import CorrectMatter

    page = room.call(lookup.matter_page, room.station, matter_id)
    seen = tuple(row.act_id for row in page.timeline)
    for value in ("other", "suggestion"):
        command = CorrectMatter(matter_id, {"matter_class": value}, "核对", seen)
        room.call(matters.correct_matter, room.station, command)
