"""Quiet work: search keys and log are tidied when nobody needs the store lane."""

from __future__ import annotations

from desktop.services import lookup
from desktop.workers.quiet import QuietWork
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
