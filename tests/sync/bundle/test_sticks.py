"""Real media between a real county store and stations without any line: enrolment, a year, hostile sticks."""

from __future__ import annotations

import json
import random
import secrets
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from domain.faults import SurroundingsFault
from sync.bundle import Frame, FrameKind, MediumRefused, Sealing, opened, write_medium
from sync.bundle.files import _OS_FAULTS
from sync.bundle.replies import report_frame, report_header
from sync.bundle.slip import Slip, read_slip, write_slip
from sync.bundle.words import missing_words
from sync.log import SigningKey
from sync.log.chain import sealing_public
from sync.log.media import MediaLedger, Medium, Missing
from sync.protocol import PROTOCOL, REQUEST_TAG, Enrol, Request, encode_frame
from sync.server import sticks_admin
from sync.server.main import main
from sync.server.sticks import Sticks
from sync.server.store import CountyStore, RequestRefused
from tests.sync.bundle.ends import OFFICE, Desk, copy_county, new_county, replace_header, sticks_of
from tests.sync.bundle.test_files import small_disk

__all__ = ["small_disk"]


@pytest.fixture
def county(tmp_path: Path) -> Iterator[CountyStore]:
    store = new_county(tmp_path / "county")
    yield store
    store.close()


@pytest.fixture
def sticks(tmp_path: Path, county: CountyStore) -> Iterator[Sticks]:
    found = sticks_of(county, tmp_path / "county")
    yield found
    found.close()


@pytest.fixture
def desk(tmp_path: Path, county: CountyStore) -> Iterator[Desk]:
    made = Desk(tmp_path / "one.db")
    made.enrol_at(county)
    yield made
    made.close()


def work(desk: Desk, visits: int, start: int = 0) -> None:
    for number in range(start, start + visits):
        desk.set(f"matter/{desk.path.stem}/{number}", summary="占地补偿" * 20, note=secrets.token_hex(200))


def level(county: CountyStore, *desks: Desk) -> None:
    for desk in desks:
        desk.verify()
        assert desk.feed.pending() == 0
        assert desk.states() == county.case_bytes()
    county.verify()


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


# the same stick twice, the wrong stick -------------------------------------------------------------------------------


def test_the_same_report_twice_and_an_older_one_after_a_newer_change_nothing(tmp_path, county, sticks, desk):
    work(desk, 6)
    desk.report(tmp_path / "one")
    work(desk, 6, 6)
    desk.report(tmp_path / "two")
    sticks.take([tmp_path / "two"], None)
    before = (county.counts(), county.case_bytes())
    for name in ("one", "two", "one"):
        taken = sticks.take([tmp_path / name], tmp_path / f"reply {secrets.token_hex(4)}")
        assert not taken.damaged
        assert (county.counts(), county.case_bytes()) == before
    desk.bring(*tmp_path.glob("reply *"))
    level(county, desk)


def test_a_report_for_another_county_is_refused(tmp_path, county, sticks, desk):
    other = new_county(tmp_path / "elsewhere")
    try:
        desk.report(tmp_path / "report")
        with pytest.raises(MediumRefused, match="wrong_county"):
            sticks_of(other, tmp_path / "elsewhere").take([tmp_path / "report"], None)
        desk.report(tmp_path / "relabelled", county=other.county)
        with pytest.raises(MediumRefused, match="sealed_to_another"):
            sticks_of(other, tmp_path / "elsewhere").take([tmp_path / "relabelled"], None)
    finally:
        other.close()


def test_a_revoked_station_is_refused(tmp_path, county, sticks, desk):
    work(desk, 2)
    desk.report(tmp_path / "report")
    county.revoke(desk.identity.station)
    with pytest.raises(MediumRefused, match="revoked"):
        sticks.take([tmp_path / "report"], tmp_path / "reply")
    assert county.counts()["cases"] == 1  # the office alone


def test_a_report_under_a_superseded_certificate_is_refused(tmp_path, county, sticks, desk):
    work(desk, 2)
    desk.report(tmp_path / "old")
    county.enrol(_with_key(desk, county.issue_code(OFFICE, "城关镇", "1"), bytes(range(1, 33))))
    with pytest.raises(MediumRefused, match="certificate_superseded"):
        sticks.take([tmp_path / "old"], None)
    assert county.counts()["cases"] == 1


