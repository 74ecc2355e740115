"""A rule refuses: the one exception for a clerk's mistake or an unlawful step, carrying facts, never sentences."""

from __future__ import annotations

from collections.abc import Mapping


class Refusal(Exception):
    """A rule refuses a step.

    ``code`` is stable and for programs (``too_many_representatives``), ``field`` names the input it stands beside
    (dotted path, e.g. ``matters.0.summary``), ``article`` the source ("R 20③"), ``facts`` what a sentence needs.
    The Chinese sentence is made from ``code`` and ``facts`` elsewhere (``desktop.services.sentences``).
    """

    def __init__(
        self,
        code: str,
        *,
        field: str | None = None,
        article: str | None = None,
        facts: Mapping[str, object] | None = None,
    ) -> None:
        super().__init__(code)
        self.code = code
        self.field = field
        self.article = article
        self.facts: dict[str, object] = dict(facts or {})

    def __str__(self) -> str:
        return f"{self.code} field={self.field} article={self.article}"
