"""The generator of synthetic visits: the same every time, varied, lawful, and about nobody."""

from __future__ import annotations

from collections import Counter
from datetime import date
from itertools import chain

import pytest

import resources
from desktop import printing
from desktop.services import care, demo, synthetic_words
from desktop.services.synthetic import SyntheticVisit, visits
from desktop.services.synthetic_stories import STORIES
from domain.commands import PetitionerInput
from domain.identity import check_credit_code, check_id, normalise_phone
from tests.desktop.services.halls import make_hall

UNTIL = date(2026, 11, 23)


@pytest.fixture(scope="module")
def many() -> list[SyntheticVisit]:
    return list(visits(7, 3000, until=UNTIL, days=90, offices=("青禾县自然资源局", "青禾县民政局")))


def people(many: list[SyntheticVisit]) -> list[PetitionerInput]:
    return [person for each in many for person in each.command.people]


def test_the_same_seed_tells_the_same_stories_and_another_seed_others():
    first = list(visits(1, 60, until=UNTIL))
    assert first == list(visits(1, 60, until=UNTIL))
    assert first != list(visits(2, 60, until=UNTIL))


def test_every_identity_number_fits_its_check_digit_its_bearer_and_no_real_county(many):
    seen: dict[str, str] = {}
    for each in many:
        for person, key in zip(each.command.people, each.person_keys, strict=True):
            if not person.id_number:
                continue
            read = check_id(person.id_number, UNTIL)
            assert (read.warnings, read.region) == ((), synthetic_words.REGION)
            assert (read.birth, read.sex) == (date.fromisoformat(person.birth), person.sex)
            assert seen.setdefault(person.id_number, key) == key
    assert len(seen) > 2000


def test_telephones_lie_in_one_range_and_credit_codes_are_sound(many):
    for person in people(many):
        if person.mobile:
            assert person.mobile.startswith("19900")
            assert normalise_phone(person.mobile).warnings == ()
        if person.credit_code:
            assert check_credit_code(person.credit_code).warnings == ()
    assert any(person.credit_code for person in people(many))


def test_places_are_those_of_the_shipped_county_that_does_not_exist():
    table = resources.table("regions")
    assert table["synthetic"] is True
    entries = {row["code"]: row for row in table["entries"]}  # type: ignore[attr-defined]
    for town, villages in synthetic_words.TOWNS:
        for code, village in villages:
            assert entries[code]["label"] == village
            assert entries[entries[code]["parent"]]["label"] == town


def test_codes_are_those_of_the_shipped_tables(many):
    def codes(name: str) -> set[str]:
        return {row["code"] for row in resources.table(name)["entries"]}  # type: ignore[attr-defined]

    assert {story.content_code for story in STORIES} <= codes("content_classes")
    assert {story.purpose for story in STORIES} <= codes("purposes")
    assert {person.occupation for person in people(many)} - {""} <= codes("occupations")
    assert {person.ethnic_group for person in people(many)} - {""} <= codes("ethnic_groups")


def test_about_a_fifth_come_again_and_what_they_repeat_was_told_before(many):
    told: set[str] = set()
    known: set[str] = set()
    again = 0
    for each in many:
        for key, before in zip(each.person_keys, each.known, strict=True):
            assert (key in known) == before
        for matter, earlier in zip(each.command.matters, each.earlier_keys, strict=True):
            assert (matter.repeat.kind in ("repeat", "new_facts")) == bool(earlier)
            assert not earlier or earlier in told
        again += any(each.known)
        known.update(each.person_keys)
        told.update(each.matter_keys)
    assert 0.15 < again / len(many) < 0.25


def test_every_kind_of_visit_comes_up(many):
    commands = [each.command for each in many]
    names = "".join(person.name for person in people(many))
    assert any(command.anonymous for command in commands)
    assert any(person.address_missing_reason for person in people(many))
    assert any(person.kind == "organisation" for person in people(many))
    assert any(command.headcount >= 5 and len(command.people) == 5 for command in commands)
    assert any("匿名" in command.companions for command in commands)
    assert any(len(command.matters) == 2 for command in commands)
    assert any(command.materials for command in commands)
    assert {char for char in "𠮷䶮㛃𱁬·" if char in names} == set("𠮷䶮㛃𱁬·")
    routes = Counter(matter.route for command in commands for matter in command.matters)
    assert set(routes) == {"", "31-1", "31-2", "31-4", "31-5", "31-6"}
    classes = {matter.matter_class for command in commands for matter in command.matters}
    assert classes == {"claim", "suggestion", "accusation", "other"}
    assert max(len(command.people) for command in commands) <= 5  # R 20③


def test_visits_come_in_the_order_of_their_days_and_inside_them(many):
    moments = [each.command.visited_at for each in many]
    assert moments == sorted(moments)
    assert moments[0] >= "2026-08-26"
    assert moments[-1] < "2026-11-24"


def test_no_gap_of_a_story_stays_open_and_every_character_can_be_printed(many):
    texts = chain.from_iterable(
        (matter.summary, matter.request, matter.facts, matter.reasons, each.command.oral_record)
        for each in many
        for matter in each.command.matters
    )
    whole = "".join(texts) + "".join(person.name + person.address for person in people(many))
    assert "{" not in whole
    assert printing.missing_characters([whole]) == []


def test_generated_visits_are_registered_without_refusal_and_the_record_is_proved(hall):
    made = demo.import_generated(hall.station, 3, 120)
    assert len(made.visits) == 120
    assert made.warnings == Counter()
    report = care.verify(hall.station)
    assert report.clean, report


@pytest.mark.parametrize("code", [demo.HALL, demo.TOWNSHIPS[0][0]])
def test_the_demo_takes_only_steps_the_rules_allow(tmp_path, code):
    station = make_hall(tmp_path / "station", demo.office_setup(code, "2", alone=True)).station
    try:
        filled = demo.fill_demo(station, seed=5, count=25, papers_for=2)
        assert filled.visits == 25
        assert sum(filled.steps.values()) > 10
        assert filled.papers > 4
        assert care.verify(station).clean
    finally:
        station.close()
