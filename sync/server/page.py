"""The county page 县级服务器: one plain HTML table a person can read. Builds text, asks nothing."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta, timezone
from html import escape
from typing import Final

from domain.series import parse_series_id
from sync.server.overview import Seen
from sync.server.relay import Status
from sync.server.series_view import Unaccounted
from sync.server.stations import DAY_MS, StationRow

_CHINA: Final = timezone(timedelta(hours=8))
BEHIND_DAYS: Final = 3
"""A station not seen for this long is behind (长时间未联系)."""

_MOST_NUMBERS: Final = 12
"""Stretches of document numbers named one by one."""

_STYLE = (
    "body{font:16px/1.6 'Noto Sans SC','Microsoft YaHei',sans-serif;margin:2em;color:#222}"
    "table{border-collapse:collapse}th,td{border:1px solid #bbb;padding:.3em .8em;text-align:left}"
    "th{background:#f2f2f2}.late td{background:#fff1e0}.bad td{background:#ffe3e3}"
)


_CODES: Final = {
    "scope_refused": "写入了无权写入的范围",
    "case_not_yours": "写入了不属于本单位的案卷",
    "restricted_mixed": "检举控告与其他事项混在一个案卷",
    "act_elsewhere": "同一动作出现在两处",
    "refused_below": "下级服务器自己没有收入",
}


def county_page(name: str, seen: Seen, now_ms: int) -> str:
    """The page as HTML; times are China time."""
    counts = seen.counts
    rows = "".join(_row(row, seen, now_ms) for row in seen.stations) or "<tr><td colspan=7>还没有工作站登记。</td></tr>"
    refused = f"，未收入 {counts['refused']} 条" if counts["refused"] else ""
    attested = f"，由其他工作站补报待核 {counts['attested']} 条" if counts["attested"] else ""
    return (
        "<!doctype html><html lang=zh-CN><head><meta charset=utf-8><meta http-equiv=refresh content=30>"
        f"<title>{escape(name)}</title><style>{_STYLE}</style></head><body><h1>{escape(name)}</h1>"
        f"<p>办理动作 {counts['acts']} 条，案卷 {counts['cases']} 件{refused}{attested}。"
        f"本机时间 {_time(now_ms)}。</p>{_above(seen.above, now_ms)}{_troubles(seen, now_ms)}"
        "<table><thead><tr><th>单位<th>窗口<th>工作站<th>最近联系<th>已收动作<th>待上报<th>状态</tr></thead>"
        f"<tbody>{rows}</tbody></table></body></html>"
    )


def _above(status: Status | None, now_ms: int) -> str:
    """How the county stands with the server above; empty when it has none."""
    if status is None:
        return ""
    contact = "尚未对账" if status.contact_ms is None else f"最近对账 {_time(status.contact_ms)}"
    late = status.contact_ms is not None and now_ms - status.contact_ms > BEHIND_DAYS * DAY_MS
    fault = f"，上次没有成功（{status.error}）" if status.error else ""
    wait = f"，超过 {BEHIND_DAYS} 天没有对账" if late else ""
    return f"<p>{escape(f'上级：{status.city}。{contact}，待上报 {status.pending} 条{fault}{wait}。')}</p>"


def _troubles(seen: Seen, now_ms: int) -> str:
    """What somebody has to see to, in plain sentences; nothing when there is nothing."""
    said: list[str] = []
    late = [row for row in seen.stations if _late(row, now_ms)]
    if late:
        said.append(f"{len(late)} 台工作站超过 {BEHIND_DAYS} 天没有联系。")
    waiting = [row for row in seen.stations if row.backlog]
    if waiting:
        said.append(f"{len(waiting)} 台工作站还有 {sum(row.backlog for row in waiting)} 条待上报。")
    said += [
        f"身份重复：单位 {fork.office}，工作站 {fork.station[:8]}（已收 {fork.acts} 条）。两台机器用过同一身份。"
        for fork in seen.forks
    ]
    for item in seen.rejects:
        why = _CODES.get(item.code, item.code)
        said.append(f"未收入 {item.count} 条：{why}（单位 {item.office}，工作站 {item.station[:8]}）。")
    for station, off_ms in seen.clocks.items():
        said.append(f"工作站 {station[:8]} 的时间{_off(off_ms)}，请校正。")
    said += _numbers(seen.numbers)
    return "<h2>需要处理</h2><ul>" + "".join(f"<li>{escape(text)}</li>" for text in said) + "</ul>" if said else ""


def _numbers(found: Sequence[Unaccounted]) -> list[str]:
    """Document numbers in no account. How far the numbers of a desk for 检举控告 go is nobody's business here."""
    said: list[str] = []
    secret = 0
    for each in found:
        home, year, kind = parse_series_id(each.series)
        if not home.startswith("office/"):
            secret += 1
            continue
        numbers = str(each.first) if each.first == each.last else f"{each.first}–{each.last}"
        said.append(f"单位 {home.removeprefix('office/')} {year}年“{kind}”字 {numbers} 号：{each.words}。")
    shown = said[:_MOST_NUMBERS]
    if len(said) > len(shown):
        shown.append(f"还有 {len(said) - len(shown)} 段文号查不到去向。")
    if secret:
        shown.append(f"检举控告专用窗口的文号有 {secret} 段查不到去向。")
    return [*shown, "查不到去向的文号用 admin series gaps 查看，用 admin series explain 了结。"] if shown else []


def _off(off_ms: int) -> str:
    minutes = abs(off_ms) // 60_000
    size = (
        f"{minutes} 分钟" if minutes < 120 else f"{minutes // 60} 小时" if minutes < 2880 else f"{minutes // 1440} 天"
    )
    return ("快" if off_ms > 0 else "慢") + size


def _late(row: StationRow, now_ms: int) -> bool:
    return not row.revoked and now_ms - (row.contact_ms or row.enrolled_ms) > BEHIND_DAYS * DAY_MS


def _row(row: StationRow, seen: Seen, now_ms: int) -> str:
    state, css = "正常", ""
    if row.contact_ms is None:
        state = "尚未联系"
    if _late(row, now_ms):
        state, css = f"超过 {BEHIND_DAYS} 天未联系", "late"
    if row.backlog and not css:
        state = "正在上报"
    if row.station in seen.clocks:
        state, css = f"本机时间{_off(seen.clocks[row.station])}", "late"
    if row.forked:
        state, css = "身份重复：两台机器使用同一身份，须重新登记", "bad"
    if row.revoked:
        state, css = "已停用", "bad"
    cells = (
        f"{row.office_name or row.office}（{row.office}）",
        "下级服务器" if row.relays else row.window,
        row.station[:8],
        "—" if row.contact_ms is None else _time(row.contact_ms),
        str(row.acts),
        str(row.backlog),
        state,
    )
    return f'<tr class="{css}">' + "".join(f"<td>{escape(cell)}</td>" for cell in cells) + "</tr>"


def _time(wall_ms: int) -> str:
    return datetime.fromtimestamp(wall_ms / 1000, UTC).astimezone(_CHINA).strftime("%Y-%m-%d %H:%M")
