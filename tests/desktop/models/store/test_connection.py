"""The encrypted connection: nothing in plain text, nothing half committed, a name for what goes wrong outside."""

from __future__ import annotations

import subprocess
import sys
import threading

import pytest
from sqlcipher3.dbapi2 import ProgrammingError

from desktop.models.store.connection import (
    Database,
    IntegrityError,
    faults,
    immediate,
    joined,
    open_connection,
    translate,
)
from desktop.models.store.write_ahead import checkpoint
from domain.faults import SurroundingsFault

KEY = bytes(range(32))
NAME = "𠮷䶮与欧阳修"


@pytest.fixture
def path(tmp_path):
    return tmp_path / "station.db"


@pytest.fixture
def conn(path):
    conn = open_connection(path, KEY, create=True)
    conn.execute("CREATE TABLE petitioner (name TEXT NOT NULL UNIQUE)")
    return conn


def names(conn) -> list[str]:
    return [name for (name,) in conn.execute("SELECT name FROM petitioner ORDER BY rowid")]


def test_the_file_is_encrypted_from_the_first_byte(conn, path):
    for number in range(200):
        conn.execute("INSERT INTO petitioner VALUES (?)", (f"{NAME}{number} petition",))
    log = path.with_name("station.db-wal").read_bytes()
    checkpoint(conn, truncate=True)
    stored = path.read_bytes()
    assert len(log) > 4096
    for data in (log, stored):
        for plain in (b"SQLite format", b"CREATE TABLE", b"petition", NAME.encode(), NAME.encode("utf-16-le")):
            assert plain not in data
    assert stored[:16] != b"SQLite format 3\x00"
    assert path.stat().st_mode & 0o077 == 0


def test_the_connection_is_durable_strict_and_keeps_nothing_temporary_on_disk(conn):
    def pragma(name):
        return conn.execute(f"PRAGMA {name}").fetchone()[0]

    assert pragma("journal_mode") == "wal"
    assert pragma("synchronous") == 2  # FULL
    assert pragma("foreign_keys") == 1
    assert pragma("temp_store") == 2  # memory
    assert pragma("busy_timeout") == 5000
    assert conn.isolation_level is None


def test_sqlite_utils_speaks_through_the_same_library(conn):
    db = Database(conn)
    db["petitioner"].drop(ignore=True)
    db["petitioner"].drop(ignore=True)  # ignored only when its OperationalError is ours
    db.table("petitioner").insert({"id": "a", "name": NAME}, pk="id")
    db.table("petitioner").upsert({"id": "a", "name": "x"}, pk="id")
    assert db.table("petitioner").get("a") == {"id": "a", "name": "x"}


@pytest.mark.parametrize("key", [bytes(32), KEY[:31] + b"\x00"])
def test_a_wrong_key_is_named_and_changes_nothing(conn, path, key):
    conn.close()
    before = path.read_bytes()
    with pytest.raises(SurroundingsFault, match="file_damaged_or_wrong_key"):
        open_connection(path, key)
    assert path.read_bytes() == before
    with pytest.raises(ValueError, match="32 bytes"):
        open_connection(path, key[:16])


def test_a_damaged_first_page_is_named(conn, path):
    checkpoint(conn, truncate=True)
    conn.close()
    data = bytearray(path.read_bytes())
    data[100] ^= 1
    path.write_bytes(data)
    with pytest.raises(SurroundingsFault, match="file_damaged_or_wrong_key"):
        open_connection(path, KEY)


def test_a_missing_file_is_not_made_by_opening_it(path):
    with pytest.raises(SurroundingsFault, match="file_missing"):
        open_connection(path, KEY)
    assert not path.exists()


def test_without_commit_the_block_rolls_back(conn):
    with immediate(conn):
        conn.execute("INSERT INTO petitioner VALUES ('forgotten')")
    with pytest.raises(IntegrityError), immediate(conn):
        conn.executemany("INSERT INTO petitioner VALUES (?)", [("failed",), (None,)])
    with immediate(conn) as transaction:
        conn.execute("INSERT INTO petitioner VALUES ('kept')")
        transaction.commit()
    assert names(conn) == ["kept"]


def test_a_broken_constraint_stays_our_own_mistake(conn):
    with pytest.raises(IntegrityError), immediate(conn):
        conn.execute("INSERT INTO petitioner VALUES (NULL)")
    assert not conn.in_transaction
    assert translate(IntegrityError("UNIQUE constraint failed")) is None


