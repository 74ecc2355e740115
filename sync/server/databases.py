"""The county's database behind one interface: SQLite in the data folder, or PostgreSQL at an address. Opens either."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager
from functools import lru_cache
from pathlib import Path
from typing import Final, NamedTuple, Protocol

from sync.log.feed import COUNTY_SCHEMA
from sync.log.log import SCHEMA, Database
from sync.server.relay_tables import RELAY_SCHEMA
from sync.server.series_tables import SERIES_SCHEMA
from sync.server.tables import SERVER_SCHEMA

FULL_SCHEMA: Final = SCHEMA + COUNTY_SCHEMA + SERVER_SCHEMA + SERIES_SCHEMA + RELAY_SCHEMA
"""Every table of a county, in SQLite's spelling; the PostgreSQL side translates this text."""
SCHEMA_VERSION: Final = 2
REDECLARED: Final[Mapping[int, tuple[str, ...]]] = {2: ("county_case",)}
"""Tables a version declares in another way: made anew with the rows of the old one. (A ``feed`` of version 1 keeps the
foreign key this one has no more; it does no harm.)"""
_LONE_CASES: Final = (
    "UPDATE county_case SET state = NULL WHERE (SELECT count(*) FROM act a WHERE a.case_id = county_case.case_id"
    " AND NOT EXISTS (SELECT 1 FROM reject r WHERE r.act_seq = a.seq)) = 1"
)
SETTLED: Final[Mapping[int, tuple[str, ...]]] = {2: (_LONE_CASES,)}
"""What a version writes otherwise: done to the rows of an earlier one, in its database or out of its backup."""


class Reader(Database, Protocol):
    """A connection that only reads, beside the writer's. Used by one thread at a time."""

    def snapshot(self) -> AbstractContextManager[None]:
        """Everything read inside is of one moment; raises SurroundingsFault for what the surroundings do."""

    def close(self) -> None:
        """Let the connection go."""


class CountyDatabase(Reader, Protocol):
    """The writer's connection. SQL is written once, with ``?``; bytes come back as bytes, numbers as int.

    Every write happens inside ``transaction``; at any moment one transaction of the whole county writes, whichever
    process it belongs to, so that the order of commits is the order of storage keys and of feeds.
    """

    name: str
    """``sqlite`` or ``postgresql``."""

    def transaction(self) -> AbstractContextManager[None]:
        """BEGIN as the one writer, COMMIT durably, ROLLBACK on any exception.

        Raises SurroundingsFault: ``disk_full``, ``read_only``, ``file_damaged``, ``already_open`` (another process
        writes), ``database_unreachable`` (also when a COMMIT was sent and its answer was lost: whether it took place
        is then unknown, and the next claim of the station finds out).
        """

    def savepoint(self) -> AbstractContextManager[None]:
        """A part of the running transaction that may fail alone."""

    def prepare(self) -> bool:
        """Make the tables of a new database, in the running transaction; False when they are there.

        Raises SurroundingsFault ``newer_file``.
        """

    def reader(self) -> Reader:
        """A second connection that only reads."""


def renew(execute: Callable[[str], object], declarations: Iterable[str], version: int) -> None:
    """Bring tables of an earlier version to this one, in the running transaction.

    ``declarations`` are the statements of the schema in the spelling of this database.
    """
    declared = {found[1]: text for text in declarations if (found := _CREATE.match(text))}
    for number in range(version + 1, SCHEMA_VERSION + 1):
        for table in REDECLARED.get(number, ()):
            execute(f"ALTER TABLE {table} RENAME TO {table}_before")
            execute(declared[table])
            execute(f"INSERT INTO {table} SELECT * FROM {table}_before")
            execute(f"DROP TABLE {table}_before")
        for sql in settled_since(number - 1, number):
            execute(sql)


def settled_since(version: int, until: int = SCHEMA_VERSION) -> tuple[str, ...]:
    """What is to be done to rows that were written by ``version``."""
    return tuple(sql for number in range(version + 1, until + 1) for sql in SETTLED.get(number, ()))


_CREATE: Final = re.compile(r"CREATE TABLE (\w+)")


def open_database(folder: Path, address: str = "") -> CountyDatabase:
    """The database at ``address`` (``postgresql://…``), or the file in the folder. Raises SurroundingsFault."""
    if not address:
        from sync.server.file import SqliteDatabase

        return SqliteDatabase(folder / "county.db")
    from sync.server.postgres import PostgresDatabase  # its library is loaded only where it is used

    return PostgresDatabase(address)


class Insert(NamedTuple):
    """An insert of nothing but parameters, taken apart: it may be written for many rows at once."""

    table: str
    columns: str
    """As listed in the statement; empty for all of the table's."""
    width: int
    conflict: str


_VALUES: Final = re.compile(
    r"INSERT INTO (\w+)(?: \(([^()]*)\))? VALUES \((\?(?:, \?)*)\)\s*(ON CONFLICT .*)?", re.DOTALL
)


@lru_cache(maxsize=256)
def read_insert(text: str) -> Insert | None:
    """None for other statements."""
    found = _VALUES.fullmatch(text)
    return None if found is None else Insert(found[1], found[2] or "", found[3].count("?"), found[4] or "")


_TABLE: Final = re.compile(r"CREATE TABLE (\w+) \((.*?)\)\s*STRICT", re.DOTALL)


class Table:
    """A table as the schema text declares it: what a dump needs to know."""

    def __init__(self, name: str, body: str) -> None:
        self.name = name
        self.columns: dict[str, str] = {}
        keys: list[str] = []
        for part in _parts(re.sub(r"--[^\n]*", "", body)):
            words = part.split()
            if words[:2] == ["PRIMARY", "KEY"]:
                keys = [word.strip() for word in part[part.index("(") + 1 : part.rindex(")")].split(",")]
            elif words[0] not in {"UNIQUE", "CHECK", "FOREIGN"}:
                self.columns[words[0].strip('"')] = words[1]
                if "PRIMARY KEY" in part:
                    keys = [words[0]]
        self.key: tuple[str, ...] = tuple(keys)


def tables() -> list[Table]:
    """Every table of the schema, in the order in which rows may be put in."""
    return [Table(found[1], found[2]) for found in _TABLE.finditer(FULL_SCHEMA)]


def _parts(body: str) -> Iterator[str]:
    """Column and constraint definitions: split at commas outside parentheses."""
    depth, start = 0, 0
    for place, letter in enumerate(body):
        depth += (letter == "(") - (letter == ")")
        if letter == "," and depth == 0:
            yield body[start:place].strip()
            start = place + 1
    if body[start:].strip():
        yield body[start:].strip()


def new_table(statement: str, here: Collection[str]) -> bool:
    """True for a table that a database of an earlier release does not have yet."""
    found = re.match(r"CREATE TABLE (\w+)", statement)
    return found is not None and found[1] not in here
