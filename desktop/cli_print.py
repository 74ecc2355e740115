"""Papers from the command line: issued, drawn as drafts or copied, and written as PDF files; it decides nothing."""

from __future__ import annotations

import argparse
from pathlib import Path

from desktop import cli_input, cli_read
from desktop.models.store.connection import fault_of_os_error
from desktop.services import papers
from desktop.services.station import Station
from domain import commands
from domain.faults import SurroundingsFault


def print_paper(station: Station, words: argparse.Namespace) -> object:
    """Issue a paper, its draft or its copy, as a PDF file. Raises Refusal, SurroundingsFault."""
    if words.reprint or words.paper:
        paper_id = words.reprint or words.paper
        pdf = _again(station, paper_id, words)
        write(words.output, pdf)
        return {"paper": station.store.paper(paper_id), "file": words.output, "bytes": len(pdf)}
    case_id = station.store.visit_by_number(words.case_id) or cli_read.matter_by_number(station, words.case_id)
    asked = {"case_id": case_id or words.case_id, "form": words.form.upper(), "of_paper": words.of or ""}
    asked["size"] = words.size or ("A5" if asked["form"] == "F02" else "A4")
    asked["large"] = words.large
    command = cli_input.shaped(asked, commands.IssuePaper)
    assert isinstance(command, commands.IssuePaper)
    if words.draft:
        pdf = papers.draft_pdf(station, command)
        write(words.output, pdf)
        return {"paper": None, "file": words.output, "bytes": len(pdf)}
    check_writable(words.output)  # before a number is used up
    row = papers.issue_paper(station, command).value
    pdf = papers.stored_pdf(station, row.paper_id)
    write(words.output, pdf)
    return {"paper": row, "file": words.output, "bytes": len(pdf)}


def _again(station: Station, paper_id: str, words: argparse.Namespace) -> bytes:
    """A paper to be printed again, or what is stored of it; in large type when that is asked for."""
    if words.reprint:
        return papers.reprint_pdf(station, paper_id, True if words.large else None)
    return papers.pdf_in_type(station, paper_id, True) if words.large else papers.stored_pdf(station, paper_id)


def check_writable(output: str) -> None:
    """Whether a file can be written there, asked before a number is used up. Raises SurroundingsFault."""
    path = Path(output)
    if path.is_dir():
        raise SurroundingsFault("output_exists_as_folder", facts={"file": path.name})
    try:
        with path.open("ab"):
            pass
    except OSError as error:
        raise fault_of_os_error(error, path) from error


def write(output: str, pdf: bytes) -> None:
    """Write the file. Raises SurroundingsFault."""
    check_writable(output)
    try:
        Path(output).write_bytes(pdf)
    except OSError as error:
        raise fault_of_os_error(error, Path(output)) from error
