"""A station reduced to what syncs: an encrypted file with log and feed, a fold of every case, a way to the county."""

from __future__ import annotations

import random
import secrets
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import urllib3
from sqlcipher3 import dbapi2

from domain.acts import Act, decode_act
from domain.fold import fold, state_bytes
from sync.client import HttpTransport, Transport, dictionary_of, enrol, go_round
from sync.exchange import Applied, Identity, NewWriter, apply_answer, build_request
from sync.log import ActLog, SigningKey
from sync.log.chain import sealing_public
from sync.log.feed import STATION_SCHEMA, StationFeed
from sync.log.log import SCHEMA
from sync.protocol import Answer, Certificate, Request, SignedCertificate
from tests import ready
from tests.sync.cluster import Cluster

ROOT = Path(__file__).parents[2]
STATION_TABLES = """
CREATE TABLE me (
  station TEXT, office TEXT, writer TEXT, key BLOB, station_key BLOB, sealing_key BLOB, body BLOB, sig BLOB
);
CREATE TABLE folded (case_id TEXT PRIMARY KEY, state BLOB NOT NULL);
"""
_FILE_KEY = "PRAGMA key = \"x'" + "5a" * 32 + "'\""


class Station:
    """One station over its file; opening it again is the same station."""

    def __init__(self, path: Path, office: str = "370205") -> None:
        new = not path.exists()
        self.path = path
        self.dictionary = 0
        self.db: Any = dbapi2.connect(str(path), isolation_level=None)
        self.db.execute(_FILE_KEY)
        self.db.execute("PRAGMA journal_mode = WAL")
        self.db.execute("PRAGMA synchronous = FULL")
        self.log = ActLog(self.db)
        self.feed = StationFeed(self.db)
        if new:
            self.db.executescript(SCHEMA + STATION_SCHEMA + STATION_TABLES)
            keys = [secrets.token_bytes(32) for _ in range(3)]
            values = (secrets.token_hex(16), office, secrets.token_hex(16), *keys)
            self.db.execute("INSERT INTO me VALUES (?, ?, ?, ?, ?, ?, NULL, NULL)", values)
        self.read_me()
        me = self.identity
        self.log.add_writer(me.writer, me.station, me.office, me.public_key, me.birth)
        self.feed.add_own_writer(me.writer)

    def read_me(self) -> None:
        """Who this station is, from its file."""
        station, office, writer, key, station_key, sealing_key, body, sig = self.db.execute(
            "SELECT * FROM me"
        ).fetchone()
        self.writer_key, self.key, self.sealing_key = SigningKey(key), SigningKey(station_key), sealing_key
        birth = self.key.sign_birth(station, writer, self.writer_key.public)
        self.identity = Identity(station, office, writer, self.writer_key.public, birth)
        self.signed = None if body is None else SignedCertificate(body=body, sig=sig)

    def reborn(self) -> NewWriter:
        """A fresh incarnation, kept in the running transaction."""
        writer, raw = secrets.token_hex(16), secrets.token_bytes(32)
        self.db.execute("UPDATE me SET writer = ?, key = ?", (writer, raw))
        public = SigningKey(raw).public
        return NewWriter(writer, public, self.key.sign_birth(self.identity.station, writer, public))

    @property
    def certificate(self) -> Certificate:
        assert self.signed is not None
        return self.signed.read()

    def close(self) -> None:
        self.db.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        self.db.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self.db.execute("ROLLBACK")
            raise
        self.db.execute("COMMIT")

    def project(self, case_ids: Iterable[str]) -> None:
        rows = [(case_id, state_bytes(fold(self.log.case(case_id)))) for case_id in case_ids]
        self.db.executemany("INSERT OR REPLACE INTO folded VALUES (?, ?)", rows)

    def act(self, case_id: str, sets: Mapping[str, Any], **changes: Any) -> Act:
        """An act this station would write now; not yet written."""
        values: dict[str, Any] = {
            "act_id": secrets.token_hex(16),
            "kind": "matter_corrected",
            "case_kind": "matter",
            "case_id": case_id,
            "scope": f"office/{self.identity.office}",
            "lamport": self.log.lamport() + 1,
            "wall_ms": 1_763_900_000_000,
            "clock": "ok",
            "office": self.identity.office,
            "station": self.identity.station,
            "by": "王芳",
            "sets": sets,
        }
        return Act(**(values | changes))

    def write(self, *acts: Act) -> None:
        """One commit, projected in the same transaction."""
        with self.transaction():
            self.log.append(self.identity.writer, acts, self.writer_key)
            self.project({act.case_id for act in acts})

    def set(self, case_id: str, **sets: Any) -> Act:
        """Set fields over what this station sees."""
        known = self.log.case(case_id)
        over = fold(known).over(*sets) if known else ()
        act = self.act(case_id, sets, over=over)
        self.write(act)
        return act

    def states(self) -> dict[str, bytes]:
        return {str(row[0]): bytes(row[1]) for row in self.db.execute("SELECT case_id, state FROM folded")}

    def verify(self) -> None:
        """Chain, feed and projection."""
        list(self.log.verify())
        list(self.feed.verify())
        assert self.states() == {case: state_bytes(fold(self.log.case(case))) for case in self.log.case_ids()}

    # the county ----------------------------------------------------------------------------------------------------

    def enrol(self, url: str, code: str) -> None:
        self.signed = enrol(url, code, self.identity, self.key, sealing_public(self.sealing_key))
        self.db.execute("UPDATE me SET body = ?, sig = ?", (self.signed.body, self.signed.sig))

    def enrol_anew(self, url: str, code: str) -> None:
        """Enrol again under a new station key; every own writer is born again."""
        raw = secrets.token_bytes(32)
        key, me = SigningKey(raw), self.identity
        again = replace(me, birth=key.sign_birth(me.station, me.writer, me.public_key))
        signed = enrol(url, code, again, key, sealing_public(self.sealing_key))
        with self.transaction():
            self.db.execute("UPDATE me SET station_key = ?, body = ?, sig = ?", (raw, signed.body, signed.sig))
            for writer in self.feed.own_writers():
                row = self.log.writer(writer)
                assert row is not None
                birth = key.sign_birth(me.station, writer, row.public_key)
                self.log.name_writer(writer, row.station, row.office, row.public_key, birth)
            self.feed.introduce_again(self.feed.own_writers())
        self.read_me()

    def request(self, budget: int = 1 << 20) -> Request:
        with self.transaction():
            return build_request(self.log, self.feed, self.identity, budget)

    def apply(self, request: Request, answer: Answer) -> Applied:
        try:
            with self.transaction():
                return apply_answer(self.log, self.feed, request, answer, self.project, self.reborn)
        finally:
            self.read_me()

    def round(self, transport: Transport, budget: int = 1 << 20) -> Applied:
        request = self.request(budget)
        answer, _ = go_round(transport, request, self.key, self.certificate, self.dictionary)
        self.dictionary = dictionary_of(answer, self.dictionary)
        return self.apply(request, answer)

    def sync(self, url: str, budget: int = 1 << 20, rounds: int = 60) -> list[Applied]:
        """Rounds until nothing more waits."""
        transport = HttpTransport(url, self.signed)
        done: list[Applied] = []
        try:
            while not done or done[-1].more:
                done.append(self.round(transport, budget))
                assert len(done) <= rounds, "the rounds do not come to an end"
        finally:
            transport.close()
        return done


