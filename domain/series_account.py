"""The account of a series 文号: each number up to the highest is issued once, voided or sealed, or named and ended."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from domain.canonical import Json
from domain.ranges import Range, minus, union
from domain.series import DIGITS, Block, Cause, Sealed, SeriesState


@dataclass(frozen=True, slots=True)
class Issue:
    """A paper with a number of the series; ``writer`` where it is known whose hand it is."""

    n: int
    paper: str
    voided: bool = False
    writer: str = ""
    disputed: str = ""
    """Where the county settled whose the number is: this paper ``keeps`` it, or ``corrects``."""


@dataclass(frozen=True, slots=True)
class Account:
    """Where every number of a series is, up to the highest one issued, voided or sealed."""

    series: str
    top: int
    issued: int
    """Numbers borne by exactly one paper that stands."""
    voided: int
    """Numbers all of whose papers are void 作废."""
    sealed: tuple[Sealed, ...]
    """Sealed numbers that no paper bears."""
    open: tuple[Block, ...]
    """Leased and not yet reached by their holder: another window's rest, to be sealed when the year is closed."""
    gaps: tuple[Range, ...]
    """Numbers nobody can account for."""
    doubles: tuple[int, ...]
    """Numbers borne by two papers that stand."""
    voids: tuple[int, ...]
    """Numbers all of whose papers are void, one by one: each keeps its number."""
    disputed: tuple[int, ...]
    """Those of ``doubles`` of which the county has settled that one paper keeps the number and the others correct."""
    strays: tuple[int, ...]
    """Numbers issued without a lease that covers them."""

    @property
    def clean(self) -> bool:
        """True when every number is issued once, voided, sealed, or still open."""
        return not (self.gaps or self.doubles or self.strays)


def account(series: SeriesState, issues: Iterable[Issue]) -> Account:
    """Every number up to the highest is issued once, voided or sealed; gaps, doubles and strays are named."""
    papers: dict[int, dict[str, bool]] = {}
    settled: dict[int, list[str]] = {}
    strays: set[int] = set()
    for issue in issues:
        papers.setdefault(issue.n, {})[issue.paper] = issue.voided
        if not issue.voided:
            settled.setdefault(issue.n, []).append(issue.disputed)
        covering = [block for block in series.blocks if block.first <= issue.n <= block.last]
        if not covering or (issue.writer and all(block.holder != issue.writer for block in covering)):
            strays.add(issue.n)
    standing = {n: sum(not voided for voided in found.values()) for n, found in papers.items()}
    borne = union([(n, n) for n in papers])
    sealed: list[Sealed] = []
    seen: list[Range] = []
    for part in series.sealed:
        for first, last in minus([(part.first, part.last)], union([*borne, *seen])):
            sealed.append(Sealed(first, last, part.cause, part.reason))
        seen.append((part.first, part.last))
    return Account(
        series=series.series,
        top=_top(series, borne),
        issued=sum(count == 1 for count in standing.values()),
        voided=sum(count == 0 for count in standing.values()),
        sealed=tuple(sealed),
        open=tuple(not_reached(series, borne)),
        gaps=tuple(gaps(series, borne)),
        doubles=tuple(sorted(n for n, count in standing.items() if count > 1)),
        voids=tuple(sorted(n for n, count in standing.items() if count == 0)),
        disputed=tuple(
            sorted(n for n, words in settled.items() if sorted(words) == ["corrects"] * (len(words) - 1) + ["keeps"])
        ),
        strays=tuple(sorted(strays)),
    )


def gaps(series: SeriesState, borne: Sequence[Range]) -> list[Range]:
    """Numbers up to the highest that are on no paper, not sealed and not open; ``borne`` are those on papers."""
    opened = [(block.first, block.last) for block in not_reached(series, borne)]
    return minus([(1, _top(series, borne))], union([*borne, *_shut(series), *opened]))


def not_reached(series: SeriesState, borne: Sequence[Range]) -> list[Block]:
    """What is leased, not sealed and behind the last number on paper of its block."""
    opened: list[Block] = []
    shut = union(_shut(series))
    for block in series.blocks:
        inside = (min(last, block.last) for first, last in borne if first <= block.last and last >= block.first)
        reached = max(inside, default=block.first - 1)
        opened += [Block(*part, block.holder) for part in minus([(reached + 1, block.last)], shut)]
    return opened


def strays(series: SeriesState, writer: str, borne: Iterable[Range]) -> list[Range]:
    """Numbers on papers of this writer that no block of its own covers."""
    return minus(union(borne), union((block.first, block.last) for block in series.held_by({writer})))


def _shut(series: SeriesState) -> list[Range]:
    return [(part.first, part.last) for part in series.sealed]


def _top(series: SeriesState, borne: Sequence[Range]) -> int:
    """The highest number on paper or sealed."""
    return max((last for _, last in [*borne, *_shut(series)]), default=0)


# what ends numbers in no account -----------------------------------------------------------------------------------


def borne_sets(borne: Iterable[tuple[int, str]], fields: Collection[str]) -> dict[str, Json]:
    """The fields of ``series_leased`` for numbers that papers bear and no lease known here covers: (number, writer).

    Each number by itself, so that nothing can be drawn from it, under a spelling of it with leading zeros that is not
    among ``fields``: the lease itself, should it come back, is ``block.<first>`` and must not be replaced or contested.
    """
    sets: dict[str, Json] = {}
    for n, writer in borne:
        free = [name for name in _spelt("block", n) if name not in sets and name not in fields]
        if free:
            sets[free[0]] = {"last": n, "holder": writer}
    return sets


def missing_sets(ranges: Iterable[Range], fields: Collection[str], reason: str) -> dict[str, Json]:
    """The fields of ``series_sealed`` for numbers nobody can tell of, spelt as :func:`borne_sets` does."""
    sets: dict[str, Json] = {}
    for first, last in ranges:
        free = [name for name in _spelt("sealed", first) if name not in fields]
        if free:
            sets[free[0]] = {"last": last, "cause": Cause.UNACCOUNTED, "reason": reason}
    return sets


def _spelt(start: str, n: int) -> list[str]:
    """The names a number has in a collection, those with leading zeros first."""
    plain = str(n)
    return [f"{start}.{plain.zfill(width)}" for width in (*range(len(plain) + 1, DIGITS + 1), len(plain))]
