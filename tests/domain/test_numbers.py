"""Registration numbers, query codes, document numbers."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.numbers import (
    QUERY_ALPHABET,
    check_query_code,
    document_number,
    parse_document_number,
    parse_qr,
    parse_registration_number,
    qr_text,
    query_code,
    registration_number,
)
from domain.refusals import Refusal

DAY = date(2026, 11, 23)


def code_of(call, *args) -> str:
    with pytest.raises(Refusal) as refused:
        call(*args)
    return refused.value.code


def test_a_registration_number_is_born_from_office_window_day_and_count():
    assert registration_number("370205", "2", DAY, 7) == "370205-2-20261123-007"
    assert registration_number("370205", "2", DAY, 1234) == "370205-2-20261123-1234"


def test_a_registration_number_reads_back_as_typed_or_scanned():
    parts = parse_registration_number(" ３７０２０５-2-20261123-007")
    assert (parts.office, parts.window, parts.day, parts.counter) == ("370205", "2", DAY, 7)
    assert parse_registration_number("370205-a1-20261123-1234").window == "A1"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "370205-2-20261131-007",
        "370205-2-20261123-000",
        "370205-2-20261123-07",
        "370205-2-20261123-0007",
        "370205-2-20261123-007-1",
        "37-2-20261123-007",
    ],
)
def test_what_is_no_registration_number_is_refused(text):
    assert code_of(parse_registration_number, text) == "number_invalid"


def test_a_number_that_could_not_be_read_back_is_never_made():
    assert code_of(registration_number, "370205", "2-", DAY, 1) == "number_invalid"
    assert code_of(registration_number, "370205", "2", DAY, 0) == "number_invalid"


@given(st.binary(min_size=8, max_size=16))
def test_a_query_code_has_no_ambiguous_character_and_reads_back(entropy):
    code = query_code(entropy)
    assert len(code) == 8
    assert not set(code) & set("01OIL")
    assert check_query_code(f" {code[:4].lower()}-{code[4:]} ") == code


@given(st.binary(min_size=8, max_size=8), st.integers(0, 7), st.sampled_from(QUERY_ALPHABET))
def test_one_wrong_character_in_a_query_code_is_noticed(entropy, place, char):
    code = query_code(entropy)
    changed = code[:place] + char + code[place + 1 :]
    if changed == code:
        assert check_query_code(changed) == code
    else:
        assert code_of(check_query_code, changed) == "query_code_wrong"


@given(st.binary(min_size=8, max_size=8), st.integers(0, 5))
def test_two_swapped_neighbours_in_a_query_code_are_noticed(entropy, place):
    code = query_code(entropy)
    changed = code[:place] + code[place + 1] + code[place] + code[place + 2 :]
    if changed != code:
        assert code_of(check_query_code, changed) == "query_code_wrong"


def test_too_little_randomness_is_our_bug():
    with pytest.raises(ValueError):
        query_code(b"1234567")


def test_a_qr_line_gives_number_and_query_code_back_and_nothing_personal():
    number, code = registration_number("370205", "2", DAY, 7), query_code(b"abcdefgh")
    line = qr_text(number, code)
    assert parse_qr(line + "\r\n") == (parse_registration_number(number), code)
    assert set(line) <= set("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:")  # the compact QR mode


def test_a_misread_or_foreign_qr_line_is_refused():
    line = qr_text(registration_number("370205", "2", DAY, 7), query_code(b"abcdefgh"))
    assert code_of(parse_qr, line.replace("007", "008")) == "qr_unreadable"
    assert code_of(parse_qr, "https://example.invalid/") == "qr_unreadable"
    assert code_of(parse_qr, qr_text("nonsense", query_code(b"abcdefgh"))) == "qr_unreadable"


def test_document_numbers_follow_the_official_shape():
    read = parse_document_number("某信访受字〔2026〕12号")
    assert (read.organ, read.year, read.number, str(read)) == ("某信访受字", 2026, 12, "某信访受字〔2026〕12号")


@pytest.mark.parametrize(
    "text",
    [
        "某信访受字〔2026〕012号",
        "某信访受字[2026]12号",
        "某信访受字（2026）12号",
        "〔2026〕12号",
        "某信访受字〔2026〕第12号",
        "某信访受字〔2026〕0号",
        "某信访受字〔1999〕1号",
        "某信访受字〔2026〕1２号",
        "某信访受字〔2026〕12号 ",
    ],
)
def test_other_shapes_are_refused(text):
    assert code_of(parse_document_number, text) == "document_number_invalid"


def test_a_document_number_is_written_as_the_standard_says():
    assert document_number("青信受字", 2026, 3) == "青信受字〔2026〕3号"
    assert code_of(document_number, "青信受字", 2026, 0) == "document_number_invalid"
