"""Registering a visit: what R 19, 20, 22① and 23① ask to be recorded, and the few things that may not be recorded."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from domain.acts import ActDraft, CaseKind
from domain.beijing import minute_of, parse_minute
from domain.canonical import Json
from domain.classes import check_representatives, is_collective
from domain.codes import FIELDS as CODED
from domain.commands import MaterialInput, MatterInput, PetitionerInput, RegisterVisit
from domain.decisions.desk import LINE_LIMIT, NAME_LIMIT, TEXT_LIMIT, Desk
from domain.flags import CLERK_FLAGS, first_here
from domain.fold import CaseState
from domain.identity import check_credit_code, check_id, normalise_phone
from domain.procedure.stages import Stage
from domain.refusals import Refusal

HEADCOUNT_LIMIT = 100_000
_SPEAKERS = ("main", "representative")


@dataclass(frozen=True, slots=True)
class Registration:
    """What registering a visit records, and what to tell the clerk beside it."""

    drafts: tuple[ActDraft, ...]
    visit_id: str
    number: str
    query_code: str
    petitioner_ids: tuple[str, ...]
    matter_ids: tuple[str, ...]
    warnings: tuple[tuple[str, str], ...]
    """(code, field): things recorded as they are, worth a second look."""


def register_visit(
    command: RegisterVisit,
    desk: Desk,
    *,
    number: str,
    query_code: str,
    day_count: int,
    known: Mapping[str, CaseState],
    earlier: Mapping[str, CaseState] | None = None,
) -> Registration:
    """Turn a registration into acts.

    ``known`` holds the states of the petitioners the clerk chose, ``earlier`` those of the matters these repeat, where
    they are here. Registration itself is never refused for missing
    identity, phone or address (R 22①, 44(一)); refused are only contradictions: a sixth representative (R 20③), an
    oral record that was not read back (R 19①), nothing said at all, dates that do not exist.
    """
    if command.visit_id and (len(command.visit_id) != 32 or command.visit_id.strip("0123456789abcdef")):
        raise Refusal("id_invalid", field="visit_id")
    moment = _moment(command, desk)
    _check_people(command, desk)
    if not command.matters:
        raise Refusal("no_matter", field="matters", article="R 19①")
    warnings: list[tuple[str, str]] = []
    roles, drafts = _people(command, desk, known, warnings)
    visit_id = command.visit_id or desk.new_id()
    matter_ids = tuple(desk.new_id() for _ in command.matters)
    sets: dict[str, Json] = {
        "number": number,
        "query_code": query_code,
        "day_count": day_count,
        "office": desk.office,
        "window": desk.window,
        "visited_at": minute_of(moment),
        "visited_on": moment.date().isoformat(),
        "channel": "visit",
    }
    sets |= {f"person.{petitioner_id}": role for petitioner_id, role in roles.items()}
    sets |= {f"matter.{matter_id}": ordinal for ordinal, matter_id in enumerate(matter_ids, start=1)}
    sets |= _visit(command, desk, moment, len(roles))
    drafts.append(ActDraft("visit_registered", CaseKind.VISIT, visit_id, sets))
    shared: dict[str, Json] = {
        "visit": visit_id,
        "office": desk.office,
        "office_kind": desk.office_kind,
        "received_on": moment.date().isoformat(),
        "channel": "visit",
        "stage": Stage.REGISTERED,
    }
    _put(shared, "petitioner", next((key for key, role in roles.items() if role == "main"), ""))
    _put(shared, "notice_off", _notice_off(command))
    for ordinal, (matter, matter_id) in enumerate(zip(command.matters, matter_ids, strict=True), start=1):
        fields = _matter(matter, f"matters.{ordinal - 1}", desk, command, moment.date())
        fields |= shared | {"number": f"{number}/{ordinal}"}
        repeat = matter.repeat
        fields |= first_here(repeat.kind, desk.office, "visit", (earlier or {}).get(repeat.earlier_matter_id))
        drafts.append(ActDraft("matter_registered", CaseKind.MATTER, matter_id, fields))
    return Registration(tuple(drafts), visit_id, number, query_code, tuple(roles), matter_ids, tuple(warnings))


def _moment(command: RegisterVisit, desk: Desk) -> datetime:
    moment = parse_minute(command.visited_at or desk.now)
    if moment is None:
        raise Refusal("date_invalid", field="visited_at", facts={"text": command.visited_at[:40]})
    if moment.date() > desk.today:
        raise Refusal("date_in_future", field="visited_at", facts={"date": moment.date().isoformat()})
    return moment


def _people(
    command: RegisterVisit, desk: Desk, known: Mapping[str, CaseState], warnings: list[tuple[str, str]]
) -> tuple[dict[str, str], list[ActDraft]]:
    """Role of each petitioner by id, and the acts that record or correct them."""
    roles: dict[str, str] = {}
    drafts: list[ActDraft] = []
    for index, person in enumerate(command.people):
        if command.anonymous and person.role == "main" and not person.name and not person.petitioner_id:
            continue
        petitioner_id, draft = _petitioner(person, index, desk, known, warnings)
        if draft is not None:
            drafts.append(draft)
        if petitioner_id in roles:
            raise Refusal("person_twice", field=f"people.{index}.name", facts={"name": person.name})
        roles[petitioner_id] = person.role
    return roles, drafts


def _visit(command: RegisterVisit, desk: Desk, moment: datetime, registered: int) -> dict[str, Json]:
    """The visit's own fields: people present, what was said and handed in, remarks."""
    companions = [name for name in (desk.line(n, "companions", NAME_LIMIT) for n in command.companions) if name]
    present = registered + len(companions)
    if command.headcount < max(1, present):
        raise Refusal("headcount_too_small", field="headcount", facts={"present": present, "given": command.headcount})
    sets: dict[str, Json] = {
        "headcount": command.headcount,
        "collective": is_collective(command.headcount, desk.rules.number("collective_headcount", moment.date())),
        "anonymous": command.anonymous,
    }
    _put(sets, "companions", companions)
    _put(sets, "affected_count", command.affected_count)
    _put(sets, "interviewer", desk.line(command.interviewer, "interviewer", NAME_LIMIT) or desk.clerk)
    _put(sets, "remark", desk.text(command.remark, "remark"))
    _put(sets, "notice_off", _notice_off(command))
    _put(sets, "oral", command.oral)
    record = desk.text(command.oral_record, "oral_record")
    if command.oral and record:
        if not command.read_back:
            raise Refusal("oral_not_read_back", field="read_back", article="R 19①")
        sets |= {"oral_record": record, "read_back": True}
    materials = _materials(command.materials, desk)
    _put(sets, "materials", materials)
    if materials:
        _put(sets, "originals_returned", command.originals_returned)
    _put(sets, "historical", command.historical)
    return sets


