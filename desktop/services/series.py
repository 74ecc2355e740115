"""Document numbers 文号 at the desk: the next one, how many are left, the account of every series, disputed papers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from desktop.models.store import series as stored
from desktop.models.store.rows import PaperRow
from desktop.services.sentences import sentence
from desktop.services.station import Station
from domain.acts import ActDraft, CaseKind
from domain.decisions.papers import Drawn, draw_number
from domain.papers import SERIES_OF
from domain.refusals import Refusal
from domain.series import (
    FEW_LEFT,
    REASONS,
    Cause,
    SeriesState,
    left,
    live_values,
    next_number,
    own_lease,
    parse_series_id,
    read_series,
    series_id,
    series_of,
)
from domain.series_account import Account

DISPUTED = {"keeps": "文号与另一份文书重复，本份保留文号", "corrects": "文号重复，需更正"}
"""What a paper's ``disputed`` means: the county took the first that came; the other needs a correction notice."""


@dataclass(frozen=True, slots=True)
class SeriesLeft:
    """One series of this desk as it stands: what the county page and the paper page may say."""

    kind: str
    year: int
    next: int
    """The number drawn next; 0 when none can be drawn."""
    left: int
    few: bool
    """True from 20 left on, and when none is left."""
    words: str
    """Empty, or one sentence for the clerk."""


@dataclass(frozen=True, slots=True)
class GapRow:
    """Numbers of a series that no standing paper bears, with the reason; ``explained`` False where there is none."""

    series: str
    first: int
    last: int
    what: str
    """``sealed`` 封存 · ``voided`` 作废 · ``open`` 尚未用到 · ``disputed`` 重号已认定; and unexplained: ``gap`` 缺号 ·
    ``double`` 重号 · ``stray`` 未发放."""
    explained: bool
    words: str


def draw(station: Station, form: str, today: date) -> tuple[Drawn | None, list[ActDraft]]:
    """The next number for a form, of the year of issue (H10), and acts to be recorded before the paper's.

    None for a form without a number. Inside the transaction that uses it. Raises Refusal as
    :func:`domain.series.next_number`.
    """
    kind = SERIES_OF.get(form)
    if kind is None:
        return None, []
    name = series_id(station.store.home_scope, today.year, kind)
    series, drafts = _series(station, name)
    organ = f"{station.office.mark}{kind}字"
    facts: dict[str, object] = {"office": station.office.code, "year": today.year, "kind": kind, "form": form}
    holders, earlier = _writers(station)
    top, floor = stored.top_of(station.store, name), station.noted_number(name)
    drawn = draw_number(series, organ, today.year, holders=holders, earlier=earlier, top=top, floor=floor, facts=facts)
    return drawn, drafts


def series_left(station: Station) -> list[SeriesLeft]:
    """The series of this desk for this year, with what is left of each."""
    year = station.desk().today.year
    found = []
    for name, _year, kind in stored.known_series(station.store, station.store.home_scope, year):
        series, _ = _series(station, name)
        holders, earlier = _writers(station)
        top, floor = stored.top_of(station.store, name), station.noted_number(name)
        facts: dict[str, object] = {"office": station.office.code, "year": year, "kind": kind}
        following, rest, words = 0, 0, ""
        try:
            following = next_number(series, holders, earlier, top, floor, facts)
            rest = left(series, holders, top, floor) if series else 0
        except Refusal as refused:
            words = sentence(refused)
        if following and rest <= FEW_LEFT:
            words = f"{year}年“{kind}”字文号只剩{rest}个。请同步，由县级续发。"
        found.append(SeriesLeft(kind, year, following, rest, rest <= FEW_LEFT, words))
    return found


def accounts(station: Station) -> list[Account]:
    """The account of every series known here."""
    return stored.accounts(station.store)


