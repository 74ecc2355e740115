"""What each form stands on: the recorded step it tells of, found in a matter's acts, and who took it.

A paper never tells of a step that was not taken, is issued by the office that took it, and once for each such step.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final, TypeAlias

from domain.fold import CaseState
from domain.procedure.clocks import extensions
from domain.procedure.legs import ORIGIN, Leg, last_leg, legs_of
from domain.procedure.stages import Stage
from domain.procedure.table import STEPS
from domain.refusals import Refusal

Find: TypeAlias = Callable[[CaseState], str]
"""The field of the latest step a form tells of; empty when there is none. Raises Refusal when it may not be told."""


def latest(state: CaseState, of: str) -> list[str]:
    """Keys of the collection ``of`` in the order they were recorded, each once."""
    start = of + "."
    found: dict[str, None] = {}
    for act in state.acts:
        for name in act.sets:
            key = name.removeprefix(start)
            if name.startswith(start) and "." not in key and isinstance(state.get(name), dict | int):
                found[key] = None
    return list(found)


def ground(form: str, state: CaseState) -> str:
    """The field this form stands on; empty for a form that stands on the case as it is.

    Raises Refusal ``step_not_taken`` (facts ``form``, ``step``) and those of the form: ``accusation_goes_sealed``,
    ``not_an_accusation``, ``adoption_missing``, ``agreement_missing``, ``findings_missing``.
    """
    if form not in _GROUNDS:
        return ""
    step, find = _GROUNDS[form]
    field = find(state)
    if not field:
        facts = {"form": form, "step": step}
        raise Refusal("step_not_taken", field="form", article=STEPS[step].article, facts=facts)
    return field


def mark_of(state: CaseState, field: str) -> str:
    """What tells one such step from the next: the field, and its day where the field is used again each round."""
    value = state.get(field)
    return f"{field}:{value}" if isinstance(value, str) and value else field


def sent_again(form: str, state: CaseState) -> str:
    """For F08: which later passing-on it tells of; empty for the first, and for other forms."""
    own = [leg for leg in legs_of(state) if leg.key != ORIGIN]
    return f"leg.{own[-1].key}" if form == "F08" and len(own) > 1 else ""


def _plain(field: str) -> Find:
    return lambda state: field if state.get(field) else ""


def _stage(field: str, *stages: str) -> Find:
    return lambda state: field if state.get(field) and state.text("stage") in stages else ""


def _last(of: str) -> Find:
    def find(state: CaseState) -> str:
        keys = latest(state, of)
        return f"{of}.{keys[-1]}" if keys else ""

    return find


def _leg_part(part: str) -> Find:
    def find(state: CaseState) -> str:
        leg = last_leg(state)
        name = f"leg.{leg.key}.{part}" if leg else ""
        return name if name and state.get(name) is not None else ""

    return find


def _sent(way: str, *, sealed: bool) -> Find:
    def find(state: CaseState) -> str:
        accusation = state.text("matter_class") == "accusation"
        if accusation and not sealed:
            raise Refusal("accusation_goes_sealed", field="form", article="R 30③")
        if sealed and not accusation:
            raise Refusal("not_an_accusation", field="form", article="R 22②")
        leg = last_leg(state)
        return _leg_field(state, leg) if leg is not None and leg.way == way else ""

    return find


def _leg_field(state: CaseState, leg: Leg) -> str:
    for name in (f"leg.{leg.key}", "assigned_on" if leg.way == "assign" else "referred_on"):
        if state.get(name) is not None:
            return name
    return ""  # it came from outside: whoever sent it wrote the letter


def _extension(state: CaseState) -> str:
    return _last("extension")(state) if extensions(state) else ""


def _opinion(state: CaseState) -> str:
    return f"opinion.{state.text('opinion_now')}" if state.text("opinion_now") and state.text("replied_on") else ""


def _findings(state: CaseState) -> str:
    field = _last("hearing")(state)
    record = state.get(field) if field else None
    if isinstance(record, dict) and not record.get("findings"):
        raise Refusal("findings_missing", field="form", article="R 31(六)")
    return field


def _suggestion(state: CaseState) -> str:
    if state.text("stage") not in (Stage.ANSWERED, Stage.CLOSED, Stage.ARCHIVED):
        return ""
    if state.text("matter_class") != "suggestion" or not state.text("adopted"):
        raise Refusal("adoption_missing", field="form", article="R 29")
    return "answer"


def _agreed(kind: str) -> Find:
    def find(state: CaseState) -> str:
        records = {key: state.get(f"mediation.{key}") for key in latest(state, "mediation")}
        of_kind = {key: one for key, one in records.items() if isinstance(one, dict) and one.get("kind") == kind}
        agreed = [key for key, one in of_kind.items() if one.get("agreed") is True]
        if of_kind and not agreed:
            raise Refusal("agreement_missing", field="form", article="R 33")
        return f"mediation.{agreed[-1]}" if agreed else ""

    return find


_GROUNDS: Final[Mapping[str, tuple[str, Find]]] = MappingProxyType(
    {
        "F06": ("refuse_open", _stage("refusal", Stage.REFUSED_OPEN)),
        "F07": ("refuse_ended", _stage("refusal", Stage.REFUSED_ENDED)),
        "F09": ("refer", _sent("refer", sealed=False)),
        "F10": ("assign", _sent("assign", sealed=False)),
        "F11": ("object", _leg_part("objection")),
        "F11A": ("verify_objection", _leg_part("verdict")),
        "F12": ("supplement", _last("supplement")),
        "F13": ("extend", _extension),
        "F14": ("opine", _opinion),
        "F15": ("decide_review", _plain("review.opined_on")),
        "F15A": ("ask_review", _plain("review.received_on")),
        "F15B": ("ask_review", _plain("review.received_on")),
        "F16": ("decide_recheck", _plain("recheck.opined_on")),
        "F16A": ("ask_recheck", _plain("recheck.received_on")),
        "F16B": ("ask_recheck", _plain("recheck.received_on")),
        "F17": ("call_hearing", _last("hearing_call")),
        "F17A": ("hear", _last("hearing")),
        "F17B": ("hear", _findings),
        "F19": ("supervise", _last("supervision")),
        "F20": ("propose", _last("proposal")),
        "F21": ("refer", _sent("refer", sealed=True)),
        "F22": ("answer", _suggestion),
        "F23": ("mediate", _agreed("mediation")),
        "F23A": ("mediate", _agreed("conciliation")),
        "F24": ("report", _leg_part("report")),
        "F25": ("report_urgent", _last("urgent")),
    }
)
"""Form → the step of the table of procedure it tells of, and where that is recorded."""
