"""Search over everything local: the only module that reads and writes the search tables.

Writing is split in two, because it lies on the clerk's path: :func:`index` only notes the document (three small
rows), :func:`catch_up` spreads it over the index in idle time. Until then :func:`find` looks through the noted
documents one by one, so nothing is ever missing from an answer; only a long queue makes answers slower.
"""

from __future__ import annotations

import heapq
import json
import zlib
from collections.abc import Collection, Generator, Iterable, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass
from itertools import groupby, islice
from typing import TypeAlias

from desktop.models.store.connection import Connection, Database, joined
from desktop.models.store.search_terms import (
    DIGITS,
    MOST_BIGRAMS,
    SearchDoc,
    Term,
    bigrams,
    document,
    key_rows,
    query,
    step_of,
)
from sync.log.log import batched, marks

__all__ = [
    "KINDS",
    "Hit",
    "SearchDoc",
    "catch_up",
    "clear",
    "create_search_tables",
    "find",
    "forget",
    "idle",
    "index",
    "index_all",
    "merge_some",
    "waiting",
]

KINDS = ("petitioner", "matter", "visit")
"""The place of a kind here is part of stored ids: append only, four at most."""

SLOTS_A_MINUTE = 64
MOST_CANDIDATES = 5_000
"""An answer that would need more comparisons stops; the clerk types one more character."""

LEAST_READ = 16
"""Candidates read at once, at least, when a few hits are still wanted."""

IDLE_DOCS = 16
MANY_DOCS = 256
"""Where :data:`LONG_QUEUE` documents wait, after a pull: 11 ms in a young index, 50 in one of 100,000 visits. By 16 the
queue of such a pull stood a quarter of an hour, and every look-up read through it."""
LONG_QUEUE = 2_000
IDLE_PAGES = 64


Ids: TypeAlias = Generator[int, None, None]
"""Ids of documents, newest first."""

_SCHEMA = (
    """CREATE TABLE search_doc (id INTEGER PRIMARY KEY, kind TEXT NOT NULL, ref TEXT NOT NULL, at INTEGER NOT NULL,
       keys TEXT NOT NULL, body TEXT NOT NULL, UNIQUE (kind, ref))""",
    "CREATE TABLE search_queue (id INTEGER PRIMARY KEY)",
    "CREATE TABLE search_gone (id INTEGER PRIMARY KEY, keys TEXT NOT NULL)",
    """CREATE TABLE search_key (key TEXT NOT NULL, id INTEGER NOT NULL, rest TEXT NOT NULL,
       PRIMARY KEY (key, id, rest)) WITHOUT ROWID""",
    # ascii: every character beyond ASCII is part of a word, however new; the words are ours
    """CREATE VIRTUAL TABLE search_text
       USING fts5 (pairs, content='', contentless_delete=1, detail=none, tokenize='ascii')""",
    # merging is ours to start, and a leaf must fit into one page less the 80 bytes SQLCipher reserves
    "INSERT INTO search_text (search_text, rank) VALUES ('automerge', 0)",
    "INSERT INTO search_text (search_text, rank) VALUES ('crisismerge', 256)",
    "INSERT INTO search_text (search_text, rank) VALUES ('pgsz', 3900)",
)


@dataclass(frozen=True, slots=True)
class Hit:
    """One found subject; ``why`` is name, initials, id_prefix, id_tail, phone_tail, number or text."""

    kind: str
    ref: str
    why: str
    at_ms: int


def create_search_tables(db: Database) -> None:
    """The tables of the search; a migration step calls it.

    ``search_doc.id`` grows with the document's time, so that every index gives the newest first.
    """
    for statement in _SCHEMA:
        db.execute(statement)


def index(conn: Connection, doc: SearchDoc) -> None:
    """Note a document in place of the earlier one of the same kind and ref; cheap, part of the caller's transaction.

    An unchanged document writes nothing. ValueError for an unknown kind.
    """
    index_all(conn, [doc])


