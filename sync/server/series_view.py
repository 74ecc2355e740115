"""The county's book of document numbers 文号 as its tables tell it: series, and numbers in no account. Reads only."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from domain.ranges import Range, union
from domain.series import Block, Sealed, SeriesState, parse_series_id
from domain.series_account import gaps, strays
from sync.log.log import Database, batched, marks
from sync.server.stations import home_scope

_RUNS_SQL = """
SELECT series, n, writer, starts, ends FROM (
  SELECT series, n, writer, paper_id,
    CASE WHEN n - lag(n) OVER (PARTITION BY series ORDER BY n, paper_id) <= 1
          AND lag(writer) OVER (PARTITION BY series ORDER BY n, paper_id) = writer THEN 0 ELSE 1 END AS starts,
    CASE WHEN lead(n) OVER (PARTITION BY series ORDER BY n, paper_id) - n <= 1
          AND lead(writer) OVER (PARTITION BY series ORDER BY n, paper_id) = writer THEN 0 ELSE 1 END AS ends
  FROM series_issue {where}) AS placed
WHERE starts = 1 OR ends = 1 ORDER BY series, n, paper_id
"""
"""The first and the last of every run of numbers on papers of one writer: a year's papers are a few hundred runs."""


@dataclass(frozen=True, slots=True)
class Unaccounted:
    """Numbers of a series in no account: a ``gap`` that nothing tells of, or papers without a lease (``stray``)."""

    series: str
    first: int
    last: int
    writer: str = ""
    """Whose hand the papers are; empty for a gap."""

    @property
    def what(self) -> str:
        """``gap`` or ``stray``."""
        return "stray" if self.writer else "gap"

    @property
    def words(self) -> str:
        """What is wrong with them, for a person."""
        return "文书用了号，县里没有发放记录" if self.writer else "没有发放、使用或者封存的记录"


@dataclass(frozen=True, slots=True)
class Bearer:
    """A paper that bears a number."""

    n: int
    paper: str
    case: str
    voided: bool


def read_states(db: Database, names: Sequence[str]) -> dict[str, SeriesState]:
    """Several series at once, as their acts tell them: every contact asks for all of a station's."""
    blocks: dict[str, list[Block]] = {name: [] for name in names}
    sealed: dict[str, list[Sealed]] = {name: [] for name in names}
    ended: dict[str, dict[str, int]] = {name: {} for name in names}
    for some in batched(list(names)):
        where = f"WHERE series IN ({marks(some)})"
        for row in db.execute(f"SELECT series, first, last, holder FROM series_block {where} ORDER BY first", some):
            blocks[row[0]].append(Block(int(row[1]), int(row[2]), str(row[3])))
        for row in db.execute(f"SELECT series, first, last, cause, reason FROM series_seal {where}", some):
            sealed[row[0]].append(Sealed(int(row[1]), int(row[2]), str(row[3]), str(row[4])))
        for row in db.execute(f"SELECT series, writer, serial FROM series_suspension {where}", some):
            ended[row[0]][str(row[1])] = int(row[2])
    return {name: SeriesState(name, tuple(blocks[name]), tuple(sorted(sealed[name])), ended[name]) for name in names}


def unaccounted(db: Database, only: str = "") -> list[Unaccounted]:
    """Every number in no account, by series, or of one series ``only``: what an administrator has to see to.

    A server with counties below sees to its own desks: the numbers of the others are the counties' business, and it
    may not hold all of their papers.
    """
    where, which = ("WHERE series = ?", (only,)) if only else ("", ())
    runs = _runs(db.execute(_RUNS_SQL.format(where=where), which).fetchall())
    names = runs.keys() | {
        str(row[0]) for row in db.execute(f"SELECT DISTINCT series FROM series_seal {where}", which).fetchall()
    }
    states = read_states(db, sorted(filter(_ours(db), names)))
    found: list[Unaccounted] = []
    for name, series in states.items():
        by_writer = runs.get(name, {})
        borne = union(run for mine in by_writer.values() for run in mine)
        lines = [Unaccounted(name, *part) for part in gaps(series, borne)]
        for writer, mine in by_writer.items():
            lines += [Unaccounted(name, *part, writer) for part in strays(series, writer, mine)]
        found += sorted(lines, key=lambda line: (line.first, line.writer))
    return found


def bearers(db: Database, line: Unaccounted) -> Iterator[Bearer]:
    """The papers of a ``stray``, in the order the county took them."""
    sql = (
        "SELECT n, paper_id, case_id, voided FROM series_issue"
        " WHERE series = ? AND n BETWEEN ? AND ? AND writer = ? ORDER BY n, seq"
    )
    for row in db.execute(sql, (line.series, line.first, line.last, line.writer)).fetchall():
        yield Bearer(int(row[0]), str(row[1]), str(row[2]), bool(row[3]))


def _runs(ends_of_runs: Iterable[tuple[Any, ...]]) -> dict[str, dict[str, list[Range]]]:
    """Series → writer → numbers on its papers."""
    found: dict[str, dict[str, list[Range]]] = {}
    start = 0
    for series, n, writer, starts, ends in ends_of_runs:
        start = int(n) if starts else start
        if ends:
            found.setdefault(str(series), {}).setdefault(str(writer), []).append((start, int(n)))
    return found


def _ours(db: Database) -> Callable[[str], bool]:
    """Which names are series this server has to account for; a paper from elsewhere may call anything its series."""
    rows = db.execute("SELECT home, office, scopes FROM station").fetchall()
    homes = {str(home) or home_scope(str(office), str(scopes).split()) for home, office, scopes in rows}
    below = any(home.startswith("county/") for home in homes)

    def ours(name: str) -> bool:
        try:
            home, _year, _kind = parse_series_id(name)
        except ValueError:
            return False
        return home in homes or not below

    return ours
