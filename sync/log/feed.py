"""The feeds: the county's order of delivery per scope, and a station's proof of how far it saw it. Never commits."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from domain.audience import SHARED_TABLES, audience
from domain.fold import fold
from sync.log.chain import Entry, LogDamaged, content_hash
from sync.log.content import read_act
from sync.log.log import Database, Position, batched, entry_from_row, marks

COUNTY_SCHEMA_1: Final = """
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
COUNTY_SCHEMA_2: Final = """
CREATE TABLE audience (                 -- every scope a case was ever delivered to
  case_id TEXT NOT NULL,
  scope TEXT NOT NULL,
  state INTEGER NOT NULL CHECK (state IN (0, 1)),  -- 1: what comes is delivered to it; 0: it left, or saw single acts
  PRIMARY KEY (case_id, scope)
) STRICT, WITHOUT ROWID;
INSERT INTO audience
  SELECT a.case_id, f.scope, CASE WHEN f.scope = (
    SELECT b.scope FROM act b JOIN feed g ON g.act_seq = b.seq WHERE b.case_id = a.case_id ORDER BY b.seq LIMIT 1
  ) THEN 1 ELSE 0 END FROM feed f JOIN act a ON a.seq = f.act_seq GROUP BY a.case_id, f.scope;
CREATE TABLE claimed (                  -- the writers a station last claimed as its own and not forked
  station TEXT NOT NULL, writer BLOB NOT NULL, PRIMARY KEY (station, writer)
) STRICT, WITHOUT ROWID;
"""
COUNTY_SCHEMA: Final = COUNTY_SCHEMA_1 + COUNTY_SCHEMA_2

