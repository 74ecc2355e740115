"""The station's half of a round: what to say, and how to take the answer in. No sockets, no clock, no commits."""

from __future__ import annotations

from collections.abc import Mapping, Set
from dataclasses import dataclass, field
from itertools import islice
from typing import Final

from domain.acts import Act
from sync.exchange.opening import Opened, open_answer
from sync.exchange.parts import (
    START_BUDGET,
    Applied,
    Fold,
    Identity,
    NewWriter,
    Reborn,
    digest,
    feed_in_full,
    infos,
    loose_runs,
    mark_of,
    run_of,
)
from sync.exchange.recents import fresh, wanted
from sync.log.chain import Entry, LogDamaged, verify_signature
from sync.log.feed import StationFeed, start_roll
from sync.log.log import ActLog, Position, WriterRow
from sync.protocol import PROTOCOL, REFUSALS, Answer, Mark, Pull, Request, Rewind, Run, WireDamaged, WriterInfo

_ASK_FULL: Final = "ask_full"
_SERIAL_LIST: Final = "serial_list"
_REFUSALS: Final = "refusals"
"""1: the county last said that it reads ``told``."""


def build_request(
    log: ActLog, feed: StationFeed, identity: Identity, budget: int = START_BUDGET, now_ms: int = 0
) -> Request:
    """What the station says now: its claims, and whole commits up to ``budget`` bytes. Reads; writes only own_writer.

    With nothing to send it is one hash over all claims; the county answers "same" or "ask in full". ``now_ms`` is the
    station's clock, evidence for the county.
    """
    feed.add_own_writer(identity.writer)
    aside = feed.set_aside()
    rows = {writer: log.writer(writer) for writer in feed.own_writers()}
    own = {writer: mark_of(row.have) for writer, row in rows.items() if row is not None and row.state != "forked"}
    unsent = {
        writer: county_n
        for writer, county_n in feed.own_writers().items()
        if writer in own and writer not in aside and county_n < own[writer].n
    }
    left = max(budget, 1)
    # What the county forgot goes first: own acts may stand on it. But it may not take the whole line.
    adrift = feed.adrift(left // 2 if unsent else left)
    left -= sum(len(entry.content) for entry in adrift)
    push: list[Run] = []
    for writer, county_n in unsent.items():
        if left <= 0:
            break
        entries = log.commits(writer, county_n, left)
        before = log.hash_at(writer, county_n)
        if entries and before is not None:
            left -= sum(len(entry.content) for entry in entries)
            push.append(run_of(entries, before=before))
    cursors, doubted, new = feed.cursors(), feed.doubted(), feed.unacknowledged()
    new = [writer for writer in new if writer in own]
    serial_list = feed.mark(_SERIAL_LIST)
    told = feed.told() if feed.mark(_REFUSALS) else []
    recent = wanted(budget) if feed.wants_newest() else 0
    if not (push or adrift or doubted or new or recent or feed.flag(_ASK_FULL)):
        for writer, county_n in feed.own_writers().items():
            hash_ = log.hash_at(writer, county_n) if writer in aside and writer in own else None
            if hash_ is not None:
                own[writer] = Mark(county_n, hash_)  # what is set aside is no news
        return Request(v=PROTOCOL, st=identity.station, q=digest(cursors, own, serial_list), told=told, t=now_ms)
    recovered = list(loose_runs(adrift, _befores(log, feed, adrift, rows)))
    return Request(
        v=PROTOCOL,
        st=identity.station,
        feeds={scope: mark_of(position) for scope, position in cursors.items()},
        checkpoints={scope: [mark_of(mark) for mark in feed.checkpoints(scope)] for scope in doubted},
        own=own,
        push=push,
        recovered=recovered,
        writers=infos(log, {run.w for run in recovered} | set(new)),
        limit=budget,
        serial_list=serial_list,
        recent=recent,
        told=told,
        t=now_ms,
    )


def _befores(
    log: ActLog, feed: StationFeed, entries: list[Entry], own: Mapping[str, WriterRow | None]
) -> dict[tuple[str, int], bytes]:
    """The chain hash before each of these entries, where it is held: with it a signature proves the whole run."""
    found = feed.before(entries)
    for writer in {entry.writer for entry in entries} & own.keys():
        places = [entry.n for entry in entries if entry.writer == writer]
        hashes = log.hashes(writer, min(places) - 1, max(places) - 1)
        found |= {(writer, n + 1): hash_ for n, hash_ in hashes.items()}
    return found


def begin_incarnation(log: ActLog, feed: StationFeed, new: NewWriter, station: str, office: str) -> None:
    """Go on under a new writer: every own one that is active is closed as forked, its unseen acts are offered.

    Inside the caller's transaction; act ids stay, nothing is lost.
    """
    for writer in feed.own_writers():
        row = log.writer(writer)
        if row is not None and row.state != "forked":
            _fork(log, feed, writer)
    log.add_writer(new.writer, station, office, new.public_key, new.birth)
    feed.add_own_writer(new.writer)


def _fork(log: ActLog, feed: StationFeed, writer: str) -> None:
    log.set_writer_state(writer, "forked")
    feed.offer_forked(writer)


def apply_answer(
    log: ActLog, feed: StationFeed, request: Request, answer: Answer, project: Fold, reborn: Reborn,
    opened: Opened | None = None,
) -> Applied:  # fmt: skip
    """Take an answer in, inside the caller's one transaction; everything or (when this raises) nothing.

    ``project`` is called once with the cases that changed. ``reborn`` is called when the answer shows that the current
    writer has a second history: it makes a new one and keeps its key in the same transaction. An answer that is late,
    doubled or out of order changes nothing: every part of it says which position it follows. Raises WireDamaged when
    the county contradicts itself (``feed_broken``, ``bad_signature``, ``reference_unknown`` …): the caller rolls back.
    ``opened`` is the answer as :func:`open_answer` reads it, for a caller that had it read elsewhere.
    """
    state = _State(log, feed, frozenset(feed.own_writers()), opened or open_answer(answer))
    if answer.caps:
        feed.set_mark(_REFUSALS, int(REFUSALS in answer.caps))
    lost = feed.bring_lost_again(answer.lost)
    feed.told_to(request.told)
    if answer.same:  # what the county has and does not deliver, it must have refused: let it say so
        return state.applied(more=feed.bring_unseen_again())
    if answer.full:
        feed.set_flag(_ASK_FULL, True)
        return state.applied(more=lost or not feed_in_full(request))
    feed.set_flag(_ASK_FULL, answer.more)  # more waits there: a short question first would cost a round trip
    if answer.revoked is not None:
        feed.set_revoked(answer.revoked.serials)
        feed.set_mark(_SERIAL_LIST, answer.revoked.version)
    for scope in feed.doubted():
        if scope not in answer.rewind and request.feeds.get(scope) == mark_of(feed.cursor(scope)):
            feed.trust(scope)  # a county put back was refilled to the very position it had forgotten
    for scope, rewind in sorted(answer.rewind.items()):
        state.rewind(scope, rewind)
    state.learn(answer.writers)
    follows = _stands(feed, request)
    feed.note_newest(
        wanted=fresh(request, answer),
        came=follows and bool(request.recent),
        ended=not answer.more or bool(answer.rewind),
    )
    for run in answer.recent if follows else ():
        state.early(run)
    for pull in answer.pull:
        state.pull(pull)
    # Refusals are told of what a request brings. So an answer moves the push on no further than its request went.
    told = {writer: mark.n for writer, mark in request.own.items()} | {
        run.w: run.n + len(run.a) - 1 for run in request.push
    }
    for writer, mark in sorted(answer.have.items()):
        # By stick it is not known which request is answered: a reply tells every refusal up to where its copy ends.
        state.have(writer, mark, told.get(writer, 0) if told else mark.n)
    for writer in answer.fork:
        state.fork(writer)
    state.forgotten(request.own.keys() - answer.have.keys() - set(answer.fork))
    feed.put_aside(
        {run.w: answer.broken[run.w] for run in (*request.push, *request.recovered) if run.w in answer.broken}
    )
    feed.refuse(answer.reject)
    state.go_on(reborn, request.st)
    cases = tuple(sorted(state.cases))
    if cases:
        project(state.changed())
    state.moved = state.moved or lost
    waits = answer.more or bool(feed.doubted()) or _unsent(log, feed) or bool(feed.adrift(1) or feed.unacknowledged())
    if not (waits or state.moved or request.push) and _stands(feed, request):  # said in full that nothing is new
        waits = state.moved = feed.bring_unseen_again()
    return state.applied(cases, refused=len(answer.reject), more=waits and state.moved)


@dataclass(slots=True)
class _State:
    """One answer on its way into the station."""

    log: ActLog
    feed: StationFeed
    own: frozenset[str]
    opened: Opened
    cases: dict[str, list[Act]] = field(default_factory=dict)
    """Acts that are new here, by case."""
    pulled: int = 0
    confirmed: int = 0
    moved: bool = False
    reborn: str = ""

    def applied(self, cases: tuple[str, ...] = (), *, refused: int = 0, more: bool = False) -> Applied:
        return Applied(
            cases=cases,
            pulled=self.pulled,
            confirmed=self.confirmed,
            refused=refused,
            forked=self.all_forked(),
            reborn=self.reborn,
            broken=tuple(self.feed.set_aside()),
            more=more,
            pending=self.feed.pending(),
        )

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
                self.log.add_writer(writer, info.station, info.office, info.public_key, info.birth)
            elif writer in self.own:
                if known.public_key != info.public_key:
                    raise WireDamaged("key_differs", writer[:8])
            elif (known.public_key, known.birth) != (info.public_key, info.birth):
                # first known on a neighbour's word; now the county has it from the station itself
                self.log.name_writer(writer, info.station, info.office, info.public_key, info.birth)

    def pull(self, pull: Pull) -> None:
        if mark_of(self.feed.cursor(pull.scope)) != pull.after:
            return  # late or doubled
        own: dict[int, list[tuple[int, Entry]]] = {}
        shown: list[tuple[Run, list[Entry]]] = []
        for place, run in enumerate(pull.runs):
            if run.c:
                own[place] = self.feed.own_run(run.w, run.n, run.c)
                if len(own[place]) != run.c:
                    if run.w not in self.own:
                        raise WireDamaged("reference_unknown", run.w[:8])
                    self.fork(run.w)  # it answers another past of this log: a copy of this file asked
                    return
                shown.append((run, [entry for _seq, entry in own[place]]))
            else:
                shown.append((run, self._shown(run)))
        if self.opened.end(pull, (entry for _run, entries in shown for entry in entries)) != pull.to:
            doubled = {run.w for run in pull.runs if run.c}
            if not doubled:
                raise WireDamaged("feed_broken", pull.scope)
            for writer in sorted(doubled):
                self.fork(writer)  # we hold other acts at these places; without references the next answer tells
            return
        brought = iter(self._take([(run, entries) for run, entries in shown if not run.c]))
        seen: list[int] = []
        mine: list[int] = []
        for place, (run, _entries) in enumerate(shown):
            seqs = [seq for seq, _entry in own[place]] if run.c else next(brought)
            seen += seqs
            if run.w in self.own:
                mine += seqs
        if seen:
            confirmed = list(enumerate(seen, start=pull.after.n + 1))
            self.confirmed += self.feed.advance(pull.scope, Position(pull.to.n, pull.to.hash), confirmed, mine)
            self.moved = True

    def early(self, run: Run) -> None:
        """Keep acts the feeds have not come to. They are offered back like any the county may not have; not while it is
        still on its way to them."""
        if run.w not in self.own:
            (seqs,) = self._take([(run, self._shown(run))])
            self.feed.offer_unseen(seqs)

    def _shown(self, run: Run) -> list[Entry]:
        """The entries of a run of the answer, its writer known and its signatures good."""
        row = self.log.writer(run.w)
        if row is None:
            raise WireDamaged("unknown_writer", run.w[:8])
        entries = self.opened.entries(run)
        for entry in entries:
            if entry.sig is not None and not verify_signature(row.public_key, entry.hash, entry.sig):
                raise WireDamaged("bad_signature", run.w[:8])
        return entries

    def _take(self, runs: list[tuple[Run, list[Entry]]]) -> list[list[int]]:
        """Keep what others wrote, or what this station wrote in a past it no longer holds; by run the storage keys.

        All runs at once: many rows go into the file by one statement, and the interpreter is free meanwhile.
        """
        entries = [entry for _run, shown in runs for entry in shown]
        try:
            held = iter(self.log.admit_loose(entries, self.opened.read(entries)))
        except LogDamaged as error:
            raise WireDamaged(error.code, error.writer[:8]) from None
        seqs: list[list[int]] = []
        before: list[tuple[int, bytes]] = []
        for run, shown in runs:
            items = list(islice(held, len(shown)))
            if run.p and run.w not in self.own:
                before.append((items[0].seq, run.p))
            for item in items:
                if item.new:
                    self.pulled += 1
                    self.cases.setdefault(item.act.case_id, []).append(item.act)
                    if run.w in self.own:
                        self.fork(run.w)  # the county holds an act of ours that we do not: this file is an older copy
            seqs.append([item.seq for item in items])
        self.feed.keep_before(before)
        return seqs

    def changed(self) -> dict[str, list[Act]]:
        """What :data:`Fold` is told: most cases that come are new here, and need not be read back."""
        grown = self.log.grown({case_id: len(acts) for case_id, acts in self.cases.items()})
        return {case_id: [] if case_id in grown else acts for case_id, acts in sorted(self.cases.items())}

    def have(self, writer: str, mark: Mark, told: int) -> None:
        known = self.feed.own_writers().get(writer)
        row = self.log.writer(writer)
        if known is None or row is None:
            return
        self.feed.acknowledge([writer])
        if row.state == "forked":
            return
        if mark.n > row.have.n or self.log.hash_at(writer, mark.n) != mark.hash:
            self.fork(writer)
        elif min(mark.n, told) != known:
            self.feed.set_county_n(writer, min(mark.n, told))
            self.moved = True

    def forgotten(self, writers: Set[str]) -> None:
        """Own writers the county does not name: it was restored, and takes them on their births again."""
        if writers - set(self.feed.unacknowledged()):
            self.feed.introduce_again(sorted(writers))
            self.moved = True

    def fork(self, writer: str) -> None:
        row = self.log.writer(writer) if writer in self.own else None
        if row is not None and row.state != "forked":
            _fork(self.log, self.feed, writer)
            self.moved = True

    def go_on(self, reborn: Reborn, station: str) -> None:
        """When no own writer is left to write under, begin a new incarnation."""
        rows = [row for row in (self.log.writer(writer) for writer in sorted(self.own)) if row is not None]
        if not rows or any(row.state == "active" for row in rows):
            return
        new = reborn()
        begin_incarnation(self.log, self.feed, new, station, rows[0].office)
        self.reborn, self.moved = new.writer, True

    def all_forked(self) -> tuple[str, ...]:
        rows = (self.log.writer(writer) for writer in sorted(self.own))
        return tuple(row.writer for row in rows if row is not None and row.state == "forked")


def _stands(feed: StationFeed, request: Request) -> bool:
    """True when this request claimed what the feeds still say: its answer is not a late one."""
    return request.feeds == {scope: mark_of(position) for scope, position in feed.cursors().items()}


def _unsent(log: ActLog, feed: StationFeed) -> bool:
    aside = feed.set_aside()
    rows = ((log.writer(writer), n) for writer, n in feed.own_writers().items() if writer not in aside)
    return any(row is not None and row.state != "forked" and row.have.n > county_n for row, county_n in rows)
