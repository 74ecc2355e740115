"""Series of document numbers 文号 as leases: who may draw which number next, what is sealed, and the account of a year.

A series is a case, ``series/<home scope>/<year>/<kind>``: one office, one year, one kind of paper; a desk for 检举控告
has its own, so that gaps tell nobody anything. Its fields are collections, so that acts made at once never touch one
field by accident: ``block.<first>`` leases numbers to a *writer* (an incarnation of a station), ``sealed.<first>``
takes numbers out of use 封存 with the reason, ``suspended.<writer>`` ends a writer's leases. Every number up to the
highest is issued once, voided, or sealed: ``domain.series_account`` shows which.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, TypeAlias

from domain.canonical import Json
from domain.fold import CaseState, is_count
from domain.ranges import Range, minus, overlap, size, union
from domain.refusals import Refusal

BLOCK_SIZE: Final = 200
"""Numbers in a block unless an office or a kind of paper is given another size."""
FEW_LEFT: Final = 20
"""From here on the desk is warned."""
HIGHEST: Final = 9_999_999
"""No 文号 is higher; an act from elsewhere that says so leases nothing."""
DIGITS: Final = len(str(HIGHEST))

Top: TypeAlias = Callable[[int, int], int]
"""The highest number issued between two numbers, 0 when none was."""


class Cause:
    """Why numbers were sealed: what a program decides by; the reason beside it is for people."""

    INCARNATION: Final = "incarnation"
    """The station goes on under a new writer: its disk was restored, copied or replaced."""
    LOST: Final = "lost"
    """An administrator gave the station up."""
    CLOSED: Final = "closed"
    """The year is over."""
    SKIPPED: Final = "skipped"
    """An office without a county came back from an older copy; these numbers may be on paper."""
    EARLIER: Final = "earlier"
    """Release 0.1.0 began the series behind them, and never accounted for them."""
    UNACCOUNTED: Final = "unaccounted"
    """No act anywhere tells of them: a county put back from an older copy forgot whom it had leased them to."""


REASONS: Final[Mapping[str, str]] = {
    Cause.INCARNATION: "工作站换了身份（恢复备份、更换机器或者数据被复制），原有文号封存",
    Cause.CLOSED: "年度终了，未用文号封存",
    Cause.SKIPPED: "恢复旧备份，期间可能已经用出的文号封存",
    Cause.EARLIER: "0.1.0 版的文号从后面起编，前面的号封存",
}
"""What is written where nobody gives a reason of their own."""


@dataclass(frozen=True, slots=True, order=True)
class Block:
    """Numbers leased to one writer."""

    first: int
    last: int
    holder: str


@dataclass(frozen=True, slots=True, order=True)
class Sealed:
    """Numbers taken out of use 封存. A paper that comes late out of them is good and fills its number."""

    first: int
    last: int
    cause: str
    reason: str


@dataclass(frozen=True, slots=True)
class SeriesState:
    """A series as its acts tell it."""

    series: str
    blocks: tuple[Block, ...] = ()
    sealed: tuple[Sealed, ...] = ()
    suspended: Mapping[str, int] = field(default_factory=dict)
    """Writer → serial of its certificate when its leases were ended; a later certificate ends the suspension."""

    @property
    def last(self) -> int:
        """The highest number ever leased or sealed."""
        return max([block.last for block in self.blocks] + [part.last for part in self.sealed], default=0)

    def held_by(self, holders: Collection[str]) -> list[Block]:
        """Blocks of these writers, lowest first."""
        return [block for block in self.blocks if block.holder in holders]


def series_id(home: str, year: int, kind: str) -> str:
    """The case of a series: ``series/office/370205/2026/受``."""
    return f"series/{home}/{year}/{kind}"


def parse_series_id(case_id: str) -> tuple[str, int, str]:
    """Home scope, year and kind; raises ValueError for what is no series."""
    start, _, rest = case_id.partition("/")
    home, _, tail = rest.rpartition("/")[0].rpartition("/")
    kind = rest.rpartition("/")[2]
    if start != "series" or not home or not kind or not (tail.isascii() and tail.isdigit() and len(tail) == 4):
        raise ValueError(f"no series: {case_id[:80]}")
    if "/" not in home:  # a lease of 0.1.0: what it leased to whom, an upgrade said anew
        raise ValueError(f"a series of 0.1.0: {case_id[:80]}")
    return home, int(tail), kind


def series_named(name: str) -> str:
    """The series a paper names as it is called today.

    Release 0.1.0 called it by the office alone: ``series/370205/2026/受`` is ``series/office/370205/2026/受``. Its
    papers stay as they are, and their numbers count in the series that goes on.
    """
    start, *parts = name.split("/")
    return f"{start}/office/{'/'.join(parts)}" if start == "series" and len(parts) == 3 else name


def read_series(state: CaseState) -> SeriesState:
    """What a series' acts say."""
    return series_of(state.case_id, live_values(state))


def live_values(state: CaseState) -> dict[str, list[Json]]:
    """The values of every live head of every field."""
    return {name: [head.value for head in field.heads] for name, field in state.fields.items()}


