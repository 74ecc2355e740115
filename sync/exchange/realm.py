"""Who stands around this server: which county below covers an office, and in which feed an act lies here. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final

ABOVE: Final = "above"
"""The origin of what came from the server above, and the feed of what it keeps among its own desks: nobody reads it."""
_SHARED: Final = frozenset({"county", "dict"})
"""Scopes that every server has for itself: from another server they mean that server's."""
_OF_OFFICES: Final = frozenset({"office", "restricted", "county"})


@dataclass(frozen=True, slots=True)
class Relayed:
    """What the certificate of a relaying county grants: its code, and the office codes it speaks for by prefix."""

    code: str
    prefixes: tuple[str, ...]
    restricted: bool
    """It may relay 检举控告 too."""

    def covers(self, office: str) -> bool:
        """True for the code of an office of this county."""
        return office.startswith(self.prefixes)

    @property
    def feeds(self) -> tuple[str, ...]:
        """The feeds this county reads here."""
        open_to_all = (f"county/{self.code}", "dict")
        return (*open_to_all, f"restricted/county/{self.code}") if self.restricted else open_to_all

    def scopes(self) -> list[str]:
        """As the certificate lists it: the feeds, then ``office/<prefix>*`` (and ``restricted/<prefix>*``)."""
        kinds = ("office", "restricted") if self.restricted else ("office",)
        return [*self.feeds, *(f"{kind}/{prefix}*" for kind in kinds for prefix in self.prefixes)]


def relayed(scopes: Sequence[str]) -> Relayed | None:
    """The grant of a relay out of the scopes of a certificate; None for a station's."""
    prefixes = tuple(scope[len("office/") : -1] for scope in scopes if scope.startswith("office/") and scope[-1] == "*")
    code = next((scope.removeprefix("county/") for scope in scopes if scope.startswith("county/")), "")
    if not code or not prefixes or not all(prefixes):
        return None
    return Relayed(code, prefixes, any(scope.startswith("restricted/") and scope[-1] == "*" for scope in scopes))


@dataclass(frozen=True, slots=True)
class Covered:
    """The scopes an author behind a relay may write: those the relay covers, and of them those of its certificate."""

    relay: Relayed
    station: frozenset[str] | None = None
    """The scopes of the author's own certificate; None for the county itself."""

    def __contains__(self, scope: object) -> bool:
        if not isinstance(scope, str) or (self.station is not None and scope not in self.station):
            return False
        if scope in _SHARED:
            return self.station is None or scope != "dict"
        kind, _, office = scope.partition("/")
        if kind not in _OF_OFFICES or (kind == "restricted" and not self.relay.restricted):
            return False
        return self.relay.covers(office)


class Everything:
    """The scopes of a server's own hand."""

    def __contains__(self, scope: object) -> bool:
        return True


@dataclass(frozen=True, slots=True)
class Realm:
    """A server with counties below it, or with a server above it."""

    relays: tuple[Relayed, ...] = ()
    code: str = ""
    """This server's own code as the server above knows it; empty when it relays to none."""
    origin: Callable[[str], str] = str
    """Station → ``""`` for this server and its own stations, the code of the relay it stands behind, or ``above``."""

    def place(self, scope: str, station: str) -> str:
        """The feed here in which an act lies that ``station`` wrote into ``scope``, or shared with it."""
        kind, _, office = scope.partition("/")
        if office:
            if kind not in _OF_OFFICES:
                return scope
            for relay in self.relays:
                if relay.covers(office):
                    return ("restricted/county/" if kind == "restricted" else "county/") + relay.code
            return f"office/{office}" if kind == "county" and office == self.code else scope
        origin = self.origin(station)
        if not origin:
            return scope
        if origin != ABOVE:
            return f"county/{origin}"
        return scope if scope == "dict" else ABOVE

    def place_all(self, said: Iterable[tuple[str, bool, str]]) -> dict[str, bool]:
        """Where several scopes are one feed here, it is shown the case when any of them is: (scope, in, station)."""
        found: dict[str, bool] = {}
        for scope, joined, station in said:
            place = self.place(scope, station)
            found[place] = found.get(place, False) or joined
        return found
