"""Row 26: the same person with the same matter at two stations apart: both stay, 关联 is proposed, a person decides."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from desktop.services import care, lookup, matters
from desktop.services.duplicates import duplicates, duplicates_of
from desktop.services.matters import take_step
from desktop.services.sentences import sentence
from desktop.services.step_offers import offered_steps
from domain.commands import LinkMatter
from tests.desktop.services.halls import HALL, ORGAN, Hall, carry, claim, make_hall, person, refusal


@pytest.fixture
def town(tmp_path: Path) -> Hall:
    return make_hall(tmp_path / "town", replace(ORGAN, code="370206101", name="云溪镇人民政府", mark="云政信"), seed=11)


def met(hall: Hall, town: Hall, **changes: object) -> tuple[str, str]:
    """The matters of both stations after an exchange: registered offline on one day, the town's an hour later."""
    first = hall.register().matter_ids[0]
    town.clock.at("2026-11-23 10:30")
    told = claim(summary="征地补偿款没有足额发放", facts="2026年3月签的协议，只收到一半补偿款。")
    second = town.register(people=(person(**changes),), matters=(told,)).matter_ids[0]
    carry(hall.station, town.station)
    carry(town.station, hall.station)
    return first, second


def test_row_26_two_stations_register_one_matter_and_after_the_exchange_linking_is_proposed_at_both(
    hall: Hall, town: Hall
) -> None:
    first, second = met(hall, town)
    for each in (hall, town):
        (row,) = duplicates(each.station)
        assert {row.matter_id, row.other_matter_id} == {first, second}
        assert "证件号码相同" in row.reason
        assert {each.station.store.matter_rows([matter])[0].stage for matter in (first, second)} == {"registered"}
    form = offered_steps(hall.station, first).step("link")
    assert form.open
    assert [code for code, _ in form.form.fields[0].choices] == [second]


def test_row_26_a_person_links_them_both_are_kept_and_the_later_one_is_the_repeat(hall: Hall, town: Hall) -> None:
    first, second = met(hall, town)
    missing = refusal(lambda: take_step(hall.station, LinkMatter(first, second, "yes")))
    assert (missing.code, missing.field) == ("reason_missing", "why")
    take_step(hall.station, LinkMatter(first, second, "yes", "同一证件号码，同一补偿事项"))
    carry(hall.station, town.station)
    for each in (hall, town):
        assert list(duplicates(each.station)) == []
        earlier, later = (each.station.state(matter, field="matter_id") for matter in (first, second))
        assert (later.text("repeat"), later.text("repeat.earlier")) == ("repeat", first)
        assert (later.get("first.office"), earlier.text("repeat"), earlier.conflicts) == (True, "undecided", ())
        flags = {flag.code: flag for flag in lookup.matter_page(each.station, second).flags}
        assert (flags["repeat"].value, flags["repeat"].by) == (True, "clerk")
        assert "是同一事项" in lookup.matter_page(each.station, first).timeline[-1].summary
        assert care.verify(each.station).clean
    again = refusal(lambda: take_step(town.station, LinkMatter(second, first, "no", "弄错了")))
    assert (again.code, again.field) == ("linked_already", "other_matter_id")
    assert sentence(again).startswith("与3702")


def test_row_26_what_a_person_says_is_two_matters_is_not_proposed_again(hall: Hall, town: Hall) -> None:
    first, second = met(hall, town)
    take_step(town.station, LinkMatter(second, first, "no", "不是同一块地"))
    carry(town.station, hall.station)
    assert list(duplicates(hall.station)) == list(duplicates(town.station)) == []
    later = hall.station.state(second, field="matter_id")
    assert (later.text("repeat"), later.text("repeat.earlier")) == ("undecided", "")


def test_another_person_another_matter_and_the_same_window_are_no_duplicates(hall: Hall, town: Hall) -> None:
    first, _second = met(hall, town, name="张国华", id_number="440524188001010014", mobile="13900009999")
    assert list(duplicates(hall.station)) == []
    hall.register()
    state = hall.station.state(first, field="matter_id")
    assert duplicates_of(hall.station, state) == (), "at one window the clerk was told while he typed"
    closed = offered_steps(hall.station, first).step("link")
    assert not closed.open


def test_a_matter_is_not_linked_to_itself_nor_to_what_is_no_matter(hall: Hall, town: Hall) -> None:
    first, _second = met(hall, town)
    visit = hall.station.state(first, field="matter_id").text("visit")
    for other, code in ((first, "link_to_itself"), (visit, "not_a_matter"), ("0" * 32, "case_unknown")):
        command = LinkMatter(first, other, "yes", "同一事项")
        said = refusal(lambda command=command: matters.take_step(hall.station, command))  # type: ignore[misc]
        assert (said.code, said.field) == (code, "other_matter_id")
    assert HALL.code == hall.station.office.code
