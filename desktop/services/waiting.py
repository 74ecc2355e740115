"""待上报与需处理: every own act that is not at the county, by case, with its state, its reason and what may be done."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from desktop.models.store import looks, unreported
from desktop.models.store.connection import immediate
from desktop.models.store.rows import SyncState, UnreportedAct
from desktop.services.outcome import Outcome, Topic
from desktop.services.sentences_sync import STATES, waiting_reason
from desktop.services.station import Station
from desktop.services.sync_status import sync_state
from domain.acts import ACT_KINDS, Act, CaseKind
from domain.beijing import beijing, beijing_minute
from domain.fold import CaseState

_KINDS = {
    CaseKind.VISIT: "来访",
    CaseKind.MATTER: "信访事项",
    CaseKind.PETITIONER: "信访人",
    CaseKind.OFFICE: "机构",
    CaseKind.CLERK: "工作人员",
    CaseKind.SERIES: "文号",
    CaseKind.CALENDAR: "工作日历",
}


@dataclass(frozen=True, slots=True)
class WaitingRow:
    """Acts of one case in one state for one reason."""

    key: str
    case_id: str
    case_kind: str
    kind_words: str
    title: str
    """Number and summary of a visit or matter; never a name in full, never an identity number."""
    state: str
    state_words: str
    reason: str
    acts: tuple[UnreportedAct, ...]
    what: str
    """The acts by their titles, each once."""
    since: str
    """Beijing minute of the oldest of them, as recorded."""

    @property
    def may_retry(self) -> bool:
        """What waits goes by itself; only what the county did not take or does not hand on is sent again by hand."""
        return self.state in ("aside", "refused", "put_by")

    @property
    def may_set_aside(self) -> bool:
        """Only what the county refused; a broken run is set aside already."""
        return self.state == "refused"


@dataclass(frozen=True, slots=True)
class Waiting:
    """The list with the state the status bar shows, both read at one moment."""

    state: SyncState
    rows: tuple[WaitingRow, ...]
    now: datetime
    """Beijing time."""


def waiting(station: Station) -> Waiting:
    """Read the list (store lane)."""
    return Waiting(sync_state(station), tuple(_rows(station)), beijing(station.now_ms))


def retry(station: Station, rows: Iterable[WaitingRow]) -> Outcome[int]:
    """重试: send them again with the next round; how many acts that were. What merely waits goes by itself."""
    with immediate(station.store.db) as transaction:
        count = unreported.retry(station.store.db, _acts(rows))
        transaction.commit()
    return Outcome(count, frozenset({Topic.SYNC}))


def set_aside(station: Station, rows: Iterable[WaitingRow]) -> Outcome[int]:
    """搁置: take note of what the county does not hand on. Local, undone by 重试; the acts stay where they are."""
    ids = [act.act_id for act in _acts(rows) if act.state == "refused"]
    with immediate(station.store.db) as transaction:
        count = looks.put_by(station.store.db, ids, station.now_ms, station.clerk_id)
        transaction.commit()
    return Outcome(count, frozenset({Topic.SYNC}))


def _acts(rows: Iterable[WaitingRow]) -> list[UnreportedAct]:
    return [act for row in rows for act in row.acts]


def _rows(station: Station) -> list[WaitingRow]:
    groups: dict[tuple[str, str, str], list[UnreportedAct]] = {}
    for act in unreported.listed(station.store.db):
        groups.setdefault((act.case_id, act.state, act.code), []).append(act)
    states: dict[str, CaseState | None] = {}
    for case_id, _state, _code in groups:
        if case_id not in states:
            states[case_id] = station.store.state(case_id)
    return [_row(key, acts, states[key[0]]) for key, acts in groups.items()]


def _row(key: tuple[str, str, str], acts: Sequence[UnreportedAct], case: CaseState | None) -> WaitingRow:
    case_id, state, code = key
    ids = {act.act_id for act in acts}
    found: list[Act] = [act for act in case.acts if act.act_id in ids] if case is not None else []
    kind = case.case_kind if case is not None else ""
    titles = [ACT_KINDS[act.kind].title if act.known else "由新版本办理" for act in found]
    return WaitingRow(
        key="/".join(key),
        case_id=case_id,
        case_kind=kind,
        kind_words=_KINDS.get(kind, "记录"),
        title=case_title(case),
        state=state,
        state_words=STATES[state],
        reason=waiting_reason(state, code),
        acts=tuple(acts),
        what="、".join(dict.fromkeys(titles)),
        since=beijing_minute(min((act.wall_ms for act in found), default=0)) if found else "",
    )


def case_title(case: CaseState | None) -> str:
    """What a list may say of a case: number and summary; of a person only the surname."""
    if case is None:
        return ""
    if case.case_kind == CaseKind.PETITIONER:
        name = case.text("name")
        return f"{name[0]}某" if name else "姓名不清"
    if case.case_kind in (CaseKind.VISIT, CaseKind.MATTER):
        return f"{case.text('number')}　{case.text('summary')}".strip("　")
    return case.text("name") or case.text("code") or case.case_id
