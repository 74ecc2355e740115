"""The statutory sentences of the forms: read from ``resources/wording/<version>``, filled, and checked for bad law."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from functools import cache
from typing import Any, cast

from resources import path

_BLANK = re.compile(r"\{([a-z_]+)\}")
_REPEALED = "《信访条例》"
_REMEDY = re.compile(
    r"行政复议[^。；]{0,12}行政诉讼|不服[^。；]{0,40}(?:行政复议|行政诉讼|提起诉讼)|(?:依法|可以)提起行政诉讼"
)


@cache
def words(version: str, form: str) -> Mapping[str, Any]:
    """The wording of a form. KeyError-free: a version that is not shipped is a FileNotFoundError."""
    return cast("Mapping[str, Any]", tomllib.loads(path(f"wording/{version}/{form}.toml").read_text(encoding="utf-8")))


def blanks(template: str) -> list[str]:
    """Names of the blanks of a sentence, in order."""
    return _BLANK.findall(template)


def fixed_part(template: str) -> str:
    """A sentence without its blanks: what every paper of the form says."""
    return _BLANK.sub("", template)


def fill(template: str, values: Mapping[str, str]) -> str:
    """The sentence with its blanks filled; a blank without a value is our mistake (KeyError)."""
    return _BLANK.sub(lambda found: values[found.group(1)], template)


def paragraphs(sentences: list[Mapping[str, str]], values: Mapping[str, str]) -> list[tuple[str, str]]:
    """(template, filled) for each sentence that applies: ``when`` its value is set, ``unless`` it is not."""
    return [
        (each["text"], fill(each["text"], values))
        for each in sentences
        if not ("when" in each and not values[each["when"]]) and not ("unless" in each and values[each["unless"]])
    ]


def lint(form: str, text: str) -> list[str]:
    """What is wrong in law with a sentence of a form: codes ``repealed_regulation``, ``remedy_not_given``.

    The 2005 《信访条例》 is no longer in force, and registering, accepting or forwarding a matter is outside
    administrative litigation, so a notice (F04–F08) must not offer reconsideration or suit against itself; F05 may name
    行政复议 as the route of the matter.
    """
    found = []
    if _REPEALED in text:
        found.append("repealed_regulation")
    if form in ("F04", "F05", "F06", "F07", "F08") and _REMEDY.search(text):
        found.append("remedy_not_given")
    return found


def sentences_of(wording: object) -> list[str]:
    """Every text in a wording file, at any depth."""
    if isinstance(wording, str):
        return [wording]
    if isinstance(wording, Mapping):
        return [text for each in wording.values() for text in sentences_of(each)]
    if isinstance(wording, list):
        return [text for each in wording for text in sentences_of(each)]
    return []
