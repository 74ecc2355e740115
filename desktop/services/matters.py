"""Steps on a matter and corrections of the record: one function each, each one transaction."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Protocol

from desktop.models.store import drafts
from desktop.services.outcome import Outcome, Topic
from desktop.services.station import Station
from domain.acts import ActDraft
from domain.audience import restricted
from domain.commands import (
    AssignMatter,
    CorrectMatter,
    CorrectPetitioner,
    CorrectTime,
    CorrectVisit,
    DeliverNotice,
    LinkMatter,
    ReferMatter,
    SettleConflict,
    SettleConflicts,
    ShareCase,
    SimplifyMatter,
    SupplyAddress,
)
from domain.decisions import corrections, deciding, linking, reading, settling, sharing, steps, times
from domain.decisions.desk import Desk
from domain.fold import CaseState
from domain.refusals import Refusal


class StepCommand(Protocol):
    """A command on one matter."""

    @property
    def matter_id(self) -> str: ...


_STEP = frozenset({Topic.MATTER, Topic.DEADLINE, Topic.SYNC})
_RECORD = _STEP | {Topic.VISIT, Topic.PETITIONER, Topic.CONFLICT}


def _recorded(station: Station, case_id: str, decided: Iterable[ActDraft], topics: frozenset[str]) -> Outcome[str]:
    with station.writing() as transaction:
        transaction.record(decided)
    return Outcome(case_id, topics)


def take_step(station: Station, command: StepCommand, *, draft_id: str = "") -> Outcome[str]:
    """Take a step of the table of procedure (``domain.procedure.table``), in one transaction. Raises Refusal.

    ``draft_id`` is the draft it was typed in; closed in the same transaction.
    """
    state = station.state(command.matter_id, field="matter_id")
    decided = decide_step(station, command, state, station.desk())
    with station.writing() as transaction:
        transaction.record(decided)
        if draft_id:
            drafts.close(transaction.db, draft_id)
    if isinstance(command, SupplyAddress):
        return Outcome(state.case_id, _RECORD)
    return Outcome(state.case_id, _STEP | {Topic.PAPER} if isinstance(command, DeliverNotice) else _STEP)


def decide_step(station: Station, command: StepCommand, state: CaseState, desk: Desk) -> list[ActDraft]:
    """What a step would record, with what its decision has to know besides the matter; nothing is written.

    Raises Refusal.
    """
    if isinstance(command, SupplyAddress):  # it touches the petitioner too (R 23②; H5)
        petitioner_id = command.petitioner_id or state.text("petitioner")
        petitioner = station.state(petitioner_id, field="petitioner_id") if petitioner_id else None
        return deciding.supply_address(command, state, petitioner, desk)
    if isinstance(command, ReferMatter | AssignMatter):
        named = replace(command, to_name=_office_name(station, command.to_office, command.to_name))
        return [*steps.decide(named, state, desk), *_shown_to(station, state, command.to_office)]
    if isinstance(command, LinkMatter):
        return linking.link(command, state, station.state(command.other_matter_id, field="other_matter_id"), desk)
    if isinstance(command, SimplifyMatter):
        visit = station.store.state(state.text("visit")) if state.text("visit") else None
        return deciding.simplify(command, state, desk, visit)
    return steps.decide(command, state, desk)


def note_reading(station: Station, matter_id: str) -> bool:
    """Record that this clerk opened an accusation 检举控告; True when that was written. Other matters are just read."""
    state = station.state(matter_id, field="matter_id")
    noted = reading.read(state, station.clerk_id, station.desk())
    if not noted:
        return False
    _recorded(station, matter_id, noted, _STEP)
    return True


def share_case(
    station: Station, matter_id: str, office_code: str, *, leave: bool = False, why: str = ""
) -> Outcome[str]:
    """Show a matter, its visit and its petitioner to an office of the directory 移送, in one commit.

    Raises Refusal ``destination_unknown``, ``accused_organ``, ``case_restricted``, ``shared_already``.
    """
    state = station.state(matter_id, field="matter_id")
    sharing.check_destination(state, office_code, station.desk())
    if office_code and office_code not in _directory(station):
        raise Refusal("destination_unknown", field="to_office", facts={"code": office_code[:40]})
    shown = sharing.share(
        _together(station, state), office_code, station.desk(), home=station.store.home_scope, leave=leave, why=why
    )
    if not shown:
        raise Refusal("shared_already", field="to_office", facts={"code": office_code})
    return _recorded(station, state.case_id, shown, _RECORD)


def share_matter(station: Station, command: ShareCase) -> Outcome[str]:
    """Share a case 移送."""
    return share_case(station, command.matter_id, command.to_office, leave=command.leave, why=command.why)


def _shown_to(station: Station, matter: CaseState, office_code: str) -> list[ActDraft]:
    """A referral to an office of the directory shows it the case; one elsewhere goes on paper only.

    A restricted desk shows nothing by itself (R 30③).
    """
    home = station.store.home_scope
    if office_code not in _directory(station) or restricted(home) or restricted(matter.scope):
        return []
    return sharing.share(_together(station, matter), office_code, station.desk(), home=home)


def _together(station: Station, matter: CaseState) -> list[CaseState]:
    """A matter, its visit and the petitioners of both, as far as they are known here."""
    visit = station.store.state(matter.text("visit"))
    ids = [matter.text("petitioner"), visit.text("main_petitioner") if visit is not None else ""]
    people = [station.store.state(case_id) for case_id in dict.fromkeys(ids) if case_id]
    return [state for state in (matter, visit, *people) if state is not None]


def _directory(station: Station) -> set[str]:
    return {row.code for row in station.store.offices()}


def _office_name(station: Station, code: str, name: str) -> str:
    """The destination's name from the directory when the clerk chose an office by code."""
    return name or next((row.name for row in station.store.offices() if row.code == code), "")


