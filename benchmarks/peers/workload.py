"""The visits everybody carries: registrations of synthetic people, as acts for us and as one JSON text for peers."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date

import resources
from desktop.services.synthetic import visits
from domain.acts import ActDraft
from domain.canonical import canonical_bytes
from domain.commands import PetitionerInput, RepeatDecision
from domain.decisions.desk import Desk
from domain.decisions.registration import register_visit
from domain.ruletable import parse_rules
from domain.workcalendar import WorkCalendar, parse_calendar

NOW_MS = 1_795_400_000_000
OFFICE = "370205"


@dataclass(frozen=True, slots=True)
class Visit:
    """One registration."""

    key: str
    """32 hexadecimal digits."""
    drafts: tuple[ActDraft, ...]

    @property
    def text(self) -> str:
        """The same facts as one JSON text, without our envelopes and signatures."""
        facts = [{"case": draft.case_id, "kind": draft.kind, **draft.sets} for draft in self.drafts]
        return canonical_bytes(facts).decode()


def workload(count: int) -> list[Visit]:
    """``count`` visits, the same every time. Everybody in them comes for the first time."""
    return list(_visits(count))


def edited(visit: Visit) -> tuple[ActDraft, Visit]:
    """The correction of one visit: for us one more act, for a peer the whole text anew."""
    matter = visit.drafts[-1]
    words = {"request": str(matter.sets.get("request", "")) + "请在期限内书面答复。"}
    draft = ActDraft("matter_corrected", matter.case_kind, matter.case_id, words)
    changed = replace(matter, sets={**matter.sets, **words})
    return draft, replace(visit, drafts=(*visit.drafts[:-1], changed))


def every(visits_made: Sequence[Visit], count: int) -> list[Visit]:
    """``count`` of them, spread over the whole."""
    step = max(1, len(visits_made) // count)
    return list(visits_made[::step][:count])


def _visits(count: int) -> Iterator[Visit]:
    chance = random.Random(20261123)
    desk = Desk(
        office=OFFICE, office_kind="competent_organ", window="1", station="", clerk="c1", now_ms=NOW_MS,
        calendar=WorkCalendar([parse_calendar(table) for table in resources.calendars()]),
        rules=parse_rules(resources.rules()), new_id=lambda: chance.randbytes(16).hex(),
    )  # fmt: skip
    for number, made in enumerate(visits(1, count, until=date(2026, 11, 20)), start=1):
        people = tuple(_once(person) for person in made.command.people)
        matters = tuple(replace(matter, repeat=RepeatDecision()) for matter in made.command.matters)
        command = replace(made.command, people=people, matters=matters)
        done = register_visit(
            command,
            desk,
            number=f"{OFFICE}-1-20261120-{number:05d}",
            query_code=f"{number:08d}",
            day_count=number,
            known={},
        )
        yield Visit(done.visit_id, done.drafts)


def _once(person: PetitionerInput) -> PetitionerInput:
    return replace(person, petitioner_id="")
