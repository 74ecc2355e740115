"""What an office adds to the shipped faces: its own licensed typefaces, and pictures of characters that no face has.

Everything lies in one folder: ``fang.ttf``, ``song.ttf``, ``title.ttf``, ``hei.ttf``, ``kai.ttf`` take the place of the
shipped face of that style (the shipped ones stay behind it), and ``U+E000.png`` draws one character (造字). A file that
is not fit is not used; what is wrong with it is told, and paper is printed with the shipped faces as before.
"""

from __future__ import annotations

import mmap
import re
import struct
import zlib
from array import array
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path

from desktop.printing.faces import CHAINS, Face
from domain.refusals import Refusal

_BLANK = frozenset((0x20, 0xA0, 0x3000))
_PICTURE = re.compile(r"U\+([0-9A-Fa-f]{4,6})\.png")
_LEAST, _MOST = 24, 256  # pixels along the side of a picture of a character
_RESTRICTED, _WHOLE_ONLY, _BITMAPS_ONLY = 0x0002, 0x0100, 0x0200  # OS/2 fsType


def gb2312() -> Iterator[int]:
    """The 6,763 Han of GB/T 2312, the least a face for running text must have."""
    for row in range(16, 88):
        for cell in range(1, 95):
            if row != 55 or cell < 90:
                yield ord(bytes((0xA0 + row, 0xA0 + cell)).decode("gb2312"))


class LicensedFace(Face):
    """A TrueType file as its maker left it: its own glyph order, hints and composed glyphs among them.

    Hints are not embedded: the shipped subset has no programs they could call. A composed or empty glyph counts as
    missing, so the next face of the chain draws it.
    """

    def __init__(self, style: str, file: Path) -> None:
        """Refusals: ``face_not_truetype``, ``face_not_embeddable``, ``face_lacks_characters``."""
        self._given = file
        try:
            if self._file[:4] not in {b"\0\1\0\0", b"true"}:
                raise Refusal("face_not_truetype", facts={"file": file.name})
            self._refuse_restricted(file)
            found = {code: glyph for code, glyph in self._character_map() if self._is_drawn(code, glyph)}
            number = zlib.crc32(self._file)
        except (OSError, ValueError, KeyError, struct.error) as wrong:
            raise Refusal("face_not_truetype", facts={"file": file.name}) from wrong
        lacking = [code for code in gb2312() if code not in found]
        if lacking:
            facts = {"file": file.name, "count": len(lacking), "char": chr(lacking[0])}
            raise Refusal("face_lacks_characters", facts=facts)
        codes = array("I", sorted(found))
        self._glyphs = [found[code] for code in codes]
        super().__init__(f"own-{style}-{number:08x}", memoryview(codes))

    @cached_property
    def _file(self) -> mmap.mmap:
        with self._given.open("rb") as opened:
            return mmap.mmap(opened.fileno(), 0, access=mmap.ACCESS_READ)

    @cached_property
    def maxp(self) -> bytes:
        return super().maxp[:14] + b"\0\1" + bytes(16)  # no programs, no composed glyphs

    def metrics(self, glyph: int) -> tuple[int, int]:
        return super().metrics(self._own(glyph))

    def outline(self, glyph: int) -> bytes:
        drawn = super().outline(self._own(glyph))
        if len(drawn) < 10 or struct.unpack_from(">h", drawn)[0] <= 0:
            return b""
        at = 10 + 2 * int(struct.unpack_from(">h", drawn)[0])
        hints = int(struct.unpack_from(">H", drawn, at)[0])
        return drawn[:at] + b"\0\0" + drawn[at + 2 + hints :]

    def _own(self, glyph: int) -> int:
        return self._glyphs[glyph - 1] if glyph else 0

    def _is_drawn(self, code: int, glyph: int) -> bool:
        outline = super().outline(glyph)
        return code in _BLANK if len(outline) < 10 else struct.unpack_from(">h", outline)[0] > 0

    def _refuse_restricted(self, file: Path) -> None:
        allowed = int(struct.unpack_from(">H", self._file, self._tables["OS/2"] + 8)[0])
        if allowed & 0x000F == _RESTRICTED or allowed & (_WHOLE_ONLY | _BITMAPS_ONLY):
            raise Refusal("face_not_embeddable", facts={"file": file.name})

    def _character_map(self) -> Iterator[tuple[int, int]]:
        """Characters and glyphs of the Unicode map with the widest range."""
        start = self._tables["cmap"]
        count = struct.unpack_from(">H", self._file, start + 2)[0]
        maps = {}
        for i in range(count):
            platform, coding, offset = struct.unpack_from(">HHL", self._file, start + 4 + 8 * i)
            if platform == 0 or (platform == 3 and coding in {1, 10}):
                maps[struct.unpack_from(">H", self._file, start + offset)[0]] = start + offset
        if 12 in maps:
            at = maps[12]
            for i in range(struct.unpack_from(">L", self._file, at + 12)[0]):
                first, last, glyph = struct.unpack_from(">3L", self._file, at + 16 + 12 * i)
                yield from ((code, glyph + code - first) for code in range(first, last + 1))
            return
        at = maps[4]
        twice = struct.unpack_from(">H", self._file, at + 6)[0]
        for i in range(0, twice, 2):
            last, first, delta, offset = (
                struct.unpack_from(">H", self._file, at + place + i)[0]
                for place in (14, 16 + twice, 16 + 2 * twice, 16 + 3 * twice)
            )
            for code in range(first, min(last, 0xFFFE) + 1):
                glyph = code
                if offset:
                    place = at + 16 + 3 * twice + i + offset + 2 * (code - first)
                    glyph = struct.unpack_from(">H", self._file, place)[0]
                if not offset or glyph:
                    yield code, (glyph + delta) & 0xFFFF


