"""The open station: its store, its clerk, its clock; how one is made, opened and closed."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from desktop import printing
from desktop.models.store import keys
from desktop.models.store.folder import (
    DataFolder,
    Fence,
    HeldFolder,
    begin_making,
    discard_unfinished,
    drop_ballast,
    ensure_ballast,
    finish_making,
    hold,
    make_folder,
    read_fence,
    refuse_used,
    write_durably,
    write_fence,
)
from desktop.models.store.ids import case_id, led_by
from desktop.models.store.proof import catch_up
from desktop.models.store.rows import OfficeRow
from desktop.models.store.series import numbers_left_the_disk
from desktop.models.store.store import Stamp, StationIdentity, Store, Transaction
from desktop.services.office_setup import OfficeSetup, SeriesSetup, check_office, dump_setup, parse_setup
from desktop.services.shipped import name_initials, private_use, shipped_tables
from domain.acts import ActDraft, CaseKind
from domain.audience import restricted
from domain.beijing import beijing_minute
from domain.canonical import Json
from domain.decisions.desk import Desk
from domain.directory import OFFICE, Organ, organ_of
from domain.faults import SurroundingsFault
from domain.fold import CaseState
from domain.refusals import Refusal
from domain.series import lease_sets, series_id
from sync.bundle.stretch import STRONG, Argon2Parameters


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What the world gives: a clock, randomness, and how hard passwords are stretched. Injected."""

    clock: Callable[[], int]
    """Milliseconds since 1970 UTC."""
    entropy: Callable[[int], bytes]
    password_cost: Argon2Parameters = STRONG
    machine: Callable[[], str] = str
    """The fingerprint of this machine; empty when it has none."""


@dataclass(slots=True)
class Station:
    """An open station with a signed-in clerk. Used on the store lane only."""

    folder: DataFolder
    held: HeldFolder
    store: Store
    surroundings: Surroundings
    clerk_id: str
    sign_in: str
    clerk_name: str
    data_key: keys.DataKey
    office: OfficeSetup
    closed: bool = field(default=False)
    unfit_faces: list[Refusal] = field(default_factory=list)
    """What is wrong with the office's own typefaces and pictures of characters that are not used."""

    @property
    def now_ms(self) -> int:
        """The device's time."""
        return self.surroundings.clock()

    @property
    def now(self) -> str:
        """The Beijing minute."""
        return beijing_minute(self.now_ms)

    def new_id(self) -> str:
        """A fresh id for what a form has begun; on any thread. Led by the time, as :meth:`Store.new_id` says."""
        return case_id(self.now_ms, 0, self.surroundings.entropy)

    def desk(self, beside: str = "") -> Desk:
        """The desk decisions are made at, now; new ids lie right behind ``beside``, the id a form was opened with.

        A visit, its people and its matters then lie together in every index, and all of them behind the visit before.
        """
        measure = self.store.yardstick
        now_ms = self.now_ms
        led_ms = led_by(beside) if beside else now_ms
        return Desk(
            office=self.office.code,
            office_kind=self.office.kind,
            window=self.office.window,
            station=self.store.identity.station_id,
            clerk=self.clerk_name,
            now_ms=now_ms,
            calendar=measure.calendar,
            rules=measure.rules.at(self.office.code),
            new_id=lambda: self.store.new_id(led_ms),
            private_use=private_use(),
            codes=measure.codes,
            organ=self.organ,
        )

    def organ(self, code: str) -> Organ | None:
        """An organ of the directory, with its level and its heads; None for one that is not in it."""
        state = self.store.state(f"{OFFICE}{code}") if code else None
        return None if state is None else organ_of(state)

    @contextmanager
    def writing(self) -> Iterator[Transaction]:
        """A transaction stamped with this clerk and now; a full disk drops the ballast, so that it can be retried."""
        try:
            with self.store.transaction(Stamp(self.clerk_id, self.now_ms)) as transaction:
                yield transaction
        except SurroundingsFault as fault:
            if fault.code == "disk_full":
                fault.facts["ballast_dropped"] = drop_ballast(self.folder)
            raise

    def state(self, case_id: str, *, field: str) -> CaseState:
        """The state of a case, or the refusal that it is not known here."""
        state = self.store.state(case_id)
        if state is None:
            raise Refusal("case_unknown", field=field, facts={"id": case_id[:40]})
        return state

    def set_fence(self, numbers: Mapping[str, int] | None = None) -> None:
        """Note outside the database how far this incarnation has got, and on which machine (sync design §2.5).

        Before anything new leaves this disk, by line, stick or paper, and when a new incarnation begins: should this
        file ever be replaced by an older copy, the copy can be told from the original. ``numbers`` are the next
        numbers of series a number was drawn from; those of the others stay noted.
        """
        row = self.store.log.writer(self.store.identity.writer)
        if row is not None:
            before = read_fence(self.folder)
            noted = {**(before.series if before else {}), **(numbers or {})}
            here = self.surroundings.machine()
            write_fence(self.folder, Fence(row.writer, row.have.n, row.have.hash.hex(), noted, here))

    def noted_number(self, series: str) -> int:
        """The next number of a series as noted outside the database; 0 when none is."""
        fence = read_fence(self.folder)
        return 0 if fence is None else fence.series.get(series, 0)

    def close(self) -> None:
        """Close the file and let the folder go; harmless when repeated."""
        if self.closed:
            return
        self.closed = True
        try:
            self.store.close()
        finally:
            self.held.release()


