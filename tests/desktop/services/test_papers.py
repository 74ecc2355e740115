"""Papers through the services: frozen content, a number without a gap, the stored bytes, print, reprint, void."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from desktop.services import lookup, matters, papers
from desktop.services.care import verify
from domain.acts import ActDraft, CaseKind
from domain.canonical import Json
from domain.commands import (
    AcceptMatter,
    ConfirmPrint,
    CorrectMatter,
    CorrectPetitioner,
    DeliverNotice,
    IssuePaper,
    MaterialInput,
    PetitionerInput,
    ReferMatter,
    VoidPaper,
)
from domain.faults import SurroundingsFault
from tests.desktop.services.halls import ORGAN, Hall, carry, claim, make_hall, person, refusal, text_of

ID = "11010519491231002X"
LEADER = "𠮷䶮"


def accepted(hall: Hall, **changes: Any) -> str:
    matter = hall.register(**changes).matter_ids[0]
    matters.take_step(hall.station, AcceptMatter(matter, handling_unit="征收科"))
    return matter


def issue(hall: Hall, case_id: str, form: Any, **changes: Any) -> Any:
    size = {"size": "A5"} if form == "F02" else {}
    return papers.issue_paper(hall.station, IssuePaper(case_id, form, **(size | changes))).value


# the case of the issue -----------------------------------------------------------------------------------------------


def test_twelve_people_about_one_requisition_leave_with_their_papers(organ: Hall) -> None:
    """A leader with rare characters of both planes, five representatives, a companion who gives no name."""
    leader = person(name=LEADER, id_number=ID)
    others = tuple(
        PetitionerInput(name=f"代表{n}", role="representative", address_missing_reason="未提供") for n in "甲乙丙丁"
    )
    requisition = claim(summary="征地补偿标准及安置问题", facts="全村十二户承包地被征收。")
    made = organ.register(
        people=(leader, *others),
        companions=("匿名",),
        headcount=12,
        affected_count=46,
        matters=(requisition,),
        materials=(MaterialInput("征地协议", 2, 8), MaterialInput("承包合同", 1, 4, "original")),
        oral_record="来访人陈述：补偿标准低于公告。",
        read_back=True,
    )
    matter = made.matter_ids[0]
    matters.take_step(organ.station, AcceptMatter(matter, handling_unit="征收科"))
    rows = [issue(organ, made.visit_id, form) for form in ("F01", "F02", "F03")] + [issue(organ, matter, "F04")]
    assert [row.state for row in rows] == ["stored"] * 4
    texts = [text_of(papers.stored_pdf(organ.station, row.paper_id)) for row in rows]
    for text in texts:
        assert LEADER in text
    assert "匿名" in texts[0]
    assert "集体" in texts[0]
    assert "等12人" in texts[1]
    assert made.query_code in texts[1]
    assert "征地协议" in texts[2]
    assert "滨建受字〔2026〕1号" in texts[3]
    for text in texts:
        assert ID not in text
    for text in texts[1:]:
        assert "13800001234" not in text
    page = lookup.visit_page(organ.station, made.visit_id)
    assert page.visit.collective
    assert page.companions == ("匿名",)
    assert [role for role, _ in page.people] == ["main"] + ["representative"] * 4
    found = [hit.ref for hit in lookup.find(organ.station, LEADER) if hit.kind == "petitioner"]
    assert found == [page.people[0][1].petitioner_id]
    assert verify(organ.station).clean


# content is frozen ---------------------------------------------------------------------------------------------------


def test_a_paper_keeps_the_words_it_was_issued_with(organ: Hall) -> None:
    made = organ.register()
    paper = issue(organ, made.visit_id, "F02")
    before = papers.stored_pdf(organ.station, paper.paper_id)
    matters.correct_matter(organ.station, CorrectMatter(made.matter_ids[0], {"summary": "改过的概况"}, "改"))
    matters.correct_petitioner(organ.station, CorrectPetitioner(made.petitioner_ids[0], {"name": "李春艳"}, "改"))
    assert papers.stored_pdf(organ.open_again(), paper.paper_id) == before
    assert "李春燕" in text_of(before)


def test_the_stored_bytes_are_what_the_hash_says_and_are_kept_once(organ: Hall) -> None:
    made = organ.register()
    paper = issue(organ, made.visit_id, "F01")
    pdf = papers.stored_pdf(organ.station, paper.paper_id)
    assert hashlib.sha256(pdf).hexdigest() == paper.pdf_hash
    assert papers.stored_pdf(organ.station, paper.paper_id) == pdf
    assert organ.scalar("SELECT count(*) FROM pdf") == 1


def test_a_draft_shows_the_paper_and_records_nothing(organ: Hall) -> None:
    matter = accepted(organ)
    acts = organ.station.store.log.count()
    text = text_of(papers.draft_pdf(organ.station, IssuePaper(matter, "F04")))
    assert "草稿" in text
    assert organ.station.store.log.count() == acts
    assert issue(organ, matter, "F04").number == "滨建受字〔2026〕1号"


@pytest.mark.parametrize("size", ["A5", "A4", "R80", "R58"])
def test_the_receipt_comes_as_a_sheet_and_as_a_slip(organ: Hall, size: str) -> None:
    made = organ.register()
    row = issue(organ, made.visit_id, "F02", size=size)
    text = text_of(papers.stored_pdf(organ.station, row.paper_id))
    assert made.number in text
    assert made.query_code in text
    assert row.size == size


def test_a_form_is_not_made_on_paper_it_does_not_have(organ: Hall) -> None:
    made = organ.register()
    said = refusal(lambda: issue(organ, made.visit_id, "F01", size="R80"))
    assert (said.code, said.field, said.facts) == ("size_not_for_form", "size", {"form": "F01", "size": "R80"})


# what may be issued --------------------------------------------------------------------------------------------------


def test_papers_wait_for_the_step_they_tell_of(organ: Hall) -> None:
    made = organ.register()
    matter = made.matter_ids[0]
    expected = {
        ("F04", matter): ("not_accepted", "R 31(六)"),
        ("F05", matter): ("not_guided", "R 23①"),
        ("F08", matter): ("not_referred", "R 23①"),
        ("F03", made.visit_id): ("no_materials", None),
        ("F01", matter): ("form_not_for_case", None),
        ("F04", made.visit_id): ("form_not_for_case", None),
    }
    for (form, case_id), (code, article) in expected.items():
        said = refusal(lambda form=form, case_id=case_id: issue(organ, case_id, form))  # type: ignore[misc]
        assert (said.code, said.field, said.article) == (code, "form", article)


def test_a_notice_is_issued_once_until_it_is_void(organ: Hall) -> None:
    matter = accepted(organ)
    first = issue(organ, matter, "F04")
    said = refusal(lambda: issue(organ, matter, "F04"))
    assert (said.code, said.facts) == ("already_issued", {"form": "F04", "number": "滨建受字〔2026〕1号"})
    papers.void_paper(organ.station, VoidPaper(first.paper_id, matter, "承办单位写错"))
    assert issue(organ, matter, "F04").number == "滨建受字〔2026〕2号"


def test_a_delivery_record_needs_a_live_notice(organ: Hall) -> None:
    matter = accepted(organ)
    said = refusal(lambda: issue(organ, matter, "F18", of_paper="aa" * 16))
    assert (said.code, said.field) == ("notice_unknown", "of_paper")
    notice = issue(organ, matter, "F04")
    row = issue(organ, matter, "F18", of_paper=notice.paper_id)
    text = text_of(papers.stored_pdf(organ.station, row.paper_id))
    assert notice.number in text
    assert ID not in text
    papers.void_paper(organ.station, VoidPaper(notice.paper_id, matter, "作废"))
    assert refusal(lambda: issue(organ, matter, "F18", of_paper=notice.paper_id)).code == "paper_is_void"


def test_a_filled_delivery_record_tells_who_signed(organ: Hall) -> None:
    matter = accepted(organ)
    notice = issue(organ, matter, "F04")
    matters.take_step(organ.station, DeliverNotice(matter, notice.paper_id, signer="李春燕", deliverer="孙科"))
    row = issue(organ, matter, "F18", of_paper=notice.paper_id)
    assert "孙科" in text_of(papers.stored_pdf(organ.station, row.paper_id))


def test_nobody_is_notified_who_has_no_name(organ: Hall) -> None:
    matter = organ.register(people=(), anonymous=True).matter_ids[0]
    matters.take_step(organ.station, AcceptMatter(matter))
    said = refusal(lambda: issue(organ, matter, "F04"))
    assert (said.code, said.field, said.article) == ("addressee_unknown", "form", "R 23②")
    assert organ.scalar("SELECT count(*) FROM issued") == 0


def test_a_notice_waits_while_the_route_is_in_conflict(organ: Hall) -> None:
    matter = accepted(organ)
    state = organ.station.store.state(matter)
    assert state is not None
    sets = {"accepted_on": "2026-11-22"}
    with organ.station.writing() as transaction:
        transaction.record([ActDraft("matter_accepted", CaseKind.MATTER, matter, sets)])
    said = refusal(lambda: issue(organ, matter, "F04"))
    assert (said.code, said.facts) == ("conflict_open", {"field": "accepted_on"})


def test_a_referral_notice_names_the_organ_and_no_summary_of_an_accusation(hall: Hall) -> None:
    accusation = claim(matter_class="accusation", route="", accused_person="某局长", summary="反映某局长收受财物")
    matter = hall.register(matters=(accusation,)).matter_ids[0]
    matters.take_step(hall.station, ReferMatter(matter, "370206"))
    text = text_of(papers.stored_pdf(hall.station, issue(hall, matter, "F08").paper_id))
    assert "滨海县住房和城乡建设局" in text
    assert "收受财物" not in text
    assert "某局长" not in text


# masking -------------------------------------------------------------------------------------------------------------


def test_an_accusation_leaves_no_name_on_receipt_and_list_of_materials(hall: Hall) -> None:
    accusation = claim(matter_class="accusation", route="", accused_organ="某局", summary="反映某局违规收费")
    made = hall.register(matters=(accusation,), materials=(MaterialInput("收据", 1, 3),))
    for form, size in (("F02", "A5"), ("F02", "R80"), ("F03", "A4")):
        text = text_of(papers.stored_pdf(hall.station, issue(hall, made.visit_id, form, size=size).paper_id))
        assert "李春燕" not in text, form
        assert "违规收费" not in text, form
        assert made.number in text
    assert lookup.today(hall.station)[0].main_name == "某某"


def test_an_identity_number_inside_the_story_is_masked_on_the_receipt(organ: Hall) -> None:
    made = organ.register(matters=(claim(summary=f"本人身份证{ID}被冒用"),))
    text = text_of(papers.stored_pdf(organ.station, issue(organ, made.visit_id, "F02").paper_id))
    assert ID not in text
    assert "被冒用" in text


# printing ------------------------------------------------------------------------------------------------------------


def test_a_paper_is_unfinished_until_the_clerk_says_it_came_out(organ: Hall) -> None:
    made = organ.register()
    row = issue(organ, made.visit_id, "F02")
    assert [each.paper_id for each in papers.unfinished_papers(organ.station)] == [row.paper_id]
    jam = ConfirmPrint(row.paper_id, made.visit_id, came_out=False, printer="前台")
    assert papers.confirm_print(organ.station, jam).value.state == "stored"
    assert [each.paper_id for each in papers.unfinished_papers(organ.station)] == [row.paper_id]
    out = replace(jam, came_out=True)
    assert papers.confirm_print(organ.station, out).value.state == "printed"
    assert papers.unfinished_papers(organ.station) == []


def test_a_reprint_is_the_stored_paper_with_a_mark_behind_it(organ: Hall) -> None:
    made = organ.register()
    row = issue(organ, made.visit_id, "F02")
    stored = papers.stored_pdf(organ.station, row.paper_id)
    assert papers.reprint_pdf(organ.station, row.paper_id) == stored
    papers.confirm_print(organ.station, ConfirmPrint(row.paper_id, made.visit_id, came_out=True))
    again = papers.reprint_pdf(organ.station, row.paper_id)
    assert again[: len(stored)] == stored
    assert len(again) > len(stored)
    assert "补打第1次" in text_of(again)
    papers.confirm_print(organ.station, ConfirmPrint(row.paper_id, made.visit_id, came_out=True))
    assert "补打第2次" in text_of(papers.reprint_pdf(organ.station, row.paper_id))
    assert papers.stored_pdf(organ.station, row.paper_id) == stored


@pytest.mark.parametrize("copies", [0, 100])
def test_copies_are_between_one_and_ninety_nine(organ: Hall, copies: int) -> None:
    made = organ.register()
    row = issue(organ, made.visit_id, "F02")
    command = ConfirmPrint(row.paper_id, made.visit_id, came_out=True, copies=copies)
    said = refusal(lambda: papers.confirm_print(organ.station, command))
    assert (said.code, said.field) == ("count_invalid", "copies")


def test_a_paper_nobody_knows_is_refused(organ: Hall) -> None:
    made = organ.register()
    assert refusal(lambda: papers.stored_pdf(organ.station, "aa" * 16)).code == "paper_unknown"
    command = ConfirmPrint("aa" * 16, made.visit_id, came_out=True)
    assert refusal(lambda: papers.confirm_print(organ.station, command)).code == "paper_unknown"


# crashes and other machines ------------------------------------------------------------------------------------------


def test_a_crash_between_number_and_pdf_is_made_good_from_the_frozen_words(
    organ: Hall, monkeypatch: pytest.MonkeyPatch
) -> None:
    matter = accepted(organ)
    with monkeypatch.context() as power_cut:
        power_cut.setattr(papers, "finish_paper", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt()))
        with pytest.raises(KeyboardInterrupt):
            issue(organ, matter, "F04")
    organ.open_again()
    (left,) = papers.unfinished_papers(organ.station)
    assert (left.state, left.number, left.pdf_hash) == ("issued", "滨建受字〔2026〕1号", "")
    command = ConfirmPrint(left.paper_id, matter, came_out=True)
    assert refusal(lambda: papers.confirm_print(organ.station, command)).code == "paper_not_stored"
    organ.clock.at("2026-11-25 09:00")
    done = papers.finish_paper(organ.station, left.paper_id, matter)
    assert done.state == "stored"
    assert papers.finish_paper(organ.station, left.paper_id, matter) == done
    text = text_of(papers.stored_pdf(organ.station, left.paper_id))
    assert left.number in text
    assert "2026年11月23日" in text
    assert refusal(lambda: issue(organ, matter, "F04")).code == "already_issued"
    assert verify(organ.station).clean


def test_a_paper_of_another_window_is_the_same_bytes_here(organ: Hall, tmp_path: Path) -> None:
    matter = accepted(organ)
    row = issue(organ, matter, "F04")
    other = make_hall(tmp_path / "other", replace(ORGAN, window="2", series=()), seed=12)
    carry(organ.station, other.station)
    assert papers.unfinished_papers(other.station) == []
    assert papers.stored_pdf(other.station, row.paper_id) == papers.stored_pdf(organ.station, row.paper_id)
    other.station.close()


def test_a_paper_that_cannot_be_made_again_is_fetched_where_it_was_issued(organ: Hall, tmp_path: Path) -> None:
    matter = accepted(organ)
    row = issue(organ, matter, "F04")
    state = organ.station.store.state(matter)
    assert state is not None
    name = f"paper.{row.paper_id}.pdf"
    with organ.station.writing() as transaction:
        sets: dict[str, Json] = {name: {"hash": "0" * 64, "pages": 1}}
        transaction.record([ActDraft("paper_stored", CaseKind.MATTER, matter, sets, state.over(name))])
    other = make_hall(tmp_path / "other", replace(ORGAN, window="2", series=()), seed=12)
    carry(organ.station, other.station)
    with pytest.raises(SurroundingsFault) as fault:
        papers.stored_pdf(other.station, row.paper_id)
    assert (fault.value.code, fault.value.facts) == ("paper_elsewhere", {"number": row.number})
    other.station.close()
