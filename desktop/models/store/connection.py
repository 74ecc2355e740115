"""The station file's connection: the one place that opens the encrypted database and turns its errors into faults.

Imported before anything imports ``sqlite_utils``: that library takes its SQLite from ``pysqlite3`` when it is there,
and we put the encrypted one in its place, so that one exception hierarchy exists.
"""

from __future__ import annotations

import errno
import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from sqlcipher3 import dbapi2

sys.modules["pysqlite3"] = dbapi2
sys.modules["pysqlite3.dbapi2"] = dbapi2

import sqlite_utils  # noqa: E402 - only after the two lines above

from domain.faults import SurroundingsFault  # noqa: E402

if TYPE_CHECKING:
    import sqlite3

    Connection: TypeAlias = sqlite3.Connection
    Row: TypeAlias = sqlite3.Row
    Error: TypeAlias = sqlite3.Error
    IntegrityError: TypeAlias = sqlite3.IntegrityError
else:  # the same interface with another name
    Connection = dbapi2.Connection
    Row = dbapi2.Row
    Error = dbapi2.Error
    IntegrityError = dbapi2.IntegrityError

Database = sqlite_utils.Database

KEY_BYTES = 32
OLDEST_SQLITE = (3, 51, 3)
"""Before it, a WAL reset could lose committed pages when a writer and a checkpoint met."""

PAGE_BYTES = 2_048
"""A commit encrypts, proves and writes whole pages: with small ones a clerk's save is half as many bytes."""

PAGE_PROOF = "HMAC_SHA256"
"""As strong for a page as SQLCipher's own choice, SHA-512, and computed by the processor itself where it can."""

BUSY_MS = 5_000
CACHE_KIB = 16_384
CHECKPOINT_PAGES = 49_152
"""A commit starts a checkpoint only past 96 MiB of log: thousands of visits without a quiet second between them, or ten
thousand that come from the county in one go. Quiet work (:mod:`desktop.models.store.write_ahead`) runs it long before;
a pull that stopped for it at every answer was a tenth slower."""

SIDE_FILE_BYTES = 64 * 1024
"""The shared-memory index beside the log grows in steps of 32 KiB."""

_FAULTS: tuple[tuple[str, str], ...] = (
    ("database or disk is full", "disk_full"),
    ("file is not a database", "file_damaged_or_wrong_key"),
    ("file is encrypted", "file_damaged_or_wrong_key"),
    ("disk image is malformed", "file_damaged"),
    ("readonly database", "read_only"),
    ("database is locked", "busy"),
    ("database table is locked", "busy"),
    ("database schema is locked", "busy"),
    ("disk i/o error", "io_error"),
    ("unable to open database file", "io_error"),
)
"""The library gives no error code, but SQLite's sentences for result codes are fixed (``sqlite3ErrStr``)."""


_OS_FAULTS = {
    "ENOSPC": "disk_full",
    "EDQUOT": "disk_full",  # a name, because Windows has no such number
    "EROFS": "read_only",
    "EACCES": "read_only",
    "EPERM": "read_only",
    "ENOENT": "file_missing",
}


def open_connection(path: Path, key: bytes, *, create: bool = False, read_only: bool = False) -> Connection:
    """Open the station file with its raw 32-byte data key.

    The connection is in manual transaction mode (``isolation_level=None``) and belongs to the thread that opens it.
    ``create`` makes the file when there is none, readable by its owner alone.
    Raises SurroundingsFault: ``file_missing``, ``file_damaged_or_wrong_key``, ``read_only``,
    ``disk_full``, ``busy``, ``io_error``; ValueError for a key of another length.
    """
    if len(key) != KEY_BYTES:
        raise ValueError("the data key has 32 bytes")
    if dbapi2.sqlite_version_info < OLDEST_SQLITE:
        raise RuntimeError(f"SQLite {dbapi2.sqlite_version} is older than 3.51.3")
    if create and not read_only:
        _make_private(path)
    elif not path.is_file():
        raise SurroundingsFault("file_missing", facts={"file": path.name})
    uri = f"{path.absolute().as_uri()}?mode={'ro' if read_only else 'rw'}"
    conn: Connection | None = None
    try:
        conn = dbapi2.connect(uri, uri=True, isolation_level=None, timeout=BUSY_MS / 1000)
        assert conn is not None
        _prepare(conn, key, read_only=read_only)
    except dbapi2.Error as error:
        if conn is not None:
            conn.close()
        fault = translate(error)
        if fault is None:
            raise
        raise _named(fault, path) from error
    return conn


