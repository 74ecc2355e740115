"""Series of document numbers 文号: drawn by their holder alone, in order, never twice; and the account of a year."""

from __future__ import annotations

from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.canonical import Json
from domain.ranges import minus, size, union
from domain.refusals import Refusal
from domain.series import (
    HIGHEST,
    Block,
    Cause,
    Sealed,
    SeriesState,
    Top,
    behind_everything,
    free,
    lease_sets,
    left,
    next_number,
    own_lease,
    parse_series_id,
    seal_sets,
    series_id,
    series_named,
    series_of,
    unused,
)
from domain.series_account import Issue, account, borne_sets, missing_sets

ONE, TWO, OLD = "a1" * 16, "b2" * 16, "c3" * 16
NAME = "series/office/370205/2026/受"


def series(*blocks: Block, sealed: tuple[Sealed, ...] = ()) -> SeriesState:
    return SeriesState(NAME, blocks, sealed)


def top_of(issued: Iterable[int]) -> Top:
    return lambda first, last: max((n for n in issued if first <= n <= last), default=0)


def code_of(held: SeriesState | None, issued: Iterable[int], holder: str, *earlier: str) -> str:
    with pytest.raises(Refusal) as refused:
        next_number(held, {holder}, set(earlier), top_of(issued))
    return refused.value.code


def draw_all(held: SeriesState, holder: str, issued: set[int]) -> list[int]:
    drawn = []
    while left(held, {holder}, top_of(issued)):
        drawn.append(next_number(held, {holder}, (), top_of(issued)))
        issued.add(drawn[-1])
    return drawn


def test_a_block_gives_each_number_once_without_gap_and_then_refuses():
    held, issued = series(Block(1, 3, ONE)), set[int]()
    assert draw_all(held, ONE, issued) == [1, 2, 3]
    assert code_of(held, issued, ONE) == "series_exhausted"


def test_a_later_block_follows_when_the_first_is_used_up():
    held = series(Block(1, 4, ONE), Block(5, 200, TWO), Block(201, 202, ONE))
    assert left(held, {ONE}, top_of({1, 2})) == 4
    assert draw_all(held, ONE, {1, 2}) == [3, 4, 201, 202]


def test_two_windows_with_their_own_blocks_never_draw_one_number():
    held = series(Block(1, 50, ONE), Block(51, 100, TWO), Block(101, 150, ONE))
    issued: set[int] = set()
    mine, theirs = draw_all(held, ONE, issued), draw_all(held, TWO, issued)
    assert sorted(mine + theirs) == list(range(1, 151))


def test_a_new_incarnation_has_no_number_until_the_county_leases_one():
    held = series(Block(1, 200, OLD))
    assert code_of(held, {1, 2}, ONE, OLD) == "series_suspended"
    assert code_of(held, {1, 2}, ONE) == "series_held_elsewhere"
    assert code_of(None, set(), ONE) == "series_missing"


def test_sealed_numbers_are_not_drawn():
    held = series(Block(1, 9, ONE), sealed=(Sealed(3, 9, Cause.LOST, "硬盘损坏"),))
    assert free(held, {ONE}, top_of(())) == [(1, 2)]
    assert code_of(held, {1, 2}, ONE) == "series_sealed_here"


def test_numbers_leased_to_two_are_drawn_by_neither():
    """A county put back from an older copy may have leased a block again."""
    held = series(Block(1, 10, ONE), Block(6, 15, TWO))
    assert free(held, {ONE}, top_of(())) == [(1, 5)]
    assert free(held, {TWO}, top_of(())) == [(11, 15)]


def test_what_was_noted_outside_the_database_is_not_drawn_again():
    held = series(Block(1, 10, ONE), Block(21, 30, ONE))
    assert next_number(held, {ONE}, (), top_of({1, 2}), floor=6) == 6
    assert next_number(held, {ONE}, (), top_of({1, 2}), floor=11) == 21
    assert next_number(held, {ONE}, (), top_of(range(1, 11)), floor=4) == 21


