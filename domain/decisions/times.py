"""Putting a time right 更正办理时间: the field is corrected by an act, the time of the act itself never is."""

from __future__ import annotations

from collections.abc import Iterable

from domain.acts import ActDraft, CaseKind
from domain.beijing import parse_minute
from domain.canonical import Json
from domain.commands import CorrectTime
from domain.decisions.corrections import over_seen
from domain.decisions.desk import Desk, require
from domain.fold import CaseState
from domain.procedure.stages import Stage
from domain.refusals import Refusal


def correct_time(command: CorrectTime, visit: CaseState, matters: Iterable[CaseState], desk: Desk) -> list[ActDraft]:
    """The time of a visit put right, and with it the day of receipt of its matters that still wait for a decision.

    Only fields decide deadlines: they move because the day of receipt is corrected, openly and with the reason. A
    matter whose day of receipt was another one, is in conflict, or that was decided already keeps it.
    """
    if visit.case_kind != CaseKind.VISIT:
        raise Refusal("case_of_another_kind", field="visit_id", facts={"kind": visit.case_kind})
    if visit.newer:
        raise Refusal("newer_release", field="visit_id")
    why = require(desk.line(command.why, "why"), "reason_missing", "why")
    moment = parse_minute(command.visited_at)
    if moment is None or len(command.visited_at.strip()) < len("2026-11-23 09:12"):
        raise Refusal("date_invalid", field="visited_at", facts={"text": command.visited_at[:40]})
    if moment.date() > desk.today:
        raise Refusal("date_in_future", field="visited_at", facts={"date": moment.date().isoformat()})
    day, before = moment.date().isoformat(), visit.text("visited_on")
    sets: dict[str, Json] = {}
    if visit.text("visited_at") != f"{moment:%Y-%m-%d %H:%M}":
        sets["visited_at"] = f"{moment:%Y-%m-%d %H:%M}"
    if before != day:
        sets["visited_on"] = day
    if not sets:
        raise Refusal("nothing_changed", field="visited_at")
    over = over_seen(visit, sets, command.seen)
    drafts = [ActDraft("visit_corrected", CaseKind.VISIT, visit.case_id, sets, over, why)]
    for matter in matters:
        if before == day or matter.text("received_on") != before or matter.newer or "received_on" in matter.conflicts:
            continue
        if matter.text("stage", Stage.REGISTERED) == Stage.REGISTERED:
            received: dict[str, Json] = {"received_on": day}
            drafts.append(
                ActDraft("matter_corrected", CaseKind.MATTER, matter.case_id, received, matter.over("received_on"), why)
            )
    return drafts
