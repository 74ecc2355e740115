"""Number series 文号 at both ends of the wire: leased, renewed, sealed and given anew; late papers and doubles."""

from __future__ import annotations

import json
import time

import pytest

from domain.beijing import beijing_minute
from domain.series import Cause, series_id
from sync.exchange import begin_incarnation
from sync.server.series_admin import accounts, close_year, doubles, reissue
from tests.sync.harness import Station, converge
from tests.sync.numbering import KIND, NAME, Hall, hall, issue, papers_at, refused, series_at

__all__ = ["hall"]


def reborn(station: Station) -> None:
    """A station that found at its start that its file is an older copy (fence)."""
    with station.transaction():
        begin_incarnation(station.log, station.feed, station.reborn(), station.identity.station, "370205")
    station.read_me()


def blocks(hall: Hall, name: str = NAME) -> list[tuple[int, int, str]]:
    return [(block.first, block.last, block.holder) for block in hall.county.series.series(name).blocks]


def sealed(hall: Hall, name: str = NAME) -> list[tuple[int, int, str]]:
    return [(part.first, part.last, part.cause) for part in hall.county.series.series(name).sealed]


def test_a_block_is_renewed_at_the_contact_that_shows_less_than_half_of_it_left(hall):
    one = hall.station("one")
    assert refused(one) == "series_missing"
    hall.sync(one)
    me = one.identity.writer
    assert blocks(hall) == [(1, 6, me)]
    assert [issue(one) for _ in range(3)] == [1, 2, 3]
    hall.sync(one)
    assert blocks(hall) == [(1, 6, me)]
    assert issue(one) == 4
    hall.sync(one)
    assert blocks(hall) == [(1, 6, me), (7, 12, me)]
    assert [issue(one) for _ in range(8)] == [5, 6, 7, 8, 9, 10, 11, 12]
    assert refused(one) == "series_exhausted"


def test_two_windows_of_one_office_number_side_by_side(hall):
    one, two = hall.station("one", "1"), hall.station("two", "2")
    hall.sync(one, two)
    assert [(first, last) for first, last, _ in blocks(hall)] == [(1, 6), (7, 12)]
    assert (issue(one), issue(two), issue(one)) == (1, 7, 2)
    hall.sync(one, two, one)
    (found,) = accounts(hall.county.series)
    assert (found.clean, found.top, found.issued) == (True, 7, 3)
    assert [(block.first, block.last) for block in found.open] == [(3, 6), (8, 12)]


def test_a_desk_for_accusations_has_a_series_of_its_own(hall):
    one = hall.station("one")
    secret = hall.station("secret", "3", scopes=("restricted/370205", "dict"))
    hall.sync(one, secret)
    assert (issue(one), issue(secret), issue(one)) == (1, 1, 2)
    hall.sync(one, secret, one)
    assert {each.series for each in accounts(hall.county.series)} == {NAME, "series/restricted/370205/2026/受"}
    assert all(each.clean for each in accounts(hall.county.series))
    assert not [case for case in one.log.case_ids() if case.startswith("series/restricted")]


def test_a_restored_station_is_suspended_until_contact_and_its_lost_numbers_are_sealed(hall):
    one = hall.station("one")
    hall.sync(one)
    issue(one)
    hall.sync(one)
    older = hall.copy(one, "older")
    issue(one), issue(one)  # on paper, never sent: lost with the disk
    restored = Station(older)
    old = restored.identity.writer
    reborn(restored)
    assert refused(restored) == "series_suspended"
    hall.sync(restored)
    new = restored.identity.writer
    assert blocks(hall) == [(1, 6, old), (7, 12, new)]
    assert sealed(hall) == [(2, 6, Cause.INCARNATION)]
    assert issue(restored) == 7
    hall.sync(restored)
    (found,) = accounts(hall.county.series)
    assert (found.clean, found.top, found.issued) == (True, 7, 2)
    # The old disk is found again: what it had issued comes in late and fills its numbers.
    hall.sync(one)
    assert {n for n, _, _ in papers_at(one, NAME)} == {1, 2, 3, 7}
    (found,) = accounts(hall.county.series)
    assert (found.clean, found.issued, [(p.first, p.last) for p in found.sealed]) == (True, 4, [(4, 6)])
    assert refused(one) == "series_sealed_here"
    hall.sync(one)
    assert len(blocks(hall)) == 2, "an incarnation that was followed by another gets no more numbers"