def series_of(series: str, values: Mapping[str, Sequence[Json]]) -> SeriesState:
    """A series by the live values of its fields. Two leases of one block are both there, and contested.

    A value that is no block (an act from elsewhere may hold anything) leases nothing.
    """
    blocks: set[Block] = set()
    sealed: set[Sealed] = set()
    suspended: dict[str, int] = {}
    for name, found in values.items():
        start, _, key = name.partition(".")
        for value in found:
            if not isinstance(value, Mapping):
                continue
            if start == "suspended":
                suspended[key] = max(suspended.get(key, 0), _count(value.get("serial")))
                continue
            first = int(key) if key.isascii() and key.isdigit() and len(key) <= DIGITS else 0
            last = _count(value.get("last"))
            if not 1 <= first <= last <= HIGHEST:
                continue
            if start == "block" and isinstance(value.get("holder"), str):
                blocks.add(Block(first, last, str(value["holder"])))
            elif start == "sealed":
                sealed.add(Sealed(first, last, str(value.get("cause", "")), str(value.get("reason", ""))))
    return SeriesState(series, tuple(sorted(blocks)), tuple(sorted(sealed)), suspended)


# drawing -----------------------------------------------------------------------------------------------------------


def free(series: SeriesState, holders: Collection[str], top: Top, floor: int = 0) -> list[Range]:
    """Numbers these writers may still draw, in the order they are drawn.

    Behind the highest issued in each block: what was skipped is never gone back to. Not sealed ones, and none that a
    block of somebody else covers too. ``floor`` is the next number as noted outside the database: a database behind
    it does not know what it has issued.
    """
    mine: list[Range] = []
    for block in series.held_by(holders):
        noted = floor if block.first <= floor - 1 <= block.last else 0
        start = max(block.first, top(block.first, block.last) + 1, noted)
        if start <= block.last:
            mine.append((start, block.last))
    others = [(block.first, block.last) for block in series.blocks if block.holder not in holders]
    return minus(union(mine), union([*others, *((part.first, part.last) for part in series.sealed)]))


def left(series: SeriesState, holders: Collection[str], top: Top, floor: int = 0) -> int:
    """How many numbers these writers may still draw."""
    return size(free(series, holders, top, floor))


def next_number(
    series: SeriesState | None,
    holders: Collection[str],
    earlier: Collection[str],
    top: Top,
    floor: int = 0,
    facts: Mapping[str, object] | None = None,
) -> int:
    """The next number for a station whose current writer is in ``holders``; ``earlier`` are its earlier writers.

    Refused: ``series_missing`` (nothing leased to anybody), ``series_held_elsewhere``, ``series_suspended`` (only an
    earlier incarnation of this station holds blocks: the county must be asked first), ``series_sealed_here`` (the
    county took the rest of the blocks back), ``series_exhausted``.
    """
    told = dict(facts or {})
    if series is None or not series.blocks:
        raise Refusal("series_missing", field="form", facts=told)
    rest = free(series, holders, top, floor)
    if rest:
        return rest[0][0]
    mine = series.held_by(holders)
    if mine:
        whole = union([(block.first, block.last) for block in mine])
        shut = any(overlap(whole, [(part.first, part.last)]) for part in series.sealed)
        told["last"] = mine[-1].last
        if shut:
            raise Refusal("series_sealed_here", field="form", facts=told)
        raise Refusal("series_exhausted", field="form", facts=told)
    if series.held_by(earlier):
        raise Refusal("series_suspended", field="form", facts=told)
    raise Refusal("series_held_elsewhere", field="form", facts={**told, "holder": series.blocks[0].holder})


# the county's acts, and those of an office that is its own county --------------------------------------------------


def lease_sets(first: int, last: int, holder: str) -> dict[str, Json]:
    """The fields of ``series_leased`` 发放文号 for one block."""
    return {f"block.{first}": {"last": last, "holder": holder}}


def behind_everything(series: SeriesState, highest_issued: int) -> int:
    """The first number nobody was ever given."""
    return max(series.last, highest_issued) + 1


def unused(series: SeriesState, holders: Collection[str], issued: Iterable[int]) -> list[Range]:
    """Numbers of these writers' blocks that no paper known here bears and that are not sealed yet."""
    blocks = union([(block.first, block.last) for block in series.held_by(holders)])
    spoken_for = [(n, n) for n in issued] + [(part.first, part.last) for part in series.sealed]
    return minus(blocks, union(spoken_for))


def seal_sets(ranges: Iterable[Range], cause: str, reason: str) -> dict[str, Json]:
    """The fields of ``series_sealed`` 封存文号 for these numbers."""
    return {f"sealed.{first}": {"last": last, "cause": cause, "reason": reason} for first, last in ranges}


def suspend_sets(writers: Iterable[str], cause: str, serial: int) -> dict[str, Json]:
    """The fields of ``series_sealed`` that end these writers' leases under the certificate with this serial."""
    return {f"suspended.{writer}": {"cause": cause, "serial": serial} for writer in writers}


def own_lease(
    series: SeriesState, writer: str, earlier: Collection[str], top: Top, floor: int = 0
) -> tuple[dict[str, Json], dict[str, Json]]:
    """What an office without a county records when it goes on under a new writer: (leased fields, sealed fields).

    It gives itself its numbers, so it moves the rest of the blocks of its earlier writers to the new one, and seals
    what its log does not know but ``floor`` says was used.
    """
    leased: dict[str, Json] = {}
    sealed: list[Range] = []
    for block in series.held_by(earlier):
        used = max(block.first - 1, top(block.first, block.last))
        start = max(used + 1, floor if block.first <= floor - 1 <= block.last else 0)
        if start > used + 1:
            sealed.append((used + 1, start - 1))
        if start > block.first:
            leased |= lease_sets(block.first, start - 1, block.holder)
        if start <= block.last:
            leased |= lease_sets(start, block.last, writer)
    return leased, seal_sets(sealed, Cause.SKIPPED, REASONS[Cause.SKIPPED])


def _count(value: object) -> int:
    return value if is_count(value) else 0
