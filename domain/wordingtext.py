"""A wording as plain Chinese text that a person edits, and back: ``＃ 正文``, one sentence a line, ``{收到日期}``."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final, cast

from domain.canonical import Json
from domain.refusals import Refusal
from domain.wording import NAMES, Words, are_sentences, are_texts, conditions, known_blanks

_HEAD: Final = re.compile(r"\s*[#＃]\s*(.+?)\s*")
_CONDITION: Final = re.compile(r"\s*[\[［](有|无)\s*([^\]］]+?)\s*[\]］]\s*")
_BLANK: Final = re.compile(r"\{\s*([^{}]*?)(。?)\s*\}")
_NEXT: Final = "⏎"
"""A new line inside a cell, in the editor."""
_EDGE: Final = " \t\r"
"""What is taken off the ends of a line: never the wide space, which makes room on the paper."""


@dataclass(frozen=True, slots=True)
class Titles:
    """Chinese names of blanks, conditions and parts; what has none goes by its own name."""

    blanks: Mapping[str, str]
    parts: Mapping[str, str]

    def blank(self, name: str) -> str:
        """A blank or a condition in Chinese."""
        return self.blanks.get(name, name)

    def part(self, name: str) -> str:
        """A part in Chinese; of one in a group (``routes.31-1``) both names, of a sentence its place as well."""
        name, _, place = name.partition(":")
        if place:
            return f"{self.part(name)}第{place}句"
        group, _, key = name.partition(".")
        return self.parts.get(name) or f"{self.parts.get(group, group)} {key}".strip()


def as_text(words: Words, titles: Titles) -> str:
    """A wording for the editor."""
    blocks = []
    for part, said in _parts(words):
        lines = [f"＃ {titles.part(part)}"]
        if are_sentences(said):
            plain = cast("list[dict[str, str]]", said)
            lines += [_condition(each, titles) + _spoken(each["text"], titles) for each in plain]
        else:
            lines += [_spoken(text, titles) for text in _leaves(said) if text]
        blocks.append("\n".join(lines))
    return "\n\n".join(blocks) + "\n"


def from_text(text: str, shipped: Words, titles: Titles) -> dict[str, Json]:
    """The wording an edited text stands for; only its form is read, what it says is :func:`findings`' to judge.

    Refused ``wording_text`` (facts ``line``, ``reason``): a sentence before any heading, an unknown or repeated one,
    more or fewer lines where the form has a fixed number. A blank the form does not know keeps the name it was given.
    """
    names = {titles.part(part): (part, model) for part, model in _parts(shipped)}
    inside = {part: {titles.blank(b): b for b in known} for part, known in known_blanks(shipped).items()}
    depends = {titles.blank(name): name for name in conditions(shipped)}
    found: dict[str, tuple[int, Json, list[str]]] = {}
    part = ""
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        head = _HEAD.fullmatch(line)
        if head is not None:
            if head[1] not in names:
                raise _wrong(number, "part_unknown", head[1])
            part, model = names[head[1]]
            if part in found:
                raise _wrong(number, "part_twice", head[1])
            found[part] = (number, model, [])
            continue
        if not part:
            raise _wrong(number, "no_part", line.strip())
        known = inside[part.partition(".")[0]]
        found[part][2].append(_named(line.strip(_EDGE), known))
    made = _nested({each: _built(*said, depends) for each, said in found.items()})
    return {**{part: said for part, said in shipped.items() if not _leaves(said)}, **made}


def _built(line: int, model: Json, lines: list[str], depends: Mapping[str, str]) -> Json:
    """A part from its lines; ``line`` is that of its heading."""
    if are_sentences(model):
        return [cast(Json, _sentence(said, depends)) for said in lines]
    wanted = sum(1 for text in _leaves(model) if text)
    if len(lines) != wanted:
        raise _wrong(line, "one_sentence" if wanted == 1 else "lines_count", f"应有{wanted}行")
    left = iter(lines)
    return _filled(model, left)


def _filled(model: Json, left: Iterator[str]) -> Json:
    """A part as shipped with its texts, in their order, replaced."""
    if isinstance(model, str):
        return next(left) if model else ""
    if isinstance(model, list):
        return [_filled(each, left) for each in model]
    if isinstance(model, dict):
        made = {key: _filled(model[key], left) for key in sorted(model) if key not in NAMES}
        return {key: made.get(key, value) for key, value in model.items()}
    return model


def _leaves(said: Json) -> list[str]:
    """The texts of a part in the order they are edited in."""
    if isinstance(said, str):
        return [said]
    if isinstance(said, list):
        return [text for each in said for text in _leaves(each)]
    if isinstance(said, dict):
        return [text for key in sorted(said) if key not in NAMES for text in _leaves(said[key])]
    return []


def _spoken(text: str, titles: Titles) -> str:
    return _BLANK.sub(lambda found: f"{{{titles.blank(found[1])}{found[2]}}}", text).replace("\n", _NEXT)


def _named(line: str, known: Mapping[str, str]) -> str:
    return _BLANK.sub(lambda found: f"{{{known.get(found[1], found[1])}{found[2]}}}", line.replace(_NEXT, "\n"))


def _parts(words: Words) -> list[tuple[str, Json]]:
    """Every part of a wording that is a text, a list or a table; what is none (a switch) is no part."""
    rows: list[tuple[str, Json]] = []
    for part, said in words.items():
        if are_texts(said):
            rows += [(f"{part}.{key}", text) for key, text in cast("dict[str, Json]", said).items()]
        elif _leaves(said):
            rows.append((part, said))
    return rows


def _nested(found: Mapping[str, Json]) -> dict[str, Json]:
    words: dict[str, Json] = {}
    for part, said in found.items():
        group, _, key = part.partition(".")
        if key:
            cast("dict[str, Json]", words.setdefault(group, {}))[key] = said
        else:
            words[part] = said
    return words


def _condition(entry: Mapping[str, str], titles: Titles) -> str:
    marks = (("when", "有"), ("unless", "无"))
    return "".join(f"［{word} {titles.blank(entry[name])}］" for name, word in marks if name in entry)


def _sentence(said: str, depends: Mapping[str, str]) -> dict[str, str]:
    made: dict[str, str] = {}
    while (found := _CONDITION.match(said)) is not None:
        made["when" if found[1] == "有" else "unless"] = depends.get(found[2], found[2])
        said = said[found.end() :]
    return {"text": said, **made}


def _wrong(line: int, reason: str, text: str) -> Refusal:
    return Refusal("wording_text", field="text", facts={"line": line, "reason": reason, "text": text[:30]})
