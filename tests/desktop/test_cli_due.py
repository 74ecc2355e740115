"""Deadlines on the command line: every worked example of the dossier, and what it says when it cannot know."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.desktop.xinfang import Xinfang

CASES = json.loads((Path(__file__).parents[1] / "domain" / "deadline_cases.json").read_text("utf-8"))
WORDS: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(("A01",), ("T1",)),
    **dict.fromkeys(("A02", "A03", "A05", "A12"), ("T2",)),
    **dict.fromkeys(("B01", "B02", "B03", "B06", "B08"), ("T4",)),
    **dict.fromkeys(("C02", "C04", "C06", "D01"), ("T6",)),
    "D02": ("T7", "--days", "30"),
    **dict.fromkeys(("E01", "E02"), ("T8",)),
    "E06": ("T11", "--exclude", "2026-09-10..2026-09-24"),
    "S01": ("T12",),
    "S02": ("T13",),
    "G01": ("T5", "--days", "30"),
}


@pytest.fixture
def due(tmp_path: Path) -> Xinfang:
    """No station, no password: a deadline needs none."""
    return Xinfang(tmp_path, tmp_path)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["id"])
def test_a_worked_example_comes_out_of_the_command_line(due, case):
    clock, *more = WORDS[case["id"]]
    said = due("due", clock, case["start"], *more, data=False)
    answer = said.json
    assert answer["clock"] == clock
    assert answer["from"] == case["start"]
    assert answer["article"].removeprefix("R ") in (*case["article"].split("/"), "36①")
    if case["kind"] == "workday":
        assert said.code == 0
        assert answer["nominal"] == answer["rolled"] == case["due"]
        assert answer["counted"] == case["counted"]
        return
    assert answer["nominal"] == case["nominal"]
    assert answer["rolled"] == case["rolled"]
    if case["rolled"] is None:
        assert (said.code, answer["refused"], answer["facts"]["year"]) == (2, "calendar_missing", 2027)
        assert "2027" in answer["message"]
    else:
        assert said.code == 0


def test_every_worked_example_has_its_words():
    assert {case["id"] for case in CASES} == set(WORDS)


@pytest.mark.parametrize(
    ("words", "code", "field"),
    [
        (("T14", "2026-09-16"), "clock_unknown", "clock"),
        (("T3", "2026-02-31"), "date_invalid", "from_date"),
        (("T3", "昨天"), "date_invalid", "from_date"),
        (("T3", "2026-09-16", "--days", "20"), "days_not_allowed", "days"),
        (("T5", "2026-09-16"), "days_missing", "days"),
        (("T7", "2026-09-16", "--days", "31"), "extension_over_30", "days"),
        (("T11", "2026-09-16", "--exclude", "2026-09-20..2026-09-19"), "exclusion_invalid", "exclude"),
        (("T3",), "usage", None),
    ],
)
def test_a_deadline_that_cannot_be_reckoned_is_refused_with_its_reason(due, words, code, field):
    said = due("due", *words, data=False)
    assert (said.code, said.json["refused"], said.json["field"]) == (2, code, field)
    assert said.json["message"]


def test_full_width_figures_of_a_chinese_keyboard_are_read(due):
    said = due("due", "ｔ３", "２０２６－０９－１６", data=False)
    assert said.json["rolled"] == "2026-10-08"
