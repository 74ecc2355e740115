"""What both ends of a round share: who speaks, runs of entries, and the one hash over all positions."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import msgspec

from domain.acts import Act
from domain.canonical import Json, canonical_bytes
from sync.log.chain import Entry, extend_chain, first_hash, link
from sync.log.log import ActLog, Position, WriterRow
from sync.protocol import Mark, Request, Run, WireDamaged, WriterInfo

START_BUDGET: Final = 128 << 10
"""Bytes of acts in one direction of a first round over an unknown line: packed some 10 kB, little over a second at
64 kbit/s, twice that where the county has no dictionary. Less would cost a narrow line further round trips."""
MAX_BUDGET: Final = 8 << 20

Fold = Callable[[Mapping[str, Sequence[Act]]], None]
"""Told which cases changed, inside the same transaction, each with its acts where all of them came just now; no acts
stand for one that has others: they are to be read."""


@dataclass(frozen=True, slots=True)
class Identity:
    """Who a station is on the wire: itself and its current incarnation."""

    station: str
    office: str
    writer: str
    public_key: bytes
    """The writer's key."""
    birth: bytes = b""
    """The station key's signature over writer and key."""


@dataclass(frozen=True, slots=True)
class NewWriter:
    """A fresh incarnation: a random id, the public half of a fresh key, and its birth."""

    writer: str
    public_key: bytes
    birth: bytes


Reborn = Callable[[], NewWriter]
"""Makes a new incarnation and keeps its key in the running transaction; the randomness is its affair."""


@dataclass(frozen=True, slots=True)
class Grant:
    """What the county allows a station by its certificate: the scopes it may read, and those of them it may write."""

    station: str
    scopes: tuple[str, ...]
    writes: Container[str]
    key: bytes = b""
    """The station key: verifies births. Empty: no birth can be verified, no new writer is taken."""
    below: tuple[str, ...] = ()
    """Only for a relay: the stations it speaks for, and itself; their logs count as its own."""


Grants = Callable[[str], Grant | None]
"""What the county allows a station, by its id; None for one it does not know."""


@dataclass(frozen=True, slots=True)
class Applied:
    """What one answer changed at the station."""

    cases: tuple[str, ...] = ()
    pulled: int = 0
    """Acts that are new here."""
    confirmed: int = 0
    """Own acts seen back for the first time: now 已到县."""
    refused: int = 0
    """Own acts the county keeps but does not deliver."""
    forked: tuple[str, ...] = ()
    """Own writers known to differ from the county's copy, in this answer or an earlier one. Nothing is lost: their
    unseen acts stay pending and are offered under their old place."""
    reborn: str = ""
    """The new writer this station writes under from now on; empty when it stayed the same."""
    broken: tuple[str, ...] = ()
    """Writers whose run the county calls broken and that are set aside (``StationFeed.set_aside``)."""
    more: bool = False
    """Something moved and more waits: go again at once."""
    pending: int = 0


def feed_in_full(request: Request) -> bool:
    """True when a request carried its claims, not only their digest."""
    return not request.q


def mark_of(position: Position) -> Mark:
    return Mark(position.n, position.hash)


def digest(feeds: Mapping[str, Position], own: Mapping[str, Mark], serial_list: int = 0) -> bytes:
    """One hash over all positions: equal at both ends exactly when a full round would find nothing new."""
    said: Json = [[scope, at.n, at.hash.hex()] for scope, at in sorted(feeds.items()) if at.n]
    logs: Json = [[writer, at.n, at.hash.hex()] for writer, at in sorted(own.items())]
    return hashlib.sha256(b"xinfang-same-2" + canonical_bytes([said, logs, serial_list])).digest()[:16]


def run_of(entries: Sequence[Entry], *, before: bytes | None, all_signatures: bool = False) -> Run:
    """A run on the wire. A push carries the last signature only: by the chain it covers every commit before it."""
    first, last = entries[0], len(entries) - 1
    sigs = {i: e.sig for i, e in enumerate(entries) if e.sig is not None and (all_signatures or i == last)}
    acts = [msgspec.Raw(entry.content) for entry in entries]
    if before is None:
        return Run(w=first.writer, n=first.n, h=first.hash, a=acts, s=sigs)
    return Run(w=first.writer, n=first.n, p=before if first.n > 1 else b"", a=acts, s=sigs)


def loose_runs(entries: Sequence[Entry], before: Mapping[tuple[str, int], bytes] | None = None) -> Iterator[Run]:
    """Group loose entries, sorted by writer and place, into runs whose chain holds.

    ``before`` gives the chain hash before an entry by (writer, n) where it is known: with it the signature that ends
    the run proves the whole of it.
    """
    start = 0
    for end in range(1, len(entries) + 1):
        if end < len(entries):
            one, two = entries[end - 1], entries[end]
            follows = (one.writer, one.n + 1) == (two.writer, two.n)
            if follows and link(one.hash, two.writer, two.n, two.content) == two.hash:
                continue
        first = entries[start]
        known = first_hash(first.writer) if first.n == 1 else (before or {}).get((first.writer, first.n))
        if known is not None and link(known, first.writer, first.n, first.content) != first.hash:
            known = None
        yield run_of(entries[start:end], before=known, all_signatures=True)
        start = end


def entries_of(run: Run) -> list[Entry]:
    """The entries of a run with their hashes computed here; raises WireDamaged for a run that cannot be one."""
    if not run.a or run.c or not run.n:
        raise WireDamaged("bad_run")
    contents = [bytes(raw) for raw in run.a]
    sigs = [run.s.get(offset) for offset in range(len(contents))]
    if not run.h:
        return extend_chain(run.w, run.n - 1, run.p or first_hash(run.w), contents, sigs)
    first = Entry(run.w, run.n, run.h, contents[0], sigs[0])
    return [first, *extend_chain(run.w, run.n, run.h, contents[1:], sigs[1:])]


def infos(log: ActLog, writers: Iterable[str]) -> dict[str, WriterInfo]:
    rows = (log.writer(writer) for writer in sorted(writers))
    return {row.writer: info(row) for row in rows if row is not None}


def info(row: WriterRow) -> WriterInfo:
    return WriterInfo(row.station, row.office, row.public_key, row.birth)
