"""Every form after the usual ones: what §3.2 requires is on it, its law is right, and its letters have their shape."""

from dataclasses import replace
from itertools import pairwise
from typing import Any

import pytest

from desktop.printing import gallery, render
from desktop.printing.wording import sentences_of, words
from domain.papers import FORMS, SIZES, Mark, PrintLine, Written

SAMPLES: dict[str, Any] = {content.form: content for content in gallery.samples()}
WRITTEN = [content for content in gallery.samples() if isinstance(content, Written)]
NOTICES = [content for content in WRITTEN if content.layout == "notice"]
LETTERS = [content for content in WRITTEN if content.layout == "letter"]
MARKS = "，。、；：？！）》”"

REQUIRED = {
    "F06": [
        "《信访工作条例》第十九条第三款",
        "SQ01-20261120-0003",
        "石桥镇人民政府于2026年11月24日受理",
        "2027年1月23日",
        "核实面积",
    ],
    "F07": [
        "第三十六条第三款",
        "临政信复核字〔2026〕8号",
        "2026年5月12日",
        "2026年5月20日送达",
        "临江市人民政府",
        "不再受理",
    ],
    "F09": ["转送你单位", "15日内", "5个工作日内", "第二十二条", "附件：1.来访登记表复印件", "等12人"],
    "F10": ["30日内", "2026年12月24日", "办结报告", "第二十二条第一款第（三）项", "签发人：方建国", "0000-5550123"],
    "F11": [
        "2026年11月25日收到",
        "2026年12月2日",
        "县征收办直接拨付",
        "三定方案",
        "云溪县自然资源局",
        "☐同意退回☐不同意退回",
    ],
    "F11A": ["同意你单位的异议", "第二十三条第三款", "经向县自然资源局核实", "2026年11月30日"],
    "F12": ["银行流水", "石桥镇便民服务中心3号窗口", "2026年12月5日", "不中止、不中断", "第十九条第一款"],
    "F13": [
        "2026年11月24日受理",
        "2027年1月23日",
        "延长办理期限30日",
        "2027年2月22日",
        "重新测绘",
        "赵立新于2027年1月19日批准",
    ],
    "F14": [
        "由云溪县信访局转送",
        "一、投诉请求：核实征收面积",
        "二、投诉请求：赔偿误工损失",
        "测绘成果报告",
        "予以支持",
        "不予支持",
        "第四十八条",
        "自收到本意见书之日起30日内请求云溪县人民政府",
        "复查",
        "县政府路1号",
        "签发人：赵立新",
        "抄送：云溪县信访局",
    ],
    "F15": [
        "石政信意字〔2027〕2号",
        "2027年2月20日送达",
        "面积少算0.4亩",
        "维持",
        "30日内请求临江市人民政府复核",
        "第三十五条",
    ],
    "F15A": [
        "石政信意字〔2027〕2号",
        "2027年2月20日",
        "2027年3月5日",
        "面积少算0.4亩",
        "在期限内",
        "申请人（签名、捺印）",
    ],
    "F15B": [
        "石政信意字〔2027〕2号",
        "2027年3月5日收到",
        "2027年4月4日（遇法定休假日，顺延至2027年4月6日）",
        "予以受理",
    ],
    "F16": [
        "云政信复查字〔2027〕4号",
        "2027年5月10日至2027年5月12日举行听证，共3日",
        "终结意见",
        "第三十六条第三款",
        "不再受理",
    ],
    "F16A": ["云政信复查字〔2027〕4号", "2027年4月2日", "复核请求"],
    "F16B": ["云政信复查字〔2027〕4号", "2027年5月20日", "听证所需时间不计算在内"],
    "F17": ["2027年5月10日9时00分", "三楼听证室", "孙立群", "王秀兰", "青苗补偿面积", "第三十六条第二款"],
    "F17A": [
        "2027年5月10日",
        "2027年5月12日",
        "孙立群",
        "李成林",
        "举证、质证",
        "不计入复核期限",
        "参加人（签名、捺印）",
    ],
    "F17B": ["2027年5月10日至2027年5月12日", "测绘程序合法", "孙立群"],
    "F19": ["第四十条第一款", "拖延", "没有入户核实", "每周报告进展", "2027年1月4日前"],
    "F20": ["改进工作建议书", "第四十条第一款", "31人", "直达到户", "2027年1月25日前", "☐采纳☐部分采纳☐不采纳"],
    "F21": ["密封件", "第二十二条第二款", "郑某", "接收人（签名）", "移送人：陈晓岚", "不得将检举、控告材料"],
    "F22": ["第二十九条", "予以采纳", "2027年第一季度", "感谢"],
    "F23": [
        "第三十三条",
        "当事人一",
        "柳河村村民委员会",
        "18360元",
        "2026年12月31日前",
        "当事人二（签名、捺印）",
        "调解人（签名）",
    ],
    "F23A": ["第三十三条", "经和解达成", "当事人一（签名、捺印）", "2026年12月31日前"],
    "F24": [
        "关于𠮷䶮等12人反映",
        "办理情况的报告",
        "云信交字〔2026〕9号",
        "承办单位：云溪县石桥镇人民政府",
        "签发人：赵立新",
        "经办人：周明远",
        "0000-5550188",
        "附件：信访事项处理意见书",
    ],
    "F25": [
        "2026年11月23日10时10分",
        "46人",
        "接待中心大厅",
        "拦车",
        "公安派出所",
        "国家信访局",
        "2026年11月23日10时18分",
        "第二十五条",
    ],
    "F26": ["接访领导", "职务", "领导意见", "第十八条第二款", "补发青苗补偿费"],
    "F26A": ["包掌握情况", "包思想教育", "包解决化解", "包息诉息访", "完成时限"],
    "F26B": ["柳河村村民委员会", "风险等级", "责任人", "完成时限"],
    "F26C": ["议题", "研判意见", "责任单位、责任人", "第十三条第三款"],
}


