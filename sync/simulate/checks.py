"""The checker: watches the wire and the disks of a simulated world and demands the invariants, with the oracle's help.

I1 a saved act survives · I2 nothing is lost · I3 once and dense · I4 chains · I5 已到县 is true · I6 same acts, same
bytes · I7 heads by the oracle · I8 only the audience is shown · I9 numbers · I11 bounded · I12 unknown acts byte-exact.
(I10, clocks, compares two worlds: :mod:`sync.simulate.run`.)
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

from sync.protocol import ANSWER_TAG, Answer, Request, open_frame
from sync.simulate import beneath, database, oracle
from sync.simulate.accidents import demand
from sync.simulate.county import SimCounty
from sync.simulate.ledger import Lease, Ledger
from sync.simulate.station import SimStation

Parsed = dict[str, Any]


class Checker:
    """What is known of one world beside its databases."""

    def __init__(self) -> None:
        self.written: dict[str, bytes] = {}
        """Every act whose saving returned, or may have been saved in a cut: id → bytes."""
        self.ever_durable: set[str] = set()
        """Acts the county's disk has held at some time."""
        self.may_see: dict[str, set[str]] = {}
        """Scope → acts whose case it was in the audience of, or that it wrote, at some time."""
        self._parsed: dict[bytes, Parsed] = {}
        self._order: dict[str, dict[int, bytes]] = {}
        """Case → its delivered acts by storage key."""
        self._audience: dict[str, set[str]] = {}
        self._refused: set[str] = set()
        self._once_taken: set[str] = set()
        """Acts the county delivered at some time, in any of its files."""
        self._last = 0
        self._ever: dict[str, set[str]] = {}
        """Case → scopes it was ever delivered to, in the life of this county file."""
        self.guessed: dict[str, tuple[str, ...]] = {}
        """Acts into a guessed case: id → what their author may read."""
        self.ledger = Ledger()
        self.forged_acts: set[str] = set()
        self.forged: dict[str, str] = {}
        """Writers nobody was born as: writer → the desk in whose name."""

    def parse(self, content: bytes) -> Parsed:
        """An act as plain JSON, read once."""
        found = self._parsed.get(content)
        if found is None:
            found = self._parsed[content] = oracle.read(content)
        return found

    def _in_order(self, contents: dict[int, bytes]) -> list[Parsed]:
        return [self.parse(contents[seq]) for seq in sorted(contents)]

    # the county --------------------------------------------------------------------------------------------------

    def county_anew(self, county: SimCounty) -> None:
        """The county goes on from another file."""
        self._order, self._audience, self._ever, self._refused, self._last = {}, {}, {}, set(), 0
        self.ledger.here.clear()
        self.county_took(county)

    def county_took(self, county: SimCounty, knew: Collection[Lease] = (), carrier: Collection[str] = ()) -> set[str]:
        """Look at what is new on the county's disk; returns the ids. Of the station served: ``knew``, leases known to
        it, and ``carrier``, the scopes it may read."""
        fresh = beneath.contents(county.tables.db, self._last)
        refused = beneath.refused_ids(county.tables.db)
        pardoned = self._refused - set(refused)
        if not fresh and not pardoned:
            return set()
        self._refused = set(refused)
        if pardoned:  # refused before, and taken now that who may write them is known
            fresh = [row for row in beneath.contents(county.tables.db) if row[1] in pardoned or row[0] > self._last]
        touched: set[str] = set()
        before: dict[str, set[str]] = {}
        taken: set[str] = set()
        for seq, act_id, content in fresh:
            if act_id not in refused:
                self.ledger.took([self.parse(content)], knew)
            self._last = max(seq, self._last)
            self.ever_durable.add(act_id)
            if act_id not in refused:
                act = self.parse(content)
                case_id = str(act["c"])
                before.setdefault(case_id, set(self._ever.get(case_id, ())))
                self._ever.setdefault(case_id, set()).add(act["s"])
                self._order.setdefault(case_id, {})[seq] = content
                touched.add(case_id)
                taken.add(act_id)
        for case_id in touched:
            acts = self._in_order(self._order[case_id])
            for act in acts:
                self.may_see.setdefault(act["s"], set()).add(act["i"])
            audience = oracle.audience(acts)
            let_in = oracle.let_in(acts)
            self._ever[case_id] |= audience | let_in  # who was let in, and left since, may answer
            shown = before[case_id]
            for act_id in self.guessed.keys() & {act["i"] for act in acts} & {row[1] for row in fresh}:
                good = not shown or (shown | audience | let_in) & set(self.guessed[act_id])
                # Taken while the guess opened the case, lost with the county's file: whoever is shown the case now
                # brings back what it was told then.
                brought = act_id in self._once_taken and bool((shown | audience) & set(carrier))
                demand(good or brought, "I8", f"{act_id[:8]} is taken into a case that was never shown to its author")
            for scope in audience:
                self.may_see.setdefault(scope, set()).update(act["i"] for act in acts)
            for scope in self._audience.get(case_id, set()) - audience:  # the last thing it is told is that it leaves
                says_so = {act["i"] for act in acts if f"audience.{scope}" in act["f"]}
                self.may_see.setdefault(scope, set()).update(says_so)
            self._audience[case_id] = audience
            demand(len({scope.startswith("restricted/") for scope in audience}) < 2, "I8",
                   f"{case_id[:8]} is shown to {sorted(audience)}")  # fmt: skip
        self._once_taken |= taken
        return {act_id for _, act_id, _ in fresh}

    # the wire ----------------------------------------------------------------------------------------------------

    def answer_left(
        self, frame: bytes, request: Request, station: SimStation, county_key: bytes, scopes: Iterable[str]
    ) -> None:
        """I8, I11: open what the county sends to a station and look at every act, writer and id in it."""
        self.answer_shows(open_frame(frame, Answer, ANSWER_TAG, county_key), request, station, scopes)

    def answer_shows(self, answer: Answer, request: Request, station: SimStation, scopes: Iterable[str]) -> None:
        """I8, I11 of an answer, by line or by stick."""
        allowed = set(scopes)
        authors: set[str] = set()
        size = last = 0
        for pull in answer.pull:
            demand(pull.scope in allowed, "I8", f"feed {pull.scope} went to {station.name}")
            for run in pull.runs:
                authors.add(run.w)
                for raw in run.a:
                    act = self.parse(bytes(raw))
                    seen = act["i"] in self.may_see.get(pull.scope, ())
                    demand(seen, "I8", f"act {act['i'][:8]} of {act['s']} went to {station.name} in {pull.scope}")
                    last = len(bytes(raw))
                    size += last
        for run in answer.recent:
            authors.add(run.w)
            for raw in run.a:
                act = self.parse(bytes(raw))
                seen = any(act["i"] in self.may_see.get(scope, ()) for scope in allowed)
                demand(seen, "I8", f"act {act['i'][:8]} of {act['s']} went to {station.name} before its feed")
                size += len(bytes(raw))
        demand(size - last <= max(1, request.limit), "I11", f"{size} bytes of acts where {request.limit} were asked")
        demand(set(answer.rewind) <= allowed, "I8", f"rewinds {sorted(set(answer.rewind) - allowed)}")
        demand(set(answer.lost) <= set(request.told), "I8", "an act is called lost that nobody asked about")
        own = set(request.own) | {run.w for run in request.push}
        demand(set(answer.writers) <= authors, "I8", "a writer's key of nobody in the pull")
        demand(set(answer.have) | set(answer.fork) <= own | set(request.writers), "I8", "a position of another's log")

    # stations ----------------------------------------------------------------------------------------------------

    def station_stands(self, station: SimStation) -> None:
        """I5 and the count of what waits, at any moment."""
        confirmed = beneath.confirmed_ids(station.tables.db)
        demand(confirmed <= self.ever_durable, "I5", f"{station.name} calls safe what the county never held")
        waiting, counted = station.feed.pending(), beneath.waiting_own(station.tables.db)
        demand(waiting == counted, "I5", f"{station.name} shows {waiting} waiting, {counted} do")

    def station_holds_together(self, station: SimStation) -> dict[str, bytes]:
        """I4, I6, I7, I12 at a station; returns its acts."""
        list(station.log.verify())
        list(station.feed.verify())
        self.station_stands(station)
        held = {act_id: content for _, act_id, content in beneath.contents(station.tables.db)}
        self._byte_exact(held, station.name)
        self._folded(database.folded(station.tables.db), held.values(), station.name)
        return held

    def county_holds_together(self, county: SimCounty) -> dict[str, bytes]:
        """I3, I4, I6, I7, I12 at the county; returns its delivered acts."""
        county.store.verify()
        for writer in self.forged:
            row = county.store.log.writer(writer)
            demand(row is None or row.attested, "I8", "a writer counts as born of a desk that never had it")
        demand(beneath.doubled_in_feeds(county.tables.db) == 0, "I3", "a feed is not dense, or holds an act twice")
        held = {act_id: content for _, act_id, content in beneath.contents(county.tables.db)}
        self._byte_exact(held, "county")
        refused = beneath.refused_ids(county.tables.db)
        delivered = {act_id: content for act_id, content in held.items() if act_id not in refused}
        self._folded(county.store.case_bytes(), delivered.values(), "county")
        return delivered

    def delivered(self, county: SimCounty) -> list[Parsed]:
        """The acts the county holds and delivers."""
        refused = beneath.refused_ids(county.tables.db)
        rows = beneath.contents(county.tables.db)
        return [self.parse(content) for _, act_id, content in rows if act_id not in refused]

    def refused(self, county: SimCounty) -> list[tuple[Parsed, str]]:
        """The acts the county keeps and does not deliver, with the code: its own, too, which no clerk wrote."""
        codes = beneath.refused_ids(county.tables.db)
        rows = beneath.contents(county.tables.db)
        return [(self.parse(content), codes[act_id]) for _, act_id, content in rows if act_id in codes]

    def _byte_exact(self, held: dict[str, bytes], where: str) -> None:
        for act_id, content in held.items():
            known = self.written.get(act_id)
            demand(known is None or known == content, "I12", f"act {act_id[:8]} has other bytes at {where}")

    def _folded(self, found: dict[str, bytes], contents: Iterable[bytes], where: str) -> None:
        cases: dict[str, list[Parsed]] = {}
        for content in contents:
            act = self.parse(content)
            cases.setdefault(act["c"], []).append(act)
        demand(set(cases) == set(found), "I6", f"{where} has folded other cases than it holds")
        for case_id, acts in cases.items():
            demand(oracle.state(acts) == found[case_id], "I7", f"{where} folds {case_id[:8]} unlike the oracle")

    # everybody ---------------------------------------------------------------------------------------------------

    def in_the_end(self, county: SimCounty, crew: list[SimStation], alive: set[str]) -> None:
        """I2, I5, I6 after everything was healed: nobody lost anything, and the entitled hold the same."""
        delivered = self.county_holds_together(county)
        at_county = beneath.act_ids(county.tables.db)
        lost = alive - at_county - self.forged_acts  # whoever was named as their author cannot bring them
        demand(not lost, "I2", f"{len(lost)} acts that lay on a live disk are not at the county")
        for station in crew:
            held = self.station_holds_together(station)
            entitled = self._entitled(delivered, station)
            missing = entitled - set(held)
            demand(not missing, "I2", f"{station.name} lacks {len(missing)} acts of cases it is in the audience of")
            demand(station.feed.pending() == 0, "I5", f"{station.name} still waits for {station.feed.pending()}")

    def _entitled(self, delivered: dict[str, bytes], station: SimStation) -> set[str]:
        found: set[str] = set()
        for contents in self._order.values():
            acts = self._in_order(contents)
            reached = oracle.audience(acts) & set(station.scopes)
            found |= {act["i"] for act in acts if act["s"] in station.scopes or reached}
        return found & set(delivered)
