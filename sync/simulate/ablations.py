"""Every safeguard with a switch that removes it. The simulation must notice each removal: that is what it is worth.

An ablation puts another function in the place of a production function while it is on; production code is not touched.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import Any, Final

from sync.exchange import county, station
from sync.log import log
from sync.log.feed import CountyFeed, StationFeed
from sync.simulate.plan import Bias

Patch = tuple[object, str, Any]


@dataclass(frozen=True, slots=True)
class Ablation:
    """A safeguard, what stands in its place when it is removed, and what made people build it."""

    name: str
    removes: str
    patches: tuple[Patch, ...]
    bias: Bias = field(default_factory=Bias)
    """Where the search is directed: what the safeguard guards against is rare."""
    budget: int = 200
    """Seeds within which the removal must be noticed."""


class _Agreeing(bytes):
    """A hash that agrees with every other."""

    def __eq__(self, other: object) -> bool:
        return True

    def __ne__(self, other: object) -> bool:
        return False

    __hash__ = bytes.__hash__


_RESTORES: Final = Bias(weights={"county_restore": 4.0, "county_backup": 4.0, "county_crash": 0.0, "county_full": 0.0})
"""The county goes back and forth."""


@contextmanager
def removed(ablation: Ablation) -> Iterator[None]:
    """Without this safeguard."""
    with ExitStack() as stack:
        for owner, name, value in ablation.patches:
            kept = owner.__dict__[name] if isinstance(owner, type) else getattr(owner, name)
            stack.callback(setattr, owner, name, kept)
            setattr(owner, name, value)
        yield
