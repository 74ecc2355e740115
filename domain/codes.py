"""Code tables 代码表: which code may be given on a day, what an older one meant; read strictly, or refused."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Final, cast

from domain.beijing import iso_day
from domain.refusals import Refusal

TABLES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "content_classes": "XFJ.nrfldm",  # 内容分类
        "purposes": "XFJ.xfmddm",  # 信访目的
        "causes": "XFJ.xfyydm",  # 信访原因
        "channels": "XFJ.xfxs",  # 信访形式
        "handling_ways": "BLFS.blfs",  # 办理方式
        "regions": "XFJ.wtsddm",  # 问题属地
        "org_types": "XFJ.djjglb",  # 登记机构类别
    }
)
"""Tables that may be imported, and the exchange's field each one's codes travel in (domain.md §4)."""
FIELDS: Final[Mapping[str, str]] = MappingProxyType(
    {"content_code": "content_classes", "purpose_code": "purposes", "cause_code": "causes", "place_code": "regions"}
)
"""Fields of a matter that hold a code; beside each, ``codes.<field>`` keeps the table and version it was given by."""
OPEN: Final = frozenset({"regions"})
"""Tables whose codes others give out (GB/T 2260): what ours does not know is kept as it was given."""
FOCUS: Final = ("教育", "医疗", "社保", "住房")
"""Tags of the fields of focus 民生重点."""
STANDINGS: Final = ("seen", "memory", "confirmed")
"""Of the exchange's code: ``seen`` in a public interface · from ``memory``, to be confirmed · ``confirmed`` by the
upstream system."""
_CODE: Final = re.compile(r"[\w.-]{1,20}")
_TABLE_KEYS: Final = frozenset({"table", "name", "version", "from", "source", "note", "synthetic", "entries"})
_KEYS: Final = frozenset(
    {"code", "label", "parent", "from", "to", "tags", "exchange", "standing", "class", "level"}
)  # ``class`` of a purpose, ``level`` of a region: read elsewhere


@dataclass(frozen=True, slots=True)
class Code:
    """One code: its label, where it hangs, the days it may be given on, its tags and the exchange's code."""

    code: str
    label: str
    parent: str = ""
    since: date | None = None
    until: date | None = None
    tags: tuple[str, ...] = ()
    exchange: str = ""
    standing: str = ""
    """How sure the exchange's code is: ``seen`` · ``memory`` · ``confirmed``."""

    def given_on(self, day: date) -> bool:
        """Whether it may be given on a day."""
        return (self.since is None or self.since <= day) and (self.until is None or day <= self.until)


@dataclass(frozen=True, slots=True)
class CodeTable:
    """One table in one version; ``since`` is the first day it is given by, None: ever."""

    table: str
    name: str
    version: int
    since: date | None
    source: str
    codes: Mapping[str, Code]

    @property
    def mark(self) -> str:
        """What a matter keeps beside a code: ``content_classes@2``."""
        return f"{self.table}@{self.version}"

    def tags(self, code: str) -> frozenset[str]:
        """The tags of a code and of all it hangs under."""
        found: set[str] = set()
        seen: set[str] = set()
        entry = self.codes.get(code)
        while entry is not None and entry.code not in seen:
            seen.add(entry.code)
            found.update(entry.tags)
            entry = self.codes.get(entry.parent)
        return frozenset(found)


class CodeBook:
    """Every version of every table; of two alike the first one counts (the shipped one)."""

    __slots__ = ("_tables",)

    def __init__(self, tables: Iterable[CodeTable] = ()) -> None:
        found: dict[str, dict[int, CodeTable]] = {}
        for table in tables:
            found.setdefault(table.table, {}).setdefault(table.version, table)
        self._tables: Mapping[str, tuple[CodeTable, ...]] = MappingProxyType(
            {name: tuple(each[version] for version in sorted(each)) for name, each in found.items()}
        )

    def versions(self, table: str) -> tuple[CodeTable, ...]:
        """The versions of a table, the lowest first."""
        return self._tables.get(table, ())

    def with_tables(self, tables: Iterable[CodeTable]) -> CodeBook:
        """This book with further versions."""
        return CodeBook([each for versions in self._tables.values() for each in versions] + list(tables))

    def current(self, table: str, day: date) -> CodeTable | None:
        """The version codes are given by on a day: the highest that has begun; before all of them the lowest."""
        versions = self.versions(table)
        begun = [each for each in versions if each.since is None or each.since <= day]
        return begun[-1] if begun else (versions[0] if versions else None)

    def offered(self, table: str, day: date) -> tuple[Code, ...]:
        """The codes that may be chosen on a day, in the table's order; an ended one is shown, never offered."""
        found = self.current(table, day)
        return tuple(code for code in found.codes.values() if code.given_on(day)) if found else ()

    def give(self, table: str, code: str, day: date, field: str) -> str:
        """The mark of the version a code is given by on ``day``.

        Refused: ``code_ended`` when an earlier version or an earlier day knew it, ``code_unknown``. Empty for a table
        this book does not hold, and for a code of others (``OPEN``) that ours does not know.
        """
        found = self.current(table, day)
        if found is None:
            return ""
        entry = found.codes.get(code)
        if entry is not None and entry.given_on(day):
            return found.mark
        facts: dict[str, object] = {"code": code[:20], "table": found.name, "version": found.version}
        known = entry or next((each.codes[code] for each in self.versions(table) if code in each.codes), None)
        if known is not None:
            raise Refusal("code_ended", field=field, facts=facts | {"label": known.label})
        if table in OPEN:
            return ""
        raise Refusal("code_unknown", field=field, facts=facts)

    def code(self, table: str, code: str, mark: str = "") -> Code | None:
        """A code as the version it was given by has it; without a mark, or when that is not here, as the first knew it.

        Old matters were given their codes by the first version, before marks were kept.
        """
        versions = self.versions(table)
        named = [each for each in versions if each.mark == mark]
        return next((each.codes[code] for each in (*named, *versions) if code in each.codes), None)

    def label(self, table: str, code: str, mark: str = "") -> str:
        """A code in Chinese; one that nobody knows stands for itself."""
        found = self.code(table, code, mark)
        return found.label if found is not None else code

    def tagged(self, table: str, tag: str) -> dict[str, frozenset[str]]:
        """Codes with a tag → the marks of the versions that say so; the first version also stands for no mark."""
        found: dict[str, set[str]] = {}
        for place, each in enumerate(self.versions(table)):
            for code in each.codes:
                if tag in each.tags(code):
                    found.setdefault(code, set()).update({each.mark} if place else {each.mark, ""})
        return {code: frozenset(marks) for code, marks in found.items()}


