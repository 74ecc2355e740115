"""The shipped faces: the coverage table tells the truth, and what is embedded is a real glyph with its real text."""

import io
import zlib

import pypdfium2
import pytest
from fontTools.ttLib import TTFont

from desktop.printing.breaking import Line
from desktop.printing.coverage import BLOCKS, table
from desktop.printing.embed import subset, text_map
from desktop.printing.faces import CHAINS, covered, faces, find
from desktop.printing.sheet import Sheet
from domain.refusals import Refusal
from resources import path

RARE = "𠮷䶮㛃𱁬𪚥𮯰"


@pytest.mark.parametrize("name", ["fang", "song", "hana", "babel", "jigmo", "latin", "title", "hei", "kai"])
def test_the_coverage_table_is_the_character_map_of_the_file(name):
    font = TTFont(path(f"fonts/{name}.ttf"), lazy=True)
    order = font.getGlyphOrder()
    cmap = font.getBestCmap()
    face = faces()[name]
    assert len(cmap) == len(order) - 1
    for code in list(cmap)[:: max(1, len(cmap) // 500)]:
        assert order[face.glyph(code)] == cmap[code]
        assert face.character(face.glyph(code)) == code
        assert face.metrics(face.glyph(code))[0] == font["hmtx"][cmap[code]][0]
    font.close()


def test_the_standard_and_its_amendment_have_as_many_characters_as_they_say():
    assert sum(len(block.standard) for block in BLOCKS) == 87_887 + 228
    assert sum(len(block.amendment) for block in BLOCKS) == 9_793
    for block in BLOCKS:
        assert block.standard | block.amendment <= block.assigned <= set(range(block.first, block.last + 1))
        assert not block.standard & block.amendment


@pytest.mark.parametrize("block", BLOCKS, ids=lambda block: f"{block.first:X}")
def test_every_han_character_of_the_standard_and_beyond_has_a_face(block):
    assert [f"U+{code:X}" for code in block.assigned if not covered(chr(code))] == []


def test_the_table_of_characters_in_the_documents_is_what_the_faces_have():
    assert (path("").parent / "docs/characters.md").read_text(encoding="utf-8") == table()


@pytest.mark.parametrize("block", BLOCKS, ids=lambda block: f"{block.first:X}")
def test_no_character_is_drawn_as_a_box_or_as_nothing(block):
    """A sample of the block is drawn on a page and each cell compared with the boxes of every face and with no ink."""
    codes = sorted(block.assigned)
    codes = codes[:: max(1, len(codes) // 300)]
    across = 24
    boxes = [(face, 0, 1.0, 0.0) for face in faces().values()]
    glyphs = [*boxes, *((*find("fang", chr(code)), 0.0) for code in codes)]
    sheet = Sheet("", "", across * 20.0, (len(glyphs) // across + 1) * 20.0)
    for i, glyph in enumerate(glyphs):
        row, column = divmod(i, across)
        sheet.line(column * 20.0 + 2, row * 20.0 + 16, 16, Line((glyph,), 0, 1, ""))  # cells of 20 points
    document = pypdfium2.PdfDocument(sheet.save())
    picture = document[0].render(scale=2, grayscale=True).to_pil()
    cells = []
    for i in range(len(glyphs)):
        row, column = divmod(i, across)
        cells.append(picture.crop((column * 40, row * 40, column * 40 + 40, row * 40 + 40)).tobytes())
    document.close()
    missing = set(cells[: len(boxes)]) | {b"\xff" * 1600}
    assert len(missing) >= 2
    drawn = dict(zip(codes, cells[len(boxes) :], strict=True))
    assert [f"U+{code:X}" for code, cell in drawn.items() if cell in missing] == []
    dark = {code: sum(byte < 128 for byte in cell) for code, cell in drawn.items()}
    assert min(dark.values()) >= 5, "a character needs ink enough to be read"


@pytest.mark.parametrize("style", list(CHAINS))
def test_a_rare_character_is_drawn_by_a_glyph_with_an_outline_of_its_own(style):
    for char in RARE:
        face, glyph, advance = find(style, char)
        made = subset(face, (glyph,))
        font = TTFont(io.BytesIO(zlib.decompress(made.font)))
        missing, drawn = (font["glyf"][name] for name in font.getGlyphOrder())
        assert drawn.numberOfContours >= 1
        assert drawn.compile(font["glyf"]) != missing.compile(font["glyf"])
        assert missing.numberOfContours == 2, "a missing glyph would show as a box, never as nothing"
        assert advance == pytest.approx(1, abs=0.03)


def test_the_text_map_writes_surrogate_pairs_beyond_the_basic_plane():
    face, glyph, _ = find("fang", "𠮷")
    assert b"<D842DFB7>" in text_map(face, (glyph,))


def test_the_text_map_of_many_characters_never_crosses_a_high_byte():
    face = faces()["song"]
    lines = text_map(face, tuple(range(1, 700))).decode().splitlines()
    ranges = [line for line in lines if line.startswith("<") and "[" in line]
    assert sum(line.count("<") - 2 for line in ranges) == 699
    for line in ranges:
        first, last = (int(part, 16) for part in line[1:].split("[")[0].rstrip(">").split("><"))
        assert first >> 8 == last >> 8
        assert line.count("<") - 2 == last - first + 1 <= 100


def test_a_character_nobody_draws_is_refused_with_its_code_point():
    with pytest.raises(Refusal) as caught:
        find("title", "\U0003347f")
    assert caught.value.facts["code_point"] == "U+3347F"


def test_each_face_comes_with_its_licence():
    sources = path("fonts/SOURCES.md").read_text(encoding="utf-8")
    for name in faces():
        assert f"`{name}.ttf`" in sources
    for licence in ("fandol-COPYING", "noto-cjk", "hanazono", "babelstone-han", "lxgw-wenkai", "jigmo", "liberation"):
        assert path(f"fonts/licences/{licence}.txt").stat().st_size > 500
        assert f"{licence}.txt" in sources
