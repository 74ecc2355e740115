"""Pieces of a file: how many, how long, one piece as bytes for a stick, and what a request about one is signed over."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Final

from domain.files import LARGEST, PIECE_BYTES

FILE_TAG: Final = b"xinfang-file-1"
"""What a request about a file, and the answer to one, is signed under."""
_MAGIC: Final = b"XP\x01\x00"
_HEAD: Final = len(_MAGIC) + 32 + 8 + 4


class PieceDamaged(Exception):
    """Bytes that are no piece; nothing was changed."""


@dataclass(frozen=True, slots=True)
class Shape:
    """A file as its pieces: the SHA-256 of the whole, and its length in bytes."""

    hash: str
    size: int

    def __post_init__(self) -> None:
        if len(self.hash) != 64 or self.hash.strip("0123456789abcdef"):
            raise ValueError("a file is named by a SHA-256 in lower-case hexadecimal digits")
        if not 0 < self.size <= LARGEST:
            raise ValueError("a file has between 1 byte and the limit")

    @property
    def pieces(self) -> int:
        """How many."""
        return -(-self.size // PIECE_BYTES)

    def length(self, index: int) -> int:
        """Bytes of one piece; raises IndexError for one the file does not have."""
        if not 0 <= index < self.pieces:
            raise IndexError("the file has no such piece")
        return min(PIECE_BYTES, self.size - index * PIECE_BYTES)

    def cut(self, data: bytes) -> Iterator[tuple[int, bytes]]:
        """The pieces of the whole."""
        for index in range(self.pieces):
            yield index, data[index * PIECE_BYTES : (index + 1) * PIECE_BYTES]

    def missing(self, held: Collection[int]) -> list[int]:
        """The pieces still to carry, in order: what came first is not carried again, whatever broke in between."""
        return [index for index in range(self.pieces) if index not in held]


def held_bits(shape: Shape, held: Collection[int]) -> bytes:
    """The pieces held as bits, the first piece in the lowest bit of the first byte."""
    bits = bytearray(-(-shape.pieces // 8))
    for index in held:
        bits[index // 8] |= 1 << index % 8
    return bytes(bits)


def read_bits(shape: Shape, bits: bytes) -> set[int]:
    """The other way; bits behind the last piece are not looked at."""
    return {index for index in range(shape.pieces) if index // 8 < len(bits) and bits[index // 8] >> index % 8 & 1}


def file_message(method: str, path: str, body: bytes) -> bytes:
    """What is signed: method, path and the hash of the body. No clock and no nonce: a piece is checked by its file."""
    return b"|".join((method.encode(), path.encode(), hashlib.sha256(body).hexdigest().encode()))


@dataclass(frozen=True, slots=True)
class Piece:
    """One piece under way by itself, by stick or otherwise."""

    shape: Shape
    index: int
    data: bytes


def encode_piece(piece: Piece) -> bytes:
    """``XP`` 1 0 | hash (32) | size of the file (8) | index (4) | bytes."""
    head = _MAGIC + bytes.fromhex(piece.shape.hash) + piece.shape.size.to_bytes(8, "big")
    return head + piece.index.to_bytes(4, "big") + piece.data


def decode_piece(message: bytes) -> Piece:
    """Read strictly; raises PieceDamaged. Whether the bytes are the file's is known when the whole is there."""
    if len(message) < _HEAD or message[: len(_MAGIC)] != _MAGIC:
        raise PieceDamaged("not a piece")
    digest, size = message[4:36].hex(), int.from_bytes(message[36:44], "big")
    index = int.from_bytes(message[44:48], "big")
    try:
        shape = Shape(digest, size)
        wanted = shape.length(index)
    except (ValueError, IndexError) as error:
        raise PieceDamaged(str(error)) from None
    data = message[_HEAD:]
    if len(data) != wanted:
        raise PieceDamaged("a piece of another length")
    return Piece(shape, index, data)
