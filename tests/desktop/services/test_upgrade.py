"""A station of release 0.1.0 is carried on without an act, a paper or a number lost, also with the county."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from desktop.models.store import drafts as stored_drafts
from desktop.models.store.earlier import EarlierFile, EarlierSeries, lying
from desktop.models.store.folder import read_fence, write_fence
from desktop.services import care, county, series, upgrade
from desktop.services.clerks import clerks
from domain.beijing import beijing_minute
from domain.faults import SurroundingsFault
from domain.refusals import Refusal
from tests.desktop.services.older_desk import (
    KINDS,
    PASSWORD,
    SIGN_IN,
    TOLD,
    Desk,
    alone,
    copied,
    crash_after,
    desk,
    enrolled,
    issue,
    states,
)
from tests.sync.harness import County

__all__ = ["alone", "desk", "enrolled"]


@pytest.fixture
def server(tmp_path: Path) -> Iterator[County]:
    """A county of this release."""
    found = County(tmp_path / "county").start()
    yield found
    assert found.stop() == 0


def test_every_act_is_carried_byte_for_byte_and_the_new_file_proves(desk: Desk) -> None:
    with EarlierFile(desk.folder.database, desk.key) as earlier:
        acts = [(act.entry, act.chained) for act in lying(earlier.db)]
        pdfs = dict(earlier.pdfs())
        setup = earlier.identity.setup
    before = desk.folder.database.read_bytes()
    made = desk.upgrade()
    assert (made.release, made.acts, made.kept) == ("0.1.0", desk.told["acts"], "station.db.0.1.0")
    station = desk.open()
    try:
        assert [(act.entry, act.chained) for act in lying(station.store.db)][: len(acts)] == acts
        heads = {writer: [n, held.hex()] for writer, (n, _) in desk.told["heads"].items()
                 if (held := station.store.log.hash_at(writer, n)) is not None and n}  # fmt: skip
        assert heads == {writer: head for writer, head in desk.told["heads"].items() if head[0]}
        assert states(station).items() >= desk.told["states"].items()
        assert station.store.log.count() == desk.told["acts"] + desk.said_anew
        assert station.store.feed.pending() == desk.told["pending"] + desk.said_anew
        assert [list(row) for row in station.store.conflict_fields()] == desk.told["conflicts"]
        assert {digest: station.store.pdf(digest) for digest in pdfs} == pdfs
        assert sorted(pdfs) == desk.told["pdfs"]
        assert station.store.identity.setup == setup
        assert care.verify(station).clean
        care.rebuild(station)
        assert care.verify(station).clean
    finally:
        station.close()
    assert (desk.path / made.kept).read_bytes() == before
    assert desk.verify(kept=True).clean
    assert {file.name for file in desk.path.iterdir()} >= {"station.db", "station.db.0.1.0", "keys.json"}
    assert not desk.folder.upgrading.exists()


def test_every_clerk_signs_in_with_the_password_of_before_and_finds_the_half_typed_visit(enrolled: Desk) -> None:
    held = enrolled.folder.keys.read_bytes()
    enrolled.upgrade()
    assert enrolled.folder.keys.read_bytes() == held
    for sign_in, password in {SIGN_IN: PASSWORD, **TOLD["others"]}.items():
        station = enrolled.open(sign_in, password)
        try:
            assert {row.sign_in for row in clerks(station)} == {SIGN_IN, *TOLD["others"]}
            waiting = stored_drafts.list_open(station.store.db, station.clerk_id)
            assert [line.first_words for line in waiting] == (["赵大年"] if sign_in == SIGN_IN else [])
            for line in waiting:
                found = stored_drafts.load(station.store.db, line.draft_id, station.clerk_id, now_ms=station.now_ms)
                assert found is not None
                assert found.fields == {"people": [{"name": "赵大年", "mobile": "13800005678"}], "remark": "没有登完"}
        finally:
            station.close()


def test_the_next_number_is_the_one_behind_the_last_and_none_is_doubled_or_lost(desk: Desk) -> None:
    last = max(n for _series, n, _number in desk.told["numbers"])
    desk.upgrade()
    station = desk.open()
    try:
        year = beijing_minute(station.now_ms)[:4]
        assert issue(station) == f"滨信转字〔{year}〕{last + 1}号"
        (account,) = [found for found in series.accounts(station) if found.series.endswith("/转")]
        assert account.series == f"series/office/370205/{year}/转"
        assert (account.top, account.issued + account.voided) == (last + 1, len(desk.told["numbers"]) + 1)
        assert account.clean
        assert account.open[0].first == last + 2
        assert [row for row in series.gap_report(station) if not row.explained] == []
        assert care.verify(station).clean
    finally:
        station.close()
    station = desk.open()
    try:
        assert issue(station).endswith(f"〕{last + 2}号")
    finally:
        station.close()


def test_numbers_before_the_first_of_a_series_of_0_1_0_are_sealed_with_the_reason(alone: Desk) -> None:
    alone.upgrade()
    station = alone.open()
    try:
        (account,) = [found for found in series.accounts(station) if found.series.endswith("/转")]
        assert [(part.first, part.last, part.cause) for part in account.sealed] == [(1, 6, "earlier")]
        assert [row.words for row in series.gap_report(station) if row.what == "sealed"] == [
            "封存：0.1.0 版的文号从后面起编，前面的号封存"
        ]
    finally:
        station.close()


def test_a_series_that_another_machine_holds_is_left_to_it(enrolled: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    told = EarlierFile.series

    def elsewhere(file: EarlierFile) -> list[EarlierSeries]:
        return [replace(lease, holder="ab" * 16) if lease.kind == "转" else lease for lease in told(file)]

    monkeypatch.setattr(EarlierFile, "series", elsewhere)
    enrolled.upgrade()
    station = enrolled.open()
    try:
        assert {row.kind for row in series.series_left(station)} == {"受", "途"}
    finally:
        station.close()


def test_it_goes_on_as_one_new_incarnation_and_says_so_outside_the_file(desk: Desk) -> None:
    desk.upgrade()
    fence = read_fence(desk.folder)
    for _ in range(2):
        station = desk.open()
        try:
            own = station.store.feed.own_writers().keys()
            assert len(own) == 2
            assert fence is not None
            assert own - desk.told["heads"].keys() == {fence.writer} == {station.store.identity.writer}
            assert (fence.n, fence.machine) == (desk.said_anew, "0" * 32)
        finally:
            station.close()


def _lost(desk: Desk) -> None:
    desk.folder.fence.unlink()


def _ahead(desk: Desk) -> None:
    fence = read_fence(desk.folder)
    assert fence is not None
    write_fence(desk.folder, replace(fence, n=fence.n + 40))


@pytest.mark.parametrize("older_copy", [_lost, _ahead])
def test_an_older_copy_draws_no_number_before_the_county_gave_one(
    older_copy: Callable[[Desk], None], enrolled: Desk, server: County
) -> None:
    older_copy(enrolled)
    assert "文号等接通后由县级发放" in upgrade.county_words(enrolled.upgrade())
    station = enrolled.open()
    try:
        assert station.store.log.count() == TOLD["acts"]
        with pytest.raises(Refusal, match="series_missing"):
            issue(station)
        county.enrol(station, server.url, server.code("370205", "1"))
        while county.exchange_once(station).value.more:
            pass
        assert issue(station).endswith("〕3号")
        assert care.verify(station).clean
    finally:
        station.close()


def test_what_another_program_wrong_in_its_rows_is_written_anew_from_the_acts(enrolled: Desk) -> None:
    enrolled.meddle("UPDATE petitioner SET name = '别人' WHERE name = '李春燕'")
    enrolled.upgrade()
    station = enrolled.open()
    try:
        assert care.verify(station).clean
        assert [hit.kind for hit in station.store.find("李春燕")]
        assert station.store.find("别人") == []
    finally:
        station.close()


def test_what_a_crash_left_in_the_log_is_carried_too_and_nothing_of_it_is_taken_for_the_new_file(alone: Desk) -> None:
    crash_after(alone, "INSERT INTO draft SELECT 'aa', 'bb', 'visit', 1, NULL, 5, '来访', '{}'")
    alone.upgrade()
    assert not [file.name for file in alone.path.iterdir() if file.name.startswith("station.db-")]
    station = alone.open()
    try:
        assert [line.first_words for line in stored_drafts.list_open(station.store.db, "bb")] == ["来访"]
    finally:
        station.close()
    with EarlierFile(alone.folder.kept("0.1.0"), alone.key) as earlier:
        assert [row[0] for row in earlier.drafts().drafts] == ["aa"]


def test_a_file_of_this_release_is_not_upgraded_again(alone: Desk) -> None:
    alone.upgrade()
    with pytest.raises(SurroundingsFault, match="not_older"):
        alone.upgrade()
    with pytest.raises(SurroundingsFault, match="file_damaged_or_wrong_key"):
        alone.verify()


def test_an_earlier_file_put_back_is_upgraded_anew_and_no_kept_file_is_written_over(alone: Desk) -> None:
    alone.upgrade()
    first = alone.folder.kept("0.1.0").read_bytes()
    shutil.copyfile(alone.folder.kept("0.1.0"), alone.folder.database)
    alone.meddle("UPDATE station SET last_known_ms = last_known_ms + 1")
    assert alone.upgrade().kept == "station.db.0.1.0-2"
    assert alone.folder.kept("0.1.0").read_bytes() == first


# ---------------------------------------------------------------- with the county


def test_what_was_only_known_from_the_county_of_before_is_brought_to_the_new_one(
    enrolled: Desk, server: County
) -> None:
    enrolled.upgrade()
    station = enrolled.open()
    try:
        county.enrol(station, server.url, server.code("370205", "1"))
        county.exchange_once(station)
        foreign = [act.entry.hash for act in lying(station.store.db) if not act.chained]
        held = {bytes(row[0]) for row in server.select("SELECT hash FROM act")}
        assert len(foreign) >= 5
        assert held.issuperset(foreign)
        assert {act.entry.hash for act in lying(station.store.db)} <= held
    finally:
        station.close()


@pytest.mark.parametrize("kind", KINDS)
def test_it_enrols_with_a_one_time_code_and_everything_is_reported(kind: str, tmp_path: Path, server: County) -> None:
    desk = copied(kind, tmp_path / "desk")
    desk.upgrade()
    station = desk.open()
    try:
        assert not station.store.enrolled(), "a county of 0.1.0 is not spoken to"
        county.enrol(station, server.url, server.code("370205", "1"))
        done = county.exchange_once(station).value
        while done.more:
            done = county.exchange_once(station).value
        assert (done.pending, done.broken) == (0, {})
        refused = county.refused_acts(station)
        assert refused == {}
        number = issue(station)
        last = max(n for _series, n, _number in desk.told["numbers"])
        assert number.endswith(f"〕{last + 1}号")
        county.exchange_once(station)
        assert station.store.feed.pending() == 0
        assert care.verify(station).clean
    finally:
        station.close()
    told = [json.loads(line) for line in server.admin("series", "report").stdout.splitlines()]
    year = number.partition("〔")[2][:4]
    (found,) = [each for each in told if each["series"] == f"series/office/370205/{year}/转"]
    assert (found["top"], found["gaps"], found["doubles"], found["strays"]) == (last + 1, [], [], [])
    assert server.admin("verify").returncode == 0
