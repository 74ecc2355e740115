"""Reading the content bytes of an act quickly; the meaning of "canonical" stays with ``domain.canonical``."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import fields, make_dataclass
from typing import Any, Final, cast

import msgspec

from domain.acts import ENVELOPE, Act, act_json, decode_act
from domain.canonical import DEEPEST, Json, canonical_bytes, check_canonical
from sync.log.chain import Entry, LogDamaged

LARGEST: Final = 2**53
"""Lamports and times stay below this, so that they fit every database and every JSON reader."""

LONGEST_NAME: Final = 200
"""Characters of a case id or a scope: an index entry of PostgreSQL ends at 2,700 bytes."""


class _Envelope(msgspec.Struct, omit_defaults=True):
    """The envelope of an ordinary act, its keys in canonical order."""

    c: str
    ck: str
    e: int
    f: dict[str, Any]
    i: str
    k: str
    l: int  # noqa: E741
    of: str
    q: str
    s: str
    st: str
    t: int
    u: str
    o: list[str] = []
    w: str = ""
    co: int | msgspec.UnsetType = msgspec.UNSET


def _no_float(text: str) -> Any:
    raise ValueError(f"a float of {len(text)} digits has no canonical form")


_decoder: Final = msgspec.json.Decoder(_Envelope, float_hook=_no_float)
_encoder: Final = msgspec.json.Encoder(order="sorted")


def read_act(content: bytes) -> Act:
    """Decode content bytes as :func:`domain.acts.decode_act` does, several times faster for ordinary acts.

    Only bytes without escapes and without further keys take the quick way: there both encoders can write one form
    only. Whatever the quick way does not accept is decided by the slow one. Raises ValueError for what is no act.
    """
    act = _quick(content)
    if act is None:
        try:
            act = decode_act(content)
        except RecursionError:
            raise ValueError("an act is nested too deeply") from None
        if "\0" in act.case_id + act.scope:  # the quick way takes no escape, and so no NUL
            raise ValueError("a case or a scope is no name that every database can hold")
    offset = act.clock_offset_ms or 0
    if not (0 <= act.lamport < LARGEST and -LARGEST < act.wall_ms < LARGEST and -LARGEST < offset < LARGEST):
        raise ValueError("a lamport or a time is out of range")
    if len(act.case_id) > LONGEST_NAME or len(act.scope) > LONGEST_NAME:
        raise ValueError("a case or a scope is no name that every database can hold")
    if len(act.act_id) != 32 or act.act_id.strip("0123456789abcdef"):
        raise ValueError("an act id is 32 hexadecimal digits in lower case")
    return act


def read_acts(entries: Iterable[Entry]) -> list[Act]:
    """Decode every entry; raises LogDamaged ``not_an_act`` naming the first whose bytes are no act."""
    acts: list[Act] = []
    for entry in entries:
        try:
            acts.append(read_act(entry.content))
        except ValueError:
            raise LogDamaged("not_an_act", writer=entry.writer, n=entry.n) from None
    return acts


class Unread(Mapping[str, Json]):
    """What an act sets, read out of its bytes when somebody asks: where acts only pass through, nearly nobody does.

    Whoever makes one knows that :func:`read_act` reads the content.
    """

    __slots__ = ("_content", "_read")

    def __init__(self, content: bytes) -> None:
        self._content = content
        self._read: Mapping[str, Json] | None = None

    def _sets(self) -> Mapping[str, Json]:
        if self._read is None:
            self._read = read_act(self._content).sets
        return self._read

    def __getitem__(self, name: str) -> Json:
        return self._sets()[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._sets())

    def __len__(self) -> int:
        return len(self._sets())


def _quick(content: bytes) -> Act | None:
    if b"\\" in content:
        return None
    try:
        body = _decoder.decode(content)
        if body.e != ENVELOPE or _encoder.encode(body) != content:
            return None
    except (msgspec.MsgspecError, ValueError, RecursionError, UnicodeDecodeError):
        return None
    return made_act(
        body.i, body.k, body.ck, body.c, body.s, body.l, body.t, body.q, body.of, body.st, body.u, body.f,
        tuple(body.o), body.w, None if body.co is msgspec.UNSET else body.co,
    )  # fmt: skip


_Loose: Final = make_dataclass("_Loose", [each.name for each in fields(Act)], slots=True)
"""An act that may still be written to. To fill one in and to call it an act then takes a third of the time of making
an act, which writes each of its fields past the lock it has itself: acts that are read in are made here."""


def made_act(*values: object) -> Act:
    """An act of all its fields, in their order."""
    made = _Loose(*values)
    made.__class__ = Act
    return cast(Act, made)


def write_act(act: Act) -> bytes:
    """:func:`domain.acts.encode_act` several times faster: the same bytes, and ValueError for the same acts."""
    body = act_json(act)
    for value in body.values():
        if type(value) not in _PLAIN:
            _check(value)
    quick = _encoder.encode(body)  # a lone surrogate raises UnicodeEncodeError here too
    return canonical_bytes(body) if b"\\" in quick else quick


_PLAIN: Final = frozenset({str, int, bool, type(None)})


def _check(value: Json) -> None:
    """What an act sets, or the ids it names; most of it is plain and not walked through."""
    if type(value) is not dict:
        check_canonical(value, DEEPEST - 1)
        return
    for name, item in value.items():
        if type(name) is not str:
            raise ValueError("an object key is not a string")
        if type(item) not in _PLAIN:
            check_canonical(item, DEEPEST - 2)


def write_json(value: Json) -> bytes:
    """:func:`domain.canonical.canonical_bytes` for what was read from acts, quickly: same bytes.

    ``value`` must hold no floats and no keys other than text, which acts read here cannot.
    """
    quick = _encoder.encode(value)
    return canonical_bytes(value) if b"\\" in quick else quick
