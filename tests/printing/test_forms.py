"""Every form, made for real and read back: what must be on it is there, what must not be is not."""

import hashlib
import subprocess
import sys
from dataclasses import replace
from typing import Any

import pytest

from desktop.printing import gallery, missing_characters, page_count, page_pngs, render, warm_up
from domain.papers import (
    SIZES,
    TITLES,
    Content,
    Mark,
    MaterialLine,
    Paper,
    PathwayNotice,
    PrintLine,
    RegisteredMatter,
    RegisteredPerson,
    RegistrationForm,
    ServiceReturn,
    VisitReceipt,
    as_json,
    from_json,
)
from domain.refusals import Refusal

RARE = "𠮷䶮㛃𱁬𪚥𮯰"
IDENTITY = "11010519491231002X"
EVERY = [(content, paper) for content in gallery.samples() for paper in SIZES[content.form]]
IDS = [f"{content.form}-{paper}" for content, paper in EVERY]


def joined(text):
    return "".join(text.split())


@pytest.mark.parametrize(("content", "paper"), EVERY, ids=IDS)
def test_every_form_says_its_title_number_organ_and_print_line(content, paper, line, text_of, pages_of):
    pdf = render(content, paper, line, Mark.original())
    text = text_of(pdf)
    assert TITLES[content.form] in text
    assert content.organ in text
    assert content.number in text
    for each, page in enumerate(pages_of(pdf), 1):
        assert f"第{each}页共{len(pages_of(pdf))}页" in joined(page)
        assert line.printed_at.replace(" ", "") in joined(page)
        assert line.operator in joined(page)
        assert line.station in joined(page)


@pytest.mark.parametrize(("content", "paper"), EVERY, ids=IDS)
def test_the_same_content_gives_the_same_bytes(content, paper, line):
    first = render(content, paper, line, Mark.original())
    assert render(from_json(as_json(content)), paper, line, Mark.original()) == first


def test_another_process_gives_the_same_bytes(line):
    program = (
        "import hashlib; from desktop.printing import gallery, render; from domain.papers import Mark, Paper;"
        "print(hashlib.sha256(render(gallery.acceptance(), Paper.A4, gallery.LINE, Mark.original())).hexdigest())"
    )
    said = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=60)
    here = render(gallery.acceptance(), Paper.A4, line, Mark.original())
    assert said.stdout.strip() == hashlib.sha256(here).hexdigest()


@pytest.mark.parametrize(("content", "paper"), EVERY, ids=IDS)
def test_no_full_identity_number_is_on_paper(content, paper, line, text_of):
    changes: dict[str, Any] = {
        field: f"本人{IDENTITY}反映"
        for field in (
            "summary",
            "how",
            "answer",
            "facts",
            "reason",
            "requests",
            "terms",
            "findings",
            "demand",
            "missing",
        )
        if hasattr(content, field)
    }
    if hasattr(content, "id_number"):
        changes["id_number"] = IDENTITY
    if isinstance(content, VisitReceipt):
        changes["summaries"] = (f"本人{IDENTITY}反映",)
    text = text_of(render(replace(content, **changes), paper, line, Mark.original()))
    assert IDENTITY not in text
    if changes and "id_number" in changes:
        assert "1101********002X" in text


def test_the_register_shows_identity_numbers_in_full_only_when_told(line, text_of):
    form = replace(gallery.registration(), show_identity=True)
    assert IDENTITY in text_of(render(form, Paper.A4, line, Mark.original()))


@pytest.mark.parametrize(("content", "paper"), EVERY, ids=IDS)
def test_a_name_of_rare_characters_from_both_planes_is_printed_and_read_back(content, paper, line, text_of):
    if hasattr(content, "parties"):
        content = replace(content, parties=(RARE, "柳河村村民委员会"))
    for field in ("name", "addressee", "recipient", "petitioner"):
        if hasattr(content, field):
            content = replace(content, **{field: RARE})
    if isinstance(content, RegistrationForm):
        content = replace(content, people=(RegisteredPerson(name=RARE, role="主访人"),))
    assert RARE in text_of(render(content, paper, line, Mark.original()))


