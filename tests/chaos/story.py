"""One chaos run: a seed chooses accidents, real processes suffer them, then calm, then the judge looks at all of it."""

from __future__ import annotations

import json
import random
import shutil
import subprocess
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from tests.chaos import judge
from tests.chaos.crew import FAKETIME, Broken, CountyProcess, StationProcess, copy_folder
from tests.chaos.line import RoughLine
from tests.sync.harness import free_port

TMPFS_MB: Final = 2
MOST_FOLDERS: Final = 8
MOST_ROUNDS: Final = 60
KEPT_COPIES: Final = 12

WEIGHTS: Final[dict[str, int]] = {
    "work": 30, "sync": 30, "pause": 12, "station_killed": 7, "station_closed": 2, "station_stopped": 3,
    "county_killed": 4, "county_stopped": 3, "county_full": 2, "station_full": 2, "line": 10, "line_calm": 6,
    "sent_again": 5, "station_copied": 4, "station_restored": 2, "fence_lost": 1, "twin": 1, "county_copied": 2,
    "county_restored": 1, "clock": 3, "other_machine": 1,
}  # fmt: skip


@dataclass
class Copy:
    """A copy of a station's folder, and of which desk."""

    of: StationProcess
    path: Path


@dataclass
class Result:
    """What a run did, for the table."""

    seed: int
    events: Counter[str] = field(default_factory=Counter)
    done: Counter[str] = field(default_factory=Counter)
    """What stations answered: work saved, refused, faults; exchanges."""
    figures: dict[str, object] = field(default_factory=dict)


