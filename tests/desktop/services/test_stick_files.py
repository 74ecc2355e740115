"""Files by stick, from real station files to a real county and back: there, home again, and as far as there is room."""

from __future__ import annotations

import random
import secrets
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest

from desktop.services import care, files, stick
from domain.commands import AttachFile
from domain.faults import SurroundingsFault
from domain.files import PIECE_BYTES
from sync.bundle.medium import FrameKind
from tests.desktop.services.halls import HALL, Hall, make_hall
from tests.desktop.services.stick_room import (
    KB,
    at_county,
    attach,
    back,
    desk,
    kinds,
    neighbour,
    office,
    out,
    room,
    state,
)
from tests.desktop.services.test_stick import Office, enrol

__all__ = ["desk", "neighbour", "office", "room"]


# there and back ------------------------------------------------------------------------------------------------------


def test_a_file_goes_behind_the_text_and_counts_as_there_when_the_reply_says_so(desk, office, tmp_path):
    file_id, data = attach(desk, 3 * PIECE_BYTES + 7)
    assert state(desk, file_id) == "已存本机"
    said = out(desk, tmp_path / "report").message
    assert "附件 1 个（192 KB）已写入" in said
    assert state(desk, file_id) == "在第 1 号介质上，待回执"
    found = kinds(office, tmp_path / "report")
    order: list[int] = [FrameKind.REQUEST, FrameKind.FILES_ASKED, FrameKind.FILE_PIECE]
    assert found == sorted(found, key=order.index)
    assert found.count(FrameKind.FILE_PIECE) == 4
    taken = office.sticks.take([tmp_path / "report"], tmp_path / "reply")
    assert (taken.files.pieces, len(taken.files.whole), taken.files.unnamed) == (4, 1, set())
    assert at_county(office, data)
    assert state(desk, file_id) == "在第 1 号介质上，待回执"  # nobody here has heard of it yet
    done = back(desk, tmp_path / "reply")
    assert (done.files_confirmed, done.pending, "附件确认到县 1 个" in done.message) == (1, 0, True)
    assert state(desk, file_id) == "已到县"
    assert FrameKind.FILE_PIECE not in kinds_after(desk, office, tmp_path)
    assert care.verify(desk.station).clean


def kinds_after(hall: Hall, office: Office, folder: Path) -> list[int]:
    name = secrets.token_hex(4)
    out(hall, folder / name)
    return kinds(office, folder / name)


def test_what_is_sealed_in_a_file_is_not_seen_on_the_stick(desk, tmp_path):
    _, data = attach(desk, 5000)
    out(desk, tmp_path / "report")
    assert data[100:164] not in (tmp_path / "report").read_bytes()


def test_a_neighbour_is_brought_the_file_it_is_shown(desk, neighbour, office, tmp_path):
    file_id, data = attach(desk, 2 * PIECE_BYTES + 1)
    out(desk, tmp_path / "report")
    office.sticks.take([tmp_path / "report"], tmp_path / "reply")
    for number in (1, 2):  # the first reply tells of the file, the second brings it
        out(neighbour, tmp_path / f"asked {number}")
        office.sticks.take([tmp_path / f"asked {number}"], tmp_path / f"brought {number}")
        done = back(neighbour, tmp_path / f"brought {number}")
        if number == 1:
            assert state(neighbour, file_id) == "在县里，按 Enter 取回"
            files.want_file(neighbour.station, file_id)
            assert state(neighbour, file_id) == "已记下，随介质向县里取"
    assert (done.files_fetched, "取回附件 1 个" in done.message) == (1, True)
    assert files.read_file(neighbour.station, file_id) == data
    assert state(neighbour, file_id) == "已到县"
    assert not any(each.name.endswith(".part") for each in neighbour.station.folder.files.rglob("*"))


def test_a_station_put_back_without_its_files_gets_its_own_again_by_stick(desk, office, tmp_path):
    file_id, data = attach(desk, 90 * KB)
    out(desk, tmp_path / "report")
    office.sticks.take([tmp_path / "report"], tmp_path / "reply")
    back(desk, tmp_path / "reply")
    for path in desk.station.folder.files.rglob("*.blob"):
        path.unlink()
    out(desk, tmp_path / "again")
    office.sticks.take([tmp_path / "again"], tmp_path / "brought")
    assert back(desk, tmp_path / "brought").files_fetched == 1
    assert files.read_file(desk.station, file_id) == data


def test_a_county_put_back_without_its_files_is_brought_them_again(desk, office, tmp_path):
    file_id, data = attach(desk, 90 * KB)
    out(desk, tmp_path / "report")
    office.sticks.take([tmp_path / "report"], tmp_path / "reply")
    back(desk, tmp_path / "reply")
    for path in office.store.files.store.folder.rglob("*"):
        if path.is_file():
            path.unlink()
    out(desk, tmp_path / "again")
    office.sticks.take([tmp_path / "again"], tmp_path / "lacks")
    back(desk, tmp_path / "lacks")
    assert state(desk, file_id) == "已存本机"
    out(desk, tmp_path / "third")
    office.sticks.take([tmp_path / "third"], tmp_path / "has")
    back(desk, tmp_path / "has")
    assert at_county(office, data)
    assert state(desk, file_id) == "已到县"


