"""A table in a file, before it counts: what it is, whose notice, from when, and how many open clocks it would move."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeAlias

from desktop.models.store.connection import fault_of_os_error
from desktop.models.store.measuring import Progress, touched_by
from desktop.models.store.projector import Yardstick, clock_rows
from desktop.services import tables
from desktop.services.clerks import administrators_only
from desktop.services.outcome import Outcome
from desktop.services.sentences_words import TABLE_KINDS
from desktop.services.shipped import shipped_calendars, shipped_codes
from desktop.services.station import Station
from domain.acts import ActDraft
from domain.canonical import Json
from domain.commands import ImportCalendar, ImportCodes, ImportHeads, ImportRules
from domain.decisions import corrections, heads
from domain.decisions import tables as decisions
from domain.refusals import Refusal

LARGEST: Final = 4 << 20
"""No table of a county comes near it; a film chosen by mistake is not read in."""
PIECE: Final = 60
"""Matters counted in one go: the clerk's own work goes between two."""

ImportTable: TypeAlias = ImportCalendar | ImportRules | ImportCodes | ImportHeads
_KINDS: Final[tuple[tuple[str, str, type], ...]] = (
    ("heads", "heads", ImportHeads),
    ("entries", "codes", ImportCodes),
    ("year", "calendar", ImportCalendar),
    ("clocks", "rules", ImportRules),
    ("settings", "rules", ImportRules),
)
"""What only a table of its kind has, and the command that imports it."""


@dataclass(frozen=True, slots=True)
class Seen:
    """A table that would be taken, and the matters it may move."""

    command: ImportTable
    kind: str
    """``calendar`` · ``rules`` · ``codes`` · ``heads``."""
    rows: tuple[tuple[str, str], ...]
    """Label and words: what it is, where it comes from, from when on."""
    matters: Sequence[str] = ()
    before: Yardstick | None = None
    after: Yardstick | None = None


@dataclass(frozen=True, slots=True)
class Counted:
    """How far the counting is, and what the table would move so far."""

    seen: Seen
    done: int = 0
    matters: int = 0
    clocks: int = 0

    @property
    def more(self) -> bool:
        """Whether matters are left to count."""
        return self.done < len(self.seen.matters)


class _Undo(Exception):
    """Leaves a transaction that was only tried."""


def read(path: Path) -> str:
    """The text of a table's file. Raises Refusal ``table_file_invalid``; SurroundingsFault."""
    try:
        if path.stat().st_size > LARGEST:
            raise Refusal("table_file_invalid", field="table", facts={"reason": "too_large", "file": path.name})
        return path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Refusal("table_file_invalid", field="table", facts={"reason": "not_utf8", "file": path.name}) from None
    except OSError as error:
        raise fault_of_os_error(error, path) from error


def look(station: Station, text: str) -> Seen:
    """What a table is, and everything that keeps it from being imported here. Nothing is recorded.

    Raises Refusal: ``not_administrator``, ``table_file_invalid``, and what the import itself refuses.
    """
    administrators_only(station)
    command, kind, body = _command(text)
    drafts, case_id = _decided(station, command)
    rows = _rows(kind, body, len(drafts))
    if kind not in ("calendar", "rules"):
        return Seen(command, kind, rows)
    store = station.store
    after = store.yardstick
    try:
        with station.writing() as transaction:
            transaction.record(drafts)
            after = store.measure()
            raise _Undo
    except _Undo:
        pass
    return Seen(command, kind, rows, touched_by(store, case_id), store.yardstick, after)


def count_some(station: Station, counted: Counted) -> Counted:
    """One piece of the counting: reads only."""
    seen, done = counted.seen, counted.done
    matters, clocks = counted.matters, counted.clocks
    if seen.before is not None and seen.after is not None:
        for state in station.store.states(seen.matters[done : done + PIECE]):
            old, new = clock_rows(state, seen.before), clock_rows(state, seen.after)
            if old != new:
                matters += 1
                clocks += len(set(new) - set(old))
    return Counted(seen, min(done + PIECE, len(seen.matters)), matters, clocks)


