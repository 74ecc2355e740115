"""Many rows by few statements, over whatever connection: what the log and its feeds ask of a database."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain
from typing import Any, Final, Protocol, TypeVar

T = TypeVar("T")


class Rows(Protocol):
    """What a cursor of sqlite3, sqlcipher3 or psycopg can do and this module needs."""

    def fetchone(self) -> Any: ...
    def fetchall(self) -> list[Any]: ...
    def __iter__(self) -> Iterator[Any]: ...


class Database(Protocol):
    """A DB-API connection with the shortcut ``execute``."""

    def execute(self, sql: str, parameters: Any = ..., /) -> Any: ...
    def executemany(self, sql: str, parameters: Any, /) -> Any: ...


def in_step(*looks: Iterator[None]) -> None:
    """Take look-ups forward together, in this order, from ``yield`` to ``yield``: each asks, then each reads.

    A database at the end of a line is then asked all of it at once, and answers at once.
    """
    going = list(looks)
    while going:
        going = [look for look in going if next(look, False) is None]


def batched(values: list[T], size: int = 500) -> Iterator[list[T]]:
    """Values in lists short enough for one statement."""
    for start in range(0, len(values), size):
        yield values[start : start + size]


ROWS_AT_ONCE: Final = (400, 50)
"""Rows of one statement, by turns: few lengths, so that each is prepared once and kept. The rest goes in one more."""


def put_in(db: Database, table: str, rows: Sequence[Sequence[object]], *, verb: str = "INSERT") -> None:
    """Insert rows, many in one statement: with each statement the interpreter goes to another thread that wants it, and
    this one waits until it comes back."""
    if not rows:
        return
    done, one = 0, f"({marks(rows[0])})"
    while done < len(rows):
        left = len(rows) - done
        size = next((size for size in ROWS_AT_ONCE if size <= left), left)
        sql = f"{verb} INTO {table} VALUES {','.join([one] * size)}"
        db.execute(sql, list(chain.from_iterable(rows[done : done + size])))
        done += size


def padded(values: list[T], to: int = 50) -> list[T]:
    """Values with the last one repeated: lists of few lengths, so that a statement is prepared once and kept."""
    return values + values[-1:] * (-len(values) % to)


def marks(values: Sequence[object]) -> str:
    """So many question marks."""
    return ",".join("?" * len(values))
