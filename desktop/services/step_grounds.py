"""What is known at a desk of a matter before a step is typed: values to start from, and items that are open."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

from desktop.models.store.rows import OfficeRow
from desktop.services.choice_words import CHOICES, choice_word
from desktop.services.duplicates import duplicates_of
from desktop.services.station import Station
from domain import commands
from domain.beijing import beijing_date
from domain.canonical import Json
from domain.decisions.delivering import DELIVERS, DOCUMENTS
from domain.decisions.desk import Desk
from domain.decisions.sharing import check_head, head_unknown
from domain.fold import CaseState
from domain.levels import LevelProposal, propose_level
from domain.papers import TITLES
from domain.procedure.holder import handler_of, stage_of
from domain.procedure.proposal import running_until
from domain.procedure.stages import Stage
from domain.refusals import Refusal
from domain.simple import conditions

Options = tuple[tuple[str, str], ...]
"""Codes with their words."""


_NO_LEVEL: Final = LevelProposal(None, "")


@dataclass(frozen=True, slots=True)
class Ground:
    """What the fields of a step start from."""

    state: CaseState
    visit: CaseState | None
    petitioner: str
    """The petitioner's name; empty where it is kept from lists 检举控告 (R 30③)."""
    today: str
    office: str
    office_kind: str
    clerk: str
    phone: str
    offices: tuple[OfficeRow, ...]
    simple: Options
    """The conditions of the simple way where the region has it."""
    duplicates: Options = ()
    """Matters registered elsewhere that may be this one, with the reason."""
    heads: Mapping[str, str] = field(default_factory=dict)
    """Of an accusation: by office what must be known of its head 负责人 before it is sent there (R 30③)."""
    level: LevelProposal = _NO_LEVEL
    """What the directory says of skipped levels 越级走访."""
    earlier: CaseState | None = None
    """The matter it repeats, where that is known here."""
    open_until: str = ""
    """The last day of the period in which that one is being handled."""


def ground_of(station: Station, state: CaseState) -> Ground:
    """What is known of a matter here."""
    desk = station.desk()
    offices = tuple(station.store.offices())
    person = station.store.state(state.text("petitioner")) if state.text("petitioner") else None
    hidden = state.text("matter_class") == "accusation" or person is None
    earlier = station.store.state(state.text("repeat.earlier")) if state.text("repeat.earlier") else None
    until = running_until(earlier, desk) if earlier is not None else None
    return Ground(
        state=state,
        visit=station.store.state(state.text("visit")) if state.text("visit") else None,
        petitioner="" if hidden or person is None else person.text("name"),
        today=beijing_date(station.now_ms).isoformat(),
        office=station.office.code,
        office_kind=station.office.kind,
        clerk=station.clerk_name,
        phone=station.office.phone,
        offices=offices,
        simple=tuple(conditions(desk.rules, desk.today).items()),
        duplicates=tuple(
            (each.other_matter_id, f"{each.other_number}（{each.other_office}）{each.reason}")
            for each in duplicates_of(station, state)
        ),
        heads=_heads(state, offices, desk),
        level=propose_level(state, desk.rules, desk.organ),
        earlier=earlier,
        open_until=until.isoformat() if until is not None else "",
    )


def _heads(state: CaseState, offices: tuple[OfficeRow, ...], desk: Desk) -> Mapping[str, str]:
    if state.text("matter_class") != "accusation":
        return {}
    found = {}
    for row in offices:
        try:
            check_head(state, row.code, desk)
        except Refusal:
            found[row.code] = "（负责人是被反映人，不得转送）"
        else:
            if head_unknown(state, row.code, desk):
                found[row.code] = "（负责人没有登记，请先核对）"
    return found


def _outcome(ground: Ground) -> str:
    """The outcome that is plain from what was decided; empty where the clerk must say."""
    stage, state = stage_of(ground.state), ground.state
    if stage == Stage.GUIDED:
        return "led_to_route"
    if stage in (Stage.REFUSED_OPEN, Stage.REFUSED_ENDED):
        return "refused"
    opinion = state.get(f"opinion.{state.text('opinion_now')}")
    told = opinion.get("answers") if isinstance(opinion, dict) else None
    said = [each.get("outcome") for each in told if isinstance(each, dict)] if isinstance(told, list | tuple) else []
    for answer, outcome in (("support", "supported"), ("explain", "explained"), ("deny", "denied")):
        if answer in said:
            return outcome
    return ""


def _route(ground: Ground) -> str:
    return ground.state.text("route") if ground.state.text("matter_class") == "claim" else ""


def _of_earlier(name: str) -> Callable[[Ground], str]:
    """A field of the matter this one repeats, for the refusal that rests on it (R 19③, 36③)."""
    return lambda ground: ground.earlier.text(name) if ground.earlier is not None else ""


def _open_organ(ground: Ground) -> str:
    code = handler_of(ground.earlier) if ground.earlier is not None and ground.open_until else ""
    return next((row.name for row in ground.offices if row.code == code), code)


def _recheck_organ(ground: Ground) -> str:
    code = ground.earlier.text("recheck.organ") if ground.earlier is not None else ""
    return next((row.name for row in ground.offices if row.code == code), code)


def _headcount(ground: Ground) -> str:
    return str(ground.visit.number("headcount") or "") if ground.visit else ""


