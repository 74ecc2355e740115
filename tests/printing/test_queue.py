"""What a real queue tells of its jobs: waiting, held, stopped, out of paper, printer away, done, taken back."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from desktop.devices import CupsPrinters, Job, JobState
from desktop.devices.cups_told import jobs_told
from desktop.printing import gallery, render
from domain.faults import SurroundingsFault
from domain.papers import Mark, Paper, PrintLine
from tests.printing.cups import run, server, until

__all__ = ["server"]


@pytest.fixture
def pdf(line: PrintLine) -> bytes:
    return render(gallery.acceptance(), Paper.A4, line, Mark.original())


@pytest.fixture
def printers(server: str) -> CupsPrinters:
    return CupsPrinters(server)


def reaches(printers: CupsPrinters, job: str, state: JobState) -> None:
    until(lambda: printers.state(job) is state, f"{job} is {printers.state(job)}, not {state}")


@pytest.mark.parametrize(
    ("lacking", "state"), [("empty", JobState.PAPER_OUT), ("away", JobState.AWAY)], ids=["paper", "printer"]
)
def test_what_keeps_a_job_is_told_and_it_goes_on_when_paper_or_printer_is_back(
    server: str, printers: CupsPrinters, pdf: bytes, lacking: str, state: JobState
) -> None:
    flag = Path(server).parent / lacking
    flag.touch()
    job = printers.print(pdf, "Hungry", 1, "受理告知书")
    behind = printers.print(pdf, "Hungry", 1, "受理告知书")
    reaches(printers, job, state)
    assert {each.job: each.state for each in printers.queue()} == {job: state, behind: JobState.WAITING}
    flag.unlink()
    printers.resume("Hungry")  # it goes on by itself; asking for it is harmless
    reaches(printers, behind, JobState.SENT)
    assert printers.state(job) is JobState.SENT
    assert printers.queue() == []
    assert (Path(server).parent / "sheets" / job.rpartition("-")[2]).read_bytes() == pdf


def test_a_stopped_queue_keeps_its_jobs_until_somebody_lets_it_go_on(
    server: str, printers: CupsPrinters, pdf: bytes
) -> None:
    run(server, "/usr/sbin/cupsdisable", "Hungry")
    job = printers.print(pdf, "Hungry", 1, "x")
    reaches(printers, job, JobState.STOPPED)
    printers.resume("Hungry")
    reaches(printers, job, JobState.SENT)


def test_a_held_job_is_let_go_and_the_others_of_its_queue_with_it(
    server: str, printers: CupsPrinters, pdf: bytes
) -> None:
    run(server, "/usr/sbin/cupsdisable", "Hungry")
    held = printers.print(pdf, "Hungry", 1, "x")
    run(server, "/usr/bin/lp", "-i", held, "-H", "hold")
    reaches(printers, held, JobState.HELD)
    waiting = printers.print(pdf, "Hungry", 1, "x")
    printers.resume("Hungry")
    reaches(printers, held, JobState.SENT)
    reaches(printers, waiting, JobState.SENT)


def test_a_job_taken_back_is_gone_from_the_queue_and_nothing_comes_out(
    server: str, printers: CupsPrinters, pdf: bytes
) -> None:
    run(server, "/usr/sbin/cupsdisable", "Hungry")
    job = printers.print(pdf, "Hungry", 1, "x")
    printers.cancel(job)
    until(lambda: printers.queue() == [], "the job is still there")
    printers.cancel(job)
    printers.resume("Hungry")
    assert not (Path(server).parent / "sheets" / job.rpartition("-")[2]).exists()


def test_an_ordinary_user_who_may_not_let_a_queue_go_on_is_told_and_never_asked_for_a_password(tmp_path, monkeypatch):
    for name, says in (("lpstat", "echo 'printer Away disabled since today -'"), ("cupsenable", _ASKS)):
        (tmp_path / name).write_text(f"#!/bin/sh\n{says}\n")
        (tmp_path / name).chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    with pytest.raises(SurroundingsFault, match="printer_failed") as caught:
        CupsPrinters().resume("Away")
    assert caught.value.facts["reason"] == "no terminal"


_ASKS = "(exec </dev/tty) 2>/dev/null && exit 0; echo 'no terminal' >&2; exit 1"


def test_a_warning_that_stops_nothing_is_not_told_as_one_and_a_jam_is() -> None:
    told = """A-1                     wang            60416   Thu Nov 26 17:45:31 2026
\tAlerts: job-printing
\tqueued for A
B-2                     wang            60416   Thu Nov 26 17:45:31 2026
\tAlerts: none
\tqueued for B
printer A now printing A-1.  enabled since Thu Nov 26 17:45:31 2026
\tAlerts: media-low-warning toner-low-report
printer B disabled since Thu Nov 26 17:45:31 2026 -
\tjammed
\tAlerts: paused media-jam-error
"""
    jobs = [Job("A-1", "A", "wang", JobState.PRINTING), Job("B-2", "B", "wang", JobState.TROUBLE)]
    assert jobs_told(told) == jobs
    assert jobs_told("") == []
