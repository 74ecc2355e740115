"""An office's own wording says all the shipped one says, cites law in force, offers no remedy the law withholds."""

from __future__ import annotations

import copy
import json
from datetime import date
from typing import Any, cast

import pytest

from domain.acts import ActDraft
from domain.commands import ImportWording
from domain.decisions import tables
from domain.fold import CaseState, fold
from domain.wording import Finding, Wording, WordingBook, findings, parse_wording, well_built
from domain.wordingtext import Titles, as_text, from_text
from tests.domain.states import as_acts, refusal

SHIPPED: dict[str, Any] = {
    "F04": {
        "paragraphs": [
            {"text": "你于{received_on}提出的事项收悉。{summary}", "unless": "forwarded_by"},
            {"text": "由{forwarded_by}转送的事项于{received_on}收悉。{summary}", "when": "forwarded_by"},
            {"text": "根据《信访工作条例》第二十三条、第三十一条第（六）项的规定，决定自{accepted_on}起予以受理。"},
            {"text": "联系人：{contact_line}", "when": "contact_line"},
        ],
        "foot": "一式二份。",
        "routes": {"29": "根据第二十九条办理。"},
    }
}
TITLES = Titles(
    {"received_on": "收到日期", "forwarded_by": "转送机关", "summary": "主要内容", "contact_line": "联系人"},
    {"paragraphs": "正文", "foot": "页脚说明", "routes": "途径"},
)


def words(**changes: Any) -> dict[str, Any]:
    return {**copy.deepcopy(SHIPPED["F04"]), **changes}


def with_sentence(n: int, text: str, **rest: str) -> dict[str, Any]:
    found = words()
    found["paragraphs"][n] = {"text": text, **rest}
    return found


def codes(given: object) -> set[str]:
    return {each.code for each in findings("F04", given, SHIPPED["F04"])}


def table(**changes: Any) -> dict[str, Any]:
    body = {
        "form": "F04",
        "name": "滨海县受理告知书",
        "region": "370200",
        "version": 1,
        "from": "2026-12-01",
        "words": words(),
    }
    return {**body, **changes}


def test_the_shipped_wording_measured_by_itself_has_nothing_wrong():
    assert findings("F04", words(), SHIPPED["F04"]) == []


def test_a_sentence_may_be_put_in_other_words_and_in_another_order():
    said = words()
    said["paragraphs"][2]["text"] = "依照《信访工作条例》第三十一条第（六）项和第二十三条，现自{accepted_on}起受理。"
    said["paragraphs"].reverse()
    assert findings("F04", said, SHIPPED["F04"]) == []


@pytest.mark.parametrize(
    ("text", "allowed"),
    [
        ("根据《信访条例》第二十一条", False),
        ("《信访条例》规定", False),
        ("原《信访条例》自2022年5月1日起废止。", True),
        ("《信访条例》（2022年5月1日废止）曾规定受理凭证。", True),
        ("根据原《信访条例》第二十一条", False),
        ("依照《信访条例》（已废止）办理", False),
        ("根据《信访工作条例》第二十三条", True),
    ],
)
def test_the_repealed_regulation_may_be_told_as_history_and_never_as_a_basis(text: str, allowed: bool):
    assert ("repealed_regulation" not in codes(words(foot=text))) is allowed


@pytest.mark.parametrize(
    "text",
    ["不服本告知的，可以依法提起行政诉讼。", "可以申请行政复议或者提起行政诉讼。", "不服的，60日内申请行政复议。"],
)
def test_a_notice_that_offers_a_suit_against_itself_is_refused(text: str):
    assert codes(words(foot=text)) == {"remedy_not_given"}


def test_a_blank_nobody_fills_is_refused_by_its_name():
    (found,) = findings("F04", with_sentence(3, "联系人：{contact_line}，{手机}", when="contact_line"), SHIPPED["F04"])
    assert found == Finding("wording_blank_unknown", "paragraphs", {"blank": "手机"})


def test_a_blank_that_is_missing_in_one_circumstance_only_is_missing():
    said = with_sentence(1, "由{forwarded_by}转送的事项收悉。{summary}", when="forwarded_by")
    (found,) = findings("F04", said, SHIPPED["F04"])
    assert found == Finding("wording_blank_missing", "paragraphs", {"blank": "received_on"})
    assert codes(with_sentence(2, "第二十三条、第三十一条第（六）项")) == {"wording_blank_missing"}


def test_a_sentence_whose_blank_may_be_empty_keeps_its_condition():
    assert codes(with_sentence(3, "联系人：{contact_line}")) == {"wording_blank_loose"}


