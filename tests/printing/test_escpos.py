"""A receipt for a receipt printer: read back dot by dot it is the PDF, in bands a small printer keeps, then the cut."""

from __future__ import annotations

import struct
from dataclasses import replace
from pathlib import Path

import pypdfium2
import pytest
import segno
from PIL import Image, ImageChops

from desktop import printing
from desktop.devices import CupsPrinters, FolderPrinters
from desktop.printing import gallery, render
from desktop.printing.escpos import BAND
from domain.papers import Mark, Paper, PrintLine, qr_text
from domain.refusals import Refusal
from tests.printing.cups import run, server, until

__all__ = ["server"]

DOTS = 8  # to the millimetre
PRINTABLE = {Paper.R80: 72, Paper.R58: 48}  # mm
WIDE = {Paper.R80: 80, Paper.R58: 58}
CASES = [
    (content, paper, large)
    for content in (gallery.receipt(), gallery.materials())
    for paper in WIDE
    for large in (False, True)
]
each_receipt = pytest.mark.parametrize(
    ("content", "paper", "large"), CASES, ids=[f"{c.form}-{p}{'-large' if large else ''}" for c, p, large in CASES]
)


def printed(data: bytes) -> tuple[Image.Image, list[int]]:
    """What a printer puts on paper for these bytes, a dark dot 0, and the height of each picture; then feed and cut."""
    assert data.startswith(b"\x1b@")
    at, strips = 2, []
    while data[at : at + 4] == b"\x1dv0\0":
        wide, high = struct.unpack("<HH", data[at + 4 : at + 8])
        rows = data[at + 8 : at + 8 + wide * high]
        assert len(rows) == wide * high
        strips.append(Image.frombytes("1", (wide * 8, high), bytes(255 - byte for byte in rows)))
        at += 8 + wide * high
    assert data[at:] == b"\x1bd\x04\x1dVB\0"
    whole = Image.new("1", (strips[0].width, sum(strip.height for strip in strips)), 1)
    top = 0
    for strip in strips:
        whole.paste(strip, (0, top))
        top += strip.height
    return whole, [strip.height for strip in strips]


def seen(pdf: bytes, paper: Paper) -> Image.Image:
    """The page as PDFium draws it, in the dots of a head."""
    document = pypdfium2.PdfDocument(pdf)
    scale = (WIDE[paper] * DOTS - 0.001) / document[0].get_width()
    picture = document[0].render(scale=scale, grayscale=True).to_pil().convert("L")
    document.close()
    return picture


def beyond(page: Image.Image, paper: Paper) -> bool:
    """Whether there is ink where no head reaches: more than the hundredth of a dot that a length is rounded by."""
    left = (WIDE[paper] - PRINTABLE[paper]) // 2 * DOTS
    beside = page.copy()
    beside.paste(255, (left, 0, left + PRINTABLE[paper] * DOTS, page.height))
    return beside.point(lambda level: 255 if level < 250 else 0).getbbox() is not None


@each_receipt
def test_what_the_head_prints_is_the_printable_part_of_the_pdf_dot_by_dot(content, paper, large, line: PrintLine):
    pdf = render(content, paper, line, Mark.original(), large=large)
    picture, heights = printed(printing.receipt_dots(pdf))
    wide = PRINTABLE[paper] * DOTS
    page = seen(pdf, paper)
    assert picture.size == (wide, page.height)
    assert all(height <= BAND for height in heights)
    left = (WIDE[paper] - PRINTABLE[paper]) // 2 * DOTS
    within = page.crop((left, 0, left + wide, page.height))
    sure = within.point(lambda level: 255 if 90 <= level <= 200 else 0)  # between: either is right
    wrong = ImageChops.difference(picture.convert("L"), within.point(lambda level: 255 if level >= 144 else 0))
    assert ImageChops.subtract(wrong, sure).getbbox() is None
    assert not beyond(page, paper)


@each_receipt
def test_the_qr_code_a_head_prints_has_the_modules_of_number_and_query_code(content, paper, large, line: PrintLine):
    picture, _ = printed(printing.receipt_dots(render(content, paper, line, Mark.original(), large=large)))
    text = qr_text(content.number, content.query_code)
    wanted = segno.make(text, error="m", boost_error=False, micro=False, mask=3).matrix
    side = 30 * DOTS
    cell, start = side / len(wanted), (PRINTABLE[paper] - 30) // 2 * DOTS
    grey = picture.convert("L")

    def matches(top: int) -> bool:
        return all(
            (grey.getpixel((round(start + (c + 0.5) * cell), round(top + (r + 0.5) * cell))) == 0) == bool(module)
            for r, row in enumerate(wanted)
            for c, module in enumerate(row)
        )

    assert any(matches(top) for top in range(picture.height - side))


def test_a_name_of_rare_characters_is_in_the_picture_because_it_is_in_the_pdf(line: PrintLine):
    usual, rare = (replace(gallery.receipt(), name=name) for name in ("王秀", "𪚥𮯰"))
    plain, other = (
        printed(printing.receipt_dots(render(each, Paper.R58, line, Mark.original())))[0] for each in (usual, rare)
    )
    changed = ImageChops.difference(plain.convert("L"), other.convert("L")).getbbox()
    assert changed is not None
    left, top, right, bottom = changed
    assert right - left < 10 * DOTS, "more than the two characters changed"
    assert bottom - top < 5 * DOTS


def test_a_paper_that_is_not_set_for_a_roll_is_refused(line: PrintLine):
    pdf = render(gallery.receipt(), Paper.A5, line, Mark.original())
    with pytest.raises(Refusal) as caught:
        printing.receipt_dots(pdf)
    assert caught.value.code == "sheet_not_for_roll"


def test_a_reprint_carries_its_mark_to_the_receipt_printer_too(line: PrintLine):
    pdf = render(gallery.receipt(), Paper.R58, line, Mark.original())
    again = printing.stamp_reprint(pdf, Mark.reprint(1, "2026-11-24 10:05", "古丽米热·阿卜杜热西提·买买提江艾力"))
    (first, _), (second, _) = (printed(printing.receipt_dots(each)) for each in (pdf, again))
    box = ImageChops.difference(first.convert("L"), second.convert("L")).getbbox()
    assert box is not None
    assert box[3] <= 8 * DOTS
    assert not beyond(seen(again, Paper.R58), Paper.R58)


def test_a_queue_gets_the_bytes_as_they_are_once_for_each_copy(server: str, line: PrintLine):
    run(server, "/usr/sbin/lpadmin", "-p", "Receipts", "-v", "hungry:/", "-m", "raw", "-E")
    data = printing.receipt_dots(render(gallery.receipt(), Paper.R80, line, Mark.original()))
    job = CupsPrinters(server).raw(data, "Receipts", 2, "来访登记回执")
    sheet = Path(server).parent / "sheets" / job.rpartition("-")[2]
    until(lambda: sheet.exists() and sheet.stat().st_size == 2 * len(data), "nothing came out")
    assert sheet.read_bytes() == data * 2


def test_a_folder_keeps_each_copy_in_a_file_of_its_own(tmp_path: Path):
    FolderPrinters(tmp_path).raw(b"\x1b@", "PDF", 2, "来访登记回执 1")
    found = {file.name: file.read_bytes() for file in tmp_path.iterdir()}
    assert found == {"来访登记回执 1.escpos": b"\x1b@", "来访登记回执 1 (2).escpos": b"\x1b@"}
