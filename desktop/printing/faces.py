"""The shipped typefaces, read without parsing them: who can draw a character, how wide it is, its outline bytes.

Relies on what ``scripts/build_fonts.py`` guarantees: a face's glyph number is the place (from 1) of its character in
the sorted list of ``coverage.bin``, and no glyph is made of others. Files are memory-mapped on first need, so a paper
that uses two faces touches two files, and only the pages with its characters.
"""

from __future__ import annotations

import json
import mmap
import struct
import threading
from bisect import bisect_left
from collections.abc import Iterable, Mapping
from functools import cached_property

from domain.refusals import Refusal
from resources import path

CHAINS = {
    "fang": ("latin", "fang", "song", "hana", "babel", "jigmo"),  # 仿宋
    "song": ("latin", "song", "hana", "babel", "jigmo", "fang"),  # 宋体
    "title": ("title", "song", "hana", "babel", "jigmo", "fang"),  # 小标宋
    "hei": ("hei", "song", "hana", "babel", "jigmo", "fang"),  # 黑体
    "kai": ("latin", "kai", "song", "hana", "babel", "jigmo", "fang"),  # 楷体
}
"""The faces tried for a style, in order. ``latin`` has letters and figures only: 仿宋, 宋体 and 楷体 have Times."""


class Face:
    """One TrueType file of ours."""

    def __init__(self, name: str, codes: memoryview) -> None:
        self.name = name
        self._codes = codes

    def glyph(self, code: int) -> int:
        """Glyph number of a character; 0 when the face does not have it."""
        at = bisect_left(self._codes, code)
        return at + 1 if at < len(self._codes) and self._codes[at] == code else 0

    def character(self, glyph: int) -> int:
        return int(self._codes[glyph - 1])

    @cached_property
    def _file(self) -> mmap.mmap:
        with path(f"fonts/{self.name}.ttf").open("rb") as opened:
            return mmap.mmap(opened.fileno(), 0, access=mmap.ACCESS_READ)

    @cached_property
    def _tables(self) -> dict[str, int]:
        count = struct.unpack_from(">H", self._file, 4)[0]
        rows = (struct.unpack_from(">4sLLL", self._file, 12 + 16 * i) for i in range(count))
        return {tag.decode(): offset for tag, _, offset, _ in rows}

    @cached_property
    def units_per_em(self) -> int:
        return int(struct.unpack_from(">H", self._file, self._tables["head"] + 18)[0])

    @cached_property
    def head(self) -> bytes:
        return bytes(self._file[self._tables["head"] : self._tables["head"] + 54])

    @cached_property
    def hhea(self) -> bytes:
        return bytes(self._file[self._tables["hhea"] : self._tables["hhea"] + 36])

    @cached_property
    def maxp(self) -> bytes:
        return bytes(self._file[self._tables["maxp"] : self._tables["maxp"] + 32])

    @cached_property
    def box(self) -> tuple[int, int, int, int]:
        """xMin, yMin, xMax, yMax in 1/1000 em."""
        values = struct.unpack_from(">4h", self.head, 36)
        low_x, low_y, high_x, high_y = (round(v * 1000 / self.units_per_em) for v in values)
        return low_x, low_y, high_x, high_y

    @cached_property
    def ascent_descent(self) -> tuple[int, int]:
        """In 1/1000 em."""
        ascent, descent = struct.unpack_from(">2h", self.hhea, 4)
        return round(ascent * 1000 / self.units_per_em), round(descent * 1000 / self.units_per_em)

    def metrics(self, glyph: int) -> tuple[int, int]:
        """Advance width and left side bearing, in the face's own units."""
        start, full = self._tables["hmtx"], struct.unpack_from(">H", self.hhea, 34)[0]
        if glyph < full:
            advance, bearing = struct.unpack_from(">Hh", self._file, start + 4 * glyph)
        else:
            advance = struct.unpack_from(">H", self._file, start + 4 * (full - 1))[0]
            bearing = struct.unpack_from(">h", self._file, start + 4 * full + 2 * (glyph - full))[0]
        return advance, bearing

    def outline(self, glyph: int) -> bytes:
        loca = self._tables["loca"]
        if self.head[51]:
            begin, end = struct.unpack_from(">2L", self._file, loca + 4 * glyph)
        else:
            begin, end = (2 * v for v in struct.unpack_from(">2H", self._file, loca + 2 * glyph))
        glyf = self._tables["glyf"]
        return bytes(self._file[glyf + begin : glyf + end])


_lock = threading.Lock()
_faces: dict[str, Face] = {}
_chains: dict[str, tuple[Face, ...]] = {}
_drawn: dict[str, dict[str, tuple[Face, int, float]]] = {style: {} for style in CHAINS}


def faces() -> dict[str, Face]:
    """All shipped faces by name."""
    with _lock:
        if not _faces:
            data = path("fonts/coverage.bin").read_bytes()
            if data[:4] != b"XFC1":
                raise ValueError("coverage.bin is not ours")
            size = struct.unpack_from("<L", data, 4)[0]
            body = memoryview(data)[8 + size :]
            for row in json.loads(data[8 : 8 + size]):
                begin, count = row["offset"], row["count"]
                _faces[row["face"]] = Face(row["face"], body[begin : begin + 4 * count].cast("I"))
        return _faces


def chain(style: str) -> tuple[Face, ...]:
    """The faces tried for a style, in order, with the office's own among them."""
    if not _chains:
        use_own({}, None)
    return _chains[style]


def has_own() -> bool:
    """Whether an office's faces or pictures are in use."""
    return any(len(used) > len(CHAINS[style]) for style, used in _chains.items())


def use_own(own: Mapping[str, Face], pictures: Face | None) -> None:
    """Puts an office's faces before the shipped ones of their style, and its pictures of characters after all of them.

    The letters and figures of the house style stay what they are. With neither, only the shipped faces are used.
    """
    shipped = faces()
    for style, names in CHAINS.items():
        usual = [shipped[name] for name in names]
        if style in own:
            usual.insert(usual[0] is shipped["latin"], own[style])
        if pictures:
            usual.append(pictures)
        _chains[style] = tuple(usual)
        _drawn[style].clear()


def find(style: str, char: str) -> tuple[Face, int, float]:
    """Face, glyph number and advance width (em) that draw a character in a style; Refusal when no face can."""
    known = _drawn[style].get(char)
    if known is not None:
        return known
    code = ord(char)
    for face in chain(style):
        glyph = face.glyph(code)
        if glyph:
            found = (face, glyph, face.metrics(glyph)[0] / face.units_per_em)
            _drawn[style][char] = found
            return found
    raise Refusal("character_unprintable", facts={"char": char, "code_point": f"U+{code:04X}"})


def find_all(style: str, text: Iterable[str]) -> list[tuple[Face, int, float]]:
    """``find`` for every character of a text."""
    known = _drawn[style].get
    return [known(char) or find(style, char) for char in text]


def covered(char: str) -> bool:
    """Whether some face can draw the character, in any style (every chain ends in the same faces)."""
    return any(face.glyph(ord(char)) for face in chain("fang"))
