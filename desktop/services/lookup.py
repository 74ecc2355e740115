"""Reading what screens and command line show: today's list, a case's page, the board, the search, the conflicts."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import TypedDict, TypeVar

from desktop.models.store.files import FileRow
from desktop.models.store.found import found_rows
from desktop.models.store.rows import (
    ClockRow,
    ConflictRow,
    FoundRow,
    MatterRow,
    OfficeRow,
    PaperRow,
    PetitionerRow,
    TimelineRow,
    TogetherRow,
    VisitRow,
)
from desktop.services.clock_words import doubt_words
from desktop.services.field_titles import field_title, field_words, masked, value_words
from desktop.services.files import files_of
from desktop.services.people import People
from desktop.services.record_words import record_words
from desktop.services.station import Station
from desktop.services.together import unseen
from domain.acts import ACT_KINDS, Act, CaseKind
from domain.beijing import beijing_date, beijing_minute
from domain.canonical import Json
from domain.codes import CodeBook
from domain.conflicts import Difference, differences
from domain.decisions.settling import choices, third_allowed
from domain.flags import Flag, flags
from domain.fold import CaseState
from domain.papers import TITLES
from domain.papers.text import read_qr
from domain.refusals import Refusal

R = TypeVar("R")
FOCUS_HITS = 5000
"""Hits that are looked through for those of a field of focus."""


@dataclass(frozen=True, slots=True)
class VisitPage:
    """A visit with everything a page shows."""

    visit: VisitRow
    people: tuple[tuple[str, PetitionerRow], ...]
    """(role, petitioner), main visitor first."""
    companions: tuple[str, ...]
    matters: tuple[MatterRow, ...]
    papers: tuple[PaperRow, ...]
    files: tuple[FileRow, ...]
    timeline: tuple[TimelineRow, ...]
    conflicts: tuple[ConflictRow, ...]
    fields: tuple[tuple[str, str], ...]
    """(title, text) of the recorded fields, in reading order."""
    newer: bool
    together: tuple[TogetherRow, ...] = ()
    """同时办理, until a clerk has looked."""


@dataclass(frozen=True, slots=True)
class MatterPage:
    """A matter with everything a page shows."""

    matter: MatterRow
    visit: VisitRow | None
    petitioner: PetitionerRow | None
    clocks: tuple[ClockRow, ...]
    papers: tuple[PaperRow, ...]
    files: tuple[FileRow, ...]
    timeline: tuple[TimelineRow, ...]
    conflicts: tuple[ConflictRow, ...]
    fields: tuple[tuple[str, str], ...]
    newer: bool
    together: tuple[TogetherRow, ...] = ()
    flags: tuple[Flag, ...] = ()
    """Every flag, who decided it and by what, and what is unknown."""


@dataclass(frozen=True, slots=True)
class PetitionerPage:
    """A petitioner with visits and matters."""

    petitioner: PetitionerRow
    matters: tuple[MatterRow, ...]
    timeline: tuple[TimelineRow, ...]
    fields: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Board:
    """The deadline board, by nominal day: the stricter one warns."""

    overdue: tuple[MatterRow, ...]
    today: tuple[MatterRow, ...]
    three_days: tuple[MatterRow, ...]
    seven_days: tuple[MatterRow, ...]
    later: tuple[MatterRow, ...]
    calendar_missing: tuple[MatterRow, ...]


def today(station: Station, day: str = "") -> list[VisitRow]:
    """The visits of a Beijing day, today's when empty."""
    return station.store.visits_on(day or beijing_date(station.now_ms).isoformat())


def visit_page(station: Station, visit_id: str) -> VisitPage:
    """Everything about a visit."""
    state = station.state(visit_id, field="visit_id")
    visit = _row(station.store.visit_rows([visit_id]), state, "visit_id")
    people = []
    for petitioner_id, role in station.store.people_of_visit(visit_id):
        people += [(role, row) for row in station.store.petitioner_rows([petitioner_id])]
    names = state.get("companions")
    return VisitPage(
        visit=visit,
        people=tuple(people),
        companions=tuple(str(name) for name in names) if isinstance(names, list | tuple) else (),
        matters=tuple(station.store.matters_of_visit(visit_id)),
        **_of_case(station, state),
    )


