"""可督办: which matters give ground for a supervision (R 40①) today; it reads and lists."""

from __future__ import annotations

from dataclasses import dataclass

from desktop.models.store.rows import MatterRow
from desktop.services.station import Station
from domain.procedure.clocks import clocks
from domain.procedure.grounds import Ground, grounds


@dataclass(frozen=True, slots=True)
class SupervisableRow:
    """A matter with its grounds, the oldest first."""

    matter: MatterRow
    grounds: tuple[Ground, ...]


def supervisable(station: Station) -> list[SupervisableRow]:
    """Matters with a ground today, the longest overrun first; every matter that runs is measured."""
    store, today = station.store, station.desk().today
    yardstick = store.yardstick
    found = {}
    for state in store.states(store.matters_running()):
        measured = clocks(state, yardstick.calendar, yardstick.rules, yardstick.reckoned)
        if why := grounds(state, measured, today):
            found[state.case_id] = why
    rows = [SupervisableRow(row, found[row.matter_id]) for row in store.matter_rows(list(found))]
    return sorted(rows, key=lambda each: (each.grounds[0].due, each.matter.number))
