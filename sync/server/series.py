"""The county's book of document numbers 文号: who holds which block, which numbers came, what must be leased or sealed.

Its tables are a view of acts, written with them in one transaction; only the acts count. It alone writes
``series_leased``, ``series_sealed`` and ``number_disputed`` at the county.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Any, Final, TypeAlias

from domain.acts import Act, ActDraft, CaseKind
from domain.beijing import beijing_minute
from domain.canonical import Json
from domain.fold import CaseState, is_count
from domain.ranges import Range
from domain.series import (
    BLOCK_SIZE,
    HIGHEST,
    REASONS,
    Cause,
    SeriesState,
    behind_everything,
    lease_sets,
    left,
    parse_series_id,
    read_series,
    seal_sets,
    series_id,
    series_named,
    suspend_sets,
    unused,
)
from domain.series_account import Issue, borne_sets, missing_sets
from sync.log import ActLog
from sync.log.log import Database
from sync.server.series_tables import TABLES
from sync.server.series_view import Unaccounted, read_states, unaccounted
from sync.server.stations import StationRow, home_scope

_PAPER_ACTS: Final = frozenset({"paper_issued", "paper_voided"})

Rows = dict[str, list[tuple[Any, ...]]]


Record: TypeAlias = Callable[..., Sequence[Act]]
"""How the county writes acts of its own, inside the running transaction: given the draft of each."""


class SeriesBook:
    """Leases, seals and disputes. Every method that writes runs inside its caller's transaction."""

    def __init__(
        self,
        db: Database,
        log: ActLog,
        record: Record,
        fold: Callable[[str], CaseState | None],
        clock: Callable[[], int],
    ) -> None:
        self._db = db
        self._log = log
        self._record = record
        self._fold = fold
        self._clock = clock
        self._suspects: set[tuple[str, int]] = set()
        self._at_rest: dict[str, tuple[str, tuple[int, ...]]] = {}

    def forget(self) -> None:
        """A transaction was rolled back: nothing that was remembered from it holds."""
        self._at_rest.clear()

    # the view of acts --------------------------------------------------------------------------------------------

    def note(self, changed: Mapping[str, Sequence[Act]], fold: Callable[[Sequence[Act]], CaseState]) -> None:
        """Write the rows of the cases that changed, from their delivered acts."""
        noted = [case_id for case_id, acts in changed.items() if concerns(case_id, acts)]
        if not noted:
            return
        self._at_rest.clear()
        found: Rows = {}
        for case_id in noted:
            for table, rows in self.rows(fold(changed[case_id])).items():
                found.setdefault(table, []).extend(rows)
        for table in TABLES:
            self._db.executemany(f"DELETE FROM {table} WHERE {_KEY[table]} = ?", [(case_id,) for case_id in noted])
        for table, rows in found.items():
            row_marks = ", ".join("?" * len(rows[0]))
            self._db.executemany(f"INSERT INTO {table} VALUES ({row_marks}) ON CONFLICT DO NOTHING", rows)
        self._suspects |= {(str(row[0]), int(row[1])) for row in found.get("series_issue", [])}

    def rows(self, state: CaseState) -> Rows:
        """The rows a case stands for."""
        try:
            home, year, kind = parse_series_id(state.case_id)
        except ValueError:
            return self._paper_rows(state)
        series = read_series(state)
        name = state.case_id
        found: Rows = {
            "series_block": [(name, home, year, kind, b.first, b.last, b.holder) for b in series.blocks],
            "series_seal": [(name, s.first, s.last, s.cause, s.reason) for s in series.sealed],
            "series_suspension": [(name, home, kind, w, serial) for w, serial in sorted(series.suspended.items())],
        }
        return {table: rows for table, rows in found.items() if rows}

    def _paper_rows(self, state: CaseState) -> Rows:
        """Numbers that the papers of a case bear; only of the series of the scope that issued them."""
        scopes = {act.act_id: act.scope for act in state.acts}
        found: list[tuple[Any, ...]] = []
        for paper_id, value in state.items("paper").items():
            if not isinstance(value, dict):
                continue
            series, n = value.get("series"), value.get("n")
            act_id = state.fields[f"paper.{paper_id}"].heads[0].act_id
            if not (isinstance(series, str) and is_count(n) and 1 <= n <= HIGHEST):
                continue
            series = series_named(series)
            if not series.startswith(f"series/{scopes[act_id]}/"):
                continue
            sql = "SELECT seq, writer FROM act WHERE act_id = ?"
            seq, writer = self._db.execute(sql, (bytes.fromhex(act_id),)).fetchone()
            voided = int(state.get(f"paper.{paper_id}.voided") is not None)
            found.append((series, n, paper_id, state.case_id, bytes(writer).hex(), int(seq), voided))
        return {"series_issue": found} if found else {}

    def held_rows(self) -> set[tuple[Any, ...]]:
        """Every row of the views as it stands, with its table's name before it: what ``verify`` compares."""
        return {(table, *row) for table in TABLES for row in self._db.execute(f"SELECT * FROM {table}").fetchall()}

    def series(self, name: str) -> SeriesState:
        """A series as its acts tell it."""
        return read_states(self._db, [name])[name]

    def issues(self, name: str) -> list[Issue]:
        """Every paper the county holds with a number of the series."""
        sql = "SELECT n, paper_id, voided, writer FROM series_issue WHERE series = ? ORDER BY n, seq"
        return [Issue(int(r[0]), str(r[1]), bool(r[2]), str(r[3])) for r in self._db.execute(sql, (name,)).fetchall()]

    def _top(self, name: str) -> Callable[[int, int], int]:
        def top(first: int, last: int) -> int:
            sql = "SELECT coalesce(max(n), 0) FROM series_issue WHERE series = ? AND n BETWEEN ? AND ?"
            return int(self._db.execute(sql, (name, first, last)).fetchone()[0])

        return top

    # at each contact -----------------------------------------------------------------------------------------------

    def grant(self, station: str, kinds: Iterable[str]) -> None:
        """Let a station number these kinds of papers; the blocks are leased at its first contact."""
        sql = "INSERT INTO series_right VALUES (?, ?) ON CONFLICT (station, kind) DO NOTHING"
        self._db.executemany(sql, [(station, kind) for kind in kinds])
        self._at_rest.clear()

    def settle(self, row: StationRow, level: Collection[str], *, quiet: bool = False) -> None:
        """What a contact calls for: disputes raised, blocks renewed, those of an earlier incarnation sealed.

        ``level`` are the station's writers whose whole log lies here, and which bring nothing back: a county put back
        from an older copy leases nothing to a station that may still hold what the county forgot. ``quiet`` for a
        contact that brought nothing.
        """
        self._raise_disputes()
        if len(level) != 1 or row.revoked:
            return
        (writer,) = level
        years = self.years()
        if quiet and self._at_rest.get(row.station) == (writer, years):
            return
        home = row.home or home_scope(row.office, row.scopes)
        kinds = self._kinds(row)
        ended = self._suspensions(home, writer)
        sizes = self._sizes(home)
        served = [
            (series_id(home, year, kind), sizes.get(kind, BLOCK_SIZE))
            for kind in kinds
            if ended.get(kind, -1) < row.serial
            for year in years
        ]
        states = read_states(self._db, [name for name, _size in served])
        others = {other.writer for other in self._log.writers_of(row.station)} - {writer}
        due = [draft for name, size in served for draft in self._serve(states[name], size, row.serial, writer, others)]
        if due:
            self._record(*due)
        self._at_rest[row.station] = (writer, years)

    def years(self) -> tuple[int, ...]:
        """The years to lease for: in December the next one too."""
        now = beijing_minute(self._clock())
        year = int(now[:4])
        return (year, year + 1) if now[5:7] == "12" else (year,)

    def _kinds(self, row: StationRow) -> list[str]:
        sql = "SELECT kind FROM series_right WHERE station = ? ORDER BY kind"
        told = [str(found[0]) for found in self._db.execute(sql, (row.station,)).fetchall()]
        if told:
            return told
        held: set[str] = set()  # a county put back from an older copy forgot the code, not the acts
        for writer in self._log.writers_of(row.station):
            sql = "SELECT DISTINCT kind FROM series_block WHERE holder = ?"
            held |= {str(found[0]) for found in self._db.execute(sql, (writer.writer,)).fetchall()}
        return sorted(held)

    def _suspensions(self, home: str, writer: str) -> dict[str, int]:
        """Kind → the highest certificate under which this writer's leases of it were ended."""
        sql = "SELECT kind, max(serial) FROM series_suspension WHERE home = ? AND writer = ? GROUP BY kind"
        return {str(row[0]): int(row[1]) for row in self._db.execute(sql, (home, writer)).fetchall()}

    def _serve(
        self, series: SeriesState, wanted: int, serial: int, writer: str, others: Collection[str]
    ) -> list[ActDraft]:
        """Seal what is to be sealed in one series; the lease that is due then, if one is."""
        name = series.series
        gone = self._ended(series, others, serial)
        if gone:
            self.seal(name, gone, Cause.INCARNATION, REASONS[Cause.INCARNATION], serial)
            series = self.series(name)
        if left(series, {writer}, self._top(name)) * 2 >= wanted:
            return []
        return [_lease(name, *self._next(series, wanted), writer)]

    def _ended(self, series: SeriesState, others: Collection[str], serial: int) -> set[str]:
        """Earlier incarnations to seal: not suspended yet, or holding numbers again, their lease having come back to a
        restored county after the suspension."""
        holders = {block.holder for block in series.held_by(others)}
        return {each for each in holders if series.suspended.get(each, 0) < serial or self._unused(series, {each})}

    def lease_next(self, name: str, count: int, writer: str) -> tuple[int, int]:
        """The next block, behind every number ever leased or issued."""
        first, last = self._next(self.series(name), count)
        self.lease(name, first, last, writer)
        return first, last

    def _next(self, series: SeriesState, count: int) -> tuple[int, int]:
        first = behind_everything(series, self._top(series.series)(1, HIGHEST))
        return first, first + count - 1

    def lease(self, name: str, first: int, last: int, writer: str) -> Act:
        """Lease one block to a writer."""
        return self._record(_lease(name, first, last, writer))[0]

    def seal(self, name: str, writers: Collection[str], cause: str, reason: str, serial: int | None) -> list[Range]:
        """Seal what these writers' blocks hold unused; with ``serial`` they get no more under that certificate."""
        ranges = self._unused(self.series(name), writers)
        sets = seal_sets(ranges, cause, reason)
        if serial is not None:
            sets |= suspend_sets(sorted(writers), cause, serial)
        if sets:
            home = parse_series_id(name)[0]
            self._record(ActDraft("series_sealed", CaseKind.SERIES, name, sets, why=reason, scope=home))
        return ranges

    def explain(self, name: str, first: int, last: int, reason: str) -> list[Unaccounted]:
        """End what is in no account between these numbers, on an administrator's word; what was ended.

        A number on no paper is sealed; a paper's number is recorded as leased to the writer of the paper. What comes
        back later, a lease or a paper, is as good as ever: a paper fills its sealed number.
        """
        found = [
            replace(each, first=max(first, each.first), last=min(last, each.last))
            for each in unaccounted(self._db, name)
            if each.first <= last and each.last >= first
        ]
        state = self._fold(name)
        fields = () if state is None else state.fields
        borne = [(n, each.writer) for each in found if each.writer for n in range(each.first, each.last + 1)]
        missing = [(each.first, each.last) for each in found if not each.writer]
        for kind, sets in (
            ("series_sealed", missing_sets(missing, fields, reason)),
            ("series_leased", borne_sets(borne, fields)),
        ):
            if sets:
                self._record(ActDraft(kind, CaseKind.SERIES, name, sets, why=reason, scope=parse_series_id(name)[0]))
        return found

    def _unused(self, series: SeriesState, writers: Collection[str]) -> list[Range]:
        """Numbers of these writers' blocks that no paper bears and that are not sealed."""
        sql = "SELECT n FROM series_issue WHERE series = ? AND n BETWEEN ? AND ?"
        blocks = [(series.series, block.first, block.last) for block in series.held_by(writers)]
        issued = {int(row[0]) for block in blocks for row in self._db.execute(sql, block).fetchall()}
        return unused(series, writers, issued)

    def _raise_disputes(self) -> None:
        """Two papers with one number: the first that came keeps it, the other must be corrected by a person."""
        suspects, self._suspects = self._suspects, set()
        for name, n in sorted(suspects):
            papers = self.bearers(name, n)
            if len(papers) < 2:
                continue
            for place, (paper_id, case_id, _writer, _voided) in enumerate(papers):
                field = f"paper.{paper_id}.disputed"
                state = self._fold(case_id)
                if state is None or field in state.fields:
                    continue
                value: Json = {"keeps": place == 0, "series": name, "n": n}
                draft = ActDraft("number_disputed", state.case_kind, case_id, {field: value}, scope=state.scope)
                self._record(draft)

    def bearers(self, name: str, n: int) -> list[tuple[str, str, str, bool]]:
        """(paper, case, writer, voided) of every paper with this number, in the order they were taken."""
        sql = "SELECT paper_id, case_id, writer, voided FROM series_issue WHERE series = ? AND n = ? ORDER BY seq"
        rows = self._db.execute(sql, (name, n)).fetchall()
        return [(str(row[0]), str(row[1]), str(row[2]), bool(row[3])) for row in rows]

    # what is asked -------------------------------------------------------------------------------------------------

    def size(self, home: str, kind: str) -> int:
        """How many numbers a new block of this desk and kind has."""
        return self._sizes(home).get(kind, BLOCK_SIZE)

    def _sizes(self, home: str) -> dict[str, int]:
        rows = self._db.execute("SELECT kind, size FROM series_size WHERE home = ?", (home,)).fetchall()
        return {str(row[0]): int(row[1]) for row in rows}

    def set_size(self, home: str, kind: str, size: int) -> None:
        """Give new blocks of this desk and kind another size."""
        self._db.execute(
            "INSERT INTO series_size VALUES (?, ?, ?) ON CONFLICT (home, kind) DO UPDATE SET size = excluded.size",
            (home, kind, size),
        )
        self._at_rest.clear()

    def names(self) -> list[tuple[str, str, int, str]]:
        """(series, home, year, kind) of every series with a block or an issued number."""
        sql = "SELECT series FROM series_block UNION SELECT series FROM series_issue ORDER BY series"
        found = []
        for (name,) in self._db.execute(sql).fetchall():
            with suppress(ValueError):  # a paper from elsewhere may call anything its series
                found.append((str(name), *parse_series_id(str(name))))
        return found

    def doubled(self) -> list[tuple[str, int]]:
        """(series, number) of every number on two papers."""
        sql = "SELECT series, n FROM series_issue GROUP BY series, n HAVING count(*) > 1 ORDER BY series, n"
        return [(str(row[0]), int(row[1])) for row in self._db.execute(sql).fetchall()]

    def lift(self, home: str, kind: str, writer: str) -> None:
        """End a writer's suspension: an administrator says that it may number again."""
        sql = "SELECT series FROM series_suspension WHERE home = ? AND kind = ? AND writer = ? ORDER BY series"
        for (name,) in self._db.execute(sql, (home, kind, writer)).fetchall():
            sets: dict[str, Json] = {f"suspended.{writer}": None}
            self._record(ActDraft("series_leased", CaseKind.SERIES, name, sets, scope=home))


def _lease(name: str, first: int, last: int, writer: str) -> ActDraft:
    sets = lease_sets(first, last, writer)
    return ActDraft("series_leased", CaseKind.SERIES, name, sets, scope=parse_series_id(name)[0])


def concerns(case_id: str, acts: Iterable[Act]) -> bool:
    """True for a series, and for a case with a numbered paper."""
    for act in acts:
        if act.kind in _PAPER_ACTS:
            return True
    return case_id.startswith("series/")


_KEY: Final = {
    "series_block": "series",
    "series_seal": "series",
    "series_suspension": "series",
    "series_issue": "case_id",
}
