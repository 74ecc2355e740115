"""One round between a station and the county, at both ends: pure over log and feed; no sockets, no clock, no commits.

A station's round, where ``db`` is one transaction at a time::

    with transaction:                                   # reads only, but one snapshot
        request = build_request(log, feed, identity, budget)
    frame = encode_frame(request, REQUEST_TAG, key)
    reply = transport.exchange(frame)                   # elsewhere; may fail, may be repeated
    answer = open_frame(reply, Answer, ANSWER_TAG, county_key)
    with transaction:                                   # all of it or nothing
        applied = apply_answer(log, feed, request, answer, project)
    # again at once while applied.more

Whatever is lost, doubled or late in between does no harm: positions are claimed with their hashes every time, an answer
that does not follow what is held now is ignored, and an act counts as safe only when it was seen back.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import msgspec

from domain.canonical import Json, canonical_bytes
from sync.log.chain import Entry, LogDamaged, extend_chain, first_hash, link, verify_entries, verify_signature
from sync.log.feed import CountyFeed, FeedItem, StationFeed, roll, start_roll
from sync.log.log import ActLog, Held, Position, read_acts
from sync.protocol import (
    CAPABILITIES,
    PROTOCOL,
    Answer,
    Mark,
    Pull,
    Request,
    Rewind,
    Run,
    WireDamaged,
    WriterInfo,
)

START_BUDGET: Final = 16 << 10
"""Bytes of acts in one direction of a first round over an unknown line."""
MAX_BUDGET: Final = 8 << 20
_ASK_FULL: Final = "ask_full"
_REFERENCE_COST: Final = 4
_ACT_OVERHEAD: Final = 8

Project = Callable[[Iterable[str]], None]
"""Told which cases changed, inside the same transaction."""


@dataclass(frozen=True, slots=True)
class Identity:
    """Who a station is on the wire."""

    station: str
    office: str
    writer: str
    public_key: bytes


@dataclass(frozen=True, slots=True)
class Grant:
    """What the county allows a station: the scopes it may read and write."""

    station: str
    scopes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Applied:
    """What one answer changed at the station."""

    cases: tuple[str, ...] = ()
    pulled: int = 0
    """Acts that are new here."""
    confirmed: int = 0
    """Own acts seen back for the first time: now 已到县."""
    refused: int = 0
    """Own acts the county keeps but does not deliver."""
    forked: tuple[str, ...] = ()
    """Own writers whose history differs from the county's: they must not be written to any more; nothing is lost."""
    more: bool = False
    """Something moved and more waits: go again at once."""
    pending: int = 0


# the station asks -------------------------------------------------------------------------------------------------


def build_request(log: ActLog, feed: StationFeed, identity: Identity, budget: int = START_BUDGET) -> Request:
    """What the station says now: its claims, and whole commits up to ``budget`` bytes. Reads; writes only own_writer.

    With nothing to send it is one hash over all claims; the county answers "same" or "ask in full".
    """
    feed.add_own_writer(identity.writer)
    own: dict[str, Mark] = {}
    active: dict[str, Mark] = {}
    push: list[Run] = []
    left = max(budget, 1)
    for writer, county_n in feed.own_writers().items():
        row = log.writer(writer)
        if row is None or row.state == "forked":
            continue
        own[writer] = _mark(row.have)
        if row.state == "active":
            active[writer] = own[writer]
        if left <= 0 or county_n >= row.have.n:
            continue
        entries = log.commits(writer, county_n, left)
        before = log.hash_at(writer, county_n)
        if entries and before is not None:
            left -= sum(len(entry.content) for entry in entries)
            push.append(_run(entries, before=before))
    adrift = feed.adrift(left) if left > 0 else []
    cursors = feed.cursors()
    doubted = feed.doubted()
    if not (push or adrift or doubted or feed.flag(_ASK_FULL)):
        return Request(v=PROTOCOL, st=identity.station, q=_digest(cursors, active))
    recovered = list(_loose_runs(adrift))
    return Request(
        v=PROTOCOL,
        st=identity.station,
        feeds={scope: _mark(position) for scope, position in cursors.items()},
        checkpoints={scope: [_mark(mark) for mark in feed.checkpoints(scope)] for scope in doubted},
        own=own,
        push=push,
        recovered=recovered,
        writers=_infos(log, {run.w for run in recovered}),
        limit=budget,
    )


