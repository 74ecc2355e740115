"""The words of ``xinfang-county admin`` for relaying: a city lets a county in, a county enrols there and goes up."""

from __future__ import annotations

import argparse
import json
import sys
from typing import Any

from domain.faults import SurroundingsFault
from sync.exchange import Relayed
from sync.server.relay import Relay, refuse_overlap
from sync.server.stations import RequestRefused
from sync.server.store import CountyStore

_FAULTS = {
    "county_unreachable": "上级服务器联系不上，请检查网络和地址。",
    "county_address": "上级服务器地址不成立。",
    "wrong_code": "接入码不对或者已经作废。",
    "used_code": "接入码已被另一台服务器使用。",
    "no_relay": "没有接入上级；或者这个接入码是给工作站的，请向上级索取下级接入码（enrol-relay）。",
    "relay_of_relay": "已有下级服务器接入本机，本机不能再接入上级：目前只支持两级。",
    "relay_covers_office": "机构代码的范围与已接入的单位或者下级重叠，请改用不重叠的前缀。",
    "station_taken": "这台服务器的编号已在上级登记为别的单位。",
    "newer_protocol": "上级服务器版本较旧，请先升级上级。",
    "older_protocol": "上级服务器版本较新，请升级本机。",
}


def add_relay(admin: Any) -> None:
    """Add ``enrol-relay`` for the city, and ``relay``, ``relay-now``, ``relay-status`` for the county."""
    let_in = admin.add_parser("enrol-relay", help="（上级）为下级县级服务器生成一次性接入码")
    let_in.add_argument("--code", required=True, help="下级的机构代码，例如 370205")
    let_in.add_argument("--name", default="", help="下级名称")
    let_in.add_argument(
        "--covers", nargs="+", default=[], metavar="PREFIX", help="下级机构代码的前缀，默认就是代码本身"
    )
    let_in.add_argument("--restricted", action="store_true", help="允许上报检举控告")
    let_in.set_defaults(do=_let_in)

    up = admin.add_parser("relay", help="（下级）接入上级服务器")
    up.add_argument("--to", required=True, metavar="URL")
    up.add_argument("--code", required=True, help="上级给的一次性接入码")
    up.set_defaults(do=_up)

    now = admin.add_parser("relay-now", help="（下级）现在与上级对账")
    now.add_argument("--retry", action="store_true", help="上级没有收下而搁置的，再报一次")
    now.set_defaults(do=_now)
    admin.add_parser("relay-status", help="（下级）与上级对账的情况").set_defaults(do=_status)


def _let_in(store: CountyStore, words: argparse.Namespace) -> int:
    prefixes = tuple(words.covers) or (words.code,)
    grant = Relayed(words.code, prefixes, words.restricted)
    strange = any(not part or set(part) & set(" */") for part in (*prefixes, words.code))
    if strange or not grant.covers(words.code):
        print("前缀不成立：下级自己的代码必须在范围之内，代码和前缀不含空格、* 和 /。", file=sys.stderr)
        return 2
    try:
        refuse_overlap(store.database, words.code, prefixes)
    except RequestRefused as refused:
        print(_FAULTS[refused.code], file=sys.stderr)
        return 2
    print(store.issue_code(words.code, words.name, "", grant.scopes(), (), f"county/{words.code}"))
    return 0


def _up(store: CountyStore, words: argparse.Namespace) -> int:
    try:
        certificate = Relay(store).enrol(words.to, words.code)
    except SurroundingsFault as fault:
        return _told(fault)
    print(json.dumps({"city": certificate.county_name, "scopes": certificate.scopes}, ensure_ascii=False))
    return 0


def _now(store: CountyStore, words: argparse.Namespace) -> int:
    relay = Relay(store)
    if words.retry:
        relay.retry()
    try:
        rounds = relay.run()
    except SurroundingsFault as fault:
        return _told(fault)
    print(json.dumps({
        "rounds": len(rounds), "pulled": sum(each.pulled for each in rounds),
        "confirmed": sum(each.confirmed for each in rounds), "refused": sum(each.refused for each in rounds),
        "pending": rounds[-1].pending, "aside": list(rounds[-1].broken),
    }))  # fmt: skip
    return 0


def _status(store: CountyStore, _words: argparse.Namespace) -> int:
    status = Relay(store).status()
    if status is None:
        print(_FAULTS["no_relay"], file=sys.stderr)
        return 2
    print(json.dumps({
        "to": status.url, "city": status.city, "code": status.code, "restricted": status.restricted,
        "contact_ms": status.contact_ms, "pending": status.pending, "error": status.error,
    }, ensure_ascii=False))  # fmt: skip
    return 0


def _told(fault: SurroundingsFault) -> int:
    reason = str(fault.facts.get("reason", ""))
    print(_FAULTS.get(reason) or _FAULTS.get(fault.code) or f"上级没有接受：{reason or fault.code}", file=sys.stderr)
    return 1
