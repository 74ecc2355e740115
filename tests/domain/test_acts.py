"""The envelope of an act: read strictly, frozen from the first day, and kept whatever a later release puts inside."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.acts import ACT_KINDS, Act, act_from_json, decode_act, encode_act
from domain.canonical import Json, canonical_bytes, parse_canonical

ACT = Act(
    act_id="a1" * 16,
    kind="matter_accepted",
    case_kind="matter",
    case_id="c1" * 16,
    scope="office/370205",
    lamport=7,
    wall_ms=1_795_396_320_000,
    clock="ok",
    office="370205",
    station="51" * 16,
    by="b1" * 16,
    sets={"stage": "accepted", "accepted_on": "2026-11-23"},
    over=("d1" * 16,),
    why="属本机关职权",
)
words = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)


def body(**changes: Json) -> dict[str, Json]:
    made = parse_canonical(encode_act(ACT))
    assert isinstance(made, dict)
    return {**made, **changes}


def test_an_act_comes_back_from_its_bytes() -> None:
    assert decode_act(encode_act(ACT)) == ACT
    assert ACT.known


@given(
    kind=words,
    case_id=words,
    why=words,
    lamport=st.integers(0, 2**53),
    wall_ms=st.integers(-(2**40), 2**44),
    sets=st.dictionaries(words, words | st.integers() | st.booleans() | st.none(), max_size=5),
)
def test_any_act_comes_back_from_its_bytes(**values: Any) -> None:
    act = replace(ACT, **values)
    assert decode_act(encode_act(act)) == act
    assert encode_act(decode_act(encode_act(act))) == encode_act(act)


def test_silence_takes_no_room_in_the_envelope() -> None:
    plain = replace(ACT, over=(), why="")
    assert {"o", "w"} & set(parse_canonical(encode_act(plain))) == set()  # type: ignore[arg-type]
    assert decode_act(encode_act(plain)) == plain


def test_the_envelope_is_frozen_byte_by_byte() -> None:
    act = replace(ACT, sets={"a": 1}, over=(), why="")
    assert encode_act(act) == (
        b'{"c":"' + b"c1" * 16 + b'","ck":"matter","e":1,"f":{"a":1},"i":"' + b"a1" * 16 + b'","k":"matter_accepted",'
        b'"l":7,"of":"370205","q":"ok","s":"office/370205","st":"' + b"51" * 16 + b'","t":1795396320000,"u":"'
        + b"b1" * 16 + b'"}'
    )  # fmt: skip


def test_a_kind_of_a_later_release_is_read_and_marked_unknown() -> None:
    act = decode_act(canonical_bytes(body(k="matter_mediated", f={"mediated_on": "2027-01-01"})))
    assert not act.known
    assert act.sets == {"mediated_on": "2027-01-01"}


def test_a_later_envelope_is_read_by_its_header_and_never_taken_for_a_known_kind() -> None:
    act = act_from_json(body(e=2, z="new", f=body()))
    assert (act.kind, act.known, act.case_id, act.lamport) == ("matter_accepted@2", False, ACT.case_id, 7)


@pytest.mark.parametrize(
    "changes",
    [
        {"e": 0},
        {"e": None},
        {"e": True},
        {"e": "1"},
        {"i": "short"},
        {"i": 5},
        {"k": None},
        {"l": "7"},
        {"l": True},
        {"t": None},
        {"f": []},
        {"f": "x"},
        {"o": "d1"},
        {"o": [1]},
        {"w": 1},
        {"c": None},
        {"u": {}},
    ],
)
def test_an_envelope_that_is_none_is_refused(changes: dict[str, Json]) -> None:
    with pytest.raises(ValueError):
        act_from_json(body(**changes))


@pytest.mark.parametrize("value", [[], "x", None, 3])
def test_what_is_no_object_is_no_act(value: Json) -> None:
    with pytest.raises(ValueError, match="not an object"):
        act_from_json(value)


def test_bytes_that_are_not_canonical_are_no_act() -> None:
    with pytest.raises(ValueError, match="canonical"):
        decode_act(encode_act(ACT).replace(b'"l":7', b'"l": 7'))


def test_kinds_are_past_tense_words_with_a_chinese_name() -> None:
    for name, kind in ACT_KINDS.items():
        assert name == kind.name
        assert name.rsplit("_", 1)[1].endswith(("ed", "t", "d", "drawn")), name
        assert any("\u4e00" <= char <= "\u9fff" for char in kind.title)
    binding = {name for name, kind in ACT_KINDS.items() if kind.binding}
    assert {"matter_accepted", "matter_guided", "matter_referred", "notice_delivered"} <= binding
    assert "matter_corrected" not in binding
