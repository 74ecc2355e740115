"""Delivery at the county: who may write into a case, and which feeds its acts go to. In the caller's transaction."""

from __future__ import annotations

from collections.abc import Container, Iterable, Sequence
from typing import Final

from domain.acts import Act
from domain.audience import FIELD, SHARED_TABLES, audience, mixed, named, said, shareable, tabular
from domain.fold import CaseState, fold
from sync.exchange.parts import Grant, Grants
from sync.exchange.realm import Realm
from sync.log.content import read_act
from sync.log.feed import CountyFeed, Delivered
from sync.log.log import ActLog, Held

CASE_NOT_YOURS: Final = "case_not_yours"
REFUSED_BELOW: Final = "refused_below"
_FIELD_BYTES: Final = f'"{FIELD}'.encode()


class Delivery:
    """The acts of one transaction on their way from the log to the feeds: judge each, then :meth:`finish` once."""

    def __init__(
        self, log: ActLog, feed: CountyFeed, stations: Grants | None = None, realm: Realm | None = None
    ) -> None:
        """``stations`` gives the grants by which acts refused earlier are judged anew; ``realm`` where a scope lies
        here, for a server with others above or below it."""
        self._log = log
        self._feed = feed
        self._stations = stations
        self._realm = realm
        self._authors: dict[str, str] = {}
        self.refused_below: frozenset[str] = frozenset()
        """Acts that the relaying county itself keeps and does not deliver."""
        self._before: dict[str, dict[str, bool]] = {}
        self._now: dict[str, dict[str, bool]] = {}
        self._names: dict[int, dict[str, bool]] = {}
        """Acts that name scopes in their fields, by storage key: almost none does."""
        self._taken: list[Held] = []
        self._of_county: set[int] = set()
        self._refold: set[str] = set()
        self._refusals: dict[int, str] = {}
        self._refused_cases: set[str] = set()
        self._pardoned: set[int] = set()
        self._accepted: set[int] = set()
        self.rejects: dict[str, str] = {}
        """Act id → code: kept, not delivered."""

    def changed(self) -> dict[str, list[Act]]:
        """Cases whose state changed, by id, each with its acts where every delivered act of it was taken just now.

        No acts stand for a case that has others: they are to be read. A case without an audience has no delivered act.
        """
        found: dict[str, list[Act]] = {}
        once = len(self._accepted) == len(self._taken)
        for item in self._taken if once else {item.seq: item for item in self._taken}.values():
            acts = found.setdefault(item.act.case_id, [])
            if not self._before[item.act.case_id]:
                acts.append(item.act)
        return dict(sorted(found.items()))

    @property
    def accepted(self) -> set[str]:
        """Ids of the acts that were taken."""
        return {item.act.act_id for item in self._taken}

    def own(self, held: Iterable[Held]) -> None:
        """Acts the county itself wrote: nobody judges them."""
        items = list(held)
        self._look_up(items)
        for item in items:
            self._of_county.add(item.seq)
            self._take(item)

    def from_above(self, held: Iterable[Held]) -> None:
        """Acts the server above delivered: it has judged who may write; only kinds of scopes never mix."""
        items = list(held)
        self._look_up(items)
        for item in items:
            joins = {scope for scope, joined in self._speaks_of(item).items() if joined}
            if mixed({self._home(item), *self._now[item.act.case_id], *joins}):
                self._refusals[item.seq] = "restricted_mixed"
                self._refused_cases.add(item.act.case_id)
            else:
                self._take(item)

    def judge(
        self, held: Sequence[Held], author: Grant, carrier: Grant, *, vouched: bool = False
    ) -> dict[int, str | None]:
        """Take each act that its author may write, refuse the others; storage key → code or None.

        ``author`` is the grant of the station that wrote it, ``carrier`` of the one that brings it: an audience that
        holds a case may show it again, so either opens the case. ``vouched``: the author's hand is not proved; then
        the act goes only where its carrier may write, or into a case the carrier is shown.
        An act that lay here refused is judged anew; one that was delivered is delivered no second time.
        """
        self._look_up(held)
        old = [item.seq for item in held if not item.new]
        refused, lying = (self._feed.reject_codes(old), self._feed.scopes_of(old)) if old else ({}, {})
        found: dict[int, str | None] = {}
        plain = self._realm is None and not vouched and not (refused or self._refusals or self.refused_below)
        for item in held:
            if plain and self._take_plain(item, author.writes):
                found[item.seq] = None
                continue
            code = self._code(item, author, carrier, vouched=vouched)
            if code is None:
                if self._refusals.pop(item.seq, None) is not None:
                    self.rejects.pop(item.act.act_id, None)
                if item.seq in refused:
                    self._pardoned.add(item.seq)
                self._take(item)
            elif item.seq in lying or item.seq in self._accepted:
                code = None  # it was taken on better ground; it stays
            else:
                self._refusals[item.seq] = code
                self._refused_cases.add(item.act.case_id)
                self.rejects[item.act.act_id] = code
            found[item.seq] = code
        return found

    def finish(self) -> dict[str, list[Delivered]]:
        """Settle audiences and refusals; what :meth:`CountyFeed.append` is to be given, as late as can be."""
        seen: dict[str, set[str]] = {}
        while True:
            self._feed.reject(self._refusals)
            self._feed.pardon(sorted(self._pardoned))
            self._settle()
            grown = self._grown()
            fresh = [case_id for case_id, scopes in grown.items() if seen.get(case_id) != scopes]
            seen = grown
            if not fresh or not self._judge_again(fresh):
                break
        fresh_rows: list[tuple[str, str, bool]] = []
        changed: list[tuple[str, str, bool]] = []
        for case_id, scopes in self._now.items():
            before = self._before[case_id]
            if before:
                changed += [
                    (case_id, scope, shown) for scope, shown in scopes.items() if before.get(scope) is not shown
                ]
            else:
                for scope, shown in scopes.items():
                    fresh_rows.append((case_id, scope, shown))
        self._feed.set_audience(fresh_rows, new=True)
        self._feed.set_audience(changed)
        return self._feeds()

    # how -----------------------------------------------------------------------------------------------------------

    def _look_up(self, held: Sequence[Held]) -> None:
        for item in held:
            if _FIELD_BYTES in item.entry.content:
                self._names[item.seq] = named(item.act.sets)
        fresh = {item.act.case_id for item in held} - self._now.keys()
        if not fresh:
            return
        found = self._feed.audience(sorted(fresh))
        for case_id in fresh:
            self._before[case_id] = found.get(case_id, {})
            self._now[case_id] = dict(self._before[case_id])

    def _code(self, item: Held, author: Grant, carrier: Grant, *, vouched: bool) -> str | None:
        act, scopes = item.act, self._now[item.act.case_id]
        if act.act_id in self.refused_below:
            return REFUSED_BELOW
        home, speaks_of = self._home(item), self._speaks_of(item)
        writes = carrier.writes if vouched else author.writes
        if tabular(act.case_id):
            return None if act.scope in writes and not speaks_of else "scope_refused"
        allowed = act.scope in writes
        if allowed and not speaks_of and scopes.keys() <= {home}:
            return None  # the common case: a desk writes into its own
        shown = any(scope in author.scopes or scope in carrier.scopes for scope in scopes)
        if vouched and not allowed:
            allowed = shown and act.scope != SHARED_TABLES
        if not allowed or not all(shareable(scope) for scope in self._names.get(item.seq, ())):
            return "scope_refused"
        if scopes and not shown:
            return CASE_NOT_YOURS
        joins = {scope for scope, joined in speaks_of.items() if joined}
        members = {scope for scope, is_shown in scopes.items() if is_shown}  # a field may say no of any scope at all
        return "restricted_mixed" if mixed({home, *members, *joins}) else None

    def _take_plain(self, item: Held, writes: Container[str]) -> bool:
        """Take an act as nearly all are: its author writes into the one scope that its case is shown to."""
        act = item.act
        scopes, scope = self._now[act.case_id], act.scope
        if item.seq in self._names or scope not in writes or tabular(act.case_id):
            return False
        if not scopes:
            scopes[scope] = True
        elif len(scopes) > 1 or not scopes.get(scope):
            return False
        self._taken.append(item)
        self._accepted.add(item.seq)
        return True

    def _take(self, item: Held) -> None:
        case_id, scope = item.act.case_id, self._home(item)
        scopes = self._now[case_id]
        if tabular(case_id):
            scopes.setdefault(scope, False)
        elif not scopes:
            scopes[scope] = True  # the scope of its first act
        elif not scopes.get(scope) or len(scopes) > 1:
            scopes.setdefault(scope, False)
            self._refold.add(case_id)  # several scopes write: whose act came first may be known only now
        if self._names.get(item.seq) and not tabular(case_id):
            self._refold.add(case_id)
        self._taken.append(item)
        self._accepted.add(item.seq)

    def _grown(self) -> dict[str, set[str]]:
        """Cases that are shown to more scopes than before, and may hold acts refused as nobody's business."""
        refused = {case_id for case_id, scopes in self._before.items() if scopes} | self._refused_cases
        found = {
            case_id: {scope for scope, shown in self._now[case_id].items() if shown}
            - {scope for scope, shown in self._before[case_id].items() if shown}
            for case_id in refused & self._now.keys()
        }
        return {case_id: scopes for case_id, scopes in found.items() if scopes}

    def _judge_again(self, case_ids: list[str]) -> bool:
        """Acts refused because their author had not been shown the case: a restored county may learn of it late."""
        taken = False
        told = set(self.rejects)
        for seq, entry, station in self._feed.refused_entries(case_ids, CASE_NOT_YOURS):
            author = self._stations(station) if self._stations is not None else None
            if author is not None:
                codes = self.judge([Held(seq, entry, read_act(entry.content), new=False)], author, author)
                taken = taken or codes[seq] is None
        for act_id in self.rejects.keys() - told:
            del self.rejects[act_id]  # somebody else's: none of this round's business
        return taken

    def _settle(self) -> None:
        """The audience of every case that may have changed, from its acts as they stand now."""
        if not self._refold:
            return
        refused = self._feed.refused_in(sorted(self._refold))
        for case_id, acts in self._log.cases(sorted(self._refold)).items():
            taken = [act for act in acts if act.act_id not in refused]
            state = fold(taken)
            told = self._told(state)
            opened = self._placed([(taken[0].scope, True, taken[0].station)])
            let_in = self._placed(
                (scope, True, act.station) for act in taken for scope, joined in named(act.sets).items() if joined
            )
            scopes = self._now[case_id]
            for scope, shown in scopes.items():
                if shown and scope not in told and scope not in opened:
                    scopes[scope] = False  # it wrote what was the first act, until an earlier one came
            # Who was let in once and left may still answer; to be told off without ever having been let in opens
            # nothing: any desk reads ``county``.
            scopes |= {scope: shown for scope, shown in told.items() if shown or scope in scopes or scope in let_in}

    def _told(self, state: CaseState) -> dict[str, bool]:
        """The feeds a case is shown to as its acts tell it, and those they say it is not shown to."""
        if self._realm is None:
            return dict.fromkeys(audience(state), True) | said(state)
        first = state.acts[0]
        places = [(first.scope, first.scope in audience(state), first.station)]
        for name, field in state.fields.items():
            if name.startswith(FIELD):
                places += [(name[len(FIELD) :], head.value is True, head.station) for head in field.heads]
        return self._realm.place_all(places)

    def _placed(self, places: Iterable[tuple[str, bool, str]]) -> dict[str, bool]:
        """Where these scopes lie here: (scope, joins, station that says so)."""
        if self._realm is None:
            return {scope: joins for scope, joins, _station in places}
        return self._realm.place_all(places)

    def _feeds(self) -> dict[str, list[Delivered]]:
        found: dict[str, dict[int, Delivered]] = {}
        old = [item.seq for item in self._taken if not item.new]
        lying = self._feed.scopes_of(old) if old else {}
        for item in self._taken:
            seq, entry, known, new, chained = item
            act = Delivered(seq, entry.hash, entry.content, entry if new and chained else None)
            scopes = self._now[known.case_id]
            if new and len(scopes) == 1 and seq not in self._names:
                targets: Iterable[str] = scopes  # its own, as nearly always
            else:
                targets = self._targets(item) - lying.get(seq, set())
            for scope in targets:
                found.setdefault(scope, {})[seq] = act
        for scope, cases in self._joined().items():
            for act in self._feed.untold(scope, cases, 1 << 62):
                found.setdefault(scope, {})[act.seq] = act
        return {scope: [acts[seq] for seq in sorted(acts)] for scope, acts in found.items()}

    def _targets(self, item: Held) -> set[str]:
        case_id = item.act.case_id
        scopes, speaks_of = self._now[case_id], self._speaks_of(item)
        if len(scopes) == 1 and not speaks_of:
            return set(scopes)  # its own, as nearly always
        targets = {scope for scope, shown in scopes.items() if shown}
        targets |= {scope for scope, joined in speaks_of.items() if not joined and self._was_in(case_id, scope)}
        if item.seq not in self._of_county:
            targets.discard(SHARED_TABLES)  # what everybody reads only the county writes
        return targets | {self._home(item)}

    def _was_in(self, case_id: str, scope: str) -> bool:
        """The last thing a scope that leaves is told is the act that says so."""
        return bool(self._before[case_id].get(scope))

    def _joined(self) -> dict[str, list[str]]:
        """Scopes that are shown a case from now on which was here before: they are told all of it first."""
        found: dict[str, list[str]] = {}
        for case_id, before in sorted((case_id, before) for case_id, before in self._before.items() if before):
            for scope, shown in self._now[case_id].items():
                if shown and not before.get(scope) and scope != SHARED_TABLES:
                    found.setdefault(scope, []).append(case_id)
        return found

    # where a scope lies here -----------------------------------------------------------------------------------

    def _home(self, item: Held) -> str:
        """The feed of an act's own scope."""
        return item.act.scope if self._realm is None else self._realm.place(item.act.scope, self._author(item))

    def _speaks_of(self, item: Held) -> dict[str, bool]:
        """The feeds an act's fields name."""
        names = self._names.get(item.seq)
        if names is None:
            return {}
        if self._realm is None:
            return names
        author = self._author(item)
        return self._realm.place_all((scope, joined, author) for scope, joined in names.items())

    def _author(self, item: Held) -> str:
        """The station an act came from, by its writer: what the act itself says of that proves nothing."""
        writer = item.entry.writer
        if writer not in self._authors:
            row = self._log.writer(writer)
            self._authors[writer] = "" if row is None else row.station
        return self._authors[writer]