def _put(sets: dict[str, Json], name: str, value: Json) -> None:
    """Record what was said; silence is recorded by absence."""
    if value:
        sets[name] = value


def _check_people(command: RegisterVisit, desk: Desk) -> None:
    if command.headcount < 1 or command.headcount > HEADCOUNT_LIMIT:
        raise Refusal("headcount_invalid", field="headcount", facts={"given": command.headcount})
    if command.affected_count < 0:
        raise Refusal("affected_invalid", field="affected_count", facts={"given": command.affected_count})
    mains = [person for person in command.people if person.role == "main"]
    if not command.people and not command.anonymous:
        raise Refusal("nobody", field="people.0.name", article="R 19①")
    if command.people and len(mains) != 1:
        raise Refusal("one_main_visitor", field="people.0.role", facts={"count": len(mains)})
    speakers = [f"people.{i}.role" for i, person in enumerate(command.people) if person.role in _SPEAKERS]
    check_representatives(speakers, desk.rules.representative_limit(command.headcount, desk.today))
    for index, person in enumerate(command.people):
        named = person.petitioner_id or person.name.strip() or person.name_missing_reason.strip()
        if not named and not command.anonymous:
            raise Refusal("name_missing", field=f"people.{index}.name", article="R 19①")


def _notice_off(command: RegisterVisit) -> str:
    """R 23②: no notice is owed while name or address is unclear; the reason is kept."""
    main = next((person for person in command.people if person.role == "main"), None)
    if command.anonymous or main is None:
        return "anonymous"
    if not main.petitioner_id and not main.name.strip():
        return "name_unclear"
    if main.address_missing_reason.strip() and not main.address.strip() and not main.delivery_address.strip():
        return "address_unclear"
    return ""


