"""The clerk's own drafts: every changed field within a second, offered again after a crash; private, never sent."""

from __future__ import annotations

from collections.abc import Mapping

from desktop.models.store import drafts as kept
from desktop.models.store.connection import immediate
from desktop.models.store.drafts import Draft, DraftLine
from desktop.services.station import Station

STEP_FORM = "step"
"""Name of the form under which steps on a matter are kept."""
STEP_VERSION = 1
WORDING_FORM = "wording"
"""Name of the form under which edits of a wording 文书用语 are kept."""
WORDING_VERSION = 1


def save_draft(
    station: Station,
    draft_id: str,
    fields: Mapping[str, object],
    *,
    form: str,
    form_version: int,
    first_words: str = "",
    subject: str | None = None,
) -> None:
    """Save a form as it stands now. ``subject``: the case it is about, when there is one already."""
    draft = Draft(draft_id, station.clerk_id, form, form_version, subject, station.now_ms, first_words, dict(fields))
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


def step_draft_id(station: Station, matter_id: str, step: str) -> str:
    """Where this clerk's unfinished step on a matter is kept: one for each step, so that it is found again."""
    return f"{station.clerk_id}/{matter_id}/{step}"


def wording_draft_id(station: Station, form: str) -> str:
    """Where this clerk's unfinished edit of a form's wording is kept."""
    return f"{station.clerk_id}/{WORDING_FORM}/{form}"


def wording_draft(station: Station, form: str) -> Draft | None:
    """This clerk's unfinished edit of a form's wording."""
    draft = load_draft(station, wording_draft_id(station, form))
    return draft if draft is not None and draft.form_version == WORDING_VERSION else None


def step_drafts(station: Station, matter_id: str) -> dict[str, Draft]:
    """This clerk's unfinished steps on a matter, by the step's code."""
    found = {}
    for line in open_drafts(station):
        if line.form == STEP_FORM and line.subject == matter_id:
            draft = load_draft(station, line.draft_id)
            if draft is not None and line.form_version == STEP_VERSION:
                found[line.draft_id.rpartition("/")[2]] = draft
    return found
