"""What the county shows of its feeds in one answer: positions behind the claims, as runs or references. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from sync.exchange.parts import run_of
from sync.log.chain import link
from sync.log.feed import CountyFeed, FeedItem
from sync.log.log import ActLog
from sync.protocol import Mark, Pull, Run

_REFERENCE_COST: Final = 4
_ACT_OVERHEAD: Final = 8


def pulls_of(
    feed: CountyFeed, log: ActLog, starts: Mapping[str, Mark], proved: Mapping[str, int], limit: int
) -> tuple[list[Pull], set[str], bool]:
    """What lies behind each claim, up to ``limit`` bytes; the writers whose acts it shows; whether more waits."""
    pulls: list[Pull] = []
    seen: set[str] = set()
    heads = feed.heads(starts)
    for scope, after in starts.items():
        if heads[scope].n <= after.n:
            continue
        if limit <= 0:
            return pulls, seen, True
        items: list[FeedItem] = []
        for item in feed.read(scope, after.n, proved):
            limit -= _REFERENCE_COST if item.known else len(item.entry.content) + _ACT_OVERHEAD
            items.append(item)
            if limit <= 0:
                break
        if items:
            to = Mark(items[-1].seq, items[-1].roll)
            pulls.append(Pull(scope=scope, after=after, to=to, runs=list(_feed_runs(log, items))))
            seen |= {item.entry.writer for item in items if not item.known}
            if heads[scope].n > to.n:
                return pulls, seen, True
    return pulls, seen, False


def _feed_runs(log: ActLog, items: Sequence[FeedItem]) -> Iterator[Run]:
    """Group consecutive positions that are consecutive in their author's chain."""
    start = 0
    for end in range(1, len(items) + 1):
        if end < len(items) and _continues(items[end - 1], items[end]):
            continue
        part = items[start:end]
        start = end
        first = part[0].entry
        if part[0].known:
            yield Run(w=first.writer, n=first.n, c=len(part))
            continue
        before = log.hash_at(first.writer, first.n - 1)
        if before is not None and link(before, first.writer, first.n, first.content) != first.hash:
            before = None
        yield run_of([item.entry for item in part], before=before, all_signatures=True)


def _continues(one: FeedItem, two: FeedItem) -> bool:
    before, entry = one.entry, two.entry
    if before.n + 1 != entry.n or one.known is not two.known or before.writer != entry.writer:
        return False
    return two.known or link(before.hash, entry.writer, entry.n, entry.content) == entry.hash