def apply_answer(log: ActLog, feed: StationFeed, request: Request, answer: Answer, project: Project) -> Applied:
    """Take an answer in, inside the caller's one transaction; everything or (when this raises) nothing.

    ``project`` is called once with the cases that changed. An answer that is late, doubled or out of order changes
    nothing: every part of it says which position it follows. Raises WireDamaged when the county contradicts itself
    (``feed_broken``, ``bad_signature``, ``reference_unknown`` …): the caller rolls back.
    """
    state = _State(log, feed, frozenset(feed.own_writers()))
    if answer.same:
        return Applied(pending=feed.pending())
    if answer.full:
        feed.set_flag(_ASK_FULL, True)
        return Applied(more=not feed_in_full(request), pending=feed.pending())
    feed.set_flag(_ASK_FULL, False)
    for scope, rewind in sorted(answer.rewind.items()):
        state.rewind(scope, rewind)
    state.learn(answer.writers)
    for pull in answer.pull:
        state.pull(pull)
    for writer, mark in sorted(answer.have.items()):
        state.have(writer, mark)
    for writer in answer.fork:
        state.fork(writer)
    feed.refuse(answer.reject)
    cases = tuple(sorted(state.cases))
    if cases:
        project(cases)
    waits = answer.more or bool(feed.doubted()) or _unsent(log, feed) or bool(feed.adrift(1))
    return Applied(
        cases=cases,
        pulled=state.pulled,
        confirmed=state.confirmed,
        refused=len(answer.reject),
        forked=tuple(sorted(state.forked)),
        more=waits and state.moved,
        pending=feed.pending(),
    )


def feed_in_full(request: Request) -> bool:
    """True when a request carried its claims, not only their digest."""
    return not request.q


@dataclass(slots=True)
class _State:
    """One answer on its way into the station."""

    log: ActLog
    feed: StationFeed
    own: frozenset[str]
    cases: set[str] = field(default_factory=set)
    forked: set[str] = field(default_factory=set)
    pulled: int = 0
    confirmed: int = 0
    moved: bool = False

    def rewind(self, scope: str, rewind: Rewind) -> None:
        if _mark(self.feed.cursor(scope)) != rewind.claim:
            return  # answers a claim no longer held: applying it would skip acts
        if rewind.to is None:
            self.moved = self.moved or scope not in self.feed.doubted()
            self.feed.doubt(scope)
            return
        known = {mark.n: mark.hash for mark in self.feed.checkpoints(scope)} | {0: start_roll(scope)}
        if known.get(rewind.to.n) != rewind.to.hash:
            raise WireDamaged("rewind_unknown", scope)
        self.feed.rewind(scope, Position(rewind.to.n, rewind.to.hash))
        self.moved = True

    def learn(self, writers: Mapping[str, WriterInfo]) -> None:
        for writer, info in sorted(writers.items()):
            known = self.log.writer(writer)
            if known is None:
                self.log.add_writer(writer, info.station, info.office, info.public_key)
            elif known.public_key != info.public_key:
                raise WireDamaged("key_differs", writer[:8])

    def pull(self, pull: Pull) -> None:
        if _mark(self.feed.cursor(pull.scope)) != pull.after:
            return  # late or doubled
        seq, previous = pull.after.n, pull.after.hash
        confirmed: list[tuple[int, int]] = []
        for run in pull.runs:
            for act_seq, entry in self._own(run) if run.c else self._take(run, pull.scope):
                seq, previous = seq + 1, roll(previous, entry.hash, entry.content)
                confirmed.append((seq, act_seq))
        if Mark(seq, previous) != pull.to:
            raise WireDamaged("feed_broken", pull.scope)
        if confirmed:
            self.confirmed += self.feed.advance(pull.scope, Position(seq, previous), confirmed)
            self.moved = True

    def _own(self, run: Run) -> list[tuple[int, Entry]]:
        entries = self.feed.own_run(run.w, run.n, run.c)
        if len(entries) != run.c:
            raise WireDamaged("reference_unknown", run.w[:8])
        return entries

    def _take(self, run: Run, scope: str) -> Iterator[tuple[int, Entry]]:
        row = self.log.writer(run.w)
        if row is None:
            raise WireDamaged("unknown_writer", run.w[:8])
        entries = _entries(run)
        for entry in entries:
            if entry.sig is not None and not verify_signature(row.public_key, entry.hash, entry.sig):
                raise WireDamaged("bad_signature", run.w[:8])
        try:
            held = self.log.admit_loose(entries)
        except LogDamaged as error:
            raise WireDamaged(error.code, run.w[:8]) from None
        for item in held:
            if item.act.scope != scope:
                raise WireDamaged("wrong_scope", scope)
            if item.new:
                self.pulled += 1
                self.cases.add(item.act.case_id)
                if run.w in self.own:
                    self.fork(run.w)  # the county holds an act of ours that we do not: this file is an older copy
        yield from ((item.seq, item.entry) for item in held)

    def have(self, writer: str, mark: Mark) -> None:
        known = self.feed.own_writers().get(writer)
        row = self.log.writer(writer)
        if known is None or row is None or row.state == "forked":
            return
        if mark.n > row.have.n or self.log.hash_at(writer, mark.n) != mark.hash:
            self.fork(writer)
        elif mark.n != known:
            self.feed.set_county_n(writer, mark.n)
            self.moved = True

    def fork(self, writer: str) -> None:
        if writer in self.own:
            self.log.set_writer_state(writer, "forked")
            self.forked.add(writer)


