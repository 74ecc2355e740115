"""The station's half of a round: what to say, and how to take the answer in. No sockets, no clock, no commits."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from sync.exchange.parts import (
    START_BUDGET,
    Applied,
    Identity,
    Project,
    digest,
    entries_of,
    feed_in_full,
    infos,
    loose_runs,
    mark_of,
    run_of,
)
from sync.log.chain import Entry, LogDamaged, verify_signature
from sync.log.feed import StationFeed, roll, start_roll
from sync.log.log import ActLog, Position
from sync.protocol import PROTOCOL, Answer, Mark, Pull, Request, Rewind, Run, WireDamaged, WriterInfo

_ASK_FULL: Final = "ask_full"


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
        own[writer] = mark_of(row.have)
        if row.state == "active":
            active[writer] = own[writer]
        if left <= 0 or county_n >= row.have.n:
            continue
        entries = log.commits(writer, county_n, left)
        before = log.hash_at(writer, county_n)
        if entries and before is not None:
            left -= sum(len(entry.content) for entry in entries)
            push.append(run_of(entries, before=before))
    adrift = feed.adrift(left) if left > 0 else []
    cursors = feed.cursors()
    doubted = feed.doubted()
    if not (push or adrift or doubted or feed.flag(_ASK_FULL)):
        return Request(v=PROTOCOL, st=identity.station, q=digest(cursors, active))
    recovered = list(loose_runs(adrift))
    return Request(
        v=PROTOCOL,
        st=identity.station,
        feeds={scope: mark_of(position) for scope, position in cursors.items()},
        checkpoints={scope: [mark_of(mark) for mark in feed.checkpoints(scope)] for scope in doubted},
        own=own,
        push=push,
        recovered=recovered,
        writers=infos(log, {run.w for run in recovered}),
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
        return Applied(forked=state.all_forked(), pending=feed.pending())
    if answer.full:
        feed.set_flag(_ASK_FULL, True)
        return Applied(forked=state.all_forked(), more=not feed_in_full(request), pending=feed.pending())
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
        forked=state.all_forked(),
        more=waits and state.moved,
        pending=feed.pending(),
    )


@dataclass(slots=True)
class _State:
    """One answer on its way into the station."""

    log: ActLog
    feed: StationFeed
    own: frozenset[str]
    cases: set[str] = field(default_factory=set)
    pulled: int = 0
    confirmed: int = 0
    moved: bool = False

    def rewind(self, scope: str, rewind: Rewind) -> None:
        if mark_of(self.feed.cursor(scope)) != rewind.claim:
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
        if mark_of(self.feed.cursor(pull.scope)) != pull.after:
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
        entries = entries_of(run)
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

    def all_forked(self) -> tuple[str, ...]:
        rows = (self.log.writer(writer) for writer in sorted(self.own))
        return tuple(row.writer for row in rows if row is not None and row.state == "forked")


def _unsent(log: ActLog, feed: StationFeed) -> bool:
    rows = ((log.writer(writer), county_n) for writer, county_n in feed.own_writers().items())
    return any(row is not None and row.state != "forked" and row.have.n > county_n for row, county_n in rows)
