"""县级: what waits, when the county was last reached, enrolling by code, with a real county on loopback."""

from __future__ import annotations

from datetime import datetime

import pytest
from PySide6.QtCore import Qt

from desktop.services import county as exchange
from desktop.views.county_page import CountyPage
from desktop.views.status_line import age_words
from desktop.views.today import TodayPage
from domain.beijing import ZONE
from tests.desktop.views.page_room import OFFICE, column, room, shown
from tests.sync.harness import County

__all__ = ["room", "shown"]

CLOSED = "http://127.0.0.1:9"


@pytest.fixture
def county(tmp_path):
    found = County(tmp_path / "county").start()
    yield found
    assert found.stop() == 0


@pytest.mark.parametrize(
    ("at", "words"),
    [
        ("2026-11-23 09:12", "刚刚"),
        ("2026-11-23 09:00", "12 分钟前"),
        ("2026-11-23 06:12", "3 小时前"),
        ("2026-11-18 09:12", "5 天前"),
        ("", ""),
        ("昨天", ""),
    ],
)
def test_the_age_of_an_exchange_is_told_in_words(at, words):
    assert age_words(at, datetime(2026, 11, 23, 9, 12, tzinfo=ZONE)) == words


def test_a_station_alone_says_that_its_work_is_safe_here(room, shown):
    room.visit()
    page = shown(CountyPage)
    assert "尚未与县级接通" in page.headline.text()
    assert not page.now_button.isVisible()
    assert page.enrol_card.isVisible()


def test_a_county_nobody_answers_at_is_told_beside_the_address(room, shown):
    page = shown(CountyPage)
    page.activateWindow()
    page.url.setText(CLOSED)
    page.code.setText("ABCD-EFGH")
    page.enrol()
    room.settle()
    assert page.url_error.isVisible()
    assert page.enrol_button.isEnabled()
    assert page.code.text() == "ABCD-EFGH"


def test_a_code_the_county_does_not_know_is_told_beside_the_code(room, shown, county):
    page = shown(CountyPage)
    page.url.setText(county.url)
    page.code.setText("ABCD-EFGH-JKLM")
    page.enrol()
    room.settle()
    assert page.code_error.isVisible()
    assert "尚未" in page.headline.text()


def test_enrolling_asks_for_an_exchange_and_then_everything_is_at_the_county(room, shown, county, qtbot):
    room.visit()
    today = shown(TodayPage)
    page = shown(CountyPage)
    page.activateWindow()
    page.url.setText(county.url)
    page.code.setText(county.code(OFFICE.code, OFFICE.window))
    with qtbot.waitSignal(page.exchange_wanted):
        qtbot.keyClick(page.code, Qt.Key.Key_Return)
        room.settle()
    room.settle()
    assert "待上报" in page.headline.text()
    assert column(today.view, 8) == ["待上报"]
    assert page.now_button.isVisible()
    assert not page.enrol_card.isVisible()
    room.call(exchange.exchange_once, room.station)
    room.settle()
    assert page.headline.text() == "本机记录已全部到县"
    assert "刚刚" in page.values["last"].text()
    assert column(today.view, 8) == ["已到县"]


def test_a_county_that_went_away_is_named_and_the_work_goes_on(room, shown, county):
    page = shown(CountyPage)
    page.url.setText(county.url)
    page.code.setText(county.code(OFFICE.code, OFFICE.window))
    page.enrol()
    room.settle()
    county.stop()
    with pytest.raises(Exception, match="county_unreachable"):
        room.call(exchange.exchange_once, room.station)
    room.visit()
    page.refresh()
    room.settle()
    assert "暂时没有连上县级" in page.headline.text()
    assert page.trouble.text()
    county.start()