def test_an_office_without_a_county_moves_its_numbers_to_its_new_incarnation():
    held = series(Block(1, 99, OLD))
    leased, sealed = own_lease(held, ONE, {OLD}, top_of(range(1, 41)), floor=58)
    assert leased == {**lease_sets(1, 57, OLD), **lease_sets(58, 99, ONE)}
    after = series_of(NAME, {name: [value] for name, value in (leased | sealed).items()})
    assert [(part.first, part.last, part.cause) for part in after.sealed] == [(41, 57, Cause.SKIPPED)]
    assert next_number(after, {ONE}, {OLD}, top_of(range(1, 41)), floor=58) == 58
    assert account(after, [Issue(n, str(n)) for n in range(1, 41)]).clean


def test_a_series_is_named_by_the_scope_of_its_desk():
    """A desk for 检举控告 has a series of its own: the ordinary one shows no gap."""
    assert series_id("restricted/370205", 2026, "受") == "series/restricted/370205/2026/受"
    assert parse_series_id(NAME) == ("office/370205", 2026, "受")
    for text in ("series/370205/受", "series/office/370205/26/受", "matter/1/2/3", "series//2026/受", "series/x/2026/"):
        with pytest.raises(ValueError, match="no series"):
            parse_series_id(text)


def test_a_series_as_0_1_0_named_it_is_the_one_that_goes_on_and_leases_nothing_itself():
    assert series_named("series/370205/2026/受") == "series/office/370205/2026/受"
    for text in (NAME, "series/restricted/370205/2026/受", "series/370205/受", "matter/370205/2026/受", ""):
        assert series_named(text) == text
    with pytest.raises(ValueError, match=r"0\.1\.0"):
        parse_series_id("series/370205/2026/受")


@pytest.mark.parametrize(
    "values",
    [
        {"block.1": [{"last": 1 << 60, "holder": ONE}]},
        {"block.9": [{"last": 8, "holder": ONE}]},
        {"block.x": [{"last": 8, "holder": ONE}]},
        {"block.1": [{"last": 8}, 7, None, [1]]},
        {"block.1": [{"last": True, "holder": ONE}]},
        {"holder": [ONE], "first": [1], "last": [9]},
    ],
)
def test_what_is_no_block_leases_nothing(values):
    assert series_of(NAME, values).blocks == ()


def test_two_live_leases_of_one_block_are_both_seen():
    values: dict[str, list[Json]] = {"block.1": [{"last": 9, "holder": ONE}, {"last": 9, "holder": TWO}]}
    held = series_of(NAME, values)
    assert len(held.blocks) == 2
    assert free(held, {ONE}, top_of(())) == []


def test_what_is_recorded_for_a_paper_is_a_block_of_that_number_alone_and_replaces_no_lease():
    lease: dict[str, Json] = {"block.7": {"last": 12, "holder": TWO}}
    borne = borne_sets([(7, ONE), (7, TWO), (9, ONE)], lease.keys())
    held = series_of(NAME, {name: [value] for name, value in (lease | borne).items()})
    assert set(held.blocks) == {Block(7, 12, TWO), Block(7, 7, ONE), Block(7, 7, TWO), Block(9, 9, ONE)}
    assert free(held, {ONE}, top_of({7, 9})) == []
    assert borne_sets([(HIGHEST, ONE)], {f"block.{HIGHEST}"}) == {}, "a lease that can be spelt in one way only stays"


def test_numbers_nobody_can_tell_of_are_sealed_beside_a_seal_that_may_come_back():
    sealed: dict[str, Json] = seal_sets([(4, 6)], Cause.INCARNATION, "换机")
    missing = missing_sets([(4, 5), (8, 9)], sealed.keys(), "查无记录")
    held = series_of(NAME, {name: [value] for name, value in (sealed | missing).items()})
    assert held.sealed == (
        Sealed(4, 5, Cause.UNACCOUNTED, "查无记录"),
        Sealed(4, 6, Cause.INCARNATION, "换机"),
        Sealed(8, 9, Cause.UNACCOUNTED, "查无记录"),
    )


# the account ---------------------------------------------------------------------------------------------------------