def _unsent(log: ActLog, feed: StationFeed) -> bool:
    rows = ((log.writer(writer), county_n) for writer, county_n in feed.own_writers().items())
    return any(row is not None and row.state != "forked" and row.have.n > county_n for row, county_n in rows)


# the county answers -----------------------------------------------------------------------------------------------


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
        marks = {writer: _mark(row.have) for writer, row in writers.items() if row.state == "active"}
        same = request.q == _digest(heads, marks)
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
        writers=_infos(log, seen - set(writers)),
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
        row = self.log.writer(run.w)
        if row is None or not known:
            return  # not this station's, or forked: its position is answered, nothing is taken
        before = self.log.hash_at(run.w, run.n - 1)
        if before is None:
            return  # begins behind what is held here: the answer says where to begin
        if before != (run.p or first_hash(run.w)):
            self.forked.add(run.w)
            return
        entries = _entries(run)
        overlap = [entry for entry in entries if entry.n <= row.have.n]
        if overlap and self.log.hash_at(run.w, overlap[-1].n) != overlap[-1].hash:
            self.forked.add(run.w)
            return
        self.proved[run.w] = entries[-1].n
        if overlap:
            self.rejects |= self.feed.rejected(run.w, overlap[0].n, overlap[-1].n)
        self._admit(row.public_key, row.have.hash, entries[len(overlap) :])

    def recover(self, run: Run) -> None:
        """Others' acts this county no longer has. In its author's chain where it fits, else on the station's word."""
        row = self.log.writer(run.w)
        if row is None:
            raise WireDamaged("unknown_writer", run.w[:8])
        entries = [entry for entry in _entries(run) if self.log.hash_at(run.w, entry.n) != entry.hash]
        signed = [place for place, entry in enumerate(entries) if entry.sig is not None]
        dense: list[Entry] = entries[: signed[-1] + 1] if signed else []
        follows = bool(dense) and dense[0].n == row.have.n + 1
        if follows and link(row.have.hash, run.w, dense[0].n, dense[0].content) == dense[0].hash:
            self._admit(row.public_key, row.have.hash, dense)
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
            if item.new:
                self.feed.attest(item, self.grant.station)
        self._deliver(held)

    def _admit(self, public_key: bytes, before: bytes, entries: Sequence[Entry]) -> None:
        if not entries:
            return
        try:
            verify_entries(public_key, before, entries)
            self._deliver(self.log.admit(entries))
        except LogDamaged as error:
            if error.code != "act_elsewhere":
                raise WireDamaged(error.code, f"{error.writer[:8]} {error.n}") from None
            self.forked.add(error.writer)  # an act of this log already lies in another: two files share one past
            self.proved.pop(error.writer, None)

    def _deliver(self, held: Iterable[Held]) -> None:
        for item in held:
            if not item.new:
                continue
            if item.act.scope in self.grant.scopes:
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
        have[writer] = _mark(row.have)
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
        yield _run([item.entry for item in part], before=before, all_signatures=True)


