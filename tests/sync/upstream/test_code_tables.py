"""Imported tables of codes bring the exchange's codes with them, each from its own first day."""

from __future__ import annotations

from typing import Any

import resources
from domain.codes import TABLES, parse_codes
from sync.upstream.codes import parse_codes as parse_pairs
from sync.upstream.codes import shipped_codes, with_tables

FIELD = TABLES["content_classes"]


def table(version: int, begins: str, **pairs: str) -> Any:
    entries = [
        {"code": f"0{n}0000", "label": code, "exchange": theirs, "standing": "confirmed"}
        for n, (code, theirs) in enumerate(pairs.items(), start=1)
    ]
    body = {"table": "content_classes", "name": "内容分类", "source": "附件（虚构）", "version": version}
    return parse_codes({**body, "from": begins, "entries": entries})


def test_a_code_travels_by_the_table_in_force_on_the_day_of_the_visit():
    codes = with_tables(shipped_codes(), [table(3, "2027-01-01", a="A2"), table(2, "2026-01-01", a="A1", b="B1")])
    sent = [codes.outward(FIELD, "010000", day) for day in ("2025-12-31", "2026-01-01", "2027-01-01")]
    assert [entry and entry.theirs for entry in sent] == [None, "A1", "A2"]
    inward = codes.inward(FIELD, "B1", "2027-06-01")
    assert (inward and inward.ours) == "020000", "what the newer table does not map stays"
    shipped = codes.outward(FIELD, "990000", "2027-06-01")
    assert (shipped and shipped.standing) == "seen"


def test_a_table_without_codes_of_the_exchange_changes_nothing():
    body = resources.table("content_classes")
    plain = parse_codes({**body, "version": 2, "from": "2026-01-01"}, "content_classes")
    assert with_tables(shipped_codes(), [plain]) == shipped_codes()


def test_every_code_the_exchange_table_maps_is_in_the_shipped_table_of_its_field():
    of_field = {field: parse_codes(resources.table(name), name) for name, field in TABLES.items()}
    pairs = parse_pairs(resources.table("exchange_codes"))
    for field, table_ in of_field.items():
        for edition in pairs.editions.get(field, ()):
            assert set(edition.outward) <= set(table_.codes), field
    mapped = {
        (entry.ours, entry.theirs)
        for editions in pairs.editions.values()
        for edition in editions
        for entry in edition.outward.values()
    }
    codes = [code for table_ in of_field.values() for code in table_.codes.values()]
    assert {(code.code, code.exchange) for code in codes if code.exchange} <= mapped
