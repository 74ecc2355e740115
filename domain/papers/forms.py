"""Every form 文书 there is: its name, its sheets, its copies, the series of its number, the case it is issued on."""

from __future__ import annotations

import typing
from dataclasses import dataclass
from types import MappingProxyType

from domain.papers.content import (
    AcceptanceNotice,
    MaterialList,
    PathwayNotice,
    ReferralNotice,
    RegistrationForm,
    ServiceReturn,
    VisitReceipt,
)
from domain.papers.marks import Paper
from domain.papers.tabled import EVERY_TABLED
from domain.papers.written import EVERY_WRITTEN

Content = (
    RegistrationForm
    | VisitReceipt
    | MaterialList
    | AcceptanceNotice
    | PathwayNotice
    | ReferralNotice
    | ServiceReturn
    | EVERY_WRITTEN
    | EVERY_TABLED
)


@dataclass(frozen=True, slots=True)
class Form:
    """One form. Whether it is served 送达 is ``domain.decisions.delivering.DELIVERS``."""

    title: str
    """文书名称, as lists and delivery receipts write it."""
    series: str = ""
    """Kind of its document number 文号; empty: it bears the number of its case."""
    copies: int = 2
    """Usual number of copies: one for the petitioner, one to file (practice, not a rule)."""
    sheets: tuple[Paper, ...] = (Paper.A4,)
    """Sheets it may be printed on; the first is the usual one."""
    on: str = "matter"
    """The case it is issued on: ``visit`` or ``matter``."""
    home: bool = False
    """A copy goes home with the petitioner: it may be had in large type 大字版."""


FORMS: MappingProxyType[str, Form] = MappingProxyType(
    {
        "F01": Form("来访登记表", copies=1, on="visit"),
        "F02": Form("来访登记回执", copies=1, sheets=(Paper.A5, Paper.A4, Paper.R80, Paper.R58), on="visit", home=True),
        "F03": Form("材料接收清单", sheets=(Paper.A4, Paper.A5, Paper.R80, Paper.R58), on="visit", home=True),
        "F04": Form("受理告知书", "受", home=True),
        "F05": Form("接收情况及处理途径和程序告知书", "途", home=True),
        "F06": Form("不予受理告知书", "不受", home=True),
        "F07": Form("不再受理告知书", "不再受", home=True),
        "F08": Form("转送告知书", "转", home=True),
        "F09": Form("转送函", "转"),
        "F10": Form("交办函", "交"),
        "F11": Form("异议函", "异"),
        "F11A": Form("异议核实答复函", "异"),
        "F12": Form("补充材料告知书", "补", home=True),
        "F13": Form("延期办理告知书", "延", home=True),
        "F14": Form("信访事项处理意见书", "意", home=True),
        "F15": Form("复查意见书", "复查", copies=5, home=True),
        "F15A": Form("复查申请登记表", copies=1),
        "F15B": Form("复查受理告知书", "复查受", home=True),
        "F16": Form("复核意见书", "复核", copies=5, home=True),
        "F16A": Form("复核申请登记表", copies=1),
        "F16B": Form("复核受理告知书", "复核受", home=True),
        "F17": Form("听证通知书", "听", home=True),
        "F17A": Form("听证笔录", copies=1),
        "F17B": Form("听证意见书", "听", home=True),
        "F18": Form("送达回证", copies=1),
        "F19": Form("督办函", "督"),
        "F20": Form("建议书", "建"),
        "F21": Form("检举控告转送单", copies=1),
        "F22": Form("建议意见回复", "复", home=True),
        "F23": Form("调解协议书", "调", copies=3, home=True),
        "F23A": Form("和解协议书", "调", copies=3, home=True),
        "F24": Form("办结报告", "报"),
        "F25": Form("紧急信访信息报告", copies=1),
        "F26": Form("领导接访记录表", copies=1),
        "F26A": Form("领导包案表", copies=1),
        "F26B": Form("矛盾纠纷排查表", copies=1),
        "F26C": Form("联席会议纪要", copies=1),
    }
)
"""Every form by its code, in the order of a volume 卷内目录. A letter after the number: a paper that goes with it."""

TITLES = MappingProxyType({code: form.title for code, form in FORMS.items()})
SIZES = MappingProxyType({code: form.sheets for code, form in FORMS.items()})
COPIES = MappingProxyType({code: form.copies for code, form in FORMS.items()})
LARGE_TYPE = frozenset(code for code, form in FORMS.items() if form.home)
"""Forms there is a 大字版 of: what a petitioner takes home."""
SERIES_OF = MappingProxyType({code: form.series for code, form in FORMS.items() if form.series})
"""Forms with a document number 文号, and the series it is drawn from."""
KINDS_OF_SERIES = tuple(dict.fromkeys(SERIES_OF.values()))
"""Every kind of document number there is, each once."""

CONTENT_BY_FORM: MappingProxyType[str, type[Content]] = MappingProxyType(
    {kind.form: kind for kind in typing.get_args(Content)}
)
