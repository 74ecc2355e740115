"""Sending a paper to a printer: its PDF, or a receipt to a receipt printer 小票打印机 in ESC/POS. Device lane only."""

from __future__ import annotations

from desktop import devices, printing
from domain.papers import RECEIPT_ROLLS


def is_roll(size: str) -> bool:
    """Whether a paper of that size is set for a receipt roll."""
    return size in RECEIPT_ROLLS


def send(pdf: bytes, printer: str, copies: int, title: str, tray: str, escpos: bool) -> str:
    """Send stored bytes to a queue, with ``escpos`` as a picture of them; the job's id.

    Raises SurroundingsFault ``printer_failed``, Refusal ``sheet_not_for_roll``.
    """
    if escpos:
        return devices.print_raw(printing.receipt_dots(pdf), printer, copies, title)
    return devices.print_pdf(pdf, printer, copies, title, tray)
