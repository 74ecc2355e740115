"""同时办理: what two stations did on one case at the same time, told once until a clerk has looked 已阅."""

from __future__ import annotations

from desktop.models.store import looks
from desktop.models.store.connection import immediate
from desktop.models.store.rows import HeadRow, TogetherRow
from desktop.services.outcome import Outcome, Topic
from desktop.services.people import People
from desktop.services.station import Station
from domain.acts import ACT_KINDS, Act
from domain.concurrent import together
from domain.fold import CaseState

_TOPICS = frozenset({Topic.VISIT, Topic.MATTER})


def unseen(station: Station, state: CaseState) -> tuple[TogetherRow, ...]:
    """The pairs nobody at this desk has looked at. Most cases know one station only and cost nothing."""
    if len({act.station for act in state.acts}) < 2:
        return ()
    db = station.store.db
    since = looks.looked(db, state.case_id)
    pairs = [pair for pair in together(looks.arrivals(db, state.case_id)) if pair.place > since]
    people = People(station)
    return tuple(TogetherRow(_head(people, pair.mine), _head(people, pair.theirs)) for pair in pairs)


def look(station: Station, case_id: str) -> Outcome[str]:
    """已阅: everything that has arrived on this case so far. Local; no act, and nothing is sent."""
    db = station.store.db
    with immediate(db) as transaction:
        looks.note_look(db, case_id, max((each.place for each in looks.arrivals(db, case_id)), default=0))
        transaction.commit()
    return Outcome(case_id, _TOPICS)


def _head(people: People, act: Act) -> HeadRow:
    return people.head(act, ACT_KINDS[act.kind].title)