def _with_key(desk: Desk, code: str, raw: bytes) -> Enrol:
    """The question of the same station for a new certificate, under a new station key."""
    key = SigningKey(raw)
    birth = key.sign_birth(desk.identity.station, desk.identity.writer, desk.identity.public_key)
    return msgspec.structs.replace(desk.question(code), station_key=key.public, birth=birth)


def test_a_report_signed_by_another_key_than_the_stations_is_refused(tmp_path, county, sticks, desk):
    thief = Desk(tmp_path / "thief.db")
    header = replace_header(report_header(desk.papers(), 1), "sender", thief.key.public.hex())
    write_medium(tmp_path / "forged", header, [report_frame(thief.requests()[0], thief.key)], thief.seal(county))
    with pytest.raises(MediumRefused, match="medium_signature"):
        sticks.take([tmp_path / "forged"], None)
    thief.close()


def test_a_serial_the_county_never_gave_is_refused(tmp_path, county, sticks, desk):
    desk.report(tmp_path / "forged", serial=9)
    with pytest.raises(MediumRefused, match="medium_signature"):
        sticks.take([tmp_path / "forged"], None)


def test_media_of_two_stations_are_not_mixed(tmp_path, county, sticks, desk):
    other = Desk(tmp_path / "two.db")
    other.enrol_at(county, "2")
    desk.report(tmp_path / "a")
    other.report(tmp_path / "b")
    with pytest.raises(MediumRefused, match="several_stations"):
        sticks.take([tmp_path / "a", tmp_path / "b"], tmp_path / "reply")
    other.close()


def test_a_reply_for_another_station_or_of_another_county_is_refused(tmp_path, county, sticks, desk):
    other = Desk(tmp_path / "two.db")
    other.enrol_at(county, "2")
    other.report(tmp_path / "report")
    sticks.take([tmp_path / "report"], tmp_path / "reply")
    with pytest.raises(MediumRefused, match="wrong_station"):
        desk.bring(tmp_path / "reply")
    with pytest.raises(MediumRefused, match="not_a_reply"):
        desk.bring(tmp_path / "report")
    elsewhere = new_county(tmp_path / "elsewhere")
    other.enrol_at(elsewhere, "2")
    with pytest.raises(MediumRefused, match="wrong_county"):
        other.bring(tmp_path / "reply")
    elsewhere.close()
    other.close()


def test_a_reply_sealed_to_the_station_by_somebody_else_brings_nothing(tmp_path, county, sticks, desk):
    """The head may say what it wants: answers inside are believed by the county's key alone."""
    thief = Desk(tmp_path / "thief.db")
    desk.report(tmp_path / "report")
    sticks.take([tmp_path / "report"], tmp_path / "reply")
    with opened(tmp_path / "reply") as reader:
        header = replace_header(reader.header, "sender", thief.key.public.hex())
    answer = encode_frame(Request(v=PROTOCOL, st=desk.identity.station), REQUEST_TAG, thief.key)
    sealing = Sealing(thief.key, sealing_public(desk.sealing), secrets.token_bytes)
    write_medium(tmp_path / "forged", header, [Frame(FrameKind.ANSWER, answer)], sealing)
    with pytest.raises(MediumRefused, match="wrong_county"):
        desk.bring(tmp_path / "forged")
    thief.close()


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


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_hostile_media_crash_nobody_and_change_nothing(tmp_path, county, sticks, desk, data):
    """Any bytes done to a true report: refused, or a true prefix of it is used; the county stays sound."""
    if not (tmp_path / "report").exists():
        work(desk, 12)
        desk.report(tmp_path / "report", budget=2_000)
    changed = bytearray((tmp_path / "report").read_bytes())
    for _ in range(data.draw(st.integers(1, 3))):
        place = data.draw(st.integers(0, len(changed) - 1))
        if data.draw(st.booleans()):
            changed[place] ^= 1 << data.draw(st.integers(0, 7))
        else:
            changed[place:place] = data.draw(st.binary(min_size=1, max_size=40))
    (tmp_path / "changed").write_bytes(changed)
    states = desk.states()
    try:
        taken = sticks.take([tmp_path / "changed"], None)
    except MediumRefused:
        pass
    else:
        assert (taken.states == ["whole"]) == (bytes(changed) == (tmp_path / "report").read_bytes())
    county.verify()
    own = {case: state for case, state in county.case_bytes().items() if case.startswith("matter/")}
    assert own.items() <= states.items()


