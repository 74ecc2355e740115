"""The administrator's words for media: ``admin bundle import FILE … --reply FILE`` and ``admin bundle slip``."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

from domain.faults import SurroundingsFault
from domain.papers import KINDS_OF_SERIES
from sync.bundle.medium import MediumRefused
from sync.bundle.slip import FORM, Slip, write_slip
from sync.bundle.words import REFUSALS, STATES, missing_words
from sync.log.chain import sealing_public
from sync.server.codes import ScopesRefused, add_scope_words, scopes_of
from sync.server.stations import RequestRefused
from sync.server.stick_files import FilesTaken
from sync.server.sticks import Sticks, Taken
from sync.server.store import CountyStore

if TYPE_CHECKING:
    from collections.abc import Callable

_CODES: Final = {
    "wrong_code": "接入码不对",
    "used_code": "接入码已经用过",
    "wrong_office": "接入码是发给其他机构的",
    "station_taken": "这个工作站标识已被另一台机器使用",
    "bad_birth": "申请里的密钥没有通过校验",
    "certificate_superseded": REFUSALS["certificate_superseded"],
    "wrong_county": REFUSALS["wrong_county"],
}
_FILES: Final = {
    "medium_full": "目标磁盘已满，回执没有写成。上报的内容已经收下，请换一个 U 盘再导入一次。",
    "medium_read_only": "目标位置不能写入，回执没有写成。上报的内容已经收下，请换一个位置再导入一次。",
    "medium_missing": "找不到文件或者文件夹，请检查 U 盘是否插好。",
    "medium_exists": "已有同名的文件，没有覆盖。请换一个名字。",
    "medium_io_error": "读写 U 盘出错，请重新插好，或者换一个再试。",
    "medium_unsound": "回执写出后核对没有通过，已经删除。这个 U 盘不可靠，请换一个再导入一次。",
}


def add_words(
    admin: argparse._SubParsersAction[argparse.ArgumentParser],
    clock: Callable[[], int],
    entropy: Callable[[int], bytes],
) -> None:
    """The words of ``admin bundle``."""
    bundle = admin.add_parser("bundle", help="介质（U 盘）").add_subparsers(dest="bundle", required=True)
    take = bundle.add_parser("import", help="导入一台工作站的上报介质，写出回执")
    take.add_argument("files", nargs="+", metavar="FILE")
    take.add_argument("--reply", metavar="FILE", help="回执写到哪里；不给则只导入")
    take.set_defaults(do=lambda store, words: _import(store, words, clock, entropy))
    slip = bundle.add_parser("slip", help="为没有网络的窗口生成接入单")
    slip.add_argument("file", metavar="FILE")
    slip.add_argument("--office", required=True)
    slip.add_argument("--office-name", default="")
    slip.add_argument("--window", default="1")
    add_scope_words(slip)
    slip.add_argument("--kinds", nargs="*", default=list(KINDS_OF_SERIES), help="登记时发放的文号种类")
    slip.set_defaults(do=_slip)


def _import(
    store: CountyStore, words: argparse.Namespace, clock: Callable[[], int], entropy: Callable[[int], bytes]
) -> int:
    reply = None if words.reply is None else Path(words.reply)
    sticks = Sticks(store, Path(words.data), clock, entropy)
    try:
        taken = sticks.take([Path(name) for name in words.files], reply)
    except (MediumRefused, RequestRefused) as refused:
        print(f"没有导入：{REFUSALS.get(refused.code) or _CODES.get(refused.code, refused.code)}。", file=sys.stderr)
        return 2
    except SurroundingsFault as fault:
        if fault.code not in _FILES:
            raise
        print(_FILES[fault.code], file=sys.stderr)
        return 1
    finally:
        sticks.close()
    print(json.dumps(told(taken), ensure_ascii=False))
    return 0


def told(taken: Taken) -> dict[str, object]:
    """What an import did, for a person and for a program."""
    said = ["已收下接入申请。" if taken.kind == "enrol" else f"已收下 {taken.acts} 项办理动作。"]
    said += [STATES[state] for state in sorted(set(taken.states)) if state != "whole"]
    if taken.damaged:
        said.append(f"有 {len(taken.damaged)} 段内容没有通过校验，没有采用。")
    said += _file_words(taken.files)
    missing = missing_words(taken.missing)
    if missing:
        rest = "内容接不上，请补送，或者由下一份上报介质补齐。" if taken.behind else "后来的介质已经接上，不必等待。"
        said.append(f"{missing}，{rest}")
    elif taken.behind:
        said.append("内容接在本县尚未收到的记录之后，回执已写明从哪里补起。")
    if taken.reply:
        said.append(f"回执第 {taken.reply[0].header.number} 号已写好并核对过，请带回工作站导入。")
    if taken.more:
        said.append("还有内容没有装进这份回执，下一份会接着写。")
    return {
        "station": taken.station, "kind": taken.kind, "numbers": taken.numbers, "states": taken.states,
        "acts": taken.acts, "refused_frames": taken.damaged, "behind": taken.behind,
        "missing": [[each.number, each.part] for each in taken.missing],
        "reply": [part.path.name for part in taken.reply], "more": taken.more,
        "files": {"pieces": taken.files.pieces, "whole": len(taken.files.whole), "unnamed": len(taken.files.unnamed),
                  "differing": len(taken.files.differing), "disk_full": taken.files.full,
                  "sent": len(taken.files.sent), "left": taken.files.left},
        "message": "".join(said),
    }  # fmt: skip


def _file_words(files: FilesTaken) -> list[str]:
    said = [f"附件收齐 {len(files.whole)} 个。"] if files.whole else []
    if files.pieces and not files.whole:
        said.append("附件收到一部分，其余的在下一份介质里。")
    if files.unnamed:
        said.append(f"有 {len(files.unnamed)} 个附件对应的登记还没有收到，没有采用；请先导入前面的介质，再导入这一件。")
    if files.differing:
        said.append(f"有 {len(files.differing)} 个附件与登记不符，没有采用，工作站会重新送来。")
    if files.full:
        said.append("县级磁盘空间不足，附件没有收完；登记已经收下。请腾出空间后再导入一次。")
    if files.sent:
        said.append(f"回执带去附件 {len(files.sent)} 个。")
    if files.left:
        said.append(f"有 {files.left} 个附件没有装完，下一份回执接着带。")
    return said


def _slip(store: CountyStore, words: argparse.Namespace) -> int:
    path = Path(words.file)
    if path.exists():
        print(_FILES["medium_exists"], file=sys.stderr)
        return 1
    try:
        scopes = scopes_of(store, words)
    except ScopesRefused as refused:
        print(refused, file=sys.stderr)
        return 2
    code = store.issue_code(words.office, words.office_name, words.window, scopes, words.kinds)
    slip = Slip(
        v=FORM, county=store.county, county_name=store.name, county_key=store.public_key.hex(),
        sealing=sealing_public(store.sealing_key).hex(), office=words.office, window=words.window, code=code,
    )  # fmt: skip
    try:
        path.write_bytes(write_slip(slip, store.key))
    except OSError:
        print(_FILES["medium_missing"], file=sys.stderr)
        return 1
    print(json.dumps({"file": path.name, "code": code, "fingerprint": slip.fingerprint}, ensure_ascii=False))
    return 0
