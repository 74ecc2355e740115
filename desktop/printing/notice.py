"""The A4 page of an official notice: margins 37, 28, 26, 35 mm, 22 lines of 28 characters in 16 pt 仿宋 (GB/T 9704).

In large type 大字版 the same margins hold 16 lines of 20 characters in 22 pt 二号, as far apart for their size.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from desktop.printing.breaking import Line, balanced, break_text, set_line
from desktop.printing.sheet import A4, MM, RED, Sheet

TOP, LEFT, RIGHT, BOTTOM = 37 * MM, 28 * MM, 26 * MM, 35 * MM
WIDTH = A4[0] - LEFT - RIGHT
_RISE = 0.88  # baseline below the top of the em box, in em


@dataclass(frozen=True, slots=True)
class Grid:
    """Lines of so many characters that fill the page between its margins."""

    size: float
    """Points of the body."""
    rows: int
    columns: int
    title: float

    @property
    def pitch(self) -> float:
        """Points from line to line."""
        return (A4[1] - TOP - BOTTOM) / self.rows

    @property
    def cell(self) -> float:
        """Points a character takes."""
        return WIDTH / self.columns

    @property
    def gap(self) -> float:
        """em added after each character so that a line is filled (a little less than nothing, or a little more)."""
        return self.cell / self.size - 1

    @property
    def measure(self) -> float:
        """em; the last character of a line needs no room for the gap after it."""
        return WIDTH / self.size - self.gap

    def baseline(self, row: float, size: float = 0.0) -> float:
        """y of a line's baseline; of a size of its own when one is given."""
        return TOP + row * self.pitch + _RISE * (size or self.size)


USUAL = Grid(16.0, 22, 28, 22.0)
LARGE = Grid(22.0, 16, 20, 26.0)


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
    grid: Grid = USUAL
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
    grid = notice.grid
    row = _letterhead(sheet, notice) if notice.letter else _heading(sheet, notice)
    lines: list[Line] = []
    if notice.addressee:
        lines += break_text("fang", notice.addressee + "：", grid.measure, gap=grid.gap)
        sheet.fixed("fang", "：")
    heads: set[int] = set()  # lines that may not end a page
    for each in notice.paragraphs:
        begin = len(lines)
        lines += _set(sheet, grid, each)
        heads.update(range(begin, len(lines)) if each.style == "hei" else ())
    notes = [line for text in notice.notes for line in _lines(grid, "fang", text, 2.0)]
    # the organ, the date, and a blank line unless the last line of text leaves the seal its half of the page
    closing = 1 + len(_organ_lines(notice)) + (lines[-1].width > grid.measure / 2) + len(notes)
    at = 0
    while at < len(lines):
        room = grid.rows - row
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
            sheet.line(LEFT, grid.baseline(row), grid.size, line)
            row += 1
        at += max(room, 0)
        if at < len(lines):
            sheet.new_page()
            row = 0
    if row + closing > grid.rows:
        sheet.new_page()
        row = 0
    row = _close(sheet, notice, row, notes)
    if notice.reply:
        _reply(sheet, grid, notice.reply, row)


def _lines(grid: Grid, style: str, text: str, indent: float) -> list[Line]:
    return break_text(style, text, grid.measure, indent=indent * (1 + grid.gap), gap=grid.gap)


def _set(sheet: Sheet, grid: Grid, paragraph: Paragraph) -> list[Line]:
    sheet.fixed(paragraph.style, paragraph.fixed)
    lines = _lines(grid, paragraph.style, paragraph.text, paragraph.indent)
    return [Line((), 0.0, 0.0, ""), *lines] if paragraph.after_blank else lines