class Entropy:
    """Random bytes that are the same every time."""

    def __init__(self, seed: int) -> None:
        self._rng = random.Random(seed)

    def __call__(self, size: int) -> bytes:
        return self._rng.randbytes(size)


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


@dataclass
class County:
    """The real county server as a process of its own."""

    folder: Path
    port: int = field(default_factory=free_port)
    process: subprocess.Popen[bytes] | ready.Process | None = None
    cluster: Cluster | None = None
    """The PostgreSQL server its acts lie in; None: in a file of the folder."""
    database: str = ""
    words: tuple[str, ...] = ()
    """Further words of the command line."""

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self, largest_file: int | None = None) -> County:
        """Start and wait until it answers; with ``largest_file`` no file may grow beyond so many KiB: a full disk."""
        if largest_file is not None:
            command = ["bash", "-c", f'ulimit -f {largest_file}; exec "$@"', "bash", *self._command()]
            command += ["--port", str(self.port)]
            self.process = subprocess.Popen(command, cwd=ROOT, stderr=subprocess.DEVNULL)
        else:
            with (self.folder.parent / f"{self.folder.name}.log").open("ab") as log:
                self.process = ready.start("xinfang-county", [*self._words(), "--port", str(self.port)], stderr=log)
        self.come_up(lambda: urllib3.request("GET", self.url + "/health", retries=False).status)
        return self

    def come_up(self, health: Callable[[], int]) -> None:
        """Wait until it answers, for as long as its process lives: a busy machine takes more than ten seconds."""
        assert self.process is not None
        while True:
            try:
                if health() == 200:
                    return
            except urllib3.exceptions.HTTPError:
                assert self.process.poll() is None, "the county ended"
            time.sleep(0.02)

    def kill(self) -> None:
        assert self.process is not None
        self.process.kill()
        self.process.wait()

    def stop(self) -> int:
        assert self.process is not None
        self.process.terminate()
        return self.process.wait(120)

    def admin(self, *words: str) -> subprocess.CompletedProcess[str]:
        done = ready.run("xinfang-county", [*self._words(), "admin", *words], timeout=60)
        return subprocess.CompletedProcess(done.args, done.returncode, done.stdout.decode(), done.stderr.decode())

    def code(self, office: str = "370205", window: str = "1", *words: str) -> str:
        found = self.admin("enrol", "--office", office, "--office-name", "城关镇", "--window", window, *words)
        assert found.returncode == 0, found.stderr
        return found.stdout.strip()

    def select(self, sql: str) -> list[tuple[Any, ...]]:
        """Rows of the county's database, read beside it."""
        if self.cluster is not None:
            with self.cluster.connect(self.database) as db:
                return db.execute(sql).fetchall()
        db = dbapi2.connect(f"file:{self.folder / 'county.db'}?mode=ro", uri=True)
        try:
            return list(db.execute(sql).fetchall())
        finally:
            db.close()

    def states(self) -> dict[str, bytes]:
        """The folded cases; one that a single act has made is folded here."""
        lone = (
            "SELECT c.case_id, a.content FROM county_case c JOIN act a ON a.case_id = c.case_id WHERE c.state IS NULL"
            " AND a.seq NOT IN (SELECT act_seq FROM reject)"
        )
        found = {str(case): state_bytes(fold([decode_act(bytes(content))])) for case, content in self.select(lone)}
        rows = self.select("SELECT case_id, state FROM county_case WHERE state IS NOT NULL")
        return found | {str(row[0]): bytes(row[1]) for row in rows}

    def contents(self) -> list[bytes]:
        """Every act's bytes."""
        return [bytes(row[0]) for row in self.select("SELECT content FROM act ORDER BY seq")]

    def keep(self, to: Path) -> None:
        """Copy what the county holds while it stands still."""
        self.stop()
        shutil.copytree(self.folder, to)
        if self.cluster is not None:
            (to / "database").write_text(self.cluster.new_database(self.database))
        self.start()

    def go_back(self, to: Path) -> None:
        """Restore an earlier copy over what the county holds."""
        self.stop()
        shutil.rmtree(self.folder)
        shutil.copytree(to, self.folder)
        if self.cluster is not None:
            self.cluster.rename((to / "database").read_text(), self.database)
        self.start()

    def _command(self) -> list[str]:
        return [sys.executable, "-m", "sync.server.main", *self._words()]

    def _words(self) -> list[str]:
        at = ("--database", self.cluster.address(self.database)) if self.cluster is not None else ()
        return ["--data", str(self.folder), *at, *self.words]


def wait_until(reached: Callable[[], object], otherwise: str, within_s: float = 120) -> None:
    """Wait until something is so; fails with ``otherwise`` where it is not so by a time no slow machine takes."""
    until = time.monotonic() + within_s
    while not reached():
        assert time.monotonic() < until, f"{otherwise} within {within_s:.0f} s"
        time.sleep(0.05)


def converge(county: County, *stations: Station) -> None:
    """Everybody syncs until nobody learns anything; then all hold the same."""
    for _ in range(3):
        for station in stations:
            station.sync(county.url)
    shared = county.states()
    for station in stations:
        station.verify()
        assert station.feed.pending() == 0
        assert station.states() == shared
    report = county.admin("verify")
    assert report.returncode == 0, report.stderr
