"""What people type, paste and break: the command line says so in one sentence, and nothing that was saved is lost."""

from __future__ import annotations

import copy
import json
import os
import subprocess
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pypdfium2
import pytest

from tests.desktop.xinfang import OFFICE, PASSWORD, VISIT, Xinfang, made, opened, with_password


@pytest.fixture(scope="module")
def station(tmp_path_factory) -> Xinfang:
    return made(tmp_path_factory.mktemp("hostile"))


def changed(path: str, value: Any) -> dict[str, Any]:
    """The plain visit with one value put in at a dotted path."""
    command: Any = copy.deepcopy(VISIT)
    place = command
    *way, last = path.split(".")
    for step in way:
        place = place[int(step)] if step.isdigit() else place[step]
    place[int(last) if last.isdigit() else last] = value
    return command


# input that is no command -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "field", "kind"),
    [
        (b"", None, "not_json"),
        (b"{", None, "not_json"),
        ('{"remark": "汉字"}'.encode("gb18030"), None, "not_utf8"),
        (b" " * (8 << 20) + b"{}", None, "too_large"),
        (b"[" * 100_000, None, "not_json"),
        ([VISIT], None, "wrong_type"),
        ({**VISIT, "visitors": 3}, "visitors", "unknown_field"),
        (changed("people.0.nickname", "小吉"), "people.0.nickname", "unknown_field"),
        (changed("matters.0.triage.police", "no"), "matters.0.triage.police", "unknown_field"),
        (changed("people.0.name", 7), "people.0.name", "wrong_type"),
        (changed("headcount", "三"), "headcount", "wrong_type"),
        (changed("headcount", True), "headcount", "wrong_type"),
        (changed("matters.0.matter_class", "complaint"), "matters.0.matter_class", "wrong_type"),
        (changed("matters.0.triage.court", "maybe"), "matters.0.triage.court", "wrong_type"),
        (changed("materials", [{"title": "合同", "pages": 1.5}]), "materials.0.pages", "wrong_type"),
    ],
)
def test_input_that_is_no_command_is_refused_beside_its_field(station, given, field, kind):
    refused = station.refused("act", "RegisterVisit", given=given)
    assert (refused["refused"], refused["field"], refused["facts"]["kind"]) == ("input_invalid", field, kind)


def test_a_command_nobody_knows_and_a_command_without_its_case_are_refused(station):
    assert station.refused("act", "MeltMatter", given={})["refused"] == "command_unknown"
    missing = station.refused("act", "AcceptMatter", given={})
    assert (missing["refused"], missing["field"]) == ("input_invalid", "matter_id")
    assert station.refused("act", "AcceptMatter", given={"matter_id": "0" * 32})["refused"] == "case_unknown"
    assert station.refused("show", "visit", "370299-2-20200101-001")["refused"] == "case_unknown"
    assert station.refused("show", "notice", "nothing")["refused"] == "paper_unknown"
    assert station.refused("print", "-o", "x.pdf")["refused"] == "usage"


# what a rule refuses ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("command", "code", "field"),
    [
        (changed("visited_at", "2026-02-31 09:00"), "date_invalid", "visited_at"),
        (changed("people.0.birth", "1990-02-31"), "date_invalid", "people.0.birth"),
        (changed("visited_at", "2999-01-01"), "date_in_future", "visited_at"),
        (changed("people", []), "nobody", "people.0.name"),
        (changed("people.0.address", ""), "address_missing", "people.0.address"),
        (changed("matters", []), "no_matter", "matters"),
        (changed("matters.0", {}), "matter_empty", "matters.0.request"),
        (changed("matters.0.facts", "字" * 20_001), "text_too_long", "matters.0.facts"),
        (changed("oral_record", "来访人称"), "oral_not_read_back", "read_back"),
        (changed("headcount", 0), "headcount_invalid", "headcount"),
        (changed("headcount", 10**40), "headcount_invalid", "headcount"),
        (changed("visit_id", "one"), "id_invalid", "visit_id"),
        (
            {
                **VISIT,
                "headcount": 9,
                "people": VISIT["people"] + [{"name": f"代表{n}", "role": "representative"} for n in range(5)],
            },
            "too_many_representatives",
            "people.5.role",
        ),
    ],
)
def test_half_typed_and_unlawful_registrations_are_refused_beside_their_field(station, command, code, field):
    refused = station.refused("act", "RegisterVisit", given=command)
    assert (refused["refused"], refused["field"]) == (code, field)


