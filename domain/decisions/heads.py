"""Importing who heads which organ 机构负责人 (R 30③): a dated table becomes acts of the offices of the directory."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Final

from domain.acts import ActDraft, CaseKind
from domain.beijing import iso_day
from domain.canonical import Json
from domain.commands import ImportHeads
from domain.decisions.tables import read_table
from domain.directory import HEAD, OFFICE
from domain.fold import CaseState
from domain.refusals import Refusal

LARGEST_NAME: Final = 100
_TABLE_KEYS: Final = frozenset({"name", "note", "heads"})
_ROW_KEYS: Final = frozenset({"office", "name", "post", "from", "to"})


def offices_of(command: ImportHeads) -> tuple[str, ...]:
    """The cases of the offices a table speaks of, each once. Raises Refusal ``heads_table_invalid``."""
    return tuple(dict.fromkeys(f"{OFFICE}{row['office']}" for row in _rows(command)))


def import_heads(command: ImportHeads, known: Mapping[str, CaseState]) -> list[ActDraft]:
    """One act for each office of which the table says something new; what it does not name stays as it is.

    A row of the same office and first day is the same entry, in the order of the table: so a name is put right.
    Raises Refusal ``heads_table_invalid``, ``heads_office_unknown``, ``nothing_changed``.
    """
    told: dict[str, dict[str, Json]] = {}
    place: Counter[tuple[str, str]] = Counter()
    for number, row in enumerate(_rows(command), start=1):
        case_id = f"{OFFICE}{row['office']}"
        if case_id not in known:
            raise Refusal("heads_office_unknown", field="table", facts={"code": row["office"], "row": number})
        place[row["office"], row["from"]] += 1
        name = f"{HEAD}.{row['from']}-{place[row['office'], row['from']]}"
        told.setdefault(case_id, {})[name] = {key: value for key, value in row.items() if key != "office" and value}
    drafts = []
    for case_id, fields in told.items():
        state = known[case_id]
        sets = {name: value for name, value in fields.items() if state.get(name) != value}
        if sets:
            drafts.append(ActDraft("office_recorded", CaseKind.OFFICE, case_id, sets, state.over(*sets)))
    if not drafts:
        raise Refusal("nothing_changed", field="table")
    return drafts


def _rows(command: ImportHeads) -> list[dict[str, str]]:
    table, wrong = read_table(command.table)
    if wrong:
        raise _invalid(wrong, "table")
    _only(table, _TABLE_KEYS, "table")
    rows = table.get("heads")
    if not isinstance(rows, list) or not rows:
        raise _invalid("list", "heads")
    return [_row(row, f"heads.{place}") for place, row in enumerate(rows)]


def _row(row: object, where: str) -> dict[str, str]:
    if not isinstance(row, dict):
        raise _invalid("not_an_object", where)
    _only(row, _ROW_KEYS, where)
    for key in ("office", "name", "post", "from"):
        if key not in row:
            raise _invalid("missing_key", f"{where}.{key}")
    found: dict[str, str] = {}
    for key, value in row.items():
        if not isinstance(value, str) or len(value) > LARGEST_NAME or not value.isprintable():
            raise _invalid("text", f"{where}.{key}")
        found[key] = value.strip()
    for key in ("office", "name", "post"):
        if not found[key]:
            raise _invalid("text", f"{where}.{key}")
    since, until = iso_day(found["from"]), iso_day(found.get("to"))
    if since is None:
        raise _invalid("from", where)
    if found.get("to") and (until is None or until < since):
        raise _invalid("to", where)
    return found


def _only(table: Mapping[str, object], known: frozenset[str], where: str) -> None:
    unknown = sorted(str(key) for key in set(table) - known)
    if unknown:
        raise _invalid("unknown_key", f"{where}.{unknown[0][:20]}")


def _invalid(reason: str, where: str) -> Refusal:
    return Refusal("heads_table_invalid", field="table", facts={"reason": reason, "where": where})
