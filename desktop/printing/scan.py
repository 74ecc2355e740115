"""The scan profile: pictures and scanned pages → one small PDF, text as CCITT G4, photographs as JPEG, no metadata.

The originals are read and never written. The same pictures give the same bytes.
"""

from __future__ import annotations

import io
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

import pypdfium2
from PIL import Image, ImageChops, ImageFilter, ImageOps, TiffImagePlugin

from desktop.printing.raster import pdfium_lock
from domain.refusals import Refusal

Profile = Literal["auto", "text", "photo"]
TEXT_DPI: Final = 200
"""What a fax of fine quality has; 小四 and smaller print stays legible, and seals keep their letters."""
DRAWN_DPI: Final = 300
"""A page of a PDF is drawn finer than it is kept, so that making it smaller takes the noise out."""
PHOTO_DPI: Final = 120
PHOTO_QUALITY: Final = 55
MOST_PAGES: Final = 200
MOST_PIXELS: Final = 120_000_000
"""An A3 page at 600 dots to the inch has 70 million."""
A4: Final = (8.27, 11.69)
"""Inches."""
LONGEST_INCHES: Final = 17.0
"""A3 and a little; what claims to be larger is taken for a photograph of a page."""
COLOURED_PICTURE: Final = 0.01
COLOURED_PAGE: Final = 0.3
"""The part of a page in colour above which it is a photograph; a form on pink paper with a red seal is none."""
HEAVY_PAGE: Final = 100 << 10
"""Bytes a page of a scanned PDF may have before it is packed anew."""
FAINTEST: Final = 18
"""Steps of 255 by which ink differs from the paper around it at least: a faint pencil does."""
MOST_STRENGTH: Final = 60
DENSE_PAGE: Final = 60 << 10
"""Bytes of a G4 page above which its background is taken for noise and cleaned once more."""


@dataclass(frozen=True, slots=True)
class _Packed:
    """One page: the bytes of its picture, how they are packed, its pixels, its size on paper in inches."""

    data: bytes
    how: Literal["G4", "grey", "colour"]
    pixels: tuple[int, int]
    inches: tuple[float, float]


@dataclass(frozen=True, slots=True)
class Scanned:
    """A PDF of scanned pages."""

    pdf: bytes
    pages: int


def scan(sources: Sequence[tuple[str, bytes]], profile: Profile = "auto") -> Scanned:
    """One PDF of all pages of pictures and PDFs, in order; ``sources`` are (name, bytes).

    Refuses ``picture_unreadable``, ``picture_too_large``, ``too_many_pages``.
    """
    packed: list[_Packed] = []
    for name, data in sources:
        try:
            for page, inches in _pages(name, data):
                packed.append(_pack(page, inches, profile))
                if len(packed) > MOST_PAGES:
                    raise Refusal("too_many_pages", field="paths", facts={"pages": len(packed), "limit": MOST_PAGES})
        except Refusal:
            raise
        except (OSError, ValueError, SyntaxError, EOFError, pypdfium2.PdfiumError, Image.DecompressionBombError):
            raise _unreadable(name) from None
    if not packed:
        raise _unreadable(sources[0][0] if sources else "")
    return Scanned(_write_pdf(packed), len(packed))


def page_count(pdf: bytes, name: str = "") -> int:
    """Pages of a PDF; refuses ``picture_unreadable``."""
    with pdfium_lock:
        try:
            document = pypdfium2.PdfDocument(pdf)
        except pypdfium2.PdfiumError:
            raise _unreadable(name) from None
        try:
            return len(document)
        finally:
            document.close()


def _unreadable(name: str) -> Refusal:
    return Refusal("picture_unreadable", field="paths", facts={"name": name[:60]})


# pages of what was given ----------------------------------------------------------------------------------------------