class PictureFace(Face):
    """Characters an office has drawn as pictures, in the measures of the shipped 仿宋; each dark pixel is a square."""

    def __init__(self, shipped: Face, outlines: dict[int, bytes]) -> None:
        codes = array("I", sorted(outlines))
        number = zlib.crc32(b"".join(outlines[code] for code in codes))
        super().__init__(f"pictures-{number:08x}", memoryview(codes))
        self._shipped = shipped
        self._outlines = [shipped.outline(0), *(outlines[code] for code in codes)]

    @cached_property
    def _file(self) -> mmap.mmap:
        return self._shipped._file

    @cached_property
    def maxp(self) -> bytes:
        most = max(struct.unpack_from(">h", outline)[0] for outline in self._outlines)
        return super().maxp[:6] + struct.pack(">2H", 4 * most, most) + super().maxp[10:]

    def metrics(self, glyph: int) -> tuple[int, int]:
        return self.units_per_em, struct.unpack_from(">h", self._outlines[glyph], 2)[0]

    def outline(self, glyph: int) -> bytes:
        return self._outlines[glyph]


def picture_outline(file: Path, units: int, top: int) -> bytes:
    """The outline of a character drawn as a square picture; ``top`` is how high it stands over the baseline, in units.

    Refusal ``picture_unfit``: not a square PNG of 24 to 256 pixels with ink in it.
    """
    from PIL import Image

    try:
        with Image.open(file, formats=("PNG",)) as opened:
            side, high = opened.size
            if side != high or not _LEAST <= side <= _MOST:
                raise Refusal("picture_unfit", facts={"file": file.name})
            ground = Image.new("RGBA", opened.size, "white")
            grey = Image.alpha_composite(ground, opened.convert("RGBA")).convert("L").tobytes()
    except (OSError, SyntaxError, ValueError) as wrong:
        raise Refusal("picture_unfit", facts={"file": file.name}) from wrong
    squares = list(_squares([grey[at : at + side] for at in range(0, side * side, side)]))
    if not squares:
        raise Refusal("picture_unfit", facts={"file": file.name})
    edge = [round(at * units / side) for at in range(side + 1)]
    points = []
    for left, right, above, below in squares:
        x1, x2, y1, y2 = edge[left], edge[right], top - edge[above], top - edge[below]
        points += [(x1, y2), (x1, y1), (x2, y1), (x2, y2)]
    xs, ys = zip(*points, strict=True)
    steps = [[b - a for a, b in zip((0, *line), line, strict=False)] for line in (xs, ys)]
    count = len(squares)
    return (
        struct.pack(">5h", count, min(xs), min(ys), max(xs), max(ys))
        + struct.pack(f">{count}HH", *range(3, 4 * count, 4), 0)
        + b"\x01" * len(points)
        + b"".join(struct.pack(f">{len(points)}h", *line) for line in steps)
    )


def _squares(rows: list[bytes]) -> Iterator[tuple[int, int, int, int]]:
    """The dark pixels as rectangles: left, right, upper and lower edge in pixels."""
    open_since: dict[tuple[int, int], int] = {}
    for y, row in enumerate([*rows, b"\xff"]):
        runs = {run.span() for run in re.finditer(b"[\x00-\x7f]+", row, re.DOTALL)}
        for run in sorted(open_since.keys() - runs):
            yield *run, open_since.pop(run), y
        for run in runs - open_since.keys():
            open_since[run] = y


def read_own(folder: Path, shipped: Face) -> tuple[dict[str, Face], Face | None, list[Refusal]]:
    """The faces of a folder by style, the pictures in it, and what is wrong with files that are not used."""
    own: dict[str, Face] = {}
    outlines: dict[int, bytes] = {}
    wrong: list[Refusal] = []
    top = round(shipped.ascent_descent[0] * shipped.units_per_em / 1000)
    for file in sorted(folder.iterdir()):
        picture = _PICTURE.fullmatch(file.name)
        try:
            if file.suffix.lower() == ".ttf" and file.stem in CHAINS:
                own[file.stem] = LicensedFace(file.stem, file)
            elif picture and int(picture[1], 16) <= 0x10FFFF:
                outlines[int(picture[1], 16)] = picture_outline(file, shipped.units_per_em, top)
        except Refusal as refusal:
            wrong.append(refusal)
    return own, PictureFace(shipped, outlines) if outlines else None, wrong
