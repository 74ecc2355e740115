"""Sentences: the one place that turns a fault's code and facts into what the clerk reads; never raises."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from desktop.services.field_titles import field_title, value_words
from desktop.services.input_titles import INPUTS
from desktop.services.sentences_refusals import NO_ARTICLE, REFUSALS
from desktop.services.sentences_words import (
    COUNTY_REASONS,
    PRINTER_REASONS,
    REASONS,
    STEPS,
    SURROUNDINGS,
    TABLE_REASONS,
    WARNINGS,
)
from desktop.services.words import FORMS
from domain.faults import SurroundingsFault
from domain.flags import TITLES
from domain.refusals import Refusal
from sync.bundle.words import REFUSALS as MEDIUM_REASONS

_PLACES: Final = {"people": "位来访人", "matters": "件事项", "materials": "份材料"}
_WORDS: Final[Mapping[str, Mapping[str, str]]] = {"form": FORMS, "step": STEPS, "flag": TITLES}
_FIELDS: Final = {"stage": "stage", "route": "route", "class": "matter_class"}
"""Facts that hold the code word of a field."""
_REASONS_OF: Final[Mapping[str, Mapping[str, str]]] = {
    "county_refused": COUNTY_REASONS,
    "medium_refused": MEDIUM_REASONS,
    "printer_failed": PRINTER_REASONS,
    "calendar_table_invalid": TABLE_REASONS,
    "table_file_invalid": TABLE_REASONS,
    "rule_table_invalid": TABLE_REASONS,
    "code_table_invalid": TABLE_REASONS,
    "heads_table_invalid": TABLE_REASONS,
    "wording_invalid": TABLE_REASONS,
    "wording_text": TABLE_REASONS,
}
_SLOT: Final = re.compile(r"\{(\w+)\}")
_OPTIONAL: Final = re.compile(r"\[([^\[\]]*)\]")
_UNSEEN: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]+")
_LONGEST: Final = 80


def sentence(fault: Refusal | SurroundingsFault, where: str = "") -> str:
    """What is wrong and what to do, in one or two Chinese sentences; the article is cited where it helps.

    ``where``: what the form that shows it calls the field it stands beside.
    """
    if isinstance(fault, Refusal):
        pattern = REFUSALS.get(fault.code)
        if pattern is None:
            return f"这一步不能办理（{fault.code}）。请核对所填内容，或者联系管理员。"
        facts = _facts(fault.code, fault.facts, fault.field or "")
        words = _fill(pattern, facts | {"where": where} if where else facts)
        cited = "" if fault.code in NO_ARTICLE else cite(fault.article or "")
        return f"{words}（{cited}）" if cited else words
    pattern = SURROUNDINGS.get(fault.code)
    if pattern is None:
        return f"这一步没有完成，是运行环境出了问题（{fault.code}）。请稍后再试，或者联系管理员。"
    return _fill(pattern, _facts(fault.code, fault.facts, ""))


def warning_sentence(code: str, facts: Mapping[str, object] | tuple[tuple[str, str], ...] = ()) -> str:
    """What looks wrong about a number that is recorded all the same (``domain.identity.Doubt``)."""
    pattern = WARNINGS.get(code)
    if pattern is None:
        return f"有一处请再核对（{code}）。"
    return _fill(pattern, _facts(code, dict(facts), ""))


def reason_words(code: str) -> str:
    """A step, reason, note or next-step code of triage and matters in words; empty for an empty code."""
    return REASONS.get(code) or STEPS.get(code) or (f"其他（{code}）" if code else "")


_LAWS: Final = {"R": "信访工作条例", "民诉法": "民事诉讼法", "档案法": "档案法"}


def cite(article: str) -> str:
    """``R 22①(三)`` as 《信访工作条例》第二十二条第一款第三项; empty for anything that is no article."""
    found = re.fullmatch(r"(R|民诉法|档案法) (\d+)(?:–(\d+))?([①-⑨]?)(?:\((.)\))?", article)
    if found is None:
        return ""
    law, first, last, paragraph, item = found.groups()
    words = f"《{_LAWS[law]}》第{_number(int(first))}条"
    if last:
        words += f"至第{_number(int(last))}条"
    if paragraph:
        words += f"第{'一二三四五六七八九'['①②③④⑤⑥⑦⑧⑨'.index(paragraph)]}款"
    return words + (f"第{item}项" if item else "")


def _number(value: int) -> str:
    """1 … 99 in Chinese figures."""
    tens, ones = divmod(value, 10)
    figures = " 一二三四五六七八九"
    ten = "" if not tens else "十" if tens == 1 else f"{figures[tens]}十"
    return ten + figures[ones].strip()


def _facts(code: str, facts: Mapping[str, object], field: str) -> dict[str, str]:
    """Facts as words, with the input (``where``) and the person, matter or material (``place``) the field names."""
    found = {}
    for name, value in facts.items():
        text = _UNSEEN.sub(" ", str(value)).strip() if value is not None else ""
        if name == "reason":
            text = _REASONS_OF.get(code, {}).get(text, text)
        elif name == "field":
            text = field_title(text) or text
        elif name in ("part", "blank"):
            text = _of_wording(name, text)
        elif name in _FIELDS:
            text = value_words(_FIELDS[name], text)
        else:
            text = _WORDS.get(name, {}).get(text, text)
        if text:
            found["where_in" if name == "where" else name] = text[:_LONGEST]
    head, _, rest = field.partition(".")
    index = rest.partition(".")[0]
    last = field.rpartition(".")[2]
    where = INPUTS.get(field) or INPUTS.get(last) or field_title(last)
    if where:
        found["where"] = where
    if head in _PLACES and index.isdigit():
        found["place"] = f"第{int(index) + 1}{_PLACES[head]}"
    return found


def _of_wording(kind: str, name: str) -> str:
    """A part or a blank of a form's wording by its Chinese name."""
    from desktop.services.shipped import wording_titles  # read when somebody edits wording, not at the start

    titles = wording_titles()
    return titles.part(name) if kind == "part" else titles.blank(name)


def _fill(pattern: str, facts: Mapping[str, str]) -> str:
    """The pattern with its facts; optional parts fall away whole, a bare slot without a fact becomes 某."""

    def optional(part: re.Match[str]) -> str:
        names = _SLOT.findall(part[1])
        return part[1] if all(name in facts for name in names) else ""

    kept = _OPTIONAL.sub(optional, pattern)
    return _SLOT.sub(lambda slot: facts.get(slot[1], "若干"), kept)
