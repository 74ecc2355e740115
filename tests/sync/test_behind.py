"""Rows on their way into the county's database: seen by whoever reads, taken back with their round."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from sync.server.behind import WriteBehind
from sync.server.databases import open_database

CASE = "INSERT INTO county_case VALUES (?, ?, ?, ?)"
CASE_AGAIN = f"{CASE} ON CONFLICT (case_id) DO UPDATE SET scope = excluded.scope"
HEAD = (
    "INSERT INTO feed_head VALUES (?, ?, ?) ON CONFLICT (scope) DO UPDATE"
    " SET seq = excluded.seq, roll_hash = excluded.roll_hash"
)
ACT = "INSERT INTO act VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"


@pytest.fixture(params=["sqlite", "postgresql"])
def db(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[WriteBehind]:
    """An empty county's database, once of each kind."""
    address = request.getfixturevalue("address") if request.param == "postgresql" else ""
    found = WriteBehind(open_database(tmp_path, address))
    with found.transaction():
        found.prepare()
    yield found
    found.close()


def row(case: str, scope: str = "office/1") -> tuple[str, str, str, None]:
    return case, "visit", scope, None


def act(seq: int) -> tuple[object, ...]:
    return seq, seq.to_bytes(16, "big"), bytes(16), seq, bytes(32), "case", "office/1", b"{}", None, 1


def cases(db: WriteBehind) -> dict[str, str]:
    return dict(db.execute("SELECT case_id, scope FROM county_case ORDER BY case_id").fetchall())


def test_what_waits_is_seen_by_whoever_reads_its_table(db):
    with db.transaction():
        db.executemany(CASE, [row("a")])
        db.executemany(CASE, [row("b")])
        db.executemany(HEAD, [("office/1", 2, b"x")])
        assert cases(db) == {"a": "office/1", "b": "office/1"}
        db.executemany(CASE_AGAIN, [row("a", "office/2")])
        assert cases(db)["a"] == "office/2"
    assert cases(db) == {"a": "office/2", "b": "office/1"}
    assert db.execute("SELECT seq FROM feed_head").fetchone()[0] == 2


def test_of_rows_that_replace_each_other_the_last_stands(db):
    with db.transaction():
        for seq in range(1, 21):
            db.executemany(HEAD, [(f"office/{seq % 2}", seq, b"x"), ("county", seq, b"y")])
    heads = dict(db.execute("SELECT scope, seq FROM feed_head").fetchall())
    assert heads == {"office/0": 20, "office/1": 19, "county": 20}


def failing_part(db: WriteBehind, *, looks: bool) -> None:
    with db.savepoint():
        db.executemany(CASE, [row("bad")])
        if looks:
            assert cases(db).keys() == {"bad", "before"}
            db.execute("UPDATE county_case SET scope = 'lost' WHERE case_id = 'before'")
        db.executemany(HEAD, [("office/1", 9, b"x")])
        raise LookupError


@pytest.mark.parametrize("looks", [False, True], ids=["unread", "read in between"])
def test_a_part_that_fails_takes_back_its_own_rows_and_no_others(db, looks):
    with db.transaction():
        db.executemany(CASE, [row("before")])
        with pytest.raises(LookupError):
            failing_part(db, looks=looks)
        with db.savepoint():
            db.executemany(CASE, [row("behind")])
            if looks:
                assert cases(db).keys() == {"before", "behind"}
    assert cases(db) == {"before": "office/1", "behind": "office/1"}
    assert db.execute("SELECT count(*) FROM feed_head").fetchone()[0] == 0


def deleting_part(db: WriteBehind) -> None:
    with db.savepoint():
        db.execute("DELETE FROM county_case WHERE case_id = ?", ("before",))
        raise LookupError


def test_what_waited_before_a_part_stays_where_the_part_writes_at_once_and_fails(db):
    with db.transaction():
        db.executemany(CASE, [row("before")])
        with pytest.raises(LookupError):
            deleting_part(db)
    assert cases(db) == {"before": "office/1"}


def two_parts(db: WriteBehind, told: list[str]) -> None:
    """As a lane does it: what fails in a part is that part's."""
    with db.transaction():
        with db.savepoint():
            db.executemany(CASE, [row("good")])
            db.executemany(CASE, [row("a")])
        try:
            with db.savepoint():
                cases(db)
        except Exception:  # noqa: BLE001 - whichever the database raises
            told.append("the rows of the part before could not be put in")


def test_a_row_that_cannot_be_put_in_fails_the_whole_transaction(db):
    """Rows of rounds that went well may be lost with it: nobody may be told that those are durable."""
    with db.transaction():
        db.executemany(CASE, [row("a")])
    told: list[str] = []
    with pytest.raises(Exception, match=r"UNIQUE|unique|duplicate"):
        two_parts(db, told)
    assert told
    assert cases(db) == {"a": "office/1"}
    with db.transaction():
        db.executemany(CASE, [row("good")])
    assert cases(db).keys() == {"a", "good"}


def test_an_act_goes_in_before_what_refers_to_it(db):
    with db.transaction():
        db.executemany(ACT, [act(1)])
        cases(db)  # nothing of it waits for this table
        db.executemany("INSERT INTO reject VALUES (?, ?)", [(1, "old")])
        db.execute("SELECT code FROM reject").fetchall()
        db.executemany("INSERT INTO reject VALUES (?, ?)", [(2, "new")])
        db.executemany(ACT, [act(number) for number in range(2, 90)])
    assert db.execute("SELECT count(*) FROM act").fetchone()[0] == 89
    assert db.execute("SELECT count(*) FROM reject").fetchone()[0] == 2
