"""What the bytes of a message say by themselves, worked out before a transaction is begun. Pure: for any thread."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from domain.acts import Act
from sync.exchange.parts import entries_of
from sync.log.chain import Entry, verify_signature
from sync.log.content import read_act
from sync.log.roll import roll
from sync.protocol import Answer, Mark, Pull, Request, Run, WireDamaged


@dataclass(frozen=True, slots=True)
class Opened:
    """The runs of one message, hashed and decoded. What cannot be is missing: it is told where the run is taken in."""

    message: Request | Answer
    """Whose runs these are; it lives as long as they do."""
    runs: dict[int, list[Entry]]
    acts: dict[bytes, Act]
    """Content → act."""
    keys: dict[str, bytes]
    """Writer → its public key as last seen: only a hint, kept from request to request by whoever opens them."""
    proved: set[tuple[bytes, bytes, bytes]]
    """(public key, hash, signature) of the commits whose signature was found good."""
    digests: dict[bytes, bytes] = field(default_factory=dict)
    """Content → its SHA-256, where it is known."""
    ends: dict[int, Mark] = field(default_factory=dict)
    """Of the pulls that bring every act: where they lead, rolled from where they begin."""

    def entries(self, run: Run) -> list[Entry]:
        """As :func:`entries_of`; raises WireDamaged for a run that cannot be one."""
        return self.runs.get(id(run)) or entries_of(run)

    def end(self, pull: Pull, entries: Iterable[Entry]) -> Mark:
        """Where a pull leads that shows these entries."""
        return self.ends.get(id(pull)) or _rolled(pull.after, entries)

    def read(self, entries: list[Entry]) -> list[Act] | None:
        """The acts of these entries; None where one of them is no act."""
        acts = [act for entry in entries if (act := self.acts.get(entry.content)) is not None]
        return acts if len(acts) == len(entries) else None


def open_request(request: Request, keys: dict[str, bytes] | None = None) -> Opened:
    """Hash and decode what a request brings, check signatures by the keys hinted: most of the work of taking it in."""
    return _opened(request, (*request.push, *request.recovered), {} if keys is None else keys)


def open_answer(answer: Answer) -> Opened:
    """Hash and decode what an answer shows; what it only refers to lies at the station, and so do the writers' keys."""
    shown = (run for pull in answer.pull for run in pull.runs if not run.c)
    opened = _opened(answer, (*answer.recent, *shown), {})
    for pull in answer.pull:
        if all(id(run) in opened.runs for run in pull.runs):
            opened.ends[id(pull)] = _rolled(pull.after, (entry for run in pull.runs for entry in opened.runs[id(run)]))
    return opened


def _rolled(after: Mark, entries: Iterable[Entry]) -> Mark:
    seq, previous = after.n, after.hash
    for entry in entries:
        seq, previous = seq + 1, roll(previous, entry.hash, entry.content)
    return Mark(seq, previous)


def _opened(message: Request | Answer, runs: Iterable[Run], keys: dict[str, bytes]) -> Opened:
    opened = Opened(message, {}, {}, keys, set())
    for run in runs:
        try:
            entries = entries_of(run)
            opened.acts.update([(entry.content, read_act(entry.content)) for entry in entries])
        except (WireDamaged, ValueError):
            continue
        opened.runs[id(run)] = entries
        key = opened.keys.get(run.w)
        if key is not None:
            opened.proved.update(
                (key, entry.hash, entry.sig)
                for entry in entries
                if entry.sig is not None and verify_signature(key, entry.hash, entry.sig)
            )
    return opened
