"""Keeps what release 0.1.0 wrote, by running 0.1.0 itself; that release had no :mod:`scripts.keep_release` yet.

``git worktree add --detach ../old d5dc2f6`` (the last commit of 0.1.0), then
``.venv/bin/python scripts/keep_release_0_1_0.py ../old``. It writes ``tests/fixtures/releases/0.1.0/``
once: a station that knows a county (``station``), one of an office of its own (``alone``), and the frames between
station and county. Synthetic people only. Every module of the program it uses is 0.1.0's, out of that checkout.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import shutil
import sys
import tempfile
import time
from importlib import import_module
from pathlib import Path
from typing import Any, Final

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))  # run by its path

from scripts.county_process import admin, serving

PASSWORD: Final = "海边的渔村门牌1号"
SECOND_PASSWORD: Final = "山里的果园石阶2号"
VERSION: Final = "0.1.0"
TO: Final = Path(__file__).resolve().parent.parent / "tests" / "fixtures" / "releases" / VERSION
NEEDLESS: Final = ("station.lock", "ballast.bin", "logs", "README.txt")


class Earlier:
    """0.1.0's own modules, and the few things done with them."""

    def __init__(self, checkout: Path) -> None:
        sys.path.insert(0, str(checkout))
        self.checkout = checkout
        self.station: Any = import_module("desktop.services.station")
        self.services: dict[str, Any] = {
            name: import_module(f"desktop.services.{name}")
            for name in ("care", "clerks", "county", "drafts", "intake", "matters", "papers")
        }
        self.commands: Any = import_module("domain.commands")
        if not str(self.station.__file__).startswith(str(checkout)):
            raise SystemExit("another checkout's modules were imported")

    def surroundings(self, name: str) -> Any:
        """The real clock, randomness that is the same for a name every time, passwords stretched little."""
        drawn = 0

        def entropy(size: int) -> bytes:
            nonlocal drawn
            drawn += 1
            return hashlib.shake_256(f"kept release {name} {drawn}".encode()).digest(size)

        little = import_module("desktop.models.store.keys").Argon2Parameters(1, 1024, 1)
        return self.station.Surroundings(lambda: time.time_ns() // 1_000_000, entropy, little)

    def make(self, folder: Path, code: str, *, alone: bool = False) -> Any:
        """A station of one of two offices, with its first clerk; ``alone`` with series of its own."""
        row = import_module("desktop.models.store.rows").OfficeRow
        offices = {
            "370205": row("370205", "滨海县信访局", "petition_office", "county", "", "", "人民路1号", "滨信"),
            "370206": row("370206", "滨海县住房和城乡建设局", "competent_organ", "county", "", "", "建设路2号", "滨建"),
        }  # fmt: skip
        own = offices[code]
        firsts = {"受": 1, "途": 1, "转": 7} if alone else {}  # six notices were numbered by hand before
        series = tuple(self.station.SeriesSetup(kind, first) for kind, first in firsts.items())
        setup = self.station.OfficeSetup(
            own.code, own.name, own.kind, "1", own.mark, phone=own.phone, address=own.address,
            directory=tuple(offices.values()), series=series,
        )  # fmt: skip
        return self.station.create_station(
            folder, setup, sign_in="wang", name="王晓青", password=PASSWORD,
            surroundings=self.surroundings(f"{folder.name} {code}"),
        )  # fmt: skip

    def do(self, service: str, function: str, station: Any, command: Any) -> Any:
        """Call a service with a command; the value of its outcome."""
        return getattr(self.services[service], function)(station, command).value

    def register(self, station: Any, name: str, summary: str) -> tuple[str, str]:
        """A visit about one matter: the ids of both."""
        person = self.commands.PetitionerInput(name=name, mobile="13800001234", address="滨海县临港街道渔村12号")
        claim = self.commands.MatterInput(
            summary=summary, request="请求核实", facts="2026年3月签订协议。", matter_class="claim", route="31-6"
        )
        made = self.do(
            "intake", "register_visit", station, self.commands.RegisterVisit(people=(person,), matters=(claim,))
        )
        return made.visit_id, made.matter_ids[0]

    def issue(self, station: Any, case_id: str, form: str, *, confirmed: bool = True) -> Any:
        """A paper, and the clerk's word that it came out."""
        size = "A5" if form == "F02" else "A4"
        row = self.do("papers", "issue_paper", station, self.commands.IssuePaper(case_id, form, size=size))
        if confirmed:
            self.do(
                "papers", "confirm_print", station, self.commands.ConfirmPrint(row.paper_id, case_id, came_out=True)
            )
        return row

    def told(self, station: Any) -> dict[str, Any]:
        """What this release says of the station; a later one must say the same."""
        fold, log = import_module("domain.fold"), station.store.log
        states = {
            case: hashlib.sha256(fold.state_bytes(fold.fold(log.case(case)))).hexdigest() for case in log.case_ids()
        }
        report = self.services["care"].verify(station)
        if not report.clean:
            raise SystemExit(f"{VERSION} does not prove its own file: {report}")
        return {
            "acts": log.count(),
            "pending": station.store.feed.pending(),
            "states": states,
            "conflicts": [list(row) for row in station.store.conflict_fields()],
            "heads": {row.writer: [row.have.n, row.have.hash.hex()] for row in log.writers()},
            "numbers": sorted(
                [str(row[0]), int(row[1]), str(row[2])]
                for row in station.store.db.execute(
                    "SELECT i.series, i.n, p.number FROM issued i JOIN paper p USING (paper_id)"
                )
            ),
            "leases": sum(
                row[0] == station.store.identity.station_id
                for row in station.store.db.execute("SELECT holder FROM series")
            ),
            "pdfs": sorted(str(row[0]) for row in station.store.db.execute("SELECT hash FROM pdf")),
        }

    def enrol(self, station: Any, folder: Path, url: str) -> None:
        """Enrol with a one-time code."""
        words = ["enrol", "--office", station.office.code, "--office-name", station.office.name]
        code = admin(folder, *words, checkout=self.checkout)
        self.services["county"].enrol(station, url, code)


def _enrolled(old: Earlier, to: Path, aside: Path) -> dict[str, Any]:
    """A station with a county: a little of everything that 0.1.0 writes; two acts are left waiting."""
    commands, exchange = old.commands, old.services["county"].exchange_once
    frames: dict[str, bytes] = {}
    transport = import_module("sync.client").HttpTransport

    class Recorder(transport):  # type: ignore[misc, valid-type]
        def exchange(self, frame: bytes) -> bytes:
            frames["request"] = frame
            frames["answer"] = super().exchange(frame)
            return frames["answer"]

    with serving(aside / "county", checkout=old.checkout) as url:
        one, two = old.make(to / "station", "370205"), old.make(aside / "two", "370206")
        line, other = Recorder(url), transport(url)
        try:
            for station in (one, two):
                old.enrol(station, aside / "county", url)
            add = old.services["clerks"].add_clerk
            add(one, sign_in="li", name="李建平", password=SECOND_PASSWORD)
            visit, first = old.register(one, "李春燕", "征地补偿款未足额发放")
            _, second = old.register(one, "王建国", "小区供暖温度不达标")
            exchange(one, line)  # with it come the series of numbers
            old.issue(one, visit, "F02")
            old.do("matters", "refer_matter", one, commands.ReferMatter(first, "370206"))
            spoilt = old.issue(one, first, "F08")
            old.do("papers", "void_paper", one, commands.VoidPaper(spoilt.paper_id, first, "地址写错"))
            old.issue(one, first, "F08", confirmed=False)
            for text in ("征地补偿标准", "征地补偿款到账时间"):
                old.do("matters", "correct_matter", one, commands.CorrectMatter(first, {"summary": text}, "核对后更正"))
            exchange(two, other)
            exchange(one, line)
            _conflict(one, second)
            exchange(one, line)
            fields = {"people": [{"name": "赵大年", "mobile": "13800005678"}], "remark": "没有登完"}
            old.services["drafts"].save_draft(
                one, "0f" * 16, fields, form="register_visit", form_version=1, first_words="赵大年"
            )
            for sets in ({"place": "滨海小区3号楼"}, {"occurred_on": "2026-11"}):
                old.do("matters", "correct_matter", one, commands.CorrectMatter(second, sets, "本人补充"))
            told = old.told(one)
            kept = one.store.county()
        finally:
            one.close()
            two.close()
            line.close()
            other.close()
    for name, frame in frames.items():
        (to / f"{name}.xf").write_bytes(frame)
    (to / "certificate.json").write_text(kept[1], "utf-8")
    return told


def _conflict(station: Any, matter: str) -> None:
    """Two values of one field, written over the same one: as two windows do that did not see each other."""
    acts = import_module("domain.acts")
    state = station.store.state(matter)
    over = state.over("request")
    for text in ("请求尽快供暖", "请求退还取暖费"):
        with station.writing() as transaction:
            transaction.record(
                [acts.ActDraft("matter_corrected", "matter", matter, {"request": text}, over, "本人补充")]
            )


def _alone(old: Earlier, folder: Path) -> dict[str, Any]:
    """A station that gives itself its numbers and never left a trace outside its file."""
    station = old.make(folder, "370205", alone=True)
    try:
        for name, summary in (("孙桂兰", "低保待遇停发"), ("周海生", "渔船补助未到账")):
            _, matter = old.register(station, name, summary)
            old.do("matters", "refer_matter", station, old.commands.ReferMatter(matter, "370206"))
            old.issue(station, matter, "F08")
        return old.told(station)
    finally:
        station.close()


def make(old: Earlier, to: Path) -> dict[str, Any]:
    """Make everything in a folder that is not there yet; returns what stands in its ``manifest.json``."""
    to.mkdir(parents=True)
    with tempfile.TemporaryDirectory() as aside:
        told = _enrolled(old, to, Path(aside))
    manifest = {
        "version": VERSION, "protocol": 1, "sign_in": "wang", "password": PASSWORD,
        "others": {"li": SECOND_PASSWORD}, **told, "alone": _alone(old, to / "alone"),
    }  # fmt: skip
    for station in ("station", "alone"):
        for needless in NEEDLESS:
            path = to / station / needless
            shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)
    (to / "manifest.json").write_text(json.dumps(manifest, ensure_ascii=False, indent=1) + "\n", "utf-8")
    return manifest


def main() -> int:
    """Write the fixture of 0.1.0; 1 when it is there already."""
    parser = argparse.ArgumentParser(description="keep what release 0.1.0 wrote")
    parser.add_argument("checkout", type=Path, help="a work tree of 0.1.0's last commit")
    parser.add_argument("--to", type=Path, default=TO)
    words = parser.parse_args()
    if words.to.exists():
        print(f"{words.to} is there already: a kept release is never written again", file=sys.stderr)
        return 1
    os.environ["PYTHONDONTWRITEBYTECODE"] = "1"
    manifest = make(Earlier(words.checkout.resolve()), words.to)
    size = sum(path.stat().st_size for path in words.to.rglob("*") if path.is_file())
    print(f"{words.to}: {manifest['acts']} acts, {manifest['pending']} waiting, {size // 1024} KiB")
    return 0


if __name__ == "__main__":
    sys.exit(main())
