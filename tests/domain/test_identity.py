"""Identity numbers, credit codes, telephones: warned about, never refused."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.identity import (
    age_on,
    check_character,
    check_credit_code,
    check_id,
    credit_check_character,
    mask_id,
    mask_phone,
    normalise_phone,
)

TODAY = date(2026, 11, 23)


def codes(result) -> list[str]:
    return [doubt.code for doubt in result.warnings]


def made(first_17: str) -> str:
    return first_17 + check_character(first_17)


@pytest.mark.parametrize("number", ["11010519491231002X", "440524188001010014"])
def test_the_textbook_numbers_have_the_right_check_digit(number):
    assert "id_check_digit" not in codes(check_id(number, TODAY))


def test_a_number_tells_birth_date_sex_and_region():
    read = check_id("11010519491231002X", TODAY)
    assert (read.kind, read.birth, read.sex, read.region) == ("resident", date(1949, 12, 31), "female", "110105")
    assert read.warnings == ()
    assert check_id("440524188001010014", TODAY).sex == "male"


@pytest.mark.parametrize(
    "typed",
    ["11010519491231002x", " 110105 19491231 002x", "１１０１０５１９４９１２３１００２ｘ", "110105-19491231-002Ｘ"],
)
def test_full_width_figures_blanks_and_a_small_x_are_put_right(typed):
    assert check_id(typed, TODAY).number == "11010519491231002X"


def test_every_wrong_check_character_is_doubted():
    for last in "0123456789":
        assert codes(check_id(f"11010519491231002{last}", TODAY)) == ["id_check_digit"]


def test_31_february_is_impossible_and_gives_no_birth_date():
    read = check_id(made("37020519900231001"), TODAY)
    assert codes(read) == ["id_birth_impossible"]
    assert read.birth is None
    assert check_id(made("37020519880229001"), TODAY).birth == date(1988, 2, 29)
    assert codes(check_id(made("37020519890229001"), TODAY)) == ["id_birth_impossible"]


def test_a_birth_after_today_and_one_very_long_ago_are_doubted():
    assert codes(check_id(made("37020520261124001"), TODAY)) == ["id_birth_future"]
    assert codes(check_id(made("37020520261123001"), TODAY)) == []
    assert codes(check_id("440524188001010014", TODAY)) == ["id_birth_long_ago"]


def test_a_legacy_15_digit_number_is_read_and_marked():
    read = check_id("370205491231001", TODAY)
    assert (read.kind, read.birth, read.sex) == ("resident_15", date(1949, 12, 31), "male")
    assert codes(read) == ["id_legacy_15"]


@pytest.mark.parametrize("number", ["810000199001010019", "830000199001010012"])
def test_residence_permits_for_hong_kong_macao_and_taiwan_residents_are_understood(number):
    read = check_id(number, TODAY)
    assert (read.kind, read.birth, codes(read)) == ("residence_permit", date(1990, 1, 1), [])


def test_a_foreigners_permanent_residence_card_is_understood():
    read = check_id(made("93784019800315002"), TODAY)
    assert (read.kind, read.birth, read.region, codes(read)) == ("foreign_permanent", date(1980, 3, 15), "", [])


@pytest.mark.parametrize(
    ("typed", "doubt"),
    [
        ("1101051949123100", "id_length"),
        ("11010519491231002XX", "id_not_resident"),
        ("1101051949123100212", "id_length"),
        ("11010519491231OO2X", "id_characters"),
        ("E12345678", "id_not_resident"),
        ("〇一", "id_not_resident"),
        ("٣٧٠٢٠٥١٩٩٠٠١٠١٠٠١٩", "id_characters"),
    ],
)
def test_what_is_no_resident_number_is_kept_and_doubted(typed, doubt):
    read = check_id(typed, TODAY)
    assert codes(read) == [doubt]
    assert read.number


def test_a_region_that_does_not_exist_is_doubted():
    assert codes(check_id(made("99000019900101001"), TODAY)) == []  # 9…: a foreigner's card
    assert codes(check_id(made("38020519900101001"), TODAY)) == ["id_region"]


def test_nothing_typed_is_no_doubt():
    assert check_id("  ", TODAY).kind == "none"
    assert check_id("", TODAY).warnings == ()


@given(st.text(max_size=30))
def test_whatever_is_typed_never_raises(text):
    check_id(text, TODAY)
    check_credit_code(text)
    normalise_phone(text)
    mask_id(text)
    mask_phone(text)


@given(st.text("0123456789", min_size=17, max_size=17), st.integers(0, 16), st.sampled_from("0123456789"))
def test_one_wrong_digit_is_always_noticed(first, place, digit):
    number = made(first)
    changed = number[:place] + digit + number[place + 1 :]
    assert ("id_check_digit" in codes(check_id(changed, TODAY))) == (changed != number)


def test_numbers_are_masked_for_paper_and_screen():
    assert mask_id("11010519491231002X") == "1101********002X"
    assert "19491231" not in mask_id("11010519491231002X")
    assert mask_id("370205491231001") == "3702********1001"
    assert mask_id("E12345678") == "E1*****78"
    assert mask_id("12345") == "*****"
    assert mask_phone("13805321234") == "138****1234"
    assert mask_phone("053288881234") == "0532****1234"
    assert mask_phone("88881") == "***81"


def test_credit_codes_are_checked_by_their_last_character():
    assert check_credit_code("91350100M000100Y43").warnings == ()
    assert check_credit_code("91350100m000100y43").code == "91350100M000100Y43"
    assert codes(check_credit_code("91110000100000000A")) == ["credit_code_check"]
    assert credit_check_character("91110000100000000") == "R"
    assert codes(check_credit_code("9135010OM000100Y43")) == ["credit_code_characters"]
    assert codes(check_credit_code("9135")) == ["credit_code_length"]


@pytest.mark.parametrize(
    ("typed", "number", "kind"),
    [
        ("１３８０５３２１２３４", "13805321234", "mobile"),
        ("+86 138-0532-1234", "13805321234", "mobile"),
        ("0086 13805321234", "13805321234", "mobile"),
        ("8613805321234", "13805321234", "mobile"),
        ("013805321234", "13805321234", "mobile"),
        ("（0532）8888 1234", "053288881234", "landline"),
        ("0532－88881234转801", "053288881234转801", "landline"),
        ("010-12345678", "01012345678", "landline"),
        ("88881234", "88881234", "landline"),
    ],
)
def test_telephones_are_put_right(typed, number, kind):
    read = normalise_phone(typed)
    assert (read.number, read.kind, read.warnings) == (number, kind, ())


@pytest.mark.parametrize(
    ("typed", "doubt"),
    [("12805321234", "phone_implausible"), ("1380532123", "phone_implausible"), ("没有", "phone_characters")],
)
def test_an_unusual_telephone_is_kept_and_doubted(typed, doubt):
    read = normalise_phone(typed)
    assert codes(read) == [doubt]
    assert read.number


def test_age_changes_on_the_birthday():
    assert age_on(date(1990, 11, 23), TODAY) == 36
    assert age_on(date(1990, 11, 24), TODAY) == 35
