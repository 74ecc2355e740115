"""A station's side of the feeds: how far it saw each, which acts are safe, and what waits. Never commits."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

from domain.audience import audience
from domain.fold import fold
from sync.log.chain import Entry
from sync.log.content import read_act
from sync.log.log import Position, batched, entry_from_row, marks, put_in
from sync.log.roll import start_roll
from sync.log.station_proof import prove_feed, prove_loose
from sync.log.station_refusals import REFUSED, StationRefusals

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
  seen INTEGER NOT NULL,                -- own acts seen back
  acknowledged INTEGER NOT NULL DEFAULT 0  -- 1: the county has named this writer
) STRICT;
CREATE TABLE refused_act (act_seq INTEGER PRIMARY KEY, code TEXT NOT NULL) STRICT;
CREATE TABLE adrift (act_seq INTEGER PRIMARY KEY) STRICT;  -- others' acts the county forgot; offered back to it
CREATE TABLE sync_flag (name TEXT PRIMARY KEY) STRICT;
CREATE TABLE set_aside (                -- runs the county calls broken: not sent again until a person retries
  writer BLOB PRIMARY KEY, code TEXT NOT NULL
) STRICT;
CREATE TABLE before_loose (             -- the chain hash before the first act of a foreign run
  act_seq INTEGER PRIMARY KEY, hash BLOB NOT NULL
) STRICT;
CREATE TABLE revoked_serial (serial INTEGER PRIMARY KEY) STRICT;
CREATE TABLE sync_mark (name TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT;
"""

NEWEST_KEPT: Final = 8
"""The newest checkpoints are all kept; behind them the distance doubles."""


