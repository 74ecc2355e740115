"""What has happened to a matter, theme by theme 办理情况: legs, hearings, opinions, deliveries, reviews, the archive.

Titled rows read from the fields a matter's acts set; one view shows them all.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from desktop.services.choice_words import CHOICES, choice_word
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
    yield from _each(state, "recusal", "回避", _plain(("on", "日期"), ("person", "回避人"), ("relation", "利害关系"),
                                                  ("successor", "接办人")))  # fmt: skip
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


def _plain(*names: tuple[str, str]) -> Teller:
    return lambda _state, _path, value: tuple((label, _word(value, name)) for name, label in names)


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
        ("去向机关", leg.receiver_name or (people.office(leg.receiver) if leg.receiver else "")),
        ("去向机关负责人", _HEAD.get(_word(_of(state.get(f"leg.{leg.key}")), "head"), "")),
        (f"{way}日期", _iso(leg.sent_on)),
        ("办理期限（日）", str(leg.days or "")),
        ("收件日期", _iso(leg.received_on)),
        ("异议", _joined(_iso(leg.objected_on), said)),
        ("异议理由", _word(objection, "reasons")),
        ("异议依据", _word(objection, "basis")),
        ("建议机关", _word(objection, "suggested")),
        ("逾期原因", _word(objection, "late_reason")),
        ("核实结果", _joined(_iso(leg.verdict_on), _VERDICT.get(leg.verdict, leg.verdict))),
        ("核实理由", _word(verdict, "why")),
        ("退回材料", _joined(_word(part("materials"), "on"), _word(part("materials"), "manner"))),
        ("办结报告", _iso(leg.reported_on)),
        ("调查核实情况", _word(report, "findings")),
        ("办理结果", _word(report, "result")),
        ("签发人", _word(report, "signed_by")),
        ("承办人", _joined(_word(report, "handler"), _word(report, "phone"))),
    )


def _iso(day: object) -> str:
    return str(day) if day is not None else ""


def _joined(*words: str) -> str:
    return "　".join(each for each in words if each)


def _supplement(state: CaseState, path: str, value: Mapping[str, Json]) -> Rows:
    given = _of(state.get(f"{path}.given"))
    return (
        ("告知日期", _word(value, "on")),
        ("缺少的材料", _word(value, "missing")),
        ("交到哪里", _word(value, "where")),
        ("补交期限", _word(value, "until")),
        ("收到日期", _word(given, "on") or "还没有收到"),
        ("收到的材料", _word(given, "what")),
    )


def _refusal(state: CaseState) -> Iterator[Theme]:
    value = _of(state.get("refusal"))
    if value:
        ended = "opinion_on" in value
        yield Theme(
            "不再受理" if ended else "不予受理",
            (
                ("决定日期", state.text("refused_on")),
                ("复核意见书文号" if ended else "正在办理的编号", _word(value, "number")),
                ("复核机关" if ended else "正在办理的机关", _word(value, "organ")),
                ("该机关受理日期", _word(value, "accepted_on")),
                ("该机关办理期限", _word(value, "due_on")),
                ("复核意见出具日期", _word(value, "opinion_on")),
                ("复核意见送达日期", _word(value, "delivered_on")),
            ),
        )


def _extensions(state: CaseState) -> Iterator[Theme]:
    days = [value for value in state.items("extension").values() if isinstance(value, int)]
    if days:
        rows: Rows = (
            ("批准日期", state.text("extended_on")),
            ("延长天数", "、".join(f"{each}日" for each in days)),
            ("批准的负责人", state.text("extension_approver")),
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
        ("地点", _word(value, "place")),
        ("主持人", _word(value, "chair")),
        ("参加人", _names(value, "participants")),
        ("听证结论", _word(value, "findings")),
    )


def _mediation(_state: CaseState, _path: str, value: Mapping[str, Json]) -> Rows:
    return (
        ("日期", _word(value, "on")),
        ("类型", choice_word(commands.RecordMediation, "kind", value.get("kind"))),
        ("各方", _names(value, "parties")),
        ("结果", "达成协议" if value.get("agreed") is True else "没有达成协议"),
        ("协议内容", _word(value, "terms")),
        ("履行期限", _word(value, "perform_by")),
    )


def _opinions(state: CaseState) -> Iterator[Theme]:
    def tell(_state: CaseState, path: str, value: Mapping[str, Json]) -> Rows:
        told = value.get("answers")
        answers = [each for each in told if isinstance(each, dict)] if isinstance(told, list | tuple) else []
        rows = [("出具日期", _word(value, "on")), ("签发人", _word(value, "signed_by"))]
        if path != f"opinion.{state.text('opinion_now')}":
            rows.append(("效力", "已由以后的处理意见代替"))
        for place, each in enumerate(answers, start=1):
            number = str(place) if len(answers) > 1 else ""
            outcome = choice_word(commands.RequestAnswer, "outcome", each.get("outcome"))
            rows += [
                (f"请求{number}", _word(each, "request")),
                ("意见类型", outcome),
                ("查明的事实", _word(each, "facts")),
                ("处理意见", _word(each, "opinion")),
                ("依据", _word(each, "basis")),
            ]
        return (*rows, ("复查机关", _joined(_word(value, "review_organ"), _word(value, "review_address"))))

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
        ("核实日期", _word(value, "on")),
        ("执行情况", choice_word(commands.RecordExecution, "state", value.get("state"))),
        ("执行单位", _word(value, "by")),
        ("执行的内容", _word(value, "what")),
    )


def _review(state: CaseState, part: str, title: str, command: type, people: People) -> Rows:
    def said(name: str) -> str:
        return state.text(f"{part}.{name}")

    late = _LATE.get(said("late"), "")
    return (
        ("提出申请日期", _joined(said("requested_on"), late)),
        ("收到申请日期", said("received_on")),
        (f"{title}机关", people.office(said("organ")) if said("organ") else ""),
        ("逾期的原因", said("late_reason")),
        (f"{title}请求", said("requests")),
        (f"{title}意见出具日期", said("opined_on")),
        (f"{title}结论", choice_word(command, "verdict", said("verdict"))),
        (f"{title}意见", said("opinion") if said("opined_on") else ""),
        ("依据", said("basis") if said("opined_on") else ""),
        ("签发人", said("signed_by") if said("opined_on") else ""),
        ("复核机关", said("recheck_organ") if said("opined_on") else ""),
        (f"{title}意见送达日期", said("delivered_on")),
    )


def _rounds(state: CaseState) -> Iterator[Theme]:
    titles = {
        "accepted_on": "受理日期",
        "replied_on": "处理意见日期",
        "opinion_delivered_on": "处理意见送达日期",
        "review.delivered_on": "复查意见送达日期",
        "recheck.delivered_on": "复核意见送达日期",
    }

    def tell(_state: CaseState, _path: str, value: Mapping[str, Json]) -> Rows:
        return tuple((label, _word(value, name)) for name, label in titles.items())

    yield from _each(state, "round", "撤销、责令重办前的一轮", tell)


def _urgent(_state: CaseState, _path: str, value: Mapping[str, Json]) -> Rows:
    told = value.get("told")
    people = [each for each in told if isinstance(each, dict)] if isinstance(told, list | tuple) else []
    return (
        ("登记时间", _word(value, "at")),
        ("地点", _word(value, "place")),
        ("人数", _word(value, "headcount")),
        ("诉求", _word(value, "demand")),
        ("现场情况", _word(value, "behaviour")),
        ("已采取的措施", _word(value, "measures")),
        *(
            (choice_word(commands.ReportedTo, "to", each.get("to")), _joined(_word(each, "at"), _word(each, "name")))
            for each in people
        ),
    )


def _supervision(state: CaseState, path: str, value: Mapping[str, Json]) -> Rows:
    reply = _of(state.get(f"{path}.reply"))
    return (
        ("督办日期", _word(value, "on")),
        ("督办情形", choice_word(commands.IssueSupervision, "trigger", value.get("trigger"))),
        ("存在的问题", _word(value, "facts")),
        ("督办要求", _word(value, "demand")),
        ("回复期限", _word(value, "reply_by")),
        ("回复日期", _word(reply, "on") or "还没有回复"),
        ("回复内容", _word(reply, "reply")),
    )


def _proposal(state: CaseState, path: str, value: Mapping[str, Json]) -> Rows:
    reply = _of(state.get(f"{path}.reply"))
    return (
        ("提出日期", _word(value, "on")),
        ("建议类型", choice_word(commands.MakeProposal, "kind", value.get("kind"))),
        ("向谁提出", _word(value, "to")),
        ("存在的问题", _word(value, "facts")),
        ("建议内容", _word(value, "suggestion")),
        ("书面反馈期限", _word(value, "reply_by")),
        ("反馈", _joined(_word(reply, "on"), choice_word(commands.AnswerProposal, "adopted", reply.get("adopted")))
         or "还没有反馈"),
        ("反馈内容", _word(reply, "reply")),
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
            ("办结日期", state.text("closed_on")),
            ("办结结果", choice_word(commands.CloseMatter, "outcome", state.text("outcome"))),
            ("文书未送达的原因", state.text("undelivered_reason")),
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
                ("归档日期", state.text("archived_on")),
                ("案卷号", _word(archive, "volume")),
                ("保管期限", kept),
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