def matter_page(station: Station, matter_id: str) -> MatterPage:
    """Everything about a matter."""
    state = station.state(matter_id, field="matter_id")
    matter = _row(station.store.matter_rows([matter_id]), state, "matter_id")
    petitioners = station.store.petitioner_rows([state.text("petitioner")]) if state.text("petitioner") else []
    return MatterPage(
        matter=matter,
        visit=next(iter(station.store.visit_rows([matter.visit_id])), None),
        petitioner=petitioners[0] if petitioners else None,
        clocks=tuple(station.store.clocks_of(matter_id)),
        flags=_flags(station, state, matter),
        **_of_case(station, state),
    )


def _flags(station: Station, state: CaseState, row: MatterRow) -> tuple[Flag, ...]:
    visit, earlier = (
        station.store.state(each) if each else None for each in (row.visit_id, state.text("repeat.earlier"))
    )
    return flags(state, visit, earlier, station.store.yardstick.rules.at(row.office), station.organ)


def petitioner_page(station: Station, petitioner_id: str) -> PetitionerPage:
    """Everything about a petitioner."""
    state = station.state(petitioner_id, field="petitioner_id")
    person = _row(station.store.petitioner_rows([petitioner_id]), state, "petitioner_id")
    matters = tuple(station.store.matters_of_petitioner(petitioner_id))
    return PetitionerPage(person, matters, timeline(station, state), _told(station, state))


class _OfCase(TypedDict):
    papers: tuple[PaperRow, ...]
    files: tuple[FileRow, ...]
    timeline: tuple[TimelineRow, ...]
    conflicts: tuple[ConflictRow, ...]
    fields: tuple[tuple[str, str], ...]
    newer: bool
    together: tuple[TogetherRow, ...]


def _of_case(station: Station, state: CaseState) -> _OfCase:
    """What the pages of a visit and of a matter both show of their case."""
    return {
        "papers": tuple(station.store.papers_of(state.case_id)),
        "files": tuple(files_of(station, state.case_id)),
        "timeline": timeline(station, state),
        "conflicts": _conflicts(station, state),
        "fields": _told(station, state),
        "newer": state.newer,
        "together": unseen(station, state),
    }


def _told(station: Station, state: CaseState) -> tuple[tuple[str, str], ...]:
    """The recorded fields, and the values kept as notes behind them."""
    return (*field_words(state, station.store.yardstick.codes), *note_words(state))


def _row(rows: Sequence[R], state: CaseState, field: str) -> R:
    """The row of a case, or the refusal that the case is of another kind."""
    if not rows:
        raise Refusal("case_of_another_kind", field=field, facts={"kind": state.case_kind})
    return rows[0]


def deadline_board(station: Station, until_days: int = 3650) -> Board:
    """Open matters by how soon they are due."""
    now = beijing_date(station.now_ms)
    rows = station.store.matters_due((now + timedelta(days=until_days)).isoformat())

    def between(first: int | None, last: int | None) -> tuple[MatterRow, ...]:
        low = (now + timedelta(days=first)).isoformat() if first is not None else ""
        high = (now + timedelta(days=last)).isoformat() if last is not None else "9999"
        return tuple(row for row in rows if low <= row.due_nominal <= high)

    missing = tuple(station.store.matters_without_calendar())
    return Board(between(None, -1), between(0, 0), between(1, 3), between(4, 7), between(8, None), missing)


