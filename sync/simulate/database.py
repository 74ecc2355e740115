"""The disk port: databases of both ends, in memory for speed or on a simulated disk; copying, restoring, cutting off.

The only module of the simulation that opens a database.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, Final, Protocol

from sqlcipher3 import dbapi2

from sync.log.feed import STATION_SCHEMA
from sync.log.media import MEDIA_SCHEMA
from sync.log.schema import SCHEMA, statements
from sync.simulate.accidents import PowerCut

if TYPE_CHECKING:
    from sync.simulate.disk import Disk

FILE: Final = "acts.db"
_STATEMENTS: Final = 512
"""Prepared statements kept by a connection: more than the sync code has, so that none is compiled twice."""
Make = Callable[[Any], object]
"""Makes the tables of a new file and commits them."""
PRAGMAS: Final = ("locking_mode = EXCLUSIVE", "journal_mode = WAL", "synchronous = FULL", "temp_store = MEMORY")
"""How a database on a simulated disk is opened: as in production, but for the lock."""
DatabaseError: Final[type[Exception]] = dbapi2.DatabaseError


def disks_available() -> bool:
    """True when the library for simulated disks is installed; it is a tool of development only."""
    return find_spec("apsw") is not None


class Tables(Protocol):
    """A database of one machine, and what accidents can do to it. ``db`` is what production code gets."""

    db: Any

    @property
    def dead(self) -> bool:
        """True from a power cut until the restart."""

    def cut(self) -> None:
        """Stop the machine here and now."""

    def copy(self) -> Tables:
        """The same content on another machine, or as a backup."""

    def restart(self, chance: random.Random) -> Tables:
        """What the next start finds after a power cut now; open transactions and unsynced writes are lost."""

    def fill(self, room: int) -> None:
        """Let the disk run full after ``room`` more bytes."""

    def heal(self) -> None:
        """Room and good health again."""

    def keep(self, name: str, data: bytes) -> None:
        """Keep a small file (the fence) beside the database, durably."""

    def read(self, name: str) -> bytes | None:
        """A small file, or None."""

    def close(self) -> None:
        """Leave the machine."""


class MemoryTables:
    """A database in memory: committed work survives a cut, open work does not."""

    def __init__(self, make: Make, source: Any = None, files: dict[str, bytes] | None = None) -> None:
        self.db: Any = dbapi2.connect(":memory:", isolation_level=None, cached_statements=_STATEMENTS)
        self._make = make
        self._files = dict(files or {})
        (_template(make) if source is None else source).backup(self.db)
        self.db.execute("PRAGMA foreign_keys = ON")
        self.dead = False

    def cut(self) -> None:
        """Stop the machine here and now."""
        self.dead = True
        raise PowerCut

    def copy(self) -> MemoryTables:
        """A backup of the file as it is now."""
        if self.db.in_transaction:
            raise RuntimeError("a copy in the middle of a transaction would wait for ever")
        return MemoryTables(self._make, self.db, self._files)

    def restart(self, chance: random.Random) -> MemoryTables:  # noqa: ARG002
        """The committed state."""
        if self.db.in_transaction:
            self.db.execute("ROLLBACK")
        self.dead = False
        return self

    def fill(self, room: int) -> None:
        """SQLite's own limit on pages: the error is SQLITE_FULL as on a full disk."""
        pages = int(self.db.execute("PRAGMA page_count").fetchone()[0])
        size = int(self.db.execute("PRAGMA page_size").fetchone()[0])
        self.db.execute(f"PRAGMA max_page_count = {pages + room // size}")

    def heal(self) -> None:
        """As many pages as anybody wants."""
        self.db.execute("PRAGMA max_page_count = 1073741823")

    def keep(self, name: str, data: bytes) -> None:
        """A small file."""
        self._files[name] = data

    def read(self, name: str) -> bytes | None:
        """A small file, or None."""
        return self._files.get(name)

    def close(self) -> None:
        """Give the memory back."""
        self.db.close()


