"""Stations and servers behind one small interface: ours in this process, each peer's in processes of its own."""

from __future__ import annotations

import json
import os
import select
import socket
import subprocess
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol

from benchmarks.line import Line
from benchmarks.peers.install import DRIVERS, Package
from benchmarks.peers.workload import Visit, edited
from domain.acts import Act, ActDraft
from sync.client import HttpTransport
from sync.client.pace import Pace
from tests.sync import harness


class TooLong(Exception):
    """A row took longer than it may."""


class Peer(Protocol):
    """One station."""

    def add(self, visits: Sequence[Visit]) -> None:
        """New visits, on the station only."""

    def edit(self, visits: Sequence[Visit]) -> None:
        """Correct these, on the station only."""

    def sync(self) -> float:
        """Seconds of one exchange to the end."""

    def count(self) -> int:
        """Visits held."""

    def close(self) -> None:
        """End it."""


class Server(Protocol):
    """One server, reached over a line."""

    line: Line

    def station(self, name: str) -> Peer:
        """A new, empty station."""

    def close(self) -> None:
        """End server and line."""


# ---------------------------------------------------------------- ours


class OurServer:
    """The real county, as a process."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.county = harness.County(folder / "county").start()
        self.line = Line(self.county.port).__enter__()

    def station(self, name: str) -> Peer:
        """A station of the one office."""
        station = harness.Station(self.folder / f"{name}.db")
        station.enrol(self.county.url, self.county.code())
        return OurStation(station, self.line)

    def close(self) -> None:
        """End both."""
        self.line.__exit__(None, None, None)
        self.county.stop()


class OurStation:
    """A station's file, log, feed and fold, and the county's real client."""

    def __init__(self, station: harness.Station, line: Line) -> None:
        self._station, self._line = station, line

    def add(self, visits: Sequence[Visit]) -> None:
        """Each visit is a signed commit of its own, as at a window."""
        with self._station.transaction():
            for visit in visits:
                self._write(visit.drafts)

    def edit(self, visits: Sequence[Visit]) -> None:
        """One more act each."""
        with self._station.transaction():
            for visit in visits:
                self._write([edited(visit)[0]])

    def _write(self, drafts: Sequence[ActDraft]) -> None:
        station = self._station
        first = station.log.lamport() + 1
        acts: list[Act] = []
        for n, draft in enumerate(drafts):
            over = [act.act_id for act in station.log.case(draft.case_id)] if len(drafts) == 1 else []
            words = {"kind": draft.kind, "case_kind": draft.case_kind, "lamport": first + n, "over": tuple(over)}
            acts.append(station.act(draft.case_id, draft.sets, **words))
        station.log.append(station.identity.writer, acts, station.writer_key)

    def sync(self) -> float:
        """Rounds as the sync loop makes them."""
        pace = Pace(loopback=not self._line.kbit)
        transport = HttpTransport(f"http://127.0.0.1:{self._line.port}", self._station.signed)
        began = time.perf_counter()
        try:
            more = True
            while more:
                start, before = time.perf_counter(), sum(self._line.carried)
                more = self._station.round(transport, pace.budget).more
                spent = int((time.perf_counter() - start) * 1000)
                pace.went_well(spent, sum(self._line.carried) - before)
        finally:
            transport.close()
        return time.perf_counter() - began

    def count(self) -> int:
        """Visits in the log."""
        kinds = (self._station.log.case(case_id)[0].case_kind for case_id in self._station.log.case_ids())
        return sum(kind == "visit" for kind in kinds)

    def close(self) -> None:
        """Close the file."""
        self._station.close()


# ---------------------------------------------------------------- the others


class OtherServer:
    """A peer's server as a process; its log stays in its folder."""

    def __init__(self, package: Package, folder: Path, cap_s: float) -> None:
        self.package, self.folder, self.cap_s = package, folder, cap_s
        port = harness.free_port()
        home = folder / "server"
        home.mkdir()
        command, environment = _SERVERS[package.name](package, home, port)
        self._log = (folder / "server.log").open("wb")
        self._process = subprocess.Popen(
            command, cwd=package.folder, env={**os.environ, **environment}, stdout=self._log, stderr=self._log
        )
        try:
            _wait_for(port, self._process)
        except RuntimeError:
            self._stop()
            raise
        self.line = Line(port).__enter__()

    def station(self, name: str) -> Peer:
        """A driver in the peer's own environment."""
        driver = str(
            DRIVERS
            / {"anki": "anki_station.py", "pouch": "pouch_station.cjs", "morango": "morango_app.py"}[self.package.name]
        )
        slash = "/" if self.package.name == "anki" else ""
        command = [self.package.program(), driver, str(self.folder / name), f"http://127.0.0.1:{self.line.port}{slash}"]
        return OtherStation(command, self.package.folder, self.folder / name, self.cap_s)

    def close(self) -> None:
        """End both."""
        self.line.__exit__(None, None, None)
        self._stop()

    def _stop(self) -> None:
        self._process.kill()
        self._process.wait()
        self._log.close()


