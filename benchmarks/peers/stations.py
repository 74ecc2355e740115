"""Stations and servers behind one small interface: ours and each peer's, every one in a process of its own."""

from __future__ import annotations

import json
import os
import pickle
import select
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Protocol

from benchmarks.line import Line
from benchmarks.peers.install import DRIVERS, ROOT, Package
from benchmarks.peers.workload import OFFICE, Visit, edited
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

    def __init__(self, folder: Path, cap_s: float) -> None:
        self.folder, self.cap_s, self._windows = folder, cap_s, 0
        self.county = harness.County(folder / "county").start()
        self.line = Line(self.county.port).__enter__()

    def station(self, name: str) -> Peer:
        """A window of the one office."""
        self._windows += 1
        return OurStation(self, name, str(self._windows))

    def close(self) -> None:
        """End both."""
        self.line.__exit__(None, None, None)
        self.county.stop()


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
        driver = str(DRIVERS / _DRIVERS[self.package.name])
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


class Driven:
    """A station in a process of its own, told what to do by JSON lines."""

    def __init__(self, command: Sequence[str], cwd: Path, folder: Path, cap_s: float) -> None:
        self._work = folder.with_name(folder.name + ".work")
        self._cap_s = cap_s
        self._errors = folder.with_name(folder.name + ".log").open("wb")
        self._process = subprocess.Popen(
            command, cwd=cwd, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self._errors
        )

    def count(self) -> int:
        """Visits held."""
        return int(str(self._ask("count")))

    def close(self) -> None:
        """End it, whatever it is doing."""
        self._process.kill()
        self._process.communicate()
        self._errors.close()

    def _ask(self, verb: str, work: bytes = b"", **words: object) -> object:
        asked = {"do": verb, **words}
        if work:
            self._work.write_bytes(work)
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


class OtherStation(Driven):
    """A driver in a peer's own environment."""

    def add(self, visits: Sequence[Visit]) -> None:
        """One document for each."""
        self._ask("add", _documents((visit.key, visit.text) for visit in visits))

    def edit(self, visits: Sequence[Visit]) -> None:
        """The whole document anew."""
        self._ask("edit", _documents((visit.key, edited(visit)[1].text) for visit in visits))

    def sync(self) -> float:
        """As the driver measured it."""
        return float(str(self._ask("sync")))


class OurStation(Driven):
    """The real desk, in a process as the others' stations are."""

    def __init__(self, server: OurServer, name: str, window: str) -> None:
        folder, url = server.folder / name, f"http://127.0.0.1:{server.line.port}"
        code = server.county.code(OFFICE, window)
        command = [sys.executable, "-m", "benchmarks.peers.ours", str(folder), url, code, window]
        super().__init__(command, ROOT, folder, server.cap_s)
        self._line = server.line

    def add(self, visits: Sequence[Visit]) -> None:
        """Each a commit of its own."""
        self._ask("add", pickle.dumps(list(visits)))

    def edit(self, visits: Sequence[Visit]) -> None:
        """One act more for each."""
        self._ask("edit", pickle.dumps(list(visits)))

    def sync(self) -> float:
        """As the driver measured it."""
        return float(str(self._ask("sync", narrow=bool(self._line.kbit))))


def _documents(pairs: Iterable[tuple[str, str]]) -> bytes:
    return "".join(json.dumps(each, ensure_ascii=False) + "\n" for each in pairs).encode()
