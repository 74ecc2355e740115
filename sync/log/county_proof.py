"""The proof that the county's feeds are dense, roll as they say, and tell every audience all its cases; reads only."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from domain.audience import SHARED_TABLES
from sync.log.chain import LogDamaged
from sync.log.roll import roll, start_roll
from sync.log.rows import Database
from sync.log.values import Position


def prove_county(db: Database, head: Callable[[str], Position]) -> Iterator[tuple[str, int]]:
    """Go over every feed; yields (scope, length) as it goes, raises LogDamaged ``feed_broken``, ``feed_head_differs``,
    ``undelivered``, ``untold``."""
    for (scope,) in db.execute("SELECT DISTINCT scope FROM feed ORDER BY scope").fetchall():
        previous, last = start_roll(scope), 0
        sql = (
            "SELECT f.seq, f.roll_hash, a.hash, a.content, u.state FROM feed f JOIN act a ON a.seq = f.act_seq"
            " LEFT JOIN audience u ON u.case_id = a.case_id AND u.scope = f.scope WHERE f.scope = ? ORDER BY f.seq"
        )
        for row in db.execute(sql, (scope,)):
            previous, last = roll(previous, bytes(row[2]), bytes(row[3])), last + 1
            if row[0] != last or bytes(row[1]) != previous or row[4] is None:
                raise LogDamaged("feed_broken", n=last, detail=scope)
        if head(scope) != Position(last, previous):
            raise LogDamaged("feed_head_differs", n=last, detail=scope)
        yield scope, last
    undelivered = db.execute(
        "SELECT count(*) FROM act a LEFT JOIN feed f ON f.act_seq = a.seq LEFT JOIN reject r ON r.act_seq = a.seq"
        " WHERE f.seq IS NULL AND r.act_seq IS NULL"
    ).fetchone()[0]
    if undelivered:
        raise LogDamaged("undelivered", n=int(undelivered))
    untold = db.execute(
        "SELECT count(*) FROM audience u JOIN act a ON a.case_id = u.case_id"
        " WHERE u.state = 1 AND u.scope <> ? AND NOT EXISTS (SELECT 1 FROM reject r WHERE r.act_seq = a.seq)"
        " AND NOT EXISTS (SELECT 1 FROM feed f WHERE f.act_seq = a.seq AND f.scope = u.scope)",
        (SHARED_TABLES,),
    ).fetchone()[0]
    if untold:
        raise LogDamaged("untold", n=int(untold))
