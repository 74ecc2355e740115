"""What is typed, pasted and read from cards, made fit for the record."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

import resources
from domain.refusals import Refusal
from domain.texts import _DOUBTFUL, _unwanted, clean, search_key, to_halfwidth, to_halfwidth_digits


def private_use() -> dict[str, str]:
    rows = resources.table("gb18030_private_use")["characters"]
    assert isinstance(rows, list)
    return {chr(int(row["private"][2:], 16)): row["character"] for row in rows}


def test_nul_and_control_characters_go_and_are_counted():
    cleaned = clean("张\x00三\x1b[0m\x7f")
    assert (cleaned.text, cleaned.removed) == ("张三[0m", (("control", 3),))


def test_direction_marks_and_zero_width_characters_go():
    cleaned = clean("\u202e李\u200b四\u200f\ufeff\u2066")
    assert (cleaned.text, cleaned.removed) == ("李四", (("bidi", 3), ("zero_width", 2)))


def test_no_character_the_record_refuses_slips_past_the_quick_look():
    private = private_use()
    for point in range(0x110000):
        removed = _unwanted(f"a{chr(point)}a", 1) is not None
        assert (_DOUBTFUL.search(chr(point)) is not None) == removed, hex(point)
    for char, standard in private.items():
        assert clean(f"张{char}", private_use=private).text == f"张{standard}"
    for point in range(0x110000):  # and what takes the shortest way is what the long one makes of it
        text = f"{chr(point)}张{chr(point)} {chr(point)}"
        if text.isprintable():
            assert clean(text, private_use=private).text == text.strip()


def test_a_joiner_inside_a_uyghur_word_stays_and_elsewhere_goes():
    assert clean("ئا\u200dب").text == "ئا\u200dب"
    assert clean("王\u200d五").text == "王五"


def test_names_keep_their_own_characters():
    for name in ("𠮷䶮", "𪚥𱁬𮯰䶮", "郎", "Ａ·买买提", "①", "葛\U000e0100"):
        assert clean(name).text == name
        assert clean(name).removed == ()


def test_lone_surrogates_and_noncharacters_go_so_that_the_text_can_be_written():
    cleaned = clean("a\ud800b\ufffec\ufdd0")
    assert cleaned.text == "abc"
    cleaned.text.encode()


def test_line_ends_of_every_kind_become_one_kind():
    assert clean("一\r\n二\r三\u2028四\x0b五", multiline=True).text == "一\n二\n三\n四\n五"
    assert clean("一\r\n二\n").text == "一　二"


def test_a_pasted_table_keeps_its_columns_apart():
    assert clean("姓名\t金额\n张三\t\t500 \t\n", multiline=True).text == "姓名 | 金额\n张三 | 500"
    assert clean("张三\t500").text == "张三　500"


def test_blanks_at_the_ends_go_and_inside_stay():
    assert clean("　 张  三　").text == "张  三"
    assert clean("\n\n  一\n\n二  \n", multiline=True).text == "一\n\n二"


def test_length_is_counted_in_characters_and_a_text_over_the_limit_is_refused_with_its_field():
    assert clean("𪚥𱁬𮯰䶮", limit=4).text == "𪚥𱁬𮯰䶮"
    with pytest.raises(Refusal) as refused:
        clean("𪚥𱁬𮯰䶮𠮷", limit=4, field="people.0.name")
    assert (refused.value.code, refused.value.field) == ("text_too_long", "people.0.name")
    assert refused.value.facts == {"limit": 4, "length": 5, "over": 1}


def test_a_narrative_of_ten_thousand_characters_passes_or_is_refused_by_its_limit_only():
    story = "征地补偿款未到位。" * 1112
    assert len(clean(story, multiline=True).text) == 10008
    with pytest.raises(Refusal):
        clean(story, multiline=True, limit=10000)
    assert clean("\x00" * 50 + "好" * 10, limit=10).text == "好" * 10


def test_old_private_use_characters_become_the_standard_ones_and_the_old_one_is_kept():
    cleaned = clean("刘\ue863", private_use=private_use())
    assert (cleaned.text, cleaned.replaced) == ("刘䶮", (("\ue863", "䶮"),))
    assert private_use()["\ue816"] == "\U00020087"
    assert private_use()["\ue81e"] == "\u9fb4"
    assert clean("刘\ue863").text == "刘\ue863"
    assert len(private_use()) == 91


@given(st.text(max_size=60), st.booleans())
def test_cleaning_twice_changes_nothing_more(text, multiline):
    once = clean(text, multiline=multiline)
    twice = clean(once.text, multiline=multiline)
    assert twice.text == once.text
    assert twice.removed == ()


def test_full_width_digits_become_plain_and_nothing_else_does():
    assert to_halfwidth_digits("１２３Ａ，号") == "123Ａ，号"
    assert to_halfwidth("１２３Ａ－　x") == "123A- x"


def test_search_keys_fold_forms_and_keep_rare_characters():
    assert search_key("ＡＢ，c 1！") == "abc1"
    assert search_key("𮯰·\U00031350_\ue863") == "𮯰\U00031350\ue863"
