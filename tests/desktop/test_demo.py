"""What ./run makes: a county server, two stations with visits and papers, enrolled and reported; twice is once."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest

from desktop import demo
from desktop.cli import surroundings
from desktop.models.store.folder import DataFolder
from desktop.services.station import open_station
from tests.desktop.xinfang import ROOT, VISIT, Xinfang


def run(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "desktop.demo", *words], cwd=ROOT, capture_output=True, encoding="utf-8", timeout=170
    )


def free_port() -> str:
    with socket.socket() as tried:
        tried.bind(("127.0.0.1", 0))
        return str(tried.getsockname()[1])


def answers(port: int) -> bool:
    with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
        return True
    return False


def until(true: Callable[[], bool]) -> None:
    for _ in range(600):
        if true():
            return
        time.sleep(0.1)
    pytest.fail("it did not come to that within a minute")


@pytest.fixture(scope="module")
def place(tmp_path_factory) -> demo.Place:
    folder = tmp_path_factory.mktemp("run") / "demo"
    done = run("--no-window", "--into", str(folder), "--visits", "24", "--port", free_port())
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stderr == ""
    return demo.Place(folder)


def station(place: demo.Place, folder: Path) -> Xinfang:
    return Xinfang(folder, place.password)


def test_the_hall_has_its_visits_and_everything_is_with_the_county(place):
    hall = station(place, place.hall)
    visits = hall.done("list", "visits")
    assert len(visits) == 24
    assert {row["clerk"] for row in visits} == {"张敏"}
    assert all(row["reported"] for row in visits)
    (sync,) = hall.done("list", "sync")
    assert (sync["enrolled"], sync["pending"], sync["forked"]) == (True, 0, False)
    assert hall.done("verify")["clean"] is True


def test_document_numbers_come_from_the_county(place):
    township = station(place, place.township)
    papers = township.done("list", "papers") + station(place, place.hall).done("list", "papers")
    # a matter referred to the township is shown there with its papers: one paper may stand in both lists
    numbers = {paper["paper_id"]: paper["number"] for paper in papers if "〔" in paper["number"]}
    assert numbers
    assert len(set(numbers.values())) == len(numbers)


def test_the_directory_names_hall_townships_and_units(place):
    names = {row["name"] for row in station(place, place.hall).done("list", "offices")}
    assert {"青禾县信访局", "云溪镇人民政府", "石桥镇人民政府", "青禾县民政局"} <= names


def test_the_county_holds_what_the_stations_hold(place):
    program = Path(sys.executable).with_name("xinfang-county")
    done = subprocess.run(
        [program, "--data", place.county, "admin", "verify"], capture_output=True, encoding="utf-8", check=True
    )
    county = json.loads(done.stdout)
    assert county["ok"] is True
    assert county["writers"] == 3
    held = {row["case_id"] for row in station(place, place.hall).done("list", "papers")}
    assert county["cases"] > len(held)


def test_a_second_start_uses_what_is_there(place):
    before = (place.hall / "station.db").stat().st_mtime_ns
    done = run("--no-window", "--into", str(place.path))
    assert done.returncode == 0, done.stderr
    assert (place.hall / "station.db").stat().st_mtime_ns == before


def test_the_window_opens_on_the_demo_clerk_and_the_county_goes_with_it(place):
    port = json.loads(place.mark.read_text("utf-8"))["port"]
    program = [sys.executable, "-m", "desktop.demo", "--into", str(place.path)]
    log = place.path / "window.log"
    lock = DataFolder(place.hall).lock
    before = lock.read_bytes()
    with log.open("wb") as output:
        window = subprocess.Popen(program, cwd=ROOT, stdout=output, stderr=output)
        try:
            until(lambda: answers(port) or window.poll() is not None)
            # whoever signs in writes their process into the lock; asking for the lock itself could keep them out
            until(lambda: lock.read_bytes() != before or window.poll() is not None)
            assert window.poll() is None, log.read_text("utf-8")
        finally:
            window.terminate()
            window.wait(60)
    # told to end before the window took the signal over: the shell's code; afterwards the window closes well
    assert window.returncode in (0, 128 + signal.SIGTERM), log.read_text("utf-8")
    assert not answers(port)
    assert station(place, place.hall).done("verify")["clean"] is True


def county_of(folder: Path, port: int) -> subprocess.Popen[bytes]:
    program = [sys.executable, "-m", "sync.server.main", "--data", str(folder), "--port", str(port)]
    with folder.with_suffix(".log").open("wb") as log:
        return subprocess.Popen(program, cwd=ROOT, stdout=log, stderr=log)


def test_demo_data_of_another_release_is_left_alone_and_named(tmp_path):
    folder = tmp_path / "demo"
    folder.mkdir()
    kept = json.dumps({"state": "ready", "port": 1})  # as 0.1.0 marked it
    (folder / "demo.json").write_text(kept, "utf-8")
    done = run("--no-window", "--into", str(folder))
    assert done.returncode == 1
    assert "./run --fresh" in done.stderr
    assert [path.name for path in folder.iterdir()] == ["demo.json"]
    assert (folder / "demo.json").read_text("utf-8") == kept


@pytest.mark.parametrize("which", ["another county", "no county"])
def test_a_service_that_is_not_the_demos_county_is_named_and_not_used(place, tmp_path, which):
    port = json.loads(place.mark.read_text("utf-8"))["port"]
    (tmp_path / "other").mkdir()
    if which == "another county":
        other = county_of(tmp_path / "other", port)
    else:
        program = [sys.executable, "-m", "http.server", "--bind", "127.0.0.1", "--directory", str(tmp_path), str(port)]
        other = subprocess.Popen(program, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        until(lambda: answers(port) or other.poll() is not None)
        done = run("--into", str(place.path))
    finally:
        other.terminate()
        other.wait(30)
    assert done.returncode == 1, done.stdout + done.stderr
    assert f"127.0.0.1:{port} 上有别的服务" in done.stderr


def test_the_demos_own_county_already_running_is_used(place):
    port = json.loads(place.mark.read_text("utf-8"))["port"]
    own = county_of(place.county, port)
    try:
        until(lambda: answers(port) or own.poll() is not None)
        with demo._county(place, port):
            assert answers(port)
        assert answers(port)  # it was there before us and stays
    finally:
        own.terminate()
        own.wait(30)


def test_a_start_that_was_cut_short_is_begun_again(tmp_path):
    folder = tmp_path / "demo"
    folder.mkdir()
    (folder / demo.MARK).write_text('{"state": "making", "port": 1}', "utf-8")
    (folder / "offices.json").write_text("[", "utf-8")
    done = run("--no-window", "--into", str(folder), "--visits", "2", "--port", free_port())
    assert done.returncode == 0, done.stdout + done.stderr
    assert json.loads((folder / demo.MARK).read_text("utf-8"))["state"] == "ready"


def test_a_folder_of_somebody_else_is_never_thrown_away(tmp_path):
    (tmp_path / "报告.docx").write_bytes(b"not ours")
    done = run("--fresh", "--no-window", "--into", str(tmp_path))
    assert done.returncode == 1
    assert "已有其他文件" in done.stderr
    assert [each.name for each in tmp_path.iterdir()] == ["报告.docx"]


def test_an_open_demo_is_not_thrown_away(place):
    window = open_station(place.hall, sign_in=demo.SIGN_IN, password=demo.PASSWORD, surroundings=surroundings())
    try:
        done = run("--fresh", "--no-window", "--into", str(place.path))
    finally:
        window.close()
    assert done.returncode == 1
    assert "已在另一个窗口打开" in done.stderr
    assert len(station(place, place.hall).done("list", "visits")) == 24


def test_an_import_registers_and_proves_and_may_be_repeated(tmp_path):
    folder = tmp_path / "import"
    for expected in (30, 60):
        done = run("--import", "30", "--into", str(folder))
        assert done.returncode == 0, done.stdout + done.stderr
        assert "无一被拒" in done.stdout
        assert "核验无误" in done.stdout
        assert len(Xinfang(folder, folder / "password.txt").done("list", "visits")) == expected


def test_an_import_killed_in_the_middle_loses_nothing_it_called_saved(tmp_path):
    folder = tmp_path / "import"
    program = [sys.executable, "-m", "desktop.demo", "--import", "5000", "--into", str(folder)]
    with (tmp_path / "log").open("wb") as log:
        process = subprocess.Popen(program, cwd=ROOT, stdout=log, stderr=log)
        try:
            wal = folder / "station.db-wal"
            until(lambda: (wal.exists() and wal.stat().st_size > 1 << 20) or process.poll() is not None)
            assert process.poll() is None, (tmp_path / "log").read_text("utf-8")
        finally:
            process.kill()
            process.wait()
    xinfang = Xinfang(folder, folder / "password.txt")
    visits = xinfang.done("list", "visits")
    assert 0 < len(visits) < 5000
    assert xinfang.done("verify")["clean"] is True
    assert xinfang.done("act", "RegisterVisit", given=VISIT)["value"]["number"] not in {row["number"] for row in visits}
