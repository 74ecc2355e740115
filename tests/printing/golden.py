"""What every form says byte for byte on each of its sheets, as one hash: ``python -m tests.printing.golden`` writes it.

Hashed are the objects of the PDF with their streams unpacked: page contents, subsets of the typefaces (outlines
included), text maps, widths. Left out are the packed bytes and what counts them (``Length``, the table of offsets),
because another zlib packs the same words otherwise. Nothing else depends on the machine: the typefaces are ours, and
nobody asks the clock.
"""

from __future__ import annotations

import hashlib
import json
import re
import sys
import zlib
from collections.abc import Iterator
from pathlib import Path

from desktop.printing import gallery, render
from domain.papers import LARGE_TYPE, SIZES, Mark

FILE = Path(__file__).with_name("golden.json")
_STREAM = re.compile(rb"<</Filter/FlateDecode/Length (\d+)(.*?)>>\nstream\n", re.DOTALL)
_ID = re.compile(rb"/ID\s*\[.*?\]", re.DOTALL)


def unpacked(pdf: bytes) -> Iterator[bytes]:
    """The parts of a PDF that are the same on every machine: all its words, each stream unpacked."""
    body = pdf[: pdf.rindex(b"\nxref\n")]
    at = 0
    for found in _STREAM.finditer(body):
        if found.start() < at:
            continue  # inside a stream, by chance
        at_end = found.end() + int(found.group(1))
        yield body[at : found.start()]
        yield found.group(2)
        yield zlib.decompress(body[found.end() : at_end])
        at = at_end
    yield body[at:]
    identity = _ID.search(pdf, len(body))
    assert identity is not None
    yield identity.group()


def hashes() -> dict[str, str]:
    """Form, sheet and type, and the hash of that paper."""
    found = {}
    for content in gallery.samples():
        for paper in SIZES[content.form]:
            for large in (False, True) if content.form in LARGE_TYPE else (False,):
                pdf = render(content, paper, gallery.LINE, Mark.original(), large=large)
                digest = hashlib.sha256()
                for part in unpacked(pdf):
                    digest.update(len(part).to_bytes(8, "big") + part)
                name = f"{content.form}-{paper.lower()}{'-large' if large else ''}"
                assert name not in found, name
                found[name] = digest.hexdigest()
    return found


if __name__ == "__main__":
    told = json.dumps(hashes(), indent=0, sort_keys=True) + "\n"
    if sys.argv[1:] == ["--show"]:
        sys.stdout.write(told)
    else:
        FILE.write_text(told)
