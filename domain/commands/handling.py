"""Commands of handling: refusal, simple way, hearing, opinion, evaluation, execution, mediation, closing, archive."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class RefuseOpen:
    """Do not accept 不予受理 (R 19③): an organ below accepted the same matter, or handles it, in time. Prints F06."""

    matter_id: str
    open_number: str
    """Number of the matter that is being handled."""
    organ: str
    accepted_on: str
    due_on: str
    why: str = ""
    refused_on: str = ""


@dataclass(frozen=True, slots=True)
class RefuseEnded:
    """Accept no more 不再受理 (R 36③): a recheck opinion was delivered, facts and reasons are the same. Prints F07."""

    matter_id: str
    opinion_number: str
    organ: str
    opinion_on: str
    delivered_on: str
    new_facts: bool
    """Whether there are new facts or reasons; then it may not be refused."""
    why: str = ""
    refused_on: str = ""


@dataclass(frozen=True, slots=True)
class SimplifyMatter:
    """Handle by the simple way 简易办理, where the region has it: starts T12, and T13 with acceptance."""

    matter_id: str
    ground: str
    """Which of the region's conditions is met (``domain.simple.conditions``)."""
    why: str = ""


@dataclass(frozen=True, slots=True)
class CallHearing:
    """Call a hearing 听证: when, where, who leads it, who is asked to come (R 31(六), 36②). Prints F17."""

    matter_id: str
    at: str
    """The Beijing minute it begins."""
    place: str
    chair: str
    participants: tuple[str, ...] = ()
    subject: str = ""


@dataclass(frozen=True, slots=True)
class HoldHearing:
    """Record a hearing 听证 (R 31(六), 36②); in a recheck its days are taken out of T11. Prints F17A, F17B."""

    matter_id: str
    first: str
    last: str
    place: str
    chair: str
    participants: tuple[str, ...] = ()
    findings: str = ""


@dataclass(frozen=True, slots=True)
class RequestAnswer:
    """What becomes of one request of the petitioner (R 32)."""

    request: int
    """Its place among the requests, from 1; each line of the recorded request is one."""
    outcome: Literal["support", "explain", "deny"]
    """予以支持 · 作出解释说明 · 不予支持."""
    facts: str
    opinion: str
    basis: str
    evidence: str = ""
    """What the facts rest on; printed on F14."""


@dataclass(frozen=True, slots=True)
class IssueOpinion:
    """Give the opinion on a matter 信访处理意见 (R 31(六), 32): ends T6, prints F14."""

    matter_id: str
    answers: tuple[RequestAnswer, ...]
    review_organ: str
    """The organ a review 复查 may be asked of within 30 days (R 35)."""
    signed_by: str
    """The leader who signed it off."""
    review_address: str = ""
    copy_to: str = ""
    """Who else gets the opinion 抄送."""
    issued_on: str = ""


@dataclass(frozen=True, slots=True)
class RecordEvaluation:
    """The petitioner's evaluation 满意度评价 of one of its two objects (R 21②)."""

    matter_id: str
    of: Literal["petition_office", "handler"]
    level: Literal["satisfied", "rather", "dissatisfied", "declined"]
    way: Literal["self", "proxy", "recorded"]
    """自评 · 代评 · 代录."""
    proxy: str = ""
    proxy_unit: str = ""
    words: str = ""
    evaluated_on: str = ""


@dataclass(frozen=True, slots=True)
class RecordExecution:
    """How a supporting opinion is carried out 督促执行 (R 32②)."""

    matter_id: str
    state: Literal["begun", "done", "blocked"]
    what: str
    by: str = ""
    on: str = ""


@dataclass(frozen=True, slots=True)
class RecordMediation:
    """Mediation 调解 or conciliation 和解 with the consent of both sides (R 33); an agreement prints F23."""

    matter_id: str
    kind: Literal["mediation", "conciliation"]
    parties: tuple[str, ...]
    agreed: bool
    terms: str = ""
    perform_by: str = ""
    on: str = ""
    mediator: str = ""
    """Who mediated 调解人; printed on F23."""


@dataclass(frozen=True, slots=True)
class CloseMatter:
    """Close a matter 办结: with an outcome, and its paper delivered or the reason why not."""

    matter_id: str
    outcome: Literal[
        "supported",
        "explained",
        "denied",
        "led_to_route",
        "replied",
        "adopted",
        "refused",
        "mediated",
        "withdrawn",
        "joined",
    ]
    why: str = ""
    undelivered_reason: str = ""
    closed_on: str = ""


@dataclass(frozen=True, slots=True)
class ArchiveMatter:
    """Put a closed matter into the archive 归档: one case one volume, with its list of contents."""

    matter_id: str
    volume: str
    retention: Literal["permanent", "30", "10"]
    archived_on: str = ""
