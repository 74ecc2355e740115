"""What an administrator does with document numbers 文号: lease, reissue, close a year, report, end the unexplained."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from typing import Any

from domain.ranges import overlap
from domain.series import HIGHEST, REASONS, Cause, SeriesState, parse_series_id, series_id
from domain.series_account import Account, Issue, account
from sync.log import ActLog
from sync.server.overview import Overview
from sync.server.page import BEHIND_DAYS
from sync.server.series import SeriesBook
from sync.server.series_view import Unaccounted, bearers, unaccounted
from sync.server.stations import StationRow, home_scope
from sync.server.store import CountyStore


def free_for_lease(series: SeriesState, issues: Iterable[Issue], first: int, last: int) -> bool:
    """True when none of these numbers was ever leased, sealed or issued."""
    taken = [(block.first, block.last) for block in series.blocks]
    taken += [(part.first, part.last) for part in series.sealed]
    taken += [(issue.n, issue.n) for issue in issues]
    return 1 <= first <= last <= HIGHEST and not overlap([(first, last)], taken)


def reissue(
    book: SeriesBook, log: ActLog, lost: StationRow, home: str, kind: str, reason: str, to: StationRow | None
) -> list[dict[str, Any]]:
    """Take every block of a lost station back and lease a new one to ``to``; what was done, as plain facts."""
    writers = {row.writer for row in log.writers_of(lost.station)}
    done: list[dict[str, Any]] = []
    for name, series_home, _year, series_kind in book.names():
        held = {block.holder for block in book.series(name).held_by(writers)}
        if held and (series_home, series_kind) == (home, kind):
            ranges = book.seal(name, held, Cause.LOST, reason, lost.serial)
            done += [{"series": name, "sealed": list(part)} for part in ranges]
    if to is not None:
        book.lift(home, kind, to.writer)
        book.grant(to.station, [kind])
        name = series_id(home, book.years()[0], kind)
        done.append({"series": name, "leased": list(book.lease_next(name, book.size(home, kind), to.writer))})
    return done


def close_year(book: SeriesBook, year: int) -> list[dict[str, Any]]:
    """Seal what is left of every series of a past year; raises ValueError while the year runs."""
    if year >= book.years()[0]:
        raise ValueError("the year is not over")
    done: list[dict[str, Any]] = []
    for name, _home, found_year, _kind in book.names():
        if found_year == year:
            holders = {block.holder for block in book.series(name).blocks}
            ranges = book.seal(name, holders, Cause.CLOSED, REASONS[Cause.CLOSED], None)
            done += [{"series": name, "sealed": list(part)} for part in ranges]
    return done


def accounts(book: SeriesBook) -> list[Account]:
    """The account of every series."""
    return [account(book.series(name), book.issues(name)) for name, _home, _year, _kind in book.names()]


def doubles(book: SeriesBook) -> list[dict[str, Any]]:
    """Every number on two papers, the one that keeps it first."""
    return [
        {
            "series": name,
            "n": n,
            "papers": [
                {"paper": paper, "case": case, "writer": writer, "voided": voided, "keeps": place == 0}
                for place, (paper, case, writer, voided) in enumerate(book.bearers(name, n))
            ],
        }
        for name, n in book.doubled()
    ]


# the command line ----------------------------------------------------------------------------------------------------


def add_words(admin: Any) -> None:
    """The words ``lease`` and ``series …`` behind ``admin``."""
    lease = admin.add_parser("lease", help="手工发放一段文号")
    lease.add_argument("--office", required=True)
    lease.add_argument("--year", type=int, required=True)
    lease.add_argument("--kind", required=True)
    lease.add_argument("--start", type=int, default=1)
    lease.add_argument("--count", type=int, default=200)
    lease.add_argument("--station", default="")
    lease.set_defaults(do=_lease)

    parts = admin.add_parser("series", help="文号").add_subparsers(dest="series_task", required=True)
    again = parts.add_parser("reissue", help="工作站丢失或损坏：封存其文号，另发新号")
    again.add_argument("--office", required=True)
    again.add_argument("--kind", required=True)
    again.add_argument("--reason", required=True)
    again.add_argument("--station", default="", help="丢失的工作站；该单位只有一台时可省略")
    again.add_argument("--to", default="", help="把新号发给这台工作站；省略时由接替的工作站首次联系时领取")
    again.set_defaults(do=_reissue)
    close = parts.add_parser("close", help="年度终了：封存未用文号")
    close.add_argument("--year", type=int, required=True)
    close.set_defaults(do=_close)
    parts.add_parser("report", help="每个文号的去向").set_defaults(do=_report)
    parts.add_parser("doubles", help="重号").set_defaults(do=_doubles)
    parts.add_parser("gaps", help="查不到去向的文号：没有记录的，文书用了而没有发放记录的").set_defaults(do=_gaps)
    explain = parts.add_parser("explain", help="了结查不到去向的文号：没有记录的封存，文书用了的补记发放")
    explain.add_argument("--series", required=True, help="系列，按 series gaps 所列")
    explain.add_argument("--first", type=int, required=True)
    explain.add_argument("--last", type=int, required=True)
    explain.add_argument("--reason", required=True)
    explain.add_argument("--anyway", action="store_true", help="还有工作站没有联系或者没有报完，也不再等")
    explain.set_defaults(do=_explain)
    size = parts.add_parser("size", help="每次发放多少个号")
    size.add_argument("--office", required=True)
    size.add_argument("--kind", required=True)
    size.add_argument("--count", type=int, required=True)
    size.add_argument("--restricted", action="store_true", help="检举控告窗口")
    size.set_defaults(do=_size)


def _lease(store: CountyStore, words: argparse.Namespace) -> int:
    row = _pick(store, words.office, words.station)
    if row is None:
        return _fail("该单位没有或有多台工作站，请用 --station 指明。")
    name = series_id(_home(row), words.year, words.kind)
    first, last = words.start, words.start + words.count - 1
    with store.transaction():
        if not free_for_lease(store.series.series(name), store.series.issues(name), first, last):
            return _fail("这些号码已经发放、封存或者用过，或者不成立。")
        store.series.lease(name, first, last, row.writer)
    return 0


def _reissue(store: CountyStore, words: argparse.Namespace) -> int:
    lost = _pick(store, words.office, words.station, also_revoked=True)
    to = store.station(words.to) if words.to else None
    if lost is None:
        return _fail("该单位没有或有多台工作站，请用 --station 指明。")
    if words.to and (to is None or to.revoked or _home(to) != _home(lost)):
        return _fail("--to 指的工作站不存在、已停用或者不属于同一单位。")
    with store.transaction():
        _say(*reissue(store.series, store.log, lost, _home(lost), words.kind, words.reason, to))
    return 0


def _close(store: CountyStore, words: argparse.Namespace) -> int:
    try:
        with store.transaction():
            _say(*close_year(store.series, words.year))
    except ValueError:
        return _fail("该年度还没有结束。")
    return 0


def _report(store: CountyStore, _words: argparse.Namespace) -> int:
    found = accounts(store.series)
    _say(*(_account_line(each) for each in found))
    return 0 if all(each.clean for each in found) else 3


def _doubles(store: CountyStore, _words: argparse.Namespace) -> int:
    _say(*doubles(store.series))
    return 0


def _gaps(store: CountyStore, _words: argparse.Namespace) -> int:
    with store.snapshot():
        found = [_gap_line(store, each) for each in unaccounted(store.database)]
    _say(*found)
    return 3 if found else 0


def _gap_line(store: CountyStore, found: Unaccounted) -> dict[str, Any]:
    """One stretch: what is wrong, who used it, who may still tell of it, and what would end it."""
    line: dict[str, Any] = {
        "series": found.series, "first": found.first, "last": found.last, "what": found.what, "words": found.words,
        "waiting": [_station_line(row) for row in may_tell(store, found.series)],
        "proposal": "补记发放" if found.writer else "封存",
    }  # fmt: skip
    if found.writer:
        known = store.log.writer(found.writer)
        row = store.station(known.station) if known is not None else None
        line |= {
            "writer": found.writer,
            "by": None if row is None else _station_line(row),
            "papers": [asdict(each) for each in bearers(store.database, found)],
        }
    return line


def _station_line(row: StationRow) -> dict[str, Any]:
    return {
        "station": row.station, "office": row.office, "window": row.window,
        "contact_ms": row.contact_ms, "backlog": row.backlog,
    }  # fmt: skip


def may_tell(store: CountyStore, name: str) -> list[StationRow]:
    """Stations in service of a series' desk that may hold what the county forgot: silent for days, or not done."""
    home = parse_series_id(name)[0]
    seen = Overview(store.database)
    rows = {row.station: row for row in (*seen.behind(BEHIND_DAYS, store.now()), *seen.backlog())}
    return [row for row in rows.values() if not row.revoked and (home == _home(row) or home in row.scopes)]