def test_a_character_no_face_has_is_refused_before_paper(line):
    with pytest.raises(Refusal) as caught:
        render(replace(gallery.acceptance(), addressee="王\U0003347f"), Paper.A4, line, Mark.original())
    assert caught.value.code == "character_unprintable"
    assert caught.value.facts == {"char": "\U0003347f", "code_point": "U+3347F"}
    assert missing_characters(["王\U0003347f", "\u0001\n王", "龘\u200b\u2060"]) == ["\U0003347f", "\u0001"]


def test_a_form_is_refused_a_sheet_it_is_never_printed_on(line):
    with pytest.raises(Refusal) as caught:
        render(gallery.acceptance(), Paper.R80, line, Mark.original())
    assert caught.value.code == "paper_not_for_form"


@pytest.mark.parametrize("paper", SIZES["F02"])
def test_the_receipt_of_an_accusation_says_number_and_query_code_only(paper, line, text_of):
    receipt = replace(gallery.receipt(), accusation=True, name="欧阳明")
    text = text_of(render(receipt, paper, line, Mark.original()))
    assert receipt.number in text
    assert receipt.query_code in text
    for secret in ("欧阳", "青苗", "检举", "控告", "转送"):
        assert secret not in text


@pytest.mark.parametrize(
    "content",
    [
        replace(gallery.materials(), accusation=True, name="欧阳明"),
        replace(gallery.pathway(), accusation=True, addressee="欧阳明", summary="欧阳明举报", route="30"),
        replace(gallery.referral(), accusation=True, addressee="欧阳明", summary="欧阳明举报"),
        replace(gallery.service_return(), accusation=True, recipient="欧阳明", address="柳河村"),
    ],
    ids=lambda content: content.form,
)
def test_no_paper_about_an_accusation_names_the_petitioner(content, line, text_of):
    assert "欧阳明" not in text_of(render(content, SIZES[content.form][0], line, Mark.original()))


def test_the_acceptance_notice_says_what_article_23_and_34_require(line, text_of):
    text = text_of(render(gallery.acceptance(), Paper.A4, line, Mark.original()))
    for words in (
        "石政信受字〔2026〕12号",
        "《信访工作条例》第二十三条、第三十一条第（六）项",
        "决定自2026年11月24日起予以受理",
        "由镇农业农村办公室办理",
        "60日内办结",
        "届满日为2027年1月23日（遇法定休假日，顺延至2027年1月25日）",
        "云溪县信访局于2026年11月23日转送",
        "延长期限不超过30日",
        "周明远",
        "2026年11月24日",
    ):
        assert words in text


def test_a_notice_whose_calendar_is_missing_gives_the_nominal_day_only(line, text_of):
    text = text_of(render(replace(gallery.acceptance(), due_rolled=""), Paper.A4, line, Mark.original()))
    assert "届满日为2027年1月23日；" in text
    assert "顺延" not in text


@pytest.mark.parametrize("route", ["31-1", "31-2", "31-3", "31-4", "31-5", "29", "30", "elsewhere"])
def test_each_route_has_its_own_sentence_and_no_sixty_days(route, line, text_of):
    text = text_of(render(replace(gallery.pathway(), route=route), Paper.A4, line, Mark.original()))
    item = {"1": "一", "2": "二", "3": "三", "4": "四", "5": "五"}.get(route[-1]) if "-" in route else None
    assert (f"第三十一条第（{item}）项" in text) is (item is not None)
    assert "60日" not in text
    assert "予以受理" not in text


def test_the_receipt_says_what_happens_next_and_by_when(line, text_of):
    text = text_of(render(gallery.receipt(), Paper.A5, line, Mark.original()))
    assert "依法转送、交办或者报请，最迟2026年12月8日前办理。" in text
    own = replace(gallery.receipt(), next_step="决定是否受理并书面告知", next_due_rolled="2026-12-09")
    words = "决定是否受理，最迟2026年12月8日前书面告知（遇法定休假日，顺延至2026年12月9日）。"
    assert words in text_of(render(own, Paper.R80, line, Mark.original()))
    assert "2026年11月23日9时00分" in text
    unknown = replace(gallery.receipt(), next_due="", no_notice_reason="姓名（名称）、住址不清")
    assert "因姓名（名称）、住址不清" in text_of(render(unknown, Paper.R80, line, Mark.original()))