def test_an_article_the_form_rests_on_may_not_be_left_out():
    said = with_sentence(2, "根据《信访工作条例》第三十一条第（六）项的规定，决定自{accepted_on}起予以受理。")
    (found,) = findings("F04", said, SHIPPED["F04"])
    assert found == Finding("wording_article_missing", "paragraphs", {"article": "第二十三条"})


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ([], "wording_shape"),
        ({**words(), "more": "x"}, "wording_part_unknown"),
        ({"paragraphs": words()["paragraphs"], "foot": "一"}, "wording_part_missing"),
        (words(foot=["x"]), "wording_shape"),
        (words(paragraphs=[]), "wording_shape"),
        (words(paragraphs=[{"text": "x", "if": "y"}]), "wording_shape"),
        (words(routes={"29": 1}), "wording_shape"),
        (words(routes={}), "wording_part_missing"),
        (words(routes={"29": "第二十九条", "30": "x"}), "wording_part_unknown"),
        (with_sentence(3, "联系人：{contact_line}", when="weather"), "wording_condition_unknown"),
        (words(foot=" "), "wording_empty"),
        (words(foot="一" * 1_001), "wording_too_long"),
        (words(foot="一式{二份"), "wording_brace"),
        (words(foot="一式\x07二份"), "wording_control"),
    ],
)
def test_a_wording_built_otherwise_is_refused(given: object, code: str):
    assert codes(given) == {code}


@pytest.mark.parametrize(
    "change",
    [
        {"form": "G04"},
        {"form": "F99"},
        {"name": " "},
        {"region": "37 02"},
        {"region": 370200},
        {"version": 0},
        {"version": True},
        {"from": "2026-13-01"},
        {"from": "20261201"},
        {"words": []},
        {"note": 3},
        {"more": 1},
    ],
    ids=str,
)
def test_a_table_that_is_no_wording_is_refused_whole(change: dict[str, Any]):
    assert refusal(lambda: parse_wording(table(**change), SHIPPED)).code == "wording_invalid"


# wording that carries layout -----------------------------------------------------------------------------------------

LAID_OUT: dict[str, Any] = {
    "title": "关于{about}的报告",
    "signer_above": True,
    "paragraphs": [
        {"text": "一、情况", "head": True},
        {"each": "answers", "parts": [{"text": "{n}、请求：{request。}", "head": True}]},
        {"text": "{facts。}", "when": "facts"},
    ],
    "rows": [{"cells": ["申请人", "{petitioner}", ""], "lines": 2}, {"text": "签名：　　年\n第二行", "keep": True}],
}


def laid_out() -> dict[str, Any]:
    return copy.deepcopy(LAID_OUT)


def test_wording_with_layout_is_edited_by_its_texts_alone_and_read_back_the_same():
    text = as_text(LAID_OUT, TITLES)
    assert from_text(text, LAID_OUT, TITLES) == LAID_OUT
    assert "⏎第二行" in text
    said = from_text(text.replace("一、情况", "（一）基本情况"), LAID_OUT, TITLES)
    assert findings("F24", said, LAID_OUT) == []
    assert said["paragraphs"] == [{"text": "（一）基本情况", "head": True}, *LAID_OUT["paragraphs"][1:]]
    told = refusal(lambda: from_text(text.replace("申请人\n", ""), LAID_OUT, TITLES))
    assert (told.code, told.facts["reason"]) == ("wording_text", "lines_count")


def test_layout_a_local_wording_brings_along_is_refused_and_what_a_form_lists_stays_listed():
    changes: list[tuple[str, Any]] = [
        ("signer_above", False),
        ("rows", LAID_OUT["rows"][:1]),
        ("rows", [{"cells": ["申请人", "{petitioner}", ""], "lines": 9}, LAID_OUT["rows"][1]]),
        ("paragraphs", [LAID_OUT["paragraphs"][0], {**LAID_OUT["paragraphs"][1], "each": "people"}, {"text": "x"}]),
        ("paragraphs", [*LAID_OUT["paragraphs"][:2], {"text": "{facts。}", "when": "n"}]),
    ]
    for part, value in changes:
        assert {f.code for f in findings("F24", {**laid_out(), part: value}, LAID_OUT)} == {"wording_shape"}, value


def test_in_a_text_with_layout_no_blank_may_go_or_come_and_an_empty_cell_stays_empty():
    gone, filled, other = laid_out(), laid_out(), laid_out()
    gone["paragraphs"][1]["parts"][0]["text"] = "请求：{request。}"
    other["rows"][0]["cells"][1] = "{petitioner}{facts}"
    filled["rows"][0]["cells"][2] = "手工填写"
    assert [f.code for f in findings("F24", gone, LAID_OUT)] == ["wording_blank_missing"]
    assert [f.code for f in findings("F24", other, LAID_OUT)] == ["wording_blank_unknown"]
    assert [f.code for f in findings("F24", filled, LAID_OUT)] == ["wording_empty"]
    assert well_built(laid_out(), LAID_OUT)


def test_a_blank_that_ends_a_sentence_is_the_same_blank():
    said = with_sentence(3, "联系人：{contact_line。}", when="contact_line")
    assert findings("F04", said, SHIPPED["F04"]) == []
    text = as_text(said, TITLES)
    assert "{联系人。}" in text
    assert from_text(text, SHIPPED["F04"], TITLES) == said


# which counts -------------------------------------------------------------------------------------------------------


def wording(region: str, version: int, since: str, said: object = None) -> Wording:
    return Wording("F04", "用语", region, version, date.fromisoformat(since), cast("Any", said or words()))


