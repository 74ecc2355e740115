"""What a service answers: the value, and which topics changed, so that open screens decide for themselves."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")


class Topic:
    """Names a screen may listen to."""

    VISIT = "visit"
    MATTER = "matter"
    PETITIONER = "petitioner"
    PAPER = "paper"
    DEADLINE = "deadline"
    CONFLICT = "conflict"
    SYNC = "sync"
    CALENDAR = "calendar"
    CLERK = "clerk"
    DRAFT = "draft"
    FILE = "file"


@dataclass(frozen=True, slots=True)
class Outcome(Generic[T]):
    """The answer of a service that changed something. It is returned only after COMMIT."""

    value: T
    topics: frozenset[str]
