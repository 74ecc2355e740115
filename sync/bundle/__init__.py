"""The stick 介质: exchanges carried as sealed, signed files where there is no line (docs/sync-protocol.md §11).

``seal`` knows chunks, ``medium`` one part over a stream, ``files`` parts on a disk, ``courier`` what both ends say.
"""

from sync.bundle.files import PART_LIMIT, Cancelled, Part, Progress, Sealing, opened, part_path, write_medium
from sync.bundle.medium import FORM, Frame, FrameKind, Header, MediumRefused, Reader

__all__ = [
    "FORM",
    "PART_LIMIT",
    "Cancelled",
    "Frame",
    "FrameKind",
    "Header",
    "MediumRefused",
    "Part",
    "Progress",
    "Reader",
    "Sealing",
    "opened",
    "part_path",
    "write_medium",
]
