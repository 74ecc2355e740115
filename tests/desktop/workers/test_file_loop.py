"""The file loop: carries what waits, waits for acts, comes again after a line that failed, and stops when told."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from desktop.services import county, files, transfer
from desktop.workers.file_loop import FileLoop
from desktop.workers.lane import Lane
from domain.commands import AttachFile
from domain.faults import SurroundingsFault
from tests.desktop.test_cli_county import admin, free_port
from tests.desktop.test_cli_county import county as serving
from tests.desktop.views.page_room import OFFICE, Room, room

__all__ = ["room"]


@pytest.fixture
def file_lane(qtbot) -> Iterator[Lane]:
    made = Lane("files")
    yield made
    assert made.finish(10)


@pytest.fixture
def enrolled(room: Room, tmp_path: Path) -> Iterator[Room]:
    place, port = tmp_path / "county", free_port()
    code = admin(place, "enrol", "--office", OFFICE.code, "--office-name", OFFICE.name, "--window", "1")
    with serving(place, port):
        room.call(county.enrol, room.station, f"http://127.0.0.1:{port}", code)
        yield room


def attach(room: Room, tmp_path: Path, size: int) -> tuple[str, str]:
    path = tmp_path / "a.mp3"
    path.write_bytes(b"ID3" + os.urandom(size))
    visit = room.visit().visit_id
    row = room.call(files.attach_file, room.station, AttachFile(visit, (str(path),))).value
    return visit, row.file_id


def state(room: Room, file_id: str) -> str:
    return room.call(files.file_row, room.station, file_id).state


def test_a_file_waits_for_its_act_and_then_goes_by_itself(enrolled: Room, file_lane: Lane, tmp_path: Path):
    room = enrolled
    _, file_id = attach(room, tmp_path, 9 << 20)
    assert room.call(transfer.begin, room.station) is None  # its act has not gone
    heard: list[frozenset[str]] = []
    room.bus.changed.connect(heard.append)
    loop = FileLoop(room.lane, file_lane, room.ref, room.bus)
    loop.start()
    loop.now()
    room.until(lambda: not loop.working)
    assert state(room, file_id) == "here"
    room.call(county.exchange_once, room.station)
    loop.now()
    room.until(lambda: state(room, file_id) == "county")
    steps = [topics for topics in heard if topics == frozenset({"file"})]
    assert len(steps) >= 3  # asked, and several steps of 4 MB: the screen hears of each
    loop.stop()


def test_a_line_that_fails_is_no_fault_and_what_was_carried_stays(enrolled: Room, file_lane: Lane, tmp_path: Path):
    room = enrolled
    _, file_id = attach(room, tmp_path, 6 << 20)
    room.call(county.exchange_once, room.station)
    loop = FileLoop(room.lane, file_lane, room.ref, room.bus)
    loop.start()
    url, certificate = room.call(room.station.store.county)[:2]
    room.call(room.station.store.keep_county, "http://127.0.0.1:9", certificate, room.station.store.station_key)
    loop.now()
    room.until(lambda: not loop.working)
    assert loop.waits_ms > 5_000
    assert state(room, file_id) == "here"
    room.call(room.station.store.keep_county, url, certificate, room.station.store.station_key)
    loop.now()
    room.until(lambda: state(room, file_id) == "county")
    loop.stop()


def test_an_act_that_is_recorded_ends_the_step_after_its_piece(enrolled: Room, tmp_path: Path):
    room = enrolled
    attach(room, tmp_path, 6 << 20)
    room.call(county.exchange_once, room.station)
    job = room.call(transfer.begin, room.station)
    line = job.line()
    try:
        asked: list[int] = []

        def act_comes() -> bool:
            asked.append(1)
            return len(asked) < 3

        carried = transfer.carry(job, line, 64 << 20, act_comes)
    finally:
        line.close()
    assert (carried.done, carried.pieces, carried.moved) == (False, 3, 3 * 65536)
    room.call(transfer.finish, room.station, carried)
    (row,) = room.call(files.files_of, room.station, room.call(room.station.store.files.all)[0].case_id)
    assert (row.state, row.percent) == ("sending", 3)
    room.visit()
    assert room.call(transfer.begin, room.station) is None  # the act goes first


def test_little_room_stops_fetching_and_not_sending(enrolled: Room, tmp_path: Path, monkeypatch):
    room = enrolled
    visit, file_id = attach(room, tmp_path, 1000)
    room.call(county.exchange_once, room.station)
    monkeypatch.setattr(transfer, "free_bytes", lambda folder: (500 << 20) + 1)
    assert room.call(transfer.begin, room.station).way == "send"
    room.call(transfer.carry_all, room.station)
    (blob,) = room.station.folder.files.rglob("*.blob")
    blob.unlink()
    assert room.call(files.want_file, room.station, file_id).value.state == "fetching"
    assert room.call(transfer.begin, room.station) is None
    assert room.call(files.file_row, room.station, file_id).trouble == "little_room"
    monkeypatch.undo()
    assert room.call(transfer.carry_all, room.station).value.fetched == 1
    assert room.call(files.read_file, room.station, file_id)
    assert visit


def test_a_file_damaged_here_is_mended_from_the_county(enrolled: Room, tmp_path: Path):
    room = enrolled
    _, file_id = attach(room, tmp_path, 200_000)
    room.call(county.exchange_once, room.station)
    room.call(transfer.carry_all, room.station)
    (blob,) = room.station.folder.files.rglob("*.blob")
    good = room.call(files.read_file, room.station, file_id)
    blob.write_bytes(blob.read_bytes()[:-3] + b"xxx")
    with pytest.raises(SurroundingsFault, match="file_damaged_here"):
        room.call(files.read_file, room.station, file_id)
    assert room.call(files.want_file, room.station, file_id).value.state == "fetching"
    assert room.call(transfer.carry_all, room.station).value.fetched == 1
    assert room.call(files.read_file, room.station, file_id) == good


def test_a_county_that_lost_its_files_gets_them_again(enrolled: Room, tmp_path: Path):
    room = enrolled
    _, file_id = attach(room, tmp_path, 1000)
    room.call(county.exchange_once, room.station)
    assert room.call(transfer.carry_all, room.station).value.sent == 1
    assert room.call(transfer.carry_all, room.station).value.sent == 0
    (had_by,) = (tmp_path / "county" / "files").glob("??/*.from")
    kept = had_by.with_suffix("")
    kept.unlink()
    had_by.unlink()
    assert room.call(transfer.carry_all, room.station).value.sent == 1
    assert kept.exists()
    assert state(room, file_id) == "county"
