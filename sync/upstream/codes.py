"""Codes at the boundary: dated tables between our codes and the exchange's; what no table knows is never guessed."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import resources
from domain.codes import STANDINGS, TABLES, CodeTable

_DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_CODE: Final = re.compile(r"[\w.-]{1,9}|[0-9]{12}")


class CodesInvalid(ValueError):
    """A table of codes cannot be used; says where."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What a person must know about one field of one record. ``value`` is only ever a code, never what was said."""

    record: str
    field: str
    code: str
    value: str = ""

    def as_json(self) -> dict[str, str]:
        """For the report."""
        found = {"record": self.record, "field": self.field, "code": self.code}
        return found | {"value": self.value} if self.value else found


def shown(code: str) -> str:
    """A code as a finding may show it; empty for what is no code: a number of a person may stand in the wrong field."""
    return code if _CODE.fullmatch(code) else ""


@dataclass(frozen=True, slots=True)
class Entry:
    """One pair of codes and how sure it is."""

    ours: str
    theirs: str
    standing: str


@dataclass(frozen=True, slots=True)
class Edition:
    """A table as it stood from a day on, until the next edition begins."""

    begins: str
    outward: Mapping[str, Entry]
    inward: Mapping[str, Entry]


@dataclass(frozen=True, slots=True)
class Codes:
    """Every table. ``day`` is the day of the visit: the table in force then, not the one in force when it is sent."""

    editions: Mapping[str, tuple[Edition, ...]]
    open_fields: frozenset[str]

    def outward(self, field: str, ours: str, day: str) -> Entry | None:
        """The exchange's code; None when no edition in force on ``day`` knows it."""
        return self._find(field, ours, day, inward=False)

    def inward(self, field: str, theirs: str, day: str) -> Entry | None:
        """Our code; None when no edition in force on ``day`` knows it."""
        return self._find(field, theirs, day, inward=True)

    def _find(self, field: str, value: str, day: str, *, inward: bool) -> Entry | None:
        found = [edition for edition in self.editions.get(field, ()) if edition.begins <= day]
        table = (found[-1].inward if inward else found[-1].outward) if found else {}
        if value not in table and field in self.open_fields:
            return Entry(value, value, "confirmed")
        return table.get(value)


def with_tables(codes: Codes, tables: Iterable[CodeTable]) -> Codes:
    """These tables with the exchange's codes that the county's imported tables of codes bring, from their first day on.

    What an imported table does not map stays as the edition before it has it.
    """
    editions = dict(codes.editions)
    for table in sorted(tables, key=lambda each: each.version):
        field = TABLES[table.table]
        pairs = [Entry(c.code, c.exchange, c.standing) for c in table.codes.values() if c.exchange]
        if not pairs or table.since is None:
            continue
        begins = table.since.isoformat()
        before = [each for each in editions.get(field, ()) if each.begins <= begins]
        ours, theirs = {pair.ours for pair in pairs}, {pair.theirs for pair in pairs}
        known = before[-1].outward.values() if before else ()
        kept = [each for each in known if each.ours not in ours and each.theirs not in theirs]
        entries = [*kept, *pairs]
        made = Edition(begins, {e.ours: e for e in entries}, {e.theirs: e for e in entries})
        others = [each for each in editions.get(field, ()) if each.begins != begins]
        editions[field] = tuple(sorted([*others, made], key=lambda each: each.begins))
    return Codes(editions, codes.open_fields)


def shipped_codes() -> Codes:
    """The tables this release is shipped with."""
    return parse_codes(resources.table("exchange_codes"))


def read_codes(text: str) -> Codes:
    """Tables from the text of a replacement file; raises CodesInvalid."""
    try:
        return parse_codes(json.loads(text))
    except (ValueError, RecursionError) as error:
        raise CodesInvalid(str(error)) from None


def parse_codes(body: object) -> Codes:
    """Read the shape of ``resources/tables/exchange_codes.json`` strictly; raises CodesInvalid."""
    fields = body.get("fields") if isinstance(body, dict) else None
    if not isinstance(fields, list):
        raise CodesInvalid("fields: a list is wanted")
    editions: dict[str, tuple[Edition, ...]] = {}
    opened: set[str] = set()
    for item in fields:
        name = item.get("field") if isinstance(item, dict) else None
        if not isinstance(item, dict) or not isinstance(name, str) or not isinstance(item.get("editions"), list):
            raise CodesInvalid("fields: each has field and editions")
        if name in editions:
            raise CodesInvalid(f"{name}: stands there twice")
        made = sorted((_edition(name, each) for each in item["editions"]), key=lambda edition: edition.begins)
        if len({edition.begins for edition in made}) != len(made):
            raise CodesInvalid(f"{name}: two editions begin on one day")
        editions[name] = tuple(made)
        if item.get("open") is True:
            opened.add(name)
    return Codes(editions, frozenset(opened))


def _edition(name: str, item: Any) -> Edition:
    if not isinstance(item, dict) or not isinstance(item.get("entries"), list):
        raise CodesInvalid(f"{name}: an edition has from, source and entries")
    begins = item.get("from")
    if not isinstance(begins, str) or not _DAY.fullmatch(begins) or not isinstance(item.get("source"), str):
        raise CodesInvalid(f"{name}: an edition has from, source and entries")
    outward: dict[str, Entry] = {}
    inward: dict[str, Entry] = {}
    for each in item["entries"]:
        values = [each.get(key) if isinstance(each, dict) else None for key in ("ours", "theirs", "standing")]
        ours, theirs, standing = (value if isinstance(value, str) else "" for value in values)
        if not ours or not theirs or standing not in STANDINGS:
            raise CodesInvalid(f"{name}: an entry has ours, theirs and standing {'/'.join(STANDINGS)}")
        if ours in outward or theirs in inward:
            raise CodesInvalid(f"{name}: {ours} or {theirs} stands there twice")
        outward[ours] = inward[theirs] = Entry(ours, theirs, standing)
    return Edition(begins, outward, inward)
