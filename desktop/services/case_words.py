"""What every paper asks of a case, in words: who came, from where, what it is about, who handles it, which number."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import TypedDict

from desktop.services.station import Station
from domain.clocks import Clock, Deadline
from domain.deadlines import due
from domain.fold import CaseState
from domain.papers import SECRET_MATTER, SECRET_NAME
from domain.procedure.clocks import hearing_days
from domain.refusals import Refusal

NOTHING: Mapping[str, object] = {}


class EveryPaper(TypedDict):
    organ: str
    number: str
    issued_on: str
    document_number: str
    query_code: str


class ToPetitioner(EveryPaper):
    addressee: str
    received_on: str
    channel: str
    query_phone: str
    query_address: str


class EveryNotice(ToPetitioner):
    summary: str
    contact: str
    contact_phone: str


class EveryLetter(EveryPaper):
    to_organ: str
    petitioner: str
    received_on: str
    channel: str
    summary: str
    people: int
    contact: str
    contact_phone: str


@dataclass(frozen=True, slots=True)
class CaseWords:
    """A matter at a station, on the day a paper of it is made. An accusation names nobody (R 30③)."""

    station: Station
    matter: CaseState
    document_number: str
    issued_on: date
    field: str
    """The field the paper stands on (``domain.decisions.grounds``); empty when it stands on the matter as it is."""

    @property
    def record(self) -> Mapping[str, object]:
        """What that field holds, when it holds a record."""
        found = self.matter.get(self.field)
        return found if isinstance(found, Mapping) else NOTHING

    def said(self, name: str) -> str:
        """A text of the record."""
        return text_of(self.record, name)

    @property
    def why(self) -> str:
        """The reason given with the step the paper tells of."""
        told = [act.why for act in self.matter.acts if self.field in act.sets]
        return told[-1] if told else ""

    @property
    def secret(self) -> bool:
        return self.matter.text("matter_class") == "accusation"

    @property
    def petitioner(self) -> CaseState | None:
        known = self.matter.text("petitioner")
        return self.station.store.state(known) if known else None

    @property
    def visit(self) -> CaseState | None:
        return self.station.store.state(self.matter.text("visit"))

    def name(self, *, required: bool = False) -> str:
        """The petitioner's name. Raises Refusal ``addressee_unknown`` when it is required and unknown (R 23②)."""
        if self.secret:
            return SECRET_NAME
        known = self.petitioner.text("name") if self.petitioner else ""
        if required and not known:
            raise Refusal("addressee_unknown", field="form", article="R 23②")
        return known or "（姓名不清）"

    @property
    def summary(self) -> str:
        return SECRET_MATTER if self.secret else self.matter.text("summary")

    @property
    def contact_phone(self) -> str:
        return self.station.office.phone

    def office(self, code: str) -> str:
        """The name of an office of the directory; what is no code stands for itself."""
        if code == self.station.office.code:
            return self.station.office.name
        return next((row.name for row in self.station.store.offices() if row.code == code), code)

    def person(self, name: str) -> str:
        """A text of the petitioner; nothing of one who must stay unnamed."""
        return self.petitioner.text(name) if self.petitioner and not self.secret else ""

    @property
    def query_code(self) -> str:
        return self.visit.text("query_code") if self.visit else ""

    def every_paper(self) -> EveryPaper:
        return {
            "organ": self.station.office.name,
            "number": self.matter.text("number"),
            "issued_on": self.issued_on.isoformat(),
            "document_number": self.document_number,
            "query_code": self.query_code,
        }

    def to_petitioner(self, addressee: str) -> ToPetitioner:
        """What a paper for the petitioner says besides: to whom, when the matter came, and where to ask (R 21②)."""
        return {
            **self.every_paper(),
            "addressee": addressee,
            "received_on": self.matter.text("received_on"),
            "channel": "走访",
            "query_phone": self.station.office.phone,
            "query_address": self.station.office.query_address or self.station.office.address,
        }

    def every_notice(self) -> EveryNotice:
        """The same for a notice that must name nobody of an accusation, with its matter and whom to call."""
        return {
            **self.to_petitioner(self.name(required=True)),
            "summary": self.summary,
            "contact": self.matter.text("handler"),
            "contact_phone": self.contact_phone,
        }

    def every_letter(self, to_organ: str) -> EveryLetter:
        """What a letter says besides: to which organ, of whose matter."""
        return {
            **self.every_paper(),
            "to_organ": to_organ,
            "petitioner": self.name(),
            "received_on": self.matter.text("received_on"),
            "channel": "走访",
            "summary": self.summary,
            "people": self.visit.number("headcount", 1) if self.visit and not self.secret else 1,
            "contact": self.station.clerk_name,
            "contact_phone": self.contact_phone,
        }

    def materials(self) -> tuple[str, ...]:
        """Names of what was handed in; nothing of a secret matter."""
        found = self.visit.get("materials") if self.visit and not self.secret else None
        rows = found if isinstance(found, list | tuple) else ()
        return tuple(str(row.get("title", "")) for row in rows if isinstance(row, Mapping))

    def due(self, clock: Clock, start: date, *, days: int | None = None, hearings: bool = False) -> Deadline:
        """A period as the paper's day knows it; ``hearings``: those of the recheck are taken out (R 36②)."""
        measure = self.station.store.yardstick
        excluded = hearing_days(self.matter, "recheck") if hearings else ()
        return due(clock, start, measure.calendar, measure.rules, days=days, exclude=excluded)

    def number_of(self, form: str, tells_of: str = "") -> str:
        """The number of the standing paper of a form, of one step when that is named; empty when there is none here."""
        for paper_id, paper in self.matter.items("paper").items():
            if isinstance(paper, Mapping) and paper.get("form") == form:
                fits = not tells_of or str(paper.get("tells_of", "")).startswith(tells_of)
                if fits and self.matter.get(f"paper.{paper_id}.voided") is None:
                    return str(paper.get("number", ""))
        return ""


def text_of(record: Mapping[str, object], name: str) -> str:
    """A text of a record; another type counts as unset."""
    found = record.get(name)
    return found if isinstance(found, str) else ""


def names_in(record: Mapping[str, object], name: str) -> tuple[str, ...]:
    """A list of names of a record."""
    found = record.get(name)
    return tuple(str(each) for each in found) if isinstance(found, list | tuple) else ()


def records_in(record: Mapping[str, object], name: str) -> list[Mapping[str, object]]:
    """A list of records of a record."""
    found = record.get(name)
    return [each for each in found if isinstance(each, Mapping)] if isinstance(found, list | tuple) else []


def iso(day: date | None) -> str:
    """A day as a form holds it; empty when there is none."""
    return day.isoformat() if day else ""
