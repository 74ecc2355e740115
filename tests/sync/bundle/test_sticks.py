"""Real media between a real county store and stations without any line: enrolment, a year, hostile sticks."""

from __future__ import annotations

import random
import secrets
from pathlib import Path

import pytest

from domain.faults import SurroundingsFault
from sync.bundle.files import opened, write_medium
from sync.bundle.medium import Frame, MediumRefused
from sync.bundle.replies import report_frame, report_header
from sync.bundle.slip import Slip, read_slip, write_slip
from sync.bundle.words import missing_words
from sync.log.chain import sealing_public
from sync.log.media import Missing
from sync.server.stations import RequestRefused
from sync.server.store import CountyStore
from tests.sync.bundle.ends import OFFICE, Desk, copy_county, level, new_county, replace_header, sticks_of, work

# the way there and back ----------------------------------------------------------------------------------------------


def test_a_station_that_never_had_a_line_enrols_and_reports_by_stick_alone(tmp_path, county, sticks):
    desk = Desk(tmp_path / "far.db")
    work(desk, 5)
    code = county.issue_code(OFFICE, "城关镇", "1", kinds=["受"])
    desk.ask(tmp_path / "question", county, code)
    taken = sticks.take([tmp_path / "question"], tmp_path / "answer")
    assert (taken.kind, taken.station, taken.damaged) == ("enrol", desk.identity.station, [])
    desk.bring_enrolment(tmp_path / "answer", county)
    assert any(case.startswith("series/") for case in desk.states())  # numbers can be printed from now on
    desk.report(tmp_path / "report")
    taken = sticks.take([tmp_path / "report"], tmp_path / "reply")
    assert (taken.acts, taken.behind, taken.missing, taken.states) == (5, False, [], ["whole"])
    done = desk.bring(tmp_path / "reply")
    assert (done.confirmed, done.gap, done.damaged) == (5, False, 0)
    level(county, desk)
    desk.close()


def test_the_question_read_twice_gives_the_same_certificate(tmp_path, county, sticks):
    desk = Desk(tmp_path / "far.db")
    desk.ask(tmp_path / "question", county, county.issue_code(OFFICE, "城关镇", "1"))
    for name in ("first", "second"):
        sticks.take([tmp_path / "question"], tmp_path / name)
        desk.bring_enrolment(tmp_path / name, county)
        assert desk.certificate.serial == 1
    desk.close()


def test_a_code_that_is_not_the_countys_is_refused(tmp_path, county, sticks):
    desk = Desk(tmp_path / "far.db")
    desk.ask(tmp_path / "question", county, "AAAA-BBBB-CCCC-DDDD")
    with pytest.raises(RequestRefused, match="wrong_code"):
        sticks.take([tmp_path / "question"], tmp_path / "answer")
    assert county.stations() == []
    assert not (tmp_path / "answer").exists()
    desk.close()


def test_a_question_changed_to_another_sealing_key_is_not_answered(tmp_path, county, sticks):
    """Whoever could have the answer sealed to himself would read the office's cases."""
    desk = Desk(tmp_path / "far.db")
    desk.ask(tmp_path / "question", county, county.issue_code(OFFICE, "城关镇", "1"))
    with opened(tmp_path / "question") as reader:
        frames = list(reader.frames(reader.unlock(county.sealing_key)))
        header = replace_header(reader.header, "sealing", sealing_public(bytes(32)).hex())
    write_medium(tmp_path / "changed", header, frames, desk.seal(county))
    with pytest.raises(MediumRefused, match="nothing_to_use"):
        sticks.take([tmp_path / "changed"], tmp_path / "answer")
    assert county.stations() == []
    desk.close()


def test_a_slip_says_where_the_county_is_and_is_refused_when_changed(county):
    slip = Slip(
        v=1, county=county.county, county_name=county.name, county_key=county.public_key.hex(),
        sealing=sealing_public(county.sealing_key).hex(), office=OFFICE, window="1", code="ABCD-EFGH-JKLM-NPQR",
    )  # fmt: skip
    data = write_slip(slip, county.key)
    assert read_slip(data) == slip
    for changed in (data.replace(b"ABCD", b"ABCE"), data[:-9], b"", b"{}", b"[" * 5_000):
        with pytest.raises(MediumRefused, match="not_a_slip"):
            read_slip(changed)


def test_a_new_neighbour_gets_everything_of_its_office_in_one_reply_of_several_files(tmp_path, county, sticks, desk):
    work(desk, 60)
    desk.report(tmp_path / "report")
    sticks.take([tmp_path / "report"], None)
    other = Desk(tmp_path / "two.db")
    other.enrol_at(county, "2")
    other.report(tmp_path / "empty", budget=8_000)
    taken = sticks.take([tmp_path / "empty"], tmp_path / "reply", part_limit=8_000)
    assert len(taken.reply) > 2
    paths = [part.path for part in taken.reply]
    random.Random(3).shuffle(paths)
    other.bring(*paths)
    assert other.states() == county.case_bytes()
    other.close()


# cut, damaged, missing -----------------------------------------------------------------------------------------------


