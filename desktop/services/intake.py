"""Registering a visit at the window, and what the panel beside the form knows while it is typed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from desktop.models.store import drafts
from desktop.models.store.rows import MatterRow, PetitionerRow
from desktop.services.outcome import Outcome, Topic
from desktop.services.station import Station
from domain import triage
from domain.beijing import parse_minute
from domain.classes import MatterClass, OfficeKind, Route
from domain.commands import MatterInput, PetitionerInput, RegisterVisit
from domain.decisions import registration
from domain.decisions.desk import Desk
from domain.fold import CaseState
from domain.numbers import query_code, registration_number
from domain.procedure.proposal import before
from domain.refusals import Refusal
from domain.repeat import Candidate, NewMatter, PersonKey, propose


@dataclass(frozen=True, slots=True)
class Registered:
    """A visit that is on the disk."""

    visit_id: str
    number: str
    query_code: str
    petitioner_ids: tuple[str, ...]
    matter_ids: tuple[str, ...]
    warnings: tuple[tuple[str, str], ...]
    """(code, field) worth a second look."""
    already: bool = False
    """True when this very command had been registered before (sent twice)."""


@dataclass(frozen=True, slots=True)
class RepeatView:
    """The proposal 初访 / 重访 / 新事实 with its reason in words."""

    kind: str
    earlier_matter_id: str
    reason: str
    reason_code: str


@dataclass(frozen=True, slots=True)
class StepView:
    """The proposed route and step with its papers, in codes; views turn them into words."""

    route: str
    route_reason: str
    open_questions: tuple[str, ...]
    step: str
    article: str
    reason: str
    forms_now: tuple[str, ...]
    forms_later: tuple[str, ...]
    clocks: tuple[str, ...]
    notes: tuple[str, ...]
    masked: bool


TOPICS = frozenset({Topic.VISIT, Topic.MATTER, Topic.PETITIONER, Topic.DEADLINE, Topic.SYNC, Topic.DRAFT})


def register_visit(station: Station, command: RegisterVisit) -> Outcome[Registered]:
    """Register a visit (F01): acts, rows, search keys, number and the draft's end in one durable transaction.

    The same ``visit_id`` sent twice registers once. Raises Refusal; SurroundingsFault.
    """
    store, desk = station.store, station.desk(beside=command.visit_id)
    known = {}
    for person in command.people:
        if person.petitioner_id:
            known[person.petitioner_id] = station.state(person.petitioner_id, field="people.0.petitioner_id")
    moment = parse_minute(command.visited_at or desk.now)
    if moment is None:
        raise Refusal("date_invalid", field="visited_at", facts={"text": command.visited_at[:40]})
    day = moment.date()
    ids = [matter.repeat.earlier_matter_id for matter in command.matters if matter.repeat.earlier_matter_id]
    repeated = {matter_id: state for matter_id in ids if (state := store.state(matter_id)) is not None}
    with station.writing() as transaction:
        earlier = _registered_before(station, command.visit_id) if command.visit_id else None
        if earlier is not None:
            return Outcome(earlier, frozenset())
        transaction.begins(command.visit_id)
        count = store.day_count(desk.office, desk.window, day.isoformat()) + 1
        made = registration.register_visit(
            command,
            desk,
            number=registration_number(desk.office, desk.window, day, count),
            query_code=query_code(store.entropy(8)),
            day_count=count,
            known=known,
            earlier=repeated,
        )
        transaction.record(made.drafts)
        if command.draft_id:
            drafts.close(transaction.db, command.draft_id)
    value = Registered(made.visit_id, made.number, made.query_code, made.petitioner_ids, made.matter_ids, made.warnings)
    return Outcome(value, TOPICS)


def _registered_before(station: Station, visit_id: str) -> Registered | None:
    state = station.store.state(visit_id) if station.store.log.has_case(visit_id) else None
    if state is None:
        return None
    matters = sorted(state.items("matter").items(), key=lambda pair: str(pair[1]))
    return Registered(
        visit_id,
        state.text("number"),
        state.text("query_code"),
        tuple(state.items("person")),
        tuple(matter for matter, _ in matters),
        (),
        already=True,
    )


def check_petitioner(desk: Desk, person: PetitionerInput) -> tuple[dict[str, str], tuple[tuple[str, str], ...]]:
    """What a half-typed petitioner implies (birth, sex, normalised numbers) and what looks wrong. No store, no I/O.

    Returns (fields as they would be recorded, warnings as (code, field)). Raises Refusal for a date that is none.
    """
    warnings: list[tuple[str, str]] = []
    fields = registration.petitioner_fields(person, "person", desk, warnings)
    implied = {name: value for name, value in fields.items() if isinstance(value, str)}
    return implied, tuple((code, field.removeprefix("person.")) for code, field in warnings)


def known_people(station: Station, person: PetitionerInput, limit: int = 8) -> list[PetitionerRow]:
    """People this may be, by identity number, phone, name or initials, over everything on this disk, sent or not."""
    found: dict[str, None] = {}
    for text in (person.id_number.strip(), person.mobile.strip(), person.name.strip()):
        if len(text) < 2:
            continue
        for hit in station.store.find(text, kinds=("petitioner",), limit=limit * 2):
            found.setdefault(hit.ref)
    rows = station.store.petitioner_rows(found)
    rows.sort(key=lambda row: (row.id_number != person.id_number.strip() or not row.id_number, row.name != person.name))
    return rows[:limit]


def matters_of(station: Station, petitioner_id: str) -> list[MatterRow]:
    """The matters of a known person, newest first."""
    return station.store.matters_of_petitioner(petitioner_id)


def propose_repeat(station: Station, petitioner_id: str, person: PetitionerInput, matter: MatterInput) -> RepeatView:
    """Propose 初访 / 重访 / 新事实 against this person's earlier matters."""
    people = [petitioner_id] if petitioner_id else [row.petitioner_id for row in known_people(station, person)]
    candidates = candidates_of(station, people, person, chosen=petitioner_id)
    rules, today = station.store.yardstick.rules, station.desk().today
    proposal = propose(
        NewMatter(_story(matter.summary, matter.request, matter.facts), matter.content_code, matter.accused_organ),
        candidates,
        same_percent=rules.number("repeat_same_percent", today),
        related_percent=rules.number("repeat_related_percent", today),
    )
    return RepeatView(proposal.kind, proposal.earlier_matter_id, proposal.reason.sentence(), proposal.reason.code)


