"""The fold: the same acts give the same state, in whatever order and however often they arrive."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.acts import Act
from domain.canonical import Json
from domain.fold import CaseState, fold, state_bytes

CASE = "c1" * 16


def act(
    n: int, sets: dict[str, Json], *over: int, lamport: int | None = None, kind: str = "matter_corrected", **more: Any
) -> Act:
    return Act(
        act_id=f"{n:032x}",
        kind=kind,
        case_kind="matter",
        case_id=more.get("case_id", CASE),
        scope="office/1",
        lamport=n if lamport is None else lamport,
        wall_ms=1_000 * n,
        clock="ok",
        office=more.get("office", "1"),
        station="51" * 16,
        by=f"{n % 3:032x}",
        sets=sets,
        over=tuple(f"{each:032x}" for each in over),
    )


def heads(state: CaseState, name: str) -> list[Json]:
    return [head.value for head in state.fields[name].heads]


@st.composite
def histories(draw: Any) -> list[Act]:
    """Acts of one case by writers who see some of each other, with unknown kinds among them."""
    count = draw(st.integers(1, 12))
    acts: list[Act] = []
    for n in range(1, count + 1):
        seen = draw(st.lists(st.integers(1, n - 1), max_size=3)) if n > 1 else []
        names = draw(st.lists(st.sampled_from(["stage", "route", "summary", "paper.1"]), min_size=1, max_size=3))
        kind = draw(st.sampled_from(["matter_corrected", "conflict_settled", "matter_mediated"]))
        sets: dict[str, Json] = {name: draw(st.sampled_from(["甲", "乙", 1, True, None])) for name in names}
        acts.append(act(n, sets, *seen, lamport=draw(st.integers(1, 5)), kind=kind))
    return acts


@given(histories(), st.randoms(use_true_random=False))
def test_order_and_repetition_of_the_acts_make_no_difference(acts: list[Act], order: Any) -> None:
    shuffled = acts + order.choices(acts, k=len(acts))
    order.shuffle(shuffled)
    assert fold(shuffled) == fold(acts)
    assert state_bytes(fold(shuffled)) == state_bytes(fold(acts))


@given(histories())
def test_every_field_that_was_set_shows_a_value_somebody_wrote(acts: list[Act]) -> None:
    state = fold(acts)
    written: dict[str, list[Json]] = {}
    for each in acts:
        if each.known:
            for name, value in each.sets.items():
                written.setdefault(name, []).append(value)
    assert set(state.fields) == set(written)
    for name, field in state.fields.items():
        assert field.heads
        assert all(any(head.value is value or head.value == value for value in written[name]) for head in field.heads)


@given(histories())
def test_an_act_over_all_heads_ends_every_conflict(acts: list[Act]) -> None:
    state = fold(acts)
    settled = act(99, dict.fromkeys(state.fields, "定") or {"stage": "定"}, lamport=9)
    over = state.over(*state.fields)
    state = fold([*acts, Act(**{**{f: getattr(settled, f) for f in settled.__dataclass_fields__}, "over": over})])
    assert state.conflicts == ()
    assert all(field.value == "定" for field in state.fields.values())


def test_two_writers_who_did_not_see_each_other_leave_two_heads() -> None:
    state = fold([act(1, {"summary": "旧"}), act(2, {"summary": "甲"}, 1), act(3, {"summary": "乙"}, 1)])
    assert heads(state, "summary") == ["甲", "乙"]
    assert state.conflicts == ("summary",)
    assert state.get("summary") == "乙"


def test_equal_values_written_twice_are_one_fact() -> None:
    state = fold([act(1, {"summary": "旧"}), act(2, {"summary": "同"}, 1), act(3, {"summary": "同"}, 1)])
    assert len(heads(state, "summary")) == 2
    assert state.conflicts == ()


def test_true_and_one_are_different_values() -> None:
    assert fold([act(1, {"x": True}), act(2, {"x": 1})]).conflicts == ("x",)


def test_equal_objects_are_one_fact_whatever_their_order() -> None:
    assert fold([act(1, {"x": {"a": 1, "b": 2}}), act(2, {"x": {"b": 2, "a": 1}})]).conflicts == ()


def test_settling_names_every_head_and_one_value_stands() -> None:
    acts = [act(1, {"route": "31-4"}), act(2, {"route": "31-5"})]
    state = fold([*acts, act(3, {"route": "31-5"}, 1, 2, kind="conflict_settled")])
    assert heads(state, "route") == ["31-5"]
    assert state.conflicts == ()
    assert len(state.acts) == 3


def test_a_third_value_that_arrives_after_the_settling_is_a_new_conflict() -> None:
    acts = [act(1, {"route": "31-4"}), act(2, {"route": "31-5"}), act(3, {"route": "31-5"}, 1, 2)]
    assert fold([*acts, act(4, {"route": "31-2"}, 1)]).conflicts == ("route",)


def test_an_act_replaces_only_the_fields_it_sets_itself() -> None:
    state = fold([act(1, {"summary": "甲", "route": "31-6"}), act(2, {"summary": "乙"}, 1)])
    assert (heads(state, "summary"), heads(state, "route")) == (["乙"], ["31-6"])


def test_the_shown_value_is_the_causally_last_and_never_the_latest_clock() -> None:
    early_clock = act(2, {"x": "后"}, lamport=9)
    late_clock = act(50, {"x": "先"}, lamport=3)
    assert fold([early_clock, late_clock]).get("x") == "后"
    assert [each.lamport for each in fold([early_clock, late_clock]).acts] == [3, 9]


def test_the_same_moment_is_ordered_by_id_on_every_machine() -> None:
    acts = [act(2, {"x": "乙"}, lamport=4), act(1, {"x": "甲"}, lamport=4)]
    assert heads(fold(acts), "x") == heads(fold(acts[::-1]), "x") == ["甲", "乙"]


def test_an_unknown_kind_is_kept_and_shown_but_sets_and_replaces_nothing() -> None:
    state = fold([act(1, {"stage": "accepted"}), act(2, {"stage": "mediated"}, 1, kind="matter_mediated")])
    assert state.newer
    assert (state.get("stage"), state.conflicts) == ("accepted", ())
    assert state.acts[-1].sets == {"stage": "mediated"}


def test_acts_that_forge_a_ring_still_leave_a_value_in_sight() -> None:
    state = fold([act(1, {"x": "甲"}, 2), act(2, {"x": "乙"}, 1)])
    assert heads(state, "x") == ["乙"]
    assert heads(fold([act(1, {"x": "甲"}, 1)]), "x") == ["甲"]


def test_members_of_a_collection_added_at_two_places_do_not_conflict() -> None:
    state = fold([act(1, {"paper.a": {"form": "F01"}}), act(2, {"paper.b": {"form": "F02"}, "paper.b.pdf": {"h": 1}})])
    assert sorted(state.items("paper")) == ["a", "b"]
    assert state.conflicts == ()


def test_typed_reading_takes_another_type_for_unset() -> None:
    state = fold([act(1, {"text": 5, "number": "5", "flag": "yes", "yes": True, "n": True})])
    assert (state.text("text"), state.number("number", 3), state.flag("flag")) == ("", 3, False)
    assert (state.flag("yes"), state.number("n", 2), state.get("none", "—")) == (True, 2, "—")


def test_over_names_the_heads_of_the_fields_asked_for() -> None:
    state = fold([act(1, {"a": 1}), act(2, {"a": 2}), act(3, {"b": 1})])
    assert state.over("a") == (f"{1:032x}", f"{2:032x}")
    assert state.over("a", "b", "none") == (f"{1:032x}", f"{2:032x}", f"{3:032x}")
    assert state.lamport == 3


def test_nothing_and_two_cases_cannot_be_folded() -> None:
    with pytest.raises(ValueError, match="nothing"):
        fold([])
    with pytest.raises(ValueError, match="two cases"):
        fold([act(1, {}), act(2, {}, case_id="d1" * 16)])


def test_states_of_different_acts_have_different_bytes() -> None:
    one = [act(1, {"x": "甲"})]
    assert state_bytes(fold(one)) != state_bytes(fold([*one, act(2, {"x": "甲"}, 1)]))
    assert state_bytes(fold(one)) != state_bytes(fold([act(1, {"x": "乙"})]))
