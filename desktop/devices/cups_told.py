"""What ``lpstat`` tells of jobs and their printers, in our words; reads text and runs nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class JobState(StrEnum):
    """What the print system says of a job; whether paper came out only the clerk can say."""

    WAITING = "waiting"
    PRINTING = "printing"
    HELD = "held"
    """Somebody, or the print system, keeps this job back."""
    STOPPED = "stopped"
    """The queue takes jobs and prints none: it was paused, or stopped after a fault."""
    PAPER_OUT = "paper_out"
    TROUBLE = "trouble"
    """The printer wants a hand: a jam, an open cover, no toner."""
    AWAY = "away"
    """The printer does not answer: switched off, unplugged."""
    SENT = "sent"
    """It left the queue. ``lpstat`` tells a job that was printed from one that was taken back by nothing."""
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Job:
    """A job that is still on its way."""

    job: str
    printer: str
    owner: str
    state: JobState


_REASONS: Final[Mapping[JobState, tuple[str, ...]]] = {
    JobState.PAPER_OUT: ("media-empty", "media-needed", "input-tray-missing"),
    JobState.TROUBLE: ("media-jam", "cover-open", "door-open", "interlock-open", "toner-empty", "marker-supply-empty",
                       "marker-waste-full", "output-area-full", "output-tray-missing"),
    JobState.AWAY: ("connecting-to-device", "offline", "timed-out", "shutdown"),
}  # fmt: skip
"""Beginnings of RFC 8011 printer-state-reasons; behind them stand ``-error``, ``-warning``, ``-report``."""
_PRINTER = re.compile(r"^printer (\S+) (?:is (?P<idle>\w+)|now printing (?P<job>\S+?)\.\s|(?P<off>disabled))")
_JOB = re.compile(r"^(?P<job>(?P<printer>\S+)-\d+)\s+(?P<owner>\S+)\s+\d+\s")
_ALERTS = re.compile(r"^\s+Alerts:\s*(.*)$", re.MULTILINE)


def jobs_told(told: str) -> list[Job]:
    """The jobs of ``lpstat -l -W not-completed -o -p``, in the order they will print."""
    heads = list(_heads(told))
    printers = {}
    for head, alerts in heads:
        found = _PRINTER.match(head)
        if found:
            printers[found.group(1)] = (found.group("job") or "", found.group("off") is not None, alerts)
    jobs = []
    for head, alerts in heads:
        found = _JOB.match(head)
        if found and not _PRINTER.match(head):
            active, off, reasons = printers.get(found.group("printer"), ("", False, ()))
            state = _state(found.group("job") == active, alerts, reasons, stopped=off)
            jobs.append(Job(found.group("job"), found.group("printer"), found.group("owner"), state))
    return jobs


def end_told(told: str, job: str) -> JobState:
    """What became of a job, by ``lpstat -W completed -o``; UNKNOWN when it is not in it."""
    known = any((found := _JOB.match(head)) and found.group("job") == job for head, _alerts in _heads(told))
    return JobState.SENT if known else JobState.UNKNOWN


def _state(active: bool, alerts: tuple[str, ...], reasons: tuple[str, ...], *, stopped: bool) -> JobState:
    if any("hold" in each or "held" in each for each in alerts):
        return JobState.HELD
    if active or stopped:
        for state, beginnings in _REASONS.items():
            if any(each.startswith(beginnings) for each in reasons):
                return state
    if stopped:
        return JobState.STOPPED
    return JobState.PRINTING if active else JobState.WAITING


def _heads(told: str) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Each line that begins at the margin, with the alerts that stand below it."""
    for block in re.split(r"\n(?=\S)", told):
        head = block.partition("\n")[0]
        found = _ALERTS.search(block)
        yield head, tuple(found.group(1).split()) if found else ()
