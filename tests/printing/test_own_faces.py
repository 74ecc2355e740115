"""An office's own typefaces and pictures of characters: used where fit, named where not, and nothing else changes."""

from __future__ import annotations

import io
import struct
import zlib
from dataclasses import replace

import pypdfium2
import pytest
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.ttLib import TTFont
from fontTools.ttLib.tables.ttProgram import Program
from PIL import Image, ImageDraw

from desktop.printing import gallery, missing_characters, render, use_own_faces
from desktop.printing.breaking import set_line
from desktop.printing.embed import subset
from desktop.printing.faces import CHAINS, find, has_own
from desktop.printing.own_faces import LicensedFace, gb2312
from desktop.printing.sheet import Sheet
from domain.papers import Mark, Paper
from resources import path


@pytest.fixture
def folder(tmp_path):
    """An office's folder; afterwards the process prints with the shipped faces again."""
    own = tmp_path / "faces"
    own.mkdir()
    yield own
    use_own_faces(tmp_path / "none")
    assert not has_own()


def licensed(source="song", change=None):
    """A typeface as a maker might deliver it: another order of glyphs than ours, with hints."""
    font = TTFont(path(f"fonts/{source}.ttf"))
    font.setGlyphOrder(font.getGlyphOrder())
    if change:
        change(font)
    made = io.BytesIO()
    font.save(made)
    return made.getvalue()


