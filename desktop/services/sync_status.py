"""What the status bar, the county page and the list of what waits say of the exchange with the county. Reads only."""

from __future__ import annotations

from dataclasses import replace

from desktop.models.store import unreported
from desktop.models.store.rows import SyncState
from desktop.services.station import Station
from domain.beijing import beijing_minute
from domain.decisions.desk import Desk
from domain.refusals import Refusal


def sync_state(station: Station) -> SyncState:
    """What the status bar, the county page and the list of what waits say (store lane)."""
    store, now_ms = station.store, station.now_ms
    state, desk = store.sync_state(), station.desk()
    hours = max(0, now_ms - (_waiting_since(station) or now_ms)) // 3_600_000 if state.enrolled else 0
    return replace(
        state,
        clock=store.clock_quality(now_ms),
        last_known_at=beijing_minute(store.last_known_ms),
        waiting_hours=hours,
        too_long=_too_long(hours, desk),
    )


def _too_long(hours: int, desk: Desk) -> bool:
    """Whether work has waited longer than the office's rule lets it."""
    try:
        return hours >= desk.rules.number("unsent_hours", desk.today)
    except Refusal:  # this PC's clock stands before the rule began: the state is told all the same
        return False


def _waiting_since(station: Station) -> int | None:
    """When the act was recorded that has waited longest for the county, in ms since 1970; None when none waits."""
    case_id, act_id = unreported.oldest(station.store.db) or ("", "")
    state = station.store.state(case_id) if case_id else None
    return next((act.wall_ms for act in state.acts if act.act_id == act_id), None) if state else None