def test_a_report_cut_anywhere_is_used_up_to_the_cut_and_the_next_makes_up_for_it(tmp_path, county, sticks, desk):
    work(desk, 40)
    desk.report(tmp_path / "whole", budget=4_000)
    data = (tmp_path / "whole").read_bytes()
    seen = []
    for share in (0.2, 0.5, 0.8):
        (tmp_path / "cut").write_bytes(data[: int(len(data) * share)])
        taken = sticks.take([tmp_path / "cut"], None)
        assert taken.states == ["cut"]
        seen.append(county.counts()["acts"])
        assert Missing(1, 1, 1) in taken.missing
    assert seen == sorted(seen)
    assert 0 < seen[0] < seen[-1] < 41
    taken = sticks.take([tmp_path / "whole"], tmp_path / "reply")
    assert taken.missing == []
    desk.bring(tmp_path / "reply")
    level(county, desk)


def test_a_report_cut_before_its_first_frame_says_so(tmp_path, county, sticks, desk):
    work(desk, 3)
    desk.report(tmp_path / "whole")
    data = (tmp_path / "whole").read_bytes()
    (tmp_path / "cut").write_bytes(data[: len(data) - 300])
    with pytest.raises(MediumRefused, match="nothing_to_use"):
        sticks.take([tmp_path / "cut"], tmp_path / "reply")
    assert not (tmp_path / "reply").exists()


def test_a_missing_report_is_named_and_nothing_waits_for_it(tmp_path, county, sticks, desk):
    for number in (1, 2, 3, 4):
        work(desk, 3, 10 * number)
        desk.report(tmp_path / f"report {number}")
    sticks.take([tmp_path / "report 1"], None)
    taken = sticks.take([tmp_path / "report 4"], tmp_path / "reply")
    assert missing_words(taken.missing) == "缺少第 2 号、第 3 号介质"
    assert not taken.behind
    desk.bring(tmp_path / "reply")
    level(county, desk)
    assert sticks.take([tmp_path / "report 3"], None).missing == [Missing(2)]


def test_acts_behind_a_gap_are_not_taken_and_the_reply_says_where_to_begin(tmp_path, county, sticks, desk):
    """The county was restored to before what it had confirmed: the station begins behind its copy."""
    old = copy_county(county, tmp_path / "old")
    work(desk, 5)
    desk.report(tmp_path / "one")
    sticks.take([tmp_path / "one"], tmp_path / "reply one")
    desk.bring(tmp_path / "reply one")
    work(desk, 5, 5)
    desk.report(tmp_path / "two")
    with_old = sticks_of(old, tmp_path / "old")
    taken = with_old.take([tmp_path / "two"], tmp_path / "reply two")
    assert taken.behind
    desk.bring(tmp_path / "reply two")
    assert desk.feed.pending() == 10
    desk.report(tmp_path / "three")
    taken = with_old.take([tmp_path / "three"], tmp_path / "reply three")
    assert not taken.behind
    desk.bring(tmp_path / "reply three")
    level(old, desk)
    with_old.close()
    old.close()


def test_a_county_that_forgot_the_station_knows_it_again_by_the_medium(tmp_path, county, desk):
    """Its certificate and its sealing key travel with every report: no journey for them alone."""
    old = tmp_path / "forgot"
    county_before = _county_without_stations(county, old)
    work(desk, 4)
    desk.report(tmp_path / "report")
    forgetful = sticks_of(county_before, old)
    forgetful.take([tmp_path / "report"], tmp_path / "reply")
    desk.bring(tmp_path / "reply")
    desk.report(tmp_path / "again")
    forgetful.take([tmp_path / "again"], tmp_path / "reply again")
    desk.bring(tmp_path / "reply again")
    assert desk.feed.pending() == 0
    county_before.verify()
    forgetful.close()
    county_before.close()


def test_a_certificate_picked_up_from_a_lost_stick_opens_no_door(tmp_path, county, desk):
    """It lies open in the head of every report: it counts only under a head signed by the key it names."""
    forgetful_store = _county_without_stations(county, tmp_path / "forgot")
    forgetful = sticks_of(forgetful_store, tmp_path / "forgot")
    thief = Desk(tmp_path / "thief.db")
    header = replace_header(report_header(desk.papers(), 1), "sender", thief.key.public.hex())
    write_medium(tmp_path / "forged", header, [report_frame(thief.requests()[0], thief.key)], thief.seal(county))
    with pytest.raises(MediumRefused, match="medium_signature"):
        forgetful.take([tmp_path / "forged"], tmp_path / "reply")
    assert forgetful_store.stations() == []
    forgetful.close()
    forgetful_store.close()
    thief.close()


def test_a_restored_copy_goes_on_under_a_new_incarnation_by_stick_alone(tmp_path, county, sticks, desk):
    work(desk, 3)
    twin = desk.twin()  # the backup
    work(desk, 2, 10)
    desk.report(tmp_path / "from the first")
    sticks.take([tmp_path / "from the first"], None)  # and then that disk died
    work(twin, 4, 20)
    before = twin.identity.writer
    twin.report(tmp_path / "from the copy")
    sticks.take([tmp_path / "from the copy"], tmp_path / "reply")
    twin.bring(tmp_path / "reply")
    assert twin.identity.writer != before
    twin.report(tmp_path / "again")
    sticks.take([tmp_path / "again"], tmp_path / "reply again")
    twin.bring(tmp_path / "reply again")
    level(county, twin)
    assert sum(1 for case in county.case_bytes() if case.startswith("matter/")) == 9
    twin.close()


