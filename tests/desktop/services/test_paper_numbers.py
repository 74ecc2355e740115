"""Document numbers 文号: without a gap, never given twice, drawn by their holder alone, of the year of issue."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from desktop.models.store.folder import read_fence
from desktop.services import care, matters, papers, series
from desktop.services.station import SeriesSetup
from domain.acts import ActDraft
from domain.canonical import Json
from domain.commands import (
    AcceptMatter,
    GuideMatter,
    IssuePaper,
    VoidPaper,
)
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


@pytest.fixture
def poor_organ(tmp_path: Path) -> Iterator[Hall]:
    """An organ whose series 受 has two numbers left and that has no other series."""
    made = make_hall(tmp_path / "poor", replace(ORGAN, series=(SeriesSetup("受", 1, 2),)), seed=11)
    yield made
    made.station.close()


def test_numbers_run_without_a_gap_and_a_void_one_is_never_given_again(organ: Hall) -> None:
    taken = []
    for n in range(4):
        matter = accepted(organ, people=(person(name=f"信访人{'甲乙丙丁'[n]}"),))
        row = issue(organ, matter, "F04")
        taken.append(row.number)
        if n == 1:
            void = papers.void_paper(organ.station, VoidPaper(row.paper_id, matter, "印错")).value
            assert (void.state, void.voided) == ("voided", True)
            command = VoidPaper(row.paper_id, matter, "再")
            assert refusal(lambda command=command: papers.void_paper(organ.station, command)).code == "paper_is_void"  # type: ignore[misc]
    assert taken == [f"滨建受字〔2026〕{n}号" for n in (1, 2, 3, 4)]
    assert organ.station.store.number_gaps() == []
    issue(organ, matter, "F18", of_paper=row.paper_id)  # a form without a series takes none
    assert organ.scalar("SELECT max(n) FROM issued") == 4


def test_the_gap_report_explains_every_number_and_names_what_nobody_can_explain(organ: Hall) -> None:
    rows = [notice(organ, "甲"), notice(organ, "乙"), notice(organ, "丙")]
    papers.void_paper(organ.station, VoidPaper(rows[1].paper_id, rows[1].case_id, "印错"))
    report = [row for row in series.gap_report(organ.station) if row.series.endswith("/受")]
    assert [(row.first, row.what, row.explained, row.words) for row in report] == [
        (2, "voided", True, "作废：印错"),
        (4, "open", True, "已发放，尚未用到"),
    ]
    with organ.station.writing() as transaction:  # another paper bears number 3 too
        frozen = {"form": "F04", "number": rows[2].number, "series": report[0].series, "n": 3}
        double = "d0" * 16
        transaction.record([ActDraft("paper_issued", "matter", rows[0].case_id, {f"paper.{double}": frozen})])
    assert _of(organ, 3) == [("double", False)]
    for paper_id, case_id, keeps in ((rows[2].paper_id, rows[2].case_id, True), (double, rows[0].case_id, False)):
        with organ.station.writing() as transaction:
            sets: dict[str, Json] = {f"paper.{paper_id}.disputed": {"keeps": keeps, "series": report[0].series, "n": 3}}
            transaction.record([ActDraft("number_disputed", "matter", case_id, sets)])
    assert _of(organ, 3) == [("disputed", True)]


def _of(organ: Hall, n: int) -> list[tuple[str, bool]]:
    rows = [row for row in series.gap_report(organ.station) if row.series.endswith("/受")]
    return [(row.what, row.explained) for row in rows if row.first <= n <= row.last]


def test_voiding_needs_a_reason_and_a_paper(organ: Hall) -> None:
    matter = accepted(organ)
    row = issue(organ, matter, "F04")
    for command, code in (
        (VoidPaper(row.paper_id, matter, " "), "reason_missing"),
        (VoidPaper("aa" * 16, matter, "错"), "paper_unknown"),
    ):
        assert refusal(lambda command=command: papers.void_paper(organ.station, command)).code == code  # type: ignore[misc]


def test_a_character_nobody_can_print_is_refused_before_a_number_is_used(organ: Hall) -> None:
    matter = accepted(organ, matters=(claim(summary="有\U0001f9ff的概况"),))
    said = refusal(lambda: issue(organ, matter, "F04"))
    assert (said.code, said.field, said.facts["code_point"]) == ("character_unprintable", "form", "U+1F9FF")
    assert organ.scalar("SELECT count(*) FROM issued") == 0
    assert organ.scalar("SELECT count(*) FROM paper") == 0


def test_a_character_the_office_has_drawn_is_printed_from_the_next_opening_on(organ: Hall) -> None:
    matter = accepted(organ, matters=(claim(summary="有\U0001f9ff的概况"),))
    assert refusal(lambda: issue(organ, matter, "F04")).code == "character_unprintable"
    faces = organ.station.folder.faces
    faces.mkdir()
    drawn = Image.new("L", (32, 32), "white")
    drawn.paste(0, (4, 4, 28, 28))
    drawn.save(faces / "U+1F9FF.png")
    (faces / "hei.ttf").write_bytes(b"OTTO")
    organ.open_again()
    assert [(each.code, each.facts["file"]) for each in organ.station.unfit_faces] == [("face_not_truetype", "hei.ttf")]
    row = issue(organ, matter, "F04")
    assert "有\U0001f9ff的概况" in text_of(organ.station.store.pdf(row.pdf_hash) or b"")


def test_the_last_number_is_given_and_then_the_series_is_exhausted(poor_organ: Hall) -> None:
    for name in "甲乙":
        issue(poor_organ, accepted(poor_organ, people=(person(name=name),)), "F04")
    matter = accepted(poor_organ, people=(person(name="丙"),))
    said = refusal(lambda: issue(poor_organ, matter, "F04"))
    assert (said.code, said.facts["last"]) == ("series_exhausted", 2)
    assert poor_organ.scalar("SELECT count(*) FROM paper") == 2


def test_no_series_means_no_number(poor_organ: Hall) -> None:
    matter = poor_organ.register(matters=(claim(route="31-5"),)).matter_ids[0]
    matters.take_step(poor_organ.station, GuideMatter(matter))
    said = refusal(lambda: issue(poor_organ, matter, "F05"))
    assert (said.code, said.facts) == (
        "series_missing",
        {"office": "370206", "year": 2026, "kind": "途", "form": "F05"},
    )


def test_a_series_is_drawn_from_by_its_holder_alone(organ: Hall, tmp_path: Path) -> None:
    other = make_hall(tmp_path / "other", replace(ORGAN, window="2", series=()), seed=12)
    carry(organ.station, other.station)
    matter = accepted(other)
    said = refusal(lambda: issue(other, matter, "F04"))
    assert (said.code, said.facts["holder"]) == ("series_held_elsewhere", organ.station.store.identity.writer)
    other.station.close()


def test_a_notice_of_an_old_visit_takes_a_number_of_the_year_it_is_made(tmp_path: Path) -> None:
    """H10: the visit of 31 December keeps its 2026 number, the notice of January is numbered in 2027."""
    both_years = replace(ORGAN, series=(SeriesSetup("受"), SeriesSetup("受", year=2027)))
    organ = make_hall(tmp_path / "year", both_years, seed=13, now="2026-12-31 16:00")
    matter = organ.register().matter_ids[0]
    organ.clock.at("2027-01-05 09:00")
    matters.take_step(organ.station, AcceptMatter(matter))
    assert issue(organ, matter, "F04").number == "滨建受字〔2027〕1号"
    assert organ.station.store.matter_rows([matter])[0].number == "370206-1-20261231-001/1"
    assert organ.station.store.number_gaps() == []
    organ.station.close()


def notice(hall: Hall, name: str) -> Any:
    return issue(hall, accepted(hall, people=(person(name=name),)), "F04")


def test_an_office_without_a_county_skips_what_an_older_copy_of_its_file_does_not_know(organ: Hall) -> None:
    notice(organ, "甲")
    database = organ.station.folder.database
    organ.station.store.db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    older = database.read_bytes()
    lost = notice(organ, "乙")
    organ.station.close()
    database.write_bytes(older)
    organ.open_again()
    row = notice(organ, "丙")
    assert (lost.number, row.number) == ("滨建受字〔2026〕2号", "滨建受字〔2026〕3号")
    rows = [row for row in series.gap_report(organ.station) if "/受" in row.series]
    assert [(row.first, row.last, row.what, row.explained) for row in rows] == [
        (2, 2, "sealed", True),
        (4, 9999, "open", True),
    ]
    assert care.verify(organ.station).clean


def test_a_file_that_lost_its_fence_after_a_number_was_printed_begins_anew(organ: Hall) -> None:
    notice(organ, "甲")
    writer = organ.station.store.identity.writer
    organ.station.close()
    organ.station.folder.fence.unlink()
    organ.open_again()
    assert organ.station.store.identity.writer != writer
    assert notice(organ, "乙").number == "滨建受字〔2026〕2号"


def test_the_next_number_is_noted_outside_the_database_before_it_is_on_paper(organ: Hall) -> None:
    notice(organ, "甲")
    fence = read_fence(organ.station.folder)
    assert fence is not None
    assert fence.series == {"series/office/370206/2026/受": 2}


def test_the_desk_sees_how_many_numbers_are_left(poor_organ: Hall) -> None:
    (row,) = series.series_left(poor_organ.station)
    assert (row.kind, row.next, row.left, row.few) == ("受", 1, 2, True)
    assert "只剩2个" in row.words
    for name in "甲乙":
        notice(poor_organ, name)
    (row,) = series.series_left(poor_organ.station)
    assert (row.next, row.left, row.few) == (0, 0, True)
    assert "已经用完" in row.words
    assert series.gap_report(poor_organ.station) == []


def test_a_disputed_paper_is_listed_and_says_what_to_do(organ: Hall) -> None:
    row = notice(organ, "甲")
    field = f"paper.{row.paper_id}.disputed"
    with organ.station.writing() as transaction:
        sets: dict[str, Json] = {field: {"keeps": False, "series": "series/office/370206/2026/受", "n": 1}}
        transaction.record([ActDraft("number_disputed", "matter", row.case_id, sets)])
    (found,) = series.disputed_papers(organ.station)
    assert (found.paper_id, series.DISPUTED[found.disputed]) == (row.paper_id, "文号重复，需更正")
    assert care.verify(organ.station).clean
