"""Own acts the county has not shown back 待上报: one partition of them, counted for the status bar and listed.

Both come from the same row per writer (:data:`_NEED`): the list takes as many acts as the count says, newest first, so
the two cannot tell different numbers.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from desktop.models.store.connection import Connection
from desktop.models.store.rows import UnreportedAct

_NEED: Final = """
SELECT o.writer,
  w.have_n - o.seen - (SELECT count(*) FROM refused_act r CROSS JOIN act a
                       WHERE a.seq = r.act_seq AND a.writer = o.writer AND a.chained = 1),
  CASE WHEN w.state = 'forked' THEN 0 ELSE o.county_n END,
  coalesce((SELECT s.code FROM set_aside s WHERE s.writer = o.writer), '')
FROM own_writer o JOIN writer w ON w.writer = o.writer ORDER BY o.writer
"""
"""Own writer, acts of its chain that wait, where the county's copy ends, and why its run is set aside."""

_LOOSE: Final = """
FROM adrift d CROSS JOIN act a
WHERE a.seq = d.act_seq AND a.chained = 0 AND a.writer IN (SELECT writer FROM own_writer)
"""
"""Own acts that came back from the county once and that it has forgotten."""

_REFUSED: Final = """
FROM refused_act r CROSS JOIN act a LEFT JOIN put_by p ON p.act_seq = r.act_seq
WHERE a.seq = r.act_seq AND a.writer IN (SELECT writer FROM own_writer)
"""


@dataclass(frozen=True, slots=True)
class Counts:
    """How many own acts stand where."""

    waiting: int
    """On their way, or waiting for a line."""
    aside: int
    """In runs the county called broken: pending, not sent again until a person retries."""
    refused: int
    """Kept by the county and not handed on; nobody has set them aside."""
    put_by: int
    """The same, set aside by a clerk."""

    @property
    def pending(self) -> int:
        """待上报: acts the county is not known to have taken."""
        return self.waiting + self.aside


def counts(db: Connection) -> Counts:
    """Count without reading a single act: one row per own writer, and what was refused."""
    waiting = aside = 0
    for _writer, need, _county_n, code in db.execute(_NEED):
        if code:
            aside += int(need)
        else:
            waiting += int(need)
    waiting += int(db.execute(f"SELECT count(*) {_LOOSE}").fetchone()[0])
    both, put = db.execute(f"SELECT count(*), count(p.act_seq) {_REFUSED}").fetchone()
    return Counts(waiting, aside, int(both) - int(put), int(put))


def oldest(db: Connection) -> tuple[str, str] | None:
    """Case and id of the act that has waited longest for the county, by its author's order; None when none waits."""
    sql = (
        "SELECT case_id, act_id FROM act a WHERE a.writer = ? AND a.chained = 1 AND a.n > ?"
        " AND NOT EXISTS (SELECT 1 FROM confirmed c WHERE c.act_seq = a.seq)"
        " AND NOT EXISTS (SELECT 1 FROM refused_act r WHERE r.act_seq = a.seq) ORDER BY a.n LIMIT 1"
    )
    for own, need, county_n, _code in db.execute(_NEED).fetchall():
        found = db.execute(sql, (own, county_n)).fetchone() if need else None
        if found is not None:
            return str(found[0]), bytes(found[1]).hex()
    return None


def listed(db: Connection) -> list[UnreportedAct]:
    """Every act :func:`counts` counts, newest first within its writer; what a person has to look at stands first."""
    rank = {"refused": 0, "aside": 1, "waiting": 2, "sending": 3, "put_by": 4}
    return sorted(_rows(db), key=lambda row: (rank[row.state], row.writer, -row.n))


def _rows(db: Connection) -> Iterator[UnreportedAct]:
    for act_id, case_id, writer, n, code, put in db.execute(
        f"SELECT a.act_id, a.case_id, a.writer, a.n, r.code, p.act_seq IS NOT NULL {_REFUSED}"
    ).fetchall():
        yield _row(act_id, case_id, writer, n, "put_by" if put else "refused", code)
    for act_id, case_id, writer, n in db.execute(f"SELECT a.act_id, a.case_id, a.writer, a.n {_LOOSE}").fetchall():
        yield _row(act_id, case_id, writer, n, "waiting", "")
    for own, need, county_n, code in db.execute(_NEED).fetchall():
        sql = (
            "SELECT a.act_id, a.case_id, a.writer, a.n FROM act a WHERE a.writer = ? AND a.chained = 1"
            " AND NOT EXISTS (SELECT 1 FROM confirmed c WHERE c.act_seq = a.seq)"
            " AND NOT EXISTS (SELECT 1 FROM refused_act r WHERE r.act_seq = a.seq) ORDER BY a.n DESC LIMIT ?"
        )
        for act_id, case_id, writer, n in db.execute(sql, (own, max(0, int(need)))).fetchall():
            yield _row(act_id, case_id, writer, n, "aside" if code else "sending" if n <= county_n else "waiting", code)


def _row(act_id: bytes, case_id: str, writer: bytes, n: int, state: str, code: str) -> UnreportedAct:
    return UnreportedAct(bytes(act_id).hex(), str(case_id), bytes(writer).hex(), int(n), state, str(code))


def retry(db: Connection, acts: Sequence[UnreportedAct]) -> int:
    """Send these again with the next round, because a person said so, inside the caller's transaction; how many.

    A broken run goes again whole. What the county refused is brought before it once more: it counts as waiting until
    the county has answered.
    """
    again = [act for act in acts if act.state in ("aside", "refused", "put_by")]
    for writer in sorted({act.writer for act in again if act.state == "aside"}):
        db.execute("DELETE FROM set_aside WHERE writer = ?", (bytes.fromhex(writer),))
    for act in again:
        if act.state == "aside":
            continue
        key = (bytes.fromhex(act.act_id),)
        ((seq, chained),) = db.execute("SELECT seq, chained FROM act WHERE act_id = ?", key).fetchall()
        db.execute("DELETE FROM refused_act WHERE act_seq = ?", (seq,))
        db.execute("DELETE FROM put_by WHERE act_seq = ?", (seq,))
        moved = db.execute(
            "UPDATE own_writer SET county_n = min(county_n, ?) WHERE writer = ?"
            " AND writer IN (SELECT writer FROM writer WHERE state <> 'forked') RETURNING writer",
            (act.n - 1, bytes.fromhex(act.writer)),
        ).fetchall()
        if not (chained and moved):
            db.execute("INSERT INTO adrift VALUES (?) ON CONFLICT (act_seq) DO NOTHING", (seq,))
    return len(again)
