"""With the longest texts a form may get, nothing leaves the sheet and nothing is printed over anything else."""

from dataclasses import replace

import pytest

from desktop.printing import gallery, render
from domain.papers import LARGE_TYPE, SIZES, Mark, MaterialLine, Paper, PrintLine, RegistrationForm

ORGAN = "云溪土家族苗族自治县高新技术产业开发区管理委员会社会治理与群众工作服务中心信访事项办理科"[:40]
NAME = "古丽米热·阿卜杜热西提·买买提江艾力"
LONG = "反映柳河村三组征收承包地的青苗补偿费未按时足额发放，" * 12
WORST_LINE = PrintLine("YX02YX02YX02-A01-20261123-000007", "2026-11-23 09:12", ORGAN, NAME)


def worst(content):
    """The content with every text as long as it gets."""
    wide = {
        "organ": ORGAN, "number": WORST_LINE.number, "name": NAME, "addressee": NAME, "recipient": NAME,
        "summary": LONG,
        "station": ORGAN, "window": "第二接待大厅联合接访中心12号窗口", "handling_unit": ORGAN, "forwarded_by": ORGAN,
        "to_organ": ORGAN, "to_contact": NAME, "contact": NAME, "where": ORGAN, "where_address": LONG[:60],
        "query_address": "https://xf.example.gov.cn/query/petition?from=receipt", "how": LONG, "time_limit": LONG[:80],
        "legal_basis": LONG[:80], "next_step": LONG[:80], "answer": LONG, "summaries": (LONG[:60],) * 3,
        "address": LONG[:70], "place": LONG[:70], "signer": NAME, "relation": "代理人（受托律师）", "remark": LONG,
        "refusal_reason": LONG[:150], "witnesses": (NAME, NAME), "servers": (NAME, NAME),
        "delivered_at": "2026-11-23 10:05",
        "receiver": NAME, "list_number": "CL-20261123-000001", "interviewer": NAME, "interviewer_unit": ORGAN,
        "registrar": NAME, "materials": LONG[:40], "due_rolled": "2027-02-01", "next_due_rolled": "2026-12-09",
        "document_number": "云溪土家族苗族信受字〔2026〕1234号",
        "petitioner": NAME, "parties": (NAME, ORGAN) * 3, "participants": (NAME, ORGAN) * 5, "chair": NAME,
        "petitioner_address": LONG[:70], "accused": ORGAN, "request": LONG, "requests": LONG, "facts": LONG * 3,
        "reasons": LONG * 3, "reason": LONG, "missing": LONG, "why": LONG, "demand": LONG, "behaviour": LONG,
        "measures": LONG, "findings": LONG * 3, "result": LONG, "record": LONG * 3, "opinion": LONG, "basis": LONG[:80],
        "terms": LONG * 3, "dispute": LONG, "suggestion": LONG * 3, "reply": LONG, "open_organ": ORGAN,
        "opinion_organ": ORGAN, "review_organ": ORGAN, "recheck_organ": ORGAN, "review_address": LONG[:60],
        "copy_to": f"{ORGAN}，{ORGAN}", "suggested": ORGAN, "signed_by": NAME, "mediator": NAME, "handler": ORGAN,
        "approver": NAME, "attachments": (LONG[:40],) * 4, "sender": NAME, "other_side": ORGAN, "subject": LONG[:60],
        "late_reason": LONG[:60], "hearings": ("2027年12月10日至2027年12月12日",) * 3,
    }  # fmt: skip
    content = replace(content, **{field: value for field, value in wide.items() if hasattr(content, field)})
    if isinstance(content, RegistrationForm):
        texts = {
            "name": NAME,
            "address": LONG[:60],
            "employer": ORGAN,
            "note": LONG[:30],
            "occupation": "事业单位工作人员",
        }
        people = tuple(replace(person, **texts) for person in content.people)
        matter = replace(
            content.matters[0], accused=ORGAN, category=LONG[:30], happened=LONG[:30], route_label=LONG[:60]
        )
        content = replace(content, people=people, matters=(matter, matter))
    if hasattr(content, "answers"):
        each = replace(content.answers[0], request=LONG[:100], facts=LONG * 2, opinion=LONG, basis=LONG[:80])
        content = replace(content, answers=(each,) * 3)
    if hasattr(content, "told"):
        content = replace(content, told=tuple(replace(each, name=ORGAN) for each in content.told))
    if hasattr(content, "lines"):
        line = MaterialLine(title=LONG[:50], kind="复印件", copies=100, pages=1000, remark=LONG[:40])
        content = replace(content, lines=(line,) * 8)
    return content


def boxes(places):
    """Each character's ink across and its usual height, a little smaller than drawn: left, top, right, bottom in mm."""
    for p in places:
        em = p.size * 25.4 / 72
        yield p.ink_left + 0.05 * em, p.y - 0.7 * em, p.ink_right - 0.05 * em, p.y, p.char


EVERY = [
    (content, paper, large)
    for content in gallery.samples()
    for paper in SIZES[content.form]
    for large in (False, True)
    if not large or content.form in LARGE_TYPE
]


@pytest.mark.parametrize(
    ("content", "paper", "large"), EVERY, ids=[f"{c.form}-{p}{'-large' if large else ''}" for c, p, large in EVERY]
)
def test_the_longest_texts_stay_on_the_sheet_and_apart(content, paper, large, places_in, open_pdf):
    pdf = render(worst(content), paper, WORST_LINE, Mark.original(), large=large)
    with open_pdf(pdf) as document:
        sizes = [tuple(v * 25.4 / 72 for v in page.get_size()) for page in document]
    margin = {Paper.R80: 3.5, Paper.R58: 4.8}.get(paper, 10)
    for number, (width, height) in enumerate(sizes):
        cells = sorted(boxes(places_in(pdf, number)), key=lambda box: box[1])
        for left, top, right, bottom, char in cells:
            assert left >= margin, (char, left)
            assert right <= width - margin, (char, right)
            assert top >= 3, (char, top)
            assert bottom <= height - 3, (char, bottom)
        for i, one in enumerate(cells):
            for other in cells[i + 1 :]:
                if other[1] >= one[3]:
                    break
                apart = other[0] >= one[2] or other[2] <= one[0]
                assert apart, f"page {number + 1}: {one[4]} and {other[4]} at {one[0]:.0f}, {one[3]:.0f} mm"
