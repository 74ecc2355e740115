"""What clocks are worth, in words a clerk reads: spans, doubtful times of acts, a wrong clock of this PC. Pure."""

from __future__ import annotations

from desktop.models.store.rows import SyncState
from domain.acttime import BEHIND, OFF, UNSURE, is_off


def span_words(ms: int) -> str:
    """``6 分钟`` · ``1 小时`` · ``1 小时 5 分`` · ``3 天 2 小时``: a span of milliseconds, the sign left out."""
    minutes = abs(ms) // 60_000
    days, minutes = divmod(minutes, 1440)
    hours, minutes = divmod(minutes, 60)
    if days:
        return f"{days} 天 {hours} 小时" if hours else f"{days} 天"
    if hours:
        return f"{hours} 小时 {minutes} 分" if minutes else f"{hours} 小时"
    return f"{minutes} 分钟"


def offset_words(offset_ms: int) -> str:
    """``快 1 小时 5 分`` · ``慢 6 分钟``; ``offset_ms`` is the county's time minus the device's."""
    return f"{'快' if offset_ms < 0 else '慢'} {span_words(offset_ms)}"


def doubt_words(clock: str, offset_ms: int | None) -> str:
    """The mark beside an act's time; empty for one that is known to be right."""
    if offset_ms is not None and is_off(offset_ms):
        return f"时钟存疑（{offset_words(offset_ms)}）"
    if clock == BEHIND:
        return "时钟存疑（早于已知时间）"
    return {OFF: "时钟存疑", UNSURE: "时间未核对"}.get(clock, "")


def clock_words(state: SyncState) -> str:
    """What is wrong with this PC's clock now, by the county or by what was recorded here; empty when nothing is.

    It never stops anybody: the sentence says so.
    """
    offset = state.clock_offset_ms
    if offset is not None and is_off(offset, state.clock_slack_ms):
        ahead = "快" if offset < 0 else "慢"
        return f"本机时间比县服务器{ahead} {span_words(offset)}，请校准（不影响登记）"
    if state.clock == BEHIND:
        return f"本机时间早于最近一次登记（{state.last_known_at}），请校准（不影响登记）"
    return ""
