"""The county's command line: ``xinfang-county --data DIR`` serves, with ``admin …`` behind it administers."""

from __future__ import annotations

import argparse
import json
import logging
import os
import secrets
import signal
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import uvicorn

from domain.faults import SurroundingsFault
from sync.log import LogDamaged
from sync.server.app import County
from sync.server.conflicts import conflicts
from sync.server.store import CountyStore
from sync.server.upstream_command import add_upstream

FAULTS = {
    "disk_full": "磁盘已满，没有写入任何内容。",
    "read_only": "数据文件夹不可写。",
    "file_damaged": "数据文件已损坏，请从备份恢复。",
    "newer_file": "数据文件由更新的版本建立，请升级程序。",
    "already_open": "数据文件正被占用，请稍后再试。",
}


def clock() -> int:
    """Milliseconds since 1970 UTC."""
    return time.time_ns() // 1_000_000


def main(argv: Sequence[str] | None = None) -> int:
    """Run the county; exit 0 done, 1 the surroundings failed, 2 wrong words, 3 the record contradicts itself."""
    words = _parser().parse_args(argv)
    try:
        store = CountyStore(Path(words.data), clock, secrets.token_bytes)
    except SurroundingsFault as fault:
        print(FAULTS.get(fault.code, fault.code), file=sys.stderr)
        return 1
    try:
        return _serve(store, words) if words.part is None else int(words.do(store, words) or 0)
    except SurroundingsFault as fault:
        print(FAULTS.get(fault.code, fault.code), file=sys.stderr)
        return 1
    except LogDamaged as damaged:
        print(f"记录自相矛盾：{damaged}", file=sys.stderr)
        return 3
    finally:
        store.close()


def _serve(store: CountyStore, words: argparse.Namespace) -> int:
    logging.basicConfig(level=logging.INFO, stream=sys.stderr, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    config = uvicorn.Config(
        County(store, clock).app(), host=words.host, port=words.port, access_log=False, log_config=None,
        lifespan="on", server_header=False, timeout_graceful_shutdown=20, limit_concurrency=200,
    )  # fmt: skip
    server = uvicorn.Server(config)

    def leave(_signal: int, _frame: object) -> None:
        server.should_exit = True

    # uvicorn finishes the round in hand and then raises the signal again for whoever was there before: that is us,
    # so that the file is closed in order and the exit is 0.
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, leave)
    server.run()
    return 0


def _enrol(store: CountyStore, words: argparse.Namespace) -> None:
    print(store.issue_code(words.office, words.office_name, words.window, words.scopes, words.kinds))


def _stations(store: CountyStore, _words: argparse.Namespace) -> None:
    for row in store.stations():
        print(json.dumps({
            "station": row.station, "office": row.office, "office_name": row.office_name, "window": row.window,
            "scopes": row.scopes, "serial": row.serial, "revoked": row.revoked, "contact_ms": row.contact_ms,
            "acts": row.acts, "backlog": row.backlog, "forked": row.forked,
        }, ensure_ascii=False))  # fmt: skip


def _init(store: CountyStore, words: argparse.Namespace) -> None:
    offices = json.loads(Path(words.offices).read_text("utf-8"))
    for office in offices:
        if not isinstance(office, dict) or not office.get("code") or not office.get("name"):
            raise SystemExit("机构文件应为列表，每个机构至少有 code 和 name。")
    for office in offices:
        store.record_office(office)
    print(json.dumps({"recorded": len(offices)}))


def _writer_of(store: CountyStore, station: str) -> str:
    """The writer a station claims now: numbers are leased to an incarnation, not to a machine's name."""
    row = store.station(station) if station else None
    return "" if row is None else row.writer


def _lease(store: CountyStore, words: argparse.Namespace) -> int:
    holders = [row.writer for row in store.stations() if row.office == words.office and not row.revoked]
    holder = _writer_of(store, words.station) or (holders[0] if len(holders) == 1 else "")
    if not holder:
        print("该单位没有或有多台工作站，请用 --station 指明。", file=sys.stderr)
        return 2
    store.lease(words.office, words.year, words.kind, words.start, words.start + words.count - 1, holder)
    return 0


def _revoke(store: CountyStore, words: argparse.Namespace) -> int:
    return 0 if store.revoke(words.station) else 2


def _conflicts(store: CountyStore, _words: argparse.Namespace) -> None:
    for row in conflicts(store):
        print(json.dumps(row, ensure_ascii=False))


def _verify(store: CountyStore, _words: argparse.Namespace) -> None:
    report = store.verify()
    print(json.dumps({
        "ok": True, "acts": report.acts, "writers": report.writers, "feeds": report.feeds, "cases": report.cases,
    }))  # fmt: skip


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="xinfang-county", description="信访窗口县级服务器")
    parser.add_argument("--data", default=os.environ.get("XINFANG_COUNTY_DATA", "county"), help="数据文件夹")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8750)
    parts = parser.add_subparsers(dest="part")
    admin = parts.add_parser("admin", help="管理").add_subparsers(dest="task", required=True)

    enrol = admin.add_parser("enrol", help="为一个窗口生成一次性接入码")
    enrol.add_argument("--office", required=True)
    enrol.add_argument("--office-name", default="")
    enrol.add_argument("--window", default="1")
    enrol.add_argument("--scopes", nargs="*", default=[], help="默认：office/<单位> county dict")
    enrol.add_argument("--kinds", nargs="*", default=["受", "途", "转"], help="登记时发放的文号种类")
    enrol.set_defaults(do=_enrol)

    admin.add_parser("stations", help="列出工作站").set_defaults(do=_stations)
    admin.add_parser("conflicts", help="列出待核对的内容：两处写得不一致、尚未核定的").set_defaults(do=_conflicts)
    admin.add_parser("verify", help="核验全部记录").set_defaults(do=_verify)

    init = admin.add_parser("init", help="录入机构")
    init.add_argument("--offices", required=True, metavar="FILE.json")
    init.set_defaults(do=_init)

    lease = admin.add_parser("lease", help="发放文号")
    lease.add_argument("--office", required=True)
    lease.add_argument("--year", type=int, required=True)
    lease.add_argument("--kind", required=True)
    lease.add_argument("--start", type=int, default=1)
    lease.add_argument("--count", type=int, default=9999)
    lease.add_argument("--station", default="")
    lease.set_defaults(do=_lease)

    revoke = admin.add_parser("revoke", help="停用一台工作站")
    revoke.add_argument("--station", required=True)
    revoke.set_defaults(do=_revoke)
    add_upstream(admin)
    return parser


if __name__ == "__main__":
    sys.exit(main())
