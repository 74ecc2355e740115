"""The county's database in PostgreSQL, by psycopg: translates our one SQL text, the schema and the faults.

Every write transaction first locks one row (``log_head``) until it commits: storage keys and feed positions are handed
out in the order of commits, whoever writes. A sequence would hand them out in another order, and a reader that has
seen position 2 would never see a position 1 that commits later.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from functools import lru_cache
from typing import Any, Final

import psycopg
from psycopg import errors
from psycopg.pq import PipelineStatus

from domain.faults import SurroundingsFault
from sync.log.schema import statements
from sync.server.databases import FULL_SCHEMA, SCHEMA_VERSION, Insert, new_table, read_insert, renew, tables
from sync.server.postgres_arrays import array, kind_of, register

CONNECT_S: Final = 10
LOCK_S: Final = 10
_BY_KEYS: Final = (
    "BEGIN; SET LOCAL enable_seqscan = off; SET LOCAL enable_hashjoin = off; SET LOCAL enable_mergejoin = off"
)
"""How a write transaction begins. It asks for rows by their keys only. A statement is planned once and kept; planned
while a table is still small, it would read the whole of it at every round from then on."""
_BE_THE_ONE: Final = "SELECT lamport FROM log_head WHERE one = 1 FOR UPDATE"
_PACKING: Final = (
    "SELECT set_config(name, 'lz4', false) FROM pg_settings"
    " WHERE name = 'default_toast_compression' AND 'lz4' = ANY (enumvals)"
)
"""Long values are packed by lz4 where the server knows it: its own method takes longer than all the rest of a row."""
_TOGETHER: Final = 4
"""Rows from which on one insert for all of them is quicker than single ones."""
_AT_ONCE: Final = 1_000
"""Rows of one insert at most: the server holds all of them in memory."""
_PASSED_OVER: Final = (errors.PipelineAborted, errors.InFailedSqlTransaction)
_RESERVED: Final = re.compile(r'(?<!")\bwindow\b(?!")')


class _Line(psycopg.Connection[Any]):
    """A connection that knows what went wrong first: what comes behind it is only passed over by the server."""

    first: psycopg.Error | None = None

    def wait(self, *words: Any, **named: Any) -> Any:
        """As the library does; everything it waits for comes through here."""
        try:
            return super().wait(*words, **named)
        except psycopg.Error as error:
            self.first = self.first or error
            raise


class PostgresReader:
    """A connection that only reads, reconnected when it was lost. One thread at a time uses it."""

    name = "postgresql"

    def __init__(self, address: str) -> None:
        """``address``: ``postgresql://user@host/database``. Raises SurroundingsFault."""
        self._address = address
        self._db: _Line | None = None
        with surroundings():
            self._connect()

    def _connect(self) -> _Line:
        db = _Line.connect(
            self._address, autocommit=True, connect_timeout=CONNECT_S, application_name="xinfang-county",
            keepalives=1, keepalives_idle=30, keepalives_interval=10, keepalives_count=3, client_encoding="UTF8",
        )  # fmt: skip
        if db.info.parameter_status("server_encoding") != "UTF8":
            db.close()
            raise SurroundingsFault("wrong_database", facts={"reason": "encoding"})
        db.execute("SET synchronous_commit = on")
        db.execute(f"SET lock_timeout = '{LOCK_S}s'")
        db.execute("SET search_path = public")
        db.execute("SET jit = off")  # compiling a statement takes longer than any of ours
        db.execute(_PACKING)
        register(db)
        self._db = db
        return db

    @property
    def _live(self) -> _Line:
        if self._db is None or self._db.closed or self._db.broken:
            return self._connect()
        return self._db

    def execute(self, text: str, parameters: Sequence[Any] = (), /) -> psycopg.Cursor[Any]:
        """Run one statement; rows are fetched to this side at once."""
        if len(parameters) > 1 and _IN.search(text):
            return self._live.execute(*_one_list(text, parameters))
        return self._live.execute(_translated(text), parameters)

    def executemany(self, text: str, parameters: Sequence[Sequence[Any]], /) -> None:
        """Run one statement for many rows."""
        with self._live.cursor() as cursor:
            cursor.executemany(_translated(text), parameters)

    @contextmanager
    def snapshot(self) -> Iterator[None]:
        """Everything read inside is of one moment: REPEATABLE READ, read only."""
        with surroundings():
            self._begin("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
            try:
                yield
            finally:
                self._rollback()

    def _begin(self, how: str) -> None:
        """Begin; a connection that was lost while nothing was under way is replaced, and nobody need know."""
        try:
            if self._db is not None and not self._db.closed:
                self._db.execute(how)
                return
        except psycopg.OperationalError:
            if self._db is not None and not self._db.broken:
                raise
        self._connect().execute(how)

    def _rollback(self) -> None:
        if self._db is not None and not self._db.closed and not self._db.broken:
            self._db.execute("ROLLBACK")

    def close(self) -> None:
        """Let the connection go."""
        if self._db is not None:
            self._db.close()


class PostgresDatabase(PostgresReader):
    """The writer's connection."""

    _prepared = False
    _sending: psycopg.Pipeline | None = None
    _told: psycopg.Cursor[Any] | None = None

    @property
    def _live(self) -> _Line:
        assert self._db is not None
        return self._db  # inside a transaction a lost connection must be noticed, not replaced

    def executemany(self, text: str, parameters: Sequence[Sequence[Any]], /) -> None:
        """Run one statement for many rows; of inserts many travel as one, a list for each column."""
        rows = parameters if isinstance(parameters, list) else list(parameters)
        if not rows:
            return
        insert = read_insert(text) if len(rows) >= _TOGETHER else None
        if insert is None:
            super().executemany(text, rows)
            return
        sql, kinds = _many(insert)
        for start in range(0, len(rows), _AT_ONCE):
            columns = zip(*rows[start : start + _AT_ONCE], strict=True)
            self._live.execute(sql, [array(*each) for each in zip(kinds, columns, strict=True)], prepare=True)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """See :class:`sync.server.databases.CountyDatabase`.

        What is written is sent and not waited for; the server works on it while its caller prepares what comes next.
        Answers are read where a row is wanted, and all of them before the transaction counts as committed.
        """
        with surroundings(), ExitStack() as sending:
            try:
                self._begin(f"{_BY_KEYS}; {_BE_THE_ONE}" if self._prepared else _BY_KEYS)
                if self._prepared:
                    self._sending = sending.enter_context(self._live.pipeline())
                else:
                    self._lock()
                yield
                self._commit()
                sending.close()
                self._committed()
            except BaseException as error:
                with suppress(psycopg.Error):  # it only says again that something failed
                    sending.close()
                self._rollback()
                if isinstance(error, _PASSED_OVER) and self._live.first is not None:
                    raise self._live.first from None  # a caller may have kept it to itself
                raise
            finally:
                self._sending = None
                if self._db is not None:
                    self._db.first = None

    def _lock(self) -> None:
        """Be the one writer until COMMIT. Before there are tables, an advisory lock of the database stands in."""
        self._live.execute("SELECT pg_advisory_xact_lock(5787207)")
        if self._live.execute("SELECT to_regclass('public.log_head')").fetchone() != (None,):
            self._live.execute(_BE_THE_ONE)

    def _commit(self) -> None:
        self._told = self._live.execute("COMMIT", prepare=False)

    def _committed(self) -> None:
        """PostgreSQL answers the COMMIT of a transaction in which something failed with ROLLBACK, and no error."""
        if self._told is None or self._told.statusmessage != "COMMIT":
            raise errors.InFailedSqlTransaction("the transaction was not committed")

    def _rollback(self) -> None:
        if self._db is not None and self._db.pgconn.pipeline_status != PipelineStatus.OFF:
            self._db.close()  # answers are missing: nobody can tell what the next one would belong to
        super()._rollback()

    @contextmanager
    def savepoint(self) -> Iterator[None]:
        """A part of the running transaction that may fail alone."""
        self._settle()  # what was sent before the part and failed is not this part's
        self._live.execute("SAVEPOINT part")
        try:
            yield
            self._settle()
        except BaseException:
            if not self._live.closed and not self._live.broken:
                with suppress(psycopg.Error):
                    self._settle()  # until then the server passes over everything behind what failed
                self._live.execute("ROLLBACK TO SAVEPOINT part")
                self._live.execute("RELEASE SAVEPOINT part")
                self._settle()
                self._live.first = None
            raise
        self._live.execute("RELEASE SAVEPOINT part")

    def _settle(self) -> None:
        """Wait for the answers to all that was sent. Raises what they say."""
        if self._sending is not None:
            self._sending.sync()

    def prepare(self) -> bool:
        """Make the tables of a new database, in the running transaction; False when they are there.

        Raises SurroundingsFault ``newer_file``; ``wrong_database`` when somebody else's tables lie there.
        """
        here = {row[0] for row in self.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")}
        ours = "xinfang_county" in here
        told = self.execute("SELECT version FROM xinfang_county").fetchone() if ours else None
        version = SCHEMA_VERSION if told is None else int(told[0])
        if version > SCHEMA_VERSION:
            raise SurroundingsFault("newer_file")
        if here and not ours:
            raise SurroundingsFault("wrong_database", facts={"reason": "not_empty"})
        for statement in postgres_schema():
            if not ours or new_table(statement, here):
                self._live.execute(statement)
        if version < SCHEMA_VERSION:
            renew(self.execute, postgres_schema(), version)
            self.execute("UPDATE xinfang_county SET version = ?", (SCHEMA_VERSION,))
        self._prepared = True
        if not ours:
            self._live.execute("CREATE TABLE xinfang_county (version BIGINT NOT NULL)")
            self._live.execute("INSERT INTO xinfang_county VALUES (%s)", (SCHEMA_VERSION,))
        return not ours

    def reader(self) -> PostgresReader:
        """A second connection that only reads."""
        return PostgresReader(self._address)


# our SQL in PostgreSQL's spelling ---------------------------------------------------------------------------------


@lru_cache(maxsize=1024)
def _translated(text: str) -> Any:
    """``?`` becomes ``%s``; the few words that differ; everything else is the same SQL on both databases."""
    text = _RESERVED.sub('"window"', text.replace("%", "%%"))
    return text.replace("?", "%s")


_IN: Final = re.compile(r"IN \((\?(?:,\?)+)\)")


def _one_list(text: str, parameters: Sequence[Any]) -> tuple[Any, list[Any]]:
    """``IN (?,?,…)`` as one list: one plan for lists of any length."""
    sql, before, count = _with_list(text)
    values = parameters[before : before + count]
    given = [*parameters[:before], array(kind_of(values[0]), values), *parameters[before + count :]]
    return sql, given


@lru_cache(maxsize=1024)
def _with_list(text: str) -> tuple[Any, int, int]:
    """The statement with one list in the place of many marks, how many parameters stand before it and in it."""
    found = _IN.search(text)
    assert found is not None
    sql = _translated(_IN.sub("= ANY(?)", text, count=1))
    return sql, text[: found.start()].count("?"), found[1].count("?")


@lru_cache(maxsize=256)
def _many(insert: Insert) -> tuple[Any, list[str]]:
    """An insert as one statement for many rows, a list for each column, and the types of these lists."""
    names = [name.strip(' "') for name in insert.columns.split(",")] if insert.columns else list(_kinds()[insert.table])
    kinds = [_kinds()[insert.table][name] for name in names]
    listed = f" ({insert.columns})" if insert.columns else ""
    sql = f"INSERT INTO {insert.table}{listed} SELECT * FROM unnest({', '.join('?' * len(kinds))}) {insert.conflict}"
    return _translated(sql), kinds


@lru_cache(maxsize=1)
def _kinds() -> dict[str, dict[str, str]]:
    """Table → column → its type."""
    names = {"INTEGER": "bigint", "TEXT": "text", "BLOB": "bytea"}
    return {table.name: {column: names[kind] for column, kind in table.columns.items()} for table in tables()}


def postgres_schema() -> list[str]:
    """The schema text of SQLite as PostgreSQL's statements. Text compares by bytes, as in SQLite."""
    made: list[str] = []
    for text in statements(FULL_SCHEMA):
        if text.startswith("CREATE TRIGGER"):
            made += _trigger(text)
        elif text.startswith("CREATE TABLE"):
            typed = re.sub(r"\bINTEGER\b", "BIGINT", text)
            typed = re.sub(r"\bTEXT\b", 'TEXT COLLATE "C"', re.sub(r"\bBLOB\b", "BYTEA", typed))
            made.append(_RESERVED.sub('"window"', re.sub(r"\)\s*STRICT(, WITHOUT ROWID)?;$", ");", typed)))
        else:
            made.append(text)
    made.append(_refuse("act_is_not_emptied", "acts are never deleted"))
    made.append(
        "CREATE TRIGGER act_is_not_emptied BEFORE TRUNCATE ON act FOR EACH STATEMENT"
        " EXECUTE FUNCTION act_is_not_emptied()"
    )
    return made


_TRIGGER: Final = re.compile(
    r"CREATE TRIGGER (\w+) BEFORE (UPDATE|DELETE) ON (\w+)\s+(?:WHEN (.*?)\s+)?"
    r"BEGIN SELECT RAISE\(ABORT, '([^']*)'\); END;",
    re.DOTALL,
)


def _trigger(text: str) -> list[str]:
    """A trigger that refuses, as a PL/pgSQL function and its trigger."""
    found = _TRIGGER.fullmatch(text)
    if found is None:
        raise ValueError(f"a trigger of an unknown form: {text[:60]}")
    name, event, table, when, says = found.groups()
    condition = f" WHEN ({_SAME.sub(' IS NOT DISTINCT FROM ', when)})" if when else ""
    return [
        _refuse(name, says),
        f"CREATE TRIGGER {name} BEFORE {event} ON {table} FOR EACH ROW{condition} EXECUTE FUNCTION {name}()",
    ]


_SAME: Final = re.compile(r" IS (?=OLD\.|NEW\.)")


def _refuse(name: str, says: str) -> str:
    body = f"BEGIN RAISE EXCEPTION '{says}'; END"
    return f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ {body} $$"


# faults -----------------------------------------------------------------------------------------------------------


@contextmanager
def surroundings() -> Iterator[None]:
    """Name what the surroundings did, with the codes the file has; a lost connection is ``database_unreachable``."""
    try:
        yield
    except psycopg.Error as error:
        for kinds, code in _FAULTS:
            if isinstance(error, kinds):
                raise SurroundingsFault(code) from error
        raise


_Kinds = tuple[type[psycopg.Error], ...]
_FAULTS: Final[Sequence[tuple[_Kinds, str]]] = (
    ((errors.DiskFull,), "disk_full"),
    ((errors.ReadOnlySqlTransaction,), "read_only"),
    ((errors.DataCorrupted, errors.IndexCorrupted), "file_damaged"),
    ((errors.LockNotAvailable, errors.DeadlockDetected, errors.SerializationFailure), "already_open"),
    ((errors.OutOfMemory, errors.TooManyConnections), "database_unreachable"),
    ((errors.InsufficientPrivilege, errors.InvalidCatalogName), "wrong_database"),
    ((psycopg.OperationalError, psycopg.InterfaceError), "database_unreachable"),
)
