"""Wording 文书用语: an office's or a county's sentences of one form, read strictly and checked in law; versions by day.

The wording shipped with the program is the measure: whatever it says under some circumstance (a blank, an article of
law), a local one must say too. So nobody has to keep a second list of what a form must contain. A list of plain
sentences may be written anew; where the shipped wording carries layout (headings, cells), only the texts change.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from itertools import product
from types import MappingProxyType
from typing import Final, cast

from domain.beijing import iso_day
from domain.canonical import Json
from domain.refusals import Refusal
from domain.rules import region_prefix

Words = Mapping[str, Json]
"""What a form says, by part: sentences (``text`` with ``when`` or ``unless``), single texts, groups of them, tables.

``{name}`` is a blank, ``{name。}`` one that ends a sentence with one full stop."""

_BLANK: Final = re.compile(r"\{([^{}]*)\}")
NAMES: Final = frozenset({"when", "unless", "each", "style"})
"""Keys whose value names something: it is no text."""
_BRACE: Final = re.compile(r"[{}]")
_OLD_LAW: Final = re.compile(r"《信访条例》")
_BASIS: Final = re.compile(r"(?:根据|依据|依照|按照)[^，。；]{0,12}\Z")
_ARTICLE: Final = re.compile(r"第[一二三四五六七八九十百零]+条(?:第（[一二三四五六七八九十]+）项)?")
_REMEDY: Final = re.compile(
    r"行政复议[^。；]{0,12}行政诉讼|不服[^。；]{0,40}(?:行政复议|行政诉讼|提起诉讼)|(?:依法|可以)提起行政诉讼"
)
WITHOUT_REMEDY: Final = ("F01", "F02", "F03")
"""Forms that only ask or record; every other paper may not offer a suit against itself (domain.md §9 row 24)."""
ROOM: Final = "\u3000\n"
"""Characters that only make room on the paper: the wide space, and a line of its own inside a cell."""
LONGEST_SENTENCE: Final = 1_000
LONGEST_WORDING: Final = 12_000
_FORM: Final = re.compile(r"F[0-9]{2}[A-Z]?")
_REGION: Final = re.compile(r"[0-9A-Z]{2,18}")
_KEYS: Final = frozenset({"form", "name", "region", "version", "from", "note", "words"})


@dataclass(frozen=True, slots=True)
class Finding:
    """Something a wording may not say, or must."""

    code: str
    """A refusal's."""
    where: str
    """``paragraphs``, ``paragraphs:2`` for its second sentence, ``routes.31-1``."""
    facts: Mapping[str, object] = field(default_factory=dict)

    def refusal(self) -> Refusal:
        """The refusal it is when the wording is to be used all the same."""
        return Refusal(self.code, field="words", facts={"part": self.where, **self.facts})


@dataclass(frozen=True, slots=True)
class Wording:
    """One version of a local wording of one form."""

    form: str
    name: str
    region: str
    """The digits of the region or office it holds for; offices whose code begins so."""
    version: int
    since: date
    words: Words
    note: str = ""

    @property
    def mark(self) -> str:
        """What a paper remembers: ``370299@2``."""
        return f"{self.region}@{self.version}"


def blanks(template: str) -> list[str]:
    """Names of the blanks of a sentence, in order."""
    return [name.removesuffix("。") for name in _BLANK.findall(template)]


def fixed_part(template: str) -> str:
    """A sentence without its blanks: what every paper of the form says."""
    return _BLANK.sub("", template)


def sentences_of(words: object) -> list[str]:
    """Every text in a wording, at any depth; what a condition is called is no text."""
    return [text for _, text in _texts(words, "")]


def lint(form: str, text: str) -> list[str]:
    """What is wrong in law with a sentence of a form: codes ``repealed_regulation``, ``remedy_not_given``.

    The 2005 《信访条例》 is no longer in force: it may be named as history (原《信访条例》, 《信访条例》（…废止）),
    never as what something rests on. Registering, accepting or forwarding a matter is outside administrative
    litigation, so a notice must not offer reconsideration or suit against itself; F05 may name 行政复议 as the route.
    """
    found = []
    if any(not _is_history(text, each) for each in _OLD_LAW.finditer(text)):
        found.append("repealed_regulation")
    if form not in WITHOUT_REMEDY and _REMEDY.search(text):
        found.append("remedy_not_given")
    return found


