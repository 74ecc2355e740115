"""The machine dies anywhere between commit and confirmation: neither the number nor the record of the paper is lost."""

from __future__ import annotations

import os
import pwd
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pypdfium2
import pytest

from desktop.devices import CupsPrinters, JobState
from desktop.services import care, matters, papers
from domain.commands import AcceptMatter, ConfirmPrint, IssuePaper
from tests.desktop.services.conftest import organ
from tests.desktop.services.halls import Hall
from tests.printing.cups import server, until
from tests.printing.killed import POINTS

__all__ = ["organ", "server"]
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def out() -> Iterator[Path]:
    """Where the queue puts its sheets; what the test printed is cleared away."""
    folder = Path(pwd.getpwuid(os.geteuid()).pw_dir) / "PDF"
    before = set(folder.glob("killed-*")) if folder.exists() else set()
    yield folder
    for file in set(folder.glob("killed-*")) - before:
        file.unlink()


def accepted(organ: Hall) -> str:
    matter = organ.register().matter_ids[0]
    matters.take_step(organ.station, AcceptMatter(matter))
    return matter


@pytest.mark.parametrize("point", POINTS)
def test_a_print_killed_on_the_way_loses_neither_number_nor_record_and_is_finished_after_the_restart(
    organ: Hall, server: str, out: Path, point: str
) -> None:
    matter, later = accepted(organ), accepted(organ)
    organ.station.close()
    command = [sys.executable, "-m", "tests.printing.killed", str(organ.path), matter, server, point]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == -signal.SIGKILL, done.stderr
    organ.open_again()
    station = organ.station
    (row,) = papers.papers_of(station, matter)
    assert row.number.endswith("1号")
    reached = POINTS.index(point)
    assert row.state == ("issued" if reached < 2 else "printed" if point == "confirmed" else "stored")
    waiting = [each.paper_id for each in papers.unfinished_papers(station)]
    assert waiting == ([] if point == "confirmed" else [row.paper_id])
    # the clerk goes on: the paper is completed from what was frozen, printed, and answered for
    pdf = papers.stored_pdf(station, row.paper_id)
    title = f"killed-again-{os.getpid()}-{point}"
    job = CupsPrinters(server).print(papers.reprint_pdf(station, row.paper_id), "PDF", 1, title)
    until(lambda: CupsPrinters(server).state(job) is JobState.SENT, "the job is not done")
    until(lambda: list(out.glob(f"{title}*.pdf")), "nothing came out")
    (sheet,) = out.glob(f"{title}*.pdf")
    printed = pypdfium2.PdfDocument(sheet.read_bytes())
    assert len(printed) == row.pages or reached < 2
    assert len(printed) == papers.papers_of(station, matter)[0].pages
    printed.close()
    papers.confirm_print(station, ConfirmPrint(row.paper_id, matter, came_out=True, printer="PDF", copies=1))
    (after,) = papers.papers_of(station, matter)
    assert (after.number, after.prints, after.state) == (row.number, 2 if point == "confirmed" else 1, "printed")
    assert papers.unfinished_papers(station) == []
    assert papers.stored_pdf(station, row.paper_id) == pdf
    # the number is used once, and the next one follows it
    assert papers.issue_paper(station, IssuePaper(later, "F04")).value.number.endswith("2号")
    assert station.store.number_gaps() == []
    assert care.verify(station).clean
