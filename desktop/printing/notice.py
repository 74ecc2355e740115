"""The A4 page of an official notice: margins 37, 28, 26, 35 mm, 22 lines of 28 characters in 16 pt 仿宋 (GB/T 9704)."""

from __future__ import annotations

from dataclasses import dataclass, field

from desktop.printing.breaking import Line, balanced, break_text, set_line
from desktop.printing.sheet import A4, MM, RED, Sheet

TOP, LEFT, RIGHT, BOTTOM = 37 * MM, 28 * MM, 26 * MM, 35 * MM
WIDTH = A4[0] - LEFT - RIGHT
ROWS, COLUMNS = 22, 28
PITCH = (A4[1] - TOP - BOTTOM) / ROWS
SIZE = 16.0
GAP = WIDTH / COLUMNS / SIZE - 1
"""em added after each character so that 28 fill the measure (a little less than nothing)."""
MEASURE = WIDTH / SIZE - GAP
"""em; the last character of a line needs no room for the gap after it."""
_RISE = 0.88  # baseline below the top of the em box, in em


@dataclass(frozen=True, slots=True)
class Signature:
    """Who signs and when, with the place of the seal."""

    organ: str
    date: str


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph: its fixed words, its whole text, and how it is set."""

    fixed: str
    text: str
    style: str = "fang"
    indent: float = 2.0
    """Characters its first line stands in."""
    after_blank: bool = False


@dataclass(slots=True)
class Notice:
    """The parts of a notice or a letter before they meet a page."""

    organ: str
    title: str
    document_number: str
    addressee: str
    paragraphs: list[Paragraph] = field(default_factory=list)
    signature: Signature = field(default_factory=lambda: Signature("", ""))
    letter: bool = False
    """In 信函格式: red letterhead and rules, number at the right, no page number on the first page."""
    signer: str = ""
    """签发人, beside the document number of a report."""
    notes: list[str] = field(default_factory=list)
    """附注 and 抄送, under the date and never apart from it."""
    reply: list[Paragraph] = field(default_factory=list)
    """A part to be filled in and sent back, kept whole below everything else."""


def draw(sheet: Sheet, notice: Notice) -> None:
    """Draws the notice over as many pages as it needs; the signature never stands alone on one."""
    row = _letterhead(sheet, notice) if notice.letter else _heading(sheet, notice)
    lines: list[Line] = []
    if notice.addressee:
        lines += break_text("fang", notice.addressee + "：", MEASURE, gap=GAP)
        sheet.fixed("fang", "：")
    heads: set[int] = set()  # lines that may not end a page
    for each in notice.paragraphs:
        begin = len(lines)
        lines += _set(sheet, each)
        heads.update(range(begin, len(lines)) if each.style == "hei" else ())
    notes = [line for text in notice.notes for line in break_text("fang", text, MEASURE, indent=2 * (1 + GAP), gap=GAP)]
    # the organ, the date, and a blank line unless the last line of text leaves the seal its half of the page
    closing = 1 + len(_organ_lines(notice.signature.organ)) + (lines[-1].width > MEASURE / 2) + len(notes)
    at = 0
    while at < len(lines):
        room = ROWS - row
        left = len(lines) - at
        if left <= room and left + closing > room and left > 2:
            room = left - 2  # two lines go along with the signature to the next page
        elif left <= room and left + closing > room:
            room = 0 if row else room
        elif left == room + 1:
            room -= 1  # no single line on top of the next page
        under = next((n for n in range(room, 0, -1) if at + n - 1 not in heads), 0)
        if under and at + room < len(lines):
            room = under
        for line in lines[at : at + room]:
            sheet.line(LEFT, _baseline(row), SIZE, line)
            row += 1
        at += max(room, 0)
        if at < len(lines):
            sheet.new_page()
            row = 0
    if row + closing > ROWS:
        sheet.new_page()
        row = 0
    row = _close(sheet, notice, row, notes)
    if notice.reply:
        _reply(sheet, notice.reply, row)


def _set(sheet: Sheet, paragraph: Paragraph) -> list[Line]:
    sheet.fixed(paragraph.style, paragraph.fixed)
    lines = break_text(paragraph.style, paragraph.text, MEASURE, indent=paragraph.indent * (1 + GAP), gap=GAP)
    return [Line((), 0.0, 0.0, ""), *lines] if paragraph.after_blank else lines


def _reply(sheet: Sheet, paragraphs: list[Paragraph], row: int) -> None:
    """The part that comes back: under a line to cut along, whole on one page."""
    lines = [line for each in paragraphs for line in _set(sheet, each)]
    if row + 2 + len(lines) > ROWS:
        sheet.new_page()
        row = 0
    else:
        row += 1
    y = TOP + (row + 0.5) * PITCH
    sheet.dashes(LEFT, y, LEFT + WIDTH, y)
    for line in lines:
        row += 1
        sheet.line(LEFT, _baseline(row), SIZE, line)


def _baseline(row: float, size: float = SIZE) -> float:
    return TOP + row * PITCH + _RISE * size


def _heading(sheet: Sheet, notice: Notice) -> int:
    """Organ, title, document number; returns the first free row."""
    row = 0
    for text, size in ((notice.organ, 22.0), (notice.title, 22.0)):
        for part in balanced("title", text, WIDTH / size):
            sheet.text(LEFT + WIDTH / 2, _baseline(row, size), size, "title", part, align="centre")
            row += 1
    sheet.fixed("title", notice.title)
    if notice.document_number and notice.signer:  # a report upward: the number at the left, who signed it at the right
        y, cell = _baseline(row + 0.35), WIDTH / COLUMNS
        signer = f"签发人：{notice.signer}"
        used = sheet.text(LEFT + cell, y, SIZE, "fang", notice.document_number)
        if used + set_line("fang", signer).width * SIZE > WIDTH - 3 * cell:
            row += 1
            y = _baseline(row + 0.35)
        sheet.text(LEFT + WIDTH - cell, y, SIZE, "fang", signer, align="right")
        sheet.fixed("fang", "签发人：")
    elif notice.document_number:
        middle = LEFT + WIDTH / 2
        sheet.text(middle, _baseline(row + 0.35), SIZE, "fang", notice.document_number, align="centre")
    return row + 2


def _letterhead(sheet: Sheet, notice: Notice) -> int:
    """信函格式: the mark 30 mm from the edge, a red double rule 170 mm wide under it and one above the foot."""
    size = next((s for s in (34.0, 30.0, 26.0, 22.0) if set_line("title", notice.organ).width * s <= WIDTH), 22.0)
    y = 30 * MM
    for part in balanced("title", notice.organ, WIDTH / size):
        sheet.text(A4[0] / 2, y + _RISE * size, size, "title", part, align="centre", grey=RED)
        y += size * 1.15
    y += 4 * MM - size * 0.15
    left, right = (A4[0] - 170 * MM) / 2, (A4[0] + 170 * MM) / 2
    sheet.red_rule(left, y, right, y, 2.2)
    sheet.red_rule(left, y + 3.2, right, y + 3.2, 0.7)
    foot = A4[1] - 20 * MM
    sheet.red_rule(left, foot - 3.2, right, foot - 3.2, 0.7)
    sheet.red_rule(left, foot, right, foot, 2.2)
    y += 3.5 + (7 / 8 + _RISE) * SIZE  # the number's top is 7/8 of its height below the rule, the title two lines lower
    if notice.document_number:
        sheet.text(LEFT + WIDTH, y, SIZE, "fang", notice.document_number, align="right")
    row = -int(-(y - TOP) // PITCH) + 2
    for part in balanced("title", notice.title, WIDTH / 22):
        sheet.text(A4[0] / 2, _baseline(row, 22.0), 22.0, "title", part, align="centre")
        row += 1
    sheet.fixed("title", notice.title)
    return row + 1


def _organ_lines(organ: str) -> list[str]:
    return [line.text for line in break_text("fang", organ, MEASURE - 4, spread=False)]


def _close(sheet: Sheet, notice: Notice, row: int, notes: list[Line]) -> int:
    """Organ centred above its date, the date four characters in from the right, room for the seal over both.

    Returns the first free row after the notes under it.
    """
    cell = WIDTH / COLUMNS
    organ = _organ_lines(notice.signature.organ)
    row += min(2, ROWS - row - len(organ) - 1 - len(notes))
    date_width = max(set_line("fang", notice.signature.date, GAP).width, 1.0) * SIZE
    right = LEFT + WIDTH - 4 * cell
    widest = max(set_line("fang", part, GAP).width for part in organ) * SIZE
    middle = min(right - date_width / 2, LEFT + WIDTH - widest / 2)
    seal = 9.0
    sheet.text(middle, _baseline(row - 0.55, seal), seal, "fang", "（印章）", grey=0.6, align="centre")
    for part in organ:
        sheet.text(middle, _baseline(row), SIZE, "fang", part, gap=GAP, align="centre")
        row += 1
    sheet.text(right, _baseline(row), SIZE, "fang", notice.signature.date, gap=GAP, align="right")
    sheet.fixed("fang", "（印章）年月日0123456789")
    for line in notes:
        row += 1
        sheet.line(LEFT, _baseline(row), SIZE, line)
    return row + 1
