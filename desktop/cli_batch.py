"""``xinfang print --today`` and ``--due``: the lists of the window, printed or saved in one go; it decides nothing."""

from __future__ import annotations

import argparse
from dataclasses import asdict
from pathlib import Path

from desktop.services import paper_copies, print_batch, receipt_printer
from desktop.services.print_batch import Sheet
from desktop.services.sentences import sentence
from desktop.services.station import Station
from domain.faults import SurroundingsFault
from domain.refusals import Refusal


def print_batch_of(station: Station, words: argparse.Namespace) -> object:
    """List; with ``-o`` save as PDF files, with ``--printer`` print. A sheet that fails stops no other.

    What is not issued yet stays so without ``--issue``. Whether paper came out is answered by ``act ConfirmPrint``.
    Raises SurroundingsFault when the folder cannot be written.
    """
    sheets = print_batch.todays(station) if words.today else print_batch.due(station, words.days)
    if words.output:
        paper_copies.check_folder(Path(words.output))
    told = [_done(station, sheet, words) for sheet in sheets]
    return {"sheets": told, "failed": sum(each["result"] == "failed" for each in told)}


def _done(station: Station, sheet: Sheet, words: argparse.Namespace) -> dict[str, object]:
    told: dict[str, object] = asdict(sheet)
    if not sheet.may_print:
        return told | {"result": "needs_decision"}
    if not (words.output or words.printer):
        return told | {"result": "listed"}
    if sheet.state == "to_issue" and not words.issue:
        return told | {"result": "not_issued"}
    try:
        if words.output:
            paper_id, _topics = print_batch.paper_of(station, sheet)
            saved = paper_copies.save_copy(station, paper_id, Path(words.output)).value
            return told | {"result": "saved", "paper_id": paper_id, "file": saved.name}
        ready = print_batch.make_ready(station, sheet).value
        row, copies = ready.row, ready.choice.copies if ready.row.prints == 0 else 1
        escpos = ready.escpos and words.printer == ready.choice.printer
        job = receipt_printer.send(ready.pdf, words.printer, copies, f"{row.title} {row.number}", "", escpos)
        return told | {"result": "sent", "paper_id": row.paper_id, "job": job, "copies": copies}
    except (Refusal, SurroundingsFault) as fault:
        return told | {"result": "failed", "code": fault.code, "message": sentence(fault)}
