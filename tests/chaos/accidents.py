"""The accidents of a chaos run: each is one method, chooses by the run's seed and returns what it did, or None."""

from __future__ import annotations

import random
import shutil
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from tests.chaos import judge
from tests.chaos.crew import FAKETIME, Broken, CountyProcess, StationProcess, copy_folder
from tests.chaos.line import RoughLine

MOST_FOLDERS: Final = 8
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


class Accidents:
    """What may happen to the crew, the county and the lines; :class:`tests.chaos.story.Story` makes them."""

    folder: Path
    rng: random.Random
    result: Result
    crew: list[StationProcess]
    lines: list[RoughLine]
    county: CountyProcess
    book: judge.Book
    _number: int
    _journals: Path
    _tmpfs: Path | None
    _copies: list[Copy]
    _county_copies: list[Path]

    def _listen(self) -> None:
        """Take in what stations have answered meanwhile."""
        raise NotImplementedError

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

    def _county_full(self) -> dict[str, Any] | None:
        """No file of the county may grow for a while."""
        if not self.county.files:
            return None
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
        self.county.keep(path)
        self._county_copies.append(path)
        if len(self._county_copies) > KEPT_COPIES // 2:
            shutil.rmtree(self._county_copies.pop(0))
        return {"copy": path.name}

    def _county_restored(self) -> dict[str, Any] | None:
        copy = self.rng.choice(self._county_copies)
        self.county.kill()
        before = judge.county_ids(self.county.select)
        self.county.go_back(copy)
        after = judge.county_ids(self.county.select)
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
