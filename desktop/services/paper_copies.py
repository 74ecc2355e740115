"""Copies of papers as PDF files in a folder somebody chose: recorded before the file bears its name, over no file."""

from __future__ import annotations

import errno
import os
import tempfile
from contextlib import suppress
from pathlib import Path

from desktop.devices.pdf_folder import reserve
from desktop.models.store.rows import PaperRow
from desktop.services import papers
from desktop.services.outcome import Outcome
from desktop.services.station import Station
from domain.commands import CopyPaper
from domain.decisions import papers as decisions
from domain.faults import SurroundingsFault
from domain.refusals import Refusal


def record_copy(station: Station, command: CopyPaper) -> Outcome[PaperRow]:
    """Record that a copy left as a file of this name. Refused: ``paper_unknown``, ``paper_not_stored``,
    ``file_name_missing``.
    """
    state = station.state(command.case_id, field="case_id")
    with station.writing() as transaction:
        transaction.record([decisions.copy(command, state, station.desk())])
    return Outcome(_row(station, command.paper_id), papers.TOPICS)


def check_folder(folder: Path) -> None:
    """Whether files can be put there, asked before a number is used up. Raises SurroundingsFault as ``save_copy``."""
    if not folder.is_dir():
        raise SurroundingsFault("folder_missing", facts={"file": folder.name})
    try:
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise _fault(error, folder) from error


def save_copy(station: Station, paper_id: str, folder: Path) -> Outcome[Path]:
    """A paper as the next sheet of it would be (marked when it was printed or is void), as a PDF file in ``folder``.

    The name says form and number, nothing of a person. The bytes are written under another name, the copy is recorded,
    and only then do they get theirs: no copy leaves that the record does not know of. Raises SurroundingsFault
    ``folder_missing``, ``folder_read_only``, ``folder_full``, ``folder_fails``.
    """
    row = _row(station, paper_id)
    pdf = papers.reprint_pdf(station, paper_id)
    check_folder(folder)
    part: Path | None = None
    target: Path | None = None
    try:
        target = reserve(folder, f"{row.title} {row.number}".strip())
        part = target.with_name(target.name + ".part")
        with part.open("wb") as opened:
            opened.write(pdf)
            opened.flush()
            os.fsync(opened.fileno())
        done = record_copy(station, CopyPaper(paper_id, row.case_id, target.name))
        part.replace(target)
    except OSError as error:
        _clear(part, target)
        raise _fault(error, folder) from error
    except BaseException:  # not recorded: nothing may stay behind
        _clear(part, target)
        raise
    return Outcome(target, done.topics)


_FAULTS = {
    "EROFS": "folder_read_only",
    "EACCES": "folder_read_only",
    "EPERM": "folder_read_only",
    "ENOSPC": "folder_full",
    "EDQUOT": "folder_full",  # a name, because Windows has no such number
    "ENOENT": "folder_missing",
}


def _fault(error: OSError, folder: Path) -> SurroundingsFault:
    code = _FAULTS.get(errno.errorcode.get(error.errno or 0, ""), "folder_fails")
    return SurroundingsFault(code, facts={"file": folder.name})


def _clear(*files: Path | None) -> None:
    for file in files:
        if file is not None:
            with suppress(OSError):
                file.unlink(missing_ok=True)


def _row(station: Station, paper_id: str) -> PaperRow:
    row = station.store.paper(paper_id)
    if row is None:
        raise Refusal("paper_unknown", field="paper_id")
    return row
