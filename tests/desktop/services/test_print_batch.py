"""What may be printed in one go: today's papers, notices whose clock is due; nothing is decided by a list."""

from __future__ import annotations

from typing import Any, cast

import pytest

from desktop.services import lookup, matters, papers, print_batch, print_settings
from desktop.services.care import verify
from desktop.services.print_settings import PrintChoice
from domain.commands import AcceptMatter, ConfirmPrint, DeliverNotice, IssuePaper, ReferMatter, VoidPaper
from domain.refusals import Refusal
from tests.desktop.services.halls import Hall, person, refusal


def accepted(organ: Hall) -> str:
    matter = organ.register().matter_ids[0]
    matters.take_step(organ.station, AcceptMatter(matter, handling_unit="征收科"))
    return matter


def told(sheets: list[print_batch.Sheet]) -> list[tuple[str, str]]:
    return [(sheet.form, sheet.state) for sheet in sheets]


def test_today_lists_what_was_issued_here_today_and_nobody_confirmed(organ: Hall) -> None:
    before = accepted(organ)
    papers.issue_paper(organ.station, IssuePaper(before, "F04"))
    organ.clock.at("2026-11-24 08:30")
    made = organ.register()
    receipt = papers.issue_paper(organ.station, IssuePaper(made.visit_id, "F02")).value
    table = papers.issue_paper(organ.station, IssuePaper(made.visit_id, "F01")).value
    wrong = papers.issue_paper(organ.station, IssuePaper(accepted(organ), "F04")).value
    papers.void_paper(organ.station, VoidPaper(wrong.paper_id, wrong.case_id, "写错"))
    assert told(print_batch.todays(organ.station)) == [("F02", "stored"), ("F01", "stored")]
    papers.confirm_print(organ.station, ConfirmPrint(receipt.paper_id, made.visit_id, came_out=True))
    assert [sheet.paper_id for sheet in print_batch.todays(organ.station)] == [table.paper_id]


def test_due_lists_a_notice_that_may_be_issued_and_one_whose_decision_is_lacking_and_says_which(organ: Hall) -> None:
    ready = accepted(organ)
    undecided = organ.register().matter_ids[0]
    assert print_batch.due(organ.station) == []
    assert {sheet.case_id for sheet in print_batch.due(organ.station, days=15)} == {ready, undecided}
    organ.clock.at("2026-12-08 09:00")  # R 23②: fifteen days from receipt end today
    found = {sheet.case_id: sheet for sheet in print_batch.due(organ.station)}
    assert (found[ready].form, found[ready].state, found[ready].due) == ("F04", "to_issue", "2026-12-08")
    lacking = found[undecided]
    assert (lacking.form, lacking.state, lacking.why) == ("", "undecided", "决定是否受理并书面告知")
    assert not lacking.may_print
    said = refusal(lambda: print_batch.make_ready(organ.station, lacking))
    assert said.code == "needs_decision"
    assert papers.papers_of(organ.station, undecided) == []


def test_a_list_issues_nothing_and_the_sheet_chosen_is_issued_when_its_turn_comes(organ: Hall) -> None:
    matter = accepted(organ)
    (sheet,) = print_batch.due(organ.station, days=15)
    assert papers.papers_of(organ.station, matter) == []
    made = print_batch.make_ready(organ.station, sheet).value
    assert made.row.number.endswith("1号")
    assert made.pdf == papers.stored_pdf(organ.station, made.row.paper_id)
    assert made.choice.copies == 2
    (again,) = print_batch.due(organ.station, days=15)
    assert (again.state, again.paper_id) == ("stored", made.row.paper_id)
    assert print_batch.make_ready(organ.station, again).value.pdf == made.pdf
    assert refusal(lambda: print_batch.make_ready(organ.station, sheet)).code == "already_issued"


