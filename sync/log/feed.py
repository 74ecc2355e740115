"""The feeds: the county's order of delivery per scope, and a station's proof of how far it saw it. Never commits."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sync.log.chain import Entry, LogDamaged, content_hash
from sync.log.log import Database, Held, Position, batched, entry_from_row, marks

COUNTY_SCHEMA: Final = """
CREATE TABLE feed (
  scope TEXT NOT NULL,
  seq INTEGER NOT NULL,                 -- dense from 1 within its scope, in commit order
  act_seq INTEGER NOT NULL REFERENCES act (seq),
  roll_hash BLOB NOT NULL,
  PRIMARY KEY (scope, seq)
) STRICT, WITHOUT ROWID;
CREATE INDEX feed_act ON feed (act_seq);
CREATE TABLE feed_head (scope TEXT PRIMARY KEY, seq INTEGER NOT NULL, roll_hash BLOB NOT NULL) STRICT;
CREATE TABLE reject (act_seq INTEGER PRIMARY KEY REFERENCES act (seq), code TEXT NOT NULL) STRICT;
CREATE TABLE attested (                 -- taken on another station's word after a restore; listed for a person
  act_seq INTEGER PRIMARY KEY REFERENCES act (seq), station TEXT NOT NULL
) STRICT;
"""

STATION_SCHEMA: Final = """
CREATE TABLE cursor (
  scope TEXT PRIMARY KEY,
  seq INTEGER NOT NULL,
  roll_hash BLOB NOT NULL,
  doubted INTEGER NOT NULL DEFAULT 0    -- 1: the county did not know this position; send checkpoints
) STRICT;
CREATE TABLE checkpoint (
  scope TEXT NOT NULL, seq INTEGER NOT NULL, roll_hash BLOB NOT NULL, PRIMARY KEY (scope, seq)
) STRICT, WITHOUT ROWID;
CREATE TABLE confirmed (                -- seen back from the county: the only meaning of "safe"
  scope TEXT NOT NULL, feed_seq INTEGER NOT NULL, act_seq INTEGER NOT NULL, PRIMARY KEY (scope, feed_seq)
) STRICT, WITHOUT ROWID;
CREATE INDEX confirmed_act ON confirmed (act_seq);
CREATE TABLE own_writer (
  writer BLOB PRIMARY KEY,
  county_n INTEGER NOT NULL,            -- where the county's copy ended when it last answered; a hint, not a proof
  seen INTEGER NOT NULL                 -- own acts seen back
) STRICT;
CREATE TABLE refused_act (act_seq INTEGER PRIMARY KEY, code TEXT NOT NULL) STRICT;
CREATE TABLE adrift (act_seq INTEGER PRIMARY KEY) STRICT;  -- others' acts the county forgot; offered back to it
CREATE TABLE sync_flag (name TEXT PRIMARY KEY) STRICT;
"""

NEWEST_KEPT: Final = 8
"""The newest checkpoints are all kept; behind them the distance doubles."""

FIRST_PIECE: Final = 64
LARGEST_PIECE: Final = 1024
"""Positions read from a feed at once: few at first, since most rounds want few."""


def start_roll(scope: str) -> bytes:
    """The rolling hash of an empty feed."""
    return hashlib.sha256(b"xinfang-feed-1-start" + scope.encode()).digest()[:16]


def roll(previous: bytes, entry_hash: bytes, content: bytes) -> bytes:
    """The rolling hash after one more act: over its place in its author's chain and over its content."""
    return hashlib.sha256(b"xinfang-feed-1" + previous + entry_hash + content_hash(content)).digest()[:16]


@dataclass(frozen=True, slots=True)
class FeedItem:
    """One position of a feed. ``entry.content`` is empty when the reader is known to hold the act."""

    seq: int
    roll: bytes
    entry: Entry
    known: bool


