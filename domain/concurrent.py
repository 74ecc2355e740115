"""同时办理: two stations at work on one case, neither of which had seen the other's act; told by what a station knows.

An act says what it replaces (``over``) and its lamport, which is higher than that of everything its station held. So
``lamport(a) <= lamport(b)`` proves that the author of a had not seen b, and nothing in the acts alone proves the other
half: a higher lamport may come from another case. The two orders a station keeps anyway close the gap:

- the order of *arrival* in its own log: what lies behind an own act that was written here had not been seen by it;
- the order of *delivery* in the county's feed: what was delivered before an own act had got there cannot have seen it,
  because another desk sees an act only by the feed.

Sound: a pair told here was concurrent. Complete at the station whose act reached the county second; the other one, and
whoever reads over both shoulders, knows it only where the lamports prove it. After the county was restored from an
older copy the feed is written anew, and the second half is judged by that new order: a mark may then be one too many.
It costs one look and changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from domain.acts import Act

SILENT: Final = frozenset({"paper_stored", "paper_printed", "case_shared"})
"""Bookkeeping that says nothing about the matter."""


@dataclass(frozen=True, slots=True)
class Arrival:
    """An act as it lies in one station's log."""

    act: Act
    place: int
    """Order of arrival in this log."""
    written_here: bool
    """True when this station wrote it in this very log, so that ``place`` is the moment it was written."""
    feeds: Mapping[str, int] = field(default_factory=dict)
    """Where the county delivered it: scope → position."""


@dataclass(frozen=True, slots=True)
class Together:
    """Two concurrent acts of one case on different fields."""

    mine: Act
    theirs: Act
    place: int
    """Arrival of the later one: whoever looked after it has seen the pair."""


def together(arrivals: Iterable[Arrival]) -> tuple[Together, ...]:
    """Pairs of an act written here and one of another station, neither of which had seen the other, in timeline order.

    Acts that share a field are left out: there either one replaced the other, or they agree, or they conflict openly.
    """
    known = [each for each in arrivals if each.act.known and each.act.kind not in SILENT]
    found = [
        Together(mine.act, theirs.act, theirs.place)
        for mine in known
        if mine.written_here
        for theirs in known
        if theirs.act.station != mine.act.station
        and theirs.place > mine.place
        and not (mine.act.sets.keys() & theirs.act.sets.keys())
        and _unseen(mine, theirs)
    ]
    return tuple(sorted(found, key=lambda pair: (pair.mine.lamport, pair.theirs.lamport, pair.theirs.act_id)))


def _unseen(mine: Arrival, theirs: Arrival) -> bool:
    """True when it is certain that the author of ``theirs`` had not seen ``mine``."""
    if mine.act.act_id in theirs.act.over:
        return False
    if theirs.act.lamport <= mine.act.lamport:
        return True
    if not mine.feeds:
        return bool(theirs.feeds)  # mine has not been delivered to anybody
    return any(scope in mine.feeds and place < mine.feeds[scope] for scope, place in theirs.feeds.items())
