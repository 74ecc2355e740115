"""Copies of the kept folders of release 0.1.0, what it said of them, and how they are meddled with and cut."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
import textwrap
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from sqlcipher3 import dbapi2

from desktop.models.store import keys
from desktop.models.store.earlier import EarlierFile
from desktop.models.store.folder import DataFolder
from desktop.models.store.keys import FAST
from desktop.services import care, intake, matters, papers, upgrade
from desktop.services.station import Station, Surroundings, open_station
from domain import commands
from domain.fold import fold, state_bytes
from scripts.keep_release import KEPT

RELEASE = KEPT / "0.1.0"
TOLD: dict[str, Any] = json.loads((RELEASE / "manifest.json").read_text("utf-8"))
SIGN_IN, PASSWORD = str(TOLD["sign_in"]), str(TOLD["password"])
KINDS = ("station", "alone")


@dataclass
class Desk:
    """A copy of a folder of 0.1.0, and what that release said of it."""

    path: Path
    told: dict[str, Any]
    said_anew: int
    """How many acts say anew which numbers it holds: one for each series, one for numbers before its first."""
    world: Surroundings

    @property
    def folder(self) -> DataFolder:
        return DataFolder(self.path)

    @property
    def key(self) -> bytes:
        return keys.unlock(self.folder, SIGN_IN, PASSWORD).data_key.raw

    def verify(self, *, kept: bool = False) -> care.VerifyReport:
        return upgrade.verify_earlier(self.path, sign_in=SIGN_IN, password=PASSWORD, surroundings=self.world, kept=kept)

    def upgrade(self, step: Any = None) -> upgrade.Upgraded:
        more = {} if step is None else {"step": step}
        return upgrade.upgrade(self.path, sign_in=SIGN_IN, password=PASSWORD, surroundings=self.world, **more)

    def open(self, sign_in: str = SIGN_IN, password: str = PASSWORD) -> Station:
        return open_station(self.path, sign_in=sign_in, password=password, surroundings=self.world)

    def bytes(self) -> dict[str, bytes]:
        return {
            file.name: file.read_bytes() for file in sorted(self.path.iterdir()) if file.name != self.folder.lock.name
        }

    def meddle(self, *sql: str) -> None:
        """Change the file behind every program's back."""
        db = dbapi2.connect(str(self.folder.database), isolation_level=None)
        db.execute(f"PRAGMA key = \"x'{self.key.hex()}'\"")
        for each in sql:
            db.execute(each)
        db.close()


def copied(kind: str, to: Path) -> Desk:
    """A copy of a kept folder; the clock stands an hour behind its last act."""
    path = Path(shutil.copytree(RELEASE / kind, to))
    told = TOLD if kind == "station" else TOLD["alone"]
    world = Surroundings(lambda: 0, os.urandom, FAST, machine=lambda: "0" * 32)
    desk = Desk(path, told, 3 if kind == "station" else 4, world)
    with EarlierFile(desk.folder.database, desk.key) as earlier:
        later = earlier.last_known_ms + 3_600_000
    desk.world = replace(world, clock=lambda: later)
    return desk


def issue(station: Station) -> str:
    """The number of the next notice 转送告知书, on a matter of its own."""
    person = commands.PetitionerInput(name="钱来娣", mobile="13800001234", address="滨海县临港街道渔村12号")
    claim = commands.MatterInput(
        summary="征地补偿款未到账", request="请求核实", facts="2026年3月签订协议。", matter_class="claim", route="31-6"
    )
    made = intake.register_visit(station, commands.RegisterVisit(people=(person,), matters=(claim,))).value
    matters.take_step(station, commands.ReferMatter(made.matter_ids[0], "370206"))
    return papers.issue_paper(station, commands.IssuePaper(made.matter_ids[0], "F08")).value.number


def states(station: Station) -> dict[str, str]:
    log = station.store.log
    return {case: hashlib.sha256(state_bytes(fold(log.case(case)))).hexdigest() for case in log.case_ids()}


def crash_after(desk: Desk, sql: str) -> None:
    """Write into the file as 0.1.0 did, and die before the write-ahead log is folded."""
    program = """
        import os, sys
        from sqlcipher3 import dbapi2
        db = dbapi2.connect(sys.argv[1], isolation_level=None)
        db.execute(f"PRAGMA key = \\"x'{sys.argv[2]}'\\"")
        db.execute(sys.argv[3])
        os._exit(0)
    """
    words = [sys.executable, "-c", textwrap.dedent(program), str(desk.folder.database), desk.key.hex(), sql]
    subprocess.run(words, check=True)


@pytest.fixture(params=KINDS)
def desk(request: pytest.FixtureRequest, tmp_path: Path) -> Desk:
    """A station that knew a county, and one that gives itself its numbers."""
    return copied(request.param, tmp_path / request.param)


@pytest.fixture
def enrolled(tmp_path: Path) -> Desk:
    """The one that knew a county."""
    return copied("station", tmp_path / "station")


@pytest.fixture
def alone(tmp_path: Path) -> Desk:
    """The one that gives itself its numbers."""
    return copied("alone", tmp_path / "alone")