def test_the_register_carries_every_field_of_its_people_and_matters(line, text_of):
    person = RegisteredPerson(
        **{f: f"{f}甲" for f in RegisteredPerson.__dataclass_fields__ if f != "birth"}, birth="1980-01-05"
    )
    person = replace(person, role="主访人", id_number="E12345678")
    strings = [f for f, d in RegisteredMatter.__dataclass_fields__.items() if d.type == "str"]
    filled: dict[str, Any] = {f: f"{f}乙" for f in strings}
    matter = RegisteredMatter(**filled, flags=("越级", "扬言"), court_took_it=True)
    form = replace(gallery.registration(), people=(person,), matters=(matter,), remark="备注丙", show_identity=True)
    text = text_of(render(form, Paper.A4, line, Mark.original()))
    for f in RegisteredPerson.__dataclass_fields__:
        if f not in ("role", "birth", "id_number"):
            assert f"{f}甲" in text, f
    for f in strings:
        assert f"{f}乙" in text, f
    for words in ("1980年1月5日", "E12345678", "越级、扬言", "法院已受理：是", "已行政复议：未询问", "备注丙", "宣读"):
        assert words in text


@pytest.mark.parametrize(
    ("typed", "printed"),
    [
        ("2025-10-09", "2025年10月9日"),
        ("2025-10月以来", "2025-10月以来"),
        ("2025-02-30", "2025-02-30"),
        ("2025-1-1 前", "2025-1-1前"),
    ],
)
def test_when_a_matter_happened_is_printed_as_a_date_or_in_the_clerks_words(typed, printed, line, text_of):
    register = gallery.registration()
    content = replace(register, matters=(replace(register.matters[0], happened=typed),))
    assert printed in joined(text_of(render(content, Paper.A4, line, Mark.original())))


def test_thirty_companions_all_appear(line, text_of, pages_of):
    people = tuple(
        RegisteredPerson(name=f"村民{chr(0x7532 + i)}", role="随访人", phone=f"1390000{i:04d}") for i in range(31)
    )
    pdf = render(replace(gallery.registration(), people=people), Paper.A4, line, Mark.original())
    text = text_of(pdf)
    assert all(person.name in text and person.phone in text for person in people)
    assert len(pages_of(pdf)) >= 2


def test_a_narrative_of_ten_thousand_characters_flows_over_pages_and_loses_nothing(line, pages_of):
    story = "".join(f"第{i}次去问，答复说材料不齐，要求回村里补盖公章。" for i in range(450))[:10_000]
    matter = replace(gallery.registration().matters[0], facts=story)
    pdf = render(replace(gallery.registration(), matters=(matter,)), Paper.A4, line, Mark.original())
    pages = [joined(page) for page in pages_of(pdf)]
    assert len(story) == 10_000
    assert len(pages) >= 6
    body = "".join(page.split("第" + str(n) + "页共")[0] for n, page in enumerate(pages, 1))
    body = body.replace(f"来访登记表（续）登记编号：{gallery.registration().number}", "").replace("事实", "")
    assert story in body