def index_all(conn: Connection, docs: Sequence[SearchDoc]) -> None:
    """As :func:`index` for several documents, each of another subject: what a pull brought is asked for at once."""
    with joined(conn):
        held = _held(conn, docs)
        new: list[tuple[SearchDoc, str, str]] = []
        for doc in docs:
            keys, body = document(doc)
            old = held.get((doc.kind, doc.ref))
            if old is not None:
                if old[1:] == (doc.at_ms, keys, body):
                    continue
                _drop(conn, old[0], old[2])
            new.append((doc, keys, body))
        ids = _free_ids(conn, [doc for doc, _keys, _body in new])
        conn.executemany(
            "INSERT INTO search_doc (id, kind, ref, at, keys, body) VALUES (?, ?, ?, ?, ?, ?)",
            sorted(
                (at, doc.kind, doc.ref, doc.at_ms, keys, body) for at, (doc, keys, body) in zip(ids, new, strict=True)
            ),
        )
        conn.executemany("INSERT INTO search_queue (id) VALUES (?)", [(at,) for at in sorted(ids)])


def _held(conn: Connection, docs: Sequence[SearchDoc]) -> dict[tuple[str, str], tuple[int, int, str, str]]:
    """What is noted of the subjects of these documents: (kind, ref) → (id, time, keys, body)."""
    found: dict[tuple[str, str], tuple[int, int, str, str]] = {}
    for kind in {doc.kind for doc in docs}:
        for refs in batched([doc.ref for doc in docs if doc.kind == kind]):
            sql = f"SELECT ref, id, at, keys, body FROM search_doc WHERE kind = ? AND ref IN ({marks(refs)})"
            found |= {(kind, row[0]): tuple(row[1:]) for row in conn.execute(sql, (kind, *refs))}
    return found


def forget(conn: Connection, kind: str, ref: str) -> None:
    """Take a document out of the search."""
    with joined(conn):
        old = conn.execute("SELECT id, keys FROM search_doc WHERE kind = ? AND ref = ?", (kind, ref)).fetchone()
        if old is not None:
            _drop(conn, *old)


def clear(conn: Connection) -> None:
    """Empty the search, before everything is indexed anew."""
    with joined(conn):
        for table in ("search_doc", "search_queue", "search_gone", "search_key"):
            conn.execute(f"DELETE FROM {table}")
        conn.execute("INSERT INTO search_text (search_text) VALUES ('delete-all')")


def waiting(conn: Connection) -> int:
    """How many documents :func:`catch_up` has still to spread or to sweep."""
    (noted,) = conn.execute("SELECT count(*) FROM search_queue").fetchone()
    (gone,) = conn.execute("SELECT count(*) FROM search_gone").fetchone()
    return int(noted) + int(gone)


def catch_up(conn: Connection, *, docs: int = IDLE_DOCS) -> int:
    """Spread up to ``docs`` noted documents over the index, in one transaction; how many, 0 when all is done.

    For idle time, on the thread that owns the connection; a few thousand at once after an import.
    """
    with joined(conn):
        gone = conn.execute("SELECT id, keys FROM search_gone ORDER BY id LIMIT ?", (docs,)).fetchall()
        for old_id, keys in gone:
            rows = [(key, old_id, rest) for key, rest in key_rows(keys)]
            conn.executemany("DELETE FROM search_key WHERE key = ? AND id = ? AND rest = ?", rows)
            conn.execute("DELETE FROM search_text WHERE rowid = ?", (old_id,))
            conn.execute("DELETE FROM search_gone WHERE id = ?", (old_id,))
        noted = conn.execute(
            "SELECT id, keys, body FROM search_doc WHERE id IN (SELECT id FROM search_queue ORDER BY id LIMIT ?)"
            " ORDER BY id",
            (max(docs - len(gone), 0),),
        ).fetchall()
        rows = sorted({(key, new_id, rest) for new_id, keys, _ in noted for key, rest in key_rows(keys)})
        conn.executemany("INSERT INTO search_key (key, id, rest) VALUES (?, ?, ?)", rows)
        conn.executemany(
            "INSERT INTO search_text (rowid, pairs) VALUES (?, ?)",
            ((new_id, " ".join(bigrams(body.split(" ")))) for new_id, _, body in noted),
        )
        conn.executemany("DELETE FROM search_queue WHERE id = ?", [(new_id,) for new_id, _, _ in noted])
    return len(gone) + len(noted)