def _continues(one: FeedItem, two: FeedItem) -> bool:
    if (one.entry.writer, one.entry.n + 1, one.known) != (two.entry.writer, two.entry.n, two.known):
        return False
    return two.known or link(one.entry.hash, two.entry.writer, two.entry.n, two.entry.content) == two.entry.hash


# both -------------------------------------------------------------------------------------------------------------


def _mark(position: Position) -> Mark:
    return Mark(position.n, position.hash)


def _digest(feeds: Mapping[str, Position], own: Mapping[str, Mark]) -> bytes:
    """One hash over all positions: equal at both ends exactly when a full round would find nothing new."""
    said: Json = [[scope, at.n, at.hash.hex()] for scope, at in sorted(feeds.items()) if at.n]
    logs: Json = [[writer, at.n, at.hash.hex()] for writer, at in sorted(own.items())]
    return hashlib.sha256(b"xinfang-same-1" + canonical_bytes([said, logs])).digest()[:16]


def _run(entries: Sequence[Entry], *, before: bytes | None, all_signatures: bool = False) -> Run:
    """A run on the wire. A push carries the last signature only: by the chain it covers every commit before it."""
    first, last = entries[0], len(entries) - 1
    sigs = {i: e.sig for i, e in enumerate(entries) if e.sig is not None and (all_signatures or i == last)}
    acts = [msgspec.Raw(entry.content) for entry in entries]
    if before is None:
        return Run(w=first.writer, n=first.n, h=first.hash, a=acts, s=sigs)
    return Run(w=first.writer, n=first.n, p=before if first.n > 1 else b"", a=acts, s=sigs)


def _loose_runs(entries: Sequence[Entry]) -> Iterator[Run]:
    """Group others' entries, sorted by writer and place, into runs whose chain holds."""
    start = 0
    for end in range(1, len(entries) + 1):
        if end < len(entries):
            one, two = entries[end - 1], entries[end]
            follows = (one.writer, one.n + 1) == (two.writer, two.n)
            if follows and link(one.hash, two.writer, two.n, two.content) == two.hash:
                continue
        yield _run(entries[start:end], before=None, all_signatures=True)
        start = end


def _entries(run: Run) -> list[Entry]:
    """The entries of a run with their hashes computed here; raises WireDamaged for a run that cannot be one."""
    try:
        good = len(bytes.fromhex(run.w)) == 16 and run.w == run.w.lower()
    except ValueError:
        good = False
    if not good or not run.a or run.c or not 1 <= run.n < 1 << 53:
        raise WireDamaged("bad_run")
    contents = [bytes(raw) for raw in run.a]
    sigs = [run.s.get(offset) for offset in range(len(contents))]
    if not run.h:
        return extend_chain(run.w, run.n - 1, run.p or first_hash(run.w), contents, sigs)
    first = Entry(run.w, run.n, run.h, contents[0], sigs[0])
    return [first, *extend_chain(run.w, run.n, run.h, contents[1:], sigs[1:])]


def _infos(log: ActLog, writers: Iterable[str]) -> dict[str, WriterInfo]:
    rows = (log.writer(writer) for writer in sorted(writers))
    return {row.writer: WriterInfo(row.station, row.office, row.public_key) for row in rows if row is not None}