class CountyFeed:
    """The county's side: dense feeds per scope, in commit order; acts refused for their meaning."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def head(self, scope: str) -> Position:
        """The end of a feed."""
        row = self._db.execute("SELECT seq, roll_hash FROM feed_head WHERE scope = ?", (scope,)).fetchone()
        return Position(0, start_roll(scope)) if row is None else Position(int(row[0]), bytes(row[1]))

    def roll_at(self, scope: str, seq: int) -> bytes | None:
        """The rolling hash at a position; None behind the end."""
        if seq == 0:
            return start_roll(scope)
        row = self._db.execute("SELECT roll_hash FROM feed WHERE scope = ? AND seq = ?", (scope, seq)).fetchone()
        return None if row is None else bytes(row[0])

    def append(self, held: Iterable[Held]) -> None:
        """Deliver acts: each to the feed of its scope, scopes in sorted order, in the caller's transaction."""
        by_scope: dict[str, list[Held]] = {}
        for item in held:
            by_scope.setdefault(item.act.scope, []).append(item)
        for scope in sorted(by_scope):
            head = self.head(scope)
            seq, previous = head.n, head.hash
            rows: list[tuple[object, ...]] = []
            for item in by_scope[scope]:
                seq, previous = seq + 1, roll(previous, item.entry.hash, item.entry.content)
                rows.append((scope, seq, item.seq, previous))
            self._db.executemany("INSERT INTO feed VALUES (?, ?, ?, ?)", rows)
            self._db.execute("INSERT OR REPLACE INTO feed_head VALUES (?, ?, ?)", (scope, seq, previous))

    def read(self, scope: str, after: int, known: Mapping[str, int]) -> Iterator[FeedItem]:
        """Positions behind ``after``. ``known`` maps writers to how far the reader holds them: no content for those."""
        case = " ".join("WHEN a.chained = 1 AND a.writer = ? AND a.n <= ? THEN NULL" for _ in known)
        content = f"CASE {case} ELSE a.content END" if known else "a.content"
        values: list[object] = [value for writer, n in known.items() for value in (bytes.fromhex(writer), n)]
        sql = (
            f"SELECT f.seq, f.roll_hash, a.writer, a.n, a.hash, {content}, a.sig FROM feed f"
            " JOIN act a ON a.seq = f.act_seq WHERE f.scope = ? AND f.seq > ? AND f.seq <= ? ORDER BY f.seq"
        )
        size = FIRST_PIECE  # in pieces: PostgreSQL hands over a whole result at once, however little is wanted of it
        while True:
            rows = self._db.execute(sql, (*values, scope, after, after + size)).fetchall()
            for row in rows:
                entry = entry_from_row(bytes(row[2]).hex(), (row[3], row[4], row[5] or b"", row[6]))
                yield FeedItem(int(row[0]), bytes(row[1]), entry, known=row[5] is None)
            if len(rows) < size:
                return
            after, size = after + size, min(2 * size, LARGEST_PIECE)

    def reject(self, held: Held, code: str) -> None:
        """Keep an act out of every feed, saying why; it stays in the log."""
        self._db.execute("INSERT OR IGNORE INTO reject VALUES (?, ?)", (held.seq, code))

    def reject_code(self, act_seq: int) -> str | None:
        """Why an act is kept out of the feeds; None when it is not."""
        row = self._db.execute("SELECT code FROM reject WHERE act_seq = ?", (act_seq,)).fetchone()
        return None if row is None else str(row[0])

    def attest(self, held: Held, station: str) -> None:
        """Note that an act came from another station than its author's, outside its author's chain."""
        self._db.execute("INSERT OR IGNORE INTO attested VALUES (?, ?)", (held.seq, station))

    def rejected(self, writer: str, from_n: int, to_n: int) -> dict[str, str]:
        """Refused acts of a writer between two positions: act id → code."""
        sql = (
            "SELECT a.act_id, r.code FROM act a JOIN reject r ON r.act_seq = a.seq"
            " WHERE a.writer = ? AND a.chained = 1 AND a.n BETWEEN ? AND ?"
        )
        rows = self._db.execute(sql, (bytes.fromhex(writer), from_n, to_n))
        return {bytes(row[0]).hex(): str(row[1]) for row in rows}

    def verify(self) -> Iterator[tuple[str, int]]:
        """Prove density and rolling hash of every feed; yields (scope, length), raises LogDamaged."""
        for (scope,) in self._db.execute("SELECT DISTINCT scope FROM feed ORDER BY scope").fetchall():
            previous, last = start_roll(scope), 0
            sql = (
                "SELECT f.seq, f.roll_hash, a.hash, a.content, a.scope FROM feed f JOIN act a ON a.seq = f.act_seq"
                " WHERE f.scope = ? ORDER BY f.seq"
            )
            for row in self._db.execute(sql, (scope,)):
                previous, last = roll(previous, bytes(row[2]), bytes(row[3])), last + 1
                if row[0] != last or bytes(row[1]) != previous or row[4] != scope:
                    raise LogDamaged("feed_broken", n=last, detail=scope)
            if self.head(scope) != Position(last, previous):
                raise LogDamaged("feed_head_differs", n=last, detail=scope)
            yield scope, last
        undelivered = self._db.execute(
            "SELECT count(*) FROM act a LEFT JOIN feed f ON f.act_seq = a.seq LEFT JOIN reject r ON r.act_seq = a.seq"
            " WHERE f.seq IS NULL AND r.act_seq IS NULL"
        ).fetchone()[0]
        if undelivered:
            raise LogDamaged("undelivered", n=int(undelivered))


