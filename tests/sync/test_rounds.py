"""Two stations and a county as real processes over real HTTP: they come to hold the same record, whatever is cut."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import threading

import pytest

from domain.faults import SurroundingsFault
from domain.fold import fold
from domain.papers import KINDS_OF_SERIES
from domain.series import read_series
from sync.client import HttpTransport, go_round, write_request
from sync.exchange import begin_incarnation
from tests.sync.harness import ROOT, Station, converge


def test_two_windows_of_one_office_and_the_county_come_to_hold_the_same_record(county, new_station):
    one, two = new_station("one", county, window="1"), new_station("two", county, window="2")
    for number in range(40):
        one.set(f"a{number:031x}", name=f"张{number}", phone="13800000000")
        two.set(f"b{number:031x}", name=f"李{number}")
    assert (one.feed.pending(), one.feed.case_state(f"{'a'}{0:031x}")) == (40, "local")
    converge(county, one, two)
    assert one.feed.case_state(f"a{0:031x}") == "county"
    assert len([case for case in one.states() if case[0] in "ab" and len(case) == 32]) == 80


def test_two_windows_correct_one_field_unseen_by_each_other_and_both_values_stand(county, new_station):
    one, two = new_station("one", county, window="1"), new_station("two", county, window="2")
    case = "c" * 32
    one.set(case, summary="征地补偿")
    converge(county, one, two)
    one.set(case, summary="征地补偿款未到")
    two.set(case, summary="征地补偿标准")
    converge(county, one, two)
    heads = json.loads(one.states()[case])["fields"]["summary"]
    assert {head["value"] for head in heads} == {"征地补偿款未到", "征地补偿标准"}
    two.set(case, summary="征地补偿标准及到账")
    converge(county, one, two)
    assert len(json.loads(one.states()[case])["fields"]["summary"]) == 1


def test_an_office_does_not_receive_another_offices_acts(county, new_station):
    one, two = new_station("one", county, "370205"), new_station("two", county, "370206")
    one.set("d" * 32, name="张三")
    two.set("e" * 32, name="李四")
    for station in (one, two, one, two):
        station.sync(county.url)
    assert "e" * 32 not in one.states()
    assert "d" * 32 not in two.states()
    assert county.admin("verify").returncode == 0


def test_enrolment_brings_the_office_and_its_number_series(county, new_station):
    station = new_station("one", county)
    station.sync(county.url)
    states = {case: json.loads(state) for case, state in station.states().items()}
    assert states["office/370205"]["fields"]["name"][0]["value"] == "城关镇"
    leased = [case for case in states if case.startswith("series/office/370205/")]
    assert {case.rsplit("/", 1)[1] for case in leased} == set(KINDS_OF_SERIES)
    block = {"last": 200, "holder": station.identity.writer}
    assert [states[case]["fields"]["block.1"][0]["value"] for case in leased[:3]] == [block] * 3
    assert station.certificate.window == "1"


def test_a_round_without_news_is_one_small_exchange(county, new_station):
    station = new_station("one", county)
    station.set("f" * 32, name="张三")
    station.sync(county.url)
    request = station.request()
    frame = write_request(request, station.key)
    transport = HttpTransport(county.url)
    answer = transport.exchange(frame)
    transport.close()
    assert len(frame) + len(answer) <= 300
    read, carried = go_round(_Canned(answer), request, station.key, station.certificate)
    assert read.same
    assert carried == len(frame) + len(answer)


class _Canned:
    def __init__(self, answer: bytes) -> None:
        self.answer = answer

    def exchange(self, frame: bytes) -> bytes:
        return self.answer


def test_small_budgets_carry_everything_in_whole_commits(county, new_station):
    one, two = new_station("one", county, window="1"), new_station("two", county, window="2")
    for number in range(30):
        case = f"{number:032x}"
        one.write(one.act(case, {"name": "张" * 50}), one.act(case, {"phone": "139" * 30}))
    rounds = one.sync(county.url, budget=2_000)
    assert len(rounds) > 5
    two.sync(county.url, budget=2_000)
    converge(county, one, two)


def test_an_act_of_an_unknown_kind_is_relayed_byte_for_byte(county, new_station):
    one, two = new_station("one", county, window="1"), new_station("two", county, window="2")
    act = one.act("9" * 32, {"later": [1, {"x": "龘"}]}, kind="matter_foreseen")
    one.write(act)
    converge(county, one, two)
    [entry] = one.log.entries(one.identity.writer, 0)
    assert entry.content in county.contents()
    stored = two.db.execute("SELECT content FROM act WHERE act_id = ?", (bytes.fromhex(act.act_id),)).fetchone()
    assert bytes(stored[0]) == entry.content


def test_an_act_for_a_scope_the_station_may_not_write_is_kept_and_not_delivered(county, new_station):
    one, two = new_station("one", county, "370205"), new_station("two", county, "370206")
    wrong = one.act("8" * 32, {"name": "x"}, scope="office/370206")
    one.write(wrong)
    one.set("7" * 32, name="张三")
    one.sync(county.url)
    two.sync(county.url)
    assert one.feed.refused() == {wrong.act_id: "scope_refused"}
    assert one.feed.pending() == 0
    assert one.feed.case_state("8" * 32) == "local"
    assert "8" * 32 not in two.states()
    assert len([content for content in county.contents() if wrong.act_id.encode() in content]) == 1
    assert county.admin("verify").returncode == 0


def test_a_station_cannot_write_what_only_the_county_says(county, new_station):
    one, two = new_station("one", county, window="1"), new_station("two", county, window="2")
    forged = one.act("office/370205", {"name": "冒名"}, kind="office_recorded", case_kind="office", scope="dict")
    one.write(forged)
    one.sync(county.url)
    two.sync(county.url)
    assert one.feed.refused() == {forged.act_id: "scope_refused"}
    assert "冒名" not in two.states()["office/370205"].decode()
    assert "冒名" not in county.states()["office/370205"].decode()
    one.verify()


# ---------------------------------------------------------------- killed, restored, copied


def test_killing_the_county_at_any_moment_of_many_rounds_loses_nothing_and_doubles_nothing(county, new_station):
    one, two = new_station("one", county, window="1"), new_station("two", county, window="2")
    for number in range(150):
        one.set(f"{number:032x}", name=f"张{number}" * 20)
    cut = 0
    for delay in (0.01, 0.03, 0.06, 0.1):
        timer = threading.Timer(delay, county.kill)
        timer.start()
        try:
            one.sync(county.url, budget=3_000, rounds=500)
        except SurroundingsFault:
            cut += 1
        timer.join()
        one.verify()
        county.start()
    assert cut, "no round was cut: write more acts"
    converge(county, one, two)
    assert len(county.contents()) == 150 + 1 + 2 * len(
        KINDS_OF_SERIES
    )  # the office, and a block of each series for each window


_STATION_THAT_DIES = """
import os, signal, sys
from pathlib import Path
from tests.sync.harness import Station
from sync.client import HttpTransport
station = Station(Path(sys.argv[1]))
class Line(HttpTransport):
    def exchange(self, frame):
        answer = super().exchange(frame)
        os.kill(os.getpid(), signal.SIGKILL)
        return answer