def take(station: Station, seen: Seen, progress: Progress) -> Outcome[str]:
    """Import what was seen; what it did, in a sentence. ``progress`` may raise: all is as it was."""
    administrators_only(station)
    command = seen.command
    if isinstance(command, ImportHeads):
        heads_of = tables.import_heads(station, command)
        return Outcome(f"已导入：{heads_of.value}个机构的负责人有变动。", heads_of.topics)
    if isinstance(command, ImportCodes):
        codes = tables.import_codes(station, command)
        return Outcome(f"已导入为第 {codes.value.version} 版。以前登记的事项保留原来的代码和版本。", codes.topics)
    if isinstance(command, ImportCalendar):
        made = tables.import_calendar(station, command, progress)
    else:
        made = tables.import_rules(station, command, progress)
    return Outcome(f"已导入为第 {made.value.version} 版。{made.value.words}", made.topics)


def _command(text: str) -> tuple[ImportTable, str, dict[str, Json]]:
    try:
        body = json.loads(text)
    except (ValueError, RecursionError):
        raise Refusal("table_file_invalid", field="table", facts={"reason": "not_json"}) from None
    if isinstance(body, dict):
        for key, kind, command in _KINDS:
            if key in body:
                return command(text), kind, body
    raise Refusal("table_file_invalid", field="table", facts={"reason": "kind_unknown"})


def _decided(station: Station, command: ImportTable) -> tuple[list[ActDraft], str]:
    """The acts an import would record, and the case of its table; refused as the import refuses."""
    desk, state = station.desk(), station.store.state
    if isinstance(command, ImportHeads):
        found = {case_id: state(case_id) for case_id in heads.offices_of(command)}
        return heads.import_heads(command, {key: each for key, each in found.items() if each is not None}), ""
    if isinstance(command, ImportCalendar):
        case_id = f"calendar/{corrections.calendar_year(command)}"
        known = [table.year for table in shipped_calendars()]
        return [corrections.import_calendar(command, state(case_id), known)], case_id
    if isinstance(command, ImportCodes):
        case_id = decisions.case_of_codes(command)
        return [decisions.import_codes(command, state(case_id), shipped_codes())], case_id
    case_id = decisions.case_of_rules(command)
    return [decisions.import_rules(command, state(case_id), desk.today, desk.office)], case_id


def _rows(kind: str, body: dict[str, Json], offices: int) -> tuple[tuple[str, str], ...]:
    """What the file says of itself, in the order a clerk asks."""
    entries = [each for name in ("clocks", "settings") for each in _list(body.get(name)) if isinstance(each, dict)]
    bases = tuple(dict.fromkeys(str(each["basis"]) for each in entries if each.get("basis")))
    days = sorted(str(each["from"]) for each in entries if each.get("from"))
    since = days[0] if days else str(body.get("from") or (f"{body['year']}-01-01" if "year" in body else ""))
    unverified = "（未核实）" if body.get("verified") is False else ""
    source = str(body.get("source_notice") or body.get("source") or "；".join(bases[:3]))
    more = f" 等{len(bases)}项依据" if not body.get("source_notice") and len(bases) > 3 else ""
    found = (
        ("种类", TABLE_KINDS[kind]),
        ("名称", (str(body.get("name") or body.get("source_notice") or body.get("table") or "")) + unverified),
        ("版本", f"第 {body['version']} 版" if "version" in body else ""),
        ("来源", source + more),
        ("公布日期", str(body.get("published") or "")),
        ("起用日期", since),
        ("适用地区", str(body.get("region") or "")),
        ("内容", f"{offices}个机构的负责人有变动" if kind == "heads" else _content(kind, body)),
        ("说明", str(body.get("note") or "")),
    )
    return tuple((label, words) for label, words in found if words)


def _content(kind: str, body: dict[str, Json]) -> str:
    counts = {name: len(_list(body.get(name))) for name in ("clocks", "settings", "entries", "off", "make_up")}
    return {
        "rules": f"{counts['clocks']}个期限，{counts['settings']}项设置",
        "codes": f"{counts['entries']}个代码",
        "calendar": f"{counts['off']}个放假时段，{counts['make_up']}个补班日",
    }[kind]


def _list(value: Json) -> Sequence[Json]:
    return value if isinstance(value, list | tuple) else ()