def printed(content, line):
    return render(content, SIZES[content.form][0], line, Mark.original())


def test_the_required_words_are_listed_for_every_form_of_this_kind():
    assert set(REQUIRED) == {content.form for content in WRITTEN}
    assert set(SAMPLES) == set(FORMS)


@pytest.mark.parametrize("form", REQUIRED)
def test_a_form_says_everything_that_is_required_of_it(form, line, pages_of):
    content = SAMPLES[form]
    pages = ["".join(page.split()) for page in pages_of(printed(content, line))]
    text = "".join(without_foot(page, number) for number, page in enumerate(pages, 1))
    missing = [words for words in REQUIRED[form] if words not in text]
    assert missing == []
    if content.document_number:
        assert content.document_number in text
    assert "《信访工作条例》第" in text


@pytest.mark.parametrize("content", WRITTEN, ids=lambda c: c.form)
def test_a_form_with_nothing_but_what_it_must_have_still_prints(content, text_of):
    from dataclasses import MISSING, fields

    empty = {f.name: f.default for f in fields(content) if f.default is not MISSING and f.name != "wording"}
    text = text_of(printed(replace(content, **empty), PrintLine("", "", "", "")))
    assert "None" not in text
    assert "{" not in text
    assert "：。" not in text


@pytest.mark.parametrize("content", NOTICES + LETTERS, ids=lambda c: c.form)
def test_the_seal_has_its_place_and_the_date_its_four_characters(content, line, places_in, pages_of):
    pdf = printed(content, line)
    page = next(n for n, text in enumerate(pages_of(pdf)) if "（印章）" in text and "年" in text)
    places = places_in(pdf, page)
    seal = next(p for p in places if p.char == "印" and p.size == pytest.approx(9))
    below = sorted({round(p.y, 1) for p in places if p.y > seal.y and p.size == pytest.approx(16)})
    row = next(y for y in below if any(p.char == "日" and abs(p.y - y) < 0.2 for p in places))
    last = max((p for p in places if abs(p.y - row) < 0.2), key=lambda p: p.right)
    assert last.char == "日"
    assert last.right == pytest.approx(210 - 26 - 4 * 156 / 28, abs=1)