def picture(folder, name="U+E815.png", size=64, mode="RGBA"):
    image = Image.new(mode, (size, size), (255, 255, 255, 0) if mode == "RGBA" else "white")
    draw = ImageDraw.Draw(image)
    draw.rectangle((8, 8, size - 9, 15), fill="black")
    draw.rectangle((size // 2 - 4, 8, size // 2 + 3, size - 9), fill="black")
    image.save(folder / name)


def ink(text, size=96):
    """A character as it comes out of the page, as rows of dark and light."""
    sheet = Sheet("", "", size, size)
    sheet.line(0, size * 0.88, size, set_line("fang", text))
    with pypdfium2.PdfDocument(sheet.save()) as document:
        grey = document[0].render(scale=1, grayscale=True).to_pil()
        said = document[0].get_textpage().get_text_range()
    return grey, said


def test_a_character_the_office_has_drawn_is_printed_as_drawn_and_read_back(folder, line, text_of):
    char = "\ue815"
    assert missing_characters([char]) == [char]
    picture(folder)
    assert use_own_faces(folder) == []
    assert missing_characters([char]) == []
    grey, said = ink(char)
    assert said == char
    drawn = Image.open(folder / "U+E815.png").convert("RGBA")
    wanted = Image.alpha_composite(Image.new("RGBA", drawn.size, "white"), drawn).convert("L").resize((96, 96))
    apart = sum(abs(a - b) > 128 for a, b in zip(grey.tobytes(), wanted.tobytes(), strict=True))
    assert apart <= 96, "edges may fall a pixel off, no more"
    pdf = render(replace(gallery.acceptance(), addressee="王" + char), Paper.A4, line, Mark.original())
    assert "王" + char in text_of(pdf)


def test_a_picture_is_used_only_where_no_face_has_the_character(folder):
    picture(folder, "U+738B.png")
    assert use_own_faces(folder) == []
    assert find("fang", "王")[0].name == "fang"
    assert find("hei", "王")[0].name == "hei"


@pytest.mark.parametrize("mode", ["L", "1", "RGB"])
def test_a_picture_may_be_grey_black_and_white_or_coloured(folder, mode):
    picture(folder, mode=mode)
    assert use_own_faces(folder) == []
    assert find("title", "\ue815")[2] == 1


@pytest.mark.parametrize("bad", ["wide", "blank", "tiny", "not a picture"])
def test_a_picture_that_cannot_be_a_character_is_named_and_not_used(folder, bad):
    file = folder / "U+E815.png"
    if bad == "not a picture":
        file.write_bytes(b"GIF89a")
    else:
        Image.new("L", {"wide": (64, 32), "blank": (64, 64), "tiny": (8, 8)}[bad], 255 if bad == "blank" else 0).save(
            file
        )
    wrong = use_own_faces(folder)
    assert [(each.code, each.facts["file"]) for each in wrong] == [("picture_unfit", "U+E815.png")]
    assert missing_characters(["\ue815"]) == ["\ue815"]


def test_a_licensed_face_draws_the_body_and_the_shipped_ones_stand_behind_it(folder, line, text_of):
    (folder / "fang.ttf").write_bytes(licensed())
    assert use_own_faces(folder) == []
    face, glyph, _ = find("fang", "信")
    assert face.name.startswith("own-fang-")
    assert face.character(glyph) == ord("信")
    assert [find("fang", char)[0].name for char in ("1", "𪚥", "\U0003106c")] == ["latin", "hana", face.name]
    assert find("hei", "信")[0].name == "hei"
    content = replace(gallery.acceptance(), addressee="𠮷䶮㛃𱁬𪚥𮯰")
    assert "𠮷䶮㛃𱁬𪚥𮯰" in text_of(render(content, Paper.A4, line, Mark.original()))
    shipped = TTFont(path("fonts/song.ttf"))
    made = TTFont(io.BytesIO(zlib.decompress(subset(face, (glyph,)).font)))
    own = made["glyf"][made.getGlyphOrder()[1]]
    assert own.coordinates == shipped["glyf"][shipped.getBestCmap()[ord("信")]].coordinates


def test_hints_are_left_out_and_a_composed_glyph_is_drawn_by_the_next_face(folder):
    def change(font):
        names = font.getBestCmap()
        hinted = font["glyf"][names[ord("信")]]
        hinted.program = Program()
        hinted.program.fromBytecode(b"\xb0\x00\x2b")
        pen = TTGlyphPen(font["glyf"])
        pen.addComponent(names[ord("信")], (1, 0, 0, 1, 0, 0))
        font["glyf"][names[0x9FA5]] = pen.glyph()

    (folder / "fang.ttf").write_bytes(licensed(change=change))
    assert use_own_faces(folder) == []
    face, glyph, _ = find("fang", "信")
    outline = face.outline(glyph)
    contours = struct.unpack_from(">h", outline)[0]
    assert outline[10 + 2 * contours : 12 + 2 * contours] == b"\0\0"
    assert TTFont(io.BytesIO(zlib.decompress(subset(face, (glyph,)).font)))["glyf"]["glyph00001"].numberOfContours > 0
    assert find("fang", "\u9fa5")[0].name in {"fang", "song"}


def test_a_face_with_the_small_character_map_alone_is_read_too(folder):
    def change(font):
        font["cmap"].tables = [table for table in font["cmap"].tables if table.format == 4]

    (folder / "kai.ttf").write_bytes(licensed(change=change))
    assert use_own_faces(folder) == []
    shipped = TTFont(path("fonts/song.ttf"), lazy=True)
    names, order = shipped.getBestCmap(), shipped.getGlyphOrder()
    for char in "信访龘Ω㐀":
        face, glyph, _ = find("kai", char)
        assert isinstance(face, LicensedFace)
        assert face.metrics(glyph) == shipped["hmtx"][names[ord(char)]]
        assert order[face._own(glyph)] == names[ord(char)]
    shipped.close()


def _fs_type(value):
    def change(font):
        font["OS/2"].fsType = value

    return change


@pytest.mark.parametrize("allowed", [0x0000, 0x0004, 0x0008])
def test_a_face_that_may_be_embedded_for_print_is_used(folder, allowed):
    (folder / "hei.ttf").write_bytes(licensed("hei", _fs_type(allowed)))
    assert use_own_faces(folder) == []


@pytest.mark.parametrize("forbidden", [0x0002, 0x0100, 0x0204])
def test_a_face_whose_licence_forbids_embedding_is_not_used(folder, forbidden):
    (folder / "hei.ttf").write_bytes(licensed("hei", _fs_type(forbidden)))
    assert [each.code for each in use_own_faces(folder)] == ["face_not_embeddable"]
    assert find("hei", "信")[0].name == "hei"


def test_a_face_without_all_of_gb_2312_is_not_used_and_what_it_lacks_is_said(folder):
    (folder / "fang.ttf").write_bytes(path("fonts/jigmo.ttf").read_bytes())
    (wrong,) = use_own_faces(folder)
    assert (wrong.code, wrong.facts["count"], wrong.facts["char"]) == ("face_lacks_characters", 6763, "啊")


@pytest.mark.parametrize("data", [b"", b"OTTO" + bytes(60), b"\0\1\0\0\0\x09", b"\0\1\0\0\0\0" + bytes(40)])
def test_a_file_that_is_no_truetype_is_named_and_not_used(folder, data):
    (folder / "song.ttf").write_bytes(data)
    assert [each.code for each in use_own_faces(folder)] == ["face_not_truetype"]
    assert find("song", "信")[0].name == "song"


def test_files_of_other_names_are_left_alone(folder):
    (folder / "note.txt").write_text("宋体见采购合同", encoding="utf-8")
    (folder / "E815.png").write_bytes(b"")
    assert use_own_faces(folder) == []
    assert not has_own()


def test_with_the_folder_gone_paper_is_what_it_was(folder, line):
    before = render(gallery.acceptance(), Paper.A4, line, Mark.original())
    (folder / "fang.ttf").write_bytes(licensed())
    use_own_faces(folder)
    assert render(gallery.acceptance(), Paper.A4, line, Mark.original()) != before
    use_own_faces(folder.parent / "none")
    assert render(gallery.acceptance(), Paper.A4, line, Mark.original()) == before


def test_gb_2312_has_6763_han():
    assert len(set(gb2312())) == 6763
    assert all(find(style, chr(code)) for style in CHAINS for code in gb2312())
