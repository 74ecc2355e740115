"""Printer queues: CUPS through its own commands, or a folder that receives the PDF; stored bytes go out unchanged.

A receipt is a PDF page as wide as its roll and as long as its text. It is sent with its own page size and without
scaling, so the queue must know a roll medium: one whose driver only has A4 would print it small on a large sheet. A
printer without such a driver gets the receipt raw, in its own language.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from desktop.devices.cups_told import Job, JobState, end_told, jobs_told
from desktop.devices.pdf_folder import reserve
from domain.faults import SurroundingsFault

_ADMIN = "/usr/sbin:/sbin"
_TIMEOUT = 15.0  # seconds one command may take before the print system counts as hanging
_MM = 72 / 25.4
_BOX = re.compile(rb"/MediaBox\s*\[\s*0\s+0\s+([\d.]+)\s+([\d.]+)\s*\]")
_SHEETS = {"A4": (210, 297), "A5": (148, 210)}


@dataclass(frozen=True, slots=True)
class Printer:
    """A queue: its name, whether it takes jobs now, and what it calls itself."""

    name: str
    accepting: bool = True
    description: str = ""


class PrintSystem(Protocol):
    """What can print a PDF. Methods raise SurroundingsFault ``printer_failed`` (facts ``printer``, ``reason``)."""

    def printers(self) -> list[Printer]:
        """All queues."""

    def default(self) -> str:
        """The usual queue's name, or an empty string."""

    def trays(self, printer: str) -> list[str]:
        """The paper trays of a queue by their own names; empty when it does not tell."""

    def print(self, pdf: bytes, printer: str, copies: int, title: str, tray: str = "") -> str:
        """Hands the bytes over, to a tray of the queue when one is named; returns the job's id."""

    def raw(self, data: bytes, printer: str, copies: int, title: str) -> str:
        """Hands over bytes in the printer's own language, which no filter may touch; returns the job's id."""

    def state(self, job: str) -> JobState:
        """What became of a job."""

    def queue(self) -> list[Job]:
        """The jobs on their way at every queue, each with what keeps it."""

    def resume(self, printer: str) -> None:
        """Let a queue go on: paper is in, the cover is shut. Harmless where it goes on by itself."""

    def cancel(self, job: str) -> None:
        """Take a job back; harmless when it is done already."""


class CupsPrinters:
    """CUPS by ``lp`` and ``lpstat``; ``server`` as in CUPS_SERVER (host or path of a socket), "" for the usual one."""

    def __init__(self, server: str = "") -> None:
        self._environment = {**os.environ, "LC_ALL": "C"}
        if server:
            self._environment["CUPS_SERVER"] = server

    def printers(self) -> list[Printer]:
        names = self._run(["lpstat", "-e"], missing_is_empty=True).split()
        refusing = set(
            re.findall(r"^(\S+) not accepting", self._run(["lpstat", "-a"], missing_is_empty=True), re.MULTILINE)
        )
        return [Printer(name, name not in refusing) for name in names]

    def default(self) -> str:
        found = re.search(r"destination: (\S+)", self._run(["lpstat", "-d"], missing_is_empty=True))
        return found.group(1) if found else ""

    def trays(self, printer: str) -> list[str]:
        said = self._run(["lpoptions", "-p", printer, "-l"], missing_is_empty=True)
        found = re.search(r"^InputSlot/[^:]*: (.+)$", said, re.MULTILINE)
        return [name.lstrip("*") for name in found.group(1).split()] if found else []

    def print(self, pdf: bytes, printer: str, copies: int, title: str, tray: str = "") -> str:
        command = ["lp", "-d", printer, "-n", str(copies), "-t", title, "-o", f"media={medium(pdf)}"]
        if tray:
            command += ["-o", f"InputSlot={tray}"]
        return self._sent([*command, "-o", "print-scaling=none", "-"], printer, pdf)

    def raw(self, data: bytes, printer: str, copies: int, title: str) -> str:
        # Filters that CUPS has taken out of the way print no copies either: each is sent.
        return self._sent(["lp", "-d", printer, "-t", title, "-o", "raw", "-"], printer, data * copies)

    def _sent(self, command: Sequence[str], printer: str, given: bytes) -> str:
        said = self._run(command, printer=printer, given=given)
        found = re.search(r"request id is (\S+)", said)
        if found is None:
            raise SurroundingsFault("printer_failed", facts={"printer": printer, "reason": said.strip()})
        return found.group(1)

    def state(self, job: str) -> JobState:
        waiting = next((each.state for each in self.queue() if each.job == job), None)
        if waiting is not None:
            return waiting
        return end_told(self._run(["lpstat", "-W", "completed", "-o"], missing_is_empty=True), job)

    def queue(self) -> list[Job]:
        return jobs_told(self._run(["lpstat", "-l", "-W", "not-completed", "-o", "-p"], missing_is_empty=True))

    def resume(self, printer: str) -> None:
        jobs = [each for each in self.queue() if each.printer == printer]
        for each in jobs:
            if each.state is JobState.HELD:
                self._run(["lp", "-i", each.job, "-H", "resume"], printer=printer)
        if re.search(r"^printer \S+ disabled", self._run(["lpstat", "-p", printer], missing_is_empty=True)):
            enable = shutil.which("cupsenable") or shutil.which("cupsenable", path=_ADMIN) or "cupsenable"
            self._run([enable, printer], printer=printer)

    def cancel(self, job: str) -> None:
        self._run(["cancel", job], missing_is_empty=True)

    def _run(
        self, command: Sequence[str], *, printer: str = "", given: bytes = b"", missing_is_empty: bool = False
    ) -> str:
        try:
            done = subprocess.run(
                command,
                input=given,
                capture_output=True,
                timeout=_TIMEOUT,
                env=self._environment,
                check=False,
                start_new_session=True,  # where a right is lacking it would ask for a password on our terminal
            )
        except subprocess.TimeoutExpired:
            raise SurroundingsFault("printer_failed", facts={"printer": printer, "reason": "timeout"}) from None
        except FileNotFoundError:
            raise SurroundingsFault("printer_failed", facts={"printer": printer, "reason": command[0]}) from None
        if done.returncode and not missing_is_empty:
            reason = done.stderr.decode(errors="replace").strip()
            raise SurroundingsFault("printer_failed", facts={"printer": printer, "reason": reason})
        return done.stdout.decode(errors="replace")