def test_the_most_local_wording_that_has_begun_counts_and_of_its_versions_the_highest():
    book = WordingBook(SHIPPED).with_local(
        [
            wording("3702", 1, "2026-01-01"),
            wording("370206", 1, "2026-02-01"),
            wording("370206", 2, "2026-03-01"),
            wording("370206", 3, "2027-01-01"),
            wording("3703", 9, "2026-01-01"),
        ]
    )
    marks = {
        day: found.mark if (found := book.at("F04", "370206", date.fromisoformat(day))) else None
        for day in ("2025-12-31", "2026-01-15", "2026-02-15", "2026-03-01", "2027-01-01")
    }
    assert list(marks.values()) == [None, "3702@1", "370206@1", "370206@2", "370206@3"]
    assert book.at("F08", "370206", date(2026, 3, 1)) is None


def test_a_wording_that_lacks_what_a_newer_program_must_say_is_passed_over_not_printed_with_a_hole():
    poor = with_sentence(2, "第二十三条、第三十一条第（六）项")
    book = WordingBook(SHIPPED, [wording("3702", 1, "2026-01-01"), wording("3702", 2, "2026-01-02", poor)])
    found = book.at("F04", "370206", date(2026, 5, 1))
    assert found is not None
    assert found.version == 1


def test_a_paper_may_be_drawn_in_words_that_are_no_longer_allowed_but_not_in_broken_ones():
    assert well_built(words(foot="根据《信访条例》"), SHIPPED["F04"])
    for broken in (None, words(foot=1), words(foot="{weather}"), words(paragraphs=[{"text": "x", "when": "weather"}])):
        assert not well_built(broken, SHIPPED["F04"])


# the act -------------------------------------------------------------------------------------------------------------


def imported(body: object, state: CaseState | None = None, office: str | None = "370206") -> ActDraft:
    return tables.import_wording(ImportWording(json.dumps(body)), state, SHIPPED, office)


def test_a_wording_is_an_act_of_its_own_case_and_a_correction_is_a_higher_version():
    draft = imported(table())
    assert (draft.kind, draft.case_id, list(draft.sets)) == ("wording_imported", "wording/F04/3702", ["table.1"])
    state = fold(as_acts([draft]))
    assert refusal(lambda: imported(table(), state)).code == "table_known"
    assert refusal(lambda: imported(table(version=1, name="另一个"), state)).code == "table_known"
    later = fold(as_acts([draft, imported(table(version=3), state)]))
    assert refusal(lambda: imported(table(version=2), later)).code == "table_older"
    assert [each.version for each, _ in tables.wordings_of(later)] == [1, 3]


def test_another_regions_wording_is_refused_at_a_desk_and_taken_at_the_county():
    elsewhere = table(region="370300")
    assert refusal(lambda: imported(elsewhere)).code == "wording_elsewhere"
    assert imported(elsewhere, office=None).case_id == "wording/F04/3703"


def test_what_an_act_from_elsewhere_calls_a_wording_is_left_out_when_it_is_none():
    good = imported(table())
    bad = {"table.2": table(version=3), "table.4": {"form": "F04"}, "table.5": table(form="F05", version=5)}
    state = fold(as_acts([good, ActDraft("wording_imported", "wording", good.case_id, bad)]))
    assert [each.version for each, _ in tables.wordings_of(state)] == [1]


# the text a person edits ---------------------------------------------------------------------------------------------


def test_the_text_for_the_editor_is_read_back_to_the_very_same_wording():
    text = as_text(words(), TITLES)
    assert "［无 转送机关］你于{收到日期}提出的事项收悉。{主要内容}" in text
    assert "＃ 途径 29" in text
    assert from_text(text, SHIPPED["F04"], TITLES) == words()


def test_marks_typed_in_half_width_and_with_spaces_are_read_as_well():
    text = as_text(words(), TITLES).replace("＃ ", "#").replace("［无 转送机关］", " [无转送机关] ")
    assert from_text(text.replace("{收到日期}", "{ 收到日期 }"), SHIPPED["F04"], TITLES) == words()


def test_an_unknown_blank_keeps_the_name_it_was_typed_by():
    text = as_text(words(), TITLES).replace("一式二份。", "{份数}份。")
    assert from_text(text, SHIPPED["F04"], TITLES)["foot"] == "{份数}份。"


@pytest.mark.parametrize(
    ("text", "line", "reason"),
    [
        ("你好", 1, "no_part"),
        ("＃ 正文\n一\n＃ 标题\n", 3, "part_unknown"),
        ("＃ 正文\n一\n\n＃ 正文\n二", 4, "part_twice"),
        ("＃ 正文\n一\n＃ 页脚说明\n一\n二", 3, "one_sentence"),
    ],
)
def test_a_text_that_is_not_in_parts_is_refused_by_its_line(text: str, line: int, reason: str):
    told = refusal(lambda: from_text(text, SHIPPED["F04"], TITLES))
    assert (told.code, told.facts["line"], told.facts["reason"]) == ("wording_text", line, reason)
