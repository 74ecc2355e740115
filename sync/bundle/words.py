"""What both ends say of media, in Chinese: why one was refused, how it ended, which is missing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from sync.log.media import MOST_NAMED, Missing

REFUSALS: Final = {
    "not_a_medium": "文件不是本系统的上报或者回执介质，或者开头已经损坏",
    "newer_medium": "介质由更新的版本写出，请先升级程序",
    "medium_signature": "介质的签名没有通过校验，可能已被改动",
    "sealed_to_another": "介质不是写给这里的，打不开",
    "not_a_reply": "这不是县级的回执介质",
    "not_a_report": "这不是工作站的上报介质",
    "not_a_slip": "文件不是接入单，或者已经损坏",
    "wrong_county": "介质属于另一个县级服务器",
    "wrong_station": "介质是给另一台工作站的",
    "several_stations": "几份介质来自不同的工作站，请一台一台导入",
    "too_much_at_once": "介质内容过多，请分几次导入",
    "station_unknown": "县级不认得这台工作站，请重新接入",
    "certificate_superseded": "介质用的是已被替换的证书，这台工作站已经重新接入",
    "revoked": "这台工作站的接入已被撤销",
    "nothing_to_use": "介质里没有一条完整的内容",
}
"""Code of a refused medium → why."""
STATES: Final = {
    "whole": "介质完整。",
    "cut": "介质不完整（被截断），已用上截断之前的完整内容。",
    "damaged": "介质有损坏，已用上损坏之前的完整内容。",
}


def missing_words(missing: Sequence[Missing], what: str = "介质") -> str:
    """``缺少第 3 号介质`` …; empty when none is missing."""
    whole = [f"第 {each.number} 号" for each in missing if not each.part]
    parts = [f"第 {each.number} 号的第 {each.part} 件（共 {each.parts} 件）" for each in missing if each.part]
    if not missing:
        return ""
    more = "等" if len(missing) >= MOST_NAMED else ""
    told = ([f"缺少{'、'.join(whole)}{what}"] if whole else []) + ([f"{what}缺少{'、'.join(parts)}"] if parts else [])
    return "；".join(told) + more
