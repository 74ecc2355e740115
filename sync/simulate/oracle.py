"""The oracle: what a set of acts means, told a second time in a few plain lines that share no code with the fold.

Works on content bytes alone. It knows acts, heads as the maxima of "names it in over", audiences and numbers.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from domain.acts import ACT_KINDS


def read(content: bytes) -> dict[str, Any]:
    """An act as plain JSON."""
    found: dict[str, Any] = json.loads(content)
    return found


def means_something(act: Mapping[str, Any]) -> bool:
    """Folded by this release: a known kind in the first envelope."""
    return act["e"] == 1 and act["k"] in ACT_KINDS


def heads(acts: Iterable[Mapping[str, Any]], field: str) -> list[Mapping[str, Any]]:
    """The acts that set ``field`` and that no other act setting it names, by (lamport, id)."""
    setting = [act for act in acts if means_something(act) and field in act["f"]]
    named = {over for act in setting for over in act.get("o", ())}
    return [act for act in setting if act["i"] not in named] or setting[-1:]


def state(acts: Iterable[Mapping[str, Any]]) -> bytes:
    """The folded case as canonical bytes, to be compared byte for byte with what production code wrote."""
    ordered = sorted({act["i"]: act for act in acts}.values(), key=lambda act: (act["l"], act["i"]))
    fields = {field for act in ordered if means_something(act) for field in act["f"]}
    body = {
        "case": ordered[0]["c"],
        "kind": ordered[0]["ck"],
        "scope": ordered[0]["s"],
        "acts": [act["i"] for act in ordered],
        "fields": {
            field: [{"act": act["i"], "value": act["f"][field]} for act in heads(ordered, field)] for field in fields
        },
    }
    return json.dumps(body, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def audience(acts: Sequence[Mapping[str, Any]]) -> set[str]:
    """Scopes a case is delivered to, its acts given in the order the county took them.

    A line of a table everybody may name has none. Else the scope of the first act it took, that of the first by
    (lamport, id), and those its fields name; with two heads true wins.
    """
    if acts[0]["c"].startswith(("office/", "calendar/", "rules/", "codes/")):
        return set()
    ordered = sorted(acts, key=lambda act: (act["l"], act["i"]))
    said = {acts[0]["s"]: True, ordered[0]["s"]: True}
    for field in {field for act in ordered if means_something(act) for field in act["f"]}:
        if field.startswith("audience."):
            said[field.removeprefix("audience.")] = any(act["f"][field] is True for act in heads(ordered, field))
    return {scope for scope, joined in said.items() if joined}


def let_in(acts: Iterable[Mapping[str, Any]]) -> set[str]:
    """Scopes that a field of any of these acts ever let into their case."""
    return {
        field.removeprefix("audience.")
        for act in acts
        for field, value in act["f"].items()
        if field.startswith("audience.") and value is True
    }
