"""What an administrator may ask of the county on the command line; every answer is JSON, one object a line."""

from __future__ import annotations

import argparse
import getpass
import json
import secrets
import shutil
import sys
import time
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from functools import cache
from pathlib import Path
from typing import Any

from domain.faults import SurroundingsFault
from domain.papers import KINDS_OF_SERIES
from sync.server import series_admin, sticks_admin, tables_admin, tls
from sync.server.backup import BackupDamaged, read_backup, write_backup
from sync.server.backup_files import Return
from sync.server.codes import ScopesRefused, add_scope_words, scopes_of
from sync.server.conflicts import conflicts
from sync.server.databases import open_database
from sync.server.file import surroundings
from sync.server.files import FILES
from sync.server.overview import Overview
from sync.server.page import BEHIND_DAYS
from sync.server.relay_command import add_relay
from sync.server.sealed import SHORTEST, PassphraseShort, WrongPassphrase
from sync.server.stations import StationRow
from sync.server.store import CountyStore
from sync.server.upstream_command import add_upstream


def _say(*lines: Mapping[str, Any]) -> None:
    for line in lines:
        print(json.dumps(line, ensure_ascii=False))


def _now() -> int:
    return time.time_ns() // 1_000_000


def _enrol(store: CountyStore, words: argparse.Namespace) -> int:
    try:
        scopes = scopes_of(store, words)
    except ScopesRefused as refused:
        print(refused, file=sys.stderr)
        return 2
    code = store.issue_code(words.office, words.office_name, words.window, scopes, words.kinds)
    if not words.address:
        print(code)
        return 0
    tls.make_certificate(Path(words.data))
    _say({"code": code, "address": f"https://{words.address}#sha256={tls.pin(Path(words.data))}"})
    return 0


def _key(store: CountyStore, words: argparse.Namespace) -> None:
    tls.make_certificate(Path(words.data))
    _say({"county": store.county, "tls_sha256": tls.pin(Path(words.data)), "signing_key": store.public_key.hex()})


def _init(store: CountyStore, words: argparse.Namespace) -> None:
    offices = json.loads(Path(words.offices).read_text("utf-8"))
    for office in offices:
        if not isinstance(office, dict) or not office.get("code") or not office.get("name"):
            raise SystemExit("机构文件应为列表，每个机构至少有 code 和 name。")
    for office in offices:
        store.record_office(office)
    _say({"recorded": len(offices)})


def _revoke(store: CountyStore, words: argparse.Namespace) -> int:
    return 0 if store.revoke(words.station) else 2


def _verify(store: CountyStore, _words: argparse.Namespace) -> int:
    report = store.verify()
    files, differing = store.files.store.sound()
    _say({"ok": not differing, **asdict(report), "files": files, "files_differing": differing})
    return 3 if differing else 0


def _station(row: StationRow) -> dict[str, Any]:
    return {
        "station": row.station, "office": row.office, "office_name": row.office_name, "window": row.window,
        "scopes": row.scopes, "serial": row.serial, "revoked": row.revoked, "contact_ms": row.contact_ms,
        "acts": row.acts, "backlog": row.backlog, "forked": row.forked,
    }  # fmt: skip


def _stations(store: CountyStore, _words: argparse.Namespace) -> None:
    _say(*map(_station, store.stations()))


def _conflicts(store: CountyStore, _words: argparse.Namespace) -> None:
    with store.snapshot():
        _say(*conflicts(store))


def _look(store: CountyStore, words: argparse.Namespace) -> None:
    reader = store.reader()
    try:
        seen = Overview(reader)
        with reader.snapshot():
            _say(*_asked(seen, words))
    finally:
        reader.close()


def _asked(seen: Overview, words: argparse.Namespace) -> Iterable[Mapping[str, Any]]:
    match words.task:
        case "behind":
            now = _now()
            for row in seen.behind(words.days, now):
                silent = None if row.contact_ms is None else (now - row.contact_ms) // 86_400_000
                yield _station(row) | {"silent_days": silent}
        case "backlog":
            yield from map(_station, seen.backlog())
        case "forks":
            yield from map(asdict, seen.forks())
        case "rejects":
            after = 0
            while found := seen.rejected_acts(after):
                yield from (line for _, line in found)
                after = found[-1][0]


def _backup(store: CountyStore, words: argparse.Namespace) -> int:
    try:
        secret = None if words.plain else _passphrase(words, new=True)
        done = write_backup(
            store, Path(words.data), Path(words.file), _now(), secret, secrets.token_bytes,
            attachments=not words.without_files, read_all=words.read_all,
        )  # fmt: skip
    except PassphraseShort:
        print(f"没有备份：口令太短，至少 {SHORTEST} 个字。", file=sys.stderr)
        return 2
    except _NoPassphrase as none:
        print(f"没有备份：{none}", file=sys.stderr)
        return 2
    told = {"ok": not done.differing, "file": words.file, "encrypted": secret is not None, **done.counts}
    if words.without_files:
        print("这份备份不含附件：恢复以后，附件由各工作站重新补传。", file=sys.stderr)
        _say(told | {"attachments": None})
        return 0
    _say(told | {"attachments": done.attachments, "attachments_in": done.folder, "attachments_copied": done.copied,
                 "attachments_differing": done.differing})  # fmt: skip
    if done.differing:
        print(f"备份已写好，但县里有 {len(done.differing)} 份附件已损坏，没有备份：请检查磁盘。", file=sys.stderr)
    return 3 if done.differing else 0


class _NoPassphrase(Exception):
    """There is no passphrase; the text says why, to the administrator."""


