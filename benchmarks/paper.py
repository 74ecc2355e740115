"""A one-page notice, warm and cold, beside plain ReportLab setting the same words in the same typeface."""

from __future__ import annotations

import subprocess
import sys
from functools import partial

from benchmarks.table import Row, calm, p50, undisturbed

TEXT = (
    "云溪县石桥镇人民政府于2026年11月23日收到你提出的信访事项：反映柳河村三组征收承包地的青苗补偿费未按时足额发放。"
    "经审查，决定予以受理，将在六十日内办结并书面答复；情况复杂的，经批准可以延长三十日。"
)
SIZE = 16.0


def plain() -> bytes:
    """A page of the same length by ReportLab alone: one embedded face, lines cut every 28 characters."""
    from io import BytesIO

    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.ttfonts import TTFont
    from reportlab.pdfgen.canvas import Canvas

    import resources

    if "Fang" not in pdfmetrics.getRegisteredFontNames():
        pdfmetrics.registerFont(TTFont("Fang", str(resources.path("fonts/fang.ttf"))))
    sink = BytesIO()
    canvas = Canvas(sink, initialFontName="Fang", invariant=1)
    canvas.setFont("Fang", SIZE)
    words = TEXT * 3
    for line in range(0, len(words), 28):
        canvas.drawString(80, 740 - line, words[line : line + 28])
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


def _cold(which: str) -> float:
    """Milliseconds from before the first import to the bytes, in a process of its own."""
    program = f"import time\nbegan = time.perf_counter()\nfrom benchmarks.paper import {which}\n{which}()\n"
    program += "print((time.perf_counter() - began) * 1000)"
    return float(subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True).stdout)


def measure(*, rounds: int = 60) -> list[Row]:
    """Cold in fresh processes, warm in this one, and the size of the file."""
    pairs = [(_cold("ours"), _cold("plain")) for _ in range(5)]
    for _ in range(3):
        plain()
        ours()
    warm: list[tuple[float, bool]] = []
    reference: list[tuple[float, bool]] = []
    for number in range(rounds):
        warm.append(undisturbed(partial(ours, number)))
        reference.append(undisturbed(plain))
    name = "plain ReportLab, same words and face"
    return [
        Row("one-page notice, warm", p50(calm(warm)), "ms", name, p50(calm(reference)), 5, on_value=True),
        Row(
            "one-page notice, first in the process", p50([a for a, _ in pairs]), "ms", name, p50([b for _, b in pairs]),
            250, on_value=True, note="imports included",
        ),
        Row("one-page notice, file", len(ours()) / 1000, "kB", name, len(plain()) / 1000, 60, on_value=True),
    ]  # fmt: skip
