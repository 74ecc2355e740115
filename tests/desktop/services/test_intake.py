"""Registering at the window: what is recorded, what is refused, and what a second click does."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from desktop.services import intake, lookup
from desktop.services.intake import register_visit
from domain.commands import MaterialInput, MatterInput, PetitionerInput, RegisterVisit, RepeatDecision, TriageAnswers
from tests.desktop.services.halls import Hall, claim, person, refusal, visit

RARE = "𠮷䶮"


def test_a_visit_is_on_the_disk_with_number_query_code_and_rows(hall: Hall) -> None:
    made = hall.register()
    assert made.number == "370205-2-20261123-001"
    assert re.fullmatch(r"[0-9A-Z]{8}", made.query_code)
    page = lookup.visit_page(hall.open_again(), made.visit_id)
    assert page.visit.number == made.number
    assert page.visit.main_name == "李春燕"
    assert [row.number for row in page.matters] == [f"{made.number}/1"]
    assert [row.title for row in page.timeline] == ["登记来访"]


def test_numbers_count_up_at_a_window_and_begin_anew_each_day(hall: Hall) -> None:
    assert [hall.register().number[-3:] for _ in range(3)] == ["001", "002", "003"]
    hall.clock.at("2026-11-24 08:30")
    assert hall.register().number == "370205-2-20261124-001"


def test_a_refused_visit_uses_no_number(hall: Hall) -> None:
    refusal(lambda: hall.register(headcount=0))
    assert hall.register().number.endswith("-001")


def test_the_day_of_a_registration_after_midnight_in_beijing_is_the_new_day(hall: Hall) -> None:
    hall.clock.at("2026-11-24 00:30")  # still 23 November in UTC (H1)
    made = hall.register()
    assert made.number == "370205-2-20261124-001"
    assert hall.clock_row(made.matter_ids[0], "T1").from_on == "2026-11-24"


def test_the_same_visit_sent_twice_is_registered_once(hall: Hall) -> None:
    command = visit(visit_id="ab" * 16)
    first = register_visit(hall.station, command)
    again = register_visit(hall.station, command)
    assert again.value.already
    assert not first.value.already
    assert again.value.number == first.value.number
    assert again.value.query_code == first.value.query_code
    assert again.value.matter_ids == first.value.matter_ids
    assert again.topics == frozenset()
    assert len(lookup.today(hall.station)) == 1


def test_several_matters_of_one_visit_are_numbered_and_kept_in_order(hall: Hall) -> None:
    made = hall.register(matters=(claim(summary="第一件"), claim(summary="第二件"), claim(summary="第三件")))
    page = lookup.visit_page(hall.station, made.visit_id)
    assert [(row.number[-2:], row.summary) for row in page.matters] == [
        ("/1", "第一件"),
        ("/2", "第二件"),
        ("/3", "第三件"),
    ]


@pytest.mark.parametrize(("headcount", "collective"), [(4, False), (5, True), (12, True)])
def test_five_people_present_are_a_collective_visit(hall: Hall, headcount: int, collective: bool) -> None:
    made = hall.register(headcount=headcount)
    assert lookup.visit_page(hall.station, made.visit_id).visit.collective is collective


def people(representatives: int) -> tuple[PetitionerInput, ...]:
    others = (
        person(name=f"代表{n}", role="representative", id_number="", mobile="") for n in range(1, representatives)
    )
    return (person(), *others)


def test_five_representatives_are_registered(hall: Hall) -> None:
    made = hall.register(people=people(5), headcount=12)
    assert len(made.petitioner_ids) == 5


def test_a_sixth_representative_is_refused_by_article_20(hall: Hall) -> None:
    said = refusal(lambda: hall.register(people=people(6), headcount=12))
    assert (said.code, said.article, said.field) == ("too_many_representatives", "R 20③", "people.5.role")
    assert said.facts == {"limit": 5, "count": 6}
    assert lookup.today(hall.station) == []


def test_more_people_named_than_present_is_refused(hall: Hall) -> None:
    said = refusal(lambda: hall.register(people=people(3), companions=("匿名",), headcount=3))
    assert (said.code, said.field, said.facts) == ("headcount_too_small", "headcount", {"present": 4, "given": 3})


def test_an_oral_record_must_have_been_read_back(hall: Hall) -> None:
    said = refusal(lambda: hall.register(oral_record="来访人称补偿款未发。"))
    assert (said.code, said.field, said.article) == ("oral_not_read_back", "read_back", "R 19①")
    made = hall.register(oral_record="来访人称补偿款未发。", read_back=True)
    state = hall.station.store.state(made.visit_id)
    assert state is not None
    assert state.flag("read_back")


REFUSED: dict[str, tuple[RegisterVisit, str, str | None]] = {
    "nobody": (visit(people=()), "people.0.name", "R 19①"),
    "one_main_visitor": (visit(people=(person(), person(name="乙")), headcount=2), "people.0.role", None),
    "name_missing": (visit(people=(person(name=" "),)), "people.0.name", "R 19①"),
    "address_missing": (visit(people=(person(address=""),)), "people.0.address", "R 19①"),
    "no_matter": (visit(matters=()), "matters", "R 19①"),
    "matter_empty": (visit(matters=(MatterInput(matter_class="claim"),)), "matters.0.request", "R 19①"),
    "request_missing": (visit(matters=(MatterInput(summary="补偿"),)), "matters.0.request", "R 19①"),
    "route_only_for_claims": (visit(matters=(claim(matter_class="suggestion"),)), "matters.0.route", "R 31"),
    "accused_is_this_office": (
        visit(matters=(claim(matter_class="accusation", route="", accused_organ="370205"),)),
        "matters.0.accused_organ",
        "R 30③",
    ),
    "flag_unknown": (visit(matters=(claim(flags=("moon",)),)), "matters.0.flags", None),
    "earlier_matter_missing": (
        visit(matters=(claim(repeat=RepeatDecision("repeat")),)),
        "matters.0.repeat",
        None,
    ),
    "material_without_title": (visit(materials=(MaterialInput(),)), "materials.0.title", None),
    "count_invalid": (visit(materials=(MaterialInput("协议", copies=0),)), "materials.0.copies", None),
    "headcount_invalid": (visit(headcount=0), "headcount", None),
    "affected_invalid": (visit(affected_count=-1), "affected_count", None),
    "date_invalid": (visit(visited_at="2026-02-31 09:00"), "visited_at", None),
    "date_in_future": (visit(visited_at="2026-11-24 09:00"), "visited_at", None),
    "id_invalid": (visit(visit_id="xyz"), "visit_id", None),
    "text_too_long": (visit(matters=(claim(request="长" * 20_001),)), "matters.0.request", None),
}


@pytest.mark.parametrize("code", sorted(REFUSED))
def test_what_contradicts_itself_is_refused_beside_its_input(hall: Hall, code: str) -> None:
    command, field, article = REFUSED[code]
    acts = hall.station.store.log.count()
    said = refusal(lambda: register_visit(hall.station, command))
    assert (said.code, said.field, said.article) == (code, field, article)
    assert hall.station.store.log.count() == acts


def test_a_birthday_that_does_not_exist_is_refused(hall: Hall) -> None:
    said = refusal(lambda: hall.register(people=(person(birth="2026-02-31"),)))
    assert (said.code, said.field) == ("date_invalid", "people.0.birth")


def test_the_same_known_person_cannot_come_twice_in_one_visit(hall: Hall) -> None:
    known = hall.register().petitioner_ids[0]
    twice = (person(petitioner_id=known), person(petitioner_id=known, role="representative"))
    assert refusal(lambda: hall.register(people=twice, headcount=2)).code == "person_twice"


def test_a_wrong_check_digit_is_a_warning_and_the_number_is_kept(hall: Hall) -> None:
    made = hall.register(people=(person(id_number="110105194912310021"),))
    assert made.warnings == (("id_check_digit", "people.0.id_number"),)
    assert lookup.petitioner_page(hall.station, made.petitioner_ids[0]).petitioner.id_number == "110105194912310021"


def test_an_identity_number_fills_birth_and_sex_and_full_width_figures_are_read(hall: Hall) -> None:
    made = hall.register(
        people=(person(id_number="１１０１０５１９４９１２３１００２ｘ", mobile="１３８００００１２３４"),)
    )
    row = lookup.petitioner_page(hall.station, made.petitioner_ids[0]).petitioner
    assert (row.id_number, row.birth, row.sex, row.mobile) == (
        "11010519491231002X",
        "1949-12-31",
        "female",
        "13800001234",
    )
    assert made.warnings == ()


def test_registration_is_never_refused_for_missing_identity_or_phone(hall: Hall) -> None:
    made = hall.register(people=(PetitionerInput(name="张三", address_missing_reason="本人未提供"),))
    assert lookup.visit_page(hall.station, made.visit_id).visit.main_name == "张三"


def test_an_anonymous_visit_owes_no_notice(organ: Hall) -> None:
    made = organ.register(people=(), anonymous=True)
    clock = organ.clock_row(made.matter_ids[0], "T2")
    assert (clock.state, clock.note, clock.nominal) == ("off", "anonymous", "")
    assert lookup.visit_page(organ.station, made.visit_id).visit.main_name == "匿名"


def test_an_unclear_address_owes_no_notice_and_says_why(organ: Hall) -> None:
    made = organ.register(people=(person(address="", address_missing_reason="本人未提供"),))
    clock = organ.clock_row(made.matter_ids[0], "T2")
    assert (clock.state, clock.note) == ("off", "address_unclear")


def test_an_unclear_name_owes_no_notice(organ: Hall) -> None:
    made = organ.register(people=(person(name="", name_missing_reason="本人未提供"),))
    assert organ.clock_row(made.matter_ids[0], "T2").note == "name_unclear"


def test_a_known_person_keeps_what_is_not_written_anew(hall: Hall) -> None:
    known = hall.register().petitioner_ids[0]
    hall.register(people=(PetitionerInput(petitioner_id=known, mobile="13900005678"),))
    page = lookup.petitioner_page(hall.station, known)
    assert page.petitioner.mobile == "13900005678"
    assert page.petitioner.address == "滨海县临港街道渔村12号"
    assert page.petitioner.name == "李春燕"
    assert page.petitioner.visit_count == 2
    assert [row.title for row in page.timeline] == ["登记信访人", "更正信访人信息"]


def test_an_unknown_person_id_is_refused(hall: Hall) -> None:
    said = refusal(lambda: hall.register(people=(person(petitioner_id="ff" * 16),)))
    assert said.code == "case_unknown"


def test_hostile_text_is_cleaned_and_the_name_on_the_card_stays(hall: Hall) -> None:
    story = "第一行\x00\u202e右到左\r\n第二行\t表格\u200b"
    made = hall.register(people=(person(name=f"\ufeff{RARE}\u202d"),), matters=(claim(facts=story),))
    matter = hall.station.store.state(made.matter_ids[0])
    assert matter is not None
    assert matter.text("facts") == "第一行右到左\n第二行 | 表格"
    assert lookup.petitioner_page(hall.station, made.petitioner_ids[0]).petitioner.name == RARE


def test_a_narrative_of_ten_thousand_characters_is_kept_whole(hall: Hall) -> None:
    story = "村里的地是三月量的。" * 1000
    made = hall.register(matters=(claim(facts=story),))
    state = hall.open_again().store.state(made.matter_ids[0])
    assert state is not None
    assert state.text("facts") == story


def test_a_lone_surrogate_does_not_reach_the_record(hall: Hall) -> None:
    made = hall.register(matters=(claim(facts="坏\ud800字"),))
    state = hall.station.store.state(made.matter_ids[0])
    assert state is not None
    assert state.text("facts") == "坏字"


def test_a_visit_entered_later_counts_from_the_day_of_the_visit(hall: Hall) -> None:
    made = hall.register(visited_at="2026-11-20 15:00", historical=True)
    assert made.number == "370205-2-20261120-001"
    assert hall.clock_row(made.matter_ids[0], "T1").nominal == "2026-12-05"


def test_known_people_are_found_by_number_phone_name_and_initials_before_anything_is_sent(hall: Hall) -> None:
    known = hall.register().petitioner_ids[0]
    for typed in (
        PetitionerInput(id_number="11010519491231002X"),
        PetitionerInput(mobile="13800001234"),
        PetitionerInput(name="李春燕"),
        PetitionerInput(name="lcy"),
    ):
        assert [row.petitioner_id for row in intake.known_people(hall.station, typed)] == [known]
    assert intake.known_people(hall.station, PetitionerInput(name="赵钱孙")) == []


def test_the_same_story_again_is_proposed_as_a_repeat_with_its_reason(hall: Hall) -> None:
    first = hall.register()
    hall.clock.at("2026-12-01 10:00")
    proposal = intake.propose_repeat(hall.station, first.petitioner_ids[0], person(), claim())
    assert proposal.kind == "repeat"
    assert proposal.earlier_matter_id == first.matter_ids[0]
    assert first.number in proposal.reason
    other = claim(summary="路灯不亮", request="请求修理村口路灯", facts="村口路灯坏了。")
    assert intake.propose_repeat(hall.station, first.petitioner_ids[0], person(), other).kind == "first"


def test_another_person_of_the_same_name_is_not_taken_for_the_known_one(hall: Hall) -> None:
    hall.register()
    namesake = PetitionerInput(name="李春燕", address="别处")
    proposal = intake.propose_repeat(hall.station, "", namesake, claim())
    assert (proposal.kind, proposal.reason_code) == ("first", "name_only")


def test_a_claim_at_an_organ_with_power_is_proposed_to_be_accepted(organ: Hall) -> None:
    answers = TriageAnswers("no", "no", "no", "no")
    step = intake.propose_step(organ.station.desk(), claim(route="", triage=answers, own_power="yes"), (person(),))
    assert (step.route, step.step, step.article) == ("31-6", "accept", "R 31(六)")
    assert {"F01", "F02", "F04"} <= set(step.forms_now)
    assert "T2" in step.clocks


def test_a_claim_at_a_petition_office_is_proposed_to_be_referred(hall: Hall) -> None:
    answers = TriageAnswers("no", "no", "no", "no")
    step = intake.propose_step(hall.station.desk(), claim(route="", triage=answers, own_power="no"), (person(),))
    assert (step.step, step.clocks) == ("refer", ("T1",))


def test_no_notice_is_proposed_for_somebody_who_cannot_be_reached(organ: Hall) -> None:
    unclear = replace(person(), address="", address_missing_reason="本人未提供")
    step = intake.propose_step(organ.station.desk(), claim(own_power="yes"), (unclear,))
    assert "notice_duty_off" in step.notes
    assert "F04" not in step.forms_now


def test_an_accusation_is_masked_on_every_list_and_in_the_receipt_proposal(hall: Hall) -> None:
    accusation = claim(matter_class="accusation", route="", accused_organ="滨海县某局", summary="反映某局长收受财物")
    made = hall.register(matters=(accusation,))
    assert lookup.today(hall.station)[0].main_name == "某某"
    assert lookup.matter_page(hall.station, made.matter_ids[0]).matter.main_name == "某某"
    assert all("李春燕" not in row.main_name for row in lookup.deadline_board(hall.station).later)
    assert intake.propose_step(hall.station.desk(), accusation, (person(),)).masked


def test_half_typed_people_are_checked_without_the_store(hall: Hall) -> None:
    fields, warnings = intake.check_petitioner(hall.station.desk(), PetitionerInput(id_number="110105194912310021"))
    assert fields["birth"] == "1949-12-31"
    assert warnings == (("id_check_digit", "id_number"),)
    assert intake.check_petitioner(hall.station.desk(), PetitionerInput())[1] == ()


def test_a_clock_set_back_is_marked_on_the_record_and_both_times_are_kept(hall: Hall) -> None:
    hall.register()
    hall.clock.at("2026-09-01 09:00")
    made = hall.register()
    rows = lookup.visit_page(hall.station, made.visit_id).timeline
    assert [(row.at, row.clock) for row in rows] == [("2026-09-01 09:00", "behind")]
    hall.clock.at("2026-11-23 10:00")
    later = hall.register()
    assert lookup.visit_page(hall.station, later.visit_id).timeline[0].clock == "unsure"


def test_idle_time_notes_how_late_it_was_so_that_a_save_need_not(hall: Hall) -> None:
    while hall.station.store.rest():
        pass
    on_disk = "SELECT last_known_ms FROM station"
    before = hall.scalar(on_disk)
    hall.clock.at("2026-11-23 09:18")
    hall.register()
    assert hall.scalar(on_disk) == before
    while hall.station.store.rest():
        pass
    assert hall.scalar(on_disk) == hall.clock.ms
    hall.clock.at("2026-11-23 10:30")  # nobody has rested for long: the save does it itself
    hall.register()
    assert hall.scalar(on_disk) == hall.clock.ms
    hall.clock.at("2026-11-23 10:36")
    hall.register()
    hall.open_again()
    assert hall.station.store.last_known_ms == hall.clock.ms


def test_a_clock_set_back_is_still_noticed_after_the_station_was_closed(hall: Hall) -> None:
    hall.register()
    hall.open_again()
    hall.clock.at("2026-11-20 09:00")
    made = hall.register()
    assert lookup.visit_page(hall.station, made.visit_id).timeline[0].clock == "behind"
