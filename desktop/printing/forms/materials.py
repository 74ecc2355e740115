"""F03 材料接收清单 on A4, A5 or a roll."""

from __future__ import annotations

from dataclasses import dataclass

from desktop.printing.breaking import balanced, break_text, set_line, unbroken
from desktop.printing.rolls import QR, ROLLS, TOP, Roll
from desktop.printing.sheet import A4, A5, MM, Sheet
from desktop.printing.table import Cell, Frame, Row, label
from desktop.printing.table import draw as draw_table
from desktop.printing.wording import fill, words
from domain.papers import (
    SECRET_NAME,
    TITLES,
    MaterialLine,
    MaterialList,
    Paper,
    chinese_minute,
    mask_identities_in,
    qr_text,
)

_HEADS = ("序号", "材料名称", "份数", "页数", "形式", "备注")
QR_UP = 25 * MM
"""Top of the QR code above the edge of A5: beside the print line, below the table."""


@dataclass(frozen=True, slots=True)
class _Type:
    """Sizes of the list in points: title, table and heads, its lines; and the shares of its columns."""

    title: float
    size: float
    pitch: float
    shares: tuple[float, ...]


_USUAL_SHARES, _LARGE_SHARES = (0.08, 0.42, 0.09, 0.09, 0.12, 0.20), (0.11, 0.33, 0.11, 0.11, 0.14, 0.20)
_TYPES = {
    (Paper.A4, False): _Type(22.0, 10.5, 15.0, _USUAL_SHARES),
    (Paper.A5, False): _Type(17.0, 10.5, 15.0, _USUAL_SHARES),
    (Paper.A4, True): _Type(26.0, 15.0, 21.5, _LARGE_SHARES),
    (Paper.A5, True): _Type(20.0, 14.0, 20.0, (0.13, 0.29, 0.13, 0.13, 0.13, 0.19)),
}


def draw(content: MaterialList, paper: Paper, foot: float, *, large: bool) -> Sheet:
    """``foot`` is the height of the print line on A5, in points."""
    if paper in ROLLS:
        return _roll(content, ROLLS[paper], large=large)
    kind, a4 = _TYPES[paper, large], paper is Paper.A4
    size = A4 if a4 else A5
    left = 28 * MM if a4 else 14 * MM
    right = size[0] - (26 * MM if a4 else 14 * MM)
    top = 30 * MM if a4 else 12 * MM if large else 20 * MM
    below = 17 * MM + foot  # the last line of the form and the print line
    if content.query_code:
        below = max(below, QR_UP + 7 * MM)
    bottom = size[1] - (35 * MM if a4 else below)
    sheet = Sheet(TITLES["F03"], f"{TITLES['F03']} {content.number}", *size)
    y = top
    for text in (content.organ, TITLES["F03"]):
        for part in balanced("title", text, (right - left) / kind.title):
            y += kind.title * 1.35
            sheet.text(size[0] / 2, y, kind.title, "title", part, align="centre")
    y += 2.5 * MM
    for near, far in (
        (f"登记编号：{content.number}", content.list_number and f"清单编号：{content.list_number}"),
        (f"提交人：{_giver(content)}", content.window and f"接收窗口：{content.window}"),
    ):
        y = _pair(sheet, (left, right), y, kind.size, near, far)

    def next_page() -> float:
        sheet.new_page()
        sheet.text(left, top + 4 * MM, 10.5, "fang", f"{TITLES['F03']}（续）　登记编号：{content.number}")
        return top + 6 * MM

    columns = [share * (right - left) for share in kind.shares]
    frame = Frame(left, columns, y + 3 * MM, bottom, next_page, size=kind.size, pitch=kind.pitch)
    rows = [Row(tuple(label(head) for head in _HEADS), keep=True)]
    rows += [Row(_cells(i, line)) for i, line in enumerate(content.lines, 1)]
    if not content.lines:
        rows.append(Row((Cell("（未提交材料）", 6, centre=True),)))
    rows.append(Row((label("合计", 2), Cell(_total(content), 4)), keep=True))
    rows.append(Row((Cell(_received(content), 6),), keep=True))
    said = words(content.wording, "F03")
    receiver = said["sign_receiver"] + content.receiver
    pen = 4 if a4 or not large else 3  # lines to sign in
    rows.append(Row((Cell(said["sign_giver"], 2, lines=pen), Cell(receiver, 4, lines=pen))))
    y = draw_table(sheet, frame, rows)
    sheet.text(right - 18 * MM, y - 4 * MM, 8, "fang", "（印章）", grey=0.6, align="centre")
    sheet.fixed("fang", said["kept"])
    kept = min(9.5 if not large else kind.size, 0.98 * (right - left) / set_line("fang", said["kept"]).width)
    sheet.text(left, min(y + 6 * MM, bottom + 5 * MM), kept, "fang", said["kept"])
    return sheet


