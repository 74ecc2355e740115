"""The A4 page of an official notice: margins 37, 28, 26, 35 mm, 22 lines of 28 characters in 16 pt 仿宋 (GB/T 9704)."""

from __future__ import annotations

from dataclasses import dataclass, field

from desktop.printing.breaking import Line, balanced, break_text, set_line
from desktop.printing.sheet import A4, MM, Sheet

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


@dataclass(slots=True)
class Notice:
    """The parts of a notice before they meet a page."""

    organ: str
    title: str
    document_number: str
    addressee: str
    paragraphs: list[tuple[str, str]] = field(default_factory=list)  # (fixed words, whole text)
    signature: Signature = field(default_factory=lambda: Signature("", ""))


def draw(sheet: Sheet, notice: Notice) -> None:
    """Draws the notice over as many pages as it needs; the signature never stands alone on one."""
    row = _heading(sheet, notice)
    lines: list[Line] = break_text("fang", notice.addressee + "：", MEASURE, gap=GAP)
    sheet.fixed("fang", "：")
    for fixed, whole in notice.paragraphs:
        sheet.fixed("fang", fixed)
        lines.extend(break_text("fang", whole, MEASURE, indent=2 * (1 + GAP), gap=GAP))
    # the organ, the date, and a blank line unless the last line of text leaves the seal its half of the page
    closing = 1 + len(_organ_lines(notice.signature.organ)) + (lines[-1].width > MEASURE / 2)
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
    _close(sheet, notice, row)


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
    if notice.document_number:
        middle = LEFT + WIDTH / 2
        sheet.text(middle, _baseline(row + 0.35), SIZE, "fang", notice.document_number, align="centre")
    return row + 2


def _organ_lines(organ: str) -> list[str]:
    return [line.text for line in break_text("fang", organ, MEASURE - 4, spread=False)]


def _close(sheet: Sheet, notice: Notice, row: int) -> None:
    """Organ centred above its date, the date four characters in from the right, room for the seal over both."""
    cell = WIDTH / COLUMNS
    organ = _organ_lines(notice.signature.organ)
    row += min(2, ROWS - row - len(organ) - 1)
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
