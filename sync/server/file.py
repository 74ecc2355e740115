"""The county's file and key: how they are made, opened and refused. Plain SQLite from the bundled, repaired release."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from itertools import chain
from pathlib import Path
from typing import Any, Final

from sqlcipher3 import dbapi2

from domain.faults import SurroundingsFault
from sync.log.schema import statements
from sync.server.databases import FULL_SCHEMA, SCHEMA_VERSION, new_table, read_insert, renew

_APPLICATION_ID: Final = 0x58464354


_TOGETHER: Final = (512, 256, 128, 64, 32, 16, 8, 4, 2)
"""Rows in one statement: few sizes, so that every statement is prepared once and kept."""


@lru_cache(maxsize=256)
def _many(text: str, size: int) -> str:
    """An insert of one row as one of so many."""
    start = text.index(" VALUES (") + len(" VALUES ")
    end = text.index(")", start) + 1
    return f"{text[:start]}{', '.join([text[start:end]] * size)}{text[end:]}"


_ID: Final = 16
"""Bytes of an id: of an act, a writer."""
_LISTED: Final = 50
_IDS: Final = re.compile(r"IN \(\?(?:,\?)+\)")


@lru_cache(maxsize=64)
def _packed_ids(text: str) -> str | None:
    """A statement whose only parameters are one list of ids, for all of them in one value; None for another one."""
    found = _IDS.search(text)
    if found is None or text.count("?") != found[0].count("?"):
        return None
    listed = f"SELECT 1 UNION ALL SELECT at + {_ID} FROM place WHERE at + {_ID} <= length(?1)"
    each = f"IN (WITH RECURSIVE place (at) AS ({listed}) SELECT substr(?1, at, {_ID}) FROM place)"
    return f"{text[: found.start()]}{each}{text[found.end() :]}"


class SqliteDatabase:
    """The writer's connection to the county's file. ``BEGIN IMMEDIATE`` makes it the one writer of all processes."""

    name = "sqlite"

    def __init__(self, path: Path, connection: Any = None) -> None:
        """``connection`` is one that is open already, set up as the county's own are."""
        self._path = path
        with surroundings():
            self._db = _connect(path) if connection is None else connection

    def execute(self, text: str, parameters: Sequence[Any] = (), /) -> Any:
        """Run one statement. Many ids in a list go as one value: to hand them over one by one takes longer than to
        look them up."""
        if len(parameters) >= _LISTED and type(parameters[0]) is bytes:
            packed = _packed_ids(text)
            if packed is not None and all(len(each) == _ID for each in parameters):
                return self._db.execute(packed, (b"".join(parameters),))
        return self._db.execute(text, parameters)

    def executemany(self, text: str, parameters: Iterable[Sequence[Any]], /) -> None:
        """Run one statement for many rows; inserts go as statements of many rows each.

        The library lets other threads run at every row it steps over, and then waits for its turn again: to insert
        eighty rows one by one beside threads that unpack other rounds took many times as long as the inserting.
        """
        rows = parameters if isinstance(parameters, list) else list(parameters)
        insert = read_insert(text) if len(rows) >= _TOGETHER[-1] else None
        done = 0
        if insert is not None:
            for size in _TOGETHER:
                while len(rows) - done >= size:
                    together = list(chain.from_iterable(rows[done : done + size]))
                    self._db.execute(_many(text, size), together)
                    done += size
        if done < len(rows):
            self._db.executemany(text, rows[done:])

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """See :class:`sync.server.databases.CountyDatabase`."""
        with surroundings():
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield
                self._db.execute("COMMIT")
            except BaseException:
                if self._db.in_transaction:
                    self._db.execute("ROLLBACK")
                raise

    @contextmanager
    def savepoint(self) -> Iterator[None]:
        """A part of the running transaction that may fail alone."""
        self._db.execute("SAVEPOINT part")
        try:
            yield
        except BaseException:
            if self._db.in_transaction:  # a full disk may have ended the whole transaction already
                self._db.execute("ROLLBACK TO part")
                self._db.execute("RELEASE part")
            raise
        self._db.execute("RELEASE part")

    @contextmanager
    def snapshot(self) -> Iterator[None]:
        """Everything read inside is of one moment."""
        with surroundings():
            self._db.execute("BEGIN")
            try:
                yield
            finally:
                if self._db.in_transaction:
                    self._db.execute("ROLLBACK")

    def prepare(self) -> bool:
        """Make the tables of a new file, in the running transaction; False when they are there."""
        here = {row[0] for row in self._db.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")}
        ours = int(self._db.execute("PRAGMA application_id").fetchone()[0]) == _APPLICATION_ID
        version = int(self._db.execute("PRAGMA user_version").fetchone()[0])
        if ours and version > SCHEMA_VERSION:
            raise SurroundingsFault("newer_file")
        for sql in statements(FULL_SCHEMA):
            if not ours or new_table(sql, here):
                self._db.execute(sql)
        if ours:
            renew(self._db.execute, statements(FULL_SCHEMA), version)
        self._db.execute(f"PRAGMA application_id = {_APPLICATION_ID}")
        self._db.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")
        return not ours

    def reader(self) -> SqliteReader:
        """A second connection that only reads; the write-ahead log lets it see one moment while others write."""
        return SqliteReader(self._path)

    def close(self) -> None:
        """Fold the write-ahead log into the file and close it."""
        with surroundings():
            self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        self._db.close()


class SqliteReader(SqliteDatabase):
    """A connection that refuses to write."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self._db.execute("PRAGMA query_only = ON")

    def close(self) -> None:
        """Close; the writer folds the write-ahead log."""
        self._db.close()


def _connect(path: Path) -> Any:
    """A connection without a key (no encryption) to a durable file; one thread at a time uses it."""
    db = dbapi2.connect(str(path), isolation_level=None, check_same_thread=False, cached_statements=512)
    db.execute("PRAGMA journal_mode = WAL")
    db.execute("PRAGMA synchronous = FULL")
    db.execute("PRAGMA foreign_keys = ON")
    db.execute("PRAGMA busy_timeout = 5000")  # only an admin command in another process ever holds it
    db.execute("PRAGMA cache_size = -65536")
    db.execute("PRAGMA wal_autocheckpoint = 8000")  # 32 MB: a large batch is not written twice before it is answered
    return db


def key_file(path: Path, entropy: Callable[[int], bytes]) -> bytes:
    """The county's private key, made on first use; readable by its owner alone, and durable before it is used."""
    if not path.exists():
        new = path.with_suffix(".new")
        with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(entropy(32))
            file.flush()
            os.fsync(file.fileno())
        new.replace(path)
    return path.read_bytes()


@contextmanager
def surroundings() -> Iterator[None]:
    """Name what the surroundings did: a full disk, a read-only folder, a damaged file."""
    try:
        yield
    except dbapi2.DatabaseError as error:
        name = str(getattr(error, "sqlite_errorname", ""))
        for start, code in _SQLITE_FAULTS.items():
            if name.startswith(start):
                raise SurroundingsFault(code) from error
        raise
    except OSError as error:
        raise SurroundingsFault("disk_full" if error.errno == 28 else "read_only") from error


_SQLITE_FAULTS: Final = {
    "SQLITE_FULL": "disk_full",
    "SQLITE_IOERR": "disk_full",
    "SQLITE_READONLY": "read_only",
    "SQLITE_CANTOPEN": "read_only",
    "SQLITE_CORRUPT": "file_damaged",
    "SQLITE_NOTADB": "file_damaged",
    "SQLITE_BUSY": "already_open",
}
