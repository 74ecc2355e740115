"""Attachments 附件: kept sealed on this disk, then named by an act; opened, exported, withdrawn; where each is."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import msgspec

from desktop.models.store.connection import fault_of_os_error
from desktop.models.store.files import FileRow
from desktop.models.store.folder import write_durably
from desktop.models.store.stick_files import FileMedia
from desktop.models.store.vault import Vault
from desktop.services.outcome import Outcome, Topic
from desktop.services.station import Station
from domain.commands import AttachFile, WithdrawFile
from domain.decisions import files as decisions
from domain.decisions.files import Kept
from domain.faults import SurroundingsFault
from domain.files import LARGEST, PICTURES, TYPES, check_file, file_end
from domain.refusals import Refusal
from sync.blobs import Shape
from sync.protocol import SignedCertificate

TOPICS = frozenset({Topic.FILE, Topic.VISIT, Topic.MATTER, Topic.SYNC})
HEAD_BYTES = 64
SHOWN_HERE = frozenset({"application/pdf", "image/jpeg", "image/png", "image/tiff", "image/bmp"})
"""What the window shows itself; other files are given to the program that is set for them."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """A file as it will be kept."""

    name: str
    type: str
    pages: int
    data: bytes

    @property
    def shape(self) -> Shape:
        """The file as its pieces."""
        return Shape(hashlib.sha256(self.data).hexdigest(), len(self.data))


def vault_of(station: Station) -> Vault:
    """The attached files on this disk; may be used on any lane."""
    return Vault(station.folder.files, station.data_key.raw, station.surroundings.entropy)


# attaching -----------------------------------------------------------------------------------------------------------


def prepare(command: AttachFile) -> Prepared:
    """Read what is to be attached and bring pictures into the scan profile; needs no station, so any lane may.

    The originals are only read. Raises Refusal (``domain.files``, ``desktop.printing.scan``), SurroundingsFault.
    """
    from desktop.printing import scan

    if not command.paths:
        raise Refusal("no_files", field="paths")
    sources = [_read(Path(path)) for path in command.paths]
    ends = [file_end(name) for name, _ in sources]
    name, data = sources[0]
    if len(sources) > 1 and not all(end in PICTURES or end == "pdf" for end in ends):
        raise Refusal("files_not_pages", field="paths")
    end = ends[0]
    pages = scan.page_count(data, name) if end == "pdf" else 0
    if command.profile == "original":
        if len(sources) > 1:
            raise Refusal("files_not_pages", field="paths")
    elif len(sources) > 1 or end in PICTURES or (end == "pdf" and command.profile != "auto"):
        scanned = scan.scan(sources, command.profile)
        data, pages, end = scanned.pdf, scanned.pages, "pdf"
    elif end == "pdf":
        data = scan.smaller(data, name)
    if len(data) > LARGEST:
        facts = {"limit": LARGEST >> 20, "size": -(-len(data) // (1 << 20))}
        raise Refusal("file_too_large", field="paths", facts=facts)
    shown = command.name or name
    stem = shown[: -len(file_end(shown)) - 1] if file_end(shown) in TYPES else shown
    return Prepared(f"{stem}.{end}", TYPES[end].media, pages, data)


def attach_prepared(station: Station, command: AttachFile, prepared: Prepared) -> Outcome[FileRow]:
    """Keep the bytes durably, then record the act that names them: an act never names what is not here."""
    state = station.state(command.case_id, field="case_id")
    shape, desk = prepared.shape, station.desk()
    kept = Kept(shape.hash, shape.size, prepared.type, prepared.pages, desk.line(prepared.name, "name", 1000))
    file_id = desk.new_id()
    draft = decisions.attach(state, kept, desk, file_id)
    vault_of(station).keep(shape, prepared.data)
    with station.writing() as transaction:
        transaction.record([draft])
        station.store.files.note(shape, replace(station.store.files.travel(shape.hash), trouble=""))
    return Outcome(file_row(station, file_id), TOPICS)


def attach_file(station: Station, command: AttachFile) -> Outcome[FileRow]:
    """Prepare and attach in one go, for the command line."""
    decisions.check_case(station.state(command.case_id, field="case_id"))
    return attach_prepared(station, command, prepare(command))


def withdraw_file(station: Station, command: WithdrawFile) -> Outcome[FileRow]:
    """Withdraw an attachment 撤回材料, with its reason."""
    state = station.state(command.case_id, field="case_id")
    with station.writing() as transaction:
        transaction.record([decisions.withdraw(command, state, station.desk())])
    return Outcome(file_row(station, command.file_id), TOPICS)


def _read(path: Path) -> tuple[str, bytes]:
    try:
        with path.open("rb") as file:
            size = os.fstat(file.fileno()).st_size
            head = file.read(HEAD_BYTES)
            check_file(path.name, head, size)
            data = head + file.read(LARGEST + 1)
    except OSError as error:
        raise fault_of_os_error(error, path) from error
    check_file(path.name, head, len(data))
    return path.name, data


# looking -------------------------------------------------------------------------------------------------------------


def files_of(station: Station, case_id: str) -> list[FileRow]:
    """The files of a case with where each is."""
    vault = vault_of(station)
    return [_stated(station, row, vault.has(row.shape)) for row in station.store.files.of_case(case_id)]


def file_row(station: Station, file_id: str) -> FileRow:
    """One file. Raises Refusal ``file_unknown``."""
    row = station.store.files.by_id(file_id)
    if row is None:
        raise Refusal("file_unknown", field="file_id", facts={"id": file_id[:40]})
    return _stated(station, row, vault_of(station).has(row.shape))


def read_file(station: Station, file_id: str) -> bytes:
    """The file's bytes, verified. Raises SurroundingsFault ``file_not_here``, ``file_damaged_here``."""
    row = file_row(station, file_id)
    return vault_of(station).read(row.shape, row.name)