class StationFeed(StationRefusals):
    """A station's side: how far it has seen each feed, which acts are safe, and what waits."""

    # what screens ask --------------------------------------------------------------------------------------------

    def pending(self) -> int:
        """Own acts not yet seen back from the county (待上报). Cheap: reads one row per own writer.

        Acts the county keeps but refuses to deliver are not waiting; :meth:`refused` names them.
        """
        row = self._db.execute(
            "SELECT coalesce(sum(w.have_n - o.seen), 0)"
            f" - (SELECT count(*) FROM {REFUSED})"
            " + (SELECT count(*) FROM adrift d CROSS JOIN act a WHERE a.seq = d.act_seq AND a.chained = 0"
            " AND a.writer IN (SELECT writer FROM own_writer))"  # own acts that came back once and were forgotten
            " FROM own_writer o JOIN writer w ON w.writer = o.writer"
        ).fetchone()
        return int(row[0])

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
        sql = "INSERT INTO own_writer (writer, county_n, seen) VALUES (?, 0, 0) ON CONFLICT (writer) DO NOTHING"
        self._db.execute(sql, (bytes.fromhex(writer),))

    def own_writers(self) -> dict[str, int]:
        """Own writers and where the county's copy of each ended when it last answered."""
        rows = self._db.execute("SELECT writer, county_n FROM own_writer ORDER BY writer")
        return {bytes(row[0]).hex(): int(row[1]) for row in rows}

    def was_sent(self) -> bool:
        """True when the county is known to hold acts of an own writer: they left this disk."""
        sql = "SELECT 1 FROM own_writer WHERE county_n > 0 OR seen > 0 LIMIT 1"
        return self._db.execute(sql).fetchone() is not None

    def set_county_n(self, writer: str, n: int) -> None:
        """Note where the county says its copy of an own writer ends."""
        self._db.execute("UPDATE own_writer SET county_n = ? WHERE writer = ?", (n, bytes.fromhex(writer)))

    def bring_unseen_again(self) -> bool:
        """Bring own acts again which the county's copy holds and which were neither seen back nor refused: called when
        it says that nothing is new. Another station brought them to a restored county and heard the refusal."""
        waiting = (
            "SELECT min(a.n) - 1 FROM act a WHERE a.writer = own_writer.writer AND a.chained = 1"
            " AND a.n <= own_writer.county_n"
            " AND NOT EXISTS (SELECT 1 FROM confirmed c WHERE c.act_seq = a.seq)"
            " AND NOT EXISTS (SELECT 1 FROM refused_act r WHERE r.act_seq = a.seq)"
        )
        owed = (
            "SELECT o.writer FROM own_writer o JOIN writer w ON w.writer = o.writer WHERE w.state <> 'forked'"
            " AND o.writer NOT IN (SELECT writer FROM set_aside) AND o.county_n > o.seen"
            f" AND w.have_n > o.seen + (SELECT count(*) FROM {REFUSED} AND a.writer = o.writer)"
        )
        moved = self._db.execute(
            f"UPDATE own_writer SET county_n = ({waiting}) WHERE writer IN ({owed}) AND ({waiting}) IS NOT NULL"
            " RETURNING writer"
        ).fetchall()
        return bool(moved)

    def unacknowledged(self) -> list[str]:
        """Own writers the county has not named yet: they travel with their births."""
        rows = self._db.execute("SELECT writer FROM own_writer WHERE acknowledged = 0 ORDER BY writer")
        return [bytes(row[0]).hex() for row in rows]

    def acknowledge(self, writers: Iterable[str]) -> None:
        """The county named these own writers: it holds their births."""
        sql = "UPDATE own_writer SET acknowledged = 1 WHERE writer = ? AND acknowledged = 0"
        self._db.executemany(sql, [(bytes.fromhex(writer),) for writer in writers])

    def introduce_again(self, writers: Iterable[str]) -> None:
        """These own writers travel with their births again: the county forgot them, or the station key is new."""
        sql = "UPDATE own_writer SET acknowledged = 0, county_n = 0 WHERE writer = ? AND acknowledged = 1"
        self._db.executemany(sql, [(bytes.fromhex(writer),) for writer in writers])

    # runs set aside ----------------------------------------------------------------------------------------------

    def set_aside(self) -> dict[str, str]:
        """Writers whose run the county called broken: it is kept here and not sent again. Writer → code."""
        rows = self._db.execute("SELECT writer, code FROM set_aside ORDER BY writer")
        return {bytes(row[0]).hex(): str(row[1]) for row in rows}

    def put_aside(self, broken: Mapping[str, str]) -> None:
        """Set runs aside; their acts stay pending."""
        self._db.executemany(
            "INSERT INTO set_aside VALUES (?, ?) ON CONFLICT (writer) DO UPDATE SET code = excluded.code",
            [(bytes.fromhex(writer), code) for writer, code in broken.items()],
        )

    def retry(self) -> int:
        """Send what was set aside again, because a person said so; the number of runs."""
        return len(self._db.execute("DELETE FROM set_aside RETURNING writer").fetchall())

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

    def trust(self, scope: str) -> None:
        """The county knows our position again."""
        self._db.execute("UPDATE cursor SET doubted = 0 WHERE scope = ?", (scope,))

    def doubt(self, scope: str) -> None:
        """The county did not know our position: send checkpoints with the next request."""
        self._db.execute("UPDATE cursor SET doubted = 1 WHERE scope = ?", (scope,))

    def checkpoints(self, scope: str) -> list[Position]:
        """Known earlier positions, newest first."""
        sql = "SELECT seq, roll_hash FROM checkpoint WHERE scope = ? ORDER BY seq DESC"
        return [Position(int(row[0]), bytes(row[1])) for row in self._db.execute(sql, (scope,))]

    def advance(
        self, scope: str, to: Position, confirmed: Sequence[tuple[int, int]], own: Sequence[int] | None = None
    ) -> int:
        """Move a cursor forward; ``confirmed`` holds (feed seq, act seq). Returns how many own acts are newly seen.

        ``own`` are the acts among them that are of own writers, for a caller that knows; the others are not looked at.
        """
        counts: dict[bytes, int] = {}
        mine = {bytes.fromhex(writer) for writer in self.own_writers()}
        for seqs in batched([seq for _feed_seq, seq in confirmed] if own is None else list(own)):
            # nothing here names a writer: SQLite would read through all that this one ever wrote
            sql = (
                f"SELECT a.writer, count(*) FROM act a WHERE a.seq IN ({marks(seqs)}) AND a.chained = 1"
                " AND NOT EXISTS (SELECT 1 FROM confirmed c WHERE c.act_seq = a.seq) GROUP BY a.writer"
            )
            for writer, count in self._db.execute(sql, seqs):
                if bytes(writer) in mine:
                    counts[bytes(writer)] = counts.get(bytes(writer), 0) + int(count)
        put_in(self._db, "confirmed", [(scope, *pair) for pair in confirmed])
        for writer, count in counts.items():
            self._db.execute("UPDATE own_writer SET seen = seen + ? WHERE writer = ?", (count, writer))
        if self._db.execute("SELECT 1 FROM adrift UNION ALL SELECT 1 FROM refused_act LIMIT 1").fetchone() is not None:
            for seqs in batched([act_seq for _feed_seq, act_seq in confirmed]):
                self._db.execute(f"DELETE FROM adrift WHERE act_seq IN ({marks(seqs)})", seqs)
                self._db.execute(f"DELETE FROM refused_act WHERE act_seq IN ({marks(seqs)})", seqs)
        self._set_cursor(scope, to)
        return sum(counts.values())

    def rewind(self, scope: str, to: Position) -> None:
        """Go back to a position the county knows: what lies behind it counts as unseen, and is offered again.

        So is what it refused, where no chain of this station brings it: the restored county may never have had it.
        """
        gone = "SELECT act_seq FROM confirmed WHERE scope = ? AND feed_seq > ? UNION SELECT act_seq FROM refused_act"
        self._db.execute(
            f"INSERT INTO adrift SELECT a.seq FROM act a WHERE a.seq IN ({gone}) AND {self._unchained()}"
            " ON CONFLICT (act_seq) DO NOTHING",
            (scope, to.n),
        )
        # what a county said of them that has since forgotten may not hold: nothing but the offer would tell
        self._db.execute(
            f"DELETE FROM refused_act WHERE act_seq IN (SELECT a.seq FROM act a WHERE {self._unchained()})"
        )
        self._db.execute("DELETE FROM confirmed WHERE scope = ? AND feed_seq > ?", (scope, to.n))
        # an act of a shared case may still stand in another feed: then the county has it
        self._db.execute("DELETE FROM adrift WHERE EXISTS (SELECT 1 FROM confirmed c WHERE c.act_seq = adrift.act_seq)")
        self._db.execute("DELETE FROM checkpoint WHERE scope = ? AND seq > ?", (scope, to.n))
        self._db.execute(
            "UPDATE own_writer SET seen ="
            " (SELECT count(*) FROM act a WHERE a.writer = own_writer.writer AND a.chained = 1"
            " AND EXISTS (SELECT 1 FROM confirmed c WHERE c.act_seq = a.seq))"
        )
        self._set_cursor(scope, to)

    def _set_cursor(self, scope: str, to: Position) -> None:
        self._db.execute(
            "INSERT INTO cursor VALUES (?, ?, ?, 0) ON CONFLICT (scope) DO UPDATE"
            " SET seq = excluded.seq, roll_hash = excluded.roll_hash, doubted = 0",
            (scope, to.n, to.hash),
        )
        if to.n:
            self._db.execute(
                "INSERT INTO checkpoint VALUES (?, ?, ?)"
                " ON CONFLICT (scope, seq) DO UPDATE SET roll_hash = excluded.roll_hash",
                (scope, to.n, to.hash),
            )
        kept: int | None = None
        for place, mark in enumerate(self.checkpoints(scope)):
            if kept is None or place < NEWEST_KEPT or to.n - mark.n >= 2 * (to.n - kept):
                kept = mark.n
            else:
                self._db.execute("DELETE FROM checkpoint WHERE scope = ? AND seq = ?", (scope, mark.n))

    # acts offered outside their author's log -----------------------------------------------------------------------

    def adrift(self, budget: int) -> list[Entry]:
        """Acts to offer as recovered: others' that the county no longer shows, and unseen ones of forked own writers.

        By writer and place, up to ``budget`` bytes; runs that were set aside are left out.
        """
        if self.newest_under_way():
            return []
        rows = self._db.execute(
            "SELECT a.writer, a.n, a.hash, a.content, a.sig FROM adrift d CROSS JOIN act a"
            f" WHERE a.seq = d.act_seq AND a.writer NOT IN (SELECT writer FROM set_aside){self._withheld()}"
            " ORDER BY a.writer, a.n"
        )
        found: list[Entry] = []
        for row in rows:
            budget -= len(row[3])
            if found and budget < 0:
                break
            found.append(entry_from_row(bytes(row[0]).hex(), row[1:]))
        return found

    def _withheld(self) -> str:
        """A condition on acts ``a`` that may not be offered; a desk offers everything it holds."""
        return ""

    def before(self, entries: Iterable[Entry]) -> dict[tuple[str, int], bytes]:
        """The chain hashes before loose entries, where a pull brought them: (writer, n) → hash."""
        found: dict[tuple[str, int], bytes] = {}
        for hashes in batched([entry.hash for entry in entries]):
            sql = (
                "SELECT a.writer, a.n, b.hash FROM act a JOIN before_loose b ON b.act_seq = a.seq"
                f" WHERE a.seq IN (SELECT act_seq FROM adrift) AND a.hash IN ({marks(hashes)})"
            )
            for row in self._db.execute(sql, hashes):
                found[bytes(row[0]).hex(), int(row[1])] = bytes(row[2])
        return found

    def keep_before(self, rows: Iterable[tuple[int, bytes]]) -> None:
        """Keep the chain hash before a foreign run: (storage key of its first act, hash)."""
        self._db.executemany("INSERT INTO before_loose VALUES (?, ?) ON CONFLICT (act_seq) DO NOTHING", list(rows))

    def case_left(self, case_id: str) -> bool:
        """True when a case is no longer shown to any scope this station sees (移送后不再列入本单位)."""
        scopes = self.cursors().keys()
        rows = self._db.execute("SELECT content FROM act WHERE case_id = ? ORDER BY seq", (case_id,))
        acts = [read_act(bytes(row[0])) for row in rows]
        return bool(acts) and bool(scopes) and audience(fold(acts)).isdisjoint(scopes)

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
            yield scope, prove_feed(self._db, scope, position, self.checkpoints(scope))
        self._verify_loose()

    def _verify_loose(self) -> None:
        prove_loose(self._db)