def findings(form: str, words: object, shipped: Words) -> list[Finding]:
    """Everything that keeps a wording from use, measured by the shipped one of the same form; empty: it may be used."""
    wrong = list(_shape(words, shipped))
    if wrong:
        return wrong
    given = cast("Words", words)
    empty = {where for where, text in _texts(shipped, "") if not text}  # cells to be filled in by hand
    for where, text in _texts(given, ""):
        wrong += [Finding(code, where, {"text": text[:40]}) for code in lint(form, text)]
        if bool(text.strip()) is (where in empty):
            wrong.append(Finding("wording_empty", where))
        if len(text) > LONGEST_SENTENCE:
            wrong.append(Finding("wording_too_long", where, {"limit": LONGEST_SENTENCE}))
        if _BRACE.search(fixed_part(text)):
            wrong.append(Finding("wording_brace", where, {"text": text[:40]}))
        if any(not char.isprintable() and char not in ROOM for char in text):
            wrong.append(Finding("wording_control", where))
    if sum(len(text) for text in sentences_of(given)) > LONGEST_WORDING:
        wrong.append(Finding("wording_too_long", "words", {"limit": LONGEST_WORDING}))
    for part, model in shipped.items():
        wrong += _blanks(part, given[part], model)
        said = set(_ARTICLE.findall("".join(sentences_of(given[part]))))
        kept = dict.fromkeys(_ARTICLE.findall("".join(sentences_of(model))))
        wrong += [Finding("wording_article_missing", part, {"article": each}) for each in kept if each not in said]
    return list({(each.code, each.where, str(each.facts)): each for each in wrong}.values())


def well_built(words: object, shipped: Words) -> bool:
    """Whether a form can be drawn with a wording at all, whatever it says: a paper keeps its own for ever."""
    if any(_shape(words, shipped)):
        return False
    given = cast("Words", words)
    return all(known_blanks(given)[part] <= blanks_of for part, blanks_of in known_blanks(shipped).items())


def known_blanks(words: Words) -> dict[str, frozenset[str]]:
    """By part: the blanks the form fills there."""
    return {
        part: frozenset(name for text in sentences_of(said) for name in blanks(text)) for part, said in words.items()
    }


def conditions(words: Words) -> tuple[str, ...]:
    """What a sentence that may be written anew may depend on (``when``, ``unless``), in the order of the wording."""
    found: dict[str, None] = {}
    for said in words.values():
        for each in cast("list[dict[str, str]]", said) if are_sentences(said) else ():
            found |= {each[word]: None for word in ("when", "unless") if word in each}
    return tuple(found)


def parse_wording(table: object, shipped: Mapping[str, Words]) -> Wording:
    """Read a local wording strictly: ``wording_invalid`` if it is none, else the first of :func:`findings`.

    Shape: ``form``, ``name``, ``region`` (digits of a region or an office's code), ``version``, ``from`` (ISO day),
    ``words`` as shipped for that form, and a ``note``.
    """
    read = shape_of(table)
    if read.form not in shipped:
        raise _invalid("form")
    for each in findings(read.form, read.words, shipped[read.form]):
        raise each.refusal()
    return read


