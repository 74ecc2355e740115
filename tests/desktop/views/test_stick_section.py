"""县级 · 介质: exporting, importing and enrolling by stick on the page, with a real county store at the other end."""

from __future__ import annotations

import secrets
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from desktop.services import files
from desktop.services.stick_enrol import SLIP_SUFFIX, SUFFIX
from desktop.services.sync_status import sync_state
from desktop.views import stick_section
from desktop.views.county_page import CountyPage
from desktop.views.visit_page import VisitPage
from domain.commands import AttachFile
from sync.bundle.slip import Slip, write_slip
from sync.log.chain import sealing_public
from sync.server.sticks import Sticks
from sync.server.store import CountyStore
from tests.desktop.views.page_room import NOW, OFFICE, column, room, shown

__all__ = ["room", "shown"]


@pytest.fixture
def county(tmp_path: Path) -> Iterator[CountyStore]:
    store = CountyStore(tmp_path / "county", lambda: NOW, secrets.token_bytes)
    yield store
    store.close()


@pytest.fixture
def sticks(tmp_path: Path, county: CountyStore) -> Iterator[Sticks]:
    found = Sticks(county, tmp_path / "county", lambda: NOW, secrets.token_bytes)
    yield found
    found.close()


@pytest.fixture
def slip(tmp_path: Path, county: CountyStore) -> Path:
    path = tmp_path / f"slip{SLIP_SUFFIX}"
    code = county.issue_code(OFFICE.code, OFFICE.name, OFFICE.window)
    made = Slip(
        v=1, county=county.county, county_name=county.name, county_key=county.public_key.hex(),
        sealing=sealing_public(county.sealing_key).hex(), office=OFFICE.code, window=OFFICE.window, code=code,
    )  # fmt: skip
    path.write_bytes(write_slip(made, county.key))
    return path


def settled(room, page: CountyPage) -> None:
    room.until(lambda: not page.stick.working)
    room.settle()


@pytest.fixture
def page(room, shown, slip, sticks, tmp_path) -> CountyPage:
    """The county page of a station that enrolled by stick."""
    made = shown(CountyPage)
    made.stick.enrol_with(slip, tmp_path / f"question{SUFFIX}")
    settled(room, made)
    sticks.take([tmp_path / f"question{SUFFIX}"], tmp_path / f"answer{SUFFIX}")
    made.stick.import_from([tmp_path / f"answer{SUFFIX}"])
    settled(room, made)
    return made


def test_before_enrolment_the_page_offers_the_slip_and_no_report(room, shown):
    page = shown(CountyPage)
    room.settle()
    assert page.stick.slip_button.isVisible()
    assert not page.stick.export_button.isVisible()
    assert "接入单" in page.stick.explain.text()


def test_the_question_is_written_and_the_fingerprint_is_told(room, shown, slip, tmp_path):
    page = shown(CountyPage)
    page.stick.enrol_with(slip, tmp_path / f"question{SUFFIX}")
    settled(room, page)
    assert "县级公钥指纹" in page.stick.result.text()
    assert (tmp_path / f"question{SUFFIX}").exists()
    assert page.stick.slip_button.isEnabled()


def test_when_the_answer_is_imported_reports_can_be_written(room, page):
    assert page.stick.result.text().startswith("已与县级服务器接通。")
    assert page.stick.export_button.isVisible()
    assert not page.stick.slip_button.isVisible()
    assert not page.enrol_card.isVisible()


def test_a_report_and_its_reply_bring_everything_to_the_county(room, page, sticks, tmp_path):
    room.visit()
    page.stick.export_to(tmp_path / f"report{SUFFIX}")
    assert page.stick.bar.isVisible()
    assert not page.stick.export_button.isEnabled()
    settled(room, page)
    assert "第 1 号上报介质已写好并核对过" in page.stick.result.text()
    assert room.call(sync_state, room.station).pending > 0
    sticks.take([tmp_path / f"report{SUFFIX}"], tmp_path / f"reply{SUFFIX}")
    page.stick.import_from([tmp_path / f"reply{SUFFIX}"])
    settled(room, page)
    assert "尚有 0 项待上报" in page.stick.result.text()
    assert page.headline.text() == "本机记录已全部到县"
    assert not page.stick.bar.isVisible()


def test_a_file_goes_with_the_report_and_its_list_says_on_which_stick_it_is(room, page, shown, sticks, tmp_path):
    visit = room.visit().visit_id
    (tmp_path / "a.txt").write_bytes(b"words" * 40_000)
    room.call(files.attach_file, room.station, AttachFile(visit, (str(tmp_path / "a.txt"),)))
    page.stick.export_to(tmp_path / f"report{SUFFIX}")
    settled(room, page)
    assert "附件 1 个（195 KB）已写入" in page.stick.result.text()
    case = shown(VisitPage)
    case.open(visit)
    room.settle()
    assert column(case.files.view, 3) == ["在第 1 号介质上，待回执"]
    sticks.take([tmp_path / f"report{SUFFIX}"], tmp_path / f"reply{SUFFIX}")
    page.stick.import_from([tmp_path / f"reply{SUFFIX}"])
    settled(room, page)
    assert "附件确认到县 1 个" in page.stick.result.text()
    case.files.refresh()
    room.settle()
    assert column(case.files.view, 3) == ["已到县"]


def test_cancelled_at_once_nothing_is_written_and_it_is_said(room, page, tmp_path):
    room.visit()
    page.stick.export_to(tmp_path / f"report{SUFFIX}")
    page.stick.cancel_button.click()
    settled(room, page)
    assert "已取消" in page.stick.result.text()
    assert not list(tmp_path.glob("report*"))
    assert page.stick.export_button.isEnabled()
    page.stick.export_to(tmp_path / f"report{SUFFIX}")
    settled(room, page)
    assert "第 1 号上报介质" in page.stick.result.text()  # the number was not used up


def test_cancelled_while_the_file_is_written_no_file_is_left(room, page, tmp_path, monkeypatch):
    """The file lane is held at its first byte until the clerk has clicked."""
    clicked, reached = threading.Event(), threading.Event()
    told = stick_section._Work.told

    def slow(work, done):
        reached.set()
        clicked.wait(30)
        told(work, done)

    monkeypatch.setattr(stick_section._Work, "told", slow)
    room.visit()
    page.stick.export_to(tmp_path / f"report{SUFFIX}")
    room.until(reached.is_set)
    page.stick.cancel_button.click()
    clicked.set()
    settled(room, page)
    assert "已取消" in page.stick.result.text()
    assert not list(tmp_path.glob("report*"))


@pytest.mark.parametrize("name", ["gone", "rubbish"])
def test_a_file_that_is_no_reply_is_told_beside_the_buttons(room, page, tmp_path, name):
    (tmp_path / "rubbish").write_bytes(b"%PDF-1.7" + bytes(2_000))
    page.stick.import_from([tmp_path / name])
    settled(room, page)
    told = {"gone": "找不到文件", "rubbish": "介质没有采用"}
    assert told[name] in page.stick.trouble.text()
    assert page.stick.trouble.isVisible()
    assert page.stick.import_button.isEnabled()


def test_the_next_success_takes_the_trouble_away(room, page, tmp_path):
    page.stick.import_from([tmp_path / "gone"])
    settled(room, page)
    page.stick.export_to(tmp_path / f"report{SUFFIX}")
    settled(room, page)
    assert not page.stick.trouble.isVisible()
