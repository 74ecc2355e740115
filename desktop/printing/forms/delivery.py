"""F18 送达回证 on A4: with blanks to fill in by hand before delivery, or with the facts after it."""

from __future__ import annotations

from desktop.printing.breaking import balanced, break_text, unbroken
from desktop.printing.sheet import A4, MM, Sheet
from desktop.printing.table import Cell, Frame, Row, label
from desktop.printing.table import draw as draw_table
from desktop.printing.wording import words
from domain.papers import SECRET_NAME, TITLES, ServiceReturn, chinese_minute

_BLANK_TIME = "　　　　年　　月　　日　　时　　分"
_WAYS = ("当面", "邮寄", "其他")


def draw(content: ServiceReturn) -> Sheet:
    sheet = Sheet(TITLES["F18"], f"{TITLES['F18']} {content.number}", *A4)
    left, right = 28 * MM, A4[0] - 26 * MM
    y = 37 * MM
    for text in (content.organ, TITLES["F18"]):
        for part in balanced("title", text, (right - left) / 22):
            y += 22 * 1.35
            sheet.text(A4[0] / 2, y, 22, "title", part, align="centre")
    sheet.fixed("title", TITLES["F18"])
    y += 9 * MM
    sheet.text(left, y, 12, "fang", f"登记编号：{content.number}")

    def next_page() -> float:
        sheet.new_page()
        sheet.text(left, 37 * MM, 12, "fang", f"{TITLES['F18']}（续）　登记编号：{content.number}")
        return 40 * MM

    whole = right - left
    columns = [0.21 * whole, 0.31 * whole, 0.17 * whole, 0.31 * whole]
    frame = Frame(left, columns, y + 3 * MM, A4[1] - 35 * MM, next_page, size=12.0, pitch=17.5, pad=1.8 * MM)
    y = draw_table(sheet, frame, _rows(content))
    note = words(content.wording, "F18")["note"]
    sheet.fixed("fang", note)
    for line in break_text("fang", note, whole / 10.5):
        y += 16
        sheet.line(left, y, 10.5, line)
    return sheet


def _rows(content: ServiceReturn) -> list[Row]:
    sign = words(content.wording, "F18")["sign"]
    name = SECRET_NAME if content.accusation else unbroken(content.recipient)
    document = f"《{content.document_title}》"
    if content.document_number:
        document += f"\n{content.document_number}"
    ways = "　　".join(("☑" if way == content.way else "☐") + way for way in _WAYS)
    refused = "　".join(
        ("☑" if content.refused == said else "☐") + word for said, word in ((False, "签收"), (True, "拒收"))
    )
    if not content.delivered_at and not content.refused:
        refused = "☐签收　☐拒收"
    signed = content.signer if content.delivered_at else ""
    return [
        Row((label("送达文书名称及文号"), Cell(document, 3, lines=2))),
        Row((label("受送达人"), Cell(name, 3))),
        Row((label("送达地址"), Cell("" if content.accusation else content.address, 3, lines=2))),
        Row((label("送达方式"), Cell(ways, 3))),
        Row((label("送达时间"), Cell(chinese_minute(content.delivered_at) or _BLANK_TIME, 3))),
        Row((label("送达地点"), Cell(content.place, 3))),
        Row((label("签收情况"), Cell(refused, 3))),
        Row((label("签收人"), Cell(signed or sign, lines=3), label("与受送达人关系"), Cell(content.relation))),
        Row((label("拒收事由"), Cell(content.refusal_reason, 3, lines=3))),
        Row((label("见证人"), Cell("、".join(content.witnesses) or sign, 3, lines=2)), keep=True),
        Row((label("送达人"), Cell("、".join(content.servers) or sign, 3, lines=2)), keep=True),
        Row((label("备注"), Cell(content.remark, 3, lines=4))),
    ]
