"""StepField: one field of a step as data: what it is called, what it takes, what stands in it at first."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

Values = Mapping[str, Any]
"""What stands in a form: text by field name, and a list of such mappings for cards. It goes into a draft as it is."""


@dataclass(frozen=True, slots=True)
class StepField:
    """One field of a step. ``name`` is the command's attribute, which a refusal names as well."""

    name: str
    label: str
    kind: Literal["text", "long", "date", "number", "choice", "segments", "open_choice", "cards"] = "text"
    value: str = ""
    hint: str = ""
    choices: tuple[tuple[str, str], ...] = ()
    """Code and text; ``open_choice`` takes other words as well, ``segments`` are few and stand side by side."""
    wide: bool = False
    parts: tuple[StepField, ...] = ()
    """The fields of one card."""
    cards: tuple[Card, ...] = ()
    """The cards there are at first."""
    more: str = ""
    """What the button is called that adds a card; empty: their number is given."""


@dataclass(frozen=True, slots=True)
class Card:
    """One member of a collection: its title, and what stands in its fields at first."""

    title: str
    values: Mapping[str, str]