_LINES = (
    "ethnic_group",
    "id_kind",
    "address",
    "address_code",
    "household_address",
    "usual_address",
    "delivery_address",
    "workplace",
    "occupation",
    "nationality",
    "email",
    "postcode",
    "legal_representative",
    "agent",
    "name_missing_reason",
    "address_missing_reason",
)


def petitioner_fields(
    person: PetitionerInput, where: str, desk: Desk, warnings: list[tuple[str, str]]
) -> dict[str, Json]:
    """A petitioner's fields as recorded: cleaned, with what the identity number implies filled into empty fields."""
    fields: dict[str, Json] = {"kind": person.kind}
    _put(fields, "name", desk.line(person.name, f"{where}.name", NAME_LIMIT))
    _put(fields, "sex", person.sex)
    for name in _LINES:
        written = getattr(person, name)
        if written:
            _put(fields, name, desk.line(written, f"{where}.{name}", LINE_LIMIT))
    id_text = desk.line(person.id_number, f"{where}.id_number", 40)
    if not id_text:
        fields.pop("id_kind", None)
    elif person.id_kind in ("", "111"):
        checked = check_id(id_text, desk.today)
        fields["id_number"] = checked.number
        warnings += [(doubt.code, f"{where}.id_number") for doubt in checked.warnings]
        if checked.birth is not None:
            fields["birth"] = checked.birth.isoformat()
        if checked.sex and not person.sex:
            fields["sex"] = checked.sex
    else:
        fields["id_number"] = id_text
    if person.birth.strip():
        birth = parse_minute(person.birth)
        if birth is None:
            raise Refusal("date_invalid", field=f"{where}.birth", facts={"text": person.birth[:40]})
        if birth.date() > desk.today:
            raise Refusal("date_in_future", field=f"{where}.birth", facts={"date": birth.date().isoformat()})
        fields["birth"] = birth.date().isoformat()
    for name in ("mobile", "landline"):
        typed = desk.line(getattr(person, name), f"{where}.{name}", 40)
        if typed:
            phone = normalise_phone(typed)
            fields[name] = phone.number
            warnings += [(doubt.code, f"{where}.{name}") for doubt in phone.warnings]
    code = desk.line(person.credit_code, f"{where}.credit_code", 40)
    if code:
        credit = check_credit_code(code)
        fields["credit_code"] = credit.code
        warnings += [(doubt.code, f"{where}.credit_code") for doubt in credit.warnings]
    return fields


def _petitioner(
    person: PetitionerInput,
    index: int,
    desk: Desk,
    known: Mapping[str, CaseState],
    warnings: list[tuple[str, str]],
) -> tuple[str, ActDraft | None]:
    where = f"people.{index}"
    fields = petitioner_fields(person, where, desk, warnings)
    if not person.petitioner_id:
        placed = fields.get("address") or fields.get("delivery_address") or person.address_missing_reason.strip()
        if not placed and person.role == "main":
            raise Refusal("address_missing", field=f"{where}.address", article="R 19①")
        petitioner_id = desk.new_id()
        return petitioner_id, ActDraft("petitioner_recorded", CaseKind.PETITIONER, petitioner_id, fields)
    state = known.get(person.petitioner_id)
    if state is None:
        raise Refusal("petitioner_unknown", field=f"{where}.petitioner_id")
    # A known person's fields change only where the clerk wrote something else; silence takes nothing away.
    changed = {name: value for name, value in fields.items() if state.get(name) != value}
    if not changed:
        return person.petitioner_id, None
    draft = ActDraft(
        "petitioner_corrected", CaseKind.PETITIONER, person.petitioner_id, changed, state.over(*changed), "来访时核对"
    )
    return person.petitioner_id, draft


