"""The newest cases for a station that has a long way to go: beside the pull, before the feeds come to them. Pure."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import Final

from domain.audience import SHARED_TABLES
from sync.exchange.parts import loose_runs
from sync.log.chain import Entry
from sync.log.feed import CountyFeed
from sync.protocol import RECENT, Answer, Mark, Request, Run

MOST_RECENT: Final = 512 << 10
"""Bytes of the newest cases: some three hundred visits, which come twice."""
_SHORTEST: Final = 512
"""No act that stands for anything has fewer bytes: how many positions are looked at for so many bytes."""
_CASE: Final = re.compile(rb'"([0-9a-f]{32})[".]|[.]([0-9a-f]{32})[".]')
"""A case named in an act, as a value or in the name of a field."""


def wanted(budget: int) -> int:
    """How many bytes of the newest cases to ask for over a line that carries ``budget`` a round."""
    return min(budget // 2, MOST_RECENT)


def fresh(request: Request, answer: Answer) -> bool:
    """True where a station that has seen nothing is told that more waits: the newest cases first, then."""
    seen = any(mark.n for scope, mark in request.feeds.items() if scope != SHARED_TABLES)
    return RECENT in answer.caps and answer.more and not (seen or request.recent)


def recent_of(
    feed: CountyFeed, starts: Mapping[str, Mark], own: Collection[str], limit: int
) -> tuple[list[Run], set[str], int]:
    """The newest cases behind each claim, up to ``limit`` bytes; the writers whose acts they show; their bytes.

    A case comes whole, with the cases its acts name, or not at all. Acts of ``own`` writers are left out: what a
    station lacks of those must be found by the pull, which ends the incarnation.
    """
    found: dict[tuple[str, int], Entry] = {}
    left = limit
    for scope, after in starts.items():
        if scope == SHARED_TABLES or left <= 0:
            continue
        newest = feed.newest_cases(scope, after.n, left // _SHORTEST + 1)
        acts = feed.acts_behind(scope, after.n, newest)
        named = {case_id: _named(entries) - acts.keys() for case_id, entries in acts.items()}
        acts |= feed.acts_behind(scope, after.n, sorted(set().union(*named.values())))
        told: set[str] = set()
        for case_id in newest:
            together = [each for each in (case_id, *sorted(named[case_id])) if each in acts and each not in told]
            entries = [entry for each in together for entry in acts[each] if entry.writer not in own]
            size = sum(len(entry.content) for entry in entries)
            if size <= left:
                left -= size
                told.update(together)
                found |= {(entry.writer, entry.n): entry for entry in entries}
    entries = [found[place] for place in sorted(found)]
    return list(loose_runs(entries)), {entry.writer for entry in entries}, limit - left


def _named(entries: Collection[Entry]) -> set[str]:
    """What may be cases in these acts, among other ids."""
    return {(value or key).decode() for entry in entries for value, key in _CASE.findall(entry.content)}
