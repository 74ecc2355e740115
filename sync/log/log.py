"""The log's tables over a DB-API connection; the only module that inserts acts. It never commits: its caller does."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from domain.acts import Act, decode_act, encode_act
from sync.log.chain import Entry, LogDamaged, SigningKey, extend_chain, first_hash, verify_entries

SCHEMA = """
CREATE TABLE act (
  seq INTEGER PRIMARY KEY,              -- local order of arrival; storage key, means nothing elsewhere
  act_id BLOB NOT NULL UNIQUE,
  writer BLOB NOT NULL,
  n INTEGER NOT NULL,
  hash BLOB NOT NULL,
  case_id TEXT NOT NULL,
  scope TEXT NOT NULL,
  content BLOB NOT NULL,                -- canonical JSON, byte-exact as its author signed it
  sig BLOB,
  UNIQUE (writer, n)
) STRICT;
CREATE INDEX act_case ON act (case_id);
CREATE TRIGGER act_is_immutable BEFORE UPDATE ON act BEGIN SELECT RAISE(ABORT, 'acts are immutable'); END;
CREATE TRIGGER act_is_kept BEFORE DELETE ON act BEGIN SELECT RAISE(ABORT, 'acts are never deleted'); END;
CREATE TABLE writer (
  writer BLOB PRIMARY KEY,
  station TEXT NOT NULL,
  office TEXT NOT NULL,
  public_key BLOB NOT NULL,
  have_n INTEGER NOT NULL,
  have_hash BLOB NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('active', 'closed', 'forked'))
) STRICT;
CREATE TABLE log_head (one INTEGER PRIMARY KEY CHECK (one = 1), lamport INTEGER NOT NULL) STRICT;
INSERT INTO log_head VALUES (1, 0);
"""


class Rows(Protocol):
    """What a cursor of sqlite3, sqlcipher3 or psycopg can do and this module needs."""

    def fetchone(self) -> Any: ...
    def fetchall(self) -> list[Any]: ...
    def __iter__(self) -> Iterator[Any]: ...


class Database(Protocol):
    """A DB-API connection with the shortcut ``execute``."""

    def execute(self, sql: str, parameters: Any = ..., /) -> Any: ...
    def executemany(self, sql: str, parameters: Any, /) -> Any: ...


@dataclass(frozen=True, slots=True)
class Position:
    """The end of a writer's history as known here."""

    n: int
    hash: bytes


@dataclass(frozen=True, slots=True)
class WriterRow:
    """A writer as known here: who holds its key, and how far its history is held."""

    writer: str
    station: str
    office: str
    public_key: bytes
    have: Position
    state: str


