"""The form of every step of the table of procedure, made from its command; and the command, made from what was typed.

A form decides nothing: what is lawful the decision says, beside the field it names.
"""

from __future__ import annotations

import re
import typing
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, is_dataclass
from functools import cache
from typing import Any, Final, Literal, get_args, get_origin

from desktop.services.choice_words import CHOICES, YES_NO
from desktop.services.input_titles import input_title
from desktop.services.sentences import cite
from desktop.services.step_field import Card, StepField, Values
from desktop.services.step_grounds import KNOWN, Ground, Options, documents, options
from domain import commands
from domain.decisions.delivering import DOCUMENTS
from domain.decisions.handling import requests_of
from domain.decisions.steps import COMMANDS
from domain.procedure.table import STEPS
from domain.refusals import Refusal

_MACHINERY: Final = {"matter_id", "petitioner_id", "to_name"}
_ORGANS: Final = {"to_office", "competent"}
"""Fields that hold an organ of the directory."""
_OWN_DAY_LATER: Final = {"transferred_on", "until", "perform_by", "due_on", "opinion_on", "delivered_on", "reply_by"}
"""Days that are not the day of the step itself: nothing stands in them at first."""
_DAYS: Final = {"on", "first", "last", "until", "reply_by", "perform_by", "delivered_at", "at"}
_LONG: Final = {
    "answer", "behaviour", "demand", "facts", "findings", "how", "measures", "missing", "opinion", "reasons",
    "reply", "requests", "result", "suggestion", "terms", "words",
}  # fmt: skip
_LONG_OF: Final = {
    (commands.ExtendMatter, "why"),
    (commands.VerifyObjection, "why"),
    (commands.ReceiveSupplement, "what"),
    (commands.RecordExecution, "what"),
    (commands.Recuse, "relation"),
}
_WIDE: Final = {"basis", "why", "late_reason", "legal_basis", "remark", "undelivered_reason"}
MOST_SEGMENTS: Final = 24
"""Characters of all options together that still stand side by side."""

_HINTS: Final[Mapping[tuple[type | None, str], str]] = {
    (None, "contact"): "信访人可以询问的电话",
    (None, "delivered_at"): "留空为现在；例如 2026-11-23 09:40",
    (None, "at"): "留空为现在；例如 2026-11-23 09:40",
    (None, "late_reason"): "已经超过期限的才填写",
    (None, "legal_basis"): "开启该途径的法律条款，例如：《××法》第五条",
    (None, "basis"): "法律、法规、规章和政策的名称和条款",
    (None, "refusal_reason"): "仅拒收时填写",
    (None, "witness"): "仅拒收时填写",
    (None, "undelivered_reason"): "已经送达的留空；确实不能送达的写明原因",
    (None, "time_limit"): "例如：自知道之日起六十日内",
    (None, "target_organ"): "机关全称",
    (None, "transferred_on"): "未代转则留空",
    (None, "how"): "需要带的材料、办理步骤",
    (None, "parties"): "每行写一方的姓名或者名称，至少两方",
    (None, "participants"): "每行一人",
    (None, "volume"): "一案一卷，例如：信访〔2026〕15号卷",
    (None, "recheck_organ"): "复查机关的上一级机关，机关全称",
    (None, "review_organ"): "本机关的上一级机关，机关全称",
    (None, "open_number"): "登记编号或者受理告知书文号",
    (None, "perform_by"): "没有约定的留空",
    (None, "until"): "不另定日期的留空；不停止任何期限",
    (None, "to_office"): "从名录中选，或直接写机构全称",
    (commands.AcceptMatter, "handling_unit"): "具体办理的内设机构",
    (commands.CallHearing, "at"): "例如 2026-12-01 09:00",
    (commands.CallHearing, "subject"): "就哪些问题听证",
    (commands.AnswerMatter, "answer"): "对来访人怎样答复的，写在这里；回执上会印出",
    (commands.AssignMatter, "days"): "交办函载明的天数",
    (commands.JudgeLevel, "competent"): "按它的层级核对：应到本级或者上一级机关走访",
    (commands.JudgeLevel, "why"): "与机构目录的提示一致的可以不写",
    (commands.ExtendMatter, "days"): "合计不超过 30 日",
    (commands.ExtendMatter, "why"): "情况怎样复杂",
    (commands.LodgeObjection, "reasons"): "为什么不属本机关职权，详细写明",
    (commands.LodgeObjection, "basis"): "法律、法规或者三定方案的条款",
    (commands.SupplyAddress, "name"): "原登记没有姓名时填写",
    (commands.SupplyAddress, "delivery_address"): "与住址不同时填写",
    (commands.AskReview, "requested_on"): "当面提交或者寄出的日期，是否逾期按它计算",
    (commands.AskRecheck, "requested_on"): "当面提交或者寄出的日期，是否逾期按它计算",
    (commands.RecordEvaluation, "proxy"): "仅代评时填写",
    (commands.RecordEvaluation, "proxy_unit"): "仅代评时填写",
    (commands.CloseMatter, "why"): "以调解和解、撤回、并案办结的必须写明",
}


