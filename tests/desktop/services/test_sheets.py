"""A paper on a sheet earlier landings do not have: what its act says to them, and what a file of theirs becomes."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from desktop.models.store.connection import immediate
from desktop.services import papers
from desktop.services.care import verify
from domain.commands import IssuePaper, MaterialInput
from domain.faults import SurroundingsFault
from tests.desktop.services.halls import ORGAN, Hall, carry, make_hall


def issue(hall: Hall, case_id: str, form: Any, size: Any = "") -> Any:
    return papers.issue_paper(hall.station, IssuePaper(case_id, form, size)).value


@pytest.mark.parametrize(("form", "size", "told"), [("F02", "A4", "A5"), ("F02", "R58", "R80"), ("F03", "R58", "R80")])
def test_a_new_sheet_is_told_as_one_that_earlier_landings_know_and_what_they_set_is_not_taken_for_it(
    organ: Hall, form: str, size: str, told: str
) -> None:
    made = organ.register(materials=(MaterialInput(title="身份证复印件"),))
    row = issue(organ, made.visit_id, form, size)
    frozen = organ.station.state(made.visit_id, field="case_id").get(f"paper.{row.paper_id}")
    assert isinstance(frozen, dict)
    assert (frozen["size"], frozen["sheet"]) == (told, size)
    pdf = papers.stored_pdf(organ.station, row.paper_id)
    assert papers.made_from(frozen) == pdf
    earlier = papers.made_from({key: value for key, value in frozen.items() if key != "sheet"})
    assert hashlib.sha256(earlier).hexdigest() != row.pdf_hash
    assert verify(organ.station).clean


def test_a_sheet_of_a_later_release_is_not_guessed_at(organ: Hall) -> None:
    made = organ.register()
    row = issue(organ, made.visit_id, "F02")
    frozen = organ.station.state(made.visit_id, field="case_id").get(f"paper.{row.paper_id}")
    assert isinstance(frozen, dict)
    with pytest.raises(SurroundingsFault, match="paper_elsewhere"):
        papers.made_from({**frozen, "sheet": "R110"})


def test_a_file_that_took_such_a_paper_from_elsewhere_before_shows_its_sheet_after_the_next_opening(
    organ: Hall, tmp_path: Path
) -> None:
    made = organ.register()
    row = issue(organ, made.visit_id, "F02", "R58")
    other = make_hall(tmp_path / "other", replace(ORGAN, window="2", series=()), seed=12)
    carry(organ.station, other.station)
    with immediate(other.station.store.db) as transaction:  # as an earlier landing and the step after it left them
        other.station.store.db.execute("UPDATE paper SET size = 'R80'")
        other.station.store.db.execute("INSERT INTO chore VALUES ('sheets')")
        transaction.commit()
    assert not verify(other.station).clean
    station = other.open_again()
    assert [each.size for each in papers.papers_of(station, made.visit_id)] == ["R58"]
    assert verify(station).clean
    assert other.scalar("SELECT count(*) FROM chore") == 0
    assert papers.stored_pdf(station, row.paper_id) == papers.stored_pdf(organ.station, row.paper_id)
    station.close()
