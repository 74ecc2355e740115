"""大字版 proposed: for which papers and to whom, as this window decided; the clerk decides each time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final

from desktop.services import print_settings
from desktop.services.station import Station
from domain.fold import CaseState
from domain.identity import age_on
from domain.papers import LARGE_TYPE

ELDERLY: Final = 60
"""Years of age from which somebody is elderly 老年人 (《中华人民共和国老年人权益保障法》第二条)."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """Whether a form has a 大字版, whether it is proposed for this case, and the age that speaks for it."""

    possible: bool
    proposed: bool
    age: int
    """0: not known."""
    by_age: bool
    """Whether this window proposes it to the elderly at all."""


def proposal(station: Station, case_id: str, form: str) -> Proposal:
    """What to propose before a paper is issued. An age nobody recorded proposes nothing."""
    if form not in LARGE_TYPE:
        return Proposal(False, False, 0, False)
    by_age = print_settings.proposes_large(station)
    age = _age(station, station.state(case_id, field="case_id"))
    return Proposal(True, by_age and age >= ELDERLY, age, by_age)


def _age(station: Station, state: CaseState) -> int:
    known = state.text("petitioner")
    if state.case_kind == "visit":
        known = next((each for each, role in station.store.people_of_visit(state.case_id) if role == "main"), "")
    person = station.store.state(known) if known else None
    try:
        birth = date.fromisoformat(person.text("birth") if person is not None else "")
    except ValueError:
        return 0
    return max(0, age_on(birth, station.desk().today))
