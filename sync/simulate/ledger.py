"""The oracle of document numbers 文号 (I9), by lists of acts alone: who was given which number, and what became of it.

Knows acts as plain JSON and shares no code with ``domain.series`` or the county's book.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from sync.simulate import oracle
from sync.simulate.accidents import demand

Parsed = Mapping[str, Any]


class Lease(NamedTuple):
    """Numbers given to a writer by one act of the county."""

    series: str
    first: int
    last: int
    holder: str = ""
    lamport: int = 0
    recorded: bool = False
    """Written down for a paper that was there already, by an administrator; its number is spelt with a zero before."""

    def meets(self, other: Lease) -> bool:
        """True when a number stands in both."""
        return self.series == other.series and self.first <= other.last and other.first <= self.last


class Paper(NamedTuple):
    """A paper that bears a number."""

    series: str
    n: int
    paper: str
    act: Parsed


def leases_of(act: Parsed) -> list[Lease]:
    """What an act of the county gives out."""
    if act["k"] != "series_leased":
        return []
    return [
        Lease(act["c"], int(name.removeprefix("block.")), value["last"], value["holder"], act["l"], name[6] == "0")
        for name, value in act["f"].items()
        if name.startswith("block.")
    ]


def papers_of(act: Parsed) -> list[Paper]:
    """Numbers an act puts on paper, of the series of its own scope."""
    if act["k"] != "paper_issued":
        return []
    return [
        Paper(value["series"], value["n"], name.removeprefix("paper."), act)
        for name, value in act["f"].items()
        if value["series"].startswith(f"series/{act['s']}/")
    ]


@dataclass(slots=True)
class Ledger:
    """Every lease there ever was, and those the county's file holds now."""

    ever: dict[str, list[Lease]] = field(default_factory=dict)
    here: list[Lease] = field(default_factory=list)

    def took(self, acts: Iterable[Parsed], knew: Collection[Lease] = ()) -> None:
        """Acts new in the county's file, in order; ``knew``: what the station that asked knew as leased when it asked.

        A lease made now gives out no number that this file, or that station, knew as given out.
        """
        for act in acts:
            found = leases_of(act)
            if found and act["i"] not in self.ever:
                self.ever[act["i"]] = found
                for lease in found:
                    if lease.recorded:
                        demand(lease.first == lease.last, "I9", f"more than one number is recorded: {lease}")
                        continue
                    twice = [other for other in (*self.here, *knew) if lease.meets(other)]
                    demand(not twice, "I9", f"numbers are leased twice: {lease} and {twice[:1]}")
            self.here += found

    # when everybody has spoken -------------------------------------------------------------------------------------

    def at_rest(self, acts: Sequence[Parsed], writers: Mapping[str, Collection[str]], years: Collection[int]) -> None:
        """Of the writers of one station, one at most holds numbers of these years it may still use.

        ``writers``: station → its own. Numbers of a past year are sealed when it is closed.
        """
        wanted = {str(year) for year in years}
        used = self._used(acts)
        for station, own in writers.items():
            mine = [each for each in self.here if each.holder in own and each.series.split("/")[-2] in wanted]
            holders = {each.holder for each in mine
                       if any((each.series, n) not in used for n in range(each.first, each.last + 1))}  # fmt: skip
            demand(len(holders) < 2, "I9", f"{len(holders)} incarnations of {station[-4:]} hold numbers")

    def in_the_end(self, acts: Sequence[Parsed], author: Mapping[str, str], closed: Collection[int]) -> dict[str, int]:
        """Each number is borne once or disputed, and leased to its writer; none of a ``closed`` year is missing.

        ``author``: act → the writer in whose log it stands. Returns counts.
        """
        borne: dict[tuple[str, int], list[Paper]] = {}
        for act in acts:
            for paper in papers_of(act):
                borne.setdefault((paper.series, paper.n), []).append(paper)
                self._leased(paper, author[act["i"]])
                here = [lease for lease in self.here if lease.meets(Lease(paper.series, paper.n, paper.n))]
                demand(any(lease.holder == author[act["i"]] for lease in here), "I9",
                       f"no lease that lies at the county covers number {paper.n} of {paper.series}")  # fmt: skip
        said = {
            (act["c"], name): value for act in acts if act["k"] == "number_disputed" for name, value in act["f"].items()
        }
        doubles = {place: papers for place, papers in borne.items() if len({paper.paper for paper in papers}) > 1}
        for (series, n), papers in doubles.items():
            told = [said.get((paper.act["c"], f"paper.{paper.paper}.disputed")) for paper in papers]
            good = all(told) and any(each["keeps"] for each in told if each)
            demand(good, "I9", f"number {n} of {series} is on {len(papers)} papers and nobody is told: {told}")
        self._accounted(self._used(acts), closed)
        return {"numbers on paper": len(borne), "numbers disputed": len(doubles)}

    def _leased(self, paper: Paper, writer: str) -> None:
        good = any(
            not lease.recorded and lease.series == paper.series and lease.first <= paper.n <= lease.last
            and lease.holder == writer and lease.lamport < paper.act["l"]
            for found in self.ever.values() for lease in found
        )  # fmt: skip
        demand(good, "I9", f"number {paper.n} of {paper.series} was never leased to {writer[:8]} before it was issued")

    def _used(self, acts: Sequence[Parsed]) -> set[tuple[str, int]]:
        """Numbers that are on paper or sealed."""
        found = {(paper.series, paper.n) for act in acts for paper in papers_of(act)}
        series: dict[str, list[Parsed]] = {}
        for act in acts:
            if act["c"].startswith("series/"):
                series.setdefault(act["c"], []).append(act)
        for name, told in series.items():
            ordered = sorted(told, key=lambda act: (act["l"], act["i"]))
            for sealed in {key for act in told for key in act["f"] if key.startswith("sealed.")}:
                first = int(sealed.removeprefix("sealed."))
                for head in oracle.heads(ordered, sealed):
                    found |= {(name, n) for n in range(first, head["f"][sealed]["last"] + 1)}
        return found

    def _accounted(self, used: set[tuple[str, int]], closed: Collection[int]) -> None:
        """Up to the highest number each is on paper or sealed, even if the act that leased it is nowhere any more."""
        wanted = {(lease.series, n) for lease in self.here for n in range(lease.first, lease.last + 1)}
        for name in {series for series, _ in used}:
            top = max(n for series, n in used if series == name)
            wanted |= {(name, n) for n in range(1, top + 1)}
        years = {str(year) for year in closed}
        for series, n in sorted(wanted - used):
            demand(series.split("/")[-2] not in years, "I9", f"nobody can account for number {n} of {series}")
