"""Attachments: naming a file in a case 附材料 and withdrawing it 撤回材料; the file's bytes are kept before the act."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from domain.acts import ActDraft, CaseKind
from domain.canonical import Json
from domain.commands import WithdrawFile
from domain.decisions.desk import Desk, require
from domain.files import PIECE_BYTES, clean_name, file_end
from domain.fold import CaseState
from domain.refusals import Refusal

FILE_CASES: Final = (CaseKind.VISIT, CaseKind.MATTER)


@dataclass(frozen=True, slots=True)
class Kept:
    """A file whose bytes lie on this disk already: what an act says of it."""

    hash: str
    """SHA-256 of the bytes, hexadecimal."""
    size: int
    type: str
    """Media type."""
    pages: int
    """0 where a file has none."""
    name: str


def check_case(state: CaseState) -> None:
    """Refuse to attach to what is neither a visit nor a matter."""
    if state.case_kind not in FILE_CASES:
        raise Refusal("file_not_for_case", field="case_id", facts={"kind": state.case_kind})


def attach(state: CaseState, kept: Kept, desk: Desk, file_id: str) -> ActDraft:
    """Name a file in a case. The same bytes twice in one case are one attachment: ``file_attached_already``."""
    check_case(state)
    for known_id, value in state.items("file").items():
        live = state.get(f"file.{known_id}.withdrawn") is None
        if live and isinstance(value, dict) and value.get("hash") == kept.hash:
            raise Refusal("file_attached_already", field="paths", facts={"name": str(value.get("name", ""))})
    value = {
        "hash": kept.hash,
        "size": kept.size,
        "type": kept.type,
        "pages": kept.pages,
        "name": clean_name(kept.name, file_end(kept.name)),
        "piece": PIECE_BYTES,
    }
    sets: dict[str, Json] = {f"file.{file_id}": value}
    return ActDraft("file_attached", state.case_kind, state.case_id, sets)


def withdraw(command: WithdrawFile, state: CaseState, desk: Desk) -> ActDraft:
    """Withdraw an attachment, with its reason. Its bytes stay: what was once handed in is evidence of that."""
    if not isinstance(state.get(f"file.{command.file_id}"), dict):
        raise Refusal("file_unknown", field="file_id")
    name = f"file.{command.file_id}.withdrawn"
    if state.get(name) is not None:
        raise Refusal("file_is_withdrawn", field="file_id")
    why = require(desk.line(command.why, "why"), "reason_missing", "why")
    return ActDraft("file_withdrawn", state.case_kind, state.case_id, {name: desk.now}, (), why)
