"""Ruled tables that flow over pages: rows of labelled cells, tall rows split between lines, groups kept together."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from desktop.printing.breaking import Line, break_text
from desktop.printing.sheet import MM, Sheet


@dataclass(frozen=True, slots=True)
class Cell:
    """Text over ``span`` columns; a label is set in 黑体 and centred. ``lines`` is the least height in lines."""

    text: str = ""
    span: int = 1
    label: bool = False
    centre: bool = False
    lines: int = 1
    indent: float = 0.0
    fixed: bool = False
    middle: bool = False
    """A short text in a high row stands in its middle, where a pen goes on."""


def label(text: str, span: int = 1) -> Cell:
    return Cell(text, span, label=True, centre=True, fixed=True)


@dataclass(frozen=True, slots=True)
class Row:
    """Cells side by side; ``keep`` ties the row to the one after it."""

    cells: tuple[Cell, ...]
    keep: bool = False
    shares: tuple[float, ...] = ()  # of the table's width, for a row with columns of its own


@dataclass(slots=True)
class Frame:
    """Where on the sheet a table may stand: left edge, column widths, first y, last y, and what to do on a new page."""

    left: float
    columns: Sequence[float]
    y: float
    bottom: float
    next_page: Callable[[], float]
    size: float = 10.5
    pitch: float = 15.0
    pad: float = 1.1 * MM


_AHEAD = 3  # the fewest lines of a split row on either page
_Set = list[tuple[Cell, float, float, list[Line]]]  # cell, x, width, lines


def draw(sheet: Sheet, frame: Frame, rows: Sequence[Row]) -> float:
    """Draws the rows from ``frame.y`` on; returns the y below the last."""
    at = 0
    while at < len(rows):
        group = [rows[at]]
        while group[-1].keep and at + len(group) < len(rows):
            group.append(rows[at + len(group)])
        made = [_set(sheet, frame, row) for row in group]
        after = sum(_height(frame, each) for each in made)
        for each in made:
            after -= _height(frame, each)
            _place(sheet, frame, each, after)
        at += len(group)
    return frame.y


def _set(sheet: Sheet, frame: Frame, row: Row) -> _Set:
    made: _Set = []
    column, x = 0, frame.left
    columns = [share * sum(frame.columns) for share in row.shares] or frame.columns
    for cell in row.cells:
        width = sum(columns[column : column + cell.span])
        style = "hei" if cell.label else "fang"
        if cell.fixed:
            sheet.fixed(style, cell.text)
        measure = (width - 2 * frame.pad) / frame.size
        made.append((cell, x, width, break_text(style, cell.text, measure, indent=cell.indent, spread=measure > 20)))
        column += cell.span
        x += width
    return made


def _height(frame: Frame, made: _Set) -> float:
    return max(max(len(lines), cell.lines) for cell, _, _, lines in made) * frame.pitch + 2 * frame.pad


def _place(sheet: Sheet, frame: Frame, made: _Set, after: float) -> None:
    """One row, with ``after`` points below it for the rows it is tied to.

    A row that fits without them sends its last lines ahead to the next page, or goes there whole when it is short.
    """
    while True:
        height = _height(frame, made)
        room = frame.bottom - frame.y
        tall = max(len(lines) for _, _, _, lines in made)
        if height + after <= room:
            _paint(sheet, frame, made, height)
            return
        fit = int((room - 2 * frame.pad) // frame.pitch)
        fit = min(fit, tall - (_AHEAD if tall - fit < _AHEAD else 0))
        if fit < _AHEAD or tall < 2 * _AHEAD:
            top = frame.y
            frame.y = frame.next_page()
            if frame.y >= top:  # already at the top of a page: the group is taller than a page and cannot stay together
                after = 0.0
            continue
        head: _Set = [(cell, x, w, lines if cell.label else lines[:fit]) for cell, x, w, lines in made]
        _paint(sheet, frame, head, fit * frame.pitch + 2 * frame.pad)
        made = [(cell, x, w, lines if cell.label else lines[fit:]) for cell, x, w, lines in made]
        frame.y = frame.next_page()


def _paint(sheet: Sheet, frame: Frame, made: _Set, height: float) -> None:
    tall = max(len(lines) for _, _, _, lines in made)
    for cell, x, width, lines in made:
        sheet.box(x, frame.y, width, height)
        block = len(lines) * frame.pitch
        low = cell.lines > len(lines) and not cell.label
        free = height - 2 * frame.pad - block
        top = (
            frame.y
            + frame.pad
            + (0 if not cell.middle and (low or (len(lines) == tall and not cell.label)) else free / 2)
        )
        for i, line in enumerate(lines):
            y = top + i * frame.pitch + (frame.pitch - frame.size) / 2 + 0.86 * frame.size
            shift = (width - 2 * frame.pad - line.width * frame.size) / 2 if cell.centre else 0.0
            sheet.line(x + frame.pad + shift, y, frame.size, line)
    frame.y += height
