"""The judge of a chaos run: what must be where in the end, told from act bytes, journals and files. Starts nothing."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sync.simulate import oracle
from tests.chaos.crew import Broken, StationProcess

Dump = dict[str, Any]


def demand(good: object, what: str) -> None:
    """Raise Broken unless it holds."""
    if not good:
        raise Broken(what)


def read_dump(path: Path) -> Dump:
    """What a station's ``dump`` wrote."""
    found: Dump = json.loads(path.read_text("utf-8"))
    return found


Select = Callable[[str], list[tuple[Any, ...]]]
"""Rows of the county's database, read beside it or from a file nobody has open."""


def county_ids(select: Select) -> set[str]:
    """Ids of every act at the county."""
    return {bytes(row[0]).hex() for row in select("SELECT act_id FROM act")}


@dataclass
class County:
    """A county's file as it lies there."""

    acts: dict[str, str]
    states: dict[str, str]
    refused: dict[str, str]
    feeds: dict[str, list[str]]
    """Scope → act ids by seq."""
    order: list[str]
    attested: int

    @classmethod
    def read(cls, select: Select) -> County:
        """Read it; seq must be dense in every feed."""
        rows = select("SELECT act_id, content FROM act ORDER BY seq")
        feeds: dict[str, list[str]] = defaultdict(list)
        sql = "SELECT f.scope, f.seq, a.act_id FROM feed f JOIN act a ON a.seq = f.act_seq ORDER BY f.scope, f.seq"
        for scope, seq, act_id in select(sql):
            feeds[scope].append(bytes(act_id).hex())
            demand(seq == len(feeds[scope]), f"feed {scope} is not dense at {seq}")
        heads = {str(row[0]): int(row[1]) for row in select("SELECT scope, seq FROM feed_head") if row[1]}
        demand({scope: len(ids) for scope, ids in feeds.items()} == heads, "a feed's head is not its end")
        found = select("SELECT a.act_id, r.code FROM reject r JOIN act a ON a.seq = r.act_seq")
        acts = {bytes(row[0]).hex(): bytes(row[1]).decode() for row in rows}
        refused = {bytes(row[0]).hex(): str(row[1]) for row in found}
        return cls(
            acts,
            cls._states(select, [text for act_id, text in acts.items() if act_id not in refused]),
            refused,
            dict(feeds),
            [bytes(row[0]).hex() for row in rows],
            int(select("SELECT count(*) FROM attested")[0][0]),
        )

    @staticmethod
    def _states(select: Select, delivered: list[str]) -> dict[str, str]:
        """The county writes no state while one act says everything: then there must be one, and no other."""
        cases: dict[str, list[dict[str, Any]]] = defaultdict(list)
        for act in (oracle.read(text.encode()) for text in delivered):
            cases[act["c"]].append(act)
        found: dict[str, str] = {}
        for case, state in select("SELECT case_id, state FROM county_case"):
            count = len(cases[case])
            demand(state is not None or count == 1, f"I6: the county wrote no state of {case}, which has {count} acts")
            found[str(case)] = (oracle.state(cases[case]) if state is None else bytes(state)).decode()
        return found


@dataclass
class End:
    """A station in the end."""

    station: StationProcess
    told: dict[str, Any]
    dump: Dump


def numbers(accounts: list[dict[str, Any]], doubles: list[dict[str, Any]], ends: list[End]) -> None:
    """I9: every number up to the highest is used, voided, sealed or open, at the county and at every desk.

    A number on two papers is in order once the county has said which of them keeps it.
    """
    for found in accounts:
        name = found["series"]
        demand(not found["gaps"], f"I9: numbers {found['gaps']} of {name} are in no account at the county")
        demand(not found["strays"], f"I9: numbers {found['strays']} of {name} are on papers without a lease")
        named = sorted(double["n"] for double in doubles if double["series"] == name)
        standing = set(found["doubles"])
        demand(standing <= set(named), f"I9: the county does not list all doubles of {name}: {standing - set(named)}")
    for end in ends:
        lines = end.told["unexplained"]
        demand(not lines, f"I9: {end.station.name} shows numbers nobody can explain: {lines}")


