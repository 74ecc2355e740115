"""The audience of a case: which scopes are shown it, as a pure function of its acts; and what may be shared."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from domain.canonical import Json
from domain.fold import CaseState

FIELD: Final = "audience."
"""Fields ``audience.<scope>``: true joins, false leaves. Set by ``case_shared`` (移送) like any other field."""
SHARED_TABLES: Final = "dict"
"""The scope everybody reads and the county alone writes; no case is shared into it."""
_RESTRICTED: Final = "restricted/"


def named(sets: Mapping[str, Json]) -> dict[str, bool]:
    """The scopes an act's fields speak of: scope → whether it joins."""
    return {name[len(FIELD) :]: value is True for name, value in sets.items() if name.startswith(FIELD)}


def said(state: CaseState) -> dict[str, bool]:
    """What the fields of a case say: scope → in. With two live heads true wins: nobody responsible is left without."""
    return {
        name[len(FIELD) :]: any(head.value is True for head in field.heads)
        for name, field in state.fields.items()
        if name.startswith(FIELD)
    }


def audience(state: CaseState) -> frozenset[str]:
    """The scopes a case is shown to as its acts tell it: that of its first act, and those its fields name."""
    fields = said(state)
    scopes = {scope for scope, joined in fields.items() if joined}
    if fields.get(state.scope, True):
        scopes.add(state.scope)
    return frozenset(scopes)


def restricted(scope: str) -> bool:
    """True for the scope of 检举控告: its cases are shown to no other kind of scope."""
    return scope.startswith(_RESTRICTED)


def mixed(scopes: Iterable[str]) -> bool:
    """True when restricted scopes and others stand together: never in one case."""
    return len({restricted(scope) for scope in scopes}) > 1


def tabular(case_id: str) -> bool:
    """True for a line of a table that every desk may name: an office of the directory, a year, rules, codes.

    Its id is no secret, so it has no audience: an act in it goes to its own scope and nowhere else.
    """
    return case_id.startswith(("office/", "calendar/", "rules/", "codes/"))


def shareable(scope: str) -> bool:
    """True for a scope a desk may share a case with."""
    start, _, rest = scope.partition("/")
    return scope == "county" or (start in ("office", "restricted", "county") and bool(rest))