def _reply(sheet: Sheet, grid: Grid, paragraphs: list[Paragraph], row: int) -> None:
    """The part that comes back: under a line to cut along, whole on one page."""
    lines = [line for each in paragraphs for line in _set(sheet, grid, each)]
    if row + 2 + len(lines) > grid.rows:
        sheet.new_page()
        row = 0
    else:
        row += 1
    y = TOP + (row + 0.5) * grid.pitch
    sheet.dashes(LEFT, y, LEFT + WIDTH, y)
    for line in lines:
        row += 1
        sheet.line(LEFT, grid.baseline(row), grid.size, line)


def _heading(sheet: Sheet, notice: Notice) -> int:
    """Organ, title, document number; returns the first free row."""
    grid, row = notice.grid, 0
    for text in (notice.organ, notice.title):
        for part in balanced("title", text, WIDTH / grid.title):
            y = grid.baseline(row, grid.title)
            sheet.text(LEFT + WIDTH / 2, y, grid.title, "title", part, align="centre")
            row += 1
    sheet.fixed("title", notice.title)
    if notice.document_number and notice.signer:  # a report upward: the number at the left, who signed it at the right
        y, cell = grid.baseline(row + 0.35), grid.cell
        signer = f"签发人：{notice.signer}"
        used = sheet.text(LEFT + cell, y, grid.size, "fang", notice.document_number)
        if used + set_line("fang", signer).width * grid.size > WIDTH - 3 * cell:
            row += 1
            y = grid.baseline(row + 0.35)
        sheet.text(LEFT + WIDTH - cell, y, grid.size, "fang", signer, align="right")
        sheet.fixed("fang", "签发人：")
    elif notice.document_number:
        y = grid.baseline(row + 0.35)
        sheet.text(LEFT + WIDTH / 2, y, grid.size, "fang", notice.document_number, align="centre")
    return row + 2


def _letterhead(sheet: Sheet, notice: Notice) -> int:
    """信函格式: the mark 30 mm from the edge, a red double rule 170 mm wide under it and one above the foot."""
    grid = notice.grid
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
    y += (
        3.5 + (7 / 8 + _RISE) * grid.size
    )  # the number's top is 7/8 of its height below the rule, the title two lines lower
    if notice.document_number:
        sheet.text(LEFT + WIDTH, y, grid.size, "fang", notice.document_number, align="right")
    row = -int(-(y - TOP) // grid.pitch) + 2
    for part in balanced("title", notice.title, WIDTH / grid.title):
        sheet.text(A4[0] / 2, grid.baseline(row, grid.title), grid.title, "title", part, align="centre")
        row += 1
    sheet.fixed("title", notice.title)
    return row + 1


def _organ_lines(notice: Notice) -> list[str]:
    return [line.text for line in break_text("fang", notice.signature.organ, notice.grid.measure - 4, spread=False)]


def _close(sheet: Sheet, notice: Notice, row: int, notes: list[Line]) -> int:
    """Organ centred above its date, the date four characters in from the right, room for the seal over both.

    Returns the first free row after the notes under it.
    """
    grid = notice.grid
    size, gap = grid.size, grid.gap
    organ = _organ_lines(notice)
    row += min(2, grid.rows - row - len(organ) - 1 - len(notes))
    date_width = max(set_line("fang", notice.signature.date, gap).width, 1.0) * size
    right = LEFT + WIDTH - 4 * grid.cell
    widest = max(set_line("fang", part, gap).width for part in organ) * size
    middle = min(right - date_width / 2, LEFT + WIDTH - widest / 2)
    seal = 9.0
    sheet.text(middle, grid.baseline(row - 0.55, seal), seal, "fang", "（印章）", grey=0.6, align="centre")
    for part in organ:
        sheet.text(middle, grid.baseline(row), size, "fang", part, gap=gap, align="centre")
        row += 1
    sheet.text(right, grid.baseline(row), size, "fang", notice.signature.date, gap=gap, align="right")
    sheet.fixed("fang", "（印章）年月日0123456789")
    for line in notes:
        row += 1
        sheet.line(LEFT, grid.baseline(row), grid.size, line)
    return row + 1
