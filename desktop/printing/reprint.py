"""The mark 补打 第n次 on a stored PDF, as an appended revision: the stored bytes stay as they are and come first.

A PDF may be changed by writing new versions of some objects behind its end. The result therefore begins with the very
bytes of the first print, which anyone can cut off and compare by hash. Only PDFs of this program are understood.
"""

from __future__ import annotations

import re
import zlib

from desktop.printing.breaking import set_line
from desktop.printing.embed import Subset, font_words, stream_words, subset
from desktop.printing.faces import Face
from desktop.printing.sheet import MM
from domain.papers import Mark

_SIZE = 9.0


def mark_text(mark: Mark) -> str:
    """What the mark says, e.g. ``补打 第2次 2026-11-24 10:00 李某``."""
    return " ".join(part for part in (f"补打 第{mark.n}次", mark.at, mark.by) if part)


def stamp(stored: bytes, mark: Mark) -> bytes:
    """The stored PDF followed by a revision that shows the mark at the top right of every page.

    ValueError when the mark is not a reprint or the PDF was not made by this program.
    """
    if mark.kind != "reprint":
        raise ValueError("only a reprint is stamped")
    return _Revision(stored).with_mark(mark_text(mark))


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

    def with_mark(self, text: str) -> bytes:
        line = set_line("hei", text)
        fonts: dict[Face, tuple[str, tuple[int, ...]]] = {}
        for face in sorted({glyph[0] for glyph in line.glyphs}, key=lambda each: each.name):
            chosen = tuple(sorted({glyph[1] for glyph in line.glyphs if glyph[0] is face}))
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
            margin = 4 * MM if wide < 100 * MM else 14 * MM
            x, y = wide - margin - line.width * _SIZE, high - (6 * MM if wide < 100 * MM else 12 * MM)
            code = f"q 0 g BT 1 0 0 1 {x:.2f} {y:.2f} Tm 0 Tc"
            for face, glyph, _, _ in line.glyphs:
                label, chosen = fonts[face]
                code += f" /{label} {_SIZE} Tf <{chosen.index(glyph) + 1:04X}> Tj"
            over = self._add(stream_words(zlib.compress((code + " ET Q").encode())))
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
