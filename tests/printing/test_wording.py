"""The shipped sentences cite law in force and offer no remedy the law does not give."""

import pytest

from desktop.printing.wording import blanks, fill, lint, sentences_of, words
from domain.papers import CONTENT_BY_FORM
from domain.papers.content import WORDING
from resources import path

SHIPPED = [(folder.name, form) for folder in sorted(path("wording").iterdir()) for form in CONTENT_BY_FORM]


@pytest.mark.parametrize(("version", "form"), SHIPPED)
def test_no_shipped_sentence_cites_repealed_law_or_a_remedy_that_is_not_given(version, form):
    texts = sentences_of(words(version, form))
    assert texts
    assert {text: lint(form, text) for text in texts if lint(form, text)} == {}


def test_the_current_wording_is_shipped_for_every_form():
    assert {form for version, form in SHIPPED if version == WORDING} == set(CONTENT_BY_FORM)


@pytest.mark.parametrize(
    ("form", "text", "found"),
    [
        ("F04", "根据《信访条例》第二十一条", ["repealed_regulation"]),
        ("F04", "根据《信访工作条例》第二十三条", []),
        ("F08", "可以申请行政复议或者提起行政诉讼。", ["remedy_not_given"]),
        ("F05", "如不服本告知，可在60日内申请行政复议。", ["remedy_not_given"]),
        ("F05", "可以通过行政复议、行政裁决等行政程序解决的", []),
        ("F01", "是否已经行政复议或者行政诉讼", []),
    ],
)
def test_the_lint_tells_a_bad_sentence_from_a_good_one(form, text, found):
    assert lint(form, text) == found


def test_a_blank_without_a_value_is_a_mistake_not_an_empty_space():
    assert blanks("自{accepted_on}起由{handling_unit}办理") == ["accepted_on", "handling_unit"]
    with pytest.raises(KeyError):
        fill("自{accepted_on}起", {})


def test_a_wording_that_is_not_shipped_is_not_found():
    with pytest.raises(FileNotFoundError):
        words("1999.1", "F04")
