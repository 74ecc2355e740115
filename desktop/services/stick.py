"""The stick 介质: reports to carry to the county, replies to carry home, enrolment where there has never been a line.

Everything comes in three parts, so that no lane waits for a slow stick: on the store lane what is to be written or
applied, on another lane the file, on the store lane again what became of it. One-go functions are for the command line.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import msgspec

from desktop.models.store.connection import immediate
from desktop.models.store.media import StationMedia
from desktop.services import county
from desktop.services.outcome import Outcome, Topic
from desktop.services.station import Station
from domain.faults import SurroundingsFault
from sync.bundle import (
    FORM,
    PART_LIMIT,
    Cancelled,
    Frame,
    FrameKind,
    Header,
    MediumRefused,
    Part,
    Progress,
    Sealing,
    write_medium,
)
from sync.bundle.replies import Answers, Papers, ReadPart, medium_of, read_replies, report_frames, report_header
from sync.bundle.slip import MAX_SLIP, Slip, read_slip
from sync.bundle.words import STATES, missing_words
from sync.exchange import Applied
from sync.exchange.courier import fitted, requests_ahead
from sync.protocol import (
    CAPABILITIES,
    ENROL_TAG,
    PROTOCOL,
    Answer,
    Enrol,
    Enrolled,
    Request,
    SignedCertificate,
    WireDamaged,
    encode_frame,
    open_frame,
)

SUFFIX: Final = ".xfstick"
SLIP_SUFFIX: Final = ".xfslip"


@dataclass(frozen=True, slots=True)
class PreparedExport:
    """A medium ready to be written; the file lane needs nothing else."""

    header: Header
    frames: tuple[Frame, ...]
    sealing: Sealing
    name: str
    """A file name to propose."""
    acts: int
    fingerprint: str = ""
    """Of the county's key, when this is the question for a certificate: to be compared by telephone."""

    @property
    def size(self) -> int:
        """Bytes to write, about."""
        return sum(len(frame.data) for frame in self.frames)


@dataclass(frozen=True, slots=True)
class Exported:
    """A medium that lies on the stick and was read back."""

    kind: str
    number: int
    acts: int
    files: tuple[str, ...]
    size: int
    missing: str
    """Replies that were written and have not come, in words."""
    message: str


@dataclass(frozen=True, slots=True)
class ImportPapers:
    """What the file lane needs to open replies."""

    papers: Papers
    private: bytes
    enrolling: Slip | None


@dataclass(slots=True)
class Importing:
    """Replies on their way in, one answer a step."""

    papers: ImportPapers
    parts: tuple[ReadPart, ...]
    answers: Answers
    total: int
    county_name: str = ""
    """Set when this import enrolled the station."""
    topics: set[str] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class Imported:
    """What replies brought."""

    numbers: tuple[int, ...]
    pulled: int
    confirmed: int
    refused: int
    pending: int
    enrolled: str
    gap: bool
    missing: str
    message: str


# a report ----------------------------------------------------------------------------------------------------------


def begin_export(station: Station) -> PreparedExport:
    """Everything this station has to say, as frames (store lane).

    Each report begins where the county was last heard to end: a lost one is made up for by the next. Raises
    SurroundingsFault ``stick_needs_slip`` before enrolment, ``stick_needs_enrolment`` with an old certificate.
    """
    papers = _papers(station)
    store = station.store
    with immediate(store.db) as transaction:
        requests = list(requests_ahead(store.log, store.db, county.identity_of(station), now_ms=station.now_ms))
        transaction.commit()
    county.keep_fence(station, requests)
    number = StationMedia(store.db).next_number(papers.station, papers.serial, "report")
    frames = report_frames(requests, papers.key)
    sealing = Sealing(papers.key, papers.county_sealing, store.entropy)
    acts = sum(len(run.a) for request in requests for run in (*request.push, *request.recovered))
    name = f"信访上报-{station.office.code}-{station.office.window}号窗口-第{number}号{SUFFIX}"
    return PreparedExport(report_header(papers, number), tuple(frames), sealing, name, acts)