def test_a_copy_used_offline_is_found_at_the_first_contact_and_the_first_paper_keeps_the_number(hall):
    one = hall.station("one")
    hall.sync(one)
    twin = Station(hall.copy(one, "twin"))
    assert [issue(one), issue(one), issue(twin)] == [1, 2, 1]
    hall.sync(one, twin)
    (double,) = doubles(hall.county.series)
    assert (double["n"], [paper["keeps"] for paper in double["papers"]]) == (1, [True, False])
    hall.sync(one, twin)
    marks = {}
    for _, paper, act in papers_at(one, NAME):
        said = [a.sets[f"paper.{paper}.disputed"] for a in one.log.case(act.case_id) if a.kind == "number_disputed"]
        marks[paper] = [mark["keeps"] for mark in said]
    kept, other = (paper["paper"] for paper in double["papers"])
    assert (marks[kept], marks[other]) == ([True], [False])
    # Both go on under new names. The last one to do so has the numbers; the other waits for a person.
    assert len({one.identity.writer, twin.identity.writer, blocks(hall)[0][2]}) == 3
    assert (refused(twin), issue(one)) == ("series_sealed_here", 13)
    hall.sync(twin, one)
    assert [each.doubles for each in accounts(hall.county.series)] == [(1,)]


def test_an_administrator_takes_the_numbers_of_a_lost_station_back(hall):
    one, two = hall.station("one", "1"), hall.station("two", "2")
    hall.sync(one, two)
    issue(one)
    hall.sync(one)
    issue(one)
    county = hall.county
    lost, to = county.station(one.identity.station), county.station(two.identity.station)
    with county.transaction():
        done = reissue(county.series, county.log, lost, "office/370205", KIND, "硬盘损坏", to)
    assert done == [{"series": NAME, "sealed": [2, 6]}, {"series": NAME, "leased": [13, 18]}]
    hall.sync(two)
    assert [issue(two) for _ in range(7)] == [7, 8, 9, 10, 11, 12, 13]
    hall.sync(two)
    assert accounts(county.series)[0].clean
    hall.sync(one)  # it was not lost after all: what it issued is good, and it issues no more
    assert refused(one) == "series_sealed_here"
    assert accounts(county.series)[0].clean
    with county.transaction():
        reissue(county.series, county.log, lost, "office/370205", KIND, "找回", county.station(one.identity.station))
    hall.sync(one)
    assert refused(one) == ""


def test_a_station_enrolled_anew_numbers_again_and_its_twin_does_not(hall):
    one = hall.station("one")
    hall.sync(one)
    issue(one)
    hall.sync(one)
    twin = Station(hall.copy(one, "twin"))
    reborn(twin)
    hall.sync(twin)
    assert refused(one) == ""  # it has not heard yet
    hall.sync(one)
    assert refused(one) == "series_sealed_here"
    hall.enrol(one)
    hall.sync(one)
    assert blocks(hall)[-1][2] == one.identity.writer
    assert refused(one) == ""


def test_in_december_the_numbers_of_the_next_year_are_there(hall):
    one = hall.station("one")
    hall.sync(one)
    assert refused(one, year=2027) == "series_missing"
    hall.now_ms += 30 * 24 * 3600 * 1000  # 2026-12
    hall.sync(one)
    assert (issue(one, year=2027), issue(one)) == (1, 1)
    hall.sync(one)
    assert {each.series for each in accounts(hall.county.series)} == {NAME, series_id("office/370205", 2027, KIND)}


