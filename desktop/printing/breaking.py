"""Where a line of Chinese may end: prohibition rules, squeezed marks, whole words; knows widths in em, not paper.

The rules of GB/T 15834 and of W3C's requirements for Chinese layout: a closing mark never starts a line, an opening
mark never ends one, a solidus does neither, dashes and ellipses stay in pairs, Latin words and figures with their unit
stay whole, names joined by · are not torn at the dot, names of the people of a paper are not torn at all, and no
paragraph ends in a line of one character where that can be helped. A mark that would start the next line is drawn in by
squeezing blanks on its line, first where the grid suffers least; only when that is not enough does a character move
down, and the line is then spread to the measure.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from desktop.printing.faces import Face, find_all

JOIN = "\u2060"
"""WORD JOINER: between two characters it forbids a break; it has no width and never reaches paper."""

_CLOSING = "，。、．；：？！‼⁇⁈⁉）】》」』〕〉〗〙〛”’］｝｠"
_OPENING = "（【《「『〔〈〖〘〚“‘［｛｟"
_NOT_START = frozenset(_CLOSING + "·•‧・–—―…⋯～〜/／%％‰℃℉°′″,.;:?!)]}>'\"ー々〻ゝゞヽヾ")
_NOT_END = frozenset(_OPENING + "·•‧・/／¥￥＄$£￡€№#＃([{<")
_HALF_BLANK = frozenset("，。、．；：）】》」』〕〉〗〙〛”’］｝（【《「『〔〈〖〘〚“‘［｛")
_CLOSING_SET = frozenset(_CLOSING) & _HALF_BLANK
_MARKS = frozenset(_CLOSING + _OPENING + "…—")
_WORD = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-/@:+&=*%?#~'")
_DIGITS = frozenset("0123456789０１２３４５６７８９")
_UNITS = frozenset("年月日天周时分秒号条款项元角万亿人件页份次个名户亩岁米克吨升种套张册位里栋层楼室级期起％%‰℃")
_BEFORE_FIGURES = frozenset("第年月")
"""Han that figures follow without a space though no figure stands before them."""
_LONGEST_WHOLE = 6
"""Characters of a name that is never torn; a longer one may end a line after its dots."""
_KEPT: Final[ContextVar[tuple[str, ...]]] = ContextVar("names kept whole", default=())
_JOINT = 0.25  # em between Han and Latin or figures in running text
_WIDEST_GAP = 0.25  # em on the average; a line that would have to be spread further is left ragged

_HAN = "[\u3005\u3007\u3021-\u3029\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]"
_CHANGES = re.compile(f"(?={_HAN}[A-Za-z0-9]|[A-Za-z0-9]{_HAN})")
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


def unbroken(text: str, longest: int = 24) -> str:
    """The text with no place to break inside it, for names and numbers short enough to stay whole."""
    return JOIN.join(text) if len(text) <= longest else text


@contextmanager
def keeping(names: Iterable[str]) -> Iterator[None]:
    """While it lasts, no running text tears these names: a long one with dots ends a line after a dot, if it must."""
    token = _KEPT.set(tuple(sorted({clean(name) for name in names}, key=lambda name: (-len(name), name))))
    try:
        yield
    finally:
        _KEPT.reset(token)


@lru_cache(64)
def _any_of(names: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile("|".join(map(re.escape, names)))


def set_line(style: str, text: str, gap: float = 0.0) -> Line:
    """The whole text on one line, however wide."""
    glyphs = tuple((*each, gap) for each in find_all(style, clean(text).replace("\n", " ").replace(JOIN, "")))
    return Line(glyphs, 0.0, sum(g[2] + g[3] for g in glyphs), text)


def break_text(
    style: str, text: str, measure: float, *, indent: float = 0.0, gap: float = 0.0, spread: bool = True
) -> list[Line]:
    """The text in lines no wider than ``measure`` em; every paragraph's first line starts ``indent`` em in.

    ``gap`` is added after every character (the grid's tightening). ``spread`` says that it is running text: lines reach
    the measure, and Han stand a quarter em off Latin and figures. Raises Refusal ``character_unprintable``.
    """
    lines: list[Line] = []
    for paragraph in clean(text).split("\n"):
        lines.extend(_paragraph(_Run(style, paragraph.rstrip(" "), gap, spread), measure, indent))
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


class _Run:
    """The characters of a paragraph with what is known of each: its glyph, the gap after it, its blank half."""

    def __init__(self, style: str, text: str, gap: float, spread: bool) -> None:
        self.gap, self.spread = gap, spread
        self.tied: set[int] = set()
        at = 0
        for part in text.split(JOIN)[:-1]:
            at += len(part)
            self.tied.add(at)
        chars = self.chars = list(text.replace(JOIN, ""))
        self.dots: set[int] = set()
        """Where a line may end though a dot stands there: inside a long name of the people of the paper."""
        names = _KEPT.get()
        if names:
            self._tie(_any_of(names).finditer("".join(chars)))
        self.drawn = find_all(style, chars)
        self.joints = {at for at in map(_joint_at, _CHANGES.finditer("".join(chars))) if at >= 0} if spread else set()
        self.steps = [each[2] + gap for each in self.drawn]
        for i in self.joints:
            self.steps[i] += _JOINT

    def _tie(self, names: Iterable[re.Match[str]]) -> None:
        for name in names:
            start, end = name.span()
            if end - start > _LONGEST_WHOLE:
                self.dots.update(
                    at for at in range(start + 1, end) if self.chars[at - 1] == "·" and at not in self.tied
                )
            self.tied.update(at for at in range(start + 1, end) if at not in self.dots)

    def may_break(self, at: int) -> bool:
        """Whether a line may end before the character ``at``."""
        if at in self.dots:
            return True
        before, after = self.chars[at - 1], self.chars[at]
        if at in self.tied or not self.is_allowed(at) or (before in _WORD and after in _WORD):
            return False
        return not ((before in _DIGITS and after in _UNITS) or (before == "第" and after in _DIGITS))

    def is_allowed(self, at: int) -> bool:
        """Whether the prohibition rules let a line end there, be it in the middle of a word."""
        return self.chars[at] not in _NOT_START and self.chars[at - 1] not in _NOT_END

    def width(self, start: int, end: int) -> float:
        """em from the first character to the last, without the gap after it."""
        return sum(self.steps[start : end - 1]) + self.drawn[end - 1][2] if end > start else 0.0

    def slack(self, start: int, end: int) -> list[dict[int, float]]:
        """What a line can give, in the order in which it is taken: em by the character that the gap follows.

        First the blank half of a mark at the line's end, which then stands beyond the measure; then the blank between
        two marks; then the space between Han and Latin, down to an eighth; last the blanks of marks that stand alone.
        """
        blanks = set()
        for i in range(start, end):
            char = self.chars[i]
            if char in _HALF_BLANK and self.drawn[i][2] > 0.9:  # some faces have narrow quotation marks
                if char in _CLOSING_SET:
                    blanks.add(i)
                elif i > start:
                    blanks.add(i - 1)
        pairs = {i for i in blanks if i + 1 < end and self.chars[i] in _MARKS and self.chars[i + 1] in _MARKS}
        last = blanks & {end - 1}
        joints = dict.fromkeys((i for i in self.joints if start <= i < end - 1), _JOINT / 2)
        return [dict.fromkeys(last, 0.5), dict.fromkeys(pairs, 0.5), joints, dict.fromkeys(blanks - pairs - last, 0.5)]


def _joint_at(change: re.Match[str]) -> int:
    """The character after which Han meets Latin or a figure; -1 where a count meets its unit, or a unit the next count.

    2026年1月3日8时03分, 第23条, 3元5角.
    """
    at = change.start()
    before, after = change.string[at], change.string[at + 1]
    between = before in _UNITS and at > 0 and change.string[at - 1] in _DIGITS
    counted = (before in _DIGITS and after in _UNITS) or (after in _DIGITS and (before in _BEFORE_FIGURES or between))
    return -1 if counted else at


def _paragraph(run: _Run, measure: float, indent: float) -> list[Line]:
    ends: list[tuple[int, int, float]] = []  # start, end, room
    start, count = 0, len(run.chars)
    while start < count:
        room = measure - (0.0 if ends else indent)
        end = _line_end(run, start, room)
        ends.append((start, end, room))
        start = _skip(run, end)
    _keep_company(run, ends)
    lines = [_compose(run, *each, measure - each[2], last=each is ends[-1]) for each in ends]
    return lines or [Line((), indent, 0.0, "")]


def _skip(run: _Run, at: int) -> int:
    while at < len(run.chars) and run.chars[at] in " \u3000":
        at += 1
    return at


def _fits(run: _Run, start: int, end: int, room: float) -> bool:
    """Whether the characters fit in a line, squeezed if need be."""
    over = run.width(start, end) - room
    return over <= 1e-6 or over <= sum(sum(each.values()) for each in run.slack(start, end)) + 1e-6


def _line_end(run: _Run, start: int, room: float) -> int:
    """Where the line that begins at ``start`` ends."""
    chars, count = run.chars, len(run.chars)
    used, at = 0.0, start
    while at < count and used + run.drawn[at][2] <= room + 1e-6:
        used += run.steps[at]
        at += 1
    at = max(at, start + 1)
    if at == count or chars[at] == " " or run.may_break(at):
        return at
    for further in range(at + 1, min(at + 4, count) + 1):  # try to draw in what may not start the next line
        if further == count or run.may_break(further):
            if _fits(run, start, further, room):
                return further
            break
    for allowed in (run.may_break, run.is_allowed):  # a word wider than the line is cut, but not before a full stop
        back = at
        while back > start and not allowed(back):
            back -= 1
        if back > start:
            return back
    return at


def _keep_company(run: _Run, ends: list[tuple[int, int, float]]) -> None:
    """No paragraph ends in a line of one character: it goes up if the line before can be squeezed, or gets company."""
    if len(ends) < 2:
        return
    (start, end, room), (last, count, last_room) = ends[-2:]
    if sum(char not in _MARKS for char in run.chars[last:count]) > 1:
        return
    if _fits(run, start, count, room):
        ends[-2:] = [(start, count, room)]
        return
    for back in range(end - 1, start, -1):
        if run.width(start, back) < room - _WIDEST_GAP * (back - start - 1):
            return  # the line before would be too thin
        if run.may_break(back) and run.chars[back] != " ":
            if _fits(run, back, count, last_room):
                ends[-2:] = [(start, back, room), (back, count, last_room)]
            return


def _compose(run: _Run, start: int, end: int, room: float, indent: float, *, last: bool) -> Line:
    while end > start and run.chars[end - 1] == " ":
        end -= 1
    gaps = [run.gap] * (end - start)
    for i in run.joints:
        if start <= i < end - 1:
            gaps[i - start] += _JOINT
    over = run.width(start, end) - room
    if over > 1e-6:
        for level in run.slack(start, end):
            total = sum(level.values())
            part = min(1.0, over / total) if total else 0.0
            for i, most in level.items():
                gaps[i - start] -= part * most
            over -= part * total
            if over <= 1e-6:
                break
    elif run.spread and not last and end - start > 1 and -over / (end - start - 1) <= _WIDEST_GAP:
        _widen(run, start, end, gaps, -over)
    glyphs = tuple((*run.drawn[i], gaps[i - start]) for i in range(start, end))
    # a squeezed mark at the end stands with its blank half beyond the measure
    width = sum([g[2] + g[3] for g in glyphs]) - (run.gap if glyphs else 0.0)
    return Line(glyphs, indent, width, "".join(run.chars[start:end]))


def _widen(run: _Run, start: int, end: int, gaps: list[float], more: float) -> None:
    """Spreads a line to the measure: spaces and the joints of Latin take a quarter em each first, then all gaps."""
    places = [i - start for i in range(start, end - 1) if i in run.joints or run.chars[i] == " "]
    first = min(more, 0.25 * len(places))
    for i in places:
        gaps[i] += first / len(places)
    each = (more - first) / (end - start - 1)
    for i in range(end - start - 1):
        gaps[i] += each