def _prepare(conn: Connection, key: bytes, *, read_only: bool) -> None:
    conn.execute(f"PRAGMA key = \"x'{key.hex()}'\"")
    conn.execute(f"PRAGMA cipher_page_size = {PAGE_BYTES}")
    conn.execute(f"PRAGMA cipher_hmac_algorithm = {PAGE_PROOF}")
    conn.execute(f"PRAGMA busy_timeout = {BUSY_MS}")
    conn.execute("PRAGMA temp_store = MEMORY")  # a temporary file would hold plain text
    conn.execute("SELECT count(*) FROM sqlite_schema").fetchone()  # the first read is where a wrong key shows
    if not read_only:
        (mode,) = conn.execute("PRAGMA journal_mode = WAL").fetchone()
        if mode != "wal":
            raise dbapi2.OperationalError("attempt to write a readonly database")
        conn.execute(f"PRAGMA wal_autocheckpoint = {CHECKPOINT_PAGES}")
    conn.execute("PRAGMA synchronous = FULL")
    conn.execute("PRAGMA foreign_keys = ON")
    conn.execute(f"PRAGMA cache_size = -{CACHE_KIB}")


def _make_private(path: Path) -> None:
    """Create an empty file for its owner alone; SQLite gives the log beside it the same rights."""
    try:
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
        if path.stat().st_size == 0:
            sync_directory(path.parent)  # SQLite does so for its log, not for a file it finds
    except OSError as error:
        raise fault_of_os_error(error, path) from error


def sync_directory(path: Path) -> None:
    """Make names that were just created or renamed in a directory survive a power cut; OSError as it comes."""
    if sys.platform != "win32":  # there a directory cannot be opened, and NTFS logs the rename
        handle = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _named(fault: SurroundingsFault, path: Path) -> SurroundingsFault:
    """A better name for ``io_error``: SQLite gives it too when there is no room, or no right, for its side files."""
    if fault.code != "io_error":
        return fault
    if not (os.access(path, os.W_OK) and os.access(path.parent, os.W_OK)):
        return SurroundingsFault("read_only", facts=fault.facts)
    try:
        free = shutil.disk_usage(path.parent).free
    except OSError:
        return fault
    return SurroundingsFault("disk_full", facts=fault.facts) if free < SIDE_FILE_BYTES else fault


def fault_of_os_error(error: OSError, path: Path) -> SurroundingsFault:
    """The fault that an operating system error means for the clerk; ``facts.file`` is a name, never a whole path."""
    code = _OS_FAULTS.get(errno.errorcode.get(error.errno or 0, ""), "io_error")
    return SurroundingsFault(code, facts={"file": path.name, "errno": error.errno})


def translate(error: BaseException) -> SurroundingsFault | None:
    """The fault a database error means, or None when the error is ours (a broken constraint, wrong SQL)."""
    if not isinstance(error, dbapi2.Error):
        return None
    text = str(error).lower()
    for sentence, code in _FAULTS:
        if sentence in text:
            return SurroundingsFault(code, facts={"detail": str(error)})
    return None


class faults:  # noqa: N801 - read as a word; a class, because every read of a screen passes here
    """Let database errors that the surroundings caused leave the block as SurroundingsFault, all others unchanged.

    With ``conn`` an ``io_error`` is looked at again: on a full disk it is called ``disk_full``.
    """

    __slots__ = ("_conn",)

    def __init__(self, conn: Connection | None = None) -> None:
        self._conn = conn

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if error is None:
            return
        fault = translate(error)
        if fault is not None:
            raise (_named(fault, file_of(self._conn)) if self._conn is not None else fault) from error


def file_of(conn: Connection) -> Path:
    """Where the file of a connection lies."""
    return Path(conn.execute("PRAGMA database_list").fetchone()[2])


class Immediate:
    """One open write transaction; :meth:`commit` is written out, everything else is a rollback."""

    __slots__ = ("_conn", "committed")

    def __init__(self, conn: Connection) -> None:
        self._conn = conn
        self.committed = False

    def commit(self) -> None:
        """Make the work durable: after the return it survives a power cut. Raises SurroundingsFault."""
        with faults(self._conn):
            self._conn.execute("COMMIT")
        self.committed = True


@contextmanager
def immediate(conn: Connection) -> Iterator[Immediate]:
    """``BEGIN IMMEDIATE``; leaving the block without ``commit()`` rolls back, by exception or not.

    Raises SurroundingsFault for a full disk, a read-only or locked file, and the like; RuntimeError when a
    transaction is already open: who commits must be one place.
    """
    if conn.in_transaction:
        raise RuntimeError("a transaction is already open on this connection")
    with faults(conn):
        conn.execute("BEGIN IMMEDIATE")
        transaction = Immediate(conn)
        try:
            yield transaction
        finally:
            _roll_back(conn)


def _roll_back(conn: Connection) -> None:
    if conn.in_transaction:  # not when committed, nor when a full disk has rolled back by itself
        conn.execute("ROLLBACK")


@contextmanager
def joined(conn: Connection) -> Iterator[None]:
    """Be part of the caller's transaction when one is open, else be one: committed at the end of the block."""
    if conn.in_transaction:
        with faults(conn):
            yield
        return
    with immediate(conn) as transaction:
        yield
        transaction.commit()