def gap_report(station: Station) -> list[GapRow]:
    """Every number without exactly one standing paper: each explained (封存、作废、尚未用到、已认定) or named."""
    rows: list[GapRow] = []
    for found in accounts(station):
        rows += [GapRow(found.series, s.first, s.last, "sealed", True, f"封存：{s.reason}") for s in found.sealed]
        rows += [GapRow(found.series, b.first, b.last, "open", True, "已发放，尚未用到") for b in found.open]
        rows += [GapRow(found.series, n, n, "voided", True, _void_words(station, found.series, n)) for n in found.voids]
        rows += [GapRow(found.series, *gap, "gap", False, "缺号，没有记录") for gap in found.gaps]
        rows += [GapRow(found.series, n, n, "stray", False, "用了没有发放给本窗口的号") for n in found.strays]
        for n in found.doubles:
            if n in found.disputed:
                rows.append(GapRow(found.series, n, n, "disputed", True, "重号：县级已认定一份保留文号，其余待更正"))
            else:
                rows.append(GapRow(found.series, n, n, "double", False, "重号：两份文书用了同一个文号"))
    return sorted(rows, key=lambda row: (row.series, row.first, row.what))


def unexplained(station: Station) -> tuple[str, ...]:
    """The numbers nobody can explain 缺号、重号、未发放, one line for each stretch: what a window tells once a day."""
    lines = []
    for row in gap_report(station):
        if not row.explained:
            _home, year, kind = parse_series_id(row.series)
            numbers = str(row.first) if row.first == row.last else f"{row.first}–{row.last}"
            lines.append(f"{year}年“{kind}”字 {numbers} 号：{row.words}")
    return tuple(lines)


def gap_words(lines: Sequence[str]) -> str:
    """The daily message; empty when every number is explained."""
    if not lines:
        return ""
    named = "；".join(lines[:2]) + ("……" if len(lines) > 2 else "")
    return f"文号有缺号或者重号 {len(lines)} 处：{named}。按 F8 看全部和原因。"


def _void_words(station: Station, series: str, n: int) -> str:
    """Why a number's paper is void, as the clerk wrote it."""
    reasons = []
    for paper_id, case_id in stored.papers_with(station.store, series, n):
        state = station.store.state(case_id)
        voided = state.get(f"paper.{paper_id}.voided") if state is not None else None
        acts = [act for act in state.acts if f"paper.{paper_id}.voided" in act.sets] if state is not None else []
        if voided is not None and acts:
            reasons.append(acts[-1].why)
    return "作废：" + "；".join(filter(None, reasons)) if any(reasons) else "作废"


def disputed_papers(station: Station) -> list[PaperRow]:
    """Papers whose number another paper bears too and that must be corrected (文号重复，需更正)."""
    return station.store.disputed_papers()


def _writers(station: Station) -> tuple[frozenset[str], frozenset[str]]:
    current = station.store.identity.writer
    return frozenset({current}), frozenset(station.store.feed.own_writers()) - {current}


def _series(station: Station, name: str) -> tuple[SeriesState | None, list[ActDraft]]:
    """The series as it stands, or as it will when the drafts beside it are recorded.

    An office without a county gives itself its numbers, and gives its new incarnation the rest of the old one's.
    """
    state = station.store.state(name)
    if state is None:
        return None, []
    series = read_series(state)
    holders, earlier = _writers(station)
    if station.store.enrolled() or series.held_by(holders) or not series.held_by(earlier):
        return series, []
    (current,) = holders
    top, floor = stored.top_of(station.store, name), station.noted_number(name)
    leased, sealed = own_lease(series, current, earlier, top, floor)
    drafts = [ActDraft("series_leased", CaseKind.SERIES, name, leased, state.over(*leased))]
    if sealed:
        drafts.append(
            ActDraft("series_sealed", CaseKind.SERIES, name, sealed, state.over(*sealed), REASONS[Cause.SKIPPED])
        )
    changed = live_values(state) | {field: [value] for field, value in (leased | sealed).items()}
    return series_of(name, changed), drafts
