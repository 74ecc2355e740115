"""Commands that take a matter 信访事项 a step further."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class AcceptMatter:
    """Accept a matter 受理 (R 23, 31(六), 34): starts T6, prints F04."""

    matter_id: str
    accepted_on: str = ""
    handling_unit: str = ""
    handler: str = ""
    contact: str = ""
    why: str = ""


@dataclass(frozen=True, slots=True)
class GuideMatter:
    """Inform of receipt, route and procedure 告知接收情况及处理途径和程序 (R 23①, 31(一)–(五)): prints F05."""

    matter_id: str
    route: Literal["", "31-1", "31-2", "31-3", "31-4", "31-5"] = ""
    guided_on: str = ""
    target_organ: str = ""
    target_address: str = ""
    target_phone: str = ""
    how: str = ""
    time_limit: str = ""
    legal_basis: str = ""
    """The law that opens this route, e.g. 《中华人民共和国劳动争议调解仲裁法》第五条."""
    transferred_on: str = ""
    """When this organ has transferred the matter itself; empty: it has not."""
    why: str = ""


@dataclass(frozen=True, slots=True)
class ReferMatter:
    """Refer a matter 转送 (R 22①(一)(二), 23①): closes T1, prints F08 for the petitioner."""

    matter_id: str
    to_office: str
    to_name: str = ""
    referred_on: str = ""
    contact: str = ""
    why: str = ""


@dataclass(frozen=True, slots=True)
class AssignMatter:
    """Assign a matter 交办 with a stated period (R 22①(三)): closes T1, starts T5."""

    matter_id: str
    to_office: str
    days: int
    to_name: str = ""
    assigned_on: str = ""
    contact: str = ""
    why: str = ""
    signed_by: str = ""
    """The leader who signed the assignment off 签发人."""


@dataclass(frozen=True, slots=True)
class ShareCase:
    """Show a matter with its visit and its petitioner to another office 移送; with leave this office ends its part."""

    matter_id: str
    to_office: str
    leave: bool = False
    why: str = ""


@dataclass(frozen=True, slots=True)
class ReceiveMatter:
    """Receive a referred matter 收件 at the responsible organ: starts T3 and T4 (R 23③)."""

    matter_id: str
    received_on: str = ""


@dataclass(frozen=True, slots=True)
class ExtendMatter:
    """Extend the handling period 延期 (R 34): complex, approved by the head of the organ, before the end, ≤ 30 days."""

    matter_id: str
    days: int
    approver: str
    approved_on: str
    why: str


@dataclass(frozen=True, slots=True)
class AnswerMatter:
    """Answer on the spot 当场答复: consultation, thanks, or a suggestion taken note of."""

    matter_id: str
    answer: str
    answered_on: str = ""
    adopted: Literal["", "whole", "part", "none"] = ""
    """Of a suggestion: 采纳 · 部分采纳 · 不采纳 (R 29); then F22 may be printed."""


@dataclass(frozen=True, slots=True)
class JudgeLevel:
    """Say whether the visit skipped levels 认定是否越级走访 (R 20①); the directory only proposes."""

    matter_id: str
    skips: Literal["yes", "no"]
    competent: str = ""
    """The organ with authority 有权处理的机关, a code of the directory; empty: as the record has it."""
    why: str = ""
    """Needed where the directory says otherwise or nothing."""


@dataclass(frozen=True, slots=True)
class LinkMatter:
    """Say whether two matters registered apart are one 关联; both are kept, nothing is overwritten."""

    matter_id: str
    other_matter_id: str
    same: Literal["yes", "no"]
    """``yes``: the later one repeats the earlier; ``no``: they are two, and are not proposed again."""
    why: str = ""


@dataclass(frozen=True, slots=True)
class SupplyAddress:
    """Name and address given later: T2 comes to life from the day of receipt (R 23②; domain.md H5)."""

    matter_id: str
    petitioner_id: str = ""
    name: str = ""
    address: str = ""
    delivery_address: str = ""


@dataclass(frozen=True, slots=True)
class DeliverNotice:
    """Record the delivery 送达 of a notice (F18), or of a decision whose paper was not made here."""

    matter_id: str
    paper_id: str = ""
    delivered_at: str = ""
    place: str = ""
    manner: Literal["in_person", "post", "other"] = "in_person"
    outcome: Literal["signed", "refused"] = "signed"
    signer: str = ""
    relation: str = "本人"
    refusal_reason: str = ""
    witness: str = ""
    attitude: Literal["agree", "disagree", "none"] = "none"
    deliverer: str = ""
    remark: str = ""
    what: Literal["paper", "refusal", "opinion", "review", "recheck"] = "paper"
