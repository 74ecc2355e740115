"""What each form says, as frozen values: plain text as it will be printed, dates as ISO strings, nothing to look up.

The content is stored in an immutable act and is all a sheet is made from, so a paper can be made again from it
decades later. Labels are the Chinese words of the day of issue, never codes whose meaning may change. An absent text is
an empty string; ``None`` stands only for a question nobody asked. ``wording`` names the set of statutory sentences.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

WORDING = "2026.1"


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisteredPerson:
    """One line of 来访人 on F01 (domain: petitioner 信访人, representative 代表, companion 随访人)."""

    name: str
    role: str  # 主访人 / 代表 / 随访人 / 代理人
    sex: str = ""
    ethnicity: str = ""
    birth: str = ""  # ISO date
    id_kind: str = ""
    id_number: str = ""
    phone: str = ""
    fixed_phone: str = ""
    address: str = ""  # 住址, asked for by R 19①
    household_address: str = ""
    residence: str = ""  # 常住地址
    mailing_address: str = ""  # 送达地址
    employer: str = ""
    occupation: str = ""
    nationality: str = ""
    credit_code: str = ""  # an organisation's 统一社会信用代码
    legal_representative: str = ""
    note: str = ""  # why an element is missing, e.g. 住址：本人未提供


@dataclass(frozen=True, slots=True, kw_only=True)
class Handling:
    """One handling step 办理方式 already taken when the form is printed."""

    at: str  # wall time, "2026-11-23 09:40"
    way: str
    organ: str = ""  # 办理机构
    destination: str = ""  # 去向机构
    document_number: str = ""
    handler: str = ""
    due: str = ""  # ISO date


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisteredMatter:
    """One matter 信访事项 of a visit on F01: request, facts and reasons (R 19①), triage, route (R 31)."""

    summary: str  # 概况
    request: str  # 请求
    facts: str  # 事实
    reasons: str  # 理由
    classification: str = ""  # 建议意见 / 检举控告 / 申诉求决
    category: str = ""  # 内容分类
    purpose: str = ""  # 信访目的
    place: str = ""  # 问题属地
    happened: str = ""  # 问题发生时间, free text or ISO date
    accused: str = ""  # 被反映人（单位）及职务
    court_took_it: bool | None = None  # 四项甄别: None = not asked
    reconsidered: bool | None = None
    arbitrated: bool | None = None
    review_opinion_exists: bool | None = None
    repetition: str = ""  # 初访 / 重访 / 新事实
    repetition_reason: str = ""
    earlier_number: str = ""
    flags: tuple[str, ...] = ()  # 越级, 扬言, 三跨三分离, 涉法涉诉 …
    route: str = ""  # "31-6", "29", "30"
    route_label: str = ""
    outcome: str = ""  # 拟办/处理方式
    national_number: str = ""
    handlings: tuple[Handling, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RegistrationForm:
    """F01 来访登记表 (R 19①, 22①, 23①): the one paper that may show identity numbers in full."""

    form: ClassVar[str] = "F01"
    organ: str
    number: str
    visited_at: str  # wall time
    registered_at: str  # wall time
    station: str
    window: str = ""
    people_present: int = 1  # 信访人数
    people_affected: int = 0  # 涉及人数; 0 = not known
    collective: bool = False
    anonymous: bool = False
    offline: bool = False
    people: tuple[RegisteredPerson, ...] = ()
    matters: tuple[RegisteredMatter, ...] = ()
    oral_record: str = ""  # 口述记录, set when the matter was put orally
    read_back: str = ""  # "" / 已向本人宣读 / 本人已阅看
    materials: str = ""  # one line, e.g. 共3件12页
    interviewer: str = ""
    interviewer_unit: str = ""
    registrar: str = ""
    query_code: str = ""
    remark: str = ""
    show_identity: bool = False  # True: identity numbers in full
    wording: str = WORDING


@dataclass(frozen=True, slots=True, kw_only=True)
class VisitReceipt:
    """F02 来访登记回执: number, query code, what happens next. For an accusation it says number and code only."""

    form: ClassVar[str] = "F02"
    organ: str
    number: str
    query_code: str
    visited_at: str
    name: str = ""  # not printed when ``accusation``
    accusation: bool = False
    people_present: int = 1
    window: str = ""
    summaries: tuple[str, ...] = ()  # one line for each matter
    next_step: str = ""  # e.g. 决定是否受理并书面告知
    next_due: str = ""  # ISO date, nominal
    next_due_rolled: str = ""
    no_notice_reason: str = ""  # R 23②: 姓名（名称）、住址不清
    answer: str = ""  # a consultation answered on the spot
    query_phone: str = ""
    query_address: str = ""  # URL or place
    evaluation: bool = True
    wording: str = WORDING


@dataclass(frozen=True, slots=True, kw_only=True)
class MaterialLine:
    """One material handed in."""

    title: str
    kind: str  # 原件 / 复印件 / 电子
    copies: int = 1
    pages: int = 0  # 0 = not counted
    remark: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class MaterialList:
    """F03 材料接收清单."""

    form: ClassVar[str] = "F03"
    organ: str
    number: str
    received_at: str
    name: str
    accusation: bool = False
    lines: tuple[MaterialLine, ...] = ()
    originals_returned: bool = False  # 原件已当场核对退回
    receiver: str = ""
    window: str = ""
    query_code: str = ""
    list_number: str = ""
    wording: str = WORDING


@dataclass(frozen=True, slots=True, kw_only=True)
class AcceptanceNotice:
    """F04 受理告知书 (R 23①–③, 31(六), 34): only for route 31-6."""

    form: ClassVar[str] = "F04"
    organ: str
    document_number: str  # 文号
    number: str  # 登记编号
    addressee: str
    received_on: str
    channel: str  # 来访, 来信, 网上 …
    summary: str
    accepted_on: str  # 受理之日
    due: str  # 60th day, nominal
    handling_unit: str
    issued_on: str  # 成文日期
    forwarded_by: str = ""
    forwarded_on: str = ""
    due_rolled: str = ""  # "" when the calendar of that year is missing
    contact: str = ""
    contact_phone: str = ""
    query_code: str = ""
    query_phone: str = ""
    query_address: str = ""
    id_number: str = ""  # printed masked
    wording: str = WORDING


@dataclass(frozen=True, slots=True, kw_only=True)
class PathwayNotice:
    """F05 接收情况及处理途径和程序告知书 (R 23①–③, 31(一)–(五)).

    ``route``: ``31-1`` … ``31-5``, ``29`` 建议意见, ``30`` 检举控告, or ``elsewhere`` (not ours: 请向××提出).
    """

    form: ClassVar[str] = "F05"
    organ: str
    document_number: str
    number: str
    addressee: str
    received_on: str
    channel: str
    summary: str
    route: str
    issued_on: str
    accusation: bool = False
    forwarded_by: str = ""
    forwarded_on: str = ""
    legal_basis: str = ""  # of that route, e.g. 《中华人民共和国劳动争议调解仲裁法》第五条
    where: str = ""  # organ to turn to
    how: str = ""
    time_limit: str = ""
    where_address: str = ""
    where_phone: str = ""
    transferred: bool = False  # this organ has passed it on itself
    transferred_to: str = ""
    transferred_on: str = ""
    handling_unit: str = ""
    contact: str = ""
    contact_phone: str = ""
    query_code: str = ""
    query_phone: str = ""
    query_address: str = ""
    id_number: str = ""
    wording: str = WORDING


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferralNotice:
    """F08 转送（去向）告知书 (R 23①; R 22① for a petition office)."""

    form: ClassVar[str] = "F08"
    organ: str
    document_number: str
    number: str
    addressee: str
    received_on: str
    channel: str
    summary: str
    to_organ: str
    sent_on: str
    issued_on: str
    accusation: bool = False
    way: str = "转送"  # or 交办
    due: str = ""  # T3 of the receiving organ, nominal; "" when its day of receipt is not known
    due_rolled: str = ""
    to_contact: str = ""
    to_phone: str = ""
    contact: str = ""
    contact_phone: str = ""
    query_code: str = ""
    query_phone: str = ""
    query_address: str = ""
    id_number: str = ""
    wording: str = WORDING


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceReturn:
    """F18 送达回证: printed before delivery with blanks to write in, or after it with the facts."""

    form: ClassVar[str] = "F18"
    organ: str
    number: str  # 登记编号
    document_title: str
    document_number: str
    recipient: str  # 受送达人
    accusation: bool = False
    address: str = ""
    delivered_at: str = ""  # wall time
    place: str = ""
    way: str = ""  # 当面 / 邮寄 / 其他
    signer: str = ""
    relation: str = ""
    refused: bool = False
    refusal_reason: str = ""
    witnesses: tuple[str, ...] = ()
    servers: tuple[str, ...] = ()  # 送达人
    remark: str = ""
    query_code: str = ""
    wording: str = WORDING
