"""What the bytes of a request say by themselves, worked out before a transaction is begun. Pure: for any thread."""

from __future__ import annotations

from dataclasses import dataclass

from domain.acts import Act
from sync.exchange.parts import entries_of
from sync.log.chain import Entry
from sync.log.content import read_act
from sync.protocol import Request, Run, WireDamaged


@dataclass(frozen=True, slots=True)
class Opened:
    """The runs of one request, hashed and decoded. What cannot be is missing: it is told where the run is taken in."""

    request: Request
    """Whose runs these are; it lives as long as they do."""
    runs: dict[int, list[Entry]]
    acts: dict[bytes, Act]
    """Content → act."""

    def entries(self, run: Run) -> list[Entry]:
        """As :func:`entries_of`; raises WireDamaged for a run that cannot be one."""
        return self.runs.get(id(run)) or entries_of(run)

    def read(self, entries: list[Entry]) -> list[Act] | None:
        """The acts of these entries; None where one of them is no act."""
        acts = [act for entry in entries if (act := self.acts.get(entry.content)) is not None]
        return acts if len(acts) == len(entries) else None


def open_request(request: Request) -> Opened:
    """Hash and decode what a request brings: most of the work of taking it in."""
    opened = Opened(request, {}, {})
    for run in (*request.push, *request.recovered):
        try:
            entries = entries_of(run)
            opened.acts.update((entry.content, read_act(entry.content)) for entry in entries)
        except (WireDamaged, ValueError):
            continue
        opened.runs[id(run)] = entries
    return opened