def test_every_number_is_issued_voided_sealed_or_open():
    held = series(Block(1, 10, ONE), Block(11, 20, TWO), sealed=(Sealed(4, 10, Cause.INCARNATION, "换机"),))
    found = account(held, [Issue(1, "p1"), Issue(2, "p2", voided=True), Issue(3, "p3"), Issue(11, "p4", False, TWO)])
    assert (found.top, found.issued, found.voided) == (11, 3, 1)
    assert [(part.first, part.last) for part in found.sealed] == [(4, 10)]
    assert found.open == (Block(12, 20, TWO),)
    assert found.clean


def test_a_gap_a_double_and_a_stray_are_named():
    held = series(Block(1, 10, ONE))
    issues = [Issue(1, "p1"), Issue(3, "p2"), Issue(3, "p3"), Issue(40, "p4"), Issue(4, "p5", writer=TWO)]
    found = account(held, issues)
    assert (found.gaps, found.doubles, found.strays) == (((2, 2), (11, 39)), (3,), (4, 40))
    assert not found.clean


def test_a_double_is_settled_when_all_but_one_are_void():
    found = account(series(Block(1, 3, ONE)), [Issue(1, "p1"), Issue(1, "p2", voided=True)])
    assert (found.doubles, found.issued, found.clean) == ((), 1, True)


def test_a_late_paper_fills_its_sealed_number():
    held = series(Block(1, 9, ONE), sealed=(Sealed(1, 9, Cause.LOST, "硬盘损坏"),))
    found = account(held, [Issue(5, "late", writer=ONE)])
    assert [(part.first, part.last) for part in found.sealed] == [(1, 4), (6, 9)]
    assert (found.issued, found.clean) == (1, True)


def test_closing_the_year_leaves_no_number_unexplained():
    held = series(Block(1, 10, ONE), Block(11, 20, TWO), sealed=(Sealed(9, 10, Cause.LOST, "丢失"),))
    issued = {1, 2, 11, 12, 14}
    ranges = unused(held, {ONE, TWO}, issued)
    assert ranges == [(3, 8), (13, 13), (15, 20)]
    values = {name: [value] for name, value in seal_sets(ranges, Cause.CLOSED, "年终").items()}
    closed = series(*held.blocks, sealed=(*held.sealed, *series_of(NAME, values).sealed))
    found = account(closed, [Issue(n, str(n)) for n in issued])
    assert (found.open, found.gaps, found.top) == ((), (), 20)
    assert behind_everything(closed, 14) == 21


NUMBERS = st.lists(st.tuples(st.integers(1, 40), st.integers(0, 12)).map(lambda pair: (pair[0], sum(pair))), max_size=6)


def numbers_of(ranges: Iterable[tuple[int, int]]) -> set[int]:
    return {n for first, last in ranges for n in range(first, last + 1)}


@given(NUMBERS, NUMBERS)
def test_ranges_are_joined_and_taken_from_each_other_as_sets_are(one, two):
    assert numbers_of(union(one)) == numbers_of(one)
    assert size(union(one)) == len(numbers_of(one))
    assert numbers_of(minus(one, union(two))) == numbers_of(one) - numbers_of(two)


@given(NUMBERS, st.lists(st.sampled_from([ONE, TWO]), min_size=6, max_size=6), NUMBERS, st.sets(st.integers(1, 60)))
def test_the_account_leaves_no_number_out_and_counts_none_twice(ranges, holders, seals, issued):
    blocks = tuple(Block(part[0], part[1], holder) for part, holder in zip(ranges, holders, strict=False))
    held = series(*blocks, sealed=tuple(Sealed(part[0], part[1], "", "") for part in seals))
    found = account(held, [Issue(n, str(n), voided=n % 3 == 0) for n in issued])
    whole = [numbers_of([(part.first, part.last)]) for part in found.sealed] + [set(issued)]
    whole += [numbers_of(found.gaps)]
    opened = numbers_of([(block.first, block.last) for block in found.open])
    assert set(range(1, found.top + 1)) <= set().union(*whole, opened)
    assert sum(map(len, whole)) == len(set().union(*whole))
    assert not opened & set().union(*whole)
    assert found.issued + found.voided == len(issued)
