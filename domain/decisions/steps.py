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

COMMANDS: Final[Mapping[str, type]] = MappingProxyType(
    {
        "refer": commands.ReferMatter,
        "assign": commands.AssignMatter,
        "receive": commands.ReceiveMatter,
        "object": commands.LodgeObjection,
        "verify_objection": commands.VerifyObjection,
        "return_materials": commands.ReturnMaterials,
        "report": commands.ReportAssignment,
        "supplement": commands.AskSupplement,
        "supplied": commands.ReceiveSupplement,
        "accept": commands.AcceptMatter,
        "guide": commands.GuideMatter,
        "answer": commands.AnswerMatter,
        "refuse_open": commands.RefuseOpen,
        "refuse_ended": commands.RefuseEnded,
        "simplify": commands.SimplifyMatter,
        "supply_address": commands.SupplyAddress,
        "extend": commands.ExtendMatter,
        "hear": commands.HoldHearing,
        "opine": commands.IssueOpinion,
        "deliver": commands.DeliverNotice,
        "evaluate": commands.RecordEvaluation,
        "execute": commands.RecordExecution,
        "mediate": commands.RecordMediation,
        "ask_review": commands.AskReview,
        "decide_review": commands.DecideReview,
        "ask_recheck": commands.AskRecheck,
        "decide_recheck": commands.DecideRecheck,
        "close": commands.CloseMatter,
        "archive": commands.ArchiveMatter,
        "supervise": commands.IssueSupervision,
        "answer_supervision": commands.AnswerSupervision,
        "propose": commands.MakeProposal,
        "adopt": commands.AnswerProposal,
        "report_urgent": commands.ReportUrgent,
        "recuse": commands.Recuse,
    }
)
"""The command of every step."""

DECISIONS: Final[Mapping[type, Decide]] = MappingProxyType(
    {
        commands.ReferMatter: passing.refer,
        commands.AssignMatter: passing.assign,
        commands.ReceiveMatter: passing.receive,
        commands.LodgeObjection: passing.object_to,
        commands.VerifyObjection: passing.verify,
        commands.ReturnMaterials: passing.return_materials,
        commands.ReportAssignment: passing.report,
        commands.AskSupplement: passing.ask_supplement,
        commands.ReceiveSupplement: passing.receive_supplement,
        commands.AcceptMatter: deciding.accept,
        commands.GuideMatter: deciding.guide,
        commands.AnswerMatter: deciding.answer,
        commands.RefuseOpen: deciding.refuse_open,
        commands.RefuseEnded: deciding.refuse_ended,
        commands.SimplifyMatter: deciding.simplify,
        commands.ExtendMatter: handling.extend,
        commands.HoldHearing: handling.hear,
        commands.IssueOpinion: handling.opine,
        commands.DeliverNotice: delivering.deliver,
        commands.RecordEvaluation: handling.evaluate,
        commands.RecordExecution: handling.execute,
        commands.RecordMediation: handling.mediate,
        commands.AskReview: reviewing.ask_review,
        commands.DecideReview: reviewing.decide_review,
        commands.AskRecheck: reviewing.ask_recheck,
        commands.DecideRecheck: reviewing.decide_recheck,
        commands.CloseMatter: ending.close,
        commands.ArchiveMatter: ending.archive,
        commands.IssueSupervision: oversight.supervise,
        commands.AnswerSupervision: oversight.answer_supervision,
        commands.MakeProposal: oversight.propose,
        commands.AnswerProposal: oversight.adopt,
        commands.ReportUrgent: oversight.report_urgent,
        commands.Recuse: oversight.recuse,
    }
)
"""The decision on every command that concerns the matter alone (an address given late touches the petitioner too)."""


def decide(command: object, state: CaseState, desk: Desk) -> list[ActDraft]:
    """The act drafts of a step on a matter. Raises Refusal; KeyError for a command that is no such step."""
    return DECISIONS[type(command)](command, state, desk)
