"""F02 来访登记回执 on A5 or an 80 mm roll; for an accusation it says number and query code only (R 30③)."""

from __future__ import annotations

from dataclasses import dataclass

from desktop.printing.breaking import balanced, break_text, unbroken
from desktop.printing.sheet import A5, MM, Sheet
from desktop.printing.wording import fill, words
from domain.papers import (
    TITLES,
    Paper,
    VisitReceipt,
    chinese_date,
    chinese_minute,
    mask_identities_in,
    qr_text,
)

ROLL = 80 * MM
ROLL_MARGIN = 4 * MM
ROLL_TOP = 8 * MM  # the first millimetres are kept for a reprint's mark
ROLL_QR = 30 * MM
_SIGN = 12 * MM  # from the text to the organ: the place of the seal


@dataclass(frozen=True, slots=True)
class _Type:
    """Sizes of an A5 receipt in points; ``key`` is the column of the labels."""

    edge: float
    top: float
    organ: float
    title: float
    size: float
    pitch: float
    key: float
    remark: float
    sign: float


_USUAL = _Type(16 * MM, 19 * MM, 15.0, 20.0, 11.5, 18.5, 23 * MM, 9.5, 12.0)
_LARGE = _Type(12 * MM, 13 * MM, 17.0, 23.0, 15.0, 21.0, 27 * MM, 11.0, 15.0)


def draw(content: VisitReceipt, paper: Paper, foot: float, *, large: bool) -> Sheet:
    """``foot`` is the height of the print line, in points."""
    rows, remarks = _rows(content)
    if paper is Paper.R80:
        return _large_roll(content, rows, remarks) if large else _roll(content, rows, remarks)
    return _a5(content, rows, remarks, foot, large=large)


def _rows(content: VisitReceipt) -> tuple[list[tuple[str, str]], list[str]]:
    """(label, text) lines and closing remarks, the same on both sheets."""
    said = words(content.wording, "F02")
    ways = "".join(
        part
        for part in (
            f"，电话：{content.query_phone}" if content.query_phone else "",
            f"，地址：{content.query_address}" if content.query_address else "",
        )
        if part
    )
    query = fill(said["query"], {"query_ways": ways})
    rows = [("登记编号", content.number), ("查询码", content.query_code)]
    if content.accusation:
        return [*rows, ("查询方式", query)], [said["keep"]]
    name = unbroken(content.name) if content.name else "（未署名）"
    if content.people_present > 1:
        name += f"　等{content.people_present}人"
    rows += [("来访人", name), ("来访时间", chinese_minute(content.visited_at))]
    rows.append(("接待单位", content.organ + (f"　{content.window}" if content.window else "")))
    several = len(content.summaries) > 1
    for i, summary in enumerate(content.summaries, 1):
        rows.append((f"信访事项{i}" if several else "信访事项", mask_identities_in(summary)))
    if content.answer:
        rows.append(("当场答复", mask_identities_in(content.answer)))
    rows.append(("下一步", _next_step(content)))
    rows.append(("查询方式", query))
    remarks = [said["evaluation"]] if content.evaluation else []
    return rows, [*remarks, said["privacy"], said["keep"]]


def _next_step(content: VisitReceipt) -> str:
    said = words(content.wording, "F02")
    if content.no_notice_reason:
        return fill(said["no_notice"], {"no_notice_reason": content.no_notice_reason}) + "。"
    step = content.next_step or ("" if content.answer else said["default_step"])
    parts = [step]
    if content.next_due:
        rolled = ""
        if content.next_due_rolled and content.next_due_rolled != content.next_due:
            rolled = fill(said["rolled"], {"next_due_rolled": chinese_date(content.next_due_rolled)})
        told = "书面告知" in step  # the day is for telling the petitioner, or else for the step itself
        due = {"next_due": chinese_date(content.next_due), "rolled": rolled}
        parts = [step.replace("并书面告知", ""), fill(said["next_due" if told else "next_done"], due)]
    return "，".join(part.rstrip("。") for part in parts if part) + "。"