def _passphrase(words: argparse.Namespace, *, new: bool) -> str:
    """The passphrase of a backup: the first line of a file, or typed; a new one is typed twice."""
    if words.passphrase_file is not None:
        try:
            lines = Path(words.passphrase_file).read_text("utf-8-sig").splitlines()
        except (OSError, UnicodeDecodeError):
            raise _NoPassphrase("口令文件打不开，或者不是 UTF-8 文本。") from None
        return lines[0] if lines else ""
    if not sys.stdin.isatty():
        rest = "用 --passphrase-file 给出口令文件" + ("；确实要不加密的，写明 --plain。" if new else "。")
        raise _NoPassphrase(f"备份是加密的，要有口令。{rest}")
    given = getpass.getpass("备份口令：")
    if new and getpass.getpass("再输入一次：") != given:
        raise _NoPassphrase("两次输入的口令不一样。")
    return given


def restore(words: argparse.Namespace) -> int:
    """Put a backup into a new folder and an empty database, and prove it; exit as ``main`` does."""
    folder = Path(words.data)
    if folder.exists() and any(folder.iterdir()):
        raise SurroundingsFault("folder_in_use", facts={"folder": str(folder)})
    with surroundings():
        folder.mkdir(parents=True, exist_ok=True)
    given = cache(lambda: _passphrase(words, new=False))
    files = Return(Path(words.file).absolute().parent, folder / FILES, given)
    try:
        with Path(words.file).open("rb") as file:
            counts = read_backup(file, folder, lambda: open_database(folder, words.database), given, files)
    except BaseException as error:
        shutil.rmtree(folder)  # it was empty before
        if isinstance(error, WrongPassphrase):
            print(
                "口令不对，没有恢复任何内容。口令确实无误的，就是备份的开头已损坏。",
                file=sys.stderr,
            )
            return 1
        if isinstance(error, _NoPassphrase):
            print(f"没有恢复：{error}", file=sys.stderr)
            return 2
        if not isinstance(error, BackupDamaged | FileNotFoundError):
            raise
        print(f"备份不能用：{error}", file=sys.stderr)
        return 1
    store = CountyStore(folder, _now, secrets.token_bytes, words.database)
    try:
        report = store.verify()
    finally:
        store.close()
    if files.left_out:
        print("这份备份不含附件：附件由各工作站下次联系时重新补传。", file=sys.stderr)
    elif files.lacking:
        print(
            f"有 {files.lacking} 份附件在备份旁边找不到，或者已损坏：由各工作站下次联系时重新补传。",
            file=sys.stderr,
        )
    brought = {"attachments": None if files.left_out else files.back, "attachments_lacking": files.lacking}
    _say({"ok": True, **counts, **asdict(report), **brought})
    return 0


def add_words(parser: argparse.ArgumentParser) -> None:
    """The words of ``xinfang-county admin``; ``do`` is what each does."""
    tasks = parser.add_subparsers(dest="task", required=True)

    enrol = tasks.add_parser("enrol", help="为一个窗口生成一次性接入码")
    enrol.add_argument("--office", required=True)
    enrol.add_argument("--office-name", default="")
    enrol.add_argument("--window", default="1")
    add_scope_words(enrol)
    enrol.add_argument("--kinds", nargs="*", default=list(KINDS_OF_SERIES), help="登记时发放的文号种类")
    enrol.add_argument("--address", default="", metavar="地址:端口", help="同时给出带密钥指纹的接入地址")
    enrol.set_defaults(do=_enrol)

    tasks.add_parser("key", help="县级服务器的密钥指纹").set_defaults(do=_key)
    tasks.add_parser("stations", help="列出工作站").set_defaults(do=_stations)
    tasks.add_parser("conflicts", help="待核对的内容：两处写得不一致、尚未核定的").set_defaults(do=_conflicts)
    tasks.add_parser("verify", help="核验全部记录").set_defaults(do=_verify)

    init = tasks.add_parser("init", help="录入机构")
    init.add_argument("--offices", required=True, metavar="FILE.json")
    init.set_defaults(do=_init)

    series_admin.add_words(tasks)
    tables_admin.add_words(tasks)

    revoke = tasks.add_parser("revoke", help="停用一台工作站")
    revoke.add_argument("--station", required=True)
    revoke.set_defaults(do=_revoke)

    behind = tasks.add_parser("behind", help="多日没有联系的工作站")
    behind.add_argument("--days", type=int, default=BEHIND_DAYS)
    behind.set_defaults(do=_look)
    for task, says in (
        ("backlog", "还有待上报的工作站"),
        ("forks", "身份重复的工作站"),
        ("rejects", "收下但未收入的办理动作"),
    ):
        tasks.add_parser(task, help=says).set_defaults(do=_look)

    backup = tasks.add_parser("backup", help="备份到一个文件，附件放在旁边的文件夹，都用口令加密")
    backup.add_argument("file", metavar="FILE")
    lock = backup.add_mutually_exclusive_group()
    lock.add_argument("--passphrase-file", metavar="FILE", help="口令在这个文件的第一行；不给则当场输入")
    lock.add_argument("--plain", action="store_true", help="不加密（含密钥和全部个人信息，须锁好）")
    some = backup.add_mutually_exclusive_group()
    some.add_argument("--without-files", action="store_true", help="不备份附件，只备份数据库")
    some.add_argument("--read-all", action="store_true", help="备份旁边已有的附件也从头核对一遍，损坏的重新备份")
    backup.set_defaults(do=_backup)
    add_upstream(tasks)
    add_relay(tasks)
    sticks_admin.add_words(tasks, _now, secrets.token_bytes)
    back = tasks.add_parser("restore", help="把备份恢复到新的数据文件夹和空的数据库")
    back.add_argument("file", metavar="FILE")
    back.add_argument("--passphrase-file", metavar="FILE", help="口令在这个文件的第一行；不给则当场输入")
    back.set_defaults(do=None)