_DRIVERS = {"anki": "anki_station.py", "pouch": "pouch_station.cjs", "morango": "morango_app.py"}


def _anki(package: Package, home: Path, port: int) -> tuple[list[str], dict[str, str]]:
    words = {"SYNC_USER1": "user:pass", "SYNC_BASE": str(home), "SYNC_HOST": "127.0.0.1", "SYNC_PORT": str(port)}
    return [package.program(), "-m", "anki.syncserver"], words | {"MAX_SYNC_PAYLOAD_MEGS": "500", "RUST_LOG": "error"}


def _pouch(package: Package, home: Path, port: int) -> tuple[list[str], dict[str, str]]:
    return [package.program(), str(DRIVERS / "pouch_server.cjs"), str(home), str(port)], {}


def _morango(package: Package, home: Path, port: int) -> tuple[list[str], dict[str, str]]:
    return [package.program(), str(DRIVERS / "morango_app.py"), "serve", str(home), str(port)], {}


_SERVERS: dict[str, Callable[[Package, Path, int], tuple[list[str], dict[str, str]]]] = {
    "anki": _anki,
    "pouch": _pouch,
    "morango": _morango,
}


def _wait_for(port: int, process: subprocess.Popen[bytes], seconds: float = 60) -> None:
    until = time.monotonic() + seconds
    while time.monotonic() < until and process.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise RuntimeError("its server does not start")


class OtherStation:
    """A driver, told what to do by JSON lines."""

    def __init__(self, command: Sequence[str], cwd: Path, folder: Path, cap_s: float) -> None:
        self._work = folder.with_name(folder.name + ".jsonl")
        self._cap_s = cap_s
        self._errors = folder.with_name(folder.name + ".log").open("wb")
        self._process = subprocess.Popen(
            command, cwd=cwd, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self._errors
        )

    def add(self, visits: Sequence[Visit]) -> None:
        """One document for each."""
        self._ask("add", [(visit.key, visit.text) for visit in visits])

    def edit(self, visits: Sequence[Visit]) -> None:
        """The whole document anew."""
        self._ask("edit", [(visit.key, edited(visit)[1].text) for visit in visits])

    def sync(self) -> float:
        """As the driver measured it."""
        return float(str(self._ask("sync")))

    def count(self) -> int:
        """Documents held."""
        return int(str(self._ask("count")))

    def close(self) -> None:
        """End it, whatever it is doing."""
        self._process.kill()
        self._process.communicate()
        self._errors.close()

    def _ask(self, verb: str, documents: Sequence[tuple[str, str]] | None = None) -> object:
        asked = {"do": verb}
        if documents is not None:
            lines = (json.dumps(each, ensure_ascii=False) + "\n" for each in documents)
            self._work.write_text("".join(lines), "utf-8")
            asked["file"] = str(self._work)
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        try:
            self._process.stdin.write(json.dumps(asked).encode() + b"\n")
            self._process.stdin.flush()
        except OSError:
            raise RuntimeError("its station ended") from None
        if not select.select([self._process.stdout], [], [], self._cap_s)[0]:
            raise TooLong
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError("its station ended")
        return json.loads(line)["value"]
