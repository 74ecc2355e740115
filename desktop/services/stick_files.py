"""Files 附件 on media at the station: which pieces go on the next report, what replies say of files and bring.

As every work with media: planned and noted on the store lane; sealed files are read and written on the file lane.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

from desktop.models.store.connection import Connection, immediate
from desktop.models.store.files import Files, Travel
from desktop.models.store.folder import DataFolder, free_bytes
from desktop.models.store.media import StationMedia
from desktop.models.store.stick_files import FileMedia
from desktop.models.store.vault import ROOM_BYTES, Vault
from desktop.services.files import vault_of
from desktop.services.station import Station
from domain.faults import SurroundingsFault
from sync.blobs import Piece, PieceDamaged, Shape, decode_piece, held_bits
from sync.bundle.attachments import (
    FORM,
    MOST_ASKED,
    MOST_WANTED,
    FilesAsked,
    FilesTold,
    Held,
    asked_frame,
    piece_frame,
    read_told,
    room_for_files,
)
from sync.bundle.medium import Frame, FrameKind, cost
from sync.bundle.replies import Papers, ReadPart
from sync.protocol import WireDamaged

Pieces = tuple[tuple[Shape, int], ...]
NOT_OURS: Final = "file_not_yours"
"""No act of ours that the county delivers names the file: its pieces are not written, they would not be taken."""


@dataclass(frozen=True, slots=True)
class Load:
    """What a report may carry of files, in the order in which it goes."""

    asked: Frame
    """The question that stands between the text and the pieces."""
    pieces: Pieces
    vault: Vault

    @property
    def size(self) -> int:
        """Bytes of all of it."""
        return sum(shape.length(index) for shape, index in self.pieces)


@dataclass(slots=True)
class Loaded:
    """What of a load is on the medium."""

    pieces: list[tuple[Shape, int]] = field(default_factory=list)
    left: bool = False
    """There was no room for all of it."""
    spoiled: dict[Shape, str] = field(default_factory=dict)
    """Files that could not be read here, with the code of the fault."""


# a report ------------------------------------------------------------------------------------------------------------


def load(station: Station, papers: Papers, number: int) -> Load:
    """Plan the files of report ``number`` (store lane)."""
    store, vault = station.store, vault_of(station)
    media = FileMedia(store.db)
    own = [(shape, code) for shape, code in store.files.to_carry(papers.station) if vault.has(shape)][:MOST_ASKED]
    asked = FilesAsked(
        v=FORM, st=papers.station, report=number, own=[shape.hash for shape, _ in own], want=_wanted(station, vault)
    )
    taken = [shape for shape, code in own if code != NOT_OURS]  # asked about all the same: its act may have come since
    return Load(asked_frame(asked, papers.key), media.next_pieces(taken, papers.serial), vault)


def _wanted(station: Station, vault: Vault) -> list[Held]:
    """The files to ask for: what somebody asked for, then what the record names and is not here, the latest first.

    No more than there is room for beside what belongs to recording.
    """
    room = free_bytes(station.folder) - ROOM_BYTES
    found: list[Held] = []
    for shape, asked_for in station.store.files.to_want():
        if len(found) >= MOST_WANTED:
            break
        if shape.size > room:
            continue
        if asked_for or not vault.has(shape):
            room -= shape.size
            found.append((shape.hash, held_bits(shape, vault.held(shape))))
    return found


def frames_of(load: Load, loaded: Loaded, folder: Path, text: int) -> Iterator[Frame]:
    """The question, then pieces as long as there is room (file lane); ``loaded`` says what went."""
    yield load.asked
    try:
        room = room_for_files(folder, text)
    except OSError:
        room = 0  # what is wrong with the place, the writing says
    for shape, index in load.pieces:
        if shape in loaded.spoiled:
            continue
        try:
            frame = piece_frame(Piece(shape, index, load.vault.piece(shape, index)))
        except SurroundingsFault as fault:
            loaded.spoiled[shape] = fault.code
            continue
        room -= cost(frame.data)
        if room < 0:
            loaded.left = True
            return
        yield frame
        loaded.pieces.append((shape, index))


def note_loaded(station: Station, serial: int, number: int, loaded: Loaded) -> str:
    """Note what went on a medium, inside the caller's transaction (store lane); what to say of it."""
    FileMedia(station.store.db).note(serial, number, loaded.pieces)
    for shape, code in loaded.spoiled.items():
        station.store.files.note(shape, replace(station.store.files.travel(shape.hash), trouble=code))
    said = ""
    if loaded.pieces:
        shapes = {shape for shape, _ in loaded.pieces}
        size = sum(shape.length(index) for shape, index in loaded.pieces)
        said = f"附件 {len(shapes)} 个（{max(1, size >> 10)} KB）已写入。"
    if loaded.left:
        said += "这个介质放不下全部附件，其余的写在下一份介质里。"
    if loaded.spoiled:
        said += f"有 {len(loaded.spoiled)} 个附件本机读不出来，没有写入，请在附件列表里查看。"
    return said


