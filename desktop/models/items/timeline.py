"""The timeline of a case: every act under the day it was done, newest day first or oldest; values only."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QObject

from desktop.models.items.records import Column, RecordTable, Section
from desktop.models.store.rows import TimelineRow


def day_of(row: TimelineRow) -> str:
    """The Beijing date of an act, ``2026-11-23``; empty when the time is not known."""
    return row.at[:10]


class Timeline(RecordTable[TimelineRow]):
    """Acts in the order every machine agrees on (the order they are given in), under a heading for each day.

    The days follow the first appearance of each day, so an act with a wrong clock stands where its cause puts it.
    """

    def __init__(
        self,
        columns: tuple[Column[TimelineRow], ...],
        day_title: Callable[[str], str],
        parent: QObject | None = None,
    ) -> None:
        self._runs: dict[str, tuple[int, str]] = {}
        self._day_title = day_title
        super().__init__(columns, lambda row: row.act_id, section=self._day, parent=parent)

    def set_rows(self, rows: Sequence[TimelineRow]) -> None:
        """Show these acts. A day that comes again after another day gets a second heading: order wins over date."""
        runs: dict[str, tuple[int, str]] = {}
        number, last = -1, ""
        for row in rows:
            if day_of(row) != last or number < 0:
                number, last = number + 1, day_of(row)
            runs[row.act_id] = (number, last)
        self._runs = runs
        super().set_rows(rows)

    def _day(self, row: TimelineRow) -> Section:
        number, day = self._runs.get(row.act_id, (0, day_of(row)))
        return Section((number,), self._day_title(day))
