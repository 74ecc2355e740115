"""Wording at the desk: which counts for each form; an edited text judged, drawn as it would print, and saved."""

from __future__ import annotations

import copy
import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import cast

from desktop import printing
from desktop.printing import gallery
from desktop.services import drafts, tables
from desktop.services.clerks import is_administrator
from desktop.services.outcome import Outcome
from desktop.services.papers import refuse_unprintable
from desktop.services.sentences import sentence
from desktop.services.shipped import wording_titles
from desktop.services.station import Station
from domain.beijing import beijing_minute
from domain.canonical import Json
from domain.commands import ImportWording
from domain.decisions.tables import wording_table
from domain.papers import SIZES, TITLES, Mark
from domain.papers.content import WORDING
from domain.refusals import Refusal
from domain.rules import region_prefix
from domain.wording import Wording, Words, conditions, findings, known_blanks, sentences_of
from domain.wordingtext import as_text, from_text


@dataclass(frozen=True, slots=True)
class WordingRow:
    """One form, and the wording its papers are printed in today."""

    form: str
    title: str
    version: str
    """``2026.1`` shipped, ``370299@2`` local."""
    name: str
    since: str
    own: bool
    """This office's own, not the county's or the shipped one."""
    unfinished: bool
    """This clerk has begun to edit it and not put it in force."""
    left_out: str
    """A local wording that lacks what this release must say, and is therefore not used; empty: none."""


@dataclass(frozen=True, slots=True)
class Kept:
    """An unfinished edit of a form's wording, as typed."""

    text: str
    name: str
    since: str
    at: str
    """Beijing minute of the last change."""


@dataclass(frozen=True, slots=True)
class Editing:
    """A form's wording as the editor shows it."""

    row: WordingRow
    text: str
    shipped: str
    blanks: tuple[tuple[str, str], ...]
    """(Chinese name as written in the text, the part it belongs to)."""
    conditions: tuple[str, ...]
    next_version: int
    may_save: bool
    kept: Kept | None
    """What this clerk typed and did not put in force."""


@dataclass(frozen=True, slots=True)
class Checked:
    """What an edited text would be: what is wrong with it, and a synthetic paper in its words."""

    words: Mapping[str, Json] | None
    wrong: tuple[str, ...]
    pdf: bytes
    """Empty when the form cannot be drawn so."""


def forms(station: Station) -> list[WordingRow]:
    """Every form with the wording in force today."""
    book, desk = station.store.yardstick.wording, station.desk()
    begun = {line.draft_id for line in drafts.open_drafts(station) if line.form == drafts.WORDING_FORM}
    return [
        _row(station, form, book.at(form, desk.office, desk.today), begun) for form in TITLES if form in book.shipped
    ]


def open_form(station: Station, form: str) -> Editing:
    """A form's wording for the editor."""
    shipped = _shipped(station, form)
    desk = station.desk()
    local = station.store.yardstick.wording.at(form, desk.office, desk.today)
    titles = wording_titles()
    named = [
        (titles.blank(b), titles.part(part)) for part, found in known_blanks(shipped).items() for b in sorted(found)
    ]
    return Editing(
        row=_row(station, form, local),
        text=as_text(local.words if local else shipped, titles),
        shipped=as_text(shipped, titles),
        blanks=tuple(named),
        conditions=tuple(titles.blank(name) for name in conditions(shipped)),
        next_version=_next_version(station, form),
        may_save=is_administrator(station),
        kept=_kept(station, form),
    )


def _kept(station: Station, form: str) -> Kept | None:
    draft = drafts.wording_draft(station, form)
    if draft is None:
        return None
    text, name, since = (str(draft.fields.get(each, "")) for each in ("text", "name", "since"))
    return Kept(text, name, since, beijing_minute(draft.saved_ms))


def check(station: Station, form: str, text: str) -> Checked:
    """Judge an edited text and draw the sample in it, marked 草稿; nothing is recorded."""
    shipped = _shipped(station, form)
    try:
        words = from_text(text, shipped, wording_titles())
    except Refusal as refusal:
        return Checked(None, (sentence(refusal),), b"")
    return check_words(station, form, words)


