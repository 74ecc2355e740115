"""The county's feeds: its order of delivery per scope, who is shown which case, what is refused. Never commits."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import Final, NamedTuple

from sync.log.chain import Entry
from sync.log.county_proof import prove_county
from sync.log.foreseen import read_audience, read_heads
from sync.log.log import Database, Position, Rows, batched, entry_from_row, marks, padded
from sync.log.roll import roll, start_roll

COUNTY_SCHEMA: Final = """
CREATE TABLE feed (
  scope TEXT NOT NULL,
  seq INTEGER NOT NULL,                 -- dense from 1 within its scope, in commit order
  act_seq INTEGER NOT NULL,             -- an act's; no foreign key: acts are never deleted, and to check costs a row
  roll_hash BLOB NOT NULL,
  PRIMARY KEY (scope, seq)
) STRICT, WITHOUT ROWID;
CREATE INDEX feed_act ON feed (act_seq);
CREATE TABLE feed_head (scope TEXT PRIMARY KEY, seq INTEGER NOT NULL, roll_hash BLOB NOT NULL) STRICT;
CREATE TABLE reject (act_seq INTEGER PRIMARY KEY REFERENCES act (seq), code TEXT NOT NULL) STRICT;
CREATE TABLE attested (                 -- taken on another station's word after a restore; listed for a person
  act_seq INTEGER PRIMARY KEY REFERENCES act (seq), station TEXT NOT NULL
) STRICT;
CREATE TABLE audience (                 -- every scope a case was ever delivered to
  case_id TEXT NOT NULL,
  scope TEXT NOT NULL,
  state INTEGER NOT NULL CHECK (state IN (0, 1)),  -- 1: what comes is delivered to it; 0: it left, or saw single acts
  PRIMARY KEY (case_id, scope)
) STRICT, WITHOUT ROWID;
CREATE TABLE claimed (                  -- the writers a station last claimed as its own and not forked
  station TEXT NOT NULL, writer BLOB NOT NULL, PRIMARY KEY (station, writer)
) STRICT, WITHOUT ROWID;
"""

FIRST_PIECE: Final = 128
LARGEST_PIECE: Final = 1024
"""Positions read from a feed at once: few at first, since most rounds want few; but all that a usual round brought."""


class FeedItem(NamedTuple):
    """One position of a feed. ``entry.content`` may be left out where the reader is known to hold the act."""

    seq: int
    roll: bytes
    entry: Entry
    known: bool


class Delivered(NamedTuple):
    """An act on its way into a feed."""

    seq: int
    """Its storage key."""
    hash: bytes
    content: bytes
    entry: Entry | None = None
    """The act as it lies in its author's chain, where that is certain."""


@dataclass(frozen=True, slots=True)
class _End:
    """The last positions of a feed, as this transaction wrote them."""

    after: Position
    items: list[tuple[int, bytes, Entry]]
    """Position, rolling hash, act."""


@dataclass(slots=True)
class _Foreseen:
    """What one look said of all that the rounds of a transaction ask, kept up with what they write."""

    shown: dict[str, dict[str, bool]]
    """Case → scope → whether it is shown it."""
    heads: dict[str, Position]
    claimed: dict[str, set[str]]
    refused: dict[str, set[str]] | None
    """Case that lies here → its acts that are kept out; None since one more was."""
    digests: Mapping[bytes, bytes]
    ends: dict[str, _End] = field(default_factory=dict)


