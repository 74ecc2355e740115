"""What an office and its window are set up with, and what makes a setup one: plain values, read by ``init``."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from desktop.models.store.rows import OfficeRow
from domain.audience import restricted, shareable
from domain.numbers import registration_number
from domain.refusals import Refusal


@dataclass(frozen=True, slots=True)
class SeriesSetup:
    """A document-number series an office without a county gives itself."""

    kind: str
    first: int = 1
    last: int = 9999
    year: int = 0
    """0 means the year of the day it is set up."""


@dataclass(frozen=True, slots=True)
class OfficeSetup:
    """An office and this window of it, as ``init`` reads it from a file."""

    code: str
    name: str
    kind: str
    """``petition_office`` 信访部门 or ``competent_organ`` 有权处理的机关."""
    window: str
    mark: str
    """机关代字."""
    level: str = ""
    parent: str = ""
    phone: str = ""
    address: str = ""
    query_address: str = ""
    scope: str = ""
    """The scope this desk writes: ``restricted/<code>`` for a desk of 检举控告; empty for the office's own."""
    restricted_folder: str = ""
    """At an ordinary desk: where 检举控告 is registered, a data folder of this PC or a place in words."""
    printing: str = ""
    """How each form is printed at this window, as JSON (``services.print_settings``); empty: as the clerk chooses."""
    directory: tuple[OfficeRow, ...] = ()
    series: tuple[SeriesSetup, ...] = ()


def check_office(office: OfficeSetup) -> None:
    """Refuse a setup that cannot be one."""
    if office.kind not in ("petition_office", "competent_organ"):
        raise Refusal("office_kind_unknown", field="office.kind", facts={"kind": office.kind[:40]})
    if not office.name.strip():
        raise Refusal("office_name_missing", field="office.name")
    if not 2 <= len(office.mark) <= 8 or not all("\u4e00" <= char <= "\u9fff" for char in office.mark):
        raise Refusal("office_mark_invalid", field="office.mark", facts={"mark": office.mark[:20]})
    if office.scope and not (restricted(office.scope) and shareable(office.scope)):
        raise Refusal("office_scope_invalid", field="office.scope", facts={"scope": office.scope[:40]})
    try:
        registration_number(office.code, office.window, date(2026, 1, 1), 1)
    except Refusal:
        raise Refusal("office_code_invalid", field="office.code", facts={"code": office.code[:20]}) from None


def dump_setup(office: OfficeSetup) -> str:
    """The plain part of an office setup, as the station file keeps it."""
    plain = {
        name: getattr(office, name) for name in OfficeSetup.__dataclass_fields__ if name not in ("directory", "series")
    }
    return json.dumps(plain, ensure_ascii=False, sort_keys=True)


def parse_setup(table: Mapping[str, object]) -> OfficeSetup:
    """Read the plain part of an office setup."""
    values = {
        name: str(table.get(name, ""))
        for name in OfficeSetup.__dataclass_fields__
        if name not in ("directory", "series")
    }
    return OfficeSetup(**values)  # type: ignore[arg-type]
