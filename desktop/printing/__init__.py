"""Paper: frozen content in, PDF bytes out. ReportLab lives here and nowhere else; no clock, no database, no window."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from domain.refusals import Refusal

if TYPE_CHECKING:
    from pathlib import Path

    from domain.papers import Content, Mark, Paper, PrintLine

__all__ = [
    "missing_characters",
    "page_count",
    "page_pngs",
    "receipt_dots",
    "render",
    "stamp_reprint",
    "use_own_faces",
    "warm_up",
]


def render(
    content: Content,
    paper: Paper,
    line: PrintLine,
    mark: Mark,
    words: Mapping[str, Any] | None = None,
    *,
    large: bool = False,
) -> bytes:
    """The PDF of a form. The same arguments give the same bytes, in every process.

    ``words`` is the local wording the content names; None: the content names a shipped one. ``large``: 大字版, the same
    content in larger type.

    Refusals: ``character_unprintable`` (facts ``char``, ``code_point``) when no shipped face has a character,
    ``paper_not_for_form`` when the form is never printed on such a sheet, ``large_type_not_for_form`` when it has none.
    A reprint mark draws the original and stamps it; to reprint what was stored, use ``stamp_reprint``.
    """
    from desktop.printing.breaking import keeping
    from desktop.printing.compose import compose
    from desktop.printing.wording import given
    from domain.papers import names_in

    with given(content.wording, content.form, words), keeping(names_in(content)):
        return compose(content, paper, line, mark, large=large)


def stamp_reprint(stored: bytes, mark: Mark, voided: str = "") -> bytes:
    """A stored PDF with 补打 第n次, when and who on top of every page; its bytes are the beginning of the result.

    ``voided``: when, by whom and why it was voided; every page is then stamped 作废 too.
    """
    from desktop.printing.reprint import stamp

    return stamp(stored, mark, voided)


def missing_characters(texts: Iterable[str]) -> list[str]:
    """Characters of the texts that no shipped face can draw, each once, in order of appearance."""
    from desktop.printing.breaking import clean
    from desktop.printing.faces import covered

    seen = dict.fromkeys(char for text in texts for char in clean(text) if char not in "\n\u2060")
    return [char for char in seen if not covered(char)]


def use_own_faces(folder: Path) -> list[Refusal]:
    """From now on this process prints with the faces and pictures of characters in a folder; see ``own_faces``.

    Returns what is wrong with the files that are not used: ``face_not_truetype``, ``face_not_embeddable``,
    ``face_lacks_characters``, ``picture_unfit`` (fact ``file``). Without the folder the shipped faces alone are used.
    """
    from desktop.printing import faces

    if not folder.is_dir():
        if faces.has_own():
            faces.use_own({}, None)
        return []
    from desktop.printing.own_faces import read_own

    own, pictures, wrong = read_own(folder, faces.faces()["fang"])
    faces.use_own(own, pictures)
    return wrong


def warm_up() -> None:
    """Loads the drawing code and the faces of a usual notice; for a background thread after the window is up."""
    from desktop.printing.gallery import usual
    from domain.papers import SIZES, Mark, PrintLine

    for content in usual():
        try:
            render(content, SIZES[content.form][0], PrintLine("", "", "", ""), Mark.original())
        except Refusal:  # pragma: no cover - the samples are tested to print
            raise AssertionError("a sample does not print") from None


def page_count(pdf: bytes) -> int:
    """How many pages a PDF has; nothing is drawn."""
    from desktop.printing.raster import count

    return count(pdf)


def page_pngs(pdf: bytes, dpi: int = 96, *, colour: bool = False) -> list[bytes]:
    """Every page as a PNG at the given resolution, for previews; grey unless ``colour``."""
    from desktop.printing.raster import pngs

    return pngs(pdf, dpi, colour=colour)


def receipt_dots(pdf: bytes) -> bytes:
    """A receipt in the language of receipt printers (ESC/POS), as a picture of the PDF, with feed and cut.

    Refusal ``sheet_not_for_roll`` when the PDF is not set for a roll.
    """
    from desktop.printing.escpos import receipt

    return receipt(pdf)
