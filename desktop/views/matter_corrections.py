"""The two corrections offered beside a matter's steps: 甄别定性 and 更正; the steps are the table's."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from desktop.models.store.rows import MatterRow
from desktop.services.field_titles import field_title
from desktop.services.step_field import StepField, Values
from desktop.views.terms import MATTER_CLASS, ROUTE
from domain.commands import CorrectMatter


@dataclass(frozen=True, slots=True)
class Correction:
    """One kind of correction: its words, its fields, the command it fills."""

    title: str
    explain: str
    fields: Callable[[MatterRow], tuple[StepField, ...]]
    build: Callable[[str, Values, tuple[str, ...]], CorrectMatter]
    """Matter id, the values typed, and the acts the form was opened over."""


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


def _classify(matter: MatterRow) -> tuple[StepField, ...]:
    routes = (("", "不适用或未定"), *ROUTE[1:])
    return (
        StepField("matter_class", "事项类别", "choice", matter.matter_class or "claim", choices=tuple(MATTER_CLASS)),
        StepField("route", "处理途径", "choice", matter.route, choices=tuple(routes)),
        StepField("why", "甄别依据", hint="例如：来访人出示行政复议受理通知书", wide=True),
    )


def _correct(_matter: MatterRow) -> tuple[StepField, ...]:
    choices = tuple((name, field_title(name)) for name in CORRECTABLE)
    return (
        StepField("field", "更正哪一项", "choice", CORRECTABLE[0], choices=choices),
        StepField("value", "更正为", "long"),
        StepField("why", "更正理由", hint="原来的内容仍保留在时间线上", wide=True),
    )


CORRECTIONS: dict[str, Correction] = {
    "classify": Correction(
        "甄别定性",
        "确定事项类别和处理途径（第二十九条至第三十一条）；作出受理或者告知后不能再改",
        _classify,
        lambda case, v, seen: CorrectMatter(
            case, {name: v[name] for name in ("matter_class", "route") if v.get(name)}, v["why"], seen
        ),
    ),
    "correct": Correction(
        "更正",
        "更正登记的内容；原来的内容、更正人和理由都保留在时间线上",
        _correct,
        lambda case, v, seen: CorrectMatter(case, {v["field"]: v["value"]}, v["why"], seen),
    ),
}
