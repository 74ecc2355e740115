"""The county's half of a round: take in, order, answer; all in the caller's transaction. No sockets, no clock."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from typing import TypeAlias

from sync.exchange.audience import REFUSED_BELOW, Delivery
from sync.exchange.opening import Opened, open_request
from sync.exchange.parts import (
    MAX_BUDGET,
    Fold,
    Grant,
    Grants,
    digest,
    feed_in_full,
    infos,
    mark_of,
)
from sync.exchange.pulls import pulls_of
from sync.exchange.realm import Realm
from sync.exchange.recents import recent_of
from sync.log.chain import Entry, LogDamaged, first_hash, link, verify_birth, verify_signatures
from sync.log.content import read_act
from sync.log.feed import CountyFeed, start_roll
from sync.log.log import ActLog, Held, Position, WriterRow, read_acts
from sync.protocol import CAPABILITIES, Answer, Mark, Request, Revoked, Rewind, Run, WireDamaged, WriterInfo

Settle: TypeAlias = Callable[[frozenset[str], bool], None]
"""What the county does at a contact, before it answers: given the station's writers whose whole log lies at the county
while the station has nothing to bring back, and whether it brought nothing at all."""


def answer_request(
    log: ActLog,
    feed: CountyFeed,
    request: Request,
    grant: Grant,
    project: Fold,
    now_ms: int,
    *,
    stations: Grants | None = None,
    revoked: Revoked | None = None,
    realm: Realm | None = None,
    settle: Settle | None = None,
    by_stick: bool = False,
    opened: Opened | None = None,
) -> Answer:
    """Take in what the station brings and answer it, inside the caller's one transaction.

    The caller has verified the frame's signature and that ``grant`` belongs to it; ``now_ms`` is evidence only.
    ``stations`` gives the grants of other stations, by which births and authors' rights are judged; ``revoked`` is the
    list of serials as it stands; ``realm`` says where scopes lie when servers stand above or below; ``settle`` is
    called once what was brought is taken and before anything is delivered, so that what the county writes then (leases
    of numbers) is in the answer. ``by_stick``: the answer tells every refusal up to where it says the county's copy
    ends, for whoever reads it does not know which request it answers. ``opened`` is the request as
    :func:`open_request` reads it, for a caller that had it read before. Nothing well-formed is refused: an act the
    station may not write is kept, not delivered, and named in ``reject``; a run that is broken in itself is named in
    ``broken`` and left out.
    """
    list_version = revoked.version if revoked is not None else 0
    below = grant.below or (grant.station,)
    lost = log.lacking(request.told) if request.told else []
    known = {row.writer: row for each in below for row in log.writers_of(each) if not row.attested}
    if not feed_in_full(request):
        heads = feed.heads(grant.scopes)
        marks = {writer: mark_of(known[writer].have) for writer in feed.claimed(grant.station) & known.keys()}
        same = request.q == digest(heads, marks, list_version) and not lost
        if same and settle is not None:
            settle(frozenset(marks), True)
            same = feed.heads(grant.scopes) == heads
        return Answer(t=now_ms, same=same, full=not same, lost=lost)
    taken = _Taken(log, feed, grant, stations, opened or open_request(request), realm, rows=dict(known))
    if grant.below:
        taken.delivery.refused_below = frozenset(request.refused)
    proved_writers = known.keys() | taken.introduce(request.writers, {run.w for run in request.recovered})
    for run in request.recovered:
        taken.recover(run)
    for run in request.push:
        taken.push(run, known=run.w in proved_writers)
    rejects = taken.finish(project)
    have, proved = _positions(log, request, proved_writers, taken)
    if by_stick:  # a reply says for itself what became of everything up to where it says the county's copy ends
        for writer, mark in have.items():
            rejects = feed.rejected(writer, 1, mark.n) | rejects
    feed.claim(grant.station, proved_writers & request.own.keys())
    rewind, starts = _claims(feed, request, grant)
    if settle is not None:
        settle(frozenset() if lost else _level(request, have, taken, rewind), False)
    limit = max(1, min(request.limit, MAX_BUDGET))
    recent, shown, size = recent_of(feed, starts, known.keys() | request.own.keys(), min(request.recent, limit // 2))
    if size:  # what is wanted first is not kept waiting by what is not
        limit = max(1, min(limit, request.recent) - size)
    pulls, seen, more = pulls_of(feed, log, starts, proved, limit)
    return Answer(
        t=now_ms,
        have=have,
        fork=sorted(taken.forked),
        broken=taken.broken,
        rewind=rewind,
        pull=pulls,
        recent=recent,
        writers=infos(log, (seen | shown) - request.own.keys()),
        reject=rejects,
        lost=log.lacking(lost),
        revoked=revoked if request.serial_list != list_version else None,
        more=more,
        caps=list(CAPABILITIES),
    )


def _level(request: Request, have: Mapping[str, Mark], taken: _Taken, rewind: Mapping[str, Rewind]) -> frozenset[str]:
    """Writers of the station whose whole log lies here, while it has nothing to bring back."""
    if request.recovered or rewind or taken.forked or taken.broken:
        return frozenset()
    return frozenset(writer for writer, mark in request.own.items() if writer in have and have[writer].n >= mark.n)


@dataclass(slots=True)
class _Taken:
    """One request on its way into the county."""

    log: ActLog
    feed: CountyFeed
    grant: Grant
    stations: Grants | None
    opened: Opened
    realm: Realm | None = None
    delivery: Delivery = field(init=False)
    unproved: set[str] = field(default_factory=set)
    """Writers a relay named in this request whose birth does not hold."""
    elsewhere: dict[str, str] = field(default_factory=dict)
    before: dict[str, str] = field(default_factory=dict)
    """Acts of this request that lay here before and are refused."""
    loose: dict[int, str] = field(default_factory=dict)
    """Recovered acts that were taken: storage key → act id."""
    forked: set[str] = field(default_factory=set)
    broken: dict[str, str] = field(default_factory=dict)
    proved: dict[str, int] = field(default_factory=dict)
    """How far the bytes of this request prove that the station holds its own log."""
    rows: dict[str, WriterRow] = field(default_factory=dict)
    """Writers as they stand now, of those that were looked up."""

    def __post_init__(self) -> None:
        self.delivery = Delivery(self.log, self.feed, self._granted, self.realm)

    # who writes ----------------------------------------------------------------------------------------------------

    def writer(self, writer: str) -> WriterRow | None:
        """One writer as it stands now, or None."""
        row = self.rows.get(writer)
        if row is None:
            row = self.log.writer(writer)
            if row is not None:
                self.rows[writer] = row
        return row

    def introduce(self, writers: Mapping[str, WriterInfo], offered: Set[str] = frozenset()) -> set[str]:
        """Make writers known: on a birth by the key of their station's certificate, else on the bringer's word.

        A new writer of the bringing station itself, or of one it relays for, is taken on its birth only; but one of
        ``offered``, whose acts a desk brings loose, on its word too: a twin wrote them under a station key that is
        superseded. Returns those that are proved now.
        """
        loose = frozenset[str]() if self.grant.below else offered
        own: set[str] = set()
        for writer, info in sorted(writers.items()):
            row = self.writer(writer)
            born = self._born(writer, info)
            if row is None:
                if born or writer in loose or not self._own(info.station):
                    birth = info.birth if born else b""
                    self.log.add_writer(writer, info.station, info.office, info.public_key, birth, attested=not born)
            elif born and (row.attested or (row.public_key == info.public_key and row.birth != info.birth)):
                self.log.name_writer(writer, info.station, info.office, info.public_key, info.birth)
                del self.rows[writer]
            if born and self._own(info.station):
                own.add(writer)
            elif self.grant.below and not born:
                self.unproved.add(writer)
        return own

    def _own(self, station: str) -> bool:
        return station == self.grant.station or station in self.grant.below

    def _born(self, writer: str, info: WriterInfo) -> bool:
        author = self._granted(info.station)
        if author is None or not author.key or not info.birth:
            return False
        return verify_birth(author.key, info.station, writer, info.public_key, info.birth)

    def _granted(self, station: str) -> Grant | None:
        if station == self.grant.station:
            return self.grant
        return self.stations(station) if self.stations is not None else None

    # what it brings ------------------------------------------------------------------------------------------------

    def push(self, run: Run, *, known: bool) -> None:
        """A run of the station's own."""
        row = self.writer(run.w)
        if row is None or not known:
            if run.w in self.unproved:
                self.broken[run.w] = "birth_unproved"  # a relay is told: it may be a station's fault, or a forgery
            return  # not this station's, or its birth is not proved: nothing is taken
        entries = self._entries(run)
        if not entries:
            return
        before = row.have.hash if run.n == row.have.n + 1 else self.log.hash_at(run.w, run.n - 1)
        if before is None:
            return  # begins behind what is held here: the answer says where to begin
        if run.h or before != (run.p or first_hash(run.w)):
            self.forked.add(run.w)
            return
        overlap = [entry for entry in entries if entry.n <= row.have.n]
        if overlap and self.log.hash_at(run.w, overlap[-1].n) != overlap[-1].hash:
            self.forked.add(run.w)
            return
        if overlap:
            self.before |= self.feed.rejected(run.w, overlap[0].n, overlap[-1].n)
        if self._admit(row, entries[len(overlap) :], self._granted(row.station) or self.grant):
            self.proved[run.w] = entries[-1].n

    def recover(self, run: Run) -> None:
        """Acts outside the bringer's log. In their author's chain where they fit, else by themselves.

        What the author's signature covers counts as the author's; the rest is taken on the bringer's word.
        """
        row = self.writer(run.w)
        if row is None:
            self.broken[run.w] = "bad_run"
            return
        entries = self._entries(run)
        if row.attested:
            entries = [entry._replace(sig=None) for entry in entries]  # no signature is kept that cannot be verified
        signed = [place for place, entry in enumerate(entries) if entry.sig is not None]
        try:
            verify_signatures(row.public_key, entries[: signed[-1] + 1] if signed else [])
        except LogDamaged as error:
            self.broken[run.w] = error.code
            return
        held = self.log.hashes(run.w, run.n, entries[-1].n) if entries else {}
        covered = {entry.n for entry in entries[: signed[-1] + 1]} if signed else set()
        if run.h:
            covered.discard(run.n)  # its hash says nothing of its content where the hash before it is not known
        lying = [entry for entry in entries if held.get(entry.n) == entry.hash]
        author = self._granted(row.station)
        if lying:
            self.before |= self.feed.rejected(run.w, lying[0].n, lying[-1].n)
            self.loose |= {item.seq: item.act.act_id for item in self.log.held(lying)}
            if self.grant.below:
                self._judge_again(lying, author or self.grant)
            elif author is not None and not row.attested:
                self._judge_anew(lying, author)
        entries = [entry for entry in entries if held.get(entry.n) != entry.hash]
        dense = [entry for entry in entries if signed and entry.n <= run.n + signed[-1]]
        follows = bool(dense) and dense[0].n == row.have.n + 1
        if follows and link(row.have.hash, run.w, dense[0].n, dense[0].content) == dense[0].hash:
            if not self._admit(row, dense, author or self.grant, loose=True):
                return
            entries = entries[len(dense) :]
        proved = [entry for entry in entries if entry.n in covered and author is not None]
        vouched = [entry for entry in entries if entry not in proved]
        if proved and author is not None:
            self._admit_loose(proved, author, vouched=False)
        self._admit_loose(vouched, self.grant, vouched=row.attested or row.station != self.grant.station)

    def _judge_again(self, entries: Sequence[Entry], author: Grant) -> None:
        """Acts a relay had refused itself and now offers once more: it has come to deliver them after all."""
        hashes = {entry.hash for entry in entries}
        cases = sorted({act.case_id for act in read_acts(entries)})  # they lie here, so they are acts
        found = self.feed.refused_entries(cases, REFUSED_BELOW)
        again = [
            Held(seq, entry, read_act(entry.content), new=False) for seq, entry, _st in found if entry.hash in hashes
        ]
        self._judged(again, author, vouched=False, loose=True)

    def _judge_anew(self, lying: Sequence[Entry], author: Grant) -> None:
        """Acts that lie here refused: their author was not shown the case, whoever brings them now may be (§7.5)."""
        refused = self.feed.rejected(lying[0].writer, lying[0].n, lying[-1].n)
        if refused:
            held = self.log.held(lying)
            self._judged([item for item in held if item.act.act_id in refused], author, vouched=False, loose=True)

    def _entries(self, run: Run) -> list[Entry]:
        try:
            return self.opened.entries(run)
        except WireDamaged as damaged:
            self.broken[run.w] = damaged.code
            return []

    def _admit(self, row: WriterRow, entries: list[Entry], author: Grant, *, loose: bool = False) -> bool:
        """Take a run into its author's chain; its hashes were computed here behind what is held."""
        if not entries:
            return True
        try:
            verify_signatures(row.public_key, entries, self.opened.proved)
            held = self.log.admit(entries, row, self.opened.read(entries))
        except LogDamaged as error:
            if error.code == "act_elsewhere":
                self.forked.add(row.writer)  # an act of this log already lies in another: two files share one past
            else:
                self.broken[row.writer] = error.code
            return False
        self.opened.keys[row.writer] = row.public_key
        self.rows[row.writer] = replace(row, have=Position(entries[-1].n, entries[-1].hash))
        self._judged(held, author, vouched=False, loose=loose)
        return True

    def _admit_loose(self, entries: Sequence[Entry], author: Grant, *, vouched: bool) -> None:
        if not entries:
            return
        try:
            held = self.log.admit_loose(entries)
        except LogDamaged as error:
            if error.code != "act_elsewhere":
                self.broken[entries[0].writer] = error.code
            elif len(entries) > 1:
                for entry in entries:
                    self._admit_loose([entry], author, vouched=vouched)
            else:
                self.elsewhere |= {act.act_id: "act_elsewhere" for act in read_acts(entries)}
            return
        codes = self._judged(held, author, vouched=vouched, loose=True)
        if vouched:
            fresh = [item.seq for item in held if item.new and codes[item.seq] is None]
            self.feed.attest(fresh, self.grant.station)

    def _judged(self, held: Sequence[Held], author: Grant, *, vouched: bool, loose: bool) -> dict[int, str | None]:
        codes = self.delivery.judge(held, author, self.grant, vouched=vouched)
        if loose:
            self.loose |= {item.seq: item.act.act_id for item in held if codes[item.seq] is None}
        return codes

    def finish(self, project: Fold) -> dict[str, str]:
        """Deliver what was taken, as late as can be; act id → code of what was not."""
        feeds = self.delivery.finish()
        changed = self.delivery.changed()
        if changed:
            project(changed)
        self.feed.append(feeds)
        accepted = self.delivery.accepted if self.before else set()
        rejects = {act_id: code for act_id, code in self.before.items() if act_id not in accepted}
        rejects |= self.elsewhere | self.delivery.rejects
        if self.loose:
            lying = self.feed.scopes_of(sorted(self.loose))
            shown = set(self.grant.scopes)
            for seq, act_id in self.loose.items():
                if lying.get(seq, set()).isdisjoint(shown):
                    rejects.setdefault(act_id, "shown_to_others")  # taken, but the bringer will not see it back
        return rejects


def _positions(
    log: ActLog, request: Request, writers: Iterable[str], taken: _Taken
) -> tuple[dict[str, Mark], dict[str, int]]:
    """Where the county's copies end, and how far the station has proved to hold its own logs; notes forks."""
    have: dict[str, Mark] = {}
    proved = dict(taken.proved)
    for writer in sorted(set(writers) & (set(request.own) | set(taken.proved))):
        row = taken.writer(writer)
        if row is None:
            continue
        have[writer] = mark_of(row.have)
        claim = request.own.get(writer)
        if claim is None or claim.n > row.have.n:
            continue
        if claim == have[writer] or log.hash_at(writer, claim.n) == claim.hash:
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
    heads = feed.heads(grant.scopes)
    for scope in sorted(grant.scopes):
        claim = request.feeds.get(scope, Mark(0, start_roll(scope)))
        if claim == mark_of(heads[scope]) or feed.roll_at(scope, claim.n) == claim.hash:
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
