"""What a list of search hits shows: one narrow statement for each kind of subject, whatever the number of hits."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final

from desktop.models.store.connection import Connection, faults
from desktop.models.store.reads import ITS_MATTERS, name_on_matter, name_on_visit
from desktop.models.store.rows import FoundRow
from desktop.models.store.search import Hit
from domain.identity import mask_id, mask_phone

_WANTED: Final = "FROM json_each(?) wanted CROSS JOIN"

_PETITIONER: Final = f"""
SELECT p.petitioner_id, p.name, p.id_number, p.mobile, p.address,
  coalesce((SELECT max(v.visited_on) FROM link l JOIN visit v ON v.visit_id = l.far
            WHERE l.near = p.petitioner_id AND l.kind = 'visit'), '')
{_WANTED} petitioner p ON p.petitioner_id = wanted.value
"""
_VISIT: Final = f"""
SELECT v.visit_id, v.number, v.visited_at, v.anonymous,
  coalesce((SELECT name FROM petitioner p WHERE p.petitioner_id = v.main_petitioner), ''),
  EXISTS (SELECT 1 FROM {ITS_MATTERS} AND m.matter_class = 'accusation'),
  coalesce((SELECT m.summary FROM {ITS_MATTERS} ORDER BY m.number LIMIT 1), '')
{_WANTED} visit v ON v.visit_id = wanted.value
"""
_MATTER: Final = f"""
SELECT m.matter_id, m.summary, m.number, m.received_on, m.matter_class, m.petitioner,
  coalesce((SELECT name FROM petitioner p WHERE p.petitioner_id = m.petitioner), '')
{_WANTED} matter m ON m.matter_id = wanted.value
"""

_Words = tuple[str, str, str]
"""Title, detail, and the day or minute of a hit."""


def _petitioner(row: Sequence[Any]) -> _Words:
    detail = (mask_id(row[2]), mask_phone(row[3]), row[4])
    return row[1] or "姓名不清", "　".join(part for part in detail if part), row[5]


def _visit(row: Sequence[Any]) -> _Words:
    name = name_on_visit(row[4], anonymous=bool(row[3]), accusation=bool(row[5]))
    return row[1], f"{name}　{row[6]}", row[2]


def _matter(row: Sequence[Any]) -> _Words:
    return row[1], f"{name_on_matter(row[6], row[5], row[4])}　{row[2]}", row[3]


_KINDS: Final[Mapping[str, tuple[str, Callable[[Sequence[Any]], _Words]]]] = {
    "petitioner": (_PETITIONER, _petitioner),
    "visit": (_VISIT, _visit),
    "matter": (_MATTER, _matter),
}


def found_rows(db: Connection, hits: Iterable[Hit]) -> list[FoundRow]:
    """The rows of the hits, in their order; a hit whose row is gone is left out. Raises SurroundingsFault."""
    hits = list(hits)
    said: dict[tuple[str, str], _Words] = {}
    for kind, (sql, words) in _KINDS.items():
        refs = [hit.ref for hit in hits if hit.kind == kind]
        if not refs:
            continue
        with faults():
            rows = db.execute(sql, (json.dumps(refs),)).fetchall()
        said |= {(kind, row[0]): words(row) for row in rows}
    found = []
    for hit in hits:
        shown = said.get((hit.kind, hit.ref))
        if shown is not None:
            title, detail, at = shown
            found.append(FoundRow(hit.kind, hit.ref, title, detail, hit.why, at))
    return found
