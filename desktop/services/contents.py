"""Fills the forms: a case's state → the frozen content of a paper, in the words of the day it is issued."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date

from desktop.services import letter_contents as letters
from desktop.services import opinion_contents as opinions
from desktop.services.case_words import CaseWords, iso
from desktop.services.field_titles import value_words
from desktop.services.notice_contents import acceptance, pathway, referral, service_return
from desktop.services.station import Station
from desktop.services.words import CLASSES, FLAGS, REPEATS, ROLES, ROUTES, SEXES, STEPS, UNCLEAR, label
from domain.beijing import beijing_minute
from domain.commands import IssuePaper
from domain.decisions.grounds import ground
from domain.fold import CaseState
from domain.papers import (
    Content,
    MaterialLine,
    MaterialList,
    RegisteredMatter,
    RegisteredPerson,
    RegistrationForm,
    VisitReceipt,
)
from domain.procedure.clocks import ClockState, clocks


def content_for(
    station: Station, command: IssuePaper, state: CaseState, *, document_number: str = "", issued_on: date
) -> Content:
    """The content of a form as it stands now. Raises Refusal when something the form must say is not recorded."""
    words = CaseWords(station, state, document_number, issued_on, ground(command.form, state))
    makers: dict[str, Callable[[], Content]] = {
        "F01": lambda: _registration(station, state),
        "F02": lambda: _receipt(station, state),
        "F03": lambda: _materials(station, state),
        "F18": lambda: service_return(words, command.of_paper),
    }
    return makers[command.form]() if command.form in makers else _WRITTEN[command.form](words)


_WRITTEN: Mapping[str, Callable[[CaseWords], Content]] = {
    "F04": acceptance,
    "F05": pathway,
    "F08": referral,
    "F06": opinions.open_refusal,
    "F07": opinions.ended_refusal,
    "F09": letters.transfer,
    "F10": letters.assignment,
    "F11": letters.objection,
    "F11A": letters.objection_answer,
    "F12": opinions.supplement,
    "F13": opinions.extension,
    "F14": opinions.opinion,
    "F15": opinions.review_opinion,
    "F15A": opinions.review_request,
    "F15B": opinions.review_acceptance,
    "F16": opinions.recheck_opinion,
    "F16A": opinions.recheck_request,
    "F16B": opinions.recheck_acceptance,
    "F17": opinions.hearing_notice,
    "F17A": opinions.hearing_record,
    "F17B": opinions.hearing_opinion,
    "F19": letters.supervision,
    "F20": letters.proposal,
    "F21": letters.sealed_transfer,
    "F22": opinions.suggestion_reply,
    "F23": opinions.mediation,
    "F23A": opinions.conciliation,
    "F24": letters.handling_report,
    "F25": opinions.urgent_report,
    "F26": opinions.leader_reception,
    "F26A": opinions.leader_charge,
    "F26B": opinions.dispute_survey,
    "F26C": opinions.meeting_minutes,
}
"""Forms that are filled from a matter and the step they stand on."""


def _registration(station: Station, visit: CaseState) -> RegistrationForm:
    people: list[RegisteredPerson] = []
    for petitioner_id, role in station.store.people_of_visit(visit.case_id):
        state = station.store.state(petitioner_id)
        if state is not None:
            people.append(_person(state, role))
    companions = visit.get("companions")
    names = companions if isinstance(companions, list | tuple) else ()
    people += [RegisteredPerson(name=str(name), role=ROLES["companion"]) for name in names]
    matters = tuple(_registered_matter(station, state) for state in _matters(station, visit))
    materials = _lines(visit)
    pages = sum(line.pages * line.copies for line in materials)
    return RegistrationForm(
        organ=station.office.name,
        number=visit.text("number"),
        visited_at=visit.text("visited_at"),
        registered_at=beijing_minute(visit.acts[0].wall_ms),
        station=_window(station, visit),
        window=visit.text("window"),
        people_present=visit.number("headcount", 1),
        people_affected=visit.number("affected_count"),
        collective=visit.flag("collective"),
        anonymous=visit.flag("anonymous"),
        offline=visit.acts[0].clock == "unsure",
        people=tuple(people),
        matters=matters,
        oral_record=visit.text("oral_record"),
        read_back="已向本人宣读" if visit.flag("read_back") else "",
        materials=f"共{len(materials)}件{pages}页" if materials else "",
        interviewer=visit.text("interviewer"),
        interviewer_unit=station.office.name,
        registrar=station.store.clerk_name(visit.acts[0].by),
        query_code=visit.text("query_code"),
        remark=visit.text("remark"),
    )


def _person(state: CaseState, role: str) -> RegisteredPerson:
    missing = []
    if not state.text("name"):
        missing.append(f"姓名：{state.text('name_missing_reason') or '本人未提供'}")
    if not state.text("address") and role == "main":
        missing.append(f"住址：{state.text('address_missing_reason') or '本人未提供'}")
    return RegisteredPerson(
        name=state.text("name") or "（姓名不清）",
        role=ROLES.get(role, role),
        sex=SEXES.get(state.text("sex"), ""),
        ethnicity=label("ethnic_groups", state.text("ethnic_group")),
        birth=state.text("birth"),
        id_kind=label("id_kinds", state.text("id_kind")) if state.text("id_number") else "",
        id_number=state.text("id_number"),
        phone=state.text("mobile"),
        fixed_phone=state.text("landline"),
        address=state.text("address"),
        household_address=state.text("household_address"),
        residence=state.text("usual_address"),
        mailing_address=state.text("delivery_address"),
        employer=state.text("workplace"),
        occupation=label("occupations", state.text("occupation")),
        nationality=state.text("nationality"),
        credit_code=state.text("credit_code"),
        legal_representative=state.text("legal_representative"),
        note="；".join(missing),
    )


def _code(station: Station, state: CaseState, field: str) -> str:
    """A code of a matter in words, as the version of the table has it by which it was given."""
    return value_words(field, state.text(field), state.text(f"codes.{field}"), station.store.yardstick.codes)


def _registered_matter(station: Station, state: CaseState) -> RegisteredMatter:
    accused = "、".join(state.text(n) for n in ("accused_person", "accused_post", "accused_organ") if state.text(n))
    earlier = station.store.matter_rows([state.text("repeat.earlier")]) if state.text("repeat.earlier") else []
    route = state.text("route")
    return RegisteredMatter(
        summary=state.text("summary"),
        request=state.text("request"),
        facts=state.text("facts"),
        reasons=state.text("reasons"),
        classification=CLASSES.get(state.text("matter_class"), ""),
        category=_code(station, state, "content_code"),
        purpose=_code(station, state, "purpose_code"),
        place=state.text("place"),
        happened=state.text("occurred_on"),
        accused=accused,
        court_took_it=_answer(state, "court"),
        reconsidered=_answer(state, "reconsideration"),
        arbitrated=_answer(state, "arbitration"),
        review_opinion_exists=_answer(state, "review_opinion"),
        repetition=REPEATS.get(state.text("repeat"), ""),
        repetition_reason=state.text("repeat.reason"),
        earlier_number=earlier[0].number if earlier else "",
        flags=tuple(FLAGS[name] for name in FLAGS if state.flag(f"flag.{name}")),
        route=route,
        route_label=ROUTES.get(route, ""),
        outcome=STEPS.get(_matter_row_step(station, state), ""),
    )


def _matter_row_step(station: Station, state: CaseState) -> str:
    rows = station.store.matter_rows([state.case_id])
    return rows[0].next_step if rows else ""


def _answer(state: CaseState, name: str) -> bool | None:
    said = state.text(f"triage.{name}")
    return None if said not in ("yes", "no") else said == "yes"


def _receipt(station: Station, visit: CaseState) -> VisitReceipt:
    matters = _matters(station, visit)
    accusation = any(state.text("matter_class") == "accusation" for state in matters)
    soonest, step = _next(station, matters)
    off = visit.text("notice_off")
    answers = [state.text("answer") for state in matters if state.text("answer")]
    return VisitReceipt(
        organ=station.office.name,
        number=visit.text("number"),
        query_code=visit.text("query_code"),
        visited_at=visit.text("visited_at"),
        name=_main_name(station, visit),
        accusation=accusation,
        people_present=visit.number("headcount", 1),
        window=f"{visit.text('window')}号窗口",
        summaries=() if accusation else tuple(state.text("summary") for state in matters),
        next_step=STEPS.get(step, ""),
        next_due=iso(soonest.nominal) if soonest else "",
        next_due_rolled=iso(soonest.rolled) if soonest else "",
        no_notice_reason=UNCLEAR.get(off, "") if off else "",
        answer="；".join(answers),
        query_phone=station.office.phone,
        query_address=station.office.query_address or station.office.address,
        evaluation=not accusation,
    )


def _materials(station: Station, visit: CaseState) -> MaterialList:
    matters = _matters(station, visit)
    return MaterialList(
        organ=station.office.name,
        number=visit.text("number"),
        received_at=visit.text("visited_at"),
        name=_main_name(station, visit),
        accusation=any(state.text("matter_class") == "accusation" for state in matters),
        lines=_lines(visit),
        originals_returned=visit.flag("originals_returned"),
        receiver=station.store.clerk_name(visit.acts[0].by),
        window=f"{visit.text('window')}号窗口",
        query_code=visit.text("query_code"),
    )


def _lines(visit: CaseState) -> tuple[MaterialLine, ...]:
    kinds = {"original": "原件", "copy": "复印件", "electronic": "电子"}
    found = visit.get("materials")
    return tuple(
        MaterialLine(
            title=str(item.get("title", "")),
            kind=kinds.get(str(item.get("form")), ""),
            copies=_whole(item.get("copies")),
            pages=_whole(item.get("pages")),
            remark=str(item.get("remark", "")),
        )
        for item in (found if isinstance(found, list | tuple) else ())
        if isinstance(item, dict)
    )


# small things ------------------------------------------------------------------------------------------------------


def _matters(station: Station, visit: CaseState) -> list[CaseState]:
    ordinals = sorted(visit.items("matter").items(), key=lambda pair: (_whole(pair[1]), pair[0]))
    return [state for matter_id, _ in ordinals if (state := station.store.state(matter_id)) is not None]


def _next(station: Station, matters: list[CaseState]) -> tuple[ClockState | None, str]:
    measure = station.store.yardstick
    best: ClockState | None = None
    step = ""
    for state in matters:
        for clock in clocks(state, measure.calendar, measure.rules):
            if not clock.running or clock.nominal is None or clock.clock == "T4":
                continue
            if best is None or best.nominal is None or clock.nominal < best.nominal:
                best, step = clock, _matter_row_step(station, state)
    if not step and matters:
        step = _matter_row_step(station, matters[0])
    return best, step


def _main_name(station: Station, visit: CaseState) -> str:
    for petitioner_id, role in station.store.people_of_visit(visit.case_id):
        if role == "main":
            state = station.store.state(petitioner_id)
            return state.text("name") if state else ""
    return ""


def _window(station: Station, visit: CaseState) -> str:
    return f"{station.office.name}{visit.text('window')}号窗口"


def _whole(value: object) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) else 0
