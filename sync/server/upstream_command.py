"""``admin upstream export|import``: the words of the command and what it tells, in JSON and in Chinese."""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Final

from domain.codes import TABLES
from domain.decisions.tables import CODES, codes_of
from sync.server.store import CountyStore
from sync.server.upstream import UpstreamRefused, export_batch, import_batch
from sync.upstream.batch import Manifest
from sync.upstream.codes import Codes, CodesInvalid, Finding, read_codes, shipped_codes, with_tables

MOST_FINDINGS: Final = 500
"""Findings listed one by one; the rest is counted."""
REFUSALS: Final = {
    "prefix_invalid": "本县标识应为2—8个大写字母加6位行政区划代码，例如 QH370299。",
    "mark_unknown": "这个起点不是本县数据里的。用上一批次报告里的 upto，或者不写 --since 全部重新导出。",
    "own_batch": "这个批次是本县自己导出的，不用导入。",
    "office_unknown": "机构目录里没有这个单位。",
    "codes_invalid": "代码对照表不能用。",
    "file_missing": "没有这个文件。",
    "too_large": "文件过大，没有导入任何内容。",
    "line_too_long": "有一行过长，没有导入任何内容。",
    "manifest_missing": "文件末尾没有批次清单：不是交换批次，或者没有拷贝完整。没有导入任何内容。",
    "manifest_invalid": "批次清单不合格式，没有导入任何内容。",
    "newer_format": "批次由其他版本的程序建立，没有导入任何内容。",
    "batch_damaged": "文件与批次清单不符，已损坏或被改动。没有导入任何内容。",
}


def add_upstream(admin: Any) -> None:
    """Hang ``upstream export`` and ``upstream import`` behind ``admin``."""
    parts = admin.add_parser("upstream", help="与上级系统交换").add_subparsers(dest="way", required=True)
    for name, help_text, do in (("export", "导出批次", _export), ("import", "导入批次", _import)):
        part = parts.add_parser(name, help=help_text)
        part.add_argument("file", metavar="FILE", type=Path)
        part.add_argument("--prefix", required=True, help="本县标识，例如 QH370299；定下后不能改")
        part.add_argument("--codes", type=Path, metavar="FILE.json", help="代码对照表；默认用随程序的")
        part.add_argument("--restricted", action="store_true", help="连同检举控告等限制知悉的信访件")
        part.set_defaults(do=do)
        if name == "export":
            part.add_argument("--since", default="", metavar="MARK", help="上一批次的 upto；不写则全部")
        else:
            part.add_argument("--office", required=True, help="没有写明去向的信访件交给哪个单位")


def _export(store: CountyStore, words: argparse.Namespace) -> int:
    try:
        done = export_batch(
            store, words.file, words.prefix, words.since, _codes(store, words.codes), restricted=words.restricted
        )
    except UpstreamRefused as refused:
        return _say(refused)
    _tell(done.manifest, {"withheld": done.withheld}, _summed(done.findings))
    return 0


def _import(store: CountyStore, words: argparse.Namespace) -> int:
    try:
        if not words.file.is_file():
            raise UpstreamRefused("file_missing")
        done = import_batch(
            store, words.file, words.prefix, words.office, _codes(store, words.codes), restricted=words.restricted
        )
    except UpstreamRefused as refused:
        return _say(refused)
    listed = [finding.as_json() for finding in done.findings[:MOST_FINDINGS]]
    counts = {name: done.counts[name] for name in ("new", "changed", "unchanged", "refused", "acts")}
    _tell(done.manifest, counts | {"findings_in_all": len(done.findings)}, listed)
    return 4 if done.counts["refused"] else 0


def _codes(store: CountyStore, path: Path | None) -> Codes:
    """The file's pairs of codes, or the shipped ones; with those the county's own imported tables bring."""
    try:
        codes = shipped_codes() if path is None else read_codes(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise UpstreamRefused("codes_invalid", str(type(error).__name__)) from None
    except CodesInvalid as error:
        raise UpstreamRefused("codes_invalid", str(error)) from None
    held = [state for table in TABLES if (state := store.fold_case(CODES + table)) is not None]
    return with_tables(codes, [table for state in held for table, _ in codes_of(state)])


def _summed(findings: Iterable[Finding]) -> list[dict[str, object]]:
    """Findings of an export by field and code: how often, and the first record as an example."""
    firsts: dict[tuple[str, str, str], str] = {}
    counts: Counter[tuple[str, str, str]] = Counter()
    for finding in findings:
        key = (finding.field, finding.code, finding.value)
        firsts.setdefault(key, finding.record)
        counts[key] += 1
    return [
        {"field": key[0], "code": key[1], "value": key[2], "count": counts[key], "first": firsts[key]}
        for key in sorted(counts)
    ]


def _tell(manifest: Manifest, counts: Mapping[str, int], findings: object) -> None:
    facts = {"batch": manifest.batch, "sender": manifest.sender, "records": manifest.records, "upto": manifest.upto}
    print(json.dumps({**facts, **counts, "findings": findings}, ensure_ascii=False, indent=1))


def _say(refused: UpstreamRefused) -> int:
    sys.stderr.write(" ".join((REFUSALS[refused.code], refused.detail)).strip() + "\n")
    return 2
