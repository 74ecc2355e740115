"""Which decision takes which step: a command on a matter → its row of the table of procedure and its act drafts."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Final, TypeAlias

from domain import commands
from domain.acts import ActDraft
from domain.decisions import deciding, delivering, ending, handling, oversight, passing, reviewing
from domain.decisions.desk import Desk
from domain.fold import CaseState

Decide: TypeAlias = Callable[[Any, CaseState, Desk], list[ActDraft]]

_STEPS: Final[Mapping[str, tuple[type, Decide | None]]] = {
    "refer": (commands.ReferMatter, passing.refer),
    "assign": (commands.AssignMatter, passing.assign),
    "receive": (commands.ReceiveMatter, passing.receive),
    "object": (commands.LodgeObjection, passing.object_to),
    "verify_objection": (commands.VerifyObjection, passing.verify),
    "return_materials": (commands.ReturnMaterials, passing.return_materials),
    "report": (commands.ReportAssignment, passing.report),
    "supplement": (commands.AskSupplement, passing.ask_supplement),
    "supplied": (commands.ReceiveSupplement, passing.receive_supplement),
    "accept": (commands.AcceptMatter, deciding.accept),
    "guide": (commands.GuideMatter, deciding.guide),
    "answer": (commands.AnswerMatter, deciding.answer),
    "refuse_open": (commands.RefuseOpen, deciding.refuse_open),
    "refuse_ended": (commands.RefuseEnded, deciding.refuse_ended),
    "simplify": (commands.SimplifyMatter, deciding.simplify),
    "supply_address": (commands.SupplyAddress, None),
    "link": (commands.LinkMatter, None),
    "judge_level": (commands.JudgeLevel, deciding.judge_level),
    "extend": (commands.ExtendMatter, handling.extend),
    "call_hearing": (commands.CallHearing, handling.call_hearing),
    "hear": (commands.HoldHearing, handling.hear),
    "opine": (commands.IssueOpinion, handling.opine),
    "deliver": (commands.DeliverNotice, delivering.deliver),
    "evaluate": (commands.RecordEvaluation, handling.evaluate),
    "execute": (commands.RecordExecution, handling.execute),
    "mediate": (commands.RecordMediation, handling.mediate),
    "ask_review": (commands.AskReview, reviewing.ask_review),
    "decide_review": (commands.DecideReview, reviewing.decide_review),
    "ask_recheck": (commands.AskRecheck, reviewing.ask_recheck),
    "decide_recheck": (commands.DecideRecheck, reviewing.decide_recheck),
    "close": (commands.CloseMatter, ending.close),
    "archive": (commands.ArchiveMatter, ending.archive),
    "supervise": (commands.IssueSupervision, oversight.supervise),
    "answer_supervision": (commands.AnswerSupervision, oversight.answer_supervision),
    "propose": (commands.MakeProposal, oversight.propose),
    "adopt": (commands.AnswerProposal, oversight.adopt),
    "report_urgent": (commands.ReportUrgent, oversight.report_urgent),
    "recuse": (commands.Recuse, oversight.recuse),
}
"""Each step's command and its decision; one that touches another case too (an address, a link) is decided with it."""
COMMANDS: Final[Mapping[str, type]] = MappingProxyType({code: command for code, (command, _) in _STEPS.items()})
"""The command of every step."""
DECISIONS: Final[Mapping[type, Decide]] = MappingProxyType(
    {command: decision for command, decision in _STEPS.values() if decision is not None}
)
"""The decision on every command that concerns the matter alone."""


def decide(command: object, state: CaseState, desk: Desk) -> list[ActDraft]:
    """The act drafts of a step on a matter. Raises Refusal; KeyError for a command that is no such step."""
    return DECISIONS[type(command)](command, state, desk)
