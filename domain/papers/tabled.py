"""What the papers that are one ruled table say: requests for review, a hearing's record, reports, sheets of a meeting.

A sheet that is filled in by hand on the day has empty texts where the pen goes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from domain.papers.written import Layout, Written


@dataclass(frozen=True, slots=True, kw_only=True)
class Tabled(Written):
    """A paper about one matter, as a table."""

    layout: ClassVar[Layout] = "table"
    petitioner: str = ""
    received_on: str = ""
    summary: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewRequest(Tabled):
    """F15A 复查申请登记表 (R 35)."""

    form: ClassVar[str] = "F15A"
    opinion_organ: str
    opinion_number: str
    opinion_on: str
    opinion_delivered_on: str
    requested_on: str
    got_on: str
    requests: str  # 复查请求、事实和理由
    request_due: str  # last day to ask, nominal
    request_due_rolled: str = ""
    late: str = ""  # 在期限内 / 逾期 / 待核
    late_reason: str = ""
    phone: str = ""
    address: str = ""
    registrar: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecheckRequest(ReviewRequest):
    """F16A 复核申请登记表 (R 36①)."""

    form: ClassVar[str] = "F16A"


@dataclass(frozen=True, slots=True, kw_only=True)
class HearingRecord(Tabled):
    """F17A 听证笔录 (R 31(六), 36②); first to last drives what is taken out of T11."""

    form: ClassVar[str] = "F17A"
    first: str
    last: str
    place: str
    chair: str
    participants: tuple[str, ...] = ()
    record: str = ""
    taken_out: str = ""  # whether its days count


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """Whom an urgent report reached, and the minute."""

    whom: str
    name: str
    at: str


@dataclass(frozen=True, slots=True, kw_only=True)
class UrgentReport(Tabled):
    """F25 紧急信访信息报告 (R 25)."""

    form: ClassVar[str] = "F25"
    at: str  # 报告时间
    place: str
    headcount: int
    demand: str
    behaviour: str
    measures: str
    told: tuple[Told, ...]
    happened_at: str = ""
    reporter: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LeaderReception(Tabled):
    """F26 领导接访记录表 (R 18②)."""

    form: ClassVar[str] = "F26"
    people: int = 1
    address: str = ""
    phone: str = ""
    request: str = ""
    standing: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LeaderCharge(LeaderReception):
    """F26A 领导包案表 (R 18②): the four 包."""

    form: ClassVar[str] = "F26A"
    handler: str = ""
    due: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DisputeSurvey(LeaderReception):
    """F26B 矛盾纠纷排查表 (R 5(五), 15③)."""

    form: ClassVar[str] = "F26B"
    place: str = ""
    other_side: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class MeetingMinutes(LeaderReception):
    """F26C 联席会议纪要 (R 13③): topic, judgement, who is responsible, by when."""

    form: ClassVar[str] = "F26C"
    handler: str = ""
    due: str = ""


EVERY_TABLED = (
    ReviewRequest | RecheckRequest | HearingRecord | UrgentReport | LeaderReception | LeaderCharge | DisputeSurvey
    | MeetingMinutes
)  # fmt: skip
