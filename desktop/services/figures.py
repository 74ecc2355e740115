"""The figures of a period 日统计、周、双周、月、年度报告 of what lies on this disk: reads, adds up, says in words."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final

from desktop.models.store.connection import fault_of_os_error
from desktop.models.store.projector import Yardstick
from desktop.services.field_titles import value_words
from desktop.services.station import Station
from desktop.services.words import CLASSES
from domain.acts import CaseKind
from domain.beijing import beijing_minute, iso_day
from domain.codes import FIELDS
from domain.figures import (
    DEFINITIONS,
    Correction,
    Entry,
    Period,
    Snapshot,
    annual_blocks,
    corrections,
    counted,
    matter_entries,
    period_of,
    ratios,
    visit_entries,
)
from domain.figures.periods import PeriodKind
from domain.fold import CaseState
from domain.procedure.clocks import clocks
from domain.refusals import Refusal

TITLES: Final = {
    "visits": "来访批次",
    "people": "来访人次",
    "collective_visits": "集体访批次",
    "collective_people": "集体访人次",
    "matters": "信访件",
    "repeat": "重复信访件",
    "not_repeat": "非重复信访件",
    "class": "事项类别",
    "content": "内容分类",
    "channel": "信访形式",
    "about": "涉及机关、单位",
    "told_by_office": "信访部门告知",
    "told_by_organ": "责任单位告知",
    "opined": "处理意见",
    "referred": "转送",
    "assigned": "交办",
    "supervised": "督办",
    "proposed": "三项建议",
    "urgent": "紧急信息报告",
    "evaluation_asked": "应评价",
    "evaluation": "已评价",
    "ended": "办结",
    "first_replied": "初次信访已答复",
    "first_settled": "初次信访答复后没有重复信访",
}
"""What is counted, in the words of the trade; a name with a dot adds its state."""
STATES: Final = {
    "in_time": "按期",
    "late": "超期",
    "overdue": "超期未办",
    "due": "期限未到",
    "unknown": "日历缺失",
    "open": "未回复",
    "answered": "已回复",
    "whole": "采纳",
    "part": "部分采纳",
    "none": "未采纳",
    "petition_office": "信访部门",
    "handler": "责任单位",
    "satisfied": "满意",
    "rather": "基本满意",
    "dissatisfied": "不满意",
}


PARTS: Final[Mapping[str, Mapping[str, str]]] = {
    "class": CLASSES,
    "supervised": {
        "unlawful": "违反规定受理、办理",
        "shirking": "推诿",
        "perfunctory": "敷衍",
        "delay": "拖延",
        "falsified": "弄虚作假",
        "not_executed": "拒不执行处理意见",
    },
    "proposed": {"work": "改进工作", "policy": "完善政策", "liability": "追究责任"},
    "ended": {
        "supported": "支持",
        "explained": "解释说明",
        "denied": "不予支持",
        "led_to_route": "导入法定途径",
        "refused": "不予（不再）受理",
        "withdrawn": "撤回",
        "mediated": "调解、和解",
        "joined": "并案",
        "replied": "答复",
        "adopted": "采纳建议",
        "answered": "当场答复",
    },
}


@dataclass(frozen=True, slots=True)
class FigureRow:
    """One number with its words."""

    name: str
    title: str
    part: str
    part_words: str
    n: int


@dataclass(frozen=True, slots=True)
class RatioRow:
    """One rate with the formula it is printed with."""

    title: str
    shown: str
    numerator: int
    denominator: int
    formula: str
    confirmed: bool
    """False: the definition is to be confirmed by the county."""


@dataclass(frozen=True, slots=True)
class BlockRows:
    """One block of the annual report (R 41)."""

    item: str
    title: str
    rows: tuple[FigureRow, ...]


@dataclass(frozen=True, slots=True)
class CorrectionRow:
    """更正: a figure of a day that was given out otherwise."""

    day: str
    title: str
    part_words: str
    by: int


@dataclass(frozen=True, slots=True)
class Figures:
    """The figures of a period, as known now."""

    period: str
    first: str
    last: str
    taken_at: str
    """Beijing minute."""
    definitions: str
    rows: tuple[FigureRow, ...]
    ratios: tuple[RatioRow, ...]
    blocks: tuple[BlockRows, ...] = ()
    """Of a year: the four blocks of R 41."""
    corrections: tuple[CorrectionRow, ...] = ()


def figures(station: Station, kind: PeriodKind, day: str = "", kept: Iterable[Snapshot] = ()) -> Figures:
    """The figures of the period ``day`` lies in (default today), with the corrections to snapshots ``kept`` of it.

    Reads every visit and matter here: seconds where there are many. Raises Refusal ``date_invalid``,
    ``snapshot_definitions``.
    """
    period = period_of(kind, _day(station, day))
    entries = list(_entries(station))
    counts = counted(entries, period)
    inside = [each for each in kept if period.first <= each.day <= period.last]
    words = _Words(station)
    return Figures(
        period=period.words,
        first=period.first.isoformat(),
        last=period.last.isoformat(),
        taken_at=beijing_minute(station.now_ms),
        definitions=DEFINITIONS,
        rows=tuple(words.row(name, part, n) for (name, part), n in sorted(counts.items(), key=words.order)),
        ratios=tuple(
            RatioRow(each.rate.title, each.shown, each.numerator, each.denominator, each.rate.formula,
                     each.rate.basis == "seen")
            for each in ratios(counts)
        ),
        blocks=words.blocks(counts) if kind == "year" else (),
        corrections=tuple(words.correction(each) for each in corrections(inside, entries)),
    )  # fmt: skip


def snapshot(station: Station, day: str = "") -> Snapshot:
    """Freeze the figures of one day as they are known now (日统计)."""
    found = _day(station, day)
    period = Period("day", found, found)
    return Snapshot(found, beijing_minute(station.now_ms), DEFINITIONS, dict(counted(_entries(station), period)))


def keep(frozen: Snapshot, folder: Path) -> Path:
    """Write a snapshot as a file of its own. Raises Refusal ``snapshot_exists``, SurroundingsFault."""
    stamp = "".join(each for each in frozen.taken_at if each.isdigit())
    file = folder / f"figures-{frozen.day.isoformat()}-{stamp}.json"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with file.open("x", encoding="utf-8") as out:
            out.write(json.dumps(frozen.as_json(), ensure_ascii=False, indent=1) + "\n")
    except FileExistsError as error:
        raise Refusal("snapshot_exists", facts={"name": file.name}) from error
    except OSError as error:
        raise fault_of_os_error(error, file) from error
    return file


def read_kept(folder: Path) -> list[Snapshot]:
    """The snapshots of a folder, of each day the one given out last. Raises Refusal ``snapshot_invalid``, faults."""
    found: dict[date, Snapshot] = {}
    try:
        for file in sorted(folder.glob("figures-*.json")):
            try:
                frozen = Snapshot.parse(json.loads(file.read_text(encoding="utf-8")))
            except ValueError as error:
                raise Refusal("snapshot_invalid", facts={"reason": "json"}) from error
            if frozen.day not in found or found[frozen.day].taken_at <= frozen.taken_at:
                found[frozen.day] = frozen
    except OSError as error:
        raise fault_of_os_error(error, folder) from error
    return [found[day] for day in sorted(found)]


def _day(station: Station, text: str) -> date:
    day = iso_day(text or station.desk().today.isoformat())
    if day is None:
        raise Refusal("date_invalid", field="day", facts={"text": text[:40]})
    return day


def _entries(station: Station) -> Iterator[Entry]:
    yardstick, today = station.store.yardstick, station.desk().today
    matters = []
    for state in station.store.states(list(station.store.log.case_ids())):
        if state.case_kind == CaseKind.VISIT:
            yield from visit_entries(state)
        elif state.case_kind == CaseKind.MATTER:
            matters.append(state)
    repeated = {state.text("repeat.earlier") for state in matters if state.text("repeat") == "repeat"}
    for state in matters:
        yield from _matter(state, yardstick, today, repeated=state.case_id in repeated)


def _matter(state: CaseState, yardstick: Yardstick, today: date, *, repeated: bool) -> Iterator[Entry]:
    found = clocks(state, yardstick.calendar, yardstick.rules, yardstick.reckoned)
    return matter_entries(state, found, today, repeated=repeated)


class _Words:
    """Codes of figures in words, by the directory and the tables of this station."""

    def __init__(self, station: Station) -> None:
        self._codes = station.store.yardstick.codes
        self._offices = {row.code: row.name for row in station.store.offices()}

    @staticmethod
    def order(item: tuple[tuple[str, str], int]) -> tuple[int, str, int, str]:
        """In the order of the titles, the largest part first."""
        (name, part), n = item
        return list(TITLES).index(name.partition(".")[0]), name, -n, part

    def title(self, name: str) -> str:
        """``督办（未回复）``."""
        head, *states = name.split(".")
        said = "、".join(STATES[each] for each in states)
        return f"{TITLES[head]}（{said}）" if said else TITLES[head]

    def part(self, name: str, part: str) -> str:
        """An organ's name, a code's label; accusations name no organ (R 30③)."""
        head = name.partition(".")[0]
        if head == "about" and not part:
            return "检举控告（不列单位）"
        if not part:
            return "" if head not in ("content", "class") else "未说明"
        if head in ("about", "told_by_office", "told_by_organ", "opined", "referred", "assigned"):
            return self._offices.get(part, part)
        if head == "content":
            return self._codes.label(FIELDS["content_code"], part)
        if head == "channel":
            return value_words("channel", part)
        return PARTS.get(head, {}).get(part, part)

    def row(self, name: str, part: str, n: int) -> FigureRow:
        """A number in words."""
        return FigureRow(name, self.title(name), part, self.part(name, part), n)

    def correction(self, found: Correction) -> CorrectionRow:
        """A correction in words."""
        return CorrectionRow(found.day.isoformat(), self.title(found.name), self.part(found.name, found.part), found.by)

    def blocks(self, counts: dict[tuple[str, str], int]) -> tuple[BlockRows, ...]:
        """The four blocks in words."""
        return tuple(
            BlockRows(each.item, each.title, tuple(self.row(*row) for row in each.rows))
            for each in annual_blocks(counts)
        )
