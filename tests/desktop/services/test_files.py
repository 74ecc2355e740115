"""Attachments at a station: kept before the act, refused in words, opened, withdrawn, proved, backed up, put back."""

from __future__ import annotations

import hashlib
import io
import shutil
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from desktop.services import care, files, lookup, transfer
from desktop.services.station import open_station
from domain.acts import ActDraft
from domain.commands import AttachFile, WithdrawFile
from domain.faults import SurroundingsFault
from domain.files import LARGEST
from tests.desktop.services.halls import HALL, PASSWORD, Hall, carry, make_hall, refusal
from tests.printing.scans import as_bytes, scanned, typed_pages

DOCX = b"PK\x03\x04" + b"\x00" * 3000


def put(folder: Path, name: str, data: bytes) -> str:
    path = folder / name
    path.write_bytes(data)
    return str(path)


def attach(hall: Hall, case_id: str, *paths: str, **more: Any) -> Any:
    return files.attach_file(hall.station, AttachFile(case_id, paths, **more)).value


@pytest.fixture
def case(hall: Hall) -> str:
    return hall.register().visit_id


def test_a_document_is_kept_as_it_is_and_stands_in_the_record(hall: Hall, case: str, tmp_path: Path) -> None:
    path = put(tmp_path, "情况说明.docx", DOCX)
    row = attach(hall, case, path)
    assert (row.name, row.size, row.state, row.pages) == ("情况说明.docx", len(DOCX), "here", 0)
    assert files.read_file(hall.station, row.file_id) == DOCX == Path(path).read_bytes()
    page = lookup.visit_page(hall.station, case)
    assert page.files == (row,)
    assert (page.timeline[-1].title, page.timeline[-1].summary) == ("附材料", "附件：情况说明.docx")
    assert care.verify(hall.station).clean
    hall.open_again()
    assert files.read_file(hall.station, row.file_id) == DOCX


def test_ten_scanned_pages_are_one_pdf_of_a_tenth_of_a_megabyte_each_way_near_40_kb_a_page(
    hall: Hall, case: str, tmp_path: Path
) -> None:
    pages = typed_pages(10)
    paths = [
        put(tmp_path, f"{number:02}.jpg", as_bytes(scanned(page), dpi=(300, 300))) for number, page in enumerate(pages)
    ]
    before = [hashlib.sha256(Path(path).read_bytes()).hexdigest() for path in paths]
    row = attach(hall, case, *paths, name="上访材料.jpg")
    assert (row.name, row.type, row.pages) == ("上访材料.pdf", "application/pdf", 10)
    assert row.size <= 400 << 10
    assert before == [hashlib.sha256(Path(path).read_bytes()).hexdigest() for path in paths]


def test_a_picture_may_be_kept_as_it_is(hall: Hall, case: str, tmp_path: Path) -> None:
    data = as_bytes(Image.new("RGB", (300, 200), "red"))
    row = attach(hall, case, put(tmp_path, "现场.jpg", data), profile="original")
    assert (row.name, row.type) == ("现场.jpg", "image/jpeg")
    assert files.read_file(hall.station, row.file_id) == data
    shown = files.as_pages(row, data)
    assert shown.startswith(b"%PDF-")
    assert files.as_pages(row, shown[:0] + data) == shown


@pytest.mark.parametrize(
    ("name", "data", "code"),
    [
        ("a.exe", b"MZ", "file_type_unknown"),
        ("a", b"x", "file_type_unknown"),
        ("a.pdf.bat", b"x", "file_type_unknown"),
        ("a.pdf", b"", "file_empty"),
        ("a.pdf", b"MZ\x90", "file_not_its_type"),
        ("a.jpg", b"%PDF-1.4", "file_not_its_type"),
        ("a.docx", b"MZ\x90", "file_not_its_type"),
        ("a.pdf", b"%PDF-1.4 nothing more", "picture_unreadable"),
    ],
)
def test_what_is_not_taken_is_refused_and_leaves_nothing(
    hall: Hall, case: str, tmp_path: Path, name: str, data: bytes, code: str
) -> None:
    acts = hall.station.store.log.count()
    assert refusal(lambda: attach(hall, case, put(tmp_path, name, data))).code == code
    assert hall.station.store.log.count() == acts
    assert not hall.station.folder.files.exists()


