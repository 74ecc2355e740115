"""What a record inside an act says, in the words of the form it was typed in; the timeline reads it here."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from desktop.services.choice_words import CHOICES, choice_word
from desktop.services.input_titles import input_title
from domain import commands
from domain.canonical import Json
from domain.flags import LEVEL_RECORD

_FORMS: Final[Mapping[tuple[str, str], type]] = {
    ("leg", "objection"): commands.LodgeObjection,
    ("leg", "verdict"): commands.VerifyObjection,
    ("leg", "materials"): commands.ReturnMaterials,
    ("leg", "report"): commands.ReportAssignment,
    ("supplement", ""): commands.AskSupplement,
    ("supplement", "given"): commands.ReceiveSupplement,
    ("refusal", ""): commands.RefuseOpen,
    ("hearing", ""): commands.HoldHearing,
    ("hearing_call", ""): commands.CallHearing,
    ("opinion", ""): commands.IssueOpinion,
    ("evaluation", ""): commands.RecordEvaluation,
    ("execution", ""): commands.RecordExecution,
    ("mediation", ""): commands.RecordMediation,
    ("archive", ""): commands.ArchiveMatter,
    ("supervision", ""): commands.IssueSupervision,
    ("supervision", "reply"): commands.AnswerSupervision,
    ("proposal", ""): commands.MakeProposal,
    ("proposal", "reply"): commands.AnswerProposal,
    ("urgent", ""): commands.ReportUrgent,
    ("recusal", ""): commands.Recuse,
}
"""Collections and their parts, and the command whose inputs they keep."""
_RENAMED: Final = {"said": "verdict", "number": "open_number", "told": "reported_to"}
_UNSAID: Final = {"by", "of", "late"}
"""Parts that repeat what the act says itself, or hold a code of the machinery."""


def record_words(name: str, value: Mapping[str, Json]) -> str:
    """A record in words, its parts one after the other; empty for one that is told by other fields of its act."""
    if name == LEVEL_RECORD:
        proposed = {"yes": "提示为越级", "no": "提示为没有越级"}.get(str(value.get("proposed")), "没有提示")
        return f"机构目录{proposed}；{value.get('why', '')}"
    head, _, rest = name.partition(".")
    if head == "linked":
        return f"与{value.get('number', '')}{'是同一事项' if value.get('said') == 'same' else '不是同一事项'}"
    command = _FORMS.get((head, rest.partition(".")[2]))
    if command is None:
        return ""
    parts = []
    if head == "evaluation":
        parts.append(choice_word(command, "of", rest))
    for key, each in value.items():
        field = _RENAMED.get(key, key)
        if key in _UNSAID and command is not commands.RecordExecution:
            continue
        words = _words(command, field, each)
        if words:
            parts.append(f"{input_title(command, field)}：{words}")
    return "；".join(parts)


def _words(command: type, field: str, value: Json) -> str:
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, str | int):
        return CHOICES[command, field].get(str(value), str(value)) if (command, field) in CHOICES else str(value)
    if isinstance(value, list | tuple):
        return "、".join(_member(field, each) for each in value)
    return ""


def _member(field: str, value: Json) -> str:
    """One member of a list: a name, the answer to a request, somebody who was told, a line of the contents."""
    if not isinstance(value, dict):
        return str(value)
    if field == "answers":
        outcome = choice_word(commands.RequestAnswer, "outcome", value.get("outcome"))
        return f"“{str(value.get('request', ''))[:30]}”{outcome}"
    if field == "reported_to":
        to = choice_word(commands.ReportedTo, "to", value.get("to"))
        return f"{to}（{value.get('name', '')}，{value.get('at', '')}）"
    return str(value.get("file") or value.get("number") or "")
