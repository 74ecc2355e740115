"""A station as a process of its own: the services of the desk, commands as JSON lines in, what was saved as lines out.

Run by :mod:`tests.chaos`; everything it says "saved" to is in the journal before it goes on.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import secrets
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import msgspec

from desktop.models.store.rows import OfficeRow
from desktop.services import care, county, intake, matters, papers, series
from desktop.services.station import OfficeSetup, Station, Surroundings, create_station, open_station
from domain import commands
from domain.faults import SurroundingsFault
from domain.fold import fold, state_bytes
from domain.refusals import Refusal
from sync.bundle.stretch import Argon2Parameters
from sync.protocol import SignedCertificate

PASSWORD: Final = "海边的渔村门牌1号"
FAST: Final = Argon2Parameters(1, 1024, 1)
FIELDS: Final = ("summary", "request", "facts", "place", "accused_person")
WORDS: Final = ("征地补偿款未足额发放", "小区供暖温度不达标", "工程款拖欠", "宅基地确权", "道路积水", "学校招生")
NAMES: Final = ("李春燕", "王建国", "张伟", "刘洋", "陈静")
DIRECTORY: Final = (
    OfficeRow("370205", "滨海县信访局", "petition_office", "county", "", "0530-5550001", "人民路1号", "滨信"),
    OfficeRow("370206", "滨海县住建局", "competent_organ", "county", "", "0530-5550002", "建设路2号", "滨建"),
)


class Driver:
    """One open station and its journal."""

    def __init__(self, station: Station, journal: Path) -> None:
        self.station = station
        self._journal = os.open(journal, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)

    # writing -----------------------------------------------------------------------------------------------------

    @contextmanager
    def saved(self) -> Iterator[None]:
        """What the service inside commits and returns from is acknowledged: its act ids go into the journal at once."""
        store = self.station.store
        writer = store.identity.writer
        row = store.log.writer(writer)
        before = row.have.n if row is not None else 0
        yield
        # The service has returned: the clerk reads 已保存.
        acts = [json.loads(entry.content)["i"] for entry in store.log.entries(writer, before)]
        if acts:
            os.write(self._journal, (json.dumps(acts) + "\n").encode())

    def work(self, seed: int, count: int) -> dict[str, int]:
        """``count`` things a clerk does, chosen by ``seed``; how many were saved, refused, or met a fault, by code."""
        rng = random.Random(seed)
        told: dict[str, int] = {}
        for _ in range(count):
            choice: tuple[Callable[[random.Random], object], ...] = (
                self.register, self.correct, self.step, self.paper, self.settle,
            )  # fmt: skip
            do = rng.choices(choice, (30, 36, 20, 10, 4))[0]
            try:
                with self.saved():
                    do(rng)
                name = do.__name__
            except Refusal as refusal:
                name = f"refused {refusal.code}"
            except SurroundingsFault as fault:
                name = f"fault {fault.code}"
            told[name] = told.get(name, 0) + 1
        return told

    @property
    def other(self) -> str:
        """The other office."""
        return "370206" if self.station.office.code == "370205" else "370205"

    def register(self, rng: random.Random) -> str:
        """A visit of one person with one claim; the matter."""
        person = commands.PetitionerInput(name=rng.choice(NAMES), mobile=f"1380000{rng.randrange(10_000):04d}",
                                          address=f"滨海县临港街道渔村{rng.randrange(99)}号")  # fmt: skip
        claim = commands.MatterInput(summary=rng.choice(WORDS), request="请求核实并足额发放", facts="2026年3月签订协议",
                                     matter_class="claim", route="31-6")  # fmt: skip
        command = commands.RegisterVisit(people=(person,), matters=(claim,))
        return intake.register_visit(self.station, command).value.matter_ids[0]

    def correct(self, rng: random.Random) -> None:
        """One field of a matter that others may be correcting too: few cases and few fields make conflicts."""
        matter = self.matter(rng)
        if rng.random() < 0.3:
            text = self.station.store.state(matter)
            visit = text.text("visit") if text is not None else ""
            values = {"remark": rng.choice(WORDS) + str(rng.randrange(99))}
            matters.correct_visit(self.station, commands.CorrectVisit(visit, values, "核对后更正"))
            return
        values = {rng.choice(FIELDS): rng.choice(WORDS) + str(rng.randrange(99))}
        matters.correct_matter(self.station, commands.CorrectMatter(matter, values, "核对后更正"))

    def step(self, rng: random.Random) -> None:
        """The matter goes on its way, or is shown to the other office."""
        matter = self.matter(rng)
        other = self.other
        ways: list[Callable[[], object]] = [
            lambda: matters.take_step(self.station, commands.AcceptMatter(matter)),
            lambda: matters.take_step(self.station, commands.ReferMatter(matter, other)),
            lambda: matters.take_step(self.station, commands.ReceiveMatter(matter)),
            lambda: matters.share_matter(self.station, commands.ShareCase(matter, other, why="属该单位职权")),
            lambda: matters.share_matter(self.station, commands.ShareCase(matter, other, leave=True, why="移交")),
        ]
        rng.choice(ways)()

    def paper(self, rng: random.Random) -> None:
        """A visit that is registered, referred and told so on paper, with a number out of a series."""
        matter = self.register(rng)
        matters.take_step(self.station, commands.ReferMatter(matter, self.other))
        papers.issue_paper(self.station, commands.IssuePaper(matter, "F08"))

    def settle(self, rng: random.Random) -> None:
        """One conflict is settled by a person."""
        found = self.station.store.conflict_fields()
        if not found:
            raise Refusal("nothing_to_settle")
        case_id, _kind, name = rng.choice(found)
        state = self.station.state(case_id, field="case_id")
        chosen = rng.choice(state.fields[name].heads).act_id
        matters.settle_conflict(self.station, commands.SettleConflict(case_id, name, chosen, why="核对原件"))

    def matter(self, rng: random.Random) -> str:
        """One of the newest few, so that several desks take the same."""
        rows = self.station.store.db.execute("SELECT matter_id FROM matter ORDER BY matter_id DESC LIMIT 6").fetchall()
        if not rows:
            raise Refusal("no_matter_yet")
        return str(rng.choice(rows)[0])

    # the county --------------------------------------------------------------------------------------------------

    def enrol(self, url: str, code: str) -> dict[str, Any]:
        """Get the certificate."""
        return {"county": county.enrol(self.station, url, code).value}

    def sync(self) -> dict[str, Any]:
        """Rounds until nothing waits, or a fault."""
        found = county.exchange_once(self.station).value
        return {
            "rounds": found.rounds, "pulled": found.pulled, "confirmed": found.confirmed, "pending": found.pending,
            "more": found.more, "broken": sorted(found.broken.values()),
        }  # fmt: skip

    # what the oracle asks ----------------------------------------------------------------------------------------

    def dump(self, to: str) -> dict[str, Any]:
        """Every act's bytes and every fold's bytes into a file, and what verify proves."""
        store = self.station.store
        rows = store.db.execute("SELECT act_id, content FROM act ORDER BY seq").fetchall()
        folds = {case: state_bytes(fold(store.log.case(case))).decode() for case in store.log.case_ids()}
        report = care.verify(self.station)
        confirmed = store.db.execute("SELECT a.act_id FROM confirmed c JOIN act a ON a.seq = c.act_seq").fetchall()
        numbers = store.db.execute("SELECT series, n, paper_id FROM issued ORDER BY 1, 2, 3").fetchall()
        found = {
            "acts": {bytes(row[0]).hex(): bytes(row[1]).decode() for row in rows},
            "folds": folds,
            "confirmed": sorted(bytes(row[0]).hex() for row in confirmed),
            "scopes": sorted(self._scopes()),
            "numbers": [[str(row[0]), int(row[1]), str(row[2])] for row in numbers],
        }
        Path(to).write_text(json.dumps(found, ensure_ascii=False), "utf-8")
        return {
            "acts": len(rows), "clean": report.clean, "damaged": report.damaged, "differing": list(report.differing),
            "unsound": report.unsound_file, "gaps": list(report.gaps), "pending": store.feed.pending(),
            "unexplained": list(series.unexplained(self.station)),
            "refused": county.refused_acts(self.station), "set_aside": dict(store.feed.set_aside()),
            "writers": len(store.feed.own_writers()), "conflicts": len(store.conflict_fields()),
            "station": store.identity.station_id, "office": store.identity.office,
        }  # fmt: skip

    def _scopes(self) -> list[str]:
        kept = self.station.store.county()
        return [] if kept is None else msgspec.json.decode(kept[1], type=SignedCertificate).read().scopes


def _setup(words: argparse.Namespace) -> OfficeSetup:
    row = next(row for row in DIRECTORY if row.code == words.office)
    return OfficeSetup(
        row.code, row.name, row.kind, words.window, row.mark, phone=row.phone, address=row.address,
        scope=words.scope, directory=tuple(each for each in DIRECTORY if each.code != row.code),
    )  # fmt: skip


def main() -> int:
    """Open or make the station, then do as told, a line at a time, until the input ends."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--data", required=True)
    parser.add_argument("--journal", required=True)
    parser.add_argument("--shift-ms", type=int, default=0, help="the clock is off by so much")
    parser.add_argument("--machine", default="pc")
    parser.add_argument("--create", action="store_true")
    parser.add_argument("--office", default="370205")
    parser.add_argument("--window", default="1")
    parser.add_argument("--scope", default="")
    words = parser.parse_args()
    surroundings = Surroundings(
        lambda: time.time_ns() // 1_000_000 + words.shift_ms, secrets.token_bytes, FAST, machine=lambda: words.machine
    )
    journal = Path(words.journal)
    try:
        if words.create:
            station = create_station(
                Path(words.data), _setup(words), sign_in="wang", name="王晓青", password=PASSWORD,
                surroundings=surroundings,
            )  # fmt: skip
        else:
            station = open_station(Path(words.data), sign_in="wang", password=PASSWORD, surroundings=surroundings)
    except SurroundingsFault as fault:
        _say({"opened": False, "fault": fault.code})
        return 4
    driver = Driver(station, journal)
    _say({"opened": True, "writer": station.store.identity.writer})
    do: dict[str, Callable[..., object]] = {
        "work": driver.work, "enrol": driver.enrol, "sync": driver.sync, "dump": driver.dump,
    }  # fmt: skip
    for line in sys.stdin:
        asked = json.loads(line)
        name = asked.pop("do")
        try:
            _say({"did": name, "value": do[name](**asked)})
        except SurroundingsFault as fault:
            facts = {key: str(value) for key, value in fault.facts.items()}
            _say({"did": name, "fault": fault.code, "facts": facts})
    try:
        station.close()
    except SurroundingsFault as fault:
        _say({"did": "close", "fault": fault.code})
    return 0


def _say(told: object) -> None:
    print(json.dumps(told, ensure_ascii=False), flush=True)


if __name__ == "__main__":
    sys.exit(main())
