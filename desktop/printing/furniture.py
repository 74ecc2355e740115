"""What every sheet carries besides its content: the print line, page numbers, the QR code, the draft watermark."""

from __future__ import annotations

from desktop.printing.breaking import break_text
from desktop.printing.sheet import MM, Sheet
from domain.papers import Mark, PrintLine

_FOOT = 8.0


def foot_text(line: PrintLine, page: int, pages: int) -> str:
    """``第1页 共2页  编号…  打印…  站点  操作员`` of one page."""
    return "　".join(
        part
        for part in (
            f"第{page}页 共{pages}页",
            line.number and f"编号：{line.number}",
            line.printed_at and f"打印时间：{line.printed_at}",
            line.station,
            line.operator and f"操作员：{line.operator}",
        )
        if part
    )


def add_foot(sheet: Sheet, line: PrintLine, left: float, right: float, from_bottom: float) -> None:
    """The print line on every page, its last line ``from_bottom`` above the edge, in the room from left to right."""
    measure = (right - left) / _FOOT
    for number, page in enumerate(sheet.pages, 1):
        sheet.page = page
        lines = break_text("hei", foot_text(line, number, len(sheet.pages)), measure, spread=False)
        for i, each in enumerate(lines):
            y = page.height - from_bottom - (len(lines) - 1 - i) * _FOOT * 1.35
            sheet.line(left, y, _FOOT, each, grey=0.25)
    sheet.fixed("hei", "第页 共　编号：打印时间操作员0123456789-:")


def add_mark(sheet: Sheet, mark: Mark) -> None:
    """草稿 across every page of a draft. A reprint is marked on top of the stored PDF (``reprint``), not here."""
    if mark.kind == "draft":
        sheet.watermark("草稿")
        sheet.fixed("hei", "草稿")


def add_qr(sheet: Sheet, text: str, x: float, y: float, side: float = 16 * MM) -> None:
    """The QR code on every page at the same place."""
    for page in sheet.pages:
        sheet.page = page
        sheet.qr(x, page.height - y if y < 0 else y, side, text)