def shape_of(table: object) -> Wording:
    """The head of a local wording, read strictly; whether its sentences may be used is not asked."""
    if not isinstance(table, Mapping):
        raise _invalid("table")
    unknown = sorted(str(key)[:20] for key in set(table) - _KEYS)
    if unknown:
        raise _invalid(unknown[0])
    form, name, region, note = (table.get(key, "") for key in ("form", "name", "region", "note"))
    version, since, words = table.get("version"), iso_day(table.get("from")), table.get("words")
    if not isinstance(form, str) or not _FORM.fullmatch(form):
        raise _invalid("form")
    if not isinstance(name, str) or not 0 < len(name.strip()) <= 100:
        raise _invalid("name")
    if not isinstance(region, str) or not _REGION.fullmatch(region):
        raise _invalid("region")
    if not isinstance(version, int) or isinstance(version, bool) or not 1 <= version <= 10_000:
        raise _invalid("version")
    if since is None:
        raise _invalid("from")
    if not isinstance(words, dict):
        raise _invalid("words")
    if not isinstance(note, str) or len(note) > LONGEST_SENTENCE:
        raise _invalid("note")
    return Wording(form, name.strip(), region_prefix(region), version, since, words, note)


class WordingBook:
    """The shipped wording and every local one; which counts for an office on a day."""

    __slots__ = ("_local", "shipped")

    def __init__(self, shipped: Mapping[str, Words] | None = None, local: Iterable[Wording] = ()) -> None:
        self.shipped: Mapping[str, Words] = MappingProxyType(shipped or {})
        self._local = tuple(sorted(local, key=lambda each: (each.form, each.region, each.version)))

    def with_local(self, local: Iterable[Wording]) -> WordingBook:
        """This book with further local wordings."""
        return WordingBook(self.shipped, (*self._local, *local))

    def versions(self, form: str) -> tuple[Wording, ...]:
        """Every local version of a form, the widest region and the lowest version first."""
        return tuple(each for each in self._local if each.form == form)

    def at(self, form: str, office: str, day: date) -> Wording | None:
        """The local wording an office uses on a day, None: the shipped one.

        The most local one that has begun counts, of its versions the highest. One that no longer fits the program (it
        lacks what a newer form must say) is passed over rather than printed with a hole.
        """
        begun = [w for w in self.versions(form) if office.startswith(w.region) and w.since <= day]
        for each in sorted(begun, key=lambda w: (len(w.region), w.version), reverse=True):
            if self.fits(each):
                return each
        return None

    def fits(self, wording: Wording) -> bool:
        """Whether this program can print a local wording."""
        model = self.shipped.get(wording.form)
        return model is not None and not findings(wording.form, wording.words, model)


# what must be kept -----------------------------------------------------------------------------------------------


def _shape(words: object, shipped: Words) -> Iterator[Finding]:
    """Where a wording is built otherwise than the shipped one."""
    if not isinstance(words, dict):
        yield Finding("wording_shape", "words")
        return
    for part in shipped:
        if part not in words:
            yield Finding("wording_part_missing", part)
    known = set(conditions(shipped))
    for part, said in words.items():
        model = shipped.get(part)
        if model is None:
            yield Finding("wording_part_unknown", str(part)[:40])
        elif isinstance(model, str):
            if not isinstance(said, str):
                yield Finding("wording_shape", part)
        elif not are_sentences(model) and not are_texts(model):
            yield from _same_build(said, model, part)
        elif isinstance(model, dict):
            if not isinstance(said, dict) or not all(isinstance(text, str) for text in said.values()):
                yield Finding("wording_shape", part)
                continue
            yield from (Finding("wording_part_missing", f"{part}.{key}") for key in model if key not in said)
            yield from (Finding("wording_part_unknown", f"{part}.{key[:20]}") for key in said if key not in model)
        elif not said or not are_sentences(said):
            yield Finding("wording_shape", part)
        else:
            for n, each in enumerate(cast("list[dict[str, str]]", said), 1):
                unknown = {value for word, value in each.items() if word != "text"} - known
                yield from (Finding("wording_condition_unknown", f"{part}:{n}", {"blank": u[:20]}) for u in unknown)


def are_texts(said: object) -> bool:
    """A group of single texts by name."""
    return isinstance(said, dict) and all(isinstance(text, str) for text in said.values())


def are_sentences(said: object) -> bool:
    """A list of plain sentences: one that may be written anew, longer or shorter."""
    return isinstance(said, list) and all(_is_sentence(each) for each in said)


