"""A one-page notice and a thousand of them, beside other engines setting the same words in the same typeface.

Plain ReportLab runs in this process; typst, WeasyPrint and fpdf2 run in environments of their own
(``python -m benchmarks.peers --install``), and are left out where they are not installed.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from functools import cache, partial
from pathlib import Path

import resources
from benchmarks.peers.install import DRIVERS, PAGE_PACKAGES, PATIENCE_S
from benchmarks.table import Row, calm, p50, timed, undisturbed

SIZE = 16.0
FACE = "fonts/fang.ttf"
BATCH, WARMED_UP = 1000, 250


@cache
def said() -> str:
    """The words of our notice, as its text layer has them, in its lines."""
    import pypdfium2

    document = pypdfium2.PdfDocument(ours())
    text: str = document[0].get_textpage().get_text_range()
    document.close()
    return text


def plain(text: str) -> bytes:
    """The same lines by ReportLab alone: one embedded face, nothing broken, nothing spread."""
    from io import BytesIO

    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.ttfonts import TTFont
    from reportlab.pdfgen.canvas import Canvas

    if "Fang" not in pdfmetrics.getRegisteredFontNames():
        pdfmetrics.registerFont(TTFont("Fang", str(resources.path(FACE))))
    sink = BytesIO()
    canvas = Canvas(sink, initialFontName="Fang", invariant=1)
    canvas.setFont("Fang", SIZE)
    for number, line in enumerate(text.splitlines()):
        canvas.drawString(80, 740 - 29 * number, line)
    canvas.showPage()
    canvas.save()
    return sink.getvalue()


def ours(number: int = 0) -> bytes:
    """A real acceptance notice F04, with another name in each."""
    from dataclasses import replace

    from desktop import printing
    from desktop.printing.gallery import LINE, acceptance
    from domain.papers import Mark, Paper

    content = replace(
        acceptance(), addressee="张王李赵陈"[number % 5] + "敏", document_number=f"石政信受字〔2026〕{number}号"
    )
    return printing.render(content, Paper.A4, LINE, Mark.original())


def batch() -> tuple[float, float]:
    """Milliseconds for a thousand notices about a thousand matters; MiB the process grew by after the first 250."""
    program = f"from benchmarks.paper import write_batch\nwrite_batch({BATCH}, {WARMED_UP})"
    spent, grown = json.loads(_run(program))
    return float(spent), float(grown)


def write_batch(count: int, warmed_up: int) -> None:
    """What ``batch`` runs in a process of its own: every notice has another name, other words, another number."""
    import random
    import resource
    from dataclasses import replace

    from desktop import printing
    from desktop.printing.gallery import LINE, acceptance
    from domain.papers import Mark, Paper

    han = [chr(code) for code in range(0x4E00, 0x5E00)]
    chance = random.Random(5)
    peaks = [0, 0]

    def write() -> None:
        for number in range(count):
            content = replace(
                acceptance(),
                addressee="".join(chance.choices(han, k=3)),
                summary="反映" + "".join(chance.choices(han, k=40)),
                document_number=f"石政信受字〔2026〕{number}号",
            )
            printing.render(content, Paper.A4, LINE, Mark.original())
            if number + 1 == warmed_up:
                peaks[0] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        peaks[1] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

    spent = timed(write)
    sys.stdout.write(json.dumps([spent, (peaks[1] - peaks[0]) / 1024]))


def _run(program: str, *arguments: str) -> str:
    command = [sys.executable, "-c", program, *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def _cold(which: str, text: Path) -> float:
    """Milliseconds from before the first import to the bytes, in a process of its own."""
    call = "ours()" if which == "ours" else "plain(open(sys.argv[1], encoding='utf-8', newline='').read())"
    program = f"import sys, time\nbegan = time.perf_counter()\nfrom benchmarks.paper import {which}\n{call}\n"
    return float(_run(program + "print((time.perf_counter() - began) * 1000)", str(text)))


def _peers(text: Path, rounds: int) -> list[tuple[str, dict[str, float]]]:
    """Each installed engine: its first page with its imports, the median of further ones, the bytes of the first."""
    found = []
    for package in PAGE_PACKAGES:
        if not package.is_installed():
            continue
        with tempfile.TemporaryDirectory() as alone:  # a folder with one face: typst takes folders
            face = Path(alone) / "fang.ttf"
            face.write_bytes(resources.path(FACE).read_bytes())
            command = [package.program(), str(DRIVERS / "page.py"), package.name, str(face), str(text), str(rounds)]
            done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE_S, check=True)
        found.append((f"{package.title}, same words and face", json.loads(done.stdout)))
    return found


def measure(*, rounds: int = 60) -> list[Row]:
    """Cold in fresh processes, warm in this one, the size of the file; then the batch."""
    rows: list[Row] = []
    with tempfile.TemporaryDirectory() as folder:
        text = Path(folder) / "said.txt"
        text.write_text(said(), encoding="utf-8", newline="")
        pairs = [(_cold("ours", text), _cold("plain", text)) for _ in range(5)]
        for _ in range(3):
            plain(said())
            ours()
        warm: list[tuple[float, bool]] = []
        reference: list[tuple[float, bool]] = []
        for number in range(rounds):
            warm.append(undisturbed(partial(ours, number)))
            reference.append(undisturbed(partial(plain, said())))
        others = [("plain ReportLab, same words and face", {
            "first": p50([b for _, b in pairs]), "warm": p50(calm(reference)), "bytes": float(len(plain(said()))),
        })]  # fmt: skip
        others += _peers(text, rounds // 3)
    first, each, size = p50([a for a, _ in pairs]), p50(calm(warm)), len(ours()) / 1000
    for name, other in others:
        rows += [
            Row("one-page notice, warm", each, "ms", name, other["warm"], 5, on_value=True),
            Row("one-page notice, first in the process", first, "ms", name, other["first"], 250, on_value=True,
                note="imports included"),
            Row("one-page notice, file", size, "kB", name, other["bytes"] / 1000, 60, on_value=True),
        ]  # fmt: skip
    spent, grown = batch()
    rows += [
        Row("1,000 notices, one after the other", spent, "ms", "plain ReportLab, warm, a thousand times",
            others[0][1]["warm"] * BATCH, 8000,
            on_value=True),
        Row("1,000 notices, memory added after the first 250", grown, "MiB", "the budget", 4, 4, on_value=True),
    ]  # fmt: skip
    return rows
