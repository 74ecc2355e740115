"""``admin import-calendar|-rules|-codes|-heads|-wording``: the county's tables for every station."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, Final, TypeAlias, cast

import resources
from domain.acts import ActDraft
from domain.beijing import beijing_date
from domain.codes import TABLES, CodeBook, parse_codes
from domain.commands import ImportCalendar, ImportCodes, ImportHeads, ImportRules, ImportWording
from domain.decisions import heads, tables
from domain.decisions.corrections import calendar_year, import_calendar
from domain.papers.content import WORDING
from domain.refusals import Refusal
from domain.wording import Words
from domain.workcalendar import parse_calendar
from sync.server.store import CountyStore

Decide: TypeAlias = Callable[[CountyStore, str], list[ActDraft]]
LARGEST: Final = 4 << 20
"""Bytes of a table that are read; a city's codes take a tenth of it."""
REFUSALS: Final = {
    "calendar_table_invalid": "工作日历文件不对，没有导入。",
    "rule_table_invalid": "期限规则表不对，没有导入。",
    "code_table_invalid": "代码表不对，没有导入。",
    "heads_table_invalid": "机构负责人表不对，没有导入。",
    "heads_office_unknown": "表中有机构不在机构目录中，没有导入。请先用 init 登记这个机构，或者更正代码。",
    "nothing_changed": "表中没有新的内容，没有导入。",
    "rule_over_ceiling": "表中的期限超过《信访工作条例》的规定，没有导入。",
    "calendar_known": "这一版的工作日历已经有了；更正的请把版本号加1。",
    "table_known": "这一版已经有了；更正的请把版本号加1。",
    "table_older": "已有更新的一版，没有导入。",
    "wording_invalid": "文书用语表不对，没有采用。",
    "wording_wrong": "文书用语有不对之处，没有采用。请在窗口的“文书用语”页改正，或者用 xinfang wording check 检查。",
    "table_reserved": "条例本身的期限不能用导入的表改写；本地区的规则请另起标识。",
}


def add_words(tasks: Any) -> None:
    """Hang the five commands behind ``admin``."""
    for name, says, decide in (
        ("import-calendar", "导入一年的工作日历，随同步下发", _calendar),
        ("import-rules", "导入本地区的期限规则表，随同步下发", _rules),
        ("import-codes", "导入代码表的新版本，随同步下发", _codes),
        ("import-heads", "导入机构负责人表，随同步下发", _heads),
        ("import-wording", "采用文书用语的新一版，随同步下发", _wording),
    ):
        part = tasks.add_parser(name, help=says)
        part.add_argument("file", metavar="FILE.json", type=Path)
        part.set_defaults(do=partial(_import, decide=decide))


def _import(store: CountyStore, words: argparse.Namespace, *, decide: Decide) -> int:
    text = _text(words.file)
    if text is None:
        sys.stderr.write("没有这个文件，或者文件过大、不是 UTF-8。没有导入。\n")
        return 2
    try:
        drafts = decide(store, text)
    except Refusal as refused:
        problem = {"code": refused.code, "field": refused.field, "facts": dict(refused.facts)}
        sys.stderr.write(
            REFUSALS.get(refused.code, REFUSALS["wording_wrong"]) + json.dumps(problem, ensure_ascii=False) + "\n"
        )
        return 2
    for act in store.record_tables(drafts):
        told = {"recorded": act.case_id, "as": list(act.sets), "scope": act.scope}
        sys.stdout.write(json.dumps(told, ensure_ascii=False) + "\n")
    return 0


def _text(path: Path) -> str | None:
    if not path.is_file() or path.stat().st_size > LARGEST:
        return None
    try:
        return path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError:
        return None


def _calendar(store: CountyStore, text: str) -> list[ActDraft]:
    command = ImportCalendar(text)
    shipped = [parse_calendar(table).year for table in resources.calendars()]
    return [import_calendar(command, store.fold_case(f"calendar/{calendar_year(command)}"), shipped)]


def _rules(store: CountyStore, text: str) -> list[ActDraft]:
    command = ImportRules(text)
    today = beijing_date(store.now())
    return [tables.import_rules(command, store.fold_case(tables.case_of_rules(command)), today, None)]


def _codes(store: CountyStore, text: str) -> list[ActDraft]:
    command = ImportCodes(text)
    shipped = CodeBook(parse_codes(resources.table(name), name) for name in TABLES)
    return [tables.import_codes(command, store.fold_case(tables.case_of_codes(command)), shipped)]


def _heads(store: CountyStore, text: str) -> list[ActDraft]:
    command = ImportHeads(text)
    found = {case_id: store.fold_case(case_id) for case_id in heads.offices_of(command)}
    return heads.import_heads(command, {key: state for key, state in found.items() if state is not None})


def _wording(store: CountyStore, text: str) -> list[ActDraft]:
    command = ImportWording(text)
    shipped = cast("dict[str, Words]", resources.Wording(WORDING))
    return [tables.import_wording(command, store.fold_case(tables.case_of_wording(command, shipped)), shipped, None)]
