"""From content to bytes: chooses the form, adds what every sheet carries, and saves."""

from __future__ import annotations

from desktop.printing import notice
from desktop.printing.forms import delivery, materials, notices, receipt, registration, tabled, written
from desktop.printing.furniture import add_foot, add_mark, add_page_numbers, add_qr, foot_height
from desktop.printing.reprint import stamp
from desktop.printing.rolls import ROLLS
from desktop.printing.sheet import A4, A5, MM, Sheet
from desktop.printing.wording import words
from domain.papers import (
    LARGE_TYPE,
    SIZES,
    AcceptanceNotice,
    Content,
    Mark,
    MaterialList,
    Paper,
    PathwayNotice,
    PrintLine,
    ReferralNotice,
    RegistrationForm,
    ServiceReturn,
    Tabled,
    VisitReceipt,
    Written,
    qr_text,
)
from domain.refusals import Refusal

_QR = 15 * MM
_QR_GAP = 4 * MM


def compose(content: Content, paper: Paper, line: PrintLine, mark: Mark, *, large: bool = False) -> bytes:
    """See ``desktop.printing.render``."""
    if paper not in SIZES[content.form]:
        raise Refusal("paper_not_for_form", facts={"form": content.form, "paper": str(paper)})
    if large and content.form not in LARGE_TYPE:
        raise Refusal("large_type_not_for_form", field="large", facts={"form": content.form})
    # the tables of F01 and of receipts reach down to the print line; notices keep the bottom margin of the standard
    foot = foot_height(line, _foot_measure(content, paper), "fang")
    sheet = _draw(content, paper, foot, large=large)
    _furnish(sheet, content, paper, line)
    add_mark(sheet, mark)
    made = sheet.save()
    return stamp(made, mark) if mark.kind == "reprint" else made


def _foot_measure(content: Content, paper: Paper) -> float:
    """Measure of the print line: on A5 F03 has its QR code beside it, F02 in its body."""
    if paper is not Paper.A5:
        return A4[0] - (56 if isinstance(content, VisitReceipt) else 42) * MM
    beside = _QR + _QR_GAP if isinstance(content, MaterialList) and content.query_code else 0.0
    return A5[0] - 28 * MM - beside


def _draw(content: Content, paper: Paper, foot: float, *, large: bool) -> Sheet:
    grid = notice.LARGE if large else notice.USUAL
    match content:
        case RegistrationForm():
            return registration.draw(content, foot)
        case VisitReceipt():
            return receipt.draw(content, paper, foot, large=large)
        case MaterialList():
            return materials.draw(content, paper, foot, large=large)
        case AcceptanceNotice() | PathwayNotice() | ReferralNotice():
            return notices.draw(content, grid)
        case ServiceReturn():
            return delivery.draw(content)
        case Tabled():
            return tabled.draw(content)
        case Written():
            return written.draw(content, grid)


def _furnish(sheet: Sheet, content: Content, paper: Paper, line: PrintLine) -> None:
    if paper in ROLLS:
        roll = ROLLS[paper]
        for page in sheet.pages:
            page.height += 6 * MM + foot_height(line, roll.measure, "hei")
        add_foot(sheet, line, *roll.sides, 4 * MM, style="hei")
        return
    if paper is Paper.A5:
        if isinstance(content, MaterialList) and content.query_code:
            code = qr_text(content.number, content.query_code)
            add_qr(sheet, code, A5[0] - 14 * MM - _QR, -materials.QR_UP, _QR)
        add_foot(sheet, line, 14 * MM, 14 * MM + _foot_measure(content, paper), 10 * MM)
        return
    if isinstance(content, VisitReceipt):
        add_foot(sheet, line, 28 * MM, A4[0] - 28 * MM, 12 * MM)
        return
    if isinstance(content, Written):
        _furnish_written(sheet, content, line)
        return
    left, right = (22 * MM, 20 * MM) if content.form == "F01" else (28 * MM, 26 * MM)
    note = words(content.wording, content.form).get("foot", "")
    if content.query_code:  # without it a scanned line would open nothing
        code, first = qr_text(content.number, content.query_code), content.form == "F01"
        add_qr(sheet, code, A4[0] - right - _QR, (16 if first else -29) * MM, _QR, first_only=first)
    if content.form == "F01":
        add_foot(sheet, line, left, A4[0] - right, 14 * MM)
    else:
        add_foot(sheet, line, left, A4[0] - right - _QR - _QR_GAP, 15 * MM, note)


def _furnish_written(sheet: Sheet, content: Written, line: PrintLine) -> None:
    """The QR code at the left foot of the first page, so that the page number has the right; a letter's below its rule.

    Page numbers stand 7 mm below the text, from the second page on in 信函格式 (GB/T 9704-2012).
    """
    letter = content.layout == "letter"
    left, right, side = 28 * MM, A4[0] - 26 * MM, 12 * MM if letter else _QR
    if content.query_code:
        code = qr_text(content.number, content.query_code)
        add_qr(sheet, code, left, (-34.5 if letter else -29) * MM, side, first_only=True)
    add_page_numbers(sheet, left, right, A4[1] - 27 * MM, first=2 if letter else 1)
    note = words(content.wording, content.form).get("foot", "")
    add_foot(sheet, line, left if letter else left + _QR + _QR_GAP, right, 8 * MM, note, beside=True)
