"""The county's file and key: how they are made, opened and refused. Plain SQLite from the bundled, repaired release."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from sqlcipher3 import dbapi2

from domain.faults import SurroundingsFault
from sync.log.feed import COUNTY_SCHEMA, COUNTY_SCHEMA_2
from sync.log.log import SCHEMA, SCHEMA_2
from sync.server.relay_view import RELAY_SCHEMA

SERVER_SCHEMA_1: Final = """
CREATE TABLE county (
  one INTEGER PRIMARY KEY CHECK (one = 1), county TEXT NOT NULL, name TEXT NOT NULL, writer TEXT NOT NULL,
  serial INTEGER NOT NULL
) STRICT;
CREATE TABLE station (
  station TEXT PRIMARY KEY, office TEXT NOT NULL, office_name TEXT NOT NULL, window TEXT NOT NULL,
  writer TEXT NOT NULL, public_key BLOB NOT NULL, scopes TEXT NOT NULL, serial INTEGER NOT NULL,
  revoked INTEGER NOT NULL, enrolled_ms INTEGER NOT NULL, contact_ms INTEGER, backlog INTEGER NOT NULL,
  forked INTEGER NOT NULL
) STRICT;
CREATE TABLE code (
  digest BLOB PRIMARY KEY, office TEXT NOT NULL, office_name TEXT NOT NULL, window TEXT NOT NULL,
  scopes TEXT NOT NULL, kinds TEXT NOT NULL, made_ms INTEGER NOT NULL, used_by TEXT
) STRICT;
CREATE TABLE county_case (
  case_id TEXT PRIMARY KEY, case_kind TEXT NOT NULL, scope TEXT NOT NULL, state BLOB NOT NULL
) STRICT;
"""
SERVER_SCHEMA_2: Final = """
ALTER TABLE station ADD COLUMN sealing_key BLOB;          -- X25519 public key; NULL: enrolled under protocol 1
ALTER TABLE station ADD COLUMN home TEXT NOT NULL DEFAULT '';  -- '': the scope of its office
ALTER TABLE station ADD COLUMN clock_offset_ms INTEGER;   -- its clock minus ours at last contact; NULL: never told
ALTER TABLE code ADD COLUMN used_key BLOB;                -- the station key a code is bound to
ALTER TABLE code ADD COLUMN home TEXT NOT NULL DEFAULT '';
CREATE TABLE gone_certificate (         -- certificates no longer served: revoked, or superseded by a later one
  serial INTEGER NOT NULL, station TEXT NOT NULL, public_key BLOB NOT NULL, PRIMARY KEY (serial, station)
) STRICT;
CREATE INDEX gone_by_station ON gone_certificate (station);
"""
SERVER_SCHEMA: Final = SERVER_SCHEMA_1 + SERVER_SCHEMA_2 + RELAY_SCHEMA
_VERSION: Final = 2
_APPLICATION_ID: Final = 0x58464354


def open_file(path: Path) -> Any:
    """A connection without a key (no encryption) to a durable file; the caller's thread is its only user."""
    db = dbapi2.connect(str(path), isolation_level=None, check_same_thread=False)
    db.execute("PRAGMA journal_mode = WAL")
    db.execute("PRAGMA synchronous = FULL")
    db.execute("PRAGMA foreign_keys = ON")
    db.execute("PRAGMA busy_timeout = 5000")  # only an admin command in another process ever holds it
    db.execute("PRAGMA cache_size = -65536")
    db.execute("PRAGMA wal_autocheckpoint = 8000")  # 32 MB: a large batch is not written twice before it is answered
    return db


def make_tables(db: Any) -> bool:
    """Make the tables of a new file, or bring those of an earlier release to the newest form; in the caller's
    transaction. False when they were there.

    Raises SurroundingsFault ``newer_file``.
    """
    if int(db.execute("PRAGMA application_id").fetchone()[0]) == _APPLICATION_ID:
        version = int(db.execute("PRAGMA user_version").fetchone()[0])
        if version > _VERSION:
            raise SurroundingsFault("newer_file")
        if version == 1:
            for sql in _statements(SCHEMA_2 + COUNTY_SCHEMA_2 + SERVER_SCHEMA_2 + RELAY_SCHEMA):
                db.execute(sql)
            db.execute(f"PRAGMA user_version = {_VERSION}")
        return False
    for sql in _statements(SCHEMA + COUNTY_SCHEMA + SERVER_SCHEMA):
        db.execute(sql)
    db.execute(f"PRAGMA application_id = {_APPLICATION_ID}")
    db.execute(f"PRAGMA user_version = {_VERSION}")
    return True


def _statements(schema: str) -> Iterator[str]:
    text = ""
    for line in schema.splitlines(keepends=True):
        text += line
        if dbapi2.complete_statement(text):
            yield text
            text = ""


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
