"""Document numbers in no account: a county put back forgot a lease; a person ends them; the lost desk comes back."""

from __future__ import annotations

import json
import time
from dataclasses import replace
from typing import Any

from domain.beijing import beijing_minute
from domain.fold import fold
from domain.series import Cause, series_id
from domain.series_account import Account, Issue, account
from sync.client import HttpTransport
from sync.exchange import begin_incarnation
from sync.server.app import County as CountyApp
from sync.server.series_admin import accounts, doubles, may_tell
from sync.server.series_view import bearers, unaccounted
from tests.sync.asgi import Line
from tests.sync.harness import Station, converge
from tests.sync.numbering import KIND, NAME, Hall, hall, issue, papers_at, refused, series_at
from tests.sync.relay_world import TOWN, joined, world

__all__ = ["hall", "joined", "world"]

WHY = "县级恢复旧备份，窗口硬盘损坏，查无发放记录"


class Loss:
    """A lease that lives nowhere but on a disk nobody has: 7–12 of the first window, of which 7, 8 and 9 are used.

    Another office was shown the matters with the papers 7 and 9, and so has them; no series comes to it.
    """

    def __init__(self, hall: Hall) -> None:
        one, self.other = hall.station("one"), hall.station("other", office="370206")
        hall.sync(one, self.other)
        hall.copy_county("older")
        early = hall.copy(one, "early")
        assert [issue(one) for _ in range(4)] == [1, 2, 3, 4]
        hall.sync(one)
        for n in range(5, 10):
            assert issue(one, shown="office/370206" if n in (7, 9) else "") == n
            hall.sync(one)  # each signed by itself: what the other office brings back is proved
        hall.sync(self.other)
        assert len(papers_at(self.other, NAME)) == 2
        assert series_at(self.other, NAME) is None
        self.lost = one
        hall.restore_county("older")
        self.restored = Station(early)
        with self.restored.transaction():
            me = self.restored.identity
            begin_incarnation(self.restored.log, self.restored.feed, self.restored.reborn(), me.station, "370205")
        self.restored.read_me()


def told(hall: Hall) -> list[tuple[str, int, int, str]]:
    return [(each.what, each.first, each.last, each.writer) for each in unaccounted(hall.county.database)]


def explain(hall: Hall) -> None:
    with hall.county.transaction():
        for each in unaccounted(hall.county.database):
            hall.county.series.explain(each.series, each.first, each.last, WHY)


def account_of(hall: Hall) -> Account:
    return next(each for each in accounts(hall.county.series) if each.series == NAME)


def account_at(station: Station) -> Account:
    """The account as a desk makes it up: it is not told whose hand a paper is."""
    series = series_at(station, NAME)
    assert series is not None
    return account(series, [Issue(n, paper) for n, paper, _ in papers_at(station, NAME)])


def conflicts_of(station: Station) -> tuple[str, ...]:
    return fold(station.log.case(NAME)).conflicts


def test_a_hole_left_by_a_forgotten_lease_is_shown_and_ended_by_a_person_and_is_clean_at_both_ends(hall):
    loss = Loss(hall)
    hall.sync(loss.other, loss.restored)
    old = loss.lost.identity.writer
    assert told(hall) == [("stray", 7, 7, old), ("gap", 8, 8, ""), ("stray", 9, 9, old)]
    found = account_of(hall)
    assert (found.clean, found.gaps, found.strays) == (False, ((8, 8),), (7, 9))
    db = hall.county.database
    assert [paper.n for each in unaccounted(db) if each.writer for paper in bearers(db, each)] == [7, 9]
    explain(hall)
    assert told(hall) == []
    found = account_of(hall)
    assert (found.clean, found.issued) == (True, 2)
    assert [(p.cause, p.reason) for p in found.sealed if p.first == 8] == [(Cause.UNACCOUNTED, WHY)]
    hall.sync(loss.restored)
    assert account_at(loss.restored).clean
    assert issue(loss.restored) == 10, "nothing can be drawn out of what was recorded for the papers"
    hall.sync(loss.restored)
    assert account_of(hall).clean


