"""Attachments 附件: what may be attached, how big, under which name; pure tables and checks, no bytes are kept here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from domain.refusals import Refusal
from domain.texts import clean

PIECE_BYTES: Final = 64 << 10
"""A file travels in pieces of so many bytes; the last one may be shorter."""
LARGEST: Final = 50 << 20
"""Bytes of one file. Five minutes of a telephone's video; two hours of a 64 kbit/s line."""
LONGEST_NAME: Final = 120
_HASH_DIGITS: Final = 64


@dataclass(frozen=True, slots=True)
class FileType:
    """A kind of file: its media type and how its bytes begin, at which offset; no beginnings: anything may."""

    media: str
    begins: tuple[bytes, ...] = ()
    offset: int = 0


_PDF = FileType("application/pdf", (b"%PDF-",))
_JPEG = FileType("image/jpeg", (b"\xff\xd8\xff",))
_TIFF = FileType("image/tiff", (b"II*\x00", b"MM\x00*"))
_ZIPPED = (b"PK\x03\x04",)
_COMPOUND = (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",)
_WORD = "application/vnd.openxmlformats-officedocument"

TYPES: Final = {
    "pdf": _PDF,
    "jpg": _JPEG,
    "jpeg": _JPEG,
    "png": FileType("image/png", (b"\x89PNG\r\n\x1a\n",)),
    "tif": _TIFF,
    "tiff": _TIFF,
    "bmp": FileType("image/bmp", (b"BM",)),
    "docx": FileType(f"{_WORD}.wordprocessingml.document", _ZIPPED),
    "xlsx": FileType(f"{_WORD}.spreadsheetml.sheet", _ZIPPED),
    "pptx": FileType(f"{_WORD}.presentationml.presentation", _ZIPPED),
    "ofd": FileType("application/ofd", _ZIPPED),
    "doc": FileType("application/msword", _COMPOUND),
    "xls": FileType("application/vnd.ms-excel", _COMPOUND),
    "wps": FileType("application/vnd.ms-works", (*_COMPOUND, *_ZIPPED)),
    "et": FileType("application/x-et", (*_COMPOUND, *_ZIPPED)),
    "mp3": FileType("audio/mpeg", (b"ID3", b"\xff\xfb", b"\xff\xf3", b"\xff\xf2", b"\xff\xfa")),
    "wav": FileType("audio/x-wav", (b"RIFF",)),
    "amr": FileType("audio/amr", (b"#!AMR",)),
    "m4a": FileType("audio/mp4", (b"ftyp",), 4),
    "mp4": FileType("video/mp4", (b"ftyp",), 4),
    "mov": FileType("video/quicktime", (b"ftyp", b"moov", b"wide", b"mdat"), 4),
    "txt": FileType("text/plain"),
}
"""By the end of the name, lower case: the only files that are taken. None of them is a program."""

PICTURES: Final = frozenset({"jpg", "jpeg", "png", "tif", "tiff", "bmp"})
"""What the scan profile makes pages of a PDF of."""


def file_end(name: str) -> str:
    """The end of a file's name, lower case and without the dot; empty when it has none."""
    _, dot, end = name.rpartition(".")
    return end.lower() if dot else ""


def check_file(name: str, head: bytes, size: int) -> FileType:
    """The type of a file that may be attached; ``head`` is its first bytes.

    Refuses ``file_type_unknown``, ``file_empty``, ``file_too_large``, ``file_not_its_type``.
    """
    end = file_end(name)
    kind = TYPES.get(end)
    if kind is None:
        raise Refusal("file_type_unknown", field="paths", facts={"end": end[:12]})
    if size <= 0:
        raise Refusal("file_empty", field="paths")
    if size > LARGEST:
        facts = {"limit": LARGEST >> 20, "size": -(-size // (1 << 20))}
        raise Refusal("file_too_large", field="paths", facts=facts)
    if kind.begins and not head[kind.offset :].startswith(kind.begins):
        raise Refusal("file_not_its_type", field="paths", facts={"end": end})
    return kind


def clean_name(name: str, end: str) -> str:
    """A name to show: no folders, no control or direction characters, not too long, its end the true one.

    It is shown and offered for saving, never used as a path.
    """
    bare = name.replace("\\", "/").rpartition("/")[2]
    bare = clean(bare).text
    bare = "".join("_" if char in '<>:"|?*' else char for char in bare).rstrip(" .\u3000")
    stem = bare.rpartition(".")[0] if file_end(bare) in {*TYPES, end} else bare
    stem = stem.strip(" .\u3000")[: LONGEST_NAME - len(end) - 1].rstrip() or "附件"
    return f"{stem}.{end}"


def is_hash(text: object) -> bool:
    """Whether a value names a file: a SHA-256 as 64 lower-case hexadecimal digits."""
    return isinstance(text, str) and len(text) == _HASH_DIGITS and not text.strip("0123456789abcdef")
