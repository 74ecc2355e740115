"""Making, opening and closing a station: what its first commit holds, and every way it may not open."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from desktop.models.store.series import series_state
from desktop.services import lookup
from desktop.services.care import verify
from desktop.services.station import OfficeSetup, Surroundings, create_station, open_station
from domain.faults import SurroundingsFault
from domain.series import Block
from tests.desktop.services.halls import FAST, HALL, PASSWORD, Clock, Hall, refusal


def test_the_first_commit_holds_clerk_office_directory_and_series(hall: Hall) -> None:
    assert [row.name for row in hall.station.store.clerks()] == ["王晓青"]
    assert {row.code: row.kind for row in lookup.offices(hall.station)} == {
        "370205": "petition_office",
        "370206": "competent_organ",
    }
    series = series_state(hall.station.store, "series/office/370205/2026/途")
    assert series is not None
    assert series.blocks == (Block(1, 9999, hall.station.store.identity.writer),)
    assert verify(hall.station).clean


def test_a_closed_station_opens_again_with_what_it_was_told(hall: Hall) -> None:
    made = hall.register()
    again = hall.open_again()
    assert (again.office.name, again.office.window, again.office.mark) == ("滨海县信访局", "2", "滨信")
    assert again.clerk_name == "王晓青"
    assert [row.visit_id for row in lookup.today(again)] == [made.visit_id]


def test_the_file_on_disk_is_not_readable_without_the_key(hall: Hall) -> None:
    hall.register()
    hall.station.close()
    data = hall.station.folder.database.read_bytes()
    assert b"SQLite format 3" not in data
    for secret in ("李春燕", "370205-2-20261123", "滨海县"):
        assert secret.encode() not in data
    assert "渔村".encode() not in hall.station.folder.keys.read_bytes()


def test_closing_twice_is_harmless(hall: Hall) -> None:
    hall.station.close()
    hall.station.close()


@pytest.mark.parametrize(("sign_in", "password"), [("wang", "不是这个密码吧"), ("nobody", PASSWORD), ("", "")])
def test_a_wrong_password_and_an_unknown_name_are_answered_alike(hall: Hall, sign_in: str, password: str) -> None:
    with pytest.raises(SurroundingsFault) as fault:
        hall.open_again(sign_in=sign_in, password=password)
    assert (fault.value.code, fault.value.facts) == ("wrong_password", {})
    assert hall.open_again().clerk_name == "王晓青"


def test_a_station_open_in_one_window_does_not_open_in_another(hall: Hall) -> None:
    with pytest.raises(SurroundingsFault) as fault:
        open_station(hall.path, sign_in="wang", password=PASSWORD, surroundings=hall.surroundings)
    assert (fault.value.code, fault.value.facts["since"]) == ("already_open", "2026-11-23 09:12")


def test_an_empty_folder_holds_no_station(hall: Hall, tmp_path: Path) -> None:
    with pytest.raises(SurroundingsFault) as fault:
        open_station(tmp_path / "empty", sign_in="wang", password=PASSWORD, surroundings=hall.surroundings)
    assert fault.value.code == "no_station"


def test_a_station_is_never_made_over_another(hall: Hall) -> None:
    hall.station.close()
    with pytest.raises(SurroundingsFault) as fault:
        create_station(hall.path, HALL, sign_in="li", name="李", password=PASSWORD, surroundings=hall.surroundings)
    assert fault.value.code == "folder_in_use"
    assert hall.open_again().clerk_name == "王晓青"


def test_a_file_of_a_newer_program_is_refused_untouched(hall: Hall) -> None:
    db = hall.station.store.db
    db.execute("INSERT INTO _sqlite_migrations (migration_set, name, applied_at) VALUES ('station', '0099_later', '')")
    hall.station.close()
    before = hall.station.folder.database.read_bytes()
    with pytest.raises(SurroundingsFault) as fault:
        hall.open_again()
    assert (fault.value.code, fault.value.facts["file_version"]) == ("newer_file", 99)
    assert hall.station.folder.database.read_bytes() == before


def test_a_damaged_file_is_named_and_not_written(hall: Hall) -> None:
    hall.station.close()
    file = hall.station.folder.database
    data = bytearray(file.read_bytes())
    data[100:200] = bytes(100)
    file.write_bytes(data)
    with pytest.raises(SurroundingsFault) as fault:
        hall.open_again()
    assert fault.value.code in ("file_damaged_or_wrong_key", "file_damaged")
    assert file.read_bytes() == bytes(data)


def test_the_lock_is_let_go_when_opening_failed(hall: Hall) -> None:
    with pytest.raises(SurroundingsFault):
        hall.open_again(password="不是这个密码吧")
    assert hall.open_again().clerk_name == "王晓青"


BAD_OFFICES: dict[str, tuple[OfficeSetup, str]] = {
    "office_kind_unknown": (replace(HALL, kind="court"), "office.kind"),
    "office_name_missing": (replace(HALL, name=" "), "office.name"),
    "office_mark_invalid": (replace(HALL, mark="B"), "office.mark"),
    "office_code_invalid": (replace(HALL, code="三七"), "office.code"),
}


@pytest.mark.parametrize("code", sorted(BAD_OFFICES))
def test_an_office_that_could_not_number_its_papers_is_refused(tmp_path: Path, code: str) -> None:
    setup, field = BAD_OFFICES[code]
    surroundings = Surroundings(Clock(), random.Random(1).randbytes, FAST)
    path = tmp_path / "new"
    said = refusal(
        lambda: create_station(path, setup, sign_in="wang", name="王", password=PASSWORD, surroundings=surroundings)
    )
    assert (said.code, said.field) == (code, field)
    assert not path.exists()


def test_a_short_password_can_be_put_right_at_once(tmp_path: Path) -> None:
    surroundings = Surroundings(Clock(), random.Random(1).randbytes, FAST)

    def create(password: str, sign_in: str = "wang") -> object:
        return create_station(
            tmp_path / "new", HALL, sign_in=sign_in, name="王", password=password, surroundings=surroundings
        )

    assert refusal(lambda: create("1234567")).code == "password_too_short"
    assert refusal(lambda: create(PASSWORD, " ")).code == "sign_in_empty"
    station = create_station(
        tmp_path / "new", HALL, sign_in="wang", name="王", password=PASSWORD, surroundings=surroundings
    )
    assert station.clerk_name == "王"
    station.close()


MAKER = """
import os, random, signal, sys
from pathlib import Path
from desktop.services import station
from tests.desktop.services.halls import FAST, HALL, PASSWORD, Clock

