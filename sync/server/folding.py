"""A case's acts → its row in the county's table. A case that one act has made stands as that act says it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, TypeAlias

from domain.acts import Act
from domain.fold import CaseState, fold, state_json
from sync.log.content import write_json

CaseRow: TypeAlias = tuple[str, str, str, bytes | None]
"""Case id, kind, scope, canonical state; None for the state while one act says everything."""

LONE_SQL: Final = (
    "SELECT c.case_id, a.content FROM county_case c JOIN act a ON a.case_id = c.case_id WHERE c.state IS NULL"
    " AND NOT EXISTS (SELECT 1 FROM reject r WHERE r.act_seq = a.seq)"
)
CASE_SQL: Final = (
    "INSERT INTO county_case VALUES (?, ?, ?, ?) ON CONFLICT (case_id) DO UPDATE"
    " SET case_kind = excluded.case_kind, scope = excluded.scope, state = excluded.state"
)


def case_row(acts: Sequence[Act]) -> CaseRow:
    """The row of the delivered acts of one case; raises ValueError for none.

    Nearly every case that reaches the county is new and has one act, which lies in the log: its fold would only repeat
    it, three times as long. It is written when a second act comes.
    """
    if len(acts) == 1:
        return acts[0].case_id, acts[0].case_kind, acts[0].scope, None
    folded = fold(acts)
    return folded.case_id, folded.case_kind, folded.scope, quick_state(folded)


def quick_state(state: CaseState) -> bytes:
    """The bytes of :func:`domain.fold.state_bytes`, quickly."""
    return write_json(state_json(state))
