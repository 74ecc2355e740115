"""Looking up: pages, the day's list, the deadline board, search, and matters that nobody owns."""

from __future__ import annotations

import pytest

from desktop.services import lookup, matters
from domain.acts import ActDraft, CaseKind
from domain.commands import AcceptMatter, AnswerMatter, CorrectMatter, ReferMatter
from tests.desktop.services.halls import Hall, claim, person, refusal


def test_today_shows_the_days_visits_latest_first(hall: Hall) -> None:
    first = hall.register()
    hall.clock.at("2026-11-23 10:00")
    second = hall.register(people=(person(name="周明"),))
    hall.clock.at("2026-11-24 10:00")
    third = hall.register()
    assert [row.visit_id for row in lookup.today(hall.station)] == [third.visit_id]
    assert [row.visit_id for row in lookup.today(hall.station, "2026-11-23")] == [second.visit_id, first.visit_id]


@pytest.mark.parametrize("page", [lookup.visit_page, lookup.matter_page, lookup.petitioner_page])
def test_a_page_of_something_else_is_refused(hall: Hall, page) -> None:
    made = hall.register()
    wrong = {
        lookup.visit_page: made.matter_ids[0],
        lookup.matter_page: made.petitioner_ids[0],
        lookup.petitioner_page: made.visit_id,
    }[page]
    assert refusal(lambda: page(hall.station, wrong)).code == "case_of_another_kind"
    assert refusal(lambda: page(hall.station, "ee" * 16)).code == "case_unknown"


def test_a_visit_is_found_by_its_number_also_when_another_day_is_recorded_than_the_number_says(hall: Hall) -> None:
    first, second = hall.register(), hall.register()
    store = hall.station.store
    store.db.execute("UPDATE visit SET visited_on = '2026-11-20' WHERE visit_id = ?", (second.visit_id,))
    assert [store.visit_by_number(made.number) for made in (first, second)] == [first.visit_id, second.visit_id]
    assert [store.visit_by_number(text) for text in ("370205-2-20261123-099", "不是编号", "")] == [None] * 3


def test_ids_lie_in_the_order_they_were_drawn_and_no_two_are_alike(hall: Hall) -> None:
    store, now = hall.station.store, hall.clock()
    drawn = [store.new_id(now) for _ in range(200)] + [store.new_id(now + 1) for _ in range(200)]
    assert drawn == sorted(drawn)
    assert len({*drawn, *(store.new_id(now + 2) for _ in range(600))}) == 1000  # more than are counted in one moment
    assert hall.station.new_id()[:12] == store.new_id(now)[:12]


def test_act_ids_of_one_lamport_differ_by_chance_only_and_a_later_one_lies_behind(hall: Hall) -> None:
    made = hall.register()
    hall.register()
    acts = sorted(
        (act for key in hall.station.store.log.case_ids() for act in hall.station.store.log.case(key)),
        key=lambda act: act.lamport,
    )
    assert [act.act_id for act in acts] == sorted(act.act_id for act in acts)
    same = [hall.station.store.new_act_id(7) for _ in range(50)]
    assert {act_id[:12] for act_id in same} == {f"{7:012x}"}
    assert len({act_id[12:] for act_id in same}) == 50
    assert made.visit_id in {act.case_id for act in acts}


def test_a_matter_page_joins_visit_person_clocks_and_timeline(organ: Hall) -> None:
    made = organ.register()
    organ.clock.at("2026-11-24 10:05")
    matters.take_step(organ.station, AcceptMatter(made.matter_ids[0], handling_unit="征收科"))
    page = lookup.matter_page(organ.station, made.matter_ids[0])
    assert page.visit is not None
    assert page.petitioner is not None
    assert (page.visit.number, page.petitioner.name) == (made.number, "李春燕")
    assert page.petitioner.id_masked == "1101********002X"
    assert page.petitioner.mobile_masked == "138****1234"
    assert [row.clock for row in page.clocks] == ["T2", "T6"]
    assert [(line.title, line.at, line.by) for line in page.timeline] == [
        ("登记信访事项", "2026-11-23 09:12", "王晓青"),
        ("受理", "2026-11-24 10:05", "王晓青"),
    ]
    assert "承办单位：征收科" in page.timeline[1].summary
    assert ("承办单位", "征收科") in page.fields


def test_the_board_sorts_open_matters_by_the_stricter_day(hall: Hall) -> None:
    days = {"2026-11-05": "overdue", "2026-11-08": "today", "2026-11-11": "three_days", "2026-11-15": "seven_days"}
    made = {name: hall.register(visited_at=f"{day} 09:00").matter_ids[0] for day, name in days.items()}
    made["later"] = hall.register().matter_ids[0]
    board = lookup.deadline_board(hall.station)
    assert {name: [row.matter_id for row in getattr(board, name)] for name in made} == {k: [v] for k, v in made.items()}
    assert board.calendar_missing == ()


