"""PrintRun: a batch, one sheet after the other: committed and stored on the store lane, sent on the device lane.

It answers for nobody: a job that left its queue waits for the clerk to say whether paper came out.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from desktop import devices
from desktop.devices import Job, JobState
from desktop.models.store.rows import PaperRow
from desktop.services import paper_copies, print_batch, receipt_printer
from desktop.services.outcome import Outcome
from desktop.services.print_batch import Ready, Sheet
from desktop.services.sentences import sentence
from desktop.services.station import Station
from desktop.workers.lane import Lane
from domain.faults import SurroundingsFault
from domain.refusals import Refusal


class Step(StrEnum):
    """How far a sheet has got."""

    WAITING = "waiting"
    MAKING = "making"
    SENDING = "sending"
    QUEUED = "queued"
    OUT = "out"
    """It left the queue: the clerk is asked."""
    SAVED = "saved"
    LEFT = "left"
    """Nothing was printed: the batch was stopped before, or its job taken back."""
    FAILED = "failed"

    @property
    def ended(self) -> bool:
        """Whether the run has nothing more to do for it."""
        return self in (Step.OUT, Step.SAVED, Step.LEFT, Step.FAILED)


@dataclass(frozen=True, slots=True)
class Progress:
    """A sheet on its way."""

    sheet: Sheet
    step: Step = Step.WAITING
    row: PaperRow | None = None
    """Its paper, once it is committed and stored."""
    printer: str = ""
    copies: int = 1
    job: str = ""
    state: JobState = JobState.UNKNOWN
    words: str = ""
    """Why it failed; or the name of the file it was saved as."""


class PrintRun(QObject):
    """One batch at a time. All methods are for the UI thread."""

    told = Signal(object)
    """A sheet got further: its Progress."""
    ended = Signal()

    def __init__(
        self, store: Lane, device: Lane, station_ref: Callable[[], Station], parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._store, self._device, self._station_ref = store, device, station_ref
        self._sheets: dict[str, Progress] = {}
        self._printer = ""
        self._folder: Path | None = None
        self._stopped = self._running = False

    @property
    def running(self) -> bool:
        """Whether a sheet is on its way."""
        return self._running

    @property
    def sheets(self) -> tuple[Progress, ...]:
        """The batch, in its order."""
        return tuple(self._sheets.values())

    def start(self, sheets: Sequence[Sheet], *, printer: str = "", folder: Path | None = None) -> None:
        """Print these; at one printer when it is named, else each as its form is printed here. Or save them as PDF."""
        assert not self._running
        self._sheets = {sheet.key: Progress(sheet) for sheet in sheets}
        self._printer, self._folder = printer, folder
        self._stopped, self._running = False, True
        self._next()

    def cancel(self) -> None:
        """Send no further sheet and take back what waits at a printer. What is being printed comes out."""
        if not self._running or self._stopped:
            return
        self._stopped = True
        for each in self.sheets:
            if each.step is Step.WAITING:
                self._tell(replace(each, step=Step.LEFT))
            elif each.step is Step.QUEUED and each.state is not JobState.PRINTING:
                self._take_back(each)
        self._end_if_done()

    def heard(self, jobs: Sequence[Job]) -> None:
        """What the queues say: a job of ours that is no longer there waits for the clerk's answer."""
        states = {job.job: job.state for job in jobs}
        for each in self.sheets:
            if each.step is not Step.QUEUED:
                continue
            now = states.get(each.job)
            if now is None:
                self._tell(replace(each, step=Step.OUT, state=JobState.SENT))
            elif now is not each.state:
                self._tell(replace(each, state=now))
        self._end_if_done()

    def _next(self) -> None:
        each = next((each for each in self.sheets if each.step is Step.WAITING), None)
        if each is None:
            self._end_if_done()
            return
        self._tell(replace(each, step=Step.MAKING))
        key = each.sheet.key
        failed = _Failed(self, key)
        if self._folder is not None:
            self._store.run(_save, self._station_ref(), each.sheet, self._folder,
                            done=lambda saved: self._saved(key, saved.value), failed=failed)  # fmt: skip
        else:
            self._store.run(print_batch.make_ready, self._station_ref(), each.sheet,
                            done=lambda ready: self._send(key, ready.value), failed=failed)  # fmt: skip

    def _send(self, key: str, ready: Ready) -> None:
        """Committed and stored; only now may paper leave. Stopped meanwhile, it stays as it is."""
        made = replace(self._sheets[key], row=ready.row, copies=ready.choice.copies if ready.row.prints == 0 else 1)
        if self._stopped:
            self._tell(replace(made, step=Step.LEFT))
            self._next()
            return
        self._tell(replace(made, step=Step.SENDING))
        wanted, tray = self._printer or ready.choice.printer, ready.choice.tray
        escpos = ready.escpos
        if self._printer and self._printer != ready.choice.printer:
            tray, escpos = "", False  # another's trays are no help, nor its language
        title = f"{ready.row.title} {ready.row.number}"
        self._device.run(_print, ready.pdf, wanted, made.copies, title, tray, escpos,
                         done=lambda sent: self._sent(key, *sent), failed=_Failed(self, key))  # fmt: skip

    def _sent(self, key: str, job: str, printer: str) -> None:
        sent = replace(self._sheets[key], step=Step.QUEUED, job=job, printer=printer, state=JobState.WAITING)
        self._tell(sent)
        if self._stopped:
            self._take_back(sent)
        self._next()

    def _saved(self, key: str, file: Path) -> None:
        self._tell(replace(self._sheets[key], step=Step.SAVED, words=file.name))
        self._next()

    def _take_back(self, each: Progress) -> None:
        self._device.run(devices.cancel, each.job, failed=lambda _fault: None)  # what is asked of the clerk decides
        self._tell(replace(each, step=Step.LEFT))

    def fail(self, key: str, fault: BaseException) -> None:
        """One sheet could not be made or sent: said beside it; the others go on."""
        if not isinstance(fault, Refusal | SurroundingsFault):
            raise fault
        self._tell(replace(self._sheets[key], step=Step.FAILED, words=sentence(fault)))
        self._next()

    def _tell(self, each: Progress) -> None:
        self._sheets[each.sheet.key] = each
        self.told.emit(each)

    def _end_if_done(self) -> None:
        if self._running and all(each.step.ended for each in self.sheets):
            self._running = False
            self.ended.emit()


@dataclass(frozen=True, slots=True)
class _Failed:
    """What to do with the fault of one sheet."""

    run: PrintRun
    key: str

    def __call__(self, fault: BaseException) -> None:
        self.run.fail(self.key, fault)


def _save(station: Station, sheet: Sheet, folder: Path) -> Outcome[Path]:
    """Store lane: the folder is looked at before a number is used up."""
    paper_copies.check_folder(folder)
    paper_id, topics = print_batch.paper_of(station, sheet)
    saved = paper_copies.save_copy(station, paper_id, folder)
    return Outcome(saved.value, topics | saved.topics)


def _print(pdf: bytes, printer: str, copies: int, title: str, tray: str, escpos: bool) -> tuple[str, str]:
    """Device lane: the job and the printer it went to."""
    printer = printer or devices.default_printer()
    return receipt_printer.send(pdf, printer, copies, title, tray, escpos), printer
