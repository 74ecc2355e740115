"""Steps a clerk may be offered on a matter, as data for the StepPanel; whether one is lawful the service decides."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, cast

from desktop.models.store.rows import MatterRow, OfficeRow, PaperRow
from desktop.services import matters
from desktop.services.field_titles import field_title
from desktop.services.outcome import Outcome
from desktop.views.step_dialogs import StepField, Values
from desktop.views.terms import MATTER_CLASS, ROUTE
from domain.commands import (
    AcceptMatter,
    AnswerMatter,
    AssignMatter,
    CorrectMatter,
    DeliverNotice,
    ExtendMatter,
    GuideMatter,
    ReceiveMatter,
    ReferMatter,
    SupplyAddress,
)
from domain.procedure.stages import Stage

Build = Callable[[str, Values, tuple[str, ...]], object]
"""Matter id, the values typed, and the acts the form was opened over."""
Run = Callable[..., Outcome[str]]


@dataclass(frozen=True, slots=True)
class MatterStep:
    """One step: where it is offered, its words, its fields, the command it fills and the paper that follows."""

    name: str
    title: str
    explain: str
    run: Run
    build: Build
    form: str = ""
    """The form to issue right after the step."""


@dataclass(frozen=True, slots=True)
class Ground:
    """What the fields of a step start from."""

    matter: MatterRow
    today: str
    offices: tuple[OfficeRow, ...] = ()
    notices: tuple[PaperRow, ...] = ()
    """Notices of the matter that are not void: what can be delivered."""
    clerk: str = ""


OPEN = (Stage.REGISTERED, Stage.RECEIVED)


def offered(matter: MatterRow, *, petition_office: bool, notices: Sequence[PaperRow], notice_off: bool) -> list[str]:
    """Names of the steps to show as buttons, the likeliest first."""
    found: list[str] = []
    if matter.stage in OPEN:
        claim = matter.matter_class == "claim"
        deciding = [] if petition_office else (["accept"] if claim and matter.route == "31-6" else ["guide"])
        passing = ["refer", "assign"]
        answer = ["answer"] if matter.matter_class not in ("claim", "accusation") else []
        found += [*passing, *answer] if petition_office else [*deciding, *answer, *passing]
    if matter.stage in (Stage.REFERRED, Stage.ASSIGNED):
        found.append("receive")
    if notices:
        found.append("deliver")
    if matter.stage == Stage.ACCEPTED:
        found.append("extend")
    if notice_off:
        found.append("supply")
    if matter.stage in OPEN:
        decided = matter.matter_class not in ("", "claim") or (matter.matter_class == "claim" and bool(matter.route))
        found.insert(len(found) if decided else 0, "classify")
    return [*found, "correct"]


def fields_of(step: str, ground: Ground) -> tuple[StepField, ...]:
    """The fields of a step, filled as far as is known."""
    return _FIELDS[step](ground)


def _date(name: str, label: str, ground: Ground) -> StepField:
    return StepField(name, label, "date", ground.today)


def _office(ground: Ground) -> StepField:
    choices = tuple((row.code, row.name) for row in ground.offices)
    return StepField("to_office", "去向机构", "open_choice", hint="从名录中选，或直接写机构全称", choices=choices)


def _accept(ground: Ground) -> tuple[StepField, ...]:
    return (
        _date("accepted_on", "受理日期", ground),
        StepField("handling_unit", "承办单位", hint="具体办理的内设机构"),
        StepField("handler", "承办人", value=ground.clerk),
        StepField("contact", "联系电话"),
    )


ROUTES = (
    ("31-1", "（一）诉讼、检察、公安等政法程序"),
    ("31-2", "（二）仲裁"),
    ("31-3", "（三）党员申诉、申请复审等"),
    ("31-4", "（四）行政复议、行政裁决等行政程序"),
    ("31-5", "（五）履行法定职责"),
)


def _guide(ground: Ground) -> tuple[StepField, ...]:
    claim = ground.matter.matter_class == "claim"
    routes = ROUTES if claim else (("", "不适用（建议意见、检举控告等）"),)
    known = ground.matter.route if ground.matter.route in dict(routes) else routes[0][0]
    return (
        StepField("route", "处理途径", "choice", known, choices=routes),
        _date("guided_on", "告知日期", ground),
        StepField("target_organ", "向何机关提出", hint="机关全称"),
        StepField("target_phone", "该机关电话"),
        StepField("target_address", "该机关地址"),
        StepField("time_limit", "该途径的时限", hint="例如：自知道之日起六十日内"),
        StepField("legal_basis", "法律依据", hint="开启该途径的法律条款，例如：《××法》第五条"),
        StepField("transferred_on", "本机关已代转", "date", hint="未代转则留空"),
        StepField("how", "怎样提出", "long", hint="需要带的材料、办理步骤"),
    )


def _refer(ground: Ground) -> tuple[StepField, ...]:
    return (
        _office(ground),
        _date("referred_on", "转送日期", ground),
        StepField("contact", "联系电话", hint="信访人可以询问的电话"),
        StepField("why", "转送理由"),
    )


def _assign(ground: Ground) -> tuple[StepField, ...]:
    return (
        _office(ground),
        _date("assigned_on", "交办日期", ground),
        StepField("days", "办理期限（日）", "number", "60", hint="交办函载明的天数"),
        StepField("contact", "联系电话"),
        StepField("why", "交办理由", wide=True),
    )


def _receive(ground: Ground) -> tuple[StepField, ...]:
    return (_date("received_on", "收到日期", ground),)


def _extend(ground: Ground) -> tuple[StepField, ...]:
    return (
        StepField("days", "延长天数", "number", "30", hint="合计不超过 30 日"),
        StepField("approver", "批准的负责人"),
        _date("approved_on", "批准日期", ground),
        StepField("why", "延长理由", "long", hint="情况怎样复杂"),
    )


def _answer(ground: Ground) -> tuple[StepField, ...]:
    return (
        _date("answered_on", "答复日期", ground),
        StepField("answer", "答复内容", "long", hint="对来访人怎样答复的，写在这里；回执上会印出"),
    )


def _supply(_ground: Ground) -> tuple[StepField, ...]:
    return (
        StepField("name", "姓名（名称）", hint="原登记没有姓名时填写"),
        StepField("address", "住址"),
        StepField("delivery_address", "送达地址", hint="与住址不同时填写"),
    )


def _classify(ground: Ground) -> tuple[StepField, ...]:
    classes, routes = list(MATTER_CLASS), [("", "不适用或未定"), *ROUTE[1:]]
    return (
        StepField("matter_class", "事项类别", "choice", ground.matter.matter_class or "claim", choices=tuple(classes)),
        StepField("route", "处理途径", "choice", ground.matter.route, choices=tuple(routes)),
        StepField("why", "甄别依据", hint="例如：来访人出示行政复议受理通知书", wide=True),
    )


def _correct(_ground: Ground) -> tuple[StepField, ...]:
    choices = tuple((name, field_title(name)) for name in CORRECTABLE)
    return (
        StepField("field", "更正哪一项", "choice", CORRECTABLE[0], choices=choices),
        StepField("value", "更正为", "long"),
        StepField("why", "更正理由", hint="原来的内容仍保留在时间线上", wide=True),
    )


CORRECTABLE = (
    "summary",
    "request",
    "facts",
    "reasons",
    "place",
    "occurred_on",
    "accused_person",
    "accused_organ",
    "content_code",
)
"""Plain fields a clerk may correct (``domain.decisions.corrections``); class and route have their own step."""


def _deliver(ground: Ground) -> tuple[StepField, ...]:
    papers = tuple((row.paper_id, f"{row.title} {row.number}") for row in ground.notices)
    return (
        StepField("paper_id", "送达的文书", "choice", papers[0][0] if papers else "", choices=papers),
        StepField("delivered_at", "送达时间", "date", hint="留空为现在；例如 2026-11-23 09:40"),
        StepField("manner", "送达方式", "choice", "in_person", choices=MANNERS),
        StepField("place", "送达地点", value="信访接待窗口"),
        StepField("outcome", "结果", "choice", "signed", choices=(("signed", "签收"), ("refused", "拒收"))),
        StepField("signer", "签收人", value=ground.matter.main_name if "*" not in ground.matter.main_name else ""),
        StepField("relation", "与受送达人关系", value="本人"),
        StepField("deliverer", "送达人", value=ground.clerk),
        StepField("refusal_reason", "拒收事由", hint="仅拒收时填写"),
        StepField("witness", "见证人", hint="仅拒收时填写"),
    )


MANNERS = (("in_person", "直接送达"), ("post", "邮寄送达"), ("other", "其他方式"))


def _text(values: Values, *names: str) -> dict[str, str]:
    return {name: values.get(name, "") for name in names}


def _days(values: Values) -> int:
    """Days as typed; what is no number is 0, which the rule refuses beside the field."""
    text = values.get("days", "")
    return int(text) if text.isdecimal() and len(text) < 6 else 0


def _to(values: Values) -> dict[str, str]:
    """An office of the directory by its code, another one by its name."""
    typed = values.get("to_office", "")
    code = typed.isascii() and typed != ""
    return {"to_office": typed if code else "", "to_name": "" if code else typed}


STEPS: dict[str, MatterStep] = {
    step.name: step
    for step in (
        MatterStep(
            "accept",
            "受理",
            "依据《信访工作条例》第三十一条第六项；自受理之日起六十日内办结（第三十四条）",
            matters.take_step,
            lambda case, v, _seen: AcceptMatter(case, **_text(v, "accepted_on", "handling_unit", "handler", "contact")),
            form="F04",
        ),
        MatterStep(
            "guide",
            "告知途径",
            "告知接收情况以及处理途径和程序（第二十三条、第三十一条第一至五项）",
            matters.take_step,
            lambda case, v, _seen: GuideMatter(
                case,
                **cast(
                    "dict[str, Any]",
                    _text(
                        v,
                        "route",
                        "guided_on",
                        "target_organ",
                        "target_address",
                        "target_phone",
                        "how",
                        "time_limit",
                        "legal_basis",
                        "transferred_on",
                    ),
                ),
            ),
            form="F05",
        ),
        MatterStep(
            "refer",
            "转送",
            "转送有权处理的机关、单位，并告知信访人（第二十二条、第二十三条）；不得转送被检举控告的单位",
            matters.take_step,
            lambda case, v, _seen: ReferMatter(case, **_to(v), **_text(v, "referred_on", "contact", "why")),
            form="F08",
        ),
        MatterStep(
            "assign",
            "交办",
            "交由有权处理的机关、单位办理，要求在指定办理期限内反馈结果（第二十二条第一款第三项）",
            matters.take_step,
            lambda case, v, _seen: AssignMatter(
                case, days=_days(v), **cast("dict[str, Any]", _to(v) | _text(v, "assigned_on", "contact", "why"))
            ),
            form="F08",
        ),
        MatterStep(
            "receive",
            "收件",
            "收到转送、交办件：十五日内书面告知，不属本机关职权的五个工作日内提出异议（第二十三条第三款）",
            matters.take_step,
            lambda case, v, _seen: ReceiveMatter(case, **_text(v, "received_on")),
        ),
        MatterStep(
            "extend",
            "延期",
            "情况复杂的，经本机关、单位负责人批准，可以适当延长，不得超过三十日，并告知信访人（第三十四条）",
            matters.take_step,
            lambda case, v, _seen: ExtendMatter(case, _days(v), v["approver"], v["approved_on"], v["why"]),
        ),
        MatterStep(
            "answer",
            "当场答复",
            "咨询、感谢或者建议意见，当场答复并记录",
            matters.take_step,
            lambda case, v, _seen: AnswerMatter(case, v["answer"], v["answered_on"]),
        ),
        MatterStep(
            "supply",
            "补充姓名住址",
            "姓名（名称）、住址清楚后，自收到之日起十五日内书面告知（第二十三条第二款）",
            matters.take_step,
            lambda case, v, _seen: SupplyAddress(case, **_text(v, "name", "address", "delivery_address")),
        ),
        MatterStep(
            "classify",
            "甄别定性",
            "确定事项类别和处理途径（第二十九条至第三十一条）；作出受理或者告知后不能再改",
            matters.correct_matter,
            lambda case, v, seen: CorrectMatter(
                case, {name: v[name] for name in ("matter_class", "route") if v.get(name)}, v["why"], seen
            ),
        ),
        MatterStep(
            "correct",
            "更正",
            "更正登记的内容；原来的内容、更正人和理由都保留在时间线上",
            matters.correct_matter,
            lambda case, v, seen: CorrectMatter(case, {v["field"]: v["value"]}, v["why"], seen),
        ),
        MatterStep(
            "deliver",
            "送达",
            "记录告知书的送达，并出具送达回证",
            matters.take_step,
            lambda case, v, _seen: DeliverNotice(case, **cast("dict[str, Any]", dict(v))),
            form="F18",
        ),
    )
}

_FIELDS: dict[str, Callable[[Ground], tuple[StepField, ...]]] = {
    "accept": _accept,
    "guide": _guide,
    "refer": _refer,
    "assign": _assign,
    "receive": _receive,
    "extend": _extend,
    "answer": _answer,
    "supply": _supply,
    "deliver": _deliver,
    "classify": _classify,
    "correct": _correct,
}
