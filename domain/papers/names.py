"""Whose names a paper speaks of, read from its frozen content; nothing is looked up and nothing set in type here."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from typing import Final

from domain.papers.text import SECRET_NAME

_FIELDS: Final = frozenset(
    {"name", "addressee", "recipient", "petitioner", "contact", "approver", "chair", "signed_by", "handler", "mediator",
     "receiver", "interviewer", "registrar", "legal_representative", "signer", "sender", "to_contact", "accused",
     "participants", "parties", "witnesses", "servers"}
)  # fmt: skip
"""Fields of a content that hold a person's name, or several; some may hold an office or a post as well."""
_LONGEST_SHORT: Final = 6
_LONGEST_FULL, _USUAL = 4, 3
"""Characters of the longest name without dots that is no name of a unit and a person, and of a usual one."""
_NOT_IN_NAMES: Final = frozenset("，。、；：（）《》“”,.;:() 　")


def names_in(content: object) -> frozenset[str]:
    """Every name in the content: up to six characters, or longer with the dot · of minority and foreign names.

    Of somebody written with his unit, 柳河村村民委员会李成林, the end.
    """
    return frozenset(name for name in _named(content) if _is_name(name))


def _named(value: object) -> Iterator[str]:
    for field in dataclasses.fields(value):  # type: ignore[arg-type]
        held = getattr(value, field.name)
        for each in held if isinstance(held, tuple) else (held,):
            if dataclasses.is_dataclass(each):
                yield from _named(each)
            elif isinstance(each, str) and field.name in _FIELDS:
                after_unit = field.name == "participants" and len(each) > _LONGEST_FULL and "·" not in each
                yield each[-_USUAL:] if after_unit else each


def _is_name(text: str) -> bool:
    fits = 2 <= len(text) <= _LONGEST_SHORT or (len(text) > _LONGEST_SHORT and "·" in text)
    return fits and text != SECRET_NAME and _NOT_IN_NAMES.isdisjoint(text)
