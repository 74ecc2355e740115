"""Files by stick, from real station files to a real county and back: room, cuts, losses, order, replays, old peers."""

from __future__ import annotations

import random
import secrets
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest

from desktop.services import care, files, stick, stick_files
from desktop.services.stick import Exported, Imported
from desktop.views.file_list import state_words
from domain.commands import AttachFile, WithdrawFile
from domain.faults import SurroundingsFault
from domain.files import PIECE_BYTES
from sync.blobs import Piece
from sync.bundle.attachments import FilesAsked, asked_frame, piece_frame
from sync.bundle.files import opened, write_medium
from sync.bundle.medium import Frame, FrameKind, MediumRefused
from sync.bundle.replies import report_header
from tests.desktop.services.halls import HALL, Hall, make_hall
from tests.desktop.services.test_stick import Office, enrol

KB = 1 << 10


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    made = Office(tmp_path / "county")
    yield made
    made.close()


@pytest.fixture
def desk(hall: Hall, office: Office, tmp_path: Path) -> Hall:
    enrol(hall, office, tmp_path)
    return hall


@pytest.fixture
def neighbour(office: Office, tmp_path: Path, desk: Hall) -> Iterator[Hall]:
    """The other window of the same office."""
    made = make_hall(tmp_path / "neighbour", replace(HALL, window="3"), seed=11)
    enrol(made, office, tmp_path)
    yield made
    made.station.close()


@pytest.fixture
def room(monkeypatch: pytest.MonkeyPatch) -> dict[str, int]:
    """How many bytes a medium has for files, as if the stick were so small."""
    found = {"bytes": 1 << 40}
    monkeypatch.setattr(stick_files, "room_for_files", lambda _folder, _text=0: found["bytes"])
    return found


def attach(hall: Hall, size: int, case_id: str = "") -> tuple[str, bytes]:
    """A recording of so many bytes in a visit of its own; its id and its bytes."""
    data = b"RIFF\x00\x00\x00\x00WAVE" + secrets.token_bytes(size - 12)
    source = hall.path.parent / f"{secrets.token_hex(4)}.wav"
    source.write_bytes(data)
    case = case_id or hall.register().visit_id
    row = files.attach_file(hall.station, AttachFile(case, (str(source),))).value
    return row.file_id, data


def out(hall: Hall, path: Path, **more: int) -> Exported:
    return stick.export(hall.station, path, **more).value


def back(hall: Hall, *paths: Path) -> Imported:
    return stick.import_replies(hall.station, paths).value


def state(hall: Hall, file_id: str) -> str:
    return state_words(files.file_row(hall.station, file_id))


def at_county(office: Office, data: bytes) -> bool:
    digest = files.Prepared("x", "y", 0, data).shape.hash
    path = office.store.files.store.path(digest)
    return path.is_file() and path.read_bytes() == data


def kinds(office: Office, path: Path) -> list[int]:
    with opened(path) as reader:
        return [frame.kind for frame in reader.frames(reader.unlock(office.store.sealing_key))]


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
    said = out(desk, tmp_path / "report 1").message
    assert "放不下全部附件" in said
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
