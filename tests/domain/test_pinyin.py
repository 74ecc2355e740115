"""Initials of names, read with the library the desktop uses."""

from __future__ import annotations

import pytest
from pypinyin import Style, pinyin

import resources
from domain.pinyin import MOST_VARIANTS, initials, parse_surnames

SURNAMES = parse_surnames(resources.table("surnames"))


def reading(char: str) -> tuple[str, ...]:
    return (
        tuple(pinyin(char, style=Style.NORMAL, heteronym=True, errors="ignore")[0])
        if pinyin(char, style=Style.NORMAL, errors="ignore")
        else ()
    )


@pytest.mark.parametrize(
    ("name", "first"),
    [
        ("张三", "zs"),
        ("曾国强", "zgq"),
        ("单小红", "sxh"),
        ("仇英", "qy"),
        ("区志明", "ozm"),
        ("查良", "zl"),
        ("解晓东", "xxd"),
        ("覃海", "qh"),
        ("尉迟敬德", "ycjd"),
        ("万俟雪", "mqx"),
        ("长孙无忌", "zswj"),
        ("澹台明", "ttm"),
        ("欧阳锋", "oyf"),
        ("𠮷䶮", "jy"),
        ("买买提·艾力", "mmtal"),
        ("吕布", "lb"),
        ("李A", "la"),
    ],
)
def test_the_likeliest_initials_read_the_surname_as_a_surname(name, first):
    assert initials(name, SURNAMES, reading)[0] == first


def test_both_readings_of_a_surname_are_found():
    assert {"qh", "th"} <= set(initials("覃海", SURNAMES, reading))
    assert {"yy", "ly"} <= set(initials("乐颜", SURNAMES, reading))
    assert {"sx", "dx"} <= set(initials("单霞", SURNAMES, reading))


def test_two_characters_that_look_compound_are_surname_and_given_name():
    assert initials("上官", SURNAMES, reading)[0] == "sg"
    assert initials("单于", SURNAMES, reading)[0] == "sy"


def test_an_organisation_has_no_surname():
    assert initials("查验公司", SURNAMES, reading, surname=False)[0][0] in "cz"
    assert "qgs" not in initials("仇公司", SURNAMES, reading, surname=False)[:1]


def test_variants_are_bounded_and_distinct():
    found = initials("解重长行乐单", SURNAMES, reading)
    assert len(found) <= MOST_VARIANTS
    assert len(set(found)) == len(found)


def test_a_name_nobody_can_read_has_no_initials():
    assert initials("\U0002ebf0", SURNAMES, lambda _: ()) == ()
    assert initials("", SURNAMES, reading) == ()
    assert initials("··", SURNAMES, reading) == ()


def test_a_broken_surname_table_is_our_bug():
    with pytest.raises(ValueError):
        parse_surnames({"compound": {}})
