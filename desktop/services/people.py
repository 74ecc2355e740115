"""Who and where in words: clerks, offices and windows by the directory this station holds; never an id."""

from __future__ import annotations

from desktop.models.store.rows import HeadRow
from desktop.services.clock_words import doubt_words
from desktop.services.station import Station
from domain.acts import Act
from domain.beijing import beijing_minute

COUNTY = "county"


class People:
    """Names looked up once for one page."""

    def __init__(self, station: Station) -> None:
        self._station = station
        self._names = {row.clerk_id: row.name for row in station.store.clerks()}
        self._offices = {row.code: row.name for row in station.store.offices()}
        self._windows: dict[str, str] = {}

    def name(self, by: str) -> str:
        """A clerk by name; one whose name never came here is no number but 工作人员."""
        return self._names.get(by) or ("县级服务器" if by == COUNTY else "工作人员")

    def office(self, code: str) -> str:
        """An office by name; one that is not in the directory by its code."""
        return "县级服务器" if code == COUNTY else self._offices.get(code, code)

    def window(self, act: Act) -> str:
        """``2号窗口``, where this station knows at which window the clerk who wrote the act sits; else empty."""
        own = self._station.store.identity
        if act.station == own.station_id:
            return f"{own.window}号窗口"
        if act.by not in self._windows:
            state = self._station.store.state(act.by) if act.by in self._names else None
            told = state is not None and any(each.station == act.station for each in state.acts)
            self._windows[act.by] = state.text("window") if state is not None and told else ""
        window = self._windows[act.by]
        return f"{window}号窗口" if window else ""

    def place(self, act: Act) -> str:
        """Office and window of an act."""
        return f"{self.office(act.office)} {self.window(act)}".strip()

    def whose(self, act: Act) -> str:
        """``mine`` written at this station · ``office`` at another window of this office · ``theirs``."""
        own = self._station.store.identity
        if act.station == own.station_id:
            return "mine"
        return "office" if act.office == own.office else "theirs"

    def head(self, act: Act, value: str) -> HeadRow:
        """A value with who wrote it, when, where, and whether the clock of that act was in doubt."""
        return HeadRow(
            act_id=act.act_id,
            value=value,
            at=beijing_minute(act.wall_ms),
            by=self.name(act.by),
            office=self.office(act.office),
            station=act.station[:8],
            place=self.place(act),
            whose=self.whose(act),
            doubt=doubt_words(act.clock, act.clock_offset_ms),
            why=act.why,
        )
