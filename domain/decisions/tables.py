"""Imported tables 导入的表: rules, codes and wording as acts; every version stays in the record."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import date
from typing import Final

from domain.acts import ActDraft, CaseKind
from domain.canonical import Json, canonical_bytes
from domain.codes import CodeBook, CodeTable, parse_codes
from domain.commands import ImportCodes, ImportRules, ImportWording
from domain.fold import CaseState
from domain.refusals import Refusal
from domain.rules import Layer
from domain.ruletable import parse_rules
from domain.wording import Wording, Words, parse_wording, shape_of

RULES: Final = "rules/"
CODES: Final = "codes/"
WORDING: Final = "wording/"
"""Where the cases of imported tables begin: ``rules/<id>``, ``codes/<table>``, ``wording/<form>/<region>``."""
_ID: Final = re.compile(r"[a-z0-9-]{1,40}")
_BASE: Final = "base"


def import_rules(command: ImportRules, state: CaseState | None, today: date, office: str | None) -> ActDraft:
    """Import a table of rules; ``office`` None: for whoever it holds for (the county).

    Refused: what :func:`parse_rules` refuses; ``table_elsewhere`` (another region's), ``table_known`` (this version is
    here), ``table_older`` (a higher one is), ``table_reserved`` (the Regulation's own).
    """
    body, layer = _rules(command)
    if layer.id == _BASE:
        raise Refusal("table_reserved", field="table", facts={"id": layer.id})
    if office is not None and not layer.applies(office):
        raise Refusal("table_elsewhere", field="table", facts={"name": layer.name, "region": layer.region})
    _check_version(state, layer.name, layer.version, 0)
    body["imported_on"] = today.isoformat()  # what had ended by then keeps the measure it had
    return ActDraft("rules_imported", CaseKind.RULES, RULES + layer.id, {f"table.{layer.version}": body})


def import_codes(command: ImportCodes, state: CaseState | None, known: CodeBook) -> ActDraft:
    """Import a newer version of a table of codes.

    Refused: what :func:`parse_codes` refuses; ``table_known``, ``table_older`` by the shipped and the imported ones.
    """
    body, table = _codes(command)
    if "from" not in body:
        raise Refusal("code_table_invalid", field="from", facts={"reason": "missing_key", "where": "from"})
    shipped = max((each.version for each in known.versions(table.table)), default=0)
    _check_version(state, table.name, table.version, shipped)
    return ActDraft("codes_imported", CaseKind.CODES, CODES + table.table, {f"table.{table.version}": body})


def import_wording(
    command: ImportWording, state: CaseState | None, shipped: Mapping[str, Words], office: str | None
) -> ActDraft:
    """Put a newer version of a form's wording in force; ``office`` None: for whoever it holds for (the county).

    Refused: what :func:`parse_wording` refuses; ``wording_elsewhere`` (another region's),
    ``table_known``, ``table_older``.
    """
    body, wording = _wording(command, shipped)
    if office is not None and not office.startswith(wording.region):
        raise Refusal("wording_elsewhere", field="region", facts={"name": wording.name, "region": wording.region})
    _check_version(state, wording.name, wording.version, 0)
    return ActDraft("wording_imported", CaseKind.WORDING, _wording_case(wording), {f"table.{wording.version}": body})


def case_of_wording(command: ImportWording, shipped: Mapping[str, Words]) -> str:
    """The case a wording belongs to; refuses what is none."""
    return _wording_case(_wording(command, shipped)[1])


def case_of_rules(command: ImportRules) -> str:
    """The case a table of rules belongs to; refuses what is no table."""
    return RULES + _rules(command)[1].id


def case_of_codes(command: ImportCodes) -> str:
    """The case a table of codes belongs to; refuses what is no table."""
    return CODES + _codes(command)[1].table


def rules_of(state: CaseState) -> list[tuple[Layer, Json]]:
    """The tables of rules a case holds, with their bodies; what else an act from elsewhere calls one is left out."""
    found = []
    for key, body in state.items("table").items():
        layer = read_layer(body)
        if layer is not None and (state.case_id, key) == (RULES + layer.id, str(layer.version)) and layer.id != _BASE:
            found.append((layer, body))
    return found


def codes_of(state: CaseState) -> list[tuple[CodeTable, Json]]:
    """The tables of codes a case holds, with their bodies."""
    found = []
    for key, body in state.items("table").items():
        table = read_codes(body)
        if table is not None and (state.case_id, key) == (CODES + table.table, str(table.version)):
            found.append((table, body))
    return found


def wordings_of(state: CaseState) -> list[tuple[Wording, Json]]:
    """The wordings a case holds, with their bodies; whether this program can print them is not asked here."""
    found = []
    for key, body in state.items("table").items():
        wording = read_wording(body)
        if wording is not None and (state.case_id, key) == (_wording_case(wording), str(wording.version)):
            found.append((wording, body))
    return found


def read_wording(body: Json) -> Wording | None:
    """A wording that came by act, or None when it is none."""
    try:
        return shape_of(body)
    except Refusal:
        return None


def read_layer(body: Json) -> Layer | None:
    """A table of rules that came by act, or None when it is none."""
    try:
        layer = parse_rules(body).layers[0] if isinstance(body, dict) else None
    except Refusal:
        return None
    return layer if layer is not None and layer.known_on is not None and _ID.fullmatch(layer.id) else None


def read_codes(body: Json) -> CodeTable | None:
    """A table of codes that came by act, or None when it is none."""
    try:
        return parse_codes(body) if isinstance(body, dict) and "from" in body else None
    except Refusal:
        return None


def _rules(command: ImportRules) -> tuple[dict[str, Json], Layer]:
    body, wrong = read_table(command.table)
    if wrong:
        raise Refusal("rule_table_invalid", field="table", facts={"reason": wrong})
    layer = parse_rules(body).layers[0]
    if not isinstance(body.get("id"), str) or not _ID.fullmatch(layer.id):
        raise Refusal("rule_table_invalid", field="id", facts={"reason": "id", "where": "id"})
    return body, layer


def _codes(command: ImportCodes) -> tuple[dict[str, Json], CodeTable]:
    body, wrong = read_table(command.table)
    if wrong:
        raise Refusal("code_table_invalid", field="table", facts={"reason": wrong})
    return body, parse_codes(body)


def wording_table(text: str) -> Wording:
    """A wording read from JSON text; ``wording_invalid`` if it is none. What its sentences say is not asked."""
    return shape_of(_wording_body(text))


def _wording(command: ImportWording, shipped: Mapping[str, Words]) -> tuple[dict[str, Json], Wording]:
    body = _wording_body(command.table)
    return body, parse_wording(body, shipped)


def _wording_body(text: str) -> dict[str, Json]:
    body, wrong = read_table(text)
    if wrong:
        raise Refusal("wording_invalid", field="wording", facts={"reason": wrong})
    return body


def _wording_case(wording: Wording) -> str:
    return f"{WORDING}{wording.form}/{wording.region}"


def read_table(text: str) -> tuple[dict[str, Json], str]:
    """The table a file holds; or an empty one, and the reason why it is none."""
    try:
        body = json.loads(text)
        canonical_bytes(body)  # what the record could not hold, such as half a character
    except (ValueError, RecursionError):
        return {}, "not_json"
    return (body, "") if isinstance(body, dict) else ({}, "not_an_object")


def _check_version(state: CaseState | None, name: str, version: int, shipped: int) -> None:
    held = {int(key) for key in (state.items("table") if state else ()) if key.isascii() and key.isdigit()}
    highest = max(held | {shipped})
    if version in held or version == shipped:
        raise Refusal("table_known", field="table", facts={"name": name, "version": version})
    if version < highest:
        raise Refusal("table_older", field="table", facts={"name": name, "version": version, "newest": highest})
