"""No paper changes by accident: each form, on each sheet, in each type, is what ``golden.json`` says it is."""

from __future__ import annotations

import json
import subprocess
import sys
import zlib

from desktop.printing import gallery, render
from domain.papers import LARGE_TYPE, SIZES, Mark, Paper, PrintLine
from tests.printing import golden

LOOK = """These papers changed. Look at each as a picture first: `python -m desktop.printing.gallery FOLDER`.
If it is meant: `python -m tests.printing.golden`, and new pictures: `python -m desktop.printing.gallery docs/forms`."""


def test_every_form_made_in_a_process_of_its_own_is_the_one_that_was_looked_at():
    command = [sys.executable, "-m", "tests.printing.golden", "--show"]
    made = json.loads(subprocess.run(command, check=True, capture_output=True, timeout=300).stdout)
    kept = json.loads(golden.FILE.read_text())
    changed = sorted(name for name in made.keys() | kept.keys() if made.get(name) != kept.get(name))
    assert not changed, f"{', '.join(changed)}\n{LOOK}"


def test_the_golden_hashes_are_of_every_form_on_every_sheet_in_every_type():
    wanted = {
        f"{form}-{paper.lower()}{kind}"
        for form, sheets in SIZES.items()
        for paper in sheets
        for kind in (("", "-large") if form in LARGE_TYPE else ("",))
    }
    assert json.loads(golden.FILE.read_text()).keys() == wanted


def test_what_is_hashed_is_all_of_a_paper_but_how_its_streams_are_packed(line: PrintLine):
    pdf = render(gallery.receipt(), Paper.R58, line, Mark.original())
    parts = list(golden.unpacked(pdf))
    whole = b"".join(parts)
    assert b"BT 1 0 0 1 " in whole, "the page"
    assert b"glyf" in whole, "the typefaces"
    assert b"beginbfrange" in whole, "the text layer"
    assert whole.count(b"endstream") == pdf.count(b"endstream")
    assert b"/Length " not in whole

    def packed_otherwise(start: bytes, level: int) -> bytes:
        begin = pdf.index(start)
        length = int(pdf[begin + len(start) :].split(b">", 1)[0].split(b"/", 1)[0])
        at = pdf.index(b"stream\n", begin) + 7
        packed = zlib.compress(zlib.decompress(pdf[at : at + length]), level)
        head = pdf[begin:at].replace(b"/Length %d" % length, b"/Length %d" % len(packed))
        return pdf[:begin] + head + packed + pdf[at + length :]

    other = packed_otherwise(b"<</Filter/FlateDecode/Length ", 1)
    assert other != pdf
    assert list(golden.unpacked(other)) == parts
    moved = pdf.replace(b"/MediaBox[0 0 164.41", b"/MediaBox[0 0 164.42")
    assert list(golden.unpacked(moved)) != parts
