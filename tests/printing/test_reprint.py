"""A reprint is the stored PDF with a mark on top: its bytes are the beginning, its content the same."""

import pytest

from desktop.printing import gallery, page_pngs, render, stamp_reprint
from domain.papers import SIZES, Mark, Paper

SECOND = Mark.reprint(2, "2026-11-24 10:05", "陈𠮷岚")


@pytest.mark.parametrize("content", gallery.samples(), ids=lambda content: content.form)
def test_a_reprint_begins_with_the_stored_bytes_and_shows_number_time_and_clerk(content, line, text_of):
    for paper in SIZES[content.form]:
        stored = render(content, paper, line, Mark.original())
        again = stamp_reprint(stored, SECOND)
        assert again[: len(stored)] == stored
        assert text_of(again).replace("补打第2次2026-11-2410:05陈𠮷岚", "") == text_of(stored)
        assert "补打" not in text_of(stored)


def test_every_page_of_a_reprint_is_marked(line, pages_of):
    again = stamp_reprint(render(gallery.registration(), Paper.A4, line, Mark.original()), SECOND)
    assert len(pages_of(again)) == 2
    assert all("补打 第2次" in page for page in pages_of(again))


def test_the_mark_is_ink_on_the_page_and_the_rest_is_untouched(line):
    stored = render(gallery.acceptance(), Paper.A4, line, Mark.original())
    assert page_pngs(stored, 60) != page_pngs(stamp_reprint(stored, SECOND), 60)


def test_the_same_reprint_has_the_same_bytes_and_rendering_with_the_mark_gives_it_too(line):
    stored = render(gallery.acceptance(), Paper.A4, line, Mark.original())
    assert stamp_reprint(stored, SECOND) == stamp_reprint(stored, SECOND)
    assert render(gallery.acceptance(), Paper.A4, line, SECOND) == stamp_reprint(stored, SECOND)


@pytest.mark.parametrize("damage", [b"", b"%PDF-1.7 nonsense", b"startxref\n0\n%%EOF\n"])
def test_what_is_not_a_pdf_of_ours_is_not_stamped(damage):
    with pytest.raises(ValueError, match="not a PDF of ours"):
        stamp_reprint(damage, SECOND)


@pytest.mark.parametrize("content", gallery.samples(), ids=lambda content: content.form)
def test_a_void_paper_printed_again_is_stamped_void_on_every_page_with_when_who_and_why(content, line, pages_of):
    why = "2026-11-24 11:00 陈𠮷岚 承办单位写错"
    for paper in SIZES[content.form]:
        stored = render(content, paper, line, Mark.original())
        for mark in (SECOND, Mark.original()):
            again = stamp_reprint(stored, mark, why)
            assert again[: len(stored)] == stored
            for page in pages_of(again):
                assert f"作废 {why}" in page
                assert page.count("作废") == 2
                assert ("补打 第2次" in page) is (mark is SECOND)


def test_the_void_stamp_is_seen_and_a_long_reason_stays_on_the_page(line, places_in):
    stored = render(gallery.acceptance(), Paper.A4, line, Mark.original())
    again = stamp_reprint(stored, SECOND, "2026-11-24 11:00 陈岚 " + "承办单位写错" * 20)
    marked = [each for each in places_in(again) if each.y < 14]
    assert len(marked) > 120
    assert min(each.ink_left for each in marked) >= 13
    assert max(each.ink_right for each in marked) <= 210 - 13
    assert page_pngs(stored, 60) != page_pngs(stamp_reprint(stored, Mark.original(), "x"), 60)


def test_only_a_reprint_is_stamped(line):
    stored = render(gallery.acceptance(), Paper.A4, line, Mark.original())
    with pytest.raises(ValueError, match="only a reprint or a void"):
        stamp_reprint(stored, Mark.original())