def test_the_boundaries_of_the_board_fall_on_their_days(hall: Hall) -> None:
    for day, name in (
        ("2026-11-07", "overdue"),  # due on the 22nd
        ("2026-11-09", "three_days"),  # the 24th
        ("2026-11-12", "seven_days"),  # the 27th
        ("2026-11-16", "later"),  # 1 December
    ):
        matter = hall.register(visited_at=f"{day} 09:00").matter_ids[0]
        assert [row.matter_id for row in getattr(lookup.deadline_board(hall.station), name)] == [matter], day


def test_a_matter_that_was_dealt_with_leaves_the_board(hall: Hall) -> None:
    sent = hall.register().matter_ids[0]
    told = hall.register(matters=(claim(matter_class="other", route=""),)).matter_ids[0]
    matters.take_step(hall.station, ReferMatter(sent, "370206"))
    matters.take_step(hall.station, AnswerMatter(told, "已告知"))
    board = lookup.deadline_board(hall.station)
    assert (board.later, board.overdue) == ((), ())


@pytest.mark.parametrize("text", ["李春燕", "lcy", "13800001234", "1234", "11010519491231002X", "渔村", "征地补偿"])
def test_a_visit_not_yet_sent_is_found_by_all_its_keys(hall: Hall, text: str) -> None:
    made = hall.register()
    refs = {hit.ref for hit in lookup.find(hall.station, text)}
    assert refs & {made.visit_id, *made.matter_ids, *made.petitioner_ids}


def test_a_visit_is_found_by_number_and_query_code(hall: Hall) -> None:
    made = hall.register()
    for text in (made.number, made.query_code, made.query_code.lower()):
        assert made.visit_id in {hit.ref for hit in lookup.find(hall.station, text)}, text


def test_a_list_never_shows_an_identity_number_or_a_phone_in_full(hall: Hall) -> None:
    hall.register()
    for hit in lookup.find(hall.station, "李春燕"):
        assert "11010519491231002X" not in hit.detail
        assert "13800001234" not in hit.detail


@pytest.mark.parametrize(
    "text", ["", " ", "'", '"', "%", "*", "NEAR(", "a OR b", "\x00", "𠮷" * 300, "-", "(((", "李春燕'; DROP"]
)
def test_nothing_typed_into_the_search_field_breaks_it(hall: Hall, text: str) -> None:
    hall.register()
    assert isinstance(lookup.find(hall.station, text), list)
    assert hall.scalar("SELECT count(*) FROM visit") == 1


def test_every_registered_matter_has_an_owner_a_step_and_a_day_or_is_answered(hall: Hall, organ: Hall) -> None:
    hall.register()
    hall.register(people=(), anonymous=True)
    organ.register(people=(person(address="", address_missing_reason="未提供"),))
    sent = hall.register().matter_ids[0]
    matters.take_step(hall.station, ReferMatter(sent, "370206"))
    assert lookup.homeless(hall.station) == []
    assert lookup.homeless(organ.station) == []


def test_a_matter_whose_day_of_receipt_cannot_be_read_is_homeless(hall: Hall) -> None:
    matter = hall.register().matter_ids[0]
    state = hall.station.store.state(matter)
    assert state is not None
    with hall.station.writing() as transaction:
        sets = {"received_on": "九月初"}
        transaction.record([ActDraft("matter_corrected", CaseKind.MATTER, matter, sets, state.over("received_on"))])
    assert [row.matter_id for row in lookup.homeless(hall.station)] == [matter]


def test_conflicts_are_counted_on_the_visit_and_listed_with_both_values(hall: Hall) -> None:
    made = hall.register()
    state = hall.station.store.state(made.matter_ids[0])
    assert state is not None
    seen = tuple(act.act_id for act in state.acts)
    for place in ("渔村", "临港"):
        command = CorrectMatter(made.matter_ids[0], {"place": place, "route": "31-5"}, "改", seen)
        matters.correct_matter(hall.station, command)
    (conflict,) = lookup.conflicts(hall.station)
    assert (conflict.field_title, [head.value for head in conflict.heads]) == ("问题属地", ["渔村", "临港"])
    assert lookup.today(hall.station)[0].conflicts == 1


def test_a_timeline_shows_neither_a_whole_identity_number_nor_a_whole_telephone(organ: Hall) -> None:
    done = organ.register(people=(person(id_number="11010519491231002X", mobile="19900001234"),))
    page = lookup.petitioner_page(organ.station, done.petitioner_ids[0])
    told = " ".join(row.summary for row in page.timeline) + " ".join(words for _, words in page.fields)
    assert "1101********002X" in told
    assert "11010519491231002X" not in told
    assert "19900001234" not in " ".join(row.summary for row in page.timeline)
