"""大字版 through the services: one number, one content, two types, each kept by its own hash; who is proposed it."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import Any

import pytest

from desktop.services import large_type, lookup, matters, papers, print_settings
from desktop.services.care import verify
from desktop.services.large_type import Proposal
from domain.commands import AcceptMatter, ConfirmPrint, IssuePaper, VoidPaper
from tests.desktop.services.halls import Hall, person, refusal, text_of


def accepted(hall: Hall, **changes: Any) -> str:
    matter = hall.register(**changes).matter_ids[0]
    matters.take_step(hall.station, AcceptMatter(matter, handling_unit="征收科"))
    return matter


def issue(hall: Hall, case_id: str, form: Any, **changes: Any) -> Any:
    return papers.issue_paper(hall.station, IssuePaper(case_id, form, **changes)).value


def out(hall: Hall, row: Any, **changes: Any) -> None:
    papers.confirm_print(hall.station, ConfirmPrint(row.paper_id, row.case_id, came_out=True, **changes))


def kept(hall: Hall) -> set[str]:
    return {str(row[0]) for row in hall.station.store.db.execute("SELECT hash FROM pdf")}


def test_a_paper_issued_in_large_type_is_kept_printed_and_printed_again_in_it(organ: Hall) -> None:
    matter = accepted(organ)
    row = issue(organ, matter, "F04", large=True)
    stored = papers.stored_pdf(organ.station, row.paper_id)
    assert row.pdf_hash == hashlib.sha256(stored).hexdigest()
    assert papers.type_of(organ.station, row.paper_id) == papers.PaperType(issued=True, now=True)
    assert papers.reprint_pdf(organ.station, row.paper_id) == stored
    out(organ, row)
    assert papers.reprint_pdf(organ.station, row.paper_id).startswith(stored)
    assert verify(organ.station).clean


def test_the_same_paper_in_the_other_type_has_its_number_its_words_and_a_hash_of_its_own(organ: Hall) -> None:
    matter = accepted(organ)
    row = issue(organ, matter, "F04")
    usual = papers.stored_pdf(organ.station, row.paper_id)
    out(organ, row)
    looked = papers.pdf_in_type(organ.station, row.paper_id, True)
    assert hashlib.sha256(looked).hexdigest() not in kept(organ), "looking keeps nothing"
    again = papers.reprint_pdf(organ.station, row.paper_id, True)
    assert again.startswith(looked)
    assert "补打第1次" in text_of(again)
    assert hashlib.sha256(looked).hexdigest() in kept(organ)
    assert row.number in text_of(looked)
    assert papers.stored_pdf(organ.station, row.paper_id) == usual
    assert papers.pdf_in_type(organ.station, row.paper_id, True, keep=True) == looked
    assert len([act for act in organ.station.state(matter, field="x").acts if act.kind == "paper_stored"]) == 2
    assert verify(organ.station).clean


def test_printed_again_it_comes_in_the_type_it_was_handed_out_in_last(organ: Hall) -> None:
    made = organ.register()
    row = issue(organ, made.visit_id, "F02")
    papers.reprint_pdf(organ.station, row.paper_id, True)
    out(organ, row, large=True)
    large = papers.pdf_in_type(organ.station, row.paper_id, True)
    assert papers.type_of(organ.station, row.paper_id) == papers.PaperType(issued=False, now=True)
    assert papers.reprint_pdf(organ.station, row.paper_id).startswith(large)
    organ.clock.at("2026-11-25 09:00")
    out(organ, row, large=False)
    assert papers.reprint_pdf(organ.station, row.paper_id).startswith(papers.stored_pdf(organ.station, row.paper_id))
    state = organ.station.state(made.visit_id, field="x")
    assert any("已打印出来（大字版）" in act.summary for act in lookup.timeline(organ.station, state))


def test_what_nobody_made_in_large_type_cannot_have_come_out_in_it(organ: Hall) -> None:
    made = organ.register()
    row = issue(organ, made.visit_id, "F02")
    said = refusal(lambda: out(organ, row, large=True))
    assert said.code == "paper_not_stored"


def test_a_form_that_stays_here_is_refused_in_large_type_before_a_number_is_used(organ: Hall) -> None:
    made = organ.register()
    said = refusal(lambda: issue(organ, made.visit_id, "F01", large=True))
    assert (said.code, said.field) == ("large_type_not_for_form", "large")
    assert papers.papers_of(organ.station, made.visit_id) == []
    row = issue(organ, made.visit_id, "F01")
    assert refusal(lambda: papers.pdf_in_type(organ.station, row.paper_id, True)).code == "large_type_not_for_form"


def test_a_void_paper_in_large_type_is_marked_void(organ: Hall) -> None:
    matter = accepted(organ)
    row = issue(organ, matter, "F04", large=True)
    papers.void_paper(organ.station, VoidPaper(row.paper_id, matter, "写错了"))
    again = papers.reprint_pdf(organ.station, row.paper_id)
    assert again.startswith(papers.stored_pdf(organ.station, row.paper_id))
    assert "作废" in text_of(again)


def test_a_draft_in_large_type_records_nothing(organ: Hall) -> None:
    matter = accepted(organ)
    command = IssuePaper(matter, "F04")
    assert papers.draft_pdf(organ.station, replace(command, large=True)) != papers.draft_pdf(organ.station, command)
    assert papers.papers_of(organ.station, matter) == []


@pytest.mark.parametrize(
    ("birth", "age", "proposed"),
    [("1949-12-31", 76, True), ("1966-11-23", 60, True), ("1966-12-31", 59, False), ("", 0, False)],
)
def test_large_type_is_proposed_to_who_is_sixty_by_the_day_of_birth(organ: Hall, birth, age, proposed) -> None:
    organ.clock.at("2026-11-23 09:00")
    made = organ.register(people=(person(id_kind="", id_number="", birth=birth),))
    for case_id, form in ((made.visit_id, "F02"), (made.matter_ids[0], "F04")):
        assert large_type.proposal(organ.station, case_id, form) == Proposal(True, proposed, age, by_age=True)
    assert large_type.proposal(organ.station, made.visit_id, "F01") == Proposal(False, False, 0, by_age=False)


def test_a_window_that_does_not_want_it_proposed_is_asked_no_more_and_keeps_its_other_choices(organ: Hall) -> None:
    made = organ.register(people=(person(id_kind="", id_number="", birth="1949-12-31"),))
    print_settings.choose(organ.station, "F02", print_settings.PrintChoice(printer="甲", copies=2))
    print_settings.propose_large(organ.station, False)
    organ.open_again()
    assert large_type.proposal(organ.station, made.visit_id, "F02") == Proposal(True, False, 76, by_age=False)
    assert print_settings.choice(organ.station, "F02").printer == "甲"
    print_settings.propose_large(organ.station, True)
    assert large_type.proposal(organ.station, made.visit_id, "F02").proposed