def candidates_of(
    station: Station, people: Sequence[str], person: PetitionerInput, *, chosen: str = ""
) -> list[Candidate]:
    """The matters of people who may be ``person``, with what makes them the same; ``chosen``: the clerk said who."""
    candidates: list[Candidate] = []
    for other in people:
        state = station.store.state(other)
        if state is None:
            continue
        key: PersonKey = "id_number" if chosen else _same_by(person, state)
        for row in station.store.matters_of_petitioner(other)[:30]:
            earlier = station.store.state(row.matter_id)
            day = parse_minute(row.received_on)
            if earlier is None or day is None:
                continue
            candidates.append(
                Candidate(
                    matter_id=row.matter_id,
                    number=row.number,
                    day=day.date(),
                    key=key,
                    text=story_of(earlier),
                    content_code=earlier.text("content_code"),
                    accused_organ=earlier.text("accused_organ"),
                )
            )
    return candidates


def story_of(matter: CaseState) -> str:
    """What a recorded matter tells, as one text."""
    return _story(matter.text("summary"), matter.text("request"), matter.text("facts"))


def _story(*parts: str) -> str:
    return "，".join(part for part in parts if part)


def _same_by(person: PetitionerInput, state: CaseState) -> PersonKey:
    if person.id_number and person.id_number.strip().upper() == state.text("id_number"):
        return "id_number"
    if person.name and person.name.strip() == state.text("name"):
        if person.mobile and person.mobile.strip() == state.text("mobile"):
            return "name_phone"
        if person.address and person.address.strip() == state.text("address"):
            return "name_address"
    return "name"


def repeated(station: Station, matter: MatterInput) -> CaseState | None:
    """The earlier matter the clerk chose, where it is known here."""
    return station.store.state(matter.repeat.earlier_matter_id) if matter.repeat.earlier_matter_id else None


def propose_step(
    desk: Desk,
    matter: MatterInput,
    people: Sequence[PetitionerInput] = (),
    *,
    anonymous: bool = False,
    has_materials: bool = False,
    earlier: CaseState | None = None,
) -> StepView:
    """Propose route, step and papers for a matter as typed so far (domain.md §3.3). No store, no I/O.

    ``earlier`` is the matter it repeats, where that is known here.
    """
    kind = MatterClass(matter.matter_class) if matter.matter_class else MatterClass.OTHER
    route = triage.propose_route(matter.triage, kind)
    chosen = Route(matter.route) if matter.route else route.route
    office = OfficeKind(desk.office_kind)
    main = next((person for person in people if person.role == "main"), None)
    unclear = anonymous or main is None or not (main.name or main.petitioner_id)
    if main is not None and main.address_missing_reason and not (main.address or main.delivery_address):
        unclear = True
    found = before(matter.repeat.kind, matter.triage.review_opinion, earlier, desk)
    step = triage.propose_outcome(
        triage.Situation(
            office=office,
            matter_class=kind,
            route=chosen if kind is MatterClass.CLAIM else None,
            reach=triage.reach_of(matter.own_power, office, by_referral=bool(matter.received_by_referral)),
            answers=matter.triage,
            name_or_address_unclear=unclear,
            by_referral=bool(matter.received_by_referral),
            has_materials=has_materials,
            open_with_subordinate=found.below,
            open_elsewhere=found.elsewhere,
            ended_same_facts=found.ended,
        )
    )
    return StepView(
        route=chosen.value if chosen and kind is MatterClass.CLAIM else "",
        route_reason=route.reason,
        open_questions=route.open_questions,
        step=step.step.value,
        article=step.article,
        reason=step.reason,
        forms_now=step.forms_now,
        forms_later=step.forms_later,
        clocks=step.clocks,
        notes=step.notes,
        masked=step.masked,
    )
