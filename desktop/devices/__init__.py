"""Machines on the desk: printers of the print system. Every call may take seconds; call from a device lane only."""

from desktop.devices.printers import (
    CupsPrinters,
    FolderPrinters,
    JobState,
    Printer,
    PrintSystem,
    default_printer,
    job_state,
    list_printers,
    print_pdf,
    print_system,
    trays,
)

__all__ = [
    "CupsPrinters",
    "FolderPrinters",
    "JobState",
    "PrintSystem",
    "Printer",
    "default_printer",
    "job_state",
    "list_printers",
    "print_pdf",
    "print_system",
    "trays",
]
