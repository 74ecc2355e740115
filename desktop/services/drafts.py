"""The clerk's own drafts: every changed field within a second, offered again after a crash; private, never sent."""

from __future__ import annotations

from collections.abc import Mapping

from desktop.models.store import drafts as kept
from desktop.models.store.connection import immediate
from desktop.models.store.drafts import Draft, DraftLine
from desktop.services.station import Station


def save_draft(
    station: Station,
    draft_id: str,
    fields: Mapping[str, object],
    *,
    form: str,
    form_version: int,
    first_words: str = "",
) -> None:
    """Save a form as it stands now."""
    draft = Draft(draft_id, station.clerk_id, form, form_version, None, station.now_ms, first_words, dict(fields))
    with immediate(station.store.db) as transaction:
        kept.save(station.store.db, draft)
        transaction.commit()


def open_drafts(station: Station) -> list[DraftLine]:
    """The clerk's unfinished forms, newest first."""
    return kept.list_open(station.store.db, station.clerk_id)


def load_draft(station: Station, draft_id: str) -> Draft | None:
    """A draft's fields; None when it is gone or damaged (then it was put aside, not lost)."""
    return kept.load(station.store.db, draft_id, station.clerk_id, now_ms=station.now_ms)


def discard_draft(station: Station, draft_id: str) -> None:
    """Put a draft aside; it can be taken back for 30 days."""
    kept.discard(station.store.db, draft_id, station.clerk_id, now_ms=station.now_ms)
