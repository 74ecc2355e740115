"""What every sheet carries besides its content: the print line, page numbers, the QR code, the draft watermark."""

from __future__ import annotations

from desktop.printing.breaking import break_text, unbroken
from desktop.printing.sheet import Sheet
from domain.papers import Mark, PrintLine

_FOOT = 9.0


def foot_text(line: PrintLine, page: int, pages: int) -> str:
    """``第1页 共2页  编号…  打印…  站点  操作员`` of one page."""
    return "　".join(
        unbroken(part, 40)
        for part in (
            f"第{page}页 共{pages}页",
            line.number and f"编号：{line.number}",
            line.printed_at and f"打印时间：{line.printed_at}",
            line.station,
            line.operator and f"操作员：{line.operator}",
        )
        if part
    )


def add_foot(
    sheet: Sheet,
    line: PrintLine,
    left: float,
    right: float,
    from_bottom: float,
    note: str = "",
    style: str = "fang",
    *,
    beside: bool = False,
) -> None:
    """The print line on every page, its last line ``from_bottom`` above the edge, in the room from left to right.

    The note stands above it, or ``beside`` it where there is no room for another line.
    """
    measure = (right - left) / _FOOT
    for number, page in enumerate(sheet.pages, 1):
        sheet.page = page
        text = foot_text(line, number, len(sheet.pages))
        whole = (f"{text}　{note}" if beside else f"{note}\n{text}") if note else text
        lines = break_text(style, whole, measure, spread=False)
        for i, each in enumerate(lines):
            y = page.height - from_bottom - (len(lines) - 1 - i) * _FOOT * 1.35
            sheet.line(left, y, _FOOT, each, grey=0.2)
    sheet.fixed(style, note)
    sheet.fixed(style, "第页 共　编号：打印时间操作员0123456789-:")


def add_page_numbers(sheet: Sheet, left: float, right: float, y: float, *, first: int) -> None:
    """``— 1 —`` in 4号: at the right on odd pages, at the left on even ones, a character in; from page ``first`` on."""
    size = 14.0
    for number, page in enumerate(sheet.pages, 1):
        if number >= first:
            sheet.page = page
            text = f"— {number} —"
            odd = number % 2 == 1
            sheet.text(right - size if odd else left + size, y, size, "fang", text, align="right" if odd else "left")


def foot_height(line: PrintLine, measure: float, style: str) -> float:
    """Room the print line takes up, in points, in a measure of so many points."""
    return len(break_text(style, foot_text(line, 1, 1), measure / _FOOT, spread=False)) * _FOOT * 1.35


def add_mark(sheet: Sheet, mark: Mark) -> None:
    """草稿 across every page of a draft. A reprint is marked on top of the stored PDF (``reprint``), not here."""
    if mark.kind == "draft":
        sheet.watermark("草稿")
        sheet.fixed("hei", "草稿")


def add_qr(sheet: Sheet, text: str, x: float, y: float, side: float, *, first_only: bool = False) -> None:
    """The QR code at the same place on every page, or on the first; y below nought is from the foot."""
    for page in sheet.pages[:1] if first_only else sheet.pages:
        sheet.page = page
        sheet.qr(x, page.height + y if y < 0 else y, side, text)
