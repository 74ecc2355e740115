"""One page of given lines by another engine: ``page.py ENGINE FACE.ttf LINES.txt ROUNDS`` says milliseconds and bytes.

Runs in the engine's own environment. What may be kept from page to page (a loaded face, a compiler) is kept.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from statistics import median
from typing import Any

began = time.perf_counter()
Draw = Callable[[list[str]], bytes]


def typst(face: Path) -> Draw:
    engine: Any = import_module("typst")

    compiler = engine.Compiler(
        font_paths=engine.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(face.parent)])
    )
    head = '#set page(paper: "a4", margin: (left: 28mm, right: 26mm, top: 37mm, bottom: 35mm))\n'
    head += '#set text(font: "Xinfang Fang", size: 16pt, lang: "zh")\n#set par(justify: true)\n'

    def draw(lines: list[str]) -> bytes:
        body = "\n\n".join(f"#{json.dumps(line, ensure_ascii=False)}" for line in lines)
        made: bytes = compiler.compile((head + body).encode(), format="pdf")
        return made

    return draw


def weasyprint(face: Path) -> Draw:
    engine: Any = import_module("weasyprint")
    fonts = import_module("weasyprint.text.fonts").FontConfiguration()
    style = "@page { size: A4; margin: 37mm 26mm 35mm 28mm } body { font: 16pt Fang; text-align: justify }"
    sheet = engine.CSS(
        string=f"@font-face {{ font-family: Fang; src: url({face.as_uri()}) }} {style}", font_config=fonts
    )

    def draw(lines: list[str]) -> bytes:
        body = "".join(f"<p>{line}</p>" for line in lines)
        made: bytes = engine.HTML(string=f"<html lang=zh><body>{body}").write_pdf(
            stylesheets=[sheet], font_config=fonts
        )
        return made

    return draw


def fpdf2(face: Path) -> Draw:
    engine: Any = import_module("fpdf")

    def draw(lines: list[str]) -> bytes:
        page = engine.FPDF(format="A4")
        page.set_margins(28, 37, 26)
        page.add_page()
        page.add_font("Fang", fname=str(face))
        page.set_font("Fang", size=16)
        for line in lines:
            page.multi_cell(0, 10.2, line, new_x="LMARGIN", new_y="NEXT")
        return bytes(page.output())

    return draw


def main() -> None:
    engine, face, text, rounds = sys.argv[1:]
    lines = Path(text).read_text("utf-8").splitlines()
    draw = {"typst": typst, "weasyprint": weasyprint, "fpdf2": fpdf2}[engine](Path(face))
    made = draw(lines)
    first = (time.perf_counter() - began) * 1000
    spent = []
    for number in range(int(rounds)):
        before = time.perf_counter()
        draw([*lines, f"第{number}号"])  # another document each time, as ours are
        spent.append((time.perf_counter() - before) * 1000)
    sys.stdout.write(json.dumps({"first": first, "warm": median(spent), "bytes": len(made)}))


if __name__ == "__main__":
    main()
