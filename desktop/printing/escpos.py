"""A receipt as a picture in ESC/POS, the language of receipt printers: the PDF in dots, so no code page ever matters.

The head prints whole dots, ``rolls.DOTS`` to the millimetre, of the printable width of its roll. Nothing is laid out
here: what the preview shows is what is sent.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator

import pypdfium2
from PIL import Image

from desktop.printing.raster import opened
from desktop.printing.rolls import DOTS, roll_of_width
from desktop.printing.sheet import MM
from domain.refusals import Refusal

BAND = 128
"""Rows of one picture: a small printer keeps no more of them before it prints."""
_DARK = 144  # thin strokes lie between dots and come out grey: rather a little bolder than broken
_START = b"\x1b@"
_FEED = b"\x1bd\x04"  # so far above the cutter, or the edge to tear at, lies the head
_CUT = b"\x1dV\x42\x00"  # a printer without cutter takes no notice


def receipt(pdf: bytes) -> bytes:
    """What a receipt printer is sent for a PDF. Refusal ``sheet_not_for_roll`` when it is not set for a roll."""
    with opened(pdf) as document:
        return b"".join(_page(page) for page in document)


def _page(page: pypdfium2.PdfPage) -> bytes:
    bands = b"".join(_band(each) for each in _bands(dots(page)))
    page.close()
    return _START + bands + _FEED + _CUT


def dots(page: pypdfium2.PdfPage) -> Image.Image:
    """The printable part of a page in whole dots, black or white."""
    roll = roll_of_width(page.get_width())
    if roll is None:
        raise Refusal("sheet_not_for_roll", field="size")
    whole = round(roll.width / MM * DOTS)
    # PDFium rounds up, and a page is 58.002 mm wide: one dot too many would stretch every other
    bitmap = page.render(scale=whole / page.get_width() * (1 - 1e-9), grayscale=True)
    grey = Image.frombytes("L", (bitmap.width, bitmap.height), bytes(bitmap.buffer), "raw", "L", bitmap.stride, 1)
    left = round(roll.margin / MM * DOTS)
    wide = round(roll.measure / MM * DOTS)
    found = grey.crop((left, 0, left + wide, bitmap.height)).point(_THRESHOLD, "1")
    bitmap.close()
    return found


_THRESHOLD = [255 if level >= _DARK else 0 for level in range(256)]


def _bands(whole: Image.Image) -> Iterator[Image.Image]:
    for top in range(0, whole.height, BAND):
        yield whole.crop((0, top, whole.width, min(top + BAND, whole.height)))


def _band(band: Image.Image) -> bytes:
    """``GS v 0``: width in bytes, height in rows, then the rows, a set bit for a black dot."""
    rows = bytes(255 - byte for byte in band.tobytes())
    return b"\x1dv0\0" + struct.pack("<HH", band.width // 8, band.height) + rows
