"""Document-number series 文号 in the station file: what its acts lease and which numbers papers bear; reads only."""

from __future__ import annotations

from typing import TYPE_CHECKING

from desktop.models.store.connection import faults
from domain.series import SeriesState, Top, read_series
from domain.series_account import Account, Issue, account

if TYPE_CHECKING:
    from desktop.models.store.store import Store


def series_state(store: Store, series: str) -> SeriesState | None:
    """What the acts known here say of a series; None when there are none."""
    state = store.state(series)
    return None if state is None else read_series(state)


def top_of(store: Store, series: str) -> Top:
    """The highest number that a paper known here bears, between two numbers."""

    def top(first: int, last: int) -> int:
        sql = "SELECT coalesce(max(n), 0) FROM issued WHERE series = ? AND n BETWEEN ? AND ?"
        with faults():
            return int(store.db.execute(sql, (series, first, last)).fetchone()[0])

    return top


def known_series(store: Store, home: str, year: int | None = None) -> list[tuple[str, int, str]]:
    """(series, year, kind) of the series of a home scope, or of one year of it."""
    sql = "SELECT series, year, kind FROM series WHERE home = ? AND (?2 IS NULL OR year = ?2) ORDER BY year, kind"
    with faults():
        return [(str(row[0]), int(row[1]), str(row[2])) for row in store.db.execute(sql, (home, year))]


def accounts(store: Store) -> list[Account]:
    """The account of every series known here, by its papers known here."""
    with faults():
        names = [str(row[0]) for row in store.db.execute("SELECT series FROM series ORDER BY series").fetchall()]
    found = []
    for name in names:
        state = series_state(store, name)
        if state is not None:
            found.append(account(state, issues(store, name)))
    return found


def issues(store: Store, series: str) -> list[Issue]:
    """The papers that bear a number of the series."""
    sql = (
        "SELECT i.n, i.paper_id, p.voided, p.disputed FROM issued i JOIN paper p USING (paper_id)"
        " WHERE i.series = ? ORDER BY n"
    )
    with faults():
        rows = store.db.execute(sql, (series,)).fetchall()
    return [Issue(int(n), str(paper), bool(voided), disputed=str(disputed)) for n, paper, voided, disputed in rows]


def papers_with(store: Store, series: str, n: int) -> list[tuple[str, str]]:
    """(paper, case) of the papers that bear a number."""
    sql = "SELECT i.paper_id, p.case_id FROM issued i JOIN paper p USING (paper_id) WHERE i.series = ? AND i.n = ?"
    with faults():
        return [(str(row[0]), str(row[1])) for row in store.db.execute(sql, (series, n))]


def numbers_left_the_disk(store: Store) -> bool:
    """True when a paper of this station's own with a number was made: it may lie on a table."""
    sql = "SELECT 1 FROM issued i JOIN paper p USING (paper_id) WHERE p.station = ? AND p.state <> 'issued' LIMIT 1"
    with faults():
        return store.db.execute(sql, (store.identity.station_id,)).fetchone() is not None
