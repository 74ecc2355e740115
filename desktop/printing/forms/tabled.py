"""Papers that are one ruled table on A4, made as their wording file has it: rows of labels and blanks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from desktop.printing.breaking import balanced, break_text
from desktop.printing.forms.blanks import blanks, each_of
from desktop.printing.sheet import A4, MM, Sheet
from desktop.printing.table import Cell, Frame, Row, label
from desktop.printing.table import draw as draw_table
from desktop.printing.wording import fill, words
from domain.papers import TITLES, Tabled

_LEFT, _RIGHT, _TOP, _BOTTOM = 28 * MM, A4[0] - 26 * MM, 37 * MM, A4[1] - 35 * MM
_CELLS, _LOW = 4, 2  # cells of a full row; up to this height a short text stands in the middle
_SHARES = (0.17, 0.33, 0.17, 0.33)


def draw(content: Tabled) -> Sheet:
    """The form on as many A4 pages as its table needs."""
    said = words(content.wording, content.form)
    title = TITLES[content.form]
    sheet = Sheet(title, f"{title} {content.number}", *A4)
    whole, y = _RIGHT - _LEFT, _TOP - 6 * MM
    for text in (content.organ, title):
        for part in balanced("title", text, whole / 22):
            y += 22 * 1.35
            sheet.text(A4[0] / 2, y, 22, "title", part, align="centre")
    sheet.fixed("title", title)
    y += 9 * MM
    number = f"登记编号：{content.number}"
    sheet.text(_LEFT, y, 12, "fang", number)

    def next_page() -> float:
        sheet.new_page()
        sheet.text(_LEFT, _TOP, 12, "fang", f"{title}（续）　{number}")
        return _TOP + 3 * MM

    columns = [share * whole for share in _SHARES]
    frame = Frame(_LEFT, columns, y + 3 * MM, _BOTTOM, next_page, size=12.0, pitch=17.5, pad=1.6 * MM)
    values = blanks(content, said)
    rows = [row for each in said["rows"] for row in _rows(content, each, values)]
    y = draw_table(sheet, frame, rows)
    note = fill(said["note"], values)
    sheet.fixed("fang", said["note"])
    lines = break_text("fang", note, whole / 10.5)
    if y + 15 * len(lines) > _BOTTOM + 4 * MM:
        y = next_page()
    for line in lines:
        y += 15
        sheet.line(_LEFT, y, 10.5, line)
    return sheet


def _rows(content: Tabled, said: Mapping[str, str], values: Mapping[str, str]) -> Iterator[Row]:
    """The rows of one line of the wording: cells between bars, a label before each text; one text alone has no label.

    ``style``: ``lines`` the least height, ``keep`` with the next row, ``head`` labels only, ``shares`` of the width.
    """
    texts, style = said["text"].split("|"), said.get("style", "").split()
    lines = int(style[style.index("lines") + 1]) if "lines" in style else 1
    keep = "keep" in style
    shares = tuple(float(each) for each in style[style.index("shares") + 1 :]) if "shares" in style else ()
    if "head" in style:
        yield Row(tuple(label(text) for text in texts), keep=True, shares=shares)
    elif "each" in said:
        for record in getattr(content, said["each"]):
            inner = each_of(record)
            yield Row(tuple(Cell(fill(text, inner)) for text in texts), shares=shares)
    elif len(texts) == 1:
        yield Row((Cell(fill(texts[0], values), 4, lines=lines),), keep=keep)
    else:
        span = 1 if len(texts) == _CELLS else 3
        low, high = (lines, 1) if lines <= _LOW else (1, lines)
        made = [
            replace(label(text), lines=low)
            if place % 2 == 0
            else Cell(fill(text, values), span, lines=high, middle=high == 1)
            for place, text in enumerate(texts)
        ]
        yield Row(tuple(made), keep=keep)