def test_a_refused_registration_leaves_no_trace(station):
    (before,) = station.done("list", "sync")
    station.refused("act", "RegisterVisit", given=changed("matters.0.facts", "字" * 20_001))
    assert station.done("list", "sync") == [before]


# what is recorded all the same --------------------------------------------------------------------------------------


def recorded(station: Xinfang, command: dict[str, Any]) -> tuple[dict[str, Any], str]:
    """The registered value, and everything shown of visit and matter as one text."""
    value = station.done("act", "RegisterVisit", given=command)["value"]
    pages = [station.done("show", "visit", value["number"]), station.done("show", "matter", f"{value['number']}/1")]
    pages += [station.done("show", "petitioner", each) for each in value["petitioner_ids"]]
    return value, json.dumps(pages, ensure_ascii=False)


def test_full_width_figures_in_telephone_and_identity_number_are_put_right(station):
    command = changed("people.0.mobile", "１９９－０００１－２３４５")
    command["people"][0]["id_number"] = "３７０２９９１９７００１０１１２３x"
    value, shown = recorded(station, command)
    assert '"19900012345"' in shown
    assert '"37029919700101123X"' in shown
    assert value["warnings"] == [["id_check_digit", "people.0.id_number"]]  # told, never refused


def test_control_characters_and_direction_marks_are_taken_out_and_the_words_stay(station):
    command = changed("people.0.name", "王\x00一\u202e诺\u200b")
    command["matters"][0]["facts"] = "第一段\x07\x1b[31m\r\n第二\u2067段\ufeff"
    _, shown = recorded(station, command)
    assert '"王一诺"' in shown
    assert "第一段[31m\\n第二段" in shown
    assert not [char for char in shown if char in "\x00\x07\x1b\u202e\u2067\u200b\ufeff"]
    assert "\\u00" not in shown


def test_a_pasted_table_keeps_its_cells_apart(station):
    _, shown = recorded(station, changed("matters.0.facts", "姓名\t金额\r\n甲\t100\r\n乙\t200"))
    assert "姓名 | 金额\\n甲 | 100\\n乙 | 200" in shown


