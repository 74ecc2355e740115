"""What this desk alone decided or has looked at: never sent, never a view of acts."""

from __future__ import annotations

from collections.abc import Sequence

from desktop.models.store.connection import Connection, Database
from domain.concurrent import Arrival
from sync.log.content import read_act

_TABLES = (
    # 同时办理, 已阅: the highest storage key of the case when a clerk looked
    "CREATE TABLE looked (case_id TEXT PRIMARY KEY, seq INTEGER NOT NULL) STRICT, WITHOUT ROWID",
    # 搁置: acts the county keeps and does not hand on, which a clerk has taken note of
    "CREATE TABLE put_by (act_seq INTEGER PRIMARY KEY, at_ms INTEGER NOT NULL, by TEXT NOT NULL) STRICT",
)


def create_look_tables(db: Database) -> None:
    """The tables of this desk's own looks and decisions."""
    for statement in _TABLES:
        db.execute(statement)


def arrivals(db: Connection, case_id: str) -> list[Arrival]:
    """The acts of a case as they came into this file, and where the county delivered them."""
    feeds: dict[int, dict[str, int]] = {}
    sql = "SELECT c.act_seq, c.scope, c.feed_seq FROM confirmed c JOIN act a ON a.seq = c.act_seq WHERE a.case_id = ?"
    for seq, scope, place in db.execute(sql, (case_id,)):
        feeds.setdefault(int(seq), {})[str(scope)] = int(place)
    sql = (
        "SELECT a.seq, a.content, a.chained = 1 AND a.writer IN (SELECT writer FROM own_writer)"
        " FROM act a WHERE a.case_id = ? ORDER BY a.seq"
    )
    rows = db.execute(sql, (case_id,)).fetchall()
    return [Arrival(read_act(bytes(row[1])), int(row[0]), bool(row[2]), feeds.get(int(row[0]), {})) for row in rows]


def looked(db: Connection, case_id: str) -> int:
    """Up to which arrival a clerk has looked at what was done to a case at the same time; 0 when never."""
    row = db.execute("SELECT seq FROM looked WHERE case_id = ?", (case_id,)).fetchone()
    return 0 if row is None else int(row[0])


def note_look(db: Connection, case_id: str, seq: int) -> None:
    """A clerk has looked, inside the caller's transaction."""
    sql = "INSERT INTO looked VALUES (?, ?) ON CONFLICT (case_id) DO UPDATE SET seq = max(seq, excluded.seq)"
    db.execute(sql, (case_id, seq))


def put_by(db: Connection, act_ids: Sequence[str], at_ms: int, by: str) -> int:
    """Set aside own acts the county keeps and does not hand on; how many that were. Nothing else can be set aside."""
    sql = (
        "INSERT INTO put_by SELECT r.act_seq, ?, ? FROM refused_act r JOIN act a ON a.seq = r.act_seq"
        " WHERE a.act_id = ? ON CONFLICT (act_seq) DO NOTHING RETURNING act_seq"
    )
    return sum(len(db.execute(sql, (at_ms, by, bytes.fromhex(act_id))).fetchall()) for act_id in act_ids)
