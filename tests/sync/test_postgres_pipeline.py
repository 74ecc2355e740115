"""What is sent to PostgreSQL and not waited for: no commit counts that was not answered as one."""

from __future__ import annotations

import contextlib
import secrets
from collections.abc import Iterator

import psycopg
import pytest

from domain.faults import SurroundingsFault
from sync.server.postgres import PostgresDatabase
from sync.server.postgres_arrays import array

CASE = "INSERT INTO county_case VALUES (?, ?, ?, ?)"
SCOPES = "SELECT case_id, scope FROM county_case ORDER BY case_id"


@pytest.fixture
def db(address: str) -> Iterator[PostgresDatabase]:
    """An empty county's database."""
    found = PostgresDatabase(address)
    with found.transaction():
        found.prepare()
    yield found
    found.close()


def rows(*names: str) -> list[tuple[str, str, str, bytes | None]]:
    return [(name, "visit", "office/1", None) for name in names]


def held(db: PostgresDatabase) -> list[str]:
    return [name for name, _scope in db.execute(SCOPES).fetchall()]


def write(db: PostgresDatabase, *parts: list[tuple[str, str, str, bytes | None]]) -> None:
    with db.transaction():
        for part in parts:
            db.executemany(CASE, part)


@pytest.mark.parametrize("many", [1, 40])
def test_a_row_that_fails_behind_its_sender_fails_the_transaction_with_its_own_reason(db, many):
    """Nobody reads the answer to an insert before the end."""
    write(db, rows("old"))
    with pytest.raises(psycopg.errors.UniqueViolation):
        write(db, rows(*(f"new {number}" for number in range(many)), "old"), rows("later"))
    assert held(db) == ["old"]
    write(db, rows(*(f"good {number}" for number in range(many))))  # what was prepared for nothing is prepared anew
    assert len(held(db)) == many + 1


def keep_to_oneself(db: PostgresDatabase, settled: bool) -> None:
    """Write a case twice, and hear nothing of it."""
    with db.transaction():
        db.executemany(CASE, rows("twice"))
        db.executemany(CASE, rows("twice"))
        for _ in range(2):
            with contextlib.suppress(psycopg.Error):
                db.execute(SCOPES).fetchall()
            if settled:
                with contextlib.suppress(psycopg.Error), db.savepoint():
                    db.executemany(CASE, rows("inside"))


@pytest.mark.parametrize("settled", [False, True])
def test_a_fault_that_a_caller_keeps_to_itself_still_fails_the_commit(db, settled):
    """PostgreSQL answers the COMMIT of a failed transaction without an error: with ROLLBACK."""
    with pytest.raises(psycopg.errors.UniqueViolation):
        keep_to_oneself(db, settled)
    assert held(db) == []
    write(db, rows("good"))
    assert held(db) == ["good"]


def test_what_fails_in_a_part_is_taken_back_with_it_alone(db):
    with db.transaction():
        db.executemany(CASE, rows("before"))
        with pytest.raises(psycopg.errors.UniqueViolation), db.savepoint():
            db.executemany(CASE, rows("inside", "inside"))
        with db.savepoint():
            db.executemany(CASE, rows("another part"))
        db.executemany(CASE, rows("behind"))
    assert held(db) == ["another part", "before", "behind"]


def break_off(db: PostgresDatabase, *names: str) -> None:
    with db.transaction():
        db.executemany(CASE, rows(*names))
        raise ZeroDivisionError


def test_an_error_of_the_callers_own_takes_back_what_was_sent(db):
    for names in (("one",), ("twice", "twice")):
        with pytest.raises(ZeroDivisionError):
            break_off(db, *names)
        assert held(db) == []


def lose(db: PostgresDatabase, address: str) -> None:
    """The server ends the session in the middle of a transaction."""
    with db.transaction():
        db.executemany(CASE, rows("lost"))
        with psycopg.connect(address, autocommit=True) as other:
            other.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE application_name = 'xinfang-county' AND datname = current_database()"
            )
        db.executemany(CASE, rows("too"))


def test_a_line_lost_before_the_commit_commits_nothing_and_is_replaced(db, address):
    with pytest.raises(SurroundingsFault) as fault:
        lose(db, address)
    assert fault.value.code == "database_unreachable"
    write(db, rows("found again"))
    assert held(db) == ["found again"]


def test_lists_arrive_as_they_were_sent(db):
    words = ["", "张龘", "same", "size", "x" * 5000]
    numbers = [0, -1, 1 << 62, -(1 << 63)]
    parts = [b"", b"\x00\xff", secrets.token_bytes(5000), b"\x00" * 16]
    for kind, values in (("text", words), ("bigint", numbers), ("bytea", parts)):
        for some in (values, values[:1], values[:1] * 3, [*values, None], [None, *values, None]):
            assert db.execute("SELECT ?", (array(kind, some),)).fetchone() == (some,), kind
