"""The machine dies in the middle of a batch: every paper is printed and answered for once, every copy is recorded."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from desktop.services import care, lookup, matters, papers, print_batch
from domain.commands import AcceptMatter
from domain.faults import SurroundingsFault
from tests.desktop.services.conftest import organ
from tests.desktop.services.halls import Hall
from tests.printing.cups import run, server, until
from tests.printing.killed_batch import PRINTED, SAVED

__all__ = ["organ", "server"]
ROOT = Path(__file__).resolve().parents[2]


def three_due(organ: Hall) -> list[str]:
    found = []
    for _ in range(3):
        matter = organ.register().matter_ids[0]
        matters.take_step(organ.station, AcceptMatter(matter))
        found.append(matter)
    return found


def killed(organ: Hall, point: str, target: Path, **more: str) -> None:
    organ.station.close()
    command = [sys.executable, "-m", "tests.printing.killed_batch", str(organ.path), point, str(target)]
    environment = {**os.environ, **more}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False, timeout=90)
    assert done.returncode == -signal.SIGKILL, done.stderr
    organ.clock.at("2026-12-08 09:40")
    until(lambda: let_go(organ), "the folder is still held")


def let_go(organ: Hall) -> bool:
    """A child that was being started when its parent died has the lock until its own program begins."""
    try:
        organ.open_again()
    except SurroundingsFault as fault:
        if fault.code != "already_open":
            raise
        return False
    return True


@pytest.mark.parametrize("point", PRINTED)
def test_a_batch_killed_on_the_way_is_taken_up_again_where_it_stood(
    organ: Hall, server: str, tmp_path: Path, point: str
) -> None:
    cases = three_due(organ)
    run(server, "/usr/sbin/lpadmin", "-d", "Hungry")
    killed(organ, point, tmp_path, CUPS_SERVER=server, XINFANG_PRINT_FOLDER="")
    station = organ.station
    made = [row for case in cases for row in papers.papers_of(station, case)]
    assert [row.number[-2:] for row in made] == [f"{n}号" for n in range(1, len(made) + 1)]
    assert len(made) == {"first_queued": 1, "second_numbered": 2, "second_stored": 2}.get(point, 3) or (
        point == "first_queued" and len(made) == 2  # the next one is made ready while the first is sent
    )
    printed = {"answering": 1, "answered": 3}.get(point, 0)
    assert [row.prints for row in made] == [1] * printed + [0] * (len(made) - printed)
    assert len(papers.unfinished_papers(station)) == len(made) - printed, "those are asked about"
    # the clerk opens the list again: what nobody answered for is in it, once, and what is not issued yet
    sheets = print_batch.due(station)
    assert [sheet.case_id for sheet in sheets] == cases[printed:]
    for sheet in sheets:
        row = print_batch.make_ready(station, sheet).value.row
        assert row.state == "stored"
    assert [len(papers.papers_of(station, case)) for case in cases] == [1, 1, 1]
    assert station.store.number_gaps() == []
    assert care.verify(station).clean


@pytest.mark.parametrize("point", SAVED)
def test_no_copy_leaves_that_the_record_does_not_know_of(organ: Hall, tmp_path: Path, point: str) -> None:
    cases = three_due(organ)
    folder = tmp_path / "out"
    folder.mkdir()
    killed(organ, point, folder)
    copies = [each for each in folder.glob("*.pdf") if each.stat().st_size]
    said = [
        act.summary.partition("“")[2].partition("”")[0]
        for case in cases
        for act in lookup.matter_page(organ.station, case).timeline
        if "另存为 PDF" in act.summary
    ]
    assert {each.name for each in copies} <= set(said)
    assert len(said) == (1 if point in ("copy_reserved", "copy_written") else 2)
    assert len(copies) == (2 if point == "copy_named" else 1)
    assert care.verify(organ.station).clean
