"""The data folder: held by one window, never half written, with a reserve for the full disk."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys

import pytest

from desktop.models.store import folder as folders
from desktop.models.store.connection import immediate, open_connection
from desktop.models.store.folder import Fence, hold, make_folder
from domain.faults import SurroundingsFault

SINCE = "2026-11-23T09:00:00+08:00"
FENCE = Fence("w1", 41, "ab" * 32, {"受": 7}, "machine")

HOLDER = """
import sys, time
from pathlib import Path
from desktop.models.store.folder import DataFolder, hold
held = hold(DataFolder(Path(sys.argv[1])), since="2026-11-23T08:30:00+08:00")
print("held", flush=True)
sys.stdin.read()
"""


@pytest.fixture
def folder(tmp_path):
    return make_folder(tmp_path / "站 数据")


@pytest.fixture
def other_window(folder):
    process = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(folder.path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    with process:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        yield process
        process.kill()


def fill(folder) -> None:
    with (folder.path / "filler").open("wb", buffering=0) as filler:
        while folders.free_bytes(folder):
            filler.write(bytes(4096))


def test_a_new_folder_asks_cleaners_to_leave_it_alone(folder):
    text = folder.readme.read_text(encoding="utf-8-sig")
    assert "请勿删除" in text
    for name in (folder.database, folder.keys, folder.fence, folder.lock, folder.office, folder.logs, folder.ballast):
        assert name.name in text
    assert folder.path.stat().st_mode & 0o077 == 0
    folder.readme.write_text("changed", encoding="utf-8")
    assert make_folder(folder.path) == folder
    assert folder.readme.read_text(encoding="utf-8") == "changed"


def test_a_second_window_is_told_who_holds_the_folder(folder, other_window):
    with pytest.raises(SurroundingsFault, match="already_open") as caught:
        hold(folder, since=SINCE)
    assert caught.value.facts == {"pid": other_window.pid, "since": "2026-11-23T08:30:00+08:00"}


def test_a_killed_window_lets_go(folder, other_window):
    os.kill(other_window.pid, signal.SIGKILL)
    other_window.wait()
    with hold(folder, since=SINCE):
        assert json.loads(folder.lock.read_bytes()) == {"pid": os.getpid(), "since": SINCE}


def test_a_second_opening_in_the_same_process_is_refused_too(folder):
    held = hold(folder, since=SINCE)
    with pytest.raises(SurroundingsFault, match="already_open"):
        hold(folder, since=SINCE)
    with pytest.raises(SurroundingsFault, match="already_open"):  # the refused opening let nothing go
        hold(folder, since=SINCE)
    held.release()
    held.release()
    hold(folder, since=SINCE).release()


def test_an_unreadable_note_in_the_lock_does_not_confuse(folder):
    held = hold(folder, since=SINCE)
    folder.lock.write_text("[", encoding="utf-8")
    with pytest.raises(SurroundingsFault, match="already_open") as caught:
        hold(folder, since=SINCE)
    assert caught.value.facts == {"pid": None, "since": None}
    held.release()


def test_a_read_only_folder_is_named(read_only_folder):
    with pytest.raises(SurroundingsFault, match="read_only"):
        make_folder(read_only_folder)
    with pytest.raises(SurroundingsFault, match="read_only"):
        hold(folders.DataFolder(read_only_folder), since=SINCE)
    with pytest.raises(SurroundingsFault, match="read_only"):
        folders.write_fence(folders.DataFolder(read_only_folder), FENCE)


def test_a_folder_that_is_not_there_is_named(tmp_path):
    with pytest.raises(SurroundingsFault, match="file_missing"):
        hold(folders.DataFolder(tmp_path / "nowhere"), since=SINCE)


def test_the_fence_comes_back_as_it_was_set(folder):
    assert folders.read_fence(folder) is None
    folders.write_fence(folder, Fence("w0", 1, "00"))
    folders.write_fence(folder, FENCE)
    assert folders.read_fence(folder) == FENCE
    assert sorted(path.name for path in folder.path.iterdir()) == ["README.txt", "fence.json", "logs"]


@pytest.mark.parametrize("damage", [b"", b"{", b"[]", b'{"writer": "w1"}', b"\xff\xfe\x00"])
def test_an_unreadable_fence_counts_as_none(folder, damage):
    folder.fence.write_bytes(damage)
    assert folders.read_fence(folder) is None


def test_a_fence_that_finds_no_room_leaves_the_old_one(small_disk):
    folder = make_folder(small_disk / "data")
    folders.write_fence(folder, FENCE)
    fill(folder)
    with pytest.raises(SurroundingsFault, match="disk_full"):
        folders.write_fence(folder, Fence("w1", 42, "cd" * 32, {str(n): n for n in range(2000)}))
    assert folders.read_fence(folder) == FENCE
    assert not folder.fence.with_name("fence.json.tmp").exists()


def test_the_ballast_lets_a_clerk_finish_on_a_full_disk(small_disk):
    folder = make_folder(small_disk / "data")
    conn = open_connection(folder.database, bytes(32), create=True)
    conn.execute("CREATE TABLE petitioner (name TEXT)")
    assert folders.ensure_ballast(folder, size=200_000)
    assert folders.ensure_ballast(folder, size=200_000)
    assert folders.free_bytes(folder) < 2 * 1024 * 1024 - 200_000

    def register() -> None:
        with immediate(conn) as transaction:
            conn.execute("INSERT INTO petitioner VALUES (?)", ("张" * 1000,))
            transaction.commit()

    def register_for_ever() -> None:
        while True:
            register()

    with pytest.raises(SurroundingsFault, match="disk_full"):
        register_for_ever()
    assert folders.drop_ballast(folder)
    register()
    assert not folders.drop_ballast(folder)
    assert not folders.ensure_ballast(folder, size=200_000)  # not while there is so little room
    conn.close()


def test_a_full_disk_does_not_keep_the_window_from_opening(small_disk):
    folder = make_folder(small_disk / "data")
    fill(folder)
    with hold(folder, since=SINCE), pytest.raises(SurroundingsFault, match="already_open"):
        hold(folder, since=SINCE)