def check_words(station: Station, form: str, words: Mapping[str, Json]) -> Checked:
    """The same of a wording that is no text any more."""
    shipped = _shipped(station, form)
    wrong = [sentence(each.refusal()) for each in findings(form, words, shipped)]
    if not wrong:
        try:
            refuse_unprintable(sentences_of(words))
        except Refusal as refusal:
            wrong.append(sentence(refusal))
    return Checked(words, tuple(wrong), b"" if wrong else _drawn(form, words))


def save(station: Station, form: str, text: str, *, name: str, since: str, note: str = "") -> Outcome[tables.Imported]:
    """Put an edited text in force for this office from a day on, as a new version.

    Refused: ``not_administrator``, ``wording_text``, what :func:`findings` finds. Papers issued keep their words.
    """
    desk = station.desk()
    words = from_text(text, _shipped(station, form), wording_titles())
    body = {
        "form": form,
        "name": name.strip() or f"{station.office.name}《{TITLES[form]}》用语",
        "region": desk.office,
        "version": _next_version(station, form),
        "from": since or desk.today.isoformat(),
        "note": note.strip(),
        "words": words,
    }
    command = ImportWording(json.dumps(body, ensure_ascii=False))
    return tables.import_wording(station, command, draft_id=drafts.wording_draft_id(station, form))


def table_of(station: Station, form: str, region: str = "", version: int = 0) -> dict[str, Json]:
    """A form's wording as a table to be changed and imported: the one in force, or a version of a region's.

    Refused: ``wording_unknown``. The shipped one comes with the number a first local version would have.
    """
    desk, book = station.desk(), station.store.yardstick.wording
    if version or region:
        held = [w for w in book.versions(form) if w.region == (region_prefix(region) or w.region)]
        found = [w for w in held if version in (0, w.version)]
        if not found:
            raise Refusal("wording_unknown", field="form", facts={"form": form})
        local: Wording | None = found[-1]
    else:
        local = book.at(form, desk.office, desk.today)
    words = local.words if local else _shipped(station, form)
    return {
        "form": form,
        "name": local.name if local else f"《{TITLES[form]}》用语",
        "region": local.region if local else desk.office,
        "version": local.version if local else 1,
        "from": (local.since if local else desk.today).isoformat(),
        "note": local.note if local else f"随程序 {WORDING}",
        "words": cast("Json", copy.deepcopy(words)),  # to be changed, and what is in force is not
    }


def check_table(station: Station, table: str) -> tuple[str, ...]:
    """What is wrong with a table's wording, each in a sentence; a table that is none is refused ``wording_invalid``."""
    shipped = station.store.yardstick.wording.shipped
    read = wording_table(table)
    if read.form not in shipped:
        raise Refusal("wording_unknown", field="form", facts={"form": read.form})
    return check_words(station, read.form, read.words).wrong


def _row(station: Station, form: str, local: Wording | None, begun: Collection[str] = ()) -> WordingRow:
    book, desk = station.store.yardstick.wording, station.desk()
    waiting = [w.mark for w in book.versions(form) if desk.office.startswith(w.region) and not book.fits(w)]
    return WordingRow(
        form=form,
        title=TITLES[form],
        version=local.mark if local else WORDING,
        name=local.name if local else "随程序",
        since=local.since.isoformat() if local else "",
        own=local is not None and local.region == region_prefix(desk.office),
        unfinished=drafts.wording_draft_id(station, form) in begun,
        left_out="、".join(waiting),
    )


def _next_version(station: Station, form: str) -> int:
    own = region_prefix(station.office.code)
    held = [w.version for w in station.store.yardstick.wording.versions(form) if w.region == own]
    return max(held, default=0) + 1


def _shipped(station: Station, form: str) -> Words:
    found = station.store.yardstick.wording.shipped.get(form)
    if found is None:
        raise Refusal("wording_unknown", field="form", facts={"form": form[:8]})
    return found


def _drawn(form: str, words: Mapping[str, Json]) -> bytes:
    """The sample of a form in these words."""
    sample = next((each for each in gallery.samples() if each.form == form), None)
    if sample is None:
        return b""
    return printing.render(sample, SIZES[form][0], gallery.LINE, Mark.draft(), words)
