"""Terms: the only place that turns a code word into the Chinese on the forms of the window."""

from __future__ import annotations

from collections.abc import Sequence

from desktop.services.words import FORMS
from domain.flags import CLERK_FLAGS, TITLES
from domain.procedure.stages import NEXT_STEPS, STAGES

Options = Sequence[tuple[str, str]]

SEX: Options = (("", "未说明"), ("male", "男"), ("female", "女"))
PERSON_KIND: Options = (("person", "个人"), ("organisation", "单位"))
ROLE: Options = (("main", "主访人"), ("representative", "代表"), ("companion", "随访人"))
MATTER_CLASS: Options = (
    ("claim", "申诉求决"),
    ("accusation", "检举控告"),
    ("suggestion", "建议意见"),
    ("other", "咨询及其他"),
)
ANSWER: Options = (("yes", "是"), ("no", "否"), ("unknown", "不清"))
TRIAGE: Options = (
    ("court", "人民法院是否已受理"),
    ("reconsideration", "是否已经行政复议"),
    ("arbitration", "仲裁机构是否已受理"),
    ("review_opinion", "是否已有复查、复核意见"),
)
"""The four questions 甄别 (R 19③, 31, 36③)."""

ROUTE: Options = (
    ("", "未定"),
    ("31-1", "31条（一）诉讼权利救济"),
    ("31-2", "31条（二）仲裁"),
    ("31-3", "31条（三）党员申诉、检举等"),
    ("31-4", "31条（四）行政复议等"),
    ("31-5", "31条（五）请求查处、履职"),
    ("31-6", "31条（六）信访程序"),
)
REPEAT: Options = (("first", "初访"), ("repeat", "重访"), ("new_facts", "新事实"), ("undecided", "待核"))
FLAGS: Options = tuple((code, TITLES[code]) for code in CLERK_FLAGS)
MATERIAL_FORM: Options = (("copy", "复印件"), ("original", "原件"), ("electronic", "电子件"))
STAGE: Options = tuple((row.stage, row.title) for row in STAGES.values())
NEXT_STEP: Options = (("", "已有着落"), *NEXT_STEPS.items())
CLOCK: Options = (
    ("T1", "转送、交办或者报请"),
    ("T2", "书面告知"),
    ("T3", "书面告知（转来件）"),
    ("T4", "提出异议"),
    ("T5", "反馈办理结果"),
    ("T6", "办结"),
    ("T7", "延期后办结"),
    ("T8", "申请复查"),
    ("T9", "作出复查意见"),
    ("T10", "申请复核"),
    ("T11", "作出复核意见"),
    ("T12", "简易办理决定"),
    ("T13", "简易办理意见"),
    ("", "—"),
)
CLOCK_STATE: Options = (("running", "正在计算"), ("ended", "已办"), ("off", "不计算"))
NOTICE_OFF: Options = (
    ("address_unclear", "住址不清，不负告知义务（第二十三条第二款）"),
    ("name_unclear", "姓名（名称）不清，不负告知义务（第二十三条第二款）"),
    ("anonymous", "匿名，不负告知义务（第二十三条第二款）"),
    ("own_rules", "涉法涉诉、检举控告按其自身规定告知（第二十三条第四款）"),
)
"""Why no written notice is owed (R 23②, 23④)."""

PAPER_STATE: Options = (
    ("issued", "已出具，未存档"),
    ("stored", "已出具，未确认打印"),
    ("printed", "已打印"),
    ("voided", "已作废"),
)
JOB_STATE: Options = (
    ("waiting", "排队等待"),
    ("printing", "正在打印"),
    ("held", "已暂缓"),
    ("stopped", "队列已停止"),
    ("paper_out", "缺纸"),
    ("trouble", "打印机需要处理"),
    ("away", "打印机没有回应"),
    ("sent", "已离开队列"),
    ("unknown", "不清楚"),
)
SHEET_STATE: Options = (
    ("stored", "已出具，未打印"),
    ("to_issue", "待出具"),
    ("undecided", "须先办理"),
)
RUN_STEP: Options = (
    ("waiting", "等待"),
    ("making", "正在出具"),
    ("sending", "正在送往打印机"),
    ("queued", "已送打印机"),
    ("out", "已离开队列，待确认"),
    ("saved", "已存成 PDF"),
    ("left", "没有打印"),
    ("failed", "没有打印"),
)
PAPER_SIZE: Options = (("A4", "A4"), ("A5", "A5"), ("R80", "80 毫米小票"), ("R58", "58 毫米小票"))
MATCHED: Options = (
    ("name", "姓名"),
    ("initials", "姓名首字母"),
    ("id_prefix", "证件号码"),
    ("id_tail", "证件号码尾号"),
    ("phone_tail", "电话尾号"),
    ("number", "编号"),
    ("text", "内容"),
)
"""By which key something was found."""

STEP = {
    "accept": "受理",
    "guide": "告知接收情况及处理途径和程序",
    "refer": "转送",
    "assign": "交办",
    "signpost": "告知向有权处理的机关提出",
    "answer": "当场答复",
    "refuse_open": "不予受理",
    "refuse_ended": "不再受理",
    "register": "登记，待核",
}
FORM: Options = tuple(FORMS.items())
CLOCK_PERIOD = {
    "T1": "自收到之日起15日内转送、交办",
    "T2": "自收到之日起15日内书面告知",
    "T3": "自收到转送之日起15日内书面告知",
    "T4": "5个工作日内可提出异议",
    "T5": "按交办要求反馈",
    "T6": "自受理之日起60日内办结",
}
"""What a clock means on the day it starts."""


def term(options: Options, code: str) -> str:
    """The word for a code; a code that is not known here is shown as it is."""
    return next((text for each, text in options if each == code), code)