def _same_build(said: object, model: object, where: str, *, named: bool = False) -> Iterator[Finding]:
    """Where something carries layout: all but the texts is as it was shipped."""
    if isinstance(model, dict) and isinstance(said, dict) and set(model) == set(said):
        for key, value in model.items():
            yield from _same_build(said[key], value, where, named=key in NAMES)
    elif isinstance(model, list) and isinstance(said, list) and len(model) == len(said):
        for n, (ours, theirs) in enumerate(zip(said, model, strict=True), 1):
            yield from _same_build(ours, theirs, f"{where}:{n}" if ":" not in where else where)
    elif type(model) is not type(said) or ((named or not isinstance(model, str)) and model != said):
        yield Finding("wording_shape", where)


def _is_sentence(each: object) -> bool:
    return (
        isinstance(each, dict)
        and isinstance(each.get("text"), str)
        and set(each) <= {"text", "when", "unless"}
        and all(isinstance(value, str) for value in each.values())
    )


def _blanks(part: str, said: Json, model: Json) -> Iterator[Finding]:
    """Blanks nobody fills, and circumstances under which one is not said that the shipped says, or the reverse."""
    if not isinstance(model, str) and not are_sentences(model):
        for (where, text), (_, theirs) in zip(_texts(said, part), _texts(model, part), strict=True):
            yield from _blanks(where, text, theirs)
        return
    known = {name for text in sentences_of(model) for name in blanks(text)}
    for text in sentences_of(said):
        yield from (Finding("wording_blank_unknown", part, {"blank": b[:20]}) for b in blanks(text) if b not in known)
    for name in sorted(known):
        kept, loose = _compared(name, said, model)
        if not kept:
            yield Finding("wording_blank_missing", part, {"blank": name})
        if loose:
            yield Finding("wording_blank_loose", part, {"blank": name})


def _compared(name: str, said: Json, model: Json) -> tuple[bool, bool]:
    """Whether a blank is said whenever the shipped wording says it; and whether also when that does not.

    The second prints a hole: a blank the shipped wording says only under a circumstance may be empty otherwise.
    """
    given, shipped = _with_blank(name, said), _with_blank(name, model)
    on = sorted({each[word] for each in (*given, *shipped) for word in ("when", "unless") if word in each})
    kept, loose = True, False
    for case in product((True, False), repeat=len(on)):
        facts = dict(zip(on, case, strict=True))
        ours, theirs = (any(_applies(each, facts) for each in some) for some in (given, shipped))
        kept, loose = kept and (ours or not theirs), loose or (ours and not theirs)
    return kept, loose


def _with_blank(name: str, said: Json) -> list[dict[str, str]]:
    """The sentences that say a blank."""
    sentences = [{"text": said}] if isinstance(said, str) else cast("list[dict[str, str]]", said)
    return [each for each in sentences if name in blanks(each["text"])]


def _applies(sentence: Mapping[str, str], facts: Mapping[str, bool]) -> bool:
    return facts.get(sentence.get("when", ""), True) and not facts.get(sentence.get("unless", ""), False)


def _texts(words: object, where: str) -> Iterator[tuple[str, str]]:
    if isinstance(words, str):
        yield where, words
    elif isinstance(words, Mapping):
        for key in sorted(words) if ":" in where else words:  # inside a list in one order, whoever wrote it
            if key not in NAMES:
                inside = where if ":" in where else f"{where}.{key}" if where else str(key)
                yield from _texts(words[key], inside)
    elif isinstance(words, list):
        for n, value in enumerate(words, 1):
            yield from _texts(value, f"{where}:{n}")


def _is_history(text: str, found: re.Match[str]) -> bool:
    before, after = text[: found.start()], text[found.end() :]
    told = before.endswith("原") or re.match(r"（[^）]*废止[^）]*）", after) is not None
    return told and _BASIS.search(before) is None


def _invalid(reason: str) -> Refusal:
    return Refusal("wording_invalid", field="wording", facts={"reason": reason})