def parse_codes(body: Mapping[str, object], table: str = "") -> CodeTable:
    """Read a table strictly; anything doubtful raises ``code_table_invalid`` with the reason in ``facts``.

    Shape: ``table`` (left out where the file's name says it), ``name``, ``version``, ``source``, ``from``, ``entries``
    (code, label, optional parent, from, to, tags, and the exchange's code with its standing).
    """
    if not isinstance(body, Mapping):
        raise _invalid("not_an_object", "table")
    unknown = sorted(str(key) for key in set(body) - _TABLE_KEYS)
    if unknown:
        raise _invalid("unknown_key", unknown[0][:20])
    name = table or body.get("table")
    if not isinstance(name, str) or name not in TABLES:
        raise _invalid("table_unknown", "table")
    version = body.get("version")
    if not isinstance(version, int) or isinstance(version, bool) or not 1 <= version <= 10_000:
        raise _invalid("number", "version")
    entries = body.get("entries")
    if not isinstance(entries, list) or not entries:
        raise _invalid("list", "entries")
    codes: dict[str, Code] = {}
    theirs: set[str] = set()
    for index, entry in enumerate(entries):
        where = f"entries.{index}"
        made = _code(entry, where)
        if made.code in codes or (made.exchange and made.exchange in theirs):
            raise _invalid("code_twice", where)
        theirs.add(made.exchange)
        codes[made.code] = made
    for index, made in enumerate(codes.values()):
        if made.parent and (made.parent not in codes or made.parent == made.code):
            raise _invalid("parent_unknown", f"entries.{index}")
    return CodeTable(
        table=name,
        name=_words(body.get("name"), "name"),
        version=version,
        since=_day(body["from"], "from") if "from" in body else None,
        source=_words(body.get("source"), "source"),
        codes=MappingProxyType(codes),
    )


def _code(entry: object, where: str) -> Code:
    if not isinstance(entry, Mapping):
        raise _invalid("not_an_object", where)
    unknown = sorted(str(key) for key in set(entry) - _KEYS)
    if unknown:
        raise _invalid("unknown_key", f"{where}.{unknown[0][:20]}")
    code, parent, tags = entry.get("code"), entry.get("parent", ""), entry.get("tags", [])
    if not isinstance(code, str) or not _CODE.fullmatch(code):
        raise _invalid("code", where)
    if not isinstance(parent, str):
        raise _invalid("parent_unknown", where)
    if not isinstance(tags, list) or not all(isinstance(tag, str) and tag for tag in tags):
        raise _invalid("tags", where)
    exchange, standing = entry.get("exchange", ""), entry.get("standing", "")
    if not isinstance(exchange, str) or (exchange and (not _CODE.fullmatch(exchange) or standing not in STANDINGS)):
        raise _invalid("exchange", where)
    since = _day(entry["from"], where) if "from" in entry else None
    until = _day(entry["to"], where) if "to" in entry else None
    if since is not None and until is not None and until < since:
        raise _invalid("day", where)
    label = _words(entry.get("label"), where)
    return Code(code, label, parent, since, until, tuple(tags), exchange, cast(str, standing) if exchange else "")


def _words(value: object, where: str) -> str:
    if not isinstance(value, str) or not value.strip() or len(value) > 500:
        raise _invalid("text", where)
    return value


def _day(value: object, where: str) -> date:
    day = iso_day(value)
    if day is None:
        raise _invalid("day", where)
    return day


def _invalid(reason: str, where: str) -> Refusal:
    return Refusal("code_table_invalid", field=where, facts={"reason": reason, "where": where})
