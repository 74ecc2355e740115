"""What has happened to a matter, theme by theme 办理情况: legs, hearings, opinions, deliveries, reviews, the archive.

Titled rows read from the fields a matter's acts set; one view shows them all. What an input of a step or a field is
called is told by their own tables, so that form, timeline and this page have one word for one thing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from desktop.services.choice_words import CHOICES, choice_word
from desktop.services.field_titles import TITLES as FIELDS
from desktop.services.input_titles import input_title as _title
from desktop.services.people import People
from desktop.services.station import Station
from domain import commands
from domain.canonical import Json
from domain.fold import CaseState
from domain.papers import TITLES
from domain.procedure.legs import Leg, legs_of

Rows = tuple[tuple[str, str], ...]
"""Label and words; a row without words is left out by whoever shows it."""


@dataclass(frozen=True, slots=True)
class Theme:
    """One thing that happened, with all that was told of it."""

    title: str
    rows: Rows


def dossier(station: Station, matter_id: str) -> tuple[Theme, ...]:
    """Everything that has happened to a matter, in the order of the procedure; within a theme the earliest first."""
    state = station.state(matter_id, field="matter_id")
    return tuple(_themes(state, People(station)))


def _themes(state: CaseState, people: People) -> Iterator[Theme]:
    yield from _legs(state, people)
    yield from _each(state, "supplement", "补充材料", _supplement)
    yield from _each(state, "recusal", "回避", _plain(commands.Recuse, "on", "person", "relation", "successor"))
    yield from _refusal(state)
    yield from _extensions(state)
    yield from _each(state, "hearing", "听证", _hearing)
    yield from _each(state, "mediation", "调解、和解", _mediation)
    yield from _opinions(state)
    yield from _deliveries(state)
    yield from _each(state, "execution", "督促执行", _execution)
    for part, title, command in (
        ("review", "复查", commands.DecideReview),
        ("recheck", "复核", commands.DecideRecheck),
    ):
        if state.text(f"{part}.requested_on"):
            yield Theme(title, _review(state, part, title, command, people))
    yield from _rounds(state)
    yield from _each(state, "urgent", "紧急信息报告", _urgent)
    yield from _each(state, "supervision", "督办", _supervision)
    yield from _each(state, "proposal", "三项建议", _proposal)
    yield from _evaluations(state)
    yield from _ending(state)


def _of(value: Json) -> Mapping[str, Json]:
    return value if isinstance(value, dict) else {}


def _word(value: Mapping[str, Json], name: str) -> str:
    found = value.get(name)
    return str(found) if isinstance(found, str | int) and not isinstance(found, bool) else ""


Teller = Callable[[CaseState, str, Mapping[str, Json]], Rows]


def _each(state: CaseState, prefix: str, title: str, tell: Teller) -> Iterator[Theme]:
    """One theme for each member of a collection, numbered where there are several."""
    found = [(key, value) for key, value in state.items(prefix).items() if isinstance(value, dict)]
    found.sort(key=lambda each: (_word(each[1], "on") or _word(each[1], "first") or _word(each[1], "at"), each[0]))
    for place, (key, value) in enumerate(found, start=1):
        number = f"（第{place}次）" if len(found) > 1 else ""
        yield Theme(title + number, tell(state, f"{prefix}.{key}", value))


def _rows(command: type, value: Mapping[str, Json], *names: str) -> Rows:
    """Inputs of a step that were recorded under their own names."""
    return tuple((_title(command, name), _word(value, name)) for name in names)


def _plain(command: type, *names: str) -> Teller:
    return lambda _state, _path, value: _rows(command, value, *names)


_LATE: Final = {"late": "逾期提出", "unknown": "是否逾期待核"}
_HEAD: Final = {"unknown": "机构目录没有登记，没有核对是否就是被反映人"}
_VERDICT: Final = CHOICES[commands.VerifyObjection, "verdict"]


def _legs(state: CaseState, people: People) -> Iterator[Theme]:
    legs = legs_of(state)
    for place, leg in enumerate(legs, start=1):
        way = "交办" if leg.way == "assign" else "转送"
        number = f"（第{place}程）" if len(legs) > 1 else ""
        yield Theme(way + number, _leg(state, leg, way, people))


def _leg(state: CaseState, leg: Leg, way: str, people: People) -> Rows:
    def part(name: str) -> Mapping[str, Json]:
        return _of(state.get(f"leg.{leg.key}.{name}"))

    objection, verdict, report = part("objection"), part("verdict"), part("report")
    said = _LATE.get(_word(objection, "late"), "")
    return (
        (f"{way}机关", people.office(leg.sender) if leg.sender else ""),
        (FIELDS["to_name"], leg.receiver_name or (people.office(leg.receiver) if leg.receiver else "")),
        ("去向机关负责人", _HEAD.get(_word(_of(state.get(f"leg.{leg.key}")), "head"), "")),
        (f"{way}日期", _iso(leg.sent_on)),
        (_title(commands.AssignMatter, "days"), str(leg.days or "")),
        (FIELDS["referral_received_on"], _iso(leg.received_on)),
        ("异议", _joined(_iso(leg.objected_on), said)),
        *_rows(commands.LodgeObjection, objection, "reasons", "basis", "suggested", "late_reason"),
        ("核实结果", _joined(_iso(leg.verdict_on), _VERDICT.get(leg.verdict, leg.verdict))),
        (_title(commands.VerifyObjection, "why"), _word(verdict, "why")),
        ("退回材料", _joined(_word(part("materials"), "on"), _word(part("materials"), "manner"))),
        ("办结报告", _iso(leg.reported_on)),
        *_rows(commands.ReportAssignment, report, "findings", "result", "signed_by"),
        (_title(commands.ReportAssignment, "handler"), _joined(_word(report, "handler"), _word(report, "phone"))),
    )


def _iso(day: object) -> str:
    return str(day) if day is not None else ""


def _joined(*words: str) -> str:
    return "　".join(each for each in words if each)


def _supplement(state: CaseState, path: str, value: Mapping[str, Json]) -> Rows:
    given = _of(state.get(f"{path}.given"))
    return (
        (_title(commands.AskSupplement, "asked_on"), _word(value, "on")),
        *_rows(commands.AskSupplement, value, "missing", "where", "until"),
        (_title(commands.ReceiveSupplement, "received_on"), _word(given, "on") or "还没有收到"),
        (_title(commands.ReceiveSupplement, "what"), _word(given, "what")),
    )


def _refusal(state: CaseState) -> Iterator[Theme]:
    value = _of(state.get("refusal"))
    if value:
        ended = "opinion_on" in value
        command = commands.RefuseEnded if ended else commands.RefuseOpen
        number = "opinion_number" if ended else "open_number"
        yield Theme(
            "不再受理" if ended else "不予受理",
            (
                (_title(command, "refused_on"), state.text("refused_on")),
                (_title(command, number), _word(value, "number")),
                (_title(command, "organ"), _word(value, "organ")),
                *_rows(commands.RefuseOpen, value, "accepted_on", "due_on"),
                *_rows(commands.RefuseEnded, value, "opinion_on", "delivered_on"),
            ),
        )


def _extensions(state: CaseState) -> Iterator[Theme]:
    days = [value for value in state.items("extension").values() if isinstance(value, int)]
    if days:
        rows: Rows = (
            (_title(commands.ExtendMatter, "approved_on"), state.text("extended_on")),
            (_title(commands.ExtendMatter, "days"), "、".join(f"{each}日" for each in days)),
            (_title(commands.ExtendMatter, "approver"), state.text("extension_approver")),
        )
        yield Theme("延长办理期限", rows)


def _names(value: Mapping[str, Json], name: str) -> str:
    found = value.get(name)
    return "、".join(str(each) for each in found) if isinstance(found, list | tuple) else ""


def _hearing(_state: CaseState, _path: str, value: Mapping[str, Json]) -> Rows:
    first, last = _word(value, "first"), _word(value, "last")
    within = {"review": "复查", "recheck": "复核（听证时间不计入复核期限）"}.get(_word(value, "of"), "办理")
    return (
        ("时间", first if first == last else f"{first} 至 {last}"),
        ("所在程序", within),
        *_rows(commands.HoldHearing, value, "place", "chair"),
        (_title(commands.HoldHearing, "participants"), _names(value, "participants")),
        (_title(commands.HoldHearing, "findings"), _word(value, "findings")),
    )


def _mediation(_state: CaseState, _path: str, value: Mapping[str, Json]) -> Rows:
    return (
        (_title(commands.RecordMediation, "on"), _word(value, "on")),
        (_title(commands.RecordMediation, "kind"), choice_word(commands.RecordMediation, "kind", value.get("kind"))),
        (_title(commands.RecordMediation, "parties"), _names(value, "parties")),
        ("结果", "达成协议" if value.get("agreed") is True else "没有达成协议"),
        *_rows(commands.RecordMediation, value, "terms", "perform_by"),
    )


def _opinions(state: CaseState) -> Iterator[Theme]:
    def tell(_state: CaseState, path: str, value: Mapping[str, Json]) -> Rows:
        told = value.get("answers")
        answers = [each for each in told if isinstance(each, dict)] if isinstance(told, list | tuple) else []
        rows = [
            (_title(commands.IssueOpinion, "issued_on"), _word(value, "on")),
            (_title(commands.IssueOpinion, "signed_by"), _word(value, "signed_by")),
        ]
        if path != f"opinion.{state.text('opinion_now')}":
            rows.append(("效力", "已由以后的处理意见代替"))
        for place, each in enumerate(answers, start=1):
            number = str(place) if len(answers) > 1 else ""
            outcome = choice_word(commands.RequestAnswer, "outcome", each.get("outcome"))
            rows += [
                (_title(commands.RequestAnswer, "request") + number, _word(each, "request")),
                (_title(commands.RequestAnswer, "outcome"), outcome),
                (_title(commands.RequestAnswer, "facts"), _word(each, "facts")),
                (_title(commands.RequestAnswer, "opinion"), _word(each, "opinion")),
                (_title(commands.RequestAnswer, "basis"), _word(each, "basis")),
            ]
        return (
            *rows,
            (
                _title(commands.IssueOpinion, "review_organ"),
                _joined(_word(value, "review_organ"), _word(value, "review_address")),
            ),
        )

    yield from _each(state, "opinion", "处理意见", tell)


def _deliveries(state: CaseState) -> Iterator[Theme]:
    """Every delivery; of an accusation nobody's name who signed for the petitioner's paper (R 30③)."""
    hidden = state.text("matter_class") == "accusation"
    rows: list[tuple[str, str]] = []
    found = [(key, value) for key, value in state.items("delivery").items() if isinstance(value, dict)]
    for key, value in sorted(found, key=lambda each: _word(each[1], "at")):
        paper = _of(state.get(f"paper.{key}"))
        title = TITLES.get(_word(paper, "form"), "") or choice_word(
            commands.DeliverNotice, "what", key.partition("-")[0]
        )
        refused = value.get("outcome") == "refused"
        how = choice_word(commands.DeliverNotice, "manner", value.get("manner"))
        who = (
            _joined("拒收", _word(value, "refusal_reason"), f"见证人 {_word(value, 'witness')}")
            if refused
            else _joined("签收", "" if hidden else _word(value, "signer"))
        )
        attitude = choice_word(commands.DeliverNotice, "attitude", value.get("attitude"))
        mind = f"对文书{attitude}" if value.get("attitude") in ("agree", "disagree") else ""
        rows.append((_joined(title), _joined(_word(value, "at"), how, _word(value, "place"), who, mind)))
    if rows:
        yield Theme("送达", tuple(rows))


def _execution(_state: CaseState, _path: str, value: Mapping[str, Json]) -> Rows:
    return (
        (_title(commands.RecordExecution, "on"), _word(value, "on")),
        (_title(commands.RecordExecution, "state"), choice_word(commands.RecordExecution, "state", value.get("state"))),
        *_rows(commands.RecordExecution, value, "by", "what"),
    )


def _review(state: CaseState, part: str, title: str, command: type, people: People) -> Rows:
    def said(name: str) -> str:
        return state.text(f"{part}.{name}")

    late = _LATE.get(said("late"), "")
    return (
        (_title(commands.AskReview, "requested_on"), _joined(said("requested_on"), late)),
        (_title(commands.AskReview, "received_on"), said("received_on")),
        (f"{title}机关", people.office(said("organ")) if said("organ") else ""),
        (_title(commands.AskReview, "late_reason"), said("late_reason")),
        (FIELDS[f"{part}.requests"], said("requests")),
        (FIELDS[f"{part}.opined_on"], said("opined_on")),
        (FIELDS[f"{part}.verdict"], choice_word(command, "verdict", said("verdict"))),
        (FIELDS[f"{part}.opinion"], said("opinion") if said("opined_on") else ""),
        (_title(commands.DecideReview, "basis"), said("basis") if said("opined_on") else ""),
        (_title(commands.DecideReview, "signed_by"), said("signed_by") if said("opined_on") else ""),
        (_title(commands.DecideReview, "recheck_organ"), said("recheck_organ") if said("opined_on") else ""),
        (FIELDS[f"{part}.delivered_on"], said("delivered_on")),
    )


def _rounds(state: CaseState) -> Iterator[Theme]:
    names = (
        "accepted_on",
        "replied_on",
        "opinion_delivered_on",
        "review.delivered_on",
        "recheck.delivered_on",
    )

    def tell(_state: CaseState, _path: str, value: Mapping[str, Json]) -> Rows:
        return tuple((FIELDS[name], _word(value, name)) for name in names)

    yield from _each(state, "round", "撤销、责令重办前的一轮", tell)


def _urgent(_state: CaseState, _path: str, value: Mapping[str, Json]) -> Rows:
    told = value.get("told")
    people = [each for each in told if isinstance(each, dict)] if isinstance(told, list | tuple) else []
    return (
        ("登记时间", _word(value, "at")),
        *_rows(commands.ReportUrgent, value, "place", "headcount", "demand", "behaviour", "measures"),
        *(
            (choice_word(commands.ReportedTo, "to", each.get("to")), _joined(_word(each, "at"), _word(each, "name")))
            for each in people
        ),
    )


def _supervision(state: CaseState, path: str, value: Mapping[str, Json]) -> Rows:
    reply = _of(state.get(f"{path}.reply"))
    return (
        (_title(commands.IssueSupervision, "issued_on"), _word(value, "on")),
        (
            _title(commands.IssueSupervision, "trigger"),
            choice_word(commands.IssueSupervision, "trigger", value.get("trigger")),
        ),
        *_rows(commands.IssueSupervision, value, "facts", "demand", "reply_by"),
        (_title(commands.AnswerSupervision, "answered_on"), _word(reply, "on") or "还没有回复"),
        (_title(commands.AnswerSupervision, "reply"), _word(reply, "reply")),
    )


def _proposal(state: CaseState, path: str, value: Mapping[str, Json]) -> Rows:
    reply = _of(state.get(f"{path}.reply"))
    return (
        (_title(commands.MakeProposal, "made_on"), _word(value, "on")),
        (_title(commands.MakeProposal, "kind"), choice_word(commands.MakeProposal, "kind", value.get("kind"))),
        *_rows(commands.MakeProposal, value, "to", "facts", "suggestion", "reply_by"),
        ("反馈", _joined(_word(reply, "on"), choice_word(commands.AnswerProposal, "adopted", reply.get("adopted")))
         or "还没有反馈"),
        (_title(commands.AnswerProposal, "reply"), _word(reply, "reply")),
    )  # fmt: skip


def _evaluations(state: CaseState) -> Iterator[Theme]:
    rows: list[tuple[str, str]] = []
    for of, value in state.items("evaluation").items():
        if isinstance(value, dict):
            level = choice_word(commands.RecordEvaluation, "level", value.get("level"))
            way = choice_word(commands.RecordEvaluation, "way", value.get("way"))
            proxy = _joined(_word(value, "proxy"), _word(value, "proxy_unit"))
            words = _joined(_word(value, "on"), level, way, proxy, _word(value, "words"))
            rows.append((choice_word(commands.RecordEvaluation, "of", of), words))
    if rows:
        yield Theme("满意度评价", tuple(rows))


def _ending(state: CaseState) -> Iterator[Theme]:
    if state.text("closed_on"):
        rows: Rows = (
            (FIELDS["closed_on"], state.text("closed_on")),
            (
                _title(commands.CloseMatter, "outcome"),
                choice_word(commands.CloseMatter, "outcome", state.text("outcome")),
            ),
            (_title(commands.CloseMatter, "undelivered_reason"), state.text("undelivered_reason")),
        )
        yield Theme("办结", rows)
    archive = _of(state.get("archive"))
    if archive:
        kept = choice_word(commands.ArchiveMatter, "retention", archive.get("retention"))
        listed = archive.get("contents")
        lines = [each for each in listed if isinstance(each, dict)] if isinstance(listed, list | tuple) else []
        contents = "\n".join(f"{place}. {_content(each)}" for place, each in enumerate(lines, start=1))
        yield Theme(
            "归档",
            (
                (FIELDS["archived_on"], state.text("archived_on")),
                (_title(commands.ArchiveMatter, "volume"), _word(archive, "volume")),
                (_title(commands.ArchiveMatter, "retention"), kept),
                ("卷内目录", contents or "卷内没有本系统出具的文书和附件"),
            ),
        )


def _content(line: Mapping[str, Json]) -> str:
    """One line of the contents of the volume 卷内目录."""
    if "file" in line:
        return _joined("附件", _word(line, "file"))
    title = TITLES.get(_word(line, "form"), _word(line, "form"))
    void = "（作废）" if line.get("voided") is True else ""
    return _joined(title + void, _word(line, "number"), _word(line, "on"))
