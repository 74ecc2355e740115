"""The stick 介质: reports to carry to the county, replies to carry home, enrolment where there has never been a line.

Everything comes in three parts, so that no lane waits for a slow stick: on the store lane what is to be written or
applied, on another lane the file, on the store lane again what became of it. One-go functions are for the command line.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path

import msgspec

from desktop.models.store.connection import immediate
from desktop.models.store.media import StationMedia
from desktop.services import exchange, stick_enrol, stick_files
from desktop.services.files import vault_of
from desktop.services.outcome import Outcome, Topic
from desktop.services.station import Station
from desktop.services.stick_enrol import SUFFIX, PreparedExport
from desktop.services.stick_files import Arrivals, Loaded
from desktop.services.sync_status import sync_state
from domain.faults import SurroundingsFault
from sync.bundle.files import PART_LIMIT, Part, Progress, Sealing, write_medium
from sync.bundle.medium import Frame, FrameKind, MediumRefused, cost
from sync.bundle.replies import Answers, Papers, ReadPart, medium_of, read_replies, report_frame, report_header
from sync.bundle.words import STATES, missing_words
from sync.exchange import Applied
from sync.exchange.courier import fitted, requests_ahead
from sync.log.chain import sealing_public
from sync.protocol import (
    PROTOCOL,
    Answer,
    Request,
    SignedCertificate,
    WireDamaged,
)


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
    attachments: int = 0
    """Files with pieces on it."""
    more: bool = False
    """Not all files had room: they go on the next."""


@dataclass(frozen=True, slots=True)
class ImportPapers:
    """What the file lane needs to open replies."""

    papers: Papers
    private: bytes
    arrivals: Arrivals
    """Where pieces of files go as they are read."""


@dataclass(frozen=True, slots=True)
class OnMedium:
    """What was written and read back."""

    parts: tuple[Part, ...]
    loaded: Loaded


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
    files_confirmed: int = 0
    """Files newly known to be at the county."""
    files_fetched: int = 0
    """Files that are here now, whole and verified."""


# a report ----------------------------------------------------------------------------------------------------------


def begin_export(station: Station) -> PreparedExport:
    """Everything this station has to say, as frames (store lane).

    Each report begins where the county was last heard to end: a lost one is made up for by the next. Raises
    SurroundingsFault ``stick_needs_slip`` before enrolment, ``stick_needs_enrolment`` with an old certificate.
    """
    papers = papers_of(station)
    store = station.store
    frames: list[Frame] = []
    acts = 0
    with immediate(store.db) as transaction:  # one snapshot for all of them
        for asked in requests_ahead(store.log, store.db, exchange.identity_of(station), now_ms=station.now_ms):
            acts += sum(len(run.a) for run in (*asked.push, *asked.recovered))
            frames.append(report_frame(asked, papers.key))
        transaction.commit()
    station.set_fence()  # before anything newer leaves this disk
    number = StationMedia(store.db).next_number(papers.station, papers.serial, "report")
    sealing = Sealing(papers.key, papers.county_sealing, store.entropy)
    name = f"信访上报-{station.office.code}-{station.office.window}号窗口-第{number}号{SUFFIX}"
    load = stick_files.load(station, papers, number)
    return PreparedExport(report_header(papers, number), tuple(frames), sealing, name, acts, load)


def write(prepared: PreparedExport, path: Path, told: Progress | None = None, part_limit: int = PART_LIMIT) -> OnMedium:
    """Write the medium and read it back (file lane): the text, and files as far as there is room.

    Where the room was less than the system said, the text goes alone. Raises SurroundingsFault ``medium_…``; Cancelled.
    """
    loaded = Loaded()

    def once(frames: Iterable[Frame]) -> OnMedium:
        parts = write_medium(path, prepared.header, frames, prepared.sealing, part_limit=part_limit, progress=told)
        return OnMedium(tuple(parts), loaded)

    if prepared.load is None:
        return once(prepared.frames)
    text = sum(cost(frame.data) for frame in prepared.frames)
    try:
        return once(chain(prepared.frames, stick_files.frames_of(prepared.load, loaded, path.parent, text)))
    except SurroundingsFault as fault:
        if fault.code != "medium_full" or not loaded.pieces:
            raise
    loaded.pieces.clear()
    loaded.left = True
    return once((*prepared.frames, prepared.load.asked))


def finish_export(station: Station, prepared: PreparedExport, written: OnMedium) -> Outcome[Exported]:
    """Use the number up (store lane). Nothing else changes: what was written is pending until the county is heard."""
    media, header, parts = StationMedia(station.store.db), prepared.header, written.parts
    with immediate(station.store.db) as transaction:
        for part in parts:
            media.note(medium_of(part.header, part.hash, whole=True), station.now_ms)
        of_files = stick_files.note_loaded(station, header.serial, header.number, written.loaded)
        transaction.commit()
    missing = missing_words(media.missing(header.station, header.serial, "reply"), "回执介质")
    files = tuple(part.path.name for part in parts)
    size = sum(part.size for part in parts)
    if header.kind == "enrol":
        said = f"接入申请已写好并核对过。请送到县信访局，并打电话核对县级公钥指纹：{prepared.fingerprint}。"
    else:
        said = f"第 {header.number} 号上报介质已写好并核对过，含 {prepared.acts} 项办理动作。"
        said += f"{of_files}收到回执之前仍算待上报。"
    said += f"{missing}。" if missing else ""
    attachments = len({shape for shape, _ in written.loaded.pieces})
    value = Exported(
        header.kind, header.number, prepared.acts, files, size, missing, said, attachments, written.loaded.left
    )
    return Outcome(value, frozenset({Topic.SYNC, Topic.FILE}))


def export(station: Station, path: Path, part_limit: int = PART_LIMIT) -> Outcome[Exported]:
    """Write a report in one go, for the command line."""
    prepared = begin_export(station)
    return finish_export(station, prepared, write(prepared, path, part_limit=part_limit))


# a reply -----------------------------------------------------------------------------------------------------------


def begin_import(station: Station) -> ImportPapers:
    """What the file lane needs to open replies (store lane). Raises SurroundingsFault ``stick_needs_slip``."""
    slip = stick_enrol.kept_slip(station)
    by_slip = None if station.store.enrolled() else slip
    papers = papers_of(station) if by_slip is None else stick_enrol.papers_by(station, by_slip)
    return ImportPapers(papers, station.store.sealing_key, Arrivals(vault_of(station), station.folder))


def read(papers: ImportPapers, paths: Sequence[Path], told: Progress | None = None) -> tuple[ReadPart, ...]:
    """Open replies (file lane). Nothing is applied to the record; pieces of files go into the vault as they come.

    Raises SurroundingsFault ``medium_refused`` …; Cancelled.
    """
    ignore = told or (lambda _bytes: None)
    try:
        parts = read_replies(paths, papers.papers, papers.private, ignore, papers.arrivals.take)
    except MediumRefused as refused:
        raise SurroundingsFault("medium_refused", facts={"reason": refused.code}) from refused
    return tuple(parts)


def start_import(station: Station, papers: ImportPapers, parts: Sequence[ReadPart]) -> Importing:
    """Note the media, enrol if that is what came, and queue their answers (store lane)."""
    frames = [frame for part in parts for frame in part.frames]
    enrolled = [frame.data for frame in frames if frame.kind == FrameKind.ENROLLED]
    county_name = stick_enrol.finish_enrolment(station, papers.papers.county_key, enrolled)
    if not station.store.enrolled():
        raise SurroundingsFault("medium_refused", facts={"reason": "nothing_to_use"})
    media = StationMedia(station.store.db)
    with immediate(station.store.db) as transaction:
        for part in parts:
            media.note(part.medium(), station.now_ms)
        transaction.commit()
    answers = Answers([frame.data for frame in frames if frame.kind == FrameKind.ANSWER], papers.papers.county_key)
    return Importing(papers, tuple(parts), answers, len(answers.waiting), county_name)


def step(station: Station, importing: Importing) -> Outcome[Importing]:
    """Apply the next answer in one transaction (store lane); call while ``importing.answers.more``."""
    topics: set[str] = set()

    def take(answer: Answer) -> tuple[Applied, bool, bool]:
        feed = station.store.feed
        before = feed.cursors()
        fit, ahead = fitted(feed, answer)
        try:
            outcome = exchange.finish_exchange(station, _prepared(station), fit)
        except SurroundingsFault as fault:
            if fault.code == "county_refused":  # this answer contradicts what is held: passed over, the next may fit
                raise WireDamaged("bad_answer") from fault
            raise
        topics.update(outcome.topics)
        return outcome.value, feed.cursors() != before, ahead

    importing.answers.step(take)
    importing.topics |= topics
    return Outcome(importing, frozenset(topics))


def finish_import(station: Station, importing: Importing) -> Outcome[Imported]:
    """What the replies brought, in numbers and words (store lane)."""
    answers, parts, arrivals = importing.answers, importing.parts, importing.papers.arrivals
    at_county = stick_files.hear(station, importing.papers.papers, parts)
    of_files = stick_files.note_arrived(station, arrivals)
    header = parts[-1].header
    missing = missing_words(StationMedia(station.store.db).missing(header.station, header.serial, "reply"), "回执介质")
    pending = sync_state(station).pending
    said = [f"已与{importing.county_name or '县级'}接通。"] if importing.county_name else []
    said.append(f"确认到县 {answers.confirmed} 项，收到 {answers.pulled} 项，尚有 {pending} 项待上报。")
    said += [f"附件确认到县 {at_county} 个。"] if at_county else []
    said += [of_files] if of_files else []
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
        missing, "".join(said), at_county, len(arrivals.done),
    )  # fmt: skip
    return Outcome(value, frozenset({Topic.SYNC, Topic.FILE, *importing.topics}))


def import_replies(station: Station, paths: Sequence[Path]) -> Outcome[Imported]:
    """Take replies in, in one go, for the command line."""
    papers = begin_import(station)
    importing = start_import(station, papers, read(papers, paths))
    while importing.answers.more:
        step(station, importing)
    return finish_import(station, importing)


# parts -------------------------------------------------------------------------------------------------------------


def papers_of(station: Station) -> Papers:
    """What an enrolled station writes and believes by. Raises SurroundingsFault as :func:`begin_export`."""
    found = station.store.county()
    if found is None:
        raise SurroundingsFault("stick_needs_slip")
    signed = msgspec.json.decode(found[1], type=SignedCertificate)
    certificate = signed.read()
    if not certificate.sealing:
        raise SurroundingsFault("stick_needs_enrolment")
    return Papers(
        certificate.county, bytes.fromhex(certificate.county_key), bytes.fromhex(certificate.sealing),
        sealing_public(station.store.sealing_key), certificate.station, certificate.serial, station.store.station_key,
        signed,
    )  # fmt: skip


def _prepared(station: Station) -> exchange.PreparedExchange:
    """What an answer by stick is applied as: an answer to a request in full, whichever it was."""
    found = station.store.county()
    assert found is not None
    signed = msgspec.json.decode(found[1], type=SignedCertificate)
    asked = Request(v=PROTOCOL, st=station.store.identity.station_id)
    clock = station.surroundings.clock
    return exchange.PreparedExchange(found[0], signed, signed.read(), station.store.station_key, asked, clock)
