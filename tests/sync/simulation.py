"""Both ends in one process over real SQLite; frames get lost, doubled and delayed, files get restored."""

from __future__ import annotations

import random
from collections.abc import Iterable
from typing import Any

from sqlcipher3 import dbapi2

from domain.acts import Act
from domain.fold import fold, state_bytes
from sync.exchange import Applied, Grant, Identity, NewWriter, answer_request, apply_answer, build_request
from sync.log import ActLog, SigningKey
from sync.log.feed import COUNTY_SCHEMA, STATION_SCHEMA, CountyFeed, StationFeed
from sync.log.log import SCHEMA
from sync.protocol import ANSWER_TAG, REQUEST_TAG, Answer, Request, encode_frame, open_frame

OFFICE_SCOPE = "office/1"
SCOPES = (OFFICE_SCOPE, "county")


class End:
    """A database of one end; everything happens in transactions."""

    schema = ""

    def __init__(self, rng: random.Random) -> None:
        self.rng = rng
        self.db: Any = dbapi2.connect(":memory:", isolation_level=None)
        self.db.executescript(SCHEMA + self.schema + "CREATE TABLE folded (case_id TEXT PRIMARY KEY, state BLOB);")
        self.bind()

    def bind(self) -> None:
        self.log = ActLog(self.db)

    def project(self, case_ids: Iterable[str]) -> None:
        rows = [(case_id, state_bytes(fold(self.log.case(case_id)))) for case_id in case_ids]
        self.db.executemany("INSERT OR REPLACE INTO folded VALUES (?, ?)", rows)

    def states(self) -> dict[str, bytes]:
        return {str(row[0]): bytes(row[1]) for row in self.db.execute("SELECT * FROM folded")}

    def dump(self) -> dict[str, list[Any]]:
        """Every row of every table."""
        tables = [row[0] for row in self.db.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")]
        return {name: sorted(self.db.execute(f"SELECT * FROM {name}").fetchall()) for name in tables}

    def copy(self) -> Any:
        """A backup of the file as it is now."""
        kept = dbapi2.connect(":memory:", isolation_level=None)
        self.db.backup(kept)
        return kept

    def restore(self, kept: Any) -> None:
        fresh = dbapi2.connect(":memory:", isolation_level=None)
        kept.backup(fresh)
        self.db.close()
        self.db = fresh
        self.bind()


class SimStation(End):
    schema = STATION_SCHEMA + "CREATE TABLE me (writer TEXT, key BLOB);"

    def __init__(self, rng: random.Random, number: int, office: str = "1") -> None:
        self.station, self.office = f"{number:032x}", office
        self.home = f"office/{office}"
        self.key = SigningKey(rng.randbytes(32))
        super().__init__(rng)
        new = self.reborn()
        self.log.add_writer(new.writer, self.station, office, new.public_key, new.birth)
        self.feed.add_own_writer(new.writer)
        self.sent: list[tuple[Request, bytes]] = []
        self.waiting: list[tuple[Request, bytes]] = []

    def bind(self) -> None:
        super().bind()
        self.feed = StationFeed(self.db)

    @property
    def identity(self) -> Identity:
        """Who writes now: read from the file, so that a restored file is who it was."""
        writer, raw = self.db.execute("SELECT writer, key FROM me").fetchone()
        public = SigningKey(raw).public
        return Identity(self.station, self.office, writer, public, self.key.sign_birth(self.station, writer, public))

    @property
    def writer_key(self) -> SigningKey:
        """The current writer's key."""
        return SigningKey(self.db.execute("SELECT key FROM me").fetchone()[0])

    def reborn(self) -> NewWriter:
        """A fresh incarnation, kept in the running transaction."""
        writer, raw = self.rng.randbytes(16).hex(), self.rng.randbytes(32)
        self.db.execute("DELETE FROM me")
        self.db.execute("INSERT INTO me VALUES (?, ?)", (writer, raw))
        public = SigningKey(raw).public
        return NewWriter(writer, public, self.key.sign_birth(self.station, writer, public))

    def twin(self, rng: random.Random) -> SimStation:
        """A copy of this machine's disk on another one."""
        other = SimStation.__new__(SimStation)
        other.station, other.office, other.home, other.key, other.rng = (
            self.station, self.office, self.home, self.key, rng,
        )  # fmt: skip
        other.db = self.copy()
        other.bind()
        other.sent, other.waiting = [], []
        return other

    def act(
        self, case_id: str, field: str, value: Any, scope: str = "", kind: str = "matter_corrected", after: int = 0
    ) -> Act:
        """An act this station would write now, ``after`` others of one commit."""
        known = self.log.case(case_id)
        return Act(
            act_id=self.rng.randbytes(16).hex(),
            kind=kind,
            case_kind="matter",
            case_id=case_id,
            scope=scope or self.home,
            lamport=self.log.lamport() + 1 + after,
            wall_ms=self.rng.randrange(-(2**40), 2**45),
            clock="unsure",
            office=self.office,
            station=self.station,
            by="x",
            sets={field: value},
            over=fold(known).over(field) if known else (),
        )

    def commit(self, *acts: Act) -> None:
        """One commit, projected in its transaction."""
        self.db.execute("BEGIN IMMEDIATE")
        self.log.append(self.identity.writer, acts, self.writer_key)
        self.project(sorted({act.case_id for act in acts}))
        self.db.execute("COMMIT")

    def write(self, case_id: str, field: str, value: Any, scope: str = "", kind: str = "matter_corrected") -> Act:
        """A commit of one act; the scope is the desk's own unless named."""
        act = self.act(case_id, field, value, scope, kind)
        self.commit(act)
        return act

    def share(self, case_id: str, scope: str, *, joined: bool = True) -> Act:
        """Show a case to a scope, or end that."""
        return self.write(case_id, f"audience.{scope}", joined, kind="case_shared")

    def ask(self, budget: int) -> tuple[Request, bytes]:
        self.db.execute("BEGIN IMMEDIATE")
        request = build_request(self.log, self.feed, self.identity, budget)
        self.db.execute("COMMIT")
        return request, encode_frame(request, REQUEST_TAG, self.key)

    def take(self, request: Request, answer: bytes, county: SimCounty) -> Applied:
        read = open_frame(answer, Answer, ANSWER_TAG, county.key.public)
        self.db.execute("BEGIN IMMEDIATE")
        try:
            applied = apply_answer(self.log, self.feed, request, read, self.project, self.reborn)
        except BaseException:
            self.db.execute("ROLLBACK")
            raise
        self.db.execute("COMMIT")
        return applied

    def settle(self, county: SimCounty, rounds: int = 200) -> None:
        """Rounds over a good line until nothing more waits."""
        for _ in range(rounds):
            request, frame = self.ask(1 << 20)
            if not self.take(request, county.serve(frame, self), county).more:
                return
        raise AssertionError("the rounds do not come to an end")


class SimCounty(End):
    schema = COUNTY_SCHEMA

    def __init__(self, rng: random.Random) -> None:
        self.key = SigningKey(rng.randbytes(32))
        self.grants: dict[str, Grant] = {}
        super().__init__(rng)

    def bind(self) -> None:
        super().bind()
        self.feed = CountyFeed(self.db)

    def admit(self, station: SimStation, *scopes: str) -> None:
        """Give a station its certificate; kept outside the file, as a station keeps and shows its own."""
        allowed = scopes or (station.home, "county")
        self.grants[station.station] = Grant(station.station, allowed, allowed, station.key.public)

    def project(self, case_ids: Iterable[str]) -> None:
        ids = list(case_ids)
        refused = self.feed.refused_in(ids)
        folded = []
        for case_id in ids:
            acts = [act for act in self.log.case(case_id) if act.act_id not in refused]
            if acts:
                folded.append((case_id, state_bytes(fold(acts))))
        self.db.executemany("INSERT OR REPLACE INTO folded VALUES (?, ?)", folded)

    def serve(self, frame: bytes, station: SimStation) -> bytes:
        request = open_frame(frame, Request, REQUEST_TAG, station.key.public)
        self.db.execute("BEGIN IMMEDIATE")
        try:
            grant = self.grants[station.station]
            answer = answer_request(self.log, self.feed, request, grant, self.project, 0, stations=self.grants.get)
        except BaseException:
            self.db.execute("ROLLBACK")
            raise
        self.db.execute("COMMIT")
        return encode_frame(answer, ANSWER_TAG, self.key)


def run(seed: int, steps: int = 60, stations: int = 3) -> SimCounty:
    """One history full of accidents, then calm; asserts that nobody lost anything and all hold the same."""
    rng = random.Random(seed)
    county = SimCounty(rng)
    crew = [SimStation(rng, number + 1) for number in range(stations)]
    for station in crew:
        county.admit(station)
    backups = [county.copy()]
    written: set[str] = set()
    cases = [f"{number:032x}" for number in range(4)]
    for _ in range(steps):
        station = rng.choice(crew)
        match rng.choices(("write", "send", "arrive", "backup", "restore"), (40, 40, 30, 4, 3))[0]:
            case "write":
                scope = rng.choice(SCOPES)
                place = cases[rng.randrange(2) + 2 * SCOPES.index(scope)]
                act = station.write(place, rng.choice("ab"), str(rng.randrange(3)), scope)
                written.add(act.act_id)
            case "send":
                request, frame = station.ask(rng.choice((300, 1500, 1 << 20)))
                station.sent.append((request, frame))
                request, frame = rng.choice(station.sent)  # the newest, or one that lay about
                if rng.random() < 0.8:
                    station.waiting.append((request, county.serve(frame, station)))
            case "arrive" if station.waiting:
                which = rng.randrange(len(station.waiting))
                request, answer = station.waiting[which]
                if rng.random() < 0.7:
                    station.waiting.pop(which)  # else it will arrive again
                station.take(request, answer, county)
            case "backup":
                backups.append(county.copy())
            case "restore":
                county.restore(rng.choice(backups))
        assert station.feed.pending() >= 0
    for _ in range(3):
        for station in crew:
            station.settle(county)
    list(county.log.verify())
    list(county.feed.verify())
    held = {bytes(row[0]).hex() for row in county.db.execute("SELECT act_id FROM act")}
    assert written == held, f"seed {seed}: lost {len(written - held)}"
    for station in crew:
        list(station.log.verify())
        list(station.feed.verify())
        assert station.states() == county.states(), f"seed {seed}"
        assert station.feed.pending() == 0, f"seed {seed}"
        assert station.log.writer(station.identity.writer).state == "active"  # type: ignore[union-attr]
    return county