def correct_visit(station: Station, command: CorrectVisit) -> Outcome[str]:
    """Correct a visit."""
    state = station.state(command.visit_id, field="visit_id")
    return _recorded(station, state.case_id, [corrections.correct_visit(command, state, station.desk())], _RECORD)


def correct_matter(station: Station, command: CorrectMatter) -> Outcome[str]:
    """Correct a matter."""
    state = station.state(command.matter_id, field="matter_id")
    return _recorded(station, state.case_id, [corrections.correct_matter(command, state, station.desk())], _RECORD)


def correct_petitioner(station: Station, command: CorrectPetitioner) -> Outcome[str]:
    """Correct a petitioner."""
    state = station.state(command.petitioner_id, field="petitioner_id")
    return _recorded(station, state.case_id, [corrections.correct_petitioner(command, state, station.desk())], _RECORD)


def settle_conflict(station: Station, command: SettleConflict) -> Outcome[str]:
    """Settle a conflict 核对."""
    state = station.state(command.case_id, field="case_id")
    return _recorded(station, state.case_id, [settling.settle(command, state, station.desk())], _RECORD)


def settle_conflicts(station: Station, command: SettleConflicts) -> Outcome[str]:
    """Settle several fields of a case in one act 核对."""
    state = station.state(command.case_id, field="case_id")
    return _recorded(station, state.case_id, [settling.settle_case(command, state, station.desk())], _RECORD)


def correct_time(station: Station, command: CorrectTime) -> Outcome[str]:
    """Put the time of a visit right 更正办理时间, with the day of receipt of its undecided matters."""
    visit = station.state(command.visit_id, field="visit_id")
    rows = station.store.matters_of_visit(visit.case_id)
    found = [station.store.state(row.matter_id) for row in rows]
    corrected = times.correct_time(command, visit, [state for state in found if state is not None], station.desk())
    return _recorded(station, visit.case_id, corrected, _RECORD)
