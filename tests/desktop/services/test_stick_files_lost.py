"""Files by stick when sticks are cut, lost, replayed, out of order, wrong, of an older peer; and half a year of it."""

from __future__ import annotations

import random
import shutil
from dataclasses import replace
from pathlib import Path

from desktop.services import care, files, stick
from desktop.services.station import open_station
from domain.commands import WithdrawFile
from domain.files import PIECE_BYTES
from sync.blobs import Piece
from sync.bundle.attachments import FilesAsked, asked_frame, piece_frame
from sync.bundle.files import opened, write_medium
from sync.bundle.medium import Frame, FrameKind, MediumRefused
from sync.bundle.replies import report_header
from tests.desktop.services.halls import PASSWORD, Hall
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
from tests.desktop.services.test_stick import Office

__all__ = ["desk", "neighbour", "office", "room"]


# cut, replayed, any order --------------------------------------------------------------------------------------------


def test_a_report_cut_anywhere_gives_the_text_and_the_pieces_before_the_cut(desk, office, tmp_path):
    file_id, data = attach(desk, 10 * PIECE_BYTES)
    out(desk, tmp_path / "report")
    whole = (tmp_path / "report").read_bytes()
    came = []
    for share in (0.3, 0.6, 0.9):
        (tmp_path / "cut").write_bytes(whole[: int(len(whole) * share)])
        taken = office.sticks.take([tmp_path / "cut"], tmp_path / f"reply {share}")
        assert taken.states == ["cut"]
        came.append(taken.files.pieces)
        back(desk, tmp_path / f"reply {share}")
    assert came == sorted(set(came))
    assert 0 < came[0] < came[-1] < 10
    assert not at_county(office, data)
    out(desk, tmp_path / "rest")
    assert kinds(office, tmp_path / "rest").count(FrameKind.FILE_PIECE) < 10
    office.sticks.take([tmp_path / "rest"], tmp_path / "reply")
    back(desk, tmp_path / "reply")
    assert at_county(office, data)
    assert state(desk, file_id) == "已到县"