path, when = Path(sys.argv[1]), sys.argv[2]
renamed = 0

def watch(event, args):
    global renamed
    if event == "os.rename":
        renamed += 1
        if when == f"before rename {renamed}":
            os.kill(os.getpid(), signal.SIGKILL)

def first_acts(*words, write=station._first_acts):
    if when == "before the first acts":
        os.kill(os.getpid(), signal.SIGKILL)
    write(*words)
    if when == "after the first acts":
        os.kill(os.getpid(), signal.SIGKILL)

station._first_acts = first_acts
sys.addaudithook(watch)
station.create_station(
    path, HALL, sign_in="wang", name="王晓青", password=PASSWORD,
    surroundings=station.Surroundings(Clock(), random.Random(3).randbytes, FAST),
).close()
print(renamed)
"""
RENAMES = 6
"""Keys and office note made; office note, keys and database put in place; the ballast."""


def test_every_moment_a_new_station_may_be_cut_at_is_tried(tmp_path: Path) -> None:
    done = subprocess.run([sys.executable, "-c", MAKER, tmp_path / "new", ""], capture_output=True, check=True)
    assert done.stdout.split() == [str(RENAMES).encode()]


@pytest.mark.parametrize(
    "when",
    ["before the first acts", "after the first acts", *(f"before rename {n}" for n in range(1, RENAMES + 1))],
)
def test_a_station_cut_off_while_it_is_made_is_whole_or_can_be_made_again(tmp_path: Path, when: str) -> None:
    path = tmp_path / "new"
    died = subprocess.run([sys.executable, "-c", MAKER, path, when], capture_output=True, check=False)
    assert died.returncode == -signal.SIGKILL, died.stderr
    surroundings = Surroundings(Clock(), random.Random(1).randbytes, FAST)
    words = {"sign_in": "wang", "password": PASSWORD, "surroundings": surroundings}
    if when == f"before rename {RENAMES}":
        station = open_station(path, **words)  # type: ignore[arg-type]
    else:
        with pytest.raises(SurroundingsFault, match="no_station"):
            open_station(path, **words)  # type: ignore[arg-type]
        station = create_station(path, HALL, name="王晓青", **words)  # type: ignore[arg-type]
    assert [row.code for row in lookup.offices(station)] == ["370205", "370206"]
    assert [row.name for row in station.store.clerks()] == ["王晓青"]
    assert verify(station).clean
    assert {each.name for each in path.iterdir()} >= {"station.db", "keys.json", "office.json", "ballast.bin"}
    assert not (path / "making").exists()
    station.close()


def test_keys_whose_file_is_missing_are_never_written_over(hall: Hall) -> None:
    hall.station.close()
    kept = hall.station.folder.keys.read_bytes()
    aside = hall.station.folder.database.rename(hall.path.parent / "quarantine.db")
    with pytest.raises(SurroundingsFault) as fault:
        create_station(hall.path, HALL, sign_in="li", name="李", password=PASSWORD, surroundings=hall.surroundings)
    assert fault.value.code == "folder_in_use"
    assert hall.station.folder.keys.read_bytes() == kept
    aside.rename(hall.station.folder.database)
    assert hall.open_again().clerk_name == "王晓青"


def test_a_disk_too_full_for_a_station_can_be_tried_again_when_there_is_room(small_disk: Path) -> None:
    filler = small_disk / "filler"
    filler.write_bytes(bytes(1_950_000))
    surroundings = Surroundings(Clock(), random.Random(1).randbytes, FAST)

    def create() -> object:
        return create_station(
            small_disk / "new", HALL, sign_in="wang", name="王", password=PASSWORD, surroundings=surroundings
        )

    with pytest.raises(SurroundingsFault) as fault:
        create()
    assert fault.value.code == "disk_full"
    filler.unlink()
    station = create()
    station.close()  # type: ignore[attr-defined]
