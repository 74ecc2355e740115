"""Attachments in a county's backup: each once, locked like the rest, whole or named as lacking, and brought back."""

from __future__ import annotations

import hashlib
import json
import secrets
import shlex
import shutil
import signal
import subprocess
import tracemalloc
from collections.abc import Iterator
from pathlib import Path

import pytest

from domain.files import PIECE_BYTES
from sync.bundle.seal import CHUNK, TAG
from sync.server.backup_files import Attachments, Kept, Return, keep_all, shelf_for
from sync.server.files import FileStore
from tests.sync.harness import County, Station, wait_until
from tests.sync.test_admin import lines, passphrase
from tests.sync.test_county_files import attach, bring, line, refused, shape_of

SIZES = (1, CHUNK - 1, CHUNK, 2 * CHUNK + 100)


class Filled:
    """A county with attachments, and where its backups go."""

    def __init__(self, county: County, one: Station, disk: Path) -> None:
        self.county, self.one, self.disk = county, one, disk
        self.data = [secrets.token_bytes(size) for size in SIZES]
        for data in self.data:
            self.add(data)

    def add(self, data: bytes) -> None:
        attach(self.one, shape_of(data))
        self.one.sync(self.county.url)
        bring(self.one, self.county, data)

    def backup(self, name: str, *words: str) -> dict:
        [told] = lines(self.county, "backup", str(self.disk / name), *words)
        return told

    def restored(self, name: str, to: Path, *words: str) -> tuple[County, dict, str]:
        self.county.stop()
        back = County(to, port=self.county.port)
        done = back.admin("restore", str(self.disk / name), *words)
        assert done.returncode == 0, done.stderr
        return back, json.loads(done.stdout), done.stderr


@pytest.fixture
def county(tmp_path: Path) -> Iterator[County]:
    """On SQLite alone: what becomes of files asks no database."""
    made = County(tmp_path / "county").start()
    yield made
    made.stop()


@pytest.fixture
def filled(county, new_station, tmp_path) -> Filled:
    disk = tmp_path / "disk"
    disk.mkdir()
    return Filled(county, new_station("one", county), disk)


@pytest.fixture
def started() -> Iterator[list[County]]:
    found: list[County] = []
    yield found
    for county in found:
        county.stop()


def shelf(disk: Path) -> list[Path]:
    return [path for path in disk.glob("attachments-*/??/*") if path.is_file()]


@pytest.mark.parametrize("locked", [True, False])
def test_every_attachment_comes_back_as_it_was_and_is_served_to_who_was_served_before(
    filled, locked, tmp_path, new_station, started
):
    secret = passphrase(tmp_path) if locked else ("--plain",)
    told = filled.backup("one.xfc", *secret)
    assert (told["attachments"], told["attachments_copied"], told["attachments_differing"]) == (4, 4, [])
    back, report, _ = filled.restored("one.xfc", tmp_path / "back", *(secret if locked else ()))
    assert (report["attachments"], report["attachments_lacking"]) == (4, 0)
    ours, theirs = filled.county.folder / "files", back.folder / "files"
    kept = {path.relative_to(ours): path.read_bytes() for path in ours.glob("??/*")}
    assert {path.relative_to(theirs): path.read_bytes() for path in theirs.glob("??/*")} == kept
    assert len(kept) == 2 * len(SIZES), "each with the note of who had it"
    started.append(back.start())
    with line(filled.one, back) as way:
        assert way.lacking() == []
        shape = shape_of(filled.data[3])
        assert b"".join(way.get(shape, index) for index in range(shape.pieces)) == filled.data[3]
    stranger = new_station("other", back, "370206")
    attach(stranger, shape, case_id="b2" * 16)
    stranger.sync(back.url)
    with line(stranger, back) as way:
        assert refused(lambda: way.get(shape, 0)) == "file_not_there", "to know a hash is not enough"


