"""From one record of the exchange to the fields of its cases: strict, pure; what it does not know is kept beside."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from domain.acts import CaseKind
from domain.canonical import Json
from domain.identity import check_id
from sync.upstream.codes import Finding, shown
from sync.upstream.columns import (
    BLFS_FRAME,
    MATTER,
    NARRATIVE,
    PERSON,
    STEP_OF,
    STEPS,
    VISIT,
    XFJ_FRAME,
    XFR_FRAME,
    Column,
    Step,
)
from sync.upstream.outgoing import Row
from sync.upstream.values import HEX, ID, IDENTITY, MOST_ROWS, RecordRefused, Values

MOST_KEPT: Final = 100
"""Unknown names kept of one row."""
_OF_RECORD: Final = ("lhxfjid", "xfjid", "xzqh")
_WHEN: Final = Column("blsj", "", "day", "办理时间")
_NAME: Final = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,39}")


@dataclass(frozen=True, slots=True)
class Told:
    """What a record says of one case: our field names and values."""

    case_kind: str
    case_id: str
    identity: str
    version: int
    """How many acts the sender's case had; 0 when the sender does not say."""
    fields: Mapping[str, Json]


@dataclass(frozen=True, slots=True)
class Incoming:
    """One record: its petitioners, its visit, its matter, in this order."""

    record: str
    cases: tuple[Told, ...]
    secret: bool
    """An accusation 检举控告, or marked secret 密级 by its sender."""
    to_office: str
    """去向机构: the institution the matter was sent to; empty when it was not."""
    findings: tuple[Finding, ...]

    @property
    def matter(self) -> Told:
        """The matter."""
        return self.cases[-1]

    @property
    def visit(self) -> Told:
        """The visit."""
        return self.cases[-2]