def test_the_closed_year_leaves_no_number_unexplained(hall):
    one, two = hall.station("one", "1"), hall.station("two", "2")
    hall.sync(one, two)
    issue(one), issue(two)
    hall.sync(one, two)
    with pytest.raises(ValueError, match="not over"):
        close_year(hall.county.series, 2026)
    hall.now_ms += 60 * 24 * 3600 * 1000  # 2027-01
    with hall.county.transaction():
        done = close_year(hall.county.series, 2026)
    assert [each["sealed"] for each in done] == [[2, 6], [8, 12]]
    found = next(each for each in accounts(hall.county.series) if each.series == NAME)
    assert (found.clean, found.open, found.top) == (True, (), 12)
    hall.sync(one)
    assert refused(one) == "series_sealed_here"


def test_a_county_put_back_leases_nothing_until_a_station_has_brought_back_what_it_holds(hall):
    one, two = hall.station("one", "1"), hall.station("two", "2")
    hall.sync(one, two)
    hall.copy_county("older")
    for _ in range(4):
        issue(one)
    hall.sync(one, two)  # one got a second block, and both know of it
    assert blocks(hall)[-1][:2] == (13, 18)
    for _ in range(4):
        issue(two)
    hall.restore_county("older")
    hall.sync(two, one)
    firsts = [first for first, _, _ in blocks(hall)]
    assert firsts == sorted(set(firsts)) == [1, 7, 13, 19]
    hall.sync(two, one, two)
    assert accounts(hall.county.series)[0].clean


def test_numbers_an_office_gave_itself_before_it_had_a_county_stay_its_own(hall):
    one = Station(hall.folder / "alone.db")
    lease = {"block.1": {"last": 9999, "holder": one.identity.writer}}
    one.write(one.act(NAME, lease, kind="series_leased", case_kind="series", scope="office/370205"))
    assert issue(one) == 1
    hall.enrol(one)
    hall.sync(one)
    assert blocks(hall) == [(1, 9999, one.identity.writer)]
    assert issue(one) == 2


def test_a_county_on_postgresql_leases_seals_and_disputes_alike(address, tmp_path):
    hall = Hall(tmp_path, database=address)
    one = hall.station("one")
    hall.sync(one)
    twin = Station(hall.copy(one, "twin"))
    assert [issue(one), issue(twin)] == [1, 1]
    hall.sync(one, twin, one)
    assert [each["n"] for each in doubles(hall.county.series)] == [1]
    assert (issue(one), [(first, last) for first, last, _ in blocks(hall)]) == (13, [(1, 6), (7, 12), (13, 18)])
    hall.sync(one)
    hall.now_ms += 60 * 24 * 3600 * 1000
    with hall.county.transaction():
        close_year(hall.county.series, 2026)
    found = next(each for each in accounts(hall.county.series) if each.series == NAME)
    assert (found.gaps, found.open, found.doubles, found.strays) == ((), (), (1,), ())
    hall.county.verify()
    hall.county.close()


def test_the_county_process_leases_renews_seals_and_reports(county, new_station):
    year = int(beijing_minute(time.time_ns() // 1_000_000)[:4])
    name = series_id("office/370205", year, KIND)
    one = new_station("one", county)
    assert county.admin("series", "size", "--office", "370205", "--kind", KIND, "--count", "4").returncode == 0
    one.sync(county.url)
    assert [issue(one, year=year) for _ in range(3)] == [1, 2, 3]
    one.sync(county.url)
    held = series_at(one, name)
    assert held is not None
    assert [(block.first, block.last) for block in held.blocks] == [(1, 4), (5, 8)]
    reborn(one)
    assert refused(one, year=year) == "series_suspended"
    one.sync(county.url)
    assert issue(one, year=year) == 9
    words = ("series", "reissue", "--office", "370205", "--kind", KIND, "--reason", "硬盘损坏")
    done = [json.loads(line) for line in county.admin(*words).stdout.splitlines()]
    assert done == [{"series": name, "sealed": [9, 12]}]  # that 9 is on paper the county does not know yet
    converge(county, one)
    report = county.admin("series", "report")
    lines = {each["series"]: each for each in map(json.loads, report.stdout.splitlines())}
    assert report.returncode == 0, report.stdout
    assert (lines[name]["issued"], lines[name]["clean"], lines[name]["gaps"]) == (4, True, [])
    assert county.admin("series", "doubles").stdout == ""
    assert county.admin("series", "close", "--year", "2999").returncode == 2
