"""Files in pieces: the arithmetic, the slots on disk, what is still to carry; the same at both ends, no sockets."""

from sync.blobs.pieces import (
    FILE_TAG,
    Piece,
    PieceDamaged,
    Shape,
    decode_piece,
    encode_piece,
    file_message,
    held_bits,
    read_bits,
)
from sync.blobs.slots import Box, Checked, Sealed, SlotFile

__all__ = [
    "FILE_TAG",
    "Box",
    "Checked",
    "Piece",
    "PieceDamaged",
    "Sealed",
    "Shape",
    "SlotFile",
    "decode_piece",
    "encode_piece",
    "file_message",
    "held_bits",
    "read_bits",
]
