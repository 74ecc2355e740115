"""大字版: what a petitioner takes home in larger type says the same, keeps its margins, its seal and its company."""

from collections import Counter
from dataclasses import replace
from itertools import pairwise
from typing import Any

import pytest

from desktop.printing import gallery, render
from domain.decisions.delivering import DELIVERS
from domain.papers import FORMS, LARGE_TYPE, SIZES, Mark, MaterialList, Paper, VisitReceipt
from domain.refusals import Refusal

HOME = [content for content in gallery.samples() if content.form in LARGE_TYPE]
NOTICES = [content for content in HOME if not isinstance(content, VisitReceipt | MaterialList)]
SHEETS = [(content, paper) for content in HOME for paper in SIZES[content.form]]
SHEET_IDS = [f"{content.form}-{paper}" for content, paper in SHEETS]
MARKS = "，。、；：？！）》”"
EM = 22 * 25.4 / 72
RARE = "𠮷䶮㛃𱁬𪚥𮯰"
MINORITY = "古丽米热·阿卜杜热西提·买买提江艾力"


def large(content, line, paper=Paper.A4):
    return render(content, paper, line, Mark.original(), large=True)


def body(places):
    return [p for p in places if abs(p.size - 22) < 0.1]


def story_in(content, story):
    field = next(f for f in ("summary", "terms") if hasattr(content, f))
    return replace(content, **{field: story})


@pytest.fixture
def text_above_foot(places_in, pages_of):
    """All text of an A4 sheet above its bottom margin, page after page."""

    def read(pdf):
        pages = range(len(pages_of(pdf)))
        return "".join(p.char for number in pages for p in places_in(pdf, number) if p.y <= 297 - 34)

    return read


def test_a_form_has_large_type_exactly_when_a_copy_goes_home():
    assert {"F02", "F03", *DELIVERS} == LARGE_TYPE
    assert all(FORMS[form].copies > 1 or form == "F02" for form in LARGE_TYPE)


def test_what_does_not_go_home_is_refused_in_large_type(line):
    with pytest.raises(Refusal) as caught:
        large(gallery.registration(), line)
    assert (caught.value.code, caught.value.field) == ("large_type_not_for_form", "large")


@pytest.mark.parametrize("content", NOTICES, ids=lambda c: c.form)
def test_a_notice_in_large_type_says_word_for_word_what_the_usual_one_says(content, line, text_above_foot):
    usual = text_above_foot(render(content, Paper.A4, line, Mark.original()))
    assert text_above_foot(large(content, line)) == usual
    assert content.organ in usual


@pytest.mark.parametrize(("content", "paper"), SHEETS[:5], ids=SHEET_IDS[:5])
def test_a_receipt_in_large_type_has_the_same_characters(content, paper, line, text_of):
    usual = Counter(text_of(render(content, paper, line, Mark.original())))
    assert Counter(text_of(large(content, line, paper))) == usual


@pytest.mark.parametrize(("content", "paper"), SHEETS, ids=SHEET_IDS)
def test_the_body_is_at_least_three_tenths_larger(content, paper, line, places_in):
    def usual_size(pdf):
        return Counter(round(p.size, 1) for p in places_in(pdf)).most_common(1)[0][0]

    assert usual_size(large(content, line, paper)) >= 1.3 * usual_size(render(content, paper, line, Mark.original()))


@pytest.mark.parametrize("content", NOTICES, ids=lambda c: c.form)
def test_the_grid_is_16_lines_of_20_characters_within_the_margins_of_the_standard(content, line, places_in):
    pdf = large(story_in(content, "反映柳河村三组征收承包地的青苗补偿费未发放" * 60), line)
    text = body(places_in(pdf, 1))
    rows: dict[float, list[Any]] = {}
    for p in text:
        rows.setdefault(round(p.y, 1), []).append(p)
    assert len(rows) == 16
    assert len([row for row in rows.values() if len(row) == 20]) >= 14
    assert min(p.x for p in text) == pytest.approx(28, abs=1)
    assert max(p.right for p in text if p.char not in MARKS) == pytest.approx(210 - 26, abs=1)
    assert min(p.y for p in text) - 0.88 * EM == pytest.approx(37, abs=1)
    assert max(p.y for p in text) <= 297 - 35
    assert all(b - a == pytest.approx(225 / 16, abs=0.1) for a, b in pairwise(sorted(rows)))
    title = [p for p in places_in(pdf) if p.size > 25]
    assert min(p.y for p in title) - 0.88 * 26 * 25.4 / 72 == pytest.approx(37, abs=1)


