"""The proof that what a station saw of the feeds is what its cursors and checkpoints say; reads only."""

from __future__ import annotations

from collections.abc import Iterable

from sync.log.chain import LogDamaged
from sync.log.log import Database, Position
from sync.log.roll import roll, start_roll


def prove_feed(db: Database, scope: str, position: Position, checkpoints: Iterable[Position]) -> int:
    """Roll over every act seen of one feed; how many. Raises LogDamaged ``feed_broken``, ``cursor_differs``."""
    known = {mark.n: mark.hash for mark in checkpoints}
    previous, last = start_roll(scope), 0
    sql = (
        "SELECT c.feed_seq, a.hash, a.content FROM confirmed c JOIN act a ON a.seq = c.act_seq"
        " WHERE c.scope = ? ORDER BY c.feed_seq"
    )
    for row in db.execute(sql, (scope,)):
        previous, last = roll(previous, bytes(row[1]), bytes(row[2])), last + 1
        if row[0] != last or known.get(last, previous) != previous:
            raise LogDamaged("feed_broken", n=last, detail=scope)
    if position != Position(last, previous):
        raise LogDamaged("cursor_differs", n=position.n, detail=scope)
    return last


def prove_loose(db: Database) -> None:
    """Every act outside a chain was seen, is offered back or was refused. Raises LogDamaged ``unproved``."""
    loose = db.execute(
        "SELECT count(*) FROM act a LEFT JOIN confirmed c ON c.act_seq = a.seq"
        " LEFT JOIN adrift d ON d.act_seq = a.seq LEFT JOIN refused_act r ON r.act_seq = a.seq"
        " WHERE a.chained = 0 AND c.act_seq IS NULL AND d.act_seq IS NULL AND r.act_seq IS NULL"
    ).fetchone()[0]
    if loose:
        raise LogDamaged("unproved", n=int(loose))
