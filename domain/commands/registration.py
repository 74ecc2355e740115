"""Commands of registration 登记 and its corrections: people, visit, matters."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

Answer = Literal["yes", "no", "unknown"]
"""The answer to a triage question 甄别; nobody asked is ``unknown``, never ``no``."""

Role = Literal["main", "representative", "companion"]
"""主访人 · 代表 (R 20③: at most five, the main visitor among them) · 随访人."""


@dataclass(frozen=True, slots=True)
class PetitionerInput:
    """A petitioner 信访人 as written at the window (domain.md §4.1; R 19①). Empty text means: not given."""

    name: str = ""
    petitioner_id: str = ""
    """Set when the clerk chose a known person; then only differing fields are recorded, as a correction."""
    role: Role = "main"
    kind: Literal["person", "organisation"] = "person"
    sex: Literal["", "male", "female"] = ""
    ethnic_group: str = ""
    id_kind: str = "111"
    id_number: str = ""
    birth: str = ""
    mobile: str = ""
    landline: str = ""
    address: str = ""
    address_code: str = ""
    household_address: str = ""
    usual_address: str = ""
    delivery_address: str = ""
    workplace: str = ""
    occupation: str = ""
    nationality: str = ""
    email: str = ""
    postcode: str = ""
    credit_code: str = ""
    legal_representative: str = ""
    agent: str = ""
    name_missing_reason: str = ""
    address_missing_reason: str = ""
    """Why R 19① elements are missing, e.g. 本人未提供. Registration is never refused for them (R 22①)."""


@dataclass(frozen=True, slots=True)
class TriageAnswers:
    """The four triage questions 甄别 of the first screen (domain.md §4.2)."""

    court: Answer = "unknown"
    reconsideration: Answer = "unknown"
    arbitration: Answer = "unknown"
    review_opinion: Answer = "unknown"


@dataclass(frozen=True, slots=True)
class RepeatDecision:
    """Whether the matter came before: proposed by rule, decided by the clerk, recorded with its reason."""

    kind: Literal["first", "repeat", "new_facts", "undecided"] = "undecided"
    earlier_matter_id: str = ""
    proposed: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class MatterInput:
    """One matter 信访事项 of a visit (domain.md §4.2; R 19①: request, facts, reasons)."""

    summary: str = ""
    request: str = ""
    facts: str = ""
    reasons: str = ""
    missing_reason: str = ""
    matter_class: Literal["", "suggestion", "accusation", "claim", "other"] = ""
    route: Literal["", "31-1", "31-2", "31-3", "31-4", "31-5", "31-6"] = ""
    content_code: str = ""
    purpose_code: str = ""
    cause_code: str = ""
    place: str = ""
    place_code: str = ""
    occurred_on: str = ""
    accused_person: str = ""
    accused_organ: str = ""
    accused_post: str = ""
    triage: TriageAnswers = field(default_factory=TriageAnswers)
    own_power: Answer = "unknown"
    """Whether the matter lies within this office's own power 属于本机关法定职权."""
    repeat: RepeatDecision = field(default_factory=RepeatDecision)
    received_by_referral: str = ""
    """Office code of the sender when the matter came by referral; then T3 and T4 run instead of T2 (R 23③)."""
    flags: tuple[str, ...] = ()
    """litigation 涉法涉诉 · threat 扬言 · urgent 重大紧急 · level_skipping 越级 · cross_region 三跨三分离 ·
    backlog 积案 · foreign 涉外 · hongkong 涉港 · macao 涉澳 · taiwan 涉台 · overseas 涉侨."""


@dataclass(frozen=True, slots=True)
class MaterialInput:
    """A thing handed in (F03 材料接收清单)."""

    title: str = ""
    copies: int = 1
    pages: int = 1
    form: Literal["original", "copy", "electronic"] = "copy"
    remark: str = ""


@dataclass(frozen=True, slots=True)
class RegisterVisit:
    """Register a walk-in 来访 (F01; R 19①, 22①, 23①)."""

    visit_id: str = ""
    """32 hexadecimal digits chosen when the form was opened: sending the same command twice registers once."""
    visited_at: str = ""
    """Beijing wall time ``2026-11-23 09:12``; empty means now. The law's day of receipt is its date."""
    people: tuple[PetitionerInput, ...] = ()
    anonymous: bool = False
    headcount: int = 1
    """信访人数: people present."""
    affected_count: int = 0
    """涉及人数: people concerned, 0 when not stated."""
    companions: tuple[str, ...] = ()
    """Others present, as they named themselves; "匿名" for one who would not."""
    oral: bool = True
    oral_record: str = ""
    read_back: bool = False
    """以上记录已向本人宣读/本人阅看无误 (R 19①)."""
    interviewer: str = ""
    matters: tuple[MatterInput, ...] = ()
    materials: tuple[MaterialInput, ...] = ()
    originals_returned: bool = False
    remark: str = ""
    draft_id: str = ""
    """The draft this visit was typed in; closed in the same transaction."""
    historical: bool = False
    """Entered after the day (import, paper ledger): an old date is expected and not flagged as a wrong clock."""


@dataclass(frozen=True, slots=True)
class CorrectVisit:
    """Correct fields of a registered visit; the earlier value stays in the log."""

    visit_id: str
    values: dict[str, str]
    why: str
    seen: tuple[str, ...] = ()
    """Act ids the clerk's form was opened over; empty means: the heads as they are now."""


@dataclass(frozen=True, slots=True)
class CorrectMatter:
    """Correct fields of a matter."""

    matter_id: str
    values: dict[str, str]
    why: str
    seen: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CorrectPetitioner:
    """Correct fields of a petitioner."""

    petitioner_id: str
    values: dict[str, str]
    why: str
    seen: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CorrectTime:
    """Put the time of a visit right 更正办理时间: Beijing wall time; the recorded time stays on the timeline."""

    visit_id: str
    visited_at: str
    why: str
    seen: tuple[str, ...] = ()