def merge_some(conn: Connection, *, pages: int = IDLE_PAGES) -> bool:
    """Do about ``pages`` pages of the full-text index's merging; True while there is more. For idle time."""
    with joined(conn):
        before = conn.total_changes
        conn.execute("INSERT INTO search_text (search_text, rank) VALUES ('merge', ?)", (pages,))
        return conn.total_changes - before >= 2  # one change is the request itself


def idle(conn: Connection) -> bool:
    """One short piece of what waits: some 10 ms, more where much waits; True while there is more.

    For when nobody types.
    """
    many = conn.execute("SELECT 1 FROM search_queue LIMIT 1 OFFSET ?", (LONG_QUEUE,)).fetchone() is not None
    return catch_up(conn, docs=MANY_DOCS if many else IDLE_DOCS) > 0 or merge_some(conn)


def find(conn: Connection, text: str, *, kinds: Collection[str] | None = None, limit: int = 50) -> list[Hit]:
    """Subjects that meet every blank-separated part of ``text``, newest first.

    Digits are a phone tail, an ID prefix or tail, or a number; letters are pinyin initials; one character a surname;
    two or more a name's beginning or free text. At most 5,000 candidates are compared.
    """
    terms = query(text)
    if not terms or limit <= 0:
        return []
    mask = _kind_mask(kinds)
    driver, others = terms[0], terms[1:]
    streams = [_look(conn, field, value, mask) for field, value in driver.looks]
    if driver.digits:
        streams.append(_look(conn, DIGITS, driver.digits, mask))
    elif driver.runs:
        streams.append(_pairs(conn, driver.runs, mask))
    streams.append(_noted(conn, driver, mask))
    hits: list[Hit] = []
    with ExitStack() as open_queries:  # a query left standing would hold the log back from being emptied
        for stream in streams:
            open_queries.enter_context(closing(stream))
        newest_first = (doc_id for doc_id, _ in groupby(heapq.merge(*streams, reverse=True)))
        candidates = islice(newest_first, MOST_CANDIDATES)
        while some := list(islice(candidates, max(limit - len(hits), LEAST_READ))):
            hits += _checked(conn, some, driver, others)
            if len(hits) >= limit:
                break
    return sorted(hits[:limit], key=lambda hit: -hit.at_ms)


def _kind_mask(kinds: Collection[str] | None) -> str:
    """SQL that keeps the ids of some kinds: the two lowest bits of an id are its kind."""
    numbers = range(len(KINDS)) if kinds is None else [KINDS.index(kind) for kind in kinds]
    return "" if len(set(numbers)) == len(KINDS) else f" AND %s & 3 IN ({', '.join(map(str, numbers))})"


def _masked(mask: str, column: str) -> str:
    return mask % column if mask else ""


def _look(conn: Connection, field: str, value: str, mask: str) -> Ids:
    start = step_of(field, value)
    assert start is not None, "a term holds only what can be looked for"
    key, rest = start
    sql = "SELECT id FROM search_key WHERE key = ?" + _masked(mask, "id")
    values: list[object] = [key]
    if rest:
        sql += " AND substr(rest, 1, ?) = ?"
        values += [len(rest), rest]
    return _ids(conn, sql + " ORDER BY id DESC", values)


def _pairs(conn: Connection, runs: Iterable[str], mask: str) -> Ids:
    match = " AND ".join(f'"{pair}"' for pair in bigrams(runs)[:MOST_BIGRAMS])
    sql = "SELECT rowid FROM search_text WHERE search_text MATCH ?" + _masked(mask, "rowid")
    return _ids(conn, sql + " ORDER BY rowid DESC", [match])


