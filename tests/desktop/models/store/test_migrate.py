"""Numbered migrations: a step is whole or absent, and a newer file is left alone."""

from __future__ import annotations

import pytest

from desktop.models.store.connection import Database, open_connection
from desktop.models.store.migrate import Migration, applied_labels, migrate
from domain.faults import SurroundingsFault


def first(db: Database) -> None:
    db.table("matter").create({"number": str, "summary": str}, pk="number")


def second(db: Database) -> None:
    db.table("matter").add_column("due", str)
    db.table("matter").insert({"number": "1", "summary": "征地", "due": "2026-12-01"})


def failing(db: Database) -> None:
    db.table("notice").create({"number": str})
    db.table("matter").insert({"number": "2", "summary": "低保"})
    db.execute("CREATE INDEX matter_due ON matter (summary)")
    raise ZeroDivisionError


STEPS = [Migration(1, "matters", first), Migration(2, "due", second)]


@pytest.fixture
def conn(tmp_path):
    return open_connection(tmp_path / "station.db", b"k" * 32, create=True)


def test_a_new_file_takes_every_step_once(conn, tmp_path):
    assert migrate(conn, STEPS) == [1, 2]
    assert migrate(conn, STEPS) == []
    conn.close()
    again = open_connection(tmp_path / "station.db", b"k" * 32)
    assert applied_labels(again) == ["0001_matters", "0002_due"]
    assert again.execute("SELECT number, due FROM matter").fetchall() == [("1", "2026-12-01")]


def test_an_older_file_takes_only_what_it_lacks(conn):
    assert migrate(conn, STEPS[:1]) == [1]
    assert migrate(conn, STEPS) == [2]


def test_a_failing_step_leaves_nothing_behind_and_stays_pending(conn):
    steps = [*STEPS, Migration(3, "notices", failing)]
    with pytest.raises(ZeroDivisionError):
        migrate(conn, steps)
    assert not conn.in_transaction
    assert applied_labels(conn) == ["0001_matters", "0002_due"]
    assert conn.execute("SELECT number FROM matter").fetchall() == [("1",)]
    names = {name for (name,) in conn.execute("SELECT name FROM sqlite_schema")}
    assert "notice" not in names
    assert "matter_due" not in names

    cured = [*STEPS, Migration(3, "notices", lambda db: db.table("notice").create({"number": str}))]
    assert migrate(conn, cured) == [3]


def test_a_step_that_commits_by_itself_is_our_mistake(conn):
    def careless(db: Database) -> None:
        db.conn.execute("COMMIT")

    with pytest.raises(RuntimeError, match="closed its own transaction"):
        migrate(conn, [Migration(1, "careless", careless)])
    assert applied_labels(conn) == []


def test_a_file_from_a_newer_version_is_refused_untouched(conn):
    migrate(conn, [*STEPS, Migration(3, "later", lambda db: db.table("later").create({"a": int}))])
    before = conn.execute("SELECT count(*) FROM sqlite_schema").fetchone()
    with pytest.raises(SurroundingsFault, match="newer_file") as caught:
        migrate(conn, STEPS)
    assert caught.value.facts == {"file_version": 3, "program_version": 2}
    assert conn.execute("SELECT count(*) FROM sqlite_schema").fetchone() == before


def test_a_gap_in_the_numbers_is_our_mistake(conn):
    with pytest.raises(ValueError, match="without a gap"):
        migrate(conn, [Migration(2, "due", second)])
