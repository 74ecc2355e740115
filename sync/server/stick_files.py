"""The county's half of files by stick: pieces taken in behind the text of a report; what the reply says and brings."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from domain.faults import SurroundingsFault
from sync.blobs import Piece, PieceDamaged, Shape, decode_piece, held_bits, read_bits
from sync.bundle.attachments import (
    FORM,
    MOST_ASKED,
    MOST_WANTED,
    FilesAsked,
    FilesTold,
    Held,
    piece_frame,
    read_asked,
    told_frame,
)
from sync.bundle.medium import Frame, FrameKind, cost
from sync.protocol import WireDamaged
from sync.server.file_index import Claims
from sync.server.files import FileDiffers, lacking
from sync.server.stations import StationRow
from sync.server.store import CountyStore


@dataclass(slots=True)
class FilesTaken:
    """What became of the files of an import."""

    pieces: int = 0
    """Pieces that came, those the county had included."""
    whole: set[str] = field(default_factory=set)
    """Files that are whole and verified with what came."""
    unnamed: set[str] = field(default_factory=set)
    """Files whose act has not come: their pieces were not taken."""
    differing: set[str] = field(default_factory=set)
    """Files whose pieces were not what their hash says: thrown away."""
    full: bool = False
    """The county's disk has no room for more files; acts were taken all the same."""
    sent: set[str] = field(default_factory=set)
    """Files the reply brings pieces of."""
    left: int = 0
    """Wanted files that the reply had no room for, wholly or in part."""


class StickFiles:
    """Files of the media of one station, one import long. Used by the thread that owns the store."""

    def __init__(self, store: CountyStore, station: StationRow) -> None:
        self._store, self._station = store, station
        self._files, self._index = store.files.store, store.files.index
        self._claims: dict[str, Claims] = {}
        self._asked: FilesAsked | None = None
        self.taken = FilesTaken()

    def next_medium(self) -> None:
        """Another medium begins: its text may name what was unnamed before."""
        self._claims.clear()

    def take(self, frame: Frame) -> None:
        """A frame behind the text: a piece or the question; others are passed over. Raises WireDamaged."""
        if frame.kind == FrameKind.FILES_ASKED:
            self._asked = read_asked(frame.data, self._station.station, self._station.public_key)
        elif frame.kind == FrameKind.FILE_PIECE:
            try:
                self._take(decode_piece(frame.data))
            except PieceDamaged:
                raise WireDamaged("bad_piece") from None

    def answer(self, room: Callable[[], int]) -> Iterator[Frame]:
        """What the reply says of files and, within ``room`` bytes, brings; nothing where nothing was asked."""
        asked = self._asked
        if asked is None:
            return
        self._look_again()
        wanted = dict(asked.want[:MOST_WANTED])
        open_ones = [digest for digest in wanted if self._open(digest)]
        yield told_frame(self._told(asked, [digest for digest in wanted if digest not in open_ones]), self._store.key)
        left = room()
        for digest in open_ones:
            shape = Shape(digest, self._files.path(digest).stat().st_size)
            for index in shape.missing(read_bits(shape, wanted[digest])):
                frame = piece_frame(Piece(shape, index, self._files.piece(digest, index)))
                left -= cost(frame.data)
                if left < 0:
                    self.taken.left += 1
                    break
                self.taken.sent.add(digest)
                yield frame

    def _take(self, piece: Piece) -> None:
        digest = piece.shape.hash
        self.taken.pieces += 1
        if self._on(digest).size != piece.shape.size:
            self.taken.unnamed.add(digest)
            return
        if self.taken.full:
            return
        try:
            if self._files.put(piece.shape, self._station.station, piece.index, piece.data):
                self.taken.whole.add(digest)
                self.taken.unnamed.discard(digest)
        except FileDiffers:
            self.taken.differing.add(digest)
        except SurroundingsFault as fault:
            if fault.code != "disk_full":
                raise
            self.taken.full = True

    def _told(self, asked: FilesAsked, absent: list[str]) -> FilesTold:
        have: list[str] = []
        unnamed: list[str] = []
        held: list[Held] = []
        station = self._station.station
        for digest in asked.own[:MOST_ASKED]:
            size = self._on(digest).size
            if size is None:
                unnamed.append(digest)
            elif self._open(digest):
                have.append(digest)
            elif pieces := self._files.held(Shape(digest, size), station):
                held.append((digest, held_bits(Shape(digest, size), pieces)))
        claims = self._index.claims_on(self._index.named_by(station), station, tuple(self._station.scopes))
        return FilesTold(
            v=FORM, st=station, report=asked.report, have=have, held=held, unnamed=unnamed,
            lacking=lacking(self._files, station, claims), absent=absent,
        )  # fmt: skip

    def _look_again(self) -> None:
        """Acts were taken in: they may name files."""
        self._claims.clear()
        while self._index.follow():
            pass

    def _on(self, digest: str) -> Claims:
        if not self._claims:
            self._look_again()
        if digest not in self._claims:
            self._claims[digest] = self._index.claims(digest, self._station.station, tuple(self._station.scopes))
        return self._claims[digest]

    def _open(self, digest: str) -> bool:
        return self._files.open_to(digest, self._station.station, self._on(digest))
