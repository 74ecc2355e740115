"""Builds the shipped typefaces from Debian font packages: TrueType outlines, our own names, one coverage table.

    python scripts/build_fonts.py DIR_WITH_UNPACKED_PACKAGES [face …]

The packages are those of SOURCES.md (``apt-get download …; dpkg -x …``). Not used at run time. What it guarantees to
``desktop.printing``: every glyph is simple (no composites), glyph number = place of its character in the sorted list of
the face's characters, counted from 1, glyph 0 is a visible box; ``coverage.bin`` repeats those lists so that nothing
has to parse a font to know who can draw a character.
"""

from __future__ import annotations

import bz2
import json
import struct
import sys
import time
from array import array
from pathlib import Path

from fontTools.fontBuilder import FontBuilder
from fontTools.pens.cu2quPen import Cu2QuPen
from fontTools.pens.qu2cuPen import Qu2CuPen
from fontTools.pens.recordingPen import DecomposingRecordingPen, RecordingPen
from fontTools.pens.transformPen import TransformPen
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.ttLib import TTFont

HERE = Path(__file__).resolve().parent.parent / "resources" / "fonts"
NOTO = "usr/share/fonts/opentype/noto"
# face: (source files or patterns within the unpacked packages, index in a collection, which characters, name shown)
FACES = {
    "fang": (["FandolFang-Regular.otf"], -1, "all", "Xinfang Fang"),
    "song": (["NotoSerifCJK-Regular.ttc"], 2, "all", "Xinfang Song"),
    "hana": (["HanaMinA.ttf", "HanaMinB.ttf"], -1, "lacking", "Xinfang Rare One"),
    "babel": (["BabelStoneHan.ttf"], -1, "lacking", "Xinfang Rare Two"),
    "jigmo": (["jigmo-sc-03*.woff2"], -1, "lacking", "Xinfang Rare Three"),
    "latin": (["LiberationSerif-Regular.ttf"], -1, "western", "Xinfang Latin"),
    "title": (["NotoSerifCJK-Bold.ttc"], 2, "common", "Xinfang Title"),
    "hei": (["NotoSansCJK-Regular.ttc"], 2, "common", "Xinfang Hei"),
    "kai": (["LXGWWenKai-Regular.ttf"], -1, "common", "Xinfang Kai"),
}
# face: (units per em it is redrawn on, tolerance for merging curve pieces, the same for turning curves quadratic), both
# tolerances in 1/1000 em.
# 仿宋 is in every paper's body and its outlines were traced: redrawn this way they take a third less room in each PDF,
# and at 16 pt no difference is seen at 600 dots to the inch (a unit is 0.02 mm).
SLIM = {"fang": (256, 4.0, 4.0), "song": (500, 1.0, 1.0), "title": (500, 1.0, 1.0), "hana": (512, 0.0, 1.0),
        "jigmo": (512, 0.0, 1.0), "latin": (256, 0.0, 1.0)}  # fmt: skip
CHAIN = ("fang", "song", "hana", "babel", "jigmo")
HAN = ((0x2E80, 0x2FDF), (0x2FF0, 0x2FFF), (0x3400, 0x4DBF), (0x4E00, 0x9FFF), (0xF900, 0xFAFF), (0x31C0, 0x31EF),
       (0x20000, 0x3347F))  # fmt: skip
OTHER = ((0x20, 0x7E), (0xA0, 0x17F), (0x391, 0x3C9), (0x401, 0x451), (0x2010, 0x2027), (0x2030, 0x205E),
         (0x2070, 0x209C), (0x20A0, 0x20BF), (0x2100, 0x214F), (0x2150, 0x218B), (0x2190, 0x21FF), (0x2200, 0x22FF),
         (0x2300, 0x23FF), (0x2460, 0x24FF), (0x2500, 0x257F), (0x2580, 0x259F), (0x25A0, 0x25FF), (0x2600, 0x266F),
         (0x2700, 0x27BF), (0x2776, 0x2793), (0x3000, 0x30FF), (0x3105, 0x312F), (0x3200, 0x33FF), (0xFE10, 0xFE6B),
         (0xFF01, 0xFFEE))  # fmt: skip
