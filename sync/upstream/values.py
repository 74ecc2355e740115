"""Single values of the exchange read strictly: text, days, counts, flags, codes; each fault is a named finding."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from domain.beijing import parse_minute
from domain.canonical import Json
from domain.decisions.desk import LINE_LIMIT, TEXT_LIMIT
from domain.decisions.registration import HEADCOUNT_LIMIT
from domain.refusals import Refusal
from domain.texts import clean
from sync.upstream.codes import Codes, Finding, shown
from sync.upstream.columns import Column
from sync.upstream.outgoing import INSTITUTIONS, Row

MOST_ROWS: Final = 500
"""People, steps or evaluations of one record, and lines of one list."""
IDENTITY: Final = re.compile(r"[A-Za-z]{2,8}[0-9]{6}[A-Za-z0-9-]{1,64}")
ID: Final = re.compile(r"[A-Za-z0-9_.:-]{1,120}")
HEX: Final = re.compile(r"[0-9a-f]{32}")
_FLAGGED: Final = frozenset({"1", "是", "true"})
_UNFLAGGED: Final = frozenset({"0", "否", "false", ""})
_FORMS: Final = ("original", "copy", "electronic")


class RecordRefused(Exception):
    """This record cannot be taken at all; nothing of it is recorded."""

    def __init__(self, finding: Finding) -> None:
        super().__init__(finding.code)
        self.finding = finding


@dataclass(slots=True)
class Values:
    """Reads the values of one record after another, and collects what a person must know."""

    receiver: str
    """The prefix of our own records."""
    codes: Codes
    today: date
    """The Beijing day of the import: nobody came after it."""
    private_use: Mapping[str, str]
    _findings: list[Finding] = field(default_factory=list)
    _record: str = ""
    _day: str = ""

    def case_id(self, kind: str, identity: str) -> str:
        """Our own id behind our own prefix; for everybody else's a hash, so that no file can name a case of ours."""
        own = identity.removeprefix(self.receiver)
        if own != identity and HEX.fullmatch(own):
            return own
        return hashlib.sha256(f"xinfang-upstream-1/{kind}/{identity}".encode()).hexdigest()[:32]

    def _code(self, where: str, column: Column, row: Row) -> Json:
        theirs, own = row.get(column.name), row.get(column.own)
        if isinstance(theirs, str) and theirs:
            table = "JGDM" if column.name in INSTITUTIONS else where
            found = self.codes.inward(table, theirs, self._day) if ID.fullmatch(theirs) else None
            if found is not None:
                return found.ours
            self._find(where, "code_unmapped", shown(theirs))
            return None
        if theirs not in (None, ""):
            self._find(where, "wrong_type")
            return None
        if isinstance(own, str) and 0 < len(own) <= 40:
            return clean(own, private_use=self.private_use).text
        return None

    def _value(self, column: Column, where: str, raw: Json) -> Json:
        match column.kind:
            case "flag":
                text = str(raw).lower() if isinstance(raw, str | bool | int) else "?"
                if text not in _FLAGGED | _UNFLAGGED:
                    self._find(where, "flag_invalid")
                    return None
                return text in _FLAGGED
            case "count":
                return self._count(raw, where, HEADCOUNT_LIMIT)
            case "day" | "moment":
                return self._moment(raw, where, whole=column.kind == "moment")
            case "lines":
                return self._lines(raw, where)
            case "materials":
                return self._materials(raw, where)
            case "matter":
                return self.case_id("matter", raw) if isinstance(raw, str) and IDENTITY.fullmatch(raw) else None
            case _:
                return self._text(raw, where, multiline=column.kind == "text")

    def _text(self, raw: Json, where: str, *, multiline: bool = False) -> str | None:
        if not isinstance(raw, str | int) or isinstance(raw, bool):
            self._find(where, "wrong_type")
            return None
        limit = TEXT_LIMIT if multiline else LINE_LIMIT
        try:
            cleaned = clean(str(raw), multiline=multiline, limit=limit, private_use=self.private_use)
        except Refusal as refusal:
            self._find(where, refusal.code)
            return None
        if cleaned.removed:
            self._find(where, "text_cleaned")
        return cleaned.text

    def _moment(self, raw: Json, where: str, *, whole: bool) -> str | None:
        if raw == "":
            return ""
        text = raw.strip() if isinstance(raw, str) and len(raw) <= 40 else ""
        found = parse_minute(text[:16].replace("T", " ").strip()) or parse_minute(text[:10])
        if found is None:
            self._find(where, "date_invalid")
            return None
        return f"{found:%Y-%m-%d %H:%M}" if whole and len(text) > 10 else found.date().isoformat()

    def _count(self, raw: Json, where: str, most: int) -> int | None:
        if raw == "":
            return None
        text = str(raw) if isinstance(raw, str | int) and not isinstance(raw, bool) else "?"
        if not (text.isascii() and text.isdigit() and len(text) <= 15 and int(text) <= most):
            self._find(where, "count_invalid")
            return None
        return int(text)

    def _lines(self, raw: Json, where: str) -> list[Json] | None:
        if not isinstance(raw, list) or len(raw) > MOST_ROWS:
            self._find(where, "wrong_type")
            return None
        return [text for item in raw if (text := self._text(item, where))]

    def _materials(self, raw: Json, where: str) -> list[Json] | None:
        if not isinstance(raw, list) or len(raw) > MOST_ROWS:
            self._find(where, "wrong_type")
            return None
        lines: list[Json] = []
        for item in raw:
            title = self._text(item.get("title", ""), where) if isinstance(item, dict) else None
            if not isinstance(item, dict) or not title or item.get("form") not in _FORMS:
                self._find(where, "material_invalid")
                continue
            line: Row = {"title": title, "form": item["form"]}
            line |= {name: self._count(item.get(name, 1), where, 99999) or 0 for name in ("copies", "pages")}
            remark = self._text(item.get("remark", ""), where)
            lines.append(line | {"remark": remark} if remark else line)
        return lines

    def _identity(self, raw: Json, where: str) -> str:
        if not isinstance(raw, str) or not IDENTITY.fullmatch(raw):
            raise RecordRefused(Finding(self._record, where, "id_invalid" if raw else "id_missing"))
        return raw

    def _visited(self, raw: Json) -> str:
        day = self._moment(raw, "XFJ.xfrq", whole=False)
        if not day:
            raise RecordRefused(Finding(self._record, "XFJ.xfrq", "date_invalid" if raw else "date_missing"))
        if day > self.today.isoformat():
            raise RecordRefused(Finding(self._record, "XFJ.xfrq", "date_in_future"))
        return day

    def _find(self, where: str, code: str, value: str = "") -> None:
        self._findings.append(Finding(self._record, where, code, value))