def _pair(sheet: Sheet, sides: tuple[float, float], y: float, size: float, near: str, far: str) -> float:
    """Two texts at the ends of a line, or one below the other when they do not fit side by side; the last baseline."""
    left, right = sides
    pitch = max(5.5 * MM, 1.35 * size)
    y += pitch
    for line in break_text("fang", near, (right - left) / size):
        used = line.width * size
        sheet.line(left, y, size, line)
        y += pitch
    y -= pitch
    if not far:
        return y
    if used + set_line("fang", far).width * size + size > right - left:
        y += pitch
    sheet.text(right, y, size, "fang", far, align="right")
    return y


def _giver(content: MaterialList) -> str:
    return SECRET_NAME if content.accusation else unbroken(content.name)


def _cells(number: int, line: MaterialLine) -> tuple[Cell, ...]:
    pages = str(line.pages) if line.pages else "—"
    return (
        Cell(str(number), centre=True),
        Cell(mask_identities_in(line.title)),
        Cell(str(line.copies), centre=True),
        Cell(pages, centre=True),
        Cell(line.kind, centre=True),
        Cell(mask_identities_in(line.remark)),
    )


def _total(content: MaterialList) -> str:
    copies = sum(line.copies for line in content.lines)
    pages = sum(line.pages * line.copies for line in content.lines)
    return f"{len(content.lines)}种　{copies}份　{pages}页"


def _received(content: MaterialList) -> str:
    said = words(content.wording, "F03")
    returned = said["returned"] if content.originals_returned else ""
    return fill(said["received"], {"received_at": chinese_minute(content.received_at), "returned": returned})


def _roll(content: MaterialList, roll: Roll, *, large: bool) -> Sheet:
    sheet = Sheet(TITLES["F03"], f"{TITLES['F03']} {content.number}", roll.width, 2000 * MM)
    letters = roll.large if large else roll.usual
    (left, right), size = roll.sides, letters.text if large else 10.0
    said = words(content.wording, "F03")
    y = TOP
    for text, title in ((content.organ, letters.organ + large), (TITLES["F03"], letters.title)):
        for part in balanced("title", text, roll.measure / title):
            y += title * 1.4
            sheet.text(roll.width / 2, y, title, "title", part, align="centre")
    y += 3 * MM
    sheet.dashes(left, y, right, y)
    texts = [f"登记编号：{content.number}", f"提交人：{_giver(content)}"]
    for i, each in enumerate(content.lines, 1):
        pages = f" {each.pages}页" if each.pages else ""
        remark = f"（{each.remark}）" if each.remark else ""
        texts.append(mask_identities_in(f"{i}. {each.title} {each.kind} {each.copies}份{pages}{remark}"))
    texts += [
        f"合计：{_total(content)}",
        _received(content),
        "",
        said["sign_giver"],
        "",
        said["sign_receiver"] + content.receiver,
    ]
    for text in texts:
        for line in break_text("hei", text, roll.measure / size):
            y += size * 1.5
            sheet.line(left, y, size, line)
    if content.query_code:
        y += 5 * MM
        sheet.qr((roll.width - QR) / 2, y, QR, qr_text(content.number, content.query_code))
        y += QR
    sheet.page.height = y + 6 * MM
    return sheet
