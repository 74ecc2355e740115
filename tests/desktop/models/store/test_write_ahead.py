"""The write-ahead log in quiet moments: as long as it ever gets, moved into the file when long, never in the way."""

from __future__ import annotations

import subprocess
import sys

import pytest

from desktop.models.store import write_ahead
from desktop.models.store.connection import immediate, open_connection
from desktop.models.store.write_ahead import FULL_BYTES, IDLE_CHECKPOINT_PAGES, checkpoint, lengthen, tidy
from domain.faults import SurroundingsFault

KEY = bytes(range(32))


@pytest.fixture
def path(tmp_path):
    return tmp_path / "station.db"


@pytest.fixture
def conn(path):
    conn = open_connection(path, KEY, create=True)
    conn.execute("CREATE TABLE petitioner (name TEXT NOT NULL UNIQUE)")
    return conn


def register(conn, *names: object) -> None:
    for name in names:
        conn.execute("INSERT INTO petitioner VALUES (?)", (str(name),))


def names(conn) -> list[str]:
    return [name for (name,) in conn.execute("SELECT name FROM petitioner ORDER BY rowid")]


def log_of(path):
    return path.with_name(path.name + "-wal")


def unmoved(conn) -> int:
    _, pages, moved = conn.execute("PRAGMA wal_checkpoint(NOOP)").fetchone()
    return pages - moved


def test_the_log_is_emptied_in_idle_time_not_by_the_clerks_commit(conn, path):
    register(conn, *range(1_500))  # past the 1,000 pages where SQLite by itself would stop a commit to do it
    assert log_of(path).stat().st_size > 1_500 * 4096
    moved = checkpoint(conn)
    assert moved.complete
    assert moved.pages > 1_500
    assert checkpoint(conn, truncate=True).complete
    assert log_of(path).stat().st_size == 0


def test_idle_time_leaves_a_short_log_to_the_next_saves_and_moves_a_long_one(conn):
    register(conn, "one")
    short = unmoved(conn)
    tidy(conn)
    assert unmoved(conn) == short > 0
    register(conn, *range(IDLE_CHECKPOINT_PAGES))
    tidy(conn)
    assert unmoved(conn) == 0


def test_a_quiet_moment_makes_the_log_so_long_that_no_save_makes_it_longer(conn, path):
    register(conn, "before")
    tidy(conn)
    assert log_of(path).stat().st_size == FULL_BYTES
    lengths = set()
    for some in range(12):  # as many pages as lead to a checkpoint in a quiet moment, more than once
        register(conn, *(f"{some}/{number}" for number in range(400)))
        lengths.add(log_of(path).stat().st_size)
        tidy(conn)
    assert lengths == {FULL_BYTES}
    checkpoint(conn, truncate=True)  # a copy was made
    tidy(conn)
    assert log_of(path).stat().st_size == FULL_BYTES
    conn.close()
    assert not log_of(path).exists()
    assert len(names(open_connection(path, KEY))) == 1 + 12 * 400


def test_what_comes_in_one_go_makes_the_log_longer_and_a_quiet_moment_makes_it_as_long_as_before(conn, path):
    tidy(conn)
    some = 0
    while log_of(path).stat().st_size <= 2 * FULL_BYTES:
        register(conn, *(f"{some}/{number}" for number in range(400)))
        some += 1
    assert unmoved(conn) > 0  # no commit stopped for it
    tidy(conn)
    assert log_of(path).stat().st_size == FULL_BYTES
    assert unmoved(conn) == 0
    conn.close()
    assert len(names(open_connection(path, KEY))) == 400 * some


@pytest.mark.parametrize("before", [0, 1, 30])
@pytest.mark.parametrize("after", [0, 1, 30])
def test_what_was_saved_before_and_after_the_log_was_lengthened_survives_a_killed_process(conn, path, before, after):
    checkpoint(conn, truncate=True)
    conn.close()
    script = (
        "import os, sys; from pathlib import Path\n"
        "from desktop.models.store.connection import open_connection\n"
        "from desktop.models.store.write_ahead import lengthen\n"
        "path, before, after = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])\n"
        "conn = open_connection(path, bytes(range(32)))\n"
        "for number in range(before + after):\n"
        "    if number == before: lengthen(conn)\n"
        "    conn.execute('INSERT INTO petitioner VALUES (?)', (str(number),))\n"
        "lengthen(conn)\n"
        "os.kill(os.getpid(), 9)\n"
    )
    died = subprocess.run([sys.executable, "-c", script, str(path), str(before), str(after)], timeout=60)
    assert died.returncode == -9
    assert log_of(path).stat().st_size == FULL_BYTES
    again = open_connection(path, KEY)
    assert names(again) == [str(number) for number in range(before + after)]
    assert again.execute("PRAGMA integrity_check").fetchone() == ("ok",)


def test_a_second_connection_reads_and_writes_over_the_lengthened_log(conn, path):
    lengthen(conn)
    other = open_connection(path, KEY)
    register(other, "theirs")
    register(conn, "mine")
    assert names(other) == names(conn) == ["theirs", "mine"]


def test_while_another_writes_the_log_is_left_alone(conn, path):
    other = open_connection(path, KEY)
    other.execute("PRAGMA busy_timeout = 20")
    before = log_of(path).stat().st_size
    with immediate(conn), pytest.raises(SurroundingsFault, match="busy"):
        lengthen(other)
    assert log_of(path).stat().st_size == before


def test_on_a_small_disk_the_log_takes_no_room_ahead_of_time(small_disk):
    conn = open_connection(small_disk / "station.db", KEY, create=True)
    register_table(conn)
    before = log_of(small_disk / "station.db").stat().st_size
    tidy(conn)
    assert log_of(small_disk / "station.db").stat().st_size == before


def test_a_disk_that_fills_up_meanwhile_gets_its_room_back(small_disk, monkeypatch):
    monkeypatch.setattr(write_ahead, "SPARE", 0)
    conn = open_connection(small_disk / "station.db", KEY, create=True)
    register_table(conn)
    log = log_of(small_disk / "station.db")
    before = log.stat().st_size
    tidy(conn)
    assert log.stat().st_size == before
    register(conn, "there is room")
    assert names(conn) == ["there is room"]


def register_table(conn) -> None:
    conn.execute("CREATE TABLE petitioner (name TEXT NOT NULL UNIQUE)")
