"""Commands of review 复查 and recheck 复核 (R 35, 36)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Verdict = Literal["uphold", "revoke", "change", "redo"]
"""维持 · 撤销 · 变更 · 责令重办."""


@dataclass(frozen=True, slots=True)
class AskReview:
    """Register a request for review 复查申请 at the organ one level above (R 35): ends T8, starts T9."""

    matter_id: str
    requests: str
    requested_on: str
    """The day it was handed in or posted: by it lateness is judged."""
    received_on: str = ""
    late_reason: str = ""
    opinion_number: str = ""
    """Number of the opinion asked about, when its paper was not issued on this record."""


@dataclass(frozen=True, slots=True)
class DecideReview:
    """Give the opinion on a review 复查意见 (R 35): ends T9, prints F15."""

    matter_id: str
    verdict: Verdict
    opinion: str
    basis: str
    signed_by: str
    recheck_organ: str
    """The organ a recheck 复核 may be asked of within 30 days (R 36①)."""
    issued_on: str = ""
    copy_to: str = ""


@dataclass(frozen=True, slots=True)
class AskRecheck(AskReview):
    """Register a request for recheck 复核申请 at the organ above the reviewing one (R 36①): ends T10, starts T11.

    The same is asked as for a review.
    """


@dataclass(frozen=True, slots=True)
class DecideRecheck:
    """Give the opinion on a recheck 复核意见 (R 36②): ends T11, prints F16; delivered, it is the end 终结."""

    matter_id: str
    verdict: Verdict
    opinion: str
    basis: str
    signed_by: str
    issued_on: str = ""
    copy_to: str = ""
