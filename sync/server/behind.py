"""Rows on their way into the county's database: kept until somebody reads their table or the transaction ends.

The rounds of one transaction then share their inserts: one statement for the acts of all of them. Whoever reads a table
sees every row; what cannot be inserted fails the whole transaction, and its rounds are tried one by one (``lane.py``).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from functools import cache, lru_cache
from typing import Any, Final

from sync.server.databases import CountyDatabase, Reader, read_insert, tables


class WriteBehind:
    """A county's database whose ``executemany`` may take place later in the running transaction, in order for each
    table, and parents before children. Everything else takes place at once, behind what it depends on."""

    def __init__(self, db: CountyDatabase) -> None:
        self._db = db
        self.name = db.name
        self._waiting: dict[str, tuple[str, list[Sequence[Any]]]] = {}
        """Table → the statement and its rows: one statement for each table."""
        self._part: _Part | None = None
        self._running = False
        self._failed: BaseException | None = None

    def execute(self, text: str, parameters: Sequence[Any] = (), /) -> Any:
        """Run one statement now. What waits for a table it names goes first."""
        if self._running:
            named, reads = _named(text)
            if named is None or not named.isdisjoint(self._waiting):
                self._write()
            if not reads:
                self._begin_part()
        return self._db.execute(text, parameters)

    def executemany(self, text: str, parameters: Sequence[Sequence[Any]], /) -> None:
        """Run one statement for many rows, by the end of the transaction at the latest."""
        rows = parameters if isinstance(parameters, list) else list(parameters)
        if not rows:
            return
        named, _reads = _named(text)
        if not self._running or named is None or len(named) != 1:
            if self._running:
                self._write()
                self._begin_part()
            self._db.executemany(text, rows)
            return
        (table,) = named
        before = self._waiting.get(table)
        if before is not None and before[0] != text:
            self._write()
            before = None
        if before is None:
            self._waiting[table] = text, list(rows)
        else:
            before[1].extend(rows)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """See :class:`sync.server.databases.CountyDatabase`."""
        self._waiting, self._failed = {}, None
        with self._db.transaction():
            self._running = True
            try:
                yield
                if self._failed is None:
                    self._write()
                if self._failed is not None:
                    raise self._failed
            finally:
                self._running = False
                self._waiting = {}

    @contextmanager
    def savepoint(self) -> Iterator[None]:
        """A part of the running transaction that may fail alone. One that writes nothing at once costs nothing."""
        part = self._part = _Part({table: (sql, len(rows)) for table, (sql, rows) in self._waiting.items()})
        try:
            with part.inside:
                yield
        except BaseException:
            if part.begun:
                self._waiting = {}
            else:
                self._take_off(part)
            raise
        finally:
            self._part = None

    def _begin_part(self) -> None:
        """What is written at once inside a part can be taken back with it; what waited before the part is not."""
        part = self._part
        if part is None or part.begun:
            return
        inside = self._take_off(part)
        part.begun = True  # from here on nothing waits that is older
        self._write()
        part.inside.enter_context(self._db.savepoint())
        self._waiting = inside

    def _take_off(self, part: _Part) -> dict[str, tuple[str, list[Sequence[Any]]]]:
        """Leave waiting what waited when the part began; returns the rest."""
        mine: dict[str, tuple[str, list[Sequence[Any]]]] = {}
        for table, (sql, rows) in list(self._waiting.items()):
            known, count = part.before.get(table, ("", 0))
            if known != sql:
                mine[table] = self._waiting.pop(table)
            elif len(rows) > count:
                mine[table] = sql, rows[count:]
                del rows[count:]
        return mine

    def _write(self) -> None:
        """Write what waits. Where that fails, the whole transaction does: rows of rounds that went well may be lost."""
        if not self._waiting:
            return
        self._begin_part()
        waiting, self._waiting = self._waiting, {}
        try:
            for table in sorted(waiting, key=_places().__getitem__):
                sql, rows = waiting[table]
                self._db.executemany(sql, _last_of_each(sql, rows))
        except BaseException as error:
            self._failed = self._failed or error
            raise

    def snapshot(self) -> AbstractContextManager[None]:
        """Everything read inside is of one moment."""
        return self._db.snapshot()

    def prepare(self) -> bool:
        """See :class:`sync.server.databases.CountyDatabase`."""
        return self._db.prepare()

    def reader(self) -> Reader:
        """A second connection that only reads."""
        return self._db.reader()

    def close(self) -> None:
        """Let the connection go."""
        self._db.close()


class _Part:
    """A savepoint that is begun when something is written."""

    def __init__(self, before: dict[str, tuple[str, int]]) -> None:
        self.before = before
        self.inside = ExitStack()
        self.begun = False


_TABLE: Final = re.compile(r"\b(?:FROM|JOIN|INTO|UPDATE)\s+(\w+)")
_PLAIN: Final = ("SELECT ", "INSERT INTO ", "UPDATE ", "DELETE FROM ")


@cache
def _places() -> dict[str, int]:
    """Table → its place in the order in which rows may be put in."""
    return {table.name: place for place, table in enumerate(tables())}


@lru_cache(maxsize=1024)
def _named(text: str) -> tuple[frozenset[str] | None, bool]:
    """The tables a statement names, None where that cannot be told; whether it only reads."""
    if not text.startswith(_PLAIN):
        return None, False
    return frozenset(_TABLE.findall(text)) & _places().keys(), text.startswith("SELECT ")


_KEY: Final = re.compile(r"ON CONFLICT \(([^()]*)\) DO UPDATE")


def _last_of_each(text: str, rows: list[Sequence[Any]]) -> list[Sequence[Any]]:
    """Of rows that replace each other only the last ones: one statement may not write a row twice."""
    found = _KEY.search(text)
    insert = read_insert(text)
    if found is None or insert is None:
        return rows
    names = [name.strip() for name in (insert.columns or _columns()[insert.table]).split(",")]
    places = [names.index(name.strip()) for name in found[1].split(",")]
    return list({tuple(row[place] for place in places): row for row in rows}.values())


@cache
def _columns() -> dict[str, str]:
    """Table → its columns as an insert would list them."""
    return {table.name: ",".join(table.columns) for table in tables()}