def begin_enrolment_medium(station: Station, slip_data: bytes) -> PreparedExport:
    """The question for a certificate, by the county's slip 接入单 (store lane); it keeps the slip for the reply.

    Raises SurroundingsFault ``already_enrolled``, ``medium_refused``, ``slip_of_another_office``.
    """
    store = station.store
    if store.enrolled():
        raise SurroundingsFault("already_enrolled", facts={"url": (store.county() or ("",))[0]})
    try:
        slip = read_slip(slip_data)
    except MediumRefused as refused:
        raise _refused(refused) from refused
    if slip.office != station.office.code:
        raise SurroundingsFault("slip_of_another_office", facts={"given": slip.office, "own": station.office.code})
    media = StationMedia(store.db)
    number = media.next_number(store.identity.station_id, 0, "enrol")
    with immediate(store.db) as transaction:
        media.keep_slip(slip_data)
        transaction.commit()
    identity = county.identity_of(station)
    asked = Enrol(
        v=PROTOCOL, code=slip.code, station=identity.station, office=identity.office,
        station_key=store.station_key.public, sealing_key=store.sealing_public, writer=identity.writer,
        public_key=identity.public_key, birth=identity.birth,
        name=f"{station.office.name} {station.office.window}号窗口", caps=list(CAPABILITIES),
    )  # fmt: skip
    header = Header(
        v=FORM, kind="enrol", county=slip.county, station=identity.station, serial=0, number=number,
        sender=store.station_key.public.hex(),
    )  # fmt: skip
    frame = Frame(FrameKind.ENROL, encode_frame(asked, ENROL_TAG, store.station_key))
    sealing = Sealing(store.station_key, bytes.fromhex(slip.sealing), store.entropy)
    name = f"信访接入-{station.office.code}-{station.office.window}号窗口{SUFFIX}"
    return PreparedExport(header, (frame,), sealing, name, 0, slip.fingerprint)


def write(
    prepared: PreparedExport, path: Path, told: Progress | None = None, part_limit: int = PART_LIMIT
) -> tuple[Part, ...]:
    """Write the medium and read it back (file lane). Raises SurroundingsFault ``medium_…``; Cancelled."""
    frames = prepared.frames
    return tuple(write_medium(path, prepared.header, frames, prepared.sealing, part_limit=part_limit, progress=told))


def finish_export(station: Station, prepared: PreparedExport, parts: Sequence[Part]) -> Outcome[Exported]:
    """Use the number up (store lane). Nothing else changes: what was written is pending until the county is heard."""
    media, header = StationMedia(station.store.db), prepared.header
    with immediate(station.store.db) as transaction:
        for part in parts:
            media.note(medium_of(part.header, part.hash, whole=True), station.now_ms)
        transaction.commit()
    missing = missing_words(media.missing(header.station, header.serial, "reply"), "回执介质")
    files = tuple(part.path.name for part in parts)
    size = sum(part.size for part in parts)
    if header.kind == "enrol":
        said = f"接入申请已写好并核对过。请送到县信访局，并打电话核对县级公钥指纹：{prepared.fingerprint}。"
    else:
        said = f"第 {header.number} 号上报介质已写好并核对过，含 {prepared.acts} 项办理动作。收到回执之前仍算待上报。"
    said += f"{missing}。" if missing else ""
    value = Exported(header.kind, header.number, prepared.acts, files, size, missing, said)
    return Outcome(value, frozenset({Topic.SYNC}))


def export(station: Station, path: Path, slip: Path | None = None, part_limit: int = PART_LIMIT) -> Outcome[Exported]:
    """Write a report (or, with a slip, the question for a certificate) in one go, for the command line."""
    prepared = begin_export(station) if slip is None else begin_enrolment_medium(station, read_slip_file(slip))
    return finish_export(station, prepared, write(prepared, path, part_limit=part_limit))


def read_slip_file(path: Path) -> bytes:
    """The bytes of a slip's file (any lane). Raises SurroundingsFault ``medium_missing``."""
    try:
        with path.open("rb") as file:
            return file.read(MAX_SLIP + 1)
    except OSError as error:
        raise SurroundingsFault("medium_missing", facts={"file": path.name}) from error


# a reply -----------------------------------------------------------------------------------------------------------


def begin_import(station: Station) -> ImportPapers:
    """What the file lane needs to open replies (store lane). Raises SurroundingsFault ``stick_needs_slip``."""
    slip_data = None if station.store.enrolled() else StationMedia(station.store.db).slip()
    if slip_data is None:
        return ImportPapers(_papers(station), station.store.sealing_key, None)
    slip, key = read_slip(slip_data), station.store.station_key
    papers = Papers(
        slip.county, bytes.fromhex(slip.county_key), bytes.fromhex(slip.sealing),
        station.store.identity.station_id, 0, key, None,
    )  # fmt: skip
    return ImportPapers(papers, station.store.sealing_key, slip)


def read(papers: ImportPapers, paths: Sequence[Path], told: Progress | None = None) -> tuple[ReadPart, ...]:
    """Open replies (file lane). Nothing is applied. Raises SurroundingsFault ``medium_refused`` …; Cancelled."""
    try:
        parts = read_replies(paths, papers.papers, papers.private, told or (lambda _bytes: None))
    except MediumRefused as refused:
        raise _refused(refused) from refused
    return tuple(parts)


def start_import(station: Station, papers: ImportPapers, parts: Sequence[ReadPart]) -> Importing:
    """Note the media, enrol if that is what came, and queue their answers (store lane)."""
    county_name = ""
    if papers.enrolling is not None and not station.store.enrolled():
        county_name = _enrol(station, papers.papers, parts)
    media = StationMedia(station.store.db)
    with immediate(station.store.db) as transaction:
        for part in parts:
            media.note(part.medium(), station.now_ms)
        transaction.commit()
    frames = [frame.data for part in parts for frame in part.frames if frame.kind == FrameKind.ANSWER]
    answers = Answers(frames, papers.papers.county_key)
    return Importing(papers, tuple(parts), answers, len(frames), county_name)


