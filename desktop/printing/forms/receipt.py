"""F02 来访登记回执 on A5 or an 80 mm roll; for an accusation it says number and query code only (R 30③)."""

from __future__ import annotations

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


def draw(content: VisitReceipt, paper: Paper, foot: float) -> Sheet:
    """``foot`` is the height of the print line, in points."""
    rows, remarks = _rows(content)
    if paper is Paper.R80:
        return _roll(content, rows, remarks)
    return _a5(content, rows, remarks, foot)


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


def _a5(content: VisitReceipt, rows: list[tuple[str, str]], remarks: list[str], foot: float) -> Sheet:
    sheet = Sheet(TITLES["F02"], f"{TITLES['F02']} {content.number}", *A5)
    left, right = 16 * MM, A5[0] - 16 * MM
    y = _head(sheet, content.organ, A5[0] / 2, 19 * MM, right - left, 15.0, 20.0) + 5 * MM
    sheet.rule(left, y, right, y, 1.0)
    y += 3 * MM
    size, pitch, key = 11.5, 18.5, 23 * MM
    narrow = right - left - key - 36 * MM  # beside the QR code
    qr_bottom = y + 36 * MM
    sheet.qr(right - 30 * MM, y + 2 * MM, 30 * MM, qr_text(content.number, content.query_code))
    bottom = A5[1] - 12 * MM - foot
    for head, text in rows:
        wide = narrow if y < qr_bottom else right - left - key
        style = "hei" if head in ("登记编号", "查询码") else "fang"
        lines = break_text(style, text, wide / size)
        for i, line in enumerate(lines):
            if y + pitch > bottom:
                sheet.new_page()
                y = 19 * MM
            y += pitch
            if i == 0:
                sheet.text(left, y, size, "hei", head)
                sheet.fixed("hei", head.rstrip("0123456789"))
            sheet.line(left + key, y, size, line)
        y += 2.0
    y = _remarks(sheet, remarks, (left, right), y + 3 * MM, bottom, 9.5, "fang")
    organ = break_text("fang", content.organ, (right - left) / 12, spread=False)
    below = 12 * MM + 16 * len(organ)
    if y + below > bottom:
        sheet.new_page()
        y = 19 * MM
    y = max(y, bottom - below) + 12 * MM
    sheet.text(right - 18 * MM, y - 15, 8, "fang", "（印章）", grey=0.6, align="centre")
    for line in organ:
        sheet.text(right - 2 * MM, y, 12, "fang", line.text, align="right")
        y += 17
    sheet.text(right - 2 * MM, y, 12, "fang", chinese_date(content.visited_at[:10]), align="right")
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
    sheet.qr((ROLL - 30 * MM) / 2, y, 30 * MM, qr_text(content.number, content.query_code))
    y = _remarks(sheet, remarks, (left, right), y + 31 * MM, 1e9, 8.5, "hei")
    sheet.page.height = y + 4 * MM
    return sheet
