"""What another window registered and changed arrives as rows, whether its case is new here or lay here before."""

from __future__ import annotations

import gc
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from desktop.services import county as exchange
from desktop.services.care import verify
from desktop.services.exchange import begin_exchange
from domain.acts import ActDraft, CaseKind
from domain.faults import SurroundingsFault
from sync.client import HttpTransport
from sync.packing import NEWEST
from sync.protocol import frame_dictionary
from tests.desktop.services.halls import HALL, Hall, claim, make_hall, person
from tests.sync.harness import County


@pytest.fixture
def second(tmp_path: Path) -> Iterator[Hall]:
    made = make_hall(tmp_path / "second", replace(HALL, window="8", series=()), seed=8)
    yield made
    made.station.close()


def correct(desk: Hall, matter_id: str, summary: str) -> None:
    state = desk.station.state(matter_id, field="matter")
    over = state.over("summary")
    with desk.station.writing() as transaction:
        transaction.record([ActDraft("matter_corrected", CaseKind.MATTER, matter_id, {"summary": summary}, over)])


def test_new_cases_and_changed_ones_in_one_answer_are_the_rows_their_acts_tell(
    hall: Hall, second: Hall, county: County
) -> None:
    for desk in (hall, second):
        exchange.enrol(desk.station, county.url, county.code(HALL.code, desk.station.office.window))
    first = hall.register(people=(person(name="何秋实"),), matters=(claim(summary="补偿款未发放"),))
    exchange.exchange_once(hall.station)
    exchange.exchange_once(second.station)
    correct(hall, first.matter_ids[0], "补偿款少发两户")
    later = hall.register(people=(person(name="方砚田"),), matters=(claim(summary="道路扬尘"),))
    correct(hall, later.matter_ids[0], "道路扬尘扰民")
    exchange.exchange_once(hall.station)
    exchange.exchange_once(second.station)
    rows = {row.matter_id: row for row in second.station.store.matters_due("9999-12-31")}
    assert {key: (row.main_name, row.summary) for key, row in rows.items()} == {
        first.matter_ids[0]: ("何秋实", "补偿款少发两户"),
        later.matter_ids[0]: ("方砚田", "道路扬尘扰民"),
    }
    assert verify(second.station).clean
    assert second.station.store.people_of_visit(first.visit_id) == hall.station.store.people_of_visit(first.visit_id)


def test_a_clerk_may_change_on_both_sides_what_came_as_new(hall: Hall, second: Hall, county: County) -> None:
    for desk in (hall, second):
        exchange.enrol(desk.station, county.url, county.code(HALL.code, desk.station.office.window))
    (matter_id,) = hall.register(matters=(claim(summary="补偿款未发放"),)).matter_ids
    exchange.exchange_once(hall.station)
    exchange.exchange_once(second.station)
    correct(hall, matter_id, "少发两户")
    correct(second, matter_id, "少发三户")
    for desk in (hall, second, hall):
        exchange.exchange_once(desk.station)
    for desk in (hall, second):
        assert (matter_id, "matter", "summary") in desk.station.store.conflict_fields()
        assert verify(desk.station).clean


def test_a_desk_remembers_what_its_county_can_read(hall: Hall, county: County) -> None:
    exchange.enrol(hall.station, county.url, county.code(HALL.code, hall.station.office.window))
    hall.register()
    assert exchange.exchange_once(hall.station).value.pending == 0
    hall.register()
    prepared = begin_exchange(hall.station)
    assert prepared is not None
    assert prepared.dictionary == NEWEST

    class Earlier(HttpTransport):
        """A county put back to a release without a dictionary."""

        def exchange(self, frame: bytes) -> bytes:
            if frame_dictionary(frame):
                raise SurroundingsFault("county_refused", facts={"status": 426, "reason": "unknown_flags"})
            return super().exchange(frame)

    line = Earlier(county.url)
    assert exchange.exchange_once(hall.station, line).value.pending == 0
    line.close()


def test_an_exchange_gives_python_back_as_it_found_it_even_when_the_line_breaks(hall: Hall, county: County) -> None:
    exchange.enrol(hall.station, county.url, county.code(HALL.code, hall.station.office.window))

    class Broken(HttpTransport):
        def exchange(self, frame: bytes) -> bytes:
            assert not gc.isenabled()
            raise SurroundingsFault("county_unreachable")

    before, line = sys.getswitchinterval(), Broken(county.url)
    assert gc.isenabled()
    with pytest.raises(SurroundingsFault, match="county_unreachable"):
        exchange.exchange_once(hall.station, line)
    assert gc.isenabled()
    assert sys.getswitchinterval() == before
    line.close()