@dataclass(frozen=True, slots=True)
class StepForm:
    """A step with its fields, filled as far as is known."""

    code: str
    title: str
    explain: str
    fields: tuple[StepField, ...]


def make_form(code: str, ground: Ground) -> StepForm:
    """The form of a step of the table, for a matter at a desk."""
    row, command = STEPS[code], COMMANDS[code]
    explain = "：".join(part for part in (cite(row.article), _cited(row.needs)) if part)
    if command is commands.JudgeLevel:
        explain = f"{explain}。{ground.level.why}"
    if command is commands.DeliverNotice:
        return StepForm(code, row.title, explain, _deliver(ground))
    return StepForm(code, row.title, explain, _fields(command, ground))


@cache
def _hints(command: type) -> dict[str, Any]:
    """The types of a command's fields, read once."""
    return typing.get_type_hints(command)


def _cited(words: str) -> str:
    """The articles in a row's words, cited as the clerk reads them."""
    return re.sub(r"R \d+[①-⑨]?(?:\(.\))?", lambda found: cite(found[0]), words)


def _fields(command: type, ground: Ground) -> tuple[StepField, ...]:
    hints = _hints(command)
    return tuple(
        _field(command, each.name, hints[each.name], ground) for each in fields(command) if each.name not in _MACHINERY
    )


def _field(command: type, name: str, kind: Any, ground: Ground) -> StepField:
    label = input_title(command, name)
    hint = _HINTS.get((command, name)) or _HINTS.get((None, name), "")
    known = (KNOWN.get((command, name)) or KNOWN.get((None, name)) or _nothing)(ground)
    if name in _ORGANS:
        here = name == "competent"  # this organ may be the one with authority, but sends nothing to itself
        names = tuple(
            (row.code, row.name + ground.heads.get(row.code, ""))
            for row in ground.offices
            if here or row.code != ground.office
        )
        if here:
            return StepField(name, label, "choice", known, hint, (("", "没有确定"), *names))
        return StepField(name, label, "open_choice", known, hint, names)
    found: Options | None = options(command, name, ground)
    if found is not None:  # one of what is open in this matter
        return StepField(name, label, "choice", found[0][0] if found else "", hint, found, wide=True)
    if get_origin(kind) is Literal:
        return _choice(name, label, known, hint, _words(command, name, ground))
    if kind is bool:
        return StepField(name, label, "segments", known, hint, tuple(YES_NO.items()))
    if kind is int:
        return StepField(name, label, "number", known, hint)
    if get_origin(kind) is tuple:
        inner: type = get_args(kind)[0]
        if is_dataclass(inner):
            return _cards(name, label, inner, ground)
        return StepField(name, label, "long", known, hint)
    if name.endswith("_on") or name in _DAYS:
        own = name not in _OWN_DAY_LATER and not name.endswith("at") and name not in ("first", "last")
        own = own and not (command is commands.RefuseOpen and name == "accepted_on")
        return StepField(name, label, "date", known or (ground.today if own else ""), hint)
    if name in _LONG or (command, name) in _LONG_OF:
        return StepField(name, label, "long", known, hint)
    return StepField(name, label, "text", known, hint, wide=name in _WIDE)


def _nothing(_ground: Ground) -> str:
    return ""


def _words(command: type, name: str, ground: Ground) -> Options:
    words = CHOICES[command, name]
    if command is commands.GuideMatter:  # a route belongs to a claim only (R 29–31)
        claim = ground.state.text("matter_class") == "claim"
        return tuple((code, text) for code, text in words.items() if (code != "") == claim)
    return tuple(words.items())


