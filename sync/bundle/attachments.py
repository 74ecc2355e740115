"""Files 附件 on media: what a station says of its files, what the county says of them, and pieces as frames.

Pieces stand behind the text of their medium. They need no signature of their own: the head is signed over the wrapped
content key, and only who has that key can have sealed them; and a file is what its hash says, whoever brought it.
"""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Annotated, Final, TypeAlias

import msgspec

from sync.blobs import Piece, encode_piece
from sync.bundle.medium import Frame, FrameKind
from sync.log.chain import SigningKey
from sync.protocol import Count, Id, WireDamaged, decode_frame, encode_frame, verify_frame

FORM: Final = 1
ASKED_TAG: Final = b"xinfang-files-asked-1"
TOLD_TAG: Final = b"xinfang-files-told-1"
MOST_ASKED: Final = 5_000
"""Files of its own a station asks about on one medium; the rest on the next."""
MOST_WANTED: Final = 500
SPARE_BYTES: Final = 4 << 20
SPARE_SHARE: Final = 50
"""Of the room on a medium so much is left alone, and one part in so many: a file system needs some for itself."""

FileHash: TypeAlias = Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{64}$")]
Held: TypeAlias = tuple[FileHash, bytes]
"""A file, and the pieces held of it as bits (``sync.blobs.held_bits``)."""


class FilesAsked(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True, kw_only=True):
    """A station about its files. A county answers about files only where it was asked: an old station never asks."""

    v: int
    st: Id
    report: Count
    """Number of the report this stands on; the answer says it again."""
    own: list[FileHash] = []
    """Files its acts name that it does not know to be at the county."""
    want: list[Held] = []
    """Files it is shown and has not, the most wanted first."""


class FilesTold(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True, kw_only=True):
    """The county's answer to a question; it says how things stood when that report had been taken in."""

    v: int
    st: Id
    report: Count
    have: list[FileHash] = []
    """Of the files asked about: whole, verified, and open to this station."""
    held: list[Held] = []
    """Of the files asked about: what is held of this station's pieces."""
    unnamed: list[FileHash] = []
    """Of the files asked about: no delivered act of this station names them; their pieces were not taken."""
    lacking: list[FileHash] = []
    """As ``GET /v1/file`` (§10): a county put back lacks what it once confirmed."""
    absent: list[FileHash] = []
    """Wanted, and not here or not open to this station."""


def asked_frame(asked: FilesAsked, key: SigningKey) -> Frame:
    """The question as a signed frame."""
    return Frame(FrameKind.FILES_ASKED, encode_frame(asked, ASKED_TAG, key))


def told_frame(told: FilesTold, key: SigningKey) -> Frame:
    """The answer as a signed frame."""
    return Frame(FrameKind.FILES_TOLD, encode_frame(told, TOLD_TAG, key))


def read_asked(data: bytes, station: str, public_key: bytes) -> FilesAsked:
    """A station's question. Raises WireDamaged."""
    verify_frame(data, ASKED_TAG, public_key)
    asked, _ = decode_frame(data, FilesAsked)
    if asked.st != station or asked.v != FORM:
        raise WireDamaged("bad_message")
    return asked


def read_told(data: bytes, station: str, public_key: bytes) -> FilesTold:
    """The county's answer. Raises WireDamaged."""
    verify_frame(data, TOLD_TAG, public_key)
    told, _ = decode_frame(data, FilesTold)
    if told.st != station or told.v != FORM:
        raise WireDamaged("bad_message")
    return told


def piece_frame(piece: Piece) -> Frame:
    """A piece as a frame."""
    return Frame(FrameKind.FILE_PIECE, encode_piece(piece))


def room_for_files(folder: Path, text: int = 0) -> int:
    """Bytes a medium written into this folder has for files, beside ``text`` bytes to be written. Raises OSError."""
    free = shutil.disk_usage(folder).free
    return free - free // SPARE_SHARE - SPARE_BYTES - text
