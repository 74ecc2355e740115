"""The county's half of a round: take in, order, answer; all in the caller's transaction. No sockets, no clock."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from sync.exchange.parts import MAX_BUDGET, Grant, Project, digest, entries_of, feed_in_full, infos, mark_of, run_of
from sync.log.chain import Entry, LogDamaged, first_hash, link, verify_entries
from sync.log.feed import CountyFeed, FeedItem, start_roll
from sync.log.log import ActLog, Held, read_acts
from sync.protocol import CAPABILITIES, Answer, Mark, Pull, Request, Rewind, Run, WireDamaged

_REFERENCE_COST: Final = 4
_ACT_OVERHEAD: Final = 8


def answer_request(
    log: ActLog, feed: CountyFeed, request: Request, grant: Grant, project: Project, now_ms: int
) -> Answer:
    """Take in what the station brings and answer it, inside the caller's one transaction.

    The caller has verified the frame's signature and that ``grant`` belongs to it; ``now_ms`` is evidence only.
    Nothing well-formed is refused: an act the station may not write is kept, not delivered, and named in ``reject``.
    Raises WireDamaged for a broken chain or signature; the caller rolls back and nothing of the request remains.
    """
    writers = {row.writer: row for row in log.writers() if row.station == grant.station and row.state != "forked"}
    if not feed_in_full(request):
        heads = {scope: feed.head(scope) for scope in grant.scopes}
        marks = {writer: mark_of(row.have) for writer, row in writers.items() if row.state == "active"}
        same = request.q == digest(heads, marks)
        return Answer(t=now_ms, same=same, full=not same)
    taken = _Taken(log, feed, grant)
    for run in request.push:
        taken.push(run, known=run.w in writers)
    for writer, info in sorted(request.writers.items()):
        if log.writer(writer) is None:
            log.add_writer(writer, info.station, info.office, info.public_key)
    for run in request.recovered:
        taken.recover(run)
    if taken.delivered:
        feed.append(taken.delivered)
    if taken.cases:
        project(sorted(taken.cases))
    have, proved = _positions(log, request, writers, taken)
    rewind, starts = _claims(feed, request, grant)
    limit = max(1, min(request.limit, MAX_BUDGET))
    pulls, seen, more = _pulls(feed, log, starts, proved, limit)
    return Answer(
        t=now_ms,
        have=have,
        fork=sorted(taken.forked),
        rewind=rewind,
        pull=pulls,
        writers=infos(log, seen - set(writers)),
        reject=taken.rejects,
        more=more,
        caps=list(CAPABILITIES),
    )


@dataclass(slots=True)
class _Taken:
    """One request on its way into the county."""

    log: ActLog
    feed: CountyFeed
    grant: Grant
    cases: set[str] = field(default_factory=set)
    delivered: list[Held] = field(default_factory=list)
    rejects: dict[str, str] = field(default_factory=dict)
    forked: set[str] = field(default_factory=set)
    proved: dict[str, int] = field(default_factory=dict)
    """How far the bytes of this request prove that the station holds its own log."""

    def push(self, run: Run, *, known: bool) -> None:
        entries = entries_of(run)
        row = self.log.writer(run.w)
        if row is None or not known:
            return  # not this station's, or forked: its position is answered, nothing is taken
        before = self.log.hash_at(run.w, run.n - 1)
        if before is None:
            return  # begins behind what is held here: the answer says where to begin
        if before != (run.p or first_hash(run.w)):
            self.forked.add(run.w)
            return
        overlap = [entry for entry in entries if entry.n <= row.have.n]
        if overlap and self.log.hash_at(run.w, overlap[-1].n) != overlap[-1].hash:
            self.forked.add(run.w)
            return
        self.proved[run.w] = entries[-1].n
        if overlap:
            self.rejects |= self.feed.rejected(run.w, overlap[0].n, overlap[-1].n)
        self._admit(row.public_key, row.have.hash, entries[len(overlap) :], self.grant.writes)

    def recover(self, run: Run) -> None:
        """Others' acts this county no longer has. In its author's chain where it fits, else on the station's word."""
        row = self.log.writer(run.w)
        if row is None:
            raise WireDamaged("unknown_writer", run.w[:8])
        entries = [entry for entry in entries_of(run) if self.log.hash_at(run.w, entry.n) != entry.hash]
        signed = [place for place, entry in enumerate(entries) if entry.sig is not None]
        dense: list[Entry] = entries[: signed[-1] + 1] if signed else []
        follows = bool(dense) and dense[0].n == row.have.n + 1
        if follows and link(row.have.hash, run.w, dense[0].n, dense[0].content) == dense[0].hash:
            self._admit(row.public_key, row.have.hash, dense, self.grant.scopes)
            entries = entries[len(dense) :]
        for entry in entries:
            self._attest(entry)

    def _attest(self, entry: Entry) -> None:
        try:
            held = self.log.admit_loose([entry])
        except LogDamaged as error:
            if error.code != "act_elsewhere":
                raise WireDamaged(error.code, entry.writer[:8]) from None
            self.rejects |= {act.act_id: "act_elsewhere" for act in read_acts([entry])}
            return
        for item in held:
            code = None if item.new else self.feed.reject_code(item.seq)
            if code is not None:
                self.rejects[item.act.act_id] = code
            elif item.new and item.act.scope in self.grant.writes:
                self.feed.attest(item, self.grant.station)
        self._deliver(held, self.grant.writes)  # a scope it may only read, it cannot fill on its word

    def _admit(self, public_key: bytes, before: bytes, entries: Sequence[Entry], allowed: Iterable[str]) -> None:
        if not entries:
            return
        try:
            verify_entries(public_key, before, entries)
            self._deliver(self.log.admit(entries), allowed)
        except LogDamaged as error:
            if error.code != "act_elsewhere":
                raise WireDamaged(error.code, f"{error.writer[:8]} {error.n}") from None
            self.forked.add(error.writer)  # an act of this log already lies in another: two files share one past
            self.proved.pop(error.writer, None)

    def _deliver(self, held: Iterable[Held], allowed: Iterable[str]) -> None:
        for item in held:
            if not item.new:
                continue
            if item.act.scope in allowed:
                self.delivered.append(item)
                self.cases.add(item.act.case_id)
            else:
                self.feed.reject(item, "scope_refused")
                self.rejects[item.act.act_id] = "scope_refused"


