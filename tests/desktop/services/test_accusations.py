"""Accusations 检举控告 at the desk: where they may go, and who opened them (R 30③)."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from desktop.services import lookup, matters, papers, tables
from desktop.services.dossier import dossier
from desktop.services.sentences import sentence
from desktop.services.step_offers import offered_steps
from domain.commands import AssignMatter, DeliverNotice, GuideMatter, ImportHeads, IssuePaper, ReferMatter
from tests.desktop.services.halls import Hall, claim, refusal


def stage(hall: Hall, matter_id: str) -> str:
    return hall.station.store.matter_rows([matter_id])[0].stage


def test_whoever_opens_an_accusation_is_recorded_once_a_day_and_no_other_matter_tells(hall: Hall) -> None:
    accused = hall.register(matters=(claim(matter_class="accusation", route=""),)).matter_ids[0]
    plain = hall.register().matter_ids[0]
    assert not matters.note_reading(hall.station, accused), "who registers it knows it"
    hall.clock.at("2026-11-24 09:00")
    assert [matters.note_reading(hall.station, each) for each in (accused, accused, plain)] == [True, False, False]
    hall.clock.at("2026-11-25 09:00")
    assert matters.note_reading(hall.station, accused)
    told = [entry.title for entry in lookup.matter_page(hall.station, accused).timeline]
    assert told.count("查阅") == 2


@pytest.mark.parametrize("step", ["refer", "assign"])
@pytest.mark.parametrize("accused", ["370206", "滨海县住房和城乡建设局"])
def test_an_accusation_never_goes_to_the_accused(hall: Hall, step: str, accused: str) -> None:
    accusation = claim(matter_class="accusation", route="", accused_organ=accused)
    matter = hall.register(matters=(accusation,)).matter_ids[0]

    def send() -> object:
        if step == "refer":
            return matters.take_step(hall.station, ReferMatter(matter, "370206"))
        return matters.take_step(hall.station, AssignMatter(matter, "370206", 30))

    said = refusal(send)
    assert (said.code, said.field, said.article) == ("accused_organ", "to_office", "R 30③")
    assert stage(hall, matter) == "registered"


@pytest.mark.parametrize(
    ("to_office", "to_name", "contact", "code", "field"),
    [
        ("", "某纪检监察组", "", "accusation_by_name", "to_office"),
        ("370298", "", "", "accusation_recipient", "to_office"),
        ("370206", "", "王某某", "accused_person", "contact"),
    ],
)
def test_row_15_an_accusation_goes_only_to_an_organ_of_the_directory_and_into_no_hands_of_the_accused(
    hall: Hall, to_office: str, to_name: str, contact: str, code: str, field: str
) -> None:
    accusation = claim(matter_class="accusation", route="", accused_person="王某某")
    matter = hall.register(matters=(accusation,)).matter_ids[0]
    refer = ReferMatter(matter, to_office, to_name, contact=contact)
    said = refusal(lambda: matters.take_step(hall.station, refer))
    assert (said.code, said.field) == (code, field)
    matters.take_step(hall.station, ReferMatter(matter, "370206", contact="李某某"))
    assert stage(hall, matter) == "referred"


HEADS = json.dumps({"heads": [{"office": "370206", "name": "周建国", "post": "局长", "from": "2025-03-01"}]})


def test_row_15_an_accusation_of_the_head_of_an_organ_is_kept_from_it_by_every_way(hall: Hall) -> None:
    assert tables.import_heads(hall.station, ImportHeads(HEADS)).value == 1
    accusation = claim(matter_class="accusation", route="", accused_person="周建国局长")
    matter = hall.register(matters=(accusation,)).matter_ids[0]
    ways: tuple[Callable[[], object], ...] = (
        lambda: matters.take_step(hall.station, ReferMatter(matter, "370206")),
        lambda: matters.take_step(hall.station, AssignMatter(matter, "370206", 30)),
        lambda: matters.share_case(hall.station, matter, "370206"),
    )
    for way in ways:
        said = refusal(way)
        assert (said.code, said.field, said.article) == ("accused_heads_organ", "to_office", "R 30③")
        assert sentence(said) == (
            "被反映人是“滨海县住房和城乡建设局”的负责人，检举控告不得转给该机关。"
            "请改送其上级机关或者有管理权限的纪检监察机关。（《信访工作条例》第三十条第三款）"
        )
    assert stage(hall, matter) == "registered"
    offered = offered_steps(hall.station, matter).step("refer").form
    choices = dict(next(each for each in offered.fields if each.name == "to_office").choices)
    assert choices["370206"].endswith("（负责人是被反映人，不得转送）")


def test_row_15_where_the_head_is_not_recorded_the_clerk_is_warned_and_it_stands_on_the_record(hall: Hall) -> None:
    accusation = claim(matter_class="accusation", route="", accused_person="周建国")
    matter = hall.register(matters=(accusation,)).matter_ids[0]
    offered = offered_steps(hall.station, matter).step("refer").form
    choices = dict(next(each for each in offered.fields if each.name == "to_office").choices)
    assert choices["370206"].endswith("（负责人没有登记，请先核对）")
    matters.take_step(hall.station, ReferMatter(matter, "370206"))
    (leg,) = (theme for theme in dossier(hall.station, matter) if theme.title == "转送")
    assert dict(leg.rows)["去向机关负责人"] == "机构目录没有登记，没有核对是否就是被反映人"


def test_the_timeline_of_an_accusation_does_not_say_who_signed_for_a_paper(hall: Hall) -> None:
    accused, plain = (
        hall.register(matters=(claim(matter_class=kind, route="", own_power="yes"),)).matter_ids[0]
        for kind in ("accusation", "suggestion")
    )
    for matter in (accused, plain):
        matters.take_step(hall.station, GuideMatter(matter, target_organ="县纪委监委", how="当面提出"))
        paper = papers.issue_paper(hall.station, IssuePaper(matter, "F05")).value.paper_id
        matters.take_step(hall.station, DeliverNotice(matter, paper, signer="李春燕"))
    said = {
        matter: next(row.summary for row in lookup.matter_page(hall.station, matter).timeline if row.title == "送达")
        for matter in (accused, plain)
    }
    assert "李春燕签收" in said[plain]
    assert "李春燕" not in said[accused]
    assert "签收" in said[accused]
