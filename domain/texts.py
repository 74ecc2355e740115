"""Text as typed, pasted or read from a card: what may stay in a record, counted in characters as people count them.

No Unicode normalisation is done: NFC and NFKC would replace characters of a name by others (U+F92C 郎 by 郎), and the
name on the identity card is the name. For comparing, use ``search_key``.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from domain.refusals import Refusal

_BIDI = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_ZERO_WIDTH = frozenset("\u00ad\u180e\u200b\u200c\u200d\u2060\u2061\u2062\u2063\u2064\ufeff\ufff9\ufffa\ufffb")
_JOINERS = frozenset("\u180e\u200c\u200d")  # carry meaning inside Mongolian and Uyghur words, nowhere else here
# Every character that ``_unwanted`` may object to. Most texts hold none, and are not walked through one by one.
_DOUBTFUL = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\U000e0000-\U000e007f"
    + "".join(sorted(_BIDI | _ZERO_WIDTH))
    + "".join(chr(plane << 16 | 0xFFFE) + chr(plane << 16 | 0xFFFF) for plane in range(17))
    + "]"
)
_LINE_ENDS = re.compile("\r\n|[\r\n\v\f\u0085\u2028\u2029]")
_TABS = re.compile(r"[ \u3000]*\t+[ \u3000]*")
_HALF = {0xFF01 + n: 0x21 + n for n in range(94)} | {0x3000: 0x20}
_HALF_DIGITS = {0xFF10 + n: 0x30 + n for n in range(10)}
# Characters newer than the running Python's own Unicode tables (Extensions H, I) and private-use ones are words too.
_NOT_WORDS = re.compile("[^\\w\ue000-\uf8ff\U00020000-\U0003ffff]+|_+")


@dataclass(frozen=True, slots=True)
class CleanText:
    """A text fit for the record; ``removed`` counts what was taken out by kind, ``replaced`` lists (old, new) pairs.

    Kinds of ``removed``: ``control``, ``bidi``, ``zero_width``, ``surrogate``, ``noncharacter``.
    """

    text: str
    removed: tuple[tuple[str, int], ...] = ()
    replaced: tuple[tuple[str, str], ...] = ()


_NOTHING = CleanText("")


def clean(
    text: str,
    *,
    multiline: bool = False,
    limit: int | None = None,
    field: str | None = None,
    private_use: Mapping[str, str] | None = None,
) -> CleanText:
    """Make a text fit for the record; ``text_too_long`` when over ``limit`` characters (code points) afterwards.

    Removes control, direction and zero-width characters; line ends become ``\\n`` (one line: an ideographic space);
    the tabs of a pasted table become `` | `` (one line: an ideographic space); blanks at the ends go. ``private_use``
    maps old GB 18030 private-use characters to the standard ones.
    """
    if not text:
        return _NOTHING
    removed: Counter[str] | None = None
    replaced: dict[str, str] = {}
    whole = _LINE_ENDS.sub("\n", text)
    if _DOUBTFUL.search(whole) or (private_use and not private_use.keys().isdisjoint(whole)):
        removed = Counter()
        whole = _sifted(whole, private_use or {}, removed, replaced)
    if "\n" not in whole and "\t" not in whole:
        whole = whole.strip()
    elif multiline:
        lines = [_TABS.sub(" | ", line.strip()).rstrip() for line in whole.split("\n")]
        whole = "\n".join(lines).strip("\n")
    else:
        whole = re.sub(r"[ \u3000]*[\t\n]+[ \t\n\u3000]*", "\u3000", whole.strip())
    if limit is not None and len(whole) > limit:
        facts = {"limit": limit, "length": len(whole), "over": len(whole) - limit}
        raise Refusal("text_too_long", field=field, facts=facts)
    return CleanText(whole, tuple(sorted(removed.items())) if removed else (), tuple(replaced.items()))


def clean_text(
    text: str,
    *,
    multiline: bool,
    limit: int,
    field: str,
    private_use: Mapping[str, str] | None = None,
) -> str:
    """The text of :func:`clean`, for whoever does not ask what was taken out."""
    if text.isprintable() and len(text) <= limit:  # no line end, no tab, nothing doubtful, nothing for private use
        return text.strip()
    return clean(text, multiline=multiline, limit=limit, field=field, private_use=private_use).text


def to_halfwidth_digits(text: str) -> str:
    """Full-width digits ０–９ as 0–9; everything else untouched."""
    return text if text.isascii() else text.translate(_HALF_DIGITS)


def to_halfwidth(text: str) -> str:
    """Full-width letters, digits and signs as ASCII, the ideographic space as a blank: for numbers, never for names."""
    return text if text.isascii() else text.translate(_HALF)


def search_key(text: str) -> str:
    """The text for comparing only: compatibility forms folded, letters lower case, punctuation and blanks gone."""
    return _NOT_WORDS.sub("", unicodedata.normalize("NFKC", text).casefold())


def _sifted(source: str, private_use: Mapping[str, str], removed: Counter[str], replaced: dict[str, str]) -> str:
    kept: list[str] = []
    for index, char in enumerate(source):
        kind = _unwanted(source, index)
        if kind is not None:
            removed[kind] += 1
            continue
        standard = private_use.get(char)
        if standard is not None:
            replaced[char] = standard
        kept.append(char if standard is None else standard)
    return "".join(kept)


def _unwanted(text: str, index: int) -> str | None:
    char = text[index]
    point = ord(char)
    if point < 0x20 or 0x7F <= point < 0xA0:
        return None if char in "\n\t" else "control"
    if point < 0xAD:
        return None
    if char in _BIDI:
        return "bidi"
    if char in _ZERO_WIDTH:
        inside = char in _JOINERS and 0 < index < len(text) - 1 and _joins(text[index - 1]) and _joins(text[index + 1])
        return None if inside else "zero_width"
    if 0xD800 <= point <= 0xDFFF:
        return "surrogate"
    if point & 0xFFFE == 0xFFFE or 0xFDD0 <= point <= 0xFDEF:
        return "noncharacter"
    if 0xE0000 <= point <= 0xE007F:
        return "zero_width"
    return None


def _joins(char: str) -> bool:
    return "\u0600" <= char <= "\u06ff" or "\u0750" <= char <= "\u077f" or "\u1800" <= char <= "\u18af"
