"""Who opened an accusation 检举控告 (R 30③): once for each clerk and day, as an act that nobody can take back."""

from __future__ import annotations

from domain.acts import ActDraft
from domain.decisions.desk import Desk
from domain.fold import CaseState


def read(state: CaseState, clerk_id: str, desk: Desk) -> list[ActDraft]:
    """The act that says this clerk opened the matter today; none for other matters, nor a second time in a day."""
    if state.text("matter_class") != "accusation":
        return []
    today = desk.today.isoformat()
    for value in state.items("read").values():
        if isinstance(value, dict) and value.get("by") == clerk_id and value.get("on") == today:
            return []
    if state.acts[0].by == clerk_id and state.text("received_on") == today:
        return []  # who registers it knows it; the registration says so
    return [
        ActDraft(
            "matter_read", state.case_kind, state.case_id, {f"read.{desk.new_id()}": {"by": clerk_id, "on": today}}
        )
    ]
