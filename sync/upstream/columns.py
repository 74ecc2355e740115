"""The exchange's fields beside ours, one row each: the single place that knows which name means what."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

from domain.procedure.stages import STAGES

Kind = Literal["line", "text", "day", "moment", "count", "flag", "code", "lines", "materials", "matter"]


@dataclass(frozen=True, slots=True)
class Column:
    """A field of the exchange and the field of a case it carries.

    Names beginning with ``x_`` are ours: the public field lists have no field for them, or none that is known.
    """

    name: str
    ours: str
    kind: Kind
    title: str
    choices: tuple[str, ...] = ()
    """The only values that are taken; empty: any."""
    limit: int = 0
    """Characters one implementation was seen to keep; longer text is sent whole and named."""

    @property
    def own(self) -> str:
        """Where our own code travels when the exchange's is not known."""
        return f"x_{self.name}"


ANSWERS: Final = ("yes", "no")

VISIT: Final = (
    Column("xfrq", "visited_on", "day", "信访日期"),
    Column("x_visited_at", "visited_at", "moment", "来访时刻"),
    Column("xfxs", "channel", "code", "信访形式"),
    Column("xfrs", "headcount", "count", "信访人数"),
    Column("sjrs", "affected_count", "count", "涉及人数"),
    Column("djjgdm", "office", "code", "登记机构代码"),
    Column("cxm", "query_code", "line", "查询码"),
    Column("nmbz", "anonymous", "flag", "匿名标志"),
    Column("jtxfbz", "collective", "flag", "集体访标志"),
    Column("jtrxm", "interviewer", "line", "接谈人"),
    Column("x_visit_number", "number", "line", "来访登记编号"),
    Column("x_day_count", "day_count", "count", "当日序号"),
    Column("x_window", "window", "line", "窗口号"),
    Column("x_companions", "companions", "lines", "随访人"),
    Column("x_oral", "oral", "flag", "口头提出"),
    Column("x_read_back", "read_back", "flag", "已宣读或阅看"),
    Column("x_originals_returned", "originals_returned", "flag", "原件已退还"),
    Column("x_historical", "historical", "flag", "补录"),
    Column("x_visit_notice_off", "notice_off", "line", "免予告知的原因（来访）"),
)
NARRATIVE: Final = (
    Column("x_oral_record", "oral_record", "text", "口述记录"),
    Column("x_materials", "materials", "materials", "材料"),
    Column("x_remark", "remark", "text", "备注"),
)
"""Fields of a visit that may tell of every matter of it; left out when one of them is withheld (R 30③)."""

