"""Reporting by stick from a real station file to a real county store: enrolment, reports, replies, faults in words."""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest

from desktop.services import care, county, exchange, matters, papers, stick, stick_enrol
from desktop.services.sentences import sentence
from desktop.services.stick import Exported, Imported
from desktop.services.sync_status import sync_state
from domain.commands import AcceptMatter, IssuePaper
from domain.faults import SurroundingsFault
from domain.fold import state_bytes
from sync.bundle.files import Cancelled
from sync.bundle.slip import Slip, write_slip
from sync.log.chain import sealing_public
from sync.server.sticks import Sticks
from sync.server.store import CountyStore
from tests.desktop.services.halls import HALL, ORGAN, Hall, make_hall, refusal


class Office:
    """The county's office: what the administrator does with sticks."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.store = CountyStore(folder, lambda: 1_795_000_000_000, secrets.token_bytes)
        self.sticks = Sticks(self.store, folder, lambda: 1_795_000_000_000, secrets.token_bytes)

    def slip(self, path: Path, office: str = HALL.code, kinds: Sequence[str] = ()) -> Path:
        code = self.store.issue_code(office, "某单位", "1", kinds=kinds)
        slip = Slip(
            v=1, county=self.store.county, county_name=self.store.name, county_key=self.store.public_key.hex(),
            sealing=sealing_public(self.store.sealing_key).hex(), office=office, window="1", code=code,
        )  # fmt: skip
        path.write_bytes(write_slip(slip, self.store.key))
        return path

    def close(self) -> None:
        self.sticks.close()
        self.store.close()


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    made = Office(tmp_path / "county")
    yield made
    made.close()


@pytest.fixture
def enrolled(hall: Hall, office: Office, tmp_path: Path) -> Hall:
    enrol(hall, office, tmp_path)
    return hall


def enrol(hall: Hall, office: Office, folder: Path, kinds: Sequence[str] = ()) -> Imported:
    slip = office.slip(folder / f"slip {secrets.token_hex(4)}", hall.station.office.code, kinds)
    question = folder / f"question {secrets.token_hex(4)}"
    prepared = stick_enrol.begin_enrolment(hall.station, stick_enrol.read_slip_file(slip))
    stick.finish_export(hall.station, prepared, stick.write(prepared, question))
    office.sticks.take([question], folder / f"{question.name} answered")
    return stick.import_replies(hall.station, [folder / f"{question.name} answered"]).value


def there_and_back(hall: Hall, office: Office, folder: Path) -> tuple[Exported, Imported]:
    name = secrets.token_hex(4)
    out = stick.export(hall.station, folder / name).value
    office.sticks.take([folder / name], folder / f"{name} reply")
    return out, stick.import_replies(hall.station, [folder / f"{name} reply"]).value


def test_a_township_enrols_reports_and_hears_back_without_ever_having_a_line(hall, office, tmp_path):
    visit = hall.register()
    imported = enrol(hall, office, tmp_path)
    assert imported.enrolled == office.store.name
    assert sync_state(hall.station).pending > 0
    out, back = there_and_back(hall, office, tmp_path)
    assert out.acts > 0
    assert back.pending == 0
    assert back.confirmed == out.acts
    assert hall.station.store.feed.case_state(visit.visit_id) == "county"
    here = hall.station.store.state(visit.visit_id)
    there = office.store.fold_case(visit.visit_id)
    assert here is not None
    assert there is not None
    assert state_bytes(here) == state_bytes(there)
    assert care.verify(hall.station).clean
    office.store.verify()


def test_numbers_leased_by_stick_are_printed_before_the_second_journey(tmp_path, office):
    hall = make_hall(tmp_path / "hall", replace(ORGAN, series=()), seed=9)
    try:
        matter = hall.register().matter_ids[0]
        matters.take_step(hall.station, AcceptMatter(matter, handling_unit="征收科"))
        assert (
            refusal(lambda: papers.issue_paper(hall.station, IssuePaper(matter, "F04", "A4"))).code == "series_missing"
        )
        enrol(hall, office, tmp_path, kinds=["受"])
        row = papers.issue_paper(hall.station, IssuePaper(matter, "F04", "A4")).value
        assert row.number == "滨建受字〔2026〕1号"
        _, back = there_and_back(hall, office, tmp_path)
        assert back.pending == 0
    finally:
        hall.station.close()


def test_writing_a_report_changes_nothing_but_its_number(enrolled, tmp_path):
    enrolled.register()
    before = sync_state(enrolled.station).pending
    one = stick.export(enrolled.station, tmp_path / "one").value
    two = stick.export(enrolled.station, tmp_path / "two").value
    assert (one.number, two.number) == (1, 2)
    assert one.acts == two.acts  # what was not heard of is written again: a lost stick costs nothing
    assert sync_state(enrolled.station).pending == before
    assert "仍算待上报" in one.message


def test_a_report_that_was_not_written_uses_no_number_up(enrolled, tmp_path):
    enrolled.register()
    with pytest.raises(SurroundingsFault, match="medium_missing"):
        stick.export(enrolled.station, tmp_path / "gone" / "one")
    assert stick.export(enrolled.station, tmp_path / "one").value.number == 1


def test_a_report_called_off_leaves_no_file(enrolled, tmp_path):
    enrolled.register()
    prepared = stick.begin_export(enrolled.station)

    def off(_done: int) -> None:
        raise Cancelled

    with pytest.raises(Cancelled):
        stick.write(prepared, tmp_path / "one", off)
    assert not list(tmp_path.glob("one*"))


def test_a_missing_reply_is_named_on_both_ways(enrolled, office, tmp_path):
    for number in (1, 2, 3):
        enrolled.register()
        stick.export(enrolled.station, tmp_path / f"report {number}")
        office.sticks.take([tmp_path / f"report {number}"], tmp_path / f"reply {number}")
    done = stick.import_replies(enrolled.station, [tmp_path / "reply 3"]).value
    assert done.missing == "缺少第 2 号、第 3 号回执介质"  # number 1 answered the enrolment
    assert done.pending == 0
    assert "缺少第 2 号" in stick.export(enrolled.station, tmp_path / "report 4").value.message
    done = stick.import_replies(enrolled.station, [tmp_path / "reply 2", tmp_path / "reply 1"]).value
    assert done.missing == ""
    assert (done.pulled, done.confirmed, done.pending) == (0, 0, 0)


def test_a_reply_cut_short_is_used_as_far_as_it_goes_and_told(enrolled, office, tmp_path):
    for _ in range(3):
        enrolled.register()
    stick.export(enrolled.station, tmp_path / "report")
    office.sticks.take([tmp_path / "report"], tmp_path / "reply")
    data = (tmp_path / "reply").read_bytes()
    (tmp_path / "reply").write_bytes(data[:-50])
    done = stick.import_replies(enrolled.station, [tmp_path / "reply"]).value
    assert "被截断" in done.message
    assert done.pending == 0  # its frames had come whole


def test_a_reply_of_another_county_or_station_is_refused_in_a_sentence(enrolled, office, tmp_path):
    other = make_hall(tmp_path / "other", HALL, seed=31)
    elsewhere = Office(tmp_path / "elsewhere")
    try:
        enrol(other, office, tmp_path)
        stick.export(other.station, tmp_path / "theirs")
        office.sticks.take([tmp_path / "theirs"], tmp_path / "their reply")
        with pytest.raises(SurroundingsFault) as refused:
            stick.import_replies(enrolled.station, [tmp_path / "their reply"])
        assert sentence(refused.value) == "介质没有采用：介质是给另一台工作站的。记录没有改动。"
        with pytest.raises(SurroundingsFault) as refused:
            stick.import_replies(enrolled.station, [tmp_path / "theirs"])
        assert "不是县级的回执介质" in sentence(refused.value)
    finally:
        other.station.close()
        elsewhere.close()


def test_a_station_without_slip_or_certificate_says_what_it_needs(hall, tmp_path):
    for ask in (
        lambda: stick.export(hall.station, tmp_path / "one"),
        lambda: stick.import_replies(hall.station, [tmp_path / "one"]),
    ):
        with pytest.raises(SurroundingsFault, match="stick_needs_slip"):
            ask()


def test_a_slip_for_another_office_is_refused(hall, office, tmp_path):
    data = stick_enrol.read_slip_file(office.slip(tmp_path / "slip", "370299"))
    with pytest.raises(SurroundingsFault) as refused:
        stick_enrol.begin_enrolment(hall.station, data)
    assert "接入单是发给其他机构的" in sentence(refused.value)
    with pytest.raises(SurroundingsFault, match="medium_refused"):
        stick_enrol.begin_enrolment(hall.station, data[:-20])


def test_the_answer_to_the_question_read_twice_changes_nothing(enrolled, office, tmp_path):
    answer = next(tmp_path.glob("question * answered"))
    before = enrolled.station.store.county()
    done = stick.import_replies(enrolled.station, [answer]).value
    assert done.enrolled == ""
    now = enrolled.station.store.county()
    assert now is not None
    assert before is not None
    assert now[:2] == before[:2]


def test_enrolling_anew_by_stick_ends_the_old_certificate(enrolled, office, tmp_path):
    station = enrolled.station
    enrolled.register()
    stick.export(station, tmp_path / "under the old one")
    slip = office.slip(tmp_path / "second slip")
    question = stick_enrol.begin_enrolment(station, stick_enrol.read_slip_file(slip), anew=True)
    stick.finish_export(station, question, stick.write(question, tmp_path / "anew"))
    office.sticks.take([tmp_path / "anew"], tmp_path / "anew answered")
    done = stick.import_replies(station, [tmp_path / "anew answered"]).value
    assert done.enrolled
    assert county.certificate_of(station).serial == 2
    with pytest.raises(Exception, match="certificate_superseded"):
        office.sticks.take([tmp_path / "under the old one"], None)
    _, back = there_and_back(enrolled, office, tmp_path)
    assert back.pending == 0
    assert care.verify(station).clean


def test_a_station_by_stick_knows_that_it_has_no_line(enrolled):
    assert exchange.begin_exchange(enrolled.station) is None
    with pytest.raises(SurroundingsFault, match="no_line"):
        county.exchange_once(enrolled.station)
    assert sync_state(enrolled.station).last_error == ""


def test_a_year_of_weekly_sticks_through_the_desk(enrolled, office, tmp_path):
    """Every fourth journey is lost on the way there, every fifth on the way back; the last one is not."""
    expected = 0
    for week in range(26):
        enrolled.clock.ms += 7 * 24 * 3600 * 1000
        enrolled.register()
        expected += 1
        report, reply = tmp_path / f"report {week}", tmp_path / f"reply {week}"
        stick.export(enrolled.station, report)
        if week % 4 == 3:
            continue
        office.sticks.take([report], reply)
        if week % 5 != 4:
            stick.import_replies(enrolled.station, [reply])
    _, back = there_and_back(enrolled, office, tmp_path)
    assert back.pending == 0
    states = [office.store.fold_case(case) for case in office.store.case_bytes()]
    assert sum(1 for state in states if state is not None and state.case_kind == "visit") == expected
    assert care.verify(enrolled.station).clean
    office.store.verify()


def test_a_full_stick_is_told_in_a_sentence(enrolled, small_disk):
    with suppress(OSError), (small_disk / "holiday.mp4").open("wb", buffering=0) as film:
        while True:
            film.write(bytes(4096))
    for _ in range(3):
        enrolled.register()
    with pytest.raises(SurroundingsFault) as full:
        stick.export(enrolled.station, small_disk / "report")
    assert sentence(full.value) == "U 盘已满（report），介质没有写成，没有留下文件。请换一个空间大的 U 盘再导出。"
    assert [each.name for each in small_disk.iterdir()] == ["holiday.mp4"]
