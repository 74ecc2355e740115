"""The county's half of a round: take in, order, answer; all in the caller's transaction. No sockets, no clock."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from dataclasses import replace as changed
from typing import Final

from sync.exchange.audience import Delivery
from sync.exchange.parts import (
    MAX_BUDGET,
    Grant,
    Grants,
    Project,
    digest,
    entries_of,
    feed_in_full,
    infos,
    mark_of,
    run_of,
)
from sync.log.chain import Entry, LogDamaged, first_hash, link, verify_birth, verify_signatures
from sync.log.feed import CountyFeed, FeedItem, start_roll
from sync.log.log import ActLog, Held, WriterRow, read_acts
from sync.protocol import CAPABILITIES, Answer, Mark, Pull, Request, Revoked, Rewind, Run, WireDamaged, WriterInfo

_REFERENCE_COST: Final = 4
_ACT_OVERHEAD: Final = 8


def answer_request(
    log: ActLog,
    feed: CountyFeed,
    request: Request,
    grant: Grant,
    project: Project,
    now_ms: int,
    *,
    stations: Grants | None = None,
    revoked: Revoked | None = None,
) -> Answer:
    """Take in what the station brings and answer it, inside the caller's one transaction.

    The caller has verified the frame's signature and that ``grant`` belongs to it; ``now_ms`` is evidence only.
    ``stations`` gives the grants of other stations, by which births and authors' rights are judged; ``revoked`` is the
    list of serials as it stands. Nothing well-formed is refused: an act the station may not write is kept, not
    delivered, and named in ``reject``; a run that is broken in itself is named in ``broken`` and left out.
    """
    list_version = revoked.version if revoked is not None else 0
    known = {row.writer for row in log.writers_of(grant.station) if not row.attested}
    if not feed_in_full(request):
        heads = {scope: feed.head(scope) for scope in grant.scopes}
        rows = (log.writer(writer) for writer in feed.claimed(grant.station) & known)
        marks = {row.writer: mark_of(row.have) for row in rows if row is not None}
        same = request.q == digest(heads, marks, list_version)
        return Answer(t=now_ms, same=same, full=not same)
    taken = _Taken(log, feed, grant, stations)
    known |= taken.introduce(request.writers)
    for run in request.recovered:
        taken.recover(run)
    for run in request.push:
        taken.push(run, known=run.w in known)
    rejects = taken.finish(project)
    have, proved = _positions(log, request, known, taken)
    feed.claim(grant.station, known & request.own.keys())
    rewind, starts = _claims(feed, request, grant)
    limit = max(1, min(request.limit, MAX_BUDGET))
    pulls, seen, more = _pulls(feed, log, starts, proved, limit)
    return Answer(
        t=now_ms,
        have=have,
        fork=sorted(taken.forked),
        broken=taken.broken,
        rewind=rewind,
        pull=pulls,
        writers=infos(log, seen - request.own.keys()),
        reject=rejects,
        revoked=revoked if request.serial_list != list_version else None,
        more=more,
        caps=list(CAPABILITIES),
    )


@dataclass(slots=True)
class _Taken:
    """One request on its way into the county."""

    log: ActLog
    feed: CountyFeed
    grant: Grant
    stations: Grants | None
    delivery: Delivery = field(init=False)
    elsewhere: dict[str, str] = field(default_factory=dict)
    before: dict[str, str] = field(default_factory=dict)
    """Acts of this request that lay here before and are refused."""
    loose: dict[int, str] = field(default_factory=dict)
    """Recovered acts that were taken: storage key → act id."""
    forked: set[str] = field(default_factory=set)
    broken: dict[str, str] = field(default_factory=dict)
    proved: dict[str, int] = field(default_factory=dict)
    """How far the bytes of this request prove that the station holds its own log."""

    def __post_init__(self) -> None:
        self.delivery = Delivery(self.log, self.feed, self._granted)

    # who writes ----------------------------------------------------------------------------------------------------

    def introduce(self, writers: Mapping[str, WriterInfo]) -> set[str]:
        """Make writers known: on a birth by the key of their station's certificate, else on the bringer's word.

        A new writer of the bringing station itself is taken on its birth only. Returns its own that are proved now.
        """
        own: set[str] = set()
        for writer, info in sorted(writers.items()):
            row = self.log.writer(writer)
            born = self._born(writer, info)
            if row is None:
                if born or info.station != self.grant.station:
                    birth = info.birth if born else b""
                    self.log.add_writer(writer, info.station, info.office, info.public_key, birth, attested=not born)
            elif born and (row.attested or (row.public_key == info.public_key and row.birth != info.birth)):
                self.log.name_writer(writer, info.station, info.office, info.public_key, info.birth)
            if born and info.station == self.grant.station:
                own.add(writer)
        return own

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
        row = self.log.writer(run.w)
        if row is None or not known:
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
        if self._admit(row, entries[len(overlap) :], self.grant):
            self.proved[run.w] = entries[-1].n

    def recover(self, run: Run) -> None:
        """Acts outside the bringer's log. In their author's chain where they fit, else by themselves.

        What the author's signature covers counts as the author's; the rest is taken on the bringer's word.
        """
        row = self.log.writer(run.w)
        if row is None:
            self.broken[run.w] = "bad_run"
            return
        entries = self._entries(run)
        if row.attested:
            entries = [changed(entry, sig=None) for entry in entries]  # no signature is kept that cannot be verified
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
        author = self._granted(row.station)
        if author is not None and not row.attested:
            self._judge_anew([entry for entry in entries if held.get(entry.n) == entry.hash], author)
        entries = [entry for entry in entries if held.get(entry.n) != entry.hash]
        row = self.log.writer(run.w) or row
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
        self._admit_loose(vouched, self.grant, vouched=row.station != self.grant.station)

    def _judge_anew(self, lying: Sequence[Entry], author: Grant) -> None:
        """Acts that lie here refused: their author was not shown the case, whoever brings them now may be (§7.5)."""
        if not lying:
            return
        refused = self.feed.rejected(lying[0].writer, lying[0].n, lying[-1].n)
        if refused:
            held = self.log.held(lying)
            self._judged([item for item in held if item.act.act_id in refused], author, vouched=False, loose=True)

    def _entries(self, run: Run) -> list[Entry]:
        try:
            return entries_of(run)
        except WireDamaged as damaged:
            self.broken[run.w] = damaged.code
            return []

    def _admit(self, row: WriterRow, entries: Sequence[Entry], author: Grant, *, loose: bool = False) -> bool:
        """Take a run into its author's chain; its hashes were computed here behind what is held."""
        if not entries:
            return True
        try:
            verify_signatures(row.public_key, entries)
            held = self.log.admit(entries)
        except LogDamaged as error:
            if error.code == "act_elsewhere":
                self.forked.add(row.writer)  # an act of this log already lies in another: two files share one past
            else:
                self.broken[row.writer] = error.code
            return False
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

    def finish(self, project: Project) -> dict[str, str]:
        """Deliver what was taken, as late as can be; act id → code of what was not."""
        feeds = self.delivery.finish()
        cases = self.delivery.cases
        if cases:
            project(sorted(cases))
        self.feed.append(feeds)
        accepted = self.delivery.accepted if self.before else set()
        rejects = {act_id: code for act_id, code in self.before.items() if act_id not in accepted}
        rejects |= self.elsewhere | self.delivery.rejects
        if self.loose:
            lying = self.feed.scopes_of(sorted(self.loose))
            shown = set(self.grant.scopes)
            for seq, act_id in self.loose.items():
                if lying.get(seq, set()).isdisjoint(shown):
                    rejects[act_id] = "shown_to_others"  # taken, but the bringer will not see it back
        return rejects


def _positions(
    log: ActLog, request: Request, writers: Iterable[str], taken: _Taken
) -> tuple[dict[str, Mark], dict[str, int]]:
    """Where the county's copies end, and how far the station has proved to hold its own logs; notes forks."""
    have: dict[str, Mark] = {}
    proved = dict(taken.proved)
    for writer in sorted(set(writers) & (set(request.own) | set(taken.proved))):
        row = log.writer(writer)
        if row is None:
            continue
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
