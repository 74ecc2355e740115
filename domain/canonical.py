"""Canonical JSON: the one byte form of a fact, so that a hash made at a township equals the hash made at the county."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Final, TypeAlias

Json: TypeAlias = str | int | bool | Sequence["Json"] | Mapping[str, "Json"] | None
"""What an act may hold. No floats: two machines may print one float in two ways."""

DEEPEST: Final = 64
"""Levels of nesting: a fixed number, so that bytes read at one machine are read at every machine."""

# Made once: json.dumps builds a new encoder on every call, and a registration makes hundreds of these.
_ENCODER: Final = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)


def canonical_bytes(value: Json) -> bytes:
    """UTF-8 JSON with sorted keys and no spaces.

    Raises ValueError for floats, non-string keys and lone surrogates: such a value has no single byte form; and for
    more than ``DEEPEST`` levels.
    """
    check_canonical(value, DEEPEST)
    text = _ENCODER.encode(value)
    return text.encode("utf-8")  # a lone surrogate raises UnicodeEncodeError, which is a ValueError


def parse_canonical(data: bytes) -> Json:
    """Parse bytes made by :func:`canonical_bytes`; raises ValueError when they are not in canonical form."""
    try:
        value: Json = json.loads(data)
    except RecursionError:
        raise ValueError("nested too deep") from None
    if canonical_bytes(value) != data:
        raise ValueError("bytes are not canonical JSON")
    return value


def check_canonical(value: object, left: int = DEEPEST) -> None:
    """Raise the ValueError :func:`canonical_bytes` raises, for a value that may hold ``left`` more levels."""
    kind = type(value)
    if kind is str or kind is int or kind is bool or value is None:
        return
    if not left:
        raise ValueError("nested too deep")
    if isinstance(value, Mapping):
        for key, item in value.items():
            if type(key) is not str:
                raise ValueError("an object key is not a string")
            check_canonical(item, left - 1)
    elif isinstance(value, list | tuple):
        for item in value:
            check_canonical(item, left - 1)
    else:
        raise ValueError(f"no canonical form for {kind.__name__}")
