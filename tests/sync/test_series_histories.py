"""Random histories of windows that number papers: crashes, old copies, twins, lost stations, an old county put back.

What must hold in all of them (I9): two papers with one number are disputed; no number is issued without a lease the
issuer had seen; when everybody has spoken and the year is closed, every number is issued, voided or sealed.
"""

from __future__ import annotations

import shutil
import tempfile
from contextlib import suppress
from pathlib import Path

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule

from domain.refusals import Refusal
from domain.series import Block, series_of
from sync.exchange import begin_incarnation
from sync.server.series_admin import accounts, close_year, doubles, reissue
from tests.sync.harness import Station
from tests.sync.numbering import KIND, NAME, OFFICE, Hall, issue, papers_at

YEAR_MS = 366 * 24 * 3600 * 1000
WHICH = st.integers(0, 5)
HISTORIES = 25 if settings().max_examples <= 100 else settings().max_examples
"""Each takes half a second; XINFANG_SEARCH=1 looks through many more."""


class Numbering(RuleBasedStateMachine):
    """Two windows of one office and whatever copies of them come to life."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(prefix="series-"))
        self.hall = Hall(self.folder, size=4)
        self.live = [self.hall.station("one", "1"), self.hall.station("two", "2")]
        self.copies: list[Path] = []
        self.county_copy = ""
        self.made = 0
        self.hall.sync(*self.live)

    def name(self, what: str) -> str:
        self.made += 1
        return f"{what}{self.made}"

    def at(self, which: int) -> Station:
        return self.live[which % len(self.live)]

    @rule(which=WHICH, count=st.integers(1, 4), spoken=st.booleans())
    def papers_are_issued(self, which: int, count: int, spoken: bool) -> None:
        station = self.at(which)
        for _ in range(count):
            with suppress(Refusal):
                issue(station)
        if spoken:
            self.hall.sync(station)

    @precondition(lambda self: len(self.live) > 1)
    @rule(count=st.integers(1, 3))
    def every_desk_issues_papers(self, count: int) -> None:
        for which in range(len(self.live)):
            self.papers_are_issued(which, count, spoken=False)

    @rule(which=WHICH)
    def a_paper_is_voided(self, which: int) -> None:
        station = self.at(which)
        mine = [(paper, act) for _, paper, act in papers_at(station, NAME) if act.station == station.identity.station]
        if mine:
            paper, act = mine[-1]
            sets = {f"paper.{paper}.voided": "2026-11-23 09:00"}
            station.write(station.act(act.case_id, sets, kind="paper_voided", scope=act.scope))

    @rule(which=WHICH)
    def a_station_speaks_with_the_county(self, which: int) -> None:
        self.hall.sync(self.at(which))

    @rule(which=WHICH)
    def an_answer_is_lost(self, which: int) -> None:
        self.hall.answer(self.at(which).request())

    @rule(which=WHICH)
    def a_backup_is_made(self, which: int) -> None:
        self.copies.append(self.hall.copy(self.at(which), self.name("copy")))

    @precondition(lambda self: len(self.live) < 5)
    @rule(which=WHICH, noticed=st.booleans(), fresh=st.booleans())
    def a_copy_comes_to_life(self, which: int, noticed: bool, fresh: bool) -> None:
        """Beside the original, or after its death; ``noticed`` when the fence tells it from the original."""
        if fresh or not self.copies:
            self.a_backup_is_made(which)
        source = self.copies[-1] if fresh else self.copies[which % len(self.copies)]
        path = self.folder / f"{self.name('life')}.db"
        shutil.copy(source, path)
        station = Station(path)
        if noticed:
            with station.transaction():
                me = station.identity
                begin_incarnation(station.log, station.feed, station.reborn(), me.station, OFFICE)
            station.read_me()
        self.live.append(station)

    @precondition(lambda self: len(self.live) > 1)
    @rule(which=WHICH)
    def a_disk_dies(self, which: int) -> None:
        self.live.pop(which % len(self.live)).close()

    @rule(which=WHICH)
    def a_station_is_given_up(self, which: int) -> None:
        county = self.hall.county
        row = county.station(self.at(which).identity.station)
        assert row is not None
        with county.transaction():
            reissue(county.series, county.log, row, "office/370205", KIND, "硬盘损坏", None)

    @rule()
    def the_county_is_copied(self) -> None:
        self.county_copy = self.name("county")
        self.hall.copy_county(self.county_copy)

    @precondition(lambda self: self.county_copy)
    @rule()
    def the_county_is_put_back(self) -> None:
        self.hall.restore_county(self.county_copy)

    def teardown(self) -> None:
        try:
            self.everybody_speaks()
            self.what_must_hold()
        finally:
            for station in self.live:
                station.close()
            self.hall.county.close()
            shutil.rmtree(self.folder)

    def everybody_speaks(self) -> None:
        """Until nobody learns anything: what one brings back another may have to be told."""
        for _ in range(4):
            self.hall.sync(*self.live)
        self.hall.now_ms += YEAR_MS
        with self.hall.county.transaction():
            close_year(self.hall.county.series, 2026)
        self.hall.sync(*self.live)

    def what_must_hold(self) -> None:
        county = self.hall.county
        county.verify()
        for found in accounts(county.series):
            if found.series == NAME:
                assert (found.gaps, found.open, found.strays) == ((), (), ())
        for double in doubles(county.series):
            said = [self.dispute(paper["case"], paper["paper"]) for paper in double["papers"]]
            assert all(each is not None for each in said), "a double number that nobody is told of"
            assert True in said
        self.no_number_without_a_lease()

    def dispute(self, case_id: str, paper: str) -> object:
        state = self.hall.county.fold_case(case_id)
        assert state is not None
        value = state.get(f"paper.{paper}.disputed")
        return value.get("keeps") if isinstance(value, dict) else None

    def no_number_without_a_lease(self) -> None:
        """The lease covers the number, is the issuer's own, and lies before the paper in the order of causes."""
        log = self.hall.county.log
        leases = [
            (act.lamport, block)
            for act in log.case(NAME)
            for block in series_of(NAME, {name: [value] for name, value in act.sets.items()}).blocks
        ]
        for issued in self.hall.county.series.issues(NAME):
            case_id = next(b[1] for b in self.hall.county.series.bearers(NAME, issued.n) if b[0] == issued.paper)
            (paper,) = [act for act in log.case(case_id) if f"paper.{issued.paper}" in act.sets]
            assert any(
                lamport < paper.lamport and block.holder == issued.writer and covers(block, issued.n)
                for lamport, block in leases
            ), f"number {issued.n} has no lease behind it"


def covers(block: Block, n: int) -> bool:
    return block.first <= n <= block.last


TestNumbering = Numbering.TestCase
TestNumbering.settings = settings(max_examples=HISTORIES, stateful_step_count=25, deadline=None)