MATTER: Final = (
    Column("xfjbh", "number", "line", "信访件编号"),
    Column("gkxx", "summary", "line", "概况信息", limit=4000),
    Column("tsnr", "facts", "text", "投诉内容", limit=4000),
    Column("xfrsq", "request", "text", "信访人诉求"),
    Column("x_reasons", "reasons", "text", "理由"),
    Column("x_missing_reason", "missing_reason", "line", "缺项原因"),
    Column("wtsddm", "place_code", "line", "问题属地代码"),
    Column("wtsd", "place", "line", "问题属地"),
    Column("wtfssj", "occurred_on", "line", "问题发生时间"),
    Column("nrfldm", "content_code", "code", "内容分类代码"),
    Column("xfmddm", "purpose_code", "code", "信访目的代码"),
    Column("xfyydm", "cause_code", "code", "信访原因代码"),
    Column("x_content_table", "codes.content_code", "line", "内容分类表版本"),
    Column("x_purpose_table", "codes.purpose_code", "line", "信访目的表版本"),
    Column("x_cause_table", "codes.cause_code", "line", "信访原因表版本"),
    Column("bfyrhdw", "accused_organ", "line", "被反映人或单位"),
    Column("x_accused_person", "accused_person", "line", "被反映人"),
    Column("bfyrzw", "accused_post", "line", "被反映人职务"),
    Column("bjgccbz", "first.office", "flag", "本机构初次"),
    Column("qgccbz", "first.national", "flag", "全国初次"),
    Column("x_first_office_form", "first.office_form", "flag", "本机构信访形式初次"),
    Column("x_first_national_form", "first.national_form", "flag", "全国信访形式初次"),
    Column("yybz", "flag.threat", "flag", "扬言"),
    Column("zdjjbz", "flag.urgent", "flag", "重大紧急标志"),
    Column("sfssbz", "flag.litigation", "flag", "涉法涉诉"),
    Column("yjbz", "flag.level_skipping", "flag", "越级"),
    Column("sksflbz", "flag.cross_region", "flag", "三跨三分离标志"),
    Column("jabz", "flag.backlog", "flag", "积案标志"),
    Column("swbz", "flag.foreign", "flag", "涉外"),
    Column("sgbz", "flag.hongkong", "flag", "涉港"),
    Column("sabz", "flag.macao", "flag", "涉澳"),
    Column("stbz", "flag.taiwan", "flag", "涉台"),
    Column("sqbz", "flag.overseas", "flag", "涉侨"),
    Column("x_class", "matter_class", "line", "事项类别", ("suggestion", "accusation", "claim", "other")),
    Column("x_route", "route", "line", "办理途径", ("31-1", "31-2", "31-3", "31-4", "31-5", "31-6")),
    Column("x_court", "triage.court", "line", "法院已受理", ANSWERS),
    Column("x_reconsideration", "triage.reconsideration", "line", "已行政复议", ANSWERS),
    Column("x_arbitration", "triage.arbitration", "line", "仲裁机构已受理", ANSWERS),
    Column("x_review_opinion", "triage.review_opinion", "line", "有复查复核意见", ANSWERS),
    Column("x_own_power", "own_power", "line", "属本机关职权", ANSWERS),
    Column("x_repeat", "repeat", "line", "初访重访", ("first", "repeat", "new_facts", "undecided")),
    Column("x_repeat_earlier", "repeat.earlier", "matter", "所重复的事项"),
    Column("x_repeat_proposed", "repeat.proposed", "line", "初重建议"),
    Column("x_repeat_reason", "repeat.reason", "line", "初重判断依据"),
    Column("x_stage", "stage", "line", "办理状态", tuple(STAGES)),
    Column("x_received_on", "received_on", "day", "收到日期"),
    Column("x_received_by_referral", "received_by_referral", "line", "转来机关"),
    Column("x_office_kind", "office_kind", "line", "机构性质", ("petition_office", "competent_organ")),
    Column("x_owner", "owner", "line", "承办机构"),
    Column("x_first_handler", "first_handler", "line", "首办机构"),
    Column("x_notice_off", "notice_off", "line", "免予告知的原因"),
    Column("x_address_supplied_on", "address_supplied_on", "day", "补充住址日期"),
    Column("x_notice_delivered_on", "notice_delivered_on", "day", "告知书送达日期"),
    Column("x_referral_delivered_on", "referral_notice_delivered_on", "day", "转送告知书送达日期"),
)
"""``cfxfbz`` 重复信访标志 stands beside ``x_repeat``: it is written from it, and read when that is missing."""

