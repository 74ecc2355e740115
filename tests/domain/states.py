"""Desks and states for tests of decisions: shipped calendars and rules, a fixed day, ids that count up."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

import pytest

import resources
from domain.acts import Act, ActDraft
from domain.beijing import ZONE
from domain.canonical import Json
from domain.decisions.desk import Desk
from domain.fold import CaseState, fold
from domain.refusals import Refusal
from domain.ruletable import parse_rules
from domain.workcalendar import WorkCalendar, parse_calendar

CALENDAR = WorkCalendar([parse_calendar(table) for table in resources.calendars()])
RULES = parse_rules(resources.rules())


def millis(text: str) -> int:
    """A Beijing minute as milliseconds."""
    return int(datetime.fromisoformat(text).replace(tzinfo=ZONE).timestamp() * 1000)


def desk(now: str = "2026-11-23 09:12", **changes: Any) -> Desk:
    """The desk of a competent organ, unless changed."""
    ids = iter(range(1, 1_000_000))
    values: dict[str, Any] = {
        "office": "370206",
        "office_kind": "competent_organ",
        "window": "1",
        "station": "51" * 16,
        "clerk": "王晓青",
        "now_ms": millis(now),
        "calendar": CALENDAR,
        "rules": RULES,
        "new_id": lambda: f"{next(ids):032x}",
    }
    return Desk(**(values | changes))


def state(sets: dict[str, Json], *later: dict[str, Json], kind: str = "matter", name: str = "") -> CaseState:
    """A case whose first act set some fields; each later one replaces what it sets, having seen all before."""
    names = {"matter": "matter_registered", "visit": "visit_registered", "petitioner": "petitioner_recorded"}
    drafts = [ActDraft(name or names[kind], kind, "c1" * 16, sets)]
    folded = fold(as_acts(drafts))
    for each in later:
        change = ActDraft("matter_corrected", kind, "c1" * 16, each, folded.over(*each))
        folded = grow(folded, [change])
    return folded


def as_acts(drafts: Iterable[ActDraft], after: int = 0) -> list[Act]:
    """Drafts as acts, numbered on."""
    return [
        Act(
            act_id=f"{n:032x}",
            kind=draft.kind,
            case_kind=draft.case_kind,
            case_id=draft.case_id,
            scope=draft.scope or "office/370206",
            lamport=n,
            wall_ms=n,
            clock="ok",
            office="370206",
            station="51" * 16,
            by="b1" * 16,
            sets=draft.sets,
            over=draft.over,
            why=draft.why,
        )
        for n, draft in enumerate(drafts, start=after + 1)
    ]


def grow(before: CaseState, drafts: Iterable[ActDraft]) -> CaseState:
    """A case after more acts."""
    own = [draft for draft in drafts if draft.case_id == before.case_id]
    return fold([*before.acts, *as_acts(own, after=len(before.acts))])


def matter(*later: dict[str, Json], **fields: Json) -> CaseState:
    """A claim on the petition route, received on 23 November 2026 by a competent organ."""
    plain: dict[str, Json] = {
        "number": "370206-1-20261123-001/1",
        "summary": "征地补偿",
        "matter_class": "claim",
        "route": "31-6",
        "office": "370206",
        "office_kind": "competent_organ",
        "received_on": "2026-11-23",
        "channel": "visit",
        "stage": "registered",
        "petitioner": "9e" * 16,
    }
    return state(plain | fields, *later)


def refusal(doing: Callable[[], object]) -> Refusal:
    """The refusal a call raises."""
    with pytest.raises(Refusal) as caught:
        doing()
    return caught.value
