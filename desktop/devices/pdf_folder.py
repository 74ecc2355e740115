"""Files in a folder: a name every system takes, and never over a file that is there."""

from __future__ import annotations

import re
from itertools import count
from pathlib import Path

_LONGEST = 120
"""Characters: the names of some file systems end at 255 bytes, and a Han takes three of them."""


def safe_name(title: str) -> str:
    """The title without what a file's name may not have on some system."""
    return re.sub(r'[\\/:*?"<>|\x00-\x1f]', "_", title)[:_LONGEST].strip(". ") or "paper"


def reserve(folder: Path, title: str, ending: str = ".pdf") -> Path:
    """An empty file of a name nobody had: ``title.pdf``, ``title (2).pdf`` … Raises OSError."""
    name = safe_name(title)
    for number in count(1):
        file = folder / (f"{name}{ending}" if number == 1 else f"{name} ({number}){ending}")
        try:
            file.open("xb").close()
        except FileExistsError:
            continue
        return file
    raise AssertionError("unreachable")
