"""The marks 补打 第n次 and 作废 on a stored PDF, as an appended revision: the stored bytes stay and come first.

A PDF may be changed by writing new versions of some objects behind its end. The result therefore begins with the very
bytes of the first print, which anyone can cut off and compare by hash. Only PDFs of this program are understood.
"""

from __future__ import annotations

import math
import re
import zlib
from collections.abc import Mapping

from desktop.printing.breaking import Line, set_line
from desktop.printing.embed import Subset, font_words, stream_words, subset
from desktop.printing.faces import Face
from desktop.printing.rolls import roll_of_width
from desktop.printing.sheet import MM
from domain.papers import Mark

_SIZE = 9.0
_VOID = "作废"
_TILT = math.radians(28)


def mark_text(mark: Mark) -> str:
    """What the mark says, e.g. ``补打 第2次 2026-11-24 10:00 李某``."""
    return " ".join(part for part in (f"补打 第{mark.n}次", mark.at, mark.by) if part)


def stamp(stored: bytes, mark: Mark, voided: str = "") -> bytes:
    """The stored PDF followed by a revision that shows the mark at the top right of every page.

    ``voided`` says when, by whom and why a paper was voided: 作废 is then stamped across every page too, in outline, so
    that what lies below stays legible. ValueError when there is nothing to stamp or the PDF is not of this program.
    """
    if mark.kind != "reprint" and not voided:
        raise ValueError("only a reprint or a void paper is stamped")
    small = [mark_text(mark)] if mark.kind == "reprint" else []
    return _Revision(stored).with_marks([*small, *([f"{_VOID} {voided}"] if voided else [])], _VOID if voided else "")


class _Revision:
    def __init__(self, stored: bytes) -> None:
        found = re.search(rb"startxref\s+(\d+)\s+%%EOF\s*\Z", stored)
        if found is None:
            raise ValueError("not a PDF of ours: no end")
        self.stored = stored
        self.before = int(found.group(1))
        trailer = re.search(rb"trailer\s*<<(.*?)>>\s*startxref", stored[self.before :], re.DOTALL)
        size = trailer and re.search(rb"/Size (\d+)", trailer.group(1))
        if trailer is None or size is None:
            raise ValueError("not a PDF of ours: no trailer")
        self.trailer = re.sub(rb"/(?:Size|Prev) \d+", b"", trailer.group(1)).strip()
        self.next = int(size.group(1))
        self.offsets = self._read_offsets()
        self.objects: dict[int, bytes] = {}

    def _read_offsets(self) -> dict[int, int]:
        """Where each object begins. A reprint is made from the original, so there is one table."""
        found = re.match(rb"xref\s+0 (\d+)\s+", self.stored[self.before :])
        if found is None:
            raise ValueError("not a PDF of ours: no table")
        start = self.before + found.end()
        rows = (self.stored[start + 20 * i : start + 20 * i + 20] for i in range(int(found.group(1))))
        return {i: int(row[:10]) for i, row in enumerate(rows) if row[17:18] == b"n"}

    def _object(self, number: int) -> bytes:
        begin = self.stored.index(b"obj", self.offsets[number]) + 3
        return self.stored[begin : self.stored.index(b"endobj", begin)].strip()

    def _add(self, body: bytes, number: int | None = None) -> int:
        if number is None:
            number = self.next
            self.next += 1
        self.objects[number] = body
        return number

    def with_marks(self, small: list[str], big: str) -> bytes:
        """``small`` lines at the top right, from the edge down, and ``big`` across the page when it is not empty."""
        lines, across = [set_line("hei", text) for text in small], set_line("hei", big)
        glyphs = [glyph for line in (*lines, across) for glyph in line.glyphs]
        fonts: dict[Face, tuple[str, tuple[int, ...]]] = {}
        for face in sorted({glyph[0] for glyph in glyphs}, key=lambda each: each.name):
            chosen = tuple(sorted({glyph[1] for glyph in glyphs if glyph[0] is face}))
            fonts[face] = (f"R{len(fonts) + 1}", chosen)
        entries = b"".join(
            f"/{label} {self._font(face, subset(face, chosen))} 0 R".encode() for face, (label, chosen) in fonts.items()
        )
        pages = [n for n in self.offsets if re.search(rb"/Type/Page/", self._object(n)[:2000])]
        resources: set[int] = set()
        for number in pages:
            page = self._object(number)
            box = re.search(rb"/MediaBox\[0 0 ([\d.]+) ([\d.]+)\]", page)
            contents = re.search(rb"/Contents (\d+) 0 R", page)
            shared = re.search(rb"/Resources (\d+) 0 R", page)
            if not (box and contents and shared):
                raise ValueError("not a PDF of ours: a page without its parts")
            wide, high = float(box.group(1)), float(box.group(2))
            roll = roll_of_width(wide)
            margin, top = (roll.margin, 6 * MM) if roll else (14 * MM, 12 * MM)
            code = "q 0 g"
            for n, line in enumerate(lines):
                size = min(_SIZE, (wide - 2 * margin) / max(line.width, 1.0))  # a long reason still fits the line
                x, y = wide - margin - line.width * size, high - top + (len(lines) - 1 - n) * _SIZE * 1.25
                code += _shown(line, fonts, size, f"1 0 0 1 {x:.2f} {y:.2f}")
            if big:
                size = wide / 4
                cos, sin, half = math.cos(_TILT), math.sin(_TILT), across.width * size / 2
                x, y = wide / 2 - half * cos, high / 2 - half * sin
                code += f" 0.8 0.1 0.1 RG {size / 50:.2f} w 1 Tr"  # outline only
                code += _shown(across, fonts, size, f"{cos:.4f} {sin:.4f} {-sin:.4f} {cos:.4f} {x:.2f} {y:.2f}")
            over = self._add(stream_words(zlib.compress((code + " Q").encode())))
            changed = page.replace(contents.group(), b"/Contents [ %b 0 R %d 0 R ]" % (contents.group(1), over))
            self._add(changed, number)
            resources.add(int(shared.group(1)))
        for number in resources:
            old = self._object(number)
            self._add(old.replace(b"/Font<<", b"/Font<<" + entries, 1), number)
        return self.stored + self._tail()

    def _font(self, face: Face, made: Subset) -> int:
        return self._add(font_words(face, made, lambda part, _: f"{self._add(part.words)} 0 R"))

    def _tail(self) -> bytes:
        out = b"" if self.stored.endswith(b"\n") else b"\n"
        places: dict[int, int] = {}
        for number, body in sorted(self.objects.items()):
            places[number] = len(self.stored) + len(out)
            out += b"%d 0 obj\n%b\nendobj\n" % (number, body)
        at = len(self.stored) + len(out)
        out += b"xref\n" + b"".join(b"%d 1\n%010d 00000 n \n" % (n, place) for n, place in sorted(places.items()))
        out += b"trailer\n<< %b /Size %d /Prev %d >>\n" % (self.trailer, self.next, self.before)
        return out + b"startxref\n%d\n%%%%EOF\n" % at


def _shown(line: Line, fonts: Mapping[Face, tuple[str, tuple[int, ...]]], size: float, place: str) -> str:
    """A set line as the words of a content stream; ``place`` is its text matrix."""
    code = f" BT {place} Tm 0 Tc"
    for face, glyph, _, _ in line.glyphs:
        label, chosen = fonts[face]
        code += f" /{label} {size:g} Tf <{chosen.index(glyph) + 1:04X}> Tj"
    return code + " ET"