class Story:
    """A run in a folder. Everything it does goes into ``events.jsonl`` before it is done."""

    def __init__(self, folder: Path, seed: int, *, stations: int = 5, tmpfs: bool = True) -> None:
        self.folder, self.seed, self.rng = folder, seed, random.Random(seed)
        self.result = Result(seed)
        folder.mkdir(parents=True, exist_ok=True)
        self._log = (folder / "events.jsonl").open("a", buffering=1)
        self._journals = folder / "journals"
        self._journals.mkdir()
        self._number = 0
        self.port = free_port()
        self.county = CountyProcess(folder / "county", self.port)
        self.crew: list[StationProcess] = []
        self._copies: list[Copy] = []
        self._county_copies: list[Path] = []
        self._tmpfs: Path | None = None
        self.tmpfs_note = "not tried"
        self._begun = time.monotonic()
        self.book = judge.Book()
        self.ends: list[judge.End] = []
        desks = [("370205", "1", ""), ("370205", "2", ""), ("370206", "1", ""), ("370205", "9", "restricted/370205"),
                 ("370205", "3", "")]  # fmt: skip
        self.lines: list[RoughLine] = []
        for number, (office, window, scope) in enumerate(desks[:stations]):
            line = RoughLine(self.port)
            line.__enter__()
            self.lines.append(line)
            folder = self.folder / f"station{number}"
            self.crew.append(StationProcess(f"s{number}", folder, self._journals, line, office, window, scope))
        if tmpfs:
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

    def _some(self, *, running: bool = True) -> StationProcess | None:
        """A station that runs and does not stand still; opened when it is closed and ``running`` is asked."""
        station = self.rng.choice(self.crew)
        if station.stopped:
            return None
        if running and not station.running and not self._open(station):
            return None
        return station

    def _open(self, station: StationProcess, *, years: int = 0, faketime: bool = False) -> bool:
        fault = station.start(years=years, faketime=faketime)
        if fault:
            self.result.done[f"open fault {fault}"] += 1
            if station.folder != self._tmpfs or fault != "disk_full":
                raise Broken(f"{station.name} cannot be opened: {fault}")
        return not fault

    def _work(self) -> dict[str, Any] | None:
        station = self._some()
        if station is None or station.busy > 3:
            return None
        seed, count = self.rng.randrange(1 << 30), self.rng.choice((2, 6, 15))
        station.ask("work", seed=seed, count=count)
        return {"station": station.name, "seed": seed, "count": count}

    def _sync(self) -> dict[str, Any] | None:
        station = self._some()
        if station is None or station.busy > 3:
            return None
        station.ask("sync")
        return {"station": station.name}

    def _pause(self) -> dict[str, Any]:
        wait = self.rng.choice((5, 30, 120, 400)) / 1000
        time.sleep(wait)
        return {"s": wait}

    def _station_killed(self) -> dict[str, Any] | None:
        station = self._some()
        if station is None:
            return None
        after = self.rng.randrange(200)
        if self.rng.random() < 0.5 and station.busy < 3:  # in the middle of something
            station.ask("sync")
        time.sleep(after / 1000)
        station.kill()
        return {"station": station.name, "after_ms": after}

    def _station_closed(self) -> dict[str, Any] | None:
        station = self._some(running=False)
        if station is None or not station.running or station.busy:
            return None
        station.leave()
        return {"station": station.name}

    def _station_stopped(self) -> dict[str, Any] | None:
        """SIGSTOP; whoever stands still longest goes on when the next one stops."""
        for each in self.crew:
            if each.stopped:
                each.go_on()
        station = self._some()
        if station is None:
            return None
        station.stop()
        return {"station": station.name}

    def _county_killed(self) -> dict[str, Any]:
        after = self.rng.randrange(200)
        time.sleep(after / 1000)
        self.county.kill()
        self.county.start()
        return {"after_ms": after}

    def _county_stopped(self) -> dict[str, Any]:
        wait = self.rng.choice((50, 300, 1500)) / 1000
        self.county.stop()
        self._listen()
        time.sleep(wait)
        self.county.go_on()
        return {"s": wait}

    def _county_full(self) -> dict[str, Any]:
        """No file of the county may grow for a while."""
        largest = max((path.stat().st_size for path in self.county.folder.iterdir()), default=0)
        room = self.rng.choice((0, 4096, 40_000))
        self.county.largest_file(largest + room)
        for station in self.crew:
            if station.running and not station.stopped and station.busy < 3:
                station.ask("sync")
        time.sleep(self.rng.choice((200, 800)) / 1000)
        self.county.largest_file(None)
        return {"room": room}

    def _station_full(self) -> dict[str, Any] | None:
        """A station's disk has no room for a while: what it says "saved" to meanwhile is saved all the same."""
        station = self._some()
        if station is None or station.folder == self._tmpfs:
            return None
        database = station.folder / "station.db"
        wal = station.folder / "station.db-wal"
        largest = max(path.stat().st_size for path in (database, wal) if path.exists())
        room = self.rng.choice((0, 5000, 60_000))
        station.largest_file(largest + room)
        station.ask("work", seed=self.rng.randrange(1 << 30), count=4)
        station.ask("sync")
        time.sleep(self.rng.choice((300, 900)) / 1000)
        station.largest_file(None)
        return {"station": station.name, "room": room}

    # the line ----------------------------------------------------------------------------------------------------

    def _line(self) -> dict[str, Any]:
        line = self.rng.choice(self.lines)
        how = self.rng.choice(("slow", "narrow", "slice", "cut_after", "reset_after", "down", "cut_now"))
        after = int(self.rng.choice((1, 60, 300, 900, 4_000, 20_000)) * self.rng.uniform(0.5, 1.5))
        match how:
            case "slow":
                line.shape(line.kbit, self.rng.choice((20, 100, 600)))
            case "narrow":
                line.shape(self.rng.choice((64, 256, 2000)), line.rtt_ms)
            case "slice":
                line.slice = self.rng.choice((1, 7, 100))
            case "cut_after":
                line.cut_after = after
            case "reset_after":
                line.reset_after = after
            case "down":
                line.down = True
                line.cut()
            case _:
                line.cut()
        self.result.events[f"line {how}"] += 1
        return {"line": self.lines.index(line), "how": how, "after": after}

    def _line_calm(self) -> dict[str, Any]:
        line = self.rng.choice(self.lines)
        line.calm()
        return {"line": self.lines.index(line)}

    def _sent_again(self) -> dict[str, Any] | None:
        """A request of this line comes to the county a second time, perhaps long after."""
        line = self.rng.choice(self.lines)
        if not line.requests:
            return None
        status = line.send_again(self.rng)
        self.result.events[f"sent_again {status}"] += 1
        return {"line": self.lines.index(line), "status": status}

    # copies ------------------------------------------------------------------------------------------------------

    def _station_copied(self) -> dict[str, Any] | None:
        station = self.rng.choice(self.crew)
        if station.folder == self._tmpfs:
            return None
        path = self.folder / f"copy{self._number}"
        copy_folder(station.folder, path, station)
        self._copies.append(Copy(station, path))
        if len(self._copies) > KEPT_COPIES:
            shutil.rmtree(self._copies.pop(self.rng.randrange(KEPT_COPIES)).path)
        return {"station": station.name, "copy": path.name}

    def _station_restored(self) -> dict[str, Any] | None:
        """A desk's disk is replaced by an older copy of it."""
        if not self._copies:
            return None
        copy = self.rng.choice(self._copies)
        station = copy.of
        station.go_on()
        station.kill()
        self._replaced(station)
        aside = self.folder / f"gone{self._number}"
        station.folder.rename(aside)
        shutil.copytree(copy.path, station.folder)
        fence = self.rng.choice(("of the copy", "newest", "none"))
        if fence == "newest" and (aside / "fence.json").exists():
            shutil.copyfile(aside / "fence.json", station.folder / "fence.json")
        elif fence == "none":
            (station.folder / "fence.json").unlink(missing_ok=True)
        shutil.rmtree(aside)
        station.disk += 1
        self._open(station)
        return {"station": station.name, "copy": copy.path.name, "fence": fence}

    def _replaced(self, station: StationProcess) -> None:
        """Read what lay on a disk before it goes, through the station's own program; it is not exchanged any more."""
        if not self._open(station):
            raise Broken(f"{station.name} cannot be read before it is replaced")
        to = self.folder / "dump.json"
        told = station.do("dump", to=str(to))
        self.book.disk_gone(station, told["value"], judge.read_dump(to))
        station.kill()

    def _fence_lost(self) -> dict[str, Any] | None:
        station = self.rng.choice(self.crew)
        station.go_on()
        station.kill()
        (station.folder / "fence.json").unlink(missing_ok=True)
        return {"station": station.name} if self._open(station) else None

    def _other_machine(self) -> dict[str, Any] | None:
        station = self.rng.choice(self.crew)
        station.go_on()
        station.kill()
        station.machine = f"pc{self._number}"
        return {"station": station.name} if self._open(station) else None

    def _twin(self) -> dict[str, Any] | None:
        """A copy of a running desk is opened beside it and goes on working."""
        if len(self.crew) >= MOST_FOLDERS:
            return None
        station = self.rng.choice([each for each in self.crew if each.folder != self._tmpfs])
        name = f"t{self._number}"
        folder = self.folder / f"twin{self._number}"
        copy_folder(station.folder, folder, station)
        machine = self.rng.choice((station.machine, f"pc{self._number}"))
        twin = StationProcess(name, folder, self._journals, station.line, station.office, station.window,
                              station.scope, machine)  # fmt: skip
        self.crew.append(twin)
        self._open(twin)
        return {"of": station.name, "twin": name, "same_machine": machine == station.machine}

    def _county_copied(self) -> dict[str, Any]:
        path = self.folder / f"county_copy{self._number}"
        copy_folder(self.county.folder, path, self.county)
        self._county_copies.append(path)
        if len(self._county_copies) > KEPT_COPIES // 2:
            shutil.rmtree(self._county_copies.pop(0))
        return {"copy": path.name}

    def _county_restored(self) -> dict[str, Any] | None:
        copy = self.rng.choice(self._county_copies)
        self.county.kill()
        before = judge.county_ids(self.county.folder)
        shutil.rmtree(self.county.folder)
        shutil.copytree(copy, self.county.folder)
        after = judge.county_ids(self.county.folder)
        self.book.county_forgot(before - after)
        self.county.start()
        return {"copy": copy.name, "forgot": len(before - after)}

    def _clock(self) -> dict[str, Any] | None:
        """The desk's clock is years off after its next start."""
        station = self.rng.choice(self.crew)
        station.go_on()
        station.kill()
        years, fake = self.rng.choice((-25, -3, 1, 8, 60)), self.rng.random() < 0.5
        if not self._open(station, years=years, faketime=fake):
            return None
        how = "faketime" if fake and FAKETIME is not None else "argument"
        self.result.events[f"clock by {how}"] += 1
        return {"station": station.name, "years": years, "how": how}

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
        self.book.on_live_disk |= judge.county_ids(self.county.folder)
        for station in self.crew:
            self._open(station)
            told = station.do("dump", to=str(dump))
            self.book.disk_lives(station, told["value"], judge.read_dump(dump))
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
                self.result.figures["rounds to calm"] = turn + 1
                return
        raise Broken(f"{MOST_ROUNDS} rounds of everybody did not bring calm")

    def judge(self) -> None:
        """Everybody is dumped and judged; the figures are filled in. Raises Broken."""
        self.county.leave()
        report = json.loads(self.county.admin("verify").splitlines()[-1])
        ends: list[judge.End] = []
        for station in self.crew:
            to = self.folder / f"{station.name}.json"
            told = station.do("dump", to=str(to))
            ends.append(judge.End(station, told["value"], judge.read_dump(to)))
            station.leave()
        self.ends = ends
        found = self.book.in_the_end(judge.County.read(self.county.folder), ends)
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
        (self.folder / "county.log").write_text("\n".join(self.county.log))
        for line in self.lines:
            line.__exit__(None, None, None)
        if self._tmpfs is not None:
            kept = self._tmpfs.with_name(self._tmpfs.name + ".kept")
            shutil.copytree(self._tmpfs, kept)
            subprocess.run(["umount", str(self._tmpfs)], check=True)
        self._log.close()
