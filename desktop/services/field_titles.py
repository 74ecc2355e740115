"""What a field is called in Chinese, and what its code words mean: one table for timeline, pages and conflicts."""

from __future__ import annotations

from typing import Final

from desktop.services.choice_words import CHOICES
from desktop.services.shipped import shipped_codes
from desktop.services.words import CLASSES, FLAGS, REPEATS, ROLES, ROUTES, SEXES, UNCLEAR, label
from domain import commands
from domain.codes import FIELDS as CODED
from domain.codes import CodeBook
from domain.fold import CaseState
from domain.identity import mask_id, mask_phone
from domain.procedure.stages import STAGES

TITLES: Final = {
    "number": "登记编号",
    "query_code": "查询码",
    "visited_at": "来访时间",
    "received_on": "收到日期",
    "channel": "信访形式",
    "headcount": "信访人数",
    "affected_count": "涉及人数",
    "collective": "集体访",
    "anonymous": "匿名",
    "companions": "随访人",
    "interviewer": "接谈人",
    "oral": "口头提出",
    "oral_record": "口述记录",
    "read_back": "已宣读或阅看",
    "materials": "材料",
    "remark": "备注",
    "notice_off": "免予告知的原因",
    "name": "姓名（名称）",
    "kind": "类型",
    "sex": "性别",
    "birth": "出生日期",
    "ethnic_group": "民族",
    "id_number": "证件号码",
    "mobile": "手机",
    "landline": "固定电话",
    "address": "住址",
    "delivery_address": "送达地址",
    "household_address": "户籍地址",
    "usual_address": "常住地址",
    "workplace": "工作单位",
    "occupation": "职业",
    "credit_code": "统一社会信用代码",
    "legal_representative": "法定代表人",
    "summary": "概况",
    "request": "请求",
    "facts": "事实",
    "reasons": "理由",
    "matter_class": "事项类别",
    "route": "办理途径",
    "content_code": "内容分类",
    "purpose_code": "信访目的",
    "cause_code": "信访原因",
    "place": "问题属地",
    "occurred_on": "问题发生时间",
    "accused_person": "被反映人",
    "accused_organ": "被反映单位",
    "accused_post": "被反映人职务",
    "own_power": "属本机关职权",
    "triage.court": "法院已受理",
    "triage.reconsideration": "已行政复议",
    "triage.arbitration": "仲裁机构已受理",
    "triage.review_opinion": "有复查复核意见",
    "repeat": "初访重访",
    "repeat.reason": "初重判断依据",
    "first.office": "本机构初次",
    "level_skipping": "越级走访认定",
    "first.national": "全国初次",
    "stage": "办理状态",
    "accepted_on": "受理日期",
    "handling_unit": "承办单位",
    "handler": "承办人",
    "contact": "联系方式",
    "guided_on": "告知日期",
    "target_organ": "应向其提出的机关",
    "target_address": "机关地址",
    "target_phone": "机关电话",
    "how": "办理程序",
    "time_limit": "提出期限",
    "legal_basis": "法律依据",
    "transferred_on": "本机关移送日期",
    "referred_on": "转送日期",
    "assigned_on": "交办日期",
    "assigned_days": "交办期限（日）",
    "to_name": "去向机关",
    "referral_received_on": "收件日期",
    "extended_on": "延期批准日期",
    "extension_approver": "延期批准人",
    "answer": "答复内容",
    "answered_on": "答复日期",
    "notice_delivered_on": "告知书送达日期",
    "referral_notice_delivered_on": "转送告知书送达日期",
    "address_supplied_on": "补充住址日期",
    "objected_on": "异议日期",
    "returned_on": "同意退回日期",
    "reported_on": "办结报告日期",
    "refused_on": "不予（不再）受理日期",
    "simplified": "简易办理",
    "replied_on": "处理意见日期",
    "opinion_delivered_on": "处理意见送达日期",
    "redone_on": "重新办理起始日期",
    "review.requested_on": "申请复查日期",
    "review.received_on": "收到复查申请日期",
    "review.requests": "复查请求",
    "review.verdict": "复查结论",
    "review.opinion": "复查意见",
    "review.basis": "复查依据",
    "review.opined_on": "复查意见日期",
    "review.delivered_on": "复查意见送达日期",
    "review.recheck_organ": "复核机关",
    "recheck.requested_on": "申请复核日期",
    "recheck.received_on": "收到复核申请日期",
    "recheck.requests": "复核请求",
    "recheck.verdict": "复核结论",
    "recheck.opinion": "复核意见",
    "recheck.basis": "复核依据",
    "recheck.opined_on": "复核意见日期",
    "recheck.delivered_on": "复核意见送达日期",
    "outcome": "办结结果",
    "undelivered_reason": "未送达的原因",
    "closed_on": "办结日期",
    "archived_on": "归档日期",
    "year": "年度",
    "first": "起始号",
    "last": "最末号",
    "code": "机构代码",
    "phone": "电话",
    "level": "层级",
    "mark": "机关代字",
    "sign_in": "登录名",
}
"""In reading order; a field that is not here is machinery and not shown."""

