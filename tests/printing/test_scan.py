"""The scan profile: a typed page near 40 KB and still legible, photographs as such, upright, without metadata."""

from __future__ import annotations

import io
import warnings

import pypdfium2
import pytest
from PIL import Image, ImageDraw

from desktop.printing import page_pngs, scan
from domain.refusals import Refusal
from tests.printing.scans import as_bytes, photograph, scanned, typed_pages


def drawn(pdf: bytes, dpi: int = 60) -> list[Image.Image]:
    return [Image.open(io.BytesIO(png)).convert("L") for png in page_pngs(pdf, dpi)]


def sizes(pdf: bytes) -> list[tuple[int, int]]:
    document = pypdfium2.PdfDocument(pdf)
    found = [(round(page.get_width()), round(page.get_height())) for page in document]
    document.close()
    return found


def shade(picture: Image.Image, place: tuple[int, int]) -> int:
    """How light a pixel of a grey picture is."""
    found = picture.getpixel(place)
    assert isinstance(found, int | float)
    return int(found)


def code(doing) -> str:
    with pytest.raises(Refusal) as caught:
        doing()
    return caught.value.code


def test_every_typed_a4_page_is_40_kb_at_most_however_it_was_scanned():
    found = {}
    for number, page in enumerate(typed_pages()):
        kept = scan.scan([("a.jpg", as_bytes(scanned(page), dpi=(300, 300)))])
        assert kept.pages == 1
        assert b"/CCITTFaxDecode" in kept.pdf
        assert b"/DCTDecode" not in kept.pdf
        assert sizes(kept.pdf) == [(595, 842)]
        found[number] = len(kept.pdf)
    assert len(found) >= 5
    assert max(found.values()) <= 40 << 10, found


def test_a_scanned_page_says_what_the_paper_says():
    page = typed_pages(1)[0]
    (kept,) = drawn(scan.scan([("a.png", as_bytes(page, "PNG", dpi=(300, 300)))]).pdf, 100)
    wanted = page.resize(kept.size, Image.Resampling.BOX)
    pairs = list(zip(kept.tobytes(), wanted.tobytes(), strict=True))
    ink = [one for one, two in pairs if two < 90]
    paper = [one for one, two in pairs if two > 250]
    assert sum(value < 160 for value in ink) > len(ink) * 0.97
    assert sum(value > 200 for value in paper) > len(paper) * 0.97


