"""Where a line of Chinese may end: prohibition rules, squeezed marks, whole words; knows widths in em, not paper.

The rules of line composition used here: a closing mark never starts a line, an opening mark never ends one, dashes and
ellipses stay in pairs, Latin words and figures with their unit stay whole, and names joined by · are not torn at the
dot. A mark that would start the next line is drawn in by squeezing the blank halves of marks on its line; only when
that is not enough does a character move down, and the line is then spread to the full measure.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from desktop.printing.faces import Face, find

JOIN = "\u2060"
"""WORD JOINER: between two characters it forbids a break; it has no width and never reaches paper."""

_CLOSING = "，。、；：？！）】》」』〕〉”’］｝"
_OPENING = "（【《「『〔〈“‘［｛"
_NOT_START = frozenset(_CLOSING + "·•‧—…～~％%℃‰°,.;:?!)]}>'\"ー々")
_NOT_END = frozenset(_OPENING + "·•‧¥￥＄$£№#([{<")
_HALF_BLANK = frozenset("，。、；：）】》」』〕〉”’（【《「『〔〈“‘")
_CLOSING_SET = frozenset(_CLOSING)
_OPENING_SET = frozenset(_OPENING)
_PAIRS = frozenset("—…")
_WORD = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-/@:+&=*%?#~'")
_DIGITS = frozenset("0123456789０１２３４５６７８９")
_UNITS = frozenset("年月日时分秒号条款项元人件页份次个名户亩岁米％%℃")
_WIDEST_GAP = 0.25  # em; a line that would have to be spread further is left ragged

_LINE_END = re.compile("\r\n|[\r\u2028\u2029\x85]")
_SPACES = re.compile("[\t\v\f\u00a0\u2000-\u200a\u202f\u205f]")
_INKLESS = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2061-\u206f\ufeff\ufe00-\ufe0f\U000e0100-\U000e01ef]")
"""Direction marks, joiners, variant selectors: without a shape, so nothing is lost on paper. JOIN is kept for us."""

Glyph = tuple[Face, int, float, float]
"""Face, glyph number, advance (em), gap after it (em)."""


@dataclass(frozen=True, slots=True)
class Line:
    """One set line: glyphs, how far it is indented and how wide it came out (em), and the characters it shows."""

    glyphs: tuple[Glyph, ...]
    indent: float
    width: float
    text: str


def clean(text: str) -> str:
    """Text as paper takes it: tabs and odd spaces become one space, line ends become ``\\n``, shapeless marks go."""
    text = _LINE_END.sub("\n", text)
    return _INKLESS.sub("", _SPACES.sub(" ", text))


def unbroken(text: str, longest: int = 16) -> str:
    """The text with no place to break inside it, for names and numbers short enough to stay whole."""
    return JOIN.join(text) if len(text) <= longest else text


def set_line(style: str, text: str, gap: float = 0.0) -> Line:
    """The whole text on one line, however wide."""
    glyphs = tuple((*find(style, char), gap) for char in clean(text).replace("\n", " ") if char != JOIN)
    return Line(glyphs, 0.0, sum(g[2] + g[3] for g in glyphs), text)


def break_text(
    style: str, text: str, measure: float, *, indent: float = 0.0, gap: float = 0.0, spread: bool = True
) -> list[Line]:
    """The text in lines no wider than ``measure`` em; every paragraph's first line starts ``indent`` em in.

    ``gap`` is added after every character (the grid's tightening). Raises Refusal ``character_unprintable``.
    """
    lines: list[Line] = []
    for paragraph in clean(text).split("\n"):
        lines.extend(_paragraph(style, paragraph.rstrip(" "), measure, indent, gap, spread))
    return lines


def balanced(style: str, text: str, measure: float) -> list[str]:
    """A title in as few lines as fit, of about equal length."""
    whole = set_line(style, text).width
    parts = 1 + int((whole - 1e-6) // measure)
    if parts == 1:
        return [text]
    while True:
        lines = break_text(style, text, min(measure, whole / parts + 1), spread=False)
        if len(lines) <= parts or parts > len(text):
            return [line.text for line in lines]
        parts += 1


def _paragraph(style: str, text: str, measure: float, indent: float, gap: float, spread: bool) -> list[Line]:
    chars: list[str] = []
    tied: set[int] = set()
    for char in text:
        if char == JOIN:
            tied.add(len(chars))
        else:
            chars.append(char)
    drawn = [find(style, char) for char in chars]
    widths = [each[2] + gap for each in drawn]
    lines: list[Line] = []
    start, count = 0, len(chars)
    while start < count:
        room = measure - (indent if not lines else 0.0)
        end, squeeze = _line_end(chars, widths, tied, start, room)
        last = end == count
        lines.append(_compose(chars, drawn, start, end, room, gap, squeeze, spread and not last, measure - room))
        start = end
        while start < count and chars[start] in " \u3000":
            start += 1
    return lines or [Line((), indent, 0.0, "")]


def _may_break(chars: list[str], tied: set[int], at: int) -> bool:
    """Whether a line may end before ``chars[at]``."""
    before, after = chars[at - 1], chars[at]
    if at in tied or after in _NOT_START or before in _NOT_END:
        # a dash or an ellipsis may start a line only if it is not the second of its pair, and this rule forbids both
        return False
    if before in _WORD and after in _WORD:
        return False
    return not ((before in _DIGITS and after in _UNITS) or (before == "第" and after in _DIGITS))


def _line_end(chars: list[str], widths: list[float], tied: set[int], start: int, room: float) -> tuple[int, float]:
    """Where the line that begins at ``start`` ends, and by how many em its marks must be squeezed."""
    used, at, count = 0.0, start, len(chars)
    while at < count and used + widths[at] <= room + 1e-6:
        used += widths[at]
        at += 1
    if at == count:
        return count, 0.0
    if chars[at] == " ":
        return at, 0.0
    if at > start and _may_break(chars, tied, at):
        return at, 0.0
    # try to draw in what may not start the next line
    further, wide = at, used
    while further < count and further - at < 4:
        wide += widths[further]
        further += 1
        if further == count or _may_break(chars, tied, further):
            if wide - room <= 0.5 * _squeezable(chars, start, further):
                return further, wide - room
            break
    back = at
    while back > start + 1 and not _may_break(chars, tied, back):
        back -= 1
    if back > start + 1 or (back == start + 1 and _may_break(chars, tied, back)):
        return back, 0.0
    return max(at, start + 1), 0.0  # one word wider than the line: cut where it ends


def _squeezable(chars: list[str], start: int, end: int) -> int:
    return sum(
        1 for i in range(start, end) if chars[i] in _HALF_BLANK and not (i == start and chars[i] in _OPENING_SET)
    )


def _compose(  # noqa: PLR0917 - called once, in the order of the paragraph's own variables
    chars: list[str],
    drawn: list[tuple[Face, int, float]],
    start: int,
    end: int,
    room: float,
    gap: float,
    squeeze: float,
    spread: bool,
    indent: float,
) -> Line:
    while end > start and chars[end - 1] == " ":
        end -= 1
    gaps = [gap] * (end - start)
    if squeeze > 0:
        share = squeeze / _squeezable(chars, start, end)
        for i in range(start, end):
            if chars[i] in _CLOSING_SET and chars[i] in _HALF_BLANK:
                gaps[i - start] -= share
            elif chars[i] in _OPENING_SET and i > start:
                gaps[i - start - 1] -= share
    elif spread and end - start > 1:
        natural = sum(drawn[i][2] for i in range(start, end)) + gap * (end - start - 1)
        more = (room - natural) / (end - start - 1)
        if 0 < more <= _WIDEST_GAP:
            gaps = [gap + more] * (end - start)
    glyphs = tuple((*drawn[i], gaps[i - start]) for i in range(start, end))
    # a squeezed mark at the end stands with its blank half beyond the measure: its share counts, the usual gap does not
    after_last = gap if squeeze > 0 else (gaps[-1] if gaps else 0.0)
    width = sum(g[2] + g[3] for g in glyphs) - after_last
    return Line(glyphs, indent, width, "".join(chars[start:end]))