class CountyFeed:
    """The county's side: dense feeds per scope, in commit order; acts refused for their meaning."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._foreseen: _Foreseen | None = None

    # many rounds at once -----------------------------------------------------------------------------------------

    def foresee(
        self,
        case_ids: Iterable[str],
        scopes: Iterable[str],
        stations: Iterable[str],
        digests: Mapping[bytes, bytes],
        held: list[str],
    ) -> Iterator[None]:
        """Look up at once what several rounds of one transaction will ask: these cases' audiences, these feeds' ends,
        what these stations claimed. Adds to ``held`` those of the cases that somebody is shown already.

        ``digests`` are the contents that were hashed already, with their SHA-256.

        For :func:`sync.log.rows.in_step`: ``scopes`` may be filled until the second step. The caller's transaction is
        the only writer, and says :meth:`forget` where it ends or takes something back.
        """
        self._foreseen = None
        cases, claimed = set(case_ids), {station: set[str]() for station in stations}
        audiences = self._ask_audience(cases)
        claims = [
            self._db.execute(f"SELECT station, writer FROM claimed WHERE station IN ({marks(some)})", some)
            for some in batched(sorted(claimed))
        ]
        yield
        shown: dict[str, dict[str, bool]] = {case_id: {} for case_id in cases}
        shown |= read_audience(audiences)
        for station, writer in chain(*claims):
            claimed[str(station)].add(bytes(writer).hex())
        held += sorted(case_id for case_id, feeds in shown.items() if feeds)
        refusals, heads = self._ask_refused(held), self._ask_heads(scopes)
        yield
        refused: dict[str, set[str]] = {case_id: set() for case_id in held}
        for case_id, act_id in chain(*refusals):
            refused[str(case_id)].add(bytes(act_id).hex())
        self._foreseen = _Foreseen(shown, read_heads(scopes, heads), claimed, refused, digests)

    def forget(self) -> None:
        """What was looked up before does not hold any more."""
        self._foreseen = None

    # feeds -------------------------------------------------------------------------------------------------------

    def head(self, scope: str) -> Position:
        """The end of a feed."""
        row = self._db.execute("SELECT seq, roll_hash FROM feed_head WHERE scope = ?", (scope,)).fetchone()
        return Position(0, start_roll(scope)) if row is None else Position(int(row[0]), bytes(row[1]))

    def heads(self, scopes: Iterable[str]) -> dict[str, Position]:
        """The ends of several feeds."""
        scopes = list(scopes)
        if self._foreseen is not None and self._foreseen.heads.keys() >= set(scopes):
            return {scope: self._foreseen.heads[scope] for scope in scopes}
        return read_heads(scopes, self._ask_heads(scopes))

    def _ask_heads(self, scopes: Iterable[str]) -> list[Rows]:
        sql = "SELECT scope, seq, roll_hash FROM feed_head WHERE scope IN ({})"
        return [self._db.execute(sql.format(marks(some)), some) for some in batched(list(scopes))]

    def roll_at(self, scope: str, seq: int) -> bytes | None:
        """The rolling hash at a position; None behind the end."""
        if seq == 0:
            return start_roll(scope)
        told = self._foreseen.ends.get(scope) if self._foreseen is not None else None
        if told is not None and seq >= told.after.n:
            place = seq - told.after.n
            return told.after.hash if not place else told.items[place - 1][1] if place <= len(told.items) else None
        row = self._db.execute("SELECT roll_hash FROM feed WHERE scope = ? AND seq = ?", (scope, seq)).fetchone()
        return None if row is None else bytes(row[0])

    def append(self, by_scope: Mapping[str, Sequence[Delivered]]) -> None:
        """Deliver acts to the feeds, scopes in sorted order, in the caller's transaction and as late in it as can be.

        The transaction is the one writer of the whole county (``CountyDatabase.transaction``): nobody moves a head
        between its being read and its being written here, and so the order of a feed is the order of the commits.
        """
        heads = self.heads(sorted(scope for scope, acts in by_scope.items() if acts))
        rows: list[tuple[object, ...]] = []
        digests = self._foreseen.digests if self._foreseen is not None else {}
        for scope, head in heads.items():
            seq, previous = head.n, head.hash
            told: list[tuple[int, bytes, Entry]] = []
            for act in by_scope[scope]:
                seq, previous = seq + 1, roll(previous, act.hash, act.content, digests.get(act.content))
                rows.append((scope, seq, act.seq, previous))
                if act.entry is not None:
                    told.append((seq, previous, act.entry))
            heads[scope] = Position(seq, previous)
            if self._foreseen is not None:
                self._foreseen.heads[scope] = heads[scope]
                if len(told) == len(by_scope[scope]):
                    self._foreseen.ends.setdefault(scope, _End(head, [])).items.extend(told)
                else:
                    self._foreseen.ends.pop(scope, None)
        self._db.executemany("INSERT INTO feed VALUES (?, ?, ?, ?)", rows)
        self._db.executemany(
            "INSERT INTO feed_head VALUES (?, ?, ?) ON CONFLICT (scope) DO UPDATE"
            " SET seq = excluded.seq, roll_hash = excluded.roll_hash",
            [(scope, head.n, head.hash) for scope, head in heads.items()],
        )

    # audience ----------------------------------------------------------------------------------------------------

    def audience(self, case_ids: Iterable[str]) -> dict[str, dict[str, bool]]:
        """Every scope each of these cases was ever delivered to: case id → scope → whether it is still shown it."""
        wanted = list(case_ids)
        if self._foreseen is not None and self._foreseen.shown.keys() >= set(wanted):
            return {case_id: dict(shown) for case_id in wanted if (shown := self._foreseen.shown[case_id])}
        return read_audience(self._ask_audience(wanted))

    def _ask_audience(self, case_ids: Iterable[str]) -> list[Rows]:
        sql = "SELECT case_id, scope, state FROM audience WHERE case_id IN ({})"
        return [self._db.execute(sql.format(marks(ids)), ids) for ids in map(padded, batched(list(case_ids)))]

    def set_audience(self, rows: Sequence[tuple[str, str, bool]], *, new: bool = False) -> None:
        """Note (case id, scope, whether what comes is delivered to it). ``new``: none of the cases has any yet."""
        known = "" if new else " ON CONFLICT (case_id, scope) DO UPDATE SET state = excluded.state"
        noted = [(case_id, scope, int(state)) for case_id, scope, state in rows]
        if self._foreseen is not None:
            for case_id, scope, state in rows:
                if case_id in self._foreseen.shown:
                    self._foreseen.shown[case_id][scope] = state
        if noted:
            self._db.executemany(f"INSERT INTO audience VALUES (?, ?, ?){known}", noted)

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
        if self._foreseen is not None and station in self._foreseen.claimed:
            return set(self._foreseen.claimed[station])
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
        if self._foreseen is not None:
            self._foreseen.claimed[station] = now

    # refused acts ------------------------------------------------------------------------------------------------

    def newest_cases(self, scope: str, after: int, most: int) -> list[str]:
        """The cases of a feed's last ``most`` positions behind ``after``, the newest first."""
        sql = (
            "SELECT a.case_id FROM feed f JOIN act a ON a.seq = f.act_seq"
            " WHERE f.scope = ? AND f.seq > ? ORDER BY f.seq DESC LIMIT ?"
        )
        return list(dict.fromkeys(str(row[0]) for row in self._db.execute(sql, (scope, after, most)).fetchall()))

    def acts_behind(self, scope: str, after: int, case_ids: Iterable[str]) -> dict[str, list[Entry]]:
        """The acts of these cases that a feed shows behind ``after``, in its order; a case without one is missing."""
        found: dict[str, list[Entry]] = {}
        for ids in batched(list(case_ids)):
            sql = (
                # CROSS JOIN: few cases of a long feed are asked for; SQLite would read all of it for the order's sake
                "SELECT a.case_id, a.writer, a.n, a.hash, a.content, a.sig FROM act a CROSS JOIN feed f"
                f" WHERE f.act_seq = a.seq AND a.case_id IN ({marks(ids)}) AND f.scope = ? AND f.seq > ?"
                " ORDER BY f.seq"
            )
            for row in self._db.execute(sql, (*ids, scope, after)).fetchall():
                found.setdefault(str(row[0]), []).append(entry_from_row(bytes(row[1]).hex(), row[2:]))
        return found

    def read(self, scope: str, after: int, known: Mapping[str, int]) -> Iterator[FeedItem]:
        """Positions behind ``after``. ``known`` maps writers to how far the reader holds them: no content for those."""
        end = self._foreseen.ends.get(scope) if self._foreseen is not None else None
        if end is not None and after >= end.after.n:
            for seq, rolled, entry in end.items[after - end.after.n :]:
                yield FeedItem(seq, rolled, entry, known=known.get(entry.writer, 0) >= entry.n)
            return
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

    def reject(self, refusals: Mapping[int, str]) -> None:
        """Keep acts out of every feed, saying why, by their storage key; they stay in the log."""
        if not refusals:
            return
        self._refusals_moved()
        self._db.executemany(
            "INSERT INTO reject VALUES (?, ?) ON CONFLICT (act_seq) DO UPDATE SET code = excluded.code",
            list(refusals.items()),
        )

    def pardon(self, act_seqs: Iterable[int]) -> None:
        """Acts that were kept out and are delivered after all: who may write them has come."""
        rows = [(seq,) for seq in act_seqs]
        if rows:
            self._refusals_moved()
            self._db.executemany("DELETE FROM reject WHERE act_seq = ?", rows)

    def reject_codes(self, act_seqs: Iterable[int]) -> dict[int, str]:
        """Why acts are kept out of the feeds, by their storage key; those that are not are missing."""
        found: dict[int, str] = {}
        for seqs in batched(list(act_seqs)):
            sql = f"SELECT act_seq, code FROM reject WHERE act_seq IN ({marks(seqs)})"
            found |= {int(row[0]): str(row[1]) for row in self._db.execute(sql, seqs)}
        return found

    def refused_in(self, case_ids: Iterable[str]) -> set[str]:
        """Ids of the acts of these cases that are kept out of the feeds."""
        wanted = list(case_ids)
        seen = self._foreseen.refused if self._foreseen is not None else None
        if seen is not None and seen.keys() >= set(wanted):
            return set[str]().union(*(seen[case_id] for case_id in wanted))
        return {bytes(act_id).hex() for _case_id, act_id in chain(*self._ask_refused(wanted))}

    def _ask_refused(self, case_ids: list[str]) -> list[Rows]:
        sql = "SELECT a.case_id, a.act_id FROM reject r JOIN act a ON a.seq = r.act_seq WHERE a.case_id IN ({})"
        return [self._db.execute(sql.format(marks(ids)), ids) for ids in batched(case_ids)]

    def _refusals_moved(self) -> None:
        if self._foreseen is not None:
            self._foreseen.refused = None

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
        rows = [(seq, station) for seq in act_seqs]
        if rows:
            self._db.executemany("INSERT INTO attested VALUES (?, ?) ON CONFLICT (act_seq) DO NOTHING", rows)

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
        return prove_county(self._db, self.head)