def _a5(content: VisitReceipt, rows: list[tuple[str, str]], remarks: list[str], foot: float, *, large: bool) -> Sheet:
    """The QR code stands beside the first rows; in large type, which needs their whole width, beside the signature."""
    kind = _LARGE if large else _USUAL
    sheet = Sheet(TITLES["F02"], f"{TITLES['F02']} {content.number}", *A5)
    left, right = kind.edge, A5[0] - kind.edge
    y = _head(sheet, content.organ, A5[0] / 2, kind.top, right - left, kind.organ, kind.title) + 5 * MM
    sheet.rule(left, y, right, y, 1.0)
    y += 3 * MM
    code = qr_text(content.number, content.query_code)
    beside = 0.0 if large else 36 * MM
    qr_bottom = y + beside
    if not large:
        sheet.qr(right - ROLL_QR, y + 2 * MM, ROLL_QR, code)
    bottom = A5[1] - 12 * MM - foot
    for head, text in rows:
        wide = right - left - kind.key - (beside if y < qr_bottom else 0.0)
        style = "hei" if head in ("登记编号", "查询码") else "fang"
        lines = break_text(style, text, wide / kind.size)
        for i, line in enumerate(lines):
            if y + kind.pitch > bottom:
                sheet.new_page()
                y = kind.top
            y += kind.pitch
            if i == 0:
                sheet.text(left, y, kind.size, "hei", head)
                sheet.fixed("hei", head.rstrip("0123456789"))
            sheet.line(left + kind.key, y, kind.size, line)
        y += 2.0
    organ = break_text("fang", content.organ, (right - left) / kind.sign, spread=False)
    below = _SIGN + (kind.sign + 4) * len(organ)
    if large:
        below = max(below, ROLL_QR + 2 * MM)
    told = sum(len(break_text("fang", "· " + each, (right - left) / kind.remark)) for each in remarks)
    if y + 3 * MM + told * kind.remark * 1.5 + below > bottom:  # nobody signs a page with nothing on it
        sheet.new_page()
        y = kind.top
    y = _remarks(sheet, remarks, (left, right), y + 3 * MM, bottom, kind.remark, "fang")
    y = max(y, bottom - below)
    if large:
        sheet.qr(left, bottom - ROLL_QR, ROLL_QR, code)
    y += _SIGN
    sheet.text(right - 18 * MM, y - kind.sign - 3, 8, "fang", "（印章）", grey=0.6, align="centre")
    for line in organ:
        sheet.text(right - 2 * MM, y, kind.sign, "fang", line.text, align="right")
        y += kind.sign + 5
    sheet.text(right - 2 * MM, y, kind.sign, "fang", chinese_date(content.visited_at[:10]), align="right")
    return sheet


def _head(sheet: Sheet, organ: str, middle: float, y: float, measure: float, small: float, large: float) -> float:
    for part in balanced("title", organ, measure / small):
        y += small * 1.3
        sheet.text(middle, y, small, "title", part, align="centre")
    y += large * 1.45
    sheet.text(middle, y, large, "title", TITLES["F02"], align="centre")
    sheet.fixed("title", TITLES["F02"])
    return y


def _remarks(
    sheet: Sheet, remarks: list[str], sides: tuple[float, float], y: float, bottom: float, size: float, style: str
) -> float:
    left, right = sides
    for remark in remarks:
        sheet.fixed(style, remark)
        for line in break_text(style, "· " + remark, (right - left) / size):
            if y + size * 1.5 > bottom:
                sheet.new_page()
                y = 19 * MM
            y += size * 1.5
            sheet.line(left, y, size, line)
    return y


def _roll(content: VisitReceipt, rows: list[tuple[str, str]], remarks: list[str]) -> Sheet:
    sheet = Sheet(TITLES["F02"], f"{TITLES['F02']} {content.number}", ROLL, 400 * MM)
    left, right = ROLL_MARGIN, ROLL - ROLL_MARGIN
    y = _head(sheet, content.organ, ROLL / 2, ROLL_TOP, right - left, 12.0, 15.0) + 3 * MM
    sheet.dashes(left, y, right, y)
    size, pitch, key = 10.5, 15.5, 19 * MM
    y += 1 * MM
    for head, text in rows:
        style = "hei"
        for i, line in enumerate(break_text(style, text, (right - left - key) / size)):
            y += pitch
            if i == 0:
                sheet.text(left, y, size, "hei", head)
                sheet.fixed("hei", head.rstrip("0123456789"))
            sheet.line(left + key, y, size, line)
    y += 3 * MM
    sheet.dashes(left, y, right, y)
    y += 3 * MM
    return _roll_end(sheet, content, remarks, y, 8.5)


def _large_roll(content: VisitReceipt, rows: list[tuple[str, str]], remarks: list[str]) -> Sheet:
    """Each label over its text, which has the whole width."""
    sheet = Sheet(TITLES["F02"], f"{TITLES['F02']} {content.number}", ROLL, 800 * MM)
    left, right = ROLL_MARGIN, ROLL - ROLL_MARGIN
    y = _head(sheet, content.organ, ROLL / 2, ROLL_TOP, right - left, 14.0, 18.0) + 3 * MM
    sheet.dashes(left, y, right, y)
    size, pitch, above = 14.0, 20.0, 10.5
    for head, text in rows:
        y += pitch
        sheet.text(left, y, above, "hei", head)
        sheet.fixed("hei", head.rstrip("0123456789"))
        for line in break_text("hei", text, (right - left) / size):
            y += pitch
            sheet.line(left, y, size, line)
    y += 3 * MM
    sheet.dashes(left, y, right, y)
    return _roll_end(sheet, content, remarks, y + 3 * MM, 11.5)


def _roll_end(sheet: Sheet, content: VisitReceipt, remarks: list[str], y: float, size: float) -> Sheet:
    sheet.qr((ROLL - ROLL_QR) / 2, y, ROLL_QR, qr_text(content.number, content.query_code))
    sides = ROLL_MARGIN, ROLL - ROLL_MARGIN
    y = _remarks(sheet, remarks, sides, y + ROLL_QR + 1 * MM, 1e9, size, "hei")
    sheet.page.height = y + 4 * MM
    return sheet
