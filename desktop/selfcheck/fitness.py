"""What a check says when a build is not fit."""

from __future__ import annotations

import sys


class Unfit(Exception):
    """The build lacks something or does what it must not; ``code`` says which."""

    def __init__(self, code: str, **facts: object) -> None:
        super().__init__(code)
        self.code = code
        self.facts = facts


def must(holds: bool, code: str, **facts: object) -> None:
    """Raise :class:`Unfit` unless it holds."""
    if not holds:
        raise Unfit(code, **facts)


def frozen() -> bool:
    """Whether this is the one-folder application, not the source tree."""
    return bool(getattr(sys, "frozen", False))
