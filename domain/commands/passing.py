"""Commands about a matter's way between organs: objection, return, report of an assignment, missing material."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class LodgeObjection:
    """Object 提出异议 to a referral or assignment within five working days, with reasons in detail (R 23③)."""

    matter_id: str
    reasons: str
    basis: str = ""
    """Statute or 三定方案 the objection rests on."""
    suggested: str = ""
    """The organ that should have it."""
    objected_on: str = ""
    late_reason: str = ""


@dataclass(frozen=True, slots=True)
class VerifyObjection:
    """The organ that passed a matter on verifies an objection 核实 and agrees to take it back, or not (R 23③)."""

    matter_id: str
    verdict: Literal["agreed", "refused"]
    why: str
    verified_on: str = ""


@dataclass(frozen=True, slots=True)
class ReturnMaterials:
    """Give the material back 退回材料, once the sender has agreed (R 23③)."""

    matter_id: str
    returned_on: str = ""
    manner: str = ""


@dataclass(frozen=True, slots=True)
class ReportAssignment:
    """Report on an assignment 报送办结报告 (R 22①(三)): ends T5, prints F24."""

    matter_id: str
    findings: str
    result: str
    signed_by: str
    handler: str = ""
    phone: str = ""
    reported_on: str = ""
    assignment_number: str = ""
    """Number of the 交办函, when that was not issued on this record."""


@dataclass(frozen=True, slots=True)
class AskSupplement:
    """Tell what material is missing 补充材料告知 (F12); stops no clock."""

    matter_id: str
    missing: str
    where: str = ""
    until: str = ""
    asked_on: str = ""


@dataclass(frozen=True, slots=True)
class ReceiveSupplement:
    """Material that was asked for has come."""

    matter_id: str
    supplement_id: str
    what: str
    received_on: str = ""