# a reply -------------------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class Arrivals:
    """Pieces out of replies on their way into the vault (file lane)."""

    vault: Vault
    folder: DataFolder
    held: dict[Shape, set[int]] = field(default_factory=dict)
    here: set[Shape] = field(default_factory=set)
    """Files that are here already, whole."""
    done: list[Shape] = field(default_factory=list)
    differing: list[Shape] = field(default_factory=list)
    full: bool = False
    """There was too little room on this disk for all of them."""

    def take(self, data: bytes) -> None:
        """Keep a piece that came. Damaged ones are passed over; the whole file's hash tells what they were."""
        try:
            piece = decode_piece(data)
        except PieceDamaged:
            return
        shape = piece.shape
        if shape in self.here or self.full:
            return
        if shape not in self.held:
            if self.vault.sound(shape):
                self.here.add(shape)
                return
            self.held[shape] = self.vault.held(shape)
        if free_bytes(self.folder) < ROOM_BYTES:
            self.full = True
            return
        try:
            self.vault.take(shape, piece.index, piece.data)
            self.held[shape].add(piece.index)
            if len(self.held[shape]) == shape.pieces:
                del self.held[shape]
                good = self.vault.finish(shape)
                (self.done if good else self.differing).append(shape)
                if good:
                    self.here.add(shape)
        except SurroundingsFault:
            self.full = True  # the text goes on: what could not be kept comes with a later reply


def note_arrived(station: Station, arrivals: Arrivals) -> str:
    """Note what replies brought of files (store lane); what to say of it."""
    files = station.store.files
    with immediate(station.store.db) as transaction:
        for shape in arrivals.here:
            before = files.travel(shape.hash)
            if before.wanted or shape in arrivals.done:
                files.note(shape, Travel(at_county=True, carried=shape.pieces))
        for shape, held in arrivals.held.items():
            files.note(shape, replace(files.travel(shape.hash), carried=len(held)))
        for shape in arrivals.differing:
            files.note(shape, replace(files.travel(shape.hash), carried=0, trouble="file_differs"))
        transaction.commit()
    said = f"取回附件 {len(arrivals.done)} 个。" if arrivals.done else ""
    if arrivals.held:
        said += f"有 {len(arrivals.held)} 个附件只来了一部分，其余的下一份回执接着带。"
    if arrivals.differing:
        said += f"有 {len(arrivals.differing)} 个附件内容不符，没有采用。"
    if arrivals.full:
        said += "本机磁盘空间不足，附件没有全部取回。"
    return said


def hear(station: Station, papers: Papers, parts: tuple[ReadPart, ...]) -> int:
    """What the county says of files, in one transaction for each answer (store lane); how many are newly at the county.

    An answer to an older report than the last one heard of is passed over: it says how things stood before. One to a
    report this file never wrote (it is a copy put back) says what the county has, and is no measure for what comes.
    """
    told = 0
    ledger = StationMedia(station.store.db)
    for part in parts:
        for frame in part.frames:
            if frame.kind != FrameKind.FILES_TOLD:
                continue
            try:
                said = read_told(frame.data, papers.station, papers.county_key)
            except WireDamaged:
                continue
            own = said.report < ledger.next_number(papers.station, part.header.serial, "report")
            with immediate(station.store.db) as transaction:
                told += _heard(station.store.db, station.store.files, said, part.header.serial, own=own)
                transaction.commit()
    return told


def _heard(db: Connection, files: Files, said: FilesTold, serial: int, *, own: bool) -> int:
    media = FileMedia(db)
    last = media.last_told(serial)
    if said.report < last:
        return 0
    found = 0
    for digest in said.have:
        found += files.at_county(digest)
        media.forget(digest)
    if (
        said.report == last or not own
    ):  # the same report answered twice: the later answer may know more, the earlier only less
        return found
    media.told(serial, said.report, said.held)
    files.lacks([digest for digest in said.lacking if digest not in said.have])
    for digest in said.lacking:
        if files.travel(digest).trouble == NOT_OURS:
            files.trouble(digest, "")
    for digest in said.unnamed:
        files.trouble(digest, NOT_OURS)
    for digest in said.absent:
        files.trouble(digest, "file_not_at_county", wanted=True)
    return found
