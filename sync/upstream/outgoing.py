"""From folded cases to one record of the exchange: pure, and the same bytes for the same acts."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final

from domain.beijing import parse_minute
from domain.canonical import Json
from domain.fold import CaseState
from sync.upstream.codes import Codes, Entry, Finding, shown
from sync.upstream.columns import MATTER, NARRATIVE, PERSON, STEPS, VISIT, Column, Step

SENDER: Final = re.compile(r"[A-Z]{2,8}[0-9]{6}")
"""Who sends: letters agreed with the upstream system, then the six digits of the region (``HZ330100``)."""
INSTITUTIONS: Final = frozenset({"djjgdm", "qxjgdm", "bljgdm"})

Row = dict[str, Json]


@dataclass(frozen=True, slots=True)
class Dossier:
    """One matter with what belongs to it: one record."""

    matter: CaseState
    visit: CaseState
    people: Mapping[str, CaseState]
    """Petitioner id → state, for the people of the visit and the matter's own petitioner."""
    earlier: CaseState | None = None
    """The matter it repeats, if it is held here."""
    secret: bool = False
    """Restricted here: said so in ``issecret``, so that it is restricted there too."""
    narrative: bool = True
    """False when another matter of the visit is withheld: what was said aloud may tell of it (R 30③)."""


