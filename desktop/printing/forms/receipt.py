"""F02 来访登记回执 on A5, A4 or a roll; for an accusation it says number and query code only (R 30③)."""

from __future__ import annotations

from dataclasses import dataclass

from desktop.printing.breaking import balanced, break_text, unbroken
from desktop.printing.rolls import QR, ROLLS, TOP, Roll
from desktop.printing.sheet import A4, A5, MM, Sheet
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

_SIGN = 12 * MM  # from the text to the organ: the place of the seal


@dataclass(frozen=True, slots=True)
class _Type:
    """Sizes of an upright receipt in points; ``key`` is the column of the labels, ``below`` the room of the foot."""

    sheet: tuple[float, float]
    below: float
    edge: float
    top: float
    organ: float
    title: float
    size: float
    pitch: float
    key: float
    remark: float
    sign: float


_TYPES = {
    (Paper.A5, False): _Type(A5, 12 * MM, 16 * MM, 19 * MM, 15.0, 20.0, 11.5, 18.5, 23 * MM, 9.5, 12.0),
    (Paper.A5, True): _Type(A5, 12 * MM, 12 * MM, 13 * MM, 17.0, 23.0, 15.0, 21.0, 27 * MM, 11.0, 15.0),
    (Paper.A4, False): _Type(A4, 17 * MM, 28 * MM, 30 * MM, 18.0, 24.0, 14.0, 23.5, 28 * MM, 11.5, 14.0),
    (Paper.A4, True): _Type(A4, 17 * MM, 28 * MM, 26 * MM, 22.0, 28.0, 20.0, 29.0, 36 * MM, 14.0, 20.0),
}


def draw(content: VisitReceipt, paper: Paper, foot: float, *, large: bool) -> Sheet:
    """``foot`` is the height of the print line, in points."""
    rows, remarks = _rows(content)
    if paper in ROLLS:
        return _roll(content, ROLLS[paper], rows, remarks, large=large)
    return _upright(content, _TYPES[paper, large], rows, remarks, foot, beside=not large)


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


def _upright(
    content: VisitReceipt, kind: _Type, rows: list[tuple[str, str]], remarks: list[str], foot: float, *, beside: bool
) -> Sheet:
    """The QR code stands beside the first rows; in large type, which needs their whole width, beside the signature."""
    wide, high = kind.sheet
    sheet = Sheet(TITLES["F02"], f"{TITLES['F02']} {content.number}", wide, high)
    left, right = kind.edge, wide - kind.edge
    y = _head(sheet, content.organ, wide / 2, kind.top, right - left, kind.organ, kind.title) + 5 * MM
    sheet.rule(left, y, right, y, 1.0)
    y += 3 * MM
    code = qr_text(content.number, content.query_code)
    taken = 36 * MM if beside else 0.0
    qr_bottom = y + taken
    if beside:
        sheet.qr(right - QR, y + 2 * MM, QR, code)
    bottom = high - kind.below - foot
    for head, text in rows:
        room = right - left - kind.key - (taken if y < qr_bottom and len(sheet.pages) == 1 else 0.0)
        style = "hei" if head in ("登记编号", "查询码") else "fang"
        lines = break_text(style, text, room / kind.size)
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
    signing = right - left - (0.0 if beside else QR + 4 * MM)
    organ = break_text("fang", content.organ, signing / kind.sign, spread=False)
    below = _SIGN + (kind.sign + 4) * len(organ)
    if not beside:
        below = max(below, QR + 2 * MM)
    told = sum(len(break_text("fang", "· " + each, (right - left) / kind.remark)) for each in remarks)
    if y + 3 * MM + told * kind.remark * 1.5 + below > bottom:  # nobody signs a page with nothing on it
        sheet.new_page()
        y = kind.top
    y = _remarks(sheet, remarks, (left, right), y + 3 * MM, bottom, kind.remark, "fang")
    y = max(y, bottom - below)
    if not beside:
        sheet.qr(left, bottom - QR, QR, code)
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


def _roll(content: VisitReceipt, roll: Roll, rows: list[tuple[str, str]], remarks: list[str], *, large: bool) -> Sheet:
    """Labels stand beside their texts where the roll is wide enough for both, else each over its text."""
    sheet = Sheet(TITLES["F02"], f"{TITLES['F02']} {content.number}", roll.width, 1200 * MM)
    letters = roll.large if large else roll.usual
    left, right = roll.sides
    y = _head(sheet, content.organ, roll.width / 2, TOP, roll.measure, letters.organ, letters.title) + 3 * MM
    sheet.dashes(left, y, right, y)
    beside = 19 * MM if letters.label == letters.text else 0.0
    y += 1 * MM if beside else 0.0
    for head, text in rows:
        sheet.text(left, y + letters.pitch, letters.label, "hei", head)
        sheet.fixed("hei", head.rstrip("0123456789"))
        y += 0.0 if beside else letters.pitch
        for line in break_text("hei", text, (roll.measure - beside) / letters.text):
            y += letters.pitch
            sheet.line(left + beside, y, letters.text, line)
    y += 3 * MM
    sheet.dashes(left, y, right, y)
    y += 3 * MM
    sheet.qr((roll.width - QR) / 2, y, QR, qr_text(content.number, content.query_code))
    y = _remarks(sheet, remarks, roll.sides, y + QR + 1 * MM, 1e9, letters.remark, "hei")
    sheet.page.height = y + 4 * MM
    return sheet
