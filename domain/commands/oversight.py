"""Commands beside a matter's way: supervision, the three suggestions, urgent reports, recusal."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class IssueSupervision:
    """Supervise 督办 (R 40①), on one of its triggers, with a day for the reply. Prints F19."""

    matter_id: str
    trigger: Literal["unlawful", "shirking", "perfunctory", "delay", "falsified", "not_executed"]
    """违反规定受理办理 · 推诿 · 敷衍 · 拖延 · 弄虚作假 · 拒不执行处理意见."""
    facts: str
    demand: str
    reply_by: str
    issued_on: str = ""


@dataclass(frozen=True, slots=True)
class AnswerSupervision:
    """The written reply to a supervision 督办回复."""

    matter_id: str
    supervision_id: str
    reply: str
    answered_on: str = ""


@dataclass(frozen=True, slots=True)
class MakeProposal:
    """One of the three suggestions 三项建议 (R 14①, 40②③). Prints F20."""

    matter_id: str
    kind: Literal["work", "policy", "liability"]
    """改进工作 · 完善政策 · 追究责任."""
    to: str
    facts: str
    suggestion: str
    reply_by: str
    made_on: str = ""


@dataclass(frozen=True, slots=True)
class AnswerProposal:
    """The written feedback whether a suggestion is adopted (R 40④)."""

    matter_id: str
    proposal_id: str
    adopted: Literal["whole", "part", "none"]
    reply: str
    answered_on: str = ""


@dataclass(frozen=True, slots=True)
class ReportedTo:
    """One addressee of an urgent report and the Beijing minute it was told."""

    to: Literal["party_and_government", "department", "joint_meeting", "upper_office", "national_office", "other"]
    name: str
    at: str = ""
    """Empty: now."""


@dataclass(frozen=True, slots=True)
class ReportUrgent:
    """Report an important or urgent matter 紧急信息报告 (R 25); its minutes cannot be changed. Prints F25."""

    matter_id: str
    place: str
    headcount: int
    demand: str
    behaviour: str
    measures: str
    reported_to: tuple[ReportedTo, ...]
    happened_at: str = ""
    """When it happened, in Beijing minutes; empty: as it is reported."""


@dataclass(frozen=True, slots=True)
class Recuse:
    """A handler with a direct interest steps back 回避 (R 28③)."""

    matter_id: str
    person: str
    relation: str
    successor: str