@pytest.mark.parametrize("content", NOTICES, ids=lambda c: c.form)
def test_the_seal_has_its_place_over_organ_and_date_and_the_date_its_four_characters(
    content, line, places_in, pages_of
):
    pdf = large(content, line)
    page = next(n for n, text in enumerate(pages_of(pdf)) if "（印章）" in text)
    places = places_in(pdf, page)
    seal = next(p for p in places if p.char == "印" and p.size == pytest.approx(9))
    below = sorted({round(p.y, 1) for p in body(places) if p.y > seal.y})
    row = next(y for y in below if any(p.char == "日" and abs(p.y - y) < 0.2 for p in places))
    last = max((p for p in places if abs(p.y - row) < 0.2), key=lambda p: p.right)
    assert last.char == "日"
    assert last.right == pytest.approx(210 - 26 - 4 * 156 / 20, abs=1)


@pytest.mark.parametrize("content", NOTICES, ids=lambda c: c.form)
@pytest.mark.parametrize("length", [0, 45, 90, 150, 225, 300, 10_000])
def test_the_signature_in_large_type_never_stands_alone_and_no_word_is_lost(
    content, length, line, pages_of, text_above_foot
):
    story = ("反映道路硬化问题至今没有解决，" * (length // 15 + 1))[:length].rstrip("，")
    pdf = large(story_in(content, story), line)
    assert story in text_above_foot(pdf)
    pages = ["".join(page.split()) for page in pages_of(pdf)]
    signed = next(page for page in pages if f"（印章）{content.organ}" in page)
    assert len(signed.split(f"（印章）{content.organ}")[0]) > len("附件：")


@pytest.mark.parametrize("name", [RARE, MINORITY])
@pytest.mark.parametrize(("content", "paper"), SHEETS, ids=SHEET_IDS)
def test_rare_and_long_names_are_printed_and_read_back(content, paper, name, line, text_of):
    for field in ("name", "addressee", "petitioner"):
        if hasattr(content, field):
            content = replace(content, **{field: name})
    if hasattr(content, "parties"):
        content = replace(content, parties=(name, "柳河村村民委员会"))
    assert name in text_of(large(content, line, paper))


def test_thirty_parties_and_participants_all_appear_in_large_type(line, text_of):
    names = tuple(f"村民{chr(0x7532 + i)}" for i in range(30))
    for content in HOME:
        for field in ("participants", "parties"):
            if hasattr(content, field):
                many: dict[str, Any] = {field: names}
                text = text_of(large(replace(content, **many), line))
                assert all(name in text for name in names)


@pytest.mark.parametrize("paper", SIZES["F02"])
def test_the_receipt_of_an_accusation_names_nobody_in_large_type_either(paper, line, text_of):
    text = text_of(large(replace(gallery.receipt(), accusation=True, name="欧阳明"), line, paper))
    assert gallery.receipt().query_code in text
    for secret in ("欧阳", "青苗", "检举", "控告", "转送"):
        assert secret not in text


@pytest.mark.parametrize("is_large", [False, True])
def test_nobody_signs_a_receipt_page_with_nothing_else_on_it(is_large, line, pages_of):
    for times in range(0, 60, 3):
        long = replace(gallery.receipt(), answer="反映的问题已当场答复。" * times)
        last = pages_of(render(long, Paper.A5, line, Mark.original(), large=is_large))[-1]
        assert "请妥善保管本回执" in "".join(last.split())