def test_a_shadow_over_half_the_page_hides_no_words():
    page = Image.new("L", (1654, 2339), 235)
    pen = ImageDraw.Draw(page)
    for line in range(40):
        for word in range(20):
            pen.rectangle((150 + word * 65, 150 + line * 50, 185 + word * 65, 172 + line * 50), outline=30, width=4)
    shaded = Image.composite(
        page.point(lambda value: value * 45 // 100),
        page,
        Image.linear_gradient("L").resize(page.size).point(lambda value: 255 if value > 128 else 0),
    )
    (kept,) = drawn(scan.scan([("a.png", as_bytes(shaded, "PNG", dpi=(200, 200)))]).pdf, 200)
    for x, y in ((152, 160), (152, 150 + 39 * 50 + 10)):
        assert shade(kept, (x, y)) < 100
    for x, y in ((120, 160), (120, 150 + 39 * 50 + 10)):
        assert shade(kept, (x, y)) > 200


def test_a_photograph_stays_one_and_a_grey_one_has_no_colours():
    kept = scan.scan([("a.jpg", as_bytes(photograph()))])
    assert b"/DCTDecode" in kept.pdf
    assert b"/DeviceRGB" in kept.pdf
    assert len(kept.pdf) < 250 << 10
    grey = scan.scan([("a.jpg", as_bytes(photograph().convert("L").convert("RGB")))], "photo")
    assert b"/DeviceGray" in grey.pdf
    assert b"/CCITTFaxDecode" in scan.scan([("a.jpg", as_bytes(photograph()))], "text").pdf


def test_a_telephone_held_sideways_gives_an_upright_page_and_its_place_is_not_kept():
    page = Image.new("RGB", (1200, 1600), "white")
    ImageDraw.Draw(page).rectangle((0, 0, 1199, 200), fill="black")  # the head of the page
    sideways = page.transpose(Image.Transpose.ROTATE_90)
    exif = Image.Exif()
    exif[0x0112] = 6  # turn by a quarter to see it
    exif[0x010F] = "SECRETPHONE"
    exif.get_ifd(0x8825)[2] = (36.0, 5.0, 1.0)
    data = as_bytes(sideways, exif=exif)
    assert b"SECRETPHONE" in data
    kept = scan.scan([("a.jpg", data)], "text")
    assert b"SECRETPHONE" not in kept.pdf
    assert b"Exif" not in scan.scan([("a.jpg", data)], "photo").pdf
    (seen,) = drawn(kept.pdf)
    assert seen.height > seen.width
    assert shade(seen, (seen.width // 2, 20)) < 60
    assert shade(seen, (seen.width // 2, seen.height - 20)) > 200


def test_ten_pages_of_pictures_and_a_pdf_become_one_pdf_in_order():
    page = typed_pages(1)[0].resize((827, 1169))
    many = [("p.png", as_bytes(page, "PNG", dpi=(100, 100)))] * 4
    frames = io.BytesIO()
    page.save(frames, "TIFF", save_all=True, append_images=[page] * 3, compression="tiff_lzw", dpi=(100, 100))
    inner = scan.scan(many[:2]).pdf
    kept = scan.scan([*many, ("f.tif", frames.getvalue()), ("two.pdf", inner)])
    assert kept.pages == 10
    assert sizes(kept.pdf) == [(595, 842)] * 10
    assert kept.pdf == scan.scan([*many, ("f.tif", frames.getvalue()), ("two.pdf", inner)]).pdf


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "CMYK", "I;16"])
def test_pictures_of_every_kind_are_taken(mode):
    page = Image.new("L", (600, 800), 255)
    ImageDraw.Draw(page).rectangle((100, 100, 300, 140), fill=0)
    if mode == "I;16":
        picture = page.point(lambda value: value * 257, "I").convert("I;16")
    else:
        picture = (
            page.convert("RGBA" if mode == "LA" else "RGB").convert(mode)
            if mode not in ("1", "L")
            else page.convert(mode)
        )
    kept = scan.scan([("a.tif", as_bytes(picture, "TIFF"))])
    (seen,) = drawn(kept.pdf, 72)
    assert shade(seen, (200, 120)) < 100
    assert shade(seen, (20, 20)) > 200


@pytest.mark.parametrize(
    "data", [b"", b"\xff\xd8\xff\xe0 nothing", b"%PDF-1.4 nothing", b"\x89PNG\r\n\x1a\n" + b"x" * 50]
)
def test_what_is_no_picture_is_refused_in_words(data):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert code(lambda: scan.scan([("a.jpg", data)])) == "picture_unreadable"


def test_a_picture_that_is_cut_off_is_refused_and_not_kept_in_half():
    data = as_bytes(photograph())
    assert code(lambda: scan.scan([("a.jpg", data[: len(data) // 2])])) == "picture_unreadable"


def test_a_small_file_cannot_unpack_into_all_the_memory(monkeypatch):
    monkeypatch.setattr(scan, "MOST_PIXELS", 1_000_000)
    assert code(lambda: scan.scan([("a.png", as_bytes(Image.new("1", (1200, 1200)), "PNG"))])) == "picture_too_large"


def test_a_pdf_with_text_stays_byte_for_byte_and_heavy_pictures_of_pages_are_packed_anew():
    from desktop.printing import render
    from desktop.printing.gallery import samples
    from domain.papers import SIZES, Mark, PrintLine

    content = next(iter(samples()))
    exact = render(content, SIZES[content.form][0], PrintLine("", "", "", ""), Mark.original())
    assert scan.smaller(exact) is exact
    made = io.BytesIO()
    scanned(typed_pages(1)[0]).save(made, "PDF", resolution=300, quality=90)
    heavy = made.getvalue()
    assert len(heavy) > 500 << 10
    assert len(scan.smaller(heavy)) <= 45 << 10