def find(station: Station, text: str, limit: int = 60, focus: str = "") -> list[FoundRow]:
    """Search everything on this disk, sent or not, newest first; with ``focus`` only matters of that field."""
    if not focus:
        return found_rows(station.store.db, station.store.find(text, limit=limit))
    inside = {row.matter_id for row in in_focus(station, focus)}
    hits = station.store.find(text, kinds=("matter",), limit=FOCUS_HITS)
    return found_rows(station.store.db, [hit for hit in hits if hit.ref in inside][:limit])


def by_scan(station: Station, scanned: str) -> tuple[str, str]:
    """The case a scanned paper of ours is about: its matter, or the visit when that has several; kind and id.

    Refused: ``qr_unreadable`` (not ours, misread), ``scan_unknown`` (no such visit here, or another query code).
    """
    read = read_qr(scanned)
    if read is None:
        raise Refusal("qr_unreadable", field="scan")
    number, code = read
    visit_id = station.store.visit_by_number(number.partition("/")[0])
    visit = station.store.state(visit_id) if visit_id else None
    if visit is None or visit.text("query_code") != code:
        raise Refusal("scan_unknown", field="scan", facts={"number": number[:40]})
    rows = station.store.matters_of_visit(visit.case_id)
    named = [row for row in rows if row.number == number] or (rows if len(rows) == 1 else [])
    return ("matter", named[0].matter_id) if named else ("visit", visit.case_id)


def in_focus(station: Station, focus: str) -> list[MatterRow]:
    """The matters of a field of focus 民生重点, newest first; each by the version its code was given by.

    Refused: ``focus_unknown`` for a field that no table names.
    """
    book = station.store.yardstick.codes
    tagged = book.tagged("content_classes", focus)
    if not tagged:
        raise Refusal("focus_unknown", field="focus", facts={"given": focus[:20]})
    rows = station.store.matters_with_codes(tagged)
    inside = [matter_id for matter_id, code, mark in rows if mark in tagged[code]]
    return station.store.matter_rows(inside)


def conflicts(station: Station) -> list[ConflictRow]:
    """Every field with two differing live heads (待核对) that a clerk may settle.

    Series 文号 are the county's to put right: a clerk cannot know which of two holders stands.
    """
    found: list[ConflictRow] = []
    seen: set[str] = set()
    for case_id, kind, _field in station.store.conflict_fields():
        if case_id in seen or kind == CaseKind.SERIES:
            continue
        seen.add(case_id)
        state = station.store.state(case_id)
        if state is not None:
            found += _conflicts(station, state)
    return found


def homeless(station: Station) -> list[MatterRow]:
    """Open matters without owner, next step or due date (无着落件)."""
    return station.store.homeless()


def offices(station: Station) -> list[OfficeRow]:
    """The directory of offices."""
    return station.store.offices()


def timeline(station: Station, state: CaseState) -> tuple[TimelineRow, ...]:
    """The acts of a case as a clerk reads them."""
    confirmed = station.store.confirmed_acts(state.case_id)
    people = People(station)
    return tuple(
        TimelineRow(
            act_id=act.act_id,
            at=beijing_minute(act.wall_ms),
            clock=act.clock,
            title=ACT_KINDS[act.kind].title if act.known else "由新版本办理，请升级后查看",
            by=people.name(act.by),
            office=people.office(act.office),
            station=people.window(act) or act.station[:8],
            summary=_summary(act, station.store.yardstick.codes, secret=state.text("matter_class") == "accusation"),
            why=act.why,
            reported=act.act_id in confirmed,
            doubt=doubt_words(act.clock, act.clock_offset_ms),
        )
        for act in state.acts
    )


def _summary(act: Act, book: CodeBook, *, secret: bool) -> str:
    """What an act set, at most six fields; ``secret``: an accusation's never says who signed (R 30③)."""
    if not act.known:
        return ""
    shown = []
    for name, value in act.sets.items():
        title = field_title(name)
        told = {**value, "signer": ""} if secret and isinstance(value, dict) and name.startswith("delivery.") else value
        words = masked(name, _said(act, name, book, told))
        if title and words:
            shown.append(f"{title}：{words[: 600 if isinstance(value, dict) else 40]}")
    return "；".join(shown[:6])