@dataclass
class Book:
    """What is known during a run of what was saved, where it lay, and what went with a disk."""

    acknowledged: set[str] = field(default_factory=set)
    on_live_disk: set[str] = field(default_factory=set)
    lost_disks: list[tuple[str, set[str], set[str]]] = field(default_factory=list)
    """(whose, its acts, those it showed as 已到县)."""
    forgotten: set[str] = field(default_factory=set)
    """Acts a restored county no longer had when it was restored."""
    bytes_of: dict[str, str] = field(default_factory=dict)

    def _look(self, station: StationProcess, told: dict[str, Any], dump: Dump, *, calm: bool = False) -> set[str]:
        held = set(dump["acts"])
        saved = station.acknowledged()
        missing = saved - held
        demand(not missing, f"I1: {len(missing)} acts {station.name} said 已保存 to are not on its disk {station.disk}")
        sound = not (told["damaged"] or told["differing"] or told["unsound"])
        # Before the last exchange a desk may not know who holds numbers a restored county leased: calm tells.
        demand(told["clean"] if calm else sound, f"{station.name} does not verify: {str(told)[:600]}")
        self.acknowledged |= saved
        for act_id, content in dump["acts"].items():
            known = self.bytes_of.setdefault(act_id, content)
            demand(known == content, f"act {act_id} has other bytes at {station.name}")
        return held

    def disk_gone(self, station: StationProcess, told: dict[str, Any], dump: Dump) -> None:
        """A disk is about to be replaced by an older copy."""
        held = self._look(station, told, dump)
        self.lost_disks.append((station.name, held, set(dump["confirmed"])))

    def disk_lives(self, station: StationProcess, told: dict[str, Any], dump: Dump) -> None:
        """A disk as it stands when everything is healed, before the last exchange."""
        self.on_live_disk |= self._look(station, told, dump)

    def county_forgot(self, ids: set[str]) -> None:
        """The county was replaced by an older copy that lacks these."""
        self.forgotten |= ids

    # in the end --------------------------------------------------------------------------------------------------

    def in_the_end(self, county: County, ends: list[End]) -> dict[str, object]:
        """Judge everything; the figures of the table. Raises Broken."""
        held = set(county.acts)
        lost = self.on_live_disk - held
        demand(not lost, f"I2: {len(lost)} acts that lay on a live disk are not at the county: {sorted(lost)[:5]}")
        gone = self.acknowledged - held
        self._explain(gone)
        for scope, ids in county.feeds.items():
            demand(len(ids) == len(set(ids)), f"I3: feed {scope} holds an act twice")
        delivered = {act_id: oracle.read(text.encode()) for act_id, text in county.acts.items()
                     if act_id not in county.refused}  # fmt: skip
        self._folds("the county", delivered.values(), county.states)
        cases: dict[str, list[dict[str, Any]]] = defaultdict(list)
        for act_id in county.order:
            if act_id in delivered:
                cases[delivered[act_id]["c"]].append(delivered[act_id])
        for end in ends:
            self._station(end, county, cases)
        return self._figures(county, ends, gone)

    def _explain(self, gone: set[str]) -> None:
        """I1's limit: only what lay on a disk that was replaced before anybody else durably had it may be gone."""
        for act_id in gone:
            disks = [disk for disk in self.lost_disks if act_id in disk[1]]
            demand(disks, f"I2: act {act_id} was saved, its disk was never replaced, and it is nowhere")
            safe = any(act_id in disk[2] for disk in disks)
            demand(not safe or act_id in self.forgotten,
                   f"I5: act {act_id} was shown as 已到县, the county was not restored, and it is gone")  # fmt: skip

    def _folds(self, where: str, acts: Any, states: dict[str, str]) -> None:
        cases: dict[str, list[dict[str, Any]]] = defaultdict(list)
        for act in acts:
            cases[act["c"]].append(act)
        demand(set(cases) == set(states), f"I6: {where} has folded other cases than it holds")
        for case_id, found in cases.items():
            demand(oracle.state(found).decode() == states[case_id], f"I6: {where} folds {case_id} unlike the oracle")

    def _station(self, end: End, county: County, cases: dict[str, list[dict[str, Any]]]) -> None:
        name, told, scopes = end.station.name, end.told, set(end.dump["scopes"])
        held = self._look(end.station, told, end.dump, calm=True)
        demand(told["pending"] == 0, f"{name} still waits for {told['pending']}")
        demand(not told["set_aside"], f"{name} has set aside {told['set_aside']}")
        acts = {act_id: oracle.read(text.encode()) for act_id, text in end.dump["acts"].items()}
        self._folds(name, acts.values(), end.dump["folds"])
        demand(not held - set(county.acts), f"I2: {name} holds what the county has not")
        entitled: set[str] = set()
        allowed = {act_id for act_id, act in acts.items() if act["st"] == told["station"]}
        # What a desk holds it may have been shown by a past of the county that a restore has undone, on the strength of
        # a share that is refused today: every share counts here, the refused ones too.
        shares: dict[str, set[str]] = defaultdict(set)
        for act in map(oracle.read, (text.encode() for text in county.acts.values())):
            joined = {path for path, value in act["f"].items() if path.startswith("audience.") and value is True}
            shares[act["c"]] |= {act["s"] for path in joined} | {path.removeprefix("audience.") for path in joined}
        allowed |= {act_id for act_id, act in acts.items() if shares[act["c"]] & scopes}
        for case_id, found in cases.items():
            table = case_id.startswith(("office/", "calendar/"))  # a line of a table has no audience (protocol §7)
            first = min(found, key=lambda act: (act["l"], act["i"]))
            ever = {found[0]["s"], first["s"]} | shares[case_id]
            reached = set() if table else oracle.audience(found) & scopes
            for act in found:
                if act["s"] in scopes or reached:
                    entitled.add(act["i"])
                if act["s"] in scopes or (ever & scopes and not table):
                    allowed.add(act["i"])
        missing = entitled - held
        demand(not missing, f"I2: {name} lacks {len(missing)} acts of cases it is in the audience of")
        leaked = held - allowed
        demand(not leaked, f"I8: {name} holds {len(leaked)} acts it was never to be shown: {sorted(leaked)[:5]}")
        desk = any(scope.startswith("restricted/") for scope in scopes)
        mixed = [act_id for act_id, act in acts.items() if act["s"].startswith("restricted/") and not desk]
        demand(not mixed, f"I8: {name} holds acts of a restricted desk")

    def _figures(self, county: County, ends: list[End], gone: set[str]) -> dict[str, object]:
        numbers: dict[str, set[str]] = defaultdict(set)
        for end in ends:
            for series, n, paper in end.dump["numbers"]:
                numbers[f"{series} {n}"].add(paper)
        heads = Counter(len({act["act"] for act in found}) > 1 for state in county.states.values()
                        for found in json.loads(state)["fields"].values())  # fmt: skip
        return {
            "acts acknowledged": len(self.acknowledged),
            "acts at the county": len(county.acts),
            "acts gone with a replaced disk": len(gone),
            "refused by meaning": dict(Counter(county.refused.values())),
            "taken on another's word": county.attested,
            "fields with two live heads": heads[True],
            "conflicts shown": {end.station.name: end.told["conflicts"] for end in ends},
            "incarnations": {end.station.name: end.told["writers"] for end in ends},
            "numbers issued": len(numbers),
            "numbers issued twice": sum(len(papers) > 1 for papers in numbers.values()),
            "disks replaced": len(self.lost_disks),
        }