def test_there_is_one_place_that_commits(conn):
    with immediate(conn), pytest.raises(RuntimeError, match="already open"), immediate(conn):
        pass
    with immediate(conn):
        with joined(conn):
            conn.execute("INSERT INTO petitioner VALUES ('part of the whole')")
        assert conn.in_transaction
    assert names(conn) == []
    with joined(conn):
        conn.execute("INSERT INTO petitioner VALUES ('alone')")
    assert names(conn) == ["alone"]


def test_a_committed_row_survives_a_killed_process(conn, path):
    conn.close()
    script = (
        "import os, sys; from pathlib import Path\n"
        "from desktop.models.store.connection import immediate, open_connection\n"
        "conn = open_connection(Path(sys.argv[1]), bytes(range(32)))\n"
        "with immediate(conn) as transaction:\n"
        "    conn.execute(\"INSERT INTO petitioner VALUES ('saved')\"); transaction.commit()\n"
        "with immediate(conn):\n"
        "    conn.execute(\"INSERT INTO petitioner VALUES ('not yet saved')\"); os.kill(os.getpid(), 9)\n"
    )
    died = subprocess.run([sys.executable, "-c", script, str(path)], timeout=60)
    assert died.returncode == -9
    assert names(open_connection(path, KEY)) == ["saved"]


def test_a_file_locked_by_another_is_busy(conn, path):
    other = open_connection(path, KEY)
    other.execute("PRAGMA busy_timeout = 20")
    with immediate(conn), pytest.raises(SurroundingsFault, match="busy"), immediate(other):
        pass


def test_a_read_only_connection_reads_and_refuses_to_write(conn, path):
    conn.execute("INSERT INTO petitioner VALUES ('x')")
    reader = open_connection(path, KEY, read_only=True)
    assert names(reader) == ["x"]
    with pytest.raises(SurroundingsFault, match="read_only"), faults():
        reader.execute("DELETE FROM petitioner")


def test_on_a_full_disk_the_work_before_stays_and_the_file_is_whole(small_disk):
    path = small_disk / "station.db"
    conn = open_connection(path, KEY, create=True)
    conn.execute("CREATE TABLE petitioner (name TEXT)")
    saved = 0

    def register_for_ever() -> None:
        nonlocal saved
        while True:
            with immediate(conn) as transaction:
                conn.execute("INSERT INTO petitioner VALUES (?)", (str(saved) * 200,))
                transaction.commit()
            saved += 1

    with pytest.raises(SurroundingsFault, match="disk_full"):
        register_for_ever()
    assert saved > 50
    assert not conn.in_transaction
    assert len(names(conn)) == saved
    conn.close()
    again = open_connection(path, KEY)
    assert len(names(again)) == saved
    assert again.execute("PRAGMA integrity_check").fetchone() == ("ok",)


def test_a_disk_without_room_for_a_new_file_says_so(small_disk):
    (small_disk / "filler").write_bytes(bytes(2 * 1024 * 1024 - 4096 * 2))

    def set_up() -> None:
        conn = open_connection(small_disk / "station.db", KEY, create=True)
        with faults(conn):
            conn.execute("CREATE TABLE petitioner (name TEXT)")

    with pytest.raises(SurroundingsFault, match="disk_full"):
        set_up()


def test_a_large_entry_on_a_disk_nearly_full_is_called_disk_full_whatever_file_it_is_that_finds_no_room(small_disk):
    conn = open_connection(small_disk / "station.db", KEY, create=True)
    conn.execute("CREATE TABLE petitioner (name TEXT)")
    with pytest.raises(SurroundingsFault, match="disk_full"), joined(conn):
        conn.executemany("INSERT INTO petitioner VALUES (?)", [("x" * 4000,)] * 1000)
    assert names(conn) == []


def test_a_folder_that_cannot_be_written_says_so(read_only_folder):
    with pytest.raises(SurroundingsFault, match="read_only"):
        open_connection(read_only_folder / "new.db", KEY, create=True)
    with pytest.raises(SurroundingsFault, match="read_only"):
        open_connection(read_only_folder / "station.db", KEY)


def test_the_connection_belongs_to_its_thread(conn):
    seen = []

    def elsewhere() -> None:
        with pytest.raises(ProgrammingError) as caught:
            conn.execute("SELECT 1")
        seen.append(caught.type.__name__)

    thread = threading.Thread(target=elsewhere)
    thread.start()
    thread.join()
    assert seen == ["ProgrammingError"]


def test_a_file_that_may_not_grow_is_a_full_disk_too(conn):
    (pages,) = conn.execute("PRAGMA page_count").fetchone()
    conn.execute(f"PRAGMA max_page_count = {pages + 4}")
    with pytest.raises(SurroundingsFault, match="disk_full"), joined(conn):
        conn.executemany("INSERT INTO petitioner VALUES (?)", [(str(number) * 500,) for number in range(50)])
    assert names(conn) == []
