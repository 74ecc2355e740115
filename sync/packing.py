"""How the body of a frame is packed: zstd, how thoroughly, and with which shipped dictionary. Bytes in, bytes out."""

from __future__ import annotations

import sys
from functools import cache
from importlib import import_module
from typing import Any, Final

import resources

if sys.version_info >= (3, 14):
    zstd = import_module("compression.zstd")
else:
    from backports import zstd

FLAG_ZSTD: Final = 1
FLAG_DICTIONARY: Final = 2
"""One byte naming a shipped zstd dictionary follows the header."""
NEWEST: Final = 1
"""The dictionary this release packs with, toward a side that has it. A released one is never changed: a better one gets
the next number, and the earlier ones stay readable."""
MAX_PLAIN: Final = 32 << 20
"""Bytes a frame may unpack to. More is refused before it is unpacked."""
_LEVELS: Final = ((32 << 10, 19), (320 << 10, 15), (1 << 20, 9))
"""(bytes, level): a body up to so long is packed so thoroughly. Small bodies go over narrow lines, where some
milliseconds of a processor are less than the bytes they save; the largest go over lines that are quicker than packing.
At 150 kB level 19 saves one byte in a hundred and takes 40 to 60 ms: longer than those bytes take on a narrow line."""
_LEVEL_BEYOND = 5
_DIGESTED: Final = 15
"""From this level on reading the dictionary takes longer than packing a small body. What is packed less thoroughly is
long, and loses a tenth of its bytes to a dictionary that was read beforehand."""
_WORTH: Final = (256, 512 << 10)
"""Bytes of a body for which a dictionary is worth its while: a round without news is mostly hashes, and what is long
teaches itself better than any dictionary."""


class WireDamaged(Exception):
    """Bytes from the other side that are no frame of ours; nothing was changed. ``code`` is stable."""

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(f"{code} {detail}".strip())
        self.code = code


def capability(number: int = NEWEST) -> str:
    """What a side names that can read frames packed with this dictionary."""
    return f"dictionary-{number}"


def pack(body: bytes, number: int = 0) -> tuple[int, bytes]:
    """(flags, what follows them in the frame). ``number`` is a dictionary the other side has; 0 for none.

    Raises WireDamaged ``too_large``.
    """
    if len(body) > MAX_PLAIN:
        raise WireDamaged("too_large")
    level = next((level for size, level in _LEVELS if len(body) <= size), _LEVEL_BEYOND)
    options = {int(zstd.CompressionParameter.compression_level): level}
    if number and _WORTH[0] <= len(body) <= _WORTH[1]:
        known = _dictionary(number)
        if level >= _DIGESTED:
            known = known.as_digested_dict  # made once for each level: the bytes are the same, 3 ms a frame are not
        packed = bytes([number]) + zstd.compress(body, options=options, zstd_dict=known)
        flags = FLAG_ZSTD | FLAG_DICTIONARY
    else:
        packed, flags = zstd.compress(body, options=options), FLAG_ZSTD
    return (flags, packed) if len(packed) < len(body) else (0, body)


def unpack(flags: int, body: bytes) -> bytes:
    """The JSON of what :func:`pack` made, with a cap: a small frame cannot fill the memory.

    Raises WireDamaged ``unknown_flags`` (a dictionary not known here among them), ``bad_compression``, ``too_large``.
    """
    number = dictionary_used(flags, body)
    if flags & ~(FLAG_ZSTD | FLAG_DICTIONARY) or (number and not flags & FLAG_ZSTD) or number > NEWEST:
        raise WireDamaged("unknown_flags", str(flags))
    if not flags:
        return body
    if flags & FLAG_DICTIONARY and not number:
        raise WireDamaged("unknown_flags", str(flags))
    packed = body[1:] if number else body
    try:
        reader: Any = zstd.ZstdDecompressor(zstd_dict=_dictionary(number) if number else None)
        plain: bytes = reader.decompress(packed, max_length=MAX_PLAIN + 1)
    except zstd.ZstdError:
        raise WireDamaged("bad_compression") from None
    if len(plain) > MAX_PLAIN:
        raise WireDamaged("too_large")
    if not reader.eof or reader.unused_data:
        raise WireDamaged("bad_compression")
    return plain


def dictionary_used(flags: int, body: bytes) -> int:
    """The dictionary a body was packed with; 0 for none."""
    return body[0] if flags & FLAG_DICTIONARY and body else 0


@cache
def _dictionary(number: int) -> Any:
    return zstd.ZstdDict(resources.path(f"wire/{number}.dict").read_bytes())
