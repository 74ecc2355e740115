"""A case that one act has made is not written out a second time; any other has the very bytes of the fold."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from domain.acts import Act
from domain.fold import fold, state_bytes
from sync.server.folding import case_row, quick_state

values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=6,
)
ids = st.integers(0, 2**128 - 1).map(lambda number: f"{number:032x}")


@st.composite
def an_act(draw, case_id="c" * 32):
    return Act(
        act_id=draw(ids), kind=draw(st.sampled_from(["visit_registered", "visit_corrected", "visit_foreseen@2"])),
        case_kind="visit", case_id=case_id, scope="office/1", lamport=draw(st.integers(0, 99)), wall_ms=1, clock="ok",
        office="1", station="s", by="王芳", sets=draw(st.dictionaries(st.text(max_size=6), values, max_size=6)),
        over=tuple(draw(st.lists(ids, max_size=2))),
    )  # fmt: skip


@given(st.lists(an_act(), min_size=1, max_size=3, unique_by=lambda act: act.act_id))
def test_a_case_row_holds_what_the_fold_says_unless_one_act_says_it(acts):
    state = fold(acts)
    kept = None if len(acts) == 1 else state_bytes(state)
    assert case_row(acts) == (state.case_id, state.case_kind, state.scope, kept)


@given(an_act(), st.booleans())
def test_the_quick_state_is_the_fold_s_byte_for_byte_even_of_an_act_that_names_itself_as_replaced(act, forged):
    if forged:
        act = Act(**{name: getattr(act, name) for name in Act.__slots__} | {"over": (act.act_id,)})
    assert quick_state(fold([act])) == state_bytes(fold([act]))
