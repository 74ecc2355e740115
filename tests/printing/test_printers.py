"""Paper goes to a real CUPS queue, or to a folder, as the stored bytes; a queue that is not there is a clear fault."""

import os
import pwd
import shutil
from pathlib import Path

import pypdfium2
import pytest

from desktop import devices
from desktop.devices import CupsPrinters, FolderPrinters, JobState
from desktop.devices.printers import medium
from desktop.printing import gallery, render
from domain.faults import SurroundingsFault
from domain.papers import Mark, Paper
from tests.printing.cups import server, until

__all__ = ["server"]


@pytest.mark.parametrize(
    ("content", "paper", "size"),
    [
        (gallery.acceptance(), Paper.A4, (210, 297)),
        (gallery.receipt(), Paper.A5, (148, 210)),
        (gallery.receipt(), Paper.R80, (80, None)),
    ],
    ids=["A4", "A5", "R80"],
)
def test_a_form_comes_out_of_a_real_queue_in_its_own_size(server, content, paper, size, line):
    printers = CupsPrinters(server)
    pdf = render(content, paper, line, Mark.original())
    out = Path(pwd.getpwuid(os.geteuid()).pw_dir) / "PDF"
    title = f"xinfang-test-{os.getpid()}-{paper}"
    job = printers.print(pdf, "PDF", 1, title)
    try:
        until(lambda: printers.state(job) is JobState.SENT, "the job is not done")
        until(lambda: list(out.glob(f"{title}*.pdf")), "nothing came out")
        (printed,) = out.glob(f"{title}*.pdf")
        document = pypdfium2.PdfDocument(printed.read_bytes())
        width, height = (v * 25.4 / 72 for v in document[0].get_size())
        assert width == pytest.approx(size[0], abs=1)
        if size[1]:
            assert height == pytest.approx(size[1], abs=1)
        assert ink(document) == pytest.approx(ink(pypdfium2.PdfDocument(pdf)), rel=0.25)
        document.close()
    finally:
        for file in out.glob(f"{title}*.pdf"):
            file.unlink()


def ink(document):
    """Share of dark on the first page."""
    bitmap = document[0].render(scale=1, grayscale=True)
    return 1 - sum(bytes(bitmap.buffer)) / 255 / len(bytes(bitmap.buffer))


def test_the_queues_and_the_usual_one_are_known(server):
    printers = CupsPrinters(server)
    assert {printer.name for printer in printers.printers()} == {"Hungry", "PDF", "Trays"}
    assert all(printer.accepting for printer in printers.printers())
    assert printers.default() == "PDF"
    assert printers.state("PDF-999") is JobState.UNKNOWN


def test_the_trays_of_a_queue_are_read_from_what_the_print_system_tells_of_its_options(tmp_path, monkeypatch):
    told = tmp_path / "lpoptions"
    told.write_text("#!/bin/sh\necho 'PageSize/Media Size: *A4 A5'\necho 'InputSlot/Media Source: *Auto Upper Lower'\n")
    told.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    assert CupsPrinters().trays("any") == ["Auto", "Upper", "Lower"]
    told.write_text("#!/bin/sh\necho 'lpoptions: Unable to get PPD file' >&2\nexit 1\n")
    assert CupsPrinters().trays("any") == []


def test_a_job_goes_to_the_tray_that_was_named(server, line):
    printers = CupsPrinters(server)
    job = printers.print(render(gallery.acceptance(), Paper.A4, line, Mark.original()), "Trays", 1, "x", "Lower")
    number = int(job.rpartition("-")[2])
    spool = Path(server).parent / "spool" / f"c{number:05d}"
    until(spool.exists, "the job is not spooled")
    told = spool.read_bytes()
    assert b"InputSlot" in told
    assert b"Lower" in told


def test_a_queue_that_is_not_there_is_a_fault_of_the_surroundings(server, line):
    with pytest.raises(SurroundingsFault) as caught:
        CupsPrinters(server).print(b"%PDF-1.7", "Nowhere", 1, "x")
    assert caught.value.code == "printer_failed"
    assert caught.value.facts["printer"] == "Nowhere"


def test_a_print_system_that_is_not_running_is_a_fault_and_an_empty_list(tmp_path):
    if not shutil.which("lp"):
        pytest.skip("lp is not installed")
    printers = CupsPrinters(str(tmp_path / "nobody"))
    assert printers.printers() == []
    assert printers.default() == ""
    with pytest.raises(SurroundingsFault, match="printer_failed"):
        printers.print(b"%PDF-1.7", "PDF", 1, "x")


def test_a_folder_receives_each_copy_unchanged_and_overwrites_nothing(tmp_path, monkeypatch):
    monkeypatch.setenv("XINFANG_PRINT_FOLDER", str(tmp_path / "out"))
    assert [printer.name for printer in devices.list_printers()] == [devices.default_printer()] == ["PDF"]
    job = devices.print_pdf(b"%PDF-1", "PDF", 2, "来访登记回执 A/1")
    devices.print_pdf(b"%PDF-2", "PDF", 1, "来访登记回执 A/1")
    found = {file.name: file.read_bytes() for file in (tmp_path / "out").iterdir()}
    assert found == {
        "来访登记回执 A_1.pdf": b"%PDF-1",
        "来访登记回执 A_1 (2).pdf": b"%PDF-1",
        "来访登记回执 A_1 (3).pdf": b"%PDF-2",
    }
    assert devices.job_state(job) is JobState.SENT
    assert devices.job_state("other.pdf") is JobState.UNKNOWN


def test_a_folder_that_cannot_be_written_is_a_fault(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(SurroundingsFault, match="printer_failed"):
        FolderPrinters(tmp_path / "file" / "inside").print(b"", "PDF", 1, "x")


def test_a_machine_without_a_print_system_has_no_printers(monkeypatch):
    monkeypatch.delenv("XINFANG_PRINT_FOLDER", raising=False)
    monkeypatch.setenv("PATH", "")
    assert devices.list_printers() == []
    assert devices.default_printer() == ""
    with pytest.raises(SurroundingsFault, match="printer_failed"):
        devices.print_pdf(b"", "PDF")


def test_the_medium_is_read_from_the_pdf(line):
    assert medium(render(gallery.acceptance(), Paper.A4, line, Mark.original())) == "A4"
    assert medium(render(gallery.receipt(), Paper.A5, line, Mark.original())) == "A5"
    assert medium(render(gallery.receipt(), Paper.R80, line, Mark.original())).startswith("Custom.80x")
