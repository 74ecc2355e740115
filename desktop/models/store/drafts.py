"""Drafts 草稿: what a clerk has typed and not finished; private, changeable, outside the act log.

A draft never blocks: one that cannot be read is put aside with the reason, and the clerk goes on.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from desktop.models.store.connection import Connection, Database, joined

ASIDE_DAYS = 30
"""A discarded draft may be taken back for so long."""

DAY_MS = 86_400_000
MOST_FIRST_WORDS = 60

DISCARDED = "discarded"
DAMAGED = "damaged"

_COLUMNS = "draft_id, clerk_id, form, form_version, subject, saved_ms, first_words, fields"
_READ = _COLUMNS.replace("fields", "CAST(fields AS BLOB)")  # bytes that are no UTF-8 must reach us to be put aside
_READ_ASIDE = f"{_READ}, aside_ms, reason"
_SEVEN = "?, ?, ?, ?, ?, ?, ?"


@dataclass(frozen=True, slots=True)
class Draft:
    """Half-typed input of one form: ``fields`` as typed, valid or not.

    ``subject`` is the id of what the form is about (None for a new visit), ``saved_ms`` UTC milliseconds of the last
    change, ``first_words`` what a recovery list shows of it.
    """

    draft_id: str
    clerk_id: str
    form: str
    form_version: int
    subject: str | None
    saved_ms: int
    first_words: str
    fields: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class DraftLine:
    """One line of the recovery list."""

    draft_id: str
    form: str
    form_version: int
    subject: str | None
    saved_ms: int
    first_words: str


@dataclass(frozen=True, slots=True)
class AsideLine:
    """A draft put aside: ``reason`` is ``discarded`` or ``damaged``."""

    draft_id: str
    form: str
    aside_ms: int
    first_words: str
    reason: str


def create_draft_tables(db: Database) -> None:
    """The tables ``draft`` and ``draft_aside``; a migration step calls it."""
    db.execute(
        "CREATE TABLE draft ("
        " draft_id TEXT PRIMARY KEY, clerk_id TEXT NOT NULL, form TEXT NOT NULL, form_version INTEGER NOT NULL,"
        " subject TEXT, saved_ms INTEGER NOT NULL, first_words TEXT NOT NULL, fields TEXT NOT NULL) WITHOUT ROWID"
    )
    db.execute("CREATE INDEX draft_of_clerk ON draft (clerk_id, saved_ms)")
    db.execute(
        "CREATE TABLE draft_aside ("
        " aside_id INTEGER PRIMARY KEY, draft_id TEXT NOT NULL, clerk_id TEXT NOT NULL, form TEXT NOT NULL,"
        " form_version INTEGER NOT NULL, subject TEXT, saved_ms INTEGER NOT NULL, first_words TEXT NOT NULL,"
        " fields, aside_ms INTEGER NOT NULL, reason TEXT NOT NULL)"
    )
    db.execute("CREATE INDEX draft_aside_of_clerk ON draft_aside (clerk_id, aside_ms)")


def save(conn: Connection, draft: Draft) -> None:
    """Write the whole draft, new or changed; in the caller's transaction when one is open, else durable on return."""
    values = (
        draft.draft_id,
        draft.clerk_id,
        draft.form,
        draft.form_version,
        draft.subject,
        draft.saved_ms,
        draft.first_words[:MOST_FIRST_WORDS].encode("utf-8", "replace").decode(),
        _dump(draft.fields),
    )
    with joined(conn):
        written = conn.execute(
            f"INSERT INTO draft ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
            " ON CONFLICT (draft_id) DO UPDATE SET form = excluded.form, form_version = excluded.form_version,"
            " subject = excluded.subject, saved_ms = excluded.saved_ms, first_words = excluded.first_words,"
            " fields = excluded.fields WHERE clerk_id = excluded.clerk_id",
            values,
        ).rowcount
        if written != 1:
            raise ValueError("the draft belongs to another clerk")


def save_field(
    conn: Connection, draft: Draft, name: str, value: object, *, saved_ms: int, first_words: str | None = None
) -> None:
    """Write one changed field of a draft; ``draft`` gives the form's particulars when it is not stored yet.

    What other fields the stored draft holds stays. ``None`` as value takes the field away. A stored draft that cannot
    be read is put aside, and the new one begins with ``draft.fields``.
    """
    with joined(conn):
        stored = load(conn, draft.draft_id, draft.clerk_id, now_ms=saved_ms)
        fields = dict((stored or draft).fields)
        if value is None:
            fields.pop(name, None)
        else:
            fields[name] = value
        words = first_words if first_words is not None else (stored or draft).first_words
        save(
            conn,
            Draft(
                draft.draft_id,
                draft.clerk_id,
                draft.form,
                draft.form_version,
                draft.subject,
                saved_ms,
                words,
                fields,
            ),
        )


def list_open(conn: Connection, clerk_id: str) -> list[DraftLine]:
    """This clerk's drafts, last changed first; never those of another clerk."""
    rows = conn.execute(
        "SELECT draft_id, form, form_version, subject, saved_ms, first_words FROM draft"
        " WHERE clerk_id = ? ORDER BY saved_ms DESC, draft_id",
        (clerk_id,),
    )
    return [DraftLine(*row) for row in rows]


