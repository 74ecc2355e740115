"""The county's command line: ``xinfang-county --data DIR`` serves, with ``admin …`` behind it administers."""

from __future__ import annotations

import argparse
import gc
import ipaddress
import logging
import multiprocessing
import os
import secrets
import signal
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import uvicorn

from domain.faults import SurroundingsFault
from sync.log import LogDamaged
from sync.server import admin, tls
from sync.server.app import County, Limits
from sync.server.http import PatientProtocol
from sync.server.store import CountyStore
from sync.server.workers import usual_count

FAULTS = {
    "disk_full": "磁盘已满，没有写入任何内容。",
    "read_only": "数据文件夹不可写。",
    "file_damaged": "数据文件已损坏，请从备份恢复。",
    "newer_file": "数据文件由更新的版本建立，请升级程序。",
    "already_open": "数据文件正被占用，请稍后再试。",
    "keys_damaged": "密钥文件 county.key 与数据不相符，请找回原来的密钥文件。",
    "database_unreachable": "连不上数据库，或者连接中断。已经确认的内容都在，请检查数据库后再试。",
    "folder_in_use": "数据文件夹不是空的，没有覆盖。请换一个空文件夹。",
    "backup_exists": "备份的目标已经存在，没有覆盖。请换一个名字。",
    "backup_unsound": "备份写出后检查没有通过，这份备份不能用。请换一个磁盘再备份一次。",
    "wrong_database": "这个数据库不能用：须是 UTF8 编码、空的或者本程序自己建立的，并有建表权限。",
}


_COLLECT_AFTER: Final = (300_000, 20, 20)
"""Objects made before Python looks for rings among them. Acts, entries and rows hold no rings, and a round makes
thousands of them: looking through them as often as usual took an eighth of the intake's processor time."""


MOST_LINES: Final = 4000
"""Connections at once: a window keeps one for acts and one for files, and a county has hundreds of windows."""
KEEP_S: Final = 100
"""How long a line on which nothing is asked is kept: a window asks every minute, up to a fifth later, and a new line
costs both ends a handshake of TLS."""
_OTHER_FILES: Final = 100
"""Open files that are no connection: databases, attachments, the log."""


def most_lines() -> int:
    """As many connections as this process may hold, having asked the system for what it allows without more rights."""
    try:
        import resource
    except ImportError:  # Windows counts differently, and far
        return MOST_LINES
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = MOST_LINES + _OTHER_FILES
    if soft != resource.RLIM_INFINITY and soft < wanted:
        soft = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    return MOST_LINES if soft == resource.RLIM_INFINITY else max(1, min(MOST_LINES, soft - _OTHER_FILES))


def clock() -> int:
    """Milliseconds since 1970 UTC."""
    return time.time_ns() // 1_000_000


def is_loopback(host: str) -> bool:
    """True for an address nobody outside this machine reaches."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="xinfang-county", description="信访窗口县级服务器")
    parser.add_argument("--data", default=os.environ.get("XINFANG_COUNTY_DATA", "county"), help="数据文件夹")
    parser.add_argument(
        "--database", default=os.environ.get("XINFANG_COUNTY_DATABASE", ""), metavar="postgresql://…",
        help="默认是数据文件夹里的 SQLite 文件",
    )  # fmt: skip
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8750)
    parser.add_argument("--tls", action=argparse.BooleanOptionalAction, default=None, help="加密；本机地址默认不加密")
    parser.add_argument("--rate", type=float, default=50.0, help="每台工作站每秒的请求数")
    parser.add_argument(
        "--workers", type=int, default=usual_count(), metavar="N",
        help="另开几个进程拆包、核验收到的内容；默认比处理器少一个，0 为不开",
    )  # fmt: skip
    parser.add_argument("--metrics", action="store_true", help="允许其他机器读取 /metrics")
    parser.add_argument("--relay-every", type=float, default=0.0, metavar="秒", help="每隔多少秒与上级对账；默认不自动")
    admin.add_words(parser.add_subparsers(dest="part").add_parser("admin", help="管理"))
    return parser


def main(argv: Sequence[str] | None = None) -> int:
    """Run the county; exit 0 done, 1 the surroundings failed, 2 wrong words, 3 the record contradicts itself."""
    multiprocessing.freeze_support()  # in a frozen program a worker begins here, and ends here
    words = _parser().parse_args(argv)
    try:
        if words.part is not None and words.task == "restore":
            return admin.restore(words)
        store = CountyStore(Path(words.data), clock, secrets.token_bytes, words.database)
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
    folder = Path(words.data)
    if words.tls is None:
        words.tls = not is_loopback(words.host)
    if not words.tls and not is_loopback(words.host):
        print("不加密的服务只能用于本机地址。去掉 --no-tls，或者把 --host 改为 127.0.0.1。", file=sys.stderr)
        return 2
    if words.tls:
        tls.make_certificate(folder)
    settings: dict[str, Any] = {"ssl_context_factory": lambda *_: tls.context(folder)} if words.tls else {}
    limits = Limits(station_rate=words.rate, station_burst=4 * words.rate)
    county = County(
        store,
        clock,
        limits,
        metrics_for_all=words.metrics,
        relay_every_s=words.relay_every,
        workers=max(0, words.workers),
    )
    config = uvicorn.Config(
        county.app(), host=words.host, port=words.port, access_log=False, log_config=None, http=PatientProtocol,
        lifespan="on", server_header=False, timeout_graceful_shutdown=20, limit_concurrency=most_lines(), ws="none",
        timeout_keep_alive=KEEP_S, backlog=MOST_LINES, **settings,
    )  # fmt: skip
    server = uvicorn.Server(config)

    def leave(_signal: int, _frame: object) -> None:
        server.should_exit = True

    # uvicorn finishes the round in hand and then raises the signal again for whoever was there before: that is us,
    # so that the file is closed in order and the exit is 0.
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, leave)
    gc.freeze()  # what was loaded stays
    gc.set_threshold(*_COLLECT_AFTER)
    sys.setswitchinterval(0.0005)
    server.run()
    return 0 if server.started else 1


if __name__ == "__main__":
    sys.exit(main())
