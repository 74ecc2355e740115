"""The station's half of the stick: reports as frames, replies checked, answers taken in whatever order they come."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from sync.bundle.files import opened
from sync.bundle.medium import FORM, Frame, FrameKind, Header, MediumRefused, Reader
from sync.exchange import Applied
from sync.log.chain import SigningKey
from sync.log.media import Medium
from sync.protocol import (
    ANSWER_TAG,
    REQUEST_TAG,
    Answer,
    Request,
    SignedCertificate,
    WireDamaged,
    encode_frame,
    open_frame,
)

MOST_PASSES: Final = 1000
"""Passes over waiting answers. In order one is enough; in the worst order one for each medium."""
MOST_IN_MEMORY: Final = 512 << 20
"""Bytes of frames of one import. The county writes less into one reply."""


@dataclass(frozen=True, slots=True)
class Papers:
    """What a station needs to write to its county and to believe what comes from there."""

    county: str
    county_key: bytes
    county_sealing: bytes
    """Raw X25519 public key: what is sealed to the county."""
    sealing: bytes
    """Raw X25519 public key of the station: what replies are sealed to."""
    station: str
    serial: int
    key: SigningKey
    certificate: SignedCertificate | None


@dataclass(frozen=True, slots=True)
class ReadPart:
    """One part as it was read: its frames are not yet believed."""

    header: Header
    state: str
    hash: bytes
    frames: tuple[Frame, ...]

    def medium(self) -> Medium:
        """As the ledger notes it."""
        return medium_of(self.header, self.hash, whole=self.state == "whole")


def medium_of(header: Header, hash_of_chunks: bytes, *, whole: bool) -> Medium:
    """As the ledger notes it."""
    return Medium(
        header.station, header.serial, header.kind, header.number, header.part, header.parts, hash_of_chunks, whole
    )


def report_header(papers: Papers, number: int) -> Header:
    """The head of report ``number``."""
    return Header(
        v=FORM, kind="report", county=papers.county, station=papers.station, serial=papers.serial, number=number,
        sender=papers.key.public.hex(), sealing=papers.sealing.hex(), certificate=papers.certificate,
    )  # fmt: skip


def report_frame(request: Request, key: SigningKey) -> Frame:
    """A request as a signed frame."""
    return Frame(FrameKind.REQUEST, encode_frame(request, REQUEST_TAG, key))


def read_replies(
    paths: Sequence[Path], papers: Papers, private: bytes, told: Callable[[int], None] = lambda _bytes: None,
    piece: Callable[[bytes], None] = lambda _data: None,
) -> list[ReadPart]:  # fmt: skip
    """Open replies with the station's sealing key, in the order of their numbers; no answer is believed yet.

    Pieces of files are handed to ``piece`` as they come and kept nowhere: they may be many times what memory holds.
    Raises MediumRefused ``not_a_reply``, ``wrong_county``, ``wrong_station``, ``sealed_to_another`` and those of
    Reader; SurroundingsFault. One bad part refuses them all, before anything is applied.
    """
    found: list[ReadPart] = []
    size = done = 0
    for path in paths:
        with opened(path) as reader:
            _check_reply(reader, papers)
            reader.unlock(private)
    for path in paths:
        with opened(path) as reader:
            _check_reply(reader, papers)
            frames = []
            for frame in reader.frames(reader.unlock(private)):
                done += len(frame.data)
                told(done)
                if frame.kind == FrameKind.FILE_PIECE:
                    piece(frame.data)
                    continue
                size += len(frame.data)
                if size > MOST_IN_MEMORY:
                    raise MediumRefused("too_much_at_once")
                frames.append(frame)
            found.append(ReadPart(reader.header, reader.state, reader.body_hash, tuple(frames)))
    return sorted(found, key=lambda part: (part.header.serial, part.header.number, part.header.part))


def _check_reply(reader: Reader, papers: Papers) -> None:
    header = reader.header
    if header.kind != "reply":
        raise MediumRefused("not_a_reply")
    if header.county != papers.county or bytes.fromhex(header.sender) != papers.county_key:
        raise MediumRefused("wrong_county")
    if header.station != papers.station:
        raise MediumRefused("wrong_station")


@dataclass(slots=True)
class Answers:
    """Answers of several replies on their way into the station, one step at a time, in the order in which they fit."""

    waiting: list[bytes]
    """Frames not yet taken whole."""
    county_key: bytes
    cases: set[str] = field(default_factory=set)
    pulled: int = 0
    confirmed: int = 0
    refused: int = 0
    damaged: int = 0
    """Frames inside that were not the county's; they were passed over."""
    gap: bool = False
    """Something begins behind what the station has: a reply before it has not come, or this file is an older copy."""
    _place: int = 0
    _passes: int = 0
    _moved: bool = False
    _ahead: list[bytes] = field(default_factory=list)

    @property
    def more(self) -> bool:
        """Whether :meth:`step` has something left to try."""
        return bool(self.waiting)

    @property
    def left(self) -> int:
        """Frames to try in this pass."""
        return len(self.waiting) - self._place

    def step(self, take: Callable[[Answer], tuple[Applied, bool, bool]]) -> None:
        """Take the next answer.

        ``take`` applies it in one transaction and says what it did, whether a cursor moved, and whether a part of the
        answer begins behind what is held now. Such a one is tried again when others have moved.
        """
        frame = self.waiting[self._place]
        try:
            answer = open_frame(frame, Answer, ANSWER_TAG, self.county_key)
            applied, moved, ahead = take(answer)
        except WireDamaged:
            self.damaged += 1
        else:
            self._moved = self._moved or moved
            self.cases |= set(applied.cases)
            self.pulled += applied.pulled
            self.confirmed += applied.confirmed
            self.refused += applied.refused
            if ahead:
                self._ahead.append(frame)
        self._place += 1
        if self._place == len(self.waiting):
            # Replies of counties that were restored in between could send the cursor to and fro for ever.
            self._passes += 1
            self.waiting = self._ahead if self._moved and self._passes <= MOST_PASSES else []
            self.gap = bool(self._ahead)
            self._place, self._moved, self._ahead = 0, False, []