def test_the_lost_desk_comes_back_after_its_numbers_were_ended_and_its_papers_are_as_good_as_ever(hall):
    loss = Loss(hall)
    hall.sync(loss.other, loss.restored)
    explain(hall)
    hall.sync(loss.restored)
    assert issue(loss.restored) == 10
    hall.sync(loss.restored, loss.lost, loss.restored, loss.other, loss.restored, loss.lost)
    blocks = [(b.first, b.last) for b in hall.county.series.series(NAME).blocks]
    assert (7, 12) in blocks, "the lease came back"
    found = account_of(hall)
    assert (found.clean, found.issued, found.doubles, told(hall)) == (True, 10, (), [])
    assert {n for n, _, _ in papers_at(loss.restored, NAME)} == set(range(1, 11))
    assert conflicts_of(loss.restored) == (), "no clerk is asked to settle a lease against its record"
    assert refused(loss.lost) == "series_sealed_here"
    assert account_at(loss.restored).clean
    assert issue(loss.restored) > 12, "what both blocks cover is drawn by neither"
    for station in (loss.restored, loss.lost):
        station.verify()


def test_a_paper_that_comes_without_its_lease_after_its_number_was_sealed_is_shown_again_and_ended_again(hall):
    loss = Loss(hall)
    hall.sync(loss.other, loss.restored)
    explain(hall)
    late = next(act for n, _, act in papers_at(loss.lost, NAME) if n == 8)
    loss.restored.write(replace(late, station=loss.restored.identity.station))  # typed anew from the paper, say
    hall.sync(loss.restored)
    assert told(hall) == [("stray", 8, 8, loss.restored.identity.writer)]
    explain(hall)
    assert (told(hall), account_of(hall).clean, account_of(hall).issued) == ([], True, 3)
    assert conflicts_of(loss.restored) == ()


def test_numbers_on_papers_out_of_the_block_of_somebody_else_are_recorded_beside_it_and_not_drawn_again(hall):
    loss = Loss(hall)
    hall.sync(loss.restored)  # the county knows no paper out of 7–12 yet, and leases them again
    new, old = loss.restored.identity.writer, loss.lost.identity.writer
    assert issue(loss.restored) == 7
    hall.sync(loss.restored, loss.other, loss.restored)
    assert [
        (double["n"], [paper["keeps"] for paper in double["papers"]]) for double in doubles(hall.county.series)
    ] == [(7, [True, False])]
    assert told(hall) == [("stray", 7, 7, old), ("gap", 8, 8, ""), ("stray", 9, 9, old)]
    explain(hall)
    assert told(hall) == []
    blocks = {(b.first, b.last, b.holder) for b in hall.county.series.series(NAME).blocks}
    assert blocks >= {(7, 12, new), (7, 7, old), (9, 9, old)}, "a record takes nobody's lease away"
    hall.sync(loss.restored)
    assert conflicts_of(loss.restored) == ()
    assert issue(loss.restored) == 10
    found = account_of(hall)
    assert (found.gaps, found.strays, found.doubles) == ((), (), (7,))


def test_what_is_ended_twice_is_ended_once(hall):
    loss = Loss(hall)
    hall.sync(loss.other, loss.restored)
    explain(hall)
    with hall.county.transaction():
        assert hall.county.series.explain(NAME, 1, 99, WHY) == []


def test_stations_that_may_still_tell_of_the_numbers_are_named(hall):
    loss = Loss(hall)
    hall.sync(loss.other, loss.restored)
    assert may_tell(hall.county, NAME) == []
    hall.now_ms += 4 * 24 * 3600 * 1000
    hall.sync(loss.other)
    assert [row.station for row in may_tell(hall.county, NAME)] == [loss.restored.identity.station]
    hall.county.revoke(loss.restored.identity.station)
    assert may_tell(hall.county, NAME) == []