PERSON: Final = (
    Column("xm", "name", "line", "姓名（名称）", limit=255),
    Column("xb", "sex", "code", "性别", ("male", "female")),
    Column("mz", "ethnic_group", "code", "民族"),
    Column("zjlx", "id_kind", "code", "证件类型"),
    Column("zjhm", "id_number", "line", "证件号码", limit=20),
    Column("csrq", "birth", "day", "出生日期"),
    Column("sjh", "mobile", "line", "手机", limit=20),
    Column("gddh", "landline", "line", "固定电话", limit=20),
    Column("zz", "address", "line", "住址", limit=200),
    Column("zzdm", "address_code", "line", "住址代码", limit=12),
    Column("hkszd", "household_address", "line", "户口所在地", limit=200),
    Column("czdz", "usual_address", "line", "常住地址"),
    Column("txdz", "delivery_address", "line", "通讯地址"),
    Column("gzdw", "workplace", "line", "工作单位"),
    Column("zy", "occupation", "code", "职业"),
    Column("yzbm", "postcode", "line", "邮政编码"),
    Column("dzyj", "email", "line", "电子邮件"),
    Column("x_kind", "kind", "line", "类型", ("person", "organisation")),
    Column("x_nationality", "nationality", "line", "国籍地区"),
    Column("x_credit_code", "credit_code", "line", "统一社会信用代码"),
    Column("x_legal_representative", "legal_representative", "line", "法定代表人"),
    Column("x_agent", "agent", "line", "代理人"),
    Column("x_name_missing_reason", "name_missing_reason", "line", "姓名缺项原因"),
    Column("x_address_missing_reason", "address_missing_reason", "line", "住址缺项原因"),
)


@dataclass(frozen=True, slots=True)
class Step:
    """One kind of row BLFS: the day field that says it was taken, and what belongs to it."""

    key: str
    """Our name of the step, in ``x_step``; also the ``ours`` of its code 办理方式."""
    title: str
    day: str
    stage: str
    answer: Literal["inform", "answer", ""]
    """答复类型: 告知类 or 答复类."""
    columns: tuple[Column, ...] = ()


_TO: Final = (Column("qxjgdm", "to_office", "code", "去向机构代码"), Column("qxjg", "to_name", "line", "去向机构"))
_CONTACT: Final = Column("x_contact", "contact", "line", "联系方式")

STEPS: Final = (
    Step("referred", "转送", "referred_on", "referred", "", (*_TO, _CONTACT)),
    Step("assigned", "交办", "assigned_on", "assigned", "", (*_TO, _CONTACT)),
    Step("received", "收件", "referral_received_on", "received", ""),
    Step("accepted", "受理告知", "accepted_on", "accepted", "inform", (
        Column("x_handling_unit", "handling_unit", "line", "承办单位"),
        Column("x_handler", "handler", "line", "承办人"),
        _CONTACT,
    )),
    Step("guided", "告知", "guided_on", "guided", "inform", (
        Column("hfgznr", "how", "text", "回复告知内容"),
        Column("x_target_organ", "target_organ", "line", "应向其提出的机关"),
        Column("x_target_address", "target_address", "line", "机关地址"),
        Column("x_target_phone", "target_phone", "line", "机关电话"),
        Column("x_time_limit", "time_limit", "line", "提出期限"),
        Column("x_legal_basis", "legal_basis", "line", "法律依据"),
        Column("x_transferred_on", "transferred_on", "day", "本机关移送日期"),
    )),
    Step("answered", "直接回复", "answered_on", "answered", "answer", (
        Column("hfgznr", "answer", "text", "回复告知内容"),
    )),
    Step("extended", "延期", "extended_on", "", "", (
        Column("x_approver", "extension_approver", "line", "延期批准人"),
    )),
)  # fmt: skip
"""In the order in which a matter may pass them on one day."""

STEP_OF: Final[Mapping[str, Step]] = {step.key: step for step in STEPS}

XFJ_FRAME: Final = (
    "lhxfjid", "xfjid", "xzqh", "djjgmc", "cfxfbz", "issecret", "x_visit", "x_ordinal", "x_version", "x_visit_version",
)  # fmt: skip
XFR_FRAME: Final = ("lhxfjid", "xfjid", "xfrid", "xzqh", "xh", "xfjzfrbz", "x_role", "x_version")
BLFS_FRAME: Final = (
    "lhxfjid", "xfjid", "blfsid", "xzqh", "blfs", "blsj", "bljgdm", "bljg", "dftype", "xqhbsj", "x_step", "x_extension",
)  # fmt: skip
"""Names that are written and read by hand, not by a row of the tables."""
