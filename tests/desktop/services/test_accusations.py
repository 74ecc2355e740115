"""Accusations 检举控告 at the desk: where they may go, and who opened them (R 30③)."""

from __future__ import annotations

import pytest

from desktop.services import lookup, matters
from domain.commands import AssignMatter, ReferMatter
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