def test_the_county_page_names_them_and_not_how_far_the_numbers_of_accusations_go(hall):
    loss = Loss(hall)
    hall.sync(loss.other, loss.restored)
    secret = hall.station("secret", "3", scopes=("restricted/370205", "dict"))
    hall.sync(secret)
    value: dict[str, Any] = {"form": "F04", "series": "series/restricted/370205/2026/受", "n": 577}
    secret.write(secret.act("5" * 32, {"paper.5": value}, kind="paper_issued", scope="restricted/370205"))
    hall.sync(secret)
    with Line(CountyApp(hall.county, lambda: hall.now_ms).app()) as line:
        page = line.get("/").text
        assert "单位 370205 2026年“受”字 8 号：没有发放、使用或者封存的记录" in page
        assert "单位 370205 2026年“受”字 9 号：文书用了号，县里没有发放记录" in page
        assert "检举控告专用窗口的文号有 2 段查不到去向" in page
        assert "576 号" not in page
        assert "577 号" not in page
        explain(hall)
        assert "查不到去向" in line.get("/").text, "looked through once a minute"
        hall.now_ms += 61_000
        assert "查不到去向" not in line.get("/").text


def test_a_city_leaves_the_numbers_of_a_county_below_to_that_county(joined):
    value = {"form": "F04", "series": f"series/office/{TOWN}/2026/受", "n": 9}
    joined.town.write(joined.town.act("c" * 32, {"paper.p": value}, kind="paper_issued"))
    joined.settle()
    assert joined.county.admin("series", "gaps").returncode == 3
    assert joined.city.admin("series", "gaps").stdout == ""
    words = ("--series", value["series"], "--first", "1", "--last", "9", "--reason", WHY)
    assert joined.city.admin("series", "explain", *words).returncode == 2
    assert joined.county.admin("series", "explain", *words).returncode == 0
    joined.settle()
    joined.proved()


def test_the_administrator_lists_and_ends_them_by_command(county, new_station):
    year = int(beijing_minute(time.time_ns() // 1_000_000)[:4])
    name = series_id("office/370205", year, KIND)
    one = new_station("one", county)
    assert county.admin("series", "size", "--office", "370205", "--kind", KIND, "--count", "4").returncode == 0
    one.sync(county.url)
    assert county.admin("series", "gaps").returncode == 0
    value = {"form": "F04", "series": name, "n": 8, "number": f"〔{year}〕8号"}
    one.write(one.act("c" * 32, {"paper.p": value}, kind="paper_issued"))
    converge(county, one)
    listed = county.admin("series", "gaps")
    gap, stray = map(json.loads, listed.stdout.splitlines())
    assert listed.returncode == 3
    assert (gap["what"], gap["first"], gap["last"], gap["proposal"]) == ("gap", 5, 7, "封存")
    assert (stray["what"], stray["first"], stray["last"], stray["proposal"]) == ("stray", 8, 8, "补记发放")
    assert (stray["by"]["office"], stray["by"]["window"]) == ("370205", "1")
    assert [(paper["n"], paper["paper"], paper["case"]) for paper in stray["papers"]] == [(8, "p", "c" * 32)]

    def end(*more: str, first: int = 5, last: int = 8, series: str = name, reason: str = WHY) -> Any:
        words = ("--series", series, "--first", str(first), "--last", str(last), "--reason", reason)
        return county.admin("series", "explain", *words, *more)

    assert "没有这个文号系列" in end(series="受").stderr
    assert "请写明理由" in end(reason=" ").stderr
    assert "都有去向" in end(first=1, last=4).stderr
    two = new_station("two", county, window="2")
    for _ in range(40):
        two.set("d" * 32, text="还没有报完" * 20)
    transport = HttpTransport(county.url, two.signed)
    for _ in range(2):
        two.round(transport, budget=2_000)
    transport.close()
    kept = end()
    assert kept.returncode == 2
    assert f"370205 2号窗口（{two.identity.station[:8]}）" in kept.stderr
    assert len(county.admin("series", "gaps").stdout.splitlines()) == 2
    done = end("--anyway")
    assert done.returncode == 0, done.stderr
    assert [json.loads(line) for line in done.stdout.splitlines()] == [
        {"series": name, "sealed": [5, 7]},
        {"series": name, "leased": [8, 8]},
    ]
    assert county.admin("series", "gaps").stdout == ""
    assert county.admin("series", "report").returncode == 0
    converge(county, one)
    held = series_at(one, name)
    assert held is not None
    assert account(held, [Issue(n, paper) for n, paper, _ in papers_at(one, name)]).clean
