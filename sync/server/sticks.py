"""The county's half of the stick: media are checked, taken in as rounds are, and answered by a reply to carry back.

Everything that changes the record goes through the store, one round in one transaction; here only numbers of media are
kept, in a file of their own beside the record.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path
from typing import Any, Final

from sqlcipher3 import dbapi2

from sync.bundle.attachments import room_for_files
from sync.bundle.files import PART_LIMIT, Part, Sealing, opened, write_medium
from sync.bundle.medium import FORM, Frame, FrameKind, Header, MediumRefused, Reader
from sync.bundle.replies import medium_of
from sync.exchange.courier import FRAME_BUDGET, answers_ahead
from sync.log.media import MEDIA_SCHEMA, MediaLedger, Missing
from sync.protocol import (
    ANSWER_TAG,
    CAPABILITIES,
    ENROL_TAG,
    PROTOCOL,
    REQUEST_TAG,
    Answer,
    Certificate,
    Enrol,
    Enrolled,
    Request,
    SignedCertificate,
    WireDamaged,
    decode_frame,
    encode_frame,
    verify_frame,
)
from sync.server.file import surroundings
from sync.server.stations import RequestRefused, StationRow
from sync.server.stick_files import FilesTaken, StickFiles
from sync.server.store import CountyStore

REPLY_BYTES: Final = 256 << 20
"""Bytes of acts in one reply; what is left is told, and the next reply goes on there."""


@dataclass(slots=True)
class Taken:
    """What an import did."""

    station: str
    kind: str
    numbers: list[int] = field(default_factory=list)
    states: list[str] = field(default_factory=list)
    frames: int = 0
    acts: int = 0
    """Acts that came, those the county had included."""
    damaged: list[str] = field(default_factory=list)
    """Codes of frames inside that were passed over."""
    behind: bool = False
    """Acts begin behind what the county has of their writer: they wait for what is missing."""
    more: bool = False
    """The reply did not hold everything that waits for the station."""
    missing: list[Missing] = field(default_factory=list)
    reply: list[Part] = field(default_factory=list)
    files: FilesTaken = field(default_factory=FilesTaken)


@dataclass(frozen=True, slots=True)
class _Source:
    path: Path
    header: Header


class Sticks:
    """Media at the county. Used by one thread, beside the store it was given."""

    def __init__(
        self, store: CountyStore, folder: Path, clock: Callable[[], int], entropy: Callable[[int], bytes]
    ) -> None:
        self._store, self._clock, self._entropy = store, clock, entropy
        self._db = _open(folder / "media.db")
        self.ledger = MediaLedger(self._db)

    def close(self) -> None:
        """Close the file of numbers."""
        self._db.close()

    def take(
        self, paths: Sequence[Path], reply: Path | None, *, most: int = REPLY_BYTES, part_limit: int = PART_LIMIT
    ) -> Taken:
        """Take in media of one station, parts and numbers in any order, and write the reply to the newest.

        Raises MediumRefused or RequestRefused when they are not to be served: then nothing was changed. A reply that
        cannot be written (SurroundingsFault) changes nothing about what was taken in: importing again answers again.
        """
        sources = sorted(
            (_Source(path, self._header(path)) for path in paths),
            key=lambda source: (source.header.serial, source.header.number, source.header.part),
        )
        newest = sources[-1].header
        if any((each.header.station, each.header.kind) != (newest.station, newest.kind) for each in sources):
            raise MediumRefused("several_stations")
        taken = Taken(newest.station, newest.kind)
        if newest.kind == "enrol":
            frames = self._enrol(sources, taken)
        else:
            frames = self._report(sources, taken, most, lambda: 0 if reply is None else _room(reply.parent))
        first = next(frames, None)
        if first is None:
            self._note(sources, taken)
            if taken.files.pieces:  # a part without text: the part with the text is answered
                return taken
            raise MediumRefused("nothing_to_use")
        station = self._store.station(newest.station)
        assert station is not None
        answers = chain([first], frames)
        if reply is None:
            for _ in answers:
                pass
        else:
            taken.reply = self._write(reply, station, bytes.fromhex(newest.sealing or ""), answers, part_limit)
        self._note(sources, taken)
        return taken

    # reports -----------------------------------------------------------------------------------------------------

    def _header(self, path: Path) -> Header:
        with opened(path) as reader:
            header = reader.header
            if header.county == self._store.county and header.kind != "reply":
                reader.unlock(self._store.sealing_key)  # all of them can be opened before anything of one is taken
        if header.kind not in ("report", "enrol") or not header.sealing:
            raise MediumRefused("not_a_report")
        if header.county != self._store.county:
            raise MediumRefused("wrong_county")
        return header

    def _known(self, header: Header) -> StationRow:
        """Whose report this is, by the key the county knows; a forgotten station shows its certificate."""
        found = self._store.station(header.station)
        if (found is None or found.serial < header.serial) and header.certificate is not None:
            found = self._store.readmit(_certificate(header, header.certificate))
        if found is None:
            raise MediumRefused("station_unknown")
        if found.revoked:
            raise MediumRefused("revoked")
        if header.serial < found.serial:
            raise MediumRefused("certificate_superseded")
        if header.serial > found.serial or bytes.fromhex(header.sender) != found.public_key:
            raise MediumRefused("medium_signature")
        return found

    def _report(self, sources: Sequence[_Source], taken: Taken, most: int, room: Callable[[], int]) -> Iterator[Frame]:
        station = self._known(sources[-1].header)
        files = StickFiles(self._store, station)
        taken.files = files.taken
        for source in sources:
            self._known(source.header)
        newest = sources[-1].header.number
        for source in sources:
            if source.header.number != newest:  # taken in, answered with the newest: that one says where the station is
                ask = self._asker([source], station, taken)
                for _ in answers_ahead(self._requests([source], station, taken, files), ask, 0):
                    pass
        of_newest = [source for source in sources if source.header.number == newest]
        ask = self._asker(of_newest, station, taken)
        for asked, answer in answers_ahead(self._requests(of_newest, station, taken, files), ask, most):
            taken.behind = taken.behind or any(
                run.w not in answer.have or answer.have[run.w].n < run.n - 1 for run in asked.push
            )
            taken.more = answer.more
            yield Frame(FrameKind.ANSWER, encode_frame(answer, ANSWER_TAG, self._store.key))
        yield from files.answer(room)

    def _asker(self, report: Sequence[_Source], station: StationRow, taken: Taken) -> Callable[[Request], Answer]:
        """Rounds of one report. Once it brings something back or is wound back, or when a part of it is missing, the
        station holds what did not come with it: the rest of the report is leased no numbers (§9). The next one is.
        """
        level = {source.header.part for source in report} == set(range(1, report[0].header.parts + 1))

        def ask(request: Request) -> Answer:
            nonlocal level
            level = level and not request.recovered
            answer = self._store.exchange(request, station, live=False, leases=level)
            level = level and not (answer.rewind or answer.fork)
            taken.acts += sum(len(run.a) for run in request.push)
            return answer

        return ask

    def _requests(
        self, sources: Sequence[_Source], station: StationRow, taken: Taken, files: StickFiles
    ) -> Iterator[Request]:
        """The requests; files behind them are taken in on the way, when what comes before them has been answered."""
        for source in sources:
            files.next_medium()
            yield from self._requests_of(source, station, taken, files)

    def _requests_of(self, source: _Source, station: StationRow, taken: Taken, files: StickFiles) -> Iterator[Request]:
        for frame in self._frames([source], taken):
            try:
                if frame.kind != FrameKind.REQUEST:
                    files.take(frame)  # later kinds are passed over
                    continue
                request, _ = decode_frame(frame.data, Request)
                verify_frame(frame.data, REQUEST_TAG, station.public_key)
                if request.st != station.station or request.v != PROTOCOL:
                    raise WireDamaged("bad_message")
            except WireDamaged as damaged:
                taken.damaged.append(damaged.code)
                continue
            yield request

    def _frames(self, sources: Sequence[_Source], taken: Taken) -> Iterator[Frame]:
        for source in sources:
            with opened(source.path) as reader:
                for frame in reader.frames(reader.unlock(self._store.sealing_key)):
                    taken.frames += 1
                    yield frame
                taken.numbers.append(source.header.number)
                taken.states.append(reader.state)
                self._came(reader)

    # enrolment ---------------------------------------------------------------------------------------------------

    def _enrol(self, sources: Sequence[_Source], taken: Taken) -> Iterator[Frame]:
        for frame in self._frames(sources, taken):
            if frame.kind != FrameKind.ENROL:
                continue
            try:
                asked, _ = decode_frame(frame.data, Enrol)
                verify_frame(frame.data, ENROL_TAG, asked.station_key)
                header = sources[-1].header
                same = (asked.station, asked.station_key.hex(), asked.sealing_key.hex(), asked.v)
                if same != (header.station, header.sender, header.sealing, PROTOCOL):
                    raise WireDamaged("bad_message")
            except WireDamaged as damaged:
                taken.damaged.append(damaged.code)
                continue
            enrolled = Enrolled(t=self._clock(), certificate=self._store.enrol(asked), caps=list(CAPABILITIES))
            yield Frame(FrameKind.ENROLLED, encode_frame(enrolled, ENROL_TAG, self._store.key))
            yield from self._first_answers(asked.station, taken)
            return

    def _first_answers(self, name: str, taken: Taken) -> Iterator[Frame]:
        """What a new station would ask first: it can print numbers when the stick is back, not a journey later."""
        station = self._store.station(name)
        assert station is not None
        writer = self._store.log.writer(station.writer)
        if writer is not None and not writer.have.n:  # no act of it came yet: no number of this county's can be used
            with self._store.transaction():
                self._store.series.settle(station, [station.writer])
        first = Request(v=PROTOCOL, st=name, limit=FRAME_BUDGET)
        for _, answer in answers_ahead(
            [first], lambda asked: self._store.exchange(asked, station, live=False), REPLY_BYTES
        ):
            taken.more = answer.more
            yield Frame(FrameKind.ANSWER, encode_frame(answer, ANSWER_TAG, self._store.key))

    # numbers -----------------------------------------------------------------------------------------------------

    def _write(
        self, path: Path, station: StationRow, receiver: bytes, frames: Iterator[Frame], part_limit: int
    ) -> list[Part]:
        number = self.ledger.next_number(station.station, station.serial, "reply")
        header = Header(
            v=FORM, kind="reply", county=self._store.county, station=station.station, serial=station.serial,
            number=number, sender=self._store.public_key.hex(),
        )  # fmt: skip
        sealing = Sealing(self._store.key, receiver, self._entropy)
        parts = write_medium(path, header, frames, sealing, part_limit=part_limit)
        with surroundings():
            for part in parts:
                self.ledger.note(medium_of(part.header, part.hash, whole=True), self._clock())
        return parts

    def _came(self, reader: Reader) -> None:
        with surroundings():
            whole = reader.state == "whole"
            self.ledger.note(medium_of(reader.header, reader.body_hash, whole=whole), self._clock())

    def _note(self, sources: Sequence[_Source], taken: Taken) -> None:
        header = sources[-1].header
        taken.missing = self.ledger.missing(header.station, header.serial, header.kind)


def _certificate(header: Header, signed: SignedCertificate) -> Certificate:
    """The certificate shown in a head, when it is of the key that signed this head. Raises MediumRefused."""
    try:
        found = signed.read()
    except WireDamaged:
        raise MediumRefused("medium_signature") from None
    if (found.station, found.serial, found.key) != (header.station, header.serial, header.sender):
        raise MediumRefused("medium_signature")
    return found


def _room(folder: Path) -> int:
    try:
        return room_for_files(folder)
    except OSError:
        return 0  # what is wrong with the place, the writing says


def _open(path: Path) -> Any:
    with surroundings():
        db = dbapi2.connect(str(path), isolation_level=None)
        with closing(db.cursor()) as cursor:
            cursor.execute("PRAGMA synchronous = FULL")
            cursor.executescript(MEDIA_SCHEMA)
    return db


__all__ = ["REPLY_BYTES", "RequestRefused", "Sticks", "Taken"]
