"""Keeps what this release writes, for every later release to read: a station, a county, and the frames between them.

``python scripts/keep_release.py`` writes ``tests/fixtures/releases/<version>/``. Run it once, when a release's schema
is final, and commit what it made; it never writes over a kept release. Synthetic people only.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import shutil
import sys
import tempfile
import time
import tomllib
from pathlib import Path
from typing import Any, Final

ROOT: Final = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))  # run by its path

from desktop.models.store.rows import OfficeRow  # noqa: E402
from desktop.services import county, intake, matters, papers, upgrade  # noqa: E402
from desktop.services.station import (  # noqa: E402
    OfficeSetup,
    Station,
    Surroundings,
    create_station,
    open_station,
)
from domain import commands  # noqa: E402
from domain.faults import SurroundingsFault  # noqa: E402
from domain.fold import fold, state_bytes  # noqa: E402
from scripts.county_process import admin, serving  # noqa: E402
from sync.bundle.stretch import Argon2Parameters  # noqa: E402
from sync.client import HttpTransport  # noqa: E402
from sync.protocol import PROTOCOL  # noqa: E402

PASSWORD: Final = "海边的渔村门牌1号"
SIGN_IN: Final = "wang"
MACHINE: Final = "0" * 32
KEPT: Final = ROOT / "tests" / "fixtures" / "releases"
OFFICES: Final = {
    "370205": OfficeRow("370205", "滨海县信访局", "petition_office", "county", "", "0530-5550001", "人民路1号", "滨信"),
    "370206": OfficeRow(
        "370206", "滨海县住房和城乡建设局", "competent_organ", "county", "", "0530-5550002", "建设路2号", "滨建"
    ),
}


def surroundings(name: str) -> Surroundings:
    """The real clock (the county's process has no other), and randomness that is the same for a name every time."""
    drawn = 0

    def entropy(size: int) -> bytes:
        nonlocal drawn
        drawn += 1
        return hashlib.shake_256(f"kept release {name} {drawn}".encode()).digest(size)

    return Surroundings(
        lambda: time.time_ns() // 1_000_000, entropy, Argon2Parameters(1, 1024, 1), machine=lambda: MACHINE
    )


def open_kept(folder: Path) -> Station:
    """The kept station, as its clerk opens it: a file of an earlier form is upgraded first."""
    world = surroundings("opened again")
    try:
        return open_station(folder, sign_in=SIGN_IN, password=PASSWORD, surroundings=world)
    except SurroundingsFault as fault:
        if fault.code != "older_file":
            raise
    upgrade.upgrade(folder, sign_in=SIGN_IN, password=PASSWORD, surroundings=world)
    return open_station(folder, sign_in=SIGN_IN, password=PASSWORD, surroundings=world)


def states(station: Station) -> dict[str, str]:
    """Case → SHA-256 of its folded state."""
    log = station.store.log
    return {case: hashlib.sha256(state_bytes(fold(log.case(case)))).hexdigest() for case in log.case_ids()}


class Recorder(HttpTransport):
    """The line, keeping the last round's frames."""

    request = answer = b""

    def exchange(self, frame: bytes) -> bytes:
        """One round, noted."""
        self.request, self.answer = frame, super().exchange(frame)
        return self.answer


def _station(folder: Path, code: str, window: str) -> Station:
    row = OFFICES[code]
    others = tuple(each for each in OFFICES.values() if each.code != code)
    setup = OfficeSetup(row.code, row.name, row.kind, window, row.mark, phone=row.phone, address=row.address,
                        directory=others)  # fmt: skip
    return create_station(
        folder, setup, sign_in=SIGN_IN, name="王晓青", password=PASSWORD, surroundings=surroundings(code)
    )


def _register(station: Station, name: str, summary: str) -> str:
    person = commands.PetitionerInput(name=name, mobile="13800001234", address="滨海县临港街道渔村12号")
    claim = commands.MatterInput(
        summary=summary, request="请求核实", facts="2026年3月签订协议。", matter_class="claim", route="31-6"
    )
    command = commands.RegisterVisit(people=(person,), matters=(claim,))
    return intake.register_visit(station, command).value.matter_ids[0]


def _work(one: Station, two: Station, lines: dict[str, Recorder]) -> None:
    """A little of everything that a release writes; two acts of the first station are left waiting."""
    first = _register(one, "李春燕", "征地补偿款未足额发放")
    second = _register(one, "王建国", "小区供暖温度不达标")
    matters.take_step(one, commands.ReferMatter(first, "370206"))
    county.exchange_once(one, lines["one"])  # with it come the series of numbers
    papers.issue_paper(one, commands.IssuePaper(first, "F08"))
    county.exchange_once(one, lines["one"])
    county.exchange_once(two, lines["two"])
    for station, text in ((one, "征地补偿标准"), (two, "征地补偿款到账时间")):  # seen by neither: a conflict
        matters.correct_matter(station, commands.CorrectMatter(first, {"summary": text}, "核对后更正"))
    matters.take_step(two, commands.ReceiveMatter(first))
    for station, name in ((one, "one"), (two, "two"), (one, "one")):
        county.exchange_once(station, lines[name])
    matters.correct_matter(one, commands.CorrectMatter(second, {"request": "请求尽快供暖"}, "本人补充"))
    county.exchange_once(one, lines["one"])
    matters.correct_matter(one, commands.CorrectMatter(second, {"place": "滨海小区3号楼"}, "本人补充"))
    matters.correct_matter(one, commands.CorrectMatter(second, {"occurred_on": "2026-11"}, "本人补充"))


def make(to: Path) -> dict[str, Any]:
    """Make everything in a folder that is not there yet; returns what stands in its ``manifest.json``."""
    to.mkdir(parents=True)
    with tempfile.TemporaryDirectory() as aside, serving(to / "county") as url:
        one, two = _station(to / "station", "370205", "1"), _station(Path(aside) / "two", "370206", "1")
        try:
            for station in (one, two):
                row = OFFICES[station.office.code]
                words = ("--office", row.code, "--office-name", row.name, "--window", station.office.window)
                county.enrol(station, url, admin(to / "county", "enrol", *words))
            lines = {"one": Recorder(url), "two": Recorder(url)}
            try:
                _work(one, two, lines)
            finally:
                for line in lines.values():
                    line.close()
            kept = one.store.county()
            if kept is None:
                raise RuntimeError("the station did not keep its certificate")
            admin(to / "county", "backup", str(to / "county.backup"), "--plain")
            (to / "request.xf").write_bytes(lines["one"].request)
            (to / "answer.xf").write_bytes(lines["one"].answer)
            (to / "certificate.json").write_text(kept[1], "utf-8")
            manifest = {"version": version(), "protocol": PROTOCOL, "sign_in": SIGN_IN, "password": PASSWORD,
                        "acts": one.store.log.count(), "pending": one.store.feed.pending(), "states": states(one),
                        "conflicts": [list(row) for row in one.store.conflict_fields()]}  # fmt: skip
        finally:
            one.close()
            two.close()
    for needless in ("station.lock", "ballast.bin", "logs", "README.txt"):
        path = to / "station" / needless
        shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)
    (to / "manifest.json").write_text(json.dumps(manifest, ensure_ascii=False, indent=1) + "\n", "utf-8")
    return manifest


def version() -> str:
    """This release, as pyproject.toml names it."""
    return str(tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["version"])


def main() -> int:
    """Write the fixture of this release; 1 when it is there already."""
    parser = argparse.ArgumentParser(description="keep what this release writes")
    parser.add_argument("--to", type=Path, default=KEPT / version())
    to: Path = parser.parse_args().to
    if to.exists():
        print(f"{to} is there already: a kept release is never written again", file=sys.stderr)
        return 1
    manifest = make(to)
    size = sum(path.stat().st_size for path in to.rglob("*") if path.is_file())
    print(f"{to}: {manifest['acts']} acts, {manifest['pending']} waiting, {size // 1024} KiB")
    return 0


if __name__ == "__main__":
    sys.exit(main())
