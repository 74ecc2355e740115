"""Rounds without a line: what a station asks ahead, and what the county answers ahead; pure over log and feed.

A station that does not hear the county writes several requests in a row, each as if the one before had been taken. The
county answers each, and goes on answering what a station in that position would ask next. Nothing here is believed that
a round on the line would not believe.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Final

import msgspec

from sync.exchange.parts import Identity, entries_of, mark_of, run_of
from sync.exchange.station import build_request
from sync.log.chain import Entry
from sync.log.log import ActLog, Database
from sync.log.roll import roll
from sync.log.station_feed import StationFeed
from sync.protocol import Answer, Mark, Pull, Request, Run

FRAME_BUDGET: Final = 256 << 10
"""Bytes of acts in one frame of a medium: what a cut costs at most."""


class _AsIfTaken(StationFeed):
    """The feed of a station as it would be, had the county taken what was just written. Writes nothing of it."""

    def __init__(self, db: Database) -> None:
        super().__init__(db)
        self._taken: dict[str, int] = {}
        self._drifting: list[Entry] | None = None
        self._offered = 0
        self._first = True

    def own_writers(self) -> dict[str, int]:
        return {writer: max(n, self._taken.get(writer, 0)) for writer, n in super().own_writers().items()}

    def adrift(self, budget: int) -> list[Entry]:
        if self._drifting is None:
            self._drifting = super().adrift(1 << 62)
        found: list[Entry] = []
        for entry in self._drifting[self._offered :]:
            budget -= len(entry.content)
            if found and budget < 0:
                break
            found.append(entry)
        return found

    def doubted(self) -> list[str]:
        """Every scope, once: a county that does not know the claim can then say at once where to go back to."""
        return [scope for scope, at in self.cursors().items() if at.n] if self._first else []

    def unacknowledged(self) -> list[str]:
        """Every own writer, once: a county put back from an older copy may know none of them, and a reply that does
        not name a writer does not say so, for it does not tell which request it answers."""
        return sorted(super().own_writers()) if self._first else super().unacknowledged()

    def wants_newest(self) -> bool:
        """A stick brings everything at once."""
        return False

    def told(self) -> list[str]:
        """Once."""
        return super().told() if self._first else []

    def flag(self, name: str) -> bool:  # noqa: ARG002 - the short form of a request asks for a second round
        return True

    def take(self, request: Request) -> None:
        for run in request.push:
            self._taken[run.w] = run.n + len(run.a) - 1
        self._offered += sum(len(run.a) for run in request.recovered)
        self._first = False


def requests_ahead(
    log: ActLog, db: Database, identity: Identity, budget: int = FRAME_BUDGET, now_ms: int = 0
) -> Iterator[Request]:
    """Everything the station has to say, whole commits, in requests of ``budget`` bytes; one at least.

    Inside one transaction of the caller, so that all of them stand on one snapshot.
    """
    feed = _AsIfTaken(db)
    request = build_request(log, feed, identity, budget, now_ms)
    yield request
    while True:
        feed.take(request)
        request = build_request(log, feed, identity, budget, now_ms)
        if not (request.push or request.recovered):
            return
        yield request


def answers_ahead(
    requests: Iterable[Request], ask: Callable[[Request], Answer], most: int
) -> Iterator[tuple[Request, Answer]]:
    """Answer requests that stand on one snapshot, then what would be asked next, up to ``most`` bytes of acts.

    ``ask`` is one round in one transaction. Each request is asked from where the answers before have led.
    """
    at: dict[str, Mark] = {}
    asked: Request | None = None
    answer: Answer | None = None
    for request in requests:
        asked = _moved(request, at)
        answer = ask(asked)
        most -= _follow(answer, at)
        yield asked, answer
    while asked is not None and answer is not None and answer.more and answer.pull and most > 0:
        asked = _moved(msgspec.structs.replace(asked, push=[], recovered=[], writers={}, checkpoints={}), at)
        answer = ask(asked)
        most -= _follow(answer, at)
        yield asked, answer


def _moved(request: Request, at: dict[str, Mark]) -> Request:
    if not at or request.q:
        return request
    checkpoints = {scope: marks for scope, marks in request.checkpoints.items() if scope not in at}
    return msgspec.structs.replace(request, feeds={**request.feeds, **at}, checkpoints=checkpoints)


def _follow(answer: Answer, at: dict[str, Mark]) -> int:
    """Go where this answer leads a station; the bytes of acts in it."""
    for scope, rewind in answer.rewind.items():
        if rewind.to is not None:
            at[scope] = rewind.to
    size = 0
    for pull in answer.pull:
        at[pull.scope] = pull.to
        size += sum(len(bytes(raw)) for run in pull.runs for raw in run.a)
    return size


# a reply at the station --------------------------------------------------------------------------------------------


def fitted(feed: StationFeed, answer: Answer) -> tuple[Answer, bool]:
    """The answer cut to what follows the station's cursors now, and whether a part of it begins further on.

    A pull that began earlier and passes through the cursor is cut there: its rolling hash proves that what is left out
    is what the station has. One that refers to a log this file knows nothing of is left out: it answers what a later
    incarnation asked, before this file was put back. Raises WireDamaged for a run that cannot be one.
    """
    own = feed.own_writers()
    pulls: list[Pull] = []
    ahead = False
    moved = {scope for scope, rewind in answer.rewind.items() if mark_of(feed.cursor(scope)) == rewind.claim}
    for pull in answer.pull:
        if any(run.c and run.w not in own for run in pull.runs):
            continue
        cursor = mark_of(feed.cursor(pull.scope))
        if pull.after == cursor or pull.scope in moved:
            pulls.append(pull)
        elif pull.after.n < cursor.n < pull.to.n:
            runs = _behind(feed, pull, cursor)
            pulls += [] if runs is None else [Pull(scope=pull.scope, after=cursor, to=pull.to, runs=runs)]
        else:
            ahead = ahead or pull.after.n > cursor.n
    return msgspec.structs.replace(answer, pull=pulls), ahead


def _behind(feed: StationFeed, pull: Pull, cursor: Mark) -> list[Run] | None:
    """The runs of a pull behind the cursor; None when the pull does not pass through it."""
    seq, previous = pull.after.n, pull.after.hash
    for place, run in enumerate(pull.runs):
        count = run.c or len(run.a)
        entries = [entry for _, entry in feed.own_run(run.w, run.n, count)] if run.c else entries_of(run)
        if len(entries) != count:
            return None  # this file is an older copy of the one that asked: what the answer says of its log tells it
        take = min(count, cursor.n - seq)
        for entry in entries[:take]:
            seq, previous = seq + 1, roll(previous, entry.hash, entry.content)
        if seq == cursor.n:
            if previous != cursor.hash:
                return None
            return [*_rest(run, entries, take), *pull.runs[place + 1 :]]
    return None


def _rest(run: Run, entries: Sequence[Entry], skip: int) -> list[Run]:
    if skip >= len(entries):
        return []
    if not skip:
        return [run]
    if run.c:
        return [Run(w=run.w, n=run.n + skip, c=run.c - skip)]
    return [run_of(entries[skip:], before=entries[skip - 1].hash, all_signatures=True)]
