"""Pages as a scanner or a telephone gives them: our own papers drawn, then lit unevenly, turned and noised."""

from __future__ import annotations

import io
from typing import Any

from PIL import Image, ImageChops, ImageFilter, ImageOps

from desktop.printing import page_pngs, render
from desktop.printing.gallery import samples
from domain.papers import SIZES, Mark, PrintLine


def typed_pages(at_most: int | None = None) -> list[Image.Image]:
    """Every A4 sample, or the first few, its first page at 300 dots to the inch."""
    wanted = [(content, size) for content in samples() for size in SIZES[content.form] if size.value == "A4"]
    found = []
    for content, size in wanted[:at_most]:
        pdf = render(content, size, PrintLine("", "", "", ""), Mark.original())
        found.append(Image.open(io.BytesIO(page_pngs(pdf, 300)[0])).convert("L"))
    return found


def scanned(page: Image.Image) -> Image.Image:
    """As a cheap scanner has it: grey paper, a shadow, a little askew and out of focus, noise; in colour."""
    dull = page.filter(ImageFilter.GaussianBlur(1.0)).rotate(0.7, fillcolor=245, resample=Image.Resampling.BICUBIC)
    dull = dull.point(lambda value: 35 + value * 200 // 255)
    dull = ImageChops.subtract(dull, Image.linear_gradient("L").resize(page.size).point(lambda value: value // 5))
    return ImageChops.add(dull, Image.effect_noise(page.size, 14), scale=1, offset=-128).convert("RGB")


def photograph(wide: int = 1600, high: int = 1200) -> Image.Image:
    """Something with colours and no paper in it."""
    around = Image.radial_gradient("L").resize((wide, high))
    across = Image.linear_gradient("L").resize((wide, high))
    picture = Image.merge("RGB", (around, across, ImageOps.invert(around)))
    return ImageChops.add(picture, Image.merge("RGB", [Image.effect_noise((wide, high), 30)] * 3), offset=-128)


def as_bytes(picture: Image.Image, kind: str = "JPEG", **more: Any) -> bytes:
    """The picture as a file."""
    made = io.BytesIO()
    picture.save(made, kind, **({"quality": 88} if kind == "JPEG" else {}), **more)
    return made.getvalue()