class FolderPrinters:
    """One queue that writes each copy as a file into a folder: training, and offices that print elsewhere."""

    NAME = "PDF"

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def printers(self) -> list[Printer]:
        return [Printer(self.NAME, description=str(self._folder))]

    def default(self) -> str:
        return self.NAME

    def trays(self, printer: str) -> list[str]:  # noqa: ARG002 - a folder has one place for everything
        return []

    def print(self, pdf: bytes, printer: str, copies: int, title: str, tray: str = "") -> str:  # noqa: ARG002
        return self._kept(pdf, printer, copies, title, ".pdf")

    def raw(self, data: bytes, printer: str, copies: int, title: str) -> str:
        return self._kept(data, printer, copies, title, ".escpos")

    def _kept(self, data: bytes, printer: str, copies: int, title: str, ending: str) -> str:
        first = ""
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            for _ in range(copies):
                sheet = reserve(self._folder, title, ending)
                sheet.write_bytes(data)
                first = first or sheet.name
        except OSError as fault:
            raise SurroundingsFault(
                "printer_failed", facts={"printer": printer, "reason": str(fault.strerror)}
            ) from fault
        return first

    def state(self, job: str) -> JobState:
        return JobState.SENT if (self._folder / job).is_file() else JobState.UNKNOWN

    def queue(self) -> list[Job]:
        return []

    def resume(self, printer: str) -> None:
        """Nothing ever waits."""

    def cancel(self, job: str) -> None:
        """What was written stays."""


def medium(pdf: bytes) -> str:
    """The medium of a PDF of ours in CUPS's words: ``A4``, ``A5``, or ``Custom.80x…mm`` for a roll."""
    found = _BOX.search(pdf)
    if found is None:
        return "A4"
    wide, high = (round(float(each) / _MM) for each in found.groups())
    for name, (sheet_wide, sheet_high) in _SHEETS.items():
        if abs(wide - sheet_wide) <= 1 and abs(high - sheet_high) <= 1:
            return name
    return f"Custom.{wide}x{high}mm"


def print_system() -> PrintSystem | None:
    """The folder named by XINFANG_PRINT_FOLDER, else CUPS where its commands are installed, else nothing."""
    folder = os.environ.get("XINFANG_PRINT_FOLDER")
    if folder:
        return FolderPrinters(Path(folder))
    if shutil.which("lp") and shutil.which("lpstat"):
        return CupsPrinters()
    return None


def list_printers() -> list[Printer]:
    """Queues of this machine; empty where there is no print system."""
    system = print_system()
    return system.printers() if system else []


def default_printer() -> str:
    """Name of the usual queue, or an empty string."""
    system = print_system()
    return system.default() if system else ""


def trays(printer: str) -> list[str]:
    """The paper trays of a queue; empty when it does not tell."""
    system = print_system()
    return system.trays(printer) if system and printer else []


def print_pdf(pdf: bytes, printer: str, copies: int = 1, title: str = "", tray: str = "") -> str:
    """Sends stored bytes to a queue; the job's id. SurroundingsFault ``printer_failed`` when nobody takes them."""
    system = print_system()
    if system is None:
        raise SurroundingsFault("printer_failed", facts={"printer": printer, "reason": "no print system"})
    return system.print(pdf, printer, copies, title, tray)


def print_raw(data: bytes, printer: str, copies: int = 1, title: str = "") -> str:
    """Sends bytes in the printer's own language to a queue; the job's id. SurroundingsFault ``printer_failed``."""
    system = print_system()
    if system is None:
        raise SurroundingsFault("printer_failed", facts={"printer": printer, "reason": "no print system"})
    return system.raw(data, printer, copies, title)


def job_state(job: str) -> JobState:
    """What the print system says became of a job."""
    system = print_system()
    return system.state(job) if system else JobState.UNKNOWN


def queue() -> list[Job]:
    """The jobs on their way at this machine's queues; empty where there is no print system."""
    system = print_system()
    return system.queue() if system else []


def resume(printer: str) -> None:
    """Let a queue go on. SurroundingsFault ``printer_failed`` where this user may not."""
    system = print_system()
    if system is not None:
        system.resume(printer)


def cancel(job: str) -> None:
    """Take a job back."""
    system = print_system()
    if system is not None:
        system.cancel(job)