def _noted(conn: Connection, term: Term, mask: str) -> Ids:
    """The documents that wait for :func:`catch_up` and meet the term."""
    tests = ["instr(keys, ?)"] * len(term.looks)
    values = [f"\n{field}{value}" for field, value in term.looks]
    if term.runs:
        tests.append("(" + " AND ".join(["instr(body, ?)"] * len(term.runs)) + ")")
        values += term.runs
    sql = "SELECT id FROM search_queue CROSS JOIN search_doc USING (id) WHERE (" + " OR ".join(tests) + ")"
    return _ids(conn, sql + _masked(mask, "id") + " ORDER BY id DESC", values)


def _ids(conn: Connection, sql: str, values: Iterable[object]) -> Ids:
    with closing(conn.execute(sql, tuple(values))) as rows:
        for (doc_id,) in rows:
            yield doc_id


def _checked(conn: Connection, doc_ids: list[int], driver: Term, others: Iterable[Term]) -> list[Hit]:
    """The hits among some documents, compared with what is stored now, in the order of the ids.

    Pairs are no phrase, and an index row may be out of date. One statement for all of them: most of the time of a
    statement for one document is not the document.
    """
    sql = (
        "SELECT d.id, d.kind, d.ref, d.at, d.keys, d.body FROM json_each(?) wanted"
        " CROSS JOIN search_doc d ON d.id = wanted.value"
    )
    found: dict[int, Hit] = {}
    for doc_id, kind, ref, at_ms, keys, body in conn.execute(sql, (json.dumps(doc_ids),)):
        why = driver.met_by(keys, body)
        if why is not None and all(term.met_by(keys, body) is not None for term in others):
            found[doc_id] = Hit(kind, ref, why, at_ms)
    return [found[doc_id] for doc_id in doc_ids if doc_id in found]


def _drop(conn: Connection, old_id: int, keys: str) -> None:
    conn.execute("DELETE FROM search_doc WHERE id = ?", (old_id,))
    if conn.execute("DELETE FROM search_queue WHERE id = ?", (old_id,)).rowcount == 0:
        conn.execute("INSERT INTO search_gone (id, keys) VALUES (?, ?)", (old_id, keys))


def _free_ids(conn: Connection, docs: Sequence[SearchDoc]) -> list[int]:
    """An id for each document, near its minute, that no living or swept-out document holds."""
    wanted = [_first_id(doc) for doc in docs]
    taken: set[int] = set()
    for some in batched(wanted):
        sql = " UNION ALL ".join(f"SELECT id FROM {table} WHERE id IN ({marks(some)})" for table in _WITH_IDS)
        taken |= {row[0] for row in conn.execute(sql, some * len(_WITH_IDS))}
    given: set[int] = set()
    for place, doc in enumerate(docs):
        if wanted[place] in taken or wanted[place] in given:
            wanted[place] = _free_id(conn, doc, given)
        given.add(wanted[place])
    return wanted


_WITH_IDS = ("search_doc", "search_gone")


def _first_id(doc: SearchDoc) -> int:
    first = max(doc.at_ms, 0) // 60_000 * SLOTS_A_MINUTE
    return (first + zlib.crc32(doc.ref.encode("utf-8", "replace")) % SLOTS_A_MINUTE) * 4 + KINDS.index(doc.kind)


def _free_id(conn: Connection, doc: SearchDoc, given: Collection[int]) -> int:
    """An id near the document's minute that no living or swept-out document holds, nor one of those just ``given``.

    Where a minute is crowded (an import) the search widens by doubling, so a place is found in a few steps and the
    order stays right but for the crowd itself.
    """
    kind = KINDS.index(doc.kind)
    first = max(doc.at_ms, 0) // 60_000 * SLOTS_A_MINUTE
    width = SLOTS_A_MINUTE
    seed = zlib.crc32(doc.ref.encode("utf-8", "replace"))
    while True:
        found = (first + seed % width) * 4 + kind
        taken = conn.execute(
            "SELECT 1 FROM search_doc WHERE id = ?1 UNION ALL SELECT 1 FROM search_gone WHERE id = ?1", (found,)
        ).fetchone()
        if taken is None and found not in given:
            return found
        seed = zlib.crc32(seed.to_bytes(4, "little"))
        width *= 2
