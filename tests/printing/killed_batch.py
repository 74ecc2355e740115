"""Run as a program: print a batch on a real queue, or save it as files, and be killed at a named point."""

from __future__ import annotations

import os
import random
import signal
import sys
from pathlib import Path
from types import TracebackType
from typing import NoReturn

from PySide6.QtCore import QCoreApplication

from desktop.models.store.keys import FAST
from desktop.services import paper_copies, papers, print_batch
from desktop.services.print_batch import Sheet
from desktop.services.print_settings import PrintChoice, choose
from desktop.services.station import Station, Surroundings, open_station
from desktop.workers.lane import Lane
from desktop.workers.print_run import PrintRun, Progress, Step
from desktop.workers.queue_watch import QueueWatch
from domain.commands import ConfirmPrint
from tests.desktop.services.halls import PASSWORD, Clock

PRINTED = ("first_queued", "second_numbered", "second_stored", "all_out", "answering", "answered")
"""The queue has the first of three; the second has its number, its PDF; all left the queue; one of the answers is
committed; all are."""
SAVED = ("copy_reserved", "copy_written", "copy_recorded", "copy_named")
"""Of the second of three: its name is taken, its bytes lie beside it, the record has it, the file has its name."""


def die(*_args: object, **_more: object) -> NoReturn:
    os.kill(os.getpid(), signal.SIGKILL)
    raise AssertionError("still alive")


def gave_up(kind: type[BaseException], fault: BaseException, trace: TracebackType | None) -> None:
    """A fault ends the program: it must not wait for ever in the event loop."""
    sys.__excepthook__(kind, fault, trace)
    os._exit(1)


def second(of: object, name: str, then: object = die, *, before: bool = True) -> None:
    """The second call of a function dies, before or after it did its work."""
    whole, calls = getattr(of, name), [0]

    def call(*args: object, **more: object) -> object:
        calls[0] += 1
        if calls[0] == 2 and before:
            die()
        found = whole(*args, **more)
        if calls[0] == 2:
            die()
        return found

    setattr(of, name, call)


def opened(folder: str, point: str) -> Station:
    """Runs on the store lane: a station belongs to the thread that opened it."""
    surroundings = Surroundings(Clock("2026-12-08 09:30"), random.Random(point).randbytes, FAST)
    station = open_station(Path(folder), sign_in="wang", password=PASSWORD, surroundings=surroundings)
    choose(station, "F04", PrintChoice(copies=1))
    return station


def listed(station: Station) -> tuple[Station, list[Sheet]]:
    return station, print_batch.due(station)


def main(folder: str, point: str, target: str) -> None:
    app = QCoreApplication([])
    sys.excepthook = gave_up
    store, device = Lane("store"), Lane("device")
    stations: list[Station] = []
    run = PrintRun(store, device, lambda: stations[0])
    watch = QueueWatch(device, every_ms=20)
    watch.told.connect(run.heard)
    if point == "second_numbered":
        second(papers, "finish_paper")
    if point == "second_stored":
        second(papers, "finish_paper", before=False)
    if point == "answering":
        second(papers, "confirm_print")
    if point == "copy_reserved":
        second(paper_copies, "reserve", before=False)
    if point == "copy_written":
        second(paper_copies, "record_copy")
    if point == "copy_recorded":
        second(paper_copies, "record_copy", before=False)
    if point == "copy_named":
        second(paper_copies, "save_copy", before=False)

    def told(each: Progress) -> None:
        if point == "first_queued" and each.step is Step.QUEUED:
            die()

    def ended() -> None:
        assert all(each.step in (Step.OUT, Step.SAVED) for each in run.sheets), run.sheets
        if point == "all_out":
            die()
        rows = [each.row for each in run.sheets if each.row is not None]
        answers = [ConfirmPrint(row.paper_id, row.case_id, came_out=True) for row in rows]
        store.run(print_batch.answer, stations[0], answers, done=die)

    def begin(found: tuple[Station, list[Sheet]]) -> None:
        stations.append(found[0])
        run.start(found[1], folder=Path(target) if point in SAVED else None)
        watch.start()

    run.told.connect(told)
    run.ended.connect(ended)
    store.run(lambda: listed(opened(folder, point)), done=begin)
    app.exec()


if __name__ == "__main__":
    main(*sys.argv[1:])