def _materials(materials: Sequence[MaterialInput], desk: Desk) -> list[Json]:
    lines: list[Json] = []
    for index, item in enumerate(materials):
        where = f"materials.{index}"
        title = desk.line(item.title, f"{where}.title", LINE_LIMIT)
        if not title:
            raise Refusal("material_without_title", field=f"{where}.title")
        if not 1 <= item.copies <= 9999:
            raise Refusal("count_invalid", field=f"{where}.copies", facts={"given": item.copies})
        if not 0 <= item.pages <= 99999:
            raise Refusal("count_invalid", field=f"{where}.pages", facts={"given": item.pages})
        line: dict[str, Json] = {"title": title, "copies": item.copies, "pages": item.pages, "form": item.form}
        _put(line, "remark", desk.line(item.remark, f"{where}.remark"))
        lines.append(line)
    return lines


_MATTER_LINES = (
    "summary",
    "accused_person",
    "accused_organ",
    "accused_post",
    "place",
    "place_code",
    "content_code",
    "purpose_code",
    "cause_code",
    "occurred_on",
    "missing_reason",
)


def give_codes(fields: Mapping[str, Json], where: str, desk: Desk, day: date) -> dict[str, Json]:
    """``codes.<field>`` for each code among these fields: the version of the table it is given by on ``day``."""
    marks: dict[str, Json] = {}
    for name, table in CODED.items():
        code = fields.get(name)
        if isinstance(code, str) and code:
            _put(marks, f"codes.{name}", desk.codes.give(table, code, day, f"{where}.{name}"))
    return marks


def _matter(matter: MatterInput, where: str, desk: Desk, command: RegisterVisit, visited: date) -> dict[str, Json]:
    fields: dict[str, Json] = {}
    for name in _MATTER_LINES:
        written = getattr(matter, name)
        if written:
            _put(fields, name, desk.line(written, f"{where}.{name}"))
    fields |= give_codes(fields, where, desk, visited)
    for name in ("request", "facts", "reasons"):
        _put(fields, name, desk.text(getattr(matter, name), f"{where}.{name}"))
    spoken = [fields.get(name) for name in ("request", "facts", "reasons")]
    if not fields.get("summary"):
        text = next((str(v) for v in spoken if v), "") or command.oral_record
        summary = desk.line(text, f"{where}.summary", TEXT_LIMIT)[:60]
        if not summary:
            raise Refusal("matter_empty", field=f"{where}.request", article="R 19①")
        fields["summary"] = summary
    if not any(spoken) and not fields.get("missing_reason") and not command.oral_record.strip():
        raise Refusal("request_missing", field=f"{where}.request", article="R 19①")
    if matter.route and matter.matter_class not in ("claim", ""):
        raise Refusal("route_only_for_claims", field=f"{where}.route", article="R 31", facts={"route": matter.route})
    if matter.matter_class == "accusation" and desk.office and matter.accused_organ.strip() == desk.office:
        raise Refusal("accused_is_this_office", field=f"{where}.accused_organ", article="R 30③")
    _put(fields, "matter_class", matter.matter_class)
    _put(fields, "route", matter.route)
    for name in ("court", "reconsideration", "arbitration", "review_opinion"):
        answer = getattr(matter.triage, name)
        if answer != "unknown":
            fields[f"triage.{name}"] = answer
    if matter.own_power != "unknown":
        fields["own_power"] = matter.own_power
    _put(fields, "received_by_referral", desk.line(matter.received_by_referral, f"{where}.received_by_referral"))
    for flag in matter.flags:
        if flag not in CLERK_FLAGS:
            raise Refusal("flag_unknown", field=f"{where}.flags", facts={"flag": flag[:40]})
        fields[f"flag.{flag}"] = True
    repeat = matter.repeat
    fields["repeat"] = repeat.kind
    if repeat.kind in ("repeat", "new_facts") and not repeat.earlier_matter_id:
        raise Refusal("earlier_matter_missing", field=f"{where}.repeat", facts={"kind": repeat.kind})
    _put(fields, "repeat.earlier", repeat.earlier_matter_id)
    _put(fields, "repeat.proposed", repeat.proposed)
    _put(fields, "repeat.reason", desk.line(repeat.reason, f"{where}.repeat.reason"))
    return fields