class ActLog:
    """Acts on disk: append my own, admit another writer's, read by case or by writer, verify."""

    def __init__(self, db: Database) -> None:
        self._db = db

    # writers ---------------------------------------------------------------------------------------------------

    def add_writer(self, writer: str, station: str, office: str, public_key: bytes) -> None:
        """Make a writer known, with an empty history; a known writer stays as it is."""
        self._db.execute(
            "INSERT INTO writer VALUES (?, ?, ?, ?, 0, ?, 'active') ON CONFLICT (writer) DO NOTHING",
            (bytes.fromhex(writer), station, office, public_key, first_hash(writer)),
        )

    def writer(self, writer: str) -> WriterRow | None:
        """One writer, or None."""
        row = self._db.execute(
            "SELECT writer, station, office, public_key, have_n, have_hash, state FROM writer WHERE writer = ?",
            (bytes.fromhex(writer),),
        ).fetchone()
        return None if row is None else _writer(row)

    def writers(self) -> list[WriterRow]:
        """Every writer known here, by id."""
        sql = "SELECT writer, station, office, public_key, have_n, have_hash, state FROM writer ORDER BY writer"
        return [_writer(row) for row in self._db.execute(sql)]

    def set_writer_state(self, writer: str, state: str) -> None:
        """Mark a writer active, closed or forked."""
        self._db.execute("UPDATE writer SET state = ? WHERE writer = ?", (state, bytes.fromhex(writer)))

    # writing ---------------------------------------------------------------------------------------------------

    def lamport(self) -> int:
        """Highest lamport held here; the next own act takes one more."""
        return int(self._db.execute("SELECT lamport FROM log_head").fetchone()[0])

    def append(self, writer: str, acts: Sequence[Act], key: SigningKey) -> list[Entry]:
        """Append one commit of my own acts, signed on its last entry. The caller's transaction makes it durable."""
        row = self.writer(writer)
        if row is None:
            raise LogDamaged("unknown_writer", writer=writer)
        contents = [encode_act(act) for act in acts]
        entries = extend_chain(writer, row.have.n, row.have.hash, contents, [None] * len(contents))
        last = entries[-1]
        entries[-1] = Entry(last.writer, last.n, last.hash, last.content, key.sign_commit(last.hash))
        self._insert(entries, acts)
        return entries

    def admit(self, entries: Sequence[Entry]) -> list[Act]:
        """Insert a run of another writer's entries that follow what is held here; returns the acts new to this log.

        The caller has verified chain and signatures (:func:`sync.log.chain.verify_entries`). An act already held
        under another writer (re-homed after a clone) is not stored twice; its place in the new writer is skipped by
        the caller. Raises LogDamaged ``gap`` when the run does not follow.
        """
        if not entries:
            return []
        row = self.writer(entries[0].writer)
        if row is None:
            raise LogDamaged("unknown_writer", writer=entries[0].writer)
        if entries[0].n != row.have.n + 1:
            raise LogDamaged("gap", writer=row.writer, n=entries[0].n)
        acts = [decode_act(entry.content) for entry in entries]
        self._insert(entries, acts)
        return acts

    def _insert(self, entries: Sequence[Entry], acts: Sequence[Act]) -> None:
        writer = bytes.fromhex(entries[0].writer)
        self._db.executemany(
            "INSERT INTO act (act_id, writer, n, hash, case_id, scope, content, sig) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            [
                (bytes.fromhex(act.act_id), writer, entry.n, entry.hash, act.case_id, act.scope, entry.content, entry.sig)
                for entry, act in zip(entries, acts, strict=True)
            ],
        )
        last = entries[-1]
        self._db.execute("UPDATE writer SET have_n = ?, have_hash = ? WHERE writer = ?", (last.n, last.hash, writer))
        top = max(act.lamport for act in acts)
        self._db.execute("UPDATE log_head SET lamport = max(lamport, ?)", (top,))

    # reading ---------------------------------------------------------------------------------------------------

    def case(self, case_id: str) -> list[Act]:
        """Every act of one case held here, in order of arrival."""
        rows = self._db.execute("SELECT content FROM act WHERE case_id = ? ORDER BY seq", (case_id,))
        return [decode_act(bytes(row[0])) for row in rows]

    def case_ids(self) -> Iterator[str]:
        """Every case, each once."""
        for row in self._db.execute("SELECT DISTINCT case_id FROM act ORDER BY case_id").fetchall():
            yield str(row[0])

    def has(self, act_id: str) -> bool:
        """True when the act lies here."""
        return self._db.execute("SELECT 1 FROM act WHERE act_id = ?", (bytes.fromhex(act_id),)).fetchone() is not None

    def count(self) -> int:
        """Number of acts."""
        return int(self._db.execute("SELECT count(*) FROM act").fetchone()[0])

    def entries(self, writer: str, after_n: int, limit: int = 1 << 30) -> list[Entry]:
        """A writer's entries behind ``after_n``, whole commits at a time is the caller's care."""
        rows = self._db.execute(
            "SELECT n, hash, content, sig FROM act WHERE writer = ? AND n > ? ORDER BY n LIMIT ?",
            (bytes.fromhex(writer), after_n, limit),
        )
        return [_entry(writer, row) for row in rows]

    def hash_at(self, writer: str, n: int) -> bytes | None:
        """The chain hash of a writer's entry ``n``; None when it is not held here."""
        if n == 0:
            return first_hash(writer)
        sql = "SELECT hash FROM act WHERE writer = ? AND n = ?"
        row = self._db.execute(sql, (bytes.fromhex(writer), n)).fetchone()
        return None if row is None else bytes(row[0])

    # proof -----------------------------------------------------------------------------------------------------

    def verify(self) -> Iterable[tuple[str, int]]:
        """Prove every writer's chain and signatures; yields (writer, entries) as it goes, raises LogDamaged."""
        for row in self.writers():
            entries = self.entries(row.writer, 0)
            if entries and entries[0].n != 1:
                raise LogDamaged("gap", writer=row.writer, n=entries[0].n)
            verify_entries(row.public_key, first_hash(row.writer), entries)
            held = Position(entries[-1].n, entries[-1].hash) if entries else Position(0, first_hash(row.writer))
            if held != row.have:
                raise LogDamaged("head_differs", writer=row.writer, n=row.have.n)
            for entry in entries:
                act = decode_act(entry.content)
                stored = self._db.execute(
                    "SELECT act_id, case_id, scope FROM act WHERE writer = ? AND n = ?",
                    (bytes.fromhex(row.writer), entry.n),
                ).fetchone()
                if (bytes(stored[0]).hex(), stored[1], stored[2]) != (act.act_id, act.case_id, act.scope):
                    raise LogDamaged("columns_differ", writer=row.writer, n=entry.n)
            yield row.writer, len(entries)


def _writer(row: Sequence[Any]) -> WriterRow:
    return WriterRow(
        bytes(row[0]).hex(), row[1], row[2], bytes(row[3]), Position(int(row[4]), bytes(row[5])), str(row[6])
    )


def _entry(writer: str, row: Sequence[Any]) -> Entry:
    return Entry(writer, int(row[0]), bytes(row[1]), bytes(row[2]), None if row[3] is None else bytes(row[3]))
