"""Machines on the desk: printers of the print system. Every call may take seconds; call from a device lane only."""

from desktop.devices.cups_told import Job, JobState
from desktop.devices.printers import (
    CupsPrinters,
    FolderPrinters,
    Printer,
    PrintSystem,
    cancel,
    default_printer,
    job_state,
    list_printers,
    print_pdf,
    print_raw,
    print_system,
    queue,
    resume,
    trays,
)

__all__ = [
    "CupsPrinters",
    "FolderPrinters",
    "Job",
    "JobState",
    "PrintSystem",
    "Printer",
    "cancel",
    "default_printer",
    "job_state",
    "list_printers",
    "print_pdf",
    "print_raw",
    "print_system",
    "queue",
    "resume",
    "trays",
]