# Letters and figures that are set in the Times of the house style. Marks that Chinese uses too (· × ° “ ” — …) are not
# among them: they have the width of a character in the Chinese faces.
WESTERN = ((0x20, 0x7E), (0xC0, 0xD6), (0xD8, 0xF6), (0xF8, 0x24F))


def within(code: int, ranges: tuple[tuple[int, int], ...]) -> bool:
    return any(low <= code <= high for low, high in ranges)


def common_han(packages: Path) -> set[int]:
    """GB 2312 and the Table of General Standard Characters 通用规范汉字表 (Unihan kTGH, else the whole GBK row set)."""
    gb2312 = {
        ord(bytes((0xA1 + row, 0xA1 + cell)).decode("gb2312"))
        for row in range(15, 87)
        for cell in range(94)
        if not (row == 54 and cell >= 89)
    }
    standard: set[int] = set()
    for path in packages.rglob("Unihan_OtherMappings.txt.bz2"):
        with bz2.open(path, "rt", encoding="utf-8") as lines:
            standard.update(int(line.split("\t")[0][2:], 16) for line in lines if "\tkTGH\t" in line)
    if len(standard) < 8000:
        raise SystemExit("unicode-data is missing: the Table of General Standard Characters cannot be read")
    return gb2312 | standard


def wanted(rule: str, has: set[int], common: set[int], earlier: set[int]) -> list[int]:
    if rule == "western":
        return sorted(c for c in has if within(c, WESTERN))
    usable = {c for c in has if within(c, HAN) or within(c, OTHER)}
    if rule == "common":
        return sorted(c for c in usable if c in common or within(c, OTHER))
    if rule == "lacking":
        return sorted(usable - earlier)
    return sorted(usable)


def simple_glyph(glyph_set: object, name: str, scale: tuple[int, int], merge: float, error: float) -> object:
    """The outline with cubic curves turned to quadratic and components drawn out."""
    upm, target = scale
    drawn = DecomposingRecordingPen(glyph_set)
    glyph_set[name].draw(drawn)  # type: ignore[index]
    cubic = any(step == "curveTo" for step, _ in drawn.value)
    if cubic and merge:
        merged = RecordingPen()
        drawn.replay(Cu2QuPen(Qu2CuPen(merged, upm * merge / 1000, all_cubic=True), upm * 0.0005))
        drawn = merged
    pen = TTGlyphPen(None)
    scaled = TransformPen(pen, (target / upm, 0, 0, target / upm, 0, 0))
    drawn.replay(Cu2QuPen(scaled, upm * error / 1000, reverse_direction=True) if cubic else scaled)
    return pen.glyph(dropImpliedOnCurves=True)


def box(upm: int) -> object:
    pen = TTGlyphPen(None)
    a, b, w = int(upm * 0.08), int(upm * 0.92), int(upm * 0.04)
    low, high = int(-upm * 0.06), int(upm * 0.82)
    for x0, y0, x1, y1, back in ((a, low, b, high, False), (a + w, low + w, b - w, high - w, True)):
        corners = [(x0, y0), (x0, y1), (x1, y1), (x1, y0)]
        corners = corners[::-1] if back else corners
        pen.moveTo(corners[0])
        for corner in corners[1:]:
            pen.lineTo(corner)
        pen.closePath()
    return pen.glyph()


