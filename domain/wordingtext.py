"""A wording as plain Chinese text that a person edits, and back: ``＃ 正文``, one sentence a line, ``{收到日期}``."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, cast

from domain.canonical import Json
from domain.refusals import Refusal
from domain.wording import Words, conditions, known_blanks

_HEAD: Final = re.compile(r"\s*[#＃]\s*(.+?)\s*")
_CONDITION: Final = re.compile(r"\s*[\[［](有|无)\s*([^\]］]+?)\s*[\]］]\s*")
_BLANK: Final = re.compile(r"\{\s*([^{}]*?)\s*\}")


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
        for each in said if isinstance(said, list) else [{"text": said}]:
            entry = cast("dict[str, str]", each)
            lines.append(_condition(entry, titles) + _BLANK.sub(lambda m: f"{{{titles.blank(m[1])}}}", entry["text"]))
        blocks.append("\n".join(lines))
    return "\n\n".join(blocks) + "\n"


def from_text(text: str, shipped: Words, titles: Titles) -> dict[str, Json]:
    """The wording an edited text stands for; only its form is read, what it says is :func:`findings`' to judge.

    Refused ``wording_text`` (facts ``line``, ``reason``): a sentence before any heading, an unknown or repeated one,
    several lines where the form has one sentence. A blank the form does not know is kept by the name it was given.
    """
    names = {titles.part(part): (part, model) for part, model in _parts(shipped)}
    inside = {part: {titles.blank(b): b for b in known} for part, known in known_blanks(shipped).items()}
    depends = {titles.blank(name): name for name in conditions(shipped)}
    found: dict[str, Json] = {}
    part, model = "", cast(Json, "")
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
            found[part] = [] if isinstance(model, list) else ""
            continue
        if not part:
            raise _wrong(number, "no_part", line.strip())
        blanks = inside[part.partition(".")[0]]
        said = _BLANK.sub(lambda m, known=blanks: f"{{{known.get(m[1], m[1])}}}", line.strip())  # type: ignore[misc]
        if isinstance(model, list):
            cast("list[Json]", found[part]).append(cast(Json, _sentence(said, depends)))
        elif found[part]:
            raise _wrong(number, "one_sentence", titles.part(part))
        else:
            found[part] = said
    return _nested(found)


def _parts(words: Words) -> list[tuple[str, Json]]:
    rows: list[tuple[str, Json]] = []
    for part, said in words.items():
        rows += [(f"{part}.{key}", text) for key, text in said.items()] if isinstance(said, dict) else [(part, said)]
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