def test_a_due_notice_is_issued_in_the_type_this_window_proposes_and_the_list_says_so(organ: Hall) -> None:
    matter = organ.register(people=(person(id_kind="", id_number="", birth="1949-12-31"),)).matter_ids[0]
    matters.take_step(organ.station, AcceptMatter(matter, handling_unit="征收科"))
    (sheet,) = print_batch.due(organ.station, days=15)
    assert (sheet.large, sheet.age) == (True, 76)
    print_settings.propose_large(organ.station, False)
    assert [each.large for each in print_batch.due(organ.station, days=15)] == [False]
    print_settings.propose_large(organ.station, True)
    made = print_batch.make_ready(organ.station, sheet).value
    assert papers.type_of(organ.station, made.row.paper_id) == papers.PaperType(issued=True, now=True)
    assert made.pdf == papers.pdf_in_type(organ.station, made.row.paper_id, True)


def test_only_a_receipt_on_a_roll_goes_to_a_receipt_printer(organ: Hall) -> None:
    print_settings.choose(organ.station, "F02", PrintChoice("小票机", escpos=True))
    made = organ.register()
    for size in ("R58", "A5"):
        papers.issue_paper(organ.station, IssuePaper(made.visit_id, "F02", cast("Any", size)))
    found = [print_batch.make_ready(organ.station, sheet).value for sheet in print_batch.todays(organ.station)]
    assert {each.row.size: each.escpos for each in found} == {"R58": True, "A5": False}


def test_a_printed_notice_waits_for_its_delivery_and_not_for_the_printer(organ: Hall) -> None:
    matter = accepted(organ)
    (sheet,) = print_batch.due(organ.station, days=15)
    row = print_batch.make_ready(organ.station, sheet).value.row
    papers.confirm_print(organ.station, ConfirmPrint(row.paper_id, matter, came_out=True))
    assert print_batch.due(organ.station, days=15) == []
    matters.take_step(organ.station, DeliverNotice(matter, row.paper_id, signer="张三"))
    (owed,) = print_batch.due(organ.station, days=60)
    assert (owed.state, owed.title) == ("undecided", "处理意见书"), "R 34: sixty days from acceptance"


def test_what_another_office_has_in_hand_is_not_on_this_list(hall: Hall) -> None:
    matter = hall.register().matter_ids[0]
    hall.clock.at("2026-12-08 09:00")
    assert [sheet.case_id for sheet in print_batch.due(hall.station)] == [matter]
    matters.take_step(hall.station, ReferMatter(matter, to_office="370206"))
    assert [sheet for sheet in print_batch.due(hall.station, days=60) if sheet.state == "undecided"] == []


def test_one_answer_that_is_refused_stops_none_of_the_others(organ: Hall) -> None:
    made = organ.register()
    rows = [papers.issue_paper(organ.station, IssuePaper(made.visit_id, form)).value for form in ("F01", "F02")]
    answers = [
        ConfirmPrint(rows[0].paper_id, made.visit_id, came_out=True, copies=0),
        ConfirmPrint(rows[1].paper_id, made.visit_id, came_out=True),
    ]
    found = print_batch.answer(organ.station, answers).value
    assert found.recorded == 1
    assert len(found.refused) == 1
    assert [row.prints for row in papers.papers_of(organ.station, made.visit_id)] == [0, 1]
    assert verify(organ.station).clean


def test_the_lists_say_form_and_number_and_no_name(organ: Hall) -> None:
    made = organ.register()
    papers.issue_paper(organ.station, IssuePaper(made.visit_id, "F02"))
    name = lookup.visit_page(organ.station, made.visit_id).people[0][1].name
    assert name
    for sheet in (*print_batch.todays(organ.station), *print_batch.due(organ.station, days=60)):
        assert name not in repr(sheet)


@pytest.mark.parametrize("key", ["", "nobody"])
def test_a_sheet_whose_paper_is_gone_is_refused_in_words(organ: Hall, key: str) -> None:
    gone = print_batch.Sheet(key, "aa" * 16, "F04", "受理告知书", "x", "stored", paper_id="aa" * 16)
    with pytest.raises(Refusal, match="paper_unknown"):
        print_batch.make_ready(organ.station, gone)
