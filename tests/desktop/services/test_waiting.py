"""待上报: the list and the counts are one; retry, set aside and export with a real county; nothing is ever lost."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from desktop.models.store import unreported
from desktop.models.store.connection import immediate
from desktop.services import county as exchange
from desktop.services import waiting, waiting_export
from desktop.services.care import verify
from desktop.services.exchange import begin_exchange
from desktop.services.sentences_sync import BROKEN, KEPT_BACK, STATES, waiting_reason
from desktop.services.sync_status import sync_state
from desktop.views.status_line import sync_words
from desktop.views.today import unsent_words
from domain.acts import ActDraft, CaseKind
from domain.faults import SurroundingsFault
from tests.desktop.services.halls import HALL, Hall, person
from tests.sync.harness import County

HOUR = 3_600_000


@pytest.fixture
def enrolled(hall: Hall, county: County) -> Hall:
    exchange.enrol(hall.station, county.url, county.code(HALL.code, HALL.window))
    return hall


def refused(hall: Hall) -> str:
    """A matter written to an audience this desk may not write to; the county keeps it and hands it to nobody."""
    case_id = hall.station.new_id()
    draft = ActDraft("matter_registered", CaseKind.MATTER, case_id, {"summary": "写错范围"}, scope="office/999999")
    with hall.station.writing() as transaction:
        transaction.record([draft])
    return case_id


def agree(hall: Hall) -> list[waiting.WaitingRow]:
    """The list, after asking whether the status bar counts the same."""
    found = waiting.waiting(hall.station)
    by_state: dict[str, int] = {}
    for row in found.rows:
        by_state[row.state] = by_state.get(row.state, 0) + len(row.acts)
    state = found.state
    assert by_state.get("waiting", 0) + by_state.get("sending", 0) + by_state.get("aside", 0) == state.pending
    assert state.pending == hall.station.store.feed.pending()
    assert (by_state.get("refused", 0), by_state.get("aside", 0), by_state.get("put_by", 0)) == (
        state.refused,
        state.aside,
        state.put_by,
    )
    assert verify(hall.station).clean
    return list(found.rows)


def test_everything_waits_before_the_first_exchange_and_nothing_after_it(enrolled: Hall) -> None:
    enrolled.register()
    rows = agree(enrolled)
    assert {row.state for row in rows} == {"waiting"}
    assert {"来访", "信访事项", "信访人"} <= {row.kind_words for row in rows}
    assert not any(row.may_retry or row.may_set_aside for row in rows)
    exchange.exchange_once(enrolled.station)
    assert agree(enrolled) == []


def test_row_25_after_thirty_hours_without_a_line_the_banner_says_so_and_each_visit_arrives_once(
    enrolled: Hall, county: County
) -> None:
    exchange.exchange_once(enrolled.station)
    enrolled.register()
    enrolled.clock.ms += 23 * HOUR
    assert unsent_words(sync_state(enrolled.station)) == ""
    enrolled.clock.ms += 7 * HOUR
    state = sync_state(enrolled.station)
    assert (state.waiting_hours, state.too_long) == (30, True)
    assert "最早的已 30 小时" in unsent_words(state)
    assert sync_words(state)[1] == "late"
    exchange.exchange_once(enrolled.station)
    exchange.exchange_once(enrolled.station)
    state = sync_state(enrolled.station)
    assert (state.waiting_hours, unsent_words(state)) == (0, "")
    assert county.select("SELECT count(*) FROM act WHERE content LIKE '%visit_registered%'") == [(1,)]


def test_a_clock_that_stands_before_every_rule_keeps_nothing_from_the_county(enrolled: Hall) -> None:
    enrolled.register()
    enrolled.clock.at("2001-01-01 08:00")
    assert not sync_state(enrolled.station).too_long
    exchange.exchange_once(enrolled.station)
    assert agree(enrolled) == []


def test_a_station_without_a_county_lists_what_is_here_too(hall: Hall) -> None:
    hall.register()
    assert {row.state_words for row in agree(hall)} == {"待上报"}


def test_what_the_county_does_not_hand_on_is_named_set_aside_and_brought_again(enrolled: Hall) -> None:
    case_id = refused(enrolled)
    exchange.exchange_once(enrolled.station)
    (row,) = agree(enrolled)
    assert (row.case_id, row.state, row.reason) == (case_id, "refused", KEPT_BACK["scope_refused"])
    assert sync_words(sync_state(enrolled.station)) == ("1 项需处理", "late")

    assert waiting.set_aside(enrolled.station, [row]).value == 1
    (row,) = agree(enrolled)
    assert (row.state, row.state_words, row.may_set_aside) == ("put_by", "已搁置", False)
    assert sync_words(sync_state(enrolled.station))[0] == "已到县，1 项已搁置"
    exchange.exchange_once(enrolled.station)
    assert [each.state for each in agree(enrolled)] == ["put_by"]

    assert waiting.retry(enrolled.station, [row]).value == 1
    (row,) = agree(enrolled)
    assert row.state == "waiting"
    exchange.exchange_once(enrolled.station)
    (row,) = agree(enrolled)
    assert row.state == "refused"  # the county says the same again
    assert enrolled.station.store.state(case_id) is not None


def test_a_run_that_was_set_aside_does_not_hold_back_what_a_person_sends_again(enrolled: Hall) -> None:
    enrolled.register()
    store = enrolled.station.store
    with immediate(store.db) as transaction:
        store.feed.put_aside({store.identity.writer: "chain_broken"})
        transaction.commit()
    rows = agree(enrolled)
    assert {row.state for row in rows} == {"aside"}
    assert all(row.reason == BROKEN["chain_broken"] and row.may_retry and not row.may_set_aside for row in rows)
    exchange.exchange_once(enrolled.station)
    assert sync_state(enrolled.station).aside > 0
    assert waiting.set_aside(enrolled.station, rows).value == 0
    waiting.retry(enrolled.station, rows[:1])  # a run goes whole
    exchange.exchange_once(enrolled.station)
    assert agree(enrolled) == []


def test_acts_the_county_has_taken_and_not_shown_back_are_on_their_way(enrolled: Hall) -> None:
    enrolled.register()
    prepared = begin_exchange(enrolled.station)
    assert prepared is not None
    store = enrolled.station.store
    with immediate(store.db) as transaction:
        store.feed.set_county_n(store.identity.writer, 1)  # as after an answer that had no room for the pull
        transaction.commit()
    assert {row.state_words for row in agree(enrolled)} == {"上报中", "待上报"}


def test_what_merely_waits_is_neither_retried_nor_set_aside(enrolled: Hall) -> None:
    enrolled.register()
    rows = agree(enrolled)
    assert waiting.retry(enrolled.station, rows).value == 0
    assert waiting.set_aside(enrolled.station, rows).value == 0
    assert agree(enrolled) == rows


def test_a_new_incarnation_keeps_counting_what_the_old_one_had_not_sent(enrolled: Hall) -> None:
    enrolled.register()
    before = sync_state(enrolled.station).pending
    enrolled.station.store.begin_incarnation()
    enrolled.register()
    assert sum(len(row.acts) for row in agree(enrolled)) > before
    exchange.exchange_once(enrolled.station)
    assert agree(enrolled) == []
    assert sync_state(enrolled.station).incarnations == 2


@pytest.mark.parametrize("ending", ["json", "html"])
def test_an_export_names_no_number_in_full_and_nothing_is_changed_by_it(
    enrolled: Hall, tmp_path: Path, ending: str
) -> None:
    numbered = person(id_number="11010519491231002X", mobile="13800001234")
    enrolled.register(people=(numbered,), remark="本人证件11010519491231002X已核对")
    rows = agree(enrolled)
    target = tmp_path / f"未到县.{ending}"
    assert waiting_export.export(enrolled.station, rows, target) == target
    text = target.read_text("utf-8")
    assert "11010519491231002X" not in text
    assert "13800001234" not in text
    assert "征地补偿款未足额发放" in text
    assert "王晓青" in text
    for row in rows:
        assert row.reason in text
        assert all(each.act_id in text for each in row.acts)
    if ending == "json":
        assert len(json.loads(text)["项目"]) == len(rows)
    assert agree(enrolled) == rows


def test_a_folder_that_cannot_be_written_is_told_and_leaves_no_half_file(enrolled: Hall, tmp_path: Path) -> None:
    enrolled.register()
    with pytest.raises(SurroundingsFault):
        waiting_export.export(enrolled.station, agree(enrolled), tmp_path / "没有" / "文件.html")


def test_a_person_is_called_by_the_surname_only(enrolled: Hall) -> None:
    enrolled.register()
    (row,) = [row for row in agree(enrolled) if row.kind_words == "信访人"]
    assert row.title == "李某"


def test_the_states_have_words_and_the_list_is_bounded_by_the_count(enrolled: Hall) -> None:
    for _ in range(3):
        enrolled.register()
    listed = unreported.listed(enrolled.station.store.db)
    assert {each.state for each in listed} <= set(STATES)
    assert len(listed) == unreported.counts(enrolled.station.store.db).pending
    assert len({each.act_id for each in listed}) == len(listed)


def test_a_reason_the_program_does_not_know_is_still_said() -> None:
    for state in ("refused", "aside"):
        assert "some_new_code" in waiting_reason(state, "some_new_code")