@dataclass(slots=True)
class Writer:
    """Writes records for one sender, and collects what a person must know."""

    sender: str
    codes: Codes
    institutions: Mapping[str, str]
    """Office code → name."""
    findings: list[Finding] = field(default_factory=list)

    def record(self, dossier: Dossier) -> dict[str, Json]:
        """``{"XFJ": {…}, "XFR": […], "BLFS": […], "PJXX": […]}``; empty lists are left out."""
        record_id = self.id_of(dossier.matter)
        day = dossier.visit.text("visited_on") or dossier.matter.text("received_on")
        frame: Row = {"lhxfjid": record_id, "xfjid": dossier.matter.case_id, "xzqh": self.sender[-6:]}
        made: dict[str, Json] = {"XFJ": self._item(dossier, frame, day)}
        people = [
            self._person(dossier, key, place, frame, day) for place, key in enumerate(_in_order(dossier), start=1)
        ]
        steps = [row for step in STEPS if (row := self._step(dossier.matter, step, frame, day)) is not None]
        kept = [_kept(value) for _, value in sorted(dossier.matter.items("exchange_blfs").items())]
        steps += [{**row, **frame} for row in kept]
        marks = [{**_kept(value), **frame} for _, value in sorted(dossier.matter.items("exchange_pjxx").items())]
        return made | {name: rows for name, rows in (("XFR", people), ("BLFS", steps), ("PJXX", marks)) if rows}

    def id_of(self, state: CaseState) -> str:
        """The identity 联合信访件id: the one a case came with, otherwise the sender's prefix before our own id."""
        origin = state.get("origin")
        came_with = origin.get("record") if isinstance(origin, dict) else None
        return came_with if isinstance(came_with, str) else self.sender + state.case_id

    def _item(self, dossier: Dossier, frame: Row, day: str) -> Row:
        matter, visit = dossier.matter, dossier.visit
        row: Row = _kept(matter.get("exchange_xfj"))
        row |= self._columns("XFJ", VISIT + (NARRATIVE if dossier.narrative else ()), visit, frame, day)
        row |= self._columns("XFJ", MATTER, matter, frame, day) | frame
        name = self.institutions.get(visit.text("office"))
        if name:
            row["djjgmc"] = name
        if matter.text("repeat") in ("first", "repeat", "new_facts"):  # undecided stays unknown
            row["cfxfbz"] = "0" if matter.text("repeat") == "first" else "1"
        if dossier.secret:
            row["issecret"] = "1"
        if dossier.earlier is not None:
            row["x_repeat_earlier"] = self.id_of(dossier.earlier)
        row["x_visit"] = self.id_of(visit)
        row["x_ordinal"] = str(visit.number(f"matter.{matter.case_id}", 1))
        return row | {"x_version": str(len(matter.acts)), "x_visit_version": str(len(visit.acts))}

    def _person(self, dossier: Dossier, key: str, place: int, frame: Row, day: str) -> Row:
        state = dossier.people[key]
        role = dossier.visit.text(f"person.{key}")
        row: Row = _kept(state.get("exchange_xfr"))
        row |= self._columns("XFR", PERSON, state, frame, day) | frame
        row |= {"xfrid": self.id_of(state), "xh": str(place), "xfjzfrbz": "1" if role == "main" else "0"}
        row["x_version"] = str(len(state.acts))
        return row | {"x_role": role} if role else row

    def _step(self, matter: CaseState, step: Step, frame: Row, day: str) -> Row | None:
        when = matter.text(step.day)
        if not when:
            return None
        head = matter.fields[step.day].heads[-1]
        row: Row = {"blfsid": f"{frame['lhxfjid']}-{step.key}"} | _kept(matter.get(f"exchange_step.{step.key}"))
        row |= self._columns("BLFS", step.columns, matter, frame, day) | frame | {"blsj": when, "x_step": step.key}
        if head.office and head.office != "county":
            row["bljgdm"] = self._institution("bljgdm", head.office, frame, day)
            if head.office in self.institutions:
                row["bljg"] = self.institutions[head.office]
        row |= self._code("BLFS.blfs", "blfs", step.key, frame, day, own=False)
        if step.answer:
            row |= self._code("BLFS.dftype", "dftype", step.answer, frame, day, own=False)
        if step.key == "assigned":
            begun, days = parse_minute(when), matter.number("assigned_days")
            if begun is not None and 0 < days <= 3650:
                row["xqhbsj"] = (begun.date() + timedelta(days=days)).isoformat()
        if step.key == "extended":
            row["x_extension"] = {key: str(value) for key, value in matter.items("extension").items()}
        return row

    # values -------------------------------------------------------------------------------------------------------

    def _columns(self, part: str, columns: tuple[Column, ...], state: CaseState, frame: Row, day: str) -> Row:
        row: Row = {}
        for column in columns:
            value = state.get(column.ours)
            if value is None:
                continue
            if column.ours in state.conflicts:
                self._find(frame, f"{part}.{column.name}", "in_conflict")
            if column.kind == "code":
                if isinstance(value, str) and value:
                    row |= self._code(f"{part}.{column.name}", column.name, value, frame, day)
            elif column.kind == "matter":
                continue  # an id means nothing elsewhere: the record's identity is written instead
            elif column.kind in ("lines", "materials"):
                row[column.name] = value
            elif value is True or value is False:
                row[column.name] = "1" if value else "0"
            elif isinstance(value, str | int):
                row[column.name] = str(value)
                if column.limit and len(str(value)) > column.limit:
                    self._find(frame, f"{part}.{column.name}", "longer_than_seen", str(column.limit))
        return row

    def _institution(self, name: str, code: str, frame: Row, day: str) -> str:
        found = self.codes.outward("JGDM", code, day)
        if found is None:
            self._find(frame, f"BLFS.{name}", "code_unmapped", shown(code))
        return found.theirs if found is not None else ""

    def _code(self, where: str, name: str, ours: str, frame: Row, day: str, *, own: bool = True) -> Row:
        found: Entry | None = self.codes.outward("JGDM" if name in INSTITUTIONS else where, ours, day)
        if found is None:
            self._find(frame, where, "code_unmapped", shown(ours))
            return {f"x_{name}": ours} if own else {}
        if found.standing == "memory":
            self._find(frame, where, "code_from_memory", shown(ours))
        return {name: found.theirs}

    def _find(self, frame: Row, where: str, code: str, value: str = "") -> None:
        self.findings.append(Finding(str(frame["lhxfjid"]), where, code, value))


def _in_order(dossier: Dossier) -> list[str]:
    """The main visitor first; the rest by id, so that the order does not depend on who asked."""
    return sorted(dossier.people, key=lambda key: (dossier.visit.text(f"person.{key}") != "main", key))


def _kept(value: Json) -> Row:
    """What a record held beside our fields when it came, to be sent on as it was."""
    return {str(name): item for name, item in value.items()} if isinstance(value, dict) else {}
