"""Snapshots 固化的统计: figures as they were when they were given out, and what had to be corrected 更正 since."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from domain.beijing import iso_day
from domain.figures.entries import Entry
from domain.figures.periods import Period
from domain.refusals import Refusal

DEFINITIONS: Final = "2026.1"
"""Version of what is counted under which name; a snapshot says by which it was taken."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The figures of one day, frozen."""

    day: date
    taken_at: str
    """Beijing minute."""
    definitions: str
    counts: Mapping[tuple[str, str], int]

    def as_json(self) -> dict[str, object]:
        """The form it is kept in."""
        rows = [[name, part, n] for (name, part), n in sorted(self.counts.items())]
        return {"day": self.day.isoformat(), "taken_at": self.taken_at, "definitions": self.definitions, "counts": rows}

    @classmethod
    def parse(cls, value: object) -> Snapshot:
        """Read the kept form. Raises Refusal ``snapshot_invalid``."""
        rows = value.get("counts") if isinstance(value, dict) else None
        if not isinstance(value, dict) or not isinstance(rows, list):
            raise Refusal("snapshot_invalid", facts={"reason": "counts"})
        day = iso_day(value.get("day"))
        if day is None:
            raise Refusal("snapshot_invalid", facts={"reason": "day"})
        counts: dict[tuple[str, str], int] = {}
        for row in rows:
            match row:
                case [str(name), str(part), int(n)]:
                    counts[name, part] = n
                case _:
                    raise Refusal("snapshot_invalid", facts={"reason": "counts"})
        return cls(day, str(value.get("taken_at", "")), str(value.get("definitions", "")), counts)


@dataclass(frozen=True, slots=True)
class Correction:
    """By how much a day's figure is another now than it was when it was given out."""

    day: date
    name: str
    part: str
    by: int


def counted(entries: Iterable[Entry], period: Period) -> Counter[tuple[str, str]]:
    """The figures of a period: the sum over its days."""
    found: Counter[tuple[str, str]] = Counter()
    for entry in entries:
        if period.first <= entry.day <= period.last:
            found[entry.name, entry.part] += entry.n
    return found


def corrections(snapshots: Iterable[Snapshot], entries: Iterable[Entry]) -> list[Correction]:
    """What differs from the snapshots by what is known now, day by day; nothing of a day that has none.

    Raises Refusal ``snapshot_definitions`` for one taken by other definitions: its numbers mean something else.
    """
    now: dict[date, Counter[tuple[str, str]]] = {}
    for entry in entries:
        now.setdefault(entry.day, Counter())[entry.name, entry.part] += entry.n
    found = []
    for snapshot in snapshots:
        if snapshot.definitions != DEFINITIONS:
            raise Refusal("snapshot_definitions", facts={"day": snapshot.day.isoformat(), "by": snapshot.definitions})
        here = now.get(snapshot.day, Counter())
        for name, part in sorted({*snapshot.counts, *here}):
            by = here[name, part] - snapshot.counts.get((name, part), 0)
            if by:
                found.append(Correction(snapshot.day, name, part, by))
    return found