def _choice(name: str, label: str, known: str, hint: str, words: Options) -> StepField:
    few = sum(len(text) + 3 for _, text in words) <= MOST_SEGMENTS
    known = known if known in dict(words) else ""
    if not few and known not in dict(words):
        words = (("", "请选择"), *words)
    return StepField(name, label, "segments" if few else "choice", known, hint, words)


def _cards(name: str, label: str, inner: Any, ground: Ground) -> StepField:
    hints = _hints(inner)
    parts = tuple(
        _field(inner, each.name, hints[each.name], ground) for each in fields(inner) if each.name != "request"
    )
    if inner is commands.RequestAnswer:
        wanted = requests_of(ground.state) or (ground.state.text("summary"),)
        many = len(wanted) > 1
        titles = [f"请求{place}：{words}" if many else f"请求：{words}" for place, words in enumerate(wanted, start=1)]
        return StepField(name, label, "cards", parts=parts, cards=tuple(Card(title, {}) for title in titles), wide=True)
    first = Card("", {"to": "party_and_government"})
    return StepField(name, label, "cards", parts=parts, cards=(first,), more="增加一个报告对象", wide=True)


def _deliver(ground: Ground) -> tuple[StepField, ...]:
    """A delivery: what is delivered is one choice, of papers made here and of decisions on papers made elsewhere."""
    made = _fields(commands.DeliverNotice, ground)
    papers = documents(ground)
    document = StepField(
        "paper_id", input_title(commands.DeliverNotice, "paper_id"), "choice", papers[0][0] if papers else "",
        choices=papers, wide=True,
    )  # fmt: skip
    return (document, *(each for each in made if each.name not in ("paper_id", "what")))


def fill(code: str, matter_id: str, values: Values) -> Any:
    """The command of a step from what was typed. Raises Refusal ``option_missing`` for a choice nobody made."""
    command = COMMANDS[code]
    given: dict[str, Any] = {"matter_id": matter_id, **_typed(command, values, "")}
    if command is commands.DeliverNotice and given["paper_id"] in DOCUMENTS:
        given |= {"what": given["paper_id"], "paper_id": ""}
    if "to_office" in given:  # an office of the directory by its code, another one by its name
        typed = given["to_office"]
        known = typed.isascii()
        given |= {"to_office": typed if known else "", "to_name": "" if known else typed}
    return command(**given)


def _typed(command: type, values: Values, where: str) -> dict[str, Any]:
    hints = _hints(command)
    readers: dict[str, Callable[[Any, Any, str], Any]] = {"bool": _yes, "int": _number, "str": _text}
    found: dict[str, Any] = {}
    for each in fields(command):
        if each.name not in values:
            continue
        kind, value, path = hints[each.name], values[each.name], f"{where}{each.name}"
        if get_origin(kind) is Literal:
            found[each.name] = _option(kind, value, path)
        elif get_origin(kind) is tuple:
            found[each.name] = _members(get_args(kind)[0], value, path)
        else:
            found[each.name] = readers[kind.__name__](kind, value, path)
    return found


def _text(_kind: Any, value: Any, _path: str) -> str:
    return str(value)


def _number(_kind: Any, value: Any, _path: str) -> int:
    """As typed; what is no number is 0, which the rule refuses beside the field."""
    text = str(value)
    return int(text) if text.isdecimal() and len(text) < 7 else 0


def _yes(_kind: Any, value: Any, path: str) -> bool:
    if value not in YES_NO:
        raise Refusal("option_missing", field=path)
    return bool(value == "yes")


def _option(kind: Any, value: Any, path: str) -> str:
    if value not in get_args(kind):
        raise Refusal("option_missing", field=path)
    return str(value)


def _members(inner: type, value: Any, path: str) -> tuple[Any, ...]:
    if not is_dataclass(inner):
        return tuple(line.strip() for line in str(value).splitlines() if line.strip())
    found = []
    for place, card in enumerate(value):
        given = {**card, "request": str(place + 1)} if inner is commands.RequestAnswer else card
        found.append(inner(**_typed(inner, given, f"{path}.{place}.")))
    return tuple(found)