def _county_without_stations(county: CountyStore, folder: Path) -> CountyStore:
    copy = copy_county(county, folder)
    copy._db.execute("DELETE FROM station")
    copy._db.execute("UPDATE county SET serial = 0")
    copy.close()
    return new_county(folder)


def test_a_damaged_frame_inside_a_sound_medium_is_passed_over_and_named(tmp_path, county, sticks, desk):
    work(desk, 20)
    frames = [report_frame(each, desk.key) for each in desk.requests(3_000)]
    assert len(frames) > 4
    spoiled = bytearray(frames[0].data)
    spoiled[60] ^= 1
    mixed = [Frame(9, b"of a later release"), Frame(1, bytes(spoiled)), *frames]
    write_medium(tmp_path / "report", report_header(desk.papers(), 1), mixed, desk.seal(county))
    taken = sticks.take([tmp_path / "report"], tmp_path / "reply")
    assert len(taken.damaged) == 1
    desk.bring(tmp_path / "reply")
    level(county, desk)


def test_a_full_stick_for_the_reply_costs_only_the_reply(tmp_path, county, sticks, desk, small_disk):
    other = Desk(tmp_path / "two.db")
    other.enrol_at(county, "2")
    for number in range(40):
        other.set(f"matter/big/{number}", note=secrets.token_hex(60_000))
    other.report(tmp_path / "big")
    sticks.take([tmp_path / "big"], None)
    work(desk, 3)
    desk.report(tmp_path / "report")
    with pytest.raises(SurroundingsFault, match="medium_full"):
        sticks.take([tmp_path / "report"], small_disk / "reply")
    assert list(small_disk.iterdir()) == []
    sticks.take([tmp_path / "report"], tmp_path / "reply")
    desk.bring(tmp_path / "reply")
    level(county, desk)
    other.close()


# a year --------------------------------------------------------------------------------------------------------------


def test_a_year_of_sticks_some_lost_some_late_some_cut_some_read_twice(tmp_path, county, sticks):
    """Two townships, weekly journeys on real files. At the end of the year one good journey each makes all level."""
    chance = random.Random(17)
    desks = [Desk(tmp_path / "east.db"), Desk(tmp_path / "west.db")]
    for place, desk in enumerate(desks):
        work(desk, 2, 1000)
        desk.ask(tmp_path / f"question {place}", county, county.issue_code(OFFICE, "城关镇", str(place)))
        sticks.take([tmp_path / f"question {place}"], tmp_path / f"enrolled {place}")
        desk.bring_enrolment(tmp_path / f"enrolled {place}", county)
    late: list[list[Path]] = [[], []]
    replies: list[list[Path]] = [[], []]
    told: dict[str, int] = {"lost": 0, "late": 0, "cut": 0, "reply lost": 0, "reply late": 0, "gap": 0, "missing": 0}
    for week in range(52):
        for place, desk in enumerate(desks):
            work(desk, chance.randrange(5), 10 * week)
            report = tmp_path / f"report {place} {week}"
            desk.report(report, budget=2_000)
            bring = [report]
            fate = chance.random()
            if fate < 0.15:
                told["lost"] += 1
                bring = []
            elif fate < 0.3:
                told["late"] += 1
                late[place].append(report)
                bring = []
            elif fate < 0.4 and week:
                told["cut"] += 1
                data = report.read_bytes()
                report.write_bytes(data[: chance.randrange(len(data) * 2 // 3, len(data))])
            if late[place] and chance.random() < 0.5:
                bring += [late[place].pop(chance.randrange(len(late[place])))]
            if not bring:
                continue
            reply = tmp_path / f"reply {place} {week}"
            try:
                taken = sticks.take(bring, reply)
            except MediumRefused:  # cut before its first frame
                told["cut"] += 1
                continue
            told["missing"] += bool(taken.missing)
            fate = chance.random()
            if fate < 0.2:
                told["reply lost"] += 1
            elif fate < 0.4:
                told["reply late"] += 1
                replies[place].append(reply)
            else:
                older = chance.sample(replies[place], min(len(replies[place]), chance.randrange(3)))
                told["gap"] += desk.bring(*older, reply).gap
            desk.verify()
    for journey in range(2):  # the second brings what the other one's last report added
        for place, desk in enumerate(desks):
            desk.report(tmp_path / f"last {place} {journey}")
            sticks.take([tmp_path / f"last {place} {journey}"], tmp_path / f"end {place} {journey}")
            desk.bring(tmp_path / f"end {place} {journey}", *replies[place])
    level(county, *desks)
    assert all(told[name] for name in ("lost", "late", "cut", "reply lost", "reply late", "missing")), told
    for desk in desks:
        desk.close()
