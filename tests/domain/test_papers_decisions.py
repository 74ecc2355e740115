"""Decisions about papers: numbers drawn by their holder, content frozen, and a void one never void twice."""

from __future__ import annotations

import pytest

from domain.canonical import Json
from domain.commands import ConfirmPrint, IssuePaper, VoidPaper
from domain.decisions import papers
from domain.series import Block, SeriesState
from tests.domain.states import desk, grow, matter, refusal, state

ID = "c1" * 16
WRITER = "51" * 16
SERIES = SeriesState("series/office/370206/2026/受", (Block(1, 9, WRITER),))
FACTS: dict[str, object] = {"office": "370206", "year": 2026, "kind": "受"}


def draw(series: SeriesState | None = SERIES, top: int = 6, **change: object) -> papers.Drawn:
    values: dict[str, object] = {
        "holders": {WRITER},
        "earlier": frozenset(),
        "top": lambda _first, _last: top,
        "floor": 0,
        "facts": FACTS,
        **change,
    }
    return papers.draw_number(series, "滨建受字", 2026, **values)  # type: ignore[arg-type]


def test_a_number_is_drawn_in_its_place() -> None:
    drawn = draw()
    assert (drawn.series, drawn.n, drawn.number) == (SERIES.series, 7, "滨建受字〔2026〕7号")


def test_numbers_are_missing_held_elsewhere_suspended_or_exhausted() -> None:
    assert refusal(lambda: draw(None)).code == "series_missing"
    assert refusal(lambda: draw(holders={"bb" * 16})).code == "series_held_elsewhere"
    assert refusal(lambda: draw(holders={"bb" * 16}, earlier={WRITER})).code == "series_suspended"
    said = refusal(lambda: draw(top=9))
    assert (said.code, said.facts["last"], said.facts["kind"]) == ("series_exhausted", 9, "受")


def test_an_issued_paper_holds_number_day_size_and_words() -> None:
    drawn = draw()
    draft = papers.issue(
        IssuePaper(ID, "F04", "A4"), matter(), desk(), paper_id="p1", content={"a": "字"}, drawn=drawn, place="1号窗口"
    )
    value = draft.sets["paper.p1"]
    assert isinstance(value, dict)
    assert (value["form"], value["n"], value["series"], value["issued_on"]) == ("F04", 7, SERIES.series, "2026-11-23")
    assert (value["number"], value["content"], value["size"]) == ("滨建受字〔2026〕7号", {"a": "字"}, "A4")


def test_a_paper_without_a_series_bears_the_number_of_its_case() -> None:
    visit = state({"number": "370206-1-20261123-001"}, kind="visit")
    draft = papers.issue(IssuePaper(ID, "F01"), visit, desk(), paper_id="p1", content={}, drawn=None, place="")
    value = draft.sets["paper.p1"]
    assert isinstance(value, dict)
    assert value["number"] == "370206-1-20261123-001"
    assert "series" not in value


@pytest.mark.parametrize(
    ("form", "fields", "code"),
    [
        ("F04", {}, "not_accepted"),
        ("F04", {"stage": "accepted", "route": "31-5"}, "not_accepted"),
        ("F05", {"stage": "accepted"}, "not_guided"),
        ("F08", {"stage": "guided"}, "not_referred"),
        ("F18", {}, "notice_unknown"),
        ("F01", {}, "form_not_for_case"),
        ("F03", {}, "form_not_for_case"),
    ],
)
def test_a_paper_never_tells_of_a_step_that_was_not_taken(form: str, fields: dict[str, Json], code: str) -> None:
    command = IssuePaper(ID, form)  # type: ignore[arg-type]
    assert refusal(lambda: papers.check_issue(command, matter(**fields), desk())).code == code


@pytest.mark.parametrize("stage", ["referred", "assigned"])
def test_a_referral_notice_follows_referral_and_assignment(stage: str) -> None:
    papers.check_issue(IssuePaper(ID, "F08"), matter(stage=stage), desk())


def test_printing_is_confirmed_for_a_stored_paper_only() -> None:
    issued = matter({"paper.p": {"form": "F04"}})
    command = ConfirmPrint("p", ID, came_out=True, printer="前台", copies=2)
    assert refusal(lambda: papers.confirm(command, issued, desk())).code == "paper_not_stored"
    stored = grow(issued, [papers.store(issued, "p", pdf_hash="ab", pages=1)])
    draft = papers.confirm(command, stored, desk())
    (value,) = draft.sets.values()
    assert value == {"out": True, "printer": "前台", "copies": 2, "at": "2026-11-23 09:12"}
    assert draft.over == ()  # printed twice at two desks is two prints, no conflict


def test_a_paper_is_void_once_and_never_after_its_delivery() -> None:
    issued = matter({"paper.p": {"form": "F04"}})
    command = VoidPaper("p", ID, "印错")
    void = grow(issued, [papers.void(command, issued, desk())])
    assert refusal(lambda: papers.void(command, void, desk())).code == "paper_is_void"
    delivered = matter({"paper.p": {"form": "F04"}, "delivery.p": {"at": "x"}})
    assert refusal(lambda: papers.void(command, delivered, desk())).code == "paper_delivered"