KNOWN: Final[Mapping[tuple[type | None, str], Callable[[Ground], str]]] = {
    (None, "contact"): lambda ground: ground.phone,
    (None, "deliverer"): lambda ground: ground.clerk,
    (None, "signer"): lambda ground: ground.petitioner,
    (None, "attitude"): lambda _ground: "none",
    (commands.AcceptMatter, "handler"): lambda ground: ground.clerk,
    (commands.GuideMatter, "route"): _route,
    (commands.JudgeLevel, "skips"): lambda ground: {True: "yes", False: "no", None: ""}[ground.level.skips],
    (commands.JudgeLevel, "competent"): lambda ground: ground.level.competent,
    (commands.RefuseOpen, "open_number"): _of_earlier("number"),
    (commands.RefuseOpen, "organ"): _open_organ,
    (commands.RefuseOpen, "accepted_on"): _of_earlier("accepted_on"),
    (commands.RefuseOpen, "due_on"): lambda ground: ground.open_until,
    (commands.RefuseEnded, "organ"): _recheck_organ,
    (commands.RefuseEnded, "opinion_on"): _of_earlier("recheck.opined_on"),
    (commands.RefuseEnded, "delivered_on"): _of_earlier("recheck.delivered_on"),
    (commands.AssignMatter, "days"): lambda _ground: "60",
    (commands.ExtendMatter, "days"): lambda _ground: "30",
    (commands.DeliverNotice, "manner"): lambda _ground: "in_person",
    (commands.DeliverNotice, "outcome"): lambda _ground: "signed",
    (commands.DeliverNotice, "place"): lambda _ground: "信访接待窗口",
    (commands.DeliverNotice, "relation"): lambda _ground: "本人",
    (commands.ReportAssignment, "handler"): lambda ground: ground.state.text("handler") or ground.clerk,
    (commands.ReportAssignment, "phone"): lambda ground: ground.phone,
    (commands.RecordEvaluation, "of"): lambda ground: (
        "petition_office" if ground.office_kind == "petition_office" else "handler"
    ),
    (commands.RecordEvaluation, "way"): lambda _ground: "self",
    (commands.RecordMediation, "parties"): lambda ground: "\n".join(
        name for name in (ground.petitioner, ground.state.text("accused_organ")) if name
    ),
    (commands.CloseMatter, "outcome"): _outcome,
    (commands.ReportUrgent, "headcount"): _headcount,
    (commands.ReportUrgent, "demand"): lambda ground: ground.state.text("request"),
    (commands.Recuse, "person"): lambda ground: ground.state.text("handler"),
}
"""What a field starts with; by name alone where it means the same in every command."""

_REFERENCES: Final = {
    (commands.ReceiveSupplement, "supplement_id"): ("supplement", "given"),
    (commands.AnswerSupervision, "supervision_id"): ("supervision", "reply"),
    (commands.AnswerProposal, "proposal_id"): ("proposal", "reply"),
}
"""Fields that name an earlier item: the collection, and the part that says it is answered."""


def options(command: type, name: str, ground: Ground) -> Options | None:
    """What is open in this matter for a field that refers to it; None for a field that refers to nothing."""
    if command is commands.SimplifyMatter and name == "ground":
        return ground.simple
    if command is commands.LinkMatter and name == "other_matter_id":
        return ground.duplicates
    if (command, name) not in _REFERENCES:
        return None
    what, answer = _REFERENCES[command, name]
    return tuple(
        (key, _item_words(what, value))
        for key, value in sorted(ground.state.items(what).items(), key=lambda each: _day(each[1]))
        if isinstance(value, dict) and ground.state.get(f"{what}.{key}.{answer}") is None
    )


def _day(value: Json) -> str:
    return str(value.get("on", "")) if isinstance(value, dict) else ""


def _item_words(what: str, value: Mapping[str, Json]) -> str:
    head = {
        "supplement": value.get("missing"),
        "supervision": choice_word(commands.IssueSupervision, "trigger", value.get("trigger")),
        "proposal": f"{choice_word(commands.MakeProposal, 'kind', value.get('kind'))}：{value.get('to', '')}",
    }[what]
    until = value.get("reply_by") or value.get("until")
    tail = f"（{until} 前）" if until else ""
    return f"{value.get('on', '')}　{str(head)[:40]}{tail}"


_DOCUMENT_AT: Final = {
    "opinion": (Stage.OPINED,),
    "review": (Stage.REVIEW_OPINED,),
    "recheck": (Stage.RECHECK_OPINED,),
    "refusal": (Stage.REFUSED_OPEN, Stage.REFUSED_ENDED),
}
"""Decisions on a paper made elsewhere, and when they wait to be delivered."""


def documents(ground: Ground) -> Options:
    """What may be delivered: papers that are not void, those not delivered first; decisions on papers made elsewhere.

    A decision that waits comes before every paper: the stage asks for it.
    """
    state = ground.state
    stage, delivered = stage_of(state), state.items("delivery")
    papers = [
        (paper_id, value)
        for paper_id, value in state.items("paper").items()
        if isinstance(value, dict) and value.get("form") in DELIVERS and state.get(f"paper.{paper_id}.voided") is None
    ]
    papers.sort(key=lambda each: (each[0] in delivered, str(each[1].get("issued_on", ""))))
    waiting = [
        (what, f"{CHOICES[commands.DeliverNotice, 'what'][what]}（{state.text(field)} 作出，纸质文书）")
        for what, (field, _) in DOCUMENTS.items()
        if state.text(field) and stage in _DOCUMENT_AT[what] and f"{what}-{state.text(field)}" not in delivered
    ]
    told = [
        (
            paper_id,
            f"{TITLES.get(str(value.get('form')), '')} {value.get('number', '')}".strip()
            + ("（已登记送达）" if paper_id in delivered else ""),
        )
        for paper_id, value in papers
    ]
    return (*waiting, *told)
