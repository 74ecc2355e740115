"""Running Chinese measured on the printed page: where lines begin and end, the grid under them, the text in them."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.printing import notice
from desktop.printing.breaking import break_text, unbroken
from desktop.printing.coverage import BLOCKS
from desktop.printing.faces import find
from desktop.printing.sheet import A4, Sheet

NO_START = set("，。、；：？！）》】〕」』〉”’·…—～％％℃")
NO_END = set("（《【〔「『〈“‘·￥№")
CELL = 156 / 28  # mm
LEFT, RIGHT = 28.0, 28.0 + 156.0
HAN = st.text("信访事项受理告知书反映柳河村征地补偿费问题县人民政府依法按期答复", min_size=1, max_size=11)
RARE = st.sampled_from([chr(code) for block in BLOCKS[2:13] for code in sorted(block.assigned)[::97]])
PIECE = st.one_of(
    HAN,
    HAN,
    st.tuples(HAN, st.sampled_from("，。、；：？！")).map("".join),
    st.tuples(HAN, st.sampled_from(["《》", "（）", "“”", "〔〕", "「」"])).map(lambda drawn: drawn[0].join(drawn[1])),
    HAN.map(lambda t: f"（《{t}》）。"),
    HAN.map(lambda t: f"：“{t}。”"),
    st.lists(RARE, min_size=1, max_size=4).map("".join),
    st.sampled_from(["2026年1月3日", "YX02-20261123-0007", "13800138000", "……信", "——信", "100%", "第3条", "GB/T 9704",
                     "古丽米热·阿卜杜热西提·买买提", "60日内", "A4纸", "10,000元", "3.5亩"]),
)  # fmt: skip
TEXT = st.lists(PIECE, min_size=3, max_size=40).map("".join).filter(lambda text: text[0] not in NO_START)


def printed(text):
    """A notice with this paragraph, through the code that draws every notice."""
    sheet = Sheet("", "", *A4)
    said = notice.Notice(
        "云溪县信访局",
        "告知书",
        "",
        "王某",
        [notice.Paragraph("", text)],
        notice.Signature("云溪县信访局", "2026年1月3日"),
    )
    notice.draw(sheet, said)
    return sheet.save(), len(sheet.pages)


@pytest.fixture(scope="session")
def rows_of(places_in):
    """The lines of the paragraph on paper, each a list of (character, left of its cell, right of its ink) in mm."""

    def rows(pdf, pages):
        found = []
        for number in range(pages):
            on_page: dict[float, list] = {}
            for place in places_in(pdf, number):
                if abs(place.size - 16) < 0.1:
                    on_page.setdefault(round(place.y, 1), []).append(place)
            found += [on_page[y] for y in sorted(on_page)]
        return [_whole(row) for row in found[1:-2]]  # without the addressee, the organ and the date

    return rows


def _whole(row):
    """Surrogate pairs, which the reader gives as two characters of one place, as one character again."""
    whole: list[tuple[str, float, float]] = []
    for place in sorted(row, key=lambda each: each.x):
        if whole and "\ud800" <= whole[-1][0] <= "\udbff" and "\udc00" <= place.char <= "\udfff":
            pair = (whole[-1][0] + place.char).encode("utf-16", "surrogatepass").decode("utf-16")
            whole[-1] = (pair, whole[-1][1], place.ink_right)
        else:
            whole.append((place.char, place.x, place.ink_right))
    return whole


def full_width(char):
    return find("fang", char)[2] > 0.99


@given(TEXT)
def test_on_paper_no_line_begins_with_a_closing_mark_or_ends_with_an_opening_one(rows_of, text):
    rows = rows_of(*printed(text))
    for row in rows[1:]:
        assert row[0][0] not in NO_START, "".join(each[0] for each in row)
    for row in rows[:-1]:
        assert row[-1][0] not in NO_END, "".join(each[0] for each in row)
    for one, two in pairwise(rows):
        assert (one[-1][0], two[0][0]) not in {("—", "—"), ("…", "…")}


@given(TEXT)
def test_the_text_on_paper_is_the_text_given(rows_of, text):
    rows = rows_of(*printed(text))
    assert "".join(each[0] for row in rows for each in row) == text.replace(" ", "")


@given(TEXT)
def test_full_lines_stand_on_the_grid_and_between_the_margins(rows_of, text):
    rows = rows_of(*printed(text))
    for number, row in enumerate(rows):
        first = 2 if number == 0 else 0
        assert row[0][1] == pytest.approx(LEFT + first * CELL, abs=0.3)
        assert row[-1][2] <= RIGHT + 0.3, "ink beyond the margin"
        if len(row) == 28 - first and all(full_width(each[0]) for each in row):
            for place, (char, x, _) in enumerate(row, first):
                assert x == pytest.approx(LEFT + place * CELL, abs=0.3), char


@given(st.lists(HAN, min_size=3, max_size=30).map("".join))
def test_a_paragraph_of_han_alone_fills_every_cell_and_does_not_leave_one_character_over(rows_of, text):
    rows = rows_of(*printed(text))
    for number, row in enumerate(rows[:-2]):
        assert len(row) == (26 if number == 0 else 28)
    if len(rows) > 1:
        assert len(rows[-1]) > 1
        last_full = rows[-2]
        assert len(last_full) >= (25 if len(rows) == 2 else 27)
        assert last_full[-1][1] + CELL == pytest.approx(RIGHT, abs=0.3)


@given(TEXT, st.integers(12, 30))
def test_a_paragraph_ends_in_one_character_only_where_it_cannot_be_helped(text, measure):
    """Where the line before could give a character and stay within a quarter em a gap, it has given it."""
    lines = [line.text for line in break_text("fang", text, measure)]
    if len(lines) < 2 or sum(char not in NO_START | NO_END for char in lines[-1]) > 1:
        return
    before = lines[-2]
    if all("\u4e00" <= char <= "\u9fff" for char in before) and len(before) > 6:
        pytest.fail(f"{before} / {lines[-1]}")


def test_squeezing_takes_the_end_of_the_line_before_the_middle_and_pairs_before_single_marks():
    def at(text, measure, char):
        line = break_text("fang", text, measure)[0]
        place = 0.0
        for (_, _, advance, gap), each in zip(line.glyphs, line.text, strict=True):
            if each == char:
                return round(place, 2)
            place += advance + gap
        raise AssertionError(line.text)

    # 12 cells; the full stop is the 13th character: its own half hangs out, the pair 》， gives the other half
    assert at("一《信访条例》，二三四五。六七", 12, "二") == 7.5
    assert at("一《信访条例》，二三四五。六七", 12, "信") == 2
    # without a pair the single marks before it share what is missing
    assert at("一《信访条例》二三四五六。七八", 12, "信") == pytest.approx(1.75)
    # nothing is squeezed where nothing is missing
    assert at("一《信访条例》，二三四五六七八九", 12, "二") == 8


def test_han_stand_a_quarter_em_off_latin_and_figures_but_a_date_is_one():
    def gaps(text):
        line = break_text("fang", text, 40)[0]
        return {line.text[i : i + 2]: round(glyph[3], 3) for i, glyph in enumerate(line.glyphs[:-1])}

    found = gaps("自2026年1月3日起凭K7M2P9查询，第23条")
    assert {pair for pair, gap in found.items() if gap} == {"自2", "凭K", "9查"}
    assert set(found.values()) == {0, 0.25}


@pytest.mark.parametrize("style", ["fang", "song", "kai"])
def test_letters_and_figures_are_those_of_the_western_face_and_a_figure_is_half_a_character(style):
    for char in "0123456789":
        face, _, advance = find(style, char)
        assert face.name == "latin"
        assert advance == pytest.approx(0.5, abs=0.003)
    assert find(style, "·")[0].name != "latin"


@given(st.integers(0, 30), st.sampled_from(["古丽米热·阿卜杜热西提", "阿卜杜热西提·买买提江艾力·吐尔逊江"]))
def test_a_name_with_a_middle_dot_stays_whole_where_it_fits_in_a_line(before, name):
    lines = [line.text for line in break_text("fang", "信" * before + unbroken(name) + "反映的问题" * 4, 28)]
    assert any(name in line for line in lines)


def test_a_word_longer_than_a_line_is_cut_but_not_before_a_mark():
    lines = [line.text for line in break_text("fang", "A" * 3 + "，" + "号" * 2 + unbroken("信" * 20) + "，完", 10)]
    assert all(line[0] not in NO_START for line in lines[1:])
    assert "".join(lines) == "AAA，号号" + "信" * 20 + "，完"


@pytest.mark.parametrize("style", ["fang", "song", "title", "hei"])
def test_the_half_of_a_mark_that_may_be_squeezed_away_is_blank(style):
    for char in "，。、；：）】》」』〕〉〗］":
        assert _ink(style, char)[1] <= 0.5, char
    for char in "（【《「『〔〈〖［":
        assert _ink(style, char)[0] >= 0.5, char


def _ink(style, char):
    face, glyph, _ = find(style, char)
    outline = face.outline(glyph)
    low, high = (int.from_bytes(outline[at : at + 2], "big", signed=True) for at in (2, 6))
    return low / face.units_per_em, high / face.units_per_em