def _explain(store: CountyStore, words: argparse.Namespace) -> int:
    try:
        parse_series_id(words.series)
    except ValueError:
        return _fail("没有这个文号系列，请照 series gaps 列出的写。")
    if not words.reason.strip():
        return _fail("请写明理由。")
    with store.transaction():
        waiting = may_tell(store, words.series)
        if waiting and not words.anyway:
            named = "、".join(f"{row.office} {row.window}号窗口（{row.station[:8]}）" for row in waiting)
            return _fail(
                f"这些工作站还没有联系或者没有报完，可能知道这些号的去向：{named}。"
                "请等它们联系；丢失的先用 revoke 停用；不再等的加 --anyway。"
            )
        ended = store.series.explain(words.series, words.first, words.last, words.reason)
    if not ended:
        return _fail("这些号都有去向，没有要了结的。")
    _say(*({"series": each.series, ("leased" if each.writer else "sealed"): [each.first, each.last]} for each in ended))
    return 0


def _size(store: CountyStore, words: argparse.Namespace) -> int:
    if not 2 <= words.count <= HIGHEST:
        return _fail("每次至少发放两个号。")
    home = f"restricted/{words.office}" if words.restricted else f"office/{words.office}"
    with store.transaction():
        store.series.set_size(home, words.kind, words.count)
    return 0


def _account_line(found: Account) -> dict[str, Any]:
    return {
        "series": found.series, "top": found.top, "issued": found.issued, "voided": found.voided,
        "sealed": [[part.first, part.last, part.cause, part.reason] for part in found.sealed],
        "open": [[block.first, block.last, block.holder] for block in found.open],
        "gaps": [list(gap) for gap in found.gaps], "doubles": list(found.doubles), "strays": list(found.strays),
        "clean": found.clean,
    }  # fmt: skip


def _pick(store: CountyStore, office: str, station: str, *, also_revoked: bool = False) -> StationRow | None:
    """The station named, or the only one of the office."""
    rows = [row for row in store.stations() if row.office == office and (also_revoked or not row.revoked)]
    if station:
        rows = [row for row in rows if row.station == station]
    return rows[0] if len(rows) == 1 else None


def _home(row: StationRow) -> str:
    return row.home or home_scope(row.office, row.scopes)


def _say(*lines: Mapping[str, Any]) -> None:
    for line in lines:
        print(json.dumps(line, ensure_ascii=False))


def _fail(words: str) -> int:
    print(words, file=sys.stderr)
    return 2
