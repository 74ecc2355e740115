"""Carrying files: what to carry next, a few pieces of it, what came of it; acts go first and never wait for a file.

Like an exchange it has three parts: :func:`begin` on the store lane, :func:`carry` on the file lane (it touches sealed
files and the line, never the database), :func:`finish` on the store lane again.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal

import msgspec

from desktop.models.store.files import Travel
from desktop.models.store.folder import free_bytes
from desktop.models.store.vault import ROOM_BYTES, Vault
from desktop.services.files import vault_of
from desktop.services.outcome import Outcome, Topic
from desktop.services.station import Station
from domain.faults import SurroundingsFault
from domain.files import PIECE_BYTES
from sync.blobs import Shape
from sync.client import FileLine, Pace
from sync.log import SigningKey
from sync.protocol import Certificate, SignedCertificate

MOST_STEPS = 100_000


@dataclass(frozen=True, slots=True)
class Job:
    """What to carry next. ``check``: ask which of this station's files the county lacks."""

    way: Literal["check", "send", "fetch"]
    url: str
    certificate: Certificate
    station: str
    key: SigningKey
    vault: Vault
    shape: Shape | None = None

    def line(self) -> FileLine:
        """A connection for it and what follows."""
        return FileLine(self.url, self.certificate, self.station, self.key)


@dataclass(frozen=True, slots=True)
class Carried:
    """What came of a step."""

    job: Job
    done: bool = False
    """The file is there: the county said whole and verified, or it was verified here."""
    pieces: int = 0
    """Pieces at the other end, or here, after the step."""
    moved: int = 0
    """Bytes carried in it."""
    trouble: str = ""
    lacking: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Transferred:
    """What carrying everything did."""

    sent: int
    fetched: int
    waiting: int
    """Files attached here that the county does not hold yet."""
    trouble: tuple[str, ...]


def begin(station: Station, *, check: bool = False) -> Job | None:
    """The next step (store lane); None when nothing waits, an act waits, or there is no line to a county.

    Sending comes before fetching. Nothing is fetched where less than 500 MB would be left.
    """
    store = station.store
    county = store.county()
    if county is None or not county[0] or (store.feed.pending() and not store.feed.set_aside()):
        return None
    signed = msgspec.json.decode(county[1], type=SignedCertificate)
    job = Job(
        "check" if check else "send",
        county[0],
        signed.read(),
        store.identity.station_id,
        store.station_key,
        vault_of(station),
    )
    if check:
        return job
    shape = store.files.to_send(store.identity.station_id)
    if shape is not None:
        return replace(job, shape=shape)
    while (shape := store.files.to_fetch()) is not None:
        if free_bytes(station.folder) - shape.size >= ROOM_BYTES:
            return replace(job, way="fetch", shape=shape)
        store.files.note(shape, replace(store.files.travel(shape.hash), trouble="little_room"))
    return None


def carry(job: Job, line: FileLine, budget: int, go_on: Callable[[], bool] = lambda: True) -> Carried:
    """Carry up to ``budget`` bytes, at least one piece, while ``go_on`` says so (file lane).

    What is wrong with this one file is its trouble; SurroundingsFault is raised for what is wrong with the line.
    """
    if job.shape is None:
        return Carried(job, done=True, lacking=tuple(line.lacking()))
    try:
        work = _send if job.way == "send" else _fetch
        return work(job, job.shape, line, max(1, budget // PIECE_BYTES), go_on)
    except SurroundingsFault as fault:
        reason = str(fault.facts.get("reason", fault.code))
        if fault.code == "county_refused" and reason in ("file_not_yours", "file_differs", "bad_piece"):
            return Carried(job, trouble=reason)
        if fault.code == "county_refused" and reason == "file_not_there":
            return Carried(job, trouble="file_not_at_county")
        if fault.code in ("file_damaged_here", "file_not_here"):
            return Carried(job, trouble=fault.code)
        raise


def _send(job: Job, shape: Shape, line: FileLine, most: int, go_on: Callable[[], bool]) -> Carried:
    whole, held = line.ask(shape)
    moved = 0
    for index in shape.missing(held) if not whole else ():
        piece = job.vault.piece(shape, index)
        whole = line.put(shape, index, piece)
        held.add(index)
        moved += len(piece)
        most -= 1
        if whole or most <= 0 or not go_on():
            break
    return Carried(job, done=whole, pieces=shape.pieces if whole else len(held), moved=moved)


def _fetch(job: Job, shape: Shape, line: FileLine, most: int, go_on: Callable[[], bool]) -> Carried:
    whole, _held = line.ask(shape)
    if not whole:
        return Carried(job, trouble="file_not_at_county")
    held = job.vault.held(shape)
    moved = 0
    for index in shape.missing(held):
        if most <= 0 or (moved and not go_on()):
            break
        piece = line.get(shape, index)
        job.vault.take(shape, index, piece)
        held.add(index)
        moved += len(piece)
        most -= 1
    if len(held) < shape.pieces:
        return Carried(job, pieces=len(held), moved=moved)
    good = job.vault.finish(shape)
    return Carried(job, done=good, pieces=shape.pieces, moved=moved, trouble="" if good else "file_differs")


def finish(station: Station, carried: Carried) -> Outcome[Carried]:
    """Note what a step did (store lane)."""
    files, shape = station.store.files, carried.job.shape
    if shape is None:
        files.not_at_county(carried.lacking)
    elif carried.done:
        files.note(shape, Travel(at_county=True, carried=shape.pieces))
    else:
        before = files.travel(shape.hash)
        files.note(shape, replace(before, carried=carried.pieces, trouble=carried.trouble))
    return Outcome(carried, frozenset({Topic.FILE}))


def carry_all(station: Station) -> Outcome[Transferred]:
    """Carry everything that waits, in one go, for the command line. Raises SurroundingsFault."""
    station.store.files.try_again()
    sent = fetched = 0
    line: FileLine | None = None
    job = begin(station, check=True)
    trouble: set[str] = set()
    try:
        for _ in range(MOST_STEPS):
            if job is None:
                break
            line = line or job.line()
            carried = finish(station, carry(job, line, Pace(loopback=line.loopback).budget)).value
            if carried.done and carried.job.shape is not None:
                sent, fetched = sent + (job.way == "send"), fetched + (job.way == "fetch")
            if carried.trouble:
                trouble.add(carried.trouble)
            job = begin(station)
    finally:
        if line is not None:
            line.close()
    waiting = station.store.files.waiting(station.store.identity.station_id)
    return Outcome(Transferred(sent, fetched, waiting, tuple(sorted(trouble))), frozenset({Topic.FILE}))
