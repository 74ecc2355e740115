"""待核对 at the county: the conflicts its folded cases hold, as the stations see them. Reads; for the administrator."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from domain.acts import Act
from domain.acttime import in_doubt
from domain.beijing import beijing_minute
from domain.canonical import Json
from domain.conflicts import Version, differences
from sync.server.store import CountyStore

COUNTY: Final = "county"
_SECOND_HEAD: Final = b'},{"act":"'
"""Stands in the bytes of a folded state where a field has a second head (and, rarely, inside a value)."""


@dataclass(frozen=True, slots=True)
class Names:
    """Clerks, offices and windows by name, from the county's own record."""

    store: CountyStore

    def clerk(self, act: Act) -> str:
        """Who wrote an act; 工作人员 for one the county never heard of."""
        state = None if act.by == COUNTY else self.store.fold_case(act.by)
        return "县级服务器" if act.by == COUNTY else (state.text("name") if state is not None else "") or "工作人员"

    def place(self, act: Act) -> str:
        """Office and window of an act."""
        station = self.store.station(act.station)
        state = self.store.fold_case(f"office/{act.office}")
        office = state.text("name") if state is not None else ""
        window = f" {station.window}号窗口" if station is not None else ""
        return f"{office or (station.office_name if station is not None else '') or act.office}{window}"


def conflicts(store: CountyStore) -> Iterator[dict[str, Json]]:
    """Every field with differing live heads: case, field, base and heads with who, when, where and a doubtful clock.

    Every case with more than one act is looked at, row by row.
    """
    names = Names(store)
    rows = store.database.execute("SELECT case_id, state FROM county_case WHERE state IS NOT NULL ORDER BY case_id")
    for case_id in [str(row[0]) for row in rows if _SECOND_HEAD in bytes(row[1])]:
        state = store.fold_case(case_id)
        for torn in differences(state) if state is not None else ():
            yield {
                "case": case_id,
                "kind": state.case_kind if state is not None else "",
                "number": state.text("number") if state is not None else "",
                "field": torn.field,
                "base": None if torn.base is None else _told(names, torn.base),
                "heads": [_told(names, head) for head in torn.heads],
            }


def _told(names: Names, version: Version) -> dict[str, Json]:
    act = version.act
    return {
        "value": version.value,
        "act": act.act_id,
        "by": names.clerk(act),
        "place": names.place(act),
        "at": beijing_minute(act.wall_ms),
        "clock_in_doubt": in_doubt(act),
    }