class StationFeed:
    """A station's side: how far it has seen each feed, which acts are safe, and what waits."""

    def __init__(self, db: Database) -> None:
        self._db = db

    # what screens ask --------------------------------------------------------------------------------------------

    def pending(self) -> int:
        """Own acts not yet seen back from the county (待上报). Cheap: reads one row per own writer.

        Acts the county keeps but refuses to deliver are not waiting; :meth:`refused` names them.
        """
        row = self._db.execute(
            "SELECT coalesce(sum(w.have_n - o.seen), 0)"
            " - (SELECT count(*) FROM refused_act r JOIN act a ON a.seq = r.act_seq WHERE a.chained = 1)"
            " FROM own_writer o JOIN writer w ON w.writer = o.writer"
        ).fetchone()
        return int(row[0])

    def refused(self) -> dict[str, str]:
        """Own acts the county keeps but does not deliver: act id → code."""
        rows = self._db.execute(
            "SELECT a.act_id, r.code FROM refused_act r JOIN act a ON a.seq = r.act_seq WHERE a.chained = 1"
        )
        return {bytes(row[0]).hex(): str(row[1]) for row in rows}

    def act_at_county(self, act_id: str) -> bool:
        """True when the act was seen back from the county."""
        sql = "SELECT 1 FROM act a JOIN confirmed c ON c.act_seq = a.seq WHERE a.act_id = ? LIMIT 1"
        return self._db.execute(sql, (bytes.fromhex(act_id),)).fetchone() is not None

    def case_state(self, case_id: str) -> str:
        """``county`` (已到县) when every act of the case was seen back, else ``local`` (已存本机)."""
        sql = (
            "SELECT 1 FROM act a LEFT JOIN confirmed c ON c.act_seq = a.seq"
            " WHERE a.case_id = ? AND c.act_seq IS NULL LIMIT 1"
        )
        return "county" if self._db.execute(sql, (case_id,)).fetchone() is None else "local"

    # own writers -------------------------------------------------------------------------------------------------

    def add_own_writer(self, writer: str) -> None:
        """Say that this station writes (or wrote) as ``writer``; idempotent."""
        sql = "INSERT INTO own_writer VALUES (?, 0, 0) ON CONFLICT (writer) DO NOTHING"
        self._db.execute(sql, (bytes.fromhex(writer),))

    def own_writers(self) -> dict[str, int]:
        """Own writers and where the county's copy of each ended when it last answered."""
        rows = self._db.execute("SELECT writer, county_n FROM own_writer ORDER BY writer")
        return {bytes(row[0]).hex(): int(row[1]) for row in rows}

    def set_county_n(self, writer: str, n: int) -> None:
        """Note where the county says its copy of an own writer ends."""
        self._db.execute("UPDATE own_writer SET county_n = ? WHERE writer = ?", (n, bytes.fromhex(writer)))

    def refuse(self, refusals: Mapping[str, str]) -> None:
        """Note acts the county keeps but does not deliver; an act seen back is not among them."""
        for act_id, code in refusals.items():
            values = (code, bytes.fromhex(act_id))
            self._db.execute(
                "INSERT OR IGNORE INTO refused_act SELECT seq, ? FROM act WHERE act_id = ?"
                " AND seq NOT IN (SELECT act_seq FROM confirmed)",
                values,
            )
            self._db.execute("DELETE FROM adrift WHERE act_seq = (SELECT seq FROM act WHERE act_id = ?)", values[1:])

    # flags -------------------------------------------------------------------------------------------------------

    def flag(self, name: str) -> bool:
        """A note from one round to the next."""
        return self._db.execute("SELECT 1 FROM sync_flag WHERE name = ?", (name,)).fetchone() is not None

    def set_flag(self, name: str, on: bool) -> None:
        """Set or clear a note."""
        if on:
            self._db.execute("INSERT OR IGNORE INTO sync_flag VALUES (?)", (name,))
        else:
            self._db.execute("DELETE FROM sync_flag WHERE name = ?", (name,))

    # cursors -----------------------------------------------------------------------------------------------------

    def cursors(self) -> dict[str, Position]:
        """How far each feed was seen, with the rolling hash there."""
        rows = self._db.execute("SELECT scope, seq, roll_hash FROM cursor ORDER BY scope")
        return {str(row[0]): Position(int(row[1]), bytes(row[2])) for row in rows}

    def cursor(self, scope: str) -> Position:
        """How far one feed was seen."""
        return self.cursors().get(scope, Position(0, start_roll(scope)))

    def doubted(self) -> list[str]:
        """Scopes whose position the county did not know."""
        return [str(row[0]) for row in self._db.execute("SELECT scope FROM cursor WHERE doubted = 1 ORDER BY scope")]

    def doubt(self, scope: str) -> None:
        """The county did not know our position: send checkpoints with the next request."""
        self._db.execute("UPDATE cursor SET doubted = 1 WHERE scope = ?", (scope,))

    def checkpoints(self, scope: str) -> list[Position]:
        """Known earlier positions, newest first."""
        sql = "SELECT seq, roll_hash FROM checkpoint WHERE scope = ? ORDER BY seq DESC"
        return [Position(int(row[0]), bytes(row[1])) for row in self._db.execute(sql, (scope,))]

    def advance(self, scope: str, to: Position, confirmed: Sequence[tuple[int, int]]) -> int:
        """Move a cursor forward; ``confirmed`` holds (feed seq, act seq). Returns how many own acts are newly seen."""
        counts: dict[bytes, int] = {}
        for seqs in batched([act_seq for _feed_seq, act_seq in confirmed]):
            sql = (
                f"SELECT a.writer, count(*) FROM act a WHERE a.seq IN ({marks(seqs)}) AND a.chained = 1"
                " AND a.writer IN (SELECT writer FROM own_writer)"
                " AND NOT EXISTS (SELECT 1 FROM confirmed c WHERE c.act_seq = a.seq) GROUP BY a.writer"
            )
            for writer, count in self._db.execute(sql, seqs):
                counts[bytes(writer)] = counts.get(bytes(writer), 0) + int(count)
        self._db.executemany("INSERT INTO confirmed VALUES (?, ?, ?)", [(scope, *pair) for pair in confirmed])
        for writer, count in counts.items():
            self._db.execute("UPDATE own_writer SET seen = seen + ? WHERE writer = ?", (count, writer))
        if self._db.execute("SELECT 1 FROM adrift UNION ALL SELECT 1 FROM refused_act LIMIT 1").fetchone() is not None:
            settled = [(act_seq,) for _feed_seq, act_seq in confirmed]
            self._db.executemany("DELETE FROM adrift WHERE act_seq = ?", settled)
            self._db.executemany("DELETE FROM refused_act WHERE act_seq = ?", settled)
        self._set_cursor(scope, to)
        return sum(counts.values())

    def rewind(self, scope: str, to: Position) -> None:
        """Go back to a position the county knows: what lies behind it counts as unseen, and is offered again."""
        gone = "SELECT act_seq FROM confirmed WHERE scope = ? AND feed_seq > ?"
        self._db.execute(
            f"INSERT OR IGNORE INTO adrift SELECT seq FROM act WHERE chained = 0 AND seq IN ({gone})", (scope, to.n)
        )
        self._db.execute("DELETE FROM confirmed WHERE scope = ? AND feed_seq > ?", (scope, to.n))
        self._db.execute("DELETE FROM checkpoint WHERE scope = ? AND seq > ?", (scope, to.n))
        self._db.execute(
            "UPDATE own_writer SET seen ="
            " (SELECT count(*) FROM act a WHERE a.writer = own_writer.writer AND a.chained = 1"
            " AND EXISTS (SELECT 1 FROM confirmed c WHERE c.act_seq = a.seq))"
        )
        self._set_cursor(scope, to)

    def _set_cursor(self, scope: str, to: Position) -> None:
        self._db.execute("INSERT OR REPLACE INTO cursor VALUES (?, ?, ?, 0)", (scope, to.n, to.hash))
        if to.n:
            self._db.execute("INSERT OR REPLACE INTO checkpoint VALUES (?, ?, ?)", (scope, to.n, to.hash))
        kept: int | None = None
        for place, mark in enumerate(self.checkpoints(scope)):
            if kept is None or place < NEWEST_KEPT or to.n - mark.n >= 2 * (to.n - kept):
                kept = mark.n
            else:
                self._db.execute("DELETE FROM checkpoint WHERE scope = ? AND seq = ?", (scope, mark.n))

    # others' acts the county forgot ------------------------------------------------------------------------------

    def adrift(self, budget: int) -> list[Entry]:
        """Others' acts the county no longer showed after a rewind, by writer and place, up to ``budget`` bytes."""
        rows = self._db.execute(
            "SELECT a.writer, a.n, a.hash, a.content, a.sig FROM adrift d JOIN act a ON a.seq = d.act_seq"
            " ORDER BY a.writer, a.n"
        )
        found: list[Entry] = []
        for row in rows:
            budget -= len(row[3])
            if found and budget < 0:
                break
            found.append(entry_from_row(bytes(row[0]).hex(), row[1:]))
        return found

    def seq_of(self, act_id: str) -> int | None:
        """Where an act lies in this file."""
        row = self._db.execute("SELECT seq FROM act WHERE act_id = ?", (bytes.fromhex(act_id),)).fetchone()
        return None if row is None else int(row[0])

    def own_run(self, writer: str, from_n: int, count: int) -> list[tuple[int, Entry]]:
        """A run of own chained entries with their storage keys; shorter when they are not all held."""
        rows: list[Any] = self._db.execute(
            "SELECT seq, n, hash, content, sig FROM act"
            " WHERE writer = ? AND chained = 1 AND n BETWEEN ? AND ? ORDER BY n",
            (bytes.fromhex(writer), from_n, from_n + count - 1),
        ).fetchall()
        return [(int(row[0]), entry_from_row(writer, row[1:])) for row in rows]

    # proof -------------------------------------------------------------------------------------------------------

    def verify(self) -> Iterator[tuple[str, int]]:
        """Prove that what was seen of each feed is what the cursor and every checkpoint say; raises LogDamaged."""
        for scope, position in self.cursors().items():
            known = {mark.n: mark.hash for mark in self.checkpoints(scope)}
            previous, last = start_roll(scope), 0
            sql = (
                "SELECT c.feed_seq, a.hash, a.content FROM confirmed c JOIN act a ON a.seq = c.act_seq"
                " WHERE c.scope = ? ORDER BY c.feed_seq"
            )
            for row in self._db.execute(sql, (scope,)):
                previous, last = roll(previous, bytes(row[1]), bytes(row[2])), last + 1
                if row[0] != last or known.get(last, previous) != previous:
                    raise LogDamaged("feed_broken", n=last, detail=scope)
            if position != Position(last, previous):
                raise LogDamaged("cursor_differs", n=position.n, detail=scope)
            yield scope, last
        loose = self._db.execute(
            "SELECT count(*) FROM act a LEFT JOIN confirmed c ON c.act_seq = a.seq"
            " LEFT JOIN adrift d ON d.act_seq = a.seq LEFT JOIN refused_act r ON r.act_seq = a.seq"
            " WHERE a.chained = 0 AND c.act_seq IS NULL AND d.act_seq IS NULL AND r.act_seq IS NULL"
        ).fetchone()[0]
        if loose:
            raise LogDamaged("unproved", n=int(loose))