def as_pages(row: FileRow, data: bytes) -> bytes:
    """A PDF of a PDF or a picture, for the preview; needs no station, and touches no disk."""
    from desktop.printing import scan

    return data if row.type == "application/pdf" else scan.scan([(row.name, data)], "photo").pdf


def open_copy(station: Station, file_id: str) -> Path:
    """A plain copy for another program, for its owner alone; taken away when the station is closed."""
    row = file_row(station, file_id)
    data = vault_of(station).read(row.shape, row.name)
    folder = station.folder.opened
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
    except OSError as error:
        raise fault_of_os_error(error, folder) from error
    end = next((end for end, kind in TYPES.items() if kind.media == row.type), "bin")
    target = folder / f"{hashlib.sha256(row.file_id.encode()).hexdigest()[:24]}.{end}"  # the name is no path of ours
    write_durably(target, data)
    return target


def export_file(station: Station, file_id: str, target: Path) -> int:
    """Write a file where somebody chose; its bytes."""
    data = read_file(station, file_id)
    write_durably(target, data)
    return len(data)


def want_file(station: Station, file_id: str) -> Outcome[FileRow]:
    """Ask for a file that is not here, or damaged here: the file loop fetches it when the line allows."""
    row = file_row(station, file_id)
    if not vault_of(station).sound(row.shape):
        if not station.store.enrolled():
            raise SurroundingsFault("file_not_here", facts={"name": row.name})
        before = station.store.files.travel(row.hash)
        station.store.files.note(row.shape, replace(before, wanted=True, carried=0, trouble=""))
    return Outcome(file_row(station, file_id), frozenset({Topic.FILE}))


def unsound(station: Station, rows: Sequence[FileRow] | None = None) -> list[str]:
    """Files attached here that are missing, and files here that are not what their hash says: ``file <hash>``."""
    vault, own = vault_of(station), station.store.identity.station_id
    found: dict[str, bool] = {}
    for row in rows if rows is not None else station.store.files.all():
        if row.hash not in found and (row.station == own or vault.has(row.shape)):
            found[row.hash] = vault.sound(row.shape)
    return [f"file {digest[:16]}" for digest, sound in sorted(found.items()) if not sound]


def _stated(station: Station, row: FileRow, here: bool) -> FileRow:
    travel = station.store.files.travel(row.hash)
    pieces = row.shape.pieces
    percent = min(99, 100 * travel.carried // pieces)
    if here and travel.at_county and not travel.wanted:
        return replace(row, state="county", percent=100, trouble=travel.trouble)
    county = station.store.county()
    if not here or travel.wanted:
        by_stick = county is not None and not county[0]
        state = "away" if not travel.wanted else "asked" if by_stick else "fetching"
        return replace(row, state=state, percent=percent, trouble=travel.trouble)
    if county is not None and row.station == station.store.identity.station_id:
        waiting, missed, carried = FileMedia(station.store.db).numbers(row.shape, _serial(county[1]))
        if waiting or missed:
            state, percent = "medium" if waiting else "missed", 100 * carried // pieces
            return replace(row, state=state, percent=percent, trouble=travel.trouble, media=waiting or missed)
    return replace(row, state="sending" if travel.carried else "here", percent=percent, trouble=travel.trouble)


def _serial(certificate: str) -> int:
    return msgspec.json.decode(certificate, type=SignedCertificate).read().serial