_PREFIXES: Final = {
    "paper.": "文书",
    "head.": "负责人",
    "linked.": "关联",
    "print.": "打印",
    "delivery.": "送达",
    "extension.": "延期（日）",
    "table.": "工作日历",
    "file.": "附件",
    "person.": "来访人",
    "flag.": "标识",
    "audience.": "知悉范围",
    "note.": "备注",
    "leg.": "转送交办",
    "supplement.": "补充材料",
    "hearing.": "听证",
    "hearing_call.": "听证通知",
    "opinion.": "处理意见",
    "evaluation.": "满意度评价",
    "execution.": "督促执行",
    "mediation.": "调解和解",
    "supervision.": "督办",
    "proposal.": "建议",
    "urgent.": "紧急信息报告",
    "recusal.": "回避",
    "read.": "查阅",
    "archive": "归档",
    "refusal": "不予（不再）受理",
}

_ANSWERS: Final = {"yes": "是", "no": "否", "unknown": "不清楚"}
_WORDS: Final = {
    "matter_class": CLASSES,
    "route": ROUTES,
    "repeat": REPEATS,
    "stage": {row.stage: row.title for row in STAGES.values()},
    "sex": SEXES,
    "notice_off": UNCLEAR,
    "own_power": _ANSWERS,
    "outcome": CHOICES[commands.CloseMatter, "outcome"],
    "review.verdict": CHOICES[commands.DecideReview, "verdict"],
    "recheck.verdict": CHOICES[commands.DecideRecheck, "verdict"],
    "channel": {"visit": "来访"},
    "kind": {
        "person": "个人",
        "organisation": "单位",
        "petition_office": "信访部门",
        "competent_organ": "有权处理的机关",
    },
}


_TABLES: Final = {
    "occupation": "occupations",
    "ethnic_group": "ethnic_groups",
    "id_kind": "id_kinds",
}
"""Fields that hold a code of a table that is not imported; the others are told by ``domain.codes.FIELDS``."""


def field_title(name: str) -> str:
    """The Chinese title of a field, or empty for machinery."""
    if name in TITLES:
        return TITLES[name]
    if name.startswith("file.") and name.endswith(".withdrawn"):
        return "附件撤回"
    if name.startswith("flag."):
        return FLAGS.get(name.removeprefix("flag."), "标识")
    return next((title for prefix, title in _PREFIXES.items() if name.startswith(prefix)), "")


def value_words(name: str, value: str, mark: str = "", book: CodeBook | None = None) -> str:
    """A code word of a field as Chinese; other values as they are.

    ``mark`` is the version of the table a code was given by, ``book`` the tables of the station; else the shipped ones.
    """
    if name in CODED:
        return (book or shipped_codes()).label(CODED[name], value, mark)
    if name in _TABLES:
        return label(_TABLES[name], value)
    if name.startswith("triage."):
        return _ANSWERS.get(value, value)
    if name.startswith("person."):
        return ROLES.get(value, value)
    return _WORDS.get(name, {}).get(value, value)


def masked(name: str, words: str) -> str:
    """Identity numbers and telephones as a list may show them; whoever needs the whole number opens the person."""
    if name == "id_number":
        return mask_id(words)
    return mask_phone(words) if name in ("mobile", "landline") else words


def field_words(state: CaseState, book: CodeBook | None = None) -> tuple[tuple[str, str], ...]:
    """(title, words) of what a case records, in reading order; empty ones left out."""
    found: list[tuple[str, str]] = []
    for name, title in TITLES.items():
        value = state.get(name)
        if value is None or value in ("", False, 0) or isinstance(value, dict):
            continue
        if value is True:
            found.append((title, "是"))
        elif isinstance(value, str | int):
            words = value_words(name, str(value), state.text(f"codes.{name}"), book)
            found.append((title, mask_id(words) if name == "id_number" else words))
        elif name == "companions":
            found.append((title, "、".join(str(item) for item in value)))
        elif name == "materials":
            lines = [item for item in value if isinstance(item, dict)]
            found.append(
                (
                    title,
                    "；".join(f"{item.get('title')}（{item.get('copies')}份{item.get('pages')}页）" for item in lines),
                )
            )
    flags = "、".join(words for flag, words in FLAGS.items() if state.flag(f"flag.{flag}"))
    if flags:
        found.append(("标识", flags))
    return tuple(found)
