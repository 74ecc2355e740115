"""Stages of a matter 信访事项: what each is called, who has it in hand, what comes next (domain.md §4.3)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from types import MappingProxyType
from typing import Final


class Stage:
    """Values of the field ``stage``."""

    REGISTERED: Final = "registered"
    REFERRED: Final = "referred"
    ASSIGNED: Final = "assigned"
    RECEIVED: Final = "received"
    OBJECTED: Final = "objected"
    RETURNED: Final = "returned"
    GUIDED: Final = "guided"
    ANSWERED: Final = "answered"
    REFUSED_OPEN: Final = "refused_open"
    REFUSED_ENDED: Final = "refused_ended"
    ACCEPTED: Final = "accepted"
    OPINED: Final = "opined"
    DELIVERED: Final = "delivered"
    REVIEW: Final = "review"
    REVIEW_OPINED: Final = "review_opined"
    REVIEW_DELIVERED: Final = "review_delivered"
    RECHECK: Final = "recheck"
    RECHECK_OPINED: Final = "recheck_opined"
    RECHECK_DELIVERED: Final = "recheck_delivered"
    CLOSED: Final = "closed"
    ARCHIVED: Final = "archived"


class Holder(Enum):
    """Whose hands a stage is in; becomes an office code by the matter's own fields."""

    OWNER = "owner"
    """The organ that handles it: ``owner``, at first the office that registered it."""
    RECEIVER = "receiver"
    """Where it was passed on to 转送、交办的去向."""
    SENDER = "sender"
    """Who passed it on and must verify an objection (R 23③)."""
    REVIEWER = "reviewer"
    """The organ one level above that reviews 复查 (R 35) or rechecks 复核 (R 36)."""


@dataclass(frozen=True, slots=True)
class StageRow:
    """One stage: its words, its holder, the next step by default, the field with the day it began."""

    stage: str
    title: str
    holder: Holder
    next_step: str
    since: str
    ended: bool = False


_ROWS: Final = (
    StageRow(Stage.REGISTERED, "已登记", Holder.OWNER, "decide_and_notify", "received_on"),
    StageRow(Stage.REFERRED, "已转送", Holder.RECEIVER, "await_receipt", "referred_on"),
    StageRow(Stage.ASSIGNED, "已交办", Holder.RECEIVER, "await_report", "assigned_on"),
    StageRow(Stage.RECEIVED, "已收件", Holder.OWNER, "decide_and_notify", "referral_received_on"),
    StageRow(Stage.OBJECTED, "异议待核", Holder.SENDER, "verify_objection", "objected_on"),
    StageRow(Stage.RETURNED, "已同意退回", Holder.SENDER, "refer_again", "returned_on"),
    StageRow(Stage.GUIDED, "已告知途径", Holder.OWNER, "follow_route", "guided_on"),
    StageRow(Stage.ANSWERED, "已答复", Holder.OWNER, "", "answered_on", ended=True),
    StageRow(Stage.REFUSED_OPEN, "不予受理", Holder.OWNER, "deliver_refusal", "refused_on"),
    StageRow(Stage.REFUSED_ENDED, "不再受理", Holder.OWNER, "deliver_refusal", "refused_on"),
    StageRow(Stage.ACCEPTED, "已受理", Holder.OWNER, "investigate_and_reply", "accepted_on"),
    StageRow(Stage.OPINED, "已出具处理意见", Holder.OWNER, "deliver_opinion", "replied_on"),
    StageRow(Stage.DELIVERED, "处理意见已送达", Holder.OWNER, "await_review_request", "opinion_delivered_on"),
    StageRow(Stage.REVIEW, "复查中", Holder.REVIEWER, "decide_review", "review.received_on"),
    StageRow(Stage.REVIEW_OPINED, "已出具复查意见", Holder.REVIEWER, "deliver_review", "review.opined_on"),
    StageRow(Stage.REVIEW_DELIVERED, "复查意见已送达", Holder.OWNER, "await_recheck_request", "review.delivered_on"),
    StageRow(Stage.RECHECK, "复核中", Holder.REVIEWER, "decide_recheck", "recheck.received_on"),
    StageRow(Stage.RECHECK_OPINED, "已出具复核意见", Holder.REVIEWER, "deliver_recheck", "recheck.opined_on"),
    StageRow(Stage.RECHECK_DELIVERED, "复核意见已送达（终结）", Holder.OWNER, "close", "recheck.delivered_on"),
    StageRow(Stage.CLOSED, "已办结", Holder.OWNER, "archive", "closed_on", ended=True),
    StageRow(Stage.ARCHIVED, "已归档", Holder.OWNER, "", "archived_on", ended=True),
)

STAGES: Final[Mapping[str, StageRow]] = MappingProxyType({row.stage: row for row in _ROWS})
"""Every stage by its value, in the order a matter may pass them."""

NEXT_STEPS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "refer_or_assign": "转送、交办或者报请",
        "decide_and_notify": "决定是否受理并书面告知",
        "await_name_and_address": "待补姓名、住址",
        "deliver_acceptance_notice": "送达受理告知书",
        "deliver_route_notice": "送达告知书",
        "deliver_referral_notice": "送达转送告知书",
        "deliver_refusal": "送达不予（不再）受理告知书",
        "investigate_and_reply": "调查核实，出具处理意见",
        "deliver_opinion": "送达处理意见书",
        "follow_route": "按告知的途径办理",
        "await_receipt": "等待收件机关告知",
        "await_report": "等待反馈办理结果",
        "verify_objection": "核实异议，同意或者不同意退回",
        "refer_again": "另行转送、交办",
        "await_review_request": "等待是否申请复查",
        "decide_review": "作出复查意见",
        "deliver_review": "送达复查意见书",
        "await_recheck_request": "等待是否申请复核",
        "decide_recheck": "作出复核意见",
        "deliver_recheck": "送达复核意见书",
        "close": "办结",
        "archive": "归档",
    }
)
"""Next steps in the words of a list."""

STAGE_FIELD: Final = "stage"
BINDING_FIELDS: Final = ("stage", "accepted_on", "route", "matter_class", "received_on", "leg_now")
"""While one of these has two live heads, the next binding step waits for a person to settle it."""

UNDECIDED: Final = (Stage.REGISTERED, Stage.RECEIVED, Stage.RETURNED)
"""Stages in which a matter still waits for its decision."""