def _said(act: Act, name: str, book: CodeBook, value: Json) -> str:
    """What an act set a field to, in words; a code as the table has it by which it was given."""
    mark = act.sets.get(f"codes.{name}")
    if isinstance(mark, str) and isinstance(value, str):
        return value_words(name, value, mark, book)
    return plain(value, name)


def plain(value: Json, name: str = "") -> str:
    """A field's value in words."""
    if value is None or value is False or value == "":
        return ""
    if value is True:
        return "是"
    if isinstance(value, str | int):
        return value_words(name, str(value))
    if isinstance(value, dict):
        return _record_words(name, value)
    return json.dumps(value, ensure_ascii=False)[:200]


def _record_words(name: str, value: Mapping[str, Json]) -> str:
    """A recorded paper, print or delivery in one line."""
    if name.startswith("delivery."):
        how = "拒收" if value.get("outcome") == "refused" else "签收"
        return f"{value.get('at', '')} {value.get('signer', '')}{how}".strip()
    if name.startswith("note."):
        return _kept_words(value)
    if name.startswith("print.") and value.get("file"):
        return f"{value.get('at', '')} 另存为 PDF“{value['file']}”".strip()
    if name.startswith("print."):
        large = "（大字版）" if value.get("large") is True else ""
        return f"{value.get('at', '')} {'已打印出来' if value.get('out') is True else '未打印出来'}{large}".strip()
    if name.endswith(".pdf") or ".also." in name:
        return f"{'大字版 ' if value.get('large') is True else ''}PDF {value.get('pages', '')}页"
    if name.startswith("paper."):
        title = TITLES.get(str(value.get("form", "")), "")
        return f"{title} {value.get('number', '')}{'（大字版）' if value.get('large') is True else ''}".strip()
    if name.startswith("file."):
        return str(value.get("name", ""))[:60]
    if name.startswith("table."):
        return f"{value.get('year', '')}年 {value.get('source_notice', '')}".strip()[:80]
    return record_words(name, value)


def note_words(state: CaseState) -> list[tuple[str, str]]:
    """Values kept as notes 备注 when a conflict was settled."""
    return [("备注", words) for value in state.items("note").values() if (words := plain(value, "note.")) != ""]


def _kept_words(value: Mapping[str, Json]) -> str:
    """A note 备注: what else was written for a field, and when."""
    name = str(value.get("field", ""))
    kept = value.get("kept")
    parts = [
        f"{masked(name, plain(item.get('value'), name)) or '（空）'}（{item.get('at', '')}）"
        for item in (kept if isinstance(kept, list | tuple) else ())
        if isinstance(item, dict)
    ]
    return f"{field_title(name) or name}另有记录：{'；'.join(parts)}" if parts else ""


def _conflicts(station: Station, state: CaseState) -> tuple[ConflictRow, ...]:
    if not state.conflicts:
        return ()
    people = People(station)
    summary = state.text("summary") or state.text("number") or state.text("name")
    return tuple(_conflict(people, state, torn, summary) for torn in differences(state))


def _conflict(people: People, state: CaseState, torn: Difference, summary: str) -> ConflictRow:
    name = torn.field
    return ConflictRow(
        case_id=state.case_id,
        case_kind=state.case_kind,
        field=name,
        field_title=field_title(name) or name,
        heads=tuple(people.head(head.act, plain(head.value, name)) for head in torn.heads),
        summary=summary,
        base=None if torn.base is None else people.head(torn.base.act, plain(torn.base.value, name)),
        base_missing=torn.base_missing,
        seen=torn.acts,
        third=third_allowed(torn, state.case_kind),
        choices=tuple((code, value_words(name, code)) for code in choices(name, state.case_kind)),
        number=state.text("number"),
    )