def test_who_only_knows_a_hash_is_brought_nothing(desk, office, tmp_path):
    """A station of another office names the file in an act of its own, without the bytes, and asks for it."""
    _, data = attach(desk, 90 * KB)
    out(desk, tmp_path / "report")
    office.sticks.take([tmp_path / "report"], None)
    thief = make_hall(tmp_path / "thief", replace(HALL, code="370299", window="9", directory=()), seed=13)
    try:
        enrol(thief, office, tmp_path)
        known = files.Prepared("证据.wav", "audio/wav", 0, data)
        case = thief.register().visit_id
        file_id = files.attach_prepared(thief.station, AttachFile(case, ("x",)), known).value.file_id
        for path in thief.station.folder.files.rglob("*.blob"):
            path.unlink()  # it never had the bytes
        for number in (1, 2):
            out(thief, tmp_path / f"asking {number}")
            taken = office.sticks.take([tmp_path / f"asking {number}"], tmp_path / f"nothing {number}")
            assert taken.files.sent == set()
            assert back(thief, tmp_path / f"nothing {number}").files_fetched == 0
        assert office.store.files.store.whole(known.shape.hash)
        assert office.store.files.index.claims(known.shape.hash, thief.station.store.identity.station_id, ()).named
        with pytest.raises(SurroundingsFault, match="file_not_here"):
            files.read_file(thief.station, file_id)
    finally:
        thief.station.close()


# room ----------------------------------------------------------------------------------------------------------------


def test_a_file_larger_than_the_space_left_goes_on_several_sticks(desk, office, tmp_path, room):
    big, data = attach(desk, 20 * PIECE_BYTES)
    small, little = attach(desk, 10 * KB)
    room["bytes"] = 9 * PIECE_BYTES
    first = out(desk, tmp_path / "report 1")
    assert ("放不下全部附件" in first.message, first.attachments, first.more) == (True, 2, True)
    assert state(desk, small) == "在第 1 号介质上，待回执"  # small ones first
    assert state(desk, big) == "在第 1 号介质上 40 %，待回执"
    out(desk, tmp_path / "report 2")
    assert state(desk, big) == "在第 1、2 号介质上 80 %，待回执"
    out(desk, tmp_path / "report 3")
    assert state(desk, big) == "在第 1、2、3 号介质上，待回执"
    taken = office.sticks.take([tmp_path / f"report {number}" for number in (3, 1, 2)], tmp_path / "reply")
    assert len(taken.files.whole) == 2
    assert back(desk, tmp_path / "reply").files_confirmed == 2
    assert at_county(office, data)
    assert at_county(office, little)
    assert state(desk, big) == "已到县"


def test_a_lost_stick_is_told_and_only_its_pieces_are_written_again(desk, office, tmp_path, room):
    big, data = attach(desk, 12 * PIECE_BYTES)
    room["bytes"] = 7 * PIECE_BYTES
    out(desk, tmp_path / "lost")
    out(desk, tmp_path / "report 2")
    taken = office.sticks.take([tmp_path / "report 2"], tmp_path / "reply 2")
    assert (taken.files.whole, bool(taken.missing)) == (set(), True)
    assert back(desk, tmp_path / "reply 2").files_confirmed == 0
    assert state(desk, big) == "第 1 号介质未到县，下次再写"
    room["bytes"] = 1 << 30
    out(desk, tmp_path / "report 3")
    assert kinds(office, tmp_path / "report 3").count(FrameKind.FILE_PIECE) == 6
    office.sticks.take([tmp_path / "report 3"], tmp_path / "reply 3")
    back(desk, tmp_path / "reply 3")
    assert at_county(office, data)
    assert state(desk, big) == "已到县"
    office.sticks.take([tmp_path / "lost"], tmp_path / "found")  # found behind a drawer
    back(desk, tmp_path / "found")
    assert state(desk, big) == "已到县"


def test_the_text_goes_where_there_is_no_room_for_files(desk, office, tmp_path, room):
    file_id, _ = attach(desk, 100 * KB)
    room["bytes"] = -1
    said = out(desk, tmp_path / "report").message
    assert "放不下全部附件" in said
    office.sticks.take([tmp_path / "report"], tmp_path / "reply")
    assert back(desk, tmp_path / "reply").pending == 0
    assert state(desk, file_id) == "已存本机"


def test_a_stick_with_less_room_than_the_system_says_takes_the_text_alone(desk, office, tmp_path, room, small_disk):
    with suppress(OSError), (small_disk / "holiday.mp4").open("wb", buffering=0) as film:
        film.write(bytes(1 << 20))
    file_id, _ = attach(desk, 3 << 20)
    said = out(desk, small_disk / "report").message
    assert "放不下全部附件" in said
    assert sorted(each.name for each in small_disk.iterdir()) == ["holiday.mp4", "report"]
    office.sticks.take([small_disk / "report"], None)
    assert state(desk, file_id) == "已存本机"


def test_files_beyond_what_one_file_of_a_stick_may_hold_are_split_and_read_in_any_order(desk, office, tmp_path):
    _, data = attach(desk, 20 * PIECE_BYTES)
    parts = stick.export(desk.station, tmp_path / "report.xfstick", part_limit=6 * PIECE_BYTES).value.files
    assert len(parts) > 2
    last, *rest = [tmp_path / name for name in reversed(parts)]
    taken = office.sticks.take([last], tmp_path / "none")  # the text is in the first part
    assert (len(taken.files.unnamed), taken.reply, taken.files.whole) == (1, [], set())
    random.Random(5).shuffle(rest)
    office.sticks.take(rest, tmp_path / "some")
    taken = office.sticks.take([last], None)  # read again it is taken
    assert taken.files.unnamed == set()
    assert at_county(office, data)
