"""What the log says of itself: the ends of histories, writers and how one is read, an act as it lies. Values only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from domain.acts import Act
from sync.log.chain import Entry


@dataclass(frozen=True, slots=True)
class Position:
    """The end of a writer's history as known here."""

    n: int
    hash: bytes


@dataclass(frozen=True, slots=True)
class Tail:
    """Where the next commit of an own writer goes."""

    n: int
    hash: bytes
    seq: int
    """Highest storage key of the log."""
    lamport: int
    """Highest lamport held here."""


@dataclass(frozen=True, slots=True)
class WriterRow:
    """A writer as known here: who holds its key, and how far its history is held."""

    writer: str
    station: str
    office: str
    public_key: bytes
    have: Position
    state: str
    birth: bytes = b""
    attested: bool = False
    """True while nobody who could prove it has said that this key is this station's."""


WRITER_COLUMNS: Final = "writer, station, office, public_key, have_n, have_hash, state, birth, attested"


def writer_from_row(row: Sequence[Any]) -> WriterRow:
    """A writer from :data:`WRITER_COLUMNS`."""
    end = Position(int(row[4]), bytes(row[5]))
    birth = b"" if row[7] is None else bytes(row[7])
    return WriterRow(bytes(row[0]).hex(), row[1], row[2], bytes(row[3]), end, str(row[6]), birth, attested=bool(row[8]))


def entry_from_row(writer: str, row: Sequence[Any]) -> Entry:
    """An entry from the columns (n, hash, content, sig)."""
    return Entry(writer, int(row[0]), bytes(row[1]), bytes(row[2]), None if row[3] is None else bytes(row[3]))


class Held(NamedTuple):
    """An act as it lies in this log."""

    seq: int
    """Storage key in this file; means nothing elsewhere."""
    entry: Entry
    act: Act
    new: bool
    """False when the act lay here before."""
    chained: bool = False
    """True for one that was just put into its author's chain."""
