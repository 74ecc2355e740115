"""Papers from the command line: issued, drawn as drafts or copied, and written as PDF files; it decides nothing."""

from __future__ import annotations

import argparse
from pathlib import Path

from desktop import cli_input, cli_read, printing
from desktop.models.store.connection import fault_of_os_error
from desktop.models.store.rows import PaperRow
from desktop.services import papers, receipt_printer
from desktop.services.station import Station
from domain import commands
from domain.faults import SurroundingsFault
from domain.refusals import Refusal


def print_paper(station: Station, words: argparse.Namespace) -> object:
    """Issue a paper, its draft or its copy, as a PDF file. Raises Refusal, SurroundingsFault."""
    for file in (words.output, words.escpos):
        if file:
            check_writable(file)  # before a number is used up
    if words.reprint or words.paper:
        paper_id = words.reprint or words.paper
        return _written(words, _again(station, paper_id, words), station.store.paper(paper_id))
    case_id = station.store.visit_by_number(words.case_id) or cli_read.matter_by_number(station, words.case_id)
    asked = {"case_id": case_id or words.case_id, "form": words.form.upper(), "of_paper": words.of or ""}
    asked["size"] = words.size or ("A5" if asked["form"] == "F02" else "A4")
    asked["large"] = words.large
    command = cli_input.shaped(asked, commands.IssuePaper)
    assert isinstance(command, commands.IssuePaper)
    if words.escpos and not receipt_printer.is_roll(command.size):
        raise Refusal("sheet_not_for_roll", field="size")
    if words.draft:
        return _written(words, papers.draft_pdf(station, command), None)
    row = papers.issue_paper(station, command).value
    return _written(words, papers.stored_pdf(station, row.paper_id), row)


def _written(words: argparse.Namespace, pdf: bytes, row: PaperRow | None) -> dict[str, object]:
    """Write what was asked for: the PDF, and the receipt in the language of receipt printers."""
    told: dict[str, object] = {"paper": row}
    dots = printing.receipt_dots(pdf) if words.escpos else b""
    if words.output:
        write(words.output, pdf)
        told |= {"file": words.output, "bytes": len(pdf)}
    if words.escpos:
        write(words.escpos, dots)
        told |= {"escpos": words.escpos, "escpos_bytes": len(dots)}
    return told


def _again(station: Station, paper_id: str, words: argparse.Namespace) -> bytes:
    """A paper to be printed again, or what is stored of it; in large type when that is asked for."""
    if words.reprint:
        return papers.reprint_pdf(station, paper_id, True if words.large else None)
    return papers.pdf_in_type(station, paper_id, True) if words.large else papers.stored_pdf(station, paper_id)


def check_writable(output: str) -> None:
    """Whether a file can be written there, asked before a number is used up; leaves none. Raises SurroundingsFault."""
    path = Path(output)
    if path.is_dir():
        raise SurroundingsFault("output_exists_as_folder", facts={"file": path.name})
    try:
        new = not path.exists()
        with path.open("ab"):
            pass
        if new:
            path.unlink()  # what is asked for may be refused: an empty file would look like a paper
    except OSError as error:
        raise fault_of_os_error(error, path) from error


def write(output: str, pdf: bytes) -> None:
    """Write the file. Raises SurroundingsFault."""
    try:
        Path(output).write_bytes(pdf)
    except OSError as error:
        raise fault_of_os_error(error, Path(output)) from error
