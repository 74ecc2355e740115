"""A hall to measure in: a station in a folder, and synthetic visits registered through the clerk's own services."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

from desktop.models.store import search
from desktop.models.store.write_ahead import checkpoint
from desktop.services import care, intake, synthetic
from desktop.services.intake import Registered
from desktop.services.station import OfficeSetup, SeriesSetup, Station, Surroundings, create_station, open_station
from desktop.services.synthetic import SyntheticVisit
from domain.beijing import parse_minute
from domain.commands import MatterInput, PetitionerInput, RegisterVisit

DAY_MS = 86_400_000
UNTIL = date(2026, 11, 20)
SIGN_IN, PASSWORD = "bench", "a password for measuring"
OFFICE = OfficeSetup(
    code="YX02",
    name="云溪县信访局",
    kind="petition_office",
    window="1",
    mark="云信",
    phone="0000-5550123",
    series=tuple(SeriesSetup(kind, last=999_999, year=2026) for kind in ("受", "途", "转")),
)


class Clock:
    """A clock that is set to when a visit happened: a hall takes minutes for one, and keys lie in order of time."""

    def __init__(self, ms: int) -> None:
        self.ms = ms

    def __call__(self) -> int:
        """Milliseconds since 1970 UTC."""
        return self.ms


def now_ms() -> int:
    """Milliseconds since 1970 UTC."""
    return time.time_ns() // 1_000_000


def surroundings(clock: Callable[[], int]) -> Surroundings:
    """Real randomness."""
    return Surroundings(clock, secrets.token_bytes)


def make_station(folder: Path, clock: Callable[[], int] = now_ms, office: OfficeSetup = OFFICE) -> Station:
    """A new, empty station."""
    around = surroundings(clock)
    return create_station(folder, office, sign_in=SIGN_IN, name="陈晓岚", password=PASSWORD, surroundings=around)


def reopen(folder: Path, clock: Callable[[], int] = now_ms) -> Station:
    """The station of an earlier :func:`make_station`."""
    return open_station(folder, sign_in=SIGN_IN, password=PASSWORD, surroundings=surroundings(clock))


class Ids:
    """Which ids the keys of synthetic people and matters became."""

    def __init__(self) -> None:
        self._people: dict[str, str] = {}
        self._matters: dict[str, str] = {}

    def command(self, visit: SyntheticVisit, visit_id: str) -> RegisterVisit:
        """The command with the id its form was opened with, and those of people and matters registered before."""
        people = tuple(
            self._person(person, key, known)
            for person, key, known in zip(visit.command.people, visit.person_keys, visit.known, strict=True)
        )
        matters = tuple(
            self._matter(matter, key) for matter, key in zip(visit.command.matters, visit.earlier_keys, strict=True)
        )
        return replace(visit.command, visit_id=visit_id, people=people, matters=matters)

    def note(self, visit: SyntheticVisit, made: Registered) -> None:
        """Remember what registering gave."""
        self._people.update(zip(visit.person_keys, made.petitioner_ids, strict=False))
        self._matters.update(zip(visit.matter_keys, made.matter_ids, strict=True))

    def _person(self, person: PetitionerInput, key: str, known: bool) -> PetitionerInput:
        return replace(person, petitioner_id=self._people[key]) if known and key in self._people else person

    def _matter(self, matter: MatterInput, earlier: str) -> MatterInput:
        if not earlier:
            return matter
        return replace(matter, repeat=replace(matter.repeat, earlier_matter_id=self._matters[earlier]))


def register(station: Station, visits: Iterable[SyntheticVisit]) -> Iterator[Callable[[], Registered]]:
    """Each visit as something to be called: registered for good when it returns. Call each before taking the next."""
    ids = Ids()
    for visit in visits:
        command = ids.command(visit, station.new_id())
        made: list[Registered] = []

        def save(command: RegisterVisit = command, made: list[Registered] = made) -> Registered:
            made.append(intake.register_visit(station, command).value)
            return made[0]

        yield save
        ids.note(visit, made[0])


def fill(folder: Path, count: int, *, seed: int = 1, days: int = 900, quiet: bool = True) -> None:
    """Make a station and register ``count`` visits, with the idle work a real window would have done in between.

    Only while filling, the disk is not waited for.
    """
    clock = Clock(now_ms() - (days + 30) * DAY_MS)
    station = make_station(folder, clock)
    station.store.db.execute("PRAGMA synchronous = OFF")
    visits = list(synthetic.visits(seed, count, until=UNTIL, days=days))
    for number, (visit, save) in enumerate(zip(visits, register(station, visits), strict=True), start=1):
        moment = parse_minute(visit.command.visited_at)
        assert moment is not None
        clock.ms = max(clock.ms, int(moment.timestamp() * 1000) + 600_000)
        save()
        if number % 2_000 == 0:
            settle(station)
            if not quiet:
                print(f"  {number:,} visits", flush=True)
    settle(station)
    station.close()


def settle(station: Station) -> None:
    """Idle work, all of it: search index, merging, checkpoint."""
    care.finish_search(station)
    while search.merge_some(station.store.db, pages=2_000):
        pass
    checkpoint(station.store.db, truncate=True)


def kib(name: str) -> int:
    """What the system says of this process's memory: ``VmRSS`` now, ``VmHWM`` at most."""
    lines = Path("/proc/self/status").read_text("ascii").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(name))


def forget_peak() -> None:
    """Let ``VmHWM`` begin anew: making a station stretches a password, which takes 64 MiB for a moment."""
    Path("/proc/self/clear_refs").write_text("5", "ascii")