station.set("5" * 32, name="赵六")
station.round(Line(sys.argv[2], station.signed))
"""


def test_a_station_killed_between_its_commit_and_the_answer_loses_nothing_and_doubles_nothing(county, new_station):
    one, two = new_station("one", county, window="1"), new_station("two", county, window="2")
    one.close()
    for _ in range(3):
        words = [sys.executable, "-c", _STATION_THAT_DIES, str(one.path), county.url]
        died = subprocess.run(words, cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)}, timeout=60)
        assert died.returncode == -signal.SIGKILL
    again = Station(one.path)
    assert again.feed.pending() == 3
    converge(county, again, two)
    assert len([content for content in county.contents() if "赵六".encode() in content]) == 3
    again.close()


def test_a_county_restored_from_an_older_copy_is_refilled_by_its_stations(county, new_station, tmp_path):
    one, two = new_station("one", county, window="1"), new_station("two", county, window="2")
    one.set("1" * 32, name="张三")
    converge(county, one, two)
    county.keep(tmp_path / "older")
    for number in range(20):
        one.set(f"a{number:031x}", name=f"甲{number}")
        two.set(f"b{number:031x}", name=f"乙{number}")
    converge(county, one, two)
    before = county.states()
    county.go_back(tmp_path / "older")
    two.set("2" * 32, name="恢复后新增")
    converge(county, two, one)
    assert before.keys() < county.states().keys()


def test_a_restored_county_gets_a_dead_stations_acts_from_its_neighbour(county, new_station, tmp_path):
    one, two = new_station("one", county, window="1"), new_station("two", county, window="2")
    one.sync(county.url)
    two.sync(county.url)
    county.keep(tmp_path / "older")
    for number in range(5):
        one.set(f"a{number:031x}", name=f"甲{number}")
    one.sync(county.url)
    two.sync(county.url)
    before = county.states()
    county.go_back(tmp_path / "older")
    converge(county, two)
    assert county.states() == before
    converge(county, one, two)


def test_a_county_that_forgot_a_station_knows_it_again_by_its_certificate(county, new_station, tmp_path):
    county.keep(tmp_path / "older")
    one = new_station("one", county)
    one.set("1" * 32, name="张三")
    one.sync(county.url)
    county.go_back(tmp_path / "older")
    one.sync(county.url)
    assert one.feed.pending() == 0
    assert "1" * 32 in county.states()
    one.verify()


def test_a_copied_station_goes_on_under_a_writer_of_its_own_and_nobody_loses_anything(county, new_station, tmp_path):
    one = new_station("one", county)
    one.set("1" * 32, name="张三")
    one.sync(county.url)
    one.db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    shutil.copy(one.path, tmp_path / "twin.db")
    twin = new_station("twin")
    first = twin.identity.writer
    one.set("2" * 32, name="原机")
    one.sync(county.url)
    twin.set("3" * 32, name="副本")
    twin.set("4" * 32, name="副本再办")
    rounds = twin.sync(county.url)
    assert [applied.reborn for applied in rounds if applied.reborn] == [twin.identity.writer]
    assert twin.identity.writer != first
    assert (twin.log.writer(first).state, twin.log.writer(twin.identity.writer).state) == ("forked", "active")
    assert twin.feed.pending() == 0, "the acts written under the doubled name arrive beside its chain"
    twin.set("5" * 32, name="副本此后")
    twin.sync(county.url)
    one.sync(county.url)
    # the original sees acts under its name that it never wrote: its history is doubled too, whoever was first
    assert first not in (one.identity.writer, twin.identity.writer)
    assert one.identity.writer != twin.identity.writer
    for station in (one, twin):
        station.verify()
        assert {"1" * 32, "2" * 32, "3" * 32, "4" * 32, "5" * 32} <= station.states().keys()
        assert station.feed.pending() == 0
        station.sync(county.url)
        assert len(station.sync(county.url)) == 1, "a quiet round is one short question"
    assert '"forked": true' in county.admin("stations").stdout
    assert county.admin("verify").returncode == 0


def test_enrolling_anew_ends_a_copy(county, new_station, tmp_path):
    one = new_station("one", county)
    one.set("1" * 32, name="张三")
    one.sync(county.url)
    one.db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    shutil.copy(one.path, tmp_path / "twin.db")
    before = one.certificate.serial
    one.enrol_anew(county.url, county.code())
    assert one.certificate.serial > before
    one.set("2" * 32, name="重新登记后")
    one.sync(county.url)
    assert one.feed.pending() == 0
    assert one.feed.revoked() == {before}
    twin = new_station("twin")
    twin.set("3" * 32, name="副本")
    with pytest.raises(SurroundingsFault) as fault:
        twin.sync(county.url)
    assert fault.value.facts["reason"] == "certificate_superseded"
    assert twin.feed.pending() == 1
    assert "3" * 32 not in county.states()
    one.verify()
    assert county.admin("verify").returncode == 0


def test_a_county_that_forgot_the_new_key_of_a_station_learns_it_from_its_certificate(county, new_station, tmp_path):
    one = new_station("one", county)
    one.set("1" * 32, name="张三")
    one.sync(county.url)
    county.keep(tmp_path / "older")
    one.enrol_anew(county.url, county.code())
    one.set("2" * 32, name="李四")
    one.sync(county.url)
    county.go_back(tmp_path / "older")
    converge(county, one)
    assert "2" * 32 in county.states()


def test_a_station_restored_from_an_older_copy_refills_and_goes_on_under_another_name(county, new_station, tmp_path):
    one = new_station("one", county)
    one.set("1" * 32, name="张三")
    one.sync(county.url)
    one.db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    shutil.copy(one.path, tmp_path / "restored.db")
    one.set("2" * 32, name="备份之后")
    one.sync(county.url)
    restored = new_station("restored")
    old = restored.identity.writer
    restored.sync(county.url)
    mine, theirs = restored.states(), one.states()
    series = {case for case in theirs if case.startswith("series/")}
    assert len(series) == len(KINDS_OF_SERIES)
    assert {case: state for case, state in mine.items() if case not in series} == {
        case: state for case, state in theirs.items() if case not in series
    }
    assert restored.log.writer(old).state == "forked"
    for case in series:  # the old incarnation's numbers are sealed, the new one has its own
        blocks = read_series(fold(restored.log.case(case)))
        assert [(block.first, block.holder) for block in blocks.blocks] == [(1, old), (201, restored.identity.writer)]
        assert [(part.first, part.last) for part in blocks.sealed] == [(1, 200)]
    restored.set("3" * 32, name="恢复之后")
    converge(county, restored)
    assert "3" * 32 in county.states()


def test_a_county_restored_to_before_a_writer_was_born_takes_it_on_its_birth_again(county, new_station, tmp_path):
    one = new_station("one", county)
    one.set("1" * 32, name="张三")
    one.sync(county.url)
    county.keep(tmp_path / "older")
    with one.transaction():
        begin_incarnation(one.log, one.feed, one.reborn(), one.identity.station, one.identity.office)
    one.read_me()
    one.set("2" * 32, name="新的写入身份")
    one.sync(county.url)
    assert one.feed.pending() == 0
    county.go_back(tmp_path / "older")
    converge(county, one)
    assert "2" * 32 in county.states()
