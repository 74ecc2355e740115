"""Lines of Chinese end where they may, keep the measure, and lose nothing."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.printing.breaking import break_text, clean, keeping, unbroken

CLOSING = set("，。、；：？！）》”’】…—")
OPENING = set("（《“‘【")
HAN = st.text("信访事项受理告知书反映柳河村征地补偿费问题𠮷䶮", min_size=2, max_size=9)
PIECE = st.one_of(
    HAN,
    HAN.map(lambda t: t + "，"),
    HAN.map(lambda t: t + "。"),
    HAN.map(lambda t: f"《{t}》"),
    HAN.map(lambda t: f"（{t}）"),
    HAN.map(lambda t: f"“{t}”"),
    st.sampled_from(["2026年11月23日", "YX02-20261123-0007", "13800138000", "GB/T 9704", "……", "——", "100%", "第3条"]),
)


def texts(style, text, measure, **more):
    return [line.text for line in break_text(style, text, measure, **more)]


@given(st.lists(PIECE, min_size=1, max_size=25), st.integers(12, 30))
def test_no_line_starts_with_a_closing_mark_or_ends_with_an_opening_one(pieces, measure):
    text = "".join(pieces)
    lines = texts("fang", text, measure)
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")
    for line in lines[1:]:
        assert line[0] not in CLOSING
    for line in lines[:-1]:
        assert line[-1] not in OPENING


@given(st.lists(PIECE, min_size=1, max_size=25), st.integers(12, 30))
def test_no_line_is_wider_than_the_measure(pieces, measure):
    for line in break_text("fang", "".join(pieces), measure, indent=2):
        assert line.indent + line.width <= measure + 0.01


def test_a_full_line_of_han_has_exactly_as_many_characters_as_cells():
    assert [len(t) for t in texts("fang", "信" * 60, 28)] == [28, 28, 4]


def test_the_first_line_of_a_paragraph_is_indented_by_two_cells():
    first, second, third = break_text("fang", "信" * 30 + "\n" + "访", 28, indent=2)
    assert (first.indent, len(first.text)) == (2, 26)
    assert second.indent == 0
    assert third.indent == 2


def test_a_mark_that_would_start_a_line_is_drawn_in_by_squeezing():
    first, second = break_text("fang", "《信访工作条例》规定办理。下一句话", 12)
    assert first.text == "《信访工作条例》规定办理。"
    assert first.width <= 12.01
    assert second.text == "下一句话"


def test_a_character_goes_down_with_the_mark_when_nothing_can_be_squeezed():
    assert texts("fang", "信访事项受理告知书一二，三", 11) == ["信访事项受理告知书一", "二，三"]


def test_dashes_and_ellipses_stay_in_pairs():
    for text in ("信访事项受理告知书——说明", "信访事项受理告知书……说明"):
        first, second = texts("fang", text, 10)
        assert {first[-1], second[0]}.isdisjoint("—…")


def test_latin_words_numbers_and_units_stay_whole():
    assert texts("fang", "登记编号为YX02-20261123-0007号", 12) == ["登记编号为", "YX02-20261123-0007号"]
    assert texts("fang", "信访事项受理自2026年起", 9.5) == ["信访事项受理自", "2026年起"]
    assert texts("fang", "信访工作条例规定第23条", 9.5) == ["信访工作条例规定", "第23条"]


def test_a_word_wider_than_the_line_is_cut_rather_than_lost():
    lines = texts("fang", "A" * 100, 10)
    assert "".join(lines) == "A" * 100


def test_names_with_a_middle_dot_are_not_torn_at_the_dot():
    for measure in range(6, 14):
        for line in texts("fang", "信访人阿卜杜·买买提反映", measure):
            assert line[0] != "·"
            assert line[-1] != "·"


def test_a_tied_name_moves_to_the_next_line_whole():
    name = "阿卜杜热西提·买买提"
    lines = texts("fang", "经审查信访人" + unbroken(name) + "反映的问题", 12)
    assert any(name in line for line in lines)


def test_a_name_of_the_paper_is_never_torn_wherever_it_stands_in_the_text():
    for name in ("欧阳明", "𠮷䶮", "迪丽热巴·买", "㛃𱁬𪚥𮯰"):
        for before in range(1, 30):
            text = "信访事项受理告知书" * 4
            text = text[:before] + name + text[before:] + name
            with keeping([name]):
                lines = texts("fang", text, 15)
            assert "".join(lines) == text
            assert sum(line.count(name) for line in lines) == 2, lines


def test_a_long_name_of_the_paper_ends_a_line_only_after_its_dots():
    name = "古丽米热·阿卜杜热西提·买买提江艾力"
    parts = name.replace("·", "· ").split()
    torn: set[str] = set()
    for before in range(30):
        text = "信访事项受理告知书" * 4
        with keeping([name]):
            lines = texts("fang", text[:before] + name + text[before:], 20)
        assert "".join(lines) == text[:before] + name + text[before:]
        assert all(any(part in line for line in lines) for part in parts), lines
        assert all(line[0] != "·" for line in lines)
        torn.update(line[-4:] for line in lines if line.endswith("·"))
    assert torn == {"丽米热·", "热西提·"}


def test_names_are_kept_for_one_paper_only():
    text = "信访事项受理告知欧阳明"
    with keeping(["欧阳明"]):
        assert texts("fang", text, 10) == ["信访事项受理告知", "欧阳明"]
    assert texts("fang", text, 9.5) == ["信访事项受理告知欧", "阳明"]


@pytest.mark.parametrize(
    ("text", "gaps"),
    [
        ("23时29分", 0),
        ("11月23日9时00分20秒", 0),
        ("第3条第2款第12项", 0),
        ("3元5角", 0),
        ("2天30分", 0),
        ("18号3栋2单元", 1),
        ("自即日60日内", 1),
        ("编号12", 1),
        ("文号5号", 1),
        ("共3人", 1),
    ],
)
def test_a_count_its_unit_and_the_next_count_stand_close_and_other_figures_off_the_text(text, gaps):
    (line,) = break_text("fang", text, 28)
    assert line.width == pytest.approx(sum(glyph[2] for glyph in line.glyphs) + 0.25 * gaps)


def test_a_spread_line_reaches_the_measure():
    lines = break_text("fang", "自2026年11月23日起，" * 12, 28)
    assert all(line.width == pytest.approx(28, abs=0.01) for line in lines[:-1])


def test_clean_text_has_no_shapeless_marks_and_one_kind_of_line_end():
    assert clean("甲\u200b\u202e乙\r\n丙\u2028丁\t戊\u00a0己\ufe01") == "甲乙\n丙\n丁 戊 己"
