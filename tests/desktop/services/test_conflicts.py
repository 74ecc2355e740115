"""Corrections, conflicts between two windows and acts of a later release: nothing is lost, a person decides."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from desktop.models.store.rows import MatterRow
from desktop.services import lookup, matters, papers
from desktop.services.care import verify
from desktop.services.station import Station
from domain.acts import ActDraft, CaseKind
from domain.commands import (
    AcceptMatter,
    CorrectMatter,
    CorrectPetitioner,
    CorrectVisit,
    IssuePaper,
    ReferMatter,
    SettleConflict,
)
from tests.desktop.services.halls import HALL, Hall, carry, make_hall, refusal


def row(hall: Hall, matter_id: str) -> MatterRow:
    return hall.station.store.matter_rows([matter_id])[0]


def heads(station: Station, case_id: str, field: str) -> list[object]:
    state = station.store.state(case_id)
    assert state is not None
    return [head.value for head in state.fields[field].heads]


def acts_seen(station: Station, case_id: str) -> tuple[str, ...]:
    state = station.store.state(case_id)
    assert state is not None
    return tuple(act.act_id for act in state.acts)


@pytest.fixture
def second_window(tmp_path: Path) -> Iterator[Hall]:
    """Another station of the same petition office, at window 3."""
    made = make_hall(tmp_path / "second", replace(HALL, window="3", series=()), seed=9)
    yield made
    made.station.close()


# corrections and conflicts -------------------------------------------------------------------------------------------


def test_a_correction_keeps_the_earlier_value_on_the_timeline(hall: Hall) -> None:
    made = hall.register()
    command = CorrectMatter(made.matter_ids[0], {"summary": "征地补偿款未发放"}, "笔误")
    matters.correct_matter(hall.station, command)
    page = lookup.matter_page(hall.station, made.matter_ids[0])
    assert page.matter.summary == "征地补偿款未发放"
    assert [(line.title, line.why) for line in page.timeline] == [("登记信访事项", ""), ("更正信访事项", "笔误")]
    assert page.conflicts == ()


@pytest.mark.parametrize(
    ("values", "why", "code", "field"),
    [
        ({"summary": "新"}, "", "reason_missing", "why"),
        ({"summary": "征地补偿款未足额发放"}, "无", "nothing_changed", "values"),
        ({"stage": "accepted"}, "改", "field_unknown", "values.stage"),
        ({"route": "31-9"}, "改", "choice_unknown", "values.route"),
        ({"received_on": "昨天"}, "改", "date_invalid", "values.received_on"),
    ],
)
def test_a_correction_of_a_matter_that_corrects_nothing_lawful_is_refused(
    hall: Hall, values: dict[str, str], why: str, code: str, field: str
) -> None:
    matter = hall.register().matter_ids[0]
    said = refusal(lambda: matters.correct_matter(hall.station, CorrectMatter(matter, values, why)))
    assert (said.code, said.field) == (code, field)


def test_class_route_and_receipt_stand_once_the_matter_was_decided(organ: Hall) -> None:
    matter = organ.register().matter_ids[0]
    matters.take_step(organ.station, AcceptMatter(matter))
    for name, value in {"route": "31-5", "matter_class": "other", "received_on": "2026-11-20"}.items():
        command = CorrectMatter(matter, {name: value}, "改")
        said = refusal(lambda command=command: matters.correct_matter(organ.station, command))  # type: ignore[misc]
        assert (said.code, said.field, said.article) == ("already_decided", f"values.{name}", "R 31")


def test_a_day_of_receipt_put_right_moves_the_clock(hall: Hall) -> None:
    matter = hall.register().matter_ids[0]
    matters.correct_matter(hall.station, CorrectMatter(matter, {"received_on": "2026-11-20"}, "来访日期登错"))
    assert hall.clock_row(matter, "T1").nominal == "2026-12-05"


def test_a_visit_and_a_petitioner_are_corrected(hall: Hall) -> None:
    made = hall.register()
    matters.correct_visit(hall.station, CorrectVisit(made.visit_id, {"headcount": "6"}, "点错人数"))
    assert lookup.visit_page(hall.station, made.visit_id).visit.headcount == 6
    said = refusal(lambda: matters.correct_visit(hall.station, CorrectVisit(made.visit_id, {"headcount": "六"}, "改")))
    assert (said.code, said.field) == ("count_invalid", "values.headcount")
    who = made.petitioner_ids[0]
    matters.correct_petitioner(hall.station, CorrectPetitioner(who, {"name": "李春艳", "mobile": ""}, "按身份证"))
    row_now = lookup.petitioner_page(hall.station, who).petitioner
    assert (row_now.name, row_now.mobile, row_now.address) == ("李春艳", "", "滨海县临港街道渔村12号")
    assert [hit.ref for hit in lookup.find(hall.station, "李春艳") if hit.kind == "petitioner"] == [who]
    assert [hit.ref for hit in lookup.find(hall.station, "李春燕") if hit.kind == "petitioner"] == []


def test_people_present_of_a_corrected_visit_are_a_collective_visit(hall: Hall) -> None:
    made = hall.register(headcount=4)
    matters.correct_visit(hall.station, CorrectVisit(made.visit_id, {"headcount": "5"}, "点错人数"))
    assert lookup.visit_page(hall.station, made.visit_id).visit.collective
    matters.correct_visit(hall.station, CorrectVisit(made.visit_id, {"headcount": "2"}, "再点一次"))
    assert not lookup.visit_page(hall.station, made.visit_id).visit.collective


def test_a_corrected_head_count_is_never_below_the_people_named(hall: Hall) -> None:
    made = hall.register(companions=("匿名",), headcount=4)
    command = CorrectVisit(made.visit_id, {"headcount": "1"}, "点错人数")
    said = refusal(lambda: matters.correct_visit(hall.station, command))
    assert (said.code, said.field, said.facts) == (
        "headcount_too_small",
        "values.headcount",
        {"present": 2, "given": 1},
    )


def test_a_late_edit_over_an_older_form_becomes_an_open_conflict(hall: Hall) -> None:
    matter = hall.register().matter_ids[0]
    seen = acts_seen(hall.station, matter)
    matters.correct_matter(hall.station, CorrectMatter(matter, {"summary": "甲"}, "改", seen))
    matters.correct_matter(hall.station, CorrectMatter(matter, {"summary": "乙"}, "改", seen))
    (conflict,) = lookup.conflicts(hall.station)
    assert (conflict.field, [head.value for head in conflict.heads]) == ("summary", ["甲", "乙"])
    assert row(hall, matter).conflicts == 1


def test_two_windows_that_write_the_same_make_no_conflict(hall: Hall, second_window: Hall) -> None:
    matter = hall.register().matter_ids[0]
    carry(hall.station, second_window.station)
    for each in (hall, second_window):
        matters.correct_matter(each.station, CorrectMatter(matter, {"summary": "同一句"}, "改"))
    carry(hall.station, second_window.station)
    assert heads(second_window.station, matter, "summary") == ["同一句", "同一句"]
    assert lookup.conflicts(second_window.station) == []


def test_two_windows_that_differ_are_settled_at_one_and_agree_at_both(hall: Hall, second_window: Hall) -> None:
    matter = hall.register().matter_ids[0]
    carry(hall.station, second_window.station)
    matters.correct_matter(hall.station, CorrectMatter(matter, {"route": "31-5"}, "核实后"))
    matters.correct_matter(second_window.station, CorrectMatter(matter, {"route": "31-4"}, "核实后"))
    carry(hall.station, second_window.station)
    carry(second_window.station, hall.station)
    for each in (hall, second_window):
        (conflict,) = lookup.conflicts(each.station)
        assert (conflict.field, len(conflict.heads)) == ("route", 2)
        said = refusal(lambda each=each: matters.take_step(each.station, ReferMatter(matter, "370206")))  # type: ignore[misc]
        assert (said.code, said.facts) == ("conflict_open", {"field": "route"})
    chosen = next(
        head
        for head in lookup.conflicts(hall.station)[0].heads
        if head.station == hall.station.store.identity.station_id[:8]
    )
    matters.settle_conflict(hall.station, SettleConflict(matter, "route", chosen.act_id, why="以本窗口核实为准"))
    carry(hall.station, second_window.station)
    for each in (hall, second_window):
        assert lookup.conflicts(each.station) == []
        assert row(each, matter).route == "31-5"
        assert each.scalar("SELECT count(*) FROM conflict") == 0
    matters.take_step(hall.station, ReferMatter(matter, "370206"))


def test_settling_needs_a_conflict_a_choice_and_a_reason(hall: Hall) -> None:
    matter = hall.register().matter_ids[0]

    def settle(**values: str) -> Callable[[], object]:
        command = SettleConflict(matter, "summary", "", values.get("value", ""), values.get("why", "核对"))
        return lambda: matters.settle_conflict(hall.station, command)

    assert refusal(settle()).code == "no_conflict"
    seen = acts_seen(hall.station, matter)
    matters.correct_matter(hall.station, CorrectMatter(matter, {"summary": "甲"}, "改", seen))
    matters.correct_matter(hall.station, CorrectMatter(matter, {"summary": "乙"}, "改", seen))
    assert refusal(settle()).code == "choice_missing"
    assert refusal(settle(why=" ", value="丙")).code == "reason_missing"
    settle(value="丙")()
    assert row(hall, matter).summary == "丙"
    assert lookup.conflicts(hall.station) == []


# acts of a later release ---------------------------------------------------------------------------------------------


def test_an_act_of_a_later_release_is_kept_shown_and_stops_further_steps(organ: Hall) -> None:
    matter = organ.register().matter_ids[0]
    sets = {"mediated_on": "2026-11-23", "stage": "mediated"}
    with organ.station.writing() as transaction:
        transaction.record([ActDraft("matter_mediated", CaseKind.MATTER, matter, sets)])
    page = lookup.matter_page(organ.station, matter)
    assert page.newer
    assert page.timeline[-1].title == "由新版本办理，请升级后查看"
    assert page.matter.stage == "registered"
    state = organ.open_again().store.state(matter)
    assert state is not None
    assert dict(state.acts[-1].sets) == sets
    for command in (
        lambda: matters.take_step(organ.station, AcceptMatter(matter)),
        lambda: matters.correct_matter(organ.station, CorrectMatter(matter, {"summary": "新"}, "改")),
        lambda: papers.issue_paper(organ.station, IssuePaper(matter, "F04")),
    ):
        assert refusal(command).code == "newer_release"
    assert verify(organ.station).clean