@pytest.mark.parametrize("content", NOTICES + LETTERS, ids=lambda c: c.form)
def test_the_grid_is_22_lines_of_28_characters_within_the_margins(content, line, places_in):
    story = "反映柳河村三组征收承包地的青苗补偿费未发放" * 60
    field = next(f for f in ("summary", "terms") if hasattr(content, f))
    pdf = printed(replace(content, **{field: story}), line)
    text = [p for p in places_in(pdf, 1) if p.size == pytest.approx(16)]
    rows: dict[float, list[Any]] = {}
    for p in text:
        rows.setdefault(round(p.y, 1), []).append(p)
    full = [row for row in rows.values() if len(row) == 28]
    assert len(full) >= 18
    assert len(rows) <= 22
    assert min(p.x for p in text) == pytest.approx(28, abs=1)
    assert max(p.right for p in text if p.char not in MARKS) == pytest.approx(210 - 26, abs=1)
    assert min(p.y for p in text) - 0.88 * 16 * 25.4 / 72 == pytest.approx(37, abs=1)
    assert max(p.y for p in text) <= 297 - 35
    ys = sorted(rows)
    assert all(b - a == pytest.approx(225 / 22, abs=0.1) for a, b in pairwise(ys))


@pytest.mark.parametrize("content", LETTERS, ids=lambda c: c.form)
def test_a_letter_has_its_mark_30_mm_down_double_rules_170_mm_wide_and_no_first_page_number(content, line, places_in):
    pdf = printed(content, line)
    mark = [p for p in places_in(pdf) if p.size > 25]
    assert "".join(p.char for p in mark) == content.organ
    assert min(p.y for p in mark) - 0.88 * mark[0].size * 25.4 / 72 == pytest.approx(30, abs=1)
    assert "—1—" not in "".join(p.char for p in places_in(pdf))
    rules = red_rules(pdf)
    assert len(rules) == 4
    assert all(right - left == pytest.approx(170, abs=1) for left, right, _, _ in rules)
    upper, under = rules[0], rules[1]
    assert upper[3] > under[3]  # thick above thin
    size = mark[0].size * 25.4 / 72
    assert upper[2] - (min(p.y for p in mark) + 0.12 * size) == pytest.approx(4, abs=1)
    assert rules[3][2] == pytest.approx(297 - 20, abs=1)
    assert rules[3][3] > rules[2][3]  # thin above thick
    if content.document_number:
        below = rules[1][2] + (7 / 8 + 0.88) * 16 * 25.4 / 72
        number = [p for p in places_in(pdf) if p.char == "号" and abs(p.y - below) < 1]
        assert max(p.right for p in number) == pytest.approx(210 - 26, abs=1)


def red_rules(pdf):
    """Red lines of the first page: left, right, y from the top, all in mm, and their width in points."""
    from ctypes import byref, c_float, c_uint

    import pypdfium2
    import pypdfium2.raw as c

    document = pypdfium2.PdfDocument(pdf)
    found = []
    page = document[0]
    for thing in page.get_objects():
        red, green, blue, alpha = c_uint(), c_uint(), c_uint(), c_uint()
        if thing.type != c.FPDF_PAGEOBJ_PATH:
            continue
        c.FPDFPageObj_GetStrokeColor(thing.raw, byref(red), byref(green), byref(blue), byref(alpha))
        if (green.value, blue.value) == (0, 0) and red.value > 150:
            width = c_float()
            c.FPDFPageObj_GetStrokeWidth(thing.raw, byref(width))
            left, bottom, right, top = (v * 25.4 / 72 for v in thing.get_bounds())
            grown = width.value * 25.4 / 72  # pdfium counts the width of the stroke at both ends
            found.append((left + grown, right - grown, 297 - (top + bottom) / 2, width.value))
    page.close()
    document.close()
    return sorted(found, key=lambda each: each[2])


