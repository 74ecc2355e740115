"""Ten scanned pages from a township to the county and to a neighbour, by the real programs, killed on the way."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest

from tests import ready
from tests.desktop.test_cli_county import admin, county, free_port
from tests.desktop.xinfang import OFFICE, VISIT, Xinfang, made
from tests.printing.scans import as_bytes, scanned, typed_pages

WINDOW = 'window = "{}"'


def station(folder: Path, name: str, window: str) -> Xinfang:
    """A station of the example office, not enrolled yet."""
    folder.mkdir()
    text = OFFICE.read_text("utf-8")
    (line,) = (each for each in text.splitlines() if each.startswith("window"))
    (folder / "office.toml").write_text(text.replace(line, WINDOW.format(window)), "utf-8")
    return made(folder, folder / "office.toml", station=name)


def enrolled(xinfang: Xinfang, place: Path, port: int, window: str) -> Xinfang:
    office = "370299"
    code = admin(place, "enrol", "--office", office, "--office-name", "青禾县信访局", "--window", window)
    xinfang.done("enrol", f"http://127.0.0.1:{port}", code)
    xinfang.done("sync")
    return xinfang


@contextmanager
def killed(place: Path, port: int) -> Iterator[ready.Process]:
    """A county that is going to be killed."""
    process = ready.start("xinfang-county", ["--data", str(place), "--port", str(port)])
    try:
        for _ in range(3000):
            with suppress(OSError):
                import socket

                socket.create_connection(("127.0.0.1", port), timeout=1).close()
                break
            time.sleep(0.02)
        yield process
    finally:
        process.kill()
        process.wait()


def parts(place: Path) -> int:
    """Bytes of what is half there at the county."""
    return sum(path.stat().st_size for path in (place / "files").rglob("parts/*") if path.is_file())


@pytest.fixture
def two(tmp_path: Path) -> tuple[Xinfang, Xinfang, Path, int]:
    place, port = tmp_path / "county", free_port()
    one, other = station(tmp_path / "a", "one", "1"), station(tmp_path / "b", "two", "2")
    with county(place, port):
        enrolled(one, place, port, "1")
        enrolled(other, place, port, "2")
    return one, other, place, port


def state(xinfang: Xinfang, visit: str) -> dict[str, Any]:
    (found,) = xinfang.done("show", "visit", visit)["files"]
    return found


def test_ten_scanned_pages_reach_the_county_and_the_neighbour_byte_for_byte(two, tmp_path):
    one, other, place, port = two
    paths = []
    for number, page in enumerate(typed_pages(10)):
        path = tmp_path / f"{number:02}.jpg"
        path.write_bytes(as_bytes(scanned(page), dpi=(300, 300)))
        paths.append(str(path))
    visit = one.done("act", "RegisterVisit", given=VISIT)["value"]["visit_id"]
    row = one.done("act", "AttachFile", given={"case_id": visit, "paths": paths, "name": "上访材料"})["value"]
    assert (row["name"], row["pages"], row["state"]) == ("上访材料.pdf", 10, "here")
    assert row["size"] <= 10 * (40 << 10)
    with county(place, port):
        assert one.done("sync", "--acts-only")["value"]["pending"] == 0
        assert state(one, visit)["state"] == "here"  # the act did not wait for the file
        other.done("sync")
        away = state(other, visit)
        assert away["state"] == "away"
        assert other.done("file", "fetch", away["file_id"])["file"]["trouble"] == "file_not_at_county"
        assert one.done("sync")["files"] == {"sent": 1, "fetched": 0, "waiting": 0, "trouble": []}
        assert state(one, visit)["state"] == "county"
        assert other.done("file", "fetch", away["file_id"])["file"]["state"] == "county"
    mine, theirs = tmp_path / "mine.pdf", tmp_path / "theirs.pdf"
    one.done("file", "export", row["file_id"], "-o", str(mine))
    other.done("file", "export", row["file_id"], "-o", str(theirs))
    assert mine.read_bytes() == theirs.read_bytes()
    assert (place / "files" / row["hash"][:2] / row["hash"]).read_bytes() == mine.read_bytes()
    assert one.done("verify")["clean"]
    assert other.done("verify")["clean"]


@pytest.mark.parametrize("who", ["county", "station"])
def test_killed_in_the_middle_it_goes_on_where_it_was(two, tmp_path, who):
    one, _other, place, port = two
    big = tmp_path / "录音.mp3"
    big.write_bytes(b"ID3" + os.urandom(40 << 20))
    visit = one.done("act", "RegisterVisit", given=VISIT)["value"]["visit_id"]
    one.done("act", "AttachFile", given={"case_id": visit, "paths": [str(big)]})
    with killed(place, port) as process:
        one.done("sync", "--acts-only")
        words = ["--data", str(one.folder), "--password-file", str(one.password_file), "sync"]
        sending = ready.start("xinfang", words)
        while parts(place) < 2 << 20 and sending.poll() is None:
            time.sleep(0.005)
        victim = process if who == "county" else sending
        assert sending.poll() is None, "it was over before it could be killed"
        victim.send_signal(signal.SIGKILL)
        victim.wait()
        assert sending.wait(120) in (1, -signal.SIGKILL)
    half = parts(place)
    assert 2 << 20 <= half < 41 << 20
    assert state(one, visit)["state"] in ("here", "sending")
    before = {path: path.stat().st_ino for path in (place / "files" / "parts").iterdir()}
    assert len(before) == 1
    with county(place, port):
        told = one.done("sync")
        assert told["files"] == {"sent": 1, "fetched": 0, "waiting": 0, "trouble": []}
    assert state(one, visit)["state"] == "county"
    assert parts(place) == 0


def test_a_fetch_killed_in_the_middle_keeps_its_pieces(two, tmp_path):
    one, other, place, port = two
    big = tmp_path / "录音.mp3"
    big.write_bytes(b"ID3" + os.urandom(40 << 20))
    visit = one.done("act", "RegisterVisit", given=VISIT)["value"]["visit_id"]
    row = one.done("act", "AttachFile", given={"case_id": visit, "paths": [str(big)]})["value"]
    with county(place, port):
        one.done("sync")
        other.done("sync")
        words = ["--data", str(other.folder), "--password-file", str(other.password_file)]
        fetching = ready.start("xinfang", [*words, "file", "fetch", row["file_id"]])

        def here() -> int:
            return sum(path.stat().st_size for path in (other.folder / "files").rglob("*.part"))

        while here() < 2 << 20 and fetching.poll() is None:
            time.sleep(0.005)
        assert fetching.poll() is None, "it was over before it could be killed"
        fetching.kill()
        fetching.wait()
        assert here() >= 2 << 20
        assert state(other, visit)["state"] == "fetching"
        assert other.done("sync")["files"]["fetched"] == 1
    target = tmp_path / "out.mp3"
    other.done("file", "export", row["file_id"], "-o", str(target))
    assert target.read_bytes() == big.read_bytes()


def test_wrong_words_are_refused_and_an_unknown_file_too(two, tmp_path):
    one, *_ = two
    visit = one.done("act", "RegisterVisit", given=VISIT)["value"]["visit_id"]
    program = tmp_path / "setup.exe"
    program.write_bytes(b"MZ")
    assert one.refused("act", "AttachFile", given={"case_id": visit, "paths": [str(program)]})["refused"] == (
        "file_type_unknown"
    )
    gone = {"case_id": visit, "paths": [str(tmp_path / "gone.pdf")]}
    assert one.failed("act", "AttachFile", given=gone)["failed"] == "file_missing"
    assert one.refused("file", "export", "x", "-o", str(tmp_path / "o"))["refused"] == "file_unknown"
    assert one.refused("file", "export", "x")["refused"] == "usage"