# the ledger ----------------------------------------------------------------------------------------------------------


def medium(number: int, part: int = 1, parts: int = 1, *, whole: bool = True) -> Medium:
    return Medium("5a" * 16, 1, "report", number, part, parts, bytes([number]), whole)


def test_the_ledger_names_what_is_missing(sticks):
    ledger: MediaLedger = sticks.ledger
    for each in (medium(2), medium(3, 2, 3), medium(6, whole=False)):
        ledger.note(each, 0)
    named = ledger.missing("5a" * 16, 1, "report")
    assert named == [Missing(1), Missing(3, 1, 3), Missing(3, 3, 3), Missing(4), Missing(5), Missing(6, 1, 1)]
    assert missing_words(named[:2]) == "缺少第 1 号介质；介质缺少第 3 号的第 1 件（共 3 件）"
    assert missing_words([]) == ""
    assert ledger.next_number("5a" * 16, 1, "report") == 7
    assert ledger.next_number("5a" * 16, 2, "report") == 1  # a new certificate counts anew


def test_a_medium_that_came_whole_stays_whole_when_a_cut_copy_comes_later(sticks):
    sticks.ledger.note(medium(1), 0)
    sticks.ledger.note(medium(1, whole=False), 1)
    assert sticks.ledger.missing("5a" * 16, 1, "report") == []
    assert sticks.ledger.came(medium(1))


def test_a_hostile_number_does_not_make_the_ledger_name_millions(sticks):
    sticks.ledger.note(medium(1), 0)
    sticks.ledger.note(Medium("5a" * 16, 1, "report", 2**52, 1, 1, b"x", True), 0)
    named = sticks.ledger.missing("5a" * 16, 1, "report")
    assert named == [Missing(number) for number in range(2, 22)]
    assert missing_words(named).endswith("等")


# the administrator's command -----------------------------------------------------------------------------------------


def admin(capsys: pytest.CaptureFixture[str], folder: Path, *words: str) -> tuple[int, str]:
    """One ``xinfang-county admin bundle …`` and what it printed."""
    code = main(["--data", str(folder), "admin", "bundle", *words])
    said = capsys.readouterr()
    return code, said.out or said.err


def test_the_administrator_makes_a_slip_and_answers_sticks(tmp_path, capsys):
    folder = tmp_path / "served"
    code, said = admin(capsys, folder, "slip", str(tmp_path / "slip"), "--office", OFFICE, "--window", "3")
    assert code == 0
    slip = read_slip((tmp_path / "slip").read_bytes())
    assert json.loads(said) == {"file": "slip", "code": slip.code, "fingerprint": slip.fingerprint}
    code, said = admin(capsys, folder, "slip", str(tmp_path / "slip"), "--office", OFFICE)
    assert (code, said) == (1, "已有同名的文件，没有覆盖。请换一个名字。\n")
    store = new_county(folder)
    desk = Desk(tmp_path / "far.db")
    desk.ask(tmp_path / "question", store, slip.code)
    code, said = admin(capsys, folder, "import", str(tmp_path / "question"), "--reply", str(tmp_path / "answer"))
    assert code == 0
    assert "已收下接入申请。回执第 1 号已写好并核对过，请带回工作站导入。" in json.loads(said)["message"]
    desk.bring_enrolment(tmp_path / "answer", store)
    work(desk, 3)
    desk.report(tmp_path / "first")
    desk.report(tmp_path / "second")
    code, said = admin(capsys, folder, "import", str(tmp_path / "second"), "--reply", str(tmp_path / "reply"))
    assert json.loads(said)["missing"] == [[1, 0]]
    message = json.loads(said)["message"]
    assert message.startswith("已收下 3 项办理动作。缺少第 1 号介质，后来的介质已经接上，不必等待。回执第 2 号")
    code, said = admin(capsys, folder, "import", str(tmp_path / "reply"))
    assert (code, said) == (2, "没有导入：这不是工作站的上报介质。\n")
    desk.bring(tmp_path / "reply")
    level(store, desk)
    store.close()
    desk.close()


def test_every_fault_of_a_medium_has_words_for_the_administrator():
    assert set(sticks_admin._FILES) >= {*_OS_FAULTS.values(), "medium_exists", "medium_unsound", "medium_io_error"}