class DiskTables:
    """A database in WAL mode on a simulated disk: every write and sync can be the last."""

    def __init__(self, make: Make, disk: Disk | None = None) -> None:
        self.disk = disk if disk is not None else _template_disk(make).copy()
        self._make = make
        self.db: Any = Connection(self.disk)

    @property
    def dead(self) -> bool:
        """True from a power cut until the restart."""
        return self.disk.dead

    def cut(self) -> None:
        """Stop the machine here and now."""
        self.disk.dead = True
        raise PowerCut

    def copy(self) -> DiskTables:
        """A backup of the files, log and all, as they are now."""
        return DiskTables(self._make, self.disk.copy())

    def restart(self, chance: random.Random) -> DiskTables:
        """The files after a power cut."""
        left = self.disk.after_cut(chance)
        self.close()
        return DiskTables(self._make, left)

    def fill(self, room: int) -> None:
        """SQLITE_FULL after so many bytes."""
        self.disk.room = room

    def heal(self) -> None:
        """Room and good health again."""
        self.disk.room = self.disk.cut_at = self.disk.broken_at = None

    def keep(self, name: str, data: bytes) -> None:
        """A small file, written beside, synced and renamed."""
        with _as_driver():
            self.disk.keep(name, data)

    def read(self, name: str) -> bytes | None:
        """A small file, or None."""
        return self.disk.read(name)

    def close(self) -> None:
        """The machine is off: nothing of it reaches its disk any more."""
        self.disk.dead = True
        self.db.close()
        self.disk.forget()


class Connection:
    """apsw behind the face production code knows: DB-API calls, the driver's exceptions, one writer."""

    def __init__(self, disk: Disk) -> None:
        import apsw

        from sync.simulate.disk import VFS_NAME

        self._disk = disk
        with _as_driver():
            self._db = apsw.Connection(disk.path(FILE), vfs=VFS_NAME, statementcachesize=_STATEMENTS)
        # No second process: then the index of the log lies in memory, and the VFS needs no shared memory.
        for pragma in PRAGMAS:
            self.execute(f"PRAGMA {pragma}").fetchall()
        self.execute("PRAGMA foreign_keys = ON")

    @property
    def in_transaction(self) -> bool:
        """True between BEGIN and COMMIT or ROLLBACK."""
        return bool(self._db.in_transaction)

    def execute(self, sql: str, parameters: Any = (), /) -> Any:
        """One statement."""
        self._disk.check()
        with _as_driver():
            found = self._db.execute(sql, parameters)
        self._disk.check()
        return found

    def executemany(self, sql: str, parameters: Any, /) -> Any:
        """One statement for every row."""
        self._disk.check()
        with _as_driver():
            found = self._db.executemany(sql, list(parameters))
        self._disk.check()
        return found

    def close(self) -> None:
        """Close the connection."""
        self._db.close(True)


class _as_driver:  # noqa: N801 - reads as the statement it is
    """Raise apsw's errors as the driver's, with the name SQLite gives them. A class: it stands on every statement."""

    def __enter__(self) -> None:
        return

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        if error is None or not type(error).__module__.startswith("apsw"):
            return
        name = type(error).__name__.removesuffix("Error").upper()
        kind = dbapi2.IntegrityError if name == "CONSTRAINT" else dbapi2.OperationalError
        text = {"FULL": "database or disk is full", "IO": "disk I/O error"}.get(name, str(error))
        raised = kind(text)
        raised.sqlite_errorname = "SQLITE_" + {"IO": "IOERR"}.get(name, name)
        raise raised from error


@cache
def _template(make: Make) -> Any:
    made: Any = dbapi2.connect(":memory:", isolation_level=None)
    made.execute("PRAGMA page_size = 1024")
    make(made)
    if made.in_transaction:  # left open where a safeguard was removed
        made.execute("COMMIT")
    return made


@cache
def _template_disk(make: Make) -> Disk:
    from sync.simulate.disk import Disk

    disk = Disk()
    made = Connection(disk)
    make(made)
    if made.in_transaction:  # left open where a safeguard was removed
        made.execute("COMMIT")
    made.close()
    return disk


def forget_templates() -> None:
    """Make the next new files anew: a template made without a safeguard is no template for others."""
    _template.cache_clear()
    _template_disk.cache_clear()


def opener(*, on_disk: bool) -> Callable[[Make], Tables]:
    """How databases of this history are made by what makes its tables."""
    return DiskTables if on_disk else MemoryTables


