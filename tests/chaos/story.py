"""One chaos run: a seed chooses accidents, real processes suffer them, then calm, then the judge looks at all of it."""

from __future__ import annotations

import json
import random
import shutil
import subprocess
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from tests.chaos import judge
from tests.chaos.accidents import WEIGHTS, Accidents, Copy, Result
from tests.chaos.crew import Broken, CountyProcess, PostgresCounty, StationProcess
from tests.chaos.line import RoughLine
from tests.sync.harness import free_port

TMPFS_MB: Final = 2
MOST_ROUNDS: Final = 60


class Story(Accidents):
    """A run in a folder. Everything it does goes into ``events.jsonl`` before it is done."""

    def __init__(self, folder: Path, seed: int, *, stations: int = 5, postgres: bool = False) -> None:
        self.folder, self.seed, self.rng = folder, seed, random.Random(seed)
        self.result = Result(seed)
        folder.mkdir(parents=True, exist_ok=True)
        self._log = (folder / "events.jsonl").open("a", buffering=1)
        self._journals = folder / "journals"
        self._journals.mkdir()
        self._number = 0
        self.port = free_port()
        self.county = (PostgresCounty if postgres else CountyProcess)(folder / "county", self.port)
        self.crew: list[StationProcess] = []
        self._copies: list[Copy] = []
        self._county_copies: list[Path] = []
        self._tmpfs: Path | None = None
        self.tmpfs_note = "not tried"
        self._begun = time.monotonic()
        self.book = judge.Book()
        self.ends: list[judge.End] = []
        self.accounts: list[dict[str, Any]] = []
        desks = [("370205", "1", ""), ("370205", "2", ""), ("370206", "1", ""), ("370205", "9", "restricted/370205"),
                 ("370205", "3", "")]  # fmt: skip
        self.lines: list[RoughLine] = []
        for number, (office, window, scope) in enumerate(desks[:stations]):
            line = RoughLine(self.port)
            line.__enter__()
            self.lines.append(line)
            folder = self.folder / f"station{number}"
            self.crew.append(StationProcess(f"s{number}", folder, self._journals, line, office, window, scope))
        self._mount(self.crew[-1])

    # the beginning -----------------------------------------------------------------------------------------------

    def _mount(self, station: StationProcess) -> None:
        """Put a station on a tmpfs of 2 MB; without the right to mount it lies on the ordinary disk, and is said so."""
        station.folder.mkdir()
        done = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={TMPFS_MB}m", "tmpfs", str(station.folder)],
                              capture_output=True, text=True)  # fmt: skip
        if done.returncode:
            station.folder.rmdir()
            self.tmpfs_note = f"no tmpfs here: {done.stderr.strip()}"
        else:
            self._tmpfs, self.tmpfs_note = station.folder, f"{station.name} on {TMPFS_MB} MB"

    def begin(self) -> None:
        """County, enrolled stations, a first exchange."""
        self.county.start()
        offices = [{"code": "370205", "name": "滨海县信访局"}, {"code": "370206", "name": "滨海县住建局"}]
        listed = self.folder / "offices.json"
        listed.write_text(json.dumps(offices, ensure_ascii=False), "utf-8")
        self.county.admin("init", "--offices", str(listed))
        for station in self.crew:
            fault = station.start(create=True)
            if fault and station.folder == self._tmpfs:
                self.tmpfs_note += f"; making it there ended in {fault}, so it was given more"
                self._more_room(4)
                fault = station.start(create=True)
            if fault:
                raise Broken(f"{station.name} cannot be made: {fault}")
            scopes = ["--scopes", station.scope, "dict"] if station.scope else []
            code = self.county.admin("enrol", "--office", station.office, "--office-name", "单位", "--window",
                                     station.window, *scopes)  # fmt: skip
            told = station.do("enrol", url=f"http://127.0.0.1:{station.line.port}", code=code)
            if "fault" in told:
                raise Broken(f"{station.name} cannot enrol: {told}")
        self._county_copied()

    def _more_room(self, mb: int) -> None:
        subprocess.run(["mount", "-o", f"remount,size={mb}m", str(self._tmpfs)], check=True)

    # the accidents -----------------------------------------------------------------------------------------------

    def run(self, *, events: int | None = None, minutes: float | None = None) -> None:
        """So many events, or so many minutes of them."""
        until = None if minutes is None else time.monotonic() + minutes * 60
        names, weights = list(WEIGHTS), list(WEIGHTS.values())
        owed = [name for name in names if name not in {"work", "sync", "pause"}]
        self.rng.shuffle(owed)  # every kind of accident comes at least once, early, in an order of the seed's
        while (events is None or self._number < events) and (until is None or time.monotonic() < until):
            name = owed[0] if owed and self._number % 3 == 2 else self.rng.choices(names, weights)[0]
            do: Callable[[], dict[str, Any] | None] = getattr(self, f"_{name}")
            self._number += 1
            facts = do()
            if facts is None:
                owed = [*owed[1:], *owed[:1]]  # not possible now: later
            else:
                owed = [each for each in owed if each != name]
                self.result.events[name] += 1
                self._note(name, **facts)
            self._listen()
            self.county.alive()

    def _note(self, name: str, **facts: Any) -> None:
        line = {"n": self._number, "s": round(time.monotonic() - self._begun, 3), "event": name, **facts}
        self._log.write(json.dumps(line, ensure_ascii=False) + "\n")

    def _listen(self) -> None:
        """Take in what stations have answered meanwhile."""
        for station in self.crew:
            while station.running and not station.stopped and (told := station.answer()) is not None:
                self._told(station, told)

    def _told(self, station: StationProcess, told: dict[str, Any]) -> None:
        if "fault" in told:
            self.result.done[f"{told['did']} fault {told['fault']} {told['facts'].get('reason', '')}".strip()] += 1
            self._note("answer", station=station.name, **told)
            return
        self.result.done[told["did"]] += 1
        value: dict[str, Any] = told["value"]
        if told["did"] == "work":
            self.result.done.update({f"work {name}": count for name, count in value.items()})
        elif told["did"] == "sync":
            self.result.done["rounds"] += value["rounds"]
            if value["broken"]:
                raise Broken(f"the county calls a run of {station.name} broken: {value}")

    # calm --------------------------------------------------------------------------------------------------------

    def heal(self) -> None:
        """Good lines, whole disks, everybody up; note what lies where; exchange until nobody learns anything."""
        for line in self.lines:
            line.calm()
        if self._tmpfs is not None:
            self._more_room(64)
        for station in self.crew:
            station.go_on()
            station.kill()
        self.county.kill()
        self.county.start()
        dump = self.folder / "dump.json"
        self.book.on_live_disk |= judge.county_ids(self.county.select)
        for station in self.crew:
            self._open(station)
            told = station.do("dump", to=str(dump))
            self.book.disk_lives(station, told["value"], judge.read_dump(dump))
        self.result.figures["rounds to calm"] = self._calm()
        self.result.figures["numbers explained"] = self._explain_numbers()
        self._calm()

    def _calm(self) -> int:
        """Everybody exchanges until nobody learns anything; how many rounds it took."""
        for turn in range(MOST_ROUNDS):
            moved = 0
            for station in self.crew:
                told = station.do("sync")
                self._told(station, told)
                if "fault" in told:
                    raise Broken(f"{station.name} cannot exchange over a good line: {told}")
                value = told["value"]
                moved += value["pulled"] + value["confirmed"] + value["pending"] + value["more"]
            if not moved:
                return turn + 1
        raise Broken(f"{MOST_ROUNDS} rounds of everybody did not bring calm")

    def _explain_numbers(self) -> dict[str, int]:
        """The administrator ends what no act anywhere tells of; stretches ended, by what was wrong with them."""
        ended: Counter[str] = Counter()
        for line in map(json.loads, self.county.admin("series", "gaps", told=3).splitlines()):
            self._note("numbers", **line)
            if line["waiting"]:
                raise Broken(f"the administrator is told to wait although everybody has spoken: {line}")
            first, last = str(line["first"]), str(line["last"])
            self.county.admin("series", "explain", "--series", line["series"], "--first", first, "--last", last,
                              "--reason", "县级恢复旧备份，查无发放记录")  # fmt: skip
            ended[line["what"]] += 1
        return dict(ended)

    def judge(self) -> None:
        """Everybody is dumped and judged; the figures are filled in. Raises Broken."""
        self.county.leave()
        report = json.loads(self.county.admin("verify").splitlines()[-1])
        accounts = [json.loads(line) for line in self.county.admin("series", "report", told=3).splitlines()]
        ends: list[judge.End] = []
        for station in self.crew:
            to = self.folder / f"{station.name}.json"
            told = station.do("dump", to=str(to))
            ends.append(judge.End(station, told["value"], judge.read_dump(to)))
            station.leave()
        self.ends = ends
        self.accounts = accounts
        found = self.book.in_the_end(judge.County.read(self.county.select), ends)
        judge.numbers(accounts, json.loads(f"[{','.join(self.county.admin('series', 'doubles').splitlines())}]"), ends)
        self.result.figures |= {**found, "county": report, "tmpfs": self.tmpfs_note,
                                "bytes up/down": [sum(line.carried[way] for line in self.lines) for way in (0, 1)],
                                "connections ended by the line": sum(line.ended for line in self.lines),
                                "seconds": round(time.monotonic() - self._begun)}  # fmt: skip

    def close(self) -> None:
        """End every process and line, unmount; the folder stays."""
        for station in self.crew:
            station.kill()
        if self.county.process is not None:
            self.county.kill()
        if isinstance(self.county, PostgresCounty):
            self.county.cluster.remove()
        (self.folder / "county.log").write_text("\n".join(self.county.log))
        for line in self.lines:
            line.__exit__(None, None, None)
        if self._tmpfs is not None:
            kept = self._tmpfs.with_name(self._tmpfs.name + ".kept")
            shutil.copytree(self._tmpfs, kept)
            subprocess.run(["umount", str(self._tmpfs)], check=True)
        self._log.close()