def test_a_file_over_the_limit_is_refused_without_being_read(hall: Hall, case: str, tmp_path: Path) -> None:
    path = tmp_path / "long.mp4"
    with path.open("wb") as file:
        file.write(b"\x00\x00\x00\x20ftypisom")
        file.truncate(LARGEST + 1)
    found = refusal(lambda: attach(hall, case, str(path)))
    assert found.code == "file_too_large"
    assert found.facts == {"limit": 50, "size": 51}


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("../../../etc/passwd.txt", "passwd.txt"),
        ("C:\\Windows\\system32\\evil.txt", "evil.txt"),
        ("ab\u202etxt.exe.txt", "abtxt.exe.txt"),
        ("a\x00b\nc.txt", "ab\u3000c.txt"),
        (".txt", "附件.txt"),
        ("<b>|?*.txt", "_b____.txt"),
        ("长" * 400 + ".txt", "长" * 116 + ".txt"),
    ],
)
def test_a_hostile_name_is_shown_tame_and_is_never_a_path(
    hall: Hall, case: str, tmp_path: Path, given: str, shown: str
) -> None:
    row = attach(hall, case, put(tmp_path, "x.txt", b"text"), name=given)
    assert row.name == shown
    opened = files.open_copy(hall.station, row.file_id)
    assert opened.parent == hall.station.folder.opened
    assert opened.name.isascii()
    assert (opened.stat().st_mode & 0o077, opened.parent.stat().st_mode & 0o077) == (0, 0)
    hall.open_again()
    assert not opened.exists()


def test_the_same_bytes_twice_in_a_case_are_one_attachment_and_in_two_cases_one_file(
    hall: Hall, tmp_path: Path
) -> None:
    one, two = hall.register(), hall.register()
    path = put(tmp_path, "a.txt", b"same")
    row = attach(hall, one.visit_id, path)
    assert refusal(lambda: attach(hall, one.visit_id, path)).code == "file_attached_already"
    assert attach(hall, two.matter_ids[0], path).hash == row.hash
    assert len(list(hall.station.folder.files.rglob("*.blob"))) == 1
    files.withdraw_file(hall.station, WithdrawFile(one.visit_id, row.file_id, "附错了人"))
    assert attach(hall, one.visit_id, path).state == "here"  # withdrawn and handed in again
    assert care.verify(hall.station).clean


def test_a_withdrawn_file_stays_in_the_record_with_its_reason_and_is_not_sent(
    hall: Hall, case: str, tmp_path: Path
) -> None:
    row = attach(hall, case, put(tmp_path, "a.txt", b"wrong person"))
    station = hall.station
    assert station.store.files.waiting(station.store.identity.station_id) == 1
    assert refusal(lambda: files.withdraw_file(station, WithdrawFile(case, row.file_id, " "))).code == "reason_missing"
    gone = files.withdraw_file(station, WithdrawFile(case, row.file_id, "附错了人")).value
    assert gone.withdrawn == "2026-11-23 09:12"
    assert station.store.files.waiting(station.store.identity.station_id) == 0
    again = refusal(lambda: files.withdraw_file(station, WithdrawFile(case, row.file_id, "再次")))
    assert again.code == "file_is_withdrawn"
    assert refusal(lambda: files.withdraw_file(station, WithdrawFile(case, "x", "y"))).code == "file_unknown"
    last = lookup.visit_page(station, case).timeline[-1]
    assert (last.title, last.why) == ("撤回材料", "附错了人")
    assert files.read_file(station, row.file_id) == b"wrong person"


def test_a_petitioner_takes_no_files(hall: Hall, case: str, tmp_path: Path) -> None:
    person = hall.scalar("SELECT petitioner_id FROM petitioner")
    assert refusal(lambda: attach(hall, person, put(tmp_path, "a.txt", b"x"))).code == "file_not_for_case"


def test_a_neighbours_file_is_named_here_and_lies_elsewhere(hall: Hall, case: str, tmp_path: Path) -> None:
    attach(hall, case, put(tmp_path, "a.txt", b"x"))
    other = make_hall(tmp_path / "other", HALL, seed=11)
    try:
        carry(hall.station, other.station)
        (row,) = files.files_of(other.station, case)
        assert (row.state, row.name) == ("away", "a.txt")
        with pytest.raises(SurroundingsFault, match="file_not_here"):
            files.read_file(other.station, row.file_id)
        assert care.verify(other.station).clean
        assert transfer.begin(other.station) is None
        assert other.station.store.files.to_send(other.station.store.identity.station_id) is None
    finally:
        other.station.close()


def test_verify_finds_a_file_that_was_changed_or_taken_away(hall: Hall, case: str, tmp_path: Path) -> None:
    row = attach(hall, case, put(tmp_path, "a.txt", b"evidence"))
    (blob,) = hall.station.folder.files.rglob("*.blob")
    raw = blob.read_bytes()
    blob.write_bytes(raw[:-1] + bytes([raw[-1] ^ 1]))
    assert care.verify(hall.station).differing == (f"file {row.hash[:16]}",)
    blob.unlink()
    assert not care.verify(hall.station).clean
    blob.write_bytes(raw)
    assert care.verify(hall.station).clean


