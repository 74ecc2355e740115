"""The shipped faces: the coverage table tells the truth, and what is embedded is a real glyph with its real text."""

import io
import zlib

import pytest
from fontTools.ttLib import TTFont

from desktop.printing.embed import subset, text_map
from desktop.printing.faces import CHAINS, covered, faces, find
from domain.refusals import Refusal
from resources import path

RARE = "𠮷䶮㛃𱁬𪚥𮯰"


@pytest.mark.parametrize("name", ["fang", "song", "hana", "babel", "title", "hei", "kai"])
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


def test_every_character_of_the_general_standard_and_extensions_a_to_f_and_i_can_be_printed():
    blocks = {
        "main": (0x4E00, 0x9FFF), "A": (0x3400, 0x4DBF), "B": (0x20000, 0x2A6DF), "C": (0x2A700, 0x2B739),
        "D": (0x2B740, 0x2B81D), "E": (0x2B820, 0x2CEA1), "F": (0x2CEB0, 0x2EBE0), "I": (0x2EBF0, 0x2EE5D),
    }  # fmt: skip
    for name, (first, last) in blocks.items():
        missing = [f"U+{code:X}" for code in range(first, last + 1) if not covered(chr(code))]
        assert not missing, (name, missing[:5])


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
        find("title", "\U000323b0")
    assert caught.value.facts["code_point"] == "U+323B0"


def test_each_face_comes_with_its_licence():
    sources = path("fonts/SOURCES.md").read_text(encoding="utf-8")
    for name in faces():
        assert f"`{name}.ttf`" in sources
    for licence in ("fandol-COPYING", "noto-cjk", "hanazono", "babelstone-han", "lxgw-wenkai"):
        assert path(f"fonts/licences/{licence}.txt").stat().st_size > 500
        assert f"{licence}.txt" in sources
