"""Reading a PDF back as a reader would: its text, the places of its characters, its ink."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from ctypes import byref, c_double
from dataclasses import dataclass

import pypdfium2
import pypdfium2.raw as pdfium_c
import pytest

from desktop.printing.gallery import LINE
from domain.papers import PrintLine

MM = 72 / 25.4


@contextmanager
def opened(pdf: bytes) -> Iterator[pypdfium2.PdfDocument]:
    document = pypdfium2.PdfDocument(pdf)
    try:
        yield document
    finally:
        document.close()


def page_texts(pdf: bytes) -> list[str]:
    texts = []
    with opened(pdf) as document:
        for page in document:
            reader = page.get_textpage()
            texts.append(reader.get_text_range())
            reader.close()
            page.close()
    return texts


def squash(text: str) -> str:
    """Text without spaces and line ends, which depend on the layout."""
    return "".join(text.split()).replace("\u2060", "")


@dataclass(frozen=True)
class Placed:
    """A character on a page: origin of its baseline from the page's top left, in mm, and its size in points."""

    char: str
    x: float
    y: float
    right: float
    ink_left: float
    ink_right: float
    size: float


def placed(pdf: bytes, page_number: int = 0) -> list[Placed]:
    found = []
    with opened(pdf) as document:
        page = document[page_number]
        height = page.get_height()
        reader = page.get_textpage()
        for i in range(reader.count_chars()):
            code = pdfium_c.FPDFText_GetUnicode(reader.raw, i)
            if code in (13, 10, 32):
                continue
            x, y = c_double(), c_double()
            pdfium_c.FPDFText_GetCharOrigin(reader.raw, i, byref(x), byref(y))
            size = pdfium_c.FPDFText_GetFontSize(reader.raw, i)
            right = reader.get_charbox(i, loose=True)[2]
            ink = reader.get_charbox(i)
            found.append(
                Placed(chr(code), x.value / MM, (height - y.value) / MM, right / MM, ink[0] / MM, ink[2] / MM, size)
            )
        reader.close()
        page.close()
    return found


@pytest.fixture
def line() -> PrintLine:
    return LINE


@pytest.fixture
def text_of() -> Callable[[bytes], str]:
    """All text of a PDF without spaces and line ends."""
    return lambda pdf: squash("".join(page_texts(pdf)))


@pytest.fixture
def pages_of() -> Callable[[bytes], list[str]]:
    return page_texts


@pytest.fixture(scope="session")
def places_in() -> Callable[..., list[Placed]]:
    return placed


@pytest.fixture
def open_pdf():
    return opened