def step(station: Station, importing: Importing) -> Outcome[Importing]:
    """Apply the next answer in one transaction (store lane); call while ``importing.answers.more``."""
    topics: set[str] = set()

    def take(answer: Answer) -> tuple[Applied, bool, bool]:
        feed = station.store.feed
        before = feed.cursors()
        fit, ahead = fitted(feed, answer)
        outcome = county.finish_exchange(station, _prepared(station), fit)
        topics.update(outcome.topics)
        return outcome.value, feed.cursors() != before, ahead

    importing.answers.step(take)
    importing.topics |= topics
    return Outcome(importing, frozenset(topics))


def finish_import(station: Station, importing: Importing) -> Outcome[Imported]:
    """What the replies brought, in numbers and words (store lane)."""
    answers, parts = importing.answers, importing.parts
    header = parts[-1].header
    missing = missing_words(StationMedia(station.store.db).missing(header.station, header.serial, "reply"), "回执介质")
    pending = county.sync_state(station).pending
    said = [f"已与{importing.county_name or '县级'}接通。"] if importing.county_name else []
    said.append(f"确认到县 {answers.confirmed} 项，收到 {answers.pulled} 项，尚有 {pending} 项待上报。")
    worst = next((part.state for part in parts if part.state != "whole"), "whole")
    if worst != "whole":
        said.append(STATES[worst])
    if answers.damaged:
        said.append(f"有 {answers.damaged} 段内容没有通过校验，没有采用。")
    if answers.gap:
        said.append("这份回执接在本机尚未收到的内容之后，请先导入缺少的回执，或者再导出一份上报介质，由县级从头补齐。")
    if missing:
        said.append(f"{missing}。")
    numbers = tuple(sorted({part.header.number for part in parts}))
    value = Imported(
        numbers, answers.pulled, answers.confirmed, answers.refused, pending, importing.county_name, answers.gap,
        missing, "".join(said),
    )  # fmt: skip
    return Outcome(value, frozenset({Topic.SYNC, *importing.topics}))


def import_replies(station: Station, paths: Sequence[Path]) -> Outcome[Imported]:
    """Take replies in, in one go, for the command line."""
    papers = begin_import(station)
    importing = start_import(station, papers, read(papers, paths))
    while importing.answers.more:
        step(station, importing)
    return finish_import(station, importing)


# parts -------------------------------------------------------------------------------------------------------------


def _papers(station: Station) -> Papers:
    found = station.store.county()
    if found is None:
        raise SurroundingsFault("stick_needs_slip")
    signed = msgspec.json.decode(found[1], type=SignedCertificate)
    certificate = signed.read()
    if not certificate.sealing:
        raise SurroundingsFault("stick_needs_enrolment")
    return Papers(
        certificate.county, bytes.fromhex(certificate.county_key), bytes.fromhex(certificate.sealing),
        certificate.station, certificate.serial, station.store.station_key, signed,
    )  # fmt: skip


def _enrol(station: Station, papers: Papers, parts: Sequence[ReadPart]) -> str:
    for frame in (frame for part in parts for frame in part.frames if frame.kind == FrameKind.ENROLLED):
        try:
            enrolled = open_frame(frame.data, Enrolled, ENROL_TAG, papers.county_key)
            found = enrolled.certificate.read()
        except WireDamaged as damaged:
            raise SurroundingsFault("medium_refused", facts={"reason": "medium_signature"}) from damaged
        same = (found.county_key, found.station, found.key)
        if same != (papers.county_key.hex(), papers.station, papers.key.public.hex()):
            raise SurroundingsFault("medium_refused", facts={"reason": "wrong_station"})
        return county.keep_certificate(station, "", enrolled.certificate)
    raise SurroundingsFault("medium_refused", facts={"reason": "nothing_to_use"})


def _prepared(station: Station) -> county.PreparedExchange:
    """What an answer by stick is applied as: an answer to a request in full, whichever it was."""
    found = station.store.county()
    assert found is not None
    signed = msgspec.json.decode(found[1], type=SignedCertificate)
    asked = Request(v=PROTOCOL, st=station.store.identity.station_id)
    return county.PreparedExchange(found[0], signed, signed.read(), station.store.station_key, asked)


def _refused(refused: MediumRefused) -> SurroundingsFault:
    return SurroundingsFault("medium_refused", facts={"reason": refused.code})


__all__ = [
    "SLIP_SUFFIX", "SUFFIX", "Cancelled", "Exported", "ImportPapers", "Imported", "Importing", "PreparedExport",
    "begin_enrolment_medium", "begin_export", "begin_import", "export", "finish_export", "finish_import",
    "import_replies", "read", "read_slip_file", "start_import", "step", "write",
]  # fmt: skip