def load(conn: Connection, draft_id: str, clerk_id: str, *, now_ms: int) -> Draft | None:
    """The draft, or None when the clerk has none of this id, or when it was damaged and is now put aside."""
    row = conn.execute(
        f"SELECT {_READ} FROM draft WHERE draft_id = ? AND clerk_id = ?", (draft_id, clerk_id)
    ).fetchone()
    if row is None:
        return None
    fields = _parse(row[7])
    if fields is None:
        _put_aside(conn, draft_id, clerk_id, now_ms, DAMAGED)
        return None
    return _draft(row, fields)


def discard(conn: Connection, draft_id: str, clerk_id: str, *, now_ms: int) -> None:
    """Take a draft off the list by the clerk's wish; kept 30 days, see :func:`take_back`."""
    _put_aside(conn, draft_id, clerk_id, now_ms, DISCARDED)


def close(conn: Connection, draft_id: str) -> None:
    """The form was finished: the draft goes in the very transaction that writes its acts."""
    with joined(conn):
        conn.execute("DELETE FROM draft WHERE draft_id = ?", (draft_id,))


def list_aside(conn: Connection, clerk_id: str) -> list[AsideLine]:
    """This clerk's drafts put aside, newest first."""
    rows = conn.execute(
        "SELECT draft_id, form, aside_ms, first_words, reason FROM draft_aside"
        " WHERE clerk_id = ? ORDER BY aside_ms DESC, aside_id DESC",
        (clerk_id,),
    )
    return [AsideLine(*row) for row in rows]


def take_back(conn: Connection, draft_id: str, clerk_id: str) -> bool:
    """Put the last discarded draft of this id back on the list; False when there is none that can be read."""
    with joined(conn):
        row = conn.execute(
            f"SELECT aside_id, {_READ} FROM draft_aside WHERE draft_id = ? AND clerk_id = ?"
            " AND reason = ? ORDER BY aside_id DESC LIMIT 1",
            (draft_id, clerk_id, DISCARDED),
        ).fetchone()
        fields = None if row is None else _parse(row[8])
        taken = conn.execute("SELECT 1 FROM draft WHERE draft_id = ?", (draft_id,)).fetchone()
        if fields is None or taken:
            return False
        save(conn, _draft(row[1:], fields))
        conn.execute("DELETE FROM draft_aside WHERE aside_id = ?", (row[0],))
        return True


def sweep_aside(conn: Connection, *, now_ms: int) -> int:
    """Delete what was put aside more than 30 days ago; how many."""
    with joined(conn):
        return conn.execute("DELETE FROM draft_aside WHERE aside_ms < ?", (now_ms - ASIDE_DAYS * DAY_MS,)).rowcount


@dataclass(frozen=True, slots=True)
class Kept:
    """Every draft of a file, and every one put aside, column by column as they lie: readable or not."""

    drafts: Sequence[tuple[object, ...]]
    aside: Sequence[tuple[object, ...]]


def read_all(conn: Connection) -> Kept:
    """All of them, whoever's; for moving a station into another file."""
    drafts = conn.execute(f"SELECT {_READ} FROM draft ORDER BY draft_id").fetchall()
    aside = conn.execute(f"SELECT {_READ_ASIDE} FROM draft_aside ORDER BY aside_id").fetchall()
    return Kept([tuple(row) for row in drafts], [tuple(row) for row in aside])


def write_all(conn: Connection, kept: Kept) -> None:
    """Write them as they lay; in the caller's transaction when one is open, else durable on return."""
    with joined(conn):
        conn.executemany(f"INSERT INTO draft ({_COLUMNS}) VALUES ({_SEVEN}, CAST(? AS TEXT))", kept.drafts)
        conn.executemany(
            f"INSERT INTO draft_aside ({_COLUMNS}, aside_ms, reason) VALUES ({_SEVEN}, CAST(? AS TEXT), ?, ?)",
            kept.aside,
        )


def _put_aside(conn: Connection, draft_id: str, clerk_id: str, now_ms: int, reason: str) -> None:
    with joined(conn):
        conn.execute(
            f"INSERT INTO draft_aside ({_COLUMNS}, aside_ms, reason)"
            f" SELECT {_COLUMNS}, ?, ? FROM draft WHERE draft_id = ? AND clerk_id = ?",
            (now_ms, reason, draft_id, clerk_id),
        )
        conn.execute("DELETE FROM draft WHERE draft_id = ? AND clerk_id = ?", (draft_id, clerk_id))


def _draft(row: tuple[Any, ...], fields: Mapping[str, object]) -> Draft:
    draft_id, clerk_id, form, form_version, subject, saved_ms, first_words = row[:7]
    return Draft(draft_id, clerk_id, form, form_version, subject, saved_ms, first_words, fields)


def _dump(fields: Mapping[str, object]) -> str:
    # ASCII: what was typed may hold a lone surrogate, which UTF-8 has no bytes for
    return json.dumps(dict(fields), ensure_ascii=True, separators=(",", ":"))


def _parse(stored: object) -> dict[str, object] | None:
    try:
        fields = json.loads(stored) if isinstance(stored, str | bytes) else None
    except ValueError:
        return None
    return fields if isinstance(fields, dict) else None
