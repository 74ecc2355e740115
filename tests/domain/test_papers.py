"""Paper content goes into an act and comes back exactly, and says dates and numbers the official way."""

import json

import pytest

from domain.identity import mask_id
from domain.papers import (
    CONTENT_BY_FORM,
    COPIES,
    SIZES,
    TITLES,
    AcceptanceNotice,
    ContentMalformed,
    Mark,
    RegisteredMatter,
    RegisteredPerson,
    RegistrationForm,
    as_json,
    chinese_date,
    chinese_minute,
    from_json,
    mask_identities_in,
    qr_text,
    read_qr,
)

FORM = RegistrationForm(
    organ="云溪县信访局",
    number="YX01-20261123-0007",
    visited_at="2026-11-23 09:00",
    registered_at="2026-11-23 09:12",
    station="云溪县人民来访接待中心",
    people=(RegisteredPerson(name="𠮷䶮", role="主访人", id_number="11010519491231002X"),),
    matters=(RegisteredMatter(summary="征地补偿", request="补发", facts="", reasons="", court_took_it=False),),
)
NOTICE = AcceptanceNotice(
    organ="云溪县住房和城乡建设局",
    document_number="云住建信受字〔2026〕12号",
    number="YX01-20261123-0007",
    addressee="𠮷䶮",
    received_on="2026-11-23",
    channel="来访",
    summary="房屋漏水",
    accepted_on="2026-11-23",
    due="2027-01-22",
    handling_unit="房管股",
    issued_on="2026-11-23",
)


@pytest.mark.parametrize("content", [FORM, NOTICE])
def test_content_survives_the_journey_through_json_exactly(content):
    text = json.dumps(as_json(content), ensure_ascii=False, sort_keys=True)
    assert from_json(json.loads(text)) == content
    assert json.dumps(as_json(from_json(json.loads(text))), ensure_ascii=False, sort_keys=True) == text


@pytest.mark.parametrize(
    ("change", "path"),
    [
        ({"form": "F99"}, "form"),
        ({"unheard": 1}, "unheard"),
        ({"people_present": True}, "people_present"),
        ({"people_present": 1.0}, "people_present"),
        ({"organ": None}, "organ"),
        ({"people": {}}, "people"),
        ({"people": [{"name": "张三"}]}, "people.0.role"),
        ({"matters": ["x"]}, "matters.0"),
    ],
)
def test_malformed_content_is_refused_with_the_place_named(change, path):
    with pytest.raises(ContentMalformed) as caught:
        from_json({**as_json(FORM), **change})
    assert caught.value.path == path


def test_a_missing_field_is_refused():
    data = as_json(NOTICE)
    del data["due"]
    with pytest.raises(ContentMalformed, match="due: missing"):
        from_json(data)


def test_every_form_has_a_title_a_sheet_and_a_number_of_copies():
    assert set(CONTENT_BY_FORM) == set(TITLES) == set(SIZES) == set(COPIES)
    assert all(kind.form == code for code, kind in CONTENT_BY_FORM.items())


def test_dates_are_written_without_leading_zeros():
    assert chinese_date("2026-09-05") == "2026年9月5日"
    assert chinese_minute("2026-09-05 08:03") == "2026年9月5日8时03分"
    assert chinese_date("") == ""
    with pytest.raises(ValueError, match="not an ISO date"):
        chinese_date("2026/9/5")


def test_an_identity_number_keeps_four_characters_at_each_end():
    assert mask_id("11010519491231002X") == "1101********002X"
    assert mask_id("123456") == "******"
    assert mask_id("E12345678") == "E1*****78"


def test_identity_numbers_inside_free_text_are_masked_and_other_numbers_are_not():
    text = "本人（11010519491231002X）自述，电话13800138000，登记编号YX01-20261123-0007，旧证110105491231002。"
    masked = mask_identities_in(text)
    assert "11010519491231002X" not in masked
    assert "110105491231002" not in masked
    assert "13800138000" in masked
    assert "YX01-20261123-0007" in masked


def test_a_misread_qr_line_is_not_taken_for_a_case():
    line = qr_text("YX01-20261123-0007", "K7M2P9")
    assert read_qr(line + "\n") == ("YX01-20261123-0007", "K7M2P9")
    assert read_qr(line.replace("0007", "0008")) is None
    assert read_qr("13800138000") is None


def test_only_a_reprint_is_counted():
    assert Mark.reprint(2, "2026-11-24 10:00", "李某").n == 2
    with pytest.raises(ValueError, match="counted"):
        Mark("reprint")
    with pytest.raises(ValueError, match="counted"):
        Mark("original", 1)
