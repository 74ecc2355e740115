"""The Chinese of every value a step's command can take: the one place; forms, dossier and papers read it here."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from domain import commands

YES_NO: Final = {"yes": "是", "no": "否"}
_VERDICTS: Final = {"uphold": "维持", "revoke": "撤销", "change": "变更", "redo": "责令重办"}

CHOICES: Final[Mapping[tuple[type, str], Mapping[str, str]]] = {
    (commands.GuideMatter, "route"): {
        "": "不适用（建议意见、检举控告等）",
        "31-1": "（一）诉讼、检察、公安等政法程序",
        "31-2": "（二）仲裁",
        "31-3": "（三）党员申诉、申请复审等",
        "31-4": "（四）行政复议、行政裁决等行政程序",
        "31-5": "（五）履行法定职责",
    },
    (commands.DeliverNotice, "manner"): {"in_person": "直接送达", "post": "邮寄送达", "other": "其他方式"},
    (commands.DeliverNotice, "outcome"): {"signed": "签收", "refused": "拒收"},
    (commands.DeliverNotice, "attitude"): {"agree": "同意", "disagree": "不同意", "none": "未表示"},
    (commands.DeliverNotice, "what"): {
        "paper": "本系统出具的文书",
        "refusal": "不予（不再）受理告知书",
        "opinion": "信访处理意见书",
        "review": "复查意见书",
        "recheck": "复核意见书",
    },
    (commands.LinkMatter, "same"): {"yes": "是同一事项，关联", "no": "不是同一事项"},
    (commands.JudgeLevel, "skips"): {"yes": "越级走访", "no": "没有越级"},
    (commands.VerifyObjection, "verdict"): {"agreed": "同意退回", "refused": "不同意退回"},
    (commands.AnswerMatter, "adopted"): {"": "不是建议意见", "whole": "采纳", "part": "部分采纳", "none": "不采纳"},
    (commands.RequestAnswer, "outcome"): {"support": "予以支持", "explain": "解释说明", "deny": "不予支持"},
    (commands.RecordEvaluation, "of"): {"petition_office": "信访部门", "handler": "责任单位"},
    (commands.RecordEvaluation, "level"): {
        "satisfied": "满意",
        "rather": "基本满意",
        "dissatisfied": "不满意",
        "declined": "不评价",
    },
    (commands.RecordEvaluation, "way"): {"self": "自评", "proxy": "代评", "recorded": "代录"},
    (commands.RecordExecution, "state"): {"begun": "正在执行", "done": "执行完毕", "blocked": "执行受阻"},
    (commands.RecordMediation, "kind"): {"mediation": "调解", "conciliation": "和解"},
    (commands.CloseMatter, "outcome"): {
        "supported": "支持请求",
        "explained": "解释说明",
        "denied": "不予支持",
        "led_to_route": "导入法定途径",
        "replied": "已答复",
        "adopted": "建议已采纳",
        "refused": "不予（不再）受理",
        "mediated": "调解、和解",
        "withdrawn": "信访人撤回",
        "joined": "并入其他事项办理",
    },
    (commands.ArchiveMatter, "retention"): {"permanent": "永久", "30": "30年", "10": "10年"},
    (commands.IssueSupervision, "trigger"): {
        "unlawful": "未按规定受理、办理",
        "shirking": "推诿",
        "perfunctory": "敷衍",
        "delay": "拖延",
        "falsified": "弄虚作假",
        "not_executed": "拒不执行处理意见",
    },
    (commands.MakeProposal, "kind"): {"work": "改进工作", "policy": "完善政策", "liability": "追究责任"},
    (commands.AnswerProposal, "adopted"): {"whole": "采纳", "part": "部分采纳", "none": "不采纳"},
    (commands.ReportedTo, "to"): {
        "party_and_government": "本级党委、政府",
        "department": "主管部门",
        "joint_meeting": "联席会议办公室",
        "upper_office": "上一级信访部门",
        "national_office": "国家信访局",
        "other": "其他",
    },
    (commands.DecideReview, "verdict"): _VERDICTS,
    (commands.DecideRecheck, "verdict"): _VERDICTS,
}
"""By command and field; the order is that of the list the clerk chooses from."""


def choice_word(command: type, field: str, code: object) -> str:
    """A recorded code in words; one this release does not know as it is."""
    return CHOICES[command, field].get(str(code), str(code)) if code else ""
