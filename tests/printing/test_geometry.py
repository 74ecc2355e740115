"""The A4 notice keeps the measures of GB/T 9704: 37 mm above, 28 mm left, 22 lines of 28 characters in 16 pt."""

from dataclasses import replace
from itertools import pairwise

import pytest

from desktop.printing import gallery, render
from domain.papers import Mark, Paper, names_in

MARKS = "，。、；：？！）》”"  # their right half is blank and may stand beyond the measure
NOTICES = [gallery.acceptance(), gallery.pathway(), gallery.referral()]


def body(places):
    return [p for p in places if abs(p.size - 16) < 0.1]


@pytest.mark.parametrize("content", NOTICES, ids=lambda c: c.form)
def test_margins_are_28_left_26_right_37_above_35_below(content, line, places_in):
    long = replace(content, summary="反映柳河村三组征收承包地的青苗补偿费未按时足额发放，" * 30)
    pages = [places_in(render(long, Paper.A4, line, Mark.original()), n) for n in (0, 1)]
    text = body(pages[1])
    assert min(p.x for p in text) == pytest.approx(28, abs=1)
    assert max(p.right for p in text if p.char not in MARKS) == pytest.approx(210 - 26, abs=1)
    assert max(p.ink_right for p in text) <= 210 - 26 + 1
    top = min(p.y for p in text) - 0.88 * 16 * 25.4 / 72
    assert top == pytest.approx(37, abs=1)
    for page in pages:
        assert max(p.y for p in body(page)) <= 297 - 35
    title = [p for p in pages[0] if p.size > 20]
    assert min(p.y for p in title) - 0.88 * 22 * 25.4 / 72 == pytest.approx(37, abs=1)


def test_a_page_has_22_lines_and_a_line_28_characters(line, places_in):
    long = replace(gallery.acceptance(), summary="反映柳河村三组征收承包地的青苗补偿费未发放" * 60)
    text = body(places_in(render(long, Paper.A4, line, Mark.original()), 1))
    rows: dict[float, list] = {}
    for p in text:
        rows.setdefault(round(p.y, 1), []).append(p)
    assert len(rows) == 22
    assert {len(row) for row in list(rows.values())[1:-1]} == {28}
    ys = sorted(rows)
    assert all(b - a == pytest.approx(225 / 22, abs=0.1) for a, b in pairwise(ys))


def test_paragraphs_are_indented_two_characters_and_the_addressee_is_not(line, places_in):
    text = body(places_in(render(gallery.acceptance(), Paper.A4, line, Mark.original())))
    addressee = next(p for p in text if p.char == "\ud842" or ord(p.char) == 0x20BB7)
    assert addressee.x == pytest.approx(28, abs=0.5)
    assert next(p for p in text if p.char == "你").x == pytest.approx(28 + 2 * 156 / 28, abs=0.5)


def test_the_date_ends_four_characters_from_the_right(line, places_in):
    places = places_in(render(gallery.acceptance(), Paper.A4, line, Mark.original()))
    date_row = max(p.y for p in body(places))
    last = max((p for p in places if abs(p.y - date_row) < 0.5), key=lambda p: p.right)
    assert last.char == "日"
    assert last.right == pytest.approx(210 - 26 - 4 * 156 / 28, abs=1)


def test_no_printed_line_starts_with_a_mark_that_must_not(line, pages_of):
    for content in gallery.samples():
        for page in pages_of(render(content, Paper.A4 if content.form != "F02" else Paper.A5, line, Mark.original())):
            for row in page.split("\r\n"):
                assert not row[:1] or row[0] not in "，。、；：？！）》”’", row
                assert row[-1:] not in "（《“‘" or not row, row


@pytest.mark.parametrize("large", [False, True])
def test_a_name_on_the_paper_is_not_torn_in_the_narrative_either(large, line, pages_of):
    for before in range(40):
        told = "反映道路硬化问题" * 5
        content = replace(gallery.acceptance(), addressee="欧阳明远", summary=f"{told[:before]}欧阳明远{told}欧阳明远")
        pages = pages_of(render(content, Paper.A4, line, Mark.original(), large=large))
        rows = [row for page in pages for row in page.split("\r\n")]
        assert sum(row.count("欧阳明远") for row in rows) == 3, rows


def test_a_companion_with_a_long_name_has_a_line_for_each_part_of_it(line, pages_of):
    rows = [row for page in pages_of(render(gallery.registration(), Paper.A4, line, Mark.original()))
            for row in page.split("\r\n")]  # fmt: skip
    assert [row.split()[0] for row in rows if "热西" in row or "买买" in row] == ["阿卜杜热西提·", "买买提"]


def test_names_of_a_paper_are_those_of_its_people_and_nothing_else():
    content = next(each for each in gallery.samples() if each.form == "F17")
    assert names_in(content) == {"𠮷䶮", "孙立群", "周明远", "李成林", "王秀兰", "高文博"}
    assert names_in(replace(gallery.pathway(), addressee="信访人", contact="（姓名不清）")) == set()
    assert names_in(gallery.registration()) >= {"𠮷䶮", "㛃𱁬", "阿卜杜热西提·买买提", "陈晓岚"}


ROLLS = pytest.mark.parametrize(("paper", "wide", "margin"), [(Paper.R80, 80, 4), (Paper.R58, 58, 5)])


@ROLLS
def test_a_receipt_roll_is_as_wide_as_it_is_named_and_as_long_as_its_text(paper, wide, margin, line, open_pdf):
    heights = []
    for summaries in (("短",), ("反映青苗补偿费未发放" * 12,)):
        pdf = render(replace(gallery.receipt(), summaries=summaries), paper, line, Mark.original())
        with open_pdf(pdf) as document:
            width, height = (v * 25.4 / 72 for v in document[0].get_size())
            assert len(document) == 1
        assert width == pytest.approx(wide, abs=0.1)
        heights.append(height)
    assert heights[0] + 10 < heights[1]


@ROLLS
@pytest.mark.parametrize("large", [False, True])
def test_nothing_is_drawn_outside_the_printable_width_of_a_roll(paper, wide, margin, large, line, places_in):
    for content in (gallery.receipt(), gallery.materials()):
        places = places_in(render(content, paper, line, Mark.original(), large=large))
        assert min(p.x for p in places) >= margin - 0.1
        assert max(p.ink_right for p in places) <= wide - margin + 0.3
