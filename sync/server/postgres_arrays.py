"""Lists as PostgreSQL's binary arrays, put together at once: what a look-up or an insert of many rows hands over."""

from __future__ import annotations

import struct
from collections.abc import Callable, Sequence
from typing import Any, Final

import psycopg
from psycopg.adapt import Dumper
from psycopg.pq import Format

_HEAD: Final = struct.Struct("!iiIii").pack
"""Dimensions, whether there are nulls, the type of the elements, how many, the number of the first."""
_SIZE: Final = struct.Struct("!i").pack
_NULL: Final = _SIZE(-1)


class Array:
    """The bytes of one list; the library's own way asks every element for its type first."""

    __slots__ = ("data",)

    def __init__(self, data: bytes) -> None:
        self.data = data


class _Numbers(Array):
    __slots__ = ()


class _Words(Array):
    __slots__ = ()


class _Bytes(Array):
    __slots__ = ()


class _AsIs(Dumper):
    format = Format.BINARY

    def dump(self, obj: Any) -> bytes:
        return bytes(obj.data)


class _NumbersAsIs(_AsIs):
    oid = psycopg.adapters.types["int8"].array_oid


class _WordsAsIs(_AsIs):
    oid = psycopg.adapters.types["text"].array_oid


class _BytesAsIs(_AsIs):
    oid = psycopg.adapters.types["bytea"].array_oid


_OID: Final = {name: psycopg.adapters.types[other].oid for name, other in
               {"bigint": "int8", "text": "text", "bytea": "bytea"}.items()}  # fmt: skip


_ARRAYS: Final[dict[str, type[Array]]] = {"bigint": _Numbers, "text": _Words, "bytea": _Bytes}
_WRITE: Final[dict[str, Callable[[Any], bytes]]] = {"bigint": struct.Struct("!q").pack, "text": str.encode}


def register(db: psycopg.Connection[Any]) -> None:
    """Teach a connection to take arrays of :func:`array`."""
    for kind, dumper in ((_Numbers, _NumbersAsIs), (_Words, _WordsAsIs), (_Bytes, _BytesAsIs)):
        db.adapters.register_dumper(kind, dumper)


def array(kind: str, values: Sequence[Any]) -> Array:
    """``values`` as an array of ``bigint``, ``text`` or ``bytea``; None among them is NULL."""
    write = _WRITE.get(kind)
    nulls = None in values
    data: Sequence[Any] = values
    if write is not None:
        data = [None if value is None else write(value) for value in values] if nulls else list(map(write, values))
    head = _HEAD(1, int(nulls), _OID[kind], len(data), 1)
    sizes: set[int] = set() if nulls else set(map(len, data))
    if len(sizes) == 1:  # numbers, hashes, ids: nearly all there is but contents
        size = _SIZE(*sizes)
        return _ARRAYS[kind](head + size + size.join(data))
    parts = [head]
    for value in data:
        if value is None:
            parts.append(_NULL)
        else:
            parts.append(_SIZE(len(value)))
            parts.append(value)
    return _ARRAYS[kind](b"".join(parts))


def kind_of(value: object) -> str:
    """The type of array for lists of such values."""
    return "text" if isinstance(value, str) else "bigint" if isinstance(value, int) else "bytea"
