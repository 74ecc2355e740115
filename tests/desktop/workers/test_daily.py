"""What the window says by itself once a day: numbers 文号 that nobody can explain."""

from __future__ import annotations

from desktop.models.store.series import known_series
from desktop.views.county_page import CountyPage
from desktop.workers.daily import Daily
from domain.acts import ActDraft
from domain.canonical import Json
from tests.desktop.views.page_room import DAY, room, shown

__all__ = ["room", "shown"]


def skip_to(room, n: int) -> None:
    """A paper that bears a number though those before it were never used: no lawful step does that."""
    matter_id = room.visit().matter_ids[0]

    def record() -> None:
        (series,) = (name for name, _, kind in known_series(room.station.store, room.station.store.home_scope, 2026)
                     if kind == "受")  # fmt: skip
        with room.station.writing() as transaction:
            frozen: dict[str, Json] = {"form": "F04", "number": f"石信办受字〔2026〕{n}号", "series": series, "n": n}
            transaction.record([ActDraft("paper_issued", "matter", matter_id, {f"paper.{n:032x}": frozen})])

    room.call(record)


def test_numbers_nobody_can_explain_are_told_once_a_day_and_listed_on_the_county_page(room, shown):
    skip_to(room, 3)
    daily = Daily(room.lane, room.ref, room.bus)
    for _ in range(2):
        daily.look()
        room.settle()
    (said,) = room.said("warning")
    assert said.startswith("文号有缺号或者重号 1 处：2026年“受”字 1–2 号：缺号，没有记录")
    room.now += DAY
    daily.look()
    room.settle()
    assert room.said("warning") == [said, said]
    daily.stop()
    page = shown(CountyPage)
    assert page.values["gaps"].text() == "2026年“受”字 1–2 号：缺号，没有记录"


def test_where_every_number_is_explained_nothing_is_said(room, shown):
    room.accept(room.visit())
    daily = Daily(room.lane, room.ref, room.bus)
    daily.look()
    room.settle()
    daily.stop()
    assert room.said("warning") == []
    assert shown(CountyPage).values["gaps"].text() == "没有"