def create_station(
    path: Path, office: OfficeSetup, *, sign_in: str, name: str, password: str, surroundings: Surroundings
) -> Station:
    """Make a station's data folder and sign its first clerk in.

    A station that could not be made whole (a full disk, a power cut) leaves no half of itself behind, so that it can
    be tried again: it is made aside and comes into being when its database is put in place, first acts and all.
    Raises SurroundingsFault ``folder_in_use`` when a station is there already; Refusal for a bad office or password.
    """
    check_office(office)
    folder = make_folder(path)
    refuse_used(folder)
    held = hold(folder, since=beijing_minute(surroundings.clock()))
    try:
        data_key, clerk_id = _make(folder, held, office, sign_in, name, password, surroundings)
        ensure_ballast(folder)
        return _station(folder, held, data_key, clerk_id, sign_in, surroundings)
    except BaseException:
        held.release()
        raise


def _make(
    folder: DataFolder,
    held: HeldFolder,
    office: OfficeSetup,
    sign_in: str,
    name: str,
    password: str,
    surroundings: Surroundings,
) -> tuple[keys.DataKey, str]:
    """Make the files of a station aside and put them in their places; the data key, and the id of the first clerk."""
    making = begin_making(folder)
    try:
        entropy = surroundings.entropy
        station_id, clerk_id = entropy(16).hex(), entropy(16).hex()
        data_key = keys.create_keys(
            making,
            station_id=station_id,
            clerk_id=clerk_id,
            sign_in=sign_in,
            password=password,
            entropy=entropy,
            parameters=surroundings.password_cost,
        )
        identity = StationIdentity(station_id, office.code, office.window, entropy(16).hex(), dump_setup(office))
        Store.create(making.database, data_key.raw, identity, entropy, surroundings.clock())
        # For the sign-in page, before anybody can open the file: an office's name is no secret.
        note: dict[str, Json] = {"code": office.code, "name": office.name, "window": office.window}
        if restricted(office.scope):
            note["restricted"] = True
        write_durably(making.office, json.dumps(note, ensure_ascii=False).encode())
        station = _station(making, held, data_key, clerk_id, sign_in, surroundings)
        try:
            _first_acts(station, office, name)
        finally:
            station.store.close()
        finish_making(folder)
    except BaseException:
        discard_unfinished(folder)
        raise
    return data_key, clerk_id


