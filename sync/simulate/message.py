"""A frame between a simulated station and its county. Holds data only."""

from __future__ import annotations

from dataclasses import dataclass

from sync.protocol import Request
from sync.simulate.station import SimStation


@dataclass(slots=True)
class Message:
    """A frame on its way, or on a stick in somebody's drawer. An answer travels with the request it answers."""

    station: SimStation
    frame: bytes
    request: Request
    up: bool
    whole: bool
    """False when it was damaged on the way: then it must be refused."""
