"""A case's acts → its row in the county's table: the fold, and a short way for a case that one act has made."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

from domain.acts import Act
from domain.canonical import Json
from domain.fold import fold, state_json
from sync.log.content import write_json

CaseRow: TypeAlias = tuple[str, str, str, bytes]
"""Case id, kind, scope, canonical state."""


def case_row(acts: Sequence[Act]) -> CaseRow:
    """(case id, kind, scope, canonical state) of the delivered acts of one case; raises ValueError for none.

    Nearly every case that reaches the county is new and has one act: then every field has one head, and the state is
    written without folding. It is the same state, byte for byte (tests/sync/test_folding.py).
    """
    if len(acts) == 1 and acts[0].known:
        act = acts[0]
        name = act.act_id
        heads: Json = {field: [{"act": name, "value": value}] for field, value in act.sets.items()}
        state: Json = {"acts": [name], "case": act.case_id, "fields": heads, "kind": act.case_kind, "scope": act.scope}
        return act.case_id, act.case_kind, act.scope, write_json(state)
    folded = fold(acts)
    return folded.case_id, folded.case_kind, folded.scope, write_json(state_json(folded))