def open_station(path: Path, *, sign_in: str, password: str, surroundings: Surroundings) -> Station:
    """Open a station for a clerk.

    Raises SurroundingsFault: ``no_station``, ``already_open``, ``wrong_password``, ``newer_file``, ``read_only``,
    ``file_damaged`` …
    """
    folder = DataFolder(path)
    if not folder.database.exists() or not folder.keys.exists():
        raise SurroundingsFault("no_station", facts={"folder": path.name})
    held = hold(folder, since=beijing_minute(surroundings.clock()))
    try:
        unlocked = keys.unlock(folder, sign_in, password)
        station = _station(folder, held, unlocked.data_key, unlocked.clerk_id, unlocked.sign_in, surroundings)
        ensure_ballast(folder)
    except BaseException:
        held.release()
        raise
    return station


def _station(
    folder: DataFolder,
    held: HeldFolder,
    data_key: keys.DataKey,
    clerk_id: str,
    sign_in: str,
    surroundings: Surroundings,
) -> Station:
    db = Store.open_file(folder.database, data_key.raw)
    try:
        store = Store(db, shipped=shipped_tables(), initials=name_initials, entropy=surroundings.entropy)
        catch_up(store)
    except BaseException:
        db.close()
        raise
    setup = parse_setup(json.loads(store.identity.setup))
    name = store.clerk_name(clerk_id)
    station = Station(folder, held, store, surroundings, clerk_id, sign_in, name, data_key, setup)
    try:
        if doubt_of(station):
            store.begin_incarnation()
            station.set_fence()
        station.unfit_faces = printing.use_own_faces(folder.faces)
    except BaseException:
        db.close()
        raise
    return station


def doubt_of(station: Station) -> str:
    """Why this file's history may not go on under its writer: it may have a second one elsewhere. Empty: it may.

    ``fence_missing`` though acts were sent or numbers printed, ``fence_ahead`` of the log, ``fence_differs``,
    ``fence_of_another_past``, ``other_machine`` (sync-protocol.md §6).
    """
    store, fence = station.store, read_fence(station.folder)
    if fence is None:
        return "fence_missing" if store.feed.was_sent() or numbers_left_the_disk(store) else ""
    row = store.log.writer(fence.writer)
    if row is None or fence.writer not in store.feed.own_writers():
        return "fence_of_another_past"
    if fence.n > row.have.n:
        return "fence_ahead"
    found = store.log.hash_at(fence.writer, fence.n)
    if found is None or found.hex() != fence.hash:
        return "fence_differs"
    machine = station.surroundings.machine()
    return "other_machine" if fence.machine and machine and fence.machine != machine else ""


def _first_acts(station: Station, office: OfficeSetup, name: str) -> None:
    """The first commit of a station: its clerk, its office and directory, and series it gives itself."""
    desk = station.desk()
    shown = {"name": desk.line(name, "name") or station.sign_in, "sign_in": station.sign_in, "window": office.window}
    drafts = [ActDraft("clerk_recorded", CaseKind.CLERK, station.clerk_id, shown)]
    own = OfficeRow(
        office.code, office.name, office.kind, office.level, office.parent, office.phone, office.address, office.mark
    )
    known = {row.code for row in office.directory}
    directory = office.directory if own.code in known else (own, *office.directory)
    drafts += [
        ActDraft("office_recorded", CaseKind.OFFICE, f"office/{row.code}", office_fields(row)) for row in directory
    ]
    for series in office.series:
        year = series.year or desk.today.year
        name = series_id(station.store.home_scope, year, series.kind)
        sets = lease_sets(series.first, series.last, station.store.identity.writer)
        drafts.append(ActDraft("series_leased", CaseKind.SERIES, name, sets))
    with station.writing() as transaction:
        transaction.record(drafts)
    station.clerk_name = station.store.clerk_name(station.clerk_id)


def office_fields(row: OfficeRow) -> dict[str, Json]:
    """An office of the directory as an act records it."""
    names = ("code", "name", "kind", "level", "parent", "phone", "address", "mark")
    return {name: getattr(row, name) for name in names if getattr(row, name)}


__all__ = [
    "OfficeSetup",
    "SeriesSetup",
    "Station",
    "Surroundings",
    "create_station",
    "open_station",
    "parse_setup",
]