def _pages(name: str, data: bytes) -> Iterator[tuple[Image.Image, tuple[float, float] | None]]:
    """Every page upright, with its size on paper in inches where that is known."""
    if data[:5] == b"%PDF-":
        yield from _pdf_pages(data)
        return
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of damaged tags nobody reads, and of sizes, which are looked at below
        with Image.open(io.BytesIO(data), formats=("JPEG", "PNG", "TIFF", "BMP")) as picture:
            for frame in range(getattr(picture, "n_frames", 1)):
                picture.seek(frame)
                if picture.width * picture.height > MOST_PIXELS:
                    raise Refusal("picture_too_large", field="paths", facts={"name": name[:60]})
                inches = _inches(picture)
                upright = ImageOps.exif_transpose(picture)
                if inches is not None and upright.width == picture.height and upright.height == picture.width:
                    inches = inches if picture.width == picture.height else (inches[1], inches[0])
                yield _plain(upright), inches


def _pdf_pages(data: bytes) -> Iterator[tuple[Image.Image, tuple[float, float]]]:
    with pdfium_lock:
        document = pypdfium2.PdfDocument(data)
        count = len(document)
    try:
        for number in range(count):
            with pdfium_lock:
                page = document[number]
                wide, high = (side / 72 for side in page.get_size())
                scale = DRAWN_DPI / 72 * min(1.0, LONGEST_INCHES / max(wide, high, 0.1))
                bitmap = page.render(scale=scale)
                picture = bitmap.to_pil().copy()
                bitmap.close()
                page.close()
            yield _plain(picture), (wide, high)
    finally:
        with pdfium_lock:
            document.close()


def _inches(picture: Image.Image) -> tuple[float, float] | None:
    dpi: Any = picture.info.get("dpi")
    try:
        across, down = (float(each) for each in dpi)
    except (TypeError, ValueError):
        return None
    if not (70 <= across <= 1250 and 70 <= down <= 1250):
        return None
    size = (picture.width / across, picture.height / down)
    return size if max(size) <= LONGEST_INCHES else None


def _plain(picture: Image.Image) -> Image.Image:
    """Grey or RGB on white, without a palette, transparency or 16 bits."""
    if picture.mode in ("1", "L"):
        return picture.convert("L")
    if picture.mode.startswith("I;16") or picture.mode in ("I", "F"):
        return picture.point(lambda value: value / 256).convert("L")
    if picture.mode in ("LA", "PA", "RGBA") or "transparency" in picture.info:
        upper = picture.convert("RGBA")
        return Image.alpha_composite(Image.new("RGBA", upper.size, "white"), upper).convert("RGB")
    return picture.convert("RGB")


# packing --------------------------------------------------------------------------------------------------------------


def _pack(picture: Image.Image, inches: tuple[float, float] | None, profile: Profile) -> _Packed:
    size = inches or _fitted(picture)
    grey = _resized(picture.convert("L"), size, TEXT_DPI)
    if profile == "text" or (profile == "auto" and not _is_photo(picture, grey)):
        return _text_page(grey, size)
    return _photo_page(picture, size)


def _fitted(picture: Image.Image) -> tuple[float, float]:
    """A picture without a size is laid on A4, as large as it fits."""
    across, down = A4 if picture.height >= picture.width else (A4[1], A4[0])
    scale = min(across / picture.width, down / picture.height)
    return picture.width * scale, picture.height * scale


def _resized(picture: Image.Image, inches: tuple[float, float], dpi: int) -> Image.Image:
    """Brought to a resolution; made smaller, or larger up to twice, so that letters keep their shape."""
    wide, high = (max(1, round(side * dpi)) for side in inches)
    if wide > picture.width * 2:
        wide, high = picture.width * 2, picture.height * 2
    if (wide, high) == picture.size:
        return picture
    return picture.resize((wide, high), Image.Resampling.LANCZOS, reducing_gap=3.0)


