"""The Chinese of the exchange: why an act waits, why the county was not reached; plain data and its one look-up."""

from __future__ import annotations

from typing import Final

from desktop.services.sentences import sentence
from domain.faults import SurroundingsFault

KEPT_BACK: Final = {
    "scope_refused": "本站的证书不包括这个登记范围，县里已保存、暂不分发。请联系县信访局核对本站的接入范围",
    "case_not_yours": "这件已移送其他单位，或者县里还没有把它交给本单位；县里已保存、暂不分发。交来后会自动分发",
    "restricted_mixed": "检举控告件不能与其他来件记在一起（第三十条）；县里已保存、不分发。请在检举控告席位另行登记",
    "shown_to_others": "县里已收下，这件现由其他单位办理，不再发回本站",
    "act_elsewhere": "县里已有同一编号而内容不同的记录，已保留、暂不分发。请联系县级管理员核对",
}
"""Why the county keeps an act and does not hand it on (``Answer.reject``)."""

BROKEN: Final = {
    "chain_broken": "这一段记录前后不能衔接，县里没有收下，本机原样保留。请先“导出”交管理员查看，再“重试”",
    "bad_signature": "这一段记录的签名没有通过县里的校验，县里没有收下，本机原样保留。请先“导出”交管理员查看",
    "not_an_act": "这一段里有县里读不懂的记录，县里没有收下，本机原样保留。请先“导出”交管理员查看",
    "bad_run": "这一段记录的格式不对，县里没有收下，本机原样保留。请先“导出”交管理员查看，再“重试”",
    "unsigned_tail": "这一段记录的末尾缺少签名，县里没有收下，本机原样保留。请先“导出”交管理员查看，再“重试”",
    "act_elsewhere": "县里已有同一编号而内容不同的记录，这一段没有收下，本机原样保留。请联系县级管理员核对",
    "gap": "这一段记录缺了前面的部分，县里没有收下，本机原样保留。请“重试”；仍不成的，请“导出”交管理员查看",
}
"""Why the county did not take a run (``Answer.broken``)."""

STATES: Final = {
    "waiting": "待上报",
    "sending": "上报中",
    "refused": "县里暂不分发",
    "aside": "已搁置",
    "put_by": "已搁置",
}

SHORT: Final = {
    "county_unreachable": "县级暂时联系不上",
    "county_full": "县服务器已满",
    "county_refused": "县里没有接受",
    "county_address": "县级地址不对",
    "county_key_differs": "县服务器密钥不符",
    "county_plain": "县级地址未加密",
    "too_many": "县服务器忙",
    "revoked": "本机接入已撤销",
    "certificate_superseded": "本机身份已换新",
    "certificate_wanted": "县里不认得本机",
    "wrong_county": "不是原来的县服务器",
    "bad_birth": "本机身份未通过校验",
    "bad_signature": "密钥不符",
    "bad_answer": "县里回应不可信",
    "newer_protocol": "县服务器版本较旧",
    "older_protocol": "本机版本较旧",
    "county_failed": "县服务器出错",
}
"""The cause in the status bar: by the reason where there is one, else by the fault's code."""

REBORN: Final = "本机数据曾被恢复、复制或者升级，已自动用新的身份继续上报，没有丢失任何记录。"


def short_cause(code: str, reason: str = "") -> str:
    """The cause in a few words; empty when the last exchange was good."""
    return SHORT.get(reason) or SHORT.get(code, "县级暂时联系不上") if code else ""


def cause_sentence(code: str, reason: str = "") -> str:
    """The cause in a sentence with what to do; empty when the last exchange was good."""
    return sentence(SurroundingsFault(code, facts={"reason": reason} if reason else {})) if code else ""


def waiting_reason(state: str, code: str) -> str:
    """Why an act is where it is."""
    if state == "aside":
        return BROKEN.get(code, f"县里没有收下（{code}），本机原样保留。请“导出”交管理员查看")
    if state in ("refused", "put_by"):
        return KEPT_BACK.get(code, f"县里已保存、暂不分发（{code}）。请“导出”交管理员查看")
    return "县里已收到，等待确认" if state == "sending" else "连上县级后自动上报"
