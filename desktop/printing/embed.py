"""Typefaces inside a PDF: TrueType subsets as composite fonts, with a text layer that is right beyond U+FFFF.

ReportLab's own embedding writes five-digit code points where four-digit units are due, parses each face anew in every
process, and cuts a face in pieces of 256 characters; these objects are built from its ``pdfdoc`` parts instead.
"""

from __future__ import annotations

import hashlib
import struct
import threading
import zlib
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from reportlab.pdfbase import pdfdoc

from desktop.printing.faces import Face

_KEPT = 48  # subsets remembered: the fixed words of every form, with room for some documents


class Raw(pdfdoc.PDFObject):  # type: ignore[misc]
    """An object already in PDF's own words; ReportLab's dictionaries cost more than all the drawing of a page."""

    __RefOnly__ = 1

    def __init__(self, words: bytes) -> None:
        self.words = words

    def format(self, _document: object) -> bytes:
        return self.words


def stream(packed: bytes, extra: str = "") -> Raw:
    """A stream whose bytes are already compressed."""
    return Raw(stream_words(packed, extra))


def stream_words(packed: bytes, extra: str = "") -> bytes:
    return f"<</Filter/FlateDecode/Length {len(packed)}{extra}>>\nstream\n".encode() + packed + b"\nendstream"


def refer(document: object, words: Raw, label: str) -> str:
    """Adds an object to a document; returns how others name it (``12 0 R``)."""
    reference = document.Reference(words, label)  # type: ignore[attr-defined]
    return str(reference.format(document).decode())


@dataclass(frozen=True, slots=True)
class Subset:
    """A part of a face ready to be written: packed font file, its plain length, packed text map, widths, name."""

    font: bytes
    length: int
    text_map: bytes
    widths: str
    name: str


_lock = threading.Lock()
_subsets: OrderedDict[tuple[str, tuple[int, ...]], Subset] = OrderedDict()


def subset(face: Face, glyphs: tuple[int, ...]) -> Subset:
    """The subset of a face with these glyphs (sorted), its glyph numbers 1, 2, 3 … in that order."""
    key = (face.name, glyphs)
    with _lock:
        kept = _subsets.get(key)
        if kept is not None:
            _subsets.move_to_end(key)
            return kept
    made = _make(face, glyphs)
    with _lock:
        _subsets[key] = made
        if len(_subsets) > _KEPT:
            _subsets.popitem(last=False)
    return made


