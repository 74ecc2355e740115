"""The QR code on paper is the very pattern of its text, upright and unmirrored."""

from dataclasses import replace

import pypdfium2
import pytest
import segno

from desktop.printing import gallery, page_count, render
from domain.papers import Mark, Paper, qr_text

DOTS = 12  # to the millimetre


@pytest.mark.parametrize(
    ("content", "paper", "large", "left", "side"),
    [
        (gallery.receipt(), Paper.R80, False, 25, 30),
        (gallery.receipt(), Paper.R58, False, 14, 30),
        (gallery.receipt(), Paper.R58, True, 14, 30),
        (gallery.receipt(), Paper.A4, False, 210 - 28 - 30, 30),
        (gallery.receipt(), Paper.A4, True, 28, 30),
        (gallery.materials(), Paper.R58, False, 14, 30),
        (gallery.materials(), Paper.R58, True, 14, 30),
        (gallery.receipt(), Paper.A5, False, 148 - 16 - 30, 30),
        (gallery.receipt(), Paper.R80, True, 25, 30),
        (gallery.receipt(), Paper.A5, True, 12, 30),
        (gallery.materials(), Paper.A4, False, 210 - 26 - 15, 15),
        (gallery.materials(), Paper.A5, False, 148 - 14 - 15, 15),
        (gallery.materials(), Paper.R80, False, 25, 30),
        (gallery.materials(), Paper.A5, True, 148 - 14 - 15, 15),
        (gallery.materials(), Paper.R80, True, 25, 30),
        (gallery.acceptance(), Paper.A4, False, 210 - 26 - 15, 15),
        (gallery.acceptance(), Paper.A4, True, 210 - 26 - 15, 15),
        (gallery.registration(), Paper.A4, False, 210 - 20 - 15, 15),
        (gallery.service_return(), Paper.A4, False, 210 - 26 - 15, 15),
    ],
    ids=lambda value: getattr(value, "form", str(value)),
)
def test_the_modules_on_paper_are_those_of_number_and_query_code(content, paper, large, left, side, line):
    assert is_on(render(content, paper, line, Mark.original(), large=large), 0, content, left, side)


@pytest.mark.parametrize(("paper", "left"), [(Paper.A4, 28), (Paper.A5, 12)])
def test_the_longest_name_of_an_organ_stands_beside_the_qr_code_and_not_in_it(paper, left, line):
    organ = "云溪土家族苗族自治县高新技术产业开发区管理委员会社会治理与群众工作服务中心信访事项办理科"[:40]
    content = replace(gallery.receipt(), organ=organ)
    pdf = render(content, paper, line, Mark.original(), large=True)
    assert is_on(pdf, page_count(pdf) - 1, content, left, 30)


def is_on(pdf, page, content, left, side):
    """Whether the code is on that page, every module of it, its left edge there."""
    document = pypdfium2.PdfDocument(pdf)
    bitmap = document[page].render(scale=DOTS * 25.4 / 72, grayscale=True)
    data, stride = bytes(bitmap.buffer), bitmap.stride
    high = bitmap.height
    document.close()
    text = qr_text(content.number, content.query_code)
    wanted = segno.make(text, error="m", boost_error=False, micro=False, mask=3).matrix
    cell = side / len(wanted) * DOTS
    start = left * DOTS

    def dark(x, y):
        return data[round(y) * stride + round(x)] < 128

    def matches(top):
        return all(
            dark(start + (c + 0.5) * cell, top + (r + 0.5) * cell) == bool(module)
            for r, row in enumerate(wanted)
            for c, module in enumerate(row)
        )

    return any(matches(top) for top in range(0, int(high - side * DOTS), 2))


def test_a_paper_without_a_query_code_has_no_qr_code(line):
    with_code = render(gallery.service_return(), Paper.A4, line, Mark.original())
    without = render(replace(gallery.service_return(), query_code=""), Paper.A4, line, Mark.original())
    assert len(without) < len(with_code) - 200
