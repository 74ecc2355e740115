"""A PDF's pages counted, and as PNG pictures for the preview."""

from __future__ import annotations

import struct
import threading
import zlib
from collections.abc import Iterator
from contextlib import contextmanager

import pypdfium2

pdfium_lock = threading.Lock()  # PDFium is not made for two threads


def count(pdf: bytes) -> int:
    """The number of pages."""
    with opened(pdf) as document:
        return len(document)


def pngs(pdf: bytes, dpi: int, *, colour: bool = False) -> list[bytes]:
    """Pages as PNG files, ``dpi`` pixels to the inch; grey, or in colour for the red of a letterhead."""
    with opened(pdf) as document:
        return [_png(page, dpi, colour) for page in document]


@contextmanager
def opened(pdf: bytes) -> Iterator[pypdfium2.PdfDocument]:
    """A PDF to be read, by one thread at a time."""
    with pdfium_lock:
        document = pypdfium2.PdfDocument(pdf)
        try:
            yield document
        finally:
            document.close()


def _png(page: pypdfium2.PdfPage, dpi: int, colour: bool) -> bytes:
    bitmap = page.render(scale=dpi / 72, grayscale=not colour, rev_byteorder=colour)
    cell = 3 if colour else 1
    wide, high, stride = bitmap.width, bitmap.height, bitmap.stride
    data = bytes(bitmap.buffer)
    rows = b"".join(b"\0" + data[y * stride : y * stride + wide * cell] for y in range(high))
    bitmap.close()
    page.close()

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">L", len(body)) + kind + body + struct.pack(">L", zlib.crc32(kind + body))

    head = struct.pack(">LLBBBBB", wide, high, 8, 2 if colour else 0, 0, 0, 0)
    meta = struct.pack(">LLB", round(dpi / 0.0254), round(dpi / 0.0254), 1)
    packed = zlib.compress(rows, 6)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"pHYs", meta)
        + chunk(b"IDAT", packed)
        + chunk(b"IEND", b"")
    )
