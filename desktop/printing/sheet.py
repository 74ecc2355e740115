"""Pages of marks at places: text, rules, boxes, QR codes in, one invariant PDF out. Lengths in points, y downward.

The bytes depend on nothing but what was drawn: no clock, no random names. Fixed words of a form, announced by
``fixed()``, are embedded as a subset of their own, which every paper of that form in the same words shares, so the
process packs it once.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass, field
from functools import lru_cache

import segno
from reportlab import rl_config
from reportlab.pdfbase import pdfdoc

from desktop.printing.breaking import Glyph, Line, clean, set_line
from desktop.printing.embed import Raw, font_object, refer, stream
from desktop.printing.faces import Face, chain, find

MM = 72 / 25.4
A4 = (210 * MM, 297 * MM)
A5 = (148 * MM, 210 * MM)

RED = -1.0
"""In place of a grey: the red of a letterhead 发文机关标志 and its rules."""

_WORTH_SHARING = 40  # fixed glyphs of a face; fewer cost more as a font of their own than they save

rl_config.pdfComments = 0
rl_config.pdfMultiLine = 0


@dataclass(frozen=True, slots=True)
class _Text:
    x: float
    y: float
    size: float
    glyphs: tuple[Glyph, ...]
    grey: float
    turned: bool


@dataclass(frozen=True, slots=True)
class _Drawing:
    """A filled shape in cells of its own, its top left corner at x, y."""

    x: float
    y: float
    cell: float
    path: str


@dataclass(slots=True)
class Page:
    """What is drawn on one page, and under it."""

    height: float
    under: list[_Text] = field(default_factory=list)
    ops: list[_Text | _Drawing | tuple[str, tuple[float, ...]]] = field(default_factory=list)


class Sheet:
    """A document being drawn. ``height`` of a page may be changed until ``save`` (a receipt is as long as its text)."""

    def __init__(self, title: str, subject: str, width: float, height: float) -> None:
        self.title, self.subject, self.width, self.height = title, subject, width, height
        self.pages: list[Page] = []
        self._fixed: dict[Face, set[int]] = {}
        self.page = self.new_page()

    def new_page(self) -> Page:
        self.page = Page(self.height)
        self.pages.append(self.page)
        return self.page

    def fixed(self, style: str, text: str) -> None:
        """Says that a text is part of the form, not of the case; it must be drawn too, or it costs room for nothing."""
        for face, glyphs in _glyphs_of(chain(style), style, text).items():
            self._fixed.setdefault(face, set()).update(glyphs)

    # ------------------------------------------------------------------ drawing

    def line(self, x: float, y: float, size: float, line: Line, *, grey: float = 0.0) -> None:
        """A set line with its baseline at y."""
        if line.glyphs:
            self.page.ops.append(_Text(x + line.indent * size, y, size, line.glyphs, grey, False))

    def text(self, x: float, y: float, size: float, style: str, text: str, *, gap: float = 0.0, grey: float = 0.0,
             align: str = "left") -> float:  # fmt: skip
        """One line of text; ``align`` says what x is: left, centre or right. Returns its width in points."""
        line = set_line(style, text, gap)
        width = line.width * size
        begin = x - {"left": 0.0, "centre": width / 2, "right": width}[align]
        self.line(begin, y, size, line, grey=grey)
        return width

    def rule(self, x1: float, y1: float, x2: float, y2: float, width: float = 0.5) -> None:
        self.page.ops.append(("rule", (x1, y1, x2, y2, width)))

    def red_rule(self, x1: float, y1: float, x2: float, y2: float, width: float) -> None:
        self.page.ops.append(("red", (x1, y1, x2, y2, width)))

    def dashes(self, x1: float, y1: float, x2: float, y2: float, width: float = 0.5) -> None:
        self.page.ops.append(("dashes", (x1, y1, x2, y2, width)))

    def box(self, x: float, y: float, wide: float, high: float, width: float = 0.5) -> None:
        self.page.ops.append(("box", (x, y, wide, high, width)))

    def qr(self, x: float, y: float, side: float, text: str) -> None:
        """A QR code of the given side, its quiet zone not included."""
        cells, shape = _qr_shape(text)
        self.page.ops.append(_Drawing(x, y, side / cells, shape))

    def watermark(self, text: str) -> None:
        """Large light letters across every page, under what is drawn."""
        for page in self.pages:
            size = min(self.width, page.height) / 3.2
            line = set_line("hei", text, 0.4)
            half = line.width * size / 2 * 0.7071
            page.under.append(
                _Text(self.width / 2 - half + size * 0.2, page.height / 2 + half, size, line.glyphs, 0.86, True)
            )

    # ------------------------------------------------------------------ writing

    def save(self) -> bytes:
        document = pdfdoc.PDFDocument(compression=1, invariant=1, lang="zh-CN", pdfVersion=(1, 7))
        document.setTitle(self.title)
        document.setSubject(self.subject)
        document.setAuthor("")
        document.setCreator("Xinfang Desk")
        fonts = self._fonts(document)
        named = "".join(f"/{label} {reference}" for label, reference in fonts.references.items())
        resources = refer(document, Raw(f"<</Font<<{named}>>>>".encode()), "XinfangResources")
        parent = document.Reference(document.Pages).format(document).decode()
        for number, page in enumerate(self.pages, 1):
            code = _code(page, fonts).encode("ascii")
            document.updateSignature(code)
            drawn = refer(document, stream(zlib.compress(code, 6)), f"XinfangPage{number}")
            box = f"[0 0 {_number(self.width)} {_number(page.height)}]"
            words = f"<</Type/Page/Parent {parent}/MediaBox{box}/Resources {resources}/Contents {drawn}>>"
            document.addPage(Raw(words.encode()))
        data: bytes = document.GetPDFData(None)
        return data

    def _fonts(self, document: object) -> _Fonts:
        drawn: set[tuple[Face, int]] = set()
        used: dict[Face, set[int]] = {}
        for page in self.pages:
            for op in (*page.under, *page.ops):
                if isinstance(op, _Text):
                    drawn.update([glyph[:2] for glyph in op.glyphs])
        for face, number in drawn:
            used.setdefault(face, set()).add(number)
        fonts = _Fonts()
        for face in sorted(used, key=lambda each: each.name):
            common = self._fixed.get(face, set())
            if len(common) < _WORTH_SHARING:
                common = set()
            for group in (common, used[face] - common):
                if group:
                    fonts.add(document, face, tuple(sorted(group)))
        return fonts


class _Fonts:
    """The fonts of one document: which one, and which code in it, draws a glyph."""

    def __init__(self) -> None:
        self.references: dict[str, str] = {}
        self.codes: dict[tuple[Face, int], tuple[str, str]] = {}

    def add(self, document: object, face: Face, glyphs: tuple[int, ...]) -> None:
        label = f"X{len(self.references) + 1}"
        self.references[label] = font_object(document, face, glyphs, f"XinfangFont{label}")
        for code, glyph in enumerate(glyphs, 1):
            self.codes[face, glyph] = (label, f"{code:04X}")


@lru_cache(512)
def _glyphs_of(_faces: tuple[Face, ...], style: str, text: str) -> dict[Face, frozenset[int]]:
    drawn = [find(style, char) for char in set(clean(text)) - {"\n", "\u2060"}]
    return {face: frozenset(g for f, g, _ in drawn if f is face) for face, _, _ in drawn}


@lru_cache(64)
def _qr_shape(text: str) -> tuple[int, str]:
    """Cells along a side, and the dark runs as a path in cells, y upward from the top edge."""
    # the mask is fixed: choosing the prettiest of eight takes longer than the rest of the page
    rows = [bytes(row) for row in segno.make(text, error="m", boost_error=False, micro=False, mask=3).matrix]
    runs: list[str] = []
    for r, row in enumerate(rows):
        begin = row.find(1)
        while begin >= 0:
            end = row.find(0, begin)
            end = len(row) if end < 0 else end
            runs.append(f"{begin} {-r - 1} {end - begin} 1 re")
            begin = row.find(1, end)
    return len(rows), " ".join(runs)


def _number(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".") if value % 1 else str(int(value))


def _code(page: Page, fonts: _Fonts) -> str:
    top = page.height
    out: list[str] = []
    grey = 0.0
    for op in (*page.under, *page.ops):
        if isinstance(op, _Text):
            if op.grey != grey:
                grey = op.grey
                out.append("0.85 0 0 rg" if grey == RED else f"{_number(grey)} g")
            out.append(_show(op, top, fonts))
        else:
            if grey:
                grey = 0.0
                out.append("0 g")
            if isinstance(op, _Drawing):
                place = f"{op.cell:.4f} 0 0 {op.cell:.4f} {_number(op.x)} {_number(top - op.y)}"
                out.append(f"q {place} cm {op.path} f Q")
            else:
                out.append(_figure(op[0], op[1], top))
    return "\n".join(out)


def _figure(kind: str, at: tuple[float, ...], top: float) -> str:
    if kind == "box":
        x, y, wide, high, width = at
        return f"{_number(width)} w {_number(x)} {_number(top - y - high)} {_number(wide)} {_number(high)} re S"
    x1, y1, x2, y2, width = at
    path = f"{_number(width)} w {_number(x1)} {_number(top - y1)} m {_number(x2)} {_number(top - y2)} l S"
    if kind == "red":
        return f"q 0.85 0 0 RG {path} Q"
    return f"[2 2] 0 d {path} [] 0 d" if kind == "dashes" else path


def _show(text: _Text, top: float, fonts: _Fonts) -> str:
    """One text line: a font change where the face changes, and an adjustment where a gap differs from the usual."""
    usual = text.glyphs[0][3]
    x, y = _number(text.x), _number(top - text.y)
    place = f"0.7071 0.7071 -0.7071 0.7071 {x} {y} Tm" if text.turned else f"1 0 0 1 {x} {y} Tm"
    parts = [f"BT {place} {usual * text.size:.3f} Tc"]
    label, shown = "", ""
    last, codes = len(text.glyphs) - 1, fonts.codes
    for i, each in enumerate(text.glyphs):
        font, code = codes[each[:2]]
        if font != label:
            if shown:
                parts.append(f"[<{shown}>] TJ")
            parts.append(f"/{font} {_number(text.size)} Tf")
            label, shown = font, ""
        shown += code
        if each[3] != usual and i != last:
            shown += f"> {(usual - each[3]) * 1000:.0f} <"
    parts.append(f"[<{shown}>] TJ ET")
    return " ".join(parts).replace("<>", "")
