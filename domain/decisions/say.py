"""What every decision on a matter asks of its words and days."""

from __future__ import annotations

from datetime import date

from domain.canonical import Json
from domain.decisions.desk import NAME_LIMIT, Desk, require
from domain.fold import CaseState
from domain.refusals import Refusal


def day_of(desk: Desk, text: str, field: str, state: CaseState, *after: str, article: str | None = None) -> date:
    """The day of a step, today when none was typed: it exists, has come, and is not before what it follows.

    ``after`` names fields of the matter with days it may not be before, besides the day of receipt. Raises Refusal
    ``date_invalid``, ``date_in_future``, ``date_before_receipt``, ``date_before_step``.
    """
    day = desk.day(text, field, article=article)
    received = state.text("received_on")
    if received and day.isoformat() < received:
        facts = {"received_on": received, "date": day.isoformat()}
        raise Refusal("date_before_receipt", field=field, facts=facts)
    for name in after:
        earlier = state.text(name)
        if earlier and day.isoformat() < earlier:
            facts = {"after": name, "earlier": earlier, "date": day.isoformat()}
            raise Refusal("date_before_step", field=field, article=article, facts=facts)
    return day


def future_day(desk: Desk, text: str, field: str, article: str | None = None) -> str:
    """A day set for somebody to do something by: it exists and is not over. Raises Refusal."""
    day = require(text.strip(), "day_missing", field, article)
    found = desk.day_any(day, field)
    if found < desk.today:
        raise Refusal("date_is_over", field=field, article=article, facts={"date": found.isoformat()})
    return found.isoformat()


def said(desk: Desk, text: str, field: str, article: str | None = None, limit: int = 20_000) -> str:
    """A text that must not be empty. Raises Refusal ``<field>_missing``'s general form ``words_missing``."""
    words = desk.text(text, field, limit)
    if not words:
        raise Refusal("words_missing", field=field, article=article)
    return words


def named(desk: Desk, text: str, field: str, article: str | None = None) -> str:
    """A name that must not be empty. Raises Refusal ``words_missing``."""
    words = desk.line(text, field, NAME_LIMIT)
    if not words:
        raise Refusal("words_missing", field=field, article=article)
    return words


def lines(sets: dict[str, Json], desk: Desk, command: object, *names: str) -> None:
    """Put the lines of a command that are not empty into ``sets`` under their own names."""
    for name in names:
        text = desk.line(getattr(command, name), name)
        if text:
            sets[name] = text
