"""What the intake page asks the services while the clerk types: one question, one answer, on the store lane."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from desktop.models.store.rows import MatterRow, PetitionerRow
from desktop.services import intake
from desktop.services.intake import RepeatView, StepView
from desktop.services.restricted import hint
from desktop.services.sentences import sentence, warning_sentence
from desktop.services.station import Station
from domain.commands import MatterInput, PetitionerInput
from domain.refusals import Refusal


@dataclass(frozen=True, slots=True)
class Question:
    """The form as it stands; ``person`` and ``matter`` are the indexes the clerk is busy with."""

    people: tuple[PetitionerInput, ...]
    matters: tuple[MatterInput, ...]
    person: int = 0
    matter: int = 0
    anonymous: bool = False
    has_materials: bool = False


@dataclass(frozen=True, slots=True)
class Thought:
    """The answer: nothing in it is decided, everything is shown beside the form."""

    person: int
    implied: Mapping[str, str] = field(default_factory=dict)
    doubts: Mapping[str, str] = field(default_factory=dict)
    known: tuple[PetitionerRow, ...] = ()
    earlier: tuple[MatterRow, ...] = ()
    repeats: Mapping[int, RepeatView] = field(default_factory=dict)
    steps: Mapping[int, StepView] = field(default_factory=dict)
    elsewhere: Mapping[int, str] = field(default_factory=dict)
    """The place of each matter → where it should be registered instead; empty when here is right."""


def think(station: Station, question: Question) -> Thought:
    """Everything the services know about the form as typed so far."""
    desk = station.desk()
    person = question.people[question.person] if question.person < len(question.people) else PetitionerInput()
    implied: Mapping[str, str] = {}
    doubts: dict[str, str] = {}
    try:
        implied, warnings = intake.check_petitioner(desk, person)
        for code, name in warnings:
            doubts[name] = "；".join(filter(None, (doubts.get(name), warning_sentence(code))))
    except Refusal as refusal:  # said again, and then it counts, when the visit is registered
        doubts[(refusal.field or "").rpartition(".")[2]] = sentence(refusal)
    known: list[PetitionerRow] = []
    earlier: list[MatterRow] = []
    if person.petitioner_id:
        earlier = intake.matters_of(station, person.petitioner_id)
    else:
        taken = {each.petitioner_id for each in question.people}
        known = [row for row in intake.known_people(station, person) if row.petitioner_id not in taken]
    main = question.people[0] if question.people else PetitionerInput()
    repeats: dict[int, RepeatView] = {}
    steps: dict[int, StepView] = {}
    for place, matter in enumerate(question.matters):
        if main.name.strip() or main.petitioner_id or matter.request or matter.summary:
            repeats[place] = intake.propose_repeat(station, main.petitioner_id, main, matter)
        if matter.matter_class:
            steps[place] = intake.propose_step(
                desk,
                matter,
                question.people,
                anonymous=question.anonymous,
                has_materials=question.has_materials,
                earlier=intake.repeated(station, matter),
            )
    elsewhere = {place: hint(station, matter.matter_class) for place, matter in enumerate(question.matters)}
    return Thought(question.person, implied, doubts, tuple(known), tuple(earlier), repeats, steps, elsewhere)
