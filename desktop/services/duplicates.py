"""Matters perhaps registered twice 重复登记: the same person with the same matter at another window; only proposed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from desktop.models.store.rows import MatterRow
from desktop.services.intake import candidates_of, known_people, story_of
from desktop.services.people import People
from desktop.services.station import Station
from domain.commands import PetitionerInput
from domain.decisions.linking import linked
from domain.fold import CaseState
from domain.repeat import NewMatter, propose


@dataclass(frozen=True, slots=True)
class DuplicateRow:
    """Two matters registered apart that may be one 关联."""

    matter_id: str
    number: str
    other_matter_id: str
    other_number: str
    other_received_on: str
    other_office: str
    reason: str


def duplicates_of(station: Station, matter: CaseState) -> tuple[DuplicateRow, ...]:
    """Matters of the same person at another window that tell the same, and of which nobody has said anything yet."""
    petitioner_id = matter.text("petitioner")
    person = station.store.state(petitioner_id) if petitioner_id else None
    if person is None:
        return ()
    typed = PetitionerInput(
        name=person.text("name"),
        id_number=person.text("id_number"),
        mobile=person.text("mobile"),
        address=person.text("address"),
    )
    others = [row.petitioner_id for row in known_people(station, typed)]
    rules, today = station.store.yardstick.rules, station.desk().today
    people, found = People(station), []
    for each in candidates_of(station, others, typed):
        other = station.store.state(each.matter_id)
        if other is None or each.matter_id == matter.case_id or linked(matter, each.matter_id):
            continue
        if other.acts[0].station == matter.acts[0].station or linked(other, matter.case_id):
            continue  # at one window the clerk was told when it was registered
        told = NewMatter(story_of(matter), matter.text("content_code"), matter.text("accused_organ"))
        proposal = propose(
            told,
            [each],
            same_percent=rules.number("repeat_same_percent", today),
            related_percent=rules.number("repeat_related_percent", today),
        )
        if proposal.kind != "first":
            found.append(
                DuplicateRow(
                    matter.case_id,
                    matter.text("number"),
                    each.matter_id,
                    each.number,
                    each.day.isoformat(),
                    people.office(other.text("office")),
                    proposal.reason.sentence(),
                )
            )
    return tuple(found)


def duplicates(station: Station) -> Iterator[DuplicateRow]:
    """Every such pair among the matters that are open here, each once."""
    seen: set[frozenset[str]] = set()
    for row in _open(station):
        state = station.store.state(row.matter_id)
        for each in duplicates_of(station, state) if state is not None else ():
            pair = frozenset((each.matter_id, each.other_matter_id))
            if pair not in seen:
                seen.add(pair)
                yield each


def _open(station: Station) -> list[MatterRow]:
    return station.store.matter_rows(station.store.matters_running())
