"""Every safeguard with a switch that removes it. The simulation must notice each removal: that is what it is worth.

An ablation puts another function in the place of a production function while it is on; production code is not touched.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import Any, Final

from domain import series as numbers
from domain.acts import Act
from sync import protocol
from sync.exchange import audience as delivery
from sync.exchange import county, courier, station
from sync.log.feed import CountyFeed, StationFeed
from sync.log.log import ActLog
from sync.log.station_refusals import StationRefusals
from sync.server import rounds
from sync.server import series as book
from sync.server.series import SeriesBook
from sync.server.sticks import Sticks
from sync.server.store import CountyStore
from sync.simulate import database, removals
from sync.simulate.plan import BY_STICK, DESKS, RESTORES, SHARES, TWINS, Bias
from sync.simulate.world import forget_templates

Patch = tuple[object, str, Any]


@dataclass(frozen=True, slots=True)
class Ablation:
    """A safeguard, what stands in its place when it is removed, and where the search for the harm is directed."""

    name: str
    removes: str
    patches: tuple[Patch, ...]
    bias: Bias = field(default_factory=Bias)
    on_disk: bool = False
    first: int = 0
    """Where the search begins: not long before a seed that is known to notice, so that a test finds it soon."""
    budget: int = 20
    """Seeds within which the removal must be noticed."""

    @property
    def seeds(self) -> range:
        """Where the removal must be noticed."""
        return range(self.first, self.first + self.budget)


_TWINS: Final = Bias(weights={"station_backup": 3.0, "station_restore": 3.0, "station_clone": 2.0})
_LATE_TWINS: Final = Bias(
    weights={
        "take_number": 0.0,
        "write_report": 0.0,
        "carry": 0.0,
        "give_up": 0.0,
        "turn_year": 0.0,
        "station_backup": 6.0,
        "station_restore": 8.0,
        "ask": 30.0,
        "deliver": 25.0,
        "write": 25.0,
        "round": 0.0,
    },
    chances={"doubled": 0.8, "overtaken": 0.8, "lost": 0.0, "small_budget": 0.0, "kept_on_stick": 0.0},
    stations=2,
)
_CUTS: Final = Bias(weights={"county_crash": 5.0, "station_crash": 5.0, "county_full": 0.0, "station_full": 0.0})
_SHARES: Final = Bias(weights={"share": 8.0, "guess": 2.0}, chances={"restricted": 0.5})
_LATE: Final = Bias(
    weights={
        "take_number": 0.0,
        "write_report": 0.0,
        "carry": 0.0,
        "give_up": 0.0,
        "turn_year": 0.0,
        "county_restore": 5.0,
        "county_backup": 5.0,
        "replay": 8.0,
        "ask": 30.0,
        "deliver": 40.0,
    },
    chances={"overtaken": 0.8, "kept_on_stick": 0.5, "doubled": 0.4},
    stations=2,
)

_NEWEST: Final = Bias(
    weights={
        "write": 40.0,
        "share": 5.0,
        "county_restore": 3.0,
        "county_backup": 3.0,
        "round": 8.0,
        "station_restore": 2.0,
        "station_backup": 2.0,
        "write_report": 0.0,
        "carry": 0.0,
        "take_number": 0.0,
    },
    chances={"small_budget": 0.9, "restricted": 0.2},
)
_PAPERS: Final = Bias(weights={"take_number": 25.0})

_TABLE: Final = (
    Ablation(
        "A",
        "both ends check again by its hash that they mean the same log (one of them alone would be enough)",
        ((county, "_positions", removals.trust_claims), (station._State, "have", removals.any_have)),
        _LATE_TWINS,
        first=228,
    ),
    Ablation(
        "B",
        "the county finds two histories of one writer",
        ((county._Taken, "push", removals.take_any_place), (county, "_positions", removals.trust_claims)),
        _TWINS,
    ),
    Ablation("C", "a feed position is claimed with its hash", ((CountyFeed, "roll_at", removals.any_roll),), RESTORES),
    Ablation(
        "D",
        "cursor and data in one transaction at the station",
        ((StationFeed, "advance", removals.cursor_first),),
        _CUTS,
    ),
    Ablation(
        "E",
        "the county commits before it answers",
        (
            (CountyStore, "transaction", removals.commit_later),
            (CountyStore, "verify", removals.verify_later),
            (database.MemoryTables, "copy", removals.copy_later),
        ),
        _CUTS,
    ),
    Ablation("F", "a station is sent its own acts", ((county, "pulls_of", removals.no_references_without_own),)),
    Ablation(
        "G",
        "a rewind must answer the claim still held (what a forked log was refused is brought again and asked after all"
        " the same)",
        (
            (station._State, "rewind", removals.any_rewind),
            (StationRefusals, "offer_forked", removals.offer_unrefused),
            (StationRefusals, "told", removals.nothing_told),
        ),
        _LATE,
        first=1390,
    ),
    Ablation("H", "a pull must begin at the cursor", ((station._State, "pull", removals.any_pull),), _LATE),
    Ablation(
        "births",
        "a writer is taken on its birth only",
        ((county._Taken, "_born", removals.yes),),
        Bias(weights={"forge": 4.0}),
    ),
    Ablation(
        "case_not_yours",
        "nobody writes into a case it was never shown",
        ((delivery.Delivery, "_code", removals.any_case),),
        _SHARES,
    ),
    Ablation("restricted_mixed", "restricted cases and others never mix", ((delivery, "mixed", removals.no),), _SHARES),
    Ablation(
        "backlog",
        "who joins is told all that came before",
        ((delivery.Delivery, "_joined", removals.none_found),),
        _SHARES,
    ),
    Ablation("leaving", "who left is told no more", ((delivery.Delivery, "_settle", removals.nothing),), _SHARES),
    Ablation(
        "incarnation",
        "a forked station goes on under a new writer",
        ((station._State, "go_on", removals.nothing),),
        _TWINS,
    ),
    Ablation(
        "recovered",
        "a station offers what a restored county forgot",
        ((StationFeed, "adrift", lambda *_: []),),
        RESTORES,
    ),
    Ablation(
        "seen_back",
        "an act is safe only when it was seen back",
        ((StationFeed, "pending", removals.waiting_by_position),),
    ),
    Ablation(
        "broken_runs",
        "a broken run does not stop the others",
        ((county._Taken, "push", removals.stop_at_broken), (county._Taken, "_entries", removals.one_for_all)),
        Bias(weights={"spoil": 4.0}),
    ),
    Ablation(
        "reject_again",
        "a refusal is told again to whoever missed it",
        ((CountyFeed, "rejected", removals.none_found),),
        Bias(weights={"guess": 5.0, "share": 3.0}, chances={"lost": 0.3, "doubled": 0.4}),
    ),
    Ablation(
        "told_first",
        "an author hears the refusal: an answer moves the push on no further than its request went, and what was not"
        " heard of is brought again (one of them alone would be enough)",
        (
            (station._State, "have", removals.told_anything),
            (StationFeed, "bring_unseen_again", removals.no),
        ),
        Bias(weights={"guess": 8.0, "ask": 30.0, "deliver": 30.0}, chances={"overtaken": 0.8, "doubled": 0.4}),
        first=60,
    ),
    Ablation(
        "signatures",
        "a damaged frame is refused whole",
        ((protocol, "verify_frame", removals.nothing), (rounds, "verify_frame", removals.nothing)),
        Bias(chances={"corrupted": 0.5}),
    ),
    Ablation(
        "one_transaction",
        "the county takes a request in one transaction",
        ((ActLog, "admit", removals.log_first),),
        _CUTS,
    ),
    Ablation(
        "unknown_kinds",
        "acts of a later release are kept and not folded",
        ((Act, "known", property(removals.yes)),),
        Bias(weights={"newer_act": 3.0}),
    ),
    Ablation(
        "own_lease",
        "a writer draws from its own blocks only",
        ((numbers, "free", removals.free_of_anybody),),
        _PAPERS,
    ),
    Ablation(
        "seal",
        "a new incarnation's earlier numbers are sealed",
        ((SeriesBook, "seal", removals.seal_no_incarnation),),
        Bias(weights=dict(_TWINS.weights) | dict(_PAPERS.weights)),
    ),
    Ablation(
        "behind_everything",
        "a block begins behind every number ever leased",
        ((book, "behind_everything", removals.behind_papers),),
        _PAPERS,
    ),
    Ablation(
        "level",
        "nothing is leased to a station that has something to bring back",
        ((county, "_level", removals.always_level),),
        Bias(weights=dict(RESTORES.weights) | dict(_PAPERS.weights)),
    ),
    Ablation(
        "level_by_stick",
        "a report that brings something back, or is wound back, is leased nothing",
        ((Sticks, "_asker", removals.any_report),),
        BY_STICK,
        first=2080,
    ),
    Ablation(
        "births_by_stick",
        "every report brings the births of the station's writers",
        ((courier._AsIfTaken, "unacknowledged", StationFeed.unacknowledged),),
        BY_STICK,
        first=120,
    ),
    Ablation(
        "unseen_again",
        "what the county holds and does not deliver is brought again, to hear the refusal",
        ((StationFeed, "bring_unseen_again", removals.no),),
        BY_STICK,
        first=230,
    ),
    Ablation(
        "refused_again",
        "where a log has forked, what was refused is brought again, or asked after (one of them alone would be enough)",
        ((StationRefusals, "offer_forked", removals.offer_unrefused), (StationRefusals, "told", removals.nothing_told)),
        DESKS,
        first=5000005,
    ),
    Ablation(
        "refusals_claimed",
        "whether the county still holds what it refused is asked where nothing else would tell",
        ((StationRefusals, "told", removals.nothing_told),),
        SHARES,
        first=1007350,
    ),
    Ablation(
        "unseen_in_full",
        "what was not heard of is brought again also where twins never hear that nothing is new",
        ((station, "_stands", removals.no),),
        first=1016995,
    ),
    Ablation(
        "word_of_a_twin",
        "acts a twin wrote under a superseded key are taken on the word of its desk",
        ((county._Taken, "introduce", removals.introduce_born),),
        TWINS,
        first=1016910,
    ),
    Ablation(
        "let_in",
        "to be told off without ever having been let in opens no case, and an audience follows the first act",
        ((delivery.Delivery, "_placed", removals.every_place),),
        BY_STICK,
        first=2008090,
    ),
    Ablation(
        "newest_offered",
        "what came early is offered back once the feeds have ended without it",
        ((StationRefusals, "note_newest", removals.newest_for_ever),),
        _NEWEST,
        first=300,
    ),
    Ablation(
        "newest_of_whom",
        "the newest cases are of the feeds a station may read, and not its own",
        ((CountyFeed, "acts_behind", removals.acts_of_any_feed),),
        _NEWEST,
    ),
    Ablation(
        "sealed_again",
        "numbers that came back to a suspended incarnation are sealed too",
        ((SeriesBook, "_ended", removals.ended_once),),
        BY_STICK,
        first=265,
    ),
    Ablation(
        "disputes",
        "two papers with one number are told",
        ((SeriesBook, "_raise_disputes", removals.nothing),),
        Bias(weights={"station_backup": 4.0, "station_restore": 4.0, "station_clone": 4.0} | dict(_PAPERS.weights)),
    ),
    Ablation(
        "synchronous",
        "a commit is on the disk when it returns",
        ((database, "PRAGMAS", tuple(p.replace("FULL", "OFF") for p in database.PRAGMAS)),),
        _CUTS,
        on_disk=True,
    ),
)

ABLATIONS: Final[Mapping[str, Ablation]] = {ablation.name: ablation for ablation in _TABLE}
"""Every safeguard that can be removed, by name."""


@contextmanager
def removed(ablation: Ablation) -> Iterator[None]:
    """Without this safeguard."""
    with ExitStack() as stack:
        stack.callback(forget_templates)
        forget_templates()
        for owner, name, value in ablation.patches:
            kept = owner.__dict__[name] if isinstance(owner, type) else getattr(owner, name)
            stack.callback(setattr, owner, name, kept)
            setattr(owner, name, value)
        yield


__all__ = ["ABLATIONS", "Ablation", "removed"]