class Reader(Values):
    """Reads records addressed to ``receiver``: its own prefix says which cases are its own."""

    def read(self, body: Json) -> Incoming:
        """Read one record. Raises RecordRefused when it has no identity, no day or no shape."""
        self._findings, self._record, self._day = [], "", ""
        if not isinstance(body, dict) or not isinstance(body.get("XFJ"), dict):
            raise RecordRefused(Finding("", "XFJ", "not_a_record"))
        item: Row = dict(body["XFJ"])
        self._record = self._identity(item.get("lhxfjid"), "XFJ.lhxfjid")
        self._day = self._visited(item.get("xfrq"))
        for name in body:
            if name not in ("XFJ", "XFR", "BLFS", "PJXX"):
                self._find(name if _NAME.fullmatch(name) else "?", "unknown_part")
        matter_id = self.case_id("matter", self._record)
        visit_record = self._identity(item.get("x_visit", self._record), "XFJ.x_visit")
        visit_id = self.case_id("visit", visit_record)
        visit = self._columns("XFJ", item, VISIT + NARRATIVE)
        visit.setdefault("visited_at", self._day)
        matter: Row = self._columns("XFJ", item, MATTER)
        matter |= {"visit": visit_id, "office": visit.get("office", ""), "channel": visit.get("channel", "")}
        matter.setdefault("received_on", self._day)
        if "repeat" not in matter and item.get("cfxfbz") in ("0", "1"):
            matter["repeat"] = "first" if item["cfxfbz"] == "0" else "repeat"
        visit[f"matter.{matter_id}"] = self._count(item.get("x_ordinal", "1"), "XFJ.x_ordinal", 999) or 1
        people, main = self._people(body.get("XFR"), visit)
        if main:
            matter["petitioner"] = main
        latest = self._steps(body.get("BLFS"), matter)
        matter.setdefault("stage", latest or "registered")
        for row in self._rows(body.get("PJXX"), "PJXX"):
            kept = self._kept(row, "PJXX", _OF_RECORD)
            matter[f"exchange_pjxx.{_short(row.get('pjxxid') or sorted(kept.items()))}"] = kept
        visit.setdefault("number", matter.get("number", self._record))
        matter["exchange_xfj"] = self._kept(item, "XFJ", (*_names(VISIT + NARRATIVE + MATTER), *XFJ_FRAME))
        secret = matter.get("matter_class") == "accusation" or matter.get("purpose_code") == "揭发控告"
        secret = secret or any(item.get(name) not in (None, "", "0", "否") for name in ("mj", "issecret"))
        told = (
            *people.values(),
            Told(CaseKind.VISIT, visit_id, visit_record, self._version(item, "x_visit_version"), _said(visit)),
            Told(CaseKind.MATTER, matter_id, self._record, self._version(item, "x_version"), _said(matter)),
        )
        to_office = str(matter.get("to_office") or "")
        return Incoming(self._record, told, secret, to_office, tuple(self._findings))

    # parts --------------------------------------------------------------------------------------------------------

    def _version(self, row: Row, name: str) -> int:
        return self._count(row.get(name, "0"), f"XFJ.{name}", 1 << 40) or 0

    def _people(self, rows: Json, visit: Row) -> tuple[dict[str, Told], str]:
        people: dict[str, Told] = {}
        main = ""
        for place, row in enumerate(self._rows(rows, "XFR"), start=1):
            named = row.get("xfrid")
            identity = named if isinstance(named, str) and ID.fullmatch(named) else f"{self._record}-p{place}"
            if not IDENTITY.fullmatch(identity):
                identity = f"{self._record}-{identity}"
            case_id = self.case_id("petitioner", identity)
            if case_id in people:
                self._find("XFR.xfrid", "duplicate_id")
                continue
            fields = self._columns("XFR", row, PERSON)
            fields.setdefault("kind", "person")
            number = fields.get("id_number")
            if isinstance(number, str) and number and fields.get("id_kind", "111") == "111":
                fields["id_number"] = check_id(number, self.today).number
            fields["exchange_xfr"] = self._kept(row, "XFR", (*_names(PERSON), *XFR_FRAME, "zfrbz"))
            role = row.get("x_role")
            if role not in ("main", "representative", "companion"):
                # Whether the others were chosen as representatives 代表 the exchange does not say.
                role = "main" if "1" in (row.get("xfjzfrbz"), row.get("zfrbz")) else "companion"
            if role == "main" and main:
                self._find("XFR.xfjzfrbz", "two_main_visitors")
                role = "companion"
            main = case_id if role == "main" else main
            visit[f"person.{case_id}"] = role
            version = self._version(row, "x_version")
            people[case_id] = Told(CaseKind.PETITIONER, case_id, identity, version, _said(fields))
        return people, main

    def _steps(self, rows: Json, matter: Row) -> str:
        """Put the steps into the matter's fields; the stage the last one leaves it in."""
        known: dict[str, tuple[str, Row]] = {}
        stages: list[tuple[str, int, str]] = []
        for row in self._rows(rows, "BLFS"):
            step = self._step_of(row)
            when = self._value(_WHEN, "BLFS.blsj", row.get("blsj", "")) if step else None
            if step is None or not isinstance(when, str) or not when:
                self._keep_step(row, matter)
                continue
            earlier = known.get(step.key)
            if earlier is None or earlier[0] <= when:
                known[step.key] = (when, row)
            if earlier is not None:  # two of a kind: the later one speaks, the other is kept
                self._keep_step(earlier[1] if earlier[0] <= when else row, matter)
        for order, step in enumerate(STEPS):
            if step.key in known:
                when, row = known[step.key]
                self._take_step(step, when, row, matter)
                if step.stage:
                    stages.append((when, order, step.stage))
        return max(stages)[2] if stages else ""

    def _keep_step(self, row: Row, matter: Row) -> None:
        named = row.get("blfsid") or sorted((name, str(value)) for name, value in row.items())
        matter[f"exchange_blfs.{_short(named)}"] = self._kept(row, "BLFS", _OF_RECORD)

    def _step_of(self, row: Row) -> Step | None:
        code, own = row.get("blfs"), row.get("x_step")
        if isinstance(code, str) and code:
            found = self.codes.inward("BLFS.blfs", code, self._day)
            if found is not None and found.ours in STEP_OF:
                return STEP_OF[found.ours]
            if not isinstance(own, str):
                self._find("BLFS.blfs", "code_unmapped", shown(code))
        return STEP_OF.get(own) if isinstance(own, str) else None

    def _take_step(self, step: Step, when: str, row: Row, matter: Row) -> None:
        matter[step.day] = when
        matter.update(self._columns("BLFS", row, step.columns))
        taken = [*_names(step.columns), *(name for name in BLFS_FRAME if name not in ("blfsid", "bljgdm", "bljg"))]
        if row.get("blfsid") == f"{self._record}-{step.key}":
            taken.append("blfsid")
        kept = self._kept(row, "BLFS", taken)
        if kept:
            matter[f"exchange_step.{step.key}"] = kept
        if step.key == "assigned" and row.get("xqhbsj"):
            until = self._value(_WHEN, "BLFS.xqhbsj", row["xqhbsj"])
            days = (date.fromisoformat(str(until)) - date.fromisoformat(when)).days if until else 0
            if 1 <= days <= 365:
                matter["assigned_days"] = days
            elif until:
                self._find("BLFS.xqhbsj", "days_invalid")
        extensions = row.get("x_extension")
        if step.key == "extended" and isinstance(extensions, dict):
            for key, value in list(extensions.items())[:9]:
                days_more = self._count(value, "BLFS.x_extension", 30)
                if HEX.fullmatch(str(key)) and days_more:
                    matter[f"extension.{key}"] = days_more

    # values -------------------------------------------------------------------------------------------------------

    def _columns(self, part: str, row: Row, columns: Iterable[Column]) -> Row:
        fields: Row = {}
        for column in columns:
            where = f"{part}.{column.name}"
            if column.kind == "code":
                value: Json = self._code(where, column, row)
            elif column.name not in row or row[column.name] is None:
                continue
            else:
                value = self._value(column, where, row[column.name])
            if value is None:
                continue
            if column.choices and value not in column.choices and value != "":
                self._find(where, "choice_unknown")
                continue
            fields[column.ours] = value
        return fields

    def _rows(self, rows: Json, part: str) -> list[Row]:
        if rows is None:
            return []
        if not isinstance(rows, list) or len(rows) > MOST_ROWS:
            self._find(part, "wrong_type" if not isinstance(rows, list) else "too_many")
            return []
        found = [dict(row) for row in rows if isinstance(row, dict)]
        if len(found) != len(rows):
            self._find(part, "wrong_type")
        for row in found:
            if row.get("lhxfjid", self._record) != self._record:
                self._find(f"{part}.lhxfjid", "belongs_elsewhere")
        return [row for row in found if row.get("lhxfjid", self._record) == self._record]

    def _kept(self, row: Row, part: str, taken: Iterable[str]) -> Row:
        """What has no field of ours, as it came, to be sent on; codes no table knows among it."""
        known = set(taken)
        unmapped = {
            name for name in known if f"{part}.{name}" in {f.field for f in self._findings if f.code == "code_unmapped"}
        }
        kept: Row = {}
        for name, value in sorted(row.items()):
            if (name in known and name not in unmapped) or value in (None, ""):
                continue
            if name.startswith("x_") and name[2:] in known:
                continue
            if not _NAME.fullmatch(name) or not isinstance(value, str | int) or len(kept) >= MOST_KEPT:
                self._find(f"{part}.{name if _NAME.fullmatch(name) else '?'}", "not_kept")
                continue
            text = self._text(
                value if not isinstance(value, bool) else str(int(value)), f"{part}.{name}", multiline=True
            )
            if text:
                kept[name] = text
        return kept


def _names(columns: Iterable[Column]) -> list[str]:
    return [column.name for column in columns]


def _short(value: object) -> str:
    """A field's key made of whatever names a row."""
    return hashlib.sha256(str(value).encode("utf-8", "surrogatepass")).hexdigest()[:16]


def _said(fields: Mapping[str, Json]) -> dict[str, Json]:
    """Without what says nothing: silence is recorded by absence (as at a window)."""
    return {name: value for name, value in fields.items() if value is not None and value != {}}