def _is_photo(picture: Image.Image, grey: Image.Image) -> bool:
    """Whether much of the page is neither paper nor ink, once uneven light is taken out; or coloured, or dark."""
    if picture.mode == "RGB" and _coloured(picture) > COLOURED_PAGE:
        return True
    small = grey.copy()
    small.thumbnail((500, 500), Image.Resampling.BOX)
    paper = small.filter(ImageFilter.MaxFilter(9)).filter(ImageFilter.GaussianBlur(20))
    flat = Image.new("L", small.size)
    flat.putdata(
        [min(255, 255 * ink // max(1, light)) for ink, light in zip(_values(small), _values(paper), strict=True)]
    )
    counts = flat.histogram()
    middle, dark = sum(counts[60:190]), sum(counts[:60])
    total = small.width * small.height
    light = sorted(_values(paper))
    unlit, uneven = light[len(light) // 2] < 110, light[len(light) * 19 // 20] - light[len(light) // 20] > 150
    return middle > total * 0.22 or dark > total * 0.35 or unlit or uneven


def _values(picture: Image.Image) -> bytes:
    return picture.tobytes()


def _text_page(grey: Image.Image, inches: tuple[float, float]) -> _Packed:
    strength = max(FAINTEST, min(MOST_STRENGTH, round(8 * _noise(grey))))
    page = _threshold(grey, strength)
    data = _g4(page)
    if len(data) > DENSE_PAGE:
        page = _threshold(grey.filter(ImageFilter.MedianFilter(3)), min(MOST_STRENGTH, strength + 14))
        data = _g4(page)
    return _Packed(data, "G4", page.size, inches)


def _noise(grey: Image.Image) -> float:
    """How unquiet the paper is: the middle of how far pixels are from their neighbours; ink is the lesser part."""
    counts = [0] * 256
    side = min(256, grey.width, grey.height)
    for across in (0.2, 0.7):
        for down in (0.2, 0.5, 0.8):
            left, top = round((grey.width - side) * across), round((grey.height - side) * down)
            tile = grey.crop((left, top, left + side, top + side))
            far = ImageChops.difference(tile, tile.filter(ImageFilter.MedianFilter(3))).histogram()
            counts = [one + two for one, two in zip(counts, far, strict=True)]
    half, seen = sum(counts) / 2, 0
    for value, count in enumerate(counts):
        if seen + count >= half:
            return value + (half - seen) / count
        seen += count
    return 0.0


def _threshold(grey: Image.Image, strength: int) -> Image.Image:
    """Ink is what is darker than its neighbourhood by ``strength`` of 255, or dark by itself: shadows do not matter."""
    around = grey.filter(ImageFilter.BoxBlur(max(8, grey.width // 60)))
    darker = ImageChops.subtract(around, grey).point(lambda value: 255 if value > strength else 0)
    black = grey.point(lambda value: 255 if value < 70 else 0)
    return ImageChops.invert(ImageChops.lighter(darker, black)).convert("1", dither=Image.Dither.NONE)


def _g4(page: Image.Image) -> bytes:
    """The picture as one strip of CCITT Group 4."""
    made = io.BytesIO()
    rows = TiffImagePlugin.ImageFileDirectory_v2()
    rows[278] = page.height  # RowsPerStrip: all of them
    rows[262] = 0  # PhotometricInterpretation: white is zero, as PDF's filter takes it
    page.save(made, format="TIFF", compression="group4", tiffinfo=rows)
    with Image.open(made) as written:
        tags: Any = written.tag_v2  # type: ignore[attr-defined]
        starts, lengths, photometric = tags[273], tags[279], tags[262]
    if len(starts) != 1 or photometric != 0:
        raise AssertionError("the library no longer writes one strip of white-is-zero")
    return made.getvalue()[starts[0] : starts[0] + lengths[0]]


def _photo_page(picture: Image.Image, inches: tuple[float, float]) -> _Packed:
    page = _resized(picture, inches, PHOTO_DPI)
    if page.mode == "RGB" and _coloured(page) < COLOURED_PICTURE:
        page = page.convert("L")
    made = io.BytesIO()
    page.save(made, format="JPEG", quality=PHOTO_QUALITY, optimize=True, progressive=False)
    return _Packed(made.getvalue(), "colour" if page.mode == "RGB" else "grey", page.size, inches)


def _coloured(picture: Image.Image) -> float:
    """The part of a picture that is of a colour, 0 … 1."""
    small = picture.copy()
    small.thumbnail((300, 300), Image.Resampling.BOX)
    saturation, value = small.convert("HSV").split()[1:]
    strong = ImageChops.darker(
        saturation.point(lambda v: 255 if v > 60 else 0), value.point(lambda v: 255 if v > 60 else 0)
    )
    return strong.histogram()[255] / (small.width * small.height)


# the PDF --------------------------------------------------------------------------------------------------------------


def _write_pdf(pages: Sequence[_Packed]) -> bytes:
    """A PDF of nothing but pictures: no fonts, no date, no name of a program or a person."""
    parts: list[bytes] = [b""]  # object numbers count from 1
    kids = " ".join(f"{3 * number + 3} 0 R" for number in range(len(pages)))
    parts.append(b"<</Type/Catalog/Pages 2 0 R>>")
    parts.append(f"<</Type/Pages/Kids[{kids}]/Count {len(pages)}>>".encode())
    for number, page in enumerate(pages):
        wide, high = (f"{side * 72:.2f}" for side in page.inches)
        first = 3 * number + 3
        draw = f"q {wide} 0 0 {high} 0 0 cm /P Do Q".encode()
        parts.append(
            f"<</Type/Page/Parent 2 0 R/MediaBox[0 0 {wide} {high}]/Contents {first + 1} 0 R"
            f"/Resources<</XObject<</P {first + 2} 0 R>>>>>>".encode()
        )
        parts.append(_stream("", draw))
        parts.append(_stream(_picture_words(page), page.data))
    out = bytearray(b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n")
    places: list[int] = []
    for number, part in enumerate(parts[1:], start=1):
        places.append(len(out))
        out += f"{number} 0 obj\n".encode() + part + b"\nendobj\n"
    start = len(out)
    out += f"xref\n0 {len(parts)}\n0000000000 65535 f \n".encode()
    out += b"".join(f"{place:010d} 00000 n \n".encode() for place in places)
    out += f"trailer\n<</Size {len(parts)}/Root 1 0 R>>\nstartxref\n{start}\n%%EOF\n".encode()
    return bytes(out)


def _picture_words(page: _Packed) -> str:
    wide, high = page.pixels
    words = f"/Type/XObject/Subtype/Image/Width {wide}/Height {high}"
    if page.how == "G4":
        return (
            f"{words}/ColorSpace/DeviceGray/BitsPerComponent 1/Filter/CCITTFaxDecode"
            f"/DecodeParms<</K -1/Columns {wide}/Rows {high}/BlackIs1 false>>"
        )
    space = "/DeviceRGB" if page.how == "colour" else "/DeviceGray"
    return f"{words}/ColorSpace{space}/BitsPerComponent 8/Filter/DCTDecode"


def _stream(words: str, data: bytes) -> bytes:
    return f"<<{words}/Length {len(data)}>>\nstream\n".encode() + data + b"\nendstream"


def smaller(pdf: bytes, name: str = "") -> bytes:
    """A PDF that is nothing but heavy pictures of pages, in the scan profile; any other PDF as it is.

    A PDF with text of its own is not touched: it is exact already, can be searched, and may be signed.
    """
    with pdfium_lock:
        try:
            document = pypdfium2.PdfDocument(pdf)
        except pypdfium2.PdfiumError:
            raise _unreadable(name) from None
        try:
            count = len(document)
            heavy = count > 0 and len(pdf) > count * HEAVY_PAGE
            bare = heavy and count <= MOST_PAGES and not any(_has_text(page) for page in document)
            bare = bare and document.get_formtype() == pypdfium2.raw.FORMTYPE_NONE
        finally:
            document.close()
    if not bare:
        return pdf
    made = scan([(name, pdf)]).pdf
    return made if len(made) < len(pdf) else pdf


def _has_text(page: pypdfium2.PdfPage) -> bool:
    text = page.get_textpage()
    try:
        return bool(text.count_chars())
    finally:
        text.close()
        page.close()
