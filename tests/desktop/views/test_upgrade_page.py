"""A folder of release 0.1.0 at the window: asked after sign-in, carried on step by step, stopped when wanted."""

from __future__ import annotations

import json
import shutil

import pytest

from desktop.models.store import succession
from desktop.services import care
from desktop.services.upgrade import STEPS
from scripts.keep_release import KEPT
from tests.desktop.views.keyboard import ENTER, cursor, fill, press
from tests.desktop.views.window_room import Hall, hall

__all__ = ["hall"]

RELEASE = KEPT / "0.1.0"
TOLD = json.loads((RELEASE / "manifest.json").read_text("utf-8"))


@pytest.fixture
def older(hall: Hall) -> Hall:
    """The hall with a folder of 0.1.0 in place of its own."""
    hall.folder = hall.folder.with_name("older")
    shutil.copytree(RELEASE / "station", hall.folder)
    return hall


def asked(hall):
    """A window whose clerk signed in and stands before the question."""
    joined = hall.open()
    fill(TOLD["sign_in"], TOLD["password"])
    hall.until(lambda: joined.window.stack.currentWidget() is not joined.window.sign_in)
    hall.settle(joined)
    assert joined.window.stack.currentWidget() is joined.window.upgrade
    return joined


def test_signing_in_asks_first_and_enter_upgrades_tells_and_goes_on(older):
    joined = asked(older)
    page = joined.window.upgrade
    assert "0.1.0" in page.words.text()
    assert "不会删除" in page.words.text()
    assert joined.window.sign_in.password.text() == ""
    assert cursor() is page.go
    seen: list[str] = []
    page.stepped.connect(lambda what, _done, _all: seen.append(what))
    press(ENTER)
    assert page.bar.isVisible()
    older.until(lambda: page.title.text() == "升级完成")
    assert list(dict.fromkeys(seen)) == list(STEPS)
    assert f"{TOLD['acts']} 条" in page.words.text()
    assert "station.db.0.1.0" in page.words.text()
    assert "一次性接入码" in page.words.text()
    assert not page.bar.isVisible()
    assert cursor() is page.go
    with older.qtbot.waitSignal(joined.window.signed_in):
        press(ENTER)
    older.settle(joined)
    assert joined.window.shell.current == "intake"
    recovery = joined.window.shell.page("intake").form.recovery
    (waiting,) = recovery.draft_ids
    recovery.button(waiting, "resume").click()
    older.settle(joined)
    assert joined.window.shell.page("intake").form.people.cards[0].text("name") == "赵大年"
    reports: list[care.VerifyReport] = []
    joined.parts.store_lane.run(care.verify, joined.window.station, done=reports.append)
    older.settle(joined)
    assert reports[0].clean
    assert reports[0].acts == TOLD["acts"] + TOLD["leases"]


def test_the_county_page_then_asks_for_the_new_address_and_code(older):
    joined = asked(older)
    page = joined.window.upgrade
    page.go.click()
    older.until(lambda: page.title.text() == "升级完成")
    with older.qtbot.waitSignal(joined.window.signed_in):
        page.go.click()
    joined.window.shell.show_page("county")
    older.settle(joined)
    county = joined.window.shell.page("county")
    assert county.enrol_card.isVisible()
    assert county.enrol_head.text() == "与县级接通"
    assert "编号不变" in county.explain.text()
    assert "升级" in county.notes.reborn.text()
    assert county.stick.slip_button.isVisible()


def test_not_now_leads_back_to_the_sign_in_page_and_nothing_was_changed(older):
    before = {file.name: file.read_bytes() for file in RELEASE.joinpath("station").iterdir()}
    joined = asked(older)
    joined.window.upgrade.back.click()
    assert joined.window.stack.currentWidget() is joined.window.sign_in
    assert joined.window.sign_in.button.isEnabled()
    assert cursor() is joined.window.sign_in.password
    assert {name: (older.folder / name).read_bytes() for name in before} == before


def test_stopped_by_the_clerk_it_says_that_nothing_was_changed_and_may_be_begun_again(older):
    joined = asked(older)
    page = joined.window.upgrade
    page.go.click()
    assert cursor() is page.back
    press(ENTER)
    older.settle(joined)
    assert "没有改动" in page.note.words("info")
    assert not (older.folder / "station.db.0.1.0").exists()
    page.go.click()
    older.until(lambda: page.title.text() == "升级完成")


def test_a_disk_without_room_is_said_on_the_page(older, monkeypatch):
    monkeypatch.setattr(succession, "free_bytes", lambda _folder: 1_000_000)
    joined = asked(older)
    page = joined.window.upgrade
    page.go.click()
    older.settle(joined)
    assert (
        page.note.words("error") == "磁盘空间不够升级，约需 2 MB，现有 1 MB。原来的数据没有改动，请腾出空间后再升级。"
    )
    assert page.go.isVisible()


def test_closing_the_window_stops_an_upgrade_under_way_and_the_earlier_file_stays_in_use(older):
    joined = asked(older)
    joined.window.upgrade.go.click()
    older.close(joined)
    assert not (older.folder / "station.db.0.1.0").exists()
    again = asked(older)
    assert again.window.upgrade.go.isVisible()
