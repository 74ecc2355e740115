"""What the tests of number series share: a station that draws numbers as the desk does, a county in this process."""

from __future__ import annotations

import secrets
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from domain.acts import Act
from domain.fold import fold
from domain.refusals import Refusal
from domain.series import SeriesState, next_number, read_series, series_id
from sync.log.chain import sealing_public
from sync.protocol import Answer, Enrol, Request
from sync.server.store import CountyStore
from tests.sync.harness import Station

OFFICE, KIND = "370205", "受"
NAME = "series/office/370205/2026/受"


def series_at(station: Station, name: str) -> SeriesState | None:
    """A series as a station's acts tell it."""
    acts = station.log.case(name)
    return read_series(fold(acts)) if acts else None


def papers_at(station: Station, name: str) -> list[tuple[int, str, Act]]:
    """(number, paper, act) of every paper known at a station with a number of the series."""
    found = []
    for case_id in station.log.case_ids():
        for act in station.log.case(case_id):
            for field, value in act.sets.items():
                if act.kind == "paper_issued" and isinstance(value, dict) and value.get("series") == name:
                    found.append((int(str(value["n"])), field.removeprefix("paper."), act))
    return found


def issue(station: Station, *, year: int = 2026, kind: str = KIND, floor: int = 0, shown: str = "") -> int:
    """Issue a paper with the next number, as the desk's service does; raises Refusal. ``shown``: to whom else."""
    name = series_id(station.certificate.home_scope if station.signed else f"office/{OFFICE}", year, kind)
    issued = [n for n, _, _ in papers_at(station, name)]
    writer = station.identity.writer
    n = next_number(
        series_at(station, name),
        {writer},
        set(station.feed.own_writers()) - {writer},
        lambda first, last: max((each for each in issued if first <= each <= last), default=0),
        floor,
    )
    value: dict[str, Any] = {"form": "F04", "series": name, "n": n, "number": f"〔{year}〕{n}号"}
    scope = name.split("/", 1)[1].rsplit("/", 2)[0]
    paper, case = secrets.token_hex(16), secrets.token_hex(16)
    station.write(station.act(case, {f"paper.{paper}": value}, kind="paper_issued", scope=scope))
    if shown:
        station.write(station.act(case, {f"audience.{shown}": True}, kind="case_shared", scope=scope))
    return n


def refused(station: Station, **words: Any) -> str:
    """The code by which a number is refused; empty when one was issued."""
    try:
        issue(station, **words)
    except Refusal as refusal:
        return refusal.code
    return ""


class Hall:
    """A county in this process, with a clock to move, and stations on files that can be copied and put back."""

    def __init__(self, folder: Path, size: int = 6, database: str = "") -> None:
        self.folder, self.database = folder, database
        self.now_ms = 1_795_000_000_000  # November 2026
        self.county = self._open()
        with self.county.transaction():
            self.county.series.set_size(f"office/{OFFICE}", KIND, size)

    def _open(self) -> CountyStore:
        return CountyStore(self.folder / "county", lambda: self.now_ms, secrets.token_bytes, self.database)

    def station(self, name: str, window: str = "1", office: str = OFFICE, **scopes: Any) -> Station:
        """A new station, enrolled for one kind of paper."""
        station = Station(self.folder / f"{name}.db", office)
        self.enrol(station, window, **scopes)
        return station

    def enrol(self, station: Station, window: str = "1", **scopes: Any) -> None:
        me = station.identity
        code = self.county.issue_code(me.office, "城关镇", window, kinds=(KIND,), **scopes)
        station.signed = self.county.enrol(
            Enrol(
                v=2, code=code, station=me.station, office=me.office, station_key=station.key.public,
                sealing_key=sealing_public(station.sealing_key), writer=me.writer, public_key=me.public_key,
                birth=me.birth, name=name_of(window), caps=[],
            )
        )  # fmt: skip
        station.db.execute("UPDATE me SET body = ?, sig = ?", (station.signed.body, station.signed.sig))

    def answer(self, request: Request) -> Answer:
        row = self.county.station(request.st)
        assert row is not None
        return self.county.exchange(request, row)

    def sync(self, *stations: Station) -> None:
        """Rounds until nothing more waits; a station that has just begun anew asks once more."""
        for station in stations:
            for _ in range(40):
                request = station.request()
                answer = self.answer(request)
                applied = station.apply(request, answer)
                idle = not (request.push or request.recovered or answer.full or answer.rewind or applied.reborn)
                if answer.same or (idle and not answer.more and not applied.pulled and not applied.confirmed):
                    break
            else:
                raise AssertionError(f"the rounds do not come to an end: {applied}")

    def copy(self, station: Station, name: str) -> Path:
        """The station's file as it is now, under another name."""
        station.db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        target = self.folder / f"{name}.db"
        shutil.copy(station.path, target)
        return target

    def copy_county(self, name: str) -> None:
        """The county's folder as it is now."""
        self.county.close()
        shutil.copytree(self.folder / "county", self.folder / name)
        self.county = self._open()

    def restore_county(self, name: str) -> None:
        """Put an older copy of the county's folder back."""
        self.county.close()
        shutil.rmtree(self.folder / "county")
        shutil.copytree(self.folder / name, self.folder / "county")
        self.county = self._open()


def name_of(window: str) -> str:
    return f"城关镇 {window}号窗口"


@pytest.fixture
def hall(tmp_path: Path) -> Iterator[Hall]:
    """A county and its stations; in the end the county must verify."""
    found = Hall(tmp_path)
    yield found
    found.county.verify()
    found.county.close()
