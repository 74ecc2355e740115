"""The account of a series 文号: every number up to the highest is issued once, voided or sealed, or is named."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from domain.ranges import Range, minus, union
from domain.series import Block, Sealed, SeriesState


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
    shut = union(seen)
    opened: list[Block] = []
    for block in series.blocks:
        reached = max((n for n in papers if block.first <= n <= block.last), default=block.first - 1)
        opened += [Block(*part, block.holder) for part in minus([(reached + 1, block.last)], shut)]
    top = max([*papers, *(part.last for part in sealed)], default=0)
    known = union([*borne, *shut, *((block.first, block.last) for block in opened)])
    return Account(
        series=series.series,
        top=top,
        issued=sum(count == 1 for count in standing.values()),
        voided=sum(count == 0 for count in standing.values()),
        sealed=tuple(sealed),
        open=tuple(opened),
        gaps=tuple(minus([(1, top)], known)),
        doubles=tuple(sorted(n for n, count in standing.items() if count > 1)),
        voids=tuple(sorted(n for n, count in standing.items() if count == 0)),
        disputed=tuple(
            sorted(n for n, words in settled.items() if sorted(words) == ["corrects"] * (len(words) - 1) + ["keeps"])
        ),
        strays=tuple(sorted(strays)),
    )
