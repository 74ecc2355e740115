"""What the papers made of sentences with blanks say: notices to a petitioner, letters between organs, agreements.

The rules of ``content`` hold: frozen values, plain words of the day of issue, an absent text is an empty string. Where
a matter must be kept secret (R 30③) the content itself names nobody: what is not in it can reach no paper.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

from domain.papers.content import WORDING

Layout = Literal["notice", "letter", "table"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """What every paper of this kind says; ``layout``: house style, 信函格式 of GB/T 9704-2012, or a ruled table."""

    form: ClassVar[str]
    layout: ClassVar[Layout] = "notice"
    organ: str
    number: str  # 登记编号
    issued_on: str  # 成文日期
    document_number: str = ""  # 文号
    query_code: str = ""
    wording: str = WORDING


@dataclass(frozen=True, slots=True, kw_only=True)
class ToPetitioner(Written):
    """A notice 告知书 or an opinion 意见书 handed to the petitioner."""

    addressee: str
    received_on: str
    channel: str
    summary: str
    contact: str = ""
    contact_phone: str = ""
    query_phone: str = ""
    query_address: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ToOrgan(Written):
    """A letter 函 about a matter."""

    layout: ClassVar[Layout] = "letter"
    to_organ: str  # 主送
    petitioner: str
    received_on: str
    channel: str
    summary: str
    people: int = 1  # 信访人数
    contact: str = ""
    contact_phone: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenRefusal(ToPetitioner):
    """F06 不予受理告知书 (R 19③): an organ below has accepted the same matter, or handles it, in time."""

    form: ClassVar[str] = "F06"
    open_number: str
    open_organ: str
    open_accepted_on: str
    open_due: str
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class EndedRefusal(ToPetitioner):
    """F07 不再受理告知书 (R 36③): a recheck opinion was delivered, facts and reasons are the same."""

    form: ClassVar[str] = "F07"
    opinion_number: str
    opinion_organ: str
    opinion_on: str
    opinion_delivered_on: str
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TransferLetter(ToOrgan):
    """F09 转送函 (R 22①(一)(二), 23①③)."""

    form: ClassVar[str] = "F09"
    sent_on: str
    attachments: tuple[str, ...] = ()  # names, without a mark at the end


@dataclass(frozen=True, slots=True, kw_only=True)
class AssignmentLetter(ToOrgan):
    """F10 交办函 (R 22①(三), 23③): a period, and a report 办结报告 to come back."""

    form: ClassVar[str] = "F10"
    sent_on: str
    days: int
    due: str  # nominal
    due_rolled: str = ""
    signed_by: str = ""  # 签发人
    attachments: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ObjectionLetter(ToOrgan):
    """F11 异议函 (R 23③): reasons in detail; the sender answers on its lower part."""

    form: ClassVar[str] = "F11"
    way: str  # 转送 / 交办
    got_on: str  # 收件之日
    object_due: str  # the fifth working day; "" while the year has no table
    objected_on: str
    reasons: str
    basis: str = ""
    suggested: str = ""
    late_reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ObjectionAnswer(ToOrgan):
    """F11A 异议核实答复函 (R 23③): the sender has verified and agrees to take the matter back, or does not."""

    form: ClassVar[str] = "F11A"
    way: str
    objected_on: str
    verified_on: str
    agreed: bool
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SupplementNotice(ToPetitioner):
    """F12 补充材料告知书 (R 19①): the Regulation knows no suspension by it, so it says that handling goes on."""

    form: ClassVar[str] = "F12"
    missing: str
    where: str = ""
    until: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExtensionNotice(ToPetitioner):
    """F13 延期办理告知书 (R 34)."""

    form: ClassVar[str] = "F13"
    accepted_on: str
    due: str  # the sixtieth day, nominal
    days: int
    new_due: str  # nominal
    reason: str
    approver: str  # 本机关负责人
    approved_on: str
    new_due_rolled: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AnsweredRequest:
    """One request 投诉请求 with what was found and decided (R 32)."""

    request: str
    outcome: str  # 予以支持 / 作出解释说明 / 不予支持
    facts: str
    opinion: str
    basis: str
    evidence: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class HandlingOpinion(ToPetitioner):
    """F14 信访事项处理意见书 (R 31(六), 32, 34, 35)."""

    form: ClassVar[str] = "F14"
    accepted_on: str
    answers: tuple[AnsweredRequest, ...]
    review_organ: str
    signed_by: str
    review_address: str = ""
    forwarded_by: str = ""
    forwarded_on: str = ""
    copy_to: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewAcceptance(ToPetitioner):
    """F15B 复查受理告知书 (R 35)."""

    form: ClassVar[str] = "F15B"
    opinion_organ: str
    opinion_number: str
    opinion_on: str
    opinion_delivered_on: str
    requested_on: str
    got_on: str  # 收到请求之日
    due: str
    due_rolled: str = ""
    late_reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecheckAcceptance(ReviewAcceptance):
    """F16B 复核受理告知书 (R 36①); the opinion is that of the review."""

    form: ClassVar[str] = "F16B"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewOpinion(ToPetitioner):
    """F15 复查意见书 (R 35, 36①)."""

    form: ClassVar[str] = "F15"
    opinion_organ: str
    opinion_number: str
    opinion_on: str
    opinion_delivered_on: str
    requested_on: str
    got_on: str
    requests: str
    verdict: str  # 维持 / 撤销 / 变更 / 责令重新办理
    opinion: str
    basis: str
    signed_by: str
    recheck_organ: str = ""
    copy_to: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecheckOpinion(ReviewOpinion):
    """F16 复核意见书 (R 36②③): the end 终结, with no remedy to name."""

    form: ClassVar[str] = "F16"
    hearings: tuple[str, ...] = ()  # days taken out of the period, in words
    hearing_days: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class HearingNotice(ToPetitioner):
    """F17 听证通知书 (R 31(六), 36②)."""

    form: ClassVar[str] = "F17"
    at: str  # Beijing minute
    place: str
    chair: str
    participants: tuple[str, ...] = ()
    subject: str = ""
    recheck: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class HearingOpinion(ToPetitioner):
    """F17B 听证意见书 (R 31(六), 36②)."""

    form: ClassVar[str] = "F17B"
    first: str
    last: str
    place: str
    chair: str
    findings: str
    participants: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SupervisionLetter(ToOrgan):
    """F19 督办函 (R 40①)."""

    form: ClassVar[str] = "F19"
    trigger: str
    facts: str
    demand: str
    reply_by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposalLetter(ToOrgan):
    """F20 改进工作、完善政策、追究责任建议书 (R 14①, 40②–④)."""

    form: ClassVar[str] = "F20"
    kind: str  # 改进工作 / 完善政策 / 追究责任
    article: str  # 第二款 …
    facts: str
    suggestion: str
    reply_by: str
    adopted: str = ""  # 全部采纳 / 部分采纳 / 不采纳
    reply: str = ""
    replied_on: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SealedTransfer(ToOrgan):
    """F21 检举控告转送单 (R 22②, 30): goes sealed; its envelope label says nothing of what is inside."""

    form: ClassVar[str] = "F21"
    sent_on: str
    petitioner_address: str = ""
    petitioner_phone: str = ""
    accused: str = ""
    request: str = ""
    facts: str = ""
    attachments: tuple[str, ...] = ()
    sender: str = ""  # 移送人


@dataclass(frozen=True, slots=True, kw_only=True)
class SuggestionReply(ToPetitioner):
    """F22 建议意见回复 (R 29)."""

    form: ClassVar[str] = "F22"
    adopted: str  # 采纳 / 部分采纳 / 不采纳
    reply: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MediationAgreement(Written):
    """F23 调解协议书 (R 33): signed by every party."""

    form: ClassVar[str] = "F23"
    parties: tuple[str, ...]
    dispute: str
    terms: str
    agreed_on: str
    perform_by: str = ""
    mediator: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConciliationAgreement(MediationAgreement):
    """F23A 和解协议书 (R 33)."""

    form: ClassVar[str] = "F23A"


@dataclass(frozen=True, slots=True, kw_only=True)
class HandlingReport(ToOrgan):
    """F24 办结报告 (R 22①(三))."""

    form: ClassVar[str] = "F24"
    layout: ClassVar[Layout] = "notice"
    assigned_on: str
    due: str
    findings: str
    result: str
    signed_by: str  # 签发人
    reported_on: str
    assignment_number: str = ""  # 交办文号
    handler: str = ""  # 经办人
    handler_phone: str = ""
    attachments: tuple[str, ...] = ()


EVERY_WRITTEN = (
    OpenRefusal | EndedRefusal | TransferLetter | AssignmentLetter | ObjectionLetter | ObjectionAnswer
    | SupplementNotice | ExtensionNotice | HandlingOpinion | ReviewOpinion | ReviewAcceptance | RecheckOpinion
    | RecheckAcceptance | HearingNotice | HearingOpinion | SupervisionLetter | ProposalLetter | SealedTransfer
    | SuggestionReply | MediationAgreement | ConciliationAgreement | HandlingReport
)  # fmt: skip
