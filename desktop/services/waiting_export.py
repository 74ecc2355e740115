"""导出: acts that are not at the county, written readable for an administrator; names no identity number in full."""

from __future__ import annotations

import json
from collections.abc import Sequence
from html import escape
from pathlib import Path

from desktop.models.store.connection import fault_of_os_error
from desktop.services.field_titles import field_title, masked
from desktop.services.lookup import plain
from desktop.services.people import People
from desktop.services.station import Station
from desktop.services.waiting import WaitingRow
from domain.acts import ACT_KINDS, Act
from domain.beijing import beijing_minute
from domain.canonical import Json
from domain.papers import mask_identities_in


def export(station: Station, rows: Sequence[WaitingRow], target: Path) -> Path:
    """Write these rows with their acts to ``target``: HTML when it ends so, else JSON. Changes no record.

    Raises SurroundingsFault ``disk_full``, ``read_only``, ``io_error``.
    """
    told = _told(station, rows)
    text = _html(told) if target.suffix.lower() in (".html", ".htm") else _json(told)
    part = target.with_name(target.name + ".part")
    try:
        part.write_text(text, "utf-8")
        part.replace(target)
    except OSError as error:
        raise fault_of_os_error(error, target) from error
    return target


def _told(station: Station, rows: Sequence[WaitingRow]) -> dict[str, Json]:
    people = People(station)
    county = station.store.county()
    items: list[Json] = []
    for row in rows:
        case = station.store.state(row.case_id)
        by_id = {act.act_id: act for act in case.acts} if case is not None else {}
        acts: list[Json] = [
            {**_act(people, by_id[each.act_id]), "writer": each.writer, "n": each.n}
            for each in sorted(row.acts, key=lambda each: (each.writer, each.n))
            if each.act_id in by_id
        ]
        items.append(
            {
                "类别": row.kind_words,
                "哪一件": row.title,
                "状态": row.state_words,
                "原因": row.reason,
                "办理动作": acts,
            }
        )
    return {
        "说明": "本机未到县的办理动作，供管理员查看；证件号码和电话已隐去中间几位，原始记录仍在本机。",
        "机构": station.office.name,
        "窗口": station.office.window,
        "设备": station.store.identity.station_id,
        "县级服务地址": county[0] if county is not None else "",
        "导出时间": station.now,
        "项目": items,
    }


def _act(people: People, act: Act) -> dict[str, Json]:
    fields: list[Json] = []
    for name, value in act.sets.items():
        words = masked(name, mask_identities_in(plain(value, name)))
        if words:
            fields.append(f"{field_title(name) or name}：{words}")
    return {
        "动作": ACT_KINDS[act.kind].title if act.known else act.kind,
        "时间": beijing_minute(act.wall_ms),
        "办理人": people.name(act.by),
        "地点": people.place(act),
        "理由": mask_identities_in(act.why),
        "内容": fields,
        "动作编号": act.act_id,
        "案卷编号": act.case_id,
    }


def _json(told: dict[str, Json]) -> str:
    return json.dumps(told, ensure_ascii=False, indent=2) + "\n"


_STYLE = (
    "body{font:16px/1.7 'Noto Sans SC','Microsoft YaHei',sans-serif;margin:2em;color:#222}"
    "section{border-top:1px solid #bbb;margin-top:1.2em}dt{font-weight:bold}li{margin:.2em 0}code{color:#555}"
)


def _html(told: dict[str, Json]) -> str:
    head = "".join(f"<p>{escape(key)}：{escape(str(value))}</p>" for key, value in told.items() if key != "项目")
    body = "".join(_section(item) for item in _list(told["项目"]) if isinstance(item, dict))
    return (
        "<!doctype html><html lang=zh-CN><head><meta charset=utf-8><title>未到县的办理动作</title>"
        f"<style>{_STYLE}</style></head><body><h1>未到县的办理动作</h1>{head}{body}</body></html>\n"
    )


def _section(item: dict[str, Json]) -> str:
    acts = "".join(_entry(act) for act in _list(item["办理动作"]) if isinstance(act, dict))
    return (
        f"<section><h2>{escape(str(item['类别']))}　{escape(str(item['哪一件']))}</h2>"
        f"<p>{escape(str(item['状态']))}：{escape(str(item['原因']))}</p>{acts}</section>"
    )


def _entry(act: dict[str, Json]) -> str:
    fields = "".join(f"<li>{escape(str(each))}</li>" for each in _list(act["内容"]))
    why = f"　理由：{escape(str(act['理由']))}" if act["理由"] else ""
    head = f"{act['时间']}　{act['动作']}　{act['办理人']}　{act['地点']}"
    place = f"{act['动作编号']}　{act['writer']} / {act['n']}"
    return f"<h3>{escape(head)}</h3><p>{why}</p><ul>{fields}</ul><p><code>{escape(place)}</code></p>"


def _list(value: Json) -> list[Json]:
    return list(value) if isinstance(value, list | tuple) else []
