"""The county page 县级服务器: one plain HTML table a person can read. Builds text, asks nothing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta, timezone
from html import escape
from typing import Final

from sync.server.stations import DAY_MS, StationRow

_CHINA: Final = timezone(timedelta(hours=8))
BEHIND_DAYS: Final = 3
"""A station not seen for this long is behind (长时间未联系)."""

_STYLE = (
    "body{font:16px/1.6 'Noto Sans SC','Microsoft YaHei',sans-serif;margin:2em;color:#222}"
    "table{border-collapse:collapse}th,td{border:1px solid #bbb;padding:.3em .8em;text-align:left}"
    "th{background:#f2f2f2}.late td{background:#fff1e0}.bad td{background:#ffe3e3}"
)


def county_page(name: str, stations: Iterable[StationRow], counts: Mapping[str, int], now_ms: int) -> str:
    """The page as HTML; times are China time."""
    rows = "".join(_row(row, now_ms) for row in stations) or "<tr><td colspan=7>还没有工作站登记。</td></tr>"
    refused = f"，未收入 {counts['refused']} 条" if counts["refused"] else ""
    attested = f"，由其他工作站补报待核 {counts['attested']} 条" if counts["attested"] else ""
    return (
        "<!doctype html><html lang=zh-CN><head><meta charset=utf-8><meta http-equiv=refresh content=30>"
        f"<title>{escape(name)}</title><style>{_STYLE}</style></head><body><h1>{escape(name)}</h1>"
        f"<p>办理动作 {counts['acts']} 条，案卷 {counts['cases']} 件{refused}{attested}。"
        f"本机时间 {_time(now_ms)}。</p>"
        "<table><thead><tr><th>单位<th>窗口<th>工作站<th>最近联系<th>已收动作<th>待上报<th>状态</tr></thead>"
        f"<tbody>{rows}</tbody></table></body></html>"
    )


def _row(row: StationRow, now_ms: int) -> str:
    state, css = "正常", ""
    if row.contact_ms is None:
        state = "尚未联系"
    elif now_ms - row.contact_ms > BEHIND_DAYS * DAY_MS:
        state, css = f"超过 {BEHIND_DAYS} 天未联系", "late"
    if row.backlog and not css:
        state = "正在上报"
    if row.forked:
        state, css = "身份重复：两台机器使用同一身份，须重新登记", "bad"
    if row.revoked:
        state, css = "已停用", "bad"
    cells = (
        f"{row.office_name or row.office}（{row.office}）",
        row.window,
        row.station[:8],
        "—" if row.contact_ms is None else _time(row.contact_ms),
        str(row.acts),
        str(row.backlog),
        state,
    )
    return f'<tr class="{css}">' + "".join(f"<td>{escape(cell)}</td>" for cell in cells) + "</tr>"


def _time(wall_ms: int) -> str:
    return datetime.fromtimestamp(wall_ms / 1000, UTC).astimezone(_CHINA).strftime("%Y-%m-%d %H:%M")
