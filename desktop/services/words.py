"""Code words of the record and their Chinese, as papers, timelines and pages say them: one table for all."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

import resources
from domain.decisions.ending import UNCLEAR as UNREACHABLE
from domain.flags import CLERK_FLAGS, TITLES
from domain.papers import TITLES as FORM_TITLES
from domain.procedure.stages import NEXT_STEPS

FORMS = {**FORM_TITLES, "F05": "告知书"}
"""Forms by the name a clerk calls them."""
CLASSES = {"suggestion": "建议意见", "accusation": "检举控告", "claim": "申诉求决", "other": "咨询、其他"}
ROLES = {"main": "主访人", "representative": "代表", "companion": "随访人"}
SEXES = {"male": "男", "female": "女"}
REPEATS = {"first": "初访", "repeat": "重访", "new_facts": "新事实", "undecided": "待核"}
STEPS = {
    **NEXT_STEPS,
    "refer_or_assign": "依法转送、交办或者报请",
    "decide_and_notify": "决定是否受理并书面告知",
    "deliver_acceptance_notice": "送达受理告知书",
    "deliver_route_notice": "送达接收情况及处理途径和程序告知书",
    "deliver_referral_notice": "送达转送告知书",
    "investigate_and_reply": "调查核实并出具信访处理意见书",
    "follow_route": "按告知的途径和程序办理",
    "await_receipt": "由受理单位收件并书面告知",
    "await_report": "由承办单位办理并反馈结果",
    "await_name_and_address": "待补充姓名（名称）、住址",
}
FLAGS = {code: TITLES[code] for code in CLERK_FLAGS}
UNCLEAR = dict(UNREACHABLE)
ROUTES = {
    "31-1": "第三十一条第一项：诉讼、检察、公安等法定程序",
    "31-2": "第三十一条第二项：仲裁程序",
    "31-3": "第三十一条第三项：党员申诉、复审等程序",
    "31-4": "第三十一条第四项：行政复议、行政裁决等行政程序",
    "31-5": "第三十一条第五项：依法履行职责或者答复",
    "31-6": "第三十一条第六项：信访程序",
}


@lru_cache(maxsize=16)
def _labels(table: str) -> Mapping[str, str]:
    """Codes of a shipped table and their Chinese labels."""
    entries = resources.table(table).get("entries")
    rows = [row for row in entries if isinstance(row, dict)] if isinstance(entries, list) else []
    return {str(row["code"]): str(row["label"]) for row in rows}


def label(table: str, code: str) -> str:
    """A code of a shipped table in Chinese; a code that the table does not know stands for itself."""
    return _labels(table).get(code, code)