def test_a_reply_cut_short_or_read_twice_brings_what_it_holds_and_the_next_the_rest(desk, neighbour, office, tmp_path):
    file_id, data = attach(desk, 10 * PIECE_BYTES)
    out(desk, tmp_path / "report")
    office.sticks.take([tmp_path / "report"], None)
    out(neighbour, tmp_path / "asked 0")
    office.sticks.take([tmp_path / "asked 0"], tmp_path / "told")
    back(neighbour, tmp_path / "told")
    out(neighbour, tmp_path / "asked 1")
    office.sticks.take([tmp_path / "asked 1"], tmp_path / "brought")
    whole = (tmp_path / "brought").read_bytes()
    (tmp_path / "cut").write_bytes(whole[: len(whole) // 2])
    for _ in range(2):
        done = back(neighbour, tmp_path / "cut")
        assert ("只来了一部分" in done.message, done.files_fetched) == (True, 0)
    out(neighbour, tmp_path / "asked 2")
    taken = office.sticks.take([tmp_path / "asked 2"], tmp_path / "rest")
    assert len(taken.files.sent) == 1
    assert (tmp_path / "rest").stat().st_size < len(whole)
    assert back(neighbour, tmp_path / "rest").files_fetched == 1
    assert files.read_file(neighbour.station, file_id) == data
    before = neighbour.dump("file_state", "file_told")
    assert back(neighbour, tmp_path / "brought", tmp_path / "cut", tmp_path / "told").files_fetched == 0
    assert neighbour.dump("file_state", "file_told") == before


def test_replies_out_of_order_and_reports_replayed_leave_the_truth_on_the_screen(desk, office, tmp_path):
    one, first = attach(desk, 90 * KB)
    out(desk, tmp_path / "report 1")
    two, _ = attach(desk, 90 * KB)
    out(desk, tmp_path / "report 2")
    office.sticks.take([tmp_path / "report 1"], tmp_path / "reply 1")
    office.sticks.take([tmp_path / "report 2"], tmp_path / "reply 2")
    office.sticks.take([tmp_path / "report 1"], tmp_path / "reply 3")  # an old stick read again
    back(desk, tmp_path / "reply 2")
    assert (state(desk, one), state(desk, two)) == ("已到县", "已到县")
    for name in ("reply 1", "reply 3", "reply 2"):
        back(desk, tmp_path / name)
        assert (state(desk, one), state(desk, two)) == ("已到县", "已到县")
    assert at_county(office, first)


def test_a_copy_put_back_learns_what_the_county_has_and_is_not_deaf_to_its_own_replies(desk, office, tmp_path):
    desk.register()
    desk.station.close()
    shutil.copytree(desk.path, tmp_path / "copy")
    desk.open_again()
    for number in (1, 2, 3):
        attach(desk, 40 * KB)
        out(desk, tmp_path / f"report {number}")
        office.sticks.take([tmp_path / f"report {number}"], tmp_path / f"reply {number}")
    desk.station.close()
    copy = replace(desk, path=tmp_path / "copy")
    copy.station = open_station(copy.path, sign_in="wang", password=PASSWORD, surroundings=copy.surroundings)
    desk.station = copy.station  # the other disk died
    back(copy, tmp_path / "reply 3")
    again, data = attach(copy, 40 * KB)
    out(copy, tmp_path / "first of the copy")
    office.sticks.take([tmp_path / "first of the copy"], tmp_path / "its reply")
    back(copy, tmp_path / "its reply")
    assert at_county(office, data)
    assert state(copy, again) == "已到县"


def test_wrong_pieces_are_thrown_away_and_the_text_is_taken(desk, office, tmp_path):
    """A station whose own copy was spoiled behind its seal, as a broken program might."""
    file_id, data = attach(desk, 2 * PIECE_BYTES)
    prepared = stick.begin_export(desk.station)
    assert prepared.load is not None
    shape = prepared.load.pieces[0][0]
    wrong = [piece_frame(Piece(shape, index, bytes(shape.length(index)))) for index in range(2)]
    junk = [Frame(FrameKind.FILE_PIECE, b"no piece"), Frame(9, b"of a later release")]
    frames = [*prepared.frames, prepared.load.asked, *wrong, *junk]
    write_medium(tmp_path / "report", prepared.header, frames, prepared.sealing)
    taken = office.sticks.take([tmp_path / "report"], tmp_path / "reply")
    assert (len(taken.files.differing), taken.damaged) == (1, ["bad_piece"])
    assert back(desk, tmp_path / "reply").pending == 0
    assert not at_county(office, data)
    out(desk, tmp_path / "again")
    office.sticks.take([tmp_path / "again"], tmp_path / "reply again")
    back(desk, tmp_path / "reply again")
    assert at_county(office, data)
    assert state(desk, file_id) == "已到县"


def test_a_question_signed_by_another_is_not_answered(desk, office, tmp_path):
    attach(desk, 90 * KB)
    prepared = stick.begin_export(desk.station)
    papers = stick.papers_of(desk.station)
    forged = asked_frame(FilesAsked(v=1, st=papers.station, report=1), office.store.key)
    write_medium(tmp_path / "report", prepared.header, [*prepared.frames, forged], prepared.sealing)
    taken = office.sticks.take([tmp_path / "report"], tmp_path / "reply")
    assert taken.damaged == ["bad_signature"]
    assert back(desk, tmp_path / "reply").files_confirmed == 0


def test_a_withdrawn_file_goes_on_no_more_sticks(desk, tmp_path, office):
    case = desk.register().visit_id
    file_id, _ = attach(desk, 90 * KB, case)
    files.withdraw_file(desk.station, WithdrawFile(case, file_id, "附错了"))
    out(desk, tmp_path / "report")
    assert FrameKind.FILE_PIECE not in kinds(office, tmp_path / "report")


def test_a_file_damaged_here_is_told_and_stops_nothing(desk, office, tmp_path):
    bad, _ = attach(desk, 3 * PIECE_BYTES)
    good, data = attach(desk, 4 * PIECE_BYTES)
    row = files.file_row(desk.station, bad)
    path = files.vault_of(desk.station)._path(row.shape)
    raw = bytearray(path.read_bytes())
    raw[100] ^= 1
    path.write_bytes(raw)
    assert "有 1 个附件本机读不出来" in out(desk, tmp_path / "report").message
    office.sticks.take([tmp_path / "report"], tmp_path / "reply")
    back(desk, tmp_path / "reply")
    assert at_county(office, data)
    assert (state(desk, good), "本机存档损坏" in state(desk, bad)) == ("已到县", True)


def test_a_county_whose_disk_is_full_takes_the_text_and_says_so(desk, office, tmp_path, monkeypatch):
    _, data = attach(desk, 90 * KB)
    out(desk, tmp_path / "report")
    monkeypatch.setattr(office.store.files.store, "_reserve", 1 << 60)
    taken = office.sticks.take([tmp_path / "report"], tmp_path / "reply")
    assert (taken.files.full, taken.acts > 0) == (True, True)
    assert back(desk, tmp_path / "reply").pending == 0
    monkeypatch.undo()
    office.sticks.take([tmp_path / "report"], None)
    assert at_county(office, data)


# old peers -----------------------------------------------------------------------------------------------------------


def test_a_station_of_the_last_landing_asks_nothing_of_files_and_is_answered_without_them(desk, office, tmp_path):
    attach(desk, 90 * KB)
    prepared = stick.begin_export(desk.station)
    papers = stick.papers_of(desk.station)
    write_medium(tmp_path / "report", report_header(papers, 1), prepared.frames, prepared.sealing)
    office.sticks.take([tmp_path / "report"], tmp_path / "reply")
    with opened(tmp_path / "reply") as reader:
        found = {frame.kind for frame in reader.frames(reader.unlock(desk.station.store.sealing_key))}
    assert found == {FrameKind.ANSWER}


# a year --------------------------------------------------------------------------------------------------------------


def test_a_year_of_sticks_with_files_lost_late_cut_and_read_twice(desk, neighbour, office, tmp_path, room):
    """Two windows, weekly journeys, sticks of any size. Two good journeys each at the end: every file is everywhere."""
    chance = random.Random(23)
    halls, made = (desk, neighbour), dict[str, bytes]()
    late: list[Path] = []
    told = dict.fromkeys(("lost", "late", "cut", "reply lost", "small"), 0)
    for week in range(26):
        hall = halls[week % 2]
        for _ in range(chance.randrange(3)):
            made.update([attach(hall, chance.randrange(20, 6 * PIECE_BYTES))])
        room["bytes"] = chance.choice([0, 3 * PIECE_BYTES, 1 << 30])
        told["small"] += room["bytes"] < 1 << 30
        report, reply = tmp_path / f"report {week}", tmp_path / f"reply {week}"
        out(hall, report)
        fate = chance.random()
        if fate < 0.2:
            told["lost"] += 1
            continue
        if fate < 0.3:
            told["cut"] += 1
            data = report.read_bytes()
            report.write_bytes(data[: chance.randrange(len(data) // 2, len(data))])
        try:
            taken = office.sticks.take([report], reply)
        except MediumRefused:  # cut in its first frame
            continue
        if not taken.reply or chance.random() < 0.2:
            told["reply lost"] += 1
        elif chance.random() < 0.2:
            told["late"] += 1
            late.append(reply)
        else:
            back(hall, reply)
            back(hall, reply)
        _true(office, halls, made)
    room["bytes"] = 1 << 40
    for journey in range(2):
        for place, hall in enumerate(halls):
            out(hall, tmp_path / f"last {journey} {place}")
            office.sticks.take([tmp_path / f"last {journey} {place}"], tmp_path / f"end {journey} {place}")
            back(hall, tmp_path / f"end {journey} {place}")
    out(desk, tmp_path / "very last")  # the first window hears of the other's last files a journey later
    office.sticks.take([tmp_path / "very last"], tmp_path / "very end")
    back(desk, tmp_path / "very end")
    assert all(told.values()), told
    assert len(made) > 12
    for hall in halls:
        for file_id, data in made.items():
            assert files.read_file(hall.station, file_id) == data
            assert state(hall, file_id) == "已到县"
        assert care.verify(hall.station).clean
    assert office.store.files.store.sound() == (len(made), [])


def _true(office: Office, halls: tuple[Hall, ...], made: dict[str, bytes]) -> None:
    """已到县 is never on a screen before it is so."""
    for hall in halls:
        for file_id, data in made.items():
            if hall.station.store.files.by_id(file_id) is not None and state(hall, file_id) == "已到县":
                assert at_county(office, data)
