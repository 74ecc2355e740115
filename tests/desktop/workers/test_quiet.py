"""Quiet work: search keys and log are tidied when nobody needs the store lane."""

from __future__ import annotations

from desktop.models.store import measuring
from desktop.services import lookup, tables
from desktop.workers.quiet import QuietWork
from domain.commands import ImportRules
from tests.desktop.services.halls import HALL, carry, make_hall
from tests.desktop.services.test_tables import rules
from tests.desktop.views.page_room import room  # noqa: F401


def test_search_keys_that_wait_are_written_in_quiet_moments_and_nothing_is_missing_before(room):  # noqa: F811
    room.visit("欧阳小娥")
    waiting = room.call(room.station.store.search_waiting)
    found_before = room.call(lookup.find, room.station, "欧阳")
    quiet = QuietWork(room.lane, room.ref, room.bus)
    room.until(lambda: quiet.resting)
    assert waiting > 0
    assert room.call(room.station.store.search_waiting) == 0
    assert [row.ref for row in room.call(lookup.find, room.station, "欧阳")] == [row.ref for row in found_before] != []
    quiet.stop()


def test_after_it_was_stopped_no_piece_is_begun(room):  # noqa: F811
    quiet = QuietWork(room.lane, room.ref, room.bus)
    quiet.stop()
    room.visit("王小明")
    room.settle()
    assert not quiet.resting
    assert room.call(room.station.store.search_waiting) > 0


def test_a_table_from_the_county_that_touches_many_is_told_when_it_begins_and_when_it_is_done(
    room,  # noqa: F811
    tmp_path,
    monkeypatch,
):
    monkeypatch.setattr(measuring, "AT_ONCE", 0)
    monkeypatch.setattr(measuring.measure_some, "__defaults__", (1,))
    room.visit()
    room.visit("王小明")

    def from_the_bureau() -> None:
        bureau = make_hall(tmp_path / "bureau", HALL)
        tables.import_rules(bureau.station, ImportRules(rules(T2=7)))
        carry(bureau.station, room.station)
        bureau.station.close()

    room.call(from_the_bureau)
    quiet = QuietWork(room.lane, room.ref, room.bus)
    room.until(lambda: quiet.resting)
    quiet.stop()
    assert room.said("info") == [
        "收到新的期限表，正在重新计算 2 件事项的期限，可以照常办理。",
        "新的期限表已经用上，期限都已重新计算。",
    ]
    assert {row.due_nominal for row in room.call(lookup.deadline_board, room.station).seven_days} == {"2026-11-30"}
