"""What the checker reads in the databases beneath the code it checks, by SQL of its own.

Not through the log and the feeds: they are what is checked. It writes only to take a safeguard away
(:func:`still_refused`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any, Final

from sync.log.chain import Entry
from sync.log.values import entry_from_row


def contents(db: Any, after: int = 0) -> list[tuple[int, str, bytes]]:
    """Acts behind a storage key, in order of arrival: (key, id, bytes)."""
    sql = "SELECT seq, act_id, content FROM act WHERE seq > ? ORDER BY seq"
    return [(int(row[0]), bytes(row[1]).hex(), bytes(row[2])) for row in db.execute(sql, (after,)).fetchall()]


def act_ids(db: Any) -> set[str]:
    """Every act that lies here."""
    return {bytes(row[0]).hex() for row in db.execute("SELECT act_id FROM act").fetchall()}


def authors(db: Any) -> dict[str, str]:
    """Act → the writer in whose log it stands."""
    return {bytes(row[0]).hex(): bytes(row[1]).hex() for row in db.execute("SELECT act_id, writer FROM act").fetchall()}


def refused_ids(db: Any) -> dict[str, str]:
    """At the county: acts kept and not delivered, with the code."""
    rows = db.execute("SELECT a.act_id, r.code FROM reject r JOIN act a ON a.seq = r.act_seq").fetchall()
    return {bytes(row[0]).hex(): str(row[1]) for row in rows}


def confirmed_ids(db: Any) -> set[str]:
    """At a station: acts seen back."""
    rows = db.execute("SELECT DISTINCT a.act_id FROM confirmed c JOIN act a ON a.seq = c.act_seq").fetchall()
    return {bytes(row[0]).hex() for row in rows}


def waiting_own(db: Any) -> int:
    """At a station: own acts, of a past it no longer holds too, neither seen back nor refused, counted one by one."""
    sql = (
        "SELECT count(*) FROM act a JOIN own_writer o ON o.writer = a.writer"
        " WHERE a.seq NOT IN (SELECT act_seq FROM confirmed) AND a.seq NOT IN (SELECT act_seq FROM refused_act)"
    )
    return int(db.execute(sql).fetchone()[0])


WAITING_BY_POSITION: Final = (
    "SELECT coalesce(sum(w.have_n - o.county_n), 0) FROM own_writer o JOIN writer w ON w.writer = o.writer"
)
"""What would be shown as waiting if an act counted as safe once the county named its place."""


def extent(db: Any) -> tuple[int, ...]:
    """At the county: how many acts, deliveries and refusals there are, and the newest; equal while nothing is taken."""
    sql = (
        "SELECT (SELECT count(*) FROM act), (SELECT coalesce(max(seq), 0) FROM act),"
        " (SELECT coalesce(sum(seq), 0) FROM feed_head), (SELECT count(*) FROM reject)"
    )
    return tuple(int(value) for value in db.execute(sql).fetchone())


def doubled_in_feeds(db: Any) -> int:
    """At the county: acts that stand twice in one feed, and feeds whose length is not their last number."""
    twice = "SELECT count(*) FROM (SELECT 1 FROM feed GROUP BY scope, act_seq HAVING count(*) > 1)"
    sparse = "SELECT count(*) FROM (SELECT 1 FROM feed GROUP BY scope HAVING count(*) <> max(seq))"
    return int(db.execute(twice).fetchone()[0]) + int(db.execute(sparse).fetchone()[0])


@contextmanager
def still_refused(db: Any) -> Iterator[None]:
    """What was refused before the block counts as refused behind it, and is not offered."""
    refused = db.execute("SELECT act_seq, code FROM refused_act").fetchall()
    yield
    db.executemany("INSERT INTO refused_act VALUES (?, ?) ON CONFLICT DO NOTHING", refused)
    db.executemany("DELETE FROM adrift WHERE act_seq = ?", [(seq,) for seq, _code in refused])


def entries_of_cases(db: Any, case_ids: Iterable[str]) -> dict[str, list[Entry]]:
    """Every act of these cases, whoever may see it."""
    found: dict[str, list[Entry]] = {}
    for case_id in case_ids:
        rows = db.execute("SELECT writer, n, hash, content, sig FROM act WHERE case_id = ? ORDER BY seq", (case_id,))
        for row in rows.fetchall():
            found.setdefault(case_id, []).append(entry_from_row(bytes(row[0]).hex(), row[1:]))
    return found