@contextmanager
def transaction(db: Any) -> Iterator[None]:
    """``BEGIN IMMEDIATE`` … COMMIT, or nothing of the block; as the station's store does it."""
    db.execute("BEGIN IMMEDIATE")
    try:
        yield
        db.execute("COMMIT")
    except BaseException:
        if db.in_transaction:
            db.execute("ROLLBACK")
        raise


def dump(db: Any) -> dict[str, list[Sequence[Any]]]:
    """Every row of every table, for comparing two moments of one database."""
    names = [str(row[0]) for row in db.execute("SELECT name FROM sqlite_schema WHERE type = 'table'").fetchall()]
    return {name: sorted(db.execute(f"SELECT * FROM {name}").fetchall(), key=repr) for name in names}


_STATION: Final = """
CREATE TABLE folded (case_id TEXT PRIMARY KEY, state BLOB NOT NULL) STRICT;
CREATE TABLE numbered (
  series TEXT NOT NULL, n INTEGER NOT NULL, paper TEXT NOT NULL, case_id TEXT NOT NULL, PRIMARY KEY (series, n, paper)
) STRICT, WITHOUT ROWID;
CREATE TABLE leased (
  series TEXT NOT NULL, first INTEGER NOT NULL, last INTEGER NOT NULL, PRIMARY KEY (series, first, last)
) STRICT, WITHOUT ROWID;
CREATE TABLE writer_key (number INTEGER PRIMARY KEY, writer TEXT NOT NULL UNIQUE, raw BLOB NOT NULL) STRICT;
"""
"""What a simulated station keeps beside log and feed: its projection byte for byte, and its writers' keys."""


def make_station(db: Any) -> None:
    """The tables of a simulated station: log, feed, folded cases."""
    with transaction(db):
        for sql in statements(SCHEMA + STATION_SCHEMA + MEDIA_SCHEMA + _STATION):
            db.execute(sql)


def keep_folded(db: Any, rows: Iterable[tuple[str, bytes]]) -> None:
    """Write folded cases."""
    db.executemany("INSERT OR REPLACE INTO folded VALUES (?, ?)", list(rows))


def keep_numbers(db: Any, papers: list[tuple[str, int, str, str]], leases: list[tuple[str, int, int]]) -> None:
    """Write what papers bear and what was leased: views of acts, as the desk has them."""
    db.executemany("INSERT OR REPLACE INTO numbered VALUES (?, ?, ?, ?)", papers)
    db.executemany("INSERT OR REPLACE INTO leased VALUES (?, ?, ?)", leases)


def top_of(db: Any, series: str, first: int, last: int) -> int:
    """The highest number of a series that a paper known here bears between two numbers; 0 when none does."""
    sql = "SELECT coalesce(max(n), 0) FROM numbered WHERE series = ? AND n BETWEEN ? AND ?"
    return int(db.execute(sql, (series, first, last)).fetchone()[0])


def papers(db: Any, like: str) -> list[tuple[str, str]]:
    """(case, paper) of papers with a number of these series."""
    sql = "SELECT case_id, paper FROM numbered WHERE series LIKE ? ORDER BY paper"
    return [(str(row[0]), str(row[1])) for row in db.execute(sql, (like,)).fetchall()]


def leases(db: Any) -> list[tuple[str, int, int]]:
    """Every block known here."""
    return [(str(row[0]), int(row[1]), int(row[2])) for row in db.execute("SELECT * FROM leased").fetchall()]


def folded(db: Any) -> dict[str, bytes]:
    """Every folded case of a station."""
    return {str(row[0]): bytes(row[1]) for row in db.execute("SELECT case_id, state FROM folded").fetchall()}


def keep_writer(db: Any, writer: str, raw: bytes) -> None:
    """The key of a new incarnation; from now on it is the current one."""
    db.execute("INSERT INTO writer_key (writer, raw) VALUES (?, ?)", (writer, raw))


def current_writer(db: Any) -> tuple[str, bytes]:
    """The writer this file writes under, and its key."""
    row = db.execute("SELECT writer, raw FROM writer_key ORDER BY number DESC LIMIT 1").fetchone()
    return str(row[0]), bytes(row[1])


def county_row(db: Any) -> tuple[str, str, str]:
    """Id, name and writer of a county."""
    row = db.execute("SELECT county, name, writer FROM county").fetchone()
    return str(row[0]), str(row[1]), str(row[2])