STATION_SCHEMA_1: Final = """
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
STATION_SCHEMA_2: Final = """
ALTER TABLE own_writer ADD COLUMN acknowledged INTEGER NOT NULL DEFAULT 0;  -- 1: the county has named this writer
CREATE TABLE set_aside (                -- runs the county calls broken: not sent again until a person retries
  writer BLOB PRIMARY KEY, code TEXT NOT NULL
) STRICT;
CREATE TABLE before_loose (             -- the chain hash before the first act of a foreign run
  act_seq INTEGER PRIMARY KEY, hash BLOB NOT NULL
) STRICT;
CREATE TABLE revoked_serial (serial INTEGER PRIMARY KEY) STRICT;
CREATE TABLE sync_mark (name TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT;
"""
STATION_SCHEMA: Final = STATION_SCHEMA_1 + STATION_SCHEMA_2

NEWEST_KEPT: Final = 8
"""The newest checkpoints are all kept; behind them the distance doubles."""


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


@dataclass(frozen=True, slots=True)
class Delivered:
    """An act on its way into a feed."""

    seq: int
    """Its storage key."""
    hash: bytes
    content: bytes


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

    def append(self, by_scope: Mapping[str, Sequence[Delivered]]) -> None:
        """Deliver acts to the feeds, scopes in sorted order, in the caller's transaction and as late in it as can be.

        The head row is locked from here to the commit, so the order of a feed is the order of the commits.
        """
        for scope in sorted(by_scope):
            acts = by_scope[scope]
            if not acts:
                continue
            self._db.execute(
                "INSERT INTO feed_head VALUES (?, 0, ?) ON CONFLICT (scope) DO NOTHING", (scope, start_roll(scope))
            )
            sql = "UPDATE feed_head SET seq = seq + ? WHERE scope = ? RETURNING seq, roll_hash"
            ((last, before),) = self._db.execute(sql, (len(acts), scope)).fetchall()
            previous = bytes(before)
            rows: list[tuple[object, ...]] = []
            for seq, act in enumerate(acts, start=int(last) - len(acts) + 1):
                previous = roll(previous, act.hash, act.content)
                rows.append((scope, seq, act.seq, previous))
            self._db.executemany("INSERT INTO feed VALUES (?, ?, ?, ?)", rows)
            self._db.execute("UPDATE feed_head SET roll_hash = ? WHERE scope = ?", (previous, scope))

    # audience ----------------------------------------------------------------------------------------------------

    def audience(self, case_ids: Iterable[str]) -> dict[str, dict[str, bool]]:
        """Every scope each of these cases was ever delivered to: case id → scope → whether it is still shown it."""
        found: dict[str, dict[str, bool]] = {}
        for ids in batched(list(case_ids)):
            sql = f"SELECT case_id, scope, state FROM audience WHERE case_id IN ({marks(ids)})"
            for case_id, scope, state in self._db.execute(sql, ids):
                found.setdefault(str(case_id), {})[str(scope)] = bool(state)
        return found

    def set_audience(self, rows: Iterable[tuple[str, str, bool]]) -> None:
        """Note (case id, scope, whether what comes is delivered to it)."""
        self._db.executemany(
            "INSERT INTO audience VALUES (?, ?, ?) ON CONFLICT (case_id, scope) DO UPDATE SET state = excluded.state",
            [(case_id, scope, int(state)) for case_id, scope, state in rows],
        )

    def untold(self, scope: str, case_ids: Iterable[str], below: int) -> list[Delivered]:
        """Acts of these cases with a storage key under ``below`` that the feed of ``scope`` lacks, in order of arrival.

        Refused acts are left out.
        """
        found: list[Delivered] = []
        for ids in batched(list(case_ids)):
            sql = (
                f"SELECT a.seq, a.hash, a.content FROM act a WHERE a.case_id IN ({marks(ids)}) AND a.seq < ?"
                " AND NOT EXISTS (SELECT 1 FROM reject r WHERE r.act_seq = a.seq)"
                " AND NOT EXISTS (SELECT 1 FROM feed f WHERE f.act_seq = a.seq AND f.scope = ?)"
            )
            rows = self._db.execute(sql, (*ids, below, scope))
            found += [Delivered(int(row[0]), bytes(row[1]), bytes(row[2])) for row in rows]
        return sorted(found, key=lambda act: act.seq)

    def scopes_of(self, act_seqs: Iterable[int]) -> dict[int, set[str]]:
        """The feeds acts lie in already, by their storage key."""
        found: dict[int, set[str]] = {}
        for seqs in batched(list(act_seqs)):
            sql = f"SELECT act_seq, scope FROM feed WHERE act_seq IN ({marks(seqs)})"
            for seq, scope in self._db.execute(sql, seqs):
                found.setdefault(int(seq), set()).add(str(scope))
        return found

    # what a station claimed --------------------------------------------------------------------------------------

    def claimed(self, station: str) -> set[str]:
        """The writers a station last claimed as its own and not forked."""
        rows = self._db.execute("SELECT writer FROM claimed WHERE station = ?", (station,))
        return {bytes(row[0]).hex() for row in rows}

    def claim(self, station: str, writers: Iterable[str]) -> None:
        """Note which writers a station claims; both ends then speak of the same logs in a short round."""
        now, before = set(writers), self.claimed(station)
        if now == before:
            return
        self._db.executemany(
            "DELETE FROM claimed WHERE station = ? AND writer = ?",
            [(station, bytes.fromhex(writer)) for writer in sorted(before - now)],
        )
        self._db.executemany(
            "INSERT INTO claimed VALUES (?, ?)", [(station, bytes.fromhex(writer)) for writer in sorted(now - before)]
        )

    # refused acts ------------------------------------------------------------------------------------------------

    def read(self, scope: str, after: int, known: Mapping[str, int]) -> Iterator[FeedItem]:
        """Positions behind ``after``. ``known`` maps writers to how far the reader holds them: no content for those."""
        case = " ".join("WHEN a.chained = 1 AND a.writer = ? AND a.n <= ? THEN NULL" for _ in known)
        content = f"CASE {case} ELSE a.content END" if known else "a.content"
        values: list[object] = [value for writer, n in known.items() for value in (bytes.fromhex(writer), n)]
        rows = self._db.execute(
            f"SELECT f.seq, f.roll_hash, a.writer, a.n, a.hash, {content}, a.sig FROM feed f"
            " JOIN act a ON a.seq = f.act_seq WHERE f.scope = ? AND f.seq > ? ORDER BY f.seq",
            (*values, scope, after),
        )
        for row in rows:
            entry = entry_from_row(bytes(row[2]).hex(), (row[3], row[4], row[5] or b"", row[6]))
            yield FeedItem(int(row[0]), bytes(row[1]), entry, known=row[5] is None)

    def reject(self, refusals: Mapping[int, str]) -> None:
        """Keep acts out of every feed, saying why, by their storage key; they stay in the log."""
        self._db.executemany(
            "INSERT INTO reject VALUES (?, ?) ON CONFLICT (act_seq) DO UPDATE SET code = excluded.code",
            list(refusals.items()),
        )

    def pardon(self, act_seqs: Iterable[int]) -> None:
        """Acts that were kept out and are delivered after all: who may write them has come."""
        self._db.executemany("DELETE FROM reject WHERE act_seq = ?", [(seq,) for seq in act_seqs])

    def reject_codes(self, act_seqs: Iterable[int]) -> dict[int, str]:
        """Why acts are kept out of the feeds, by their storage key; those that are not are missing."""
        found: dict[int, str] = {}
        for seqs in batched(list(act_seqs)):
            sql = f"SELECT act_seq, code FROM reject WHERE act_seq IN ({marks(seqs)})"
            found |= {int(row[0]): str(row[1]) for row in self._db.execute(sql, seqs)}
        return found

    def refused_in(self, case_ids: Iterable[str]) -> set[str]:
        """Ids of the acts of these cases that are kept out of the feeds."""
        found: set[str] = set()
        for ids in batched(list(case_ids)):
            sql = f"SELECT a.act_id FROM reject r JOIN act a ON a.seq = r.act_seq WHERE a.case_id IN ({marks(ids)})"
            found |= {bytes(row[0]).hex() for row in self._db.execute(sql, ids)}
        return found

    def refused_entries(self, case_ids: Iterable[str], code: str) -> list[tuple[int, Entry, str]]:
        """Acts of these cases refused for this reason: storage key, entry, station of their proved writer."""
        found: list[tuple[int, Entry, str]] = []
        for ids in batched(list(case_ids)):
            sql = (
                "SELECT a.seq, a.writer, a.n, a.hash, a.content, a.sig, w.station FROM reject r"
                " JOIN act a ON a.seq = r.act_seq JOIN writer w ON w.writer = a.writer"
                f" WHERE r.code = ? AND w.attested = 0 AND a.case_id IN ({marks(ids)}) ORDER BY a.seq"
            )
            rows = self._db.execute(sql, (code, *ids))
            found += [(int(row[0]), entry_from_row(bytes(row[1]).hex(), row[2:6]), str(row[6])) for row in rows]
        return found

    def attest(self, act_seqs: Iterable[int], station: str) -> None:
        """Note that acts came from another station than their author's, without their author's proof."""
        self._db.executemany(
            "INSERT INTO attested VALUES (?, ?) ON CONFLICT (act_seq) DO NOTHING", [(seq, station) for seq in act_seqs]
        )

    def rejected(self, writer: str, from_n: int, to_n: int) -> dict[str, str]:
        """Refused acts of a writer between two positions: act id → code."""
        sql = (
            "SELECT a.act_id, r.code FROM act a JOIN reject r ON r.act_seq = a.seq"
            " WHERE a.writer = ? AND a.chained = 1 AND a.n BETWEEN ? AND ?"
        )
        rows = self._db.execute(sql, (bytes.fromhex(writer), from_n, to_n))
        return {bytes(row[0]).hex(): str(row[1]) for row in rows}

    def verify(self) -> Iterator[tuple[str, int]]:
        """Prove density and rolling hash of every feed, and that every audience was told every act of its cases.

        Yields (scope, length), raises LogDamaged.
        """
        for (scope,) in self._db.execute("SELECT DISTINCT scope FROM feed ORDER BY scope").fetchall():
            previous, last = start_roll(scope), 0
            sql = (
                "SELECT f.seq, f.roll_hash, a.hash, a.content, u.state FROM feed f JOIN act a ON a.seq = f.act_seq"
                " LEFT JOIN audience u ON u.case_id = a.case_id AND u.scope = f.scope WHERE f.scope = ? ORDER BY f.seq"
            )
            for row in self._db.execute(sql, (scope,)):
                previous, last = roll(previous, bytes(row[2]), bytes(row[3])), last + 1
                if row[0] != last or bytes(row[1]) != previous or row[4] is None:
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
        untold = self._db.execute(
            "SELECT count(*) FROM audience u JOIN act a ON a.case_id = u.case_id"
            " WHERE u.state = 1 AND u.scope <> ? AND NOT EXISTS (SELECT 1 FROM reject r WHERE r.act_seq = a.seq)"
            " AND NOT EXISTS (SELECT 1 FROM feed f WHERE f.act_seq = a.seq AND f.scope = u.scope)",
            (SHARED_TABLES,),
        ).fetchone()[0]
        if untold:
            raise LogDamaged("untold", n=int(untold))


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

    def offer_forked(self, writer: str) -> None:
        """Offer the acts of a forked own writer that were not seen back, beside the chain they can no longer go in."""
        self._db.execute(
            "INSERT INTO adrift SELECT a.seq FROM act a WHERE a.writer = ?"
            " AND NOT EXISTS (SELECT 1 FROM confirmed c WHERE c.act_seq = a.seq)"
            " AND NOT EXISTS (SELECT 1 FROM refused_act r WHERE r.act_seq = a.seq)"
            " ON CONFLICT (act_seq) DO NOTHING",
            (bytes.fromhex(writer),),
        )

    def refuse(self, refusals: Mapping[str, str]) -> None:
        """Note acts the county keeps but does not deliver; an act seen back is not among them."""
        ids = [(code, bytes.fromhex(act_id)) for act_id, code in refusals.items()]
        self._db.executemany(
            "INSERT INTO refused_act SELECT a.seq, ? FROM act a WHERE a.act_id = ?"
            " AND NOT EXISTS (SELECT 1 FROM confirmed c WHERE c.act_seq = a.seq) ON CONFLICT (act_seq) DO NOTHING",
            ids,
        )
        self._db.executemany(
            "DELETE FROM adrift WHERE act_seq = (SELECT seq FROM act WHERE act_id = ?)", [pair[1:] for pair in ids]
        )

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

    # revoked certificates ----------------------------------------------------------------------------------------

    def mark(self, name: str) -> int:
        """A number kept from one round to the next; 0 when never set."""
        row = self._db.execute("SELECT value FROM sync_mark WHERE name = ?", (name,)).fetchone()
        return 0 if row is None else int(row[0])

    def set_mark(self, name: str, value: int) -> None:
        """Keep a number."""
        sql = "INSERT INTO sync_mark VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value"
        self._db.execute(sql, (name, value))

    def set_revoked(self, serials: Iterable[int]) -> None:
        """The serials of certificates no longer served, as the county last said."""
        self._db.execute("DELETE FROM revoked_serial")
        self._db.executemany("INSERT INTO revoked_serial VALUES (?)", [(serial,) for serial in sorted(set(serials))])

    def revoked(self) -> frozenset[int]:
        """Serials of certificates not to be trusted: for sticks and for neighbours."""
        return frozenset(int(row[0]) for row in self._db.execute("SELECT serial FROM revoked_serial"))

    # flags -------------------------------------------------------------------------------------------------------

    def flag(self, name: str) -> bool:
        """A note from one round to the next."""
        return self._db.execute("SELECT 1 FROM sync_flag WHERE name = ?", (name,)).fetchone() is not None

    def set_flag(self, name: str, on: bool) -> None:
        """Set or clear a note."""
        if on:
            self._db.execute("INSERT INTO sync_flag VALUES (?) ON CONFLICT (name) DO NOTHING", (name,))
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
            f"INSERT INTO adrift SELECT a.seq FROM act a WHERE a.seq IN ({gone}) AND (a.chained = 0 OR EXISTS"
            " (SELECT 1 FROM own_writer o JOIN writer w ON w.writer = o.writer"
            " WHERE o.writer = a.writer AND w.state = 'forked')) ON CONFLICT (act_seq) DO NOTHING",
            (scope, to.n),
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
        rows = self._db.execute(
            "SELECT a.writer, a.n, a.hash, a.content, a.sig FROM adrift d JOIN act a ON a.seq = d.act_seq"
            " WHERE a.writer NOT IN (SELECT writer FROM set_aside) ORDER BY a.writer, a.n"
        )
        found: list[Entry] = []
        for row in rows:
            budget -= len(row[3])
            if found and budget < 0:
                break
            found.append(entry_from_row(bytes(row[0]).hex(), row[1:]))
        return found

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