def test_ten_thousand_characters_are_kept_and_printed_whole(station, tmp_path):
    story = "".join(f"第{n:04d}句说的是同一件事。" for n in range(10_000 // 13))
    story += "完" * (10_000 - len(story))
    value, shown = recorded(station, changed("matters.0.facts", story))
    assert story in shown
    file = tmp_path / "long.pdf"
    paper = station.done("print", "F01", value["number"], "-o", str(file))["paper"]
    pdf = pypdfium2.PdfDocument(file)
    try:
        text = "".join(page.get_textpage().get_text_bounded() for page in pdf)
        assert len(pdf) == paper["pages"] > 3
    finally:
        pdf.close()
    text = "".join(text.split())
    torn = [n for n in range(10_000 // 13) if f"第{n:04d}句" not in text]
    assert len(torn) < paper["pages"]  # a sentence may run over the foot of a page


def test_a_lone_surrogate_is_refused_or_taken_out_but_never_stored(station):
    said = station("act", "RegisterVisit", given=b'{"remark": "\\ud800"}')
    assert said.code == 2


# surroundings -------------------------------------------------------------------------------------------------------


def test_a_wrong_password_and_an_unknown_name_are_told_alike(station, tmp_path):
    wrong = tmp_path / "wrong"
    wrong.write_text("不是这个密码8\n", "utf-8")
    told = Xinfang(station.folder, wrong).failed("list", "visits")
    unknown = Xinfang(station.folder, station.password_file).failed("--sign-in", "nobody", "list", "visits")
    assert told["failed"] == unknown["failed"] == "wrong_password"
    assert told["message"] == unknown["message"]


def test_a_folder_open_in_another_window_is_not_opened_twice(station):
    window = opened(station)
    try:
        told = station.failed("act", "RegisterVisit", given=VISIT)
        assert (told["failed"], told["facts"]["pid"]) == ("already_open", os.getpid())
    finally:
        window.close()
    station.done("act", "RegisterVisit", given=VISIT)


def test_a_file_of_a_newer_version_is_refused_and_left_as_it_is(tmp_path):
    xinfang = made(tmp_path)
    window = opened(xinfang)
    try:
        database = window.store.db
        rows = database.execute("SELECT * FROM _sqlite_migrations LIMIT 1")
        names = [each[0] for each in rows.description]
        row = dict(zip(names, rows.fetchone(), strict=True)) | {"name": "9999_of_the_future"}
        row.pop("id", None)
        marks = ", ".join("?" for _ in row)
        database.execute(f"INSERT INTO _sqlite_migrations ({', '.join(row)}) VALUES ({marks})", tuple(row.values()))
        database.commit()
    finally:
        window.close()
    before = (xinfang.folder / "station.db").read_bytes()
    assert xinfang.failed("list", "visits")["failed"] == "newer_file"
    assert (xinfang.folder / "station.db").read_bytes() == before


def test_a_file_that_is_no_station_and_keys_that_are_broken_are_told_apart(tmp_path):
    xinfang = made(tmp_path)
    keys = xinfang.folder / "keys.json"
    keys.write_text("{", "utf-8")
    assert xinfang.failed("list", "visits")["failed"] == "keys_damaged"
    assert Xinfang(tmp_path / "none", xinfang.password_file).failed("list", "visits")["failed"] == "no_station"
    assert not (tmp_path / "none").exists()


def _mounted(path: Path, *options: str) -> bool:
    if not hasattr(os, "geteuid") or os.geteuid() != 0:
        return False
    return subprocess.run(["mount", *options, str(path)], capture_output=True).returncode == 0


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """An empty file system of 2 MB; only root can mount one."""
    path = tmp_path / "disk"
    path.mkdir()
    if not _mounted(path, "-t", "tmpfs", "-o", "size=2m", "tmpfs"):
        pytest.skip("a small disk can only be mounted by root")
    yield path
    subprocess.run(["umount", "--lazy", str(path)], check=True)


def test_a_folder_that_cannot_be_written_is_told_as_such(disk, tmp_path):
    made(disk)
    assert _mounted(disk, "-o", "remount,ro")
    xinfang = Xinfang(disk / "station", disk / "password.txt")
    assert xinfang.failed("act", "RegisterVisit", given=VISIT)["failed"] == "read_only"
    other = Xinfang(disk / "second", disk / "password.txt")
    assert other.failed("init", "--office", str(OFFICE))["failed"] == "read_only"


def test_on_a_full_disk_nothing_that_was_saved_is_lost(disk):
    xinfang = made(disk)
    saved = [xinfang.done("act", "RegisterVisit", given=VISIT)["value"]["number"]]
    filler = disk / "filler"
    with suppress(OSError), filler.open("wb", buffering=0) as file:
        while True:
            file.write(b"x" * 4096)
    command = changed("matters.0.facts", "很长的经过。" * 1500)
    for _ in range(4):
        said = xinfang("act", "RegisterVisit", given=command)
        if said.code == 0:
            saved.append(said.json["value"]["number"])
            continue
        assert (said.code, said.json["failed"]) == (1, "disk_full"), said.text + said.complaint
        break
    else:
        pytest.fail("the disk was never full")
    filler.unlink()
    assert {row["number"] for row in xinfang.done("list", "visits")} == set(saved)
    saved.append(xinfang.done("act", "RegisterVisit", given=VISIT)["value"]["number"])
    assert len(set(saved)) == len(saved)
    assert xinfang.done("verify")["clean"] is True


def test_a_password_too_short_makes_no_station(tmp_path):
    xinfang = with_password(tmp_path, "1234567")
    assert xinfang.refused("init", "--office", str(OFFICE))["refused"] == "password_too_short"
    (tmp_path / "password.txt").write_text(PASSWORD, "utf-8")
    xinfang.done("init", "--office", str(OFFICE))