def _positions(
    log: ActLog, request: Request, writers: Iterable[str], taken: _Taken
) -> tuple[dict[str, Mark], dict[str, int]]:
    """Where the county's copies end, and how far the station has proved to hold its own logs; notes forks."""
    have: dict[str, Mark] = {}
    proved = dict(taken.proved)
    for writer in sorted(set(writers) & (set(request.own) | set(taken.proved))):
        row = log.writer(writer)
        assert row is not None
        have[writer] = mark_of(row.have)
        claim = request.own.get(writer)
        if claim is None or claim.n > row.have.n:
            continue
        if log.hash_at(writer, claim.n) == claim.hash:
            proved[writer] = max(proved.get(writer, 0), claim.n)
        else:
            taken.forked.add(writer)
    for writer in taken.forked:
        have.pop(writer, None)
        proved.pop(writer, None)
    return have, proved


def _claims(feed: CountyFeed, request: Request, grant: Grant) -> tuple[dict[str, Rewind], dict[str, Mark]]:
    """Which claimed positions are ours (start delivering there), and what to do about those that are not."""
    rewinds: dict[str, Rewind] = {}
    starts: dict[str, Mark] = {}
    for scope in sorted(grant.scopes):
        claim = request.feeds.get(scope, Mark(0, start_roll(scope)))
        if feed.roll_at(scope, claim.n) == claim.hash:
            starts[scope] = claim
            continue
        if scope not in request.checkpoints:
            rewinds[scope] = Rewind(claim=claim)
            continue
        marks = [*request.checkpoints[scope], Mark(0, start_roll(scope))]
        common = next(mark for mark in marks if feed.roll_at(scope, mark.n) == mark.hash)
        rewinds[scope] = Rewind(claim=claim, to=common)
        starts[scope] = common
    return rewinds, starts


def _pulls(
    feed: CountyFeed, log: ActLog, starts: Mapping[str, Mark], proved: Mapping[str, int], limit: int
) -> tuple[list[Pull], set[str], bool]:
    pulls: list[Pull] = []
    seen: set[str] = set()
    for scope, after in starts.items():
        if limit <= 0:
            if feed.head(scope).n > after.n:
                return pulls, seen, True
            continue
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
            if feed.head(scope).n > to.n:
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
    if (one.entry.writer, one.entry.n + 1, one.known) != (two.entry.writer, two.entry.n, two.known):
        return False
    return two.known or link(one.entry.hash, two.entry.writer, two.entry.n, two.entry.content) == two.entry.hash