def test_a_backup_brings_the_files_and_a_restored_station_opens_them(hall: Hall, case: str, tmp_path: Path) -> None:
    row = attach(hall, case, put(tmp_path, "a.txt", b"evidence"))
    care.backup(hall.station, tmp_path / "copy")
    care.restore(tmp_path / "copy", tmp_path / "again")
    station = open_station(tmp_path / "again", sign_in="wang", password=PASSWORD, surroundings=hall.surroundings)
    try:
        assert files.read_file(station, row.file_id) == b"evidence"
        assert care.verify(station).clean
    finally:
        station.close()


def test_a_damaged_file_does_not_keep_the_rest_from_being_backed_up(hall: Hall, case: str, tmp_path: Path) -> None:
    attach(hall, case, put(tmp_path, "a.txt", b"one"))
    (blob,) = hall.station.folder.files.rglob("*.blob")
    blob.write_bytes(b"x" * 50)
    good = attach(hall, case, put(tmp_path, "b.txt", b"two"))
    care.backup(hall.station, tmp_path / "copy")
    shutil.rmtree(hall.station.folder.files)
    shutil.copytree(tmp_path / "copy" / "files", hall.station.folder.files)
    assert files.read_file(hall.station, good.file_id) == b"two"


def test_rows_of_files_are_made_anew_from_the_acts(hall: Hall, case: str, tmp_path: Path) -> None:
    attach(hall, case, put(tmp_path, "a.txt", b"x"))
    before = hall.dump("file")
    hall.station.store.db.execute("DELETE FROM file")
    assert not care.verify(hall.station).clean
    care.rebuild(hall.station)
    assert hall.dump("file") == before


def test_on_a_full_disk_no_act_names_a_file_that_is_not_there(small_disk: Path, tmp_path: Path) -> None:
    hall = make_hall(small_disk / "hall", HALL, seed=9)
    try:
        case = hall.register().visit_id
        acts = hall.station.store.log.count()
        big = put(tmp_path, "a.txt", b"x" * (3 << 20))
        with pytest.raises(SurroundingsFault, match="disk_full"):
            attach(hall, case, big)
        assert hall.station.store.log.count() == acts
        assert files.files_of(hall.station, case) == []
        assert not list(hall.station.folder.files.rglob("*.*"))
        row = attach(hall, case, put(tmp_path, "b.txt", b"fits"))
        assert files.read_file(hall.station, row.file_id) == b"fits"
        assert hall.register().visit_id
    finally:
        hall.station.close()


def test_a_pdf_made_of_a_picture_opens_again(hall: Hall, case: str, tmp_path: Path) -> None:
    made = io.BytesIO()
    Image.new("L", (827, 1169), "white").save(made, "PNG", dpi=(100, 100))
    row = attach(hall, case, put(tmp_path, "p.png", made.getvalue()))
    assert (row.name, row.pages) == ("p.pdf", 1)
    target = tmp_path / "out.pdf"
    assert files.export_file(hall.station, row.file_id, target) == row.size
    assert target.read_bytes() == files.read_file(hall.station, row.file_id)


@pytest.mark.parametrize(
    "value",
    [
        7,
        {},
        {"hash": "../x", "size": 5, "type": "a", "name": "a"},
        {"hash": "0" * 64, "size": -5, "type": "a", "name": "a"},
        {"hash": "0" * 64, "size": 1 << 52, "type": "a", "name": "a"},
        {"hash": "0" * 64, "size": True, "type": "a", "name": "a"},
        {"hash": "0" * 64, "size": 5, "type": "a"},
    ],
)
def test_what_an_act_from_elsewhere_calls_a_file_and_is_none_shows_nothing_and_stops_nothing(
    hall: Hall, case: str, value: Any
) -> None:
    good = {"hash": "1" * 64, "size": 5, "type": "a/b", "name": "..\\..\\x.exe", "pages": "many", "piece": 65536}
    with hall.station.writing() as transaction:
        sets = {"file.bad": value, "file.good": good, "file.good.withdrawn": 7}
        transaction.record([ActDraft("file_attached", "visit", case, sets)])
    (row,) = files.files_of(hall.station, case)
    assert (row.name, row.pages, row.withdrawn, row.type) == ("x.exe", 0, "", "a/b")
    assert lookup.visit_page(hall.station, case).timeline[-1].title == "附材料"
    assert care.verify(hall.station).differing == ("file 1111111111111111",)  # it says that it was attached here