def test_a_locked_attachment_shows_neither_its_bytes_nor_its_hash(filled, tmp_path):
    filled.backup("one.xfc", *passphrase(tmp_path))
    found = shelf(filled.disk)
    assert len(found) == len(SIZES)
    for path in found:
        assert oct(path.stat().st_mode)[-3:] == "600"
        for data in filled.data:
            assert data[:64] not in path.read_bytes() or len(data) == 1
            assert shape_of(data).hash not in str(path)
    assert sorted(path.stat().st_size for path in found) == sorted(size + TAG * -(-size // CHUNK) for size in SIZES)


def test_the_next_backup_copies_only_what_is_new_and_both_can_be_restored(filled, tmp_path):
    secret = passphrase(tmp_path)
    filled.backup("one.xfc", *secret)
    before = {path: path.stat().st_mtime_ns for path in shelf(filled.disk)}
    filled.add(b"later" * 1000)
    told = filled.backup("two.xfc", *secret)
    assert (told["attachments"], told["attachments_copied"]) == (5, 1)
    assert {path: path.stat().st_mtime_ns for path in before} == before
    assert len(list(filled.disk.glob("attachments-*"))) == 1
    _, report, _ = filled.restored("one.xfc", tmp_path / "first", *secret)
    assert report["attachments"] == 4
    _, report, _ = filled.restored("two.xfc", tmp_path / "second", *secret)
    assert report["attachments"] == 5


def test_another_passphrase_locks_the_attachments_anew(filled, tmp_path):
    first = passphrase(tmp_path)
    filled.backup("one.xfc", *first)
    (tmp_path / "new").mkdir()
    second = passphrase(tmp_path / "new", "山坡上的气象站门牌2号西屋")
    told = filled.backup("two.xfc", *second)
    assert told["attachments_copied"] == 4
    assert len(list(filled.disk.glob("attachments-*"))) == 2
    shutil.rmtree(filled.disk / told["attachments_in"])
    _, report, _ = filled.restored("one.xfc", tmp_path / "back", *first)
    assert report["attachments"] == 4
    _, report, said = filled.restored("two.xfc", tmp_path / "lost", *second)
    assert (report["attachments"], report["attachments_lacking"]) == (0, 4), "the old passphrase's folder is of no use"
    assert "有 4 份附件" in said


def test_attachments_lost_or_damaged_beside_a_backup_are_brought_by_stations_again(filled, tmp_path, started):
    secret = passphrase(tmp_path)
    filled.backup("one.xfc", *secret)
    lost, torn = sorted(shelf(filled.disk), key=lambda path: path.stat().st_size)[2:]
    lost.unlink()
    raw = bytearray(torn.read_bytes())
    raw[CHUNK + 40] ^= 1
    torn.write_bytes(raw)
    back, report, said = filled.restored("one.xfc", tmp_path / "back", *secret)
    assert (report["attachments"], report["attachments_lacking"]) == (2, 2)
    assert "有 2 份附件" in said
    assert not list(back.folder.glob("files/??/*.whole"))
    started.append(back.start())
    asked_for(filled, back, filled.data[2:])


def asked_for(filled: Filled, back: County, data: list[bytes]) -> None:
    """The county asks for these, the station brings them, and all is whole."""
    filled.one.sync(back.url)
    with line(filled.one, back) as way:
        assert set(way.lacking()) == {shape_of(each).hash for each in data}
    for each in data:
        bring(filled.one, back, each)
    with line(filled.one, back) as way:
        assert way.lacking() == []
    assert back.admin("verify").returncode == 0


def test_what_the_disk_spoiled_is_found_when_all_is_read_and_copied_again(filled, tmp_path):
    secret = passphrase(tmp_path)
    filled.backup("one.xfc", *secret)
    torn = max(shelf(filled.disk), key=lambda path: path.stat().st_size)
    whole = torn.read_bytes()
    torn.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
    assert filled.backup("two.xfc", *secret)["attachments_copied"] == 0, "its length is right"
    told = filled.backup("three.xfc", *secret, "--read-all")
    assert (told["attachments"], told["attachments_copied"]) == (4, 1)
    assert torn.read_bytes() == whole


def test_a_backup_without_attachments_says_so_and_so_does_its_restore(filled, tmp_path, started):
    secret = passphrase(tmp_path)
    done = filled.county.admin("backup", str(filled.disk / "bare.xfc"), *secret, "--without-files")
    assert done.returncode == 0
    assert json.loads(done.stdout)["attachments"] is None
    assert "不含附件" in done.stderr
    assert not shelf(filled.disk)
    back, report, said = filled.restored("bare.xfc", tmp_path / "back", *secret)
    assert report["attachments"] is None
    assert "不含附件" in said
    started.append(back.start())
    asked_for(filled, back, filled.data)


def test_a_damaged_attachment_of_the_county_is_named_and_not_passed_on(filled, tmp_path):
    spoiled = shape_of(filled.data[1])
    path = filled.county.folder / "files" / spoiled.hash[:2] / spoiled.hash
    path.write_bytes(b"x" + path.read_bytes()[1:])
    done = filled.county.admin("backup", str(filled.disk / "one.xfc"), *passphrase(tmp_path))
    told = json.loads(done.stdout)
    assert (done.returncode, told["ok"], told["attachments"]) == (3, False, 3)
    assert told["attachments_differing"] == [spoiled.hash]
    assert "1 份附件已损坏" in done.stderr
    assert len(shelf(filled.disk)) == 3


def test_a_backup_killed_in_the_middle_leaves_the_one_before_and_is_taken_up_where_it_was(filled, tmp_path):
    secret = passphrase(tmp_path)
    filled.backup("one.xfc", *secret)
    for number in range(6):
        filled.add(bytes([number]) * (40 * PIECE_BYTES))
    running = subprocess.Popen(
        [*filled.county._command(), "admin", "backup", str(filled.disk / "two.xfc"), *secret],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    wait_until(lambda: len(shelf(filled.disk)) > 5, "no attachment was copied")
    running.send_signal(signal.SIGKILL)
    running.wait()
    assert not (filled.disk / "two.xfc").exists(), "it was faster than this test"
    there = {path: path.stat().st_mtime_ns for path in shelf(filled.disk) if path.suffix != ".part"}
    assert len(there) > 4
    _, report, _ = filled.restored("one.xfc", tmp_path / "back", *secret)
    assert (report["attachments"], report["attachments_lacking"]) == (4, 0)
    told = filled.backup("two.xfc", *secret)
    assert (told["attachments"], told["attachments_copied"]) == (10, 10 - len(there))
    assert {path: path.stat().st_mtime_ns for path in there} == there
    assert not list(filled.disk.rglob("*.part"))


def test_a_full_disk_leaves_no_backup_and_says_so(filled, tmp_path):
    filled.add(b"y" * (30 * PIECE_BYTES))
    words = shlex.join([*filled.county._command(), "admin", "backup", str(filled.disk / "one.xfc"), "--plain"])
    done = subprocess.run(["bash", "-c", f"ulimit -f 600; {words}"], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "磁盘已满" in done.stderr
    assert not (filled.disk / "one.xfc").exists()


def test_a_large_attachment_is_copied_and_brought_back_piece_by_piece(tmp_path):

    size = 48 << 20
    digest = hashlib.sha256()
    for _ in range(size >> 20):
        digest.update(b"z" * (1 << 20))
    files = FileStore(tmp_path / "files")
    path = files.path(digest.hexdigest())
    path.parent.mkdir(parents=True)
    with path.open("wb") as file:
        for _ in range(size >> 20):
            file.write(b"z" * (1 << 20))
    made = shelf_for(tmp_path, "海边的渔村门牌1号院东屋", secrets.token_bytes)
    tracemalloc.start()
    kept, differing = keep_all(files, made)
    back = Return(tmp_path, tmp_path / "back", lambda: "")
    back._shelves[made.folder.name] = made
    back.take(Attachments(folder=made.folder.name, files=kept))
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert (kept, differing) == ([Kept(digest.hexdigest(), size, [])], [])
    assert (back.back, back.lacking) == (1, 0)
    assert most < 4 << 20
