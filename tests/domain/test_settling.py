"""Settling: the base and both values are told, fields go one by one, and nothing that was written is lost."""

from __future__ import annotations

from functools import partial
from typing import Any

import pytest

from domain.canonical import Json
from domain.commands import CorrectMatter, SettleConflict, SettleConflicts, Settlement
from domain.conflicts import difference, differences
from domain.decisions import corrections, settling
from domain.fold import CaseState, fold
from tests.domain.states import desk, grow, refusal
from tests.domain.test_fold import CASE, act

START: dict[str, Json] = {"place": "柳林村", "route": "31-6", "stage": "registered", "request": "请求检修"}


def torn(**values: tuple[Json, Json]) -> CaseState:
    """A matter whose fields two desks wrote over the same first act: act 2 and act 3."""
    first = act(1, START, kind="matter_registered")
    one = act(2, {name: pair[0] for name, pair in values.items()}, 1, lamport=2)
    two = act(3, {name: pair[1] for name, pair in values.items()}, 1, lamport=2)
    return fold([first, one, two])


def name(n: int) -> str:
    return f"{n:032x}"


def settled(state: CaseState, *each: Settlement, why: str = "电话核实") -> CaseState:
    return grow(state, [settling.settle_case(SettleConflicts(CASE, each, why), state, desk())])


def test_the_base_is_the_value_both_sides_replaced():
    (found,) = differences(torn(place=("东", "西")))
    assert found.base is not None
    assert (found.base.value, found.base.act.act_id) == ("柳林村", name(1))
    assert [head.value for head in found.heads] == ["东", "西"]
    assert not found.base_missing


def test_the_base_lies_behind_a_chain_of_corrections_on_one_side():
    state = fold(
        [
            act(1, START),
            act(2, {"place": "东"}, 1, lamport=2),
            act(4, {"place": "东一"}, 2, lamport=3),
            act(3, {"place": "西"}, 1, lamport=2),
        ]
    )
    found = difference(state, "place")
    assert found.base is not None
    assert found.base.value == "柳林村"
    assert [head.value for head in found.heads] == ["西", "东一"]


def test_a_field_nobody_had_set_has_no_base_and_one_that_did_not_come_is_told_apart():
    new = difference(fold([act(1, START), act(2, {"cause": "甲"}, 1), act(3, {"cause": "乙"}, 1)]), "cause")
    assert (new.base, new.base_missing) == (None, False)
    far = difference(fold([act(2, {"place": "甲"}, 9), act(3, {"place": "乙"}, 9)]), "place")
    assert (far.base, far.base_missing) == (None, True)


def test_several_fields_are_settled_in_one_act_and_the_others_stay_open():
    state = torn(place=("东", "西"), request=("检修", "更换"), route=("31-5", "31-4"))
    after = settled(state, Settlement("place", name(2)), Settlement("request", value="检修并更换"))
    assert (after.text("place"), after.text("request")) == ("东", "检修并更换")
    assert after.conflicts == ("route",)


def test_keeping_both_writes_the_other_value_into_a_note_that_never_conflicts():
    state = torn(place=("东", "西"))
    after = settled(state, Settlement("place", name(3), keep_both=True))
    assert after.text("place") == "西"
    ((key, note),) = after.items("note").items()
    assert len(key) == 32
    assert isinstance(note, dict)
    assert note["field"] == "place"
    kept: Any = note["kept"]
    assert [(each["value"], each["act"]) for each in kept] == [("东", name(2))]


def test_without_keeping_there_is_no_note_and_a_third_value_keeps_both_others():
    assert settled(torn(place=("东", "西")), Settlement("place", name(3))).items("note") == {}
    after = settled(torn(place=("东", "西")), Settlement("place", value="中", keep_both=True))
    ((_key, note),) = after.items("note").items()
    assert isinstance(note, dict)
    kept: Any = note["kept"]
    assert [each["value"] for each in kept] == ["东", "西"]


def test_a_value_that_came_after_the_clerk_looked_is_not_settled_unseen():
    state = torn(place=("东", "西"))
    late = fold([*state.acts, act(4, {"place": "北"}, 1, lamport=2)])
    one = Settlement("place", name(2), seen=difference(state, "place").acts)
    assert refusal(lambda: settled(late, one)).code == "conflict_moved"
    assert settled(state, one).text("place") == "东"


@pytest.mark.parametrize(
    ("each", "code"),
    [
        (Settlement("place"), "choice_missing"),
        (Settlement("summary", name(2)), "no_conflict"),
        (Settlement("stage", value="accepted"), "choice_missing"),
        (Settlement("route", value="31-9"), "choice_unknown"),
    ],
)
def test_what_cannot_stand_is_refused(each, code):
    state = torn(place=("东", "西"), stage=("accepted", "guided"), route=("31-5", "31-4"))
    assert refusal(lambda: settled(state, each)).code == code


def test_a_coded_field_takes_another_code_and_a_step_only_one_of_the_steps():
    state = torn(stage=("accepted", "guided"), route=("31-5", "31-4"))
    after = settled(state, Settlement("route", value="31-6"), Settlement("stage", name(2)))
    assert (after.text("route"), after.text("stage")) == ("31-6", "accepted")


def test_settling_nothing_or_one_field_twice_or_without_a_reason_is_refused():
    state = torn(place=("东", "西"))
    assert refusal(lambda: settled(state)).code == "choice_missing"
    assert refusal(lambda: settled(state, Settlement("place", name(2)), Settlement("place", name(3)))).code == (
        "choice_missing"
    )
    assert refusal(lambda: settled(state, Settlement("place", name(2)), why=" ")).code == "reason_missing"


def test_one_field_is_settled_by_the_shorter_command_too():
    state = torn(place=("东", "西"))
    draft = settling.settle(SettleConflict(CASE, "place", name(3), why="核对"), state, desk())
    assert draft.sets["place"] == "西"
    assert sorted(draft.over) == [name(2), name(3)]


def test_a_correction_never_settles_a_conflict_by_the_way():
    state = torn(place=("东", "西"))
    for seen in ((), (name(1), name(2), name(3))):
        command = CorrectMatter(CASE, {"place": "中"}, "更正", seen)
        said = refusal(partial(corrections.correct_matter, command, state, desk()))
        assert (said.code, said.field) == ("conflict_open", "values.place")
    older = CorrectMatter(CASE, {"place": "中"}, "更正", (name(1), name(2)))  # a form opened before the third act came
    draft = corrections.correct_matter(older, state, desk())
    assert draft.over == (name(2),)
    other = corrections.correct_matter(CorrectMatter(CASE, {"request": "新"}, "更正"), state, desk())
    assert other.sets == {"request": "新"}
