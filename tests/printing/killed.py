"""Run as a program: issue a notice and print it on a real queue, and be killed by the system at a named point."""

from __future__ import annotations

import os
import random
import signal
import sys
from pathlib import Path
from typing import NoReturn

from desktop.devices import CupsPrinters
from desktop.models.store.keys import FAST
from desktop.models.store.store import Transaction
from desktop.services import papers
from desktop.services.station import Surroundings, open_station
from domain.commands import ConfirmPrint, IssuePaper
from tests.desktop.services.halls import PASSWORD, Clock

POINTS = ("numbered", "drawn", "stored", "sent", "confirming", "confirmed")
"""After the number is committed, before the PDF is kept, after it is, after the queue has it, inside the confirming
transaction, after it."""


def die(*_args: object, **_more: object) -> NoReturn:
    os.kill(os.getpid(), signal.SIGKILL)
    raise AssertionError("still alive")


def main(folder: str, matter: str, queue: str, point: str) -> None:
    surroundings = Surroundings(Clock("2026-11-23 09:30"), random.Random(point).randbytes, FAST)
    station = open_station(Path(folder), sign_in="wang", password=PASSWORD, surroundings=surroundings)
    if point == "numbered":
        papers.finish_paper = die
    if point == "drawn":
        Transaction.keep_pdf = die  # type: ignore[method-assign]
    row = papers.issue_paper(station, IssuePaper(matter, "F04")).value
    if point == "stored":
        die()
    CupsPrinters(queue).print(papers.stored_pdf(station, row.paper_id), "PDF", 1, f"killed-{os.getpid()}")
    if point == "sent":
        die()
    if point == "confirming":
        recorded = Transaction.record

        def record(self: Transaction, *args: object, **more: object) -> object:
            recorded(self, *args, **more)  # type: ignore[arg-type]
            die()

        Transaction.record = record  # type: ignore[method-assign, assignment]
    papers.confirm_print(station, ConfirmPrint(row.paper_id, matter, came_out=True, printer="PDF", copies=1))
    die()


if __name__ == "__main__":
    main(*sys.argv[1:])
