"""Drafts 草稿: nothing typed is lost, nothing damaged stands in the way."""

from __future__ import annotations

from typing import Any

import pytest

from desktop.models.store import drafts
from desktop.models.store.connection import Database, immediate, open_connection
from desktop.models.store.drafts import Draft

DAY = drafts.DAY_MS
NOW = 1_795_400_000_000


def draft(**changes) -> Draft:
    values: dict[str, Any] = {
        "draft_id": "d1",
        "clerk_id": "li",
        "form": "intake",
        "form_version": 1,
        "subject": None,
        "saved_ms": NOW,
        "first_words": "张三丰 反映",
        "fields": {"name": "张三丰"},
    }
    return Draft(**{**values, **changes})


def fields(conn):
    stored = drafts.load(conn, "d1", "li", now_ms=NOW)
    assert stored is not None
    return stored.fields


@pytest.fixture
def conn(tmp_path):
    conn = open_connection(tmp_path / "station.db", b"k" * 32, create=True)
    drafts.create_draft_tables(Database(conn))
    return conn


def test_each_typed_field_is_on_disk_and_the_others_stay(conn, tmp_path):
    drafts.save_field(conn, draft(), "summary", "征地补偿", saved_ms=NOW + 1)
    drafts.save_field(conn, draft(fields={}), "phone", "１３８", saved_ms=NOW + 2, first_words="张三丰 征地补偿")
    conn.close()  # the program is gone

    again = open_connection(tmp_path / "station.db", b"k" * 32)
    stored = drafts.load(again, "d1", "li", now_ms=NOW)
    assert stored == draft(
        saved_ms=NOW + 2,
        first_words="张三丰 征地补偿",
        fields={"name": "张三丰", "summary": "征地补偿", "phone": "１３８"},
    )


def test_an_emptied_field_leaves_the_draft(conn):
    drafts.save_field(conn, draft(), "phone", "138", saved_ms=NOW)
    drafts.save_field(conn, draft(), "phone", None, saved_ms=NOW)
    assert fields(conn) == {"name": "张三丰"}


def test_the_recovery_list_shows_a_clerk_only_the_own_drafts_last_changed_first(conn):
    drafts.save(conn, draft(draft_id="old", saved_ms=NOW - 5))
    drafts.save(conn, draft(draft_id="new", saved_ms=NOW + 5))
    drafts.save(conn, draft(draft_id="hers", clerk_id="wang"))
    assert [line.draft_id for line in drafts.list_open(conn, "li")] == ["new", "old"]
    assert drafts.load(conn, "hers", "li", now_ms=NOW) is None
    with pytest.raises(ValueError, match="another clerk"):
        drafts.save(conn, draft(draft_id="hers"))


@pytest.mark.parametrize("damage", ["{", "[1]", "", b"\xff\xfe", None])
def test_a_damaged_draft_is_put_aside_and_does_not_block(conn, damage):
    drafts.save(conn, draft())
    if damage is None:
        conn.execute("UPDATE draft SET fields = 7")
    elif isinstance(damage, bytes):
        conn.execute("UPDATE draft SET fields = CAST(? AS TEXT)", (damage,))
    else:
        conn.execute("UPDATE draft SET fields = ?", (damage,))
    assert [line.draft_id for line in drafts.list_open(conn, "li")] == ["d1"]
    assert drafts.load(conn, "d1", "li", now_ms=NOW) is None
    assert drafts.list_open(conn, "li") == []
    assert [(line.draft_id, line.reason) for line in drafts.list_aside(conn, "li")] == [("d1", "damaged")]
    assert not drafts.take_back(conn, "d1", "li")


def test_typing_goes_on_over_a_damaged_draft(conn):
    drafts.save(conn, draft())
    conn.execute("UPDATE draft SET fields = '{'")
    drafts.save_field(conn, draft(), "phone", "138", saved_ms=NOW)
    assert fields(conn) == {"name": "张三丰", "phone": "138"}
    assert [line.reason for line in drafts.list_aside(conn, "li")] == ["damaged"]


def test_a_discarded_draft_can_be_taken_back_for_thirty_days(conn):
    drafts.save(conn, draft())
    drafts.discard(conn, "d1", "li", now_ms=NOW)
    assert drafts.list_open(conn, "li") == []
    assert drafts.sweep_aside(conn, now_ms=NOW + 30 * DAY) == 0
    assert drafts.take_back(conn, "d1", "li")
    assert drafts.load(conn, "d1", "li", now_ms=NOW) == draft()
    assert not drafts.take_back(conn, "d1", "li")

    drafts.discard(conn, "d1", "li", now_ms=NOW)
    assert drafts.sweep_aside(conn, now_ms=NOW + 30 * DAY + 1) == 1
    assert not drafts.take_back(conn, "d1", "li")


def test_another_clerk_cannot_discard_a_draft(conn):
    drafts.save(conn, draft())
    drafts.discard(conn, "d1", "wang", now_ms=NOW)
    assert [line.draft_id for line in drafts.list_open(conn, "li")] == ["d1"]
    assert drafts.list_aside(conn, "wang") == []


def test_finishing_takes_the_draft_away_only_when_the_acts_are_committed(conn):
    drafts.save(conn, draft())
    with immediate(conn):
        drafts.close(conn, "d1")  # the disk was full before the commit
    assert drafts.load(conn, "d1", "li", now_ms=NOW) == draft()
    with immediate(conn) as transaction:
        drafts.close(conn, "d1")
        transaction.commit()
    assert drafts.load(conn, "d1", "li", now_ms=NOW) is None


@pytest.mark.parametrize("typed", ["a\x00b\x07", "\ud842", "\u202e逆\u202c", "𠮷䶮", "长" * 10_000, "甲\t乙\r\n丙"])
def test_whatever_was_typed_comes_back_as_it_was(conn, typed):
    drafts.save_field(conn, draft(), "narrative", typed, saved_ms=NOW, first_words=typed)
    assert fields(conn)["narrative"] == typed
    assert len(drafts.list_open(conn, "li")[0].first_words) <= 60
