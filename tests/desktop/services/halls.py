"""Stations for tests of services: real encrypted files, a clock to move, seeded entropy, acts carried over."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pypdfium2
import pytest

from desktop.models.store.connection import immediate
from desktop.models.store.rows import ClockRow, OfficeRow
from desktop.services.intake import Registered, register_visit
from desktop.services.station import OfficeSetup, SeriesSetup, Station, Surroundings, create_station, open_station
from domain.beijing import ZONE
from domain.commands import MatterInput, PetitionerInput, RegisterVisit
from domain.refusals import Refusal
from sync.bundle.stretch import Argon2Parameters
from sync.log.chain import verify_entries

PASSWORD = "海边的渔村门牌1号"
FAST = Argon2Parameters(1, 1024, 1)

HALL = OfficeSetup(
    code="370205",
    name="滨海县信访局",
    kind="petition_office",
    window="2",
    mark="滨信",
    phone="0530-5550001",
    address="滨海县人民路1号",
    directory=(
        OfficeRow(
            "370206", "滨海县住房和城乡建设局", "competent_organ", "county", "", "0530-5550002", "建设路2号", "滨建"
        ),
    ),
    series=(SeriesSetup("途"), SeriesSetup("转")),
)
ORGAN = OfficeSetup(
    code="370206",
    name="滨海县住房和城乡建设局",
    kind="competent_organ",
    window="1",
    mark="滨建",
    phone="0530-5550002",
    address="滨海县建设路2号",
    directory=(
        OfficeRow("370205", "滨海县信访局", "petition_office", "county", "", "0530-5550001", "人民路1号", "滨信"),
    ),
    series=(SeriesSetup("受"), SeriesSetup("途"), SeriesSetup("转")),
)


class Clock:
    """The device's clock; tests move it."""

    def __init__(self, text: str = "2026-11-23 09:12") -> None:
        self.ms = 0
        self.at(text)

    def at(self, text: str) -> None:
        """Set it to a Beijing minute."""
        self.ms = int(datetime.strptime(text, "%Y-%m-%d %H:%M").replace(tzinfo=ZONE).timestamp() * 1000)

    def __call__(self) -> int:
        return self.ms


@dataclass
class Hall:
    """A station and its clock, with the few things most tests do."""

    station: Station
    clock: Clock
    path: Path
    surroundings: Surroundings

    def open_again(self, *, sign_in: str = "wang", password: str = PASSWORD) -> Station:
        """Close the station and open its file anew."""
        self.station.close()
        self.station = open_station(self.path, sign_in=sign_in, password=password, surroundings=self.surroundings)
        return self.station

    def register(self, **changes: Any) -> Registered:
        """Register a visit of one person with one claim; keywords change the command."""
        return register_visit(self.station, visit(**changes)).value

    def clock_row(self, matter_id: str, name: str) -> ClockRow:
        """One clock of a matter."""
        return next(row for row in self.station.store.clocks_of(matter_id) if row.clock == name)

    def scalar(self, sql: str, *values: object) -> Any:
        """One value straight from the file."""
        return self.station.store.db.execute(sql, values).fetchone()[0]

    def dump(self, *tables: str) -> list[tuple[object, ...]]:
        """Every row of some tables, in order."""
        db = self.station.store.db
        return sorted((table, *map(repr, row)) for table in tables for row in db.execute(f"SELECT * FROM {table}"))


def make_hall(path: Path, office: OfficeSetup, *, seed: int = 7, now: str = "2026-11-23 09:12") -> Hall:
    """Create a station in a folder."""
    clock = Clock(now)
    surroundings = Surroundings(clock, random.Random(seed).randbytes, FAST)
    station = create_station(path, office, sign_in="wang", name="王晓青", password=PASSWORD, surroundings=surroundings)
    return Hall(station, clock, path, surroundings)


def person(**changes: Any) -> PetitionerInput:
    """A petitioner with everything a notice needs."""
    plain = PetitionerInput(
        name="李春燕", id_number="11010519491231002X", mobile="13800001234", address="滨海县临港街道渔村12号"
    )
    return replace(plain, **changes)


def claim(**changes: Any) -> MatterInput:
    """A claim on the petition route."""
    plain = MatterInput(
        summary="征地补偿款未足额发放",
        request="请求核实并足额发放征地补偿款",
        facts="2026年3月签订协议，至今只收到一半。",
        matter_class="claim",
        route="31-6",
    )
    return replace(plain, **changes)


def visit(**changes: Any) -> RegisterVisit:
    """A visit of one person with one claim."""
    return replace(RegisterVisit(people=(person(),), matters=(claim(),)), **changes)


def refusal(doing: Callable[[], object]) -> Refusal:
    """The refusal a call raises."""
    with pytest.raises(Refusal) as caught:
        doing()
    return caught.value


def carry(source: Station, target: Station) -> None:
    """Bring every act of one station to another, as an exchange would: verified, admitted, projected."""
    row = source.store.log.writer(source.store.identity.writer)
    assert row is not None
    with immediate(target.store.db) as transaction:
        target.store.log.add_writer(row.writer, row.station, row.office, row.public_key)
        held = target.store.log.writer(row.writer)
        assert held is not None
        entries = source.store.log.entries(row.writer, held.have.n)
        if entries:
            verify_entries(row.public_key, held.have.hash, entries)
            cases = {each.act.case_id for each in target.store.log.admit(entries)}
            target.store.project_cases(dict.fromkeys(cases, ()))
        transaction.commit()


def text_of(pdf: bytes) -> str:
    """The text of a PDF, blanks taken out."""
    document = pypdfium2.PdfDocument(pdf)
    try:
        pages = []
        for page in document:
            text = page.get_textpage()
            pages.append(text.get_text_range())
            text.close()
            page.close()
        return "".join("".join(pages).split())
    finally:
        document.close()
