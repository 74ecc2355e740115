"""The statutory sentences of the forms: read from ``resources/wording/<version>`` or given with a paper, and filled."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, Final

from domain.wording import blanks, fixed_part, lint, sentences_of
from resources import wording_of

__all__ = ["blanks", "fill", "fixed_part", "given", "lint", "listed", "paragraphs", "sentence", "sentences_of", "words"]

_BLANK = re.compile(r"\{([a-z_]+)(。?)\}")
_GIVEN: Final[ContextVar[tuple[str, Mapping[str, Any]] | None]] = ContextVar("given wording", default=None)


@contextmanager
def given(version: str, form: str, said: Mapping[str, Any] | None) -> Iterator[None]:
    """While a form is drawn: its wording of this version is ``said``, a local one no file of ours holds."""
    token = _GIVEN.set((f"{version} {form}", said) if said is not None else None)
    try:
        yield
    finally:
        _GIVEN.reset(token)


def words(version: str, form: str) -> Mapping[str, Any]:
    """The wording of a form. KeyError-free: a version neither given nor shipped is a FileNotFoundError."""
    local = _GIVEN.get()
    return local[1] if local is not None and local[0] == f"{version} {form}" else wording_of(version, form)


def fill(template: str, values: Mapping[str, str]) -> str:
    """The sentence with its blanks filled; a blank without a value is our mistake (KeyError).

    ``{name。}`` fills in a text that ends a sentence, with one full stop and not two.
    """

    def filled(found: re.Match[str]) -> str:
        value = values[found.group(1)]
        return sentence(value) if found.group(2) else value

    return _BLANK.sub(filled, template)


def sentence(text: str) -> str:
    """Text that ends a sentence: one full stop, not two."""
    text = text.strip().rstrip("，、；：,;:")
    return text if not text or text[-1] in "。！？；…" else text + "。"


def listed(joint: str, *parts: tuple[str, str], first: str | None = None, end: str = "") -> str:
    """The parts that have a text, each with its head, joined; empty when none has."""
    said = [f"{head}{text}" for head, text in parts if text]
    if not said:
        return ""
    return (joint if first is None else first) + joint.join(said) + end


def paragraphs(sentences: list[Mapping[str, str]], values: Mapping[str, str]) -> list[tuple[str, str]]:
    """(template, filled) for each sentence that applies: ``when`` its value is set, ``unless`` it is not."""
    return [
        (each["text"], fill(each["text"], values))
        for each in sentences
        if not ("when" in each and not values[each["when"]]) and not ("unless" in each and values[each["unless"]])
    ]
