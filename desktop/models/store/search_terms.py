"""How a document and a typed query become search keys: pure text work, no SQL.

A document's lookup values are kept as lines ``<field><value>``; a query is a set of needles that begin such a line.
Prefix searches are answered by equality: each value is stored under its prefixes of a few lengths (``STEPS``), so
that the newest hits stream out of the index without sorting all people named 王. What is typed beyond the longest
fitting prefix filters the stream, so the prefixes are spaced where a filter would find something soon.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

NAME, INITIALS, ID, ID_TAIL, PHONE_TAIL, NUMBER, NUMBER_TAIL, DIGITS = "n", "p", "i", "j", "t", "m", "r", "d"

STEPS: dict[str, tuple[int, ...]] = {
    NAME: (1, 2, 3),
    INITIALS: (1, 2, 3),
    ID: (6, 8, 9, 10, 12, 14),  # region, then the birth date: century, decade, year, month, day
    ID_TAIL: (4,),
    PHONE_TAIL: (4,),
    NUMBER: tuple(range(4, 17)),  # one office's numbers all begin alike: a filter would read them all
    NUMBER_TAIL: (4,),
    DIGITS: (4,),  # each four neighbouring digits of the text
}
WHY = {
    NAME: "name",
    INITIALS: "initials",
    ID: "id_prefix",
    ID_TAIL: "id_tail",
    PHONE_TAIL: "phone_tail",
    NUMBER: "number",
    NUMBER_TAIL: "number",
}
TEXT = "text"

MOST_BIGRAMS = 8
"""More make a query no narrower: every hit is compared with the stored text."""

# Characters newer than the running Python's Unicode tables (Extensions H, I) and private-use ones are words too.
_WORD = re.compile("(?:[^\\W_]|[\ue000-\uf8ff\U00020000-\U0010ffff])+")
_INVISIBLE = re.compile(
    "[\u00ad\u180b-\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff\U000e0100-\U000e01ef]"
)
_SPACES = re.compile(r"\s+")
_FOUR_DIGITS = re.compile("(?=([0-9]{4}))")


@dataclass(frozen=True, slots=True)
class SearchDoc:
    """What one petitioner, matter or visit may be found by.

    ``at_ms`` UTC milliseconds, orders the hits; ``initials`` every way the names' pinyin initials may be typed;
    ``texts`` summary, request, address …; ``numbers`` 登记编号, 文号, query code.
    """

    kind: str
    ref: str
    at_ms: int
    names: tuple[str, ...] = ()
    id_number: str = ""
    phones: tuple[str, ...] = ()
    initials: tuple[str, ...] = ()
    texts: tuple[str, ...] = ()
    numbers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Term:
    """One blank-separated part of a query: it is met by any of ``looks`` or by all of ``runs`` in the text."""

    looks: tuple[tuple[str, str], ...]
    runs: tuple[str, ...]
    digits: str = ""
    """Of a term that is all digits, four that are in every text that meets it: looked up like a key, because the pairs
    of digits are few and each stands in so many texts that finding a text with all of them reads the whole index."""

    def met_by(self, keys: str, body: str) -> str | None:
        """Which key of a document meets the term, or None."""
        for field, value in self.looks:
            if f"\n{field}{value}" in keys:
                return WHY[field]
        if self.runs and all(run in body for run in self.runs):
            return TEXT
        return None

    @property
    def weight(self) -> tuple[bool, int]:
        """How narrow the term is likely to be: digits before words, long before short."""
        longest = max((len(value) for _, value in self.looks), default=sum(map(len, self.runs)))
        return (any(field in {PHONE_TAIL, ID_TAIL, ID} for field, _ in self.looks), longest)


def words(text: str) -> list[str]:
    """The runs of letters, digits and characters, folded: full width, case and invisible marks make no difference."""
    return _WORD.findall(_INVISIBLE.sub("", unicodedata.normalize("NFKC", text)).casefold())


def fold(text: str) -> str:
    """All word characters in one run: a name with or without its dot, a phone with or without its dashes."""
    return "".join(words(text))


def document(doc: SearchDoc) -> tuple[str, str]:
    """The lookup lines and the body of a document. The body holds what free text is compared with."""
    lines: dict[str, None] = {}
    for name in doc.names:
        lines[NAME + fold(name)] = None
    for said in doc.initials:
        lines[INITIALS + fold(said)] = None
    if id_number := fold(doc.id_number):
        lines[ID + id_number] = None
        lines[ID_TAIL + id_number[::-1]] = None
    for phone in doc.phones:
        lines[PHONE_TAIL + _digits(phone)[::-1]] = None
    for number in filter(str.isascii, doc.numbers):
        lines[NUMBER + fold(number)] = None
        lines[NUMBER_TAIL + _digits(number)[::-1]] = None
    spoken = [number for number in doc.numbers if not number.isascii()]  # 文号; bare digits would crowd the pairs
    body = " ".join(word for text in (*spoken, *doc.names, *doc.texts) for word in words(text))
    keys = "".join(f"\n{line}" for line in lines if len(line) > 1)
    return keys + digit_keys(body), body


def digit_keys(body: str) -> str:
    """The lookup lines that stand for the digits of a text."""
    return "".join(f"\n{DIGITS}{four}" for four in dict.fromkeys(_FOUR_DIGITS.findall(body)))


def key_rows(keys: str) -> Iterator[tuple[str, str]]:
    """``(key, rest)`` of each lookup line at each of its steps."""
    for line in keys.split("\n"):
        for step in STEPS.get(line[:1], ()):
            if len(line) > step:
                yield line[: step + 1], line[step + 1 :]


def bigrams(runs: Iterable[str]) -> list[str]:
    """The distinct pairs of neighbouring characters (code points), in order."""
    return list(dict.fromkeys(run[at : at + 2] for run in runs for at in range(len(run) - 1)))


def step_of(field: str, value: str) -> tuple[str, str] | None:
    """The stored key a look starts from, and what must follow it; None when the value is too short to look for."""
    fitting = [step for step in STEPS[field] if step <= len(value)]
    return (field + value[: fitting[-1]], value[fitting[-1] :]) if fitting else None


def query(text: str) -> list[Term]:
    """The terms of a typed query, narrowest first; empty when nothing in it can be searched."""
    whole = fold(text)
    parts = [text] if _is_digits(whole) else _SPACES.split(text.strip())
    terms = [term for term in map(_term, parts) if term.looks or term.runs]
    return sorted(terms, key=lambda term: term.weight, reverse=True)


def _term(part: str) -> Term:
    folded, runs = fold(part), tuple(words(part))
    looks: list[tuple[str, str]] = []
    if _is_digits(folded):
        plain = folded.isdigit()
        backwards = folded[::-1]
        looks = [(ID_TAIL, backwards), (ID, folded), (NUMBER, folded)]
        if plain:
            looks = [(PHONE_TAIL, backwards), *looks, (NUMBER_TAIL, backwards)]
    elif folded.isascii():
        looks = [(INITIALS, folded)] if folded.isalpha() else []
        looks.append((NUMBER, folded))
    else:
        looks = [(NAME, folded)]
    runs = runs if any(len(run) > 1 for run in runs) else ()
    longest = max(runs, key=len, default="") if _is_digits(folded) else ""
    # The last four: numbers and dates begin alike.
    digits = (_FOUR_DIGITS.findall(longest) or [""])[-1]
    return Term(tuple(look for look in looks if step_of(*look)), runs, digits)


def _is_digits(folded: str) -> bool:
    return folded.isascii() and folded.removesuffix("x").isdigit()


def _digits(text: str) -> str:
    return "".join(char for char in fold(text) if char in "0123456789")