def build(face: str, packages: Path, common: set[int], earlier: set[int]) -> None:
    files, index, rule, shown = FACES[face]
    started = time.monotonic()
    glyphs: dict[int, object] = {}
    advances: dict[int, int] = {}
    upm = drawn_upm = ascent = descent = 0
    for file in (found for name in files for found in sorted(packages.rglob(name))):
        font = TTFont(file, fontNumber=index, lazy=True)
        cmap = font.getBestCmap()
        if not upm:
            drawn_upm = font["head"].unitsPerEm
            upm, merge, error = SLIM.get(face, (drawn_upm, 0.0, 1.0))
            ascent, descent = (
                round(font["hhea"].ascent * upm / drawn_upm),
                -abs(round(font["hhea"].descent * upm / drawn_upm)),  # some faces give it without its sign
            )
        assert font["head"].unitsPerEm == drawn_upm
        glyph_set = font.getGlyphSet()
        for code in wanted(rule, set(cmap) - set(glyphs), common, earlier):
            glyph = simple_glyph(glyph_set, cmap[code], (drawn_upm, upm), merge, error)
            blank = getattr(glyph, "numberOfContours", 0) == 0
            if blank and code not in (0x20, 0xA0, 0x3000):
                continue  # a character drawn as nothing is a character the face lacks
            glyphs[code] = glyph
            advances[code] = round(font["hmtx"][cmap[code]][0] * upm / drawn_upm)
    codes = sorted(glyphs)
    names = [".notdef", *(f"u{code:05X}" for code in codes)]
    builder = FontBuilder(upm, isTTF=True)
    builder.setupGlyphOrder(names)
    builder.setupCharacterMap(dict(zip(codes, names[1:], strict=True)))
    builder.setupGlyf({".notdef": box(upm), **{n: glyphs[c] for n, c in zip(names[1:], codes, strict=True)}})
    table = builder.font["glyf"]
    metrics = {".notdef": (upm, 0)}
    for code, name in zip(codes, names[1:], strict=True):
        metrics[name] = (advances[code], getattr(table[name], "xMin", 0))
    builder.setupHorizontalMetrics(metrics)
    builder.setupHorizontalHeader(ascent=ascent, descent=descent)
    builder.setupNameTable({"familyName": shown, "styleName": "Regular", "psName": shown.replace(" ", ""),
                            "copyright": "See LICENCES beside this file; converted by build_fonts.py"})  # fmt: skip
    builder.setupOS2(sTypoAscender=ascent, sTypoDescender=descent, usWinAscent=ascent, usWinDescent=-descent, fsType=0)
    builder.setupPost(keepGlyphNames=False)
    builder.font["head"].created = builder.font["head"].modified = 0xE4000000
    builder.font.recalcTimestamp = False
    target = HERE / f"{face}.ttf"
    builder.save(target)
    took = time.monotonic() - started
    print(f"{face}: {len(codes)} characters, {target.stat().st_size / 1e6:.2f} MB, {took:.0f} s", flush=True)


def characters(face: str) -> list[int]:
    return sorted(TTFont(HERE / f"{face}.ttf", lazy=True).getBestCmap())


def write_coverage() -> None:
    """``coverage.bin``: ``XFC1``, length of a JSON head, the head, then each face's sorted characters as uint32 LE."""
    head: list[dict[str, object]] = []
    body = b""
    for face in FACES:
        codes = array("I", characters(face))
        if sys.byteorder == "big":
            codes.byteswap()
        head.append({"face": face, "offset": len(body), "count": len(codes)})
        body += codes.tobytes()
    text = json.dumps(head).encode()
    text += b" " * (-len(text) % 4)
    (HERE / "coverage.bin").write_bytes(b"XFC1" + struct.pack("<I", len(text)) + text + body)


def main(arguments: list[str]) -> None:
    packages = Path(arguments[0])
    faces = arguments[1:] or list(FACES)
    common = common_han(packages) if any(FACES[face][2] == "common" for face in faces) else set()
    for face in faces:
        earlier: set[int] = set()
        if FACES[face][2] == "lacking":
            for before in CHAIN[: CHAIN.index(face)]:
                earlier |= set(characters(before))
        build(face, packages, common, earlier)
    if all((HERE / f"{face}.ttf").exists() for face in FACES):
        write_coverage()


if __name__ == "__main__":
    main(sys.argv[1:])
