"""Where acts that come lie already: one look for all the rounds of a transaction, kept up with what they do."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Final, TypeAlias

from domain.acts import Act
from sync.log.chain import Entry, LogDamaged
from sync.log.roll import start_roll
from sync.log.rows import Rows
from sync.log.values import Position, WriterRow

MOST_CASES: Final = 500
"""Cases whose acts are looked up for all rounds of a transaction together; more are looked up round by round."""

Place: TypeAlias = tuple[int, bytes, bool]
"""Where an act lies: storage key, chain hash, whether it stands in a chain held here."""


@dataclass(slots=True)
class Foreseen:
    """Good while the transaction runs, whose caller is the only writer, and takes nothing back."""

    asked: set[str]
    """Act ids that were looked up."""
    writers: dict[str, list[WriterRow]]
    """Station → its writers; missing where one of them changed since."""
    top: int
    """The highest storage key."""
    known: dict[str, Place]
    cases: dict[str, list[Act]]
    """Case → its acts in order of arrival, of the cases that were looked up."""

    def places(self, act_ids: list[str]) -> tuple[int, dict[str, Place]] | None:
        """The highest storage key, and of these acts the ones that lie here; None where they were not looked up."""
        if not self.asked.issuperset(act_ids):
            return None
        return self.top, {act_id: self.known[act_id] for act_id in self.known.keys() & act_ids}

    def lie_now(self, top: int, places: Mapping[str, Place], acts: Iterable[Act]) -> None:
        """Acts were put in: ``places`` has where they lie, ``acts`` those that are new here."""
        self.top = max(top, self.top)
        self.known.update(places)
        for act in acts:
            held = self.cases.get(act.case_id)
            if held is not None:
                held.append(act)

    def moved(self, writer: str, station: str) -> None:
        """A writer changed: what was seen of its station does not hold any more."""
        for each in [each for each, rows in self.writers.items() if any(row.writer == writer for row in rows)]:
            del self.writers[each]
        self.writers.pop(station, None)


def refuse_elsewhere(
    entries: Sequence[Entry], acts: Sequence[Act], known: Mapping[str, Place], *, chained: bool
) -> None:
    """An act id has one content and one place in one chain; a second place is somebody's mistake or forgery."""
    if not known and len({act.act_id for act in acts}) == len(acts):
        return  # as nearly always
    seen: dict[str, bytes] = {}
    for entry, act in zip(entries, acts, strict=True):
        place = known.get(act.act_id)
        moved = place is not None and (place[1] != entry.hash or (chained and place[2]))
        doubled = act.act_id in seen and (chained or seen[act.act_id] != entry.hash)
        if moved or doubled:
            raise LogDamaged("act_elsewhere", writer=entry.writer, n=entry.n)
        seen[act.act_id] = entry.hash


def read_known(answers: Iterable[Rows]) -> tuple[int, dict[str, Place]]:
    """The highest storage key, and of the acts that were asked for the ones that lie here."""
    top = 0
    found: dict[str, Place] = {}
    for row in chain(*answers):
        top = max(top, int(row[1]))
        if row[2] is not None:
            found[bytes(row[0]).hex()] = (int(row[1]), bytes(row[2]), bool(row[3]))
    return top, found


def read_heads(scopes: Iterable[str], answers: Iterable[Rows]) -> dict[str, Position]:
    """The ends of these feeds; one that is not told of is empty."""
    found = {scope: Position(0, start_roll(scope)) for scope in scopes}
    for scope, seq, roll_hash in chain(*answers):
        found[str(scope)] = Position(int(seq), bytes(roll_hash))
    return found


def read_audience(answers: Iterable[Rows]) -> dict[str, dict[str, bool]]:
    """Case → scope → whether it is shown it."""
    found: dict[str, dict[str, bool]] = {}
    for case_id, scope, state in chain(*answers):
        found.setdefault(str(case_id), {})[str(scope)] = bool(state)
    return found