@pytest.mark.parametrize("content", NOTICES + LETTERS, ids=lambda c: c.form)
@pytest.mark.parametrize("length", [*range(0, 420, 30), 10_000])
def test_the_signature_never_stands_alone_and_no_head_ends_a_page(content, length, line, pages_of):
    story = ("反映道路硬化问题至今没有解决，" * (length // 15 + 1))[:length].rstrip("，")
    field = next(f for f in ("summary", "terms") if hasattr(content, f))
    pages = ["".join(page.split()) for page in pages_of(printed(replace(content, **{field: story}), line))]
    assert story in "".join(without_foot(page, n) for n, page in enumerate(pages, 1))
    signed = next(n for n, page in enumerate(pages) if f"（印章）{content.organ}" in page)
    before = pages[signed].split(f"（印章）{content.organ}")[0]
    assert len(before) > len("附件：")
    for number, page in enumerate(pages, 1):
        for head in HEADS.get(content.form, ()):
            assert not without_foot(page, number).endswith(head)


def without_foot(page, number):
    """A page's text without its print line and its page number."""
    return page.split(f"第{number}页共")[0].split(f"—{number}—")[0].removesuffix("—")


HEADS = {
    form: [
        sentence["text"]
        for sentence in words("2026.1", form)["paragraphs"]
        if "head" in sentence.get("style", "") and "{" not in sentence["text"]
    ]
    for form in FORMS
    if "paragraphs" in words("2026.1", form)
}


def test_the_remedy_is_the_right_one_on_each_opinion_and_none_on_a_recheck():
    said = {form: "".join(sentences_of(words("2026.1", form))) for form in ("F14", "F15", "F16")}
    assert "30日内请求{review_organ}复查" in said["F14"].replace("（地址：{review_address}）", "")
    assert "30日内请求{recheck_organ}复核" in said["F15"]
    assert "如不服" not in said["F16"]
    assert "终结" in said["F16"]
    for form in FORMS:
        text = "".join(sentences_of(words("2026.1", form)))
        assert "《信访条例》" not in text
        assert form in ("F01", "F05") or "行政诉讼" not in text, form


def test_a_refusal_of_a_suggestion_is_said_kindly_and_an_answer_already_given_needs_no_slip(line, text_of):
    declined = replace(SAMPLES["F22"], adopted="不采纳")
    assert "未予采纳，留作工作参考" in text_of(printed(declined, line))
    answered = replace(SAMPLES["F20"], adopted="部分采纳", reply="已公布明细", replied_on="2027-01-20")
    text = text_of(printed(answered, line))
    assert "采纳情况（2027年1月20日反馈）：部分采纳。已公布明细。" in text
    assert "☐" not in text


def test_the_label_of_a_sealed_envelope_says_nothing_of_what_is_inside(line, pages_of):
    pages = ["".join(page.split()) for page in pages_of(printed(SAMPLES["F21"], line))]
    label = pages[-1]
    assert "密封件" in label
    for secret in ("𠮷䶮", "郑某", "补贴", "检举", "控告", "柳河村"):
        assert secret not in label


def test_thirty_participants_and_thirty_parties_all_appear(line, text_of):
    names = tuple(f"村民{chr(0x7532 + i)}" for i in range(30))
    for form, field in (("F17", "participants"), ("F17A", "participants"), ("F23", "parties")):
        text = text_of(printed(replace(SAMPLES[form], **{field: names}), line))
        assert all(name in text for name in names)
    assert text.count("（签名、捺印）") == 30
