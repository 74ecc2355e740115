"""Figures through the services: out of a real station, in words, with the snapshots of a folder."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path
from typing import get_args, get_type_hints

import pytest

from desktop.services import figures, matters
from domain.commands import AcceptMatter, CloseMatter, IssueSupervision, MakeProposal
from domain.figures import RATES
from tests.desktop.services.halls import Hall, claim, refusal


def numbers(found: figures.Figures) -> dict[tuple[str, str], int]:
    return {(row.title, row.part_words): row.n for row in found.rows}


def test_the_day_s_figures_count_visits_by_batch_and_by_head(hall: Hall) -> None:
    hall.register()
    hall.register(headcount=12)
    found = numbers(figures.figures(hall.station, "day"))
    assert (found["来访批次", ""], found["来访人次", ""], found["集体访批次", ""]) == (2, 13, 1)
    assert found["事项类别", "申诉求决"] == 2


def test_an_accusation_counts_and_its_organ_stands_nowhere(hall: Hall) -> None:
    hall.register(matters=(claim(matter_class="accusation", route="", accused_organ="某某局"),))
    found = figures.figures(hall.station, "year")
    assert ("涉及机关、单位", "检举控告（不列单位）") in numbers(found)
    assert "某某局" not in str(found)


def test_a_year_has_the_four_blocks_and_a_day_has_none(organ: Hall) -> None:
    matter = organ.register().matter_ids[0]
    matters.take_step(organ.station, AcceptMatter(matter))
    assert [each.item for each in figures.figures(organ.station, "year").blocks][-1] == "R 41(四)"
    assert figures.figures(organ.station, "day").blocks == ()


def test_what_is_registered_after_the_snapshot_is_a_correction_of_its_day(hall: Hall, tmp_path: Path) -> None:
    hall.register()
    figures.keep(figures.snapshot(hall.station), tmp_path / "kept")
    hall.register()
    found = figures.figures(hall.station, "month", kept=figures.read_kept(tmp_path / "kept"))
    assert ("2026-11-23", "来访批次", 1) in [(each.day, each.title, each.by) for each in found.corrections]
    assert len(found.ratios) == len(RATES)


def test_a_snapshot_is_never_written_over(hall: Hall, tmp_path: Path) -> None:
    frozen = figures.snapshot(hall.station)
    figures.keep(frozen, tmp_path)
    assert refusal(lambda: figures.keep(frozen, tmp_path)).code == "snapshot_exists"


def test_a_day_that_is_none_is_refused(hall: Hall) -> None:
    assert refusal(lambda: figures.figures(hall.station, "day", "2026-W48-4")).code == "date_invalid"


@pytest.mark.parametrize(
    ("command", "field", "part"),
    [
        (IssueSupervision, "trigger", "supervised"),
        (MakeProposal, "kind", "proposed"),
        (CloseMatter, "outcome", "ended"),
    ],
)
def test_every_part_that_can_be_counted_has_its_words(command: type, field: str, part: str) -> None:
    assert field in {each.name for each in fields(command)}
    assert set(get_args(get_type_hints(command)[field])) <= set(figures.PARTS[part])
