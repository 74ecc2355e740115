"""Commands: what a clerk asks for, as frozen values; window, command line and tests make the same ones."""

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
    """Record the delivery 送达 of a notice (F18)."""

    matter_id: str
    paper_id: str
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


@dataclass(frozen=True, slots=True)
class IssuePaper:
    """Issue a paper: freeze its content, take its number, render it, store the PDF."""

    case_id: str
    """Visit for F01–F03, matter for F04, F05, F08, F18."""
    form: Literal["F01", "F02", "F03", "F04", "F05", "F08", "F18"]
    size: Literal["", "A4", "A5", "R80"] = ""
    """The sheet; empty means the form's usual one."""
    of_paper: str = ""
    """F18: the notice it proves the delivery of."""


@dataclass(frozen=True, slots=True)
class ConfirmPrint:
    """The clerk's answer to "did it come out?" 纸张是否已打印出来."""

    paper_id: str
    case_id: str
    came_out: bool
    printer: str = ""
    copies: int = 1


@dataclass(frozen=True, slots=True)
class VoidPaper:
    """Void a paper 作废: its number stays used and is never given again."""

    paper_id: str
    case_id: str
    why: str


@dataclass(frozen=True, slots=True)
class AttachFile:
    """Attach a file to a visit or a matter 附材料: its bytes are kept here first, then named by an act."""

    case_id: str
    paths: tuple[str, ...]
    """Files on this PC, left as they are. Several pictures become the pages of one PDF."""
    name: str = ""
    """The name it is shown by; empty means: the (first) file's."""
    profile: Literal["auto", "text", "photo", "original"] = "auto"
    """How pictures are kept: each page as fits it · black and white · grey or colour · the very bytes."""


@dataclass(frozen=True, slots=True)
class WithdrawFile:
    """Withdraw an attached file 撤回材料; it stays in the record, marked, with the reason."""

    case_id: str
    file_id: str
    why: str


@dataclass(frozen=True, slots=True)
class SettleConflict:
    """Settle one field 核对: ``chosen_act`` is the head whose value stands; or empty, with ``value`` giving a third."""

    case_id: str
    field: str
    chosen_act: str
    value: str = ""
    why: str = ""


@dataclass(frozen=True, slots=True)
class Settlement:
    """What stands for one field; ``keep_both`` keeps the others as a note, ``seen`` are the heads that were shown."""

    field: str
    chosen_act: str = ""
    value: str = ""
    keep_both: bool = False
    seen: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SettleConflicts:
    """Settle several fields of one case 核对 in one go."""

    case_id: str
    settlements: tuple[Settlement, ...]
    why: str = ""


@dataclass(frozen=True, slots=True)
class CorrectTime:
    """Put the time of a visit right 更正办理时间: Beijing wall time; the recorded time stays on the timeline."""

    visit_id: str
    visited_at: str
    why: str
    seen: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ImportCalendar:
    """Import a year's working-day table 工作日历 from its JSON text."""

    table: str


Command = (
    RegisterVisit
    | CorrectVisit
    | CorrectMatter
    | CorrectPetitioner
    | AcceptMatter
    | GuideMatter
    | ReferMatter
    | AssignMatter
    | ShareCase
    | ReceiveMatter
    | ExtendMatter
    | AnswerMatter
    | SupplyAddress
    | DeliverNotice
    | IssuePaper
    | ConfirmPrint
    | VoidPaper
    | AttachFile
    | WithdrawFile
    | SettleConflict
    | SettleConflicts
    | CorrectTime
    | ImportCalendar
)