def _make(face: Face, glyphs: tuple[int, ...]) -> Subset:
    scale = 1000 / face.units_per_em
    outlines, metrics, places, at = [], [], [0], 0
    widths: list[int] = []
    for glyph in (0, *glyphs):
        outline = face.outline(glyph)
        outline += b"\0" * (len(outline) % 2)
        at += len(outline)
        outlines.append(outline)
        places.append(at)
        advance, bearing = face.metrics(glyph)
        metrics.append((advance, bearing))
        widths.append(round(advance * scale))
    count = len(glyphs) + 1
    full, hmtx = _metrics(metrics)
    short = at < 0x20000  # offsets of two bytes count in pairs of bytes
    loca = struct.pack(f">{count + 1}{'H' if short else 'L'}", *(place // 2 if short else place for place in places))
    file = _truetype(
        {
            b"glyf": b"".join(outlines),
            b"head": face.head[:8] + b"\0\0\0\0" + face.head[12:50] + (b"\0\0\0\0" if short else b"\0\x01\0\0"),
            b"hhea": face.hhea[:34] + struct.pack(">H", full),
            b"hmtx": hmtx,
            b"loca": loca,
            b"maxp": face.maxp[:4] + struct.pack(">H", count) + face.maxp[6:],
        }
    )
    tag = hashlib.md5(repr(glyphs).encode(), usedforsecurity=False).digest()[:6]
    name = "".join(chr(65 + byte % 26) for byte in tag) + f"+Xinfang{face.name.title()}"
    return Subset(_packed(file), len(file), zlib.compress(text_map(face, glyphs), 6), _odd_widths(widths), name)


def _odd_widths(widths: list[int]) -> str:
    """The widths that are not a full em, as PDF lists them: the first of each run of glyphs, and the run."""
    parts, run = [], False
    for i, width in enumerate(widths):
        if width == 1000:
            run = False
            continue
        parts.append(f" {width}" if run else f"]{i}[{width}")
        run = True
    return f"[{''.join(parts)}]]".replace("[]", "[", 1) if parts else "[]"


def _metrics(metrics: list[tuple[int, int]]) -> tuple[int, bytes]:
    """How many advances the table of widths has, and the table: glyphs after those have the last advance."""
    full = len(metrics)
    while full > 1 and metrics[full - 1][0] == metrics[full - 2][0]:
        full -= 1
    table = b"".join(struct.pack(">Hh", *each) for each in metrics[:full])
    return full, table + b"".join(struct.pack(">h", bearing) for _, bearing in metrics[full:])


def _packed(file: bytes) -> bytes:
    packer = zlib.compressobj(6, zlib.DEFLATED, 15, 9, zlib.Z_FILTERED)  # outlines repeat little; half a percent less
    return packer.compress(file) + packer.flush()


def _truetype(tables: dict[bytes, bytes]) -> bytes:
    count = len(tables)
    power = 1 << (count.bit_length() - 1)
    head = struct.pack(">LHHHH", 0x00010000, count, power * 16, power.bit_length() - 1, (count - power) * 16)
    offset, rows, bodies = 12 + 16 * count, [], []
    for tag, data in sorted(tables.items()):
        padded = data + b"\0" * (-len(data) % 4)
        total = sum(struct.unpack(f">{len(padded) // 4}L", padded)) & 0xFFFFFFFF
        rows.append(struct.pack(">4sLLL", tag, total, offset, len(data)))
        bodies.append(padded)
        offset += len(padded)
    return head + b"".join(rows) + b"".join(bodies)


_MAP_HEAD = (
    "/CIDInit /ProcSet findresource begin\n12 dict begin\nbegincmap\n"
    "/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def\n"
    "/CMapName /Adobe-Identity-UCS def\n/CMapType 2 def\n"
    "1 begincodespacerange\n<0000> <FFFF>\nendcodespacerange\n"
)


def text_map(face: Face, glyphs: Sequence[int]) -> bytes:
    """The ToUnicode map: glyph numbers of the subset to UTF-16BE, surrogate pairs beyond the basic plane."""
    parts = [_MAP_HEAD]
    texts = [_utf_16(face.character(glyph)) for glyph in glyphs]
    at = 0
    while at < len(texts):
        first = at + 1
        last = min(at + 100, len(texts), first | 0xFF)  # a range may not cross to another high byte
        parts.append(f"1 beginbfrange\n<{first:04X}><{last:04X}>[{''.join(f'<{text}>' for text in texts[at:last])}]\n")
        parts.append("endbfrange\n")
        at = last
    parts.append("endcmap\nCMapName currentdict /CMap defineresource pop\nend\nend\n")
    return "".join(parts).encode()


def _utf_16(code: int) -> str:
    return f"{code:04X}" if code < 0x10000 else chr(code).encode("utf-16-be").hex().upper()


def font_object(document: object, face: Face, glyphs: tuple[int, ...], label: str) -> str:
    """Adds a composite font with these glyphs to a document; returns the reference a page's resources need."""

    def add(words: Raw, part: str) -> str:
        return refer(document, words, f"{label}.{part}")

    return add(Raw(font_words(face, subset(face, glyphs), add)), "font")


def font_words(face: Face, made: Subset, add: Callable[[Raw, str], str]) -> bytes:
    """The font dictionary; its parts are handed to ``add``, which answers how to name them."""
    ascent, descent = face.ascent_descent
    box = " ".join(map(str, face.box))
    file = add(stream(made.font, f"/Length1 {made.length}"), "file")
    described = add(
        Raw(
            f"<</Type/FontDescriptor/FontName/{made.name}/Flags 4/FontBBox[{box}]/ItalicAngle 0/Ascent {ascent}"
            f"/Descent {descent}/CapHeight {ascent}/StemV 80/FontFile2 {file}>>".encode()
        ),
        "descriptor",
    )
    cid = add(
        Raw(
            f"<</Type/Font/Subtype/CIDFontType2/BaseFont/{made.name}/CIDSystemInfo<</Registry(Adobe)/Ordering(Identity)"
            f"/Supplement 0>>/FontDescriptor {described}/DW 1000/W{made.widths}/CIDToGIDMap/Identity>>".encode()
        ),
        "cid",
    )
    text = add(stream(made.text_map), "text")
    return (
        f"<</Type/Font/Subtype/Type0/BaseFont/{made.name}/Encoding/Identity-H/DescendantFonts[{cid}]"
        f"/ToUnicode {text}>>".encode()
    )