def test_the_signature_never_stands_alone_on_a_page(line, pages_of):
    """Whatever the length of the text, the page with the date has at least two lines of the text above it."""
    ended = set()
    for length in range(20, 460, 28):
        notice = replace(gallery.acceptance(), summary="反映道路" * (length // 4))
        pages = pages_of(render(notice, Paper.A4, line, Mark.original()))
        last = pages[-1].split("\r\n")
        before = [text for text in last if text.strip()].index("（印章）") if "（印章）" in last else None
        assert "特此告知。" in pages[-1]
        ended.add(len(pages))
        if len(pages) > 1 and before is not None:
            assert before >= 2
    assert ended >= {1, 2}


@pytest.mark.parametrize("length", [*range(0, 400, 40), 3_000, 10_000])
def test_nobody_signs_a_page_of_the_register_without_a_part_of_the_record(length, line, pages_of):
    form = replace(gallery.registration(), oral_record="地被征了一年多，青苗钱只给了一半。" * (length // 17), remark="")
    last = joined(pages_of(render(form, Paper.A4, line, Mark.original()))[-1])
    assert "来访人（签名、捺印）" in last
    before = last.split("备注")[0]
    assert "青苗钱" in before or "去向：石桥镇" in before


def test_an_organ_with_a_forty_character_name_fits_every_form(line, text_of):
    organ = "云溪土家族苗族自治县高新技术产业开发区管理委员会社会治理与群众工作服务中心信访事项办理科"[:40]
    assert len(organ) == 40
    for content, paper in EVERY:
        pdf = render(replace(content, organ=organ), paper, line, Mark.original())
        assert organ in text_of(pdf)


def test_forms_with_nothing_but_what_they_must_have_still_print(line, text_of):
    bare: list[Content] = [
        VisitReceipt(organ="甲局", number="N1", query_code="Q1", visited_at="2026-01-02 08:00"),
        RegistrationForm(organ="甲局", number="N1", visited_at="2026-01-02 08:00", registered_at="2026-01-02 08:01",
                         station=""),
        replace(gallery.materials(), lines=(), receiver="", window=""),
        PathwayNotice(organ="甲局", document_number="", number="N1", addressee="乙", received_on="2026-01-02",
                      channel="走访", summary="", route="31-5", issued_on="2026-01-02"),
        ServiceReturn(organ="甲局", number="N1", document_title="受理告知书", document_number="", recipient="乙"),
    ]  # fmt: skip
    for content in bare:
        for paper in SIZES[content.form]:
            text = text_of(render(content, paper, PrintLine("", "", "", ""), Mark.original()))
            assert "None" not in text
            assert "{" not in text


def test_a_material_list_counts_copies_and_pages(line, text_of):
    lines = tuple(MaterialLine(title=f"材料{i}", kind="复印件", copies=2, pages=3) for i in range(60))
    text = text_of(render(replace(gallery.materials(), lines=lines), Paper.A5, line, Mark.original()))
    assert "60种120份360页" in text
    assert "材料59" in text


def test_control_characters_and_direction_marks_do_not_reach_paper(line, text_of):
    notice = replace(gallery.acceptance(), summary="反映\u202e道路\ufeff硬化\t问题\r\n第二段")
    assert "反映道路硬化问题第二段" in text_of(render(notice, Paper.A4, line, Mark.original()))
    with pytest.raises(Refusal, match="character_unprintable"):
        render(replace(notice, summary="反映\x00道路"), Paper.A4, line, Mark.original())


def test_a_draft_says_so_and_an_original_does_not(line, text_of):
    assert "草稿" in text_of(render(gallery.acceptance(), Paper.A4, line, Mark.draft()))
    assert "草稿" not in text_of(render(gallery.acceptance(), Paper.A4, line, Mark.original()))


def test_a_one_page_notice_is_small(line, pages_of):
    pdf = render(gallery.acceptance(), Paper.A4, line, Mark.original())
    assert len(pages_of(pdf)) == 1
    assert len(pdf) <= 60_000


def test_no_unembedded_font_is_named_and_every_sheet_speaks_chinese(line):
    for content, paper in EVERY:
        pdf = render(content, paper, line, Mark.original())
        assert b"Helvetica" not in pdf
        assert b"(zh-CN)" in pdf


def test_previews_are_pictures_of_the_pages(line):
    pdf = render(gallery.registration(), Paper.A4, line, Mark.original())
    pictures = page_pngs(pdf, 50)
    assert len(pictures) == page_count(pdf) == 2
    assert all(picture.startswith(b"\x89PNG") for picture in pictures)


def test_warming_up_prints_nothing_and_fails_at_nothing():
    warm_up()
