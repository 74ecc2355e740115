"""Canonical JSON: one byte form for a fact on every machine, and nothing that has two."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.canonical import Json, canonical_bytes, parse_canonical

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
values: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | texts,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4),
    max_leaves=20,
)


@given(values)
def test_a_fact_comes_back_from_its_bytes(value: Json) -> None:
    assert parse_canonical(canonical_bytes(value)) == value


@given(st.dictionaries(texts, values, max_size=6), st.randoms(use_true_random=False))
def test_the_order_in_which_fields_were_written_makes_no_difference(value: dict[str, Json], order: Any) -> None:
    names = list(value)
    order.shuffle(names)
    assert canonical_bytes({name: value[name] for name in names}) == canonical_bytes(value)


def test_the_form_is_known_byte_by_byte() -> None:
    value: Json = {"乙": [1, True, None], "a": '𠮷\n\x00"', "B": {}}
    assert canonical_bytes(value) == '{"B":{},"a":"𠮷\\n\\u0000\\"","乙":[1,true,null]}'.encode()


def test_tuples_and_lists_are_one_form() -> None:
    assert canonical_bytes(("a", ("b",))) == canonical_bytes(["a", ["b"]])


@pytest.mark.parametrize(
    "value", [1.5, float("nan"), {"a": 0.0}, [b"x"], {1: "a"}, {"a": {2: "b"}}, "\ud800", {"\udfff": 1}, {1, 2}]
)
def test_a_value_with_no_single_form_is_refused(value: Any) -> None:
    with pytest.raises(ValueError):
        canonical_bytes(value)


@pytest.mark.parametrize(
    "data",
    [
        b'{"b":1,"a":2}',
        b'{"a": 1}',
        b'{"a":1,"a":1}',
        b'{"a":1.0}',
        b'"\\u00e9"',
        b'{"a":1}\n',
        b"[1,]",
        b"\xff",
        b"",
        b"NaN",
        b"01",
        b'"\\ud800"',
    ],
)
def test_bytes_in_another_form_are_not_read(data: bytes) -> None:
    with pytest.raises(ValueError):
        parse_canonical(data)


def nest(levels: int) -> Json:
    value: Json = 1
    for _ in range(levels):
        value = [value]
    return value


def test_a_nest_too_deep_to_read_everywhere_is_refused_everywhere() -> None:
    assert parse_canonical(canonical_bytes(nest(64))) == nest(64)
    for levels in (65, 200_000):
        with pytest.raises(ValueError):
            canonical_bytes(nest(levels))
        with pytest.raises(ValueError):
            parse_canonical(b"[" * levels + b"1" + b"]" * levels)
